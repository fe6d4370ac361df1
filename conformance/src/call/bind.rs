//! Binds the arguments of a call to the parameters of NumPy's signature.

use crate::arg::Arg;
use crate::replay::CallError;

/// Arguments by parameter.
#[derive(Debug)]
pub struct Bound<'a> {
    named: Vec<(&'static str, Option<usize>, &'a Arg)>,
    rest: (usize, &'a [Arg]),
}

impl<'a> Bound<'a> {
    /// Binds as Python does. `signature` is written as NumPy's, without defaults: `"a, axis, dtype, *, keepdims"`, with
    /// `*arrays` for any number of positional arguments.
    pub fn new(
        signature: &'static str,
        args: &'a [Arg],
        kwargs: &'a [(String, Arg)],
    ) -> Result<Bound<'a>, CallError> {
        let mut bound = Bound { named: Vec::new(), rest: (args.len(), &[]) };
        let mut keyword_only = false;
        let mut names = Vec::new();
        let mut taken = 0;
        for name in signature.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name.strip_prefix('*') {
                Some("") => keyword_only = true,
                Some(_) => {
                    bound.rest = (taken, &args[taken..]);
                    taken = args.len();
                    keyword_only = true;
                }
                None => {
                    names.push(name);
                    if let (false, Some(arg)) = (keyword_only, args.get(taken)) {
                        bound.named.push((name, Some(taken), arg));
                        taken += 1;
                    }
                }
            }
        }
        if taken < args.len() {
            return Err(CallError::NotTaken(format!(
                "{} positional arguments, {taken} are taken",
                args.len()
            )));
        }
        for (keyword, value) in kwargs {
            let Some(name) = names.iter().find(|name| **name == keyword) else {
                return Err(CallError::NotTaken(format!("the keyword {keyword} is not taken")));
            };
            if bound.get(name).is_some() {
                return Err(CallError::NotTaken(format!("{keyword} is given twice")));
            }
            bound.named.push((name, None, value));
        }
        Ok(bound)
    }

    /// The argument of a parameter.
    pub fn get(&self, name: &str) -> Option<&'a Arg> {
        self.named.iter().find(|(n, ..)| *n == name).map(|(.., arg)| *arg)
    }

    /// The position of a parameter's argument, if it was not given by keyword.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.named.iter().find(|(n, ..)| *n == name)?.1
    }

    /// The arguments of the `*` parameter, with the position of the first.
    pub fn rest(&self) -> (usize, &'a [Arg]) {
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_binds() {
        let args = [Arg::Int(1), Arg::Int(2)];
        let kwargs = [("k".to_owned(), Arg::Int(3))];
        let bound = Bound::new("a, b, c, *, k", &args, &kwargs).expect("binds");
        assert_eq!(
            ["a", "b", "c", "k"].map(|n| bound.get(n)),
            [Some(&Arg::Int(1)), Some(&Arg::Int(2)), None, Some(&Arg::Int(3))]
        );
        assert_eq!((bound.position("b"), bound.position("k")), (Some(1), None));
        let bound = Bound::new("a, *more, k", &args, &kwargs).expect("binds");
        assert_eq!(bound.rest(), (1, &args[1..]));
        assert_eq!(bound.get("k"), Some(&Arg::Int(3)));
        assert_eq!(Bound::new("*more", &[], &[]).expect("binds").rest(), (0, &[][..]));
    }

    #[test]
    fn what_python_refuses() {
        let args = [Arg::Int(1), Arg::Int(2)];
        let kwarg = |name: &str| [(name.to_owned(), Arg::Int(3))];
        assert!(Bound::new("a", &args, &[]).is_err());
        assert!(Bound::new("a, *, b", &args, &[]).is_err());
        assert!(Bound::new("a, b", &args, &kwarg("x")).is_err());
        assert!(Bound::new("a, b", &args, &kwarg("b")).is_err());
    }
}

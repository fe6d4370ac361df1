//! Statements that write to a variable: assignments, in-place operators, `out`.

use super::{Author, FUNCTIONS, Variable, castable, whole};
use crate::arg::{Arg, IndexItem, Step};
use crate::generate::Choices;
use crate::program::Statement;
use bornite::RawArray;
use bornite::layout::broadcast::broadcast_shapes;

/// In-place operators.
const IN_PLACE: &[(&str, &str)] = &[
    ("__iadd__", "add"),
    ("__imul__", "multiply"),
    ("__isub__", "subtract"),
    ("__itruediv__", "divide"),
    ("__iand__", "bitwise_and"),
    ("__ior__", "bitwise_or"),
    ("__ixor__", "bitwise_xor"),
    ("__ifloordiv__", "floor_divide"),
    ("__imod__", "remainder"),
    ("__ilshift__", "left_shift"),
    ("__irshift__", "right_shift"),
];

impl Author<'_> {
    /// A variable to write to, made the owner of its memory, and a view of it; with a value of the view's shape for it.
    fn target(&mut self, c: &mut Choices<'_>) -> Option<(usize, Vec<Step>, Arg)> {
        let i = self.that(c, |a| a.ndim() > 0 && a.size() > 0)?;
        let array = self.array(i)?;
        let shape = array.shape().to_vec();
        let shared = |j: usize, v: &Variable| j != i && v.group == self.variables[i].group;
        if self.variables[i].read_only || self.variables.iter().enumerate().any(|(j, v)| shared(j, v)) {
            let own = Statement::Own(self.variables[i].name.clone());
            if !self.write(own) {
                return None;
            }
            self.groups += 1;
            self.variables[i].group = self.groups;
            self.groups += 1;
            self.variables[i].read_only = false;
        }
        let mut steps = Vec::new();
        let mut others = Vec::new();
        let ways = if self.terms.plain { 3 } else { 6 };
        match c.below(ways) {
            0 | 1 => {}
            2 => {
                // Slices that differ and are as long: what is read may overlap with what is written.
                let axis = c.below(shape.len());
                let slice = |parts: [i64; 3]| {
                    let part = |n: i64| if n == 0 { Arg::None } else { Arg::Int(n.into()) };
                    let all = IndexItem::Slice([Arg::None, Arg::None, Arg::None]);
                    let mut items = vec![all; axis];
                    items.push(IndexItem::Slice(parts.map(part)));
                    Step::Slice(items)
                };
                let (to, from) = c.pick(&[
                    ([1, 0, 0], [0, -1, 0]),
                    ([0, -1, 0], [1, 0, 0]),
                    ([0, 0, -1], [0, 0, 0]),
                    ([0, 0, 2], [0, 0, 2]),
                    ([2, 0, 0], [0, -2, 0]),
                ]);
                steps.push(slice(to));
                others.push(slice(from));
            }
            3 if shape.len() > 1 => {
                steps.push(Step::SwapAxes(0, -1));
                let turned: Vec<usize> = {
                    let mut s = shape.clone();
                    let last = s.len() - 1;
                    s.swap(0, last);
                    s
                };
                steps.push(Step::Slice(self.items(c, &turned, false)));
                others.clone_from(&steps);
            }
            4 => {
                steps.push(Step::Slice(self.items(c, &shape, false)));
                steps.push(Step::Slice(vec![IndexItem::Slice([Arg::None, Arg::None, Arg::Int(2)])]));
                others.clone_from(&steps);
            }
            _ => {
                steps.push(Step::Slice(self.items(c, &shape, false)));
                others.clone_from(&steps);
            }
        }
        let key = self.variables[i].name.clone();
        let part = self.session.argument(&Arg::Array { key, view: steps.clone() }).ok()?.shape().to_vec();
        let value = match c.below(4) {
            0 => self.number(c),
            1 => {
                let fits = |a: &RawArray| {
                    broadcast_shapes("target", &[&part, a.shape()]).is_ok_and(|both| both.as_slice() == part)
                };
                match self.that(c, fits) {
                    Some(i) => whole(&self.variables[i].name),
                    None => self.number(c),
                }
            }
            _ => {
                let of = self.that(c, |a| a.shape() == shape)?;
                Arg::Array { key: self.variables[of].name.clone(), view: others }
            }
        };
        Some((i, steps, value))
    }

    /// `v[…] = value`.
    pub(super) fn assignment(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let (i, mut steps, value) = self.target(c)?;
        let key = match steps.pop() {
            Some(Step::Slice(items)) => items,
            _ => vec![IndexItem::Ellipsis],
        };
        let dtype = self.array(i)?.dtype();
        if self.terms.exact && !castable(&self.host(&value)?, dtype) {
            return None;
        }
        let to = Arg::Array { key: self.variables[i].name.clone(), view: steps };
        self.change("ndarray.__setitem__", vec![to, Arg::Index(key), value], Vec::new());
        None
    }

    fn change(&mut self, call: &str, args: Vec<Arg>, kwargs: Vec<(String, Arg)>) {
        self.write(Statement::Call { to: None, call: call.to_owned(), args, kwargs });
    }

    /// `v[…] += value` and its kind.
    pub(super) fn update(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let (i, steps, value) = self.target(c)?;
        let to = Arg::Array { key: self.variables[i].name.clone(), view: steps };
        let complex = self.is_complex(&to) || self.is_complex(&value);
        let (operator, name) = c.pick(if self.terms.plain { &IN_PLACE[..4] } else { IN_PLACE });
        let f = FUNCTIONS.iter().find(|f| f.ufunc.name == name)?;
        if self.terms.exact && !(if complex { f.complex } else { f.real }) {
            return None;
        }
        self.change(&format!("ndarray.{operator}"), vec![to, value], Vec::new());
        None
    }

    /// `f(x, y, out=v[…])`, now and then where a mask is true.
    pub(super) fn out(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let (i, steps, x) = self.target(c)?;
        if self.terms.plain && !steps.is_empty() {
            return None;
        }
        let key = self.variables[i].name.clone();
        let to = Arg::Array { key: key.clone(), view: steps };
        let shape = self.session.argument(&to).ok()?.shape().to_vec();
        let fits = |a: &RawArray| {
            broadcast_shapes("out", &[&shape, a.shape()]).is_ok_and(|both| both.as_slice() == shape)
        };
        let y = match self.that(c, fits) {
            Some(j) => whole(&self.variables[j].name),
            None => self.number(c),
        };
        let args = vec![x, y];
        let name = self.function(c, 2, &args)?;
        let mut kwargs = vec![("out".to_owned(), to)];
        // NumPy 2.5 forgets what `out` holds where a mask leaves it alone and an operand, of another dtype, overlaps.
        let apart = args.iter().all(|arg| !matches!(arg, Arg::Array { key: k, .. } if *k == key));
        let mask = self.that(c, |a| a.dtype().is_bool() && a.shape() == shape).filter(|m| *m != i);
        if let Some(mask) = mask.filter(|_| apart && c.chance(6)) {
            kwargs.push(("where".to_owned(), whole(&self.variables[mask].name)));
        }
        self.change(&format!("numpy.{name}"), args, kwargs);
        None
    }
}

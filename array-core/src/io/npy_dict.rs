//! The dictionary in a `.npy` header: a Python literal of exactly three keys, parsed strictly.
//!
//! NumPy evaluates it as Python; this accepts what NumPy writes, with any spacing, order of keys and quotes, and nothing
//! else. No input makes it recurse or reserve more than the header's length.

/// The most dimensions that an array of NumPy has.
pub(super) const MAX_NDIM: usize = 64;

/// The three entries as the file states them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawHeader<'a> {
    pub(super) descr: &'a str,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

/// Parses `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`; the error says what is wrong and at which byte.
pub(super) fn parse(text: &[u8]) -> Result<RawHeader<'_>, String> {
    let mut cursor = Cursor { text, at: 0 };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    cursor.expect(b'{')?;
    while !cursor.take(b'}') {
        let key = cursor.string()?;
        cursor.expect(b':')?;
        let repeated = match key {
            "descr" => descr.replace(cursor.descr()?).is_some(),
            "fortran_order" => fortran_order.replace(cursor.boolean()?).is_some(),
            "shape" => shape.replace(cursor.tuple()?).is_some(),
            other => return Err(format!("has a key '{}' that no .npy file has", shorten(other))),
        };
        if repeated {
            return Err(format!("names the key '{key}' twice"));
        }
        if !cursor.take(b',') {
            cursor.expect(b'}')?;
            break;
        }
    }
    cursor.skip_space();
    if cursor.at < text.len() {
        return Err(cursor.found("its end"));
    }
    let missing = |key: &str| format!("lacks the key '{key}'");
    Ok(RawHeader {
        descr: descr.ok_or_else(|| missing("descr"))?,
        fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
        shape: shape.ok_or_else(|| missing("shape"))?,
    })
}

/// At most the first 40 characters of `text`, fit for a message.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0c)) {
            self.at += 1;
        }
    }

    /// The next byte after any space, which stays.
    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(self.found(&format!("'{}'", byte as char))) }
    }

    /// The message that something else than `expected` stands here.
    fn found(&self, expected: &str) -> String {
        match self.text.get(self.at) {
            Some(byte) => {
                format!("has '{}' at byte {} where {expected} belongs", byte.escape_ascii(), self.at)
            }
            None => format!("ends where {expected} belongs"),
        }
    }

    /// A quoted string of printable ASCII without escapes: the keys and descriptors that NumPy writes.
    fn string(&mut self) -> Result<&'a str, String> {
        let Some(quote @ (b'\'' | b'"')) = self.peek() else {
            return Err(self.found("a quoted string"));
        };
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.text.get(self.at) {
                Some(&byte) if byte == quote => break,
                Some(b'\\') => return Err(self.found("a character without escapes")),
                Some(b' '..=b'~') => self.at += 1,
                _ => return Err(self.found("the rest of a string")),
            }
        }
        let inside = &self.text[start..self.at];
        self.at += 1;
        std::str::from_utf8(inside).map_err(|_| self.found("ASCII"))
    }

    fn descr(&mut self) -> Result<&'a str, String> {
        match self.peek() {
            Some(b'[') => {
                Err("describes a structured dtype; save each field as an array of its own".to_string())
            }
            Some(b'(') => {
                Err("describes a subarray dtype; save it as a plain array with more dimensions".to_string())
            }
            _ => self.string(),
        }
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.skip_space();
        let rest = &self.text[self.at..];
        let (word, value): (&[u8], bool) =
            if rest.starts_with(b"True") { (b"True", true) } else { (b"False", false) };
        let ends = !rest.get(word.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if !rest.starts_with(word) || !ends {
            return Err(self.found("True or False"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        self.expect(b'(')?;
        let mut sizes = Vec::new();
        while !self.take(b')') {
            if sizes.len() == MAX_NDIM {
                return Err(format!(
                    "has a shape of more than {MAX_NDIM} dimensions, which no file of NumPy has"
                ));
            }
            sizes.push(self.size(sizes.len())?);
            if !self.take(b',') {
                self.expect(b')')?;
                if sizes.len() == 1 {
                    return Err("has a number in brackets for a shape, where a tuple belongs".to_string());
                }
                break;
            }
        }
        Ok(sizes)
    }

    fn size(&mut self, axis: usize) -> Result<usize, String> {
        match self.peek() {
            Some(b'0'..=b'9') => {}
            Some(b'-') => return Err(format!("has a negative size for axis {axis}")),
            _ => return Err(self.found("a size")),
        }
        let start = self.at;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = &self.text[start..self.at];
        if digits.len() > 1 && digits[0] == b'0' {
            return Err(format!("has a size with a leading zero for axis {axis}"));
        }
        match self.text.get(self.at) {
            Some(b'L' | b'l') => {
                return Err(format!(
                    "has a long integer of Python 2 for axis {axis}; load and save the file with NumPy once"
                ));
            }
            Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.') => {
                return Err(self.found("the end of a size"));
            }
            _ => {}
        }
        let size = digits
            .iter()
            .try_fold(0isize, |size, digit| size.checked_mul(10)?.checked_add((digit - b'0') as isize));
        match size {
            Some(size) => Ok(size as usize),
            None => Err(format!("has a size for axis {axis} that is larger than memory can be")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_python_may_write() {
        let expected = RawHeader { descr: "<f8", fortran_order: false, shape: vec![2, 3] };
        for text in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}    \n",
            "{'shape':(2,3),'descr':'<f8','fortran_order':False}",
            "  {\"descr\"\t: '<f8',\r\n'fortran_order':\x0cFalse , \"shape\" : ( 2 , 3 , ) , } ",
        ] {
            assert_eq!(parse(text.as_bytes()).as_ref(), Ok(&expected), "{text}");
        }
        for (tuple, shape) in [
            ("()", vec![]),
            ("( )", vec![]),
            ("(0,)", vec![0]),
            ("(9223372036854775807,)", vec![isize::MAX as usize]),
        ] {
            let text = format!("{{'descr': '|b1', 'fortran_order': True, 'shape': {tuple}}}");
            assert_eq!(parse(text.as_bytes()), Ok(RawHeader { descr: "|b1", fortran_order: true, shape }));
        }
    }

    #[test]
    fn refuses_all_else_and_says_why() {
        let with = |descr: &str, order: &str, shape: &str| {
            format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}")
        };
        let shape = |shape: &str| with("'<f8'", "False", shape);
        for (text, reason) in [
            (String::new(), "ends where '{'"),
            ("[]".into(), "has '[' at byte 0"),
            ("{".into(), "ends where a quoted string"),
            ("{}".into(), "lacks the key 'descr'"),
            ("{'descr': '<f8', 'shape': ()}".into(), "lacks the key 'fortran_order'"),
            ("{'descr': '<f8', 'fortran_order': False}".into(), "lacks the key 'shape'"),
            ("{'descr': '<f8', 'descr': '<f8'}".into(), "names the key 'descr' twice"),
            ("{'shape': (), 'shape': ()}".into(), "names the key 'shape' twice"),
            ("{'extra': 1}".into(), "has a key 'extra'"),
            ("{,}".into(), "has ',' at byte 1"),
            (with("'<f8'", "False", "()") + "{", "where its end belongs"),
            (with("'<f8'", "False", "()") + "\0", "has '\\x00'"),
            ("{'descr': '<f8".into(), "ends where the rest of a string"),
            ("{'descr': '<f8\", 'fortran_order': False}".into(), "has 'f' at byte 18"),
            (with("'<\\x66'", "False", "()"), "without escapes"),
            (with("'<f8'", "0", "()"), "where True or False belongs"),
            (with("'<f8'", "Falsey", "()"), "where True or False belongs"),
            (with("'<f8'", "true", "()"), "where True or False belongs"),
            (with("[('a', '<f8')]", "False", "()"), "structured dtype"),
            (with("('<f8', (2,))", "False", "()"), "subarray dtype"),
            (with("None", "False", "()"), "where a quoted string belongs"),
            (shape("3"), "where '(' belongs"),
            (shape("[3]"), "where '(' belongs"),
            (shape("(3)"), "a tuple belongs"),
            (shape("(,)"), "where a size belongs"),
            (shape("(3,,)"), "where a size belongs"),
            (shape("(3 4)"), "where ')' belongs"),
            (shape("(-1,)"), "negative size for axis 0"),
            (shape("(1, -2)"), "negative size for axis 1"),
            (shape("(+1,)"), "where a size belongs"),
            (shape("(3L,)"), "long integer of Python 2 for axis 0"),
            (shape("(1.0,)"), "where the end of a size belongs"),
            (shape("(1_0,)"), "where the end of a size belongs"),
            (shape("(0x1,)"), "where the end of a size belongs"),
            (shape("(01,)"), "leading zero"),
            (shape("(True,)"), "where a size belongs"),
            (shape("((1,),)"), "where a size belongs"),
            (shape(&format!("({})", "1,".repeat(65))), "more than 64 dimensions"),
            (shape("(9223372036854775808,)"), "larger than memory"),
            (shape(&format!("({},)", "9".repeat(9000))), "larger than memory"),
        ] {
            let found = parse(text.as_bytes()).expect_err(&text);
            assert!(found.contains(reason), "{text}: {found}");
        }
    }
}

//! Elements in brackets: nesting, line wrapping and `...`.

/// Which part of an axis is shown.
#[derive(Clone, Copy)]
pub(super) struct Edges {
    /// Elements shown at each end; `None` if all are.
    pub(super) items: Option<usize>,
}

impl Edges {
    /// How many indices are shown before and after the `...` of an axis of `len`; `None` if it has none.
    fn split(self, len: usize) -> Option<(usize, usize)> {
        let items = self.items.filter(|&n| n.saturating_mul(2) < len)?;
        Some((items, items.max(1)))
    }

    /// The indices shown of an axis of `len`.
    fn indices(self, len: usize) -> impl Iterator<Item = usize> + Clone {
        let (leading, trailing) = self.split(len).unwrap_or((len, 0));
        (0..leading).chain(len - trailing..len)
    }

    /// Calls `visit` with every shown index of `shape`, last axis fastest.
    pub(super) fn for_each(self, shape: &[usize], mut visit: impl FnMut(&[usize])) {
        self.for_each_below(shape, 0, &mut vec![0; shape.len()], &mut visit);
    }

    fn for_each_below(
        self,
        shape: &[usize],
        axis: usize,
        index: &mut Vec<usize>,
        visit: &mut dyn FnMut(&[usize]),
    ) {
        if axis == shape.len() {
            return visit(index);
        }
        for i in self.indices(shape[axis]) {
            index[axis] = i;
            self.for_each_below(shape, axis + 1, index, visit);
        }
    }
}

/// Puts words into nested brackets.
pub(super) struct Layout<'a> {
    pub(super) shape: &'a [usize],
    pub(super) edges: Edges,
    pub(super) separator: &'a str,
    /// The words of the shown elements, in order.
    pub(super) words: std::vec::IntoIter<String>,
    pub(super) out: String,
}

impl Layout<'_> {
    /// Writes the axes from `axis` on, in brackets; their lines start after `indent` spaces and end before `width`.
    pub(super) fn write(&mut self, axis: usize, indent: usize, width: i64) {
        self.out.push('[');
        let rest = self.shape.len() - axis;
        if rest == 1 {
            self.write_words(self.shape[axis], indent, width);
        } else {
            // One blank line more for every further axis.
            let between = [self.separator.trim_end(), &"\n".repeat(rest - 1), &" ".repeat(indent)].concat();
            let (leading, trailing) = self.edges.split(self.shape[axis]).unwrap_or((0, self.shape[axis]));
            for i in 0..leading + trailing {
                if i > 0 {
                    self.out.push_str(&between);
                }
                if i == leading && trailing < self.shape[axis] {
                    self.out.push_str("...");
                    self.out.push_str(&between);
                }
                self.write(axis + 1, indent + 1, width.saturating_sub(1));
            }
        }
        self.out.push(']');
    }

    /// Writes the words of one innermost axis of `len`.
    fn write_words(&mut self, len: usize, indent: usize, width: i64) {
        // Room is left for what may follow a word: the separator or the bracket.
        let limit = width.saturating_sub(chars(self.separator.trim_end()).max(1) as i64);
        let mut lines = Lines { out: &mut self.out, line: String::new(), len: indent, indent, limit };
        let (leading, trailing) = self.edges.split(len).unwrap_or((0, len));
        for i in 0..leading + trailing {
            if i > 0 {
                lines.push(self.separator);
            }
            if i == leading && trailing < len {
                lines.push_word("...");
                lines.push(self.separator);
            }
            lines.push_word(&self.words.next().unwrap_or_default());
        }
        lines.finish();
    }
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// Lines that are being filled.
struct Lines<'a> {
    out: &'a mut String,
    /// The unfinished line; of the first, what follows the bracket.
    line: String,
    /// The unfinished line's characters, with all that precedes the first.
    len: usize,
    indent: usize,
    limit: i64,
}

impl Lines<'_> {
    fn push(&mut self, text: &str) {
        self.line.push_str(text);
        self.len += chars(text);
    }

    /// Appends a word, on a new line if it does not fit. A word of several lines becomes a block.
    fn push_word(&mut self, word: &str) {
        let mut rows = word.lines();
        let first = rows.next().unwrap_or_default();
        let widest = word.lines().map(chars).max().unwrap_or(0);
        if (self.len + widest) as i64 > self.limit && self.len > self.indent {
            self.end_line(self.indent);
        }
        let column = self.len;
        self.push(first);
        let mut last = first;
        for row in rows {
            self.end_line(column);
            self.push(row);
            last = row;
        }
        self.push(&" ".repeat(widest - chars(last)));
    }

    /// Ends the line; the next one starts after `indent` spaces.
    fn end_line(&mut self, indent: usize) {
        self.out.push_str(self.line.trim_end());
        self.out.push('\n');
        self.line = " ".repeat(indent);
        self.len = indent;
    }

    fn finish(self) {
        self.out.push_str(&self.line);
    }
}

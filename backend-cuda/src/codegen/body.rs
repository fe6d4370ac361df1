//! The text of a program's instructions: one C++ variable a register.

use super::{Units, call, loaded, register_type, stored};
use crate::launch::Args;
use bornite_core::program::{Instr, Op, Program, Reg, Source, philox};
use bornite_core::{DType, Value};
use std::fmt::Write;

/// Writes a program's instructions as C++.
pub(crate) struct Body<'a> {
    instrs: &'a [Instr],
    draws: &'a [Draw],
}

/// How the elements of a chunk, which a loop over `j` from 0 on computes, take their words of the random stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Draw {
    /// Each by itself.
    Each,
    /// From the block of the element before, if that holds the word.
    Shared,
    /// The chunk begins with a block: element `j` takes part `j` modulo a block's parts.
    Aligned,
    /// The chunk is as long as a block and begins within one. The thread makes the block that it begins in and takes the
    /// next from the lane above; a warp's last lane has no chunk of its own.
    Within,
}

/// Instructions whose round keys are arguments of the kernel, at most: they take 160 bytes each.
const KEYED: usize = 4;

/// The parts of a block that an instruction's elements count: words or halves. `None` if it draws none.
pub(crate) fn parts_of_block(op: Op) -> Option<usize> {
    match op {
        Op::Philox => Some(4),
        Op::PhiloxHalf => Some(8),
        _ => None,
    }
}

/// Whether integers are raised to powers that only the device sees: a negative one is an error of the run.
///
/// Exponents that are scalars are looked at by [`has_negative_exponent`].
pub(crate) fn may_fail(instrs: &[Instr]) -> bool {
    instrs.iter().any(|i| exponent(instrs, i).is_some_and(|e| !matches!(e.op, Op::Scalar(_))))
}

/// Whether register `reg` of a program is computed from such a power.
pub(crate) fn may_fail_for(program: &Program<'_>, reg: Reg) -> bool {
    program.needs(reg).any(|i| exponent(program.instrs, i).is_some_and(|e| !matches!(e.op, Op::Scalar(_))))
}

/// Whether integers are raised to a scalar power that is negative.
pub(crate) fn has_negative_exponent(instrs: &[Instr], scalars: &[Value]) -> bool {
    instrs.iter().any(|i| {
        let scalar = exponent(instrs, i).and_then(|e| match e.op {
            Op::Scalar(n) => scalars.get(n as usize),
            _ => None,
        });
        scalar.and_then(|v| v.as_integer()).is_some_and(|v| v < 0)
    })
}

/// The instruction that gives the exponent of a power of signed integers.
fn exponent<'i>(instrs: &'i [Instr], instr: &Instr) -> Option<&'i Instr> {
    let signed = matches!(instr.dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64);
    (instr.op == Op::Pow && signed).then(|| &instrs[instr.args[1] as usize])
}

impl<'a> Body<'a> {
    pub(crate) fn new(instrs: &'a [Instr]) -> Body<'a> {
        Body { instrs, draws: &[] }
    }

    /// With the way in which each instruction that draws random words does so, in their order; the others are
    /// [`Draw::Each`].
    pub(crate) fn drawing(self, draws: &'a [Draw]) -> Body<'a> {
        Body { draws, ..self }
    }

    /// Variables for the blocks that the elements of a chunk share, declared before its loop.
    pub(crate) fn blocks(&self, indent: &str) -> String {
        let mut text = String::new();
        for (n, draw) in self.shared() {
            let _ = match (draw, self.instrs[n].op) {
                (Draw::Within, Op::PhiloxHalf) => writeln!(text, "{indent}u32 b{n}[8];"),
                (Draw::Within, _) => writeln!(text, "{indent}u64 b{n}[4];"),
                _ => writeln!(text, "{indent}Block b{n};\n{indent}u64 n{n};"),
            };
        }
        text
    }

    /// The instructions that share blocks.
    fn shared(&self) -> impl Iterator<Item = (usize, Draw)> {
        let drawing = self.instrs.iter().enumerate().filter(|(_, i)| parts_of_block(i.op).is_some());
        drawing.zip(self.draws).map(|((n, _), draw)| (n, *draw)).filter(|(_, draw)| *draw != Draw::Each)
    }

    /// The instructions whose round keys are arguments, with the numbers of the scalars that are their keys.
    fn keyed(&self) -> impl Iterator<Item = (usize, [u8; 2])> {
        let scalar = |reg: Reg| match self.instrs[usize::from(reg)].op {
            Op::Scalar(n) => Some(n),
            _ => None,
        };
        let of = move |(n, draw): (usize, Draw)| {
            let [_, key0, key1] = self.instrs[n].args;
            (draw != Draw::Shared).then_some((n, [scalar(key0)?, scalar(key1)?]))
        };
        self.shared().filter_map(of).take(KEYED)
    }

    /// Members of the kernel's arguments that follow the scalars: round keys.
    pub(crate) fn key_members(&self) -> String {
        self.keyed().fold(String::new(), |text, (n, _)| text + &format!("    Keys k{n};\n"))
    }

    /// The members' values, as `philox_keys` in `philox.cuh` makes them.
    pub(crate) fn pack_keys(&self, args: &mut Args, scalars: &[Value]) {
        for (_, numbers) in self.keyed() {
            let key = numbers.map(|n| match scalars.get(usize::from(n)) {
                Some(Value::U64(key)) => *key,
                _ => 0,
            });
            (0..philox::ROUNDS).flat_map(|round| philox::round_key(key, round)).for_each(|k| args.word(k));
        }
    }

    /// The part of a shared block that instruction `n` draws, after statements that bring the block up to date.
    fn drawn(&self, text: &mut String, indent: &str, n: usize, draw: Draw) -> String {
        let i = &self.instrs[n];
        let (function, parts) = match i.op {
            Op::PhiloxHalf => ("philox_half", 8),
            _ => ("philox_word", 4),
        };
        let [number, key0, key1] = i.args;
        let of_block = format!("(u64)r{number} / {parts}");
        let keys = match self.keyed().any(|(place, _)| place == n) {
            true => format!("a.k{n}"),
            false => format!("philox_keys(r{key0}, r{key1})"),
        };
        let _ = match draw {
            Draw::Aligned => {
                writeln!(text, "{indent}if (j % {parts} == 0) b{n} = philox_block({of_block}, {keys});")
            }
            Draw::Within => writeln!(text, "{indent}if (j == 0) philox_row(b{n}, (u64)r{number}, {keys});"),
            _ => writeln!(
                text,
                "{indent}if (j == 0 || n{n} != {of_block}) b{n} = philox_next(n{n} = {of_block}, r{key0}, r{key1});"
            ),
        };
        match draw {
            Draw::Aligned => format!("{function}(b{n}, j % {parts})"),
            Draw::Within => format!("b{n}[j]"),
            _ => format!("{function}(b{n}, (int)r{number} & {})", parts - 1),
        }
    }

    /// The device files that the instructions need.
    pub(crate) fn units(&self) -> Units {
        Units::of(self.instrs)
    }

    /// Members `s0`, `s1` … of the kernel's arguments; the host packs them with `Args::scalars`.
    pub(crate) fn scalar_members(&self) -> String {
        let mut scalars: Vec<(u8, DType)> = Vec::new();
        for i in self.instrs {
            if let Op::Scalar(n) = i.op {
                scalars.push((n, i.dtype));
            }
        }
        scalars.sort_by_key(|(n, _)| *n);
        scalars.dedup();
        scalars
            .iter()
            .fold(String::new(), |text, (n, dtype)| text + &format!("    {} s{n};\n", register_type(*dtype)))
    }

    /// Statements that define `r0`, `r1` …. `input` gives the expression of an input's element: its memory type, or `i64`
    /// for an index generator. The arguments are named `a`. Where [`may_fail`], the statements set a variable `bad`.
    pub(crate) fn statements(&self, indent: &str, input: impl Fn(u8) -> String) -> String {
        let mut text = String::new();
        for (n, i) in self.instrs.iter().enumerate() {
            let value = match i.op {
                Op::Input(number) => loaded(i.dtype, &input(number)),
                Op::Scalar(number) => format!("a.s{number}"),
                op => {
                    let names: Vec<String> = i.operands().iter().map(|r| format!("r{r}")).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    if exponent(self.instrs, i).is_some_and(|e| !matches!(e.op, Op::Scalar(_))) {
                        let _ = writeln!(text, "{indent}bad |= {} < 0;", names[1]);
                    }
                    match self.shared().find(|(place, _)| *place == n) {
                        Some((_, draw)) => self.drawn(&mut text, indent, n, draw),
                        None => call(op, i.dtype, &names),
                    }
                }
            };
            let _ = writeln!(text, "{indent}const {} r{n} = {value};", register_type(i.result()));
        }
        text
    }

    /// The expression of register `reg` as an element in memory.
    pub(crate) fn stored(&self, reg: Reg) -> String {
        stored(self.instrs[reg as usize].result(), &format!("r{reg}"))
    }
}

/// Whether an input's elements lie in memory.
pub(crate) fn is_memory(source: &Source<'_>) -> bool {
    matches!(source, Source::Buffer(_))
}

//! The text of a program's instructions: one C++ variable a register.

use super::{Units, call, loaded, register_type, stored};
use bornite_core::DType;
use bornite_core::program::{Instr, Op, Reg, Source};
use std::fmt::Write;

/// Writes a program's instructions as C++.
pub(crate) struct Body<'a> {
    instrs: &'a [Instr],
}

/// Whether integers are raised to powers that only the device sees: a negative one is an error of the run.
///
/// Exponents that are scalars are looked at by [`has_negative_exponent`].
pub(crate) fn may_fail(instrs: &[Instr]) -> bool {
    instrs.iter().any(|i| exponent(instrs, i).is_some_and(|e| !matches!(e.op, Op::Scalar(_))))
}

/// Whether integers are raised to a scalar power that is negative.
pub(crate) fn has_negative_exponent(instrs: &[Instr], scalars: &[bornite_core::Value]) -> bool {
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
        Body { instrs }
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
                    call(op, i.dtype, &names)
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

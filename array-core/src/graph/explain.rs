//! Programs as text.

use super::linearize::Fused;
use crate::array::RawArray;
use crate::program::Op;
use std::fmt::Write;

/// The program that would compute `a`, one instruction a line.
pub(crate) fn explain(a: &RawArray) -> String {
    let Some(expr) = a.node.expr() else {
        return format!("ready: {} of shape {:?} on {}\n", a.dtype, a.layout.shape.as_slice(), a.device());
    };
    let whole = RawArray { node: a.node.clone(), layout: expr.layout.clone(), dtype: a.dtype };
    drop(expr);
    let roots = [&whole];
    let mut fused = Fused::of(&roots);
    if fused.linearize().is_err() {
        return "deferred: larger than one program\n".into();
    }
    let mut text = format!(
        "deferred: {} instructions over shape {:?} on {}\n",
        fused.instrs.len(),
        fused.shape.as_slice(),
        a.device()
    );
    for (reg, instr) in fused.instrs.iter().enumerate() {
        let _ = write!(text, "  r{reg}: {} = ", instr.result());
        let _ = match instr.op {
            Op::Input(i) => {
                let slot = &fused.slots[i as usize];
                let source = if fused.handle(slot.origin).is_some() { "input" } else { "index" };
                writeln!(text, "{source} {i}, strides {:?}", slot.layout.strides.as_slice())
            }
            Op::Scalar(i) => writeln!(text, "scalar {:?}", fused.scalars[i as usize]),
            Op::Cast(to) => writeln!(text, "astype({to}) r{}", instr.args[0]),
            op => {
                let operands: Vec<String> = instr.operands().iter().map(|r| format!("r{r}")).collect();
                writeln!(text, "{} {}", op.name(), operands.join(", "))
            }
        };
    }
    text
}

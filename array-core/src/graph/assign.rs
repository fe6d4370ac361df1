//! Writing into arrays: in place where nobody else can see it, else into a new buffer of which only the rest is copied.

use super::node::{Expr, Node, Operand};
use super::run::{eval, with_program};
use crate::array::RawArray;
use crate::backend::{Buffer, CopyJob};
use crate::device::Device;
use crate::error::Result;
use crate::graph::{Arg, apply_over};
use crate::layout::order::result_layout;
use crate::layout::region::Region;
use crate::layout::{Layout, Shape};
use crate::program::{Instr, Op, Output, Program};
use crate::value::Value;
use smallvec::SmallVec;
use std::sync::Arc;

/// Most pieces in which the rest of an array is copied; beyond that the whole is.
const MAX_PIECES: usize = 64;

/// Writes `value`, which is broadcast to the region's view and cast, to `region` of `target`.
///
/// Nothing changes if this fails.
pub(crate) fn assign(
    name: &'static str,
    target: &mut RawArray,
    region: &Region,
    value: RawArray,
) -> Result<()> {
    target.device().check_same(name, &value.device())?;
    let view = region.layout_in(&target.layout);
    let mut value = value;
    if value.layout.shape != view.shape {
        value.layout = broadcast_into(name, &value, &view.shape)?;
    }
    if view.size() == 0 {
        return Ok(());
    }
    if value.dtype != target.dtype {
        let shape: Shape = value.layout.shape.clone();
        let cast = Op::Cast(target.dtype);
        value = apply_over(name, value.device(), &shape, cast, value.dtype, &[Arg::Array(&value)])?;
    }
    write(target, region, Write::Array(value))
}

/// Writes one value to every element of `region` of `target`. Nothing changes if this fails.
pub(crate) fn fill(target: &mut RawArray, region: &Region, value: Value) -> Result<()> {
    if region.layout_in(&target.layout).size() == 0 {
        return Ok(());
    }
    let value = value.cast(target.dtype);
    write(target, region, Write::Scalar(value))
}

/// Makes `target` the only handle of a buffer that may be written, copying the elements if it is not.
pub(crate) fn make_unique(target: &mut RawArray) -> Result<()> {
    eval(&[target])?;
    let writable = target.node.buffer().is_some_and(Buffer::is_writable);
    if Arc::strong_count(&target.node) == 1 && writable && !target.layout.overlaps_itself() {
        return Ok(());
    }
    let copy = target.copied()?;
    copy.device().counts().copied(copy.layout.size() * copy.dtype.size());
    *target = copy;
    Ok(())
}

/// NumPy's rule for assignment: extra leading axes of size 1 are dropped.
pub(crate) fn broadcast_into(name: &'static str, value: &RawArray, shape: &[usize]) -> Result<Layout> {
    let extra = value.layout.ndim().saturating_sub(shape.len());
    if extra > 0 && value.layout.shape[..extra].iter().all(|&n| n == 1) {
        let inner = Layout {
            shape: value.layout.shape[extra..].into(),
            strides: value.layout.strides[extra..].into(),
            offset: value.layout.offset,
        };
        return inner.broadcast_to(name, shape);
    }
    value.layout.broadcast_to(name, shape)
}

enum Write {
    Array(RawArray),
    Scalar(Value),
}

fn write(target: &mut RawArray, region: &Region, mut value: Write) -> Result<()> {
    eval(&[target])?;
    let view = region.layout_in(&target.layout);
    if let Write::Array(v) = &value
        && !v.node.is_ready()
        && !v.fuses_into(&view.shape)
    {
        eval(&[v])?;
    }
    let use_of = match &value {
        Write::Array(v) => Use::of(v, &target.node, &view),
        Write::Scalar(_) => Use::default(),
    };
    let others = Arc::strong_count(&target.node) - 1;
    let writable = target.node.buffer().is_some_and(Buffer::is_writable) && !target.layout.overlaps_itself();
    if !writable || others != use_of.handles {
        return copy_on_write(target, region, &value);
    }
    if use_of.reads_what_it_writes || use_of.may_fail {
        // Computed aside, then copied: a temporary of the region's size.
        if let Write::Array(v) = &mut value {
            if v.node.is_ready() {
                *v = v.copied()?;
            } else {
                eval(&[v])?;
            }
        }
    }
    launch(target.device(), target.ready_buffer()?, &view, &value)
}

/// Runs into a new buffer and copies only what the region does not cover.
fn copy_on_write(target: &mut RawArray, region: &Region, value: &Write) -> Result<()> {
    let (device, dtype) = (target.device(), target.dtype);
    let layout = result_layout(&target.layout.shape, &[&target.layout]);
    let fresh = Buffer::allocate(device, layout.size() * dtype.size())?;
    let pieces = region.rest(&layout.shape, MAX_PIECES).unwrap_or_else(|| vec![Region::full(&layout.shape)]);
    let mut copied = 0;
    for piece in &pieces {
        let (from, to) = (piece.layout_in(&target.layout), piece.layout_in(&layout));
        device.counts().launched();
        device.start(&CopyJob::new(dtype, (target.ready_buffer()?, &from), (&fresh, &to)))?;
        copied += to.size() * dtype.size();
    }
    launch(device, &fresh, &region.layout_in(&layout), value)?;
    device.counts().copied(copied);
    *target = RawArray { node: Node::ready(device, fresh), layout, dtype };
    Ok(())
}

/// Computes `value` into `view` of `buffer`.
fn launch(device: Device, buffer: &Buffer, view: &Layout, value: &Write) -> Result<()> {
    match value {
        Write::Scalar(v) => {
            let instrs = [Instr { op: Op::Scalar(0), dtype: v.dtype(), args: [0; 3] }];
            device.counts().launched();
            device.start(&Program {
                shape: &view.shape,
                instrs: &instrs,
                inputs: &[],
                scalars: &[*v],
                outputs: &[Output { reg: 0, buffer, layout: view }],
            })
        }
        Write::Array(v) if v.node.is_ready() => {
            let from = v.ready_buffer()?;
            if std::ptr::eq(from, buffer) && v.layout == *view {
                return Ok(());
            }
            device.counts().launched();
            device.start(&CopyJob::new(v.dtype, (from, &v.layout), (buffer, view)))
        }
        Write::Array(v) => with_program(&[v], |program, regs| {
            let mut outputs: SmallVec<[Output<'_>; 2]> = program.outputs.into();
            outputs.push(Output { reg: regs[0], buffer, layout: view });
            device.start(&Program { outputs: &outputs, ..*program })
        }),
    }
}

/// What a value that is about to be written knows of the memory it goes to.
#[derive(Default)]
struct Use {
    /// Handles of the target's node that belong to the value alone.
    handles: usize,
    /// Whether it reads elements that it overwrites at another place.
    reads_what_it_writes: bool,
    /// Whether its run may fail half way.
    may_fail: bool,
}

impl Use {
    fn of(value: &RawArray, target: &Arc<Node>, view: &Layout) -> Use {
        let mut found = Use::default();
        let mut meet = |a: &RawArray| {
            let same_place = a.layout == *view;
            found.reads_what_it_writes |= !same_place && a.layout.may_overlap(view);
        };
        if Arc::ptr_eq(&value.node, target) {
            meet(value);
            return Use { handles: 1, ..found };
        }
        let Some(expr) = value.node.expr() else { return found };
        // All expressions below, and for each node how often they use it.
        let mut nodes: SmallVec<[(Arc<Node>, Arc<Expr>); 8]> = SmallVec::new();
        let mut exprs: SmallVec<[Arc<Expr>; 8]> = SmallVec::from_elem(expr, 1);
        let mut at = 0;
        while at < exprs.len() {
            let expr = exprs[at].clone();
            at += 1;
            found.may_fail |= expr.op == Op::Pow && expr.dtype.is_integer();
            for operand in &expr.operands {
                let Operand::Array(a) = operand else { continue };
                if Arc::ptr_eq(&a.node, target) {
                    meet(a);
                } else if !nodes.iter().any(|(n, _)| Arc::ptr_eq(n, &a.node))
                    && let Some(inner) = a.node.expr()
                {
                    exprs.push(inner.clone());
                    nodes.push((a.node.clone(), inner));
                }
            }
        }
        // An expression is the value's own if all handles of its node are in the value's own expressions.
        let mut own: SmallVec<[bool; 8]> = exprs.iter().map(|_| false).collect();
        own[0] = Arc::strong_count(&value.node) == 1;
        let uses = |node: &Arc<Node>, own: &[bool]| -> usize {
            let mine = exprs.iter().zip(own).filter(|(_, own)| **own);
            mine.flat_map(|(e, _)| &e.operands)
                .filter(|o| matches!(o, Operand::Array(a) if Arc::ptr_eq(&a.node, node)))
                .count()
        };
        loop {
            let mut changed = false;
            for (i, (node, _)) in nodes.iter().enumerate() {
                // One handle more: the list's own.
                if !own[i + 1] && Arc::strong_count(node) == uses(node, &own) + 1 {
                    own[i + 1] = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        found.handles = uses(target, &own);
        found
    }
}

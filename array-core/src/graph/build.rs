//! Building operations: shape and layout of the result, at once or as a deferred node.

use super::linearize::Fused;
use super::node::{Cost, Expr, Node, Operand};
use super::run;
use crate::array::RawArray;
use crate::backend::Buffer;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::order::result_layout;
use crate::layout::{Layout, Shape, broadcast::broadcast_shapes, checked_size};
use crate::program::{Input, Instr, Op, Output, Program, Reg, Source};
use crate::value::Value;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::atomic::AtomicBool;

/// Longest chain of deferred operations.
const MAX_HEIGHT: usize = 32;
/// Most inputs of a program.
const MAX_INPUTS: usize = 16;
/// Most operations of a program.
const MAX_OPS: usize = 128;
/// Most scalars of a program.
const MAX_SCALARS: usize = 64;
/// Bytes that deferred nodes alone may keep alive, whatever the size of the result.
const FREE_BYTES: usize = 64 << 20;

/// An operand of [`apply`].
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a> {
    /// An array, broadcast to the result's shape.
    Array(&'a RawArray),
    /// A scalar.
    Scalar(Value),
    /// The offset of each element in this layout (of the result's shape), as `int64`.
    Index(&'a Layout),
}

/// `op` on operands that are cast to `dtype` (where the operation wants that) and broadcast together.
///
/// At least one operand must be an array. The operation must be defined for `dtype`.
pub(crate) fn apply(name: &'static str, op: Op, dtype: DType, args: &[Arg<'_>]) -> Result<RawArray> {
    let mut arrays = args.iter().filter_map(|a| if let Arg::Array(a) = a { Some(*a) } else { None });
    let first = arrays.next().expect("an operation has an array operand");
    let device = first.device();
    let mut same = true;
    for a in arrays.clone() {
        same &= a.layout.has_shape(&first.layout.shape);
    }
    if same {
        return apply_over(name, device, &first.layout.shape, op, dtype, args);
    }
    let shapes: SmallVec<[&[usize]; 3]> =
        std::iter::once(first).chain(arrays).map(|a| a.layout.shape.as_slice()).collect();
    let shape = broadcast_shapes(name, &shapes)?;
    apply_over(name, device, &shape, op, dtype, args)
}

/// As [`apply`], over a given shape that all array operands broadcast to; none need be an array.
pub(crate) fn apply_over(
    name: &'static str,
    device: Device,
    shape: &[usize],
    op: Op,
    dtype: DType,
    args: &[Arg<'_>],
) -> Result<RawArray> {
    for arg in args {
        if let Arg::Array(a) = arg {
            device.check_same(name, &a.device())?;
        }
    }
    let result = op.result(dtype);
    let size = checked_size(name, shape, result.size())?;
    if size <= device.eager_limit()
        && size > 0
        && let Some(result) = few(device, shape, size, op, dtype, args)
    {
        return result;
    }
    let in_c_order = |arg: &Arg<'_>| match arg {
        Arg::Array(a) => a.layout.has_shape(shape) && a.layout.is_c_contiguous(),
        Arg::Index(_) => false,
        Arg::Scalar(_) => true,
    };
    if size > device.eager_limit() && args.iter().all(in_c_order) {
        return deferred(name, device, Layout::contiguous(shape), size, op, dtype, args);
    }
    let mut layouts: SmallVec<[Cow<'_, Layout>; 3]> = SmallVec::new();
    for arg in args {
        match arg {
            Arg::Array(a) if a.layout.has_shape(shape) => layouts.push(Cow::Borrowed(&a.layout)),
            Arg::Array(a) => layouts.push(Cow::Owned(a.layout.broadcast_to(name, shape)?)),
            Arg::Index(l) => layouts.push(Cow::Borrowed(*l)),
            Arg::Scalar(_) => {}
        }
    }
    let order: SmallVec<[&Layout; 3]> = layouts.iter().map(|l| &**l).collect();
    // One element says nothing of the order of axes.
    let layout = result_layout(shape, &order);
    if size <= device.eager_limit() || size == 0 {
        match at_once(device, &layout, op, dtype, args, &layouts) {
            // Memory may be there when the value is needed; that call reports it if not.
            Err(Error::OutOfMemory { .. }) => {}
            result => return result,
        }
    }
    deferred(name, device, layout, size, op, dtype, args)
}

/// Runs one operation on C-contiguous operands of the result's shape and the operation's types, and scalars: what
/// programs with small arrays do most. `None` if it is another, or memory is short.
fn few(
    device: Device,
    shape: &[usize],
    size: usize,
    op: Op,
    dtype: DType,
    args: &[Arg<'_>],
) -> Option<Result<RawArray>> {
    let first = args.iter().find_map(|a| if let Arg::Array(a) = a { Some(a) } else { None })?;
    if matches!(op, Op::Cast(_)) || args.len() > 3 {
        return None;
    }
    let mut instrs = [Instr { op, dtype, args: [0, 1, 2] }; 4];
    let mut inputs = [Input { source: Source::Index, dtype: DType::I64, layout: &first.layout }; 3];
    let mut scalars = [Value::Bool(false); 3];
    let (mut arrays, mut values) = (0, 0);
    for (place, arg) in args.iter().enumerate() {
        let wanted = op.operand(place, dtype);
        let leaf = match arg {
            Arg::Array(a) => {
                if a.dtype != wanted || !a.layout.has_shape(shape) || !a.layout.is_c_contiguous() {
                    return None;
                }
                inputs[arrays] =
                    Input { source: Source::Buffer(a.node.buffer()?), dtype: wanted, layout: &a.layout };
                arrays += 1;
                Op::Input(arrays as u8 - 1)
            }
            Arg::Scalar(v) => {
                if v.dtype() != wanted {
                    return None;
                }
                scalars[values] = *v;
                values += 1;
                Op::Scalar(values as u8 - 1)
            }
            Arg::Index(_) => return None,
        };
        instrs[place] = Instr { op: leaf, dtype: wanted, args: [0; 3] };
    }
    let result = op.result(dtype);
    let array = RawArray {
        node: Node::uninitialized(device, size * result.size()).ok()?,
        layout: Layout::contiguous(shape),
        dtype: result,
    };
    device.counts().launched();
    let done = device.start(&Program {
        shape,
        instrs: &instrs[..=args.len()],
        inputs: &inputs[..arrays],
        scalars: &scalars[..values],
        outputs: &[Output { reg: args.len() as Reg, buffer: array.node.buffer()?, layout: &array.layout }],
    });
    Some(done.map(|()| array))
}

/// Runs one operation now.
fn at_once(
    device: Device,
    layout: &Layout,
    op: Op,
    dtype: DType,
    args: &[Arg<'_>],
    layouts: &[Cow<'_, Layout>],
) -> Result<RawArray> {
    let result = op.result(dtype);
    let array = RawArray::uninitialized(device, layout.clone(), result)?;
    if layout.size() > 0 {
        let mut instrs: SmallVec<[Instr; 8]> = SmallVec::new();
        let mut inputs: SmallVec<[Input<'_>; 3]> = SmallVec::new();
        let mut scalars: SmallVec<[Value; 3]> = SmallVec::new();
        let mut regs = [0 as Reg; 3];
        for (place, arg) in args.iter().enumerate() {
            let (leaf, has) = match arg {
                Arg::Scalar(v) => {
                    scalars.push(*v);
                    (Op::Scalar(scalars.len() as u8 - 1), v.dtype())
                }
                Arg::Array(a) => {
                    let source = Source::Buffer(a.ready_buffer()?);
                    inputs.push(Input { source, dtype: a.dtype, layout: &layouts[inputs.len()] });
                    (Op::Input(inputs.len() as u8 - 1), a.dtype)
                }
                Arg::Index(_) => {
                    inputs.push(Input {
                        source: Source::Index,
                        dtype: DType::I64,
                        layout: &layouts[inputs.len()],
                    });
                    (Op::Input(inputs.len() as u8 - 1), DType::I64)
                }
            };
            instrs.push(Instr { op: leaf, dtype: has, args: [0; 3] });
            let wanted = op.operand(place, dtype);
            if has != wanted && !matches!(op, Op::Cast(_)) {
                let from = instrs.len() as Reg - 1;
                instrs.push(Instr { op: Op::Cast(wanted), dtype: has, args: [from, 0, 0] });
            }
            regs[place] = instrs.len() as Reg - 1;
        }
        if op != Op::Cast(dtype) {
            instrs.push(Instr { op, dtype, args: regs });
        }
        let outputs = [Output { reg: instrs.len() as Reg - 1, buffer: array.ready_buffer()?, layout }];
        device.counts().launched();
        device.start(&Program {
            shape: &layout.shape,
            instrs: &instrs,
            inputs: &inputs,
            scalars: &scalars,
            outputs: &outputs,
        })?;
    }
    Ok(array)
}

/// Makes a deferred node, running operands first where the expression would grow too large.
fn deferred(
    name: &'static str,
    device: Device,
    layout: Layout,
    size: usize,
    op: Op,
    dtype: DType,
    args: &[Arg<'_>],
) -> Result<RawArray> {
    let result = op.result(dtype);
    let mut operands: SmallVec<[Operand; 2]> = SmallVec::new();
    for arg in args {
        operands.push(match arg {
            Arg::Array(a) => {
                if !a.node.is_ready() && !a.fuses_into(&layout.shape) {
                    // A view, or a broadcast operand, of a deferred node: run it, so that nothing is computed twice
                    // over. If that fails, the call that needs the value tries again and reports.
                    let _ = run::eval(&[a]);
                }
                // Seen in the result's shape from now on; one element joins any shape as it is.
                if a.layout.has_shape(&layout.shape) || a.layout.size() == 1 {
                    Operand::Array((*a).clone())
                } else {
                    Operand::Array(a.with_layout(a.layout.broadcast_to(name, &layout.shape)?))
                }
            }
            Arg::Scalar(v) => Operand::Scalar(*v),
            Arg::Index(l) => Operand::Index((*l).clone()),
        });
    }
    let mut expr =
        Expr { op, dtype, operands, layout, cost: Cost::default(), passed: AtomicBool::new(false) };
    let keep = FREE_BYTES.max(size.saturating_mul(2 * result.size()));
    loop {
        expr.cost = estimate(&expr);
        if fits(&expr.cost) && expr.cost.bytes <= keep {
            break;
        }
        // The estimate counts shared parts for each use; look closer before giving up fusion.
        if let Some((exact, kept)) = Fused::measure(&expr) {
            let fits_exactly = fits(&exact) && kept <= keep;
            expr.cost = Cost { bytes: expr.cost.bytes, ..exact };
            if fits_exactly {
                break;
            }
        }
        if !run_tallest(&expr) {
            break;
        }
    }
    let (layout, dtype) = (expr.layout.clone(), result);
    Ok(RawArray { node: Node::deferred(device, expr), layout, dtype })
}

fn fits(cost: &Cost) -> bool {
    cost.height <= MAX_HEIGHT
        && cost.inputs <= MAX_INPUTS
        && cost.ops <= MAX_OPS
        && cost.scalars <= MAX_SCALARS
}

/// The cost of an expression from its operands' costs.
fn estimate(expr: &Expr) -> Cost {
    let mut cost = Cost { ops: 1, ..Cost::default() };
    for (place, operand) in expr.operands.iter().enumerate() {
        let has = match operand {
            Operand::Array(a) => {
                match a.node.look(|child| child.cost) {
                    Some(child) => {
                        cost.height = cost.height.max(child.height);
                        cost.ops += child.ops;
                        cost.inputs += child.inputs;
                        cost.scalars += child.scalars;
                        cost.bytes += child.bytes;
                    }
                    None => {
                        cost.inputs += 1;
                        cost.bytes += a.node.buffer().map_or(0, Buffer::bytes);
                    }
                }
                a.dtype
            }
            Operand::Scalar(v) => {
                cost.scalars += 1;
                v.dtype()
            }
            Operand::Index(_) => {
                cost.inputs += 1;
                DType::I64
            }
        };
        cost.ops += (has != expr.op.operand(place, expr.dtype)) as usize;
    }
    cost.height += 1;
    cost
}

/// Runs the deferred operand with the longest chain below it; `false` if there is none or it fails.
pub(super) fn run_tallest(expr: &Expr) -> bool {
    let tallest = expr
        .operands
        .iter()
        .filter_map(|o| match o {
            Operand::Array(a) => a.node.look(|e| (e.cost.height, a)),
            _ => None,
        })
        .max_by_key(|(height, _)| *height);
    match tallest {
        Some((_, a)) => run::eval(&[a]).is_ok(),
        None => false,
    }
}

impl RawArray {
    /// Whether a deferred array can be part of a program over `shape`: the whole node in its own layout, and of that
    /// shape or of one element.
    pub(crate) fn fuses_into(&self, shape: &[usize]) -> bool {
        let whole = self.node.look(|expr| expr.layout == self.layout);
        whole.is_none_or(|whole| whole && (self.layout.has_shape(shape) || self.layout.size() == 1))
    }
}

/// The zero strides that show one element as `shape`.
pub(super) fn splat(layout: &Layout, shape: &[usize]) -> Layout {
    Layout {
        shape: Shape::from_slice(shape),
        strides: SmallVec::from_elem(0, shape.len()),
        offset: layout.offset,
    }
}

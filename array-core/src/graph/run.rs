//! Running deferred nodes: which results are written, into which memory, and what is released.

use super::build::run_tallest;
use super::linearize::{Fused, Origin, Slot};
use super::node::Node;
use crate::array::RawArray;
use crate::backend::Buffer;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::program::{Input, Instr, Op, Output, Program, Reg, Source};
use smallvec::SmallVec;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How often a run looks again for operands that other threads have run meanwhile.
const MOST_TRIES: usize = 64;

/// Makes every array ready; those of one shape on one device run as one program.
pub(crate) fn eval(arrays: &[&RawArray]) -> Result<()> {
    if let [a] = arrays
        && a.node.look(|e| e.layout == a.layout).unwrap_or(false)
    {
        // The commonest call: one array, which is the whole node.
        return run_one(a);
    }
    let mut pending: SmallVec<[&RawArray; 4]> = SmallVec::new();
    for a in arrays {
        if !a.node.is_ready() && !pending.iter().any(|p| Arc::ptr_eq(&p.node, &a.node)) {
            pending.push(a);
        }
    }
    while let Some(first) = pending.first() {
        let Some(expr) = first.node.expr() else {
            pending.remove(0);
            continue;
        };
        // Handles may be views; the program computes whole nodes.
        let mut group: SmallVec<[RawArray; 4]> = SmallVec::new();
        let (device, shape) = (first.device(), expr.layout.shape.clone());
        // Held on, it would look like another thread inside the expression, and nothing could be donated.
        drop(expr);
        pending.retain(|a| match a.node.expr() {
            Some(e) if a.device() == device && e.layout.has_shape(&shape) => {
                group.push(whole(a, &e.layout));
                false
            }
            Some(_) => true,
            None => false,
        });
        if group.is_empty() {
            // Another thread has finished it meanwhile.
            continue;
        }
        let roots: SmallVec<[&RawArray; 4]> = group.iter().collect();
        match run_together(&roots) {
            Ok(()) => {}
            Err(Failure::Error(e)) => return Err(e),
            // Together they do not fit one program: one by one.
            Err(Failure::TooLarge) => {
                for root in &roots {
                    run_one(root)?;
                }
            }
        }
    }
    Ok(())
}

/// The whole node that `a` is a handle or view of. Dropped before anybody counts handles of results.
fn whole(a: &RawArray, layout: &Layout) -> RawArray {
    RawArray { node: a.node.clone(), layout: layout.clone(), dtype: a.dtype }
}

enum Failure {
    TooLarge,
    Error(Error),
}

fn run_one(root: &RawArray) -> Result<()> {
    // Another thread may run the operands while this one looks for the tallest; it then looks again.
    let mut tries = 0;
    loop {
        match run_together(&[root]) {
            Ok(()) => return Ok(()),
            Err(Failure::Error(e)) => return Err(e),
            Err(Failure::TooLarge) => {
                let Some(expr) = root.node.expr() else { return Ok(()) };
                if run_tallest(&expr) {
                    continue;
                }
                // Its error is the reason that the expression grew too large.
                if let Some(error) = tallest_error(&expr) {
                    return Err(error);
                }
                tries += 1;
                if tries > MOST_TRIES {
                    return Err(Error::Backend {
                        operation: "eval",
                        message: "the expression needs more registers than a program has".into(),
                    });
                }
            }
        }
    }
}

fn tallest_error(expr: &super::node::Expr) -> Option<Error> {
    expr.operands.iter().find_map(|o| match o {
        super::node::Operand::Array(a) if !a.node.is_ready() => eval(&[a]).err(),
        _ => None,
    })
}

fn run_together(roots: &[&RawArray]) -> Result<(), Failure> {
    let mut fused = Fused::of(roots);
    fused.linearize().map_err(|_| Failure::TooLarge)?;
    let start = |program: &Program<'_>, _: &[Reg]| roots[0].device().start(program);
    execute(&fused, roots, Writes::Roots, start).map_err(Failure::Error)
}

/// Runs a job whose prologue computes `arrays` (of one shape, on one device); the registers of the arrays are given to
/// `job` beside the program. Inner nodes that deserve it are written on the way.
pub(crate) fn with_program<R>(
    arrays: &[&RawArray],
    job: impl FnOnce(&Program<'_>, &[Reg]) -> Result<R>,
) -> Result<R> {
    with(arrays, Writes::Inner, job)
}

fn with<R>(
    arrays: &[&RawArray],
    writes: Writes,
    job: impl FnOnce(&Program<'_>, &[Reg]) -> Result<R>,
) -> Result<R> {
    if let [a] = arrays
        && let Some(buffer) = a.node.buffer()
    {
        // One array that is there: nothing to fuse or to write.
        let device = a.device();
        device.counts().launched();
        return job(
            &Program {
                shape: &a.layout.shape,
                instrs: &[Instr { op: Op::Input(0), dtype: a.dtype, args: [0; 3] }],
                inputs: &[Input { source: Source::Buffer(buffer), dtype: a.dtype, layout: &a.layout }],
                scalars: &[],
                outputs: &[],
            },
            &[0],
        );
    }
    run_apart(arrays)?;
    let mut fused = Fused::of(arrays);
    if fused.linearize().is_err() {
        eval(arrays)?;
        fused = Fused::of(arrays);
        fused.linearize().map_err(|_| Error::Backend {
            operation: "eval",
            message: "too many inputs for one program".into(),
        })?;
    }
    execute(&fused, arrays, writes, job)
}

/// Runs those of `arrays` that cannot be part of one program: views of delayed nodes.
fn run_apart(arrays: &[&RawArray]) -> Result<()> {
    let apart = arrays.iter().filter(|a| !a.node.is_ready() && !a.fuses_into(&arrays[0].layout.shape));
    apart.copied().try_for_each(|a| eval(&[a]))
}

/// As [`with_program`], for jobs that write nothing of their program and may run it more than once: scans, masks. Inner
/// nodes that deserve to be written are run before, for an input that dies with them may become their memory.
pub(crate) fn with_read_only_program<R>(
    arrays: &[&RawArray],
    job: impl FnOnce(&Program<'_>, &[Reg]) -> Result<R>,
) -> Result<R> {
    loop {
        run_apart(arrays)?;
        let mut fused = Fused::of(arrays);
        if fused.linearize().is_err() {
            break;
        }
        let left = fused.left(arrays, Writes::Inner);
        let deserving = fused.visited.iter().zip(left).filter(|(_, left)| *left == Left::Value);
        let deserving: SmallVec<[RawArray; 2]> =
            deserving.filter_map(|(v, _)| fused.handle(v.origin).cloned()).collect();
        // Held on, it would look like another thread inside the expressions, and nothing could be donated.
        drop(fused);
        if deserving.is_empty() {
            break;
        }
        eval(&deserving.iter().collect::<SmallVec<[&RawArray; 2]>>())?;
    }
    with(arrays, Writes::Nothing, job)
}

/// What a run leaves of a node that it computes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing: nobody will ask for it again; or it has another shape than the program, and cannot be written.
    Nothing,
    /// The expression. No run has passed through it before.
    Expression,
    /// Its value: a run has passed through it already, and somebody may ask for it again.
    Value,
}

impl Fused<'_> {
    /// What the run leaves of each visited node. A node stays if it is held outside of the program, or if an expression
    /// that stays needs it.
    fn left(&self, roots: &[&RawArray], writes: Writes) -> SmallVec<[Left; 8]> {
        let mut left: SmallVec<[Left; 8]> = SmallVec::from_elem(Left::Nothing, self.visited.len());
        let mut needed: SmallVec<[bool; 8]> = SmallVec::from_elem(false, self.visited.len());
        // Users before what they use. Visits go that way from one root, but come to a shared node with its first user; then
        // instructions tell, which follow their operands.
        let mut order: SmallVec<[usize; 16]> = (0..self.visited.len()).collect();
        if roots.len() > 1 || self.visited.iter().any(|v| v.edges > 1) {
            order.sort_unstable_by_key(|place| std::cmp::Reverse(self.visited[*place].reg));
        }
        for place in order {
            let v = &self.visited[place];
            let Some(handle) = self.handle(v.origin) else { continue };
            let expr = &self.exprs[v.expr];
            let is_root = writes == Writes::Roots && roots.iter().any(|r| Arc::ptr_eq(&r.node, &handle.node));
            let stays = needed[place] || Arc::strong_count(&handle.node) > v.edges;
            let again = stays && writes != Writes::Nothing && expr.passed.load(Ordering::Relaxed);
            let writable = expr.layout.has_shape(&self.shape);
            if is_root || (again && writable) {
                left[place] = Left::Value;
            } else if stays {
                left[place] = if writable { Left::Expression } else { Left::Nothing };
                for operand in &expr.operands {
                    let super::node::Operand::Array(a) = operand else { continue };
                    if let Some(below) = self.place_of(&a.node) {
                        needed[below] = true;
                    }
                }
            }
        }
        left
    }
}

/// What a run writes beside the results of its job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// The roots, and inner nodes that deserve it.
    Roots,
    /// Inner nodes that deserve it; the roots feed the job.
    Inner,
    /// Nothing.
    Nothing,
}

/// One result of a run.
struct Written {
    reg: Reg,
    /// Place in `fused.visited`.
    visited: usize,
    layout: Layout,
}

/// Decides what is written and where, runs `job`, and publishes the results.
fn execute<R>(
    fused: &Fused<'_>,
    roots: &[&RawArray],
    writes: Writes,
    job: impl FnOnce(&Program<'_>, &[Reg]) -> Result<R>,
) -> Result<R> {
    let device = roots[0].device();
    let mut results: SmallVec<[Written; 2]> = SmallVec::new();
    let mut first_pass: SmallVec<[usize; 8]> = SmallVec::new();
    for (place, left) in fused.left(roots, writes).into_iter().enumerate() {
        let v = &fused.visited[place];
        match left {
            Left::Value => {
                let layout = fused.exprs[v.expr].layout.clone();
                results.push(Written { reg: v.reg, visited: place, layout });
            }
            Left::Expression => first_pass.push(place),
            Left::Nothing => {}
        }
    }

    // Everything is allocated before anything is overwritten or launched.
    let claimed = claim(fused, &results);
    let donors = if claimed { donors(fused, &results) } else { SmallVec::new() };
    let release = |()| {
        if claimed {
            for r in &results {
                if let Some(h) = fused.handle(fused.visited[r.visited].origin) {
                    h.node.unclaim();
                }
            }
        }
    };
    let mut fresh: SmallVec<[Option<Buffer>; 2]> = SmallVec::new();
    for (i, r) in results.iter().enumerate() {
        if donors.iter().any(|d| d.0 == i) {
            fresh.push(None);
            continue;
        }
        let bytes = r.layout.size() * fused.instrs[r.reg as usize].result().size();
        match Buffer::allocate(device, bytes) {
            Ok(buffer) => fresh.push(Some(buffer)),
            Err(e) => {
                release(());
                return Err(e);
            }
        }
    }

    let outcome = {
        let inputs = fused.inputs();
        let mut outputs: SmallVec<[Output<'_>; 2]> = SmallVec::new();
        for (i, r) in results.iter().enumerate() {
            let donor = donors
                .iter()
                .find(|d| d.0 == i)
                .and_then(|d| fused.handle(d.1))
                .and_then(|h| h.node.buffer());
            if let Some(buffer) = fresh[i].as_ref().or(donor) {
                outputs.push(Output { reg: r.reg, buffer, layout: &r.layout });
            }
        }
        device.counts().launched();
        job(
            &Program {
                shape: &fused.shape,
                instrs: &fused.instrs,
                inputs: &inputs,
                scalars: &fused.scalars,
                outputs: &outputs,
            },
            &fused.regs,
        )
    };
    let value = match outcome {
        Ok(value) => value,
        Err(e) => {
            release(());
            return Err(e);
        }
    };

    for place in first_pass {
        fused.exprs[fused.visited[place].expr].passed.store(true, Ordering::Relaxed);
    }
    for (i, r) in results.iter().enumerate() {
        let Some(target) = fused.handle(fused.visited[r.visited].origin) else { continue };
        let buffer = match fresh[i].take() {
            Some(buffer) => buffer,
            None => {
                let donor = donors.iter().find(|d| d.0 == i).and_then(|d| fused.handle(d.1));
                // SAFETY: `donors` found every handle of the node inside this tree, whose results are claimed.
                match donor.and_then(|h| unsafe { h.node.donate() }) {
                    Some(buffer) => {
                        device.counts().donated(buffer.bytes());
                        buffer
                    }
                    None => continue,
                }
            }
        };
        target.node.fulfill(buffer);
    }
    Ok(value)
}

/// Claims every result; all or none.
fn claim(fused: &Fused<'_>, results: &[Written]) -> bool {
    for (i, r) in results.iter().enumerate() {
        let v = &fused.visited[r.visited];
        let won = fused.handle(v.origin).is_some_and(|h| h.node.try_claim(&fused.exprs[v.expr]));
        if !won {
            for r in &results[..i] {
                if let Some(h) = fused.handle(fused.visited[r.visited].origin) {
                    h.node.unclaim();
                }
            }
            return false;
        }
    }
    !results.is_empty()
}

/// Results that are written over dying inputs: pairs of result and where the input's handle is.
///
/// An input dies with the run if all its handles are in expressions that the run drops: those of results, and those of
/// inner nodes whose handles are all in such expressions in turn.
fn donors(fused: &Fused<'_>, results: &[Written]) -> SmallVec<[(usize, Origin); 2]> {
    // What can be told of an input alone, before looking at who uses it: most runs end here.
    let fits = |s: &Slot, r: &Written| {
        let itemsize = fused.instrs[r.reg as usize].result().size();
        s.dtype.size() == itemsize
            && s.layout == r.layout
            && fused.handle(s.origin).is_some_and(|h| {
                h.node.buffer().is_some_and(|b| {
                    !b.is_inline() && b.is_writable() && b.bytes() == r.layout.size() * itemsize
                }) && Arc::strong_count(&h.node) == fused.edges_to(&h.node)
            })
    };
    if !results.iter().any(|r| fused.slots.iter().any(|s| fits(s, r))) {
        return SmallVec::new();
    }
    // Expressions are in order of visit, which is not an order of use; iterate until nothing changes.
    let dropped: SmallVec<[Cell<bool>; 8]> = fused
        .exprs
        .iter()
        .enumerate()
        .map(|(e, _)| Cell::new(results.iter().any(|r| fused.visited[r.visited].expr == e)))
        .collect();
    let uses_by_dropped = |node: &Arc<Node>| -> usize {
        fused
            .exprs
            .iter()
            .zip(&dropped)
            .filter(|(_, d)| d.get())
            .flat_map(|(e, _)| &e.operands)
            .filter(|o| matches!(o, super::node::Operand::Array(a) if Arc::ptr_eq(&a.node, node)))
            .count()
    };
    loop {
        let mut changed = false;
        for v in &fused.visited {
            if dropped[v.expr].get() {
                continue;
            }
            let dies = fused
                .handle(v.origin)
                .is_some_and(|h| Arc::strong_count(&h.node) == uses_by_dropped(&h.node));
            if dies {
                dropped[v.expr].set(true);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut pairs: SmallVec<[(usize, Origin); 2]> = SmallVec::new();
    for (i, r) in results.iter().enumerate() {
        let found = fused.slots.iter().find(|s| {
            let Some(h) = fused.handle(s.origin) else { return false };
            let one_view = || {
                fused.slots.iter().all(|t| {
                    t.layout == s.layout
                        || !fused.handle(t.origin).is_some_and(|other| Arc::ptr_eq(&other.node, &h.node))
                })
            };
            fits(s, r)
                && one_view()
                && Arc::strong_count(&h.node) == uses_by_dropped(&h.node)
                && !pairs.iter().any(|(_, o)| fused.handle(*o).is_some_and(|p| Arc::ptr_eq(&p.node, &h.node)))
        });
        if let Some(slot) = found {
            pairs.push((i, slot.origin));
        }
    }
    pairs
}

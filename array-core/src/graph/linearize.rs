//! From expressions to one straight-line program: shared parts once, by node identity.

use super::build::splat;
use super::node::{Cost, Expr, Node, Operand};
use crate::array::RawArray;
use crate::backend::Buffer;
use crate::dtype::DType;
use crate::layout::{Layout, Shape};
use crate::program::{Input, Instr, MAX_REGISTERS, Op, Reg, Source};
use crate::value::Value;
use smallvec::SmallVec;
use std::sync::Arc;

/// Where an input slot's node is found, without holding a handle of its own (which would change its count).
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// Operand of a visited expression.
    Operand { expr: usize, place: usize },
    /// One of the arrays that linearising began with.
    Root(usize),
    /// No memory: the index generator.
    Index,
}

/// One input of the program.
pub(super) struct Slot {
    pub(super) origin: Origin,
    pub(super) layout: Layout,
    pub(super) dtype: DType,
}

/// A deferred node in the program.
pub(super) struct Visited {
    /// Identity only.
    node: *const Node,
    /// Uses by other expressions of the program.
    pub(super) edges: usize,
    pub(super) reg: Reg,
    pub(super) expr: usize,
    /// Where a handle of it is: needed to count its holders.
    pub(super) origin: Origin,
}

/// A program in the making, with the expressions that it came from kept alive.
pub(super) struct Fused<'a> {
    pub(super) shape: Shape,
    roots: &'a [&'a RawArray],
    pub(super) instrs: SmallVec<[Instr; 16]>,
    pub(super) slots: SmallVec<[Slot; 4]>,
    pub(super) scalars: SmallVec<[Value; 4]>,
    /// Every expression in the program, in order of visit: users before what they use.
    pub(super) exprs: SmallVec<[Arc<Expr>; 8]>,
    pub(super) visited: SmallVec<[Visited; 8]>,
    /// The register of each root.
    pub(super) regs: SmallVec<[Reg; 2]>,
}

/// The program would need more registers than there are, or a view of a delayed node; operands must run first.
pub(super) struct TooLarge;

impl<'a> Fused<'a> {
    /// A program of `shape` without instructions.
    #[inline]
    fn empty(shape: Shape, roots: &'a [&'a RawArray]) -> Fused<'a> {
        Fused {
            shape,
            roots,
            instrs: SmallVec::new(),
            slots: SmallVec::new(),
            scalars: SmallVec::new(),
            exprs: SmallVec::new(),
            visited: SmallVec::new(),
            regs: SmallVec::new(),
        }
    }

    /// The program that will compute `roots`, which all have one shape, once [`Fused::linearize`] has written it. A root
    /// that is deferred must be the whole node in its own layout.
    #[inline]
    pub(super) fn of(roots: &'a [&'a RawArray]) -> Fused<'a> {
        Fused::empty(roots[0].layout.shape.clone(), roots)
    }

    /// Writes the program, in place: the value is large.
    pub(super) fn linearize(&mut self) -> Result<(), TooLarge> {
        for (i, root) in self.roots.iter().enumerate() {
            let reg = self.array(root, Origin::Root(i), false)?;
            self.regs.push(reg);
        }
        Ok(())
    }

    /// The exact cost of an expression that has no node yet, and the bytes that would be kept alive by deferred nodes
    /// alone. `None` if it is too large for any program.
    pub(super) fn measure(expr: &Expr) -> Option<(Cost, usize)> {
        let mut fused = Fused::empty(expr.layout.shape.clone(), &[]);
        let mut held: SmallVec<[(*const Node, usize, usize, usize); 8]> = SmallVec::new();
        let mut note = |expr: &Expr| {
            for operand in &expr.operands {
                let Operand::Array(a) = operand else { continue };
                let Some(buffer) = a.node.buffer() else { continue };
                let node = Arc::as_ptr(&a.node);
                match held.iter_mut().find(|h| h.0 == node) {
                    Some(h) => h.1 += 1,
                    None => held.push((node, 1, Arc::strong_count(&a.node), buffer.bytes())),
                }
            }
        };
        for operand in &expr.operands {
            if let Operand::Array(a) = operand
                && a.node.expr().is_some()
            {
                fused.array(a, Origin::Index, true).ok()?;
            }
        }
        note(expr);
        fused.exprs.iter().for_each(|e| note(e));
        let leaves = expr.operands.iter().filter(|o| !matches!(o, Operand::Array(a) if !a.node.is_ready()));
        let (mut inputs, mut scalars) = (held.len(), fused.scalars.len());
        for leaf in leaves {
            match leaf {
                Operand::Scalar(_) => scalars += 1,
                Operand::Index(_) => inputs += 1,
                Operand::Array(_) => {}
            }
        }
        let generators = fused.slots.iter().filter(|s| matches!(s.origin, Origin::Index)).count();
        let sources = fused.slots.len() + fused.scalars.len();
        let cost = Cost {
            height: expr.cost.height,
            ops: fused.instrs.len() - sources + 1 + expr.operands.len(),
            inputs: inputs.max(fused.slots.len()) + generators.min(1),
            scalars,
            bytes: 0,
        };
        let kept = held.iter().filter(|h| h.1 == h.2).map(|h| h.3).sum();
        Some((cost, kept))
    }

    /// The register of an array: a deferred one is computed, a ready one becomes an input.
    fn array(&mut self, a: &RawArray, origin: Origin, edge: bool) -> Result<Reg, TooLarge> {
        let node = Arc::as_ptr(&a.node);
        if let Some(seen) = self.visited.iter_mut().find(|v| v.node == node) {
            seen.edges += edge as usize;
            return Ok(seen.reg);
        }
        let Some(expr) = a.node.expr() else { return self.input(a, origin) };
        if expr.layout != a.layout || (!a.layout.has_shape(&self.shape) && a.layout.size() != 1) {
            // A view of a delayed node, whose run failed when this was built: it must be run before.
            return Err(TooLarge);
        }
        let at = self.exprs.len();
        self.exprs.push(expr.clone());
        let place = self.visited.len();
        self.visited.push(Visited { node, edges: edge as usize, reg: 0, expr: at, origin });
        let reg = self.expression(&expr, at)?;
        self.visited[place].reg = reg;
        Ok(reg)
    }

    fn input(&mut self, a: &RawArray, origin: Origin) -> Result<Reg, TooLarge> {
        let layout =
            if a.layout.has_shape(&self.shape) { a.layout.clone() } else { splat(&a.layout, &self.shape) };
        let node = Arc::as_ptr(&a.node);
        let known = self.slots.iter().position(|s| {
            s.dtype == a.dtype
                && self.handle(s.origin).is_some_and(|h| Arc::as_ptr(&h.node) == node)
                && s.layout == layout
        });
        let slot = match known {
            Some(slot) => slot,
            None => {
                self.slots.push(Slot { origin, layout, dtype: a.dtype });
                self.slots.len() - 1
            }
        };
        self.emit(Instr { op: Op::Input(slot as u8), dtype: a.dtype, args: [0; 3] })
    }

    fn expression(&mut self, expr: &Expr, at: usize) -> Result<Reg, TooLarge> {
        let mut args = [0 as Reg; 3];
        for (place, operand) in expr.operands.iter().enumerate() {
            let reg = match operand {
                Operand::Array(a) => self.array(a, Origin::Operand { expr: at, place }, true)?,
                Operand::Scalar(v) => {
                    self.scalars.push(*v);
                    let op = Op::Scalar(self.scalars.len() as u8 - 1);
                    self.push(Instr { op, dtype: v.dtype(), args: [0; 3] })?
                }
                Operand::Index(l) => {
                    let layout = if l.has_shape(&self.shape) { l.clone() } else { splat(l, &self.shape) };
                    self.slots.push(Slot { origin: Origin::Index, layout, dtype: DType::I64 });
                    let op = Op::Input(self.slots.len() as u8 - 1);
                    self.push(Instr { op, dtype: DType::I64, args: [0; 3] })?
                }
            };
            let has = self.instrs[reg as usize].result();
            let wanted = expr.op.operand(place, expr.dtype);
            args[place] = if has == wanted || matches!(expr.op, Op::Cast(_)) {
                reg
            } else {
                self.emit(Instr { op: Op::Cast(wanted), dtype: has, args: [reg, 0, 0] })?
            };
        }
        if expr.op == Op::Cast(expr.dtype) {
            // A constant, or a generator as it is: a cast to its own type.
            return Ok(args[0]);
        }
        self.push(Instr { op: expr.op, dtype: expr.dtype, args })
    }

    /// An instruction, or the same one that is there already.
    fn emit(&mut self, instr: Instr) -> Result<Reg, TooLarge> {
        match self.instrs.iter().position(|i| *i == instr) {
            Some(reg) => Ok(reg as Reg),
            None => self.push(instr),
        }
    }

    fn push(&mut self, instr: Instr) -> Result<Reg, TooLarge> {
        if self.instrs.len() >= MAX_REGISTERS {
            return Err(TooLarge);
        }
        self.instrs.push(instr);
        Ok(self.instrs.len() as Reg - 1)
    }

    /// The handle that an origin names.
    pub(super) fn handle(&self, origin: Origin) -> Option<&RawArray> {
        match origin {
            Origin::Operand { expr, place } => match &self.exprs[expr].operands[place] {
                Operand::Array(a) => Some(a),
                _ => None,
            },
            Origin::Root(i) => Some(self.roots[i]),
            Origin::Index => None,
        }
    }

    /// The inputs as a job wants them.
    pub(super) fn inputs(&self) -> SmallVec<[Input<'_>; 4]> {
        self.slots
            .iter()
            .map(|s| {
                let buffer: Option<&Buffer> = self.handle(s.origin).and_then(|h| h.node.buffer());
                Input {
                    source: buffer.map_or(Source::Index, Source::Buffer),
                    dtype: s.dtype,
                    layout: &s.layout,
                }
            })
            .collect()
    }

    /// The place of a deferred node among the visited.
    pub(super) fn place_of(&self, node: &Arc<Node>) -> Option<usize> {
        self.visited.iter().position(|v| v.node == Arc::as_ptr(node))
    }

    /// Uses of a ready node by the program's expressions.
    pub(super) fn edges_to(&self, node: &Arc<Node>) -> usize {
        self.exprs
            .iter()
            .flat_map(|e| &e.operands)
            .filter(|o| matches!(o, Operand::Array(a) if Arc::ptr_eq(&a.node, node)))
            .count()
    }
}

//! What must fuse, be reused and be copied, by the rules of docs/architecture.md, told from who can still reach what: a
//! second account of the library's graph, without its nodes and counts of handles.

use bornite::layout::Layout;
use bornite::layout::broadcast::broadcast_shapes;
use bornite::layout::order::result_layout;
use bornite::layout::region::Region;
use bornite::{DType, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// The CPU computes so few elements at once.
const FEW: usize = 4096;
/// Results of so few bytes lie in their node on the CPU: there is no memory to reuse.
const INLINE: usize = 128;
/// Beyond these an expression may be cut where the rules do not say; a little less than the library's own limits.
const MOST: Size = Size { height: 30, inputs: 14, nodes: 50 };
/// Most pieces in which the rest of an array is copied.
const PIECES: usize = 64;

pub(crate) type Id = usize;

/// Why a program is counted no further.
#[derive(Debug)]
pub(crate) struct Unknown(pub(crate) &'static str);

/// What counters must show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) launched: u64,
    pub(crate) donated: u64,
    pub(crate) copied: u64,
}

/// A handle: a value, and how it is seen.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(crate) node: Id,
    pub(crate) layout: Layout,
    pub(crate) dtype: DType,
}

#[derive(Clone, Debug)]
struct Node {
    /// What it is computed from, while it is not.
    operands: Option<Vec<Handle>>,
    layout: Layout,
    item: usize,
    /// Whether a run has passed through it, while others could reach it too.
    passed: bool,
    /// How often it was computed.
    computed: u32,
}

struct Size {
    height: usize,
    inputs: usize,
    nodes: usize,
}

/// The values that a program has made, and who can reach them.
pub(crate) struct Graph {
    host: bool,
    nodes: Vec<Node>,
    pub(crate) variables: BTreeMap<String, Handle>,
    /// Arguments of the call under way.
    pub(crate) arguments: Vec<Id>,
    pub(crate) counted: Counted,
}

impl Graph {
    pub(crate) fn new(host: bool) -> Graph {
        let (variables, arguments) = (BTreeMap::new(), Vec::new());
        Graph { host, nodes: Vec::new(), variables, arguments, counted: Counted::default() }
    }

    pub(crate) fn is_ready(&self, node: Id) -> bool {
        self.nodes[node].operands.is_none()
    }

    /// How often the value that was computed most often was; but for single elements, which join programs of any shape and
    /// are not written by those of another.
    pub(crate) fn most_computed(&self) -> u32 {
        let many = self.nodes.iter().filter(|n| n.layout.size() > 1);
        many.map(|n| n.computed).max().unwrap_or(0)
    }

    fn add(&mut self, operands: Option<Vec<Handle>>, layout: Layout, dtype: DType) -> Handle {
        let node = Node { operands, layout: layout.clone(), item: dtype.size(), passed: false, computed: 0 };
        self.nodes.push(node);
        Handle { node: self.nodes.len() - 1, layout, dtype }
    }

    /// A value that is there.
    pub(crate) fn ready(&mut self, layout: Layout, dtype: DType) -> Handle {
        self.add(None, layout, dtype)
    }

    /// The result of a job that needs its operands, and is run at once.
    pub(crate) fn job(&mut self, layout: Layout, dtype: DType) -> Handle {
        self.counted.launched += 1;
        self.ready(layout, dtype)
    }

    fn operands(&self, node: Id) -> impl Iterator<Item = &Handle> {
        self.nodes[node].operands.iter().flatten()
    }

    /// The values below `roots` that are not computed, each before what it is made of.
    fn below(&self, roots: &[Id]) -> Vec<Id> {
        fn visit(graph: &Graph, node: Id, seen: &mut Vec<Id>) {
            if !graph.is_ready(node) && !seen.contains(&node) {
                seen.push(node);
                graph.operands(node).for_each(|o| visit(graph, o.node, seen));
            }
        }
        let mut seen = Vec::new();
        roots.iter().for_each(|&root| visit(self, root, &mut seen));
        seen
    }

    /// All that somebody may ask for again once `results` are there: what variables, arguments of the call and `more` hold,
    /// and what that is computed from.
    fn wanted(&self, more: &[Id], results: &[Id]) -> BTreeSet<Id> {
        let variables = self.variables.values().map(|h| h.node);
        let held = variables.chain(self.arguments.iter().copied()).chain(more.iter().copied());
        let (mut wanted, mut open) = (BTreeSet::new(), held.collect::<Vec<_>>());
        while let Some(node) = open.pop() {
            if wanted.insert(node) && !results.contains(&node) {
                open.extend(self.operands(node).map(|o| o.node));
            }
        }
        wanted
    }

    /// What a run of `roots` writes: what it computes for the second time, and somebody may ask for again.
    fn results(&self, roots: &[Id], written: bool, more: &[Id]) -> Vec<Id> {
        let tree = self.below(roots);
        let shape = &self.nodes[roots[0]].layout.shape;
        let mut results: Vec<Id> = if written { roots.to_vec() } else { Vec::new() };
        loop {
            let wanted = self.wanted(more, &results);
            let again = |node: &Id| {
                let n = &self.nodes[*node];
                n.passed && n.layout.shape == *shape && wanted.contains(node) && !results.contains(node)
            };
            let all: Vec<Id> = tree.iter().copied().filter(again).collect();
            // The last of a chain first: it may be all that anybody wants of the chain.
            let last =
                |node: &Id| !all.iter().any(|user| user != node && self.below(&[*user]).contains(node));
            match all.iter().copied().find(last) {
                Some(node) => results.push(node),
                None => break,
            }
        }
        // In the order in which the program meets them.
        tree.into_iter().filter(|node| results.contains(node)).collect()
    }

    /// Notes that a run passed through `tree`.
    fn pass(&mut self, roots: &[Id], results: &[Id], more: &[Id]) {
        let shape = self.nodes[roots[0]].layout.shape.clone();
        let wanted = self.wanted(more, results);
        for node in self.below(roots) {
            let n = &mut self.nodes[node];
            n.computed += 1;
            n.passed |= n.layout.shape == shape && wanted.contains(&node);
        }
    }

    /// Computes what `root` shows, if it is not computed.
    pub(crate) fn eval(&mut self, root: &Handle) {
        if !self.is_ready(root.node) {
            self.run(&[root.node], true);
        }
    }

    /// One pass over `roots` and all below them. If they are `written`, they are its results; else they feed a job, and
    /// live on. What others hold too is written the second time.
    pub(crate) fn run(&mut self, roots: &[Id], written: bool) {
        let tree = self.below(roots);
        let more = if written { &[][..] } else { roots };
        self.counted.launched += 1;
        let results = self.results(roots, written, more);
        self.pass(roots, &results, more);
        let mut inputs: Vec<Handle> = Vec::new();
        for &node in &tree {
            inputs.extend(self.operands(node).filter(|o| self.is_ready(o.node)).cloned());
        }
        for &result in &results {
            self.nodes[result].operands = None;
        }
        // Whoever cannot be reached any more dies: a result of its size and order takes its memory.
        let wanted = self.wanted(more, &[]);
        let (mut taken, mut donated): (Vec<Id>, usize) = (Vec::new(), 0);
        for &result in &results {
            let r = &self.nodes[result];
            let bytes = r.layout.size() * r.item;
            let fits = |o: &&Handle| {
                let memory = &self.nodes[o.node];
                let once = inputs.iter().all(|other| other.node != o.node || other.layout == o.layout);
                o.layout == r.layout
                    && memory.item == r.item
                    && memory.layout.size() * memory.item == bytes
                    && !(self.host && bytes <= INLINE)
                    && once
                    && !taken.contains(&o.node)
                    && !wanted.contains(&o.node)
            };
            if let Some(o) = inputs.iter().find(fits) {
                taken.push(o.node);
                donated += bytes;
            }
        }
        self.counted.donated += donated as u64;
    }

    /// Runs what a job that writes nothing would compute for the third time.
    pub(crate) fn run_before_reading(&mut self, root: Id) {
        loop {
            let deserving = self.results(&[root], false, &[root]);
            if deserving.is_empty() {
                break;
            }
            self.arguments.push(root);
            self.run(&deserving, true);
            self.arguments.pop();
        }
        if !self.is_ready(root) {
            self.pass(&[root], &[], &[root]);
        }
    }

    /// Whether it can be part of a program of `shape`: the whole of a value, or one element.
    fn joins(&self, h: &Handle, shape: &[usize]) -> bool {
        self.is_ready(h.node)
            || h.layout == self.nodes[h.node].layout
                && (h.layout.shape.as_slice() == shape || h.layout.size() == 1)
    }

    /// Computes `h` if a program of `shape` cannot.
    pub(crate) fn settle(&mut self, h: &Handle, shape: &[usize]) {
        if !self.joins(h, shape) {
            self.eval(h);
        }
    }

    /// An operation, element by element: late if it is large.
    pub(crate) fn elementwise(
        &mut self,
        operands: &[Handle],
        dtype: DType,
        like: Option<&[usize]>,
    ) -> Result<Handle, Unknown> {
        let shapes: Vec<&[usize]> = operands.iter().map(|o| o.layout.shape.as_slice()).chain(like).collect();
        let shape = broadcast_shapes("oracle", &shapes).map_err(|_| Unknown("shapes"))?;
        let seen: Vec<Layout> = operands
            .iter()
            .map(|o| o.layout.broadcast_to("oracle", &shape))
            .collect::<Result<_, _>>()
            .map_err(|_| Unknown("shapes"))?;
        let layout = result_layout(&shape, &seen.iter().collect::<Vec<_>>());
        let size = layout.size();
        if size == 0 || self.host && size <= FEW {
            if size > 0 {
                operands.iter().for_each(|o| self.eval(o));
                self.counted.launched += 1;
            }
            return Ok(self.ready(layout, dtype));
        }
        operands.iter().for_each(|o| self.settle(o, &shape));
        let one = |o: &Handle| o.layout.size() == 1;
        let taken = operands.iter().zip(seen).map(|(o, seen)| {
            let layout = if one(o) { o.layout.clone() } else { seen };
            Handle { layout, ..o.clone() }
        });
        let taken: Vec<Handle> = taken.collect();
        let made = self.add(Some(taken), layout, dtype);
        self.check_size(made.node)?;
        Ok(made)
    }

    fn check_size(&self, root: Id) -> Result<(), Unknown> {
        fn height(graph: &Graph, node: Id) -> usize {
            graph.operands(node).map(|o| height(graph, o.node) + 1).max().unwrap_or(0)
        }
        let tree = self.below(&[root]);
        let mut inputs: Vec<(Id, Layout)> = Vec::new();
        for o in tree.iter().flat_map(|node| self.operands(*node)).filter(|o| self.is_ready(o.node)) {
            let seen = (o.node, o.layout.clone());
            if !inputs.contains(&seen) {
                inputs.push(seen);
            }
        }
        // The height first: it bounds the walk.
        match tree.len() <= MOST.nodes && inputs.len() <= MOST.inputs && height(self, root) <= MOST.height {
            true => Ok(()),
            false => Err(Unknown("a large expression")),
        }
    }

    /// A copy of what `h` shows that lies as `layout`.
    pub(crate) fn copy(&mut self, h: &Handle, layout: Layout) -> Handle {
        self.eval(h);
        self.counted.launched += u64::from(layout.size() > 0);
        self.ready(layout, h.dtype)
    }

    /// What an array of another dtype becomes beside `dtype`.
    pub(crate) fn cast(&mut self, h: &Handle, dtype: DType) -> Result<Handle, Unknown> {
        if h.dtype == dtype { Ok(h.clone()) } else { self.elementwise(std::slice::from_ref(h), dtype, None) }
    }

    /// `target[region] = value`, a scalar if there is no array.
    pub(crate) fn assign(
        &mut self,
        target: &str,
        region: &Region,
        value: Option<Handle>,
    ) -> Result<(), Unknown> {
        let own = self.variables[target].clone();
        let view = region.layout_in(&own.layout);
        if view.size() == 0 {
            return Ok(());
        }
        let mut value = value;
        if let Some(v) = &mut value {
            if v.layout.shape != view.shape {
                v.layout = broadcast_into(&v.layout, &view.shape)?;
            }
            if v.dtype != own.dtype {
                // The call's own handle of what is cast lives until the cast is made.
                *v = self.cast(v, own.dtype)?;
            }
        }
        self.eval(&own);
        if let Some(v) = &value {
            self.settle(v, &view.shape);
        }
        // In place, if nobody but the variable reaches the memory once the value is gone.
        let variable = self.variables.remove(target);
        let shared = self.wanted(&[], &[]).contains(&own.node);
        self.variables.extend(variable.map(|v| (target.to_owned(), v)));
        if shared || own.layout.overlaps_itself() {
            let layout = result_layout(&own.layout.shape, &[&own.layout]);
            let whole = || vec![Region::full(&layout.shape)];
            let pieces = region.rest(&layout.shape, PIECES).unwrap_or_else(whole);
            let copied: usize = pieces.iter().map(|p| p.layout_in(&layout).size()).sum();
            self.counted.launched += pieces.len() as u64;
            self.counted.copied += (copied * own.dtype.size()) as u64;
            let fresh = self.ready(layout, own.dtype);
            self.store(value.as_ref(), &fresh, &region.layout_in(&fresh.layout));
            self.variables.insert(target.to_owned(), fresh);
            return Ok(());
        }
        if let Some(v) = &mut value {
            let reads = |h: &Handle| h.node == own.node && h.layout != view && h.layout.may_overlap(&view);
            let tree = self.below(&[v.node]);
            if reads(v) || tree.iter().any(|node| self.operands(*node).any(reads)) {
                // Aside first: what is read would be written over.
                if self.is_ready(v.node) {
                    let layout = result_layout(&v.layout.shape, &[&v.layout]);
                    *v = self.copy(v, layout);
                } else {
                    self.eval(v);
                }
            }
        }
        self.store(value.as_ref(), &own, &view);
        Ok(())
    }

    fn store(&mut self, value: Option<&Handle>, to: &Handle, view: &Layout) {
        match value {
            Some(v) if !self.is_ready(v.node) => self.run(&[v.node], false),
            Some(v) if v.node == to.node && v.layout == *view => {}
            _ => self.counted.launched += 1,
        }
    }
}

/// NumPy's rule for assignment: leading axes of size 1 are dropped.
fn broadcast_into(layout: &Layout, shape: &[usize]) -> Result<Layout, Unknown> {
    let extra = layout.ndim().saturating_sub(shape.len());
    let inner = Layout {
        shape: Shape::from_slice(&layout.shape[extra..]),
        strides: layout.strides[extra..].into(),
        offset: layout.offset,
    };
    inner.broadcast_to("oracle", shape).map_err(|_| Unknown("shapes"))
}

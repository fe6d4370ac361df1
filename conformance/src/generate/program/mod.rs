//! Programs made up at random: operations, views, reductions, scans, and updates in place, over several arrays.
//!
//! The author runs each statement as it is written, on the CPU and by itself: so it knows the shapes, element types and
//! values that the next statement meets, and writes none that is refused or that NumPy leaves open. Every statement has
//! words of its own, so that dropping them drops it alone.

mod changes;

use super::array::{self, Elements};
use super::choices::Choices;
use super::maker::DTYPES;
use super::{Generated, Near};
use crate::arg::{Arg, IndexItem};
use crate::corpus::Body;
use crate::host::HostArray;
use crate::program::{PROGRAM, Session, Statement};
use crate::registry;
use crate::replay::silently;
use bornite::layout::broadcast::broadcast_shapes;
use bornite::surface::ufunc::{Ufunc, table};
use bornite::{DType, RawArray, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a program may hold.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The dtype that NumPy does not have.
    pub bfloat16: bool,
    /// Only what every judge computes to the same bits; other functions stand at roots alone. Without this, anything.
    pub exact: bool,
    /// Large arrays, and only what is known to be one operation each: for those who count.
    pub plain: bool,
}

/// Most statements that are drawn; drops, reads and roots come beside them.
const MOST: usize = 40;
/// Words of an input, and of a statement.
const INPUT: usize = 24;
const STATEMENT: usize = 12;
/// Broadcasting makes no more elements than this.
const LARGEST: usize = 24_000;
/// Shapes that the inputs of a program are made from. The large ones are computed late on the CPU too.
const SHAPES: &[&[usize]] =
    &[&[3, 4], &[5], &[2, 3, 2], &[96, 96], &[72, 130], &[5000], &[20, 3, 90], &[4, 4], &[2, 0, 3]];
/// The shapes and the functions of plain programs.
const LARGE: &[&[usize]] = &[&[96, 96], &[72, 130], &[5000], &[20, 3, 90]];
const PLAIN: &[&str] = &[
    "add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "square", "sqrt", "exp",
    "less", "equal",
];
/// Functions that tell of a NaN's sign, which no standard fixes.
const OF_SIGNS: &[&str] = &["signbit", "copysign"];
/// A universal function, and whether its result is the same everywhere on real and on complex numbers.
struct Function {
    ufunc: &'static Ufunc,
    real: bool,
    complex: bool,
}

/// The universal functions that have an entry, the plainest first.
static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let function = |ufunc: &&'static Ufunc| {
        let entry = registry::find(&format!("numpy.{}", ufunc.name))?;
        let fixed = !entry.is_transcendental() && !OF_SIGNS.contains(&ufunc.name);
        let (real, complex) = match entry.strategy.near {
            Near::Exact => (fixed, fixed),
            Near::Ulp(0.0, _) => (fixed, false),
            _ => (false, false),
        };
        Some(Function { ufunc, real, complex })
    };
    table::ALL.iter().filter_map(function).collect()
});

/// A variable of the program.
struct Variable {
    name: String,
    /// Variables of one group may share memory in NumPy.
    group: usize,
    /// NumPy's broadcast views cannot be written to.
    read_only: bool,
}

struct Author<'a> {
    terms: Terms,
    session: Session<'a>,
    statements: Vec<Statement>,
    variables: Vec<Variable>,
    groups: usize,
    /// Whether the library has broken down: the program ends there.
    broken: bool,
}

/// The program that the choices make.
pub fn program(c: &mut Choices<'_>, terms: Terms) -> Generated {
    let mut header = c.part(4);
    let shape = header.pick(if terms.plain { LARGE } else { SHAPES });
    let inputs = 1 + header.below(3);
    let count = header.below(MOST + 1);
    let dtypes = if terms.bfloat16 { DTYPES } else { &DTYPES[..DTYPES.len() - 1] };
    let arrays: HashMap<String, HostArray> = (0..inputs)
        .map(|i| {
            let mut c = c.part(INPUT);
            let dtype = c.pick(dtypes);
            let shape = input_shape(&mut c, shape);
            (format!("a{i}"), array::array(&mut c, dtype, &shape, Elements::Any))
        })
        .collect();
    let mut author = Author {
        terms,
        session: Session::new(bornite::cpu(), &arrays, true),
        statements: Vec::new(),
        variables: Vec::new(),
        groups: 0,
        broken: false,
    };
    for i in 0..inputs {
        author.know(format!("a{i}"), None, false);
    }
    for _ in 0..count {
        author.statement(&mut c.part(STATEMENT));
    }
    author.ending(&mut c.part(2 * STATEMENT));
    let size = shape.iter().product();
    let args = author.statements.into_iter().map(|s| Arg::Statement(Box::new(s))).collect();
    Generated { call: PROGRAM.to_owned(), body: Body::new(args, Vec::new()), arrays, size }
}

/// The shape of the program, or one that is broadcast to it.
fn input_shape(c: &mut Choices<'_>, shape: &[usize]) -> Vec<usize> {
    let mut shape = shape.to_vec();
    match c.below(8) {
        0..=4 => {}
        5 => drop(shape.drain(..shape.len() - 1)),
        6 => shape[0] = 1,
        _ => shape.clear(),
    }
    shape
}

fn whole(name: &str) -> Arg {
    Arg::Array { key: name.to_owned(), view: Vec::new() }
}

fn ints(numbers: &[i64]) -> Arg {
    Arg::Tuple(numbers.iter().map(|&n| Arg::Int(n.into())).collect())
}

/// Whether each element can be cast to `dtype` to the same value everywhere: C leaves open what becomes of others.
fn castable(array: &HostArray, dtype: DType) -> bool {
    let Some((low, high)) = dtype.integer_range().filter(|_| array.dtype.is_inexact()) else { return true };
    (0..array.size()).all(|i| {
        let x = array.value(i).as_c128().re.trunc();
        // The upper bounds of 64 bits are no floats: what rounds to them lies beyond.
        x >= low as f64 && x <= high as f64 && x as i128 <= high
    })
}

impl Author<'_> {
    /// Adds a variable: of the group of `of`, if it may share that one's memory.
    fn know(&mut self, name: String, of: Option<usize>, read_only: bool) {
        let group = of.map_or(self.groups, |i| self.variables[i].group);
        self.groups += 1;
        self.variables.push(Variable { name, group, read_only });
    }

    /// The array that a variable holds.
    fn array(&self, i: usize) -> Option<RawArray> {
        self.session.variable(&self.variables[i].name).ok()
    }

    fn host(&self, arg: &Arg) -> Option<HostArray> {
        HostArray::read(&self.session.argument(arg).ok()?).ok()
    }

    /// Runs a statement and, if it is not refused, writes it down.
    fn write(&mut self, statement: Statement) -> bool {
        let done = silently(|| self.session.run(&statement));
        self.broken |= done.is_err();
        let kept = !matches!(done, Ok(Err(_)));
        if kept {
            self.statements.push(statement);
        }
        kept
    }

    /// `v = call(…)`; the place of the new variable.
    fn set(
        &mut self,
        call: &str,
        args: Vec<Arg>,
        kwargs: Vec<(String, Arg)>,
        of: Option<usize>,
    ) -> Option<usize> {
        let name = format!("v{}", self.statements.len());
        let statement = Statement::Call { to: Some(name.clone()), call: call.to_owned(), args, kwargs };
        if !self.write(statement) || self.broken {
            return None;
        }
        self.know(name, of, call == "numpy.broadcast_to" || of.is_some_and(|i| self.variables[i].read_only));
        Some(self.variables.len() - 1)
    }

    /// A variable, rather one of the latest.
    fn any(&self, c: &mut Choices<'_>) -> usize {
        let n = self.variables.len();
        n - 1 - c.below(n.min(8))
    }

    /// A variable that `fits`, rather one of the latest.
    fn that(&self, c: &mut Choices<'_>, fits: impl Fn(&RawArray) -> bool) -> Option<usize> {
        let fitting = |i: &usize| self.array(*i).is_some_and(|a| fits(&a));
        let all: Vec<usize> = (0..self.variables.len()).rev().filter(fitting).collect();
        (!all.is_empty()).then(|| all[c.below(all.len().min(8))])
    }

    /// An operand beside one of `shape`: a variable that broadcasts with it, or a number.
    fn beside(&self, c: &mut Choices<'_>, shape: &[usize]) -> Arg {
        let fits = |a: &RawArray| {
            let both = broadcast_shapes("beside", &[shape, a.shape()]);
            both.is_ok_and(|both| both.iter().product::<usize>() <= LARGEST)
        };
        match c.below(4) {
            0 => self.number(c),
            _ => match self.that(c, fits) {
                Some(i) => whole(&self.variables[i].name),
                None => self.number(c),
            },
        }
    }

    fn number(&self, c: &mut Choices<'_>) -> Arg {
        let dtypes = if self.terms.bfloat16 { DTYPES } else { &DTYPES[..DTYPES.len() - 1] };
        match c.below(8) {
            0 | 1 => Arg::Int(c.pick(&[2, 1, 3, 0, 7, -1, -3, 100])),
            2..=4 => Arg::Float(c.pick(&[0.5, 2.0, -1.5, 0.1, 1e-3, -0.0, f64::INFINITY, 1e10])),
            5 => Arg::Bool(c.chance(8)),
            _ => Arg::Scalar(Value::from_i64(c.between(0, 5), c.pick(dtypes))),
        }
    }

    /// Whether an operand is complex.
    fn is_complex(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Complex(_) => true,
            Arg::Scalar(v) => v.dtype().is_complex(),
            arg => self.session.argument(arg).is_ok_and(|a| a.dtype().is_complex()),
        }
    }

    /// A function of `arity` that may stand anywhere, on these operands.
    fn function(&self, c: &mut Choices<'_>, arity: usize, args: &[Arg]) -> Option<&'static str> {
        let complex = args.iter().any(|arg| self.is_complex(arg));
        let may = |f: &&Function| {
            let known = !self.terms.plain || PLAIN.contains(&f.ufunc.name);
            known && f.ufunc.arity == arity && (!self.terms.exact || if complex { f.complex } else { f.real })
        };
        let all: Vec<&Function> = FUNCTIONS.iter().filter(may).collect();
        // Arithmetic, which comes first, in half of the cases.
        let n = if arity == 2 && c.chance(8) { all.len().min(4) } else { all.len() };
        let name = all.get(c.below(n.max(1)))?.ufunc.name;
        let nan = |a: &HostArray| (0..a.size()).any(|i| a.value(i).as_c128().is_nan());
        let open = OF_SIGNS.contains(&name) && args.iter().filter_map(|arg| self.host(arg)).any(|a| nan(&a));
        (!open).then_some(name)
    }

    fn statement(&mut self, c: &mut Choices<'_>) {
        if self.broken {
            return;
        }
        let before = self.variables.len();
        let used = match c.below(20) {
            0..=4 => self.binary(c),
            5 | 6 => self.unary(c),
            7 => self.choice(c),
            8 => self.cast(c),
            9..=11 => self.view(c),
            12 | 13 => self.reduction(c),
            14 => self.scan(c),
            15 => self.assignment(c),
            16 | 17 => self.update(c),
            18 => self.out(c),
            _ => {
                let i = self.any(c);
                self.write(Statement::Read(self.variables[i].name.clone()));
                None
            }
        };
        // An operand that was needed for this alone; the inputs stay for a while.
        if let Some(i) = used.filter(|_| self.variables.len() > before && self.variables.len() > 2)
            && c.chance(if self.variables[i].name.starts_with('v') { 9 } else { 2 })
            && self.write(Statement::Drop(self.variables[i].name.clone()))
        {
            self.variables.remove(i);
        }
    }

    fn binary(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let shape = self.array(i)?.shape().to_vec();
        let mut args = vec![whole(&self.variables[i].name), self.beside(c, &shape)];
        let name = self.function(c, 2, &args)?;
        if c.chance(4) {
            args.reverse();
        }
        self.set(&format!("numpy.{name}"), args, Vec::new(), None).map(|_| i)
    }

    fn unary(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let args = vec![whole(&self.variables[i].name)];
        let name = self.function(c, 1, &args)?;
        self.set(&format!("numpy.{name}"), args, Vec::new(), None).map(|_| i)
    }

    /// `where`, or `clip`.
    fn choice(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let array = self.array(i)?;
        let name = whole(&self.variables[i].name);
        if c.chance(5) && !array.dtype().is_complex() && !self.terms.plain {
            let (low, high) = (Arg::Int(c.between(-2, 1).into()), Arg::Int(c.between(1, 4).into()));
            return self.set("numpy.clip", vec![name, low, high], Vec::new(), None).map(|_| i);
        }
        let shape = array.shape().to_vec();
        let other = self.beside(c, &shape);
        let fits = |a: &RawArray| a.dtype().is_bool() && a.shape() == shape;
        let mask = match self.that(c, fits) {
            Some(mask) if c.chance(12) => whole(&self.variables[mask].name),
            _ if self.terms.plain => return None,
            _ => self.beside(c, &shape),
        };
        self.set("numpy.where", vec![mask, name, other], Vec::new(), None).map(|_| i)
    }

    fn cast(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let dtypes = if self.terms.bfloat16 { DTYPES } else { &DTYPES[..DTYPES.len() - 1] };
        let dtype = c.pick(dtypes);
        let arg = whole(&self.variables[i].name);
        if self.terms.exact && !castable(&self.host(&arg)?, dtype) {
            return None;
        }
        self.set("ndarray.astype", vec![arg, Arg::DType(dtype)], Vec::new(), None).map(|_| i)
    }

    fn view(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let array = self.array(i)?;
        let (shape, rank) = (array.shape().to_vec(), array.ndim());
        let name = whole(&self.variables[i].name);
        let (call, args) = match c.below(8) {
            0..=2 => ("ndarray.__getitem__", vec![name, Arg::Index(self.items(c, &shape, true))]),
            3 => {
                let turn = c.below(rank.max(1));
                let axes: Vec<i64> = (0..rank).rev().map(|k| ((k + turn) % rank) as i64).collect();
                ("numpy.transpose", vec![name, ints(&axes)])
            }
            4 => {
                let size: usize = shape.iter().product();
                let n = c.pick(&[2, 3, 4, 5, 8, 13]);
                let new = match c.below(3) {
                    0 => vec![-1],
                    1 if size.is_multiple_of(n) => vec![n as i64, -1],
                    _ => shape.iter().rev().map(|&n| n as i64).collect(),
                };
                ("numpy.reshape", vec![name, ints(&new)])
            }
            5 if rank < 4 => ("numpy.expand_dims", vec![name, Arg::Int(c.below(rank + 1) as i128)]),
            6 if rank < 4 => {
                let n = c.pick(&[2, 3, 1]);
                let mut new: Vec<i64> = shape.iter().map(|&n| n as i64).collect();
                match new.iter().position(|&n| n == 1) {
                    Some(axis) => new[axis] = n,
                    None => new.insert(0, n),
                }
                if new.iter().product::<i64>() > LARGEST as i64 {
                    return None;
                }
                ("numpy.broadcast_to", vec![name, ints(&new)])
            }
            _ if rank > 0 => ("numpy.flip", vec![name, Arg::Int(c.below(rank) as i128)]),
            _ => return None,
        };
        self.set(call, args, Vec::new(), Some(i)).map(|_| i)
    }

    /// Slices of each axis, or of some; with `places`, axes may be indexed and made.
    fn items(&self, c: &mut Choices<'_>, shape: &[usize], places: bool) -> Vec<IndexItem> {
        let mut items = Vec::new();
        let all = IndexItem::Slice([Arg::None, Arg::None, Arg::None]);
        for &n in shape {
            let int = |i: i64| Arg::Int(i.into());
            let item = match c.below(if places { 9 } else { 6 }) {
                0 | 6 => all.clone(),
                1 => IndexItem::Slice([int(1), Arg::None, Arg::None]),
                2 => IndexItem::Slice([Arg::None, int(-1), Arg::None]),
                3 => IndexItem::Slice([Arg::None, Arg::None, int(-1)]),
                4 => IndexItem::Slice([Arg::None, Arg::None, int(2)]),
                5 => IndexItem::Slice([int(-2), int(1), int(-1)]),
                7 if n > 0 && shape.len() > 1 => IndexItem::Int(c.between(-(n as i64), n as i64 - 1)),
                8 if shape.len() < 4 => {
                    items.push(IndexItem::NewAxis);
                    all.clone()
                }
                _ => all.clone(),
            };
            items.push(item);
        }
        if shape.is_empty() {
            items.push(IndexItem::Ellipsis);
        }
        items
    }

    /// The keyword `axis`, and perhaps `keepdims`.
    fn axes(c: &mut Choices<'_>, rank: usize, one: bool) -> Vec<(String, Arg)> {
        let mut kwargs = Vec::new();
        if rank > 0 && c.chance(12) {
            let axis = c.below(rank) as i64;
            kwargs.push(match c.below(4) {
                0 if !one && rank > 1 => ("axis".into(), ints(&[axis, (axis + 1) % rank as i64])),
                1 => ("axis".into(), Arg::Int((axis - rank as i64).into())),
                _ => ("axis".into(), Arg::Int(axis.into())),
            });
        }
        if c.chance(6) {
            kwargs.push(("keepdims".into(), Arg::Bool(true)));
        }
        kwargs
    }

    fn reduction(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        const FIXED: &[&str] =
            &["sum", "max", "min", "any", "all", "argmax", "argmin", "count_nonzero", "prod", "sum"];
        const MOMENTS: &[&str] = &["mean", "var", "std"];
        let i = self.any(c);
        let array = self.array(i)?;
        let name = match c.chance(4) && !self.terms.exact && !self.terms.plain {
            true => c.pick(MOMENTS),
            false => c.pick(FIXED),
        };
        let arg = whole(&self.variables[i].name);
        let adds = ["sum", "prod"].contains(&name);
        if self.terms.plain && (name == "count_nonzero" || array.ndim() == 0 || array.size() == 0) {
            return None;
        }
        let selects = ["max", "min", "argmax", "argmin"].contains(&name);
        let mut kwargs = Self::axes(c, array.ndim(), name.starts_with("arg"));
        if adds && c.chance(5) {
            let dtype = c.pick(&[DType::I64, DType::I32, DType::U8, DType::F64, DType::U64, DType::F32]);
            kwargs.push(("dtype".into(), Arg::DType(dtype)));
        }
        if self.terms.exact {
            // The sign of a zero among zeros is open, and which of several complex NaN is told.
            let open = |a: HostArray| {
                a.dtype.is_complex()
                    || a.dtype.is_float()
                        && (0..a.size()).any(|i| {
                            let x = a.value(i).as_f64();
                            x == 0.0 && x.is_sign_negative()
                        })
            };
            let rounds = |d: DType| d.is_inexact();
            let by_dtype = kwargs.iter().any(|(_, arg)| matches!(arg, Arg::DType(d) if rounds(*d)));
            if adds && (rounds(array.dtype()) || by_dtype) || selects && open(self.host(&arg)?) {
                return None;
            }
        }
        self.set(&format!("numpy.{name}"), vec![arg], kwargs, None).map(|_| i)
    }

    fn scan(&mut self, c: &mut Choices<'_>) -> Option<usize> {
        let i = self.any(c);
        let array = self.array(i)?;
        if self.terms.exact && array.dtype().is_inexact() {
            return None;
        }
        let name = c.pick(&["cumsum", "cumsum", "cumprod"]);
        let mut kwargs = Self::axes(c, array.ndim(), true);
        kwargs.retain(|(name, _)| name == "axis");
        if c.chance(4) {
            kwargs.push(("dtype".into(), Arg::DType(c.pick(&[DType::I64, DType::U32, DType::I16]))));
        }
        if !self.terms.exact && array.dtype().is_inexact() {
            kwargs.retain(|(name, _)| name == "axis");
        }
        self.set(&format!("numpy.{name}"), vec![whole(&self.variables[i].name)], kwargs, None).map(|_| i)
    }

    /// Reads what is left, the last first, so that the others are read after runs have passed through them; functions
    /// whose last bits are open stand here.
    fn ending(&mut self, c: &mut Choices<'_>) {
        if self.broken {
            return;
        }
        for _ in 0..c.below(3) {
            let real = |a: &RawArray| !a.dtype().is_complex();
            let Some(i) = self.that(c, real).filter(|_| self.terms.exact) else { break };
            let open = |f: &&Function| f.ufunc.arity == 1 && !f.real && !OF_SIGNS.contains(&f.ufunc.name);
            let all: Vec<&Function> = FUNCTIONS.iter().filter(open).collect();
            let call = format!("numpy.{}", c.pick(&all).ufunc.name);
            if let Some(root) = self.set(&call, vec![whole(&self.variables[i].name)], Vec::new(), None) {
                self.write(Statement::Read(self.variables[root].name.clone()));
                self.variables.remove(root);
            }
        }
        for i in (0..self.variables.len()).rev() {
            if i + 1 == self.variables.len() || c.chance(13) {
                self.write(Statement::Read(self.variables[i].name.clone()));
            }
        }
    }
}

//! Makes the arguments of one call, each after those before it.

use super::array::{self, Elements};
use super::choices::Choices;
use super::strategy::{Kind, Shapes, Strategy};
use crate::arg::{Arg, IndexItem, Step};
use crate::host::HostArray;
use bornite::layout::broadcast::broadcast_shapes;
use bornite::{DType, Value};
use num_complex::Complex;
use std::collections::HashMap;

/// The dtypes, the plainest first.
pub(super) const DTYPES: &[DType] = &[
    DType::F64,
    DType::I64,
    DType::F32,
    DType::Bool,
    DType::C128,
    DType::I32,
    DType::U8,
    DType::F16,
    DType::I8,
    DType::U64,
    DType::I16,
    DType::C64,
    DType::U16,
    DType::U32,
    DType::BF16,
];

/// The call under way.
pub(super) struct Maker<'c, 'w> {
    pub(super) c: &'c mut Choices<'w>,
    pub(super) strategy: &'c Strategy,
    pub(super) arrays: HashMap<String, HostArray>,
    dtypes: &'static [DType],
    /// The shape of the first array, and of all operands broadcast together.
    pub(super) shape: Vec<usize>,
    pub(super) broadcast: Vec<usize>,
    pub(super) dtype: DType,
    /// How the first array is seen, where it is an argument.
    view: Vec<Step>,
    /// Arguments that an earlier one has decided.
    pub(super) planned: Vec<Arg>,
    /// Whether there is an `out`.
    has_out: bool,
    /// Whether something invalid has been asked for.
    faulty: bool,
}

impl<'c, 'w> Maker<'c, 'w> {
    pub(super) fn new(c: &'c mut Choices<'w>, strategy: &'c Strategy, bfloat16: bool) -> Maker<'c, 'w> {
        let dtypes = if bfloat16 { DTYPES } else { &DTYPES[..DTYPES.len() - 1] };
        Maker {
            c,
            strategy,
            arrays: HashMap::new(),
            dtypes,
            shape: Vec::new(),
            broadcast: Vec::new(),
            dtype: DType::F64,
            view: Vec::new(),
            planned: Vec::new(),
            has_out: false,
            faulty: false,
        }
    }

    pub(super) fn into_arrays(self) -> HashMap<String, HostArray> {
        self.arrays
    }

    pub(super) fn chance(&mut self, n: usize) -> bool {
        self.c.chance(n)
    }

    /// Whether something invalid is asked for here; once in a call, for which of several errors is told is nobody's duty.
    pub(super) fn fault(&mut self) -> bool {
        self.fault_in(1)
    }

    /// The same, in `n` of sixteen cases.
    pub(super) fn fault_in(&mut self, n: usize) -> bool {
        let fault = !self.faulty && self.chance(n);
        self.faulty |= fault;
        fault
    }

    pub(super) fn any_dtype(&mut self) -> DType {
        self.c.pick(self.dtypes)
    }

    /// The dtype of the first array, or any.
    pub(super) fn near_dtype(&mut self) -> DType {
        if self.chance(8) { self.any_dtype() } else { self.dtype }
    }

    /// Adds an array, and gives its key.
    pub(super) fn add(&mut self, array: HostArray) -> String {
        let key = format!("a{}", self.arrays.len());
        self.arrays.insert(key.clone(), array);
        key
    }

    /// An array seen through steps that show `shape`.
    pub(super) fn array(&mut self, dtype: DType, shape: &[usize], broadcasts: bool) -> (String, Vec<Step>) {
        let (base, view) = array::view(self.c, shape, broadcasts);
        let array = array::array(self.c, dtype, &base, self.strategy.elements);
        (self.add(array), view)
    }

    /// The array argument of `shape`.
    pub(super) fn array_of(&mut self, dtype: DType, shape: &[usize]) -> Arg {
        let (key, view) = self.array(dtype, shape, true);
        Arg::Array { key, view }
    }

    /// Integers from `low` up to `high` (not included), as an array of `shape`.
    pub(super) fn integers(&mut self, shape: &[usize], low: i64, high: i64) -> Arg {
        let dtype = self.c.pick(&[DType::I64, DType::I64, DType::I32, DType::U8]);
        let n: usize = shape.iter().product();
        let low = if dtype == DType::U8 { 0 } else { low };
        let span = (high - low).max(1) as usize;
        let bytes = (0..n)
            .flat_map(|_| {
                let value = Value::from_i64(low + self.c.below(span) as i64, dtype).to_bytes();
                value[..dtype.size()].to_vec()
            })
            .collect();
        let key = self.add(HostArray { dtype, shape: shape.to_vec(), bytes });
        Arg::Array { key, view: Vec::new() }
    }

    fn first_shape(&mut self) -> Vec<usize> {
        let modest = |shape: &[usize]| shape.iter().product::<usize>() <= 256;
        let shapes = self.strategy.shapes;
        match shapes {
            Shapes::Any => array::shape(self.c),
            Shapes::Modest => Some(array::shape(self.c)).filter(|s| modest(s)).unwrap_or_default(),
            Shapes::Square => super::products::square(self.c),
            Shapes::Factor if self.chance(2) => {
                self.dtype = self.c.pick(&[DType::F64, DType::F32, self.dtype]);
                super::products::large(self.c)
            }
            Shapes::Factor => array::shape(self.c),
            Shapes::Single if self.chance(8) => array::shape(self.c),
            Shapes::Single => vec![1; self.c.pick(&[0, 0, 0, 1, 2])],
            Shapes::Triples => {
                let mut shape = array::shape(self.c);
                let last = if self.fault() { 2 } else { 3 };
                shape.truncate(3);
                match shape.last_mut() {
                    Some(n) if *n < 100 => *n = last,
                    _ => shape = vec![last],
                }
                shape
            }
        }
    }

    /// The array that others follow.
    pub(super) fn first(&mut self) -> Arg {
        self.dtype = self.any_dtype();
        self.shape = self.first_shape();
        self.broadcast.clone_from(&self.shape);
        let shape = self.shape.clone();
        if self.strategy.shapes == Shapes::Square {
            let array = super::products::regular(self.c, self.dtype, &shape);
            return Arg::Array { key: self.add(array), view: Vec::new() };
        }
        let (key, view) = self.array(self.dtype, &shape, !self.written());
        self.view.clone_from(&view);
        Arg::Array { key, view }
    }

    /// Whether the first array is written to: NumPy's broadcast views are read-only.
    fn written(&self) -> bool {
        self.strategy.but.iter().any(|row| row.0 == "written")
    }

    /// A number that is not an array: Python's, or with a dtype.
    pub(super) fn number(&mut self) -> Arg {
        let any = self.strategy.elements == Elements::Any;
        match self.c.below(if any { 8 } else { 4 }) {
            0 => Arg::Int(self.c.between(-3, 8).into()),
            1 => Arg::Float(self.c.pick(&[1.5, 0.5, -2.0, 0.0, 3.0, 1e-3, -0.25])),
            2 => Arg::Bool(self.chance(8)),
            3 => {
                let dtype = self.any_dtype();
                Arg::Scalar(Value::from_i64(self.c.between(0, 5), dtype))
            }
            4 => Arg::Float(self.c.pick(&[
                f64::INFINITY,
                f64::NAN,
                -0.0,
                1e300,
                -1e-300,
                f64::NEG_INFINITY,
                1e10,
            ])),
            5 if self.dtype.is_integer() && self.chance(8) => {
                let (low, high) = self.dtype.integer_range().unwrap_or_default();
                Arg::Int(self.c.pick(&[high + 1, low - 1, high, low]))
            }
            5 => Arg::Int(self.c.pick(&[
                255,
                256,
                -128,
                -129,
                127,
                128,
                65536,
                1 << 31,
                1 << 40,
                -(1 << 62),
                1 << 63,
                (1 << 64) - 1,
                -1,
                1 << 65,
            ])),
            6 => Arg::Complex(Complex::new(self.c.pick(&[1.0, 0.0, -1.5]), self.c.pick(&[1.0, -2.0, 0.0]))),
            _ => {
                let dtype = self.any_dtype();
                Arg::Scalar(Value::from_f64(self.c.pick(&[1.5, -1.0, f64::INFINITY, 200.0, 0.1]), dtype))
            }
        }
    }

    /// A Python number.
    pub(super) fn weak_number(&mut self) -> Arg {
        match self.number() {
            Arg::Scalar(v) => Arg::Float(v.as_f64()),
            weak => weak,
        }
    }

    /// An operand beside the first array.
    fn other(&mut self, position: usize) -> Arg {
        let (size, kind) = (self.size(), self.c.below(8));
        // Above some thousand elements work is delayed, and one memory read twice is one input or two.
        match kind {
            5 | 6 => self.number(),
            3 | 4 | 7 if position > 0 && size > if kind == 7 { 0 } else { 4096 } => self.alias(),
            _ => self.beside(),
        }
    }

    /// The memory of the first argument, seen as the first argument is or with an axis reversed.
    fn alias(&mut self) -> Arg {
        let mut view = self.view.clone();
        let reversed = if self.size() > 4096 { 14 } else { 8 };
        if self.chance(reversed) && !self.shape.is_empty() {
            let axis = match reversed {
                8 => self.c.below(self.shape.len()),
                _ => (0..self.shape.len()).max_by_key(|&axis| self.shape[axis]).unwrap_or(0),
            };
            let mut items = vec![IndexItem::Slice([Arg::None, Arg::None, Arg::None]); axis];
            items.push(IndexItem::Slice([Arg::None, Arg::None, Arg::Int(-1)]));
            view.push(Step::Slice(items));
        }
        Arg::Alias { argument: 0, view }
    }

    /// An array that broadcasts with the operands before it.
    pub(super) fn beside(&mut self) -> Arg {
        let dtype = self.near_dtype();
        let shape = array::beside(self.c, &self.shape);
        if let Ok(all) = broadcast_shapes("broadcast", &[&self.broadcast, &shape]) {
            self.broadcast = all.to_vec();
        }
        self.array_of(dtype, &shape)
    }

    /// The argument of a parameter, at a position; nothing if it is better not given.
    pub(super) fn argument(&mut self, kind: Kind, position: usize) -> Option<Arg> {
        let rank = self.shape.len() as i64;
        Some(match kind {
            Kind::Array => self.first(),
            Kind::Other => self.other(position),
            Kind::OtherArray => self.beside(),
            Kind::Mask => {
                let shape = array::beside(self.c, &self.broadcast.clone());
                self.array_of(DType::Bool, &shape)
            }
            Kind::OutMask if !self.has_out => return None,
            Kind::OutMask => self.argument(Kind::Mask, position)?,
            Kind::Out => self.out(&self.broadcast.clone()),
            Kind::Axis => self.axis(),
            Kind::AxisOrNone if self.chance(3) => Arg::None,
            Kind::AxisOrNone => self.axis(),
            Kind::Axes => self.axes(),
            Kind::AxesList => match self.axes() {
                one @ Arg::Int(_) => Arg::Tuple(vec![one]),
                other => other,
            },
            Kind::Pair => {
                let (x, y) = (self.other(0), self.other(0));
                self.planned.push(y);
                x
            }
            Kind::FloatDType => Arg::DType(self.c.pick(&[DType::F64, DType::F32])),
            Kind::Plane => Arg::Tuple(vec![self.axis(), self.axis()]),
            Kind::Permutation => Arg::Tuple(self.permutation()),
            Kind::NewAxes => match self.chance(6) {
                true => Arg::Tuple(vec![self.new_axis(2), self.new_axis(2)]),
                false => self.new_axis(1),
            },
            Kind::Axes2 => {
                let count = self.c.below(rank as usize + 1).max(1);
                let mut axes = || (0..count).map(|_| self.axis()).collect::<Vec<_>>();
                let (from, to) = (axes(), axes());
                self.planned.push(Arg::Tuple(to));
                Arg::Tuple(from)
            }
            Kind::NewShape => Arg::Tuple(self.new_shape()),
            Kind::Shape => self.creation_shape(),
            Kind::BroadcastShape => Arg::Tuple(self.broadcast_shape()),
            Kind::DType => Arg::DType(self.near_dtype()),
            Kind::OfDType => Arg::DType(self.any_dtype()),
            Kind::Flag => Arg::Bool(!self.chance(5)),
            Kind::Int(low, high) => Arg::Int(self.c.between(low, high).into()),
            Kind::Float(of) => Arg::Float(self.c.pick(of)),
            Kind::Text(of) => Arg::Str(self.c.pick(of).to_owned()),
            Kind::Number => self.number(),
            Kind::WeakNumber => self.weak_number(),
            Kind::Bound => match self.c.below(8) {
                0..=3 => self.number(),
                4 => Arg::None,
                _ => self.beside(),
            },
            Kind::RangeNumber => self.range_number(),
            Kind::RangeStep => match self.c.below(3) {
                0 => Arg::Int(self.c.pick(&[1, 2, -1, 3, -2, 0])),
                _ => Arg::Float(self.c.pick(&[0.5, 0.3, -0.7, 1.0, 0.1])),
            },
            Kind::FewNumbers if self.chance(5) => {
                self.dtype = self.any_dtype();
                let shape: Vec<usize> = (0..self.c.below(3)).map(|_| self.c.pick(&[2, 1, 3, 0])).collect();
                self.array_of(self.dtype, &shape)
            }
            Kind::FewNumbers => self.range_number(),
            Kind::Literal => self.literal(3),
            Kind::Index => self.index(),
            Kind::Assigned => self.assigned(),
            Kind::Indices => {
                let shape: Vec<usize> =
                    (0..self.c.pick(&[1, 2, 0, 3])).map(|_| self.c.pick(&[2, 3, 1, 5, 0])).collect();
                let least = self.least();
                self.integers(&shape, -least, least)
            }
            Kind::IndicesAlong => {
                let (shape, least) = (self.shape.clone(), self.least());
                self.integers(&shape, -least, least)
            }
            Kind::Matmul => self.matmul(),
            Kind::Dot => self.dot(),
            Kind::Tensordot => self.tensordot(),
            Kind::Planned => self.planned.pop()?,
            Kind::System => self.system(),
            Kind::Subscripts => self.subscripts(),
            Kind::Joined => self.joined(),
            Kind::Joinable => self.joinable(),
            Kind::Blocks => self.blocks(),
            Kind::Sections => match self.chance(8) {
                false => Arg::Int(self.c.pick(&[1, 2, 3, 4, 0, -1])),
                true => {
                    Arg::List((0..self.c.below(4)).map(|_| Arg::Int(self.c.between(-2, 5).into())).collect())
                }
            },
            Kind::Repeats => self.repeats(),
            Kind::Counts => match self.chance(8) {
                false => {
                    Arg::Tuple((0..self.c.below(4)).map(|_| Arg::Int(self.c.between(0, 4).into())).collect())
                }
                true => Arg::Tuple(vec![Arg::Int(self.c.between(0, 5).into())]),
            },
            Kind::Shifts => self.shifts(),
            Kind::Widths => self.widths(),
            Kind::DTypeKinds => {
                let kinds = [
                    "bool",
                    "signed integer",
                    "unsigned integer",
                    "integral",
                    "real floating",
                    "complex floating",
                    "numeric",
                    "other",
                ];
                match self.c.below(4) {
                    0 => Arg::DType(self.any_dtype()),
                    1 => Arg::Tuple(
                        (0..self.c.below(3)).map(|_| Arg::Str(self.c.pick(&kinds).to_owned())).collect(),
                    ),
                    _ => Arg::Str(self.c.pick(&kinds).to_owned()),
                }
            }
            Kind::RestArrays
            | Kind::RestShapes
            | Kind::RestShape
            | Kind::RestPermutation
            | Kind::RestIndex
            | Kind::RestTypes
            | Kind::OutOf(_)
            | Kind::Never => return None,
        })
    }

    /// The arguments of a `*` parameter.
    pub(super) fn several(&mut self, kind: Kind) -> Vec<Arg> {
        match kind {
            Kind::RestArrays => {
                let mut args = vec![self.first()];
                args.extend((0..self.c.below(3)).map(|_| self.beside()).collect::<Vec<_>>());
                args
            }
            Kind::RestShapes => {
                let first: Vec<usize> = (0..self.c.below(5)).map(|_| array::size(self.c, 3)).collect();
                let shapes: Vec<Vec<usize>> =
                    (0..self.c.below(4)).map(|_| array::beside(self.c, &first)).collect();
                shapes.iter().map(|s| Arg::Tuple(s.iter().map(|&n| Arg::Int(n as i128)).collect())).collect()
            }
            Kind::RestShape => match self.chance(8) {
                true => vec![Arg::Tuple(self.new_shape())],
                false => self.new_shape(),
            },
            Kind::RestPermutation => match self.c.below(4) {
                0 => Vec::new(),
                1 => vec![Arg::None],
                2 => vec![Arg::Tuple(self.permutation())],
                _ => self.permutation(),
            },
            Kind::RestIndex => match self.c.below(3) {
                0 => Vec::new(),
                1 => vec![Arg::Int(self.c.below(self.size().clamp(1, 50)).try_into().unwrap_or(0))],
                _ => self
                    .shape
                    .clone()
                    .iter()
                    .map(|&n| Arg::Int(self.c.between(-(n as i64), (n as i64 - 1).max(0)).into()))
                    .collect(),
            },
            Kind::RestTypes => (0..1 + self.c.below(3))
                .map(|_| match self.c.below(3) {
                    0 => Arg::DType(self.any_dtype()),
                    1 => {
                        let dtype = self.any_dtype();
                        self.array_of(dtype, &[2])
                    }
                    _ => self.number(),
                })
                .collect(),
            Kind::Planned => std::mem::take(&mut self.planned),
            _ => Vec::new(),
        }
    }

    fn out(&mut self, shape: &[usize]) -> Arg {
        self.has_out = true;
        let dtype = if self.chance(6) {
            self.any_dtype()
        } else {
            self.c.pick(&[DType::F64, self.dtype, DType::C128, DType::F32])
        };
        let mut shape = shape.to_vec();
        if self.fault() {
            shape.insert(0, 2);
        }
        let (key, view) = self.array(dtype, &shape, false);
        Arg::Array { key, view }
    }

    fn range_number(&mut self) -> Arg {
        match self.c.below(3) {
            0 => Arg::Int(self.c.between(-10, 40).into()),
            1 => Arg::Float(self.c.between(-40, 80) as f64 / 4.0),
            _ => Arg::Float(self.c.pick(&[0.1, 1.0, 7.3, -2.6, 1e-3, 100.7])),
        }
    }

    fn literal(&mut self, depth: usize) -> Arg {
        if depth == 0 || self.chance(5) {
            return match self.c.below(6) {
                0..=3 => self.number(),
                4 => {
                    let (dtype, shape) = (self.any_dtype(), array::shape(self.c));
                    let shape = if shape.iter().product::<usize>() > 256 { vec![2] } else { shape };
                    self.array_of(dtype, &shape)
                }
                _ => Arg::Int(self.c.between(-5, 5).into()),
            };
        }
        let count = self.c.below(4);
        if self.chance(10) || depth == 1 {
            return Arg::List((0..count).map(|_| self.number()).collect());
        }
        // Lists of equal lengths, but for one now and then.
        let length = self.c.below(4);
        let row = |m: &mut Self| {
            let length = length + usize::from(m.fault());
            Arg::List((0..length).map(|_| m.number()).collect())
        };
        Arg::List((0..count).map(|_| row(self)).collect())
    }

    fn repeats(&mut self) -> Arg {
        match self.c.below(4) {
            0 | 1 => self.count(3),
            2 => {
                let n = self.shape.first().copied().unwrap_or(1).min(100);
                Arg::List((0..n).map(|_| Arg::Int(self.c.between(0, 3).into())).collect())
            }
            _ => {
                let n = self.size().min(64);
                self.integers(&[n], 0, 3)
            }
        }
    }

    /// A number up to `high`; now and then a negative one.
    fn count(&mut self, high: i64) -> Arg {
        let low = -i64::from(self.fault());
        Arg::Int(self.c.between(low, high).into())
    }

    fn shifts(&mut self) -> Arg {
        let one = |m: &mut Self| Arg::Int(m.c.between(-9, 9).into());
        match self.chance(6) {
            true => Arg::Tuple(vec![one(self), one(self)]),
            false => one(self),
        }
    }

    fn widths(&mut self) -> Arg {
        let width = |m: &mut Self| m.count(4);
        match self.c.below(4) {
            0 => width(self),
            1 => Arg::Tuple(vec![width(self), width(self)]),
            _ if self.shape.is_empty() => width(self),
            _ => {
                let rank = self.shape.len();
                Arg::Tuple((0..rank).map(|_| Arg::Tuple(vec![width(self), width(self)])).collect())
            }
        }
    }
}

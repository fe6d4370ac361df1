//! How the arguments of a registry entry are generated, and how near its results must be: data, named by the entry.

use super::array::Elements;
use crate::compare::Backend;

/// The strategy of an entry.
///
/// What an argument is follows from the name of its parameter ([`Strategy::parameter`]); an entry says only where it differs.
#[derive(Clone, Copy, Debug)]
pub struct Strategy {
    /// How near results must be.
    pub near: Near,
    /// Which elements arrays hold.
    pub elements: Elements,
    /// The shape of the first array.
    pub shapes: Shapes,
    /// Whose zeros must have the sign of the judge's.
    pub zeros: Zeros,
    /// Parameters whose arguments are not what their names say.
    pub but: &'static [(&'static str, u8, Kind)],
}

/// Which zeros must have the sign of the judge's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeros {
    /// All.
    Signed,
    /// Those of real numbers: of complex ones the sign follows from the order of operations.
    SignedIfReal,
    /// None: the algorithm decides.
    Open,
}

/// How near a result must be to the judge's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Near {
    /// Bit for bit; any NaN equals any other.
    Exact,
    /// So many units in the last place for real numbers, and, of the modulus, for complex ones.
    Ulp(f64, f64),
    /// Where terms cancel: so many units in the last place for real numbers, if it is not 0; else a few units of the
    /// largest number in the call.
    Cancelling(f64),
    /// The rounding error of a sum: an element's bound follows from the same call on absolute values.
    Sum,
    /// The same, with the largest bound of all elements for each.
    LargestSum,
    /// The rounding error of a sum of products over all arrays: the product of their largest elements.
    Product,
    /// Of a variance.
    Variance,
    /// Of a standard deviation.
    Deviation,
    /// Shape and dtype alone: the elements mean nothing.
    Shape,
}

impl Near {
    /// The same for readers of a report, on a device to which these tolerances hold.
    pub fn describe(self, backend: Backend) -> String {
        let times = if backend == Backend::Cpu { 1.0 } else { 2.0 };
        let ulp = |real: f64, complex: f64| match real {
            _ if real == complex => format!("{real} ulp"),
            0.0 => format!("equal, complex {complex} ulp"),
            _ => format!("{real} ulp, complex {complex}"),
        };
        match self {
            Near::Exact if backend == Backend::OtherTranscendental => ulp(4.0, 8.0),
            Near::Exact => "equal".into(),
            Near::Ulp(0.0, 0.0) => "equal but for ±0".into(),
            Near::Ulp(real, complex) => ulp(real * times, complex * times),
            Near::Cancelling(0.0) => "units of the largest".into(),
            Near::Cancelling(real) => format!("{real} ulp, complex by the largest"),
            Near::Sum | Near::LargestSum | Near::Product => "rounding of a sum".into(),
            Near::Variance | Near::Deviation => "rounding of squares".into(),
            Near::Shape => "shape and dtype".into(),
        }
    }
}

/// The shape of an entry's first array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shapes {
    /// Any, up to 2^17 elements.
    Any,
    /// Any of a few elements: results are larger than arguments, or printed.
    Modest,
    /// A stack of square matrices.
    Square,
    /// Any; now and then a matrix so large that blocked loops multiply it.
    Factor,
    /// Rank 0 in half of the cases.
    Single,
    /// The last axis has three elements.
    Triples,
}

/// Which results an `out` takes, in NumPy, where the call is no universal function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any: they are cast.
    Anything,
    /// Those that may be cast to it under `same_kind`.
    SameKind,
    /// The same; it may have further leading axes, along which the result is repeated.
    Repeated,
    /// Those of a type that it may be cast to safely, for it is cast there and back.
    Back,
    /// Those that it may hold safely, computed in the type that it and the operands have in common.
    Common,
    /// Those of its own type are asked for alone: it also holds what the result is made of.
    Own,
    /// Those of its own type, if it lies in C order.
    Exactly,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The array that others follow.
    Array,
    /// An operand beside it: an array that broadcasts, a number, the same memory seen otherwise.
    Other,
    /// An array that broadcasts with it.
    OtherArray,
    /// A Boolean array that broadcasts with it.
    Mask,
    /// The same, if there is an `out`: elsewhere the result would be anything.
    OutMask,
    /// Where a result of the broadcast shape goes.
    Out,
    /// The same of a result whose shape the whole call decides: made last.
    OutOf(Takes),
    /// An axis.
    Axis,
    /// An axis, or `None`.
    AxisOrNone,
    /// Any number of axes, or `None`.
    Axes,
    /// Any number of axes, as a tuple.
    AxesList,
    /// Two axes.
    Plane,
    /// A permutation of the axes.
    Permutation,
    /// Axes to be made.
    NewAxes,
    /// Two lists of axes for `moveaxis`: where from.
    Axes2,
    /// A shape of as many elements.
    NewShape,
    /// A shape for a new array.
    Shape,
    /// A shape to broadcast to.
    BroadcastShape,
    /// A dtype.
    DType,
    /// A floating dtype.
    FloatDType,
    /// A dtype that the call is about.
    OfDType,
    /// A truth value.
    Flag,
    /// An integer from one bound to the other.
    Int(i64, i64),
    /// One of these floats.
    Float(&'static [f64]),
    /// One of these texts.
    Text(&'static [&'static str]),
    /// A number: Python's, or with a dtype.
    Number,
    /// A Python number.
    WeakNumber,
    /// A bound of an interval: a number, an array, `None`.
    Bound,
    /// A number for ranges: their lengths stay small.
    RangeNumber,
    /// The step of a range.
    RangeStep,
    /// A number, or an array of few elements.
    FewNumbers,
    /// Nested lists of numbers.
    Literal,
    /// An index expression.
    Index,
    /// What is assigned through it.
    Assigned,
    /// Positions along any axis.
    Indices,
    /// Positions in an array of the same shape.
    IndicesAlong,
    /// The right side of `matmul`.
    Matmul,
    /// The right side of `dot`.
    Dot,
    /// The right side of `tensordot`, and its axes.
    Tensordot,
    /// What an earlier argument has decided.
    Planned,
    /// Two operands, of which the second is planned.
    Pair,
    /// The right side of a linear system.
    System,
    /// Subscripts of `einsum`, and its operands.
    Subscripts,
    /// Arrays to be joined.
    Joined,
    /// An array that can be joined with the first.
    Joinable,
    /// Nested lists of blocks.
    Blocks,
    /// Where `split` cuts.
    Sections,
    /// How often elements are repeated.
    Repeats,
    /// Small counts, one or several.
    Counts,
    /// Distances, one or several.
    Shifts,
    /// What `pad` adds.
    Widths,
    /// Any number of arrays.
    RestArrays,
    /// Any number of shapes.
    RestShapes,
    /// A new shape, size by size.
    RestShape,
    /// A permutation, axis by axis.
    RestPermutation,
    /// An index, axis by axis.
    RestIndex,
    /// Any number of dtypes, arrays and numbers.
    RestTypes,
    /// What an element type may be.
    DTypeKinds,
    /// Never given.
    Never,
}

use Kind::*;

/// A parameter that has a default, but no keyword.
pub const POSITIONAL: u8 = 15;

/// Not `equiv`: under it NumPy refuses Python's numbers, which it takes under `no`.
const CASTING: Kind = Text(&["same_kind", "unsafe", "safe", "no"]);
const ORDER: Kind = Text(&["C", "F", "A", "K"]);

/// What the name of a parameter says: in how many of 16 calls it is given (16: it has no default), and what it is.
const PARAMETERS: &[(&str, u8, Kind)] = &[
    // The array.
    ("a", 16, Array),
    ("x", 16, Array),
    ("x1", 16, Array),
    ("a1", 16, Array),
    ("v", 16, Array),
    ("m", 16, Array),
    ("ary", 16, Array),
    ("arr", 16, Array),
    ("A", 16, Array),
    ("array", 16, Array),
    ("val", 16, Array),
    ("prototype", 16, Array),
    ("condition", 16, Array),
    ("object", 16, Literal),
    // Beside it.
    ("b", 16, Other),
    ("x2", 16, Other),
    ("a2", 16, OtherArray),
    ("out", 2, Out),
    ("where", 8, OutMask),
    ("initial", 2, WeakNumber),
    ("fill_value", 16, Number),
    ("value", 16, WeakNumber),
    ("a_min", 16, Bound),
    ("a_max", 16, Bound),
    ("indices", 16, Indices),
    ("key", 16, Index),
    ("prepend", 2, OtherArray),
    ("append", 2, OtherArray),
    // Axes.
    ("axis", 8, Axis),
    ("axis1", 6, Axis),
    ("axis2", 6, Axis),
    ("axes", 8, AxesList),
    ("source", 16, Axes2),
    ("destination", 16, Planned),
    ("keepdims", 4, Flag),
    // Shapes and counts.
    ("shape", 16, Shape),
    ("N", 16, Int(0, 9)),
    ("M", 8, Int(0, 9)),
    ("k", 8, Int(-4, 5)),
    ("n", 8, Int(0, 9)),
    ("offset", 8, Int(-3, 3)),
    ("decimals", 10, Int(-3, 6)),
    ("ndmin", 4, Int(0, 4)),
    ("num", 12, Int(0, 60)),
    ("ddof", 5, Float(&[1.0, 2.0, 0.5])),
    ("d", 8, Float(&[0.5, 2.0, 0.1, -1.0])),
    ("start", 16, RangeNumber),
    ("stop", 14, RangeNumber),
    ("step", 8, RangeStep),
    ("s", 5, Counts),
    ("shift", 16, Shifts),
    ("repeats", 16, Repeats),
    ("reps", 16, Counts),
    ("indices_or_sections", 16, Sections),
    ("pad_width", 16, Widths),
    ("arrays", 16, Joined),
    ("tup", 16, Joined),
    // Ways to do it.
    ("dtype", 3, DType),
    ("casting", 2, CASTING),
    ("order", 8, ORDER),
    ("norm", 6, Text(&["backward", "ortho", "forward"])),
    ("mode", 8, Text(&["raise", "wrap", "clip", "none"])),
    ("indexing", 6, Text(&["xy", "ij", "xz"])),
    ("endpoint", 5, Flag),
    ("retstep", 3, Flag),
    ("sparse", 4, Flag),
    ("equal_nan", 6, Flag),
    ("include_initial", 6, Flag),
    ("rtol", 4, Float(&[0.1, 0.0, 1e-3, 1e-12])),
    ("atol", 4, Float(&[0.1, 0.0, 1.0, 1e-12])),
    ("ord", 8, Float(&[1.0, 2.0, 0.0, 3.0, 0.5, -1.0, f64::INFINITY, f64::NEG_INFINITY])),
    // Element types.
    ("from_", 16, OfDType),
    ("to", 16, OfDType),
    ("type1", 16, OfDType),
    ("type2", 16, OfDType),
    ("kind", 16, DTypeKinds),
    // Text.
    ("max_line_width", 3, Int(10, 100)),
    ("precision", 6, Int(0, 12)),
    ("suppress_small", 4, Flag),
    ("separator", 3, Text(&[", ", " ", ",", ""])),
    ("prefix", 2, Text(&["array(", ""])),
    ("suffix", 2, Text(&[")", ""])),
    ("threshold", 3, Int(0, 40)),
    ("edgeitems", 3, Int(1, 4)),
    ("sign", 3, Text(&["-", "+", " "])),
    ("floatmode", 4, Text(&["maxprec", "fixed", "unique", "maxprec_equal"])),
    // `*` parameters.
    ("*arrays", 16, RestArrays),
    ("*args", 16, RestArrays),
    ("*arys", 16, RestArrays),
    ("*xi", 16, RestArrays),
    ("*shape", 16, RestShape),
    ("*axes", 16, RestPermutation),
    ("*index", 16, RestIndex),
    ("*operands", 16, Planned),
    ("*arrays_and_dtypes", 16, RestTypes),
    ("subscripts", 16, Subscripts),
];

impl Strategy {
    /// Any arrays; results bit for bit.
    pub const EXACT: Strategy = Strategy {
        near: Near::Exact,
        elements: Elements::Any,
        shapes: Shapes::Any,
        zeros: Zeros::Signed,
        but: &[],
    };

    /// Any arrays; results near as `near` says.
    pub const fn near(near: Near) -> Strategy {
        Strategy { near, ..Strategy::EXACT }
    }

    /// With elements far from overflow.
    pub const fn moderate(self) -> Strategy {
        Strategy { elements: Elements::Moderate, ..self }
    }

    /// With zeros of which not all have a sign to be compared.
    pub const fn zeros(self, zeros: Zeros) -> Strategy {
        Strategy { zeros, ..self }
    }

    /// With other shapes of the first array.
    pub const fn of(self, shapes: Shapes) -> Strategy {
        Strategy { shapes, ..self }
    }

    /// With parameters that are not what their names say.
    pub const fn but(self, but: &'static [(&'static str, u8, Kind)]) -> Strategy {
        Strategy { but, ..self }
    }

    /// In how many of 16 calls the parameter is given, and what it is.
    pub fn parameter(&self, name: &str) -> (u8, Kind) {
        let named =
            |table: &[(&str, u8, Kind)]| table.iter().find(|row| row.0 == name).map(|row| (row.1, row.2));
        named(self.but).or_else(|| named(PARAMETERS)).unwrap_or((0, Never))
    }
}

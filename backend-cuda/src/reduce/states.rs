//! The table of reductions: what a state is, how it takes elements, and what becomes of it, as CUDA C++.

use super::plan::Blocks;
use crate::codegen::{call, register_size, register_type};
use bornite_core::DType;
use bornite_core::backend::ReduceOp;
use bornite_core::program::Op;

const MONOID: &str = include_str!("device/monoid.cuh");
const MAYBE: &str = include_str!("device/maybe.cuh");
const PLACE: &str = include_str!("device/place.cuh");
const MOMENTS: &str = include_str!("device/moments.cuh");
const TEAM: &str = include_str!("device/team.cuh");

/// How a reduction keeps what it has seen.
#[derive(Clone, Debug)]
enum State {
    /// One value, with the operation and the value that changes nothing.
    Monoid { combine: Op, neutral: String },
    /// One value or none.
    Maybe { combine: Op },
    /// The best element and its place.
    Place { beats: &'static str, worst: String },
    /// Count, mean and squared distances.
    Moments,
}

/// A reduction of values of one type.
#[derive(Clone, Debug)]
pub(crate) struct States {
    state: State,
    /// The type in which values are combined: 16-bit floats as `float32`.
    dtype: DType,
    /// The function that makes a result of a state.
    finish: &'static str,
}

/// The largest or smallest value of a type, which every other one beats or equals.
fn extreme(dtype: DType, largest: bool) -> String {
    let sign = if largest { "" } else { "-" };
    match dtype {
        DType::Bool => largest.to_string(),
        DType::F16 | DType::BF16 | DType::F32 => format!("{sign}F32_INF"),
        DType::F64 => format!("{sign}F64_INF"),
        DType::U64 if largest => "0xffffffffffffffffull".into(),
        DType::I64 if largest => "0x7fffffffffffffffll".into(),
        DType::I64 => "(i64)0x8000000000000000ull".into(),
        _ => {
            let (low, high) = dtype.integer_range().unwrap_or((0, 0));
            format!("({})({}ll)", register_type(dtype), if largest { high } else { low })
        }
    }
}

/// A value that is no number.
fn nan(dtype: DType) -> String {
    (if dtype == DType::F64 { "F64_NAN" } else { "F32_NAN" }).into()
}

/// What `op`, on values of `dtype`, leaves every other value as it is: on the left where it matters; `None` if nothing does.
///
/// A sum of floats begins with zero, as NumPy's do, so that -0.0 sums to 0.0; a scan keeps it with `minus_zero`.
pub(crate) fn neutral(op: Op, dtype: DType, minus_zero: bool) -> Option<String> {
    let of = register_type(dtype);
    Some(match op {
        Op::Add if dtype.is_complex() => {
            let zero = if minus_zero { "-0.0" } else { "0.0" };
            format!("complex_of<{of}>({zero}, {zero})")
        }
        Op::Add if dtype.is_float() && minus_zero => format!("({of})-0.0"),
        Op::Add | Op::Or | Op::Xor => format!("({of})0"),
        Op::Mul if !dtype.is_complex() => format!("({of})1"),
        Op::And if dtype.is_bool() => "true".into(),
        Op::And => format!("({of})-1"),
        Op::Maximum if !dtype.is_complex() => extreme(dtype, false),
        Op::Minimum if !dtype.is_complex() => extreme(dtype, true),
        Op::Fmax | Op::Fmin if dtype.is_float() => nan(dtype),
        _ => return None,
    })
}

impl States {
    /// The reduction `op` of values of type `dtype`; `None` for folds.
    pub(crate) fn new(op: ReduceOp, dtype: DType) -> Option<States> {
        // Registers hold 16-bit floats as float; sums and products of them are rounded at the end alone.
        let dtype = if matches!(dtype, DType::F16 | DType::BF16) { DType::F32 } else { dtype };
        let monoid = |combine: Op| match neutral(combine, dtype, false) {
            Some(neutral) => State::Monoid { combine, neutral },
            None => State::Maybe { combine },
        };
        let place = |beats: &'static str, largest: bool| State::Place {
            beats,
            worst: if dtype.is_complex() { "V()".into() } else { extreme(dtype, !largest) },
        };
        const LESS: &str = "op_less(x, y) || (is_nan(x) && !is_nan(y))";
        const MORE: &str = "op_less(y, x) || (is_nan(x) && !is_nan(y))";
        const LESS_BUT_NAN: &str = "op_less(x, y) || (is_nan(y) && !is_nan(x))";
        const MORE_BUT_NAN: &str = "op_less(y, x) || (is_nan(y) && !is_nan(x))";
        let complex = dtype.is_complex();
        let (state, finish) = match op {
            ReduceOp::Sum => (monoid(Op::Add), "finish"),
            ReduceOp::Prod => (monoid(Op::Mul), "finish"),
            ReduceOp::All | ReduceOp::And => (monoid(Op::And), "finish"),
            ReduceOp::Any | ReduceOp::Or => (monoid(Op::Or), "finish"),
            ReduceOp::Xor => (monoid(Op::Xor), "finish"),
            // Of several complex NaNs, whose other parts differ, the first is taken: it must be known where it stands.
            ReduceOp::Min if complex => (place(LESS, false), "element"),
            ReduceOp::Max if complex => (place(MORE, true), "element"),
            ReduceOp::Fmin if complex => (place(LESS_BUT_NAN, false), "element"),
            ReduceOp::Fmax if complex => (place(MORE_BUT_NAN, true), "element"),
            ReduceOp::Min => (monoid(Op::Minimum), "finish"),
            ReduceOp::Max => (monoid(Op::Maximum), "finish"),
            ReduceOp::Fmin => (monoid(Op::Fmin), "finish"),
            ReduceOp::Fmax => (monoid(Op::Fmax), "finish"),
            ReduceOp::ArgMin => (place(LESS, false), "place"),
            ReduceOp::ArgMax => (place(MORE, true), "place"),
            ReduceOp::SquaredDeviations => (State::Moments, "finish"),
            ReduceOp::Fold(_) => return None,
        };
        Some(States { state, dtype, finish })
    }

    /// The states of a scan with `op`, each step rounded to `dtype`, if it may be regrouped. Products of floats may leave
    /// the range of floats on the way and come back if they are, and 16-bit sums lose more than they gain.
    pub(crate) fn of_scan(op: Op, dtype: DType) -> Option<States> {
        let small = matches!(dtype, DType::F16 | DType::BF16);
        let regroups = match op {
            Op::Add => !small,
            Op::Mul => dtype.is_integer(),
            Op::Maximum | Op::Minimum | Op::Fmax | Op::Fmin | Op::And | Op::Or | Op::Xor => true,
            _ => false,
        };
        let neutral = neutral(op, dtype, true).filter(|_| regroups)?;
        Some(States { state: State::Monoid { combine: op, neutral }, dtype, finish: "finish" })
    }

    /// Whether elements are taken with their places.
    pub(crate) fn has_places(&self) -> bool {
        matches!(self.state, State::Place { .. })
    }

    /// How long blocks of elements should be.
    pub(crate) fn blocks(&self) -> Blocks {
        match self.state {
            State::Moments => Blocks::Long,
            State::Place { .. } => Blocks::Short,
            _ => Blocks::Usual,
        }
    }

    /// Bytes of a state, at most; the text holds the compiler to it.
    pub(crate) fn bytes(&self) -> usize {
        let value = register_size(self.dtype);
        match self.state {
            State::Monoid { .. } => value,
            State::Maybe { .. } => 2 * value,
            State::Place { .. } => value.next_multiple_of(8) + 16,
            // Count, mean and its rest, squares; complex numbers in double precision lie at multiples of 16.
            State::Moments if self.dtype.is_complex() => 64,
            State::Moments => 32,
        }
    }

    /// The text: types `V`, `I` and `State`, and the functions on them. `ordered` says whether a thread meets elements in
    /// the order of their places.
    pub(crate) fn text(&self, index: &str, ordered: bool) -> String {
        let of = register_type(self.dtype);
        let head = format!(
            "typedef {of} V;\ntypedef {index} I;\n\
             template<class T> FN T complex_of(double re, double im) {{ T z; z.re = re; z.im = im; return z; }}\n"
        );
        let rest = match &self.state {
            State::Monoid { combine, neutral } => format!(
                "FN V combine(V x, V y) {{ return {}; }}\nFN V neutral() {{ return {neutral}; }}\n{MONOID}",
                call(*combine, self.dtype, &["x", "y"])
            ),
            State::Maybe { combine } => {
                format!(
                    "FN V combine(V x, V y) {{ return {}; }}\n{MAYBE}",
                    call(*combine, self.dtype, &["x", "y"])
                )
            }
            State::Place { beats, worst } => format!(
                "FN bool beats(V x, V y) {{ return {beats}; }}\nFN V worst() {{ return {worst}; }}\n\
                 enum {{ ORDERED = {}, UNSURE = {} }};\n{PLACE}",
                u8::from(ordered),
                u8::from(self.dtype.is_complex())
            ),
            State::Moments => {
                let double = if self.dtype.is_complex() { "c128" } else { "double" };
                format!("typedef {} R;\ntypedef {double} D;\n{MOMENTS}", register_type(self.dtype.real()))
            }
        };
        let bytes = self.bytes();
        let fits =
            format!("static_assert(sizeof(State) <= {bytes}, \"scratch memory holds every state\");\n");
        head + &rest + &fits + TEAM
    }

    /// The expression of the result of a state, in a register.
    pub(crate) fn finish(&self, state: &str) -> String {
        format!("{}({state})", self.finish)
    }
}

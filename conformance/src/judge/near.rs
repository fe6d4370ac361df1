//! How near a result must be to the judge's, by the strategy of the entry.

use super::{Answer, Judge};
use crate::arg::{Arg, Step};
use crate::compare::{Backend, Compare, Mismatch, Tolerance, compare, distance_in_ulp, zeros};
use crate::corpus::Body;
use crate::generate::{Generated, Near, Strategy, Zeros};
use crate::host::{Got, HostArray};
use bornite::surface::ufunc::Ufunc;
use bornite::{DType, Value};
use bornite_core::dtype::Kind;
use num_complex::Complex;

/// How many roundings a sum of `n` terms may be off by, beyond `n`: those of its terms, and of what is done with it.
const OWN_ROUNDINGS: f64 = 8.0;

/// Whether `got` is near enough to `want`; the magnitudes of sums are asked of `judge`.
///
/// Gives how far apart they are at most, in the units that the bound counts: those in the last place of the element, of a
/// complex number's modulus, of a sum of absolute values. Nothing where there is no such unit.
pub fn near(
    call: &Generated,
    strategy: &Strategy,
    want: &Got,
    got: &Got,
    backend: Backend,
    judge: &mut dyn Judge,
) -> Result<Option<f64>, Mismatch> {
    let how = strategy.near;
    let exact = match compare(want, got, &Compare::One(Tolerance::EXACT), Backend::Cpu) {
        // Any elements have the right shape and dtype.
        Ok(()) => return Ok(worst_ulp(want, got).filter(|_| how != Near::Shape)),
        Err(mismatch) => mismatch,
    };
    // Complex functions of two devices follow different formulas.
    let others = backend == Backend::OtherTranscendental && of_complex(call);
    match strategy.zeros {
        Zeros::Signed if how != Near::Shape && !others => zeros(want, got)?,
        Zeros::SignedIfReal if !of_complex(call) && !is_complex(want) => zeros(want, got)?,
        _ => {}
    }
    let unit = |dtype: DType| epsilon(dtype).max(loop_epsilon(call));
    // The unit of the arguments: NumPy rounds scale factors and deviations to their type.
    let inexact = call.arrays.values().filter(|a| a.dtype.is_inexact());
    let own_unit = inexact.map(|a| epsilon(a.dtype)).fold(loop_epsilon(call), f64::max);
    match how {
        Near::Exact if backend == Backend::OtherTranscendental => ulp(call, want, got, 4.0, 8.0, exact),
        Near::Exact => Err(exact),
        Near::Ulp(real, complex) => {
            let times = if backend == Backend::Cpu { 1.0 } else { 2.0 };
            ulp(call, want, got, real * times, complex * times, exact)
        }
        Near::Cancelling(real) if !of_complex(call) && real > 0.0 => ulp(call, want, got, real, real, exact),
        Near::Cancelling(_) => {
            let largest = largest(want).max(call.arrays.values().map(largest_of).fold(1.0, f64::max));
            elementwise(want, got, 8.0, &|want, _, _| 8.0 * unit(want.dtype()) * largest, exact)
        }
        Near::Shape => elementwise(want, got, 0.0, &|_, _, _| f64::INFINITY, exact),
        Near::Sum | Near::LargestSum => {
            let absolute = absolute(call);
            let Answer::Value(magnitude) = judge.answer(&absolute.call, &absolute.body, &absolute.arrays)
            else {
                return Err(exact);
            };
            let whole = (how == Near::LargestSum).then(|| largest(&magnitude));
            let bound = |want: Value, part: usize, i: usize| {
                // A fold of a function that does not grow with its arguments may be larger than that of their absolute values.
                let size = whole.unwrap_or_else(|| at(&magnitude, part, i).max(size_of(want)));
                let unit = unit(want.dtype()).max(if whole.is_some() { own_unit } else { 0.0 });
                sum_bound(call, want.dtype(), size, unit)
            };
            elementwise(want, got, roundings(call), &bound, exact)
        }
        Near::Product => {
            let size = call.arrays.values().map(largest_of).product::<f64>();
            let bound =
                |want: Value, _: usize, _: usize| sum_bound(call, want.dtype(), size, epsilon(want.dtype()));
            elementwise(want, got, roundings(call), &bound, exact)
        }
        Near::Variance | Near::Deviation => {
            let x = call.arrays.values().map(largest_of).fold(0.0, f64::max);
            let bound = |want: Value, _: usize, _: usize| {
                let (eps, value) = (epsilon(want.dtype()).max(own_unit), size_of(want));
                // A sum of squares that NumPy's half precision cannot hold.
                let own = sum_bound(call, want.dtype(), x * x, eps * call.arrays.len() as f64);
                if roundings(call) * x * x > largest_finite(want.dtype()) {
                    return f64::INFINITY;
                }
                match how {
                    Near::Variance => own,
                    // The square root halves relative errors, and takes the root of absolute ones near zero.
                    _ => own.sqrt().min(own / value) + eps * value,
                }
            };
            elementwise(want, got, roundings(call), &bound, exact)
        }
    }
}

/// The rounding error of a sum whose terms' absolute values sum to `size`.
fn sum_bound(call: &Generated, dtype: DType, size: f64, eps: f64) -> f64 {
    let size = if size.is_nan() { 0.0 } else { size };
    // Near overflow the order of the sum decides what is infinite.
    if size >= largest_finite(dtype) / 4.0 {
        f64::INFINITY
    } else {
        roundings(call) * eps * size + f64::MIN_POSITIVE
    }
}

fn ulp(
    call: &Generated,
    want: &Got,
    got: &Got,
    real: f64,
    complex: f64,
    exact: Mismatch,
) -> Result<Option<f64>, Mismatch> {
    let of_complex = of_complex(call) || is_complex(want);
    let coarse = loop_epsilon(call);
    // Of a complex number that a real `out` takes the modulus is not known.
    let parts = of_complex && coarse > 0.0 && !is_complex(want);
    let whole = if parts { largest(want) } else { 0.0 };
    let bound = |want: Value, _: usize, _: usize| {
        let dtype = want.dtype();
        let n = if of_complex { complex } else { real };
        // Half a unit of the last place of a power of two is a unit of the number below it.
        n * (epsilon(dtype).max(coarse) * size_of(want).max(whole) + smallest(dtype))
    };
    if !of_complex && coarse == 0.0 {
        let compared = compare(want, got, &Compare::One(Tolerance::ulp(real)), Backend::Cpu);
        return compared.map(|()| worst_ulp(want, got));
    }
    elementwise(want, got, if of_complex { complex } else { real }, &bound, exact)
}

/// The modulus of the finite parts.
fn size_of(v: Value) -> f64 {
    let part = |x: f64| if x.is_finite() { x } else { 0.0 };
    let z = v.as_c128();
    part(z.re).hypot(part(z.im))
}

fn is_complex(got: &Got) -> bool {
    matches!(got, Got::Array(a) if a.dtype.is_complex())
}

/// Whether the call is of complex numbers; its result may be real: absolute values.
fn of_complex(call: &Generated) -> bool {
    let number = |arg: &Arg| match arg {
        Arg::Complex(_) => true,
        Arg::Scalar(v) => v.dtype().is_complex(),
        _ => false,
    };
    let mut dtypes = call.arrays.values().map(|a| a.dtype).chain(named_dtypes(call));
    dtypes.any(DType::is_complex) || call.body.args.iter().any(number)
}

/// The types that keywords name.
fn named_dtypes(call: &Generated) -> impl Iterator<Item = DType> {
    call.body.kwargs.iter().filter_map(|(_, arg)| if let Arg::DType(d) = arg { Some(*d) } else { None })
}

/// The distance from 1 to the next number.
fn epsilon(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => f64::exp2(-10.0),
        DType::BF16 => f64::exp2(-7.0),
        DType::F32 | DType::C64 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    }
}

/// The unit of the type that a function runs in, where an `out` of a finer type takes its result; else 0.
fn loop_epsilon(call: &Generated) -> f64 {
    let named = |name: &str| call.body.kwargs.iter().any(|(n, _)| n == name);
    let arity = call.call.strip_prefix("numpy.").and_then(Ufunc::by_name).map(|u| u.arity);
    if !named("out") && arity.is_none_or(|arity| call.body.args.len() <= arity) {
        return 0.0;
    }
    let of = |dtype: DType| match dtype {
        DType::Bool | DType::I8 | DType::U8 | DType::F16 => epsilon(DType::F16),
        DType::I16 | DType::U16 => epsilon(DType::F32),
        dtype => epsilon(dtype),
    };
    let dtypes = call.arrays.values().map(|a| a.dtype).chain(named_dtypes(call));
    dtypes.map(of).fold(0.0, f64::max)
}

fn largest_finite(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => 65504.0,
        DType::F32 | DType::BF16 | DType::C64 => f64::from(f32::MAX),
        _ => f64::MAX,
    }
}

/// The smallest subnormal number.
fn smallest(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => f64::exp2(-24.0),
        DType::BF16 => f64::exp2(-133.0),
        DType::F32 | DType::C64 => f64::exp2(-149.0),
        _ => f64::from_bits(1),
    }
}

/// How many roundings a sum over the largest argument may be off by.
fn roundings(call: &Generated) -> f64 {
    seen(call) as f64 + OWN_ROUNDINGS
}

/// How many elements the largest argument has, as it is seen.
pub fn seen(call: &Generated) -> usize {
    fn of(arg: &Arg) -> usize {
        let broadcast = |step: &Step| match step {
            Step::BroadcastTo(shape) => shape.iter().product::<i64>().max(0) as usize,
            _ => 0,
        };
        match arg {
            Arg::Array { view, .. } | Arg::Alias { view, .. } => {
                view.iter().map(broadcast).max().unwrap_or(0)
            }
            Arg::List(items) | Arg::Tuple(items) => items.iter().map(of).max().unwrap_or(0),
            _ => 0,
        }
    }
    let base = call.arrays.values().map(HostArray::size).max().unwrap_or(1);
    base.max(call.body.args.iter().map(of).max().unwrap_or(0))
}

/// Passes if shapes and dtypes are equal and elements differ by no more than `bound` says of the wanted element, the
/// part of the result and the place in it; else tells the first element that misses, or what `exact` said.
///
/// Gives the largest part of its bound that an element misses by, of which `units` make the whole.
fn elementwise(
    want: &Got,
    got: &Got,
    units: f64,
    bound: &dyn Fn(Value, usize, usize) -> f64,
    exact: Mismatch,
) -> Result<Option<f64>, Mismatch> {
    let mut worst = 0.0;
    match measure(want, got, 0, bound, &mut worst) {
        Ok(()) => Ok((units > 0.0).then_some(worst * units)),
        Err(mismatch) => Err(mismatch.unwrap_or(exact)),
    }
}

/// The element that misses; nothing if the results are not alike at all.
fn measure(
    want: &Got,
    got: &Got,
    part: usize,
    bound: &dyn Fn(Value, usize, usize) -> f64,
    worst: &mut f64,
) -> Result<(), Option<Mismatch>> {
    match (want, got) {
        (Got::Array(w), Got::Array(g)) if w.dtype == g.dtype && w.shape == g.shape => {
            for i in 0..w.size() {
                let (want, got) = (w.value(i), g.value(i));
                let within = bound(want, part, i);
                let share = share(want, got, within);
                if share > 1.0 {
                    let (want, got) = (Got::item(want), Got::item(got));
                    return Err(Some(Mismatch {
                        wanted: format!("{} {want} at {:?}, within {within:e}", w.dtype, w.index_of(i)),
                        came: got.to_string(),
                    }));
                }
                *worst = worst.max(share);
            }
            Ok(())
        }
        (Got::List(w), Got::List(g)) if w.len() == g.len() => {
            w.iter().zip(g).enumerate().try_for_each(|(part, (w, g))| measure(w, g, part, bound, worst))
        }
        (want, got) if want == got => Ok(()),
        _ => Err(None),
    }
}

/// Which part of the bound two elements are apart.
fn share(want: Value, got: Value, bound: f64) -> f64 {
    if bound == f64::INFINITY || want == got {
        return 0.0;
    }
    if !want.dtype().is_inexact() {
        return f64::INFINITY;
    }
    let part = |w: f64, g: f64| match w.is_finite() && g.is_finite() {
        true => g - w,
        false if w == g || w.is_nan() && g.is_nan() => 0.0,
        false => f64::INFINITY,
    };
    let (w, g) = (want.as_c128(), got.as_c128());
    let apart = Complex::new(part(w.re, g.re), part(w.im, g.im)).norm();
    if apart == 0.0 { 0.0 } else { apart / bound }
}

/// The call with the absolute values of all signed numbers, in double precision: its result bounds rounding errors.
///
/// Masks stay what they are.
fn absolute(call: &Generated) -> Generated {
    let size = |z: Complex<f64>| if z.is_nan() { 0.0 } else { z.re.abs() + z.im.abs() };
    let signed = |dtype: DType| dtype.is_inexact() || dtype.kind() == Kind::Signed;
    let array = |array: &HostArray| match signed(array.dtype) {
        true => {
            let values = (0..array.size()).map(|i| size(array.value(i).as_c128()));
            let bytes = values.flat_map(f64::to_ne_bytes).collect();
            HostArray { dtype: DType::F64, shape: array.shape.clone(), bytes }
        }
        false => array.clone(),
    };
    let scalar = |arg: &Arg| match arg {
        Arg::Float(x) => Arg::Float(x.abs()),
        Arg::Complex(z) => Arg::Float(size(*z)),
        Arg::Scalar(v) if v.dtype().is_inexact() => Arg::Scalar(Value::F64(size(v.as_c128()))),
        other => other.clone(),
    };
    let args = call.body.args.iter().map(scalar).collect();
    let kept = call.body.kwargs.iter().filter(|(name, _)| name != "dtype" && name != "out");
    let kwarg =
        |name: &String, arg: &Arg| (name.clone(), if name == "initial" { scalar(arg) } else { arg.clone() });
    let kwargs = kept.map(|(name, arg)| kwarg(name, arg)).collect();
    let arrays = call.arrays.iter().map(|(key, a)| (key.clone(), array(a))).collect();
    Generated { call: call.call.clone(), body: Body::new(args, kwargs), arrays, size: call.size }
}

/// The size of element `i` of the result, or of the result's part `part`.
fn at(got: &Got, part: usize, i: usize) -> f64 {
    match got {
        Got::Array(a) if i < a.size() => a.value(i).as_c128().norm(),
        Got::List(items) => items.get(part).map_or(0.0, |item| at(item, 0, i)),
        _ => 0.0,
    }
}

fn largest(got: &Got) -> f64 {
    match got {
        Got::Array(a) => largest_of(a),
        Got::List(items) => items.iter().map(largest).fold(0.0, f64::max),
        _ => 0.0,
    }
}

/// The largest finite absolute value.
fn largest_of(array: &HostArray) -> f64 {
    let sizes = (0..array.size()).map(|i| array.value(i).as_c128().norm());
    sizes.filter(|x| x.is_finite()).fold(0.0, f64::max)
}

/// The most units in the last place that elements are apart, where both results are arrays of one inexact dtype.
fn worst_ulp(want: &Got, got: &Got) -> Option<f64> {
    match (want, got) {
        (Got::Array(w), Got::Array(g))
            if w.dtype == g.dtype && w.shape == g.shape && w.dtype.is_inexact() =>
        {
            let distances = (0..w.size()).map(|i| distance_in_ulp(w.value(i), g.value(i)));
            Some(distances.filter(|d| d.is_finite()).fold(0.0, f64::max))
        }
        (Got::List(w), Got::List(g)) => w.iter().zip(g).filter_map(|(w, g)| worst_ulp(w, g)).reduce(f64::max),
        _ => None,
    }
}

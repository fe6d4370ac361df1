//! Random views of arrays, and what is computed over them, against the plainest implementation of the rules.

mod common;

use bornite::surface::casting::Casting;
use bornite::surface::index::basic::slice;
use bornite::surface::manipulate::{broadcast_to, expand_dims, transpose};
use bornite::surface::ufunc::{Operand, table, ufunc};
use bornite::{DType, Error, Index, RawArray, Value, promote};
use bornite_conformance::device::under_test;
use common::{Plain, broadcast_shapes};
use proptest::prelude::*;
use proptest::sample::Index as Pick;

/// A step of a view, made to fit whatever shape it meets.
#[derive(Clone, Debug)]
enum Step {
    Transpose(Pick, Pick),
    Slice(Pick, Option<i64>, Option<i64>, i64),
    At(Pick, Pick),
    NewAxis(Pick),
    /// Stretches axes of size 1, and adds a leading one of this size.
    Broadcast(usize, Option<usize>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = || prop::option::of(-7..8i64);
    let stride = prop_oneof![1..4i64, -3..0i64];
    let step = prop_oneof![
        (any::<Pick>(), any::<Pick>()).prop_map(|(a, b)| Step::Transpose(a, b)),
        (any::<Pick>(), end(), end(), stride)
            .prop_map(|(a, start, stop, by)| Step::Slice(a, start, stop, by)),
        (any::<Pick>(), any::<Pick>()).prop_map(|(a, i)| Step::At(a, i)),
        any::<Pick>().prop_map(Step::NewAxis),
        (0..4usize, prop::option::of(0..3usize)).prop_map(|(n, lead)| Step::Broadcast(n, lead)),
    ];
    prop::collection::vec(step, 0..5)
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![4 => 1..6usize, 1 => Just(0)], 0..5)
}

/// The array of `shape` whose elements are small numbers, all different in types that can tell them apart.
fn numbered(dtype: DType, shape: &[usize]) -> Result<(RawArray, Plain), Error> {
    let mut next = -3;
    let plain = Plain::from_fn(shape, |_| {
        next += 1;
        Value::from_i64(next % 50, dtype)
    });
    let bytes: Vec<u8> = plain.values.iter().flat_map(|v| v.to_bytes()[..dtype.size()].to_vec()).collect();
    Ok((RawArray::from_bytes(under_test()?, dtype, shape, &bytes)?, plain))
}

/// Applies a step to both.
fn apply(step: &Step, array: &RawArray, plain: &Plain) -> Result<(RawArray, Plain), Error> {
    let ndim = plain.shape.len();
    Ok(match step {
        Step::Transpose(a, b) if ndim > 0 => {
            let mut axes: Vec<usize> = (0..ndim).collect();
            axes.swap(a.index(ndim), b.index(ndim));
            axes.rotate_left(a.index(ndim));
            let signed: Vec<i64> = axes.iter().map(|&a| a as i64).collect();
            (transpose(array, Some(&signed))?, plain.transpose(&axes))
        }
        Step::Slice(axis, start, stop, step) if ndim > 0 => {
            let axis = axis.index(ndim);
            let mut items = vec![Index::FULL; axis];
            items.push(Index::Slice { start: *start, stop: *stop, step: *step });
            (slice(array, &items)?, plain.slice(axis, (*start, *stop, *step)))
        }
        Step::At(axis, i) if ndim > 0 && plain.shape[axis.index(ndim)] > 0 => {
            let axis = axis.index(ndim);
            let i = i.index(plain.shape[axis]);
            let mut items = vec![Index::FULL; axis];
            items.push(Index::Int(i as i64 - if i % 2 == 1 { plain.shape[axis] as i64 } else { 0 }));
            (slice(array, &items)?, plain.at(axis, i))
        }
        Step::NewAxis(axis) if ndim < 7 => {
            let axis = axis.index(ndim + 1);
            (expand_dims(array, &[axis as i64])?, plain.expand(axis))
        }
        Step::Broadcast(n, lead) if ndim < 7 => {
            let own = plain.shape.iter().map(|&m| if m == 1 { *n } else { m });
            let shape: Vec<usize> = lead.iter().copied().chain(own).collect();
            let signed: Vec<i64> = shape.iter().map(|&n| n as i64).collect();
            (broadcast_to(array, &signed)?, plain.broadcast_to(&shape))
        }
        _ => (array.clone(), plain.clone()),
    })
}

fn view(dtype: DType, shape: &[usize], steps: &[Step]) -> Result<(RawArray, Plain), Error> {
    steps.iter().try_fold(numbered(dtype, shape)?, |(array, plain), step| apply(step, &array, &plain))
}

/// The array read back.
fn read(array: &RawArray) -> Result<Plain, Error> {
    let (dtype, bytes) = (array.dtype(), array.to_bytes()?);
    let values = bytes.chunks_exact(dtype.size()).map(|b| Value::from_bytes(dtype, b)).collect();
    Ok(Plain { shape: array.shape().to_vec(), values })
}

fn dtypes() -> impl Strategy<Value = DType> {
    prop::sample::select(DType::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn views_show_the_elements_that_the_rules_say(dtype in dtypes(), shape in shapes(), steps in steps()) {
        let (array, plain) = view(dtype, &shape, &steps).expect("a view");
        prop_assert_eq!(read(&array).expect("readable"), plain);
    }

    #[test]
    fn addition_of_views_broadcasts_and_promotes(
        (a, b) in (dtypes(), dtypes()),
        shape in shapes(),
        (left, right) in (steps(), steps()),
    ) {
        let (x, plain_x) = view(a, &shape, &left).expect("a view");
        let (y, plain_y) = view(b, &shape, &right).expect("a view");
        let sum = ufunc(&table::ADD, &[Operand::Array(&x), Operand::Array(&y)], None, Casting::SameKind);
        let Some(shape) = broadcast_shapes(&plain_x.shape, &plain_y.shape) else {
            let error = sum.expect_err("shapes that do not broadcast");
            prop_assert!(error.numpy_class().is_a("ValueError"), "{}", error);
            return Ok(());
        };
        let sum = sum.expect("shapes that broadcast");
        let dtype = promote(a, b);
        prop_assert_eq!(sum.dtype(), dtype);
        let (plain_x, plain_y) = (plain_x.broadcast_to(&shape), plain_y.broadcast_to(&shape));
        let want = Plain::from_fn(&shape, |index| {
            let (x, y) = (plain_x.get(index).cast(dtype), plain_y.get(index).cast(dtype));
            match (x.as_integer(), y.as_integer()) {
                (Some(x), Some(y)) if !dtype.is_bool() => Value::from_i64((x as i64).wrapping_add(y as i64), dtype),
                (Some(x), Some(y)) => Value::Bool(x + y > 0),
                // Small integers: exact in every type.
                _ => Value::C128(x.as_c128() + y.as_c128()).cast(dtype),
            }
        });
        prop_assert_eq!(read(&sum).expect("readable"), want);
    }

    #[test]
    fn what_is_assigned_to_a_region_is_there_and_nothing_else_changes(
        dtype in dtypes(),
        shape in shapes(),
        (left, right) in (steps(), steps()),
        (axis, start, stop, step) in (any::<Pick>(), prop::option::of(-7..8i64), prop::option::of(-7..8i64), 1..4i64),
    ) {
        let (array, before) = view(dtype, &shape, &left).expect("a view");
        prop_assume!(!before.shape.is_empty());
        let axis = axis.index(before.shape.len());
        let places = common::places(before.shape[axis] as i64, (start, stop, step));
        let mut part = before.shape.clone();
        part[axis] = places.len();
        // A value of the region's own shape, seen through a view that keeps the shape where it can.
        let (value, plain_value) = view(dtype, &part, &right).expect("a view");
        let fits = broadcast_shapes(&plain_value.shape, &part).is_some_and(|s| s == part);
        prop_assume!(fits);
        let mut items = vec![Index::FULL; axis];
        items.push(Index::Slice { start, stop, step });
        let mut after = array.clone();
        let value = bornite::surface::index::advanced::Assigned::Array(value);
        bornite::surface::index::advanced::assign(&mut after, &items, value).expect("assigned");
        let plain_value = plain_value.broadcast_to(&part);
        let want = Plain::from_fn(&before.shape, |index| match places.iter().position(|&p| p == index[axis]) {
            Some(place) => {
                let mut from = index.to_vec();
                from[axis] = place;
                plain_value.get(&from)
            }
            None => before.get(index),
        });
        prop_assert_eq!(read(&after).expect("readable"), want);
        // The other handle saw nothing of it.
        prop_assert_eq!(read(&array).expect("readable"), before);
    }
}

/// Calls function number `f` on views and on copies of them: they give the same bits.
fn functions_see_through(
    [(dtype, left), (other, right)]: [(DType, Vec<Step>); 2],
    shape: &[usize],
    (f, scalar, form): (Pick, f64, u8),
) -> Result<(), TestCaseError> {
    let u = table::ALL[f.index(table::ALL.len())];
    let (x, _) = view(dtype, shape, &left).expect("a view");
    let (y, _) = view(other, shape, &right).expect("a view");
    let scalar = Operand::Weak(bornite::surface::scalar::Scalar::Float(scalar));
    // The same elements, in memory of their own and in C order. On the same device: devices differ in last digits of
    // elementary functions, and in which NaN an operation makes, which IEEE 754 leaves open.
    let dense = |a: &RawArray| {
        let bytes = a.to_bytes().expect("readable");
        RawArray::from_bytes(a.device(), a.dtype(), a.shape(), &bytes).expect("an array")
    };
    let call = |x: &RawArray, y: &RawArray| {
        let operands = match (u.arity, form) {
            (1, _) => vec![Operand::Array(x)],
            (_, 0) => vec![Operand::Array(x), scalar],
            (_, 1) => vec![scalar, Operand::Array(x)],
            _ => vec![Operand::Array(x), Operand::Array(y)],
        };
        ufunc(u, &operands, None, Casting::SameKind).and_then(|out| read(&out))
    };
    match (call(&x, &y), call(&dense(&x), &dense(&y))) {
        (Ok(seen), Ok(dense)) => {
            prop_assert_eq!(&seen.shape, &dense.shape);
            let bits = |p: &Plain| p.values.iter().map(|v| v.to_bytes()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&seen), bits(&dense), "{}", u.name);
        }
        (Err(seen), Err(dense)) => prop_assert_eq!(seen.numpy_class(), dense.numpy_class()),
        (seen, dense) => prop_assert!(false, "{}: {:?}, but of copies {:?}", u.name, seen, dense),
    }
    Ok(())
}

/// Many cases, for there are many functions, and each meets each form of operands; in several tests, for threads to share:
/// a GPU's kernels are compiled first.
macro_rules! shares {
    ($($name:ident)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(1_500))]
            $(#[test]
            fn $name(
                (dtype, other) in (dtypes(), dtypes()),
                shape in shapes(),
                (left, right) in (steps(), steps()),
                call in (any::<Pick>(), prop::sample::select(vec![0.0, 1.5, -2.0, 7.0]), 0..4u8),
            ) {
                functions_see_through([(dtype, left), (other, right)], &shape, call)?;
            })*
        }
    };
}
shares! {
    functions_see_through_views_1
    functions_see_through_views_2
    functions_see_through_views_3
    functions_see_through_views_4
    functions_see_through_views_5
    functions_see_through_views_6
    functions_see_through_views_7
    functions_see_through_views_8
}

//! Joining, repeating, padding.

use crate::{cases, counting, five};
use bornite::DType::*;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::join::*;
use bornite::surface::manipulate::{atleast_1d, transposed};
use bornite::{Pad, RawArray, Result, Value, cpu};

fn cat(arrays: &[&RawArray], axis: Option<i64>) -> Result<RawArray> {
    concatenate(arrays, axis, None, Casting::SameKind)
}

fn list(arrays: Result<Vec<RawArray>>) -> Result<Vec<RawArray>> {
    arrays
}

fn rows(rows: &[&[&RawArray]]) -> Blocks {
    let row = |row: &&[&RawArray]| Blocks::List(row.iter().map(|a| Blocks::Array((*a).clone())).collect());
    Blocks::List(rows.iter().map(row).collect())
}

fn reflect(odd: bool) -> Pad {
    Pad::Reflect { odd }
}

fn symmetric(odd: bool) -> Pad {
    Pad::Symmetric { odd }
}

#[test]
fn joined() -> Result<()> {
    let (b, c, three, empty, zero) =
        (counting(&[2, 3]), counting(&[2, 3, 4]), counting(&[3]), counting(&[0, 3]), five());
    let f = astype(&b, F32, Casting::Unsafe)?;
    cases! {
        cat(&[&b, &transposed(&b)], None) => "array([0, 1, 2, 3, 4, 5, 0, 3, 1, 4, 2, 5])";
        cat(&[&b, &b], Some(-1)) => "array([[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]])";
        cat(&[&f, &b, &f], Some(0)) => "array([[0., 1., 2.], [3., 4., 5.], [0., 1., 2.], [3., 4., 5.], [0., 1., 2.], [3., 4., 5.]])";
        cat(&[&empty, &b], Some(0)) => "array([[0, 1, 2], [3, 4, 5]])";
        cat(&[&b, &three], Some(0)) => "!ValueError";
        cat(&[&b, &transposed(&b)], Some(0)) => "!ValueError";
        cat(&[&b], Some(2)) => "!AxisError";
        cat(&[&zero], Some(0)) => "!ValueError";
        cat(&[], Some(0)) => "!ValueError";
        concatenate(&[&b, &f], Some(0), Some(F32), Casting::SameKind) => "array([[0., 1., 2.], [3., 4., 5.], [0., 1., 2.], [3., 4., 5.]], dtype=float32)";
        concatenate(&[&b, &f], Some(0), Some(I64), Casting::SameKind) => "!TypeError";
        concatenate(&[&b, &f], Some(0), Some(I64), Casting::Unsafe) => "array([[0, 1, 2], [3, 4, 5], [0, 1, 2], [3, 4, 5]])";
        concatenate(&[&b, &f], Some(0), None, Casting::No) => "!TypeError";
        stack(&[&b, &f], 2, None, Casting::SameKind) => "array([[[0., 0.], [1., 1.], [2., 2.]], [[3., 3.], [4., 4.], [5., 5.]]])";
        stack(&[&b, &b], -4, None, Casting::SameKind) => "!AxisError";
        stack(&[&b, &three], 0, None, Casting::SameKind) => "!ValueError";
        stack(&[], 0, None, Casting::SameKind) => "!ValueError";
        hstack(&[&zero, &three], None, Casting::SameKind) => "array([5, 0, 1, 2])";
        hstack(&[&b, &b], None, Casting::SameKind) => "array([[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]])";
        vstack(&[&three, &b], None, Casting::SameKind) => "array([[0, 1, 2], [0, 1, 2], [3, 4, 5]])";
        dstack(&[&b, &b]) => "array([[[0, 0], [1, 1], [2, 2]], [[3, 3], [4, 4], [5, 5]]])";
        dstack(&[&zero, &zero]) => "array([[[5, 5]]])";
        column_stack(&[&three, &transposed(&b)]) => "array([[0, 0, 3], [1, 1, 4], [2, 2, 5]])";
        append(&b, &zero, None) => "array([0, 1, 2, 3, 4, 5, 5])";
        append(&b, &zero, Some(0)) => "!ValueError";
        tile(&b, &[2, 1, 2]) => "array([[[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]], [[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]]])";
        tile(&b, &[2]) => "array([[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]])";
        tile(&transposed(&c), &[1, 2, 1]) => "array([[[ 0, 12], [ 4, 16], [ 8, 20], [ 0, 12], [ 4, 16], [ 8, 20]], [[ 1, 13], [ 5, 17], [ 9, 21], [ 1, 13], [ 5, 17], [ 9, 21]], [[ 2, 14], [ 6, 18], [10, 22], [ 2, 14], [ 6, 18], [10, 22]], [[ 3, 15], [ 7, 19], [11, 23], [ 3, 15], [ 7, 19], [11, 23]]])";
        tile(&b, &[0]) => "array([], shape=(2, 0), dtype=int64)";
        tile(&b, &[-1]) => "!ValueError";
        tile(&zero, &[]) => "array(5)";
        tile(&b, &[1 << 40, 1 << 40]) => "!ValueError";
        repeat(&b, Repeats::Count(2), None) => "array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])";
        repeat(&transposed(&b), Repeats::Count(2), Some(-2)) => "array([[0, 3], [0, 3], [1, 4], [1, 4], [2, 5], [2, 5]])";
        repeat(&b, Repeats::Count(0), Some(0)) => "array([], shape=(0, 3), dtype=int64)";
        repeat(&b, Repeats::Count(-1), Some(0)) => "!ValueError";
        repeat(&b, Repeats::Each(&[2, 0, 1]), Some(1)) => "array([[0, 0, 2], [3, 3, 5]])";
        repeat(&b, Repeats::Array(&three), Some(1)) => "array([[1, 2, 2], [4, 5, 5]])";
        repeat(&b, Repeats::Array(&f), Some(1)) => "!TypeError";
        repeat(&b, Repeats::Each(&[2, 1]), Some(1)) => "!ValueError";
        repeat(&b, Repeats::Each(&[2, -1, 0]), Some(1)) => "!ValueError";
        repeat(&zero, Repeats::Count(2), Some(0)) => "array([5, 5])";
        repeat(&b, Repeats::Count(2), Some(2)) => "!AxisError";
        repeat(&b, Repeats::Count(1 << 62), Some(0)) => "!ValueError";
    }
    Ok(())
}

#[test]
fn grids() -> Result<()> {
    let (b, three, zero) = (counting(&[2, 3]), counting(&[3]), five());
    let zero_1d = atleast_1d(&zero);
    cases! {
        list(meshgrid(&[&three, &b], Indexing::Xy, false)) => "array([[0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2]]); array([[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4], [5, 5, 5]])";
        list(meshgrid(&[&three, &zero, &b], Indexing::Ij, true)) => "array([[[0]], [[1]], [[2]]]); array([[[5]]]); array([[[0, 1, 2, 3, 4, 5]]])";
        list(meshgrid(&[&three], Indexing::Xy, false)) => "array([0, 1, 2])";
        block(&rows(&[&[&b, &b], &[&cat(&[&b, &b], Some(1))?]])) => "array([[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5], [0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]])";
        block(&rows(&[&[&three, &zero], &[&cat(&[&three, &zero_1d], Some(0))?]])) => "array([[0, 1, 2, 5], [0, 1, 2, 5]])";
        block(&Blocks::List(vec![Blocks::Array(three.clone()), Blocks::List(vec![Blocks::Array(three.clone())])])) => "!ValueError";
        block(&Blocks::List(vec![])) => "!ValueError";
        block(&Blocks::Array(zero.clone())) => "array(5)";
    }
    Ok(())
}

#[test]
fn padded() -> Result<()> {
    let (b, c, three, empty, zero) =
        (counting(&[2, 3]), counting(&[2, 3, 4]), counting(&[3]), counting(&[0, 3]), five());
    let f = astype(&b, F32, Casting::Unsafe)?;
    let zero_1d = atleast_1d(&zero);
    let bytes = cpu().array_as::<u8>([1, 3, 250])?.into_raw();
    let truths = cpu().array([true, false])?.into_raw();
    cases! {
        pad(&b, &[(1, 2), (0, 1)], &Pad::constant(7)) => "array([[7, 7, 7, 7], [0, 1, 2, 7], [3, 4, 5, 7], [7, 7, 7, 7], [7, 7, 7, 7]])";
        pad(&b, &[(1, 0)], &Pad::Constant(vec![(Value::I64(1), Value::I64(2)), (Value::F64(3.7), Value::I64(4))])) => "array([[3, 1, 1, 1], [3, 0, 1, 2], [3, 3, 4, 5]])";
        pad(&b, &[(1, 1)], &Pad::Edge) => "array([[0, 0, 1, 2, 2], [0, 0, 1, 2, 2], [3, 3, 4, 5, 5], [3, 3, 4, 5, 5]])";
        pad(&transposed(&b), &[(2, 0), (0, 1)], &Pad::Edge) => "array([[0, 3, 3], [0, 3, 3], [0, 3, 3], [1, 4, 4], [2, 5, 5]])";
        pad(&three, &[(7, 9)], &reflect(false)) => "array([1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])";
        pad(&three, &[(7, 9)], &reflect(true)) => "array([-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])";
        pad(&three, &[(7, 9)], &symmetric(false)) => "array([0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0])";
        pad(&three, &[(7, 9)], &symmetric(true)) => "array([-4, -4, -3, -2, -2, -1, 0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8])";
        pad(&three, &[(7, 8)], &Pad::Wrap) => "array([2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1])";
        pad(&b, &[(1, 2), (3, 1)], &reflect(true)) => "array([[-6, -5, -4, -3, -2, -1, 0], [-3, -2, -1, 0, 1, 2, 3], [ 0, 1, 2, 3, 4, 5, 6], [ 3, 4, 5, 6, 7, 8, 9], [ 6, 7, 8, 9, 10, 11, 12]])";
        pad(&c, &[(1, 0), (2, 4), (0, 5)], &symmetric(false)) => "array([[[ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 8, 9, 10, 11, 11, 10, 9, 8, 8], [ 8, 9, 10, 11, 11, 10, 9, 8, 8], [ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 0, 1, 2, 3, 3, 2, 1, 0, 0]], [[ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 8, 9, 10, 11, 11, 10, 9, 8, 8], [ 8, 9, 10, 11, 11, 10, 9, 8, 8], [ 4, 5, 6, 7, 7, 6, 5, 4, 4], [ 0, 1, 2, 3, 3, 2, 1, 0, 0], [ 0, 1, 2, 3, 3, 2, 1, 0, 0]], [[16, 17, 18, 19, 19, 18, 17, 16, 16], [12, 13, 14, 15, 15, 14, 13, 12, 12], [12, 13, 14, 15, 15, 14, 13, 12, 12], [16, 17, 18, 19, 19, 18, 17, 16, 16], [20, 21, 22, 23, 23, 22, 21, 20, 20], [20, 21, 22, 23, 23, 22, 21, 20, 20], [16, 17, 18, 19, 19, 18, 17, 16, 16], [12, 13, 14, 15, 15, 14, 13, 12, 12], [12, 13, 14, 15, 15, 14, 13, 12, 12]]])";
        pad(&c, &[(0, 3), (1, 0), (5, 2)], &Pad::Wrap) => "array([[[11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9], [ 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1], [ 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5], [11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9]], [[23, 20, 21, 22, 23, 20, 21, 22, 23, 20, 21], [15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13], [19, 16, 17, 18, 19, 16, 17, 18, 19, 16, 17], [23, 20, 21, 22, 23, 20, 21, 22, 23, 20, 21]], [[11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9], [ 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1], [ 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5], [11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9]], [[23, 20, 21, 22, 23, 20, 21, 22, 23, 20, 21], [15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13], [19, 16, 17, 18, 19, 16, 17, 18, 19, 16, 17], [23, 20, 21, 22, 23, 20, 21, 22, 23, 20, 21]], [[11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9], [ 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1], [ 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5], [11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9]]])";
        pad(&bytes, &[(4, 4)], &reflect(true)) => "array([ 15, 17, 8, 255, 1, 3, 250, 241, 243, 245, 236], dtype=uint8)";
        pad(&truths, &[(2, 2)], &reflect(true)) => "array([ True, True, True, False, True, True])";
        pad(&zero_1d, &[(3, 1)], &reflect(true)) => "array([5, 5, 5, 5, 5])";
        pad(&b, &[(1, 1)], &Pad::Mean(None)) => "array([[3, 2, 2, 4, 3], [1, 0, 1, 2, 1], [4, 3, 4, 5, 4], [3, 2, 2, 4, 3]])";
        pad(&f, &[(1, 1), (0, 2)], &Pad::Mean(Some(vec![(1, 2)]))) => "array([[0. , 1. , 2. , 1.5, 1.5], [0. , 1. , 2. , 1.5, 1.5], [3. , 4. , 5. , 4.5, 4.5], [1.5, 2.5, 3.5, 3. , 3. ]], dtype=float32)";
        pad(&truths, &[(2, 2)], &Pad::Mean(None)) => "array([ True, True, True, False, True, True])";
        pad(&b, &[(1, 2)], &Pad::Maximum(Some(vec![(1, 1), (2, 1)]))) => "array([[1, 0, 1, 2, 2, 2], [1, 0, 1, 2, 2, 2], [4, 3, 4, 5, 5, 5], [4, 3, 4, 5, 5, 5], [4, 3, 4, 5, 5, 5]])";
        pad(&b, &[(1, 2)], &Pad::Minimum(None)) => "array([[0, 0, 1, 2, 0, 0], [0, 0, 1, 2, 0, 0], [3, 3, 4, 5, 3, 3], [0, 0, 1, 2, 0, 0], [0, 0, 1, 2, 0, 0]])";
        pad(&b, &[(1, 2)], &Pad::Minimum(Some(vec![(0, 1)]))) => "!ValueError";
        pad(&b, &[(1, 2)], &Pad::Minimum(Some(vec![(-1, 1)]))) => "!ValueError";
        pad(&b, &[(2, 3)], &Pad::LinearRamp(vec![(Value::I64(10), Value::F64(-4.5))])) => "array([[10, 10, 10, 10, 10, 5, 0, -5], [10, 7, 5, 5, 6, 2, -1, -5], [10, 5, 0, 1, 2, -1, -3, -5], [10, 6, 3, 4, 5, 1, -2, -5], [10, 5, 0, 1, 1, -1, -3, -5], [10, 4, -2, -2, -2, -3, -4, -5], [10, 2, -5, -5, -5, -5, -5, -5]])";
        pad(&f, &[(2, 3), (0, 3)], &Pad::LinearRamp(vec![(Value::I64(0), Value::I64(0))])) => "array([[0. , 0. , 0. , 0. , 0. , 0. ], [0. , 0.5 , 1. , 0.6666667 , 0.33333334, 0. ], [0. , 1. , 2. , 1.3333334 , 0.6666667 , 0. ], [3. , 4. , 5. , 3.3333333 , 1.6666666 , 0. ], [2. , 2.6666667 , 3.3333333 , 2.222222 , 1.111111 , 0. ], [1. , 1.3333334 , 1.6666666 , 1.111111 , 0.5555555 , 0. ], [0. , 0. , 0. , 0. , 0. , 0. ]], dtype=float32)";
        pad(&truths, &[(2, 2)], &Pad::LinearRamp(vec![(Value::I64(0), Value::I64(0))])) => "array([False, True, True, False, False, False])";
        pad(&b, &[(1, 1), (-1, 0)], &Pad::Edge) => "!ValueError";
        pad(&b, &[(1, 1), (1, 0), (0, 0)], &Pad::Edge) => "!ValueError";
        pad(&empty, &[(1, 1)], &Pad::Edge) => "!ValueError";
        pad(&empty, &[(0, 0), (1, 1)], &reflect(false)) => "array([], shape=(0, 5), dtype=int64)";
        pad(&empty, &[(1, 0), (0, 1)], &Pad::constant(1)) => "array([[1, 1, 1, 1]])";
        pad(&zero, &[(1, 0)], &Pad::Edge) => "array(5)";
        pad(&b, &[(i64::MAX, i64::MAX)], &Pad::Edge) => "!ValueError";
    }
    Ok(())
}

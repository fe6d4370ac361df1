//! Shapes and axes.

use crate::{cases, counting, five};
use bornite::surface::manipulate::*;
use bornite::{Order, RawArray, Result};

fn list(arrays: Result<Vec<RawArray>>) -> Result<Vec<RawArray>> {
    arrays
}

#[test]
fn one_array() -> Result<()> {
    let (b, c, empty, zero) = (counting(&[2, 3]), counting(&[2, 3, 4]), counting(&[0, 3]), five());
    cases! {
        reshape(&b, &[3, -1], Order::C, None) => "array([[0, 1], [2, 3], [4, 5]])";
        reshape(&b, &[3, -1], Order::F, None) => "array([[0, 4], [3, 2], [1, 5]])";
        reshape(&transposed(&b), &[6], Order::A, None) => "array([0, 1, 2, 3, 4, 5])";
        reshape(&transposed(&b), &[6], Order::C, Some(false)) => "!ValueError";
        reshape(&transposed(&b), &[6], Order::K, None) => "!ValueError";
        reshape(&transposed(&b), &[2, 3], Order::C, Some(true)) => "array([[0, 3, 1], [4, 2, 5]])";
        reshape(&b, &[4, -1], Order::C, None) => "!ValueError";
        ravel(&transposed(&b), Order::C) => "array([0, 3, 1, 4, 2, 5])";
        ravel(&transposed(&b), Order::F) => "array([0, 1, 2, 3, 4, 5])";
        ravel(&flip(&b, Some(&[1]))?, Order::K) => "array([2, 1, 0, 5, 4, 3])";
        ravel(&transpose(&c, Some(&[1, 2, 0]))?, Order::K) => "array([ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])";
        transpose(&b, Some(&[1, -2])) => "array([[0, 3], [1, 4], [2, 5]])";
        transpose(&b, Some(&[0])) => "!ValueError";
        transpose(&b, Some(&[0, 2])) => "!AxisError";
        transpose(&b, Some(&[0, -2])) => "!ValueError";
        matrix_transpose(&b) => "array([[0, 3], [1, 4], [2, 5]])";
        matrix_transpose(&zero) => "!ValueError";
        swapaxes(&c, 0, -1) => "array([[[ 0, 12], [ 4, 16], [ 8, 20]], [[ 1, 13], [ 5, 17], [ 9, 21]], [[ 2, 14], [ 6, 18], [10, 22]], [[ 3, 15], [ 7, 19], [11, 23]]])";
        swapaxes(&b, 0, 2) => "!AxisError";
        moveaxis(&c, &[0, 1], &[-1, -2]) => "array([[[ 0, 12], [ 4, 16], [ 8, 20]], [[ 1, 13], [ 5, 17], [ 9, 21]], [[ 2, 14], [ 6, 18], [10, 22]], [[ 3, 15], [ 7, 19], [11, 23]]])";
        moveaxis(&c, &[2], &[0]) => "array([[[ 0, 4, 8], [12, 16, 20]], [[ 1, 5, 9], [13, 17, 21]], [[ 2, 6, 10], [14, 18, 22]], [[ 3, 7, 11], [15, 19, 23]]])";
        moveaxis(&c, &[0, 0], &[0, 1]) => "!ValueError";
        moveaxis(&c, &[0], &[0, 1]) => "!ValueError";
        rollaxis(&c, 2, 0) => "array([[[ 0, 4, 8], [12, 16, 20]], [[ 1, 5, 9], [13, 17, 21]], [[ 2, 6, 10], [14, 18, 22]], [[ 3, 7, 11], [15, 19, 23]]])";
        rollaxis(&c, 0, 3) => "array([[[ 0, 12], [ 1, 13], [ 2, 14], [ 3, 15]], [[ 4, 16], [ 5, 17], [ 6, 18], [ 7, 19]], [[ 8, 20], [ 9, 21], [10, 22], [11, 23]]])";
        rollaxis(&c, 0, 4) => "!AxisError";
        squeeze(&expand_dims(&b, &[0, -1])?, None) => "array([[0, 1, 2], [3, 4, 5]])";
        squeeze(&expand_dims(&b, &[0, -1])?, Some(&[0])) => "array([[[0], [1], [2]], [[3], [4], [5]]])";
        squeeze(&b, Some(&[0])) => "!ValueError";
        squeeze(&zero, Some(&[-1])) => "array(5)";
        squeeze(&zero, Some(&[1])) => "!AxisError";
        expand_dims(&b, &[0, 2]) => "array([[[[0, 1, 2]], [[3, 4, 5]]]])";
        expand_dims(&b, &[0, 0]) => "!ValueError";
        expand_dims(&b, &[4]) => "!AxisError";
        broadcast_to(&b, &[2, 2, 3]) => "array([[[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 5]]])";
        broadcast_to(&b, &[0, 2, 3]) => "array([], shape=(0, 2, 3), dtype=int64)";
        broadcast_to(&b, &[3]) => "!ValueError";
        broadcast_to(&b, &[-1, 2, 3]) => "!ValueError";
        flip(&b, None) => "array([[5, 4, 3], [2, 1, 0]])";
        flip(&b, Some(&[0, -2])) => "!ValueError";
        fliplr(&b) => "array([[2, 1, 0], [5, 4, 3]])";
        flipud(&zero) => "!ValueError";
        rot90(&b, 1, [0, 1]) => "array([[2, 5], [1, 4], [0, 3]])";
        rot90(&b, -1, [0, 1]) => "array([[3, 0], [4, 1], [5, 2]])";
        rot90(&b, 2, [1, 0]) => "array([[5, 4, 3], [2, 1, 0]])";
        rot90(&c, 1, [2, 0]) => "array([[[12, 0], [16, 4], [20, 8]], [[13, 1], [17, 5], [21, 9]], [[14, 2], [18, 6], [22, 10]], [[15, 3], [19, 7], [23, 11]]])";
        rot90(&b, 1, [0, -2]) => "!ValueError";
        roll(&b, &[1], None) => "array([[5, 0, 1], [2, 3, 4]])";
        roll(&b, &[-7], None) => "array([[1, 2, 3], [4, 5, 0]])";
        roll(&b, &[1], Some(&[1])) => "array([[2, 0, 1], [5, 3, 4]])";
        roll(&b, &[1], Some(&[0, 1])) => "array([[5, 3, 4], [2, 0, 1]])";
        roll(&b, &[1, 2], Some(&[1, 1])) => "array([[0, 1, 2], [3, 4, 5]])";
        roll(&b, &[1, 2], Some(&[0])) => "array([[3, 4, 5], [0, 1, 2]])";
        roll(&transposed(&b), &[1, -1], Some(&[0, 1])) => "array([[5, 2], [3, 0], [4, 1]])";
        roll(&flip(&c, Some(&[1]))?, &[1, 2, i64::MAX], Some(&[0, 1, 2])) => "array([[[17, 18, 19, 16], [13, 14, 15, 12], [21, 22, 23, 20]], [[ 5, 6, 7, 4], [ 1, 2, 3, 0], [ 9, 10, 11, 8]]])";
        roll(&b, &[1, 2, 3], Some(&[0, 1])) => "!ValueError";
        roll(&b, &[1], Some(&[2])) => "!AxisError";
        roll(&zero, &[3], None) => "array(5)";
        roll(&empty, &[3], Some(&[0])) => "array([], shape=(0, 3), dtype=int64)";
        diagonal(&b, 1, 0, 1) => "array([1, 5])";
        diagonal(&c, -1, 2, 0) => "array([[ 1, 14], [ 5, 18], [ 9, 22]])";
        diagonal(&b, 9, 0, 1) => "array([], dtype=int64)";
        diagonal(&b, 0, 0, -2) => "!ValueError";
        diagonal(&zero, 0, 0, 1) => "!ValueError";
        diag(&ravel(&b, Order::C)?, 1) => "array([[0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0], [0, 0, 0, 0, 3, 0, 0], [0, 0, 0, 0, 0, 4, 0], [0, 0, 0, 0, 0, 0, 5], [0, 0, 0, 0, 0, 0, 0]])";
        diag(&flip(&reshape(&b, &[6], Order::C, None)?, None)?, -1) => "array([[0, 0, 0, 0, 0, 0, 0], [5, 0, 0, 0, 0, 0, 0], [0, 4, 0, 0, 0, 0, 0], [0, 0, 3, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0]])";
        diag(&b, -1) => "array([3])";
        diag(&c, 0) => "!ValueError";
        diag(&zero, 0) => "!ValueError";
        diagflat(&transposed(&b), -1) => "array([[0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 3, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 4, 0, 0, 0], [0, 0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 0, 5, 0]])";
        tril(&c, 0) => "array([[[ 0, 0, 0, 0], [ 4, 5, 0, 0], [ 8, 9, 10, 0]], [[12, 0, 0, 0], [16, 17, 0, 0], [20, 21, 22, 0]]])";
        tril(&transposed(&c), 1) => "array([[[ 0, 12], [ 4, 16], [ 8, 20]], [[ 1, 13], [ 5, 17], [ 9, 21]], [[ 2, 14], [ 6, 18], [10, 22]], [[ 3, 15], [ 7, 19], [11, 23]]])";
        triu(&b, 1) => "array([[0, 1, 2], [0, 0, 5]])";
        triu(&b, -9) => "array([[0, 1, 2], [3, 4, 5]])";
        tril(&reshape(&b, &[6], Order::C, None)?, 0) => "array([[0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 1, 2, 0, 0, 0], [0, 1, 2, 3, 0, 0], [0, 1, 2, 3, 4, 0], [0, 1, 2, 3, 4, 5]])";
        tril(&zero, 0) => "!TypeError";
        triu(&empty, 0) => "array([], shape=(0, 3), dtype=int64)";
        Ok(atleast_3d(&zero)) => "array([[[5]]])";
        Ok(atleast_3d(&ravel(&b, Order::C)?)) => "array([[[0], [1], [2], [3], [4], [5]]])";
        Ok(atleast_2d(&b)) => "array([[0, 1, 2], [3, 4, 5]])";
        copy(&transposed(&b), Order::K) => "array([[0, 3], [1, 4], [2, 5]])";
    }
    Ok(())
}

#[test]
fn several_arrays() -> Result<()> {
    let (b, c, three, zero) = (counting(&[2, 3]), counting(&[2, 3, 4]), counting(&[3]), five());
    cases! {
        list(broadcast_arrays(&[&b, &three])) => "array([[0, 1, 2], [3, 4, 5]]); array([[0, 1, 2], [0, 1, 2]])";
        list(broadcast_arrays(&[&b, &c])) => "!ValueError";
        list(split(&c, Sections::Count(2), -1)) => "array([[[ 0, 1], [ 4, 5], [ 8, 9]], [[12, 13], [16, 17], [20, 21]]]); array([[[ 2, 3], [ 6, 7], [10, 11]], [[14, 15], [18, 19], [22, 23]]])";
        list(split(&b, Sections::Count(2), 1)) => "!ValueError";
        list(split(&b, Sections::Count(0), 1)) => "!ZeroDivisionError";
        list(split(&b, Sections::Count(1), 2)) => "!IndexError";
        list(split(&three, Sections::At(&[-2, 9]), 0)) => "array([0]); array([1, 2]); array([], dtype=int64)";
        list(split(&three, Sections::At(&[2, 1]), 0)) => "array([0, 1]); array([], dtype=int64); array([1, 2])";
        list(array_split(&three, Sections::Count(2), 0)) => "array([0, 1]); array([2])";
        list(array_split(&three, Sections::Count(5), 0)) => "array([0]); array([1]); array([2]); array([], dtype=int64); array([], dtype=int64)";
        list(array_split(&three, Sections::Count(0), 0)) => "!ValueError";
        list(array_split(&three, Sections::Count(i64::MAX), 0)) => "!MemoryError";
        list(hsplit(&three, Sections::Count(3))) => "array([0]); array([1]); array([2])";
        list(vsplit(&three, Sections::Count(3))) => "!ValueError";
        list(dsplit(&c, Sections::At(&[1]))) => "array([[[ 0], [ 4], [ 8]], [[12], [16], [20]]]); array([[[ 1, 2, 3], [ 5, 6, 7], [ 9, 10, 11]], [[13, 14, 15], [17, 18, 19], [21, 22, 23]]])";
        list(unstack(&c, 1)) => "array([[ 0, 1, 2, 3], [12, 13, 14, 15]]); array([[ 4, 5, 6, 7], [16, 17, 18, 19]]); array([[ 8, 9, 10, 11], [20, 21, 22, 23]])";
        list(unstack(&zero, 0)) => "!ValueError";
    }
    Ok(())
}

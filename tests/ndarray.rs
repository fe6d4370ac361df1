//! Arrays from and to the `ndarray` crate: every layout, in place where memory allows.

use bornite::ndarray::{Array1, Array2, Array3, ArrayD, Axis, IxDyn, ShapeBuilder, arr0, arr2, s};
use bornite::{Array, Layout, cpu};

fn counting(shape: (usize, usize, usize)) -> Array3<i32> {
    Array3::from_shape_vec(shape, (0..).take(shape.0 * shape.1 * shape.2).collect()).unwrap()
}

/// Arrays of many layouts, all owning their elements.
fn layouts() -> Vec<(&'static str, ArrayD<i32>)> {
    let base = counting((4, 5, 6));
    let mut turned = base.clone();
    turned.invert_axis(Axis(0));
    turned.invert_axis(Axis(2));
    vec![
        ("C", base.clone().into_dyn()),
        ("Fortran", Array2::from_shape_vec((3, 2).f(), (0..6).collect()).unwrap().into_dyn()),
        ("transposed", base.clone().reversed_axes().into_dyn()),
        ("permuted", base.clone().permuted_axes((1, 2, 0)).into_dyn()),
        ("turned", turned.into_dyn()),
        ("strided", base.clone().slice_move(s![1..;2, ..;-2, 1..;3]).into_dyn()),
        ("part", base.clone().slice_move(s![2.., .., ..]).into_dyn()),
        ("row", base.clone().slice_move(s![1, 2, ..;-1]).into_dyn()),
        ("of one element", base.clone().slice_move(s![1..2, 2..3, 3..4]).into_dyn()),
        ("rank 0", arr0(7).into_dyn()),
        ("rank 0 of a larger one", base.clone().slice_move(s![1, 2, 3]).into_dyn()),
        ("empty", base.clone().slice_move(s![.., 2..2, ..;-1]).into_dyn()),
        ("empty from the start", ArrayD::zeros(IxDyn(&[3, 0]))),
        ("rank 8", ArrayD::from_shape_vec(IxDyn(&[1, 2, 1, 2, 1, 2, 1, 2]), (0..16).collect()).unwrap()),
    ]
}

#[test]
fn in_and_out() {
    for (what, array) in layouts() {
        let x: Array<i32> = cpu().from_ndarray(array.clone()).unwrap();
        assert_eq!(x.shape(), array.shape(), "{what}");
        assert_eq!(x.to_vec().unwrap(), array.iter().copied().collect::<Vec<_>>(), "{what}");
        assert_eq!(x.to_ndarray().unwrap(), array, "{what}");
        let view = x.as_ndarray_view().unwrap();
        assert_eq!(view, array, "{what}");
        let copied = cpu().from_ndarray_view(array.view()).unwrap();
        assert_eq!(copied.as_ndarray_view().unwrap(), array, "{what}");
    }
}

#[test]
fn nothing_is_copied_on_the_way_in() {
    for (what, array) in layouts().into_iter().filter(|(_, a)| !a.is_empty()) {
        let (first, strides) = (array.as_ptr(), array.strides().to_vec());
        let before = cpu().counters();
        let x = cpu().from_ndarray(array).unwrap();
        let view = x.as_ndarray_view().unwrap();
        assert_eq!(view.as_ptr(), first, "{what}");
        for (axis, (&n, (&found, &given))) in
            view.shape().iter().zip(view.strides().iter().zip(&strides)).enumerate()
        {
            assert!(
                n <= 1 || found == given,
                "{what}: axis {axis} of size {n} has stride {found}, not {given}"
            );
        }
        assert_eq!(x.strides(), strides, "{what}");
        assert_eq!(cpu().counters().copied_on_write_bytes, before.copied_on_write_bytes);
    }
}

#[test]
fn the_array_keeps_its_memory() {
    let x = cpu().from_ndarray(Array1::from_vec(vec![1.5; 100_000])).unwrap();
    let view = x.as_ndarray_view().unwrap();
    let y = x.clone();
    assert_eq!(view.sum(), 150_000.0);
    drop(x);
    assert_eq!(y.as_slice().unwrap()[99_999], 1.5);
}

#[test]
fn order_is_kept_on_the_way_out() {
    let fortran = Array2::from_shape_vec((3, 2).f(), vec![1, 2, 3, 4, 5, 6]).unwrap();
    let x = cpu().from_ndarray(fortran.clone()).unwrap();
    assert_eq!(*x.raw().layout(), Layout::fortran(&[3, 2]));
    let out = x.to_ndarray().unwrap();
    assert_eq!((out.strides(), &out), (&[1, 3][..], &fortran.into_dyn()));
    let c = cpu().from_ndarray(arr2(&[[true, false], [true, true]])).unwrap();
    assert_eq!(c.to_ndarray().unwrap(), arr2(&[[true, false], [true, true]]).into_dyn());
}

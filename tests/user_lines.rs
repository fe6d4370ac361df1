//! Lines of user code, each in a test that compiles and runs it: those of the design, and typical ones besides.

mod common;

use bornite::*;
use num_complex::Complex;

macro_rules! lines {
    ($($name:ident($xp:ident) $body:block)*) => {$(
        #[test]
        fn $name() -> Result<()> {
            let $xp = &common::device();
            let run = || -> Result<()> { $body Ok(()) };
            run()
        }
    )*};
}

fn heat_step(u: &Array<f64>) -> Result<Array<f64>> {
    let (up, down) = (u.slice(s![..-2, 1..-1])?, u.slice(s![2.., 1..-1])?);
    let (left, right) = (u.slice(s![1..-1, ..-2])?, u.slice(s![1..-1, 2..])?);
    let mut next = u.clone();
    next.assign(s![1..-1, 1..-1], (up + down + left + right) * 0.25)?;
    Ok(next)
}

fn generic_over_the_device(xp: &Device) -> Result<f64> {
    let x = xp.linspace(0.0, 1.0, 1_000_000)?;
    let y = (&x * 2.0 + 1.0).sin() / x.exp();
    y.mean(..)?.item()
}

lines! {
    // The design's first page.
    heat(xp) {
        let mut u = xp.zeros::<f64>([5, 5])?;
        u.assign(s![0], 4.0)?;
        assert_eq!(heat_step(&u)?.slice(s![1, 1..-1])?.to_vec()?, [1.0, 1.0, 1.0]);
    }
    chain_and_mean(xp) {
        let mean = generic_over_the_device(xp)?;
        assert!((mean - 0.51971).abs() < 1e-4, "{mean}");
    }
    hosts_and_devices(xp) {
        let y = xp.arange(6)?;
        let h = y.to_host()?;
        assert!(h.to_device(xp).is_ok());
        let g = bornite::cuda(0).and_then(|d| h.to_device(d)).unwrap_or(h);
        let v: Vec<i64> = g.slice(s![..5])?.to_vec()?;
        assert_eq!(v, [0, 1, 2, 3, 4]);
        assert_eq!(format!("{g}"), "[0 1 2 3 4 5]");
    }
    one_device(xp) {
        assert_eq!(*xp, common::device());
        assert!(!bornite::device()?.name().is_empty());
    }
    creation(xp) {
        assert_eq!(xp.zeros::<f32>([2, 3])?.shape(), [2, 3]);
        assert_eq!(xp.array([[1.0, 2.0], [3.0, 4.0]])?.to_vec()?, [1.0, 2.0, 3.0, 4.0]);
        let a: Array<i64> = xp.arange(10)?;
        assert_eq!(a.size(), 10);
        let f: Array<f64> = xp.full([3], 0.5)?;
        let i: Array<i64> = xp.full([3], 7)?;
        assert_eq!((f.sum(..)?.item()?, i.sum(..)?.item()?), (1.5, 21));
        assert_eq!(xp.eye::<f64>(3)?.trace(0)?.item()?, 3.0);
        let l: Array<f32> = xp.linspace_as::<f32>(0.0, 1.0, 5)?;
        assert_eq!(l.to_vec()?, [0.0, 0.25, 0.5, 0.75, 1.0]);
        let mut rng = xp.rng(42);
        assert!(rng.random([3])?.lt(1.0)?.all(..)?.item()?);
    }
    files(xp) {
        let folder = std::env::temp_dir().join(format!("bornite-lines-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("x.npy");
        xp.array([[1.5, 2.5]])?.save(&path)?;
        let any: AnyArray = xp.load(&path)?;
        let typed: Array<f64> = any.typed()?;
        assert_eq!(typed.to_vec()?, [1.5, 2.5]);
        std::fs::remove_dir_all(&folder).expect("cleaned");
        assert!(xp.load("no/such/file.npy").is_err());
    }
    promotion(xp) {
        let (i, f) = (xp.zeros::<i32>([2])?, xp.zeros::<f32>([2])?);
        let sum: Array<f64> = &i + &f;
        let root: Array<half::f16> = xp.zeros::<i8>([2])?.sqrt();
        assert_eq!((sum.dtype(), root.dtype()), (DType::F64, DType::F16));
    }
    weak_scalars(xp) {
        let a32 = xp.ones::<f32>([2])?;
        let doubled: Array<f32> = &a32 * 2.0;
        let ints: Array<f64> = xp.ones::<i64>([2])? + 1.5;
        let left: Array<f32> = 2.0 - &a32;
        let turned: Array<Complex<f32>> = &a32 * Complex::new(0.0, 1.0);
        assert_eq!((doubled.to_vec()?, ints.to_vec()?, left.to_vec()?), (vec![2.0; 2], vec![2.5; 2], vec![1.0; 2]));
        assert_eq!(turned.imag().to_vec()?, [1.0, 1.0]);
    }
    axes(xp) {
        let a = xp.ones::<f64>([2, 3, 4])?;
        assert_eq!(a.sum(..)?.item()?, 24.0);
        assert_eq!(a.sum(0)?.shape(), [3, 4]);
        assert_eq!(a.sum(-1)?.shape(), [2, 3]);
        assert_eq!(a.sum([0, 2])?.shape(), [3]);
        assert_eq!(a.sum(keepdims(0))?.shape(), [1, 3, 4]);
    }
    indexing(xp) {
        let a = xp.arange(120)?.reshape([4, 5, 6])?;
        assert_eq!(a.slice(s![2, 1..-1, ..;2])?.shape(), [3, 3]);
        assert_eq!(a.slice(s![.., NewAxis, ..., 0])?.shape(), [4, 1, 5]);
        let rows = xp.array([0, 2, -1])?;
        assert_eq!(a.index(s![&rows, 1..])?.shape(), [3, 4, 6]);
        let mut b = a.clone();
        b.add_assign(s![0, 0], 100)?;
        b.assign(s![&rows, 0, 0], 7)?;
        assert_eq!(b.slice(s![.., 0, 0])?.to_vec()?, [7, 30, 7, 7]);
        let mut part = b.slice_mut(s![1])?;
        part.assign(0)?;
        part.add_assign(1)?;
        assert_eq!(b.slice(s![1])?.sum(..)?.item()?, 30);
        assert_eq!(a.slice(s![1, 0, 0])?.item()?, 30);
    }
    comparisons(xp) {
        let (a, b) = (xp.arange(5)?, xp.full([5], 2)?);
        let mask = a.lt(&b)? | a.eq_elem(&b)?;
        assert_eq!((&mask & !a.eq_elem(0)?).to_vec()?, [false, true, true, false, false]);
    }
    slices_and_closures(xp) {
        let a = xp.array([1.0, 2.0])?.to_host()?;
        assert_eq!(a.as_slice()?, [1.0, 2.0]);
        assert_eq!(a.map(|x: f64| x.powi(3))?.to_vec()?, [1.0, 8.0]);
    }
    options(xp) {
        let a = xp.array([[1.0, 2.0], [3.0, 6.0]])?;
        assert_eq!(a.var_with(0, Var { ddof: 1.0, ..Var::default() })?.to_vec()?, [2.0, 8.0]);
    }
    operators_panic_methods_return(xp) {
        let (a, b) = (xp.zeros::<f64>([2])?, xp.zeros::<f64>([3])?);
        let e = a.add(&b).expect_err("shapes differ");
        assert_eq!(e.numpy_class().name(), "ValueError");
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| &a + &b)).is_err());
        let bytes = xp.zeros::<u8>([2])?;
        assert!(matches!(bytes.add(300), Err(Error::IntegerOutOfBounds { value: 300, .. })));
    }
    values(xp) {
        let a = xp.zeros::<f64>([3])?;
        let mut b = a.clone();
        b.fill(1.0)?;
        assert_eq!((a.sum(..)?.item()?, b.sum(..)?.item()?), (0.0, 3.0));
    }
    recurrence(xp) {
        let mut a = xp.ones::<f64>([4, 3])?;
        let b = xp.array([1.0, 2.0, 3.0])?;
        for i in 1..4 {
            a.assign(s![i], a.slice(s![i - 1])? * 0.5 + &b)?;
        }
        assert_eq!(a.slice(s![-1])?.to_vec()?, [1.875, 3.625, 5.375]);
    }
    several_roots(xp) {
        let x = xp.linspace(0.0, 1.0, 10_000)?;
        let (call, put) = (x.exp(), x.exp() - 1.0);
        eval((&call, &put))?;
        assert_eq!(put.slice(s![0])?.item()?, 0.0);
    }
    counters_and_explain(xp) {
        let y = xp.linspace(0.0, 1.0, 10_000)?.sin();
        assert!(y.explain().contains("sin"), "{}", y.explain());
        let before = xp.counters().kernels_launched;
        y.eval()?;
        assert!(xp.counters().kernels_launched > before);
    }

    // Typical lines.
    standardize(xp) {
        let x = xp.rng(1).random([100, 3])?;
        let z = (&x - x.mean(0)?) / x.std(0)?;
        assert!(z.mean(0)?.abs().lt(1e-12)?.all(..)?.item()?);
    }
    softmax(xp) {
        let x = xp.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])?;
        let e = (&x - x.max(keepdims(1))?).exp();
        let p = &e / e.sum(keepdims(1))?;
        assert!((p.sum(1)? - 1.0).abs().lt(1e-12)?.all(..)?.item()?);
    }
    pairwise_distances(xp) {
        let p = xp.array([[0.0, 0.0], [3.0, 4.0]])?;
        let d = (p.slice(s![.., NewAxis, ..])? - p.slice(s![NewAxis, .., ..])?).square().sum(-1)?.sqrt();
        assert_eq!(d.to_vec()?, [0.0, 5.0, 5.0, 0.0]);
    }
    moving_average(xp) {
        let c = xp.arange(6)?.astype::<f64>()?.cumsum(0)?;
        let m = (c.slice(s![2..])? - c.slice(s![..-2])?) / 2.0;
        assert_eq!(m.to_vec()?, [1.5, 2.5, 3.5, 4.5]);
    }
    clip_and_scale(xp) {
        let x = xp.array([-1.0, 0.5, 2.0])?.clip(0.0, 1.0)? * 255.0;
        assert_eq!(x.rint().astype::<u8>()?.to_vec()?, [0, 128, 255]);
    }
    masked_mean(xp) {
        let x = xp.array([1.0, f64::NAN, 3.0])?;
        assert_eq!(x.nanmean(..)?.item()?, 2.0);
        assert_eq!(x.index(s![!x.isnan()])?.mean(..)?.item()?, 2.0);
    }
    replace_by_mask(xp) {
        let mut x = xp.array([1.0, -2.0, 3.0])?;
        x.assign(s![x.lt(0.0)?], 0.0)?;
        assert_eq!(x.to_vec()?, [1.0, 0.0, 3.0]);
    }
    where_with_scalar(xp) {
        let x = xp.array([1.0, -2.0])?;
        assert_eq!(where_(&x.gt(0.0)?, &x, 0.0)?.to_vec()?, [1.0, 0.0]);
    }
    outer_and_einsum(xp) {
        let (a, b) = (xp.array([1.0, 2.0])?, xp.array([3.0, 4.0])?);
        assert_eq!(a.outer(&b)?.to_vec()?, einsum("i,j->ij", &[&a, &b])?.to_vec()?);
    }
    matrix_product(xp) {
        let a = xp.arange(6)?.reshape([2, 3])?;
        assert_eq!(a.matmul(&a.t())?.to_vec()?, [5, 14, 14, 50]);
    }
    linear_algebra_names(xp) {
        let (x, y) = (xp.array([1.0, 0.0, 0.0])?, xp.array([0.0, 1.0, 0.0])?);
        assert_eq!(linalg::cross(&x, &y, -1)?.to_vec()?, [0.0, 0.0, 1.0]);
        assert_eq!(linalg::vector_norm(&xp.array([3.0, 4.0])?, .., 2.0)?.item()?, 5.0);
    }
    linear_systems_and_transforms(xp) {
        let (a, b) = (xp.array([[3.0, 1.0], [1.0, 2.0]])?, xp.array([9.0, 8.0])?);
        let x = linalg::solve(&a, &b)?;
        assert!(x.allclose(&xp.array([2.0, 3.0])?)?);
        let y: Array<Complex<f64>> = fft::rfft(&x)?;
        assert!(y.real().allclose(&xp.array([5.0, -1.0])?)?);
    }
    argmax_rows(xp) {
        let x = xp.array([[1, 9, 3], [7, 2, 5]])?;
        assert_eq!(x.argmax(1)?.to_vec()?, [1, 0]);
    }
    compound_assignment(xp) {
        let mut x = xp.ones::<f64>([3])?;
        x += 1.0;
        x *= &xp.arange(3)?;
        x -= 0.5;
        x /= 2.0;
        assert_eq!(x.to_vec()?, [-0.25, 0.75, 1.75]);
    }
    integer_arithmetic(xp) {
        let x = xp.array([7, -7])?;
        assert_eq!(x.floor_divide(2)?.to_vec()?, [3, -4]);
        assert_eq!((&x % 3).to_vec()?, [1, 2]);
        assert_eq!((&x << 1).to_vec()?, [14, -14]);
        assert_eq!((&x & 3).to_vec()?, [3, 1]);
    }
    powers(xp) {
        let x = xp.array([1.0, 2.0, 3.0])?;
        assert_eq!(x.power(2)?.to_vec()?, [1.0, 4.0, 9.0]);
        assert!(xp.array([2, 3])?.power(-1).is_err());
    }
    complex_numbers(xp) {
        let z = xp.array([Complex::new(3.0, 4.0)])?;
        assert_eq!(z.abs().to_vec()?, [5.0]);
        assert_eq!((&z * z.conj()).real().to_vec()?, [25.0]);
    }
    reshape_and_join(xp) {
        let a = xp.arange(4)?.reshape([2, 2])?;
        assert_eq!(concatenate(&[&a, &a], 1)?.shape(), [2, 4]);
        assert_eq!(stack(&[&a, &a], 0)?.shape(), [2, 2, 2]);
    }
    flips_and_rolls(xp) {
        let a = xp.arange(4)?;
        assert_eq!(a.slice(s![..;-1])?.to_vec()?, [3, 2, 1, 0]);
        assert_eq!(a.roll(1, 0)?.to_vec()?, [3, 0, 1, 2]);
    }
    vectors_in_and_out(xp) {
        let a = xp.from_vec(vec![1u8, 2, 3, 4], [2, 2])?;
        assert_eq!(a.sum(0)?.to_vec()?, [4, 6]);
        assert!(matches!(xp.from_vec(vec![1u8], [2, 2]), Err(Error::Length { expected: 4, found: 1, .. })));
    }
    ndarray_in_and_out(xp) {
        let a = xp.from_ndarray(ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]))?;
        assert_eq!((&a + 1.0).to_ndarray()?.into_dimensionality::<ndarray::Ix2>().expect("two axes")[[1, 1]], 5.0);
    }
    runtime_types(xp) {
        let any: AnyArray = xp.ones::<f32>([2])?.into();
        assert_eq!((any.dtype(), any.shape()), (DType::F32, [2].as_slice()));
        assert_eq!(any.astype::<f64>()?.to_vec()?, [1.0, 1.0]);
        assert!(any.typed::<i64>().is_err());
    }
    meshes(xp) {
        let (x, y) = (xp.linspace(-1.0, 1.0, 3)?, xp.linspace(0.0, 1.0, 2)?);
        let r = (x.square() + y.slice(s![.., NewAxis])?.square()).sqrt();
        assert_eq!(r.shape(), [2, 3]);
    }
    memory_figures(xp) {
        let before = xp.memory().in_use;
        let a = xp.zeros::<f64>([1_000_000])?;
        a.eval()?;
        assert!(xp.memory().in_use > before || xp.memory().peak >= 8_000_000);
        drop(a);
        xp.trim();
    }
    errors_have_fields(xp) {
        let a = xp.zeros::<f64>([2, 3])?;
        assert!(matches!(a.sum(2), Err(Error::AxisOutOfBounds { axis: 2, ndim: 2, .. })));
        assert!(matches!(a.sum([0, 0]), Err(Error::AxisRepeated { axis: 0, .. })));
        assert!(matches!(a.slice(s![5]), Err(Error::IndexOutOfBounds { index: 5, axis: 0, size: 2, .. })));
        assert!(matches!(a.reshape([4, -1]), Err(e) if e.numpy_class().name() == "ValueError"));
        assert!(matches!(xp.zeros::<f64>([usize::MAX, 2]), Err(Error::SizeOverflow { .. })));
    }
}

//! Arrays from and to `.npy` and `.npz` files, on the CPU and on a device whose memory is not the host's.

use bornite::backend::{
    Backend, Block, Buffer, CompressJob, CopyJob, DeviceKind, Elementwise, Fft, GatherJob, Index, Linalg,
    Matmul, MatmulJob, Memory, MemoryFigures, Reduce, ReduceJob, Scan, ScanJob, ScatterJob,
};
use bornite::ndarray::{self, ArrayD, Axis, IxDyn, ShapeBuilder, s};
use bornite::program::Program;
use bornite::{
    AnyArray, Array, DType, Device, Erased, Error, RawArray, Result, cpu, save, savez, savez_compressed,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The CPU's backend under a kind that does not promise host memory.
struct Remote(&'static dyn Backend);

impl Backend for Remote {
    fn name(&self) -> String {
        "remote".into()
    }
    fn kind(&self) -> DeviceKind {
        DeviceKind::Other
    }
}

impl Memory for Remote {
    fn allocate(&self, bytes: usize) -> Result<Block> {
        self.0.allocate(bytes)
    }
    unsafe fn free(&self, block: Block) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.0.free(block) }
    }
    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()> {
        self.0.upload(source, target, at)
    }
    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        self.0.download(source, at, target)
    }
    fn copy(&self, job: &CopyJob<'_>) -> Result<()> {
        self.0.copy(job)
    }
    fn synchronize(&self) -> Result<()> {
        self.0.synchronize()
    }
    fn figures(&self) -> MemoryFigures {
        self.0.figures()
    }
    fn trim(&self) {
        self.0.trim();
    }
    fn set_limit(&self, bytes: Option<usize>) {
        self.0.set_limit(bytes);
    }
}

impl Elementwise for Remote {
    fn run(&self, program: &Program<'_>) -> Result<()> {
        self.0.run(program)
    }
}

impl Reduce for Remote {
    fn reduce(&self, job: &ReduceJob<'_>) -> Result<()> {
        self.0.reduce(job)
    }
}

impl Scan for Remote {
    fn scan(&self, job: &ScanJob<'_>) -> Result<()> {
        self.0.scan(job)
    }
}

impl Index for Remote {
    fn gather(&self, job: &GatherJob<'_>) -> Result<()> {
        self.0.gather(job)
    }
    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()> {
        self.0.scatter(job)
    }
    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        self.0.compress(job, allocate)
    }
}

impl Matmul for Remote {
    fn matmul(&self, job: &MatmulJob<'_>) -> Result<()> {
        self.0.matmul(job)
    }
}

// This device neither factorises nor transforms.
impl Linalg for Remote {}
impl Fft for Remote {}

fn remote() -> Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    *DEVICE.get_or_init(|| Device::register(Box::new(Remote(cpu().backend()))))
}

/// A folder of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("bornite-files-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file that NumPy wrote.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("array-core/tests/data/npy").join(name)
}

/// `shape` filled with 0, 1, 2, …
fn counting(shape: &[usize]) -> ArrayD<f64> {
    let n = shape.iter().product::<usize>();
    ArrayD::from_shape_vec(IxDyn(shape), (0..n).map(|i| i as f64).collect()).unwrap()
}

#[test]
fn files_of_numpy_on_every_device() {
    for device in [cpu(), remote()] {
        for (name, dtype) in [
            ("b1", DType::Bool),
            ("i1", DType::I8),
            ("u2", DType::U16),
            ("f2", DType::F16),
            ("f4", DType::F32),
            ("i8", DType::I64),
            ("c8", DType::C64),
            ("c16", DType::C128),
        ] {
            let expected = cpu().load(fixture(&format!("{name}_c.npy"))).unwrap();
            let expected = expected.as_raw().to_bytes().unwrap();
            for kind in ["c", "f", "be"] {
                if kind == "be" && dtype.size() == 1 {
                    continue;
                }
                let path = fixture(&format!("{name}_{kind}.npy"));
                for any in [device.load(&path).unwrap(), device.load_mapped(&path).unwrap()] {
                    assert_eq!((any.dtype(), any.shape()), (dtype, &[2, 3][..]), "{path:?}");
                    assert_eq!(any.as_raw().device(), device);
                    assert_eq!(any.as_raw().layout().is_f_contiguous(), kind == "f");
                    assert_eq!(any.as_raw().to_bytes().unwrap(), expected, "{path:?}");
                }
            }
        }
        for (name, shape) in
            [("f8_0d.npy", &[][..]), ("i4_empty.npy", &[0, 3]), ("i2_empty_f.npy", &[3, 0, 2])]
        {
            for any in [device.load(fixture(name)).unwrap(), device.load_mapped(fixture(name)).unwrap()] {
                assert_eq!(any.shape(), shape, "{name}");
            }
        }
        assert_eq!(device.load_as::<f64>(fixture("f8_0d.npy")).unwrap().item().unwrap(), 2.5);
    }
}

#[test]
fn saved_as_numpy_saves() {
    let folder = Folder::new("saved");
    for device in [cpu(), remote()] {
        for name in ["b1_c", "f4_f", "c16_c", "f8_0d", "i4_empty", "i2_empty_f", "u1_8d", "i2_f4d", "f4_view"]
        {
            let any = device.load(fixture(&format!("{name}.npy"))).unwrap();
            any.save(folder.at(name)).unwrap();
            let saved = folder.at(&format!("{name}.npy"));
            assert!(fs::read(saved).unwrap() == fs::read(fixture(&format!("{name}.npy"))).unwrap(), "{name}");
        }
        // The other byte order becomes this machine's.
        device.load(fixture("f8_be.npy")).unwrap().save(folder.at("f8_c.npy")).unwrap();
        assert!(fs::read(folder.at("f8_c.npy")).unwrap() == fs::read(fixture("f8_c.npy")).unwrap());
    }
}

#[test]
fn any_layout_is_saved_and_read() {
    let folder = Folder::new("layouts");
    let path = folder.at("x.npy");
    let base = counting(&[4, 5, 6]);
    let fortran = ArrayD::from_shape_vec(IxDyn(&[4, 5]).f(), (0..20).map(f64::from).collect()).unwrap();
    let mut turned = base.clone();
    turned.invert_axis(Axis(1));
    for (what, array, fortran_order) in [
        ("C", base.clone(), false),
        ("Fortran", fortran, true),
        ("permuted", base.clone().permuted_axes(IxDyn(&[1, 2, 0])), false),
        ("transposed", base.clone().reversed_axes(), true),
        ("turned", turned, false),
        ("strided", base.clone().slice_move(s![.., 1..;2, ..;-3]).into_dyn(), false),
        ("part", base.clone().slice_move(s![2.., .., ..]).into_dyn(), false),
        ("row", base.clone().slice_move(s![1, 2, ..]).into_dyn(), false),
        ("scalar", base.clone().slice_move(s![1, 2, 3]).into_dyn(), false),
        ("empty", base.clone().slice_move(s![.., 2..2, ..]).into_dyn(), false),
        ("large", counting(&[300, 1001]), false),
        ("large, transposed", counting(&[300, 1001]).reversed_axes(), true),
        ("large, strided", counting(&[300, 1001]).slice_move(s![..;-1, ..;2]).into_dyn(), false),
    ] {
        let host: Array<f64> = cpu().from_ndarray(array.clone()).unwrap();
        for device in [cpu(), remote()] {
            let x = host.to_device(device).unwrap();
            // Moving to another device makes the order C.
            let fortran_order = fortran_order && device == cpu();
            x.save(&path).unwrap();
            for reader in [cpu(), remote()] {
                let read = reader.load_as::<f64>(&path).unwrap();
                assert_eq!(read.shape(), array.shape(), "{what}");
                assert_eq!(read.to_ndarray().unwrap(), array, "{what} from {device}");
                if array.len() > 1 {
                    assert_eq!(!read.raw().layout().is_c_contiguous(), fortran_order, "{what} from {device}");
                }
                let again = reader.load_mapped(&path).unwrap().typed::<f64>().unwrap();
                assert_eq!(again.to_ndarray().unwrap(), array, "{what} mapped on {reader}");
            }
        }
    }
    assert_eq!(folder.names(), ["x.npy"]);
}

#[test]
fn a_fortran_array_of_a_gpu_stays_fortran() {
    let folder = Folder::new("fortran");
    let x = remote().load(fixture("i2_f4d.npy")).unwrap();
    x.save(folder.at("x.npy")).unwrap();
    assert!(fs::read(folder.at("x.npy")).unwrap() == fs::read(fixture("i2_f4d.npy")).unwrap());
}

#[test]
fn a_mapped_file_is_the_arrays_memory() {
    let folder = Folder::new("mapped");
    let path = folder.at("x.npy");
    let values = counting(&[1000, 100]);
    save(&path, &cpu().from_ndarray(values.clone()).unwrap()).unwrap();
    let x = cpu().load_mapped(&path).unwrap().typed::<f64>().unwrap();
    // Written on purpose, against the rule, to see that nothing was copied.
    let mut bytes = fs::read(&path).unwrap();
    bytes[128..136].copy_from_slice(&7.5f64.to_ne_bytes());
    fs::write(&path, &bytes).unwrap();
    assert_eq!(x.as_slice().unwrap()[0], 7.5);
    // Saving over the file leaves the mapping its own.
    save(&path, &cpu().from_ndarray(counting(&[3])).unwrap()).unwrap();
    assert_eq!(x.as_slice().unwrap()[..3], [7.5, 1.0, 2.0]);
    assert_eq!(x.as_slice().unwrap()[1..], values.as_slice().unwrap()[1..]);
    assert_eq!(cpu().load_as::<f64>(&path).unwrap().to_vec().unwrap(), [0.0, 1.0, 2.0]);
    // An array saved over the file that it is mapped from.
    let y = cpu().load_mapped(&path).unwrap();
    y.save(&path).unwrap();
    assert_eq!(y.typed::<f64>().unwrap().to_vec().unwrap(), [0.0, 1.0, 2.0]);
}

#[test]
fn archives() {
    let folder = Folder::new("archives");
    for device in [cpu(), remote()] {
        for compressed in [false, true] {
            let x: Array<f64> = cpu().from_ndarray(counting(&[40, 50])).unwrap().to_device(device).unwrap();
            let t = device.from_ndarray(counting(&[40, 50]).reversed_axes()).unwrap();
            let mask = device.from_ndarray(ndarray::arr1(&[true, false, true])).unwrap();
            let any: AnyArray = device.load(fixture("c8_f.npy")).unwrap();
            let arrays: [(&str, &dyn AsRef<RawArray>); 4] =
                [("x", &x), ("t", &t), ("mask", &mask), ("any π", &any)];
            let write = if compressed { savez_compressed } else { savez };
            write(folder.at("a"), &arrays).unwrap();
            let len = fs::metadata(folder.at("a.npz")).unwrap().len();
            assert_eq!(len < 32_000, compressed, "{len}");
            let mut npz = device.load_npz(folder.at("a.npz")).unwrap();
            assert_eq!(npz.names(), ["x", "t", "mask", "any π"]);
            for (name, array) in arrays {
                let read = npz.get(name).unwrap();
                let raw: &RawArray = array.as_ref();
                assert_eq!((read.dtype(), read.shape()), (raw.dtype(), raw.shape()), "{name}");
                assert_eq!(read.as_raw().to_bytes().unwrap(), raw.to_bytes().unwrap(), "{name}");
                assert_eq!(read.as_raw().device(), device);
            }
            assert_eq!(npz.get_as::<bool>("mask").unwrap().to_vec().unwrap(), [true, false, true]);
            let e = npz.get_as::<f32>("mask").unwrap_err();
            assert!(
                e.numpy_class().is_a("TypeError") && e.to_string().contains("a.npz: mask holds bool"),
                "{e}"
            );
            assert!(matches!(npz.get("nothing"), Err(Error::Value { .. })));
        }
    }
    assert_eq!(folder.names(), ["a.npz"]);
    let mut numpys = cpu().load_npz(fixture("deflated.npz")).unwrap();
    assert_eq!(numpys.get_as::<f64>("x").unwrap().to_vec().unwrap(), [5.0, 42.0, 79.0, 116.0, 153.0, 190.0]);
    assert_eq!(numpys.get_as::<u16>("naïve").unwrap().to_vec().unwrap(), [0, 1, 2, 3]);
}

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = Folder::new("failed");
    let path = folder.at("x.npy");
    let x = cpu().from_ndarray(counting(&[10])).unwrap();
    x.save(&path).unwrap();
    let before = fs::read(&path).unwrap();
    let bf16 = RawArray::from_bytes(cpu(), DType::BF16, &[2], &[0; 4]).unwrap();
    let e = save(&path, &bf16).unwrap_err();
    assert!(matches!(&e, Error::DTypeUnsupported { .. }) && e.to_string().contains("astype"), "{e}");
    assert!(fs::read(&path).unwrap() == before);

    let archive = folder.at("a.npz");
    savez(&archive, &[("x", &x)]).unwrap();
    let before = fs::read(&archive).unwrap();
    let e = savez(&archive, &[("x", &x), ("x", &x)]).unwrap_err();
    assert!(matches!(&e, Error::Value { .. }), "{e}");
    assert!(savez(&archive, &[("x", &x), ("y", &bf16)]).is_err());
    assert!(fs::read(&archive).unwrap() == before);
    assert_eq!(folder.names(), ["a.npz", "x.npy"]);

    for e in [
        x.save(folder.at("no/such/folder/x")).unwrap_err(),
        savez(folder.at("no/such/folder/x"), &[("x", &x)]).unwrap_err(),
    ] {
        assert!(matches!(&e, Error::Io { path, .. } if path.contains("no/such/folder/x.np")), "{e}");
    }
    fs::create_dir(folder.at("folder.npy")).unwrap();
    assert!(matches!(x.save(folder.at("folder")), Err(Error::Io { .. })));

    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert!(matches!(x.save(&path), Err(Error::Io { .. })));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("links");
    let (real, link) = (folder.at("real.npy"), folder.at("link.npy"));
    let x = cpu().from_ndarray(counting(&[10])).unwrap();
    fs::write(&real, b"old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    x.save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(cpu().load_as::<f64>(&real).unwrap().to_vec().unwrap().len(), 10);
}

#[test]
fn bad_files_on_every_device() {
    for device in [cpu(), remote()] {
        for name in
            ["object.npy", "structured.npy", "string.npy", "longdouble.npy", "several.npy", "stored.npz"]
        {
            for result in [device.load(fixture(name)), device.load_mapped(fixture(name))] {
                let e = result.unwrap_err();
                assert!(matches!(&e, Error::Format { .. }) && e.to_string().contains(name), "{e}");
            }
        }
        assert!(device.load_npz(fixture("f8_c.npy")).is_err());
        let e = device.load_as::<f32>(fixture("f8_c.npy")).unwrap_err();
        assert!(
            matches!(e, Error::Type { .. }) && e.to_string().contains("holds float64, not float32"),
            "{e}"
        );
        for e in [device.load("/nonexistent/x.npy").err(), device.load_npz("/nonexistent/x.npz").err()] {
            assert!(matches!(e, Some(Error::Io { .. })));
        }
    }
}

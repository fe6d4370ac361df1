//! Any bytes as a `.npy` file: an error or an array; an array is written and read again to the same array.
#![no_main]

use bornite_core::io::{read_npy, read_npy_prefix, write_npy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok((npy, rest)) = read_npy_prefix(bytes) else {
        assert!(read_npy(bytes).is_err());
        return;
    };
    assert_eq!(read_npy(bytes).is_ok(), rest.is_empty());
    let data = npy.data.as_slice();
    assert_eq!(data.len(), npy.shape.iter().product::<usize>() * npy.dtype.size());
    let mut written = Vec::new();
    write_npy(&mut written, npy.dtype, &npy.shape, npy.fortran_order, data.chunks(7)).unwrap();
    let again = read_npy(&written).unwrap();
    assert_eq!((again.dtype, &again.shape, again.fortran_order), (npy.dtype, &npy.shape, npy.fortran_order));
    assert_eq!(again.data.as_slice(), data);
});

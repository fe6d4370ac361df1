//! Gathering: strided elements of memory, one after the other into a register.

/// A shape and strides for it, innermost last.
pub(super) type Steps<'a> = (&'a [usize], &'a [isize]);

/// Calls `$body` with `$t` the plain type of `$size` bytes.
macro_rules! by_size {
    ($size:expr, $t:ident => $body:expr) => {
        match $size {
            1 => {
                type $t = u8;
                $body
            }
            2 => {
                type $t = u16;
                $body
            }
            4 => {
                type $t = u32;
                $body
            }
            8 => {
                type $t = u64;
                $body
            }
            _ => {
                type $t = [u64; 2];
                $body
            }
        }
    };
}
pub(super) use by_size;

/// Visits the runs of the last two loops from `index` on, `n` elements in all: calls `visit(offset, rows, len)` for
/// `rows` runs of `len` elements, the first at `offset`, the next one step of the last loop but one further.
#[inline]
pub(super) fn runs(
    mut offset: isize,
    (shape, strides): Steps<'_>,
    index: &[usize],
    n: usize,
    mut visit: impl FnMut(isize, usize, usize),
) {
    let last = shape.len() - 1;
    let mut at = index[last];
    let row = shape[last];
    if at + n <= row {
        return visit(offset, 1, n);
    }
    let mut index: smallvec::SmallVec<[usize; 4]> = index.into();
    let mut left = n;
    while left > 0 {
        let whole =
            if at == 0 && left >= row { (left / row).min(shape[last - 1] - index[last - 1]) } else { 0 };
        let (rows, len) = if whole > 0 { (whole, row) } else { (1, left.min(row - at)) };
        visit(offset, rows, len);
        left -= rows * len;
        if left == 0 {
            return;
        }
        // The runs end with their row: to the beginning of the next.
        offset -= at as isize * strides[last];
        at = 0;
        offset += rows as isize * strides[last - 1];
        index[last - 1] += rows;
        let mut axis = last - 1;
        while index[axis] == shape[axis] && axis > 0 {
            offset += strides[axis - 1] - shape[axis] as isize * strides[axis];
            index[axis] = 0;
            axis -= 1;
            index[axis] += 1;
        }
    }
}

/// Copies `n` elements of `size` bytes from `index` of the loops on; `offset` is where the first lies.
///
/// # Safety
/// The loops' elements lie in valid memory, `to` has room for `n` and overlaps none of them.
pub(super) unsafe fn gather(
    size: usize,
    (base, offset): (*const u8, isize),
    steps: Steps<'_>,
    index: &[usize],
    to: *mut u8,
    n: usize,
) {
    let (_, strides) = steps;
    let inner = strides[strides.len() - 1];
    let outer = if strides.len() > 1 { strides[strides.len() - 2] } else { 0 };
    by_size!(size, T => {
        let mut to = to.cast::<T>();
        let base = base.cast::<T>();
        runs(offset, steps, index, n, |offset, rows, len| {
            // SAFETY: the caller's promise; a visit's elements are the loops', and `to` moves on by what was written.
            unsafe {
                block(base.offset(offset), (outer, inner), (rows, len), to);
                to = to.add(rows * len);
            }
        });
    })
}

/// Copies `n` elements of `size` bytes, `step` elements apart.
///
/// # Safety
/// As [`gather`].
pub(crate) unsafe fn gather_row(size: usize, from: *const u8, step: isize, to: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    by_size!(size, T => unsafe { block(from.cast::<T>(), (0, step), (1, n), to.cast()) })
}

/// Copies `rows` runs of `len` elements.
///
/// # Safety
/// As [`gather`].
#[inline]
unsafe fn block<T: Copy>(
    from: *const T,
    (outer, inner): (isize, isize),
    (rows, len): (usize, usize),
    to: *mut T,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match len {
            // Short runs unrolled: a loop of its own for each run would cost more than the copies.
            2 => short::<T, 2>(from, (outer, inner), rows, to),
            3 => short::<T, 3>(from, (outer, inner), rows, to),
            4 => short::<T, 4>(from, (outer, inner), rows, to),
            // Dense along the rows: read in that order, so that a cache line is fetched once.
            _ if rows > 4 && inner.abs() > 8 && outer.abs() <= 2 => {
                for i in 0..len {
                    let from = from.offset(i as isize * inner);
                    for row in 0..rows {
                        let v = from.offset(row as isize * outer).read_unaligned();
                        to.add(row * len + i).write_unaligned(v);
                    }
                }
            }
            _ => {
                for row in 0..rows {
                    let from = from.offset(row as isize * outer);
                    let to = to.add(row * len);
                    match inner {
                        0 => {
                            let v = from.read_unaligned();
                            for i in 0..len {
                                to.add(i).write_unaligned(v);
                            }
                        }
                        1 => {
                            std::ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast(), len * size_of::<T>())
                        }
                        _ => {
                            for i in 0..len {
                                to.add(i).write_unaligned(from.offset(i as isize * inner).read_unaligned());
                            }
                        }
                    }
                }
            }
        }
    }
}

#[inline]
unsafe fn short<T: Copy, const N: usize>(
    from: *const T,
    (outer, inner): (isize, isize),
    rows: usize,
    to: *mut T,
) {
    for row in 0..rows {
        for i in 0..N {
            // SAFETY: the caller's promise.
            unsafe {
                let v = from.offset(row as isize * outer + i as isize * inner).read_unaligned();
                to.add(row * N + i).write_unaligned(v);
            }
        }
    }
}

/// Fills `to` with `n` times the element of `size` bytes at `value`.
///
/// # Safety
/// `value` is readable for `size` bytes, `to` has room.
pub(super) unsafe fn fill(size: usize, value: *const u8, to: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    by_size!(size, T => unsafe { block(value.cast::<T>(), (0, 0), (1, n), to.cast()) })
}

/// Writes the offsets of `n` elements from `index` of the loops on; `offset` is the first.
///
/// # Safety
/// `to` has room for `n`.
pub(super) unsafe fn indices(offset: isize, steps: Steps<'_>, index: &[usize], to: *mut i64, n: usize) {
    let (_, strides) = steps;
    let inner = strides[strides.len() - 1] as i64;
    let outer = if strides.len() > 1 { strides[strides.len() - 2] as i64 } else { 0 };
    let mut to = to;
    runs(offset, steps, index, n, |offset, rows, len| {
        for row in 0..rows {
            let first = offset as i64 + row as i64 * outer;
            for i in 0..len {
                // SAFETY: the caller's promise; `to` moves on by what was written.
                unsafe { to.add(i).write(first + i as i64 * inner) };
            }
            // SAFETY: as above.
            to = unsafe { to.add(len) };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_from_anywhere() {
        let data: Vec<u16> = (0..2000).collect();
        let cases: [(&[usize], &[isize], isize); 7] = [
            (&[7], &[3], 5),
            (&[7], &[-3], 50),
            (&[5, 3], &[3, 1], 2),
            (&[5, 3], &[1, 5], 0),
            (&[3, 4, 5], &[0, 5, 1], 9),
            (&[3, 2, 4, 2], &[100, 0, -3, 7], 400),
            (&[4, 6], &[1, 0], 3),
        ];
        for (shape, strides, base) in cases {
            let size: usize = shape.iter().product();
            let offset_of = |mut at: usize| {
                let mut offset = base;
                let mut index = vec![0; shape.len()];
                for axis in (0..shape.len()).rev() {
                    index[axis] = at % shape[axis];
                    offset += index[axis] as isize * strides[axis];
                    at /= shape[axis];
                }
                (offset, index)
            };
            for start in 0..size {
                for n in 1..=size - start {
                    let (offset, index) = offset_of(start);
                    let mut got = vec![0u16; n];
                    let mut places = vec![0i64; n];
                    // SAFETY: every offset of these layouts lies inside `data`.
                    unsafe {
                        gather(
                            2,
                            (data.as_ptr().cast(), offset),
                            (shape, strides),
                            &index,
                            got.as_mut_ptr().cast(),
                            n,
                        );
                        indices(offset, (shape, strides), &index, places.as_mut_ptr(), n);
                    }
                    let want: Vec<u16> = (start..start + n).map(|i| data[offset_of(i).0 as usize]).collect();
                    assert_eq!(got, want, "{shape:?} {strides:?} from {start}");
                    assert!(places.iter().zip(&want).all(|(p, w)| *p == *w as i64));
                }
            }
        }
    }
}

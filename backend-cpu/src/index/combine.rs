//! What a scattered value does to the element that it meets: replaces it, or is combined with it.
//!
//! This module holds `unsafe` code: elements behind pointers.

use crate::copy::{Block, Place, row};
use crate::isa::Level;
use crate::kernel::{Args, Kernel};
use crate::kernels::{kernel, rounding};
use crate::tile::negative_power;
use crate::walk::Walk;
use bornite_core::layout::collapse::Loops;
use bornite_core::program::Op;
use bornite_core::{DType, Error, Kind, Result};
use half::{bf16, f16};
use std::marker::PhantomData;

/// Writes values to elements. Offsets are in elements.
pub(super) trait Put {
    /// # Safety
    /// Both elements are valid.
    unsafe fn one(&self, target: Place, to: isize, values: Place, from: isize);

    /// Does `n` elements, which are distinct, each a step (the second number) after the last.
    ///
    /// # Safety
    /// All elements are valid.
    unsafe fn row(&self, target: Place, to: (isize, isize), values: Place, from: (isize, isize), n: usize);
}

/// Replaces elements of `T`'s size.
pub(super) struct Assign<T>(PhantomData<T>);

impl<T> Assign<T> {
    pub(super) fn new() -> Self {
        Assign(PhantomData)
    }
}

impl<T: Block> Put for Assign<T> {
    #[inline(always)]
    unsafe fn one(&self, target: Place, to: isize, values: Place, from: isize) {
        // SAFETY: as the caller promises.
        unsafe { target.at::<T>(to).write_unaligned(values.at::<T>(from).read_unaligned()) }
    }

    unsafe fn row(&self, target: Place, to: (isize, isize), values: Place, from: (isize, isize), n: usize) {
        // SAFETY: as the caller promises.
        unsafe { row::<T>(target.at(to.0), to.1, values.at::<T>(from.0), from.1, n) }
    }
}

/// Combines by an operation, one element at a time through the loop that programs use.
pub(super) struct Combine {
    dtype: DType,
    kernel: Kernel,
    rounding: Option<Kernel>,
}

/// Room for one element of any type, aligned for it.
#[repr(align(16))]
#[derive(Clone, Copy, Default)]
struct Room([u8; 16]);

impl Combine {
    pub(super) fn new(op: Op, dtype: DType) -> Result<Combine> {
        let level = Level::current();
        let kernel = kernel(op, dtype, level).ok_or_else(|| Error::dtype(op.name(), &[dtype]))?;
        let rounding = if op.rounds() { rounding(dtype, level) } else { None };
        Ok(Combine { dtype, kernel, rounding })
    }

    /// # Safety
    /// Both point to an element of the type.
    #[inline]
    unsafe fn apply(&self, target: *mut u8, value: *const u8) {
        // SAFETY: the kernel gets one register value of its type for each operand and room for its result.
        unsafe {
            let call = |a: *const u8, b: *const u8, out: *mut u8| {
                let args = Args { n: 1, a, b, c: std::ptr::null(), out };
                (self.kernel)(args);
                if let Some(round) = self.rounding {
                    round(args);
                }
            };
            let widened = |from: *const u8| match self.dtype {
                DType::F16 => (*from.cast::<f16>()).to_f32(),
                _ => (*from.cast::<bf16>()).to_f32(),
            };
            match self.dtype {
                DType::F16 | DType::BF16 => {
                    let (a, b, mut out) = (widened(target), widened(value), 0f32);
                    call((&raw const a).cast(), (&raw const b).cast(), (&raw mut out).cast());
                    match self.dtype {
                        DType::F16 => *target.cast() = f16::from_f32(out),
                        _ => *target.cast() = bf16::from_f32(out),
                    }
                }
                _ => {
                    let mut out = Room::default();
                    call(target, value, out.0.as_mut_ptr());
                    std::ptr::copy_nonoverlapping(out.0.as_ptr(), target, self.dtype.size());
                }
            }
        }
    }

    fn place(&self, base: Place, offset: isize) -> *mut u8 {
        base.at::<u8>(offset * self.dtype.size() as isize)
    }
}

impl Put for Combine {
    #[inline]
    unsafe fn one(&self, target: Place, to: isize, values: Place, from: isize) {
        // SAFETY: as the caller promises.
        unsafe { self.apply(self.place(target, to), self.place(values, from)) }
    }

    unsafe fn row(&self, target: Place, to: (isize, isize), values: Place, from: (isize, isize), n: usize) {
        const BYTES: usize = 2048;
        let narrow = matches!(self.dtype, DType::F16 | DType::BF16);
        if (to.1, from.1) != (1, 1) || n < 8 || narrow {
            for i in 0..n as isize {
                // SAFETY: as the caller promises.
                unsafe { self.one(target, to.0 + i * to.1, values, from.0 + i * from.1) };
            }
            return;
        }
        let size = self.dtype.size();
        let mut room = [Room([0; 16]); BYTES / 16];
        for i in (0..n).step_by(BYTES / size) {
            let count = (BYTES / size).min(n - i);
            let a = self.place(target, to.0 + i as isize);
            let b = self.place(values, from.0 + i as isize);
            let out = room.as_mut_ptr().cast::<u8>();
            // SAFETY: `count` elements of each, and room for as many.
            unsafe {
                (self.kernel)(Args { n: count, a, b, c: std::ptr::null(), out });
                std::ptr::copy_nonoverlapping(out, a, count * size);
            }
        }
    }
}

/// An error for a negative exponent of an integer power, before anything is written.
///
/// # Safety
/// The first operand of `loops` reaches valid elements of `values`.
pub(super) unsafe fn check_power(op: Op, dtype: DType, loops: &Loops, values: Place) -> Result<()> {
    if op != Op::Pow || dtype.kind() != Kind::Signed {
        return Ok(());
    }
    let walk = Walk::new(loops, &[], 1);
    let mut negative = false;
    walk.visit(0..walk.len(), |at, _| {
        let place = loops.offsets[0] as isize + at[0];
        // SAFETY: a place of the values' layout.
        negative |= unsafe {
            match dtype {
                DType::I8 => *values.at::<i8>(place) < 0,
                DType::I16 => *values.at::<i16>(place) < 0,
                DType::I32 => *values.at::<i32>(place) < 0,
                _ => *values.at::<i64>(place) < 0,
            }
        };
    });
    if negative { Err(negative_power()) } else { Ok(()) }
}

/// Additions of the types that are most often summed, without a call for each.
pub(super) struct Add<T> {
    rows: Combine,
    sum: PhantomData<T>,
}

/// A type whose addition is one instruction.
pub(super) trait Sum: Copy {
    fn sum(self, y: Self) -> Self;
}

macro_rules! sums {
    ($($t:ty: $x:ident $y:ident $sum:expr;)*) => {$(
        impl Sum for $t {
            #[inline(always)]
            fn sum(self, $y: Self) -> Self {
                let $x = self;
                $sum
            }
        }
    )*};
}
sums! {
    i32: x y x.wrapping_add(y);
    i64: x y x.wrapping_add(y);
    f32: x y x + y;
    f64: x y x + y;
}

impl<T> Add<T> {
    /// `rows` must be the addition of `T`.
    pub(super) fn new(rows: Combine) -> Self {
        Add { rows, sum: PhantomData }
    }
}

impl<T: Sum> Put for Add<T> {
    #[inline(always)]
    unsafe fn one(&self, target: Place, to: isize, values: Place, from: isize) {
        // SAFETY: as the caller promises.
        unsafe { *target.at::<T>(to) = (*target.at::<T>(to)).sum(*values.at::<T>(from)) }
    }

    unsafe fn row(&self, target: Place, to: (isize, isize), values: Place, from: (isize, isize), n: usize) {
        // SAFETY: as the caller promises.
        unsafe { self.rows.row(target, to, values, from, n) }
    }
}

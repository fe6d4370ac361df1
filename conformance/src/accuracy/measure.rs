//! Measures a function: the reference once for each argument, and every device's value against it.

use super::arguments::{Arguments, Count, Random, chunk_of};
use super::format::{ComplexFormat, Format};
use super::functions::{Function, Reference};
use super::record::Row;
use bornite::surface::casting::Casting;
use bornite::surface::ufunc::{self, Operand, Ufunc};
use bornite::{Array, Device, Element, Error, Result};
use num_complex::Complex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What is measured, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The devices that are compared with the reference.
    devices: Vec<Device>,
    /// How many arguments each function gets.
    pub(super) count: Count,
    /// For each thread that evaluates the reference the devices, with streams of its own.
    threads: Vec<Vec<Device>>,
}

impl Settings {
    /// So many arguments of each function, on `devices`; the reference is evaluated by so many threads.
    ///
    /// # Errors
    /// Those of the devices, which are asked for a stream for each thread.
    pub fn new(devices: Vec<Device>, count: Count, threads: usize) -> Result<Settings> {
        let streams = |_| devices.iter().map(Device::with_stream).collect::<Result<Vec<Device>>>();
        let threads = (0..threads.max(1)).map(streams).collect::<Result<Vec<_>>>()?;
        Ok(Settings { devices, count, threads })
    }
}

/// What `device` gives for the function that NumPy calls `name`.
pub fn apply<T: Element, R: Element>(device: Device, name: &str, operands: &[Vec<T>]) -> Result<Vec<R>> {
    let unknown = || Error::value("accuracy", format!("there is no universal function {name}"));
    let function = Ufunc::by_name(name).ok_or_else(unknown)?;
    let arrays = operands.iter().map(|o| device.from_slice(o, o.len())).collect::<Result<Vec<Array<T>>>>()?;
    let operands: Vec<Operand<'_>> = arrays.iter().map(|a| a.raw().into()).collect();
    Array::<R>::try_from(ufunc::ufunc(function, &operands, None, Casting::SameKind)?)?.to_vec()
}

/// The largest error of a device, and where it was found.
#[derive(Clone, Debug)]
struct Worst {
    bound: f64,
    error: f64,
    beyond: u64,
    /// The arguments, what came, and what is right.
    found: Option<(Vec<String>, String, String)>,
}

impl Worst {
    fn of(bound: f64) -> Worst {
        Worst { bound, error: 0.0, beyond: 0, found: None }
    }

    #[inline]
    fn see(&mut self, error: f64, found: impl FnOnce() -> (Vec<String>, String, String)) {
        if error > self.bound {
            self.beyond += 1;
        }
        if error > self.error {
            (self.error, self.found) = (error, Some(found()));
        }
    }

    fn join(&mut self, other: Worst) {
        self.beyond += other.beyond;
        if other.error > self.error {
            (self.error, self.found) = (other.error, other.found);
        }
    }
}

/// Runs `chunk` for the numbers below `chunks` on all threads, and joins what it finds for each device, of which errors
/// shall be within `bound`.
fn parallel(
    settings: &Settings,
    bound: impl Fn(Device) -> f64 + Sync,
    chunks: u64,
    chunk: impl Fn(u64, &mut [(Device, Worst)]) -> Result<()> + Sync,
) -> Result<Vec<Worst>> {
    let next = AtomicU64::new(0);
    let mut worst: Vec<_> = settings.devices.iter().map(|device| Worst::of(bound(*device))).collect();
    let work = |devices: &[Device]| {
        let mut worst: Vec<_> = devices.iter().map(|device| (*device, Worst::of(bound(*device)))).collect();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= chunks {
                return Ok(worst);
            }
            chunk(i, &mut worst)?;
        }
    };
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            settings.threads.iter().map(|devices| scope.spawn(move || work(devices))).collect();
        for thread in threads {
            let theirs = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            worst.iter_mut().zip(theirs).for_each(|(mine, (_, theirs))| mine.join(theirs));
        }
        Ok(worst)
    })
}

/// One row for each device.
fn rows(
    settings: &Settings,
    (function, dtype): (&str, &str),
    (count, all): (u64, bool),
    begun: Instant,
    worst: Vec<Worst>,
) -> Vec<Row> {
    let row = |(device, worst): (&Device, Worst)| {
        let (at, got, want) = worst.found.unwrap_or_default();
        Row {
            function: function.to_owned(),
            dtype: dtype.to_owned(),
            device: device.name().to_owned(),
            arguments: count,
            all,
            worst: Some(worst.error).filter(|e| e.is_finite()),
            at,
            got,
            want,
            bound: worst.bound,
            beyond: worst.beyond,
            seconds: (begun.elapsed().as_secs_f64() * 100.0).round() / 100.0,
        }
    };
    settings.devices.iter().zip(worst).map(row).collect()
}

/// The errors of `function` in type `T`.
///
/// # Errors
/// Those of the devices.
pub fn real<T: Format>(function: &'static Function, settings: &Settings) -> Result<Vec<Row>> {
    let begun = Instant::now();
    let arguments = Arguments::new::<T>(function, settings.count);
    let worst = parallel(
        settings,
        |device| function.bound::<T>(device),
        arguments.chunks,
        |i, worst| {
            let operands = arguments.chunk::<T>(i);
            let want: Vec<f64> = match function.reference {
                Reference::One { exact, near } => {
                    let f = if T::BITS <= 32 { near } else { exact };
                    operands[0].iter().map(|x| f(x.widen())).collect()
                }
                Reference::Two(f) => {
                    operands[0].iter().zip(&operands[1]).map(|(x, y)| f(x.widen(), y.widen())).collect()
                }
            };
            for (device, worst) in worst {
                let came = apply::<T, T>(*device, function.name, &operands)?;
                for (i, (came, want)) in came.iter().zip(&want).enumerate() {
                    worst.see(T::error(*came, *want), || {
                        let at = operands.iter().map(|o| format!("{:?}", o[i])).collect();
                        (at, format!("{came:?}"), format!("{want:?}"))
                    });
                }
            }
            Ok(())
        },
    )?;
    let count = (arguments.count, arguments.are_all());
    Ok(rows(settings, (function.name, T::DTYPE.name()), count, begun, worst))
}

/// A complex number in as few digits as tell it.
fn shown(z: Complex<f64>) -> String {
    format!("{:?}{:+?}i", z.re, z.im)
}

/// The errors of a complex function of f32 against the same function of f64 on the first device, of parts below 10.
///
/// # Errors
/// Those of the devices.
pub fn single_complex(name: &str, arity: usize, count: u64, settings: &Settings) -> Result<Vec<Row>> {
    // NumPy's quotient is computed in single precision, by Smith's method; everything else is rounded once.
    let bound =
        if matches!(name, "divide" | "reciprocal") { super::tables::complex_bound(name) } else { 1.0 };
    let begun = Instant::now();
    let chunk = chunk_of(count);
    let chunks = count.div_ceil(chunk);
    let worst = parallel(
        settings,
        |_| bound,
        chunks,
        |i, worst| {
            let mut random = Random::new(i);
            let mut part = || random.between((-10.0, 10.0)) as f32;
            let operands: Vec<Vec<Complex<f32>>> =
                (0..arity).map(|_| (0..chunk).map(|_| Complex::new(part(), part())).collect()).collect();
            let wide: Vec<Vec<Complex<f64>>> =
                operands.iter().map(|o| o.iter().map(|z| z.widen()).collect()).collect();
            let want = apply::<_, Complex<f64>>(settings.devices[0], name, &wide)?;
            for (device, worst) in worst {
                let came = apply::<_, Complex<f32>>(*device, name, &operands)?;
                for (i, (came, want)) in came.iter().zip(&want).enumerate() {
                    worst.see(ComplexFormat::error(*came, *want), || {
                        (
                            operands.iter().map(|o| shown(o[i].widen())).collect(),
                            shown(came.widen()),
                            shown(*want),
                        )
                    });
                }
            }
            Ok(())
        },
    )?;
    Ok(rows(settings, (name, "complex64"), (chunks * chunk, false), begun, worst))
}

/// The errors of a complex function of f64 at arguments whose values are known.
///
/// # Errors
/// Those of the devices.
pub fn double_complex(
    name: &str,
    bound: f64,
    known: &[super::tables::Known],
    settings: &Settings,
) -> Result<Vec<Row>> {
    let begun = Instant::now();
    let arity = known.first().map_or(0, |k| k.arguments.len());
    let operands: Vec<Vec<Complex<f64>>> =
        (0..arity).map(|i| known.iter().map(|k| k.arguments[i]).collect()).collect();
    let mut worst: Vec<_> = settings.devices.iter().map(|_| Worst::of(bound)).collect();
    for (device, worst) in settings.devices.iter().zip(&mut worst) {
        let came = apply::<_, Complex<f64>>(*device, name, &operands)?;
        for (came, known) in came.iter().zip(known) {
            worst.see(ComplexFormat::error(*came, known.value), || {
                let at = known.arguments.iter().map(|z| shown(*z)).collect();
                (at, shown(*came), shown(known.value))
            });
        }
    }
    Ok(rows(settings, (name, "complex128"), (known.len() as u64, false), begun, worst))
}

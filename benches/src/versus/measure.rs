//! Timing in turns, and comparing values first.

use crate::peer::{HostArray, Peer};
use crate::rows::{Floor, Inputs, Operands, Row};
use bornite::{DType, Device, RawArray, Value};
use std::time::Instant;

/// Elements of rows whose values are compared at their full size.
const LARGEST_COMPARED: f64 = (1 << 24) as f64;

/// What the device can do at most, measured in this run.
pub(crate) struct Ceilings {
    /// Bytes read and written a second by a copy.
    pub(crate) copy: f64,
    /// Floating-point operations a second of a large matrix product.
    pub(crate) matmul_f64: f64,
    /// The same in `f32`.
    pub(crate) matmul_f32: f64,
}

impl Ceilings {
    pub(crate) fn measure(xp: &Device) -> bornite::Result<Ceilings> {
        let n = 1 << 24;
        let x = xp.full([n], 1.5)?;
        x.eval()?;
        let best = |runs: usize, work: &mut dyn FnMut() -> bornite::Result<()>| -> bornite::Result<f64> {
            let mut best = f64::INFINITY;
            for _ in 0..runs {
                let start = Instant::now();
                work()?;
                xp.synchronize()?;
                best = best.min(start.elapsed().as_secs_f64());
            }
            Ok(best)
        };
        let copy = best(7, &mut || x.copy().map(drop))?;
        let m = 2048;
        let a = xp.full([m, m], 0.5)?;
        let b = a.astype::<f32>()?;
        a.eval()?;
        b.eval()?;
        let f64_time = best(3, &mut || a.matmul(&a).map(drop))?;
        let f32_time = best(3, &mut || b.matmul(&b).map(drop))?;
        let operations = 2.0 * (m as f64).powi(3);
        Ok(Ceilings {
            copy: 16.0 * n as f64 / copy,
            matmul_f64: operations / f64_time,
            matmul_f32: operations / f32_time,
        })
    }
}

/// Median seconds a call and the spread (half the distance of the quartiles over the median), or why there are none.
pub(crate) type Timing = Result<(f64, f64), String>;

/// The figures of one row.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) ours: Timing,
    pub(crate) peers: Vec<(String, Timing)>,
    /// Seconds below which no implementation on this device can be.
    pub(crate) floor: Option<f64>,
}

impl Line {
    /// How many times as fast as the best peer.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let ours = self.ours.as_ref().ok()?.0;
        let best =
            self.peers.iter().filter_map(|(_, t)| t.as_ref().ok()).map(|t| t.0).fold(f64::INFINITY, f64::min);
        best.is_finite().then_some(best / ours)
    }
}

/// Compares a row's values with every peer's, then times all in turns.
pub(crate) fn row(
    xp: &Device,
    row: &Row,
    peers: &mut [Peer],
    scale: f64,
    seconds: f64,
    ceilings: &Ceilings,
) -> Line {
    let count = |size: f64| if row.square { size.sqrt() as usize } else { size as usize }.max(1);
    let size = row.size as f64 * scale;
    let n = count(size);
    let floor = match row.floor {
        Floor::Bytes(f) => Some(f(n as f64) / ceilings.copy),
        Floor::F64(f) => Some(f(n as f64) / ceilings.matmul_f64),
        Floor::F32(f) => Some(f(n as f64) / ceilings.matmul_f32),
        Floor::None => None,
    };
    let mut line = Line { name: row.name, ours: Err(String::new()), peers: Vec::new(), floor };
    let python = |peer: &Peer, n: usize| row.line_for(&peer.name).replace("{n}", &n.to_string());
    let mut ready: Vec<Result<(), String>> = peers.iter_mut().map(|p| p.set_up(row.setup)).collect();

    // Values of large rows are compared on a part of the size, which the host can look through.
    let compared = count(if size > LARGEST_COMPARED { size / 256.0 } else { size });
    let operands = (row.operands)(compared);
    let value = Inputs::new(xp, &operands).and_then(|inputs| {
        let value = (row.ours)(&inputs)?;
        value.eval()?;
        Ok(value)
    });
    let value = match value {
        Ok(value) => value,
        Err(e) => {
            line.ours = Err(e.to_string());
            return line;
        }
    };
    for (peer, ready) in peers.iter_mut().zip(&mut ready) {
        let compare = |peer: &mut Peer| -> Result<(), String> {
            give(peer, &operands)?;
            let line = python(peer, compared);
            same_value(&value, &peer.value(&line)?, row)
        };
        if ready.is_ok() {
            *ready = compare(peer);
        }
    }
    drop(value);

    let operands = (row.operands)(n);
    let inputs = match Inputs::new(xp, &operands) {
        Ok(inputs) => inputs,
        Err(e) => {
            line.ours = Err(e.to_string());
            return line;
        }
    };
    let ours = || -> bornite::Result<()> { (row.ours)(&inputs)?.eval() };
    if let Err(e) = ours() {
        line.ours = Err(e.to_string());
        return line;
    }
    if compared != n {
        for (peer, ready) in peers.iter_mut().zip(&mut ready) {
            if ready.is_ok() {
                *ready = give(peer, &operands);
            }
        }
    }

    let once = |calls: u64| -> f64 {
        let start = Instant::now();
        for _ in 0..calls {
            let _ = std::hint::black_box(ours());
        }
        let _ = xp.synchronize();
        start.elapsed().as_secs_f64()
    };
    let _ = once(1);
    let calls = calls_for(xp, once(1));
    let mut peer_calls: Vec<u64> = Vec::new();
    for (peer, ready) in peers.iter_mut().zip(ready.iter_mut()) {
        let python = python(peer, n);
        if ready.is_ok() {
            match peer.time(&python, 1).and_then(|_| peer.time(&python, 1)) {
                Ok(t) => peer_calls.push(calls_for(xp, t)),
                Err(e) => {
                    *ready = Err(e);
                    peer_calls.push(1);
                }
            }
        } else {
            peer_calls.push(1);
        }
    }
    let mut samples: Vec<f64> = Vec::new();
    let mut peer_samples: Vec<Vec<f64>> = peers.iter().map(|_| Vec::new()).collect();
    let begun = Instant::now();
    while samples.len() < 5 || (begun.elapsed().as_secs_f64() < seconds && samples.len() < 101) {
        samples.push(once(calls) / calls as f64);
        for (i, peer) in peers.iter_mut().enumerate() {
            if ready[i].is_err() {
                continue;
            }
            let python = python(peer, n);
            match peer.time(&python, peer_calls[i]) {
                Ok(t) => peer_samples[i].push(t / peer_calls[i] as f64),
                Err(e) => ready[i] = Err(e),
            }
        }
    }
    line.ours = Ok(median(&mut samples));
    for ((peer, ready), samples) in peers.iter_mut().zip(ready).zip(&mut peer_samples) {
        line.peers.push((peer.name.clone(), ready.map(|()| median(samples))));
        peer.forget(&operands.iter().map(|(n, _)| n.to_string()).collect::<Vec<_>>());
    }
    line
}

fn give(peer: &mut Peer, operands: &Operands) -> Result<(), String> {
    operands.iter().try_for_each(|(name, a)| peer.give(name, a))
}

/// Calls of a sample: enough that the clock's steps do not count, nor, on a GPU, what waiting for its end costs.
fn calls_for(xp: &Device, seconds: f64) -> u64 {
    let least = if xp.is_host() { 2e-3 } else { 1e-2 };
    if seconds > least / 2.0 { 1 } else { (least / seconds.max(1e-9)).ceil() as u64 }
}

fn median(samples: &mut [f64]) -> (f64, f64) {
    samples.sort_unstable_by(f64::total_cmp);
    let at = |q: f64| samples[((samples.len() - 1) as f64 * q).round() as usize];
    (at(0.5), (at(0.75) - at(0.25)) / 2.0 / at(0.5))
}

/// An error unless both hold the same values, up to the row's tolerance.
fn same_value(ours: &RawArray, theirs: &HostArray, row: &Row) -> Result<(), String> {
    let bytes = ours.to_bytes().map_err(|e| e.to_string())?;
    let dtype = DType::from_name(&theirs.dtype).ok_or(format!("its result is {}", theirs.dtype))?;
    let size: usize = theirs.shape.iter().product();
    if ours.size() != size {
        return Err(format!("its result has shape {:?}, ours {:?}", theirs.shape, ours.shape()));
    }
    let at = |dtype: DType, bytes: &[u8], i: usize| {
        Value::from_bytes(dtype, &bytes[i * dtype.size()..][..dtype.size()]).as_c128()
    };
    let pairs = || (0..size).map(|i| (at(ours.dtype(), &bytes, i), at(dtype, &theirs.bytes, i)));
    let largest = if row.of_largest { pairs().map(|(_, b)| b.norm()).fold(0.0, f64::max) } else { 0.0 };
    let mut worst = 0f64;
    for (a, b) in pairs() {
        let both_nan = a.re.is_nan() && b.re.is_nan();
        if !both_nan && a != b {
            let difference = (a - b).norm() / b.norm().max(largest).max(1e-300);
            // Of one NaN the difference is one too; it is none that is forgiven.
            worst = worst.max(if difference.is_nan() { f64::INFINITY } else { difference });
        }
    }
    if worst <= row.tolerance { Ok(()) } else { Err(format!("values differ by {worst:.1e}")) }
}

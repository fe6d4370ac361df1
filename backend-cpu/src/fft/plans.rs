//! Plans of transforms: made once a length, and kept.

use bornite_core::backend::Transform;
use realfft::{
    ComplexToReal, ComplexToRealEven, ComplexToRealOdd, RealToComplex, RealToComplexEven, RealToComplexOdd,
};
use rustfft::{FftNum, FftPlanner};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Points of all plans beyond which they are forgotten and made anew: some 100 MB of twiddle factors.
const MOST_POINTS: usize = 1 << 22;

/// How a transform of one length runs.
pub(super) enum Plan<T> {
    Complex(Arc<dyn rustfft::Fft<T>>),
    Real(Arc<dyn RealToComplex<T>>),
    InverseReal(Arc<dyn ComplexToReal<T>>),
}

impl<T> Clone for Plan<T> {
    fn clone(&self) -> Self {
        match self {
            Plan::Complex(plan) => Plan::Complex(plan.clone()),
            Plan::Real(plan) => Plan::Real(plan.clone()),
            Plan::InverseReal(plan) => Plan::InverseReal(plan.clone()),
        }
    }
}

impl<T: FftNum> Plan<T> {
    /// Complex numbers that a run needs beside its input and output.
    pub(super) fn scratch(&self) -> usize {
        match self {
            Plan::Complex(plan) => plan.get_inplace_scratch_len(),
            Plan::Real(plan) => plan.get_scratch_len(),
            Plan::InverseReal(plan) => plan.get_scratch_len(),
        }
    }
}

/// The plans of one precision.
pub(super) struct Plans<T: FftNum>(Mutex<Option<Cache<T>>>);

struct Cache<T: FftNum> {
    planner: FftPlanner<T>,
    known: HashMap<(Transform, usize), Plan<T>>,
    points: usize,
}

impl<T: FftNum> Plans<T> {
    pub(super) const fn new() -> Self {
        Plans(Mutex::new(None))
    }

    /// The plan of a transform of length `n`.
    pub(super) fn get(&self, transform: Transform, n: usize) -> Plan<T> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = cache.as_ref().and_then(|c| c.known.get(&(transform, n))) {
            return plan.clone();
        }
        if cache.as_ref().is_some_and(|c| c.points.saturating_add(n) > MOST_POINTS) {
            *cache = None;
        }
        let cache = cache.get_or_insert_with(|| Cache {
            planner: FftPlanner::new(),
            known: HashMap::new(),
            points: 0,
        });
        let planner = &mut cache.planner;
        let plan = match (transform, n % 2) {
            (Transform::Forward, _) => Plan::Complex(planner.plan_fft_forward(n)),
            (Transform::Inverse, _) => Plan::Complex(planner.plan_fft_inverse(n)),
            (Transform::Real, 0) => Plan::Real(Arc::new(RealToComplexEven::new(n, planner))),
            (Transform::Real, _) => Plan::Real(Arc::new(RealToComplexOdd::new(n, planner))),
            (Transform::InverseReal, 0) => Plan::InverseReal(Arc::new(ComplexToRealEven::new(n, planner))),
            (Transform::InverseReal, _) => Plan::InverseReal(Arc::new(ComplexToRealOdd::new(n, planner))),
        };
        cache.points += n;
        cache.known.insert((transform, n), plan.clone());
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_kept_and_forgotten() {
        let plans = Plans::<f32>::new();
        let get = |n| match plans.get(Transform::Forward, n) {
            Plan::Complex(plan) => plan,
            _ => panic!("a complex plan"),
        };
        let first = get(8);
        assert!(Arc::ptr_eq(&first, &get(8)));
        get(MOST_POINTS);
        assert!(!Arc::ptr_eq(&first, &get(8)));
        let points = plans.0.lock().expect("no panic").as_ref().map(|c| c.points);
        assert_eq!(points, Some(8), "the long plan went when the short one was made anew");
    }
}

//! Which buffers a job reads and writes: what a backend with several queues of work orders them by.

use super::{
    Buffer, CompressJob, CopyJob, Factorization, FactorizeJob, FftJob, GatherJob, MatmulJob, ReduceJob,
    ScanJob, ScatterJob, SolveJob,
};
use crate::program::{Program, Source};

/// What a job does with a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It reads elements.
    Read,
    /// It writes elements, and may read others.
    Write,
}

/// A job, as the buffers that it uses.
pub trait Uses {
    /// Calls `see` for every buffer of the job; for some more than once.
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access));
}

impl Uses for Program<'_> {
    #[inline]
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        for input in self.inputs {
            if let Source::Buffer(buffer) = input.source {
                see(buffer, Access::Read);
            }
        }
        for output in self.outputs {
            see(output.buffer, Access::Write);
        }
    }
}

/// Uses of a job's parts: programs and operands that know their own, then buffers that are read and written.
macro_rules! uses {
    ($($job:ident: parts $($part:ident)*, reads $($read:ident)*, writes $($write:ident)*;)*) => {$(
        impl Uses for $job<'_> {
            fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
                $(self.$part.each(see);)*
                $(see(self.$read, Access::Read);)*
                $(see(self.$write, Access::Write);)*
            }
        }
    )*};
}
uses! {
    CopyJob: parts, reads source, writes target;
    ReduceJob: parts program, reads, writes out;
    ScanJob: parts program, reads, writes out;
    CompressJob: parts program, reads, writes;
    FftJob: parts, reads source, writes out;
}

impl Uses for GatherJob<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        see(self.source, Access::Read);
        self.indices.iter().for_each(|i| see(i.buffer, Access::Read));
        see(self.out, Access::Write);
    }
}

impl Uses for ScatterJob<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        see(self.values, Access::Read);
        self.indices.iter().for_each(|i| see(i.buffer, Access::Read));
        see(self.target, Access::Write);
    }
}

impl Uses for MatmulJob<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        see(self.a.buffer, Access::Read);
        see(self.b.buffer, Access::Read);
        see(self.out.buffer, Access::Write);
    }
}

impl Factorization<'_> {
    fn each(&self, access: Access, see: &mut dyn FnMut(&Buffer, Access)) {
        let Factorization::Lu { factors, pivots } = self;
        see(factors.buffer, access);
        see(pivots.buffer, access);
    }
}

impl Uses for FactorizeJob<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        see(self.a.buffer, Access::Read);
        self.into.each(Access::Write, see);
        if let Some(info) = &self.info {
            see(info.buffer, Access::Write);
        }
    }
}

impl Uses for SolveJob<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        self.from.each(Access::Read, see);
        see(self.b.buffer, Access::Read);
        see(self.out.buffer, Access::Write);
    }
}

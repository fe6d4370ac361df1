//! What kernels become, seen without a GPU: random programs compile for every architecture, and the kernels on whose speed
//! much depends keep their values in registers.

use super::plan::{self, Plan};
use super::source;
use crate::compile::testing::{compilers, is_hot};
use bornite_core::backend::{Buffer, testing::buffer};
use bornite_core::program::{Input, Instr, Op, Output, Program, Reg, Source};
use bornite_core::{DType, Layout, Value};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Random programs that are tried, each for every architecture.
const PROGRAMS: usize = 300;

/// What the reduction of huge angles has on its stack in CUDA's own sine and cosine of `double`, which `float` takes far out.
const ANGLES: usize = 40;

/// A linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A program in the making.
struct Draft {
    instrs: Vec<Instr>,
    inputs: Vec<DType>,
    scalars: Vec<Value>,
}

impl Draft {
    fn push(&mut self, op: Op, dtype: DType, args: [Reg; 3]) -> Reg {
        self.instrs.push(Instr { op, dtype, args });
        self.instrs.len() as Reg - 1
    }

    fn input(&mut self, dtype: DType) -> Reg {
        self.inputs.push(dtype);
        self.push(Op::Input(self.inputs.len() as u8 - 1), dtype, [0; 3])
    }

    fn scalar(&mut self, value: Value) -> Reg {
        self.scalars.push(value);
        self.push(Op::Scalar(self.scalars.len() as u8 - 1), value.dtype(), [0; 3])
    }

    /// A register of type `dtype`: one that is there, or another cast to it.
    fn register(&mut self, random: &mut Random, dtype: DType) -> Reg {
        let fitting: Vec<usize> =
            (0..self.instrs.len()).filter(|i| self.instrs[*i].result() == dtype).collect();
        if !fitting.is_empty() && random.below(4) > 0 {
            return random.of(&fitting) as Reg;
        }
        let from = random.below(self.instrs.len());
        self.push(Op::Cast(dtype), self.instrs[from].result(), [from as Reg, 0, 0])
    }

    /// One random operation that some type has.
    fn step(&mut self, random: &mut Random) {
        let dtype = random.of(&DType::ALL);
        let small = matches!(dtype, DType::F16 | DType::BF16);
        let fits = |op: &&Op| {
            op.kinds().contains(dtype.kind())
                && !(**op == Op::Complex && small)
                && !(**op == Op::Philox && dtype != DType::U64)
        };
        let all: Vec<Op> = Op::ALL.iter().filter(fits).copied().collect();
        let op = random.of(&all);
        let mut args = [0; 3];
        for (place, arg) in args.iter_mut().enumerate().take(op.arity()) {
            *arg = self.register(random, op.operand(place, dtype));
        }
        self.push(op, dtype, args);
    }
}

fn random_draft(seed: u64) -> (Draft, Random) {
    let mut random = Random(seed);
    let mut draft = Draft { instrs: Vec::new(), inputs: Vec::new(), scalars: Vec::new() };
    for _ in 0..1 + random.below(4) {
        draft.input(random.of(&DType::ALL));
    }
    for _ in 0..random.below(3) {
        let dtype = random.of(&DType::ALL);
        draft.scalar(Value::I64(1).cast(dtype));
    }
    for _ in 0..1 + random.below(24) {
        draft.step(&mut random);
    }
    (draft, random)
}

/// The text of a program over `layout`, which writes the registers `outputs`.
fn text(draft: &Draft, shape: &[usize], layout: &Layout, outputs: &[Reg], memory: &Buffer) -> String {
    let inputs: Vec<Input<'_>> = draft
        .inputs
        .iter()
        .map(|dtype| Input { source: Source::Buffer(memory), dtype: *dtype, layout })
        .collect();
    let out = Layout::contiguous(shape);
    let outputs: Vec<Output<'_>> =
        outputs.iter().map(|reg| Output { reg: *reg, buffer: memory, layout: &out }).collect();
    let program =
        Program { shape, instrs: &draft.instrs, inputs: &inputs, scalars: &draft.scalars, outputs: &outputs };
    let loops = plan::loops(&program);
    source::write(&program, &Plan::new(&program, &loops, &plan::bases(&program))).text
}

#[test]
fn random_programs_compile_for_every_architecture() {
    let compilers = compilers();
    let next = AtomicUsize::new(0);
    let work = || {
        let memory = buffer(64);
        loop {
            let seed = next.fetch_add(1, Relaxed);
            if seed >= PROGRAMS {
                break;
            }
            let (draft, mut random) = random_draft(seed as u64);
            let shape = random.of(&[[300, 401], [1 << 17, 1 << 16], [7, 3]]);
            let line = Layout::contiguous(&shape);
            let row = Layout { strides: [0, 1][..].into(), ..line.clone() };
            let layout = [line, row, Layout::fortran(&shape)][random.below(3)].clone();
            let last = draft.instrs.len() as Reg - 1;
            let outputs = [last, random.below(last as usize + 1) as Reg];
            let text = text(&draft, &shape, &layout, &outputs[..1 + seed % 2], &memory);
            for (arch, compiler) in &compilers {
                if let Err(why) = compiler.compile(&text) {
                    panic!("program {seed} for sm_{arch}: {why}\n{text}");
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

/// The hot programs of two inputs `x` and `y`, with the stack that functions they call may have.
fn hot() -> Vec<(&'static str, Draft, usize)> {
    let f32 = DType::F32;
    let start = |of: &[DType]| {
        let mut d = Draft { instrs: Vec::new(), inputs: Vec::new(), scalars: Vec::new() };
        for dtype in of {
            d.input(*dtype);
        }
        d
    };
    let mut all = Vec::new();
    for (name, dtype) in [("a + b of f32", f32), ("a + b of f64", DType::F64), ("a + b of i8", DType::I8)] {
        let mut d = start(&[dtype, dtype]);
        d.push(Op::Add, dtype, [0, 1, 0]);
        all.push((name, d, 0));
    }
    let mut d = start(&[f32, f32]);
    let larger = d.push(Op::Gt, f32, [0, 1, 0]);
    d.push(Op::Select, f32, [larger, 0, 1]);
    all.push(("where", d, 0));

    let mut d = start(&[f32, f32]);
    let one = d.scalar(Value::F32(1.0));
    let (sin, cos) = (d.push(Op::Sin, f32, [0; 3]), d.push(Op::Cos, f32, [1, 0, 0]));
    let (a, b) = (d.push(Op::Mul, f32, [sin, 1, 0]), d.push(Op::Mul, f32, [cos, 0, 0]));
    let sum = d.push(Op::Add, f32, [a, b, 0]);
    let root = d.push(Op::Sqrt, f32, [sum, 0, 0]);
    let below = d.push(Op::Add, f32, [0, one, 0]);
    d.push(Op::Div, f32, [root, below, 0]);
    all.push(("the chain", d, ANGLES));

    let mut d = start(&[f32, f32]);
    let ratio = d.push(Op::Div, f32, [0, 1, 0]);
    let log = d.push(Op::Log, f32, [ratio, 0, 0]);
    let exp = d.push(Op::Exp, f32, [log, 0, 0]);
    let larger = d.push(Op::Ge, f32, [exp, 0, 0]);
    d.push(Op::Select, f32, [larger, exp, log]);
    all.push(("logarithm, exponential and choice", d, 0));

    let mut d = start(&[DType::I64]);
    let keys = [d.scalar(Value::U64(1)), d.scalar(Value::U64(2))];
    let bits = d.push(Op::Philox, DType::U64, [0, keys[0], keys[1]]);
    let shift = d.scalar(Value::U64(11));
    let shifted = d.push(Op::Shr, DType::U64, [bits, shift, 0]);
    d.push(Op::Cast(DType::F64), DType::U64, [shifted, 0, 0]);
    all.push(("random numbers", d, 0));
    all
}

#[test]
fn hot_programs_stay_in_registers() {
    let memory = buffer(64);
    let shape = [300, 401];
    let line = Layout::contiguous(&shape);
    let row = Layout { strides: [0, 1][..].into(), ..line.clone() };
    for (name, draft, stack) in hot() {
        let root = draft.instrs.len() as Reg - 1;
        for layout in [&line, &row, &Layout::fortran(&shape)] {
            is_hot(name, &text(&draft, &shape, layout, &[root], &memory), stack);
        }
    }
}

//! Counters of generated programs: what must fuse fuses, dying memory is reused, nothing is copied that need not be, and
//! nothing is computed more than twice.
//!
//! An account of its own ([`graph`]) tells from each program what counters must show after each statement. That it sees what
//! it should is tested with a runner that holds, hurries or repeats what it must not.

#[path = "passes/graph.rs"]
mod graph;
#[path = "passes/oracle.rs"]
mod oracle;

use bornite::{Device, RawArray};
use bornite_conformance::device::under_test;
use bornite_conformance::generate::{Choices, Generated, Terms, Words, program};
use bornite_conformance::program::{Session, Statement, statements};
use graph::{Counted, Graph, Handle, Unknown};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many programs are counted; fewer on a GPU, which compiles kernels for them.
fn count() -> usize {
    if under_test().is_ok_and(|device| device.is_host()) { 1500 } else { 60 }
}

/// Each test counts on a device that the other uses too, so they take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a runner does that it must not.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// It holds on to each new variable.
    Holds,
    /// It computes each new variable at once.
    Hurries,
    /// It holds on to what is about to be written to.
    HoldsTargets,
    /// It runs each operation on variables twice.
    Repeats,
    /// It drops nothing.
    Keeps,
}

const FAULTS: &[Fault] = &[Fault::Holds, Fault::Hurries, Fault::HoldsTargets, Fault::Repeats, Fault::Keeps];

fn counted(device: Device) -> Counted {
    let c = device.counters();
    Counted { launched: c.kernels_launched, donated: c.donated_bytes, copied: c.copied_on_write_bytes }
}

fn since(before: Counted, after: Counted) -> Counted {
    Counted {
        launched: after.launched - before.launched,
        donated: after.donated - before.donated,
        copied: after.copied - before.copied,
    }
}

fn programs() -> impl Iterator<Item = Generated> {
    let mut runner = TestRunner::deterministic();
    let terms = Terms { bfloat16: true, exact: false, plain: true };
    (0..count()).map(move |_| {
        let words = Words::PROGRAM.new_tree(&mut runner).expect("words need no luck").current();
        program(&mut Choices::new(&words), terms)
    })
}

/// Runs a program; says how many of its statements were counted, or what was counted otherwise than told.
fn run(device: Device, made: &Generated, fault: Fault, unknown: &mut Vec<&str>) -> Result<usize, String> {
    let mut session = Session::new(device, &made.arrays, false);
    let mut graph = Graph::new(device.is_host());
    let mut names: Vec<&String> = made.arrays.keys().collect();
    names.sort();
    for name in names {
        let array = session.variable(name).expect("an input");
        let h: Handle = graph.ready(array.layout().clone(), array.dtype());
        graph.variables.insert(name.clone(), h);
    }
    let mut kept: Vec<RawArray> = Vec::new();
    for (i, statement) in statements(&made.body.args).enumerate() {
        let told = graph.counted;
        if let Err(Unknown(why)) = oracle::tell(&mut graph, &session, statement) {
            unknown.push(why);
            return Ok(i);
        }
        let told = since(told, graph.counted);
        let before = counted(device);
        if let (Statement::Call { to: None, .. }, Fault::HoldsTargets) = (statement, fault) {
            kept.push(session.variable(statement.names()[0]).expect("a variable"));
        }
        if fault != Fault::Keeps || !matches!(statement, Statement::Drop(_)) {
            session.run(statement).expect("runs as it did when it was written");
        }
        if let Statement::Call { to: Some(to), .. } = statement {
            match fault {
                Fault::Holds => kept.push(session.variable(to).expect("a variable")),
                Fault::Hurries => session.variable(to).expect("a variable").eval().expect("runs"),
                Fault::Repeats => session.run(statement).expect("runs again"),
                _ => {}
            }
        }
        let came = since(before, counted(device));
        let at = || {
            let all = statements(&made.body.args).take(i + 1).map(|s| format!("\n    {s}"));
            let arrays = made.arrays.iter().map(|(name, array)| format!("\n    {name} = {array}"));
            arrays.chain(all).collect::<String>()
        };
        if came != told {
            return Err(format!("told {told:?}, came {came:?} at the last of{}", at()));
        }
        for (name, h) in &graph.variables {
            let array = session.variable(name).expect("a variable");
            if array.is_ready() != graph.is_ready(h.node) || *array.layout() != h.layout {
                return Err(format!(
                    "{name} is ready: {}, otherwise than told, after{}",
                    array.is_ready(),
                    at()
                ));
            }
        }
        if graph.most_computed() > 2 {
            return Err(format!("something is computed more than twice by the last of{}", at()));
        }
    }
    Ok(statements(&made.body.args).count())
}

#[test]
fn nothing_is_lost() {
    let _turn = turn();
    let device = under_test().expect("a device");
    let (mut all, mut told, mut unknown) = (0, 0, Vec::new());
    for (i, made) in programs().enumerate() {
        let live = device.counters().live_bytes;
        told +=
            run(device, &made, Fault::None, &mut unknown).unwrap_or_else(|why| panic!("program {i}: {why}"));
        all += statements(&made.body.args).count();
        assert_eq!(device.counters().live_bytes, live, "memory is left behind by program {i}");
    }
    // Large expressions and a few calls end the account of a program.
    assert!(told * 10 > all * 7, "{told} of {all} statements were counted: {unknown:?}");
}

#[test]
fn what_is_lost_is_seen() {
    let _turn = turn();
    let device = under_test().expect("a device");
    let all: Vec<Generated> = programs().take(count() / 4).collect();
    let missed = FAULTS
        .iter()
        .filter(|fault| all.iter().all(|made| run(device, made, **fault, &mut Vec::new()).is_ok()));
    let missed: Vec<&Fault> = missed.collect();
    assert!(missed.is_empty(), "not seen: {missed:?}");
}

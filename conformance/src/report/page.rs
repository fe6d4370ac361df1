//! A report as one page of HTML: nothing is fetched, all but the filter works without scripts.

use super::cell::{Cell, kinds, thousands};
use super::matrix::{Column, Group, Matrix, Row};
use super::record::{FailureRecord, Record, Report};
use crate::check::Sums;
use crate::differences;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::{BTreeMap, BTreeSet};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");

/// The page.
pub fn page(report: &Report) -> String {
    let matrix = Matrix::new(report);
    let sums = report.sums();
    let calls: usize = matrix.groups.iter().map(|group| group.rows.len()).sum();
    let verdict = match sums.failed {
        0 => "No failures".to_owned(),
        1 => "1 failure".to_owned(),
        n => format!("{} failures", thousands(n)),
    };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "bornite conformance: " (verdict) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.brand { "bornite " span { "conformance" } }
                    h1.fails[sums.failed > 0] { (if sums.failed > 0 { "✗ " } else { "✓ " }) (verdict) }
                    p.lead {
                        (thousands(sums.cases())) " cases of " (calls) " calls in "
                        (counted(report.runs.len(), "run", "runs")) ": "
                        (thousands(sums.passed)) " as the judge, "
                        (thousands(sums.excused)) " otherwise on purpose, "
                        (thousands(sums.skipped)) " not compared."
                    }
                    (contents(report, &matrix))
                }
                main {
                    section #runs { h2 { "Runs" } div.cards { @for run in &report.runs { (card(run)) } } }
                    (failures(report))
                    section #glance {
                        h2 { "At a glance" }
                        (legend())
                        (glance(report, &matrix))
                    }
                    section #calls {
                        h2 { "Call by call" }
                        (controls())
                        @for group in &matrix.groups { (details(report, &matrix, group)) }
                    }
                    (departures(report))
                    (not_compared(report))
                }
                footer {
                    p {
                        "Made by bornite-conformance " (env!("CARGO_PKG_VERSION")) ", schema version " (report.version)
                        ". A failing case is run again by the command beside it."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string()
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What a run is called where several stand side by side.
fn label(run: &Record) -> String {
    format!("{} against {}", run.device.name, run.judge.name)
}

/// The same where room is scarce: the device, with the judge if another run has the same one.
fn short(report: &Report, run: &Record) -> Markup {
    let twins = report.runs.iter().filter(|other| other.device.name == run.device.name).count();
    html! { (run.device.name) @if twins > 1 { span.judge { " / " (run.asked.against) } } }
}

fn contents(report: &Report, matrix: &Matrix) -> Markup {
    let failed = report.sums().failed;
    html! {
        nav aria-label="Contents" {
            a href="#runs" { "Runs" }
            @if failed > 0 { a.fails href="#failures" { "Failures" } }
            a href="#glance" { "At a glance" }
            @for group in &matrix.groups {
                @let failed = group.sums().failed;
                a.fails[failed > 0] href={ "#" (group.key) } {
                    (group.title) @if failed > 0 { " ✗ " (failed) }
                }
            }
            a href="#excused" { "On purpose" }
            a href="#skipped" { "Not compared" }
        }
    }
}

fn card(run: &Record) -> Markup {
    let asked = &run.asked;
    let counts = [
        ("passed", "as the judge", run.sums.passed),
        ("failed", "failed", run.sums.failed),
        ("excused", "on purpose", run.sums.excused),
        ("skipped", "not compared", run.sums.skipped),
    ];
    let first = if asked.first_case > 0 { format!(", from {}", asked.first_case) } else { String::new() };
    let last_seed = asked.seed + asked.seeds.saturating_sub(1);
    html! {
        article.card {
            h3 { (run.device.name) " " span.against { "against " (run.judge.name) } }
            dl.counts {
                @for (class, name, n) in counts {
                    div class=(class) data-n=(n) { dt { (name) } dd { (thousands(n)) } }
                }
            }
            div.facts {
                (facts("Run", &[
                    ("cases", format!("{} a call{first}", asked.cases)),
                    if asked.seeds > 1 { ("seeds", format!("{} to {last_seed}", asked.seed)) } else { ("seed", asked.seed.to_string()) },
                    ("only", asked.only.clone()),
                    ("time", format!("{}, {}", duration(run.about.seconds), counted(asked.jobs, "thread", "threads"))),
                    ("ended", run.about.ended.replace('T', " ").replace('Z', " UTC")),
                    ("note", run.about.note.clone().unwrap_or_default()),
                ]))
                (facts(&run.device.name, &pairs(&run.device.facts)))
                @if run.judge.name != run.device.name { (facts(&run.judge.name, &pairs(&run.judge.facts))) }
                (facts("Machine", &pairs(&run.machine)))
                (facts("Program", &pairs(&run.build)))
            }
        }
    }
}

fn pairs(facts: &BTreeMap<String, String>) -> Vec<(&str, String)> {
    facts.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
}

/// What is known of one thing; values that are empty stay out.
fn facts(of: &str, facts: &[(&str, String)]) -> Markup {
    let known = || facts.iter().filter(|(_, value)| !value.is_empty());
    html! {
        @if known().next().is_some() {
            section.about-it {
                h4 { (of) }
                dl { @for (name, value) in known() { div { dt { (name) } dd { (value) } } } }
            }
        }
    }
}

fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

fn failures(report: &Report) -> Markup {
    let all = report.sums().failed;
    let shown: usize = report.runs.iter().map(|run| run.failures.len()).sum();
    html! {
        @if all > 0 {
            section #failures {
                h2 { "Failures" }
                @if (shown as u64) < all {
                    p { (shown) " of " (thousands(all)) " failing cases are shown: each call's first, as simple as they could be made." }
                }
                @for run in &report.runs { @for failure in &run.failures { (failed(run, failure)) } }
            }
        }
    }
}

fn failed(run: &Record, failure: &FailureRecord) -> Markup {
    html! {
        article.failure {
            h3 { code { (failure.name) } " " span.against { (label(run)) } }
            dl {
                div { dt { "call" } dd { code { (failure.call) } } }
                div { dt { "wanted" } dd { code { (failure.wanted) } } }
                div { dt { "came" } dd { code { (failure.came) } } }
                div { dt { "again" } dd { code.again { (failure.again) } } }
            }
        }
    }
}

fn legend() -> Markup {
    let keys = [
        ("u0", "=", "equal; nothing to measure in units"),
        ("u0", "0", "equal floats"),
        ("u1", "0.5", "at most 1 unit in the last place (ulp)"),
        ("u2", "3", "at most 4 ulp"),
        ("u3", "2e5", "more ulp, within the bound that the call is held to"),
        ("fail", "✗ 2", "so many cases failed"),
        ("u0", "0*", "some cases are otherwise on purpose"),
        ("skip", "–", "not compared"),
    ];
    html! {
        ul.legend {
            @for (class, text, meaning) in keys { li { span.key.(class) { (text) } " " (meaning) } }
        }
        p.note {
            "A figure is the worst distance of any element of any case. Where terms are summed, the unit is that of the sum of their \
             absolute values: a result that has cancelled has no digits of its own. In the column “mixed” arrays of several types \
             meet; in “none” there is no array."
        }
    }
}

fn head(report: &Report, matrix: &Matrix, first: &str, held: bool) -> Markup {
    html! {
        thead {
            tr {
                th.name scope="col" { (first) }
                @if report.runs.len() > 1 { th.run scope="col" { "run" } }
                @if held { th.held scope="col" { "held to" } }
                @for column in &matrix.columns { th.cell scope="col" { (heading(*column)) } }
                th.cell scope="col" { "cases" }
            }
        }
    }
}

/// The name of a column, which may break before its size.
fn heading(column: Column) -> Markup {
    let name = column.name();
    let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    html! { (name[..digits]) @if digits < name.len() { wbr; (name[digits..]) } }
}

fn glance(report: &Report, matrix: &Matrix) -> Markup {
    let width = matrix.columns.len();
    html! {
        div.frame {
            table.matrix {
                caption { "The worst of each group of calls" }
                (head(report, matrix, "group", false))
                @for group in &matrix.groups {
                    tbody {
                        @for (i, run) in report.runs.iter().enumerate() {
                            tr {
                                @if i == 0 {
                                    th.name scope="rowgroup" rowspan=(report.runs.len()) {
                                        a href={ "#" (group.key) } { (group.title) }
                                    }
                                }
                                (run_of(report, run))
                                (cells(matrix, &group.cells(i, width)))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn run_of(report: &Report, run: &Record) -> Markup {
    html! {
        @if report.runs.len() > 1 { th.run scope="row" title=(label(run)) { (short(report, run)) } }
    }
}

fn controls() -> Markup {
    html! {
        form.controls #controls hidden {
            label { "Calls " input #find type="search" placeholder="sum, fft., ndarray." autocomplete="off"; }
            label {
                "Show "
                select #which {
                    option value="" { "all" }
                    option value="fail" { "failing" }
                    option value="ulp" { "not equal" }
                    option value="odd" { "on purpose or not compared" }
                }
            }
            button #fold type="button" { "Fold all" }
            output #found for="find which" {}
        }
    }
}

fn details(report: &Report, matrix: &Matrix, group: &Group) -> Markup {
    let sums = group.sums();
    html! {
        details.group #(group.key) open {
            summary {
                h3 { (group.title) }
                span.about {
                    (counted(group.rows.len(), "call", "calls")) ", " (thousands(sums.cases())) " cases"
                    @if sums.failed > 0 { ", " strong.fails { "✗ " (thousands(sums.failed)) " failed" } }
                }
            }
            table.matrix {
                caption { (group.title) ": worst distances by call and element type" }
                (head(report, matrix, "call", true))
                @for row in &group.rows { (call(report, matrix, row)) }
            }
        }
    }
}

fn call(report: &Report, matrix: &Matrix, row: &Row) -> Markup {
    let sums = row.runs.iter().flatten().flat_map(|(_, cells)| cells);
    let kinds: BTreeSet<&str> = sums.flat_map(kinds).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    html! {
        tbody.call data-name=(row.name) data-kinds=(kinds.join(" ")) {
            @for (i, (run, made)) in report.runs.iter().zip(&row.runs).enumerate() {
                tr {
                    @if i == 0 { th.name scope="rowgroup" rowspan=(report.runs.len()) { (name(&row.name)) } }
                    (run_of(report, run))
                    @match made {
                        Some((held_to, sums)) => { td.held { (held_to) } (cells(matrix, sums)) }
                        None => { td.held { "not called" } @for _ in 0..=matrix.columns.len() { td {} } }
                    }
                }
            }
        }
    }
}

/// A call's name, whose module is plainer than the rest.
fn name(name: &str) -> Markup {
    let at = name.rfind('.').map_or(0, |dot| dot + 1);
    html! { code { span.module { (name[..at]) } wbr; (name[at..]) } }
}

fn cells(matrix: &Matrix, sums: &[Sums]) -> Markup {
    let all: u64 = sums.iter().map(Sums::cases).sum();
    html! {
        @for (column, sums) in matrix.columns.iter().zip(sums) {
            @match Cell::of(sums) {
                Cell::Empty => { td {} }
                cell => {
                    td.(cell.class()) data-t=(column.name()) title=(cell.title(column.name(), sums)) { (cell.text(sums)) }
                }
            }
        }
        td.cases { (thousands(all)) }
    }
}

/// Cases that are otherwise on purpose, by the rows of `docs/differences.md`.
fn departures(report: &Report) -> Markup {
    let names: BTreeSet<&String> = report.runs.iter().flat_map(|run| run.excused.keys()).collect();
    let rows = differences::rows();
    let why = |name: &str| rows.iter().find(|row| row.name == name);
    html! {
        section #excused {
            h2 { "Otherwise on purpose" }
            @if names.is_empty() { p { "No case." } } @else {
                p.note { "Rows of docs/differences.md. Nothing else is excused." }
                @for name in names {
                    article.reason {
                        h3 { (name) }
                        (numbers(report, |run| &run.excused, name))
                        @if let Some(row) = why(name) { p { (inline(row.what)) } p.why { (inline(row.why)) } }
                    }
                }
            }
        }
    }
}

fn not_compared(report: &Report) -> Markup {
    let reasons: BTreeSet<&String> = report.runs.iter().flat_map(|run| run.skipped.keys()).collect();
    html! {
        section #skipped {
            h2 { "Not compared" }
            @if reasons.is_empty() { p { "No case." } } @else {
                @for why in reasons {
                    article.reason { p { (why) } (numbers(report, |run| &run.skipped, why)) }
                }
            }
        }
    }
}

/// How many cases of each run.
fn numbers(report: &Report, of: fn(&Record) -> &BTreeMap<String, u64>, name: &str) -> Markup {
    html! {
        p.numbers {
            @for run in &report.runs {
                @if let Some(n) = of(run).get(name) {
                    span { b { (thousands(*n)) } " " (if *n == 1 { "case" } else { "cases" }) ", " (label(run)) }
                }
            }
        }
    }
}

/// Text with code between backquotes.
fn inline(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

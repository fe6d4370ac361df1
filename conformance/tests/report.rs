//! A report of planted results, written and read back: as JSON, and as a page.

use bornite_conformance::check::{Side, Sums};
use bornite_conformance::report::{About, Asked, CallRecord, FailureRecord, Record, Report, VERSION, page};
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeMap;

fn sums(passed: u64, failed: u64, excused: u64, skipped: u64, worst_ulp: Option<f64>) -> Sums {
    Sums { passed, failed, excused, skipped, worst_ulp }
}

fn call(group: &str, cells: &[(&str, Sums)]) -> CallRecord {
    let dtypes = cells.iter().map(|(dtypes, sums)| ((*dtypes).to_owned(), *sums)).collect();
    CallRecord { group: group.into(), held_to: "equal".into(), dtypes }
}

fn failure(name: &str, case: u64) -> FailureRecord {
    FailureRecord {
        name: name.into(),
        call: format!("{name}({{\"$array\":\"a0\"}}); a0 = int8[2] <1> & \"2\""),
        wanted: "int8[] 3".into(),
        came: "int8[] </code><script>4</script>".into(),
        again: format!("bornite-conformance check --only ={name} --seed 0 --case {case}"),
    }
}

/// A run of two calls, with everything that a report can hold.
fn record(device: &str, failures: Vec<FailureRecord>) -> Record {
    let calls: BTreeMap<String, CallRecord> = [
        (
            "numpy.sum".to_owned(),
            call(
                "reduction",
                &[
                    ("float32", sums(4, 0, 0, 0, Some(0.0))),
                    ("float64", sums(3, 0, 0, 0, Some(1.5))),
                    ("float64, float64", sums(1, 0, 1, 0, Some(0.5))),
                    ("int8", sums(5, failures.len() as u64, 0, 0, None)),
                    ("int8, float64", sums(0, 0, 0, 2, None)),
                ],
            ),
        ),
        ("numpy.fft.fft".to_owned(), call("fft", &[("", sums(2, 0, 0, 0, None))])),
    ]
    .into();
    let mut all = Sums::default();
    calls.values().flat_map(|call| call.dtypes.values()).for_each(|cell| all.merge(*cell));
    let facts = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    Record {
        device: Side { name: device.into(), facts: facts("GPU", "a model") },
        judge: Side { name: "numpy 2.5.5".into(), facts: facts("Python", "3.12") },
        machine: facts("processor", "one with <brackets>"),
        build: facts("bornite", "0.1.0"),
        asked: Asked {
            device: device.into(),
            against: "numpy".into(),
            cases: 10,
            seeds: 2,
            ..Asked::default()
        },
        about: About { ended: "2026-01-02T03:04:05Z".into(), seconds: 1.25, note: Some("a commit".into()) },
        sums: all,
        calls,
        excused: [("which-complex-nan".to_owned(), 1)].into(),
        skipped: [("a reason".to_owned(), 2)].into(),
        failures,
    }
}

fn planted() -> Report {
    Report::new(vec![
        record("cpu", vec![failure("numpy.sum", 7), failure("numpy.sum", 9)]),
        record("cuda:0", Vec::new()),
    ])
}

fn select<'a>(of: impl Into<Option<ElementRef<'a>>>, page: &'a Html, what: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(what).expect("a selector");
    match of.into() {
        Some(element) => element.select(&selector).collect(),
        None => page.select(&selector).collect(),
    }
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn json_comes_back_as_it_went() {
    let folder = std::env::temp_dir().join(format!("bornite-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let report = planted();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let whole = file("whole.json", &report.to_json().expect("JSON"));
    assert_eq!(Report::read(&[&whole]).expect("a report"), report);
    // Several files stand side by side.
    let twice = Report::read(&[&whole, &whole]).expect("reports");
    assert_eq!(twice.runs.len(), 4);
    assert_eq!(twice.sums().failed, 4);

    let other = report.to_json().expect("JSON").replacen("\"version\":1", "\"version\":999", 1);
    let wrong = [
        ("other.json", other.as_str(), "version 999"),
        ("replay.json", "{\"device\":\"cpu\"}", "no report"),
        ("broken.json", "{", "no report"),
    ];
    for (name, text, says) in wrong {
        let error = Report::read(&[file(name, text)]).expect_err("no report");
        assert!(error.contains(says) && error.contains(name), "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn the_page_is_well_formed_and_stands_alone() {
    let html = page::page(&planted());
    let page = Html::parse_document(&html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    for what in ["[src]", "link", "img", "iframe"] {
        assert!(select(None, &page, what).is_empty(), "{what} would be fetched");
    }
    assert!(!html.contains("url(") && !html.contains("@import"));
    // What came from calls is text, whatever it looks like.
    assert_eq!(select(None, &page, "script").len(), 1);
    // Addresses within the page lead somewhere.
    for link in select(None, &page, "a[href]") {
        let target = link.value().attr("href").unwrap_or_default();
        assert_eq!(select(None, &page, &format!("[id='{}']", &target[1..])).len(), 1, "{target}");
    }
}

#[test]
fn the_page_says_what_the_runs_came_to() {
    let report = planted();
    let html = page::page(&report);
    let page = Html::parse_document(&html);
    assert_eq!(text(select(None, &page, "h1")[0]), "✗ 2 failures");

    let cards = select(None, &page, ".card");
    assert_eq!(cards.len(), report.runs.len());
    for (card, run) in cards.iter().zip(&report.runs) {
        let shown: Vec<u64> = select(*card, &page, ".counts [data-n]")
            .iter()
            .filter_map(|count| count.value().attr("data-n")?.parse().ok())
            .collect();
        assert_eq!(shown, [run.sums.passed, run.sums.failed, run.sums.excused, run.sums.skipped]);
        for fact in ["a model", "3.12", "one with <brackets>", "0.1.0", "a commit", "0 to 1", "10 a call"] {
            assert!(text(*card).contains(fact), "{fact}");
        }
    }

    let failures = select(None, &page, ".failure");
    let wanted: Vec<&FailureRecord> = report.runs.iter().flat_map(|run| &run.failures).collect();
    assert_eq!(failures.len(), wanted.len());
    for (shown, failure) in failures.iter().zip(wanted) {
        let codes: Vec<String> = select(*shown, &page, "dd code").into_iter().map(text).collect();
        assert_eq!(codes, [&*failure.call, &failure.wanted, &failure.came, &failure.again]);
    }

    let group = select(None, &page, "#reduction tbody.call")[0];
    assert_eq!(group.value().attr("data-name"), Some("numpy.sum"));
    assert_eq!(group.value().attr("data-kinds"), Some("fail odd ulp"));
    let rows = select(group, &page, "tr");
    let cells = |row: ElementRef<'_>| {
        let cells = select(row, &page, "td[data-t]");
        cells
            .iter()
            .map(|cell| format!("{} {}", cell.value().attr("data-t").unwrap_or(""), text(*cell)))
            .collect()
    };
    let (cpu, cuda): (Vec<String>, Vec<String>) = (cells(rows[0]), cells(rows[1]));
    assert_eq!(cpu, ["int8 ✗ 2", "float32 0", "float64 1.5*", "mixed –"]);
    assert_eq!(cuda, ["int8 =", "float32 0", "float64 1.5*", "mixed –"]);

    assert!(text(select(None, &page, "#excused")[0]).contains("1 case, cpu against numpy 2.5.5"));
    assert!(text(select(None, &page, "#excused")[0]).contains("the first in C order"));
    let reasons: Vec<String> = select(None, &page, "#skipped .reason p").into_iter().map(text).collect();
    assert_eq!(reasons, ["a reason", "2 cases, cpu against numpy 2.5.52 cases, cuda:0 against numpy 2.5.5"]);
}

#[test]
fn a_clean_report_says_so() {
    let mut report = planted();
    report.runs.remove(0);
    let html = page::page(&report);
    let page = Html::parse_document(&html);
    assert_eq!(text(select(None, &page, "h1")[0]), "✓ No failures");
    assert!(select(None, &page, "#failures, .fail:not(.key)").is_empty());
}

/// Every field of the JSON stands in the docs.
#[test]
fn the_schema_is_documented() {
    fn keys(value: &serde_json::Value, known: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    known.push(key.clone());
                    // Names of calls, facts and reasons are data.
                    match key.as_str() {
                        "facts" | "machine" | "build" | "excused" | "skipped" => (),
                        "calls" | "dtypes" => {
                            value.as_object().into_iter().flatten().take(1).for_each(|(_, v)| keys(v, known))
                        }
                        _ => keys(value, known),
                    }
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, known)),
            _ => (),
        }
    }
    let docs = include_str!("../../docs/conformance.md");
    let json = serde_json::to_value(planted()).expect("JSON");
    let mut known = Vec::new();
    keys(&json, &mut known);
    assert!(known.len() > 30);
    for key in known {
        assert!(docs.contains(&format!("`{key}`")), "{key} is not in docs/conformance.md");
    }
    assert!(docs.contains(&format!("version {VERSION}")));
}

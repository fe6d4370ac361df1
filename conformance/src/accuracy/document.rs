//! The tables of docs/accuracy.md, made of records.

use super::record::{Record, Row};
use std::fmt::Write;

const BEGIN: &str = "<!-- Made by bornite-conformance accuracy-tables; not by hand. -->\n";
const END: &str = "<!-- End of what was made. -->\n";

/// The element types in the order of the tables, with what an error is counted in.
const TABLES: [(&str, &str); 6] = [
    ("float32", "units in the last place"),
    ("float64", "places from the correctly rounded result (1: an error below 1.5 units)"),
    ("float16", "units in the last place"),
    ("bfloat16", "units in the last place"),
    ("complex64", "units in the last place of the modulus, from complex128 on the first device"),
    ("complex128", "units in the last place of the modulus"),
];

/// A column: a device, and the instruction set where it is the CPU.
fn column(record: &Record, row: &Row) -> String {
    match record.machine.gpus.iter().find(|(device, _)| *device == row.device) {
        Some((_, model)) => model.clone(),
        None => format!("CPU, {}", record.machine.level),
    }
}

/// A number for people: `2^32` and `10^8` where it is one.
fn count(row: &Row) -> String {
    let n = row.arguments;
    let short = match n {
        _ if n.is_power_of_two() && n >= 1 << 16 => format!("2^{}", n.ilog2()),
        _ => match 10u64.checked_pow(n.ilog10()) {
            Some(power) if n >= 1_000_000 && n - power <= n / 20 => format!("10^{}", n.ilog10()),
            _ => n.to_string(),
        },
    };
    if row.all { format!("all {short}") } else { short }
}

fn cell(row: Option<&Row>) -> String {
    let Some(row) = row else { return "-".into() };
    let places = if row.dtype == "float64" { 0 } else { 3 };
    let worst = row.worst.map_or("wrong".to_owned(), |worst| format!("{worst:.places$}"));
    match row.at.as_slice() {
        [] => worst,
        [at] => format!("{worst}, {at}"),
        at => format!("{worst}, ({})", at.join(", ")),
    }
}

/// The tables, one for each element type. Of two rows for the same function, type and column the later counts.
pub fn tables(records: &[Record]) -> String {
    let mut text = String::new();
    let all: Vec<(String, &Row)> =
        records.iter().flat_map(|r| r.rows.iter().map(|row| (column(r, row), row))).collect();
    for (dtype, unit) in TABLES {
        let rows: Vec<&(String, &Row)> = all.iter().filter(|(_, row)| row.dtype == dtype).collect();
        let mut columns: Vec<&str> = rows.iter().map(|(column, _)| column.as_str()).collect();
        let mut functions: Vec<&str> = rows.iter().map(|(_, row)| row.function.as_str()).collect();
        keep_first(&mut columns);
        keep_first(&mut functions);
        if functions.is_empty() {
            continue;
        }
        let heads = columns.iter().map(|c| format!(" {c}: worst, at |")).collect::<String>();
        // Writing to a text cannot fail.
        let _ = write!(text, "### {dtype}\n\nIn {unit}.\n\n| function | arguments |{heads}\n| --- | --- |");
        let _ = writeln!(text, "{}", " --- |".repeat(columns.len()));
        for function in functions {
            let of = |column: &str| {
                rows.iter()
                    .rev()
                    .find(|(c, row)| c == column && row.function == function)
                    .map(|(_, row)| *row)
            };
            let most = columns.iter().filter_map(|c| of(c)).max_by_key(|row| row.arguments);
            let cells = columns.iter().map(|c| {
                let row = of(c);
                let fewer = row.filter(|row| most.is_some_and(|most| row.arguments < most.arguments));
                let note = fewer.map_or(String::new(), |row| format!(" (of {})", count(row)));
                format!(" {}{note} |", cell(row))
            });
            let cells: String = cells.collect();
            let _ = writeln!(text, "| {function} | {} |{cells}", most.map_or(String::new(), count));
        }
        text.push('\n');
    }
    text
}

/// Each name once, where it comes first.
fn keep_first(names: &mut Vec<&str>) {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
}

/// The document with its tables made anew.
///
/// # Errors
/// A text, if the document has no place for them.
pub fn with_tables(document: &str, records: &[Record]) -> Result<String, String> {
    let place = document.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = place.ok_or_else(|| format!("the document lacks the lines {BEGIN:?} and {END:?}"))?;
    Ok(format!("{head}{BEGIN}\n{}{END}{tail}", tables(records)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accuracy::record::Machine;
    use std::path::Path;

    fn row(function: &str, device: &str, arguments: u64, worst: Option<f64>) -> Row {
        Row {
            function: function.into(),
            dtype: "float32".into(),
            device: device.into(),
            arguments,
            all: arguments == 1 << 32,
            worst,
            at: vec!["1.5".into()],
            got: String::new(),
            want: String::new(),
            bound: 1.0,
            beyond: 0,
            seconds: 1.0,
        }
    }

    #[test]
    fn a_row_for_each_function_and_a_column_for_each_device() {
        let record = |level: &str, rows| Record {
            version: "0".into(),
            machine: Machine {
                cpu: "a processor".into(),
                level: level.into(),
                gpus: vec![("cuda:0".into(), "NVIDIA H200".into())],
            },
            rows,
        };
        let records = [
            record(
                "AVX-512",
                vec![
                    row("exp", "cpu", 1 << 32, Some(0.7641)),
                    row("exp", "cuda:0", 1 << 32, Some(0.9)),
                    row("log", "cpu", 10, None),
                ],
            ),
            record(
                "AVX2",
                vec![row("exp", "cpu", 1_000_200, Some(0.5)), row("exp", "cpu", 1_000_300, Some(0.6))],
            ),
        ];
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        let made = with_tables(&document, &records).expect("a place");
        let want = "before\n<!-- Made by bornite-conformance accuracy-tables; not by hand. -->\n\n### float32\n\n\
            In units in the last place.\n\n\
            | function | arguments | CPU, AVX-512: worst, at | NVIDIA H200: worst, at | CPU, AVX2: worst, at |\n\
            | --- | --- | --- | --- | --- |\n\
            | exp | all 2^32 | 0.764, 1.5 | 0.900, 1.5 | 0.600, 1.5 (of 10^6) |\n\
            | log | 10 | wrong, 1.5 | - | - |\n\n<!-- End of what was made. -->\nafter\n";
        assert_eq!(made, want);
        assert_eq!(with_tables(&made, &records).expect("a place"), made);
        assert!(with_tables("nothing", &records).is_err());
    }

    #[test]
    fn the_document_is_made_of_the_records() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let read = |name: &str| Record::read(&docs.join("accuracy").join(name)).expect("a record");
        let records = [read("h200.json"), read("avx2.json"), read("baseline.json")];
        assert!(records.iter().flat_map(|r| &r.rows).all(Row::passes), "beyond the bound");
        let text = std::fs::read_to_string(docs.join("accuracy.md")).expect("the document");
        let made = with_tables(&text, &records).expect("a place for the tables");
        assert!(
            text == made,
            "run: bornite-conformance accuracy-tables docs/accuracy.md and its records, as it says"
        );
    }
}

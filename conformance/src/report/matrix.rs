//! The table of a report: groups of calls, each a row of cells by element types for each run.

use super::Report;
use crate::check::Sums;
use bornite::DType;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Which cases stand in a column: those whose arrays are of these element types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// All of this one.
    Of(DType),
    /// Of several.
    Mixed,
    /// There are no arrays, and no dtype was named.
    None,
}

/// The columns in the order of the page.
const COLUMNS: [Column; 17] = [
    Column::Of(DType::Bool),
    Column::Of(DType::I8),
    Column::Of(DType::I16),
    Column::Of(DType::I32),
    Column::Of(DType::I64),
    Column::Of(DType::U8),
    Column::Of(DType::U16),
    Column::Of(DType::U32),
    Column::Of(DType::U64),
    Column::Of(DType::F16),
    Column::Of(DType::BF16),
    Column::Of(DType::F32),
    Column::Of(DType::F64),
    Column::Of(DType::C64),
    Column::Of(DType::C128),
    Column::Mixed,
    Column::None,
];

/// The groups in the order of the page, with their headings; further ones follow under their own names.
const GROUPS: &[(&str, &str)] = &[
    ("creation", "Creation"),
    ("elementwise", "Elementwise"),
    ("logic", "Comparison and logic"),
    ("bits", "Bits"),
    ("reduction", "Reductions and scans"),
    ("sorting-searching", "Searching"),
    ("linalg", "Linear algebra"),
    ("fft", "Fourier transforms"),
    ("manipulation", "Shapes and joining"),
    ("indexing", "Indexing"),
    ("dtype", "Element types"),
    ("io", "Conversion"),
    ("printing", "Printing"),
    ("misc", "Attributes and constants"),
    ("programs", "Programs"),
];

impl Column {
    /// The column of the element types that a report names: `float64`, `int8, float32`, or nothing.
    pub fn of(dtypes: &str) -> Column {
        let mut distinct: Vec<&str> = dtypes.split(", ").filter(|name| !name.is_empty()).collect();
        distinct.dedup();
        match distinct[..] {
            [] => Column::None,
            [one] => DType::from_name(one).map_or(Column::Mixed, Column::Of),
            _ => Column::Mixed,
        }
    }

    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Column::Of(dtype) => dtype.name(),
            Column::Mixed => "mixed",
            Column::None => "none",
        }
    }
}

/// One call: what each run made of it, by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// NumPy's name.
    pub name: String,
    /// By run: how near results must be, and the cells of [`Matrix::columns`]; nothing where the run did not call it.
    pub runs: Vec<Option<(String, Vec<Sums>)>>,
}

/// Calls that are about one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name in addresses.
    pub key: String,
    /// The heading.
    pub title: String,
    /// The calls, by name.
    pub rows: Vec<Row>,
}

/// The whole table.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The columns in which any run has a case.
    pub columns: Vec<Column>,
    /// The groups in which any run has a call.
    pub groups: Vec<Group>,
}

impl Matrix {
    /// The table of a report.
    pub fn new(report: &Report) -> Matrix {
        let calls = || report.runs.iter().flat_map(|run| &run.calls);
        let used: HashSet<Column> =
            calls().flat_map(|(_, call)| call.dtypes.keys()).map(|dtypes| Column::of(dtypes)).collect();
        let columns: Vec<Column> = COLUMNS.into_iter().filter(|column| used.contains(column)).collect();
        let mut names: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
        for (name, call) in calls() {
            // Those of one function side by side: numpy.sum, ndarray.sum.
            let last = name.rsplit('.').next().unwrap_or(name);
            names.entry(&call.group).or_default().insert((last, name));
        }
        let known = GROUPS.iter().map(|(key, title)| (*key, *title));
        let other = names.keys().filter(|key| GROUPS.iter().all(|(known, _)| known != *key));
        let keys: Vec<(&str, &str)> = known.chain(other.map(|key| (*key, *key))).collect();
        let groups = keys.into_iter().filter_map(|(key, title)| {
            let rows = names.get(key)?.iter().map(|(_, name)| Row::new(name, &columns, report)).collect();
            Some(Group { key: key.to_owned(), title: title.to_owned(), rows })
        });
        let groups = groups.collect();
        Matrix { columns, groups }
    }
}

impl Row {
    fn new(name: &str, columns: &[Column], report: &Report) -> Row {
        let runs = report.runs.iter().map(|run| {
            let call = run.calls.get(name)?;
            let mut cells = vec![Sums::default(); columns.len()];
            for (dtypes, sums) in &call.dtypes {
                let column = Column::of(dtypes);
                if let Some(at) = columns.iter().position(|c| *c == column) {
                    cells[at].merge(*sums);
                }
            }
            Some((call.held_to.clone(), cells))
        });
        Row { name: name.to_owned(), runs: runs.collect() }
    }
}

impl Group {
    /// The cases of one run, by column.
    pub fn cells(&self, run: usize, columns: usize) -> Vec<Sums> {
        let mut all = vec![Sums::default(); columns];
        for (_, cells) in self.rows.iter().filter_map(|row| row.runs[run].as_ref()) {
            all.iter_mut().zip(cells).for_each(|(sum, cell)| sum.merge(*cell));
        }
        all
    }

    /// All cases of all runs.
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        let cells = self.rows.iter().flat_map(|row| &row.runs).flatten().flat_map(|(_, cells)| cells);
        cells.for_each(|cell| sums.merge(*cell));
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns() {
        let cases = [
            ("", Column::None),
            ("float64", Column::Of(DType::F64)),
            ("float64, float64", Column::Of(DType::F64)),
            ("int8, float64", Column::Mixed),
            ("int8, float64, int8", Column::Mixed),
            ("float128", Column::Mixed),
        ];
        for (dtypes, column) in cases {
            assert_eq!(Column::of(dtypes), column, "{dtypes:?}");
        }
        // No element type is without a column.
        assert!(DType::ALL.iter().all(|d| COLUMNS.contains(&Column::Of(*d))));
    }

    #[test]
    fn groups_of_the_manifest_have_headings() {
        let covered = crate::registry::covered();
        let manifest = crate::surface::manifest();
        for name in manifest.iter().filter(|name| covered.contains(name.call().as_str())) {
            let called = crate::registry::find(&name.call()).is_some_and(|entry| entry.run.is_some());
            assert!(
                !called || GROUPS.iter().any(|(key, _)| *key == name.group),
                "{} {}",
                name.call(),
                name.group
            );
        }
    }
}

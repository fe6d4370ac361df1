//! One cell of a report's table: what it says, and in which colour.

use crate::check::Sums;

/// What the cases of a cell came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// There are none.
    Empty,
    /// None was compared.
    Skipped,
    /// So many failed.
    Failed(u64),
    /// All that were compared are excused.
    Excused,
    /// All are equal, and have no units in the last place.
    Equal,
    /// So many units apart at most.
    Ulp(f64),
}

impl Cell {
    pub(super) fn of(sums: &Sums) -> Cell {
        match (sums.failed, sums.passed, sums.worst_ulp) {
            _ if sums.cases() == 0 => Cell::Empty,
            (0, 0, _) if sums.excused == 0 => Cell::Skipped,
            (0, 0, _) => Cell::Excused,
            (0, _, None) => Cell::Equal,
            (0, _, Some(ulp)) => Cell::Ulp(ulp),
            (n, ..) => Cell::Failed(n),
        }
    }

    /// The class that gives the colour.
    pub(super) fn class(self) -> &'static str {
        match self {
            Cell::Empty => "",
            Cell::Skipped => "skip",
            Cell::Failed(_) => "fail",
            Cell::Excused => "odd",
            Cell::Equal => "u0",
            Cell::Ulp(ulp) if ulp <= 0.0 => "u0",
            Cell::Ulp(ulp) if ulp <= 1.0 => "u1",
            Cell::Ulp(ulp) if ulp <= 4.0 => "u2",
            Cell::Ulp(_) => "u3",
        }
    }

    /// The figure, which says all that the colour says; a star where some cases are excused.
    pub(super) fn text(self, sums: &Sums) -> String {
        let figure = match self {
            Cell::Empty | Cell::Excused => String::new(),
            Cell::Skipped => "–".into(),
            Cell::Failed(n) => format!("✗ {n}"),
            Cell::Equal => "=".into(),
            Cell::Ulp(ulp) => figure(ulp),
        };
        figure + if sums.excused > 0 { "*" } else { "" }
    }

    /// All about the cell in words.
    pub(super) fn title(self, column: &str, sums: &Sums) -> String {
        let counts = [
            (sums.passed, "passed"),
            (sums.failed, "failed"),
            (sums.excused, "on purpose"),
            (sums.skipped, "not compared"),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
        let worst = sums.worst_ulp.map(|ulp| format!("; worst {ulp} ulp")).unwrap_or_default();
        format!("{column}: {}{worst}", counts.join(", "))
    }
}

/// What the filter of the page asks for: `fail`, `ulp`, `odd`.
pub(super) fn kinds(sums: &Sums) -> impl Iterator<Item = &'static str> {
    let kinds = [
        ("fail", sums.failed > 0),
        ("ulp", sums.worst_ulp.is_some_and(|ulp| ulp > 0.0)),
        ("odd", sums.excused + sums.skipped > 0),
    ];
    kinds.into_iter().filter(|(_, is)| *is).map(|(kind, _)| kind)
}

/// A distance in three or four signs.
fn figure(ulp: f64) -> String {
    match ulp {
        x if x == x.round() && x < 1000.0 => format!("{x}"),
        x if x < 0.05 => "<0.1".into(),
        x if x < 9.95 => format!("{x:.1}").trim_end_matches(".0").to_owned(),
        x if x < 1000.0 => format!("{x:.0}"),
        x => format!("{x:.0e}"),
    }
}

/// A number with its thousands set apart.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for start in (first..digits.len()).step_by(3) {
        text += if text.is_empty() { "" } else { "," };
        text += &digits[start..start + 3];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_what_the_cases_came_to() {
        let sums = |passed, failed, excused, skipped, worst_ulp| Sums {
            passed,
            failed,
            excused,
            skipped,
            worst_ulp,
        };
        let cases = [
            (sums(0, 0, 0, 0, None), Cell::Empty, "", ""),
            (sums(0, 0, 0, 2, None), Cell::Skipped, "–", "skip"),
            (sums(0, 0, 2, 1, None), Cell::Excused, "*", "odd"),
            (sums(3, 0, 0, 0, None), Cell::Equal, "=", "u0"),
            (sums(3, 0, 1, 0, Some(0.0)), Cell::Ulp(0.0), "0*", "u0"),
            (sums(3, 0, 0, 0, Some(1.0)), Cell::Ulp(1.0), "1", "u1"),
            (sums(3, 0, 0, 0, Some(3.5)), Cell::Ulp(3.5), "3.5", "u2"),
            (sums(3, 0, 0, 0, Some(4.5)), Cell::Ulp(4.5), "4.5", "u3"),
            (sums(3, 2, 1, 1, Some(1.0)), Cell::Failed(2), "✗ 2*", "fail"),
        ];
        for (sums, cell, text, class) in cases {
            assert_eq!(Cell::of(&sums), cell);
            assert_eq!((cell.text(&sums).as_str(), cell.class()), (text, class));
        }
        let some = sums(3, 2, 0, 1, Some(1.5));
        assert_eq!(
            Cell::of(&some).title("int8", &some),
            "int8: 3 passed, 2 failed, 1 not compared; worst 1.5 ulp"
        );
    }

    #[test]
    fn numbers() {
        let ulps = [
            (0.0, "0"),
            (0.01, "<0.1"),
            (0.5, "0.5"),
            (0.97, "1"),
            (9.97, "10"),
            (12.3, "12"),
            (999.0, "999"),
            (12345.0, "1e4"),
        ];
        for (ulp, text) in ulps {
            assert_eq!(figure(ulp), text);
        }
        let numbers = [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")];
        for (n, text) in numbers {
            assert_eq!(thousands(n), text);
        }
    }
}

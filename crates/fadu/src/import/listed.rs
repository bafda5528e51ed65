//! The faults of an import as a list for a spreadsheet program.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use lists::{Cell, Column, Format, ListError, Writer};
use office::article;

use super::report::{Fault, ImportReport};
use super::words::Words;

/// The columns, by the keys of their headings, and their widths.
const COLUMNS: [(&str, u16); 10] = [
    ("row", 8),
    ("matter", 26),
    ("rule", 30),
    ("article", 34),
    ("due", 12),
    ("actual", 12),
    ("late", 10),
    ("unit", 10),
    ("earliest", 12),
    ("detail", 60),
];

impl ImportReport {
    /// Writes the list into a file of the kind its name says.
    pub fn save_faults(&self, path: &Path) -> anyhow::Result<()> {
        let words = Words::new(self.lang);
        let not_written =
            || words.say("faults_not_written", &[("path", &path.display().to_string())]);
        let kind = path.extension().and_then(|e| e.to_str()).and_then(|e| e.parse().ok());
        let kind = kind.with_context(not_written)?;
        let file = File::create(path).with_context(not_written)?;
        self.write_faults(kind, file).with_context(not_written)?;
        Ok(())
    }

    /// Writes one row per fault.
    pub fn write_faults<W: Write + Send>(&self, format: Format, out: W) -> Result<W, ListError> {
        let words = Words::new(self.lang);
        let heading = |key: &str| words.say(&format!("column.{key}"), &[]);
        let columns = COLUMNS.map(|(key, width)| Column { heading: heading(key), width });
        let name = words.say("faults", &[]);
        let mut writer = Writer::begin(format, &name, columns.into(), out)?;
        for fault in &self.faults {
            writer.row(&self.cells(fault, &words))?;
        }
        writer.finish()
    }

    fn cells(&self, fault: &Fault, words: &Words) -> [Cell; COLUMNS.len()] {
        let cited = fault.article.split_whitespace().map(|c| article(c, self.lang));
        let cited: Vec<String> = cited.collect();
        let unit = match (fault.days_late, fault.working_days) {
            (None, _) => String::new(),
            (_, true) => words.say("unit.working_days", &[]),
            (_, false) => words.say("unit.days", &[]),
        };
        [
            Cell::count(fault.row),
            Cell::text(&fault.matter),
            Cell::text(&fault.rule),
            Cell::text(cited.join(&words.say("comma", &[]))),
            day(fault.due.as_deref()),
            day(fault.actual.as_deref()),
            fault.days_late.map_or(Cell::Blank, Cell::Integer),
            Cell::text(unit),
            day(fault.earliest.as_deref()),
            Cell::text(fault.detail.clone().unwrap_or_default()),
        ]
    }
}

/// A day; what has a time of day, too, stays as it is written.
fn day(text: Option<&str>) -> Cell {
    let text = text.unwrap_or_default();
    match content::parse_value(content::FieldType::Date, text) {
        Some(kernel::Value::Day(day)) => Cell::Day(day),
        _ => Cell::text(text),
    }
}

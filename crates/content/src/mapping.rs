//! How the columns of a spreadsheet become reported acts of a procedure: the mapping files.
//!
//! Takes one file below `mappings/` and the loaded [`Library`]; gives a [`Mapping`] in which every
//! name is known to the procedure in every version it is meant for, or all faults at their
//! characters. What a mapping says about cells (dates, guards over columns) is answered here, too.
//!
//! Not here: bytes, rows and the store (the program's `import/`), the words (`keywords.rs`).
//!
//! Next: `mapping/sheet.rs` reads columns and tables, `mapping/acts.rs` acts and their fields.

mod acts;
mod date;
mod number;
mod sheet;

use std::sync::Arc;

use kernel::{Day, Guard, Value};

use crate::fault::{Fault, Span, Text};
use crate::keywords::{Keyword, P};
use crate::model::{FieldType, Library, Position, Procedure, Source};
use crate::shape::{shape, undeclared};
use crate::syntax::{Line, read};

pub(crate) use acts::{holds_plain, wrong_value};
pub use date::DateStyle;
pub use number::{integer, money};
pub(crate) use sheet::plain;

/// One mapping file.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Its name; part of the names of the acts it reports.
    pub name: String,
    /// English gloss.
    pub en: String,
    /// The procedure family its rows belong to.
    pub family: String,
    /// The column whose value is the matter.
    pub matter: usize,
    /// The encodings accepted, as written.
    pub encodings: Vec<String>,
    /// The spellings of dates accepted.
    pub dates: Vec<DateStyle>,
    /// What is written in a cell that is meant to be blank, in usual form.
    pub blanks: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Dates that must not be the other way round.
    pub sequences: Vec<Sequence>,
    /// Tables from values of a column to values of a field.
    pub tables: Vec<Table>,
    /// The acts, in the order in which they happen on one day.
    pub acts: Vec<ReportedAct>,
    /// Where.
    pub position: Position,
}

/// A column, found by its heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Text, date, choice, whole number or money.
    pub kind: FieldType,
    /// The options of a choice.
    pub options: Vec<String>,
    /// Must be filled in.
    pub required: bool,
    /// No value may occur twice.
    pub unique: bool,
    /// Name of the fault where it cannot be read, is missing or occurs twice.
    pub defect: Option<String>,
    /// Where.
    pub position: Position,
}

/// The later column's date may not lie before the earlier one's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence {
    /// The column that comes first.
    pub earlier: usize,
    /// The column that comes after it.
    pub later: usize,
    /// Name of the fault.
    pub defect: String,
    /// Where.
    pub position: Position,
}

/// What a field receives for each value of a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Value of the column, value of the field.
    pub entries: Vec<(String, Plain)>,
}

/// A constant as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Plain {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
}

/// An act that a row reports where its column has a date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportedAct {
    /// The act.
    pub act: String,
    /// The column of its date.
    pub on: usize,
    /// Who reports it.
    pub role: String,
    /// Only where this holds of the row.
    pub when: Option<Guard>,
    /// Only under this version of the law.
    pub version: Option<String>,
    /// The sheet does not show it; it is presumed from other columns.
    pub presumed: bool,
    /// Why it may be presumed.
    pub reason: Option<String>,
    /// Duties that were never owed where the row reports this act.
    pub moot: Vec<String>,
    /// What it states.
    pub fields: Vec<ReportedField>,
    /// Where.
    pub position: Position,
}

/// A field of a reported act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportedField {
    /// The field.
    pub name: String,
    /// Where its value comes from.
    pub from: From,
    /// Only where this holds of the row.
    pub when: Option<Guard>,
    /// Only under this version of the law.
    pub version: Option<String>,
}

/// Where the value of a field comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum From {
    /// A column as it is.
    Column(usize),
    /// A constant.
    Constant(Plain),
    /// A column by way of a table.
    Table {
        /// The column.
        column: usize,
        /// The table.
        table: usize,
    },
}

impl Mapping {
    /// Reads a mapping file, or says everything that is wrong with it.
    pub fn read(source: &Source, library: &Library) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let nodes = read(&source.path, &source.text, &mut faults);
        let lines = shape(&nodes, &[Keyword::Mapping], false, &mut faults);
        let mapping = match lines.as_slice() {
            [line] => mapping(line, library, &mut faults),
            [_, second, ..] => {
                faults.push(second.span.fault("mapping-second", &[]));
                None
            }
            [] => {
                let text = Text::new(&source.path, &source.text);
                let start = Span { text, range: 0..0, used_at: None };
                if faults.is_empty() {
                    faults.push(start.fault("mapping-empty", &[]));
                }
                None
            }
        };
        crate::load::drop_echoes(&mut faults);
        match mapping {
            Some(mapping) if faults.is_empty() => Ok(mapping),
            _ => Err(faults),
        }
    }

    /// The date in a cell, in one of the accepted spellings, in the usual one (2023-05-09) or as a
    /// spreadsheet's serial number.
    pub fn day(&self, cell: &str) -> Option<Day> {
        let cell = date::usual(cell);
        let plain = date::serial(&cell).or_else(|| crate::value::day(&cell));
        plain.or_else(|| self.dates.iter().find_map(|style| style.day(&cell)))
    }

    /// Whether the cell holds nothing, or what stands for nothing; an option is always itself.
    pub fn is_blank(&self, column: &Column, cell: &str) -> bool {
        let cell = sheet::usual(cell);
        let option = column.options.iter().any(|o| sheet::usual(o) == cell);
        cell.is_empty() || (!option && self.blanks.contains(&cell))
    }

    /// The version of the law that governs a row: the one in force on the date of its fixing act.
    pub fn version<'a>(
        &self,
        library: &'a Library,
        row: &[Option<Value>],
    ) -> Option<&'a Procedure> {
        library.procedures.iter().filter(|p| p.family == self.family).find(|procedure| {
            let day = self.fixing(procedure).and_then(|act| row.get(act.on)?.as_ref());
            matches!(day, Some(Value::Day(day)) if procedure.in_force.has(*day))
        })
    }

    /// The reported act whose date decides which version governs.
    pub fn fixing(&self, procedure: &Procedure) -> Option<&ReportedAct> {
        let name = &procedure.graph.event(procedure.fixing?).name;
        self.acts.iter().find(|a| a.act == *name && a.is_under(&procedure.version))
    }

    /// Whether the act or a member of the choice group is reported from a column of its own.
    pub fn has_column_for(&self, procedure: &Procedure, event: &str) -> bool {
        let reported = |name: &str| self.acts.iter().any(|a| !a.presumed && a.act == name);
        reported(event) || members(procedure, event).iter().any(|m| reported(m))
    }
}

impl ReportedAct {
    /// Whether it is reported under this version.
    pub fn is_under(&self, version: &str) -> bool {
        self.version.as_ref().is_none_or(|v| v == version)
    }

    /// The fields stated under this version by a row, the first where several apply.
    pub fn stated(&self, version: &str, row: &[Option<Value>]) -> Vec<&ReportedField> {
        let applies = |f: &&ReportedField| {
            f.version.as_ref().is_none_or(|v| v == version)
                && f.when.as_ref().is_none_or(|g| holds(g, row))
        };
        let mut found: Vec<&ReportedField> = Vec::new();
        for field in self.fields.iter().filter(applies) {
            if found.iter().all(|f| f.name != field.name) {
                found.push(field);
            }
        }
        found
    }
}

/// The word by which presumed acts are marked.
pub fn presumed_mark() -> &'static str {
    P::Presumed.word()
}

/// Names of the members of a choice group; empty for an act.
pub fn members(procedure: &Procedure, event: &str) -> Vec<String> {
    let Some(event) = procedure.event(event) else { return Vec::new() };
    let names = procedure.graph.members(event).iter();
    names.map(|m| procedure.graph.event(*m).name.clone()).collect()
}

/// Whether a guard over columns holds of a row. A blank cell equals nothing.
pub fn holds(guard: &Guard, row: &[Option<Value>]) -> bool {
    match guard {
        Guard::All(parts) => parts.iter().all(|g| holds(g, row)),
        Guard::Any(parts) => parts.iter().any(|g| holds(g, row)),
        Guard::Not(part) => !holds(part, row),
        Guard::Compare(_, kernel::Comparison::NotEqual, _) => guard.eval(&Row(row)).unwrap_or(true),
        _ => guard.eval(&Row(row)).unwrap_or(false),
    }
}

/// A row as guards see it: the fields are its columns.
struct Row<'a>(&'a [Option<Value>]);

impl kernel::Facts for Row<'_> {
    fn field(&self, field: kernel::FieldId) -> Option<&Value> {
        self.0.get(field.index())?.as_ref()
    }

    fn param(&self, _: kernel::ParamId) -> Option<&Value> {
        None
    }
}

/// Reads the one node of the file.
fn mapping(line: &Line, library: &Library, faults: &mut Vec<Fault>) -> Option<Mapping> {
    let name = line.arguments.first()?.text().to_owned();
    let family = wanted(line, P::OfFamily, faults);
    let versions: Vec<&Procedure> =
        library.procedures.iter().filter(|p| Some(&p.family) == family.as_ref()).collect();
    if let Some(word) = line.get(P::OfFamily).filter(|_| versions.is_empty()) {
        let known = library.procedures.iter().map(|p| p.family.as_str());
        let keyword = Keyword::Procedure.word();
        faults.push(undeclared(&word.span, keyword, word.text(), known));
    }
    let sheet = sheet::Sheet::read(line, faults);
    let matter = sheet.matter(line, faults);
    let lines = line.lines(Keyword::ReportedAct);
    let acts = match versions.is_empty() {
        true => Vec::new(),
        false => lines.filter_map(|l| acts::read(l, &sheet, &versions, faults)).collect(),
    };
    let mapping = Mapping {
        name,
        en: line.owned(P::En),
        family: family?,
        matter: matter?,
        encodings: sheet.encodings,
        dates: sheet.dates,
        blanks: sheet.blanks,
        columns: sheet.columns,
        sequences: sheet.sequences,
        tables: sheet.tables,
        acts,
        position: line.span.position(),
    };
    acts::fixed(line, &mapping, &versions, faults);
    Some(mapping)
}

/// The text of a property that must be there.
fn wanted(line: &Line, p: P, faults: &mut Vec<Fault>) -> Option<String> {
    let text = line.text(p).map(str::to_owned);
    if text.is_none() {
        faults.push(line.span.fault("missing-property", &[("name", p.word())]));
    }
    text
}

/// A text as a value of a cell.
pub fn text(cell: &str) -> Value {
    Value::Text(Arc::from(cell))
}

#[cfg(test)]
mod tests;

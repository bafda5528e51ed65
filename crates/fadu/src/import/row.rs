//! From the cells of one row to values, or the one reason why the row cannot have happened as
//! written.
//!
//! Columns are read in the mapping's order and the first thing wrong is the reason; then dates that
//! are the other way round. Digits may be full-width anywhere.

use std::collections::HashMap;

use content::FieldType;
use content::mapping::{Column, Mapping, integer, money, text};
use kernel::{Day, Value};
use office::Office;
use unicode_normalization::UnicodeNormalization;

use super::acts::{self, Case, Lost};
use super::sheet::Row;
use super::words::Words;

/// Why a row is returned and not sealed.
pub(super) struct Impossible {
    /// The matter as far as it could be read.
    pub matter: String,
    /// Name of the fault.
    pub rule: String,
    /// The cell, where it is one.
    pub value: Option<String>,
    /// The reason in a sentence.
    pub detail: String,
}

/// Reads rows, remembering values that may not occur twice.
pub(super) struct Reader<'a> {
    office: &'a Office,
    mapping: &'a Mapping,
    words: &'a Words,
    today: Day,
    seen: HashMap<(usize, String), u64>,
}

impl<'a> Reader<'a> {
    pub fn new(office: &'a Office, mapping: &'a Mapping, words: &'a Words) -> Self {
        Self { office, mapping, words, today: office.now().day(), seen: HashMap::new() }
    }

    /// The row as a case, with the acts it reports.
    pub fn case(&mut self, row: &Row) -> Result<Case, Impossible> {
        let matter = number(&row.columns[self.mapping.matter]);
        self.read(row, &matter).map_err(|(rule, value, detail)| Impossible {
            matter,
            rule,
            value: value.map(|v| v.trim().to_owned()),
            detail,
        })
    }

    fn read(&mut self, row: &Row, matter: &str) -> Result<Case, Wrong> {
        let words = self.words;
        if row.surplus {
            return Err((words.say("rule.surplus", &[]), None, words.say("detail.surplus", &[])));
        }
        let mut values = Vec::with_capacity(row.columns.len());
        for (at, cell) in row.columns.iter().enumerate() {
            values.push(self.cell(at, cell, row.line)?);
        }
        self.in_order(&values)?;
        let library = &self.office.law.library;
        let Some(procedure) = self.mapping.version(library, &values) else {
            let family = [("procedure", self.mapping.family.as_str())];
            return Err((
                words.say("rule.no_version", &family),
                None,
                words.say("detail.no_version", &family),
            ));
        };
        acts::case(self.mapping, procedure, matter, &values, self.office.now()).map_err(|lost| {
            let name = |column: usize| self.mapping.columns[column].name.as_str();
            let (rule, detail, facts) = match lost {
                Lost::Date(column) => {
                    ("rule.no_act", "detail.no_act", vec![("column", name(column))])
                }
                Lost::Value { column, undated } => (
                    "rule.no_date",
                    "detail.no_date",
                    vec![("column", name(column)), ("date", name(undated))],
                ),
            };
            (words.say(rule, &facts), None, words.say(detail, &facts))
        })
    }

    fn cell(&mut self, at: usize, cell: &str, line: u64) -> Result<Option<Value>, Wrong> {
        let (column, words) = (&self.mapping.columns[at], self.words);
        let facts = [("column", column.name.as_str()), ("value", cell.trim())];
        if self.mapping.is_blank(column, cell) {
            let missing = || (words.missing(column), None, words.say("detail.missing", &facts));
            return if column.required { Err(missing()) } else { Ok(None) };
        }
        let value = self.value(column, cell).ok_or_else(|| {
            let detail = match column.kind {
                _ if is_error(cell) => words.say("detail.error", &facts),
                FieldType::Choice => {
                    let options = column.options.join(" ");
                    words.say("detail.option", &[facts[0], facts[1], ("options", &options)])
                }
                FieldType::Integer | FieldType::Money => words.say("detail.number", &facts),
                _ => words.say("detail.date", &facts),
            };
            (words.unreadable(column), Some(cell.to_owned()), detail)
        })?;
        if let Value::Day(day) = value
            && day > self.today
        {
            let today = self.today.to_string();
            let detail = words.say("detail.future", &[facts[0], facts[1], ("today", &today)]);
            return Err((words.say("rule.future", &[]), Some(cell.to_owned()), detail));
        }
        if column.unique {
            let first = *self.seen.entry((at, plain_brackets(cell))).or_insert(line);
            if first != line {
                let first = first.to_string();
                let detail = words.say("detail.duplicate", &[facts[0], facts[1], ("line", &first)]);
                return Err((words.duplicate(column), Some(cell.to_owned()), detail));
            }
        }
        Ok(Some(value))
    }

    fn value(&self, column: &Column, cell: &str) -> Option<Value> {
        match column.kind {
            _ if is_error(cell) => None,
            FieldType::Date => self.mapping.day(cell).map(Value::Day),
            FieldType::Choice => {
                let usual = number(cell);
                column.options.iter().find(|o| number(o) == usual).map(|o| text(o))
            }
            FieldType::Integer => integer(cell).map(Value::Int),
            FieldType::Money => money(cell).map(Value::Int),
            _ if column.unique => Some(text(&number(cell))),
            _ => Some(text(&half_width_digits(cell.trim()))),
        }
    }

    /// The first pair of dates that is the other way round.
    fn in_order(&self, values: &[Option<Value>]) -> Result<(), Wrong> {
        for sequence in &self.mapping.sequences {
            let (earlier, later) = (&values[sequence.earlier], &values[sequence.later]);
            if let (Some(Value::Day(earlier)), Some(Value::Day(later))) = (earlier, later)
                && later < earlier
            {
                let name = |c: usize| self.mapping.columns[c].name.as_str();
                let (a, b) = (earlier.to_string(), later.to_string());
                let facts = [
                    ("earlier", name(sequence.earlier)),
                    ("a", &a),
                    ("later", name(sequence.later)),
                    ("b", &b),
                ];
                return Err((
                    sequence.defect.clone(),
                    None,
                    self.words.say("detail.reversed", &facts),
                ));
            }
        }
        Ok(())
    }
}

/// Rule, cell and sentence of an impossible row.
type Wrong = (String, Option<String>, String);

/// A number or option in usual width and without blanks.
fn number(cell: &str) -> String {
    cell.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// A number with one kind of brackets: people write the year of a case in many.
fn plain_brackets(cell: &str) -> String {
    let plain = |c: char| match c {
        '[' | '\u{3010}' | '\u{3014}' | '\u{3016}' => '(',
        ']' | '\u{3011}' | '\u{3015}' | '\u{3017}' => ')',
        c => c,
    };
    number(cell).chars().map(plain).collect()
}

/// What a spreadsheet shows where it could not compute a cell, or show it.
fn is_error(cell: &str) -> bool {
    let cell = number(cell);
    let sign = cell.strip_prefix('#');
    sign.is_some_and(|rest| rest == "N/A" || rest.ends_with(['!', '?']) || rest.ends_with('#'))
}

fn half_width_digits(cell: &str) -> String {
    let digit = |c: char| match c {
        '\u{FF10}'..='\u{FF19}' => c.nfkc().next().unwrap_or(c),
        c => c,
    };
    cell.chars().map(digit).collect()
}

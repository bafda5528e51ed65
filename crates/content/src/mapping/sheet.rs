//! The sheet of a mapping: columns, spellings, tables, and which dates must follow which.

use unicode_normalization::UnicodeNormalization;

use crate::fault::Fault;
use crate::guard::{KnownField, Names};
use crate::keywords::{Keyword, P, TYPES};
use crate::model::FieldType;
use crate::shape::{meant, undeclared};
use crate::syntax::{Line, Scalar, Word};

use super::date::{DateStyle, plain_sign};
use super::{Column, Plain, Sequence, Table, wanted};

/// Encodings that can be read.
const ENCODINGS: &[&str] = &["UTF-8", "GB18030"];

/// What the acts of a mapping may refer to.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub columns: Vec<Column>,
    pub encodings: Vec<String>,
    pub dates: Vec<DateStyle>,
    pub blanks: Vec<String>,
    pub sequences: Vec<Sequence>,
    pub tables: Vec<Table>,
    /// The columns as guards see them.
    pub known: Vec<KnownField>,
}

impl Sheet {
    pub fn read(line: &Line, faults: &mut Vec<Fault>) -> Self {
        let mut sheet = Self::default();
        for word in line.lines(Keyword::Encoding).flat_map(|l| &l.arguments) {
            sheet.encodings.extend(encoding(word, faults));
        }
        for word in line.lines(Keyword::DateStyle).flat_map(|l| &l.arguments) {
            let style = DateStyle::read(word.text());
            if style.is_none() {
                faults.push(word.span.fault("mapping-date-style", &[("given", &word.written())]));
            }
            sheet.dates.extend(style);
        }
        let blanks = line.lines(Keyword::Blank).flat_map(|l| &l.arguments);
        sheet.blanks = blanks.map(|word| usual(&word.written())).collect();
        line.lines(Keyword::SheetColumn).for_each(|l| sheet.column(l, faults));
        line.lines(Keyword::Sequence).for_each(|l| sheet.sequence(l, faults));
        line.lines(Keyword::Correspondence).for_each(|l| sheet.table(l, faults));
        for (code, missing) in [
            (Keyword::Encoding, sheet.encodings.is_empty()),
            (Keyword::DateStyle, sheet.dates.is_empty()),
            (Keyword::SheetColumn, sheet.columns.is_empty()),
        ] {
            if missing && line.lines(code).next().is_none() {
                faults.push(line.span.fault("mapping-lacks", &[("keyword", code.word())]));
            }
        }
        sheet
    }

    fn column(&mut self, line: &Line, faults: &mut Vec<Fault>) {
        let Some(name) = line.arguments.first() else { return };
        let type_word = wanted(line, P::FieldKind, faults);
        let kind = type_word.and_then(|w| TYPES.iter().find(|(t, _)| *t == w)).map(|(_, k)| *k);
        let Some(kind) = kind else { return };
        let fits = matches!(
            kind,
            FieldType::Text
                | FieldType::Date
                | FieldType::Choice
                | FieldType::Integer
                | FieldType::Money
        );
        if let Some(word) = line.get(P::FieldKind).filter(|_| !fits) {
            faults.push(word.span.fault("mapping-column-type", &[("given", word.text())]));
        }
        let options: Vec<String> =
            line.names(P::Options).iter().map(|w| w.text().to_owned()).collect();
        if (kind == FieldType::Choice) == options.is_empty() {
            let code = if options.is_empty() {
                "choice-without-options"
            } else {
                "options-without-choice"
            };
            faults.push(line.span.fault(code, &[("name", name.text())]));
        }
        if self.columns.iter().any(|c| c.name == name.text()) {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
            return;
        }
        let id = kernel::FieldId::new(self.columns.len());
        self.known.push(KnownField {
            name: name.text().to_owned(),
            id,
            kind,
            options: options.clone(),
        });
        self.columns.push(Column {
            name: name.text().to_owned(),
            kind,
            options,
            required: line.flag(P::Required),
            unique: line.flag(P::Unique),
            defect: line.text(P::ColumnDefect).map(str::to_owned),
            position: line.span.position(),
        });
    }

    fn sequence(&mut self, line: &Line, faults: &mut Vec<Fault>) {
        let [earlier, later] = line.arguments.as_slice() else { return };
        let defect = wanted(line, P::ColumnDefect, faults);
        let (a, b) = (self.dated(earlier, faults), self.dated(later, faults));
        if let (Some(earlier), Some(later), Some(defect)) = (a, b, defect) {
            let position = line.span.position();
            self.sequences.push(Sequence { earlier, later, defect, position });
        }
    }

    fn table(&mut self, line: &Line, faults: &mut Vec<Fault>) {
        let Some(name) = line.arguments.first() else { return };
        let mut entries: Vec<(String, Plain)> = Vec::new();
        for inner in line.lines(Keyword::Take) {
            let [from, to] = inner.arguments.as_slice() else { continue };
            if entries.iter().any(|(known, _)| *known == from.written()) {
                faults.push(from.span.fault("declared-twice", &[("name", &from.written())]));
                continue;
            }
            entries.extend(plain(to).map(|to| (from.written(), to)));
        }
        if self.tables.iter().any(|t| t.name == name.text()) {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
            return;
        }
        self.tables.push(Table { name: name.text().to_owned(), entries });
    }

    /// The column of this name, or a fault.
    pub fn find(&self, word: &Word, faults: &mut Vec<Fault>) -> Option<usize> {
        let found = self.columns.iter().position(|c| c.name == word.text());
        if found.is_none() {
            let known = self.columns.iter().map(|c| c.name.as_str());
            let keyword = Keyword::SheetColumn.word();
            faults.push(undeclared(&word.span, keyword, word.text(), known));
        }
        found
    }

    /// The date column of this name, or a fault.
    pub fn dated(&self, word: &Word, faults: &mut Vec<Fault>) -> Option<usize> {
        let column = self.find(word, faults)?;
        let is_date = self.columns[column].kind == FieldType::Date;
        if !is_date {
            faults.push(word.span.fault("mapping-not-a-date-column", &[("name", word.text())]));
        }
        is_date.then_some(column)
    }

    /// The table of this name, or a fault.
    pub fn find_table(&self, word: &Word, faults: &mut Vec<Fault>) -> Option<usize> {
        let found = self.tables.iter().position(|t| t.name == word.text());
        if found.is_none() {
            let known = self.tables.iter().map(|t| t.name.as_str());
            let keyword = Keyword::Correspondence.word();
            faults.push(undeclared(&word.span, keyword, word.text(), known));
        }
        found
    }

    /// The column that names the matter: required and unique.
    pub fn matter(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<usize> {
        wanted(line, P::MatterColumn, faults)?;
        let word = line.get(P::MatterColumn)?;
        let column = self.find(word, faults)?;
        let Column { required, unique, .. } = self.columns[column];
        if !(required && unique) {
            let facts = [
                ("name", word.text()),
                ("required", P::Required.word()),
                ("unique", P::Unique.word()),
            ];
            faults.push(word.span.fault("mapping-matter-column", &facts));
        }
        Some(column)
    }
}

/// A cell in usual width and capitals, without blanks, with one kind of dash.
pub(super) fn usual(cell: &str) -> String {
    let usual = cell.nfkc().filter(|c| !c.is_whitespace() && *c != ZERO_WIDTH);
    usual.map(plain_sign).flat_map(char::to_uppercase).collect()
}

/// Spreadsheets leave it in cells that look empty.
const ZERO_WIDTH: char = '\u{200B}';

fn encoding(word: &Word, faults: &mut Vec<Fault>) -> Option<String> {
    let found = ENCODINGS.iter().find(|e| e.eq_ignore_ascii_case(word.text()));
    if found.is_none() {
        let meant = meant(word.text(), ENCODINGS.iter().copied());
        let known = ENCODINGS.join(" ");
        let facts = [("given", word.text()), ("allowed", &known), ("meant", &meant)];
        faults.push(word.span.fault("mapping-encoding", &facts));
    }
    found.map(|e| (*e).to_owned())
}

/// A constant as it is written.
pub(crate) fn plain(word: &Word) -> Option<Plain> {
    Some(match &word.value {
        Scalar::Text(text) => Plain::Text(text.clone()),
        Scalar::Integer(n) => Plain::Integer(*n),
        Scalar::Flag(b) => Plain::Flag(*b),
        Scalar::Other => return None,
    })
}

/// Guards over columns: no parameters.
pub(super) struct ColumnNames<'a>(pub &'a [KnownField]);

impl Names for ColumnNames<'_> {
    fn field(&self, name: &str) -> Option<&KnownField> {
        self.0.iter().find(|f| f.name == name)
    }

    fn param(&mut self, _: &str) -> Option<(kernel::ParamId, FieldType)> {
        None
    }

    fn field_names(&self) -> Vec<String> {
        self.0.iter().map(|f| f.name.clone()).collect()
    }

    fn param_names(&self) -> Vec<String> {
        Vec::new()
    }
}

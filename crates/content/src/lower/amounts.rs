//! Amounts: what each computation works on, and the tables it looks things up in.
//!
//! A table is written once for a series and a key; its guards are read anew in every procedure that
//! looks the series up, by the fields of that procedure.
//!
//! Not here: working them out (`../amounts.rs`), the tables on their own (`tables.rs`).

use kernel::Value;

use super::{Lowering, scalar_value};
use crate::guard::{self, KnownField};
use crate::keywords::{DAY_SUFFIX, Keyword, P, PARAM_PREFIX};
use crate::model::{Computation, FieldType, Operation, Part, Table, TableRow};
use crate::shape::undeclared;
use crate::syntax::{Line, Scalar, Word};
use crate::value;

impl Lowering<'_> {
    pub(super) fn compute(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        let basis = self.basis(line, true);
        let operations: Vec<&Line> =
            line.children.iter().filter(|l| l.keyword() != Keyword::Cite).collect();
        let [written] = operations.as_slice() else {
            self.faults.push(line.span.fault("one-operation", &[("name", name.text())]));
            return;
        };
        let Some(target) = self.field_named(name) else { return };
        if written.keyword() != Keyword::FromTable {
            self.is_number(name, target.kind);
        }
        let Some(operation) = self.operation(written, &target) else { return };
        let inputs = written.arguments.iter().map(|w| self.term(w, written.keyword()));
        let Some(inputs) = inputs.collect::<Option<Vec<Part>>>() else { return };
        let rule = self.rule(line, name.text(), basis);
        self.computations.push(Computation { field: target.id, operation, inputs, rule });
    }

    fn operation(&mut self, line: &Line, target: &KnownField) -> Option<Operation> {
        Some(match line.keyword() {
            Keyword::SumUp => Operation::Sum,
            Keyword::LessThan => Operation::Less,
            Keyword::Smallest => Operation::Min,
            Keyword::Biggest => Operation::Max,
            Keyword::DaysBetween => Operation::Days { without_last: line.flag(P::WithoutLast) },
            Keyword::Rounded => match line.integer(P::Digits) {
                Some(to) if to > 0 => Operation::Round { to, down: line.flag(P::Down) },
                _ => return self.missing(line, P::Digits),
            },
            Keyword::FromTable => Operation::Table(self.tables(line, target)?),
            _ => {
                let Some(rate) = line.get(P::Rate).cloned() else {
                    return self.missing(line, P::Rate);
                };
                let rate = self.term(&rate, Keyword::Accrue)?;
                let cap = match line.get(P::CapAt).cloned() {
                    Some(word) => Some(self.term(&word, Keyword::Accrue)?),
                    None => None,
                };
                Operation::Accrual { rate, cap }
            }
        })
    }

    fn missing<T>(&mut self, line: &Line, p: P) -> Option<T> {
        self.faults.push(line.span.fault("missing-property", &[("name", p.word())]));
        None
    }

    /// A field, a whole number, a parameter, or the day of an act where dates are counted.
    fn term(&mut self, word: &Word, of: Keyword) -> Option<Part> {
        if let Scalar::Integer(n) = word.value {
            return Some(Part::Number(n));
        }
        if let Some(name) = word.text().strip_suffix(DAY_SUFFIX) {
            let act = Word { value: Scalar::Text(name.to_owned()), span: word.span.clone() };
            let named = self.resolve(&act)?;
            return self.single(&named, &word.span).map(Part::DayOf);
        }
        if let Some(name) = word.text().strip_prefix(PARAM_PREFIX) {
            let Some(param) = self.params.iter().find(|p| p.name == name) else {
                let list = self.params.iter().map(|p| p.name.as_str());
                self.faults.push(undeclared(&word.span, Keyword::Param.word(), name, list));
                return None;
            };
            let (id, kind) = (param.id, param.kind);
            return self.is_number(word, kind).then_some(Part::Param(id));
        }
        let field = self.field_named(word)?;
        let fits = match of {
            Keyword::FromTable => true,
            Keyword::DaysBetween => self.is_date(word, field.kind),
            _ => self.is_number(word, field.kind),
        };
        fits.then_some(Part::Field(field.id))
    }

    fn is_number(&mut self, word: &Word, kind: FieldType) -> bool {
        self.is(word, kind, &[FieldType::Integer, FieldType::Money], "not-a-number-field")
    }

    fn is_date(&mut self, word: &Word, kind: FieldType) -> bool {
        self.is(word, kind, &[FieldType::Date], "not-a-date-field")
    }

    fn is(&mut self, word: &Word, kind: FieldType, ok: &[FieldType], code: &'static str) -> bool {
        let fits = ok.contains(&kind);
        if !fits {
            let facts = [("name", word.text()), ("type", value::type_word(kind))];
            self.faults.push(word.span.fault(code, &facts));
        }
        fits
    }

    /// Every table of the series, as this procedure reads it.
    fn tables(&mut self, line: &Line, target: &KnownField) -> Option<Vec<Table>> {
        let key = self.field_named(line.arguments.first()?)?;
        let Some(series) = line.get(P::Table).cloned() else {
            return self.missing(line, P::Table);
        };
        let Some(column) = line.get(P::Cell).cloned() else { return self.missing(line, P::Cell) };
        let tables = self.tables;
        let of_series = |l: &&&Line| l.arguments.first().map(Word::text) == Some(series.text());
        let mine: Vec<&Line> = tables.iter().filter(of_series).copied().collect();
        if mine.is_empty() {
            let known = tables.iter().filter_map(|l| l.arguments.first()).map(Word::text);
            self.faults.push(undeclared(&series.span, Keyword::Table.word(), series.text(), known));
            return None;
        }
        let columns: Vec<&str> = mine
            .iter()
            .flat_map(|l| l.lines(Keyword::Row))
            .flat_map(|row| row.named.iter().map(|(name, _)| name.text()))
            .collect();
        if !columns.contains(&column.text()) {
            let list = columns.into_iter();
            self.faults.push(undeclared(&column.span, P::Cell.word(), column.text(), list));
            return None;
        }
        Some(mine.iter().filter_map(|l| self.table(l, &key, column.text(), target)).collect())
    }

    fn table(
        &mut self,
        line: &Line,
        key: &KnownField,
        column: &str,
        target: &KnownField,
    ) -> Option<Table> {
        let word = line.get(P::TableKey)?;
        let key = self.typed(key, word)?;
        let in_force = super::in_force(line, &mut Vec::new())?;
        let rows = line.lines(Keyword::Row).map(|row| self.row(row, column, target)).collect();
        Some(Table { key, in_force, rows })
    }

    fn row(&mut self, line: &Line, column: &str, target: &KnownField) -> TableRow {
        let when = line.get(P::When).cloned().and_then(|word| {
            let mut faults = Vec::new();
            let guard = guard::parse(&word, self, &mut faults);
            self.faults.append(&mut faults);
            guard
        });
        let cell = line.named.iter().find(|(name, _)| name.text() == column);
        let value = cell.and_then(|(_, word)| self.typed(target, word));
        TableRow { when, value }
    }

    /// The value a word gives a field, or a fault.
    fn typed(&mut self, field: &KnownField, word: &Word) -> Option<Value> {
        let found = scalar_value(field.kind, &field.options, word);
        if found.is_none() {
            let given = word.written();
            let facts = [("given", &*given), ("type", value::type_word(field.kind))];
            self.faults.push(word.span.fault("wrong-value", &facts));
        }
        found
    }
}

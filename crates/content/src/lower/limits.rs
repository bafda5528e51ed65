//! Periods of lines: amount, unit, anchor, direction and whether the end rolls.
//!
//! The statute of the first citation decides the roll unless the line does: a limit rolls where the
//! statute says so, a wait does not, the lapse of a right or duty rolls like that right or duty.

use kernel::{Amount, Anchor, EventId, Limit, Node, Period, Unit, Value};

use super::{Lowering, Named};
use crate::counting;
use crate::fault::Span;
use crate::keywords::{DUE_SUFFIX, Keyword, P};
use crate::model::{Citation, FieldType};
use crate::shape::undeclared;
use crate::syntax::{Line, Word};
use crate::value::{self, Written};

/// How the end of a period behaves on a rest day unless the line says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// Within it: as the statute says.
    Limit,
    /// After it: never.
    Wait,
    /// Ahead of a date.
    Notice,
}

impl Lowering<'_> {
    /// The limit in a property of the line, if it has one.
    pub(super) fn limit(
        &mut self,
        line: &Line,
        p: P,
        usage: Use,
        citations: &[Citation],
    ) -> Option<Limit> {
        let word = line.get(p)?.clone();
        let written = value::period(word.text())?;
        let (period, unit) = self.period(&word, written, citations)?;
        let anchor = match line.get(P::Anchor).cloned() {
            Some(anchor) => self.anchor(&anchor)?,
            None => Anchor::Source,
        };
        let whole_days = matches!(unit, Some(Unit::Day | Unit::Month | Unit::Year));
        let fixed = matches!(period, Period::Yearly { .. });
        let by_law = match counting::statute(citations, self.statutes) {
            Some(statute) => statute.counting.rolls,
            None => true,
        };
        let roll = match line.maybe_flag(P::Rolls) {
            Some(stated) => stated,
            None => usage == Use::Limit && by_law,
        };
        let roll = roll && !fixed && (whole_days || unit.is_none());
        Some(Limit {
            period,
            anchor,
            before: usage == Use::Notice,
            roll,
            full_hour: line.flag(P::FullHour),
        })
    }

    /// The period and the unit its end is counted in, where it is known before the case.
    fn period(
        &mut self,
        word: &Word,
        written: Written,
        citations: &[Citation],
    ) -> Option<(Period, Option<Unit>)> {
        Some(match written {
            Written::Span(span) => {
                counting::check(span, word, citations, self.statutes, self.faults);
                (Period::Span(Amount::Fixed(span.amount), span.unit), Some(span.unit))
            }
            Written::Param(name) => {
                let Some(param) = self.params.iter().find(|p| p.name == name) else {
                    let list = self.params.iter().map(|p| p.name.as_str());
                    self.faults.push(undeclared(&word.span, Keyword::Param.word(), &name, list));
                    return None;
                };
                let Value::Span(span) = param.default else {
                    let facts = [("name", name.as_str()), ("type", value::type_word(param.kind))];
                    self.faults.push(word.span.fault("not-a-period-value", &facts));
                    return None;
                };
                (Period::Span(Amount::Param(param.id), span.unit), Some(span.unit))
            }
            Written::Field(name) => {
                let Some(field) = self.known.iter().find(|f| f.name == name) else {
                    let list = self.known.iter().map(|f| f.name.as_str());
                    self.faults.push(undeclared(&word.span, Keyword::Field.word(), &name, list));
                    return None;
                };
                if field.kind != FieldType::Period {
                    let facts = [("name", name.as_str()), ("type", value::type_word(field.kind))];
                    self.faults.push(word.span.fault("not-a-period-value", &facts));
                    return None;
                }
                (Period::Span(Amount::Field(field.id), Unit::Day), None)
            }
            Written::Yearly(month, day) => (Period::Yearly { month, day }, None),
            Written::MonthEnd => (Period::MonthEnd, None),
            Written::QuarterEnd => (Period::QuarterEnd, None),
        })
    }

    fn anchor(&mut self, word: &Word) -> Option<Anchor> {
        if let Some(name) = word.text().strip_suffix(DUE_SUFFIX) {
            let named = Word {
                value: crate::syntax::Scalar::Text(name.to_owned()),
                span: word.span.clone(),
            };
            let found = self.resolve(&named)?;
            self.single(&found, &word.span)?;
            return self.node_of(&found).due();
        }
        let field = self.field_named(word)?;
        if !matches!(field.kind, FieldType::Date | FieldType::Moment) {
            let facts = [("name", word.text()), ("type", value::type_word(field.kind))];
            self.faults.push(word.span.fault("not-a-date-field", &facts));
            return None;
        }
        Some(Anchor::Field(field.id))
    }

    /// The one event a name stands for: an act or a choice group, not a group.
    pub(super) fn single(&mut self, named: &Named, span: &Span) -> Option<EventId> {
        match self.node_of(named) {
            Node::Event(i) => Some(EventId::new(self.events[i].1)),
            Node::Group(_) => {
                self.faults.push(span.fault("group-here", &[]));
                None
            }
        }
    }
}

//! What the form of a step holds: one origin per field, and something in every required field.

use crate::fault::Fault;
use crate::keywords::{Keyword, P};
use crate::mapping::{Plain, holds_plain, plain, wrong_value};
use crate::model::{Act, Field, FieldType, Procedure};
use crate::shape::{meant, undeclared};
use crate::syntax::{Line, Scalar, Word};
use crate::value::type_word;

use super::{Entry, Origin, pace};

/// What the fields of one act are read against.
pub(super) struct Scope<'a> {
    pub procedure: &'a Procedure,
    pub act: &'a Act,
}

impl Scope<'_> {
    fn form(&self) -> impl Iterator<Item = &Field> {
        self.act.inputs.iter().map(|i| self.procedure.field(i.field))
    }

    /// One filled field; each only once.
    pub fn entry(&self, line: &Line, before: &[Entry], faults: &mut Vec<Fault>) -> Option<Entry> {
        let name = line.arguments.first()?;
        let Some(field) = self.form().find(|f| f.name == name.text()) else {
            let meant = meant(name.text(), self.form().map(|f| f.name.as_str()));
            let known = self.form().map(|f| f.name.as_str()).collect::<Vec<_>>().join(" ");
            let facts = [
                ("name", name.text()),
                ("act", self.act.name.as_str()),
                ("known", &known),
                ("meant", &meant),
            ];
            faults.push(name.span.fault("plan-no-field", &facts));
            return None;
        };
        if before.iter().any(|e| e.field == field.name) {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
            return None;
        }
        let origin = self.origin(line, field, faults)?;
        Some(Entry { field: field.name.clone(), kind: field.kind, origin })
    }

    fn origin(&self, line: &Line, field: &Field, faults: &mut Vec<Fault>) -> Option<Origin> {
        let given = line.arguments.get(1);
        let portions = line.lines(Keyword::Portion).next().is_some();
        let stated = [P::Numbered, P::OrganOf, P::NameOf, P::Behind, P::Ago, P::Between];
        let named: Vec<P> = stated.into_iter().filter(|p| line.get(*p).is_some()).collect();
        let sources = usize::from(given.is_some()) + usize::from(portions) + named.len();
        if sources == 0 && field.kind == FieldType::Date {
            return Some(Origin::SameDay);
        }
        if sources != 1 {
            let words = stated.map(P::word).join(" ");
            faults.push(line.span.fault("plan-one-source", &[("words", &words)]));
            return None;
        }
        match (given, named.first()) {
            (Some(word), _) => held(word, field, faults).map(Origin::Constant),
            (None, Some(p)) => self.by_property(line, *p, field, faults),
            (None, None) => portioned(line, field, faults),
        }
    }

    fn by_property(
        &self,
        line: &Line,
        p: P,
        field: &Field,
        faults: &mut Vec<Fault>,
    ) -> Option<Origin> {
        let word = line.get(p)?;
        let is_text = matches!(
            field.kind,
            FieldType::Text | FieldType::Person | FieldType::Organisation | FieldType::Reference
        );
        let fits = match p {
            P::Behind | P::Ago => field.kind == FieldType::Date,
            P::Between => matches!(field.kind, FieldType::Integer | FieldType::Money),
            _ => is_text,
        };
        if !fits {
            let facts =
                [("word", p.word()), ("field", &*field.name), ("type", type_word(field.kind))];
            faults.push(word.span.fault("plan-origin-type", &facts));
            return None;
        }
        match p {
            P::Numbered => pace::pattern(word, faults).map(Origin::Pattern),
            P::OrganOf => self.role(word, faults).map(Origin::Organ),
            P::NameOf => self.role(word, faults).map(Origin::Name),
            P::Behind => pace::pace(word, faults).map(Origin::After),
            P::Ago => pace::pace(word, faults).map(Origin::Before),
            _ => {
                let bounds = pace::bounds(word.text());
                if bounds.is_none() {
                    faults.push(word.span.fault("plan-number", &[("given", word.text())]));
                }
                bounds.map(|(least, most)| Origin::Between(least, most))
            }
        }
    }

    fn role(&self, word: &Word, faults: &mut Vec<Fault>) -> Option<String> {
        let known = || self.procedure.roles.iter().map(|r| r.name.as_str());
        let found = known().any(|r| r == word.text());
        if !found {
            faults.push(undeclared(&word.span, Keyword::Role.word(), word.text(), known()));
        }
        found.then(|| word.text().to_owned())
    }

    /// What is entered wrongly has a right value in the step, and can be corrected.
    pub fn correctable(&self, line: &Line, filled: &[Entry], faults: &mut Vec<Fault>) {
        let Some(name) = line.arguments.first() else { return };
        let personal = self.form().any(|f| f.name == name.text() && f.personal);
        if personal || !filled.iter().any(|e| e.field == name.text()) {
            faults.push(name.span.fault("plan-slip-field", &[("name", name.text())]));
        }
    }

    /// Puts something into every required field that is not filled; what a rule rests on must be.
    pub fn complete(&self, line: &Line, filled: &mut Vec<Entry>, faults: &mut Vec<Fault>) {
        let mentioned = |name: &str| {
            line.lines(Keyword::Fill).any(|l| l.arguments.first().is_some_and(|w| w.text() == name))
        };
        let mut lacking = Vec::new();
        for input in self.act.inputs.iter().filter(|i| i.required) {
            let field = self.procedure.field(input.field);
            if mentioned(&field.name) {
                continue;
            }
            if field.decisive && line.keyword() != Keyword::Attempt {
                lacking.push(field.name.as_str());
            }
            let origin = match field.kind {
                FieldType::Date => Origin::SameDay,
                _ => Origin::Anything(field.options.clone()),
            };
            filled.push(Entry { field: field.name.clone(), kind: field.kind, origin });
        }
        if !lacking.is_empty() {
            let fields = lacking.join(" ");
            let facts = [("act", self.act.name.as_str()), ("fields", &fields)];
            faults.push(line.span.fault("plan-decisive", &facts));
        }
    }
}

/// A constant the field can hold.
fn held(word: &Word, field: &Field, faults: &mut Vec<Fault>) -> Option<Plain> {
    let found = plain(word).filter(|p| holds_plain(field, p));
    if found.is_none() {
        faults.push(wrong_value(word, &word.written(), field));
    }
    found
}

fn portioned(line: &Line, field: &Field, faults: &mut Vec<Fault>) -> Option<Origin> {
    let mut portions = Vec::new();
    for inner in line.lines(Keyword::Portion) {
        let [value, weight] = inner.arguments.as_slice() else { continue };
        let heavy = match weight.value {
            Scalar::Integer(n) => u64::try_from(n).ok().filter(|n| *n > 0),
            _ => None,
        };
        if heavy.is_none() {
            faults.push(weight.span.fault("plan-number", &[("given", &weight.written())]));
        }
        if let (Some(value), Some(heavy)) = (held(value, field, faults), heavy) {
            portions.push((value, heavy));
        }
    }
    (!portions.is_empty()).then_some(Origin::Portions(portions))
}

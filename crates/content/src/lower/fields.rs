//! Fields of the matter: declared by the forms of acts, merged by name.

use std::sync::Arc;

use kernel::FieldKind;

use super::{Lowering, scalar_value};
use crate::guard::KnownField;
use crate::keywords::{Keyword, P, PUBLICITY};
use crate::model::{Field, FieldType, Publicity};
use crate::syntax::{Line, Scalar, Word};
use crate::value::type_word;

impl Lowering<'_> {
    /// Declares the fields of one act's form.
    pub(super) fn form_fields(&mut self, act: &Line) {
        act.lines(Keyword::Field).for_each(|l| self.field_line(l));
    }

    /// Declares the fields that acts write by themselves and no form has.
    pub(super) fn written_fields(&mut self, act: &Line) {
        for (name, word) in act.lines(Keyword::Write).flat_map(|l| &l.named) {
            match self.fields.iter().position(|f| f.name == name.text()) {
                None => self.written_field(name, word),
                // A field nobody fills in: its options are the constants written.
                Some(at)
                    if self.fields[at].written_only
                        && self.fields[at].kind == FieldType::Choice =>
                {
                    let options = &mut self.fields[at].options;
                    if !options.iter().any(|o| o == word.text()) {
                        options.push(word.text().to_owned());
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn field_line(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        let Some(kind) = self.field_type(line) else { return };
        let options: Vec<String> =
            line.names(P::Options).iter().map(|w| w.text().to_owned()).collect();
        if (kind == FieldType::Choice) == options.is_empty() {
            let code = if options.is_empty() {
                "choice-without-options"
            } else {
                "options-without-choice"
            };
            self.faults.push(line.span.fault(code, &[("name", name.text())]));
        }
        let public = line.text(P::Public).and_then(|t| PUBLICITY.iter().find(|(w, _)| *w == t));
        let field = Field {
            id: kernel::FieldId::new(0),
            name: name.text().to_owned(),
            en: line.owned(P::En),
            kind,
            options,
            personal: line.flag(P::Personal),
            public: public.map_or(Publicity::Hidden, |(_, p)| *p),
            evidence: line.text(P::Evidence).map(str::to_owned),
            past: !line.flag(P::Future) && matches!(kind, FieldType::Date | FieldType::Moment),
            decisive: false,
            written_only: false,
        };
        match self.fields.iter().position(|f| f.name == field.name) {
            Some(at) => self.merge(at, field, name),
            None => self.fields.push(field),
        }
    }

    /// A field that only acts write, typed by the constant.
    fn written_field(&mut self, name: &Word, word: &Word) {
        let kind = match &word.value {
            Scalar::Flag(_) => FieldType::YesNo,
            Scalar::Integer(_) => FieldType::Integer,
            Scalar::Text(_) => FieldType::Choice,
            Scalar::Other => {
                self.faults
                    .push(word.span.fault("not-text", &[("name", name.text()), ("given", "")]));
                return;
            }
        };
        let options =
            if kind == FieldType::Choice { vec![word.text().to_owned()] } else { Vec::new() };
        self.fields.push(Field {
            id: kernel::FieldId::new(0),
            name: name.text().to_owned(),
            en: String::new(),
            kind,
            options,
            written_only: true,
            personal: false,
            public: Publicity::Hidden,
            evidence: None,
            past: false,
            decisive: true,
        });
    }

    /// Another act has a field of that name: it must be the same.
    fn merge(&mut self, at: usize, field: Field, name: &Word) {
        let known = &mut self.fields[at];
        if known.kind != field.kind || known.options != field.options {
            let (here, there) = (type_word(field.kind), type_word(known.kind));
            let facts = [("name", field.name.as_str()), ("here", here), ("there", there)];
            self.faults.push(name.span.fault("field-differs", &facts));
            return;
        }
        known.personal |= field.personal;
        known.past &= field.past;
        known.evidence = known.evidence.take().or(field.evidence);
        if known.public == Publicity::Hidden {
            known.public = field.public;
        } else if field.public != Publicity::Hidden && field.public != known.public {
            let facts = [("name", field.name.as_str())];
            self.faults.push(name.span.fault("publicity-differs", &facts));
        }
        if known.en.is_empty() {
            known.en = field.en;
        }
    }

    /// Hands the merged fields to the builder and makes them known to guards.
    pub(super) fn seal_fields(&mut self) {
        for field in &mut self.fields {
            let options = field.options.iter().map(|o| Arc::from(o.as_str())).collect();
            let kind = match field.kind {
                // The kernel sees the commitment of a personal value, which is a text.
                _ if field.personal => FieldKind::Text,
                FieldType::Integer | FieldType::Money => FieldKind::Int,
                FieldType::Date => FieldKind::Day,
                FieldType::Moment => FieldKind::Instant,
                FieldType::Period => FieldKind::Span,
                FieldType::YesNo => FieldKind::Bool,
                FieldType::Choice => FieldKind::Option(options),
                _ => FieldKind::Text,
            };
            field.id = self.builder.field(&field.name, kind, field.past && !field.personal);
            self.known.push(KnownField {
                name: field.name.clone(),
                id: field.id,
                kind: field.kind,
                options: field.options.clone(),
            });
        }
    }

    /// The field of this name, or a fault.
    pub(super) fn field_named(&mut self, word: &Word) -> Option<KnownField> {
        let found = self.known.iter().find(|f| f.name == word.text()).cloned();
        if found.is_none() {
            let names = self.known.iter().map(|f| f.name.as_str());
            let fault =
                crate::shape::undeclared(&word.span, Keyword::Field.word(), word.text(), names);
            self.faults.push(fault);
        }
        found
    }

    /// The constant an act writes.
    pub(super) fn constant(
        &mut self,
        name: &Word,
        word: &Word,
    ) -> Option<(kernel::FieldId, kernel::Value)> {
        let field = self.field_named(name)?;
        let value = scalar_value(field.kind, &field.options, word);
        if value.is_none() {
            let given = word.written();
            let facts = [("given", &*given), ("type", type_word(field.kind))];
            self.faults.push(word.span.fault("wrong-value", &facts));
        }
        Some((field.id, value?))
    }

    /// Marks the fields that guards and limits read.
    pub(super) fn decisive(&mut self, graph: &kernel::Graph) {
        use kernel::{Amount, Anchor, Kind, Limit, Period};
        let mut read = Vec::new();
        let limit = |l: &Limit, read: &mut Vec<kernel::FieldId>| {
            if let Anchor::Field(f) = l.anchor {
                read.push(f);
            }
            if let Period::Span(Amount::Field(f), _) = l.period {
                read.push(f);
            }
        };
        for relation in &graph.relations {
            relation.when.iter().for_each(|g| read.extend(g.fields()));
            if let Some(l) = relation.kind.duty_limit() {
                limit(l, &mut read);
            }
            if let Kind::Condition { wait, bound, lead, and_if, .. } = &relation.kind {
                wait.iter().for_each(|w| limit(&w.limit, &mut read));
                bound.iter().for_each(|b| limit(b, &mut read));
                and_if.iter().for_each(|g| read.extend(g.fields()));
                if let Some(lead) = lead {
                    limit(&lead.limit, &mut read);
                    read.push(lead.until);
                }
            }
        }
        read.extend(graph.events.iter().filter_map(|e| e.posted));
        for field in &mut self.fields {
            field.decisive = read.contains(&field.id);
        }
    }
}

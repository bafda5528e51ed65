//! What later layers execute: persons, links across matters, lookups, periodic openings, amounts.
//!
//! Separation of duties goes into the graph; the rest is typed and kept whole in the model.

use kernel::{FieldId, Node};

use super::{Lowering, Named};
use crate::keywords::{Keyword, P};
use crate::model::{Computation, Every, FieldType, Link, Lookup, Opening, Operation};
use crate::syntax::{Line, Scalar, Word};
use crate::value;

impl Lowering<'_> {
    pub(super) fn beyond_line(&mut self, line: &Line) {
        match line.keyword() {
            Keyword::Distinct => self.distinct(line),
            Keyword::AtLeast => self.at_least(line),
            Keyword::Link => self.link(line),
            Keyword::Lookup => self.lookup(line),
            Keyword::Open => self.opening(line),
            Keyword::Compute => self.compute(line),
            _ => {}
        }
    }

    fn distinct(&mut self, line: &Line) {
        let [one, other] = line.arguments.as_slice() else { return };
        let (a, b) = (self.done_by(one), self.done_by(other));
        let basis = self.basis(line, true);
        let clause = self.rule(line, &format!("{} {}", one.text(), other.text()), basis);
        for x in &a {
            for y in b.iter().filter(|y| *y != x) {
                self.builder.distinct(*x, *y, clause);
            }
        }
    }

    /// The acts open to a role, or the act itself. An act open to both roles separates nothing.
    fn done_by(&mut self, word: &Word) -> Vec<Node> {
        if let Some(role) = self.roles.iter().find(|r| r.name == word.text()) {
            let mine = |d: &&super::Draft| d.act.roles.contains(&role.id);
            return self.drafts.iter().filter(mine).map(|d| d.node).collect();
        }
        if self.named.contains_key(word.text()) {
            let acts = self.acts_of(word.text());
            return acts.iter().map(|i| self.drafts[*i].node).collect();
        }
        let roles = self.roles.iter().map(|r| r.name.as_str());
        let names = roles.chain(self.named.keys().map(String::as_str));
        let fault = crate::shape::undeclared(&word.span, Keyword::Role.word(), word.text(), names);
        self.faults.push(fault);
        Vec::new()
    }

    fn at_least(&mut self, line: &Line) {
        let [act, persons] = line.arguments.as_slice() else { return };
        let named = self.resolve(act);
        let basis = self.basis(line, true);
        let count = match persons.value {
            Scalar::Integer(n @ 1..=100) => n as u16,
            _ => {
                self.faults.push(persons.span.fault("wrong-count", &[]));
                return;
            }
        };
        let Some(named) = named else { return };
        let clause = self.rule(line, &format!("{} {count}", act.text()), basis);
        let node = self.node_of(&named);
        self.builder.at_least(node, count, clause);
    }

    fn link(&mut self, line: &Line) {
        let [act, mirrored] = line.arguments.as_slice() else { return };
        let named = self.resolve(act);
        let basis = self.basis(line, true);
        let Some((link, other)) = mirrored.text().split_once('.') else {
            self.faults.push(mirrored.span.fault("link-form", &[("given", mirrored.text())]));
            return;
        };
        let (link, mirrored_act) = (link.to_owned(), other.to_owned());
        let Some(event) = named.and_then(|n| self.single(&n, &act.span)) else { return };
        let rule = self.rule(line, &format!("{} {}", act.text(), mirrored.text()), basis);
        self.links.push(Link { act: event, link, mirrored: mirrored_act, rule });
    }

    fn lookup(&mut self, line: &Line) {
        let basis = self.basis(line, true);
        let [(field, source)] = line.named.as_slice() else {
            self.faults.push(line.span.fault("lookup-form", &[("given", &line.written())]));
            return;
        };
        let known = self.field_named(field);
        let parts = source.text().split_once('(').and_then(|(register, rest)| {
            let (key, item) = rest.split_once(").")?;
            let all = [register, key, item];
            all.iter().all(|s| !s.is_empty()).then_some((register, key, item))
        });
        let Some((register, key, item)) = parts else {
            self.faults.push(source.span.fault("lookup-form", &[("given", source.text())]));
            return;
        };
        let key_word = Word { value: Scalar::Text(key.to_owned()), span: source.span.clone() };
        let key_field = self.field_named(&key_word);
        let (Some(field_id), Some(key)) = (known, key_field) else { return };
        let rule = self.rule(line, field.text(), basis);
        let (register, item) = (register.to_owned(), item.to_owned());
        self.lookups.push(Lookup { field: field_id.id, register, key: key.id, item, rule });
    }

    fn opening(&mut self, line: &Line) {
        let basis = self.basis(line, true);
        let day = |p: P| {
            line.integer(p).and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=28).contains(n))
        };
        let yearly =
            line.text(P::Yearly).and_then(value::month_day).map(|(m, d)| Every::Year(m, d));
        let every = yearly
            .or_else(|| day(P::Quarterly).map(Every::Quarter))
            .or_else(|| day(P::Monthly).map(Every::Month));
        let given = [P::Yearly, P::Quarterly, P::Monthly]
            .iter()
            .filter(|p| line.get(**p).is_some())
            .count();
        let (Some(every), 1) = (every, given) else {
            self.faults.push(line.span.fault("opening-form", &[]));
            return;
        };
        let rule = self.rule(line, "", basis);
        self.openings.push(Opening { every, rule });
    }

    fn compute(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        let basis = self.basis(line, true);
        let operations: Vec<&Line> =
            line.children.iter().filter(|l| l.keyword() != Keyword::Cite).collect();
        let [operation] = operations.as_slice() else {
            self.faults.push(line.span.fault("one-operation", &[("name", name.text())]));
            return;
        };
        let Some(field) = self.number_field(name) else { return };
        let by_table = operation.keyword() == Keyword::FromTable;
        for word in &operation.arguments {
            if matches!(word.value, Scalar::Text(_)) {
                match by_table {
                    true => drop(self.field_named(word)),
                    false => drop(self.number_field(word)),
                }
            }
        }
        let Some(operation_of) = self.operation(operation) else { return };
        let rule = self.rule(line, name.text(), basis);
        let inputs = operation.arguments.iter().map(Word::written).collect();
        self.computations.push(Computation { field, operation: operation_of, inputs, rule });
    }

    fn operation(&mut self, line: &Line) -> Option<Operation> {
        let missing = |p: P| line.span.fault("missing-property", &[("name", p.word())]);
        Some(match line.keyword() {
            Keyword::SumUp => Operation::Sum,
            Keyword::Smallest => Operation::Min,
            Keyword::Biggest => Operation::Max,
            Keyword::Rounded => match line.integer(P::Digits) {
                Some(n) if n > 0 => Operation::Round(n),
                _ => {
                    self.faults.push(missing(P::Digits));
                    return None;
                }
            },
            Keyword::FromTable => match line.text(P::Table) {
                Some(table) => Operation::Table(table.to_owned()),
                None => {
                    self.faults.push(missing(P::Table));
                    return None;
                }
            },
            _ => {
                let Some(rate_ppm) = line.integer(P::Rate) else {
                    self.faults.push(missing(P::Rate));
                    return None;
                };
                if let Some(word) = line.get(P::Pause).cloned()
                    && let Some(Named::Group(..)) = self.resolve(&word)
                {
                    self.faults.push(word.span.fault("group-here", &[]));
                }
                let cap = line.get(P::CapAt).map(Word::written);
                Operation::Accrual { rate_ppm, cap, pause: line.text(P::Pause).map(str::to_owned) }
            }
        })
    }

    fn number_field(&mut self, word: &Word) -> Option<FieldId> {
        let field = self.field_named(word)?;
        if !matches!(field.kind, FieldType::Integer | FieldType::Money) {
            let facts = [("name", word.text()), ("type", value::type_word(field.kind))];
            self.faults.push(word.span.fault("not-a-number-field", &facts));
            return None;
        }
        Some(field.id)
    }
}

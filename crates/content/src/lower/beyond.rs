//! What later layers execute: persons, links across matters, lookups, periodic openings.
//!
//! Separation of duties goes into the graph; the rest is typed and kept whole in the model.
//!
//! Next: `amounts.rs`, what the program works out.

use kernel::{Node, Value};

use super::Lowering;
use crate::keywords::{DAY_SUFFIX, Keyword, P};
use crate::model::{BringsYear, Carried, Every, FieldType, Link, Lookup, Opening, Redated};
use crate::syntax::{Line, Scalar, Word};
use crate::value;

impl Lowering<'_> {
    pub(super) fn beyond_line(&mut self, line: &Line) {
        match line.keyword() {
            Keyword::Distinct => self.distinct(line),
            Keyword::AtLeast => self.at_least(line),
            Keyword::Link => self.link(line),
            Keyword::Lookup => self.lookup(line),
            Keyword::BringsYear => self.brings_year(line),
            Keyword::Redated => self.redated(line),
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
        let word = Word { value: Scalar::Text(link.to_owned()), span: mirrored.span.clone() };
        let families: Vec<String> =
            line.names(P::LinkFamilies).iter().map(|w| w.text().to_owned()).collect();
        let opens = line.flag(P::Opens);
        if families.is_empty() || opens && families.len() > 1 {
            let code = if families.is_empty() { "missing-property" } else { "link-opens-many" };
            self.faults.push(line.span.fault(code, &[("name", P::LinkFamilies.word())]));
            return;
        }
        let mirrored_act = other.to_owned();
        let when = self.guard(line, P::When);
        let carried = line.lines(Keyword::Carry).filter_map(|l| self.carry(l)).collect();
        let field = self.field_named(&word);
        let (Some(event), Some(field)) = (named.and_then(|n| self.single(&n, &act.span)), field)
        else {
            return;
        };
        let rule = self.rule(line, &format!("{} {}", act.text(), mirrored.text()), basis);
        self.links.push(Link {
            act: event,
            link: field.id,
            families,
            mirrored: mirrored_act,
            when,
            lawful: line.flag(P::Lawful),
            carried,
            opens,
            source: line.text(P::LinkSource).map(str::to_owned),
            rule,
        });
    }

    fn brings_year(&mut self, line: &Line) {
        let [act] = line.arguments.as_slice() else { return };
        let named = self.resolve(act);
        let basis = self.basis(line, true);
        let mut field = |p: P, kind: FieldType| {
            let Some(word) = line.names(p).into_iter().next() else {
                self.faults.push(line.span.fault("missing-property", &[("name", p.word())]));
                return None;
            };
            let field = self.field_named(&word)?;
            if field.kind != kind {
                let facts = [("name", word.text()), ("type", value::type_word(kind))];
                self.faults.push(word.span.fault("field-not-of-type", &facts));
            }
            Some(field.id)
        };
        let year = field(P::YearField, FieldType::Integer);
        let table = field(P::TableField, FieldType::Text);
        let event = named.and_then(|n| self.single(&n, &act.span));
        let (Some(event), Some(year), Some(table)) = (event, year, table) else { return };
        let rule = self.rule(line, act.text(), basis);
        self.brings_year = Some(BringsYear { act: event, year, table, rule });
    }

    fn redated(&mut self, line: &Line) {
        let [act] = line.arguments.as_slice() else { return };
        let mut event = |word: &Word| {
            let named = self.resolve(word)?;
            self.single(&named, &word.span)
        };
        let done = event(act);
        let duties = line.names.iter().filter_map(&mut event).collect();
        if let Some(act) = done {
            self.redated.push(Redated { act, duties });
        }
    }

    /// One field of the mirrored act and where it comes from.
    fn carry(&mut self, line: &Line) -> Option<(String, Carried)> {
        let name = line.arguments.first()?.text().to_owned();
        let from = match (line.arguments.get(1).cloned(), line.get(P::Given)) {
            (None, Some(word)) => Carried::Constant(match &word.value {
                Scalar::Flag(yes) => Value::Bool(*yes),
                Scalar::Integer(n) => Value::Int(*n),
                _ => Value::Text(word.text().into()),
            }),
            (Some(word), None) => match word.text().strip_suffix(DAY_SUFFIX) {
                Some(act) => {
                    let act = Word { value: Scalar::Text(act.to_owned()), span: word.span.clone() };
                    let named = self.resolve(&act)?;
                    Carried::DayOf(self.single(&named, &word.span)?)
                }
                None => Carried::Field(self.field_named(&word)?.id),
            },
            _ => {
                self.faults.push(line.span.fault("carry-form", &[("given", &line.written())]));
                return None;
            }
        };
        Some((name, from))
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
}

//! Links across matters, checked against the other procedures once all are there.
//!
//! Not here: the mirrored act being done (the office).

use kernel::Value;

use crate::fault::{Fault, Span};
use crate::keywords::{Keyword, P};
use crate::model::{Carried, Field, FieldType, Link, Procedure};
use crate::shape::undeclared;
use crate::syntax::{Line, Word};
use crate::value;

impl Link {
    /// Where a field of the mirrored act comes from: what the link says, or the field of the same
    /// name and type. Personal values are never carried.
    pub fn carries(&self, own: &Procedure, other: &Field) -> Option<Carried> {
        if let Some((_, from)) = self.carried.iter().find(|(name, _)| *name == other.name) {
            return Some(from.clone());
        }
        let same = own.fields.iter().find(|f| f.name == other.name && is_like(f, other))?;
        Some(Carried::Field(same.id))
    }
}

/// Whether every value of the one can stand in the other.
fn is_like(field: &Field, other: &Field) -> bool {
    let reference = [FieldType::Text, FieldType::Reference];
    let same =
        field.kind == other.kind || [field, other].iter().all(|f| reference.contains(&f.kind));
    same && !field.personal
        && !other.personal
        && field.options.iter().all(|o| other.options.contains(o))
}

/// The other procedures must have the act, and this one all that the act must state.
pub(crate) fn check(procedures: &[Procedure], lines: &[(&str, &Line)], faults: &mut Vec<Fault>) {
    for procedure in procedures {
        for link in &procedure.links {
            let span = written(procedure, link, lines);
            for family in &link.families {
                one((procedure, link), family, &span, procedures, faults);
            }
        }
    }
}

/// The line of a link; that of its procedure where a fragment has it.
fn written(procedure: &Procedure, link: &Link, lines: &[(&str, &Line)]) -> Span {
    let at = &procedure.rule(link.rule).position;
    let all = lines.iter().flat_map(|(_, line)| line.lines(Keyword::Link));
    let found = all.map(|line| &line.span).find(|span| span.position() == *at);
    let mine = |line: &&&Line| {
        line.arguments.first().map(Word::text) == Some(&procedure.family)
            && line.text(P::Version) == Some(&procedure.version)
    };
    let whole = || lines.iter().map(|(_, line)| line).find(mine).map(|line| &line.span);
    let span = found.or_else(whole);
    span.expect("a procedure was read from a line").clone()
}

fn one(
    (procedure, link): (&Procedure, &Link),
    family: &str,
    span: &Span,
    procedures: &[Procedure],
    faults: &mut Vec<Fault>,
) {
    let others: Vec<&Procedure> = procedures.iter().filter(|p| p.family == family).collect();
    if others.is_empty() {
        let known = procedures.iter().map(|p| p.family.as_str());
        faults.push(undeclared(span, Keyword::Procedure.word(), family, known));
        return;
    }
    let with_act: Vec<&&Procedure> =
        others.iter().filter(|p| p.event(&link.mirrored).is_some()).collect();
    if with_act.is_empty() {
        let known = others.iter().flat_map(|p| &p.acts).map(|a| a.name.as_str());
        faults.push(undeclared(span, Keyword::Act.word(), &link.mirrored, known));
        return;
    }
    for other in with_act {
        let event = other.event(&link.mirrored).expect("it has the act");
        if other.links.iter().any(|back| back.act == event) {
            faults.push(span.fault("link-goes-on", &[("name", &link.mirrored)]));
        }
        let form = &other.graph.event(event).fields;
        for (field, required) in form {
            let field = other.field(*field);
            let given = link.carries(procedure, field).is_some() || other.computes(field.id);
            if *required && !given && link.source.as_ref() != Some(&field.name) {
                let facts = [("name", field.name.as_str()), ("act", &link.mirrored)];
                faults.push(span.fault("link-lacks-field", &facts));
            }
        }
        for (name, from) in &link.carried {
            let field = form.iter().map(|(f, _)| other.field(*f)).find(|f| f.name == *name);
            let Some(field) = field else {
                let known = form.iter().map(|(f, _)| other.field(*f).name.as_str());
                faults.push(undeclared(span, Keyword::Field.word(), name, known));
                continue;
            };
            if !fits(procedure, from, field) {
                let facts = [("name", name.as_str()), ("type", value::type_word(field.kind))];
                faults.push(span.fault("carry-differs", &facts));
            }
        }
    }
}

/// Whether what is carried can stand in the other's field.
fn fits(procedure: &Procedure, from: &Carried, other: &Field) -> bool {
    match from {
        Carried::Field(field) => is_like(procedure.field(*field), other),
        Carried::DayOf(_) => other.kind == FieldType::Date && !other.personal,
        Carried::Constant(Value::Bool(_)) => other.kind == FieldType::YesNo,
        Carried::Constant(Value::Int(_)) => {
            matches!(other.kind, FieldType::Integer | FieldType::Money)
        }
        Carried::Constant(Value::Text(text)) => {
            let read = value::parse(other.kind, text);
            !other.personal && read.is_some_and(|v| other.admits(&v))
        }
        Carried::Constant(_) => false,
    }
}

//! Values that make guards true or false as a run needs them: from bits back to a payload.
//!
//! Finite kinds have one value per class. For every other kind the constants, parameters and fields
//! its atoms compare it with, and their neighbours, are tried until every atom comes out as it must.
//!
//! Not here: when acts happen (`replay.rs`).

use std::collections::HashMap;

use kernel::{
    Day, Env, Facts, FieldId, FieldKind, Graph, Guard, Operand, ParamId, Span, Unit, Value,
};

use crate::fields::{Atom, Fields};

/// The facts of a matter during a replay: what is stated now over what is stored.
pub(crate) struct Matter<'a> {
    pub stored: &'a HashMap<FieldId, Value>,
    pub env: &'a Env<'a>,
    pub day: Day,
}

struct With<'a>(&'a Matter<'a>, &'a [(FieldId, Value)]);

impl Facts for With<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        let stated = self.1.iter().find(|(f, _)| *f == field).map(|(_, v)| v);
        stated.or_else(|| self.0.stored.get(&field))
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.0.env.params.get(param.index())?.on(self.0.day)
    }
}

/// Values for the fields, such that the bits of the state after come out; `None` if none are found.
pub(crate) fn choose(
    graph: &Graph,
    fields: &Fields,
    wanted: &[FieldId],
    after: &[bool],
    matter: &Matter,
) -> Option<Vec<(FieldId, Value)>> {
    let mut chosen = Vec::new();
    extend(graph, fields, wanted, after, matter, &mut chosen).then_some(chosen)
}

fn extend(
    graph: &Graph,
    fields: &Fields,
    wanted: &[FieldId],
    after: &[bool],
    matter: &Matter,
    chosen: &mut Vec<(FieldId, Value)>,
) -> bool {
    let Some(field) = wanted.get(chosen.len()) else {
        return fields.atoms.iter().all(|a| fits(a, wanted, after, &With(matter, chosen)));
    };
    for value in candidates(graph, fields, *field, after, matter) {
        chosen.push((*field, value));
        if extend(graph, fields, wanted, after, matter, chosen) {
            return true;
        }
        chosen.pop();
    }
    false
}

/// Whether the atom, if it reads a field stated now, comes out as the state after says.
fn fits(atom: &Atom, stated: &[FieldId], after: &[bool], facts: &With) -> bool {
    if !atom.fields.iter().any(|f| stated.contains(f)) {
        return true;
    }
    atom.guard.eval(facts).is_none_or(|v| v == after[atom.bit as usize])
}

fn candidates(
    graph: &Graph,
    fields: &Fields,
    field: FieldId,
    after: &[bool],
    matter: &Matter,
) -> Vec<Value> {
    let region = &fields.regions[field.index()];
    if !region.classes.is_empty() {
        let bit = |(i, b): (usize, &u32)| usize::from(after[*b as usize]) << i;
        let class: usize = region.code.iter().enumerate().map(bit).sum();
        return region.classes.get(class).cloned().unwrap_or_default();
    }
    let kind = &graph.field(field).kind;
    let mut found = vec![usual(graph, field, matter.day)];
    let reads = |a: &&Atom| a.fields.contains(&field);
    for atom in fields.atoms.iter().filter(reads) {
        for value in compared_with(&atom.guard, matter) {
            found.extend(neighbours(&value).into_iter().filter(|v| kind.admits(v)));
        }
    }
    found
}

/// A plain value of the kind: a date is the day of the act, or a year ahead where a notice must
/// precede it.
pub(crate) fn usual(graph: &Graph, field: FieldId, day: Day) -> Value {
    let ahead = graph.relations.iter().any(|r| match &r.kind {
        kernel::Kind::Condition { lead: Some(lead), .. } => lead.until == field,
        _ => false,
    });
    let day = if ahead && !graph.field(field).past { day.plus(AHEAD) } else { day };
    match &graph.field(field).kind {
        FieldKind::Bool => Value::Bool(true),
        FieldKind::Int => Value::Int(1),
        FieldKind::Day => Value::Day(day),
        FieldKind::Instant => Value::Instant(day.start()),
        FieldKind::Span => Value::Span(Span { amount: 1, unit: Unit::Day }),
        FieldKind::Text => Value::Text("x".into()),
        FieldKind::Option(options) => Value::Text(options.first().cloned().unwrap_or_default()),
    }
}

const AHEAD: i32 = 400;

fn compared_with(guard: &Guard, matter: &Matter) -> Vec<Value> {
    let of = |operand: &Operand| match operand {
        Operand::Const(value) => Some(value.clone()),
        Operand::Field(f) => matter.stored.get(f).cloned(),
        Operand::Param(p) => matter.env.params.get(p.index())?.on(matter.day).cloned(),
    };
    match guard {
        Guard::Compare(a, _, b) => of(a).into_iter().chain(of(b)).collect(),
        Guard::OneOf(_, values) => values.clone(),
        _ => Vec::new(),
    }
}

/// The value and what lies just beside it.
fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::Int(n) => vec![Value::Int(*n), Value::Int(n - 1), Value::Int(n + 1)],
        Value::Day(d) => vec![value.clone(), Value::Day(d.plus(-1)), Value::Day(d.plus(1))],
        Value::Instant(at) => {
            let near = [-1, 1].map(|s| Value::Instant(at.plus_seconds(s)));
            [value.clone()].into_iter().chain(near).collect()
        }
        Value::Text(text) => vec![value.clone(), Value::Text(format!("{text}'").into())],
        Value::Span(span) => {
            vec![value.clone(), Value::Span(Span { amount: span.amount + 1, ..*span })]
        }
        Value::Bool(_) => vec![value.clone()],
    }
}

/// A value as a witness shows it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Instant(at) => at.to_string(),
        Value::Span(span) => format!("{} {:?}", span.amount, span.unit),
        Value::Text(text) => text.to_string(),
    }
}

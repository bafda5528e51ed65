//! Random acts on a running case: mostly possible ones, at moments where something happens.

use std::sync::Arc;

use kernel::{Day, FieldId, Instant, KindSpec, Span, Unit, Value};

use super::{Dice, field};
use crate::reference::{Act, Case, Name};

/// The next moment: often the same, a few hours or days on, or right at somebody's due.
pub fn moment(dice: &mut Dice, case: &Case) -> i64 {
    let now = case.now;
    let ahead: Vec<i64> = case
        .state
        .values()
        .filter_map(|s| s.owed.as_ref().and_then(|o| o.due()))
        .map(|e| e.due)
        .filter(|due| (now..now + 90 * 86_400).contains(due))
        .collect();
    match dice.below(20) {
        0..=4 => now,
        5..=6 => now + dice.below(7_200) as i64,
        7..=12 => now + dice.below(4 * 86_400) as i64,
        13..=15 => now + dice.below(20 * 86_400) as i64,
        16 => now + dice.below(120 * 86_400) as i64,
        17 if dice.chance(20) => now - 1,
        _ if ahead.is_empty() => now + dice.below(10 * 86_400) as i64,
        _ => *dice.pick(&ahead) + dice.below(2) as i64,
    }
}

/// An act of some event: two times in three of one that is possible now.
pub fn act(dice: &mut Dice, case: &Case, at: i64) -> Act {
    let all: Vec<Name> = case.state.keys().copied().collect();
    let possible = |n: &Name| is_for_persons(case, *n) && case.why_not(*n, at, &[]).0.is_empty();
    let ready: Vec<Name> = match dice.chance(66) {
        true => all.iter().copied().filter(possible).collect(),
        false => Vec::new(),
    };
    let weighty: Vec<Name> = ready.iter().copied().filter(|n| is_weighty(case, *n)).collect();
    let persons: Vec<Name> = all.iter().copied().filter(|n| is_for_persons(case, *n)).collect();
    let among = match (ready.is_empty(), weighty.is_empty()) {
        (true, _) if dice.chance(4) => &all,
        (true, _) => &persons,
        (_, false) if dice.chance(35) => &weighty,
        _ => &ready,
    };
    let name = *dice.pick(if case.now == at && case.store.is_empty() { &all[..1] } else { among });
    let mut payload = Vec::new();
    for (f, required) in case.place.spec(name).fields.clone() {
        if dice.chance(if required { 95 } else { 75 }) {
            payload.push((f, value(dice, f, at)));
        }
    }
    if dice.chance(1) {
        payload.push((field::number(), Value::Bool(true)));
        payload.sort_by_key(|(f, _)| *f);
        payload.dedup_by_key(|(f, _)| *f);
    }
    if let Some(first) = payload.first().filter(|_| dice.chance(2)).cloned() {
        payload.push(first);
    }
    let key = dice.chance(90).then(|| format!("k{}", dice.below(5)));
    Act { name, at, payload, key }
}

fn is_for_persons(case: &Case, name: Name) -> bool {
    case.place.spec(name).automatic.is_none() && !case.place.is_choice(name)
}

/// Extends or creates an instance: rarer than the rest.
fn is_weighty(case: &Case, name: Name) -> bool {
    let kind = |k: &KindSpec| matches!(k, KindSpec::Extend { .. } | KindSpec::Spawn(_));
    case.links(kind).iter().any(|l| l.from == name)
}

fn value(dice: &mut Dice, f: FieldId, at: i64) -> Value {
    let today = Instant(at).day();
    let day = |n: i32| Day(today.0 + n);
    match f.index() {
        0 => Value::Bool(dice.chance(50)),
        1 => Value::Int(dice.below(4) as i64),
        2 => Value::Day(day(dice.below(40) as i32 - 8)),
        3 => Value::Int(dice.below(10) as i64 - i64::from(dice.chance(3)) * 10),
        4 => Value::Day(day(1 - dice.below(12) as i32)),
        5 => Value::Span(Span {
            amount: dice.below(9) as u32,
            unit: *dice.pick(&[Unit::Day, Unit::WorkingDay, Unit::Month, Unit::Hour]),
        }),
        6 => Value::Text(Arc::from(*dice.pick(&["a", "b", "c"]))),
        _ => Value::Instant(Instant(at + dice.below(20 * 86_400) as i64 - 5 * 86_400)),
    }
}

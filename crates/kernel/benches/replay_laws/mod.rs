//! The two laws of the benchmark, 20 acts each, and recorded cases of them.

use kernel::{
    Comparison, Day, Env, EventId, FieldId, FieldKind, Graph, Guard, Instant, KindSpec, Limit,
    Marking, Merge, Node, Operand, RelationSpec, Repeat, RoleId, Strength, Unit, Value, Wait,
};

use crate::generate::Dice;
use crate::reference::Law;
use crate::{History, Recorded, record_cases};

const ACTS: usize = 20;
const CASES: usize = 250;

fn start() -> Instant {
    Day::from_date(2024, 3, 1).expect("the date exists").start().plus_seconds(32_400)
}

fn relate(law: &mut Law, kind: KindSpec, from: usize, to: usize, when: Option<Guard>) {
    law.relations.push(RelationSpec {
        kind,
        source: Node::Event(from),
        target: Node::Event(to),
        when,
        strength: Strength::Refuse,
        clause: kernel::ClauseId::new(0),
    });
}

/// Pairs that occur once, so that no include meets an exclude.
fn pairs(dice: &mut Dice, n: usize, forward: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    while found.len() < n {
        let (a, b) = (dice.below(ACTS), dice.below(ACTS));
        if a != b && (!forward || a < b) && !found.contains(&(a, b)) {
            found.push((a, b));
        }
    }
    found
}

fn skeleton(dice: &mut Dice) -> Law {
    let mut law = Law::default();
    for place in 0..ACTS {
        law.event(|e| {
            e.repeat = Repeat::Unlimited;
            e.included = place < 14;
        });
    }
    let (outs, ins) = (pairs(dice, 8, true), pairs(dice, 22, false));
    for (a, b) in &outs {
        relate(&mut law, KindSpec::Exclude, *a, *b, None);
    }
    for (a, b) in ins.iter().filter(|p| !outs.contains(p)) {
        relate(&mut law, KindSpec::Include, *a, *b, None);
    }
    law
}

/// Conditions, milestones, responses, excludes and includes and nothing else.
pub fn plain(env: &Env) -> History {
    let mut dice = Dice::new(20);
    let mut law = skeleton(&mut dice);
    for (a, b) in pairs(&mut dice, 18, true) {
        relate(&mut law, KindSpec::condition(), a, b, None);
    }
    for (a, b) in pairs(&mut dice, 6, true) {
        relate(&mut law, KindSpec::Milestone, a, b, None);
    }
    for (a, b) in pairs(&mut dice, 20, false) {
        relate(&mut law, KindSpec::response(None), a, b, None);
    }
    let at = start();
    record_cases(law, env, at, CASES, move |_: &Graph, _: &Marking| Recorded {
        event: EventId::new(dice.below(ACTS)),
        at,
        payload: Vec::new(),
        role: None,
    })
}

/// Limits in days and working days, waits, guards over two fields, three roles.
pub fn timed(env: &Env) -> History {
    let mut dice = Dice::new(22);
    let mut law = skeleton(&mut dice);
    law.fields = vec![(FieldKind::Bool, false), (FieldKind::Int, false)];
    for (place, spec) in law.events.iter_mut().enumerate() {
        spec.roles = vec![RoleId::new(place % 3)];
        if place % 5 == 0 {
            spec.fields = vec![(flag(), true), (amount(), true)];
        }
    }
    for (i, (a, b)) in pairs(&mut dice, 18, true).into_iter().enumerate() {
        let wait = Wait { limit: Limit::new(2, Unit::WorkingDay, false), end: kernel::End::Ready };
        let kind = match i % 3 {
            0 => KindSpec::Condition {
                wait: Some(wait),
                bound: None,
                lead: None,
                and_if: None,
                void_when_excluded: false,
            },
            _ => KindSpec::condition(),
        };
        relate(&mut law, kind, a, b, (i % 4 == 0).then(large));
    }
    for (a, b) in pairs(&mut dice, 6, true) {
        relate(&mut law, KindSpec::Milestone, a, b, None);
    }
    for (i, (a, b)) in pairs(&mut dice, 20, false).into_iter().enumerate() {
        let limit = match i % 4 {
            0 => Some(Limit::new(60, Unit::Day, true)),
            1 => Some(Limit::new(15, Unit::WorkingDay, false)),
            2 => Some(Limit::new(2, Unit::Month, true)),
            _ => None,
        };
        let kind = KindSpec::Response { limit, merge: Some(Merge::Strictest) };
        relate(&mut law, kind, a, b, (i % 5 == 0).then(|| Guard::True(flag())));
    }
    law.roles = 3;
    record_cases(law, env, start(), CASES, move |_: &Graph, marking: &Marking| {
        let event = dice.below(ACTS);
        let payload = match event % 5 {
            0 => vec![
                (flag(), Value::Bool(dice.chance(50))),
                (amount(), Value::Int(dice.below(9) as i64)),
            ],
            _ => Vec::new(),
        };
        Recorded {
            event: EventId::new(event),
            at: marking.now.plus_seconds(dice.below(50_000) as i64),
            payload,
            role: Some(RoleId::new(event % 3)),
        }
    })
}

fn flag() -> FieldId {
    FieldId::new(0)
}

fn amount() -> FieldId {
    FieldId::new(1)
}

fn large() -> Guard {
    let five = Operand::Const(Value::Int(5));
    Guard::Compare(Operand::Field(amount()), Comparison::AtLeast, five)
}

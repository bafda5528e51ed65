//! Random procedures and random acts, from a seed; the same seed gives the same on every machine.
//!
//! Takes a seed; gives a [`Law`] dense enough that clocks overlap, duties meet and instances
//! appear, and acts that are lawful more often than not. Not here: what must come of them.
#![allow(missing_docs, dead_code, unreachable_pub)]

pub mod acts;

use std::sync::Arc;

use kernel::{
    Amount, Anchor, Comparison, Day, Effect, Effective, End, EventId, FieldId, FieldKind, Guard,
    Instant, KindSpec, Lead, Limit, Merge, Node, Operand, Owner, ParamId, Period, RelationSpec,
    Repeat, Span, Strength, TemplateId, Unit, Value, Wait,
};

use crate::reference::Law;

/// xorshift64*: small, good enough, and the same for ever.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// 0 ..= n - 1.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) % n.max(1) as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The fields of every random law.
pub mod field {
    use kernel::FieldId;
    pub fn flag() -> FieldId {
        FieldId::new(0)
    }
    pub fn number() -> FieldId {
        FieldId::new(1)
    }
    pub fn day() -> FieldId {
        FieldId::new(2)
    }
    pub fn term() -> FieldId {
        FieldId::new(3)
    }
    pub fn posted() -> FieldId {
        FieldId::new(4)
    }
    pub fn span() -> FieldId {
        FieldId::new(5)
    }
    pub fn option() -> FieldId {
        FieldId::new(6)
    }
    pub fn moment() -> FieldId {
        FieldId::new(7)
    }
}

/// Parameter 0 is always set, parameter 1 rises on a day, parameter 2 is never set.
pub const PARAMS: usize = 3;

fn fields() -> Vec<(FieldKind, bool)> {
    let options = vec![Arc::from("a"), Arc::from("b"), Arc::from("c")];
    vec![
        (FieldKind::Bool, false),
        (FieldKind::Int, false),
        (FieldKind::Day, false),
        (FieldKind::Int, false),
        (FieldKind::Day, true),
        (FieldKind::Span, false),
        (FieldKind::Option(options), false),
        (FieldKind::Instant, false),
    ]
}

/// A random procedure; `first` is the day its cases begin.
pub fn law(dice: &mut Dice, first: Day) -> Law {
    let mut law = Law { fields: fields(), params: PARAMS, ..Law::default() };
    let outer = 3 + dice.below(5);
    for place in 0..outer {
        law.event(|spec| event(dice, spec, first));
        if place == 0 {
            // An opening act that may state everything, so that guards are not always unknown.
            let opening = &mut law.events[0];
            (opening.included, opening.automatic) = (true, None);
            opening.repeat = Repeat::Unlimited;
            opening.fields = (0..8).map(|f| (FieldId::new(f), false)).collect();
        }
    }
    let mut nodes: Vec<Node> = (0..outer).map(Node::Event).collect();
    if dice.chance(35) {
        let choice = law.event(|spec| spec.repeat = Repeat::Unlimited);
        let mut members: Vec<usize> = (0..outer).filter(|_| dice.chance(40)).collect();
        if members.is_empty() {
            members.push(0);
        }
        law.choices.insert(choice, (members, dice.chance(30)));
        nodes.push(Node::Event(choice));
    }
    if dice.chance(40) {
        let template = TemplateId::new(law.templates.len());
        law.templates.push(2 + dice.below(4) as u16);
        for _ in 0..1 + dice.below(2) {
            let place = law.event(|spec| {
                event(dice, spec, first);
                spec.template = Some(template);
                spec.automatic = None;
            });
            nodes.push(Node::Event(place));
        }
        let from = dice.below(outer);
        if law.events[from].automatic.is_none() {
            law.events[from].repeat = Repeat::Unlimited;
        }
        let source = Node::Event(from);
        let when = dice.chance(20).then(|| guard(dice, 1));
        law.relations.push(relation(KindSpec::Spawn(template), source, source, when));
    }
    if dice.chance(20) {
        let inner: Vec<Node> = nodes.iter().copied().filter(|_| dice.chance(35)).collect();
        law.groups.push(inner.clone());
        let mut members = vec![Node::Group(0), *dice.pick(&nodes)];
        members.truncate(1 + dice.below(2));
        law.groups.push(members);
        if !inner.is_empty() {
            nodes.push(Node::Group(0));
            nodes.push(Node::Group(1));
        }
    }
    for _ in 0..outer + dice.below(2 * outer) {
        random_relation(dice, &mut law, &nodes, outer);
    }
    if dice.chance(85) {
        clocked_duty(dice, &mut law, outer);
    }
    lapses(dice, &mut law, outer);
    if dice.chance(40) {
        counted_from_a_due(dice, &mut law, outer);
    }
    law
}

fn relation(kind: KindSpec, source: Node, target: Node, when: Option<Guard>) -> RelationSpec {
    let (strength, clause) = (Strength::Refuse, kernel::ClauseId::new(0));
    RelationSpec { kind, source, target, when, strength, clause }
}

fn event(dice: &mut Dice, spec: &mut kernel::EventSpec, first: Day) {
    spec.included = dice.chance(80);
    spec.executed_at = dice.chance(15).then(|| first.plus(-(dice.below(20) as i32)).start());
    if dice.chance(20) {
        let limit = dice.chance(70).then(|| Limit { anchor: Anchor::Source, ..fixed(dice) });
        spec.pending = Some(limit);
    }
    spec.repeat = match dice.below(10) {
        0..=5 => Repeat::Unlimited,
        6..=8 => Repeat::Once,
        _ => Repeat::AtMost(1 + dice.below(2) as u16),
    };
    spec.owner = if dice.chance(75) { Owner::Organ } else { Owner::Party };
    if dice.chance(12) {
        spec.repeat = Repeat::Once;
        spec.automatic =
            Some(*dice.pick(&[Effective::Executed, Effective::PeriodEnd, Effective::SourceDay]));
        return;
    }
    for f in 0..8 {
        if dice.chance(35) {
            spec.fields.push((FieldId::new(f), dice.chance(8)));
        }
    }
    if spec.fields.iter().any(|(f, _)| *f == field::posted()) && dice.chance(60) {
        spec.posted = Some(field::posted());
    }
    if dice.chance(15) {
        spec.writes.push((field::flag(), Value::Bool(dice.chance(50))));
    }
    if dice.chance(10) {
        spec.writes.push((field::number(), Value::Int(dice.below(4) as i64)));
    }
}

fn fixed(dice: &mut Dice) -> Limit {
    let (unit, most) = match dice.below(20) {
        0..=8 => (Unit::Day, 16),
        9..=14 => (Unit::WorkingDay, 12),
        15..=16 => (Unit::Hour, 60),
        17..=18 => (Unit::Month, 3),
        _ => (Unit::Year, 2),
    };
    let amount = dice.below(most) as u32;
    let roll = unit != Unit::WorkingDay && unit != Unit::Hour && dice.chance(50);
    Limit { full_hour: dice.chance(30), ..Limit::new(amount, unit, roll) }
}

/// A limit counted forward, mostly constant and from the source.
fn limit(dice: &mut Dice, outer: usize) -> Limit {
    let mut limit = fixed(dice);
    match dice.below(30) {
        0 => limit.period = Period::MonthEnd,
        1 => limit.period = Period::QuarterEnd,
        2 => limit.period = Period::Yearly { month: 1 + dice.below(12) as u8, day: 29 },
        3 => limit.period = Period::Span(Amount::Param(ParamId::new(dice.below(2))), Unit::Day),
        4 => limit.period = Period::Span(Amount::Field(field::term()), Unit::WorkingDay),
        5 => limit.period = Period::Span(Amount::Field(field::span()), Unit::Day),
        6 if dice.chance(20) => {
            limit.period = Period::Span(Amount::Param(ParamId::new(2)), Unit::Day);
        }
        _ => {}
    }
    match dice.below(20) {
        0..=1 => limit.from(Anchor::Field(field::day())),
        2 => limit.from(Anchor::Field(field::moment())),
        3..=4 => limit.from(Anchor::DueOf(EventId::new(dice.below(outer)))),
        _ => limit,
    }
}

/// A response's limit: none, forward, or back from a date.
fn duty_limit(dice: &mut Dice, outer: usize) -> Option<Limit> {
    match dice.below(20) {
        0..=2 => None,
        3 => Some(Limit { before: true, ..fixed(dice).from(Anchor::Field(field::day())) }),
        _ => Some(limit(dice, outer)),
    }
}

/// A chain of reminders by the hour is possible and lawful, but long: here they come by days.
fn in_days(limit: Limit) -> Limit {
    let period = match limit.period {
        Period::Span(Amount::Fixed(amount), Unit::Hour) => {
            Period::Span(Amount::Fixed(amount), Unit::Day)
        }
        Period::Span(Amount::Field(_), _) => Period::MonthEnd,
        other => other,
    };
    Limit { period, ..limit }
}

fn guard(dice: &mut Dice, depth: usize) -> Guard {
    let flat = |dice: &mut Dice| match dice.below(7) {
        0 | 1 => Guard::True(field::flag()),
        2 => Guard::Has(*dice.pick(&[field::flag(), field::number(), field::day()])),
        3 => Guard::OneOf(field::option(), vec![Value::Text(Arc::from("a"))]),
        4 => Guard::Compare(
            Operand::Field(field::number()),
            *dice.pick(&[Comparison::Less, Comparison::Greater, Comparison::NotEqual]),
            Operand::Param(ParamId::new(0)),
        ),
        5 if dice.chance(10) => Guard::Compare(
            Operand::Param(ParamId::new(2)),
            Comparison::Equal,
            Operand::Const(Value::Int(1)),
        ),
        _ => Guard::Compare(
            Operand::Field(field::number()),
            *dice.pick(&[Comparison::Equal, Comparison::AtMost, Comparison::AtLeast]),
            Operand::Const(Value::Int(dice.below(4) as i64)),
        ),
    };
    if depth == 0 || dice.chance(60) {
        return flat(dice);
    }
    match dice.below(3) {
        0 => Guard::Not(Box::new(guard(dice, depth - 1))),
        1 => Guard::All(vec![guard(dice, depth - 1), flat(dice)]),
        _ => Guard::Any(vec![guard(dice, depth - 1), flat(dice)]),
    }
}

fn condition(dice: &mut Dice, outer: usize) -> KindSpec {
    let ends = [End::Ready, End::Full, End::Lapse];
    let wait = dice.chance(60).then(|| {
        let limit = if dice.chance(70) { fixed(dice) } else { limit(dice, outer) };
        Wait { limit, end: *dice.pick(&ends) }
    });
    let bound = dice.chance(30).then(|| limit(dice, outer));
    let lead = dice.chance(20).then(|| Lead { limit: fixed(dice), until: field::day() });
    let and_if = dice.chance(25).then(|| guard(dice, 2));
    match dice.chance(30) {
        true => KindSpec::condition(),
        false => KindSpec::Condition { wait, bound, lead, and_if, void_when_excluded: false },
    }
}

fn merge(dice: &mut Dice) -> Option<Merge> {
    *dice.pick(&[None, Some(Merge::Replace), Some(Merge::Strictest)])
}

fn random_relation(dice: &mut Dice, law: &mut Law, nodes: &[Node], outer: usize) {
    let (source, target) = (*dice.pick(nodes), *dice.pick(nodes));
    let plain = |n: Node| matches!(n, Node::Event(_));
    let mut when = dice.chance(25).then(|| guard(dice, 2));
    let kind = match dice.below(24) {
        0..=3 if source != target => condition(dice, outer),
        4..=6 | 20..=22 if source != target => KindSpec::Milestone,
        0..=9 | 20..=21 => {
            KindSpec::Response { limit: duty_limit(dice, outer), merge: merge(dice) }
        }
        10..=11 => {
            // An unguarded pair of exclude and include is refused at load; a guarded one is not.
            when = when.or_else(|| Some(Guard::Any(vec![tautology(), guard(dice, 0)])));
            KindSpec::Exclude
        }
        12..=14 => KindSpec::Include,
        15 => KindSpec::Overdue(Effect::Exclude),
        16 => KindSpec::Overdue(Effect::Include),
        17..=18 => {
            let limit = duty_limit(dice, outer).map(in_days);
            let merge = if dice.chance(50) { Merge::Replace } else { Merge::Strictest };
            KindSpec::Overdue(Effect::Respond { limit, merge })
        }
        _ => {
            let until = *dice.pick(nodes);
            if source == target || until == source || until == target {
                return;
            }
            if !(plain(source) && plain(target) && plain(until)) {
                return;
            }
            KindSpec::Stop { until }
        }
    };
    let constraint = matches!(kind, KindSpec::Condition { .. } | KindSpec::Milestone);
    let mut spec = relation(kind, source, target, when);
    if constraint && dice.chance(12) {
        spec.strength = Strength::Warn;
    }
    law.relations.push(spec);
}

fn tautology() -> Guard {
    Guard::Not(Box::new(Guard::All(vec![
        Guard::Has(field::flag()),
        Guard::Not(Box::new(Guard::Has(field::flag()))),
    ])))
}

/// A duty with overlapping stops and an extension: what section 9 is about.
fn clocked_duty(dice: &mut Dice, law: &mut Law, outer: usize) {
    let mut order: Vec<usize> = (0..outer).collect();
    for i in 0..outer {
        let j = dice.below(outer);
        order.swap(i, j);
    }
    let choice = law.choices.keys().next().copied().filter(|_| dice.chance(25));
    let f = choice.unwrap_or(order[0]);
    let (a, b, c) = (order[1], order[2], order[outer - 1]);
    let node = Node::Event;
    let response = KindSpec::Response { limit: Some(limit(dice, outer)), merge: merge(dice) };
    law.relations.push(relation(response, node(c), node(f), None));
    if dice.chance(80) {
        let until = node(b);
        law.relations.push(relation(KindSpec::Stop { until }, node(a), node(f), None));
    }
    if dice.chance(60) && c != a {
        let (until, when) = (node(a), dice.chance(20).then(|| guard(dice, 1)));
        law.relations.push(relation(KindSpec::Stop { until }, node(c), node(f), when));
    }
    for (x, percent) in [(b, 80), (c, 35)] {
        if !dice.chance(percent) {
            continue;
        }
        let limit = Limit { anchor: Anchor::Source, ..fixed(dice) };
        let max = 1 + dice.below(3) as u16;
        let when = dice.chance(20).then(|| guard(dice, 1));
        law.relations.push(relation(KindSpec::Extend { limit, max }, node(x), node(f), when));
    }
    if dice.chance(35) {
        let out = Some(tautology());
        law.relations.push(relation(KindSpec::Exclude, node(a), node(f), out));
        law.relations.push(relation(KindSpec::Include, node(b), node(f), None));
    }
    law.relations.retain(|r| match r.kind {
        KindSpec::Stop { until } => r.source != r.target && until != r.source && until != r.target,
        KindSpec::Extend { .. } => r.source != r.target,
        _ => true,
    });
}

/// Automatic acts that wait for a period to end.
fn lapses(dice: &mut Dice, law: &mut Law, outer: usize) {
    for place in 0..outer {
        if law.events[place].automatic.is_none() || dice.chance(30) {
            continue;
        }
        law.events[place].included = true;
        let ends = [End::Ready, End::Full, End::Lapse];
        let wait = Wait { limit: fixed(dice), end: *dice.pick(&ends) };
        let kind = KindSpec::Condition {
            wait: Some(wait),
            bound: None,
            lead: None,
            and_if: None,
            void_when_excluded: false,
        };
        let source = dice.below(outer);
        if source != place {
            law.relations.push(relation(kind, Node::Event(source), Node::Event(place), None));
        }
    }
}

/// A duty of some weeks in working days, and one that counts from its due day; at times the first
/// sleeps meanwhile.
fn counted_from_a_due(dice: &mut Dice, law: &mut Law, outer: usize) {
    let [first, second, x, y] = [(); 4].map(|()| dice.below(outer));
    let node = Node::Event;
    let within = |limit| KindSpec::Response { limit: Some(limit), merge: Some(Merge::Replace) };
    let weeks = Limit::new(5 + dice.below(40) as u32, Unit::WorkingDay, false);
    law.relations.push(relation(within(weeks), node(0), node(first), None));
    let from_due = fixed(dice).from(Anchor::DueOf(EventId::new(first)));
    law.relations.push(relation(within(from_due), node(x), node(second), None));
    if dice.chance(60) {
        law.relations.push(relation(KindSpec::Exclude, node(x), node(first), Some(tautology())));
        law.relations.push(relation(KindSpec::Include, node(y), node(first), None));
    }
}

/// The parameters every random place sets.
pub fn params(first: i64) -> Vec<Vec<(i64, Value)>> {
    vec![
        vec![(i64::MIN, Value::Int(2))],
        vec![
            (i64::MIN, Value::Int(5)),
            (first + 20, Value::Span(Span { amount: 3, unit: Unit::WorkingDay })),
        ],
        Vec::new(),
    ]
}

/// A moment of the day, so that hours matter.
pub fn hour(dice: &mut Dice, day: Day) -> Instant {
    day.start().plus_seconds(dice.below(86_400) as i64)
}

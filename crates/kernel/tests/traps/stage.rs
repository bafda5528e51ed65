//! Small procedures and dated stories: what the tests of the traps are written in.
//!
//! A [`Stage`] is a procedure in a few lines; [`Stage::opens`] gives a [`Story`], in which acts are
//! tried on dates. A date without a time means nine in the morning.

use kernel::{
    Act, Builder, Calendar, Clause, ClauseId, ClockAct, Day, Effect, Env, EventId, EventSpec,
    FieldId, FieldKind, Graph, Guard, Instant, KindSpec, Limit, Marking, Merge, Node, ParamValues,
    Refusal, RelationSpec, Step, Strength, Unit, Value, Why, advance, barriers, record, step,
};

use crate::fixtures;

/// A moment from "2024-03-01" or "2024-03-01 17:30".
pub fn at(text: &str) -> Instant {
    let (date, time) = text.split_once(' ').unwrap_or((text, "09:00"));
    let mut hm = time.split(':').map(|n| n.parse::<i64>().unwrap());
    let minutes = hm.next().unwrap() * 60 + hm.next().unwrap();
    day(date).start().plus_seconds(minutes * 60 + hm.next().unwrap_or(0))
}

/// A day from "2024-03-01".
pub fn day(text: &str) -> Day {
    let mut ymd = text.split('-').map(|n| n.parse::<i32>().unwrap());
    let (y, m, d) = (ymd.next().unwrap(), ymd.next().unwrap(), ymd.next().unwrap());
    Day::from_date(y, m as u32, d as u32).unwrap()
}

pub fn days(n: u32) -> Limit {
    Limit::new(n, Unit::Day, false)
}

pub fn workdays(n: u32) -> Limit {
    Limit::new(n, Unit::WorkingDay, false)
}

/// A response within a limit.
pub fn within(limit: Limit) -> KindSpec {
    KindSpec::Response { limit: Some(limit), merge: Some(Merge::Replace) }
}

/// A response within a limit, the stricter of two standing.
pub fn strictly_within(limit: Limit) -> KindSpec {
    KindSpec::Response { limit: Some(limit), merge: Some(Merge::Strictest) }
}

/// A duty without a limit.
pub fn some_time() -> KindSpec {
    KindSpec::response(None)
}

/// A condition with a wait.
pub fn after(limit: Limit, end: kernel::End) -> KindSpec {
    KindSpec::Condition {
        wait: Some(kernel::Wait { limit, end }),
        bound: None,
        lead: None,
        and_if: None,
        void_when_excluded: false,
    }
}

/// A bounded right.
pub fn may_until(bound: Limit) -> KindSpec {
    KindSpec::Condition {
        wait: None,
        bound: Some(bound),
        lead: None,
        and_if: None,
        void_when_excluded: false,
    }
}

/// A condition with a required quality.
pub fn and_if(guard: Guard) -> KindSpec {
    KindSpec::Condition {
        wait: None,
        bound: None,
        lead: None,
        and_if: Some(guard),
        void_when_excluded: false,
    }
}

pub fn overdue(effect: Effect) -> KindSpec {
    KindSpec::Overdue(effect)
}

/// A procedure being written down.
pub struct Stage {
    pub b: Builder,
    rules: usize,
    params: Vec<ParamValues>,
}

impl Stage {
    pub fn new() -> Self {
        let mut stage = Self { b: Builder::new("test"), rules: 0, params: Vec::new() };
        stage.clause("the law");
        stage
    }

    pub fn clause(&mut self, name: &str) -> ClauseId {
        let citations = vec![format!("law#{name}")];
        self.b.clause(Clause { name: name.to_owned(), citations, reason: None })
    }

    /// An act that may be repeated.
    pub fn act(&mut self, name: &str) -> Node {
        self.act_with(name, |_| {})
    }

    pub fn act_with(&mut self, name: &str, change: impl FnOnce(&mut EventSpec)) -> Node {
        let mut spec = EventSpec::act(name, ClauseId::new(0));
        spec.repeat = kernel::Repeat::Unlimited;
        change(&mut spec);
        self.b.event(spec)
    }

    pub fn acts<const N: usize>(&mut self, names: [&str; N]) -> [Node; N] {
        names.map(|n| self.act(n))
    }

    pub fn field(&mut self, name: &str, kind: FieldKind) -> FieldId {
        self.b.field(name, kind, false)
    }

    pub fn param(&mut self, name: &str, values: ParamValues) -> kernel::ParamId {
        self.params.push(values);
        self.b.param(name)
    }

    /// A rule under a clause of its own, named r1, r2, …
    pub fn rule(&mut self, kind: KindSpec, source: Node, target: Node) {
        self.rule_when(kind, source, target, None);
    }

    pub fn rule_when(&mut self, kind: KindSpec, source: Node, target: Node, when: Option<Guard>) {
        self.rules += 1;
        let clause = self.clause(&format!("r{}", self.rules));
        let strength = Strength::Refuse;
        self.b.relation(RelationSpec { kind, source, target, when, strength, clause });
    }

    pub fn warning(&mut self, kind: KindSpec, source: Node, target: Node) {
        self.rules += 1;
        let clause = self.clause(&format!("r{}", self.rules));
        let strength = Strength::Warn;
        self.b.relation(RelationSpec { kind, source, target, when: None, strength, clause });
    }

    pub fn opens(self, date: &str) -> Story {
        self.opens_under(date, 2026)
    }

    /// Opens on a calendar published up to and with this year.
    pub fn opens_under(self, date: &str, last_year: i64) -> Story {
        let graph = self.b.build().unwrap();
        let (calendar, params) = (fixtures::calendar(last_year), self.params);
        let env = Env { calendar: &calendar, params: &params };
        let marking = Marking::initial(&graph, &env, at(date));
        Story { graph, calendar, params, marking }
    }
}

/// One case of it.
pub struct Story {
    pub graph: Graph,
    pub calendar: Calendar,
    pub params: Vec<ParamValues>,
    pub marking: Marking,
}

pub fn env<'a>(calendar: &'a Calendar, params: &'a [ParamValues]) -> Env<'a> {
    Env { calendar, params }
}

impl Story {
    pub fn id(&self, name: &str) -> EventId {
        self.graph.event_named(name).unwrap()
    }

    /// Tries an act that states something.
    pub fn tries(
        &mut self,
        date: &str,
        name: &str,
        payload: &[(FieldId, Value)],
    ) -> Result<Step, Refusal> {
        let act = Act { event: self.id(name), at: at(date), payload, key: None };
        let env = env(&self.calendar, &self.params);
        step(&self.graph, &mut self.marking, &env, &act)
    }

    /// The act happens.
    pub fn does(&mut self, date: &str, name: &str) -> Step {
        self.tries(date, name, &[]).unwrap()
    }

    pub fn states(&mut self, date: &str, name: &str, payload: &[(FieldId, Value)]) -> Step {
        self.tries(date, name, payload).unwrap()
    }

    /// The act is refused.
    pub fn refuses(&mut self, date: &str, name: &str) -> Refusal {
        self.tries(date, name, &[]).unwrap_err()
    }

    /// The act is refused for these reasons.
    pub fn refuses_because(&mut self, date: &str, name: &str) -> Vec<Why> {
        self.refuses(date, name).failing.into_iter().map(|f| f.why).collect()
    }

    pub fn spawns(&mut self, date: &str, name: &str, key: &str) -> Result<Step, Refusal> {
        let act = Act { event: self.id(name), at: at(date), payload: &[], key: Some(key) };
        let env = env(&self.calendar, &self.params);
        step(&self.graph, &mut self.marking, &env, &act)
    }

    pub fn reports(&mut self, date: &str, name: &str) -> (Step, Option<Refusal>) {
        let act = Act::bare(self.id(name), at(date));
        let env = env(&self.calendar, &self.params);
        record(&self.graph, &mut self.marking, &env, &act).unwrap()
    }

    pub fn passes_to(&mut self, date: &str) -> Vec<ClockAct> {
        let env = env(&self.calendar, &self.params);
        advance(&self.graph, &mut self.marking, &env, at(date))
    }

    /// Breaches up to the date: who, and the day of the breach.
    pub fn breaches_to(&mut self, date: &str) -> Vec<(String, String)> {
        let acts = self.passes_to(date);
        acts.iter().filter_map(|a| self.breach(a)).collect()
    }

    pub fn breach(&self, act: &ClockAct) -> Option<(String, String)> {
        match act {
            ClockAct::Breach(b) => {
                Some((self.graph.event(b.event).name.clone(), b.at.day().to_string()))
            }
            ClockAct::Automatic { .. } => None,
        }
    }

    /// Whether nothing bars the act at the present instant.
    pub fn allows(&self, name: &str) -> bool {
        let env = env(&self.calendar, &self.params);
        let now = self.marking.now;
        let found = barriers(&self.graph, &self.marking, &env, self.id(name), now, &[]);
        found.failing.is_empty()
    }

    pub fn owes(&self, name: &str) -> bool {
        self.marking.pending.has(self.id(name))
    }

    pub fn is_in(&self, name: &str) -> bool {
        self.marking.included.has(self.id(name))
    }

    pub fn is_late(&self, name: &str) -> bool {
        self.marking.late.has(self.id(name))
    }

    pub fn accepts(&self) -> bool {
        self.marking.is_accepting(&self.graph)
    }

    pub fn dates(&self, name: &str) -> kernel::Due {
        self.marking.duty(self.id(name)).unwrap().due().unwrap()
    }

    /// The last timely day of a duty.
    pub fn due(&self, name: &str) -> String {
        self.dates(name).due.day().to_string()
    }

    /// What is left of a stopped clock.
    pub fn rest(&self, name: &str) -> i64 {
        match self.marking.duty(self.id(name)).unwrap().clock {
            kernel::Clock::Held { rest } => rest,
            other => panic!("the clock is not held: {other:?}"),
        }
    }
}

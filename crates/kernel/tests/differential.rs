//! The kernel against the reference model on random procedures and traces, with asserted coverage.
//!
//! Every step compares what happened, every reason of every event, every duty with its dates, the
//! clock's acts in order, the store, the counters and acceptance. `FADU_DIFFERENTIAL_TRACES`
//! shortens a run (the mutants use that); coverage is asserted only on the full one.

mod fixtures;
mod generate;
mod reference;

use std::collections::BTreeMap;

use generate::Dice;
use generate::acts;
use kernel::{
    Breach, Calendar, Clock, Day, Env, Failing, Graph, Instant, Marking, ParamValues, RelationId,
    Why,
};
use reference::clock::Owed;
use reference::facts::Count;
use reference::{Act, Case, ClockAct, Law, Naive, Name, Place, Reason};

const TRACES: u64 = 20_000;
const ACTS: usize = 24;

/// Both readings of one law, side by side.
struct Pair<'a> {
    graph: Graph,
    names: Vec<Name>,
    marking: Marking,
    case: Case,
    env: Env<'a>,
}

fn kernel_params(params: &[reference::Dated]) -> Vec<ParamValues> {
    let day = |from: i64| Day(i32::try_from(from).unwrap_or(i32::MIN));
    let one = |values: &reference::Dated| {
        ParamValues::new(values.iter().map(|(from, v)| (day(*from), v.clone())).collect())
    };
    params.iter().map(one).collect()
}

impl<'a> Pair<'a> {
    fn name(&self, event: kernel::EventId) -> Name {
        self.names[event.index()]
    }

    fn clause_of(&self, relation: Option<RelationId>) -> Option<usize> {
        relation.map(|r| self.graph.relation(r).clause.index())
    }

    fn reason(&self, failing: &Failing) -> Reason {
        use reference::Why as R;
        let name = |e: kernel::EventId| self.name(e);
        let why = match &failing.why {
            Why::NotIncluded { closed_by, opened_by } => R::NotIncluded {
                closed_by: closed_by.map(|(e, at)| (name(e), at.0)),
                opened_by: opened_by
                    .iter()
                    .filter(|e| self.marking.exists(&self.graph, **e))
                    .map(|e| name(*e))
                    .collect(),
            },
            Why::Repeated { max, last } => R::Repeated { max: (*max).into(), last: last.0 },
            Why::NotDone { source } => R::NotDone { source: name(*source) },
            Why::TooEarly { source, anchor, ready, provisional } => R::TooEarly {
                source: name(*source),
                anchor: anchor.0,
                ready: ready.0,
                provisional: *provisional,
            },
            Why::TooLate { source, anchor, due, timing } => {
                R::TooLate { source: name(*source), anchor: anchor.0, due: due.0, timing: timing.0 }
            }
            Why::NoticeTooShort { source, done, latest } => {
                R::NoticeTooShort { source: name(*source), done: done.0, latest: latest.0 }
            }
            Why::NotMet { source, .. } => R::NotMet { source: name(*source) },
            Why::Awaiting { duty } => R::Awaiting { duty: name(*duty) },
            Why::NothingToExtend { duty } => R::NothingToExtend { duty: name(*duty) },
            Why::ExtendedTooLate { duty, due } => {
                R::ExtendedTooLate { duty: name(*duty), due: due.0 }
            }
            Why::ExtensionsUsed { duty, max } => {
                R::ExtensionsUsed { duty: name(*duty), max: (*max).into() }
            }
            Why::Unknown(missing) => R::Unknown(*missing),
            Why::FieldRequired { field } => R::FieldRequired(*field),
            Why::FieldWrong { field } => R::FieldWrong(*field),
            Why::FieldTwice { field } => R::FieldTwice(*field),
            Why::DateAhead { field } => R::DateAhead(*field),
            Why::BeforeLast { now } => R::BeforeLast { now: now.0 },
            Why::InstanceRefused { template, exists, .. } => {
                R::InstanceRefused { template: template.index(), exists: *exists }
            }
            Why::NotForPersons => R::NotForPersons,
        };
        (failing.clause.index(), why)
    }

    fn reasons(&self, failing: &[Failing]) -> Vec<Reason> {
        sorted(failing.iter().map(|f| self.reason(f)).collect())
    }

    fn clock_acts(&self, acts: &[kernel::ClockAct]) -> Vec<ClockAct> {
        let one = |act: &kernel::ClockAct| match act {
            kernel::ClockAct::Breach(Breach {
                event,
                at,
                due,
                relation,
                created_by,
                created_at,
                ..
            }) => ClockAct::Breach {
                name: self.name(*event),
                at: at.0,
                due: ends(due),
                clause: self.clause_of(*relation),
                by: created_by.map(|e| self.name(e)),
                since: created_at.0,
            },
            kernel::ClockAct::Automatic { event, at, effective } => {
                ClockAct::Automatic { name: self.name(*event), at: at.0, effective: effective.0 }
            }
        };
        acts.iter().map(one).collect()
    }

    /// The kernel's answer in the reference's words.
    fn kernel_performs(&mut self, act: &Act, reported: bool) -> reference::Done {
        let event = self.names.iter().position(|n| *n == act.name).expect("it is compiled");
        let given = kernel::Act {
            event: kernel::EventId::new(event),
            at: Instant(act.at),
            payload: &act.payload,
            key: act.key.as_deref(),
        };
        let answer = match reported {
            true => kernel::record(&self.graph, &mut self.marking, &self.env, &given),
            false => kernel::step(&self.graph, &mut self.marking, &self.env, &given)
                .map(|done| (done, None)),
        };
        match answer {
            Ok((done, refusal)) => reference::Done {
                clock_acts: self.clock_acts(&done.clock_acts),
                refused: refusal.map_or_else(Vec::new, |r| self.reasons(&r.failing)),
                warned: self.reasons(&done.warnings),
                following: self.clock_acts(&done.following),
                happened: true,
            },
            Err(refusal) => reference::Done {
                clock_acts: self.clock_acts(&refusal.clock_acts),
                refused: self.reasons(&refusal.failing),
                warned: Vec::new(),
                following: Vec::new(),
                happened: false,
            },
        }
    }

    /// What the act would fire is the same in both.
    fn compare_fired(&mut self, act: &Act) {
        let event = self.names.iter().position(|n| *n == act.name).expect("it is compiled");
        let given = kernel::Act {
            payload: &act.payload,
            ..kernel::Act::bare(kernel::EventId::new(event), Instant(act.at))
        };
        let fired = kernel::fired(&self.graph, &self.marking, &self.env, &given);
        let said = |id: &RelationId| {
            let relation = self.graph.relation(*id);
            (relation.clause.index(), self.name(relation.source), self.name(relation.target))
        };
        let mut ours: Vec<_> = fired.iter().map(said).collect();
        let mut theirs = self.case.fired(act);
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "what {act:?} fires");
        theirs.iter().for_each(|_| self.case.note("fired"));
    }

    /// A newer calendar is loaded: the same duties are re-dated.
    fn load(&mut self, world: &'a World) {
        self.env.calendar = &world.calendar;
        let changed = kernel::redate(&mut self.marking, &self.env);
        let ours: Vec<Name> = changed.iter().map(|(event, ..)| self.name(*event)).collect();
        let mut theirs = self.case.load(&world.naive);
        theirs.sort_by_key(|name| self.names.iter().position(|n| n == name));
        assert_eq!(ours, theirs, "the duties re-dated");
    }

    /// Everything visible is the same in both.
    fn compare_states(&self) {
        for event in self.graph.event_ids() {
            let name = self.name(event);
            let Some(state) = self.case.state.get(&name) else {
                assert!(!self.marking.exists(&self.graph, event), "{name:?} exists");
                continue;
            };
            assert_eq!(self.marking.included.has(event), self.case.included(name), "in {name:?}");
            let executed = self.marking.executed_at(event).map(|at| at.0);
            assert_eq!(executed, state.executed, "execution of {name:?}");
            assert_eq!(self.marking.executed.has(event), executed.is_some(), "{name:?}");
            assert_eq!(self.marking.late.has(event), state.late, "late {name:?}");
            self.compare_duties(event, name);
            let reasons = kernel::barriers(
                &self.graph,
                &self.marking,
                &self.env,
                event,
                self.marking.now,
                &[],
            );
            let (refused, warned) = self.case.why_not(name, self.case.now, &[]);
            assert_eq!(self.reasons(&reasons.failing), sorted(refused), "what bars {name:?}");
            assert_eq!(self.reasons(&reasons.warnings), sorted(warned), "warnings of {name:?}");
        }
        assert_eq!(self.marking.now.0, self.case.now);
        assert_eq!(self.marking.is_accepting(&self.graph), self.case.accepting(), "accepting");
        for f in 0..self.graph.fields.len() {
            let field = kernel::FieldId::new(f);
            assert_eq!(self.marking.field(field), self.case.store.get(&field), "field {f}");
        }
        assert!(self.case.budgets_agree(), "the daily budgets agree with the dates");
        let open: usize = self.graph.relation_ids().filter(|r| self.marking.is_open(*r)).count();
        assert_eq!(open, self.case.open.len(), "open stops");
        let used: u32 = self.graph.relation_ids().map(|r| u32::from(self.marking.used(r))).sum();
        assert_eq!(used, self.case.used.values().sum::<u32>(), "uses of extensions");
    }

    fn compare_duties(&self, event: kernel::EventId, name: Name) {
        let ours = self.marking.duty(event);
        let theirs = self.case.state[&name].owed.as_ref();
        assert_eq!(ours.is_some(), theirs.is_some(), "{name:?} is owed");
        assert_eq!(ours.is_some(), self.marking.pending.has(event), "{name:?} is owed");
        let (Some(ours), Some(theirs)) = (ours, theirs) else { return };
        match (&ours.clock, &theirs.clock) {
            (Clock::Unlimited, reference::Clock::Unlimited) => {}
            (Clock::Running(due), reference::Clock::Running(e)) => {
                assert_eq!(ends(due), *e, "the dates of {name:?}: {ours:?}");
            }
            (Clock::Held { rest }, reference::Clock::Held { rest: other, .. }) => {
                assert_eq!(rest, other, "the rest of {name:?}");
            }
            (a, b) => panic!("the clock of {name:?}: {a:?}, but {b:?}"),
        }
        assert_eq!(self.clause_of(ours.start.relation), theirs.clause, "clause of {name:?}");
        assert_eq!(ours.start.created_by.map(|e| self.name(e)), theirs.by, "maker of {name:?}");
        assert_eq!(ours.start.created_at.0, theirs.since, "beginning of {name:?}");
    }
}

fn ends(due: &kernel::Due) -> reference::calendar::Ends {
    reference::calendar::Ends {
        nominal: due.nominal.0,
        due: due.due.0,
        safe: due.safe.0,
        provisional: due.provisional,
    }
}

fn sorted(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_by_cached_key(|r| format!("{r:?}"));
    reasons
}

/// Counts what the coverage asserts.
fn cover(case: &mut Case, done: &reference::Done) {
    use reference::Why as R;
    for (_, why) in &done.refused {
        case.note(match why {
            R::NotIncluded { .. } => "refused: excluded",
            R::Repeated { .. } => "refused: repeated",
            R::NotDone { .. } => "condition",
            R::TooEarly { .. } => "refused: too early",
            R::TooLate { .. } => "refused: bounded right has run out",
            R::NoticeTooShort { .. } => "refused: notice too short",
            R::NotMet { .. } => "refused: quality not met",
            R::Awaiting { .. } => "milestone",
            R::NothingToExtend { .. } => "refused: nothing to extend",
            R::ExtendedTooLate { .. } => "refused: late extension",
            R::ExtensionsUsed { .. } => "refused: extensions used",
            R::Unknown(_) => "refused: unknown guard or limit",
            R::FieldRequired(_) => "refused: field required",
            R::FieldWrong(_) => "refused: wrong field",
            R::FieldTwice(_) => "refused: field twice",
            R::DateAhead(_) => "refused: date ahead",
            R::BeforeLast { .. } => "refused: before the last act",
            R::InstanceRefused { .. } => "refused: instance",
            R::NotForPersons => "refused: not for persons",
        });
    }
    if done.refused.len() > 1 {
        case.note("refused with several reasons");
    }
    if !done.refused.is_empty() && done.happened {
        case.note("irregular act");
    }
    if !done.refused.is_empty() && !done.clock_acts.is_empty() {
        case.note("refused, but time advanced");
    }
    if !done.warned.is_empty() && done.happened {
        case.note("warning");
    }
    let owed: Vec<&Owed> = case.state.values().filter_map(|s| s.owed.as_ref()).collect();
    let unsure = |o: &Owed| o.due().is_some() && o.count.as_ref().is_some_and(Count::is_unsure);
    let (provisional, from_provisional) = (
        owed.iter().any(|o| o.due().is_some_and(|e| e.provisional)),
        owed.iter().any(|o| unsure(o)),
    );
    let overrun = owed.iter().any(|o| o.due().is_some_and(|e| e.provisional && e.due < case.now));
    for (seen, what) in [
        (provisional, "provisional date"),
        (from_provisional, "counted from a provisional date"),
        (overrun, "provisional date passed without a breach"),
    ] {
        if seen {
            case.note(what);
        }
    }
}

/// Calendars up to one year, for both.
struct World {
    calendar: Calendar,
    naive: Naive,
}

impl World {
    fn until(year: i64) -> Self {
        Self { calendar: fixtures::calendar(year), naive: Naive::until(year) }
    }
}

/// The published years differ: a trace may begin before the last of them are.
const YEARS: std::ops::RangeInclusive<i64> = 2021..=2026;

/// One law and one trace; gives what happened in it.
fn trace(seed: u64, worlds: &[World]) -> BTreeMap<&'static str, u64> {
    let mut dice = Dice::new(seed);
    let early = dice.chance(40);
    let (year, month) = match early {
        true => (2021 + dice.below(5) as i32, 11 + dice.below(2)),
        false => ([2021, 2023, 2024, 2025, 2026, 2026][dice.below(6)], 1 + dice.below(12)),
    };
    let first = Day::from_date(year, month as u32, 1 + dice.below(28) as u32);
    let first = first.expect("day 28 exists in every month");
    let (law, graph) = loop {
        let law: Law = generate::law(&mut dice, first);
        if let Ok(graph) = law.compile() {
            break (law, graph);
        }
    };
    let last = worlds.last().expect("one world per year");
    let (world, loaded) = match early {
        true => (&worlds[(i64::from(year) - YEARS.start()) as usize], 4 + dice.below(ACTS - 8)),
        false => (last, ACTS),
    };
    let params = generate::params(first.0.into());
    let kernel_params = kernel_params(&params);
    let env = Env { calendar: &world.calendar, params: &kernel_params };
    let start = generate::hour(&mut dice, first);
    let place = Place::new(law, world.naive.clone(), params);
    let mut pair = Pair {
        names: reference::names_of(&graph),
        marking: Marking::initial(&graph, &env, start),
        case: Case::new(&place, start.0),
        graph,
        env,
    };
    pair.compare_states();
    for place in 0..ACTS {
        if place == loaded {
            pair.load(last);
            pair.compare_states();
        }
        let at = acts::moment(&mut dice, &pair.case);
        if dice.chance(8) {
            let at = at.max(pair.case.now);
            let theirs = pair.case.advance(at);
            let ours = kernel::advance(&pair.graph, &mut pair.marking, &pair.env, Instant(at));
            assert_eq!(pair.clock_acts(&ours), theirs, "the clock's acts");
        } else {
            let act = acts::act(&mut dice, &pair.case, at);
            let reported = dice.chance(10);
            pair.compare_fired(&act);
            let mut theirs = pair.case.perform(&act, reported);
            theirs.refused = sorted(theirs.refused);
            theirs.warned = if theirs.happened { sorted(theirs.warned) } else { Vec::new() };
            let ours = pair.kernel_performs(&act, reported);
            assert_eq!(ours, theirs, "{act:?}");
            cover(&mut pair.case, &theirs);
        }
        pair.compare_states();
    }
    pair.case.seen
}

/// What must have occurred, and how often at least, in the full run.
const COVERAGE: &[(&str, u64)] = &[
    ("condition", 5_000),
    ("milestone", 5_000),
    ("response", 5_000),
    ("exclude", 5_000),
    ("include", 5_000),
    ("stop", 5_000),
    ("extension", 5_000),
    ("overdue effect", 5_000),
    ("spawn", 5_000),
    ("breach", 5_000),
    ("automatic act", 2_000),
    ("automatic act dated back", 500),
    ("choice executed", 5_000),
    ("clock resumed", 2_000),
    ("stop closed while another is open", 2_000),
    ("overlapping stop", 5_000),
    ("re-included with a past due", 200),
    ("breach made a duty with a past due", 500),
    ("dormant duty created", 2_000),
    ("earliest of a group", 1_000),
    ("strictest kept", 2_000),
    ("strictest replaced", 1_000),
    ("repeatable executed", 5_000),
    ("provisional date", 2_000),
    ("provisional date passed without a breach", 2_000),
    ("counted from a provisional date", 2_000),
    ("re-dated", 2_000),
    ("re-dated with the due day it counts from", 200),
    ("fired", 5_000),
    ("irregular act", 2_000),
    ("warning", 2_000),
    ("refused with several reasons", 5_000),
    ("refused, but time advanced", 2_000),
    ("refused: excluded", 5_000),
    ("refused: repeated", 2_000),
    ("refused: too early", 1_000),
    ("refused: bounded right has run out", 1_000),
    ("refused: notice too short", 300),
    ("refused: quality not met", 500),
    ("refused: nothing to extend", 2_000),
    ("refused: late extension", 1_000),
    ("refused: extensions used", 1_000),
    ("refused: unknown guard or limit", 2_000),
    ("refused: field required", 500),
    ("refused: wrong field", 500),
    ("refused: field twice", 300),
    ("refused: date ahead", 500),
    ("refused: before the last act", 500),
    ("refused: instance", 2_000),
    ("refused: not for persons", 500),
];

#[test]
fn the_kernel_does_what_the_reference_says() {
    let wanted = std::env::var("FADU_DIFFERENTIAL_TRACES").ok().and_then(|n| n.parse().ok());
    let traces: u64 = wanted.unwrap_or(TRACES);
    let worlds: Vec<World> = YEARS.map(World::until).collect();
    let seen = std::thread::scope(|scope| {
        let half = |from: u64| {
            let worlds = &worlds;
            scope.spawn(move || {
                let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
                for seed in (from..traces).step_by(2) {
                    let of_one = std::panic::catch_unwind(|| trace(seed, worlds));
                    let Ok(of_one) = of_one else { panic!("the trace of seed {seed} differs") };
                    of_one.into_iter().for_each(|(what, n)| *seen.entry(what).or_default() += n);
                }
                seen
            })
        };
        let halves = [half(0), half(1)];
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for thread in halves {
            let of_half = thread.join().expect("both halves agree");
            of_half.into_iter().for_each(|(what, n)| *seen.entry(what).or_default() += n);
        }
        seen
    });
    for (what, n) in &seen {
        println!("{n:>9}  {what}");
    }
    if wanted.is_none() {
        for (what, least) in COVERAGE {
            let n = seen.get(what).copied().unwrap_or(0);
            assert!(n >= *least, "only {n} times: {what} (at least {least})");
        }
    }
}

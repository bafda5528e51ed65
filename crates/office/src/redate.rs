//! A new table of working days, and the open duties of matters begun before it.
//!
//! A matter comes under a table before anything else is decided in it: what the clock did until the
//! table came is told on the table left; then every open duty is counted anew. Where one has other last
//! days, or the clock had something to tell, a record says so with the days before and after; where not,
//! nothing is written, for the number of the next record says on which table it was decided. Where the
//! procedure names an act for moved days (`改期` in the content), the clock does it, and what follows
//! from it is owed. Replay does the same and compares.
//!
//! Not here: which tables there are (`almanac.rs`), counting (`kernel::redate`).

use kernel::{Clock, EventId, Instant};
use ledger::{Fields, Record, Value};

use crate::almanac::Tables;
use crate::case::{Case, Departure, Told};
use crate::drafts::Drafts;
use crate::perform::Trial;
use crate::recorded::Recorded;

/// The record by which the duties of a matter come under a new table.
pub const REDATE: &str = "redate";
/// Payload entry: the number of the record that brought the table.
pub const LOADED_BY: &str = "@loaded_by";
/// Payload entry: per duty, its last day before and after.
pub const DAYS: &str = "@days";
/// Payload entry of an act the clock did because days moved.
pub const NOTED: &str = "@noted";
/// Behind a day that rests on an unpublished one.
pub const PROVISIONAL: &str = " provisional";

/// What a new table changed in a matter.
pub struct Redated {
    /// What the record says.
    pub payload: Fields,
    /// The acts the clock does because of it, with what follows by itself.
    pub acts: Vec<kernel::ClockAct>,
    /// Whether any duty changed.
    pub is_new: bool,
}

impl<'a> Case<'a> {
    /// Counts the open duties on the next table; the case stands at the moment of it.
    pub fn come_under_next_table(&mut self) -> Redated {
        let almanac = &self.law.almanac;
        let (_, number) = almanac.load(self.state.loads).expect("asked for while a load is ahead");
        self.state.loads += 1;
        self.tables = almanac.tables(&self.law.library, self.state.loads);
        let env = self.env();
        let changed = kernel::redate(&mut self.state.marking, &env);
        let mut days = Fields::new();
        for (event, old, new) in &changed {
            let (act, key) = self.name_of(*event);
            let name = if key.is_empty() { act } else { format!("{act} {key}") };
            days.insert(name, Value::List(vec![last_day(old).into(), last_day(new).into()]));
        }
        let mut payload = Fields::new();
        payload.insert(LOADED_BY, i64::try_from(number).unwrap_or(i64::MAX));
        payload.insert(DAYS, Value::Map(days));
        let moved = |duty: EventId| {
            let day = |duty: &kernel::Duty| duty.due().map(|due| due.due);
            changed.iter().any(|(event, old, new)| *event == duty && day(old) != day(new))
        };
        let noted = self.procedure.redated.iter().filter(|r| r.duties.iter().any(|d| moved(*d)));
        let noted: Vec<EventId> = noted.map(|r| r.act).collect();
        let acts = noted.into_iter().flat_map(|event| self.note(event)).collect();
        Redated { payload, acts, is_new: !changed.is_empty() }
    }

    /// What other tables would move: duty, last day now and then.
    pub fn moved_by(&self, tables: &Tables) -> Vec<[String; 3]> {
        let env = kernel::Env { calendar: &tables.calendar, params: &self.prepared.params };
        let mut marking = self.state.marking.clone();
        let changed = kernel::redate(&mut marking, &env);
        changed
            .iter()
            .map(|(e, old, new)| [self.name_of(*e).0, last_day(old), last_day(new)])
            .collect()
    }

    /// Does an act of the clock, where it is lawful now; what the clock did before it comes first.
    fn note(&mut self, event: EventId) -> Vec<kernel::ClockAct> {
        let at = self.state.marking.now;
        let (graph, env) = (self.graph(), self.env());
        let act = kernel::Act { event, at, payload: &[], key: None };
        match kernel::step(graph, &mut self.state.marking, &env, &act) {
            Ok(step) => {
                let own = kernel::ClockAct::Automatic { event, at, effective: at };
                step.clock_acts.into_iter().chain([own]).chain(step.following).collect()
            }
            Err(refusal) => refusal.clock_acts,
        }
    }

    /// Comes under the tables on which a record was decided, where nothing changes by that.
    pub fn reach(&mut self, record: &impl Recorded) -> Result<(), Departure> {
        let almanac = &self.law.almanac;
        let until = almanac.loads_before(record.number());
        while self.state.loads < until && record.calendar() != Some(self.tables.hash) {
            let begun = self.state.position > 0;
            if begun {
                self.pass_to_next_load(Instant(record.performed_at()));
                self.nothing_untold()?;
            }
            let redated = self.come_under_next_table();
            if begun && redated.is_new {
                return Err(Departure::Calendar);
            }
        }
        let is_latest = self.state.loads == until || record.person().is_none();
        match is_latest && (until == 0 || record.calendar() == Some(self.tables.hash)) {
            true => Ok(()),
            false => Err(Departure::Calendar),
        }
    }

    /// Applies the record of a new table, checking that it says what the law makes of it.
    pub fn apply_redate(&mut self, record: &Record) -> Result<Told, Departure> {
        let at = Instant(record.performed_at);
        if self.law.almanac.loads_before(record.number) <= self.state.loads {
            return Err(Departure::Calendar);
        }
        self.pass_to(at);
        self.nothing_untold()?;
        let redated = self.come_under_next_table();
        if redated.payload != record.payload || record.basis.calendar != Some(self.tables.hash) {
            return Err(Departure::Calendar);
        }
        self.hold_clock_acts(&redated.acts);
        self.state.position = record.position;
        Ok(Told { event: None, at, number: record.number })
    }

    /// What the clock does until the next load, or until the moment where that is earlier.
    fn pass_to_next_load(&mut self, moment: Instant) {
        let at = self.law.almanac.load(self.state.loads).map_or(moment, |(at, _)| at.min(moment));
        self.pass_to(at);
    }

    fn pass_to(&mut self, at: Instant) {
        if at > self.state.marking.now {
            let (graph, env) = (self.graph(), self.env());
            let acts = kernel::advance(graph, &mut self.state.marking, &env, at);
            self.hold_clock_acts(&acts);
        }
    }

    /// The case on the newest tables, for reading.
    pub fn on_newest_tables(mut self, at: Instant) -> Self {
        while self.law.almanac.load(self.state.loads).is_some() {
            self.pass_to_next_load(at);
            self.come_under_next_table();
        }
        self
    }
}

impl<'a> Trial<'a, '_> {
    /// A matter that has begun comes under the tables in force, before anything else.
    pub fn redate(&self, case: &mut Case<'a>, drafts: &mut Drafts, act_at: Instant) {
        while let Some((at, _)) = case.law.almanac.load(case.state.loads) {
            if case.state.position == 0 {
                case.come_under_next_table();
                continue;
            }
            let moment = at.min(act_at);
            let before = drafts.len();
            self.clock_until(case, drafts, moment);
            let moment = case.state.marking.now;
            let redated = case.come_under_next_table();
            if redated.is_new || drafts.len() > before {
                drafts.redate(case, redated.payload, moment);
                drafts.clock(case, &redated.acts);
            }
        }
    }
}

fn last_day(duty: &kernel::Duty) -> String {
    match duty.clock {
        Clock::Running(due) if due.provisional => format!("{}{PROVISIONAL}", due.due.day()),
        Clock::Running(due) => due.due.day().to_string(),
        Clock::Held { .. } => crate::transition::HELD.to_owned(),
        Clock::Unlimited => crate::transition::UNLIMITED.to_owned(),
    }
}

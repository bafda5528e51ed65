//! Seals what the clock did in matters whose alarm rang, so that a missed duty is a record on the day
//! it was missed and not on the day somebody next opens the matter.
//!
//! It only makes early what the next act would do first anyway: the same records, in the same order.
//! A group is small while people act, acts of persons go first ([`crate::gate`]), and what one sweeper did another finds
//! done, because each matter is decided under the store's lock. Killed at any moment it leaves
//! whole groups behind; the next one goes on with the rest.
//!
//! Takes an instant; gives how much was sealed.
//!
//! Not here: what the clock does (`kernel/src/advance.rs`), the order of alarms (`store/src/duties.rs`).

use std::collections::HashMap;

use kernel::Instant;
use serde::Serialize;
use store::{Decide, Decision, Duties, DutyClock, Outcome, Proposal, StoreError, Turn};

use crate::case::Case;
use crate::drafts::Drafts;
use crate::office::{Office, Reader};
use crate::perform::Trial;
use crate::request::Request;

/// How many matters are decided in one transaction while people act: an act waits for one at most.
const GROUP: usize = 16;
/// How many at most while nobody does.
const GROUP_ALONE: usize = 128;
/// How many alarms are read at a time.
const PAGE: u32 = 1_024;

/// What a sweep did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Swept {
    /// Matters in which the clock did something.
    pub matters: u64,
    /// Records sealed.
    pub records: u64,
}

impl Office {
    /// Lets the clock act in every matter whose alarm rang before the instant, the earliest first.
    /// Nothing is swept that has not come yet.
    pub fn sweep(&self, until: Instant) -> Result<Swept, StoreError> {
        let until = until.min(self.now());
        self.sweep_where(until.0, until, &|duties| duties.rings_before(until.0))
    }

    /// Brings every matter whose duties may be due on other days under the tables of working days in
    /// force; those of others stay as they are until their next act.
    pub fn redate_all(&self) -> Result<Swept, StoreError> {
        self.learn_tables(&Reader(self))?;
        let Some(from) = self.law.almanac.moved_from() else { return Ok(Swept::default()) };
        let is_moved = |duty: &store::Duty| match duty.clock {
            DutyClock::Running { due, provisional, .. } => provisional || due >= from.0,
            _ => false,
        };
        self.sweep_where(i64::MAX, self.now(), &|duties| duties.iter().any(is_moved))
    }

    /// The tables of working days in force, by their places in the library's years.
    pub fn tables_in_force(&self) -> Result<Vec<usize>, StoreError> {
        self.learn_tables(&Reader(self))?;
        Ok(self.law.almanac.in_force(&self.law.library))
    }

    /// What one more table would move: matter, duty, last day now and then. Writes nothing.
    pub fn foretell(&self, table: usize) -> Result<Vec<[String; 4]>, StoreError> {
        let library = &self.law.library;
        let mut years = self.tables_in_force()?;
        let year = library.years[table].year.year;
        match years.iter_mut().find(|i| library.years[**i].year.year == year) {
            Some(now) => *now = table,
            None => years.push(table),
        }
        let tables = self.law.almanac.built(library, &years);
        let (mut moved, mut seen) = (Vec::new(), (i64::MIN, 0));
        loop {
            let page = self.store.alarms(self.law.district, i64::MAX, seen, PAGE)?;
            let is_last = page.len() < PAGE as usize;
            seen = page.last().map_or(seen, |(_, key, duties)| (duties.wake(), *key));
            for (matter, ..) in page {
                if let Some(case) = self.load(&matter)? {
                    let days = case.moved_by(tables).into_iter();
                    moved.extend(days.map(|[duty, old, new]| [matter.clone(), duty, old, new]));
                }
            }
            if is_last {
                return Ok(moved);
            }
        }
    }

    /// Decides the matters that are chosen, in the order of their alarms.
    fn sweep_where(
        &self,
        alarm: i64,
        until: Instant,
        chosen: &dyn Fn(&Duties) -> bool,
    ) -> Result<Swept, StoreError> {
        let (mut swept, mut seen, mut size) = (Swept::default(), (i64::MIN, 0), GROUP);
        loop {
            let page = self.store.alarms(self.law.district, alarm, seen, PAGE)?;
            let is_last = page.len() < PAGE as usize;
            seen = page.last().map_or(seen, |(_, key, duties)| (duties.wake(), *key));
            let ringing = page.into_iter().filter(|(_, _, duties)| chosen(duties));
            let matters: Vec<String> = ringing.map(|(matter, ..)| matter).collect();
            let mut rest = &matters[..];
            while !rest.is_empty() {
                size = match self.gate.give_way() {
                    true => GROUP,
                    false => (2 * size).min(GROUP_ALONE),
                };
                let (group, behind) = rest.split_at(size.min(rest.len()));
                self.sweep_group(group, until, &mut swept)?;
                rest = behind;
            }
            if is_last {
                return Ok(swept);
            }
        }
    }

    /// The next instant after this one at which an alarm rings, if any will.
    pub fn next_alarm(&self, after: Instant) -> Result<Option<Instant>, StoreError> {
        let behind = (after.0, u64::MAX >> 1);
        let next = self.store.alarms(self.law.district, i64::MAX, behind, 1)?;
        Ok(next.first().map(|(_, _, duties)| Instant(duties.wake())))
    }

    fn sweep_group(
        &self,
        matters: &[String],
        until: Instant,
        swept: &mut Swept,
    ) -> Result<(), StoreError> {
        let group: Vec<Proposal> =
            matters.iter().map(|m| Proposal { matter: m.clone(), request: None }).collect();
        let mut sweep = Sweep { office: self, until, live: HashMap::new() };
        let outcomes = self.store.commit(self.law.district, &group, &mut sweep)?;
        self.keep_cached(sweep.live);
        for outcome in outcomes {
            match outcome {
                Outcome::Rejected(records) if !records.is_empty() => {
                    swept.matters += 1;
                    swept.records += records.len() as u64;
                }
                Outcome::Failed(error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Decides what the clock does in the matters of one group.
struct Sweep<'a> {
    office: &'a Office,
    until: Instant,
    live: HashMap<String, Case<'a>>,
}

impl Decide for Sweep<'_> {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        if turn.item == 0 {
            self.office.learn_tables(turn.past)?;
        }
        let idle = Decision { position: turn.position(), ..Decision::default() };
        let Some(case) = self.office.case_of_turn(turn, None)? else { return Ok(idle) };
        let matter = turn.proposal.matter.clone();
        let request = Request { matter, performed_at: Some(self.until), ..Request::default() };
        let trial = Trial {
            office: self.office,
            request: &request,
            turn,
            from: None,
            must_be_lawful: false,
        };
        let Some((decision, case)) = trial.sweep(case)? else { return Ok(idle) };
        self.live.insert(request.matter, case);
        Ok(decision)
    }

    fn starts_again(&mut self) -> bool {
        self.live.clear();
        true
    }
}

impl<'a> Trial<'a, '_> {
    /// What the clock did until the moment asked for; `None` where that is nothing.
    fn sweep(&self, mut case: Case<'a>) -> Result<Option<(Decision, Case<'a>)>, StoreError> {
        let mut drafts = Drafts::new(self.office, self.turn);
        self.redate(&mut case, &mut drafts, self.act_at());
        self.switch_version(&mut case, &mut drafts)?;
        let until = self.until_another_version(&case);
        self.clock_until(&mut case, &mut drafts, until);
        if drafts.is_empty() {
            return Ok(None);
        }
        // Nothing happened after the last record: an act of that time may still be entered.
        case.state.marking.now = drafts.last_at();
        Ok(Some((drafts.decision(&mut case, false), case)))
    }
}

//! Which version judges an act: before a matter is fixed, on the fixing act, and when a new version
//! takes open matters over.
//!
//! Until the fixing act nobody knows which version will govern, so each act is judged by the version
//! in force on its day. A fixed matter keeps its version. Where a newer one declares that open matters
//! switch from a day on, the first decision on or after that day begins with an act of the clock: the
//! matter's acts are told again under the new version, by name, and the record lists every duty that
//! is new, gone, or due on another day. Replay does the same and compares.
//!
//! Not here: a corrected day of the fixing act (`history.rs`).

use std::collections::BTreeMap;

use content::{Procedure, Transition};
use kernel::{Clock, Day, Instant};
use ledger::{Fields, Record, Value};
use store::StoreError;

use crate::case::{Case, Departure};
use crate::drafts::Drafts;
use crate::history::{retold, under_version};
use crate::law::Law;
use crate::office::read_all;
use crate::perform::Trial;
use crate::request::NotDone;

/// Payload entry of a switch: the version left.
pub const FROM: &str = "@from";
/// Payload entry: per duty that changed, its state before and after.
pub const DUTIES: &str = "@duties";

/// A duty without a limit, in the list.
pub const UNLIMITED: &str = "unlimited";
/// A duty whose clock is stopped.
pub const HELD: &str = "held";
/// No such duty.
pub const NONE: &str = "none";

impl<'a> Trial<'a, '_> {
    /// An open matter comes under a newer version where that version says so; the clock comes first.
    pub fn switch_version(
        &self,
        case: &mut Case<'a>,
        drafts: &mut Drafts,
    ) -> Result<(), StoreError> {
        let (law, at) = (&self.office.law, self.act_at());
        while let Some((to, day)) = successor(law, case, at.day()) {
            let moment = day.start();
            self.clock_until(case, drafts, moment);
            let (switched, payload) =
                switched(law, to, case, &self.records()?, moment).map_err(|d| {
                    StoreError::damaged("the version was not switched", format!("{d:?}"))
                })?;
            *case = switched;
            drafts.switch(case, payload, moment);
        }
        Ok(())
    }

    /// Until the fixing act is done, each act is judged by the version in force on its day, and what
    /// came before is taken over; the version of the fixing act stays. Gives the case left, if any.
    pub fn follow_the_law(
        &self,
        case: &mut Case<'a>,
        drafts: &mut Drafts,
    ) -> Result<Result<Option<Case<'a>>, NotDone>, StoreError> {
        if !awaits_fixing(case) {
            return Ok(Ok(None));
        }
        let at = self.act_at();
        let fixes = case.procedure.fixing_act() == Some(&*self.request.act);
        let from = case.procedure.in_force.from;
        let to = match self.office.governing(&case.procedure.family, at) {
            Ok(to) if to.version == case.procedure.version => return Ok(Ok(None)),
            // A past case is told under the version of its fixing act, which is known, from the start.
            Ok(to) if !fixes && to.in_force.from < from => return Ok(Ok(None)),
            Ok(to) => to,
            Err(_) if !fixes => return Ok(Ok(None)),
            Err(why) => return Ok(Err(NotDone::Invalid(why))),
        };
        self.clock_until(case, drafts, to.in_force.from.start());
        let fixed = under_version(&self.office.law, to, case, &self.records()?)
            .map_err(|d| StoreError::damaged("the version was not switched", format!("{d:?}")))?;
        Ok(Ok(Some(std::mem::replace(case, fixed))))
    }

    /// When the act is said to be done; nothing is decided for later than now.
    pub(crate) fn act_at(&self) -> Instant {
        let now = self.office.now();
        self.request.performed_at.unwrap_or(now).min(now)
    }

    /// The moment asked for, or before it the one at which another version begins to judge a matter
    /// that awaits its fixing act: what comes after is for the next act to tell.
    pub(crate) fn until_another_version(&self, case: &Case) -> Instant {
        let (at, procedure) = (self.act_at(), case.procedure);
        let governing = self.office.law.library.governing(&procedure.family, at.day());
        let newer = governing.filter(|to| to.in_force.from > procedure.in_force.from);
        newer.filter(|_| awaits_fixing(case)).map_or(at, |to| to.in_force.from.start().min(at))
    }

    /// What the clock did until a moment, also under a version that is about to be left.
    pub(crate) fn clock_until(&self, case: &mut Case<'a>, drafts: &mut Drafts, moment: Instant) {
        if moment > case.state.marking.now {
            let (graph, env) = (case.graph(), case.env());
            let acts = kernel::advance(graph, &mut case.state.marking, &env, moment);
            drafts.clock(case, &acts);
        }
    }

    fn records(&self) -> Result<Vec<Record>, StoreError> {
        let matter = &self.request.matter;
        read_all(matter, 0, &self.turn.past.records_after(matter, 0)?)
    }
}

/// The case as it is to be read at a moment: under the version by which an act would be judged then.
pub fn as_of<'a>(
    law: &'a Law,
    case: Case<'a>,
    records: &[Record],
    at: Instant,
) -> Result<Case<'a>, Departure> {
    let mut case = case.on_newest_tables(at);
    while let Some((to, day)) = successor(law, &case, at.day()) {
        case = switched(law, to, &case, records, day.start())?.0;
    }
    let governing = law.library.governing(&case.procedure.family, at.day());
    let newer = governing.filter(|to| to.in_force.from > case.procedure.in_force.from);
    match newer.filter(|_| awaits_fixing(&case)) {
        Some(to) => under_version(law, to, &case, records),
        None => Ok(case),
    }
}

/// Whether the matter has begun and the act that fixes its version is still to come.
fn awaits_fixing(case: &Case) -> bool {
    let fixing = case.procedure.fixing;
    case.state.position > 0 && fixing.is_some_and(|act| !case.state.marking.executed.has(act))
}

/// The version an open matter must switch to by this day, and since when.
pub fn successor<'a>(law: &'a Law, case: &Case<'a>, on: Day) -> Option<(&'a Procedure, Day)> {
    let fixed = match case.procedure.fixing {
        Some(act) => case.state.marking.executed.has(act),
        None => case.state.position > 0,
    };
    let (next, day) = next(law, case.procedure).filter(|_| fixed)?;
    (on >= day && case.state.marking.now.day() < day).then_some((next, day))
}

/// The version by which a matter fixed on the day is governed at a moment.
pub fn switched_by<'a>(law: &'a Law, fixed: &'a Procedure, day: Day, at: Instant) -> &'a Procedure {
    match next(law, fixed) {
        Some((next, since)) if day < since && since <= at.day() => switched_by(law, next, day, at),
        _ => fixed,
    }
}

/// The next version and the day from which it takes open matters over, if it does.
fn next<'a>(law: &'a Law, procedure: &'a Procedure) -> Option<(&'a Procedure, Day)> {
    let family = law.library.family(&procedure.family);
    let later = family.filter(|p| p.in_force.from > procedure.in_force.from);
    let next = later.min_by_key(|p| p.in_force.from)?;
    Some((next, switches_on(law, next)?))
}

/// The day on which matters of older versions switch to this one, if they do.
fn switches_on(law: &Law, procedure: &Procedure) -> Option<Day> {
    match &procedure.transition {
        Transition::Keep => None,
        Transition::SwitchOn(day) => Some(*day),
        Transition::Param(name) => {
            let place = procedure.graph.params.iter().position(|p| p == name)?;
            let from = procedure.in_force.from;
            let value = law.prepared(procedure).params[place].on(from);
            matches!(value, Some(kernel::Value::Text(t)) if t.as_ref() == content::SWITCH)
                .then_some(from)
        }
    }
}

/// The matter under the version, advanced to the moment of the switch, and what the record says.
pub fn switched<'a>(
    law: &'a Law,
    to: &'a Procedure,
    old: &Case<'a>,
    before: &[Record],
    at: Instant,
) -> Result<(Case<'a>, Fields), Departure> {
    let mut case = retold(law, to, before, old.state.loads)?;
    let (graph, env) = (case.graph(), case.env());
    if at > case.state.marking.now {
        kernel::advance(graph, &mut case.state.marking, &env, at);
    }
    case.state.position = old.state.position;
    case.take_over(old);
    let mut payload = Fields::new();
    payload.insert(FROM, old.procedure.version.as_str());
    payload.insert(DUTIES, Value::Map(changes(&states(old), &states(&case))));
    Ok((case, payload))
}

/// Per duty, by name and key, its last day.
fn states(case: &Case) -> BTreeMap<String, String> {
    let state = |clock: Clock| match clock {
        Clock::Unlimited => UNLIMITED.to_owned(),
        Clock::Held { .. } => HELD.to_owned(),
        Clock::Running(due) => due.due.day().to_string(),
    };
    let owed = case.state.marking.owed();
    owed.map(|(event, duty)| {
        let (act, key) = case.name_of(event);
        let name = if key.is_empty() { act } else { format!("{act} {key}") };
        (name, state(duty.clock))
    })
    .collect()
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Fields {
    let mut found = Fields::new();
    let names = before.keys().chain(after.keys().filter(|n| !before.contains_key(*n)));
    for name in names {
        let state = |of: &BTreeMap<String, String>| {
            of.get(name).cloned().unwrap_or_else(|| NONE.to_owned())
        };
        if before.get(name) != after.get(name) {
            let both =
                vec![Value::from(state(before).as_str()), Value::from(state(after).as_str())];
            found.insert(name.as_str(), Value::List(both));
        }
    }
    found
}

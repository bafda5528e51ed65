//! Replays a matter's records, corrections included.
//!
//! A correction names an earlier record and says what of it was wrong: a field, its time, or that
//! it was entered by mistake. The matter is then replayed as if it had been right; what was sealed
//! stays sealed. So the state after a correction is that of a history with the correction applied,
//! and acts that would now be refused still count as done. A corrected day of the fixing act decides
//! anew which version governs.
//!
//! Not here: what a correction changed (`correct.rs`).

use content::Procedure;
use kernel::{ClockAct, Day, Instant};
use ledger::{Actor, Record, Value};
use store::DutyChange;

use crate::case::{CORRECTION, Case, Departure, SWITCH, Told};
use crate::law::Law;
use crate::recorded::Recorded;
use crate::redate::{NOTED, REDATE};
use crate::transition::{self, switched};

/// Payload entry of a correction: the number of the record it corrects.
pub const OF: &str = "@of";
/// Payload entry: the record was entered by mistake.
pub const ANNUL: &str = "@annul";
/// Payload entry: the time it was really performed, in seconds of civil time.
pub const PERFORMED: &str = "@performed";
/// Payload entry: the map of fields that were wrong, with the right values.
pub const FIELDS: &str = "@fields";

/// Replays all records of a matter from the first.
pub fn replay<'a>(law: &'a Law, records: &[Record]) -> Result<Case<'a>, Departure> {
    let mut case = begin(law, records)?;
    for (i, record) in records.iter().enumerate() {
        follow(law, &mut case, record, &records[..=i])?;
    }
    Ok(case)
}

/// Applies further records to a case at the position before them. `None` where a correction or a
/// change of version is among them: those can only be read with everything before them.
pub fn continue_with(case: &mut Case, records: &[Record]) -> Result<Option<()>, Departure> {
    let version = &case.procedure.version;
    let whole = |r: &Record| r.act == CORRECTION || r.act == REDATE || r.version != *version;
    if records.iter().any(whole) {
        return Ok(None);
    }
    for record in records {
        let told = case.apply_signed(record)?;
        case.changes(&[told]);
    }
    Ok(Some(()))
}

/// Applies one record; `all` are the matter's records up to it. Gives what the views show anew.
pub fn follow<'a>(
    law: &'a Law,
    case: &mut Case<'a>,
    record: &Record,
    all: &[Record],
) -> Result<Vec<DutyChange>, Departure> {
    let told = go_on(law, case, record, all)?;
    Ok(case.changes(&told))
}

/// Whether the record needs all records before it to be applied to the case.
pub fn needs_all(case: &Case, record: &impl Recorded) -> bool {
    let act = record.act();
    act == CORRECTION
        || act == SWITCH
        || act == REDATE
        || record.version() != case.procedure.version
}

/// Applies one record without telling what the views show; gives what it tells.
pub fn go_on<'a>(
    law: &'a Law,
    case: &mut Case<'a>,
    record: &Record,
    all: &[Record],
) -> Result<Vec<Told>, Departure> {
    if record.act == CORRECTION {
        let (corrected, told) = as_corrected(law, all)?;
        let shown = std::mem::replace(case, corrected);
        case.take_over(&shown);
        return Ok(told);
    }
    if record.act == REDATE {
        return Ok(vec![case.apply_redate(record)?]);
    }
    case.reach(record)?;
    if record.act == SWITCH {
        let before = &all[..all.len().saturating_sub(1)];
        let at = Instant(record.performed_at);
        let (graph, env) = (case.graph(), case.env());
        if at > case.state.marking.now {
            let acts = kernel::advance(graph, &mut case.state.marking, &env, at);
            case.hold_clock_acts(&acts);
        }
        case.nothing_untold()?;
        let (to, said) = switched(law, procedure_of(law, record)?, case, before, at)?;
        if said != record.payload {
            return Err(Departure::Switch);
        }
        *case = to;
        case.state.position = record.position;
        return Ok(vec![Told { event: None, at, number: record.number }]);
    }
    if record.version != case.procedure.version {
        let before = &all[..all.len().saturating_sub(1)];
        *case = under_version(law, procedure_of(law, record)?, case, before)?;
    }
    Ok(vec![case.apply_signed(record)?])
}

/// A case before its first record, under that record's version.
pub fn begin<'a>(law: &'a Law, records: &[Record]) -> Result<Case<'a>, Departure> {
    let first = records.first().ok_or_else(|| Departure::Unknown("no record".to_owned()))?;
    Ok(Case::begin(law, procedure_of(law, first)?, Instant(first.performed_at)))
}

/// The case under another version, with its acts so far taken over by name: how what comes before
/// the fixing act follows the law of the day.
///
/// Acts the version does not know have no effect under it. What the clock did until then, and until
/// the version came into force, was told under the version left and is not told again.
pub fn under_version<'a>(
    law: &'a Law,
    procedure: &'a Procedure,
    left: &Case<'a>,
    before: &[Record],
) -> Result<Case<'a>, Departure> {
    let mut case = retold(law, procedure, before, left.state.loads)?;
    let last = before.last().map_or(0, |r| r.performed_at);
    let until = Instant(last).max(procedure.in_force.from.start());
    let (graph, env) = (case.graph(), case.env());
    kernel::advance(graph, &mut case.state.marking, &env, until);
    case.state.position = left.state.position;
    case.take_over(left);
    Ok(case)
}

/// The acts of persons among the records, corrections applied, told by name under a version.
pub fn retold<'a>(
    law: &'a Law,
    procedure: &'a Procedure,
    before: &[Record],
    loads: u32,
) -> Result<Case<'a>, Departure> {
    let acts = corrected_acts(before);
    let begun = acts.first().or(before.first()).map_or(0, |r| r.performed_at);
    let mut case = Case::begin_after(law, procedure, Instant(begun), loads);
    for act in &acts {
        if case.knows(act) {
            case.execute(act)?;
        }
    }
    Ok(case)
}

/// The case as if all corrections among the records had been known from the start, advanced to the
/// last of them. Acts take effect even where they would now be refused; acts of the clock are
/// reckoned anew.
pub fn as_corrected<'a>(
    law: &'a Law,
    records: &[Record],
) -> Result<(Case<'a>, Vec<Told>), Departure> {
    let acts = corrected_acts(records);
    let (mut case, last) = begin_corrected(law, records, &acts)?;
    let mut told = Vec::new();
    for act in &acts {
        if case.knows(act) {
            told.push(case.execute(act)?.0);
        }
    }
    let (graph, env) = (case.graph(), case.env());
    kernel::advance(graph, &mut case.state.marking, &env, Instant(last.performed_at));
    case.state.position = last.position;
    Ok((case, told))
}

/// The corrected history once more, with the acts that would be refused (act and article) and what
/// the clock would have done.
pub fn reckon<'a>(
    law: &'a Law,
    records: &[Record],
) -> Result<(Case<'a>, Vec<String>, Vec<ClockAct>), Departure> {
    let acts = corrected_acts(records);
    let (mut case, last) = begin_corrected(law, records, &acts)?;
    let (mut refused, mut clock) = (Vec::new(), Vec::new());
    for record in &acts {
        if !case.knows(record) {
            continue;
        }
        let (_, step, refusal) = case.execute(record)?;
        let cited = refusal.iter().flat_map(|r| &r.failing);
        let graph = case.graph();
        refused.extend(
            cited.map(|f| format!("{} {}", record.act, graph.clause(f.clause).citations.join(" "))),
        );
        clock.extend(step.clock_acts);
        clock.extend(step.following);
    }
    let (graph, env) = (case.graph(), case.env());
    let until = Instant(last.performed_at);
    clock.extend(kernel::advance(graph, &mut case.state.marking, &env, until));
    Ok((case, refused, clock))
}

pub fn begin_corrected<'a, 'r>(
    law: &'a Law,
    records: &'r [Record],
    acts: &[Record],
) -> Result<(Case<'a>, &'r Record), Departure> {
    let last = records.last().ok_or_else(|| Departure::Unknown("no record".to_owned()))?;
    let begun = Instant(acts.first().unwrap_or(last).performed_at);
    let procedure = match fixed_by(law, acts) {
        Some((fixed, day)) => transition::switched_by(law, fixed, day, Instant(last.performed_at)),
        None => procedure_of(law, last)?,
    };
    let loads = law.almanac.loads_before(last.number);
    Ok((Case::begin_after(law, procedure, begun, loads), last))
}

/// The version in force on the day of the fixing act, if that is among the acts, and the day; where
/// no version declares one, it is the first act.
fn fixed_by<'a>(law: &'a Law, acts: &[Record]) -> Option<(&'a Procedure, Day)> {
    let first = acts.first()?;
    let names = || law.library.family(&first.procedure).filter_map(Procedure::fixing_act);
    let fixing = match names().next() {
        Some(_) => acts.iter().find(|r| names().any(|name| name == r.act))?,
        None => first,
    };
    let day = Instant(fixing.performed_at).day();
    Some((law.library.governing(&first.procedure, day)?, day))
}

/// The acts of persons as they should have been, in the order they should have happened.
pub fn corrected_acts(records: &[Record]) -> Vec<Record> {
    let corrections: Vec<&Record> = records.iter().filter(|r| r.act == CORRECTION).collect();
    let is_told = |r: &&Record| r.actor != Actor::Clock || r.payload.get(NOTED).is_some();
    let acts = records.iter().filter(|r| r.act != CORRECTION).filter(is_told);
    let mut acts: Vec<Record> = acts.filter_map(|r| corrected(r, &corrections)).collect();
    acts.sort_by_key(|r| r.performed_at);
    acts
}

fn procedure_of<'a>(law: &'a Law, record: &Record) -> Result<&'a Procedure, Departure> {
    procedure(law, &record.procedure, &record.version)
}

/// A procedure in a version.
pub fn procedure<'a>(
    law: &'a Law,
    family: &str,
    version: &str,
) -> Result<&'a Procedure, Departure> {
    let found = law.library.procedure(family, version);
    found.ok_or_else(|| Departure::Unknown(format!("{family}@{version}")))
}

/// The record as it should have been, or nothing if it was entered by mistake.
pub fn corrected(record: &Record, corrections: &[&Record]) -> Option<Record> {
    let mut record = record.clone();
    for correction in corrections {
        let about = |key: &str| correction.payload.get(key);
        if about(OF).and_then(Value::as_integer) != i64::try_from(record.number).ok() {
            continue;
        }
        if about(ANNUL).and_then(Value::as_bool) == Some(true) {
            return None;
        }
        if let Some(at) = about(PERFORMED).and_then(Value::as_integer) {
            record.performed_at = at;
        }
        for (name, value) in about(FIELDS).and_then(Value::as_map).iter().flat_map(|m| m.iter()) {
            record.payload.insert(name, value.clone());
        }
    }
    Some(record)
}

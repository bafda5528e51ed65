//! The violations of a row, read from its sealed records.
//!
//! An irregular act says by which rules it would have been refused; a breach says which duty was
//! missed. Presumed acts give no faults of their own, and a breach counts only where the sheet has
//! a column for what was owed and reports no act that makes it moot. What a party let lapse is no
//! fault, and what one cell shows is said once.

use content::Procedure;
use content::mapping::{Mapping, members};
use kernel::{Amount, Calendar, Day, Kind, Limit, Period, Unit};
use ledger::{Fields, Record, Standing, Value};
use office::{BREACH, Office};
use store::StoreError;

use super::acts::Case;
use super::report::Fault;
use super::sheet::Row;

/// Every violation of a sealed row, in the order in which they happened.
pub(super) fn of(
    office: &Office,
    mapping: &Mapping,
    row: &Row,
    case: &Case,
) -> Result<Vec<Fault>, StoreError> {
    let library = &office.law.library;
    let Some(procedure) = library.procedure(&mapping.family, &case.version) else {
        return Ok(Vec::new());
    };
    let stored = office.store.matter_records(office.law.district, &case.matter, 0)?;
    let records: Vec<Record> = stored.iter().map(|r| r.read()).collect::<Result<_, _>>()?;
    let last = records.iter().rposition(|r| case.is_own(&r.client_act)).unwrap_or(0);
    let judge =
        Judge { mapping, procedure, calendar: &library.calendar, row, case, records: &records };
    Ok(judge.faults(last))
}

/// A fault with the column of the act that shows it; a missed duty has none.
type Shown = (Fault, Option<usize>);

struct Judge<'a> {
    mapping: &'a Mapping,
    procedure: &'a Procedure,
    calendar: &'a Calendar,
    row: &'a Row,
    case: &'a Case,
    records: &'a [Record],
}

impl Judge<'_> {
    fn faults(&self, last: usize) -> Vec<Fault> {
        let mut found: Vec<Shown> = Vec::new();
        for shown in (0..=last).flat_map(|i| self.record(i)) {
            if !found.iter().any(|known| same(known, &shown)) {
                found.push(shown);
            }
        }
        found.into_iter().map(|(fault, _)| fault).collect()
    }

    fn record(&self, at: usize) -> Vec<Shown> {
        let Some(record) = self.records.get(at) else { return Vec::new() };
        if record.act == BREACH {
            return self.breach(at, record).map(|f| (f, None)).into_iter().collect();
        }
        let own = self.case.acts.iter().find(|a| a.client_act == record.client_act);
        match &record.standing {
            Standing::Irregular { refusals } if own.is_some_and(|a| !a.presumed) => {
                let column = own.map(|a| a.on);
                let refusals: Vec<&Fields> = refusals.iter().filter_map(Value::as_map).collect();
                let alone = refusals.len() == 1;
                let told = refusals.into_iter().filter(|r| alone || !self.is_idle_extension(r));
                told.map(|r| (self.refused(record, r), column)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// "Nothing to prolong" only repeats what closed the duty, where that is said.
    fn is_idle_extension(&self, reason: &Fields) -> bool {
        let rule = text(reason, "rule").unwrap_or_default();
        let extends = |r: &kernel::Relation| {
            matches!(r.kind, Kind::Extend { .. }) && self.procedure.rule(r.clause).name() == rule
        };
        text(reason, "due").is_none() && self.procedure.graph.relations.iter().any(extends)
    }

    /// A rule by which the act would have been refused.
    fn refused(&self, record: &Record, reason: &Fields) -> Fault {
        let actual = kernel::Instant(record.performed_at).day();
        Fault { detail: text(reason, "fact"), ..self.fault(&record.act, reason, Some(actual)) }
    }

    /// A duty that was not done in time, where the sheet shows when it was done or that it was not.
    fn breach(&self, at: usize, record: &Record) -> Option<Fault> {
        let duty = text(&record.payload, "duty")?;
        let moot = self.case.acts.iter().any(|a| a.moot.contains(&duty));
        if moot || !self.mapping.has_column_for(self.procedure, &duty) {
            return None;
        }
        let fulfils = members(self.procedure, &duty);
        let done = self.records[at..].iter().find(|r| {
            self.case.is_own(&r.client_act) && (r.act == duty || fulfils.contains(&r.act))
        });
        let actual = done.map(|r| kernel::Instant(r.performed_at).day());
        Some(self.fault(&duty, &record.payload, actual))
    }

    fn fault(&self, act: &str, said: &Fields, actual: Option<Day>) -> Fault {
        let due = text(said, "due");
        let rule = text(said, "rule").unwrap_or_default();
        let working = self.counts_working_days(&rule, act);
        let late = match (due.as_deref().and_then(day), actual) {
            (Some(due), Some(actual)) if working => {
                Some(i64::from(self.calendar.working_between(due, actual)))
            }
            (Some(due), Some(actual)) => Some(i64::from(actual.0 - due.0)),
            _ => None,
        };
        Fault {
            row: self.row.line,
            matter: self.case.matter.clone(),
            article: text(said, "article").unwrap_or_default(),
            earliest: text(said, "earliest"),
            actual: actual.map(|d| d.to_string()),
            days_late: late,
            working_days: late.is_some() && working,
            act: Some(act.to_owned()),
            value: None,
            detail: None,
            due,
            rule,
        }
    }

    /// Whether the limit of the rule on this act is counted in working days.
    fn counts_working_days(&self, rule: &str, act: &str) -> bool {
        let graph = &self.procedure.graph;
        let relations =
            graph.relations.iter().filter(|r| self.procedure.rule(r.clause).name() == rule);
        let limits = relations
            .filter(|r| graph.event(r.target).name == act || graph.event(r.source).name == act);
        limits.filter_map(|r| limit(&r.kind)).any(|l| {
            matches!(l.period, Period::Span(Amount::Fixed(_) | Amount::Param(_), Unit::WorkingDay))
        })
    }
}

/// Whether two faults are one: the same rule on the same day, shown by the same cell.
fn same((one, cell): &Shown, (other, other_cell): &Shown) -> bool {
    let said = |f: &Fault| (f.rule.clone(), f.article.clone(), f.due.clone(), f.actual.clone());
    cell == other_cell && (cell.is_some() || one.act == other.act) && said(one) == said(other)
}

fn limit(kind: &Kind) -> Option<&Limit> {
    match kind {
        Kind::Condition { bound: Some(limit), .. } => Some(limit),
        Kind::Condition { wait: Some(wait), .. } => Some(&wait.limit),
        kind => kind.duty_limit(),
    }
}

fn text(fields: &Fields, key: &str) -> Option<String> {
    fields.get(key).and_then(Value::as_text).map(str::to_owned)
}

fn day(text: &str) -> Option<Day> {
    match content::parse_value(content::FieldType::Date, text)? {
        kernel::Value::Day(day) => Some(day),
        _ => None,
    }
}

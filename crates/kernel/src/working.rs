//! Why a due date is what it is: the working, step by step.
//!
//! Takes an open duty (or a resolved limit) and the calendar; gives the anchor, the days counted
//! and skipped, stops, extensions, roll-over and the three last instants, as values to be worded.
//! It reads the same list the clock is folded from, so it cannot disagree with the clock.
//!
//! Not here: sentences and names of holidays.

use crate::calendar::{Calendar, Due};
use crate::duty::{Change, Clock, Duty};
use crate::limit::{Length, Span, Term, Unit};
use crate::resolve::Resolved;
use crate::time::{Day, Instant};

/// One line of a working.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorkingStep {
    /// The instant it counts from; its day is not counted.
    From(Instant),
    /// The term, forward or back.
    Term {
        /// The resolved term.
        term: Term,
        /// Counted back.
        before: bool,
    },
    /// Rest days passed over in counting working days (weekends and holidays).
    Skipped(Vec<Day>),
    /// Weekend days that were counted because they are worked.
    Worked(Vec<Day>),
    /// The clock stood still.
    Stopped {
        /// From, this day counting as elapsed.
        from: Instant,
        /// Until, `None` while it still stands.
        until: Option<Instant>,
        /// What was left, in the unit of the term's rest.
        rest: i64,
    },
    /// It was prolonged.
    Extended(Instant, Span),
    /// It came back with its act and fell due at once.
    Revived(Instant),
    /// The last day before roll-over.
    Nominal(Instant),
    /// The last day is a rest day; these days are passed over.
    Rolled {
        /// From the nominal day.
        from: Day,
        /// To the next working day.
        to: Day,
    },
    /// The last timely instant.
    Due(Instant),
    /// Rests on days of a year not yet published; this is the last published day.
    Provisional(Day),
    /// The clock stands with this rest.
    Held {
        /// In the unit of the term's rest.
        rest: i64,
    },
    /// Owed without a limit.
    Unlimited,
}

/// The working of an open duty's date.
pub fn working(duty: &Duty, calendar: &Calendar) -> Vec<WorkingStep> {
    let Some(limit) = duty.limit_on(calendar) else { return vec![WorkingStep::Unlimited] };
    let mut steps = vec![
        WorkingStep::From(limit.anchor),
        WorkingStep::Term { term: limit.term, before: limit.before },
    ];
    let held = pauses(duty, calendar, &mut steps);
    match duty.reckon(calendar) {
        Clock::Running(due) => finish(&limit, &due, &held, calendar, &mut steps),
        Clock::Held { rest } => steps.push(WorkingStep::Held { rest }),
        Clock::Unlimited => {}
    }
    steps
}

/// The working of a limit on its own.
pub fn working_of(limit: &Resolved, calendar: &Calendar) -> Vec<WorkingStep> {
    let mut steps = vec![
        WorkingStep::From(limit.anchor),
        WorkingStep::Term { term: limit.term, before: limit.before },
    ];
    finish(limit, &limit.due(calendar), &[], calendar, &mut steps);
    steps
}

/// Writes the changes down; gives the spans of days in which the clock stood still.
fn pauses(duty: &Duty, calendar: &Calendar, steps: &mut Vec<WorkingStep>) -> Vec<(Day, Day)> {
    let mut held = Vec::new();
    for (i, change) in duty.changes().iter().enumerate() {
        match change {
            Change::Stopped(from) => {
                let until = duty.changes()[i..].iter().find_map(|c| match c {
                    Change::Resumed(at) => Some(*at),
                    _ => None,
                });
                let rest = match duty.reckon_after(i + 1, calendar) {
                    Clock::Held { rest } => rest,
                    _ => 0,
                };
                steps.push(WorkingStep::Stopped { from: *from, until, rest });
                held.extend(until.map(|u| (from.day(), u.day())));
            }
            Change::Resumed(_) => {}
            Change::Extended(at, span) => steps.push(WorkingStep::Extended(*at, *span)),
            Change::Revived(at) => {
                let passed = |clock| matches!(clock, Clock::Running(due) if due.due < *at);
                if passed(duty.reckon_after(i, calendar)) {
                    steps.push(WorkingStep::Revived(*at));
                }
            }
        }
    }
    held
}

fn finish(
    limit: &Resolved,
    due: &Due,
    held: &[(Day, Day)],
    calendar: &Calendar,
    steps: &mut Vec<WorkingStep>,
) {
    let working_days =
        matches!(limit.term.length, Length::Span(Span { unit: Unit::WorkingDay, .. }));
    if working_days {
        let (a, b) = (limit.anchor.day(), due.nominal.day());
        let span = if limit.before { (b.0 + 1)..a.0 } else { (a.0 + 1)..(b.0 + 1) };
        let running = |d: &Day| !held.iter().any(|(s, r)| s < d && d <= r);
        let days: Vec<Day> = span.map(Day).filter(running).collect();
        let pick = |wanted: fn(bool, bool) -> bool| {
            let fits = |d: &&Day| wanted(calendar.is_working(**d), d.weekday() >= 5);
            days.iter().filter(fits).copied().collect::<Vec<_>>()
        };
        let skipped = pick(|works, _| !works);
        let worked = pick(|works, weekend| works && weekend);
        if !skipped.is_empty() {
            steps.push(WorkingStep::Skipped(skipped));
        }
        if !worked.is_empty() {
            steps.push(WorkingStep::Worked(worked));
        }
    }
    if due.nominal != due.due {
        steps.push(WorkingStep::Nominal(due.nominal));
        steps.push(WorkingStep::Rolled { from: due.nominal.day(), to: due.due.day() });
    }
    steps.push(WorkingStep::Due(due.due));
    if due.provisional {
        steps.push(WorkingStep::Provisional(calendar.last()));
    }
}

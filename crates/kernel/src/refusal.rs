//! Why an act is refused: every failing relation, never only the first.
//!
//! Values, not sentences: the clause, the fact and, for waits, the instant from which it would be
//! allowed. A refusal is a normal answer. Wording is the caller's.
//!
//! Next: `enabled.rs`, which finds the reasons.

use crate::advance::ClockAct;
use crate::graph::{ClauseId, EventId, FieldId, RelationId, TemplateId};
use crate::resolve::Missing;
use crate::time::Instant;

/// One reason, with the fact behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The event is not in force.
    NotIncluded {
        /// The act that took it out and when; `None`: it never was in.
        closed_by: Option<(EventId, Instant)>,
        /// Acts that would put it in.
        opened_by: Vec<EventId>,
    },
    /// The act has been done as often as it may be.
    Repeated {
        /// How often it may be done.
        max: u16,
        /// The last time.
        last: Instant,
    },
    /// What must come first has not been done.
    NotDone {
        /// The missing act.
        source: EventId,
    },
    /// The waiting period has not run.
    TooEarly {
        /// The act it counts from.
        source: EventId,
        /// The instant it counts from.
        anchor: Instant,
        /// The first instant allowed.
        ready: Instant,
        /// Rests on an unpublished day.
        provisional: bool,
    },
    /// The period for the act has run out.
    TooLate {
        /// The act it counts from.
        source: EventId,
        /// The instant it counts from.
        anchor: Instant,
        /// The last instant that was in time.
        due: Instant,
        /// When the act was done or posted.
        timing: Instant,
    },
    /// The source lies too near the date it must precede.
    NoticeTooShort {
        /// The act that had to come earlier.
        source: EventId,
        /// When it was done.
        done: Instant,
        /// The last instant at which it would have been early enough.
        latest: Instant,
    },
    /// The required quality of what came first is not there.
    NotMet {
        /// The act whose result is wanting.
        source: EventId,
        /// The fields the requirement reads.
        fields: Vec<FieldId>,
    },
    /// Something owed must be done first.
    Awaiting {
        /// The owed act.
        duty: EventId,
    },
    /// There is no open duty with a limit to prolong.
    NothingToExtend {
        /// The duty that would be prolonged.
        duty: EventId,
    },
    /// The duty's term has expired; it can no longer be prolonged.
    ExtendedTooLate {
        /// The duty.
        duty: EventId,
        /// When it was due.
        due: Instant,
    },
    /// It has been prolonged as often as it may be.
    ExtensionsUsed {
        /// The duty.
        duty: EventId,
        /// How often.
        max: u16,
    },
    /// A fact the rule depends on is not known.
    Unknown(Missing),
    /// The act must state this field.
    FieldRequired {
        /// The field.
        field: FieldId,
    },
    /// The field cannot hold this value, or the act has no such field.
    FieldWrong {
        /// The field.
        field: FieldId,
    },
    /// The act states this field more than once.
    FieldTwice {
        /// The field.
        field: FieldId,
    },
    /// A date of something past lies after the act.
    DateAhead {
        /// The field.
        field: FieldId,
    },
    /// The act lies before the last one of the case.
    BeforeLast {
        /// How far the case has come.
        now: Instant,
    },
    /// The instance exists, the template is full, or no key was given.
    InstanceRefused {
        /// The template.
        template: TemplateId,
        /// Its cap.
        cap: u16,
        /// A key was given and is in use.
        exists: bool,
    },
    /// Acts of the clock and choice groups are not executed by persons.
    NotForPersons,
}

/// One failing relation (or rule of the event itself).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failing {
    /// The relation, where it is one.
    pub relation: Option<RelationId>,
    /// What to cite.
    pub clause: ClauseId,
    /// The reason.
    pub why: Why,
}

impl Failing {
    /// The first instant at which this reason is gone by itself; only waits have one.
    pub fn earliest(&self) -> Option<Instant> {
        match self.why {
            Why::TooEarly { ready, .. } => Some(ready),
            _ => None,
        }
    }
}

/// The answer to an act that may not happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The act.
    pub event: EventId,
    /// When it was tried.
    pub at: Instant,
    /// Everything that bars it.
    pub failing: Vec<Failing>,
    /// What the clock did up to then; it stays although the act is refused.
    pub clock_acts: Vec<ClockAct>,
}

impl Refusal {
    /// The day from which the act will be allowed, if waits are all that bars it.
    pub fn earliest(&self) -> Option<Instant> {
        let days: Option<Vec<Instant>> = self.failing.iter().map(Failing::earliest).collect();
        days?.into_iter().max()
    }
}

//! Stories: dated sequences of acts with the answer the law gives at each.
//!
//! A story is a test of the law and its specification: what is due when, what is refused by which
//! article. Names are resolved at load; running one is `replay.rs`.

use kernel::{Day, EventId, FieldId, Instant, ParamId, Value};

use crate::model::{Citation, Position};

/// One story, its shared opening already in front.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    /// A sentence.
    pub title: String,
    /// Ids of the worked examples it tells.
    pub examples: Vec<String>,
    /// Citations.
    pub citations: Vec<Citation>,
    /// Lies in the folder of lawful stories.
    pub lawful: bool,
    /// Code of the place whose parameters hold; `None`: defaults.
    pub place: Option<String>,
    /// Parameters assumed for this story alone.
    pub assumed: Vec<(ParamId, Value)>,
    /// The moments.
    pub beats: Vec<Beat>,
    /// Where.
    pub position: Position,
}

/// One moment of a story: an act is tried, or somebody looks at the case.
#[derive(Clone, PartialEq, Debug)]
pub struct Beat {
    /// When.
    pub at: Instant,
    /// The role acting; `None` where somebody only looks.
    pub role: Option<String>,
    /// Who signs; by default one person per role.
    pub persons: Vec<String>,
    /// The act.
    pub act: Option<Deed>,
    /// A correction of earlier acts, applied before the case is looked at.
    pub correction: Option<Correction>,
    /// What must then be so.
    pub expectations: Vec<Expectation>,
    /// Where.
    pub position: Position,
}

/// The act tried in a beat.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// The event.
    pub event: EventId,
    /// What it states; sample values for required fields that decide nothing are filled in.
    pub payload: Vec<(FieldId, Value)>,
    /// The key of the instance it belongs to or creates.
    pub key: Option<String>,
    /// Entered as already done: takes effect even where it would be refused.
    pub reported: bool,
}

/// An earlier act is amended or annulled; the case is replayed with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Correction {
    /// The act.
    pub event: EventId,
    /// When it was performed, as recorded.
    pub performed: Instant,
    /// The new date, if the date was wrong.
    pub moved_to: Option<Instant>,
    /// Annulled: entered by mistake.
    pub annulled: bool,
    /// Fields amended.
    pub payload: Vec<(FieldId, Value)>,
}

/// Something that must be so after a beat.
#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    /// What.
    pub kind: Expect,
    /// Where it is written.
    pub position: Position,
}

/// The kinds of expectation.
#[derive(Clone, PartialEq, Debug)]
pub enum Expect {
    /// The duty is due on this day.
    Due(EventId, Day),
    /// The duty is due at this moment (limits in hours).
    DueAt(EventId, Instant),
    /// The duty's date rests on an unpublished day.
    Provisional(EventId),
    /// The duty is open without a running limit.
    Unlimited(EventId),
    /// The duty's clock stands still, with this rest if stated.
    Held(EventId, Option<i64>),
    /// There is no open duty.
    NotOwed(EventId),
    /// The duty is late.
    Late(EventId),
    /// The duty is not late.
    NotLate(EventId),
    /// The act is not allowed now; this is the first day it is.
    Earliest(EventId, Day),
    /// The act is allowed until the end of this day.
    Until(EventId, Day),
    /// The act could be done now.
    Possible(EventId),
    /// The act could not be done now.
    Impossible(EventId),
    /// The act, mostly one of the clock, has been executed with effect from this day.
    Automatic(EventId, Day),
    /// Refused by exactly this set of rules: citations, or rule ids, or the internal mark.
    Refused(Vec<String>),
    /// Refused: not a role of this act.
    RefusedRole,
    /// Refused: the same person did an act that must be another's.
    RefusedPersons,
    /// Refused: too few persons signed.
    RefusedFew,
    /// Refused because of what this field holds.
    RefusedField(FieldId),
    /// Refused because this field is not known.
    RefusedMissing(FieldId),
    /// Warned by exactly this set.
    Warned(Vec<String>),
    /// Nothing is owed any more.
    Accepting,
    /// The field has this value.
    Holds(FieldId, Value),
}

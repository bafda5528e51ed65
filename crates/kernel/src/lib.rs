//! A timed DCR engine for law-bound procedures.
mod advance;
mod builder;
mod calendar;
mod duty;
mod effects;
mod enabled;
mod graph;
mod guard;
mod index;
mod limit;
mod marking;
mod refusal;
mod resolve;
mod set;
mod step;
mod time;
mod wellformed;

pub use advance::{Breach, ClockAct, advance, redate};
pub use builder::{Builder, EventSpec, KindSpec, Node, RelationSpec};
pub use calendar::{Calendar, CalendarError, Due, Year};
pub use duty::{Change, Clock, Duty, Start};
pub use enabled::{Barriers, barriers};
pub use graph::{
    AtLeast, Clause, ClauseId, Distinct, Effect, Effective, Event, EventId, EventKind, Field,
    FieldId, Graph, Kind, Lead, Merge, Owner, ParamId, Relation, RelationId, Repeat, RoleId,
    Strength, Template, TemplateId,
};
pub use guard::{Comparison, Facts, FieldKind, Guard, Operand, Value};
pub use limit::{Amount, Anchor, End, Length, Limit, Period, RestUnit, Span, Term, Unit, Wait};
pub use marking::Marking;
pub use refusal::{Failing, Refusal, Why};
pub use resolve::{Env, Missing, ParamValues, Resolved};
pub use set::{EVENTS_MAX, EventSet};
pub use step::{Act, Step, record, step};
pub use time::{DAY_SECONDS, Day, Instant};
pub use wellformed::BuildError;

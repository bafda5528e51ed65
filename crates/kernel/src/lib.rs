//! A timed DCR engine for law-bound procedures: who may do what now, what is owed by when, and why
//! something is refused.
//!
//! A [`Graph`] of events and relations (condition, milestone, response, exclude, include,
//! stop-clock, extension, overdue effect, instance) is built once by a [`Builder`]. A [`Marking`]
//! is the state of one case. [`step`] executes an act or refuses it with every failing relation;
//! [`advance`] moves time, records breaches and executes automatic acts; [`outlook`] answers what
//! is owed, possible and barred without touching the case. Limits are counted on a versioned
//! [`Calendar`], and [`working`] shows how each date came about.
//!
//! The crate is pure: no clock, files, environment, randomness or logging, and time is an integer
//! the caller passes. Same graph, same history, same moment: same answer.
//!
//! ```
//! use kernel::*;
//!
//! let mut b = Builder::new("objection");
//! let clause = b.clause(Clause { name: "art. 5".into(), citations: vec!["act#5".into()], reason: None });
//! let file = b.event(EventSpec { owner: Owner::Party, ..EventSpec::act("file", clause) });
//! let answer = b.event(EventSpec::act("answer", clause));
//! b.relate(KindSpec::condition(), file, answer, clause);
//! b.relate(KindSpec::response(Some(Limit::new(15, Unit::Day, true))), file, answer, clause);
//! let graph = b.build().unwrap();
//!
//! let day = |y, m, d| Day::from_date(y, m, d).unwrap();
//! let calendar = Calendar::new(1, &[Year { year: 2024, ..Year::default() }]).unwrap();
//! let env = Env { calendar: &calendar, params: &[] };
//! let mut case = Marking::initial(&graph, &env, day(2024, 3, 1).start());
//!
//! let (file, answer) = (graph.event_named("file").unwrap(), graph.event_named("answer").unwrap());
//! let early = step(&graph, &mut case, &env, &Act::bare(answer, day(2024, 3, 1).start()));
//! assert_eq!(early.unwrap_err().failing[0].why, Why::NotDone { source: file });
//!
//! step(&graph, &mut case, &env, &Act::bare(file, day(2024, 3, 1).start())).unwrap();
//! // 16 March 2024 is a Saturday: the last day rolls to Monday.
//! assert_eq!(case.duty(answer).unwrap().due().unwrap().due.day(), day(2024, 3, 18));
//! ```
//!
//! Read `graph.rs`, then `step.rs`; `calendar.rs` counts days.

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
mod outlook;
mod people;
mod refusal;
mod resolve;
mod set;
mod step;
mod time;
mod untimed;
mod wellformed;
mod working;

pub use advance::{Breach, ClockAct, advance, next_automatic, redate};
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
pub use outlook::{Barred, Outlook, Owed, Possible, outlook, owed};
pub use people::{Unauthorised, authorise};
pub use refusal::{Failing, Refusal, Why};
pub use resolve::{Env, Missing, ParamValues, Resolved};
pub use set::{EVENTS_MAX, EventSet, Members};
pub use step::{Act, Step, fired, guard_outcomes, record, step};
pub use time::{DAY_SECONDS, Day, Instant};
pub use untimed::{Bits, Untimed};
pub use wellformed::BuildError;
pub use working::{WorkingStep, working, working_of};

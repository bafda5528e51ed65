//! Law as data: reads the content language, checks it and compiles procedures to kernel graphs.
//!
//! Text in, values out: [`load`] takes the files of the content folder as [`Source`]s and gives a
//! [`Library`], or every [`Fault`] at its character with what would be right. The words of the
//! language stand in one table (`keywords.rs`), from which `LANGUAGE.md` is printed.
//!
//! Not here: files, clocks, the disk. Read `keywords.rs`, then `load.rs`, then `lower/mod.rs`.
mod amounts;
mod canonical;
mod check;
mod citation;
mod counting;
mod diff;
mod expect;
mod explain;
mod fault;
mod figure;
mod figures;
mod format;
mod fragment;
mod guard;
mod keywords;
mod land;
mod lines;
mod links;
mod load;
mod lock;
mod lower;
mod manual;
pub mod mapping;
mod model;
mod open_tests;
pub mod plan;
mod prelude;
mod registers;
mod replay;
mod scope;
mod shape;
mod skeleton;
mod stories;
mod story;
mod syntax;
mod tables;
mod traps;
mod value;
mod vocabulary;

pub use amounts::work_out;
pub use canonical::{canonical, digest};
pub use check::{
    Coverage, Gap, LOOKS, Look, ProcedureReport, Report, Untrue, certify_look, check,
    check_procedure, examples, property, report_of,
};
pub use diff::{Difference, diff};
pub use explain::{Explained, explain};
pub use fault::{Fault, nearest};
pub use figure::{Count, Figure, Formula, Identity, Relation, Term, Window};
pub use format::format;
pub use keywords::SWITCH;
pub use lines::{stories_from_json, stories_from_kdl};
pub use load::{is_plan, load};
pub use lock::{LockFault, check_lock, lock};
pub use manual::language;
pub use model::{
    Act, Article, BringsYear, CalendarYear, Carried, Citation, Claim, ClaimKind, Computation,
    Counting, Every, Example, Field, FieldType, Group, InForce, Input, Library, Link, Lookup,
    OpenTest, Opening, Operation, Organ, Paper, Param, Part, PersonProof, Place, Position,
    Procedure, Publicity, Published, Redated, Role, Rule, Setting, Source, Statute, Table,
    TableRow, Transition, YearBook,
};
pub use replay::{Outcome, Told, Unmet, run};
pub use skeleton::new_procedure;
pub use story::{Beat, Correction, Deed, Expect, Expectation, Story};
pub use value::{
    day as parse_day, moment as parse_moment, parse as parse_value, span as parse_span,
};
pub use value::{write as write_value, write_span};

//! How much work a year brings and how it tends to go: the plans a simulation plays.
//!
//! Takes one plan file and the loaded [`Library`]; gives a [`Plan`] in which every act, role, field
//! and value is known to the version that governs, or all faults at their characters. A plan says
//! nothing about figures: these are counted from what is sealed.
//!
//! Not here: chance, persons and the playing itself (the crate `sim`), the words (`keywords.rs`).
//!
//! Next: `plan/read.rs` reads streams and seasons, `plan/ways.rs` the steps, `plan/entries.rs` fields.

mod entries;
mod pace;
mod read;
mod ways;

use kernel::Day;

use crate::fault::{Fault, Span, Text};
use crate::keywords::Keyword;
use crate::mapping::Plain;
use crate::model::{FieldType, Library, Position, Source};
use crate::shape::shape;
use crate::syntax::read as parse;

/// The work of one year at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The year in which the matters begin.
    pub year: i32,
    /// Code of the place.
    pub place: String,
    /// English gloss.
    pub en: String,
    /// When organs work on a working day.
    pub office: Hours,
    /// How many persons act in a role, per organ.
    pub headcounts: Vec<(String, u32)>,
    /// The streams of work.
    pub streams: Vec<Stream>,
    /// What must hold between the counts of acts.
    pub balances: Vec<Balance>,
    /// Where.
    pub position: Position,
}

/// Minutes of a day, from one up to and without the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hours {
    /// First minute.
    pub from: u32,
    /// First minute no longer in it.
    pub until: u32,
}

/// How the matters of a stream spread over the year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Season {
    /// Its name.
    pub name: String,
    /// Weight of a day, by month.
    pub months: [u32; 12],
    /// Weight of a working day.
    pub working: u32,
    /// Weight of a rest day.
    pub rest: u32,
}

/// One kind of matter and how many of them a year brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// The procedure family.
    pub family: String,
    /// How many matters.
    pub count: u64,
    /// Whether the count grows and shrinks with the scale of the simulation.
    pub scales: bool,
    /// How they spread over the year.
    pub season: Season,
    /// The hours of the day in which they begin.
    pub hours: Hours,
    /// First day on which one may begin.
    pub from: Day,
    /// Last day on which one may begin.
    pub until: Day,
    /// What the matters are called.
    pub matter: Pattern,
    /// The ways they go.
    pub ways: Vec<Way>,
    /// Where.
    pub position: Position,
}

/// How some matters of a stream go, from beginning to end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// How many matters go it.
    pub amount: Amount,
    /// What is done, in order.
    pub parts: Vec<Part>,
    /// Where.
    pub position: Position,
}

/// How many of a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// Exactly so many.
    Exact(u64),
    /// A share of what the exact ones leave, by weight.
    Weight(u64),
}

/// What is done in a way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// One act in every matter.
    Step(Step),
    /// Some acts in a share of the matters.
    Aside {
        /// Its name.
        name: String,
        /// In how many.
        share: Share,
        /// The acts.
        steps: Vec<Step>,
        /// Where.
        position: Position,
    },
}

/// In how many of the matters of a way something happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// Of a thousand.
    PerMille(u64),
    /// Exactly so many.
    Exact(u64),
}

/// One act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The act.
    pub act: String,
    /// In which role.
    pub role: String,
    /// Parties act at any hour of the day; organs when they work.
    pub party: bool,
    /// How long after the step before; `None` for the first and where none is stated.
    pub pace: Option<Pace>,
    /// In how many matters it comes later, and how much later.
    pub late: Option<(Share, Pace)>,
    /// How many sign.
    pub signers: u32,
    /// What the form holds.
    pub entries: Vec<Entry>,
    /// In how many matters it is entered wrongly, and put right afterwards.
    pub slip: Option<Slip>,
    /// It is tried, and the law refuses it.
    pub attempt: bool,
    /// Where.
    pub position: Position,
}

/// A mistake that is corrected later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// In how many matters.
    pub share: Share,
    /// How long after the act it is corrected.
    pub pace: Pace,
    /// Why.
    pub reason: String,
    /// The act should not have been entered at all.
    pub annul: bool,
    /// What was entered wrongly.
    pub entries: Vec<Entry>,
}

/// A length of time between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// At least.
    pub least: u32,
    /// At most.
    pub most: u32,
    /// Of what.
    pub unit: PaceUnit,
}

/// Units of a [`Pace`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaceUnit {
    /// Minutes by the clock.
    Minute,
    /// Days of the calendar.
    Day,
    /// Working days.
    WorkingDay,
}

/// A field and where its value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The field.
    pub field: String,
    /// What it holds.
    pub kind: FieldType,
    /// Its value.
    pub origin: Origin,
}

/// Where the value of a field comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Always this.
    Constant(Plain),
    /// One of these, by weight.
    Portions(Vec<(Plain, u64)>),
    /// By the number of the matter.
    Pattern(Pattern),
    /// The organ that plays the role in the matter.
    Organ(String),
    /// The person who acts in the role in the matter.
    Name(String),
    /// A day before the act.
    Before(Pace),
    /// A day after the act.
    After(Pace),
    /// The day of the act.
    SameDay,
    /// A number between two.
    Between(i64, i64),
    /// Nothing rests on it: something of its type, or one of these options.
    Anything(Vec<String>),
}

/// A text with the year and the number of the matter put in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern(pub Vec<Piece>);

/// A part of a [`Pattern`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// The year of the plan.
    Year,
    /// The number of the matter, with at least so many digits.
    Ordinal(usize),
}

/// Acts that are never more than others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Balance {
    /// Its number.
    pub id: String,
    /// What it says.
    pub title: String,
    /// The procedure family.
    pub family: String,
    /// Acts of which there are no more …
    pub fewer: Vec<String>,
    /// … than of these.
    pub more: Vec<String>,
    /// Matters carried in from the year before count among the latter.
    pub carried_in: bool,
    /// Where.
    pub position: Position,
}

impl Plan {
    /// Reads a plan file, or says everything that is wrong with it.
    pub fn read(source: &Source, library: &Library) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let nodes = parse(&source.path, &source.text, &mut faults);
        let lines = shape(&nodes, &[Keyword::Plan], false, &mut faults);
        let plan = match lines.as_slice() {
            [line] => read::plan(line, library, &mut faults),
            [_, second, ..] => {
                faults.push(second.span.fault("plan-second", &[]));
                None
            }
            [] => {
                let text = Text::new(&source.path, &source.text);
                if faults.is_empty() {
                    let start = Span { text, range: 0..0, used_at: None };
                    faults.push(start.fault("plan-empty", &[]));
                }
                None
            }
        };
        crate::load::drop_echoes(&mut faults);
        match plan {
            Some(plan) if faults.is_empty() => Ok(plan),
            _ => Err(faults),
        }
    }
}

impl Way {
    /// Its steps, those of asides included.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|part| match part {
            Part::Step(step) => std::slice::from_ref(step),
            Part::Aside { steps, .. } => steps.as_slice(),
        })
    }
}

impl Pattern {
    /// The text for a matter.
    pub fn write(&self, year: i32, ordinal: u64) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Year => text.push_str(&year.to_string()),
                Piece::Ordinal(digits) => text.push_str(&format!("{ordinal:0digits$}")),
            }
        }
        text
    }
}

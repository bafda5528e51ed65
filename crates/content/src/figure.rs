//! Figures: what a procedure contributes to reports, as definitions. A figure is a list of acts.
//!
//! Parsed and type-checked here (`figures.rs`); counted by the report crate.

use kernel::{EventId, FieldId, Guard};

use crate::model::{Citation, Position};

/// The definition of one number.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// English gloss.
    pub en: String,
    /// Unit, as printed.
    pub unit: String,
    /// How many decimals are printed.
    pub decimals: u32,
    /// What the number is divided by when printed.
    pub divisor: u32,
    /// Citations.
    pub citations: Vec<Citation>,
    /// How it is computed.
    pub formula: Formula,
    /// Where.
    pub position: Position,
}

/// How a number is computed.
#[derive(Clone, PartialEq, Debug)]
pub enum Formula {
    /// Acts or duties counted.
    Count(Count),
    /// Duties open on a day of the year.
    Stock {
        /// The duty; `None` where this version does not have it.
        duty: Option<EventId>,
        /// Month and day.
        on: (u8, u8),
    },
    /// One number over another.
    Ratio(Box<Formula>, Box<Formula>),
    /// Another figure.
    Figure(String),
    /// The figure of the year before.
    PreviousYear(String),
    /// One number less others.
    Difference(Box<Formula>, Vec<Formula>),
    /// Several figures added.
    Total(Vec<String>),
}

impl Formula {
    /// Visits the ids of the figures it rests on.
    pub fn figures<'f>(&'f self, visit: &mut impl FnMut(&'f str)) {
        match self {
            Self::Count(_) | Self::Stock { .. } => {}
            Self::Figure(id) | Self::PreviousYear(id) => visit(id),
            Self::Total(ids) => ids.iter().for_each(|id| visit(id)),
            Self::Ratio(above, below) => {
                above.figures(visit);
                below.figures(visit);
            }
            Self::Difference(from, less) => {
                from.figures(visit);
                less.iter().for_each(|f| f.figures(visit));
            }
        }
    }
}

/// What is counted, in which window, how.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Count {
    /// The acts, as far as this version has them.
    pub acts: Vec<EventId>,
    /// The duty counted instead of acts.
    pub duty: Option<EventId>,
    /// Which date decides the year.
    pub window: Window,
    /// From the beginning up to the end of the year, not only in the year.
    pub cumulative: bool,
    /// Only duties done in time.
    pub in_time: bool,
    /// Condition on the matter's fields.
    pub condition: Option<Guard>,
    /// Only in matters in which none of these acts was ever done.
    pub without: Vec<EventId>,
    /// Counted once per value of this field.
    pub distinct: Option<FieldId>,
    /// The sum of this field instead of a number of acts.
    pub sum: Option<FieldId>,
    /// The largest value of this field.
    pub largest: Option<FieldId>,
    /// Broken down by this field.
    pub by: Option<FieldId>,
}

/// Which date of a matter decides the year something counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Window {
    /// The day performed.
    #[default]
    Performed,
    /// The due day.
    Due,
    /// The day of another act of the same matter; `None` where this version does not have it.
    Act(Option<EventId>),
}

/// How the sides of an identity should stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// Equal.
    Equal,
    /// The left at most the right.
    AtMost,
}

/// Two sums of figures that bind one another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How the sides should stand.
    pub relation: Relation,
    /// One side.
    pub left: Vec<Term>,
    /// The other.
    pub right: Vec<Term>,
    /// Where.
    pub position: Position,
}

/// A figure in an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// The figure's id.
    pub figure: String,
    /// Of the year before.
    pub previous_year: bool,
}

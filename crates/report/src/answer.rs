//! Works the figures out from what was counted, and checks the identities between them.
//!
//! Not here: counting (`watch.rs`), rounding (`number.rs`).

use std::collections::BTreeMap;

use content::{Figure, Formula, Relation};
use ledger::LogHead;

use crate::number::{Fraction, Printed};
use crate::question::Questions;
use crate::tally::{CountId, Counted, Tally};

/// All figures of a year over one state of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// The year.
    pub year: i32,
    /// The log counted: its size and root.
    pub log: LogHead,
    /// The figures, in the order of the content.
    pub figures: Vec<Answer>,
    /// The identities.
    pub identities: Vec<Balance>,
}

/// One figure.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// English gloss.
    pub en: String,
    /// Unit, as printed.
    pub unit: String,
    /// The number as printed; `None` for a rate of nothing.
    pub value: Option<Printed>,
    /// The exact number behind it, in whole units.
    pub exact: Option<Fraction>,
    /// Above and below the line of a rate.
    pub rate: Option<(Fraction, Fraction)>,
    /// Per group, the number and its acts; empty for a figure that is not broken down.
    pub groups: BTreeMap<String, (Fraction, Vec<u64>)>,
    /// Numbers of the records counted, in order.
    pub acts: Vec<u64>,
    /// Numbers of other records the figure rests on.
    pub rests_on: Vec<u64>,
}

/// An identity, worked out.
#[derive(Clone, PartialEq, Debug)]
pub struct Balance {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How the sides should stand.
    pub relation: Relation,
    /// Whether they do, exactly.
    pub holds: bool,
    /// One side; `None` where a rate of nothing is among its terms.
    pub left: Option<Fraction>,
    /// The other.
    pub right: Option<Fraction>,
    /// How far the printed numbers of the left exceed those of the right where the sides are equal.
    pub rounding: Option<Fraction>,
}

/// Works out everything asked for. The tally must have been sorted.
pub fn answer(questions: &Questions, tally: &Tally, log: LogHead) -> Report {
    let working = Working { questions, tally };
    let figures = questions.asked.iter().map(|id| working.answer(id)).collect();
    let identities = questions.identities.iter().map(|i| working.balance(i)).collect();
    Report { year: questions.year, log, figures, identities }
}

struct Working<'q, 'c> {
    questions: &'q Questions<'c>,
    tally: &'q Tally,
}

/// A number and what it rests on.
#[derive(Clone, Debug, Default)]
struct Number {
    value: Option<Fraction>,
    rate: Option<(Fraction, Fraction)>,
    groups: BTreeMap<String, (Fraction, Vec<u64>)>,
    acts: Vec<u64>,
    rests_on: Vec<u64>,
}

impl Number {
    fn rest_on(&mut self, other: Self) {
        self.acts.extend(other.acts);
        self.rests_on.extend(other.rests_on);
    }
}

impl<'c> Working<'_, 'c> {
    fn answer(&self, id: &str) -> Answer {
        let figure = self.questions.figures[id];
        let mut number = self.figure(id, self.questions.year);
        for numbers in [&mut number.acts, &mut number.rests_on] {
            numbers.sort_unstable();
        }
        // Above and below the line the same act may be counted; it is one act all the same.
        if number.rate.is_some() {
            number.acts.dedup();
        }
        number.rests_on.dedup();
        Answer {
            id: figure.id.clone(),
            title: figure.title.clone(),
            en: figure.en.clone(),
            unit: figure.unit.clone(),
            value: number.value.map(|v| printed(figure, v)),
            exact: number.value,
            rate: number.rate,
            groups: number.groups,
            acts: number.acts,
            rests_on: number.rests_on,
        }
    }

    fn figure(&self, id: &str, year: i32) -> Number {
        let Some((id, figure)) = self.questions.figures.get_key_value(id) else {
            return Number::default();
        };
        self.formula(id, &figure.formula, &mut 0, year)
    }

    /// `place` counts the leaves passed, as they were numbered.
    fn formula(&self, id: &'c str, formula: &'c Formula, place: &mut u32, year: i32) -> Number {
        match formula {
            Formula::Count(count) => {
                let how = if count.distinct.is_some() {
                    How::Distinct
                } else if count.sum.is_some() {
                    How::Sum
                } else if count.largest.is_some() {
                    How::Largest
                } else {
                    How::Acts
                };
                self.leaf(id, place, year, how)
            }
            Formula::Stock { .. } => self.leaf(id, place, year, How::Acts),
            Formula::Figure(other) => self.figure(other, year),
            Formula::PreviousYear(other) => self.figure(other, year - 1),
            Formula::Total(ids) => {
                let mut total = Number { value: Some(Fraction::whole(0)), ..Number::default() };
                for other in ids {
                    let number = self.figure(other, year);
                    total.value = total.value.zip(number.value).map(|(a, b)| a.plus(b));
                    total.rest_on(number);
                }
                total
            }
            Formula::Ratio(above, below) => {
                let above = self.formula(id, above, place, year);
                let below = self.formula(id, below, place, year);
                let rate = above.value.zip(below.value);
                let value = rate.and_then(|(a, b)| a.over(b));
                let mut number = Number { value, rate, ..Number::default() };
                number.rest_on(above);
                number.rest_on(below);
                number
            }
            Formula::Difference(from, less) => {
                let mut number = self.formula(id, from, place, year);
                number.groups.clear();
                for other in less {
                    let other = self.formula(id, other, place, year);
                    number.value = number.value.zip(other.value).map(|(a, b)| a.less(b));
                    number.rest_on(other);
                }
                number
            }
        }
    }

    fn leaf(&self, id: &'c str, place: &mut u32, year: i32, how: How) -> Number {
        let count: Option<&CountId> = self.questions.counts.get(&(id, *place));
        *place += 1;
        let groups = count.and_then(|count| self.tally.of(*count, year));
        let mut number = Number { value: Some(Fraction::whole(0)), ..Number::default() };
        let mut all = Vec::new();
        for (group, counted) in groups.into_iter().flatten() {
            let value = how.value(std::slice::from_ref(&counted));
            if !group.is_empty() {
                number.groups.insert(group.to_string(), (value, counted.acts.clone()));
            }
            all.push(counted);
            number.acts.extend(&counted.acts);
            number.rests_on.extend(&counted.rests_on);
        }
        number.value = Some(how.value(&all));
        number
    }

    fn balance(&self, identity: &content::Identity) -> Balance {
        let side = |terms: &[content::Term]| {
            let mut exact = Some(Fraction::whole(0));
            let mut shown = Fraction::whole(0);
            for term in terms {
                let year = self.questions.year - i32::from(term.previous_year);
                let value = self.figure(&term.figure, year).value;
                exact = exact.zip(value).map(|(a, b)| a.plus(b));
                let figure = self.questions.figures.get(term.figure.as_str());
                if let Some((figure, value)) = figure.zip(value) {
                    shown = shown.plus(printed(figure, value).value());
                }
            }
            (exact, shown)
        };
        let ((left, left_shown), (right, right_shown)) =
            (side(&identity.left), side(&identity.right));
        let holds = left.zip(right).is_some_and(|(l, r)| match identity.relation {
            Relation::Equal => l == r,
            Relation::AtMost => l <= r,
        });
        let off = left_shown.less(right_shown);
        let equal = holds && identity.relation == Relation::Equal;
        let rounding = (equal && off != Fraction::whole(0)).then_some(off);
        let (id, title) = (identity.id.clone(), identity.title.clone());
        Balance { id, title, relation: identity.relation, holds, left, right, rounding }
    }
}

/// What of a count is its number.
#[derive(Clone, Copy)]
enum How {
    Acts,
    Distinct,
    Sum,
    Largest,
}

impl How {
    fn value(self, groups: &[&Counted]) -> Fraction {
        let number = match self {
            Self::Acts => groups.iter().map(|c| c.acts.len() as i128).sum(),
            Self::Distinct => {
                let values = groups.iter().flat_map(|c| &c.distinct);
                values.collect::<std::collections::BTreeSet<_>>().len() as i128
            }
            Self::Sum => groups.iter().map(|c| c.sum).sum(),
            Self::Largest => groups.iter().filter_map(|c| c.largest).max().map_or(0, i128::from),
        };
        Fraction::whole(number)
    }
}

/// The sign of a unit that is a share of the whole.
const PERCENT: &str = "%";

fn printed(figure: &Figure, value: Fraction) -> Printed {
    if figure.unit == PERCENT {
        return Printed::percent(value, figure.decimals);
    }
    let unit = Fraction::whole(i128::from(figure.divisor));
    Printed::of(value.over(unit).unwrap_or(value), figure.decimals)
}

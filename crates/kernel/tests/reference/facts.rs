//! What guards and limits read, and how the reference evaluates them.
//!
//! Takes layers of statements (payload, constants written) over the matter's store and the place's
//! parameters; gives three-valued guards, the first missing thing, and a limit's count.

use std::collections::BTreeMap;
use std::rc::Rc;

use kernel::{
    Amount, Anchor, Comparison, FieldId, Guard, Length, Limit, Missing, Operand, ParamId, Period,
    Span, Term, Value,
};

use super::calendar::start_of;
use super::clock::Owed;

/// A parameter's values, each from a day on, in order of days.
pub type Dated = Vec<(i64, Value)>;

/// The store with what is stated on top; earlier layers win.
pub struct Facts<'a> {
    pub layers: Vec<&'a [(FieldId, Value)]>,
    pub store: &'a BTreeMap<FieldId, Value>,
    pub params: &'a [Dated],
    /// The day on which guards ask for parameters.
    pub day: i64,
}

/// A limit with amount and anchor known.
#[derive(Clone, PartialEq, Debug)]
pub struct Count {
    pub anchor: i64,
    pub term: Term,
    pub before: bool,
    /// The duty whose due is the anchor, as it stood then.
    pub from: Option<Rc<Owed>>,
}

impl Count {
    /// The anchor is a provisional due.
    pub fn is_unsure(&self) -> bool {
        self.from.as_ref().and_then(|o| o.due()).is_some_and(|e| e.provisional)
    }
}

impl Facts<'_> {
    pub fn field(&self, field: FieldId) -> Option<Value> {
        let stated = self.layers.iter().flat_map(|l| l.iter()).find(|(f, _)| *f == field);
        stated.map(|(_, v)| v.clone()).or_else(|| self.store.get(&field).cloned())
    }

    pub fn param_on(&self, param: ParamId, day: i64) -> Option<Value> {
        let in_force = self.params.get(param.index())?.iter().filter(|(from, _)| *from <= day);
        in_force.max_by_key(|(from, _)| *from).map(|(_, v)| v.clone())
    }

    fn read(&self, operand: &Operand) -> Option<Value> {
        match operand {
            Operand::Field(f) => self.field(*f),
            Operand::Param(p) => self.param_on(*p, self.day),
            Operand::Const(v) => Some(v.clone()),
        }
    }

    /// True, false or unknown.
    pub fn holds(&self, guard: &Guard) -> Option<bool> {
        match guard {
            Guard::All(parts) => {
                let values: Vec<_> = parts.iter().map(|p| self.holds(p)).collect();
                if values.contains(&Some(false)) {
                    Some(false)
                } else if values.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Guard::Any(parts) => {
                let denied: Vec<_> =
                    parts.iter().map(|p| Guard::Not(Box::new(p.clone()))).collect();
                self.holds(&Guard::All(denied)).map(|all_false| !all_false)
            }
            Guard::Not(part) => self.holds(part).map(|v| !v),
            Guard::Has(f) => Some(self.field(*f).is_some()),
            Guard::True(f) => self.field(*f).map(|v| v == Value::Bool(true)),
            Guard::OneOf(f, values) => self.field(*f).map(|v| values.contains(&v)),
            Guard::Compare(left, how, right) => {
                compare(&self.read(left)?, *how, &self.read(right)?)
            }
        }
    }

    /// The first thing the guard reads that is not there; presence is always known.
    pub fn missing(&self, guard: &Guard) -> Option<Missing> {
        match guard {
            Guard::All(parts) | Guard::Any(parts) => parts.iter().find_map(|p| self.missing(p)),
            Guard::Not(part) => self.missing(part),
            Guard::Has(_) => None,
            Guard::True(f) | Guard::OneOf(f, _) => self.absent(&Operand::Field(*f)),
            Guard::Compare(left, _, right) => self.absent(left).or_else(|| self.absent(right)),
        }
    }

    fn absent(&self, operand: &Operand) -> Option<Missing> {
        match operand {
            _ if self.read(operand).is_some() => None,
            Operand::Field(f) => Some(Missing::Field(*f)),
            Operand::Param(p) => Some(Missing::Param(*p)),
            Operand::Const(_) => None,
        }
    }

    /// Counts a limit whose source was executed at `source`; `duty_of` gives a running duty.
    pub fn count(
        &self,
        limit: &Limit,
        source: i64,
        duty_of: impl Fn(usize) -> Option<Rc<Owed>>,
    ) -> Result<Count, Missing> {
        let mut from = None;
        let anchor = match limit.anchor {
            Anchor::Source => source,
            Anchor::DueOf(event) => {
                from = duty_of(event.index());
                from.as_ref().and_then(|o| o.due()).ok_or(Missing::Duty(event))?.due
            }
            Anchor::Field(f) => match self.field(f) {
                Some(Value::Day(day)) => start_of(i64::from(day.0)),
                Some(Value::Instant(at)) => at.0,
                _ => return Err(Missing::Field(f)),
            },
        };
        let span = |value: Option<Value>, unit, missing| match value {
            Some(Value::Int(n)) if n >= 0 => Ok(Span { amount: n as u32, unit }),
            Some(Value::Span(span)) => Ok(span),
            _ => Err(missing),
        };
        let length = match limit.period {
            Period::Yearly { month, day } => Length::Yearly(month, day),
            Period::MonthEnd => Length::MonthEnd,
            Period::QuarterEnd => Length::QuarterEnd,
            Period::Span(Amount::Fixed(amount), unit) => Length::Span(Span { amount, unit }),
            Period::Span(Amount::Field(f), unit) => {
                Length::Span(span(self.field(f), unit, Missing::Field(f))?)
            }
            Period::Span(Amount::Param(p), unit) => {
                let in_force = self.param_on(p, super::calendar::day_of(source));
                Length::Span(span(in_force, unit, Missing::Param(p))?)
            }
        };
        let term = Term { length, roll: limit.roll, full_hour: limit.full_hour };
        Ok(Count { anchor, term, before: limit.before, from })
    }
}

fn compare(left: &Value, how: Comparison, right: &Value) -> Option<bool> {
    let number = |v: &Value| match v {
        Value::Int(n) => Some((0, *n)),
        Value::Day(d) => Some((1, i64::from(d.0))),
        Value::Instant(at) => Some((2, at.0)),
        _ => None,
    };
    match how {
        Comparison::Equal => return Some(left == right),
        Comparison::NotEqual => return Some(left != right),
        _ => {}
    }
    let ((a_kind, a), (b_kind, b)) = (number(left)?, number(right)?);
    if a_kind != b_kind {
        return None;
    }
    Some(match how {
        Comparison::Less => a < b,
        Comparison::AtMost => a <= b,
        Comparison::Greater => a > b,
        _ => a >= b,
    })
}

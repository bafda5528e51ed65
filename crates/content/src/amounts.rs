//! Works out the amounts of an act at the moment it is done: what the law computes, nobody types.
//!
//! Takes a procedure, the matter as it stands at that moment and what was entered; adds every
//! field of the act's form that a computation gives, in the order of the computations, so that one
//! may build on another. An amount entered otherwise than it works out is a reason for refusal,
//! with the article of the computation. What cannot be worked out is left as entered: a required
//! field is then missing, and the kernel says so.
//!
//! Not here: what a computation is made of (`lower/amounts.rs`), sealing (the office).

use kernel::{
    Day, Env, EventId, Facts, Failing, FieldId, Instant, Marking, ParamId, Refusal, Value, Why,
};

use crate::model::{Computation, Operation, Part, Procedure, Table};

/// Millionths in one: the unit of rates.
const MILLION: i128 = 1_000_000;

/// Adds what the act's computations give to the payload; gives the fields added.
pub fn work_out(
    procedure: &Procedure,
    marking: &Marking,
    env: &Env,
    (event, at): (EventId, Instant),
    payload: &mut Vec<(FieldId, Value)>,
) -> Result<Vec<FieldId>, Refusal> {
    let form = &procedure.graph.event(event).fields;
    let (mut added, mut failing) = (Vec::new(), Vec::new());
    for computation in &procedure.computations {
        let field = computation.field;
        if !form.iter().any(|(f, _)| *f == field) {
            continue;
        }
        let case = Case { procedure, marking, env, event, at, payload, target: field };
        let Some(result) = case.result(computation) else { continue };
        match payload.iter().find(|(f, _)| *f == field) {
            Some((_, entered)) if *entered == result => {}
            Some(_) => failing.push(Failing {
                relation: None,
                clause: computation.rule,
                why: Why::FieldWrong { field },
            }),
            None => {
                payload.push((field, result));
                added.push(field);
            }
        }
    }
    match failing.is_empty() {
        true => Ok(added),
        false => Err(Refusal { event, at, failing, clock_acts: Vec::new() }),
    }
}

/// The matter at the moment of the act, the payload on top.
struct Case<'a> {
    procedure: &'a Procedure,
    marking: &'a Marking,
    env: &'a Env<'a>,
    event: EventId,
    at: Instant,
    payload: &'a [(FieldId, Value)],
    /// The field worked out: what it was before may be one of the parts of what it becomes.
    target: FieldId,
}

impl Facts for Case<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        if field == self.target {
            return self.marking.field(field);
        }
        let writes = &self.procedure.graph.event(self.event).writes;
        let given = self.payload.iter().chain(writes).find(|(f, _)| *f == field).map(|(_, v)| v);
        given.or_else(|| self.marking.field(field))
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.env.params[param.index()].on(self.at.day())
    }
}

impl Case<'_> {
    fn result(&self, computation: &Computation) -> Option<Value> {
        let numbers =
            || computation.inputs.iter().map(|t| self.number(t)).collect::<Option<Vec<_>>>();
        let result = match &computation.operation {
            Operation::Table(tables) => return self.looked_up(&computation.inputs, tables),
            Operation::Days { without_last } => self.days(&computation.inputs, *without_last)?,
            Operation::Sum => sum(numbers()?)?,
            Operation::Less => {
                let parts = numbers()?;
                let (first, rest) = parts.split_first()?;
                first.checked_sub(sum(rest.to_vec())?)?
            }
            Operation::Min => numbers()?.into_iter().min()?,
            Operation::Max => numbers()?.into_iter().max()?,
            Operation::Round { to, down } => round(*numbers()?.first()?, *to, *down)?,
            Operation::Accrual { rate, cap } => {
                let rate = self.number(rate)?;
                let accrued = accrue(&numbers()?, rate)?;
                match cap {
                    Some(cap) => accrued.min(self.number(cap)?),
                    None => accrued,
                }
            }
        };
        Some(Value::Int(result))
    }

    fn number(&self, term: &Part) -> Option<i64> {
        match self.value(term)? {
            Value::Int(n) => Some(n),
            _ => None,
        }
    }

    fn value(&self, term: &Part) -> Option<Value> {
        match term {
            Part::Number(n) => Some(Value::Int(*n)),
            Part::Field(field) => self.field(*field).cloned(),
            Part::Param(param) => self.param(*param).cloned(),
            Part::DayOf(event) => self.marking.executed_at(*event).map(|at| Value::Day(at.day())),
        }
    }

    /// Days after the first date up to the second; none since an act that was not done.
    fn days(&self, inputs: &[Part], without_last: bool) -> Option<i64> {
        let [from, to] = inputs else { return None };
        let day = |term: &Part| match self.value(term) {
            Some(Value::Day(day)) => Some(day),
            _ => None,
        };
        let to = day(to)?;
        let from: Day = match (day(from), from) {
            (Some(from), _) => from,
            (None, Part::DayOf(_)) => return Some(0),
            (None, _) => return None,
        };
        let days = i64::from(to.0) - i64::from(from.0) - i64::from(without_last);
        Some(days.max(0))
    }

    /// The first row that holds, of the table in force for the key. A row that cannot be decided
    /// decides nothing behind it.
    fn looked_up(&self, inputs: &[Part], tables: &[Table]) -> Option<Value> {
        let key = self.value(inputs.first()?)?;
        let table = tables.iter().find(|t| t.key == key && t.in_force.has(self.at.day()))?;
        for row in &table.rows {
            match row.when.as_ref().map_or(Some(true), |g| g.eval(self)) {
                Some(true) => return row.value.clone(),
                Some(false) => {}
                None => return None,
            }
        }
        None
    }
}

fn sum(parts: Vec<i64>) -> Option<i64> {
    parts.into_iter().try_fold(0_i64, i64::checked_add)
}

/// To the nearest multiple, halves up; or to the multiple not above.
fn round(n: i64, to: i64, down: bool) -> Option<i64> {
    let n = if down { n } else { n.checked_add(to / 2)? };
    n.div_euclid(to).checked_mul(to)
}

/// Product of all parts and the rate, in whole units; fractions are dropped.
fn accrue(parts: &[i64], rate_ppm: i64) -> Option<i64> {
    let product = parts.iter().try_fold(i128::from(rate_ppm), |p, n| p.checked_mul((*n).into()))?;
    i64::try_from(product / MILLION).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surcharge_of_three_in_a_hundred_a_day_is_exact() {
        assert_eq!(accrue(&[1_000_000, 33], 30_000), Some(990_000));
        assert_eq!(accrue(&[1_000_000, 34], 30_000), Some(1_020_000));
        assert_eq!(accrue(&[2_000_000, -1], 200_000), Some(-400_000));
    }

    #[test]
    fn an_amount_beyond_all_bounds_is_no_amount() {
        assert_eq!(accrue(&[i64::MAX, i64::MAX], i64::MAX), None);
        assert_eq!(accrue(&[i64::MAX, 2], 1_000_000), None);
        assert_eq!(sum(vec![i64::MAX, 1]), None);
    }

    #[test]
    fn rounding_goes_half_up_or_down() {
        assert_eq!(round(4_595_000, 10_000, true), Some(4_590_000));
        assert_eq!(round(4_595_000, 10_000, false), Some(4_600_000));
        assert_eq!(round(-1, 100, true), Some(-100));
        assert_eq!(round(i64::MAX, 100, false), None);
    }
}

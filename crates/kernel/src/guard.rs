//! Values of a matter's fields, and the small total language of guards over them.
//!
//! A guard is true, false or unknown (a field it reads is missing). What unknown means is decided
//! by the slot the guard sits in: a `when` on a constraint then applies, an `and-if` is then not
//! met, an effect cannot be decided and the act is refused. No arithmetic, no functions, no loops.
//!
//! Not here: parsing of guards (the content crate). Next: `graph.rs`.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use crate::graph::{FieldId, ParamId};
use crate::limit::Span;
use crate::resolve::Missing;
use crate::time::{Day, Instant};

/// The value of a field, a parameter or a constant.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number; money is an integer of 1/100 yuan.
    Int(i64),
    /// A civil date.
    Day(Day),
    /// A moment.
    Instant(Instant),
    /// A length of time with its unit.
    Span(Span),
    /// Text, or one of the options of a field.
    Text(Arc<str>),
}

/// What kind of value a field holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum FieldKind {
    /// [`Value::Bool`].
    Bool,
    /// [`Value::Int`].
    Int,
    /// [`Value::Day`].
    Day,
    /// [`Value::Instant`].
    Instant,
    /// [`Value::Span`].
    Span,
    /// [`Value::Text`] without restriction.
    Text,
    /// [`Value::Text`] out of a closed list.
    Option(Vec<Arc<str>>),
}

impl FieldKind {
    /// Whether the value is of this kind.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_))
            | (Self::Day, Value::Day(_))
            | (Self::Instant, Value::Instant(_))
            | (Self::Span, Value::Span(_))
            | (Self::Text, Value::Text(_)) => true,
            (Self::Option(options), Value::Text(t)) => options.contains(t),
            _ => false,
        }
    }
}

/// One side of a comparison.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// The field's present value.
    Field(FieldId),
    /// The place's parameter in force on the day.
    Param(ParamId),
    /// A constant.
    Const(Value),
}

/// How two operands are compared. Order is defined between values of one ordered kind only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// =
    Equal,
    /// ≠
    NotEqual,
    /// <
    Less,
    /// ≤
    AtMost,
    /// >
    Greater,
    /// ≥
    AtLeast,
}

/// A typed, total expression over fields, parameters and constants.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Guard {
    /// Every part is true.
    All(Vec<Guard>),
    /// Some part is true.
    Any(Vec<Guard>),
    /// The part is false.
    Not(Box<Guard>),
    /// The comparison holds.
    Compare(Operand, Comparison, Operand),
    /// The field's value is one of these.
    OneOf(FieldId, Vec<Value>),
    /// The field has a value. Never unknown.
    Has(FieldId),
    /// The yes/no field is yes.
    True(FieldId),
}

/// What guards may look at: fields and parameters.
pub trait Facts {
    /// The field's value, if it has one.
    fn field(&self, field: FieldId) -> Option<&Value>;
    /// The parameter's value on the day in question, if the place sets one.
    fn param(&self, param: ParamId) -> Option<&Value>;
}

impl Guard {
    /// True, false, or `None` where a missing field leaves it open (Kleene's three values).
    pub fn eval<F: Facts + ?Sized>(&self, facts: &F) -> Option<bool> {
        match self {
            Self::All(parts) => fold(parts, facts, false),
            Self::Any(parts) => fold(parts, facts, true),
            Self::Not(part) => part.eval(facts).map(|v| !v),
            Self::Compare(left, how, right) => {
                compare(read(left, facts)?, *how, read(right, facts)?)
            }
            Self::OneOf(field, values) => facts.field(*field).map(|v| values.contains(v)),
            Self::Has(field) => Some(facts.field(*field).is_some()),
            Self::True(field) => match facts.field(*field)? {
                Value::Bool(b) => Some(*b),
                _ => None,
            },
        }
    }

    /// Every field the guard reads, in order of appearance.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    /// The first field or parameter whose absence leaves the guard open.
    pub fn missing<F: Facts + ?Sized>(&self, facts: &F) -> Option<Missing> {
        let absent = |operand: &Operand| match operand {
            Operand::Field(f) => facts.field(*f).is_none().then_some(Missing::Field(*f)),
            Operand::Param(p) => facts.param(*p).is_none().then_some(Missing::Param(*p)),
            Operand::Const(_) => None,
        };
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(|p| p.missing(facts)),
            Self::Not(part) => part.missing(facts),
            Self::Compare(left, _, right) => absent(left).or_else(|| absent(right)),
            Self::OneOf(f, _) | Self::True(f) => absent(&Operand::Field(*f)),
            Self::Has(_) => None,
        }
    }

    fn collect(&self, into: &mut Vec<FieldId>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|p| p.collect(into)),
            Self::Not(part) => part.collect(into),
            Self::Compare(left, _, right) => {
                for side in [left, right] {
                    if let Operand::Field(f) = side {
                        into.push(*f);
                    }
                }
            }
            Self::OneOf(f, _) | Self::Has(f) | Self::True(f) => into.push(*f),
        }
    }
}

/// `decisive` decides the whole at once: true for "or", false for "and".
fn fold<F: Facts + ?Sized>(parts: &[Guard], facts: &F, decisive: bool) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part.eval(facts) {
            Some(v) if v == decisive => return Some(decisive),
            Some(_) => {}
            None => open = true,
        }
    }
    if open { None } else { Some(!decisive) }
}

fn read<'a, F: Facts + ?Sized>(operand: &'a Operand, facts: &'a F) -> Option<&'a Value> {
    match operand {
        Operand::Field(f) => facts.field(*f),
        Operand::Param(p) => facts.param(*p),
        Operand::Const(v) => Some(v),
    }
}

fn compare(left: &Value, how: Comparison, right: &Value) -> Option<bool> {
    use std::cmp::Ordering::{Greater, Less};
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
        _ => None,
    };
    match how {
        Comparison::Equal => Some(left == right),
        Comparison::NotEqual => Some(left != right),
        Comparison::Less => order.map(|o| o == Less),
        Comparison::AtMost => order.map(|o| o != Greater),
        Comparison::Greater => order.map(|o| o == Greater),
        Comparison::AtLeast => order.map(|o| o != Less),
    }
}

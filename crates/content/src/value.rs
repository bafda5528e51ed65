//! Values as they are written: dates, moments, periods, and values of a field's type.
//!
//! Not here: guards (`guard.rs`), and which unit a statute counts in (`counting.rs`).

use std::sync::Arc;

use kernel::{DAY_SECONDS, Day, Instant, Span, Unit, Value};

use crate::keywords::{
    AT_MOST_PREFIX, FIXED_DATE, PARAM_PREFIX, PERIOD_ENDS, TYPES, UNITS, guard_words,
};
use crate::model::FieldType;

/// "2024-01-01".
pub fn day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    if parts.next().is_some() {
        return None;
    }
    Day::from_date(i32::try_from(year).ok()?, month, day)
}

/// "2024-01-01 09:30", with seconds or as a bare date (its first instant) too.
pub fn moment(text: &str) -> Option<Instant> {
    let Some((date, time)) = text.split_once([' ', 'T']) else { return Some(day(text)?.start()) };
    let mut parts = time.split(':').map(|p| match p.len() {
        2 => p.parse::<i64>().ok().filter(|n| *n >= 0),
        _ => None,
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let valid = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    valid.then(|| day(date).map(|d| d.start().plus_seconds(hour * 3600 + minute * 60 + second)))?
}

/// "01-01": month and day.
pub(crate) fn month_day(text: &str) -> Option<(u8, u8)> {
    let (_, month, of_month) = day(&format!("2024-{text}"))?.date();
    Some((u8::try_from(month).ok()?, u8::try_from(of_month).ok()?))
}

/// A period as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    /// A number of units.
    Span(Span),
    /// A parameter by name.
    Param(String),
    /// A field by name.
    Field(String),
    /// Every year on this month and day.
    Yearly(u8, u8),
    /// The end of the month.
    MonthEnd,
    /// The end of the quarter.
    QuarterEnd,
}

/// Reads a period.
pub(crate) fn period(text: &str) -> Option<Written> {
    if let Some(name) = text.strip_prefix(PARAM_PREFIX).filter(|n| !n.is_empty()) {
        return Some(Written::Param(name.to_owned()));
    }
    if text == PERIOD_ENDS.0 {
        return Some(Written::MonthEnd);
    }
    if text == PERIOD_ENDS.1 {
        return Some(Written::QuarterEnd);
    }
    if let Some(found) = fixed_date(text).or_else(|| span(text).map(Written::Span)) {
        return Some(found);
    }
    let number = text.strip_prefix(AT_MOST_PREFIX).unwrap_or(text);
    let is_name = !number.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
    let plain = !text.is_empty() && !text.contains(char::is_whitespace);
    (is_name && plain && number == text).then(|| Written::Field(text.to_owned()))
}

fn fixed_date(text: &str) -> Option<Written> {
    let (month_word, day_word, before) = FIXED_DATE;
    let text = text.strip_suffix(before)?.strip_suffix(day_word)?;
    let (month, day) = text.split_once(month_word)?;
    let (month, day) = (month.parse::<u8>().ok()?, day.parse::<u8>().ok()?);
    Day::from_date(2024, month.into(), day.into())?;
    Some(Written::Yearly(month, day))
}

/// An amount with its unit, with or without "at most".
pub fn span(text: &str) -> Option<Span> {
    let text = text.strip_prefix(AT_MOST_PREFIX).unwrap_or(text);
    let (word, unit) = UNITS.iter().find(|(word, _)| text.ends_with(word))?;
    let number = text.strip_suffix(word)?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount = number.parse::<u32>().ok().filter(|n| *n <= 100_000)?;
    Some(Span { amount, unit: *unit })
}

/// The span as it is written.
pub fn write_span(span: Span) -> String {
    let word = UNITS.iter().find(|(_, unit)| *unit == span.unit).map_or("", |(word, _)| *word);
    format!("{}{word}", span.amount)
}

/// The value of a field of this type, from its text.
pub fn parse(kind: FieldType, text: &str) -> Option<Value> {
    Some(match kind {
        FieldType::Integer | FieldType::Money => Value::Int(text.parse().ok()?),
        FieldType::Date => Value::Day(day(text)?),
        FieldType::Moment => Value::Instant(moment(text)?),
        FieldType::Period => Value::Span(span(text)?),
        FieldType::YesNo => Value::Bool(match text {
            "true" | "#true" | guard_words::YES => true,
            "false" | "#false" | guard_words::NO => false,
            _ => return None,
        }),
        _ => Value::Text(Arc::from(text)),
    })
}

/// The value as content writes it.
pub fn write(value: &Value) -> String {
    match value {
        Value::Bool(true) => "#true".to_owned(),
        Value::Bool(false) => "#false".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Instant(at) => at.to_string(),
        Value::Span(span) => write_span(*span),
        Value::Text(text) => text.to_string(),
    }
}

/// A value of the type that says nothing: for required fields of stories that decide nothing.
pub(crate) fn sample(kind: FieldType, options: &[String], at: Instant) -> Value {
    match kind {
        FieldType::Integer | FieldType::Money => Value::Int(1),
        FieldType::Date => Value::Day(at.day()),
        FieldType::Moment => Value::Instant(Instant(at.0 - at.0.rem_euclid(DAY_SECONDS))),
        FieldType::Period => Value::Span(Span { amount: 1, unit: Unit::Day }),
        FieldType::YesNo => Value::Bool(false),
        FieldType::Choice => Value::Text(Arc::from(options.first().map_or("", String::as_str))),
        _ => Value::Text(Arc::from("—")),
    }
}

/// The word of a field type.
pub(crate) fn type_word(kind: FieldType) -> &'static str {
    TYPES.iter().find(|(_, k)| *k == kind).map_or("", |(word, _)| word)
}

//! Lengths of time, hours of the day and patterns as plans write them.

use kernel::Unit;

use crate::fault::Fault;
use crate::keywords::{MINUTES, PLACEHOLDERS, UNITS};
use crate::syntax::Word;

use super::{Hours, Pace, PaceUnit, Pattern, Piece};

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;
/// No pace is longer than this many of its unit.
const PACE_MAX: u32 = 100_000;
/// No number of a matter has more digits.
const DIGITS_MAX: usize = 12;

/// Reads a pace, or says how one is written.
pub(super) fn pace(word: &Word, faults: &mut Vec<Fault>) -> Option<Pace> {
    let found = parse_pace(word.text());
    if found.is_none() {
        faults.push(word.span.fault("plan-pace", &[("given", &word.written())]));
    }
    found
}

fn parse_pace(text: &str) -> Option<Pace> {
    let units = UNITS.iter().filter_map(|(word, unit)| match unit {
        Unit::WorkingDay => Some((*word, PaceUnit::WorkingDay, 1)),
        Unit::Day => Some((*word, PaceUnit::Day, 1)),
        Unit::Hour => Some((*word, PaceUnit::Minute, 60)),
        _ => None,
    });
    let mut units = units.chain([(MINUTES, PaceUnit::Minute, 1)]);
    let (word, unit, factor) = units.find(|(word, ..)| text.ends_with(word))?;
    let (least, most) = bounds(text.strip_suffix(word)?)?;
    let sized = |n: i64| u32::try_from(n).ok().filter(|n| *n <= PACE_MAX).map(|n| n * factor);
    Some(Pace { least: sized(least)?, most: sized(most)?, unit })
}

/// `3-5`, or one number for both.
pub(super) fn bounds(text: &str) -> Option<(i64, i64)> {
    let number = |t: &str| match !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) {
        true => t.parse::<i64>().ok(),
        false => None,
    };
    let (least, most) = match text.split_once('-') {
        Some((a, b)) => (number(a)?, number(b)?),
        None => (number(text)?, number(text)?),
    };
    (least <= most).then_some((least, most))
}

/// Reads hours of the day, or says how they are written.
pub(super) fn hours(word: &Word, faults: &mut Vec<Fault>) -> Option<Hours> {
    let found = parse_hours(word.text());
    if found.is_none() {
        faults.push(word.span.fault("plan-hours", &[("given", &word.written())]));
    }
    found
}

fn parse_hours(text: &str) -> Option<Hours> {
    let minute = |t: &str| {
        let (hour, minute) = t.split_once(':')?;
        let two = hour.len() == 2 && minute.len() == 2;
        let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
        (two && minute < 60).then_some(hour * 60 + minute)
    };
    let (from, until) = text.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from < until && until <= DAY_MINUTES).then_some(Hours { from, until })
}

/// Reads a pattern, or says how one is written.
pub(super) fn pattern(word: &Word, faults: &mut Vec<Fault>) -> Option<Pattern> {
    let found = parse_pattern(word.text());
    if found.is_none() {
        faults.push(word.span.fault("plan-pattern", &[("given", &word.written())]));
    }
    found
}

fn parse_pattern(text: &str) -> Option<Pattern> {
    let (year, ordinal) = PLACEHOLDERS;
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        let inside = &rest[open + 1..close];
        pieces.push(match inside.split_once(':') {
            None if inside == year => Piece::Year,
            None if inside == ordinal => Piece::Ordinal(1),
            Some((word, digits)) if word == ordinal => {
                Piece::Ordinal(digits.parse().ok().filter(|d| *d <= DIGITS_MAX)?)
            }
            _ => return None,
        });
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Some(Pattern(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_has_one_or_two_bounds_and_a_unit() {
        let pace = |least, most, unit| Some(Pace { least, most, unit });
        assert_eq!(parse_pace("3-5个工作日"), pace(3, 5, PaceUnit::WorkingDay));
        assert_eq!(parse_pace("2小时"), pace(120, 120, PaceUnit::Minute));
        assert_eq!(parse_pace("20-90分钟"), pace(20, 90, PaceUnit::Minute));
        assert_eq!(parse_pace("5日"), pace(5, 5, PaceUnit::Day));
        for wrong in ["", "5", "5-3日", "-3日", "5个月", "x日", "1-2-3日", "200000日"] {
            assert_eq!(parse_pace(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hours_lie_within_one_day() {
        assert_eq!(parse_hours("00:00-24:00"), Some(Hours { from: 0, until: 1440 }));
        for wrong in ["9-17", "17:00-09:00", "00:00-24:01", "09:60-10:00", "09:00"] {
            assert_eq!(parse_hours(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_pattern_takes_year_and_number() {
        let written = |text: &str| parse_pattern(text).map(|p| p.write(2023, 21));
        assert_eq!(written("〔{年}〕第{序}号").as_deref(), Some("〔2023〕第21号"));
        assert_eq!(written("{序:5}").as_deref(), Some("00021"));
        for wrong in ["{月}", "{序", "{序:x}", "{序:99}"] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }
}

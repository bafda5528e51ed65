//! The three ways in which these files write a length of time.
//!
//! ISO 8601 (`P30D`), days and clock (`30.00:00:00`), and number with letter (`3d`, `1w`). A length
//! the kernel cannot count exactly is refused with the reason; none becomes zero.

use kernel::Unit;

/// Longer than this no limit of law is, and dates must stay within what integers count.
const YEARS_MAX: u64 = 100;

/// A length in one unit of the kernel.
pub(crate) type Length = (u32, Unit);

#[derive(Default)]
struct Parts {
    months: u64,
    years: u64,
    days: u64,
    hours: u64,
    seconds: u64,
}

/// The length written, or the code of the reason why not.
pub(crate) fn read(text: &str) -> Result<Length, &'static str> {
    let parts = match text {
        _ if !text.is_ascii() => None,
        _ if text.starts_with('P') => iso(&text[1..]),
        _ if text.contains(':') => clock(text),
        _ => short(text)?,
    };
    combine(&parts.ok_or("time")?)
}

/// The length in ISO 8601.
pub(crate) fn write((n, unit): Length) -> Option<String> {
    match unit {
        Unit::Hour => Some(format!("PT{n}H")),
        Unit::Day => Some(format!("P{n}D")),
        Unit::Month => Some(format!("P{n}M")),
        Unit::Year => Some(format!("P{n}Y")),
        Unit::WorkingDay => None,
    }
}

/// What follows the P: designators in their order, each at most once.
fn iso(text: &str) -> Option<Parts> {
    let (date, clock) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, clock)) => (date, clock),
        None => (text, ""),
    };
    if date.is_empty() && clock.is_empty() {
        return None;
    }
    let mut parts = Parts::default();
    for (n, letter) in designated(date, "YMWD")? {
        match letter {
            'Y' => parts.years = n,
            'M' => parts.months = n,
            'W' => parts.days += n.checked_mul(7)?,
            _ => parts.days = parts.days.checked_add(n)?,
        }
    }
    for (n, letter) in designated(clock, "HMS")? {
        match letter {
            'H' => parts.hours = n,
            'M' => parts.seconds = n.checked_mul(60)?,
            _ => parts.seconds = parts.seconds.checked_add(n)?,
        }
    }
    Some(parts)
}

fn designated(mut text: &str, mut letters: &str) -> Option<Vec<(u64, char)>> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(end);
        let letter = rest.chars().next()?;
        let place = letters.find(letter)?;
        found.push((number.parse().ok()?, letter));
        (text, letters) = (&rest[1..], &letters[place + 1..]);
    }
    Some(found)
}

/// `days.hh:mm:ss` or `hh:mm:ss`.
fn clock(text: &str) -> Option<Parts> {
    let (days, time) = text.split_once('.').unwrap_or(("0", text));
    let [h, m, s] = time.split(':').map(number).collect::<Option<Vec<_>>>()?.try_into().ok()?;
    let days = number(days)?;
    (h < 24 && m < 60 && s < 60).then_some(())?;
    Some(Parts { days, hours: h, seconds: m * 60 + s, ..Parts::default() })
}

/// A number and a letter. `m` is a month to one tool and a minute to another.
fn short(text: &str) -> Result<Option<Parts>, &'static str> {
    let mut digits = text.to_owned();
    let letter = digits.pop().map(|c| c.to_ascii_lowercase());
    let Some(n) = number(&digits) else { return Ok(None) };
    Ok(match letter {
        Some('h') => Some(Parts { hours: n, ..Parts::default() }),
        Some('d') => Some(Parts { days: n, ..Parts::default() }),
        Some('w') => n.checked_mul(7).map(|days| Parts { days, ..Parts::default() }),
        Some('y') => Some(Parts { years: n, ..Parts::default() }),
        Some('m') => return Err("time-ambiguous"),
        _ => None,
    })
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// One unit out of the parts: the kernel does not add months to days.
fn combine(parts: &Parts) -> Result<Length, &'static str> {
    let most = [parts.years, parts.months, parts.days, parts.hours, parts.seconds / 3600];
    if most.into_iter().any(|n| n > YEARS_MAX * 366 * 24) {
        return Err("time-long");
    }
    if !parts.seconds.is_multiple_of(3600) {
        return Err("time-minutes");
    }
    let hours = parts.hours + parts.seconds / 3600;
    let months = parts.years * 12 + parts.months;
    if months > 0 && (parts.days > 0 || hours > 0) {
        return Err("time-mixed");
    }
    let (n, unit, most) = match (parts.months, parts.years, hours) {
        (0, 1.., _) => (parts.years, Unit::Year, YEARS_MAX),
        (1.., ..) => (months, Unit::Month, YEARS_MAX * 12),
        (.., 1..) => (parts.days * 24 + hours, Unit::Hour, YEARS_MAX * 366 * 24),
        _ => (parts.days, Unit::Day, YEARS_MAX * 366),
    };
    match u32::try_from(n) {
        Ok(n) if u64::from(n) <= most => Ok((n, unit)),
        _ => Err("time-long"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_is_read_and_none_becomes_zero() {
        let known = [
            ("P30D", (30, Unit::Day)),
            ("P1W", (7, Unit::Day)),
            ("P1W2D", (9, Unit::Day)),
            ("P1M", (1, Unit::Month)),
            ("P1Y", (1, Unit::Year)),
            ("P1Y6M", (18, Unit::Month)),
            ("PT36H", (36, Unit::Hour)),
            ("P1DT12H", (36, Unit::Hour)),
            ("PT120M", (2, Unit::Hour)),
            ("30.00:00:00", (30, Unit::Day)),
            ("1.12:00:00", (36, Unit::Hour)),
            ("12:00:00", (12, Unit::Hour)),
            ("3d", (3, Unit::Day)),
            ("1w", (7, Unit::Day)),
            ("5h", (5, Unit::Hour)),
            ("2y", (2, Unit::Year)),
            ("P0D", (0, Unit::Day)),
        ];
        for (text, length) in known {
            assert_eq!(read(text), Ok(length), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_counted_is_refused_with_its_reason() {
        let refused = [
            ("time", "P P- PT P1 PD P1.5D P1D2W P1DT -P1D 1.5d d 30 3x P1H p1d 1:2 25:00:00"),
            ("time", "1.00:60:00 x.00:00:00 三d P99999999999999999999D 1.:00:00"),
            ("time-ambiguous", "1m"),
            ("time-minutes", "PT30M PT1S 0.00:30:00"),
            ("time-mixed", "P1M2D P1YT1H"),
            ("time-long", "P101Y P40000D P4000000000D PT99999999999H 9999999d"),
        ];
        for (code, texts) in refused {
            for text in texts.split(' ') {
                assert_eq!(read(text), Err(code), "{text}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for length in [(5, Unit::Hour), (7, Unit::Day), (2, Unit::Month), (1, Unit::Year)] {
            assert_eq!(read(&write(length).unwrap()), Ok(length));
        }
        assert_eq!(write((5, Unit::WorkingDay)), None);
    }
}

//! Spellings of dates in cells.
//!
//! A style is an example, such as "2023/5/9": what stands between its numbers is what must stand
//! between those of a cell. Zeros in front of month and day never matter, nor whether the numbers
//! are written in digits or in Chinese numerals.

use kernel::Day;
use unicode_normalization::UnicodeNormalization;

use crate::keywords::{DAY_ENDS, NUMERALS, TEN};

/// One accepted spelling of dates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DateStyle {
    /// The example, as written.
    pub example: String,
    year_digits: usize,
    /// What follows year and month, and what ends the date; `None`: eight or six digits in a row.
    signs: Option<[String; 3]>,
}

impl DateStyle {
    /// Reads the example; `None` where it is no date.
    pub(super) fn read(example: &str) -> Option<Self> {
        let text = usual(example);
        let (numbers, signs) = runs(&text)?;
        let (year_digits, signs) = match (numbers.as_slice(), signs) {
            ([all], signs) if signs[0].is_empty() => (all.len().checked_sub(4)?, None),
            ([year, _, _], signs) if !signs[0].is_empty() && !signs[1].is_empty() => {
                (year.len(), Some(signs))
            }
            _ => return None,
        };
        let style = Self { example: example.to_owned(), year_digits, signs };
        let usable = matches!(year_digits, 2 | 4) && style.day(&text).is_some();
        usable.then_some(style)
    }

    /// The date in a cell, if it is spelled so.
    pub(super) fn day(&self, cell: &str) -> Option<Day> {
        let (numbers, signs) = runs(cell)?;
        let (year, month, day) = match (&self.signs, numbers.as_slice()) {
            (None, [all]) if signs[0].is_empty() && all.len() == self.year_digits + 4 => {
                let (year, rest) = all.split_at(self.year_digits);
                (year, &rest[..2], &rest[2..])
            }
            (Some(own), [year, month, day])
                if own[..2] == signs[..2] && ends_alike(&own[2], &signs[2]) =>
            {
                (*year, *month, *day)
            }
            _ => return None,
        };
        if year.len() != self.year_digits || month.len() > 2 || day.len() > 2 {
            return None;
        }
        let century = if self.year_digits == 2 { 2000 } else { 0 };
        let year = century + year.parse::<i32>().ok()?;
        Day::from_date(year, month.parse().ok()?, day.parse().ok()?)
    }
}

/// The ends that mean "day" may stand for one another or be missing.
fn ends_alike(style: &str, cell: &str) -> bool {
    let day = |text: &str| !text.is_empty() && text.chars().all(|c| DAY_ENDS.contains(&c));
    style == cell || (day(style) && (cell.is_empty() || day(cell)))
}

/// The numbers of a text that begins with one, and the up to three signs after them.
fn runs(text: &str) -> Option<(Vec<&str>, [String; 3])> {
    let (mut numbers, mut signs) = (Vec::new(), [const { String::new() }; 3]);
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 || numbers.len() == 3 {
            return None;
        }
        let after = &rest[digits..];
        let other = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        signs[numbers.len()] = after[..other].to_owned();
        numbers.push(&rest[..digits]);
        rest = &after[other..];
    }
    (!numbers.is_empty()).then_some((numbers, signs))
}

/// The cell in usual width, without blanks, without a time of day, with one kind of dash.
pub(super) fn usual(cell: &str) -> String {
    let cell: String = cell.nfkc().collect();
    let date = match cell.split_once('T') {
        Some((date, time)) if time.starts_with(|c: char| c.is_ascii_digit()) => date,
        _ => &cell,
    };
    let words = date.split_whitespace().take_while(|word| !word.contains(':'));
    let signs: Vec<char> = words.flat_map(str::chars).map(plain_sign).collect();
    arabic(&signs)
}

/// Chinese numerals as digits: one sign for one digit, as years are written, or with a ten.
fn arabic(signs: &[char]) -> String {
    let digit = |c: char| NUMERALS.iter().position(|signs| signs.contains(c));
    let is_digit =
        |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(|c| digit(*c).is_some());
    let mut written = String::with_capacity(signs.len());
    for (at, sign) in signs.iter().enumerate() {
        match digit(*sign) {
            Some(value) => written += &value.to_string(),
            None if *sign == TEN => {
                written += if is_digit(at.checked_sub(1)) { "" } else { "1" };
                written += if is_digit(Some(at + 1)) { "" } else { "0" };
            }
            None => written.push(*sign),
        }
    }
    written
}

pub(super) fn plain_sign(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{3002}' | '\u{00B7}' | '\u{30FB}' => '.',
        '\u{2215}' | '\u{2044}' => '/',
        c => c,
    }
}

/// A spreadsheet's serial number of a day, five digits: days since 1899-12-30. A fraction is a time.
pub(super) fn serial(cell: &str) -> Option<Day> {
    let (number, time) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let days = number.parse::<i32>().ok();
    let days = days.filter(|_| number.len() == 5 && digits(number) && digits(time))?;
    Day::from_date(1899, 12, 30).map(|epoch| epoch.plus(days))
}

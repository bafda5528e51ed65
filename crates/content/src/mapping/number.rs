//! Numbers in cells: whole ones, and money, which is written in yuan and counted in cents.

use unicode_normalization::UnicodeNormalization;

use crate::keywords::{YUAN, YUAN_SIGN};

/// A whole number; digits of any width, with or without commas between thousands.
pub fn integer(cell: &str) -> Option<i64> {
    let (whole, rest) = parts(&plain(cell))?;
    rest.bytes().all(|b| b == b'0').then_some(whole)
}

/// An amount in cents, from yuan with at most two decimals that count.
pub fn money(cell: &str) -> Option<i64> {
    let cell = plain(cell);
    let cell = cell.strip_prefix(YUAN_SIGN).unwrap_or(&cell);
    let (yuan, rest) = parts(cell.strip_suffix(YUAN).unwrap_or(cell))?;
    let (cents, beyond) = rest.split_at(rest.len().min(2));
    let cents = format!("{cents:0<2}").parse::<i64>().ok()?;
    let whole = beyond.bytes().all(|b| b == b'0');
    yuan.checked_mul(100)?.checked_add(cents).filter(|_| whole)
}

/// The cell in usual width, without blanks.
fn plain(cell: &str) -> String {
    cell.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The number before the point, and the digits after it.
fn parts(cell: &str) -> Option<(i64, String)> {
    let (whole, rest) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let thousands = |group: &str| group.len() == 3 && digits(group);
    let grouped = whole.contains(',');
    let fits = digits(first) && !first.is_empty() && (!grouped || first.len() <= 3);
    let number = whole.replace(',', "").parse().ok()?;
    (fits && groups.all(thousands) && digits(rest)).then(|| (number, rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_cents_and_what_is_no_amount_is_none() {
        for (cell, cents) in [
            ("2000", Some(200_000)),
            ("２，０００ 元", Some(200_000)),
            ("¥1,234.5", Some(123_450)),
            ("0.01", Some(1)),
            ("10.500", Some(1_050)),
            ("0.001", None),
            ("1,23", None),
            ("1234,567", None),
            ("二千元", None),
            ("-5", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(money(cell), cents, "{cell}");
        }
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        let read = ["12", "12.0", "1,200", "12.5", "12件"].map(integer);
        assert_eq!(read, [Some(12), Some(12), Some(1_200), None, None]);
    }
}

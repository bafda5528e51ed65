//! Exact numbers, and how they are printed.
//!
//! A figure is a fraction of whole numbers until it is printed. Rounding is half away from zero,
//! once, to the decimals its definition says. A share that is not whole never rounds up to the
//! whole: it is printed with as many decimals more as tell it from the whole.

use std::fmt;

/// A fraction of whole numbers; the denominator is positive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fraction {
    /// Above the line.
    pub numerator: i128,
    /// Below it, never zero or less.
    pub denominator: i128,
}

impl Fraction {
    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self { numerator: number, denominator: 1 }
    }

    /// One over the other in lowest terms; `None` where there is nothing to divide by.
    pub fn over(self, other: Self) -> Option<Self> {
        let numerator = self.numerator * other.denominator;
        let denominator = self.denominator * other.numerator;
        let sign = denominator.signum();
        (sign != 0).then(|| Self::lowest(numerator * sign, denominator * sign))
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let numerator = self.numerator * other.denominator + other.numerator * self.denominator;
        Self::lowest(numerator, self.denominator * other.denominator)
    }

    /// The difference.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        self.plus(Self { numerator: -other.numerator, ..other })
    }

    fn lowest(numerator: i128, denominator: i128) -> Self {
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()).max(1) as i128;
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// Rounded to so many decimals, in that unit.
    fn rounded(self, decimals: u32) -> i128 {
        let scaled = self.numerator * 10_i128.pow(decimals);
        let half = self.denominator / 2;
        let up = if self.denominator % 2 == 0 { half } else { half + 1 };
        let (whole, rest) = (scaled / self.denominator, (scaled % self.denominator).abs());
        // Half away from zero: 2 · rest ≥ denominator.
        if rest >= up { whole + scaled.signum() } else { whole }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some((self.numerator * other.denominator).cmp(&(other.numerator * self.denominator)))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A number as printed: so many units of the last decimal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Printed {
    /// In units of the last decimal.
    pub units: i128,
    /// How many decimals.
    pub decimals: u32,
}

/// The most decimals a share is given to tell it from the whole.
const DECIMALS_MAX: u32 = 6;

impl Printed {
    /// Rounds a number for print.
    pub fn of(number: Fraction, decimals: u32) -> Self {
        Self { units: number.rounded(decimals), decimals }
    }

    /// Rounds hundredths of a whole: only the whole itself is printed as 100.
    pub fn percent(share: Fraction, decimals: u32) -> Self {
        let hundredths = Fraction { numerator: share.numerator * 100, ..share };
        let whole = Fraction::whole(100);
        let told_apart = |printed: &Self| {
            hundredths >= whole || printed.units < 100 * 10_i128.pow(printed.decimals)
        };
        let more = (decimals..=DECIMALS_MAX.max(decimals)).map(|d| Self::of(hundredths, d));
        let mut last = Self::of(hundredths, decimals);
        for printed in more {
            last = printed;
            if told_apart(&last) {
                break;
            }
        }
        last
    }

    /// The number it stands for.
    pub fn value(self) -> Fraction {
        Fraction { numerator: self.units, denominator: 10_i128.pow(self.decimals) }
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u128.pow(self.decimals);
        let (whole, rest) = (self.units.unsigned_abs() / scale, self.units.unsigned_abs() % scale);
        let sign = if self.units < 0 { "-" } else { "" };
        match self.decimals {
            0 => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{rest:0width$}", width = decimals as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(numerator: i128, denominator: i128) -> Fraction {
        Fraction::whole(numerator).over(Fraction::whole(denominator)).expect("not over nothing")
    }

    #[test]
    fn halves_round_away_from_zero() {
        let printed = |n, d, decimals| Printed::of(over(n, d), decimals).to_string();
        assert_eq!(printed(5, 2, 0), "3");
        assert_eq!(printed(-5, 2, 0), "-3");
        assert_eq!(printed(1_722_500, 10_000, 2), "172.25");
        assert_eq!(printed(1, 3, 2), "0.33");
        assert_eq!(printed(2, 3, 2), "0.67");
        assert_eq!(printed(-1, 20, 1), "-0.1");
        assert_eq!(printed(1, -20, 2), "-0.05");
    }

    #[test]
    fn growth_from_fifty_to_ninety_one_is_82_percent() {
        let growth = over(91 - 50, 50);
        assert_eq!(Printed::percent(growth, 0).to_string(), "82");
    }

    #[test]
    fn only_the_whole_is_printed_as_100() {
        let printed = |n, d| Printed::percent(over(n, d), 0).to_string();
        assert_eq!(printed(400, 400), "100");
        assert_eq!(printed(399, 400), "99.8");
        assert_eq!(printed(9_999, 10_000), "99.99");
        assert_eq!(printed(401, 400), "100");
        assert_eq!(printed(0, 400), "0");
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!(Fraction::whole(1).over(Fraction::whole(0)), None);
    }
}

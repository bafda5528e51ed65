//! How do counts wait in the head of a district?
//!
//! Every act adds one to a counter. A row written for each would be a page more for each act, so what
//! is added waits in the head, which is written anyway, and goes to the counters' rows when no more
//! fits. A counter is its row and what waits.
//!
//! Takes counts; gives bytes that stay well below a page, and counters.
//!
//! Not here: what is counted (the office).
//!
//! Next: `protocol.rs`, which adds and empties.

use std::collections::BTreeMap;

use crate::view::{Count, Counter};

/// How many bytes wait at most before an empty tally is made.
const FULL: usize = 1_000;

/// Counts that wait. For each: the length of its name, the name (figure, zero, window), the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(Vec<u8>);

/// Where one begins and ends.
struct Place {
    name: std::ops::Range<usize>,
    sum: std::ops::Range<usize>,
}

impl Tally {
    /// What [`Tally::bytes`] gave, if it is that.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let tally = Self(bytes.to_vec());
        let last = tally.places().last().map_or(0, |place| place.sum.end);
        let is_read = |place: Place| tally.counter(&place).is_some();
        (last == bytes.len() && tally.places().all(is_read)).then_some(tally)
    }

    /// As it is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the next count should find it empty.
    pub fn is_full(&self) -> bool {
        self.0.len() >= FULL
    }

    /// Adds.
    pub fn add(&mut self, count: &Count) {
        let (figure, window) = (count.figure.as_bytes(), count.window.as_bytes());
        let is_same = |place: &Place| {
            let name = &self.0[place.name.clone()];
            name.strip_prefix(figure).and_then(|rest| rest.strip_prefix(&[0])) == Some(window)
        };
        let found = self.places().find(is_same);
        match found {
            Some(place) => {
                let sum = self.sum(&place).wrapping_add(count.delta);
                self.0[place.sum].copy_from_slice(&sum.to_le_bytes());
            }
            None => {
                let length = figure.len() + 1 + window.len();
                let length = u16::try_from(length).expect("a figure has a short name");
                self.0.extend_from_slice(&length.to_le_bytes());
                self.0.extend_from_slice(figure);
                self.0.push(0);
                self.0.extend_from_slice(window);
                self.0.extend_from_slice(&count.delta.to_le_bytes());
            }
        }
    }

    /// What waits.
    pub fn counters(&self) -> impl Iterator<Item = Counter> {
        self.places().filter_map(|place| self.counter(&place))
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let length = self.0.get(at..at + 2)?;
            let name = at + 2;
            let sum = name + usize::from(u16::from_le_bytes([length[0], length[1]]));
            at = sum + size_of::<i64>();
            (at <= self.0.len()).then_some(Place { name: name..sum, sum: sum..at })
        })
    }

    fn sum(&self, place: &Place) -> i64 {
        let bytes = self.0[place.sum.clone()].try_into();
        i64::from_le_bytes(bytes.expect("a place has eight bytes for its sum"))
    }

    fn counter(&self, place: &Place) -> Option<Counter> {
        let name = std::str::from_utf8(&self.0[place.name.clone()]).ok()?;
        let (figure, window) = name.split_once('\0')?;
        let (figure, window) = (figure.to_owned(), window.to_owned());
        Some(Counter { figure, window, value: self.sum(place) })
    }
}

/// Counters by their rows and what waits, in order of their names.
pub fn summed(counters: impl IntoIterator<Item = Counter>) -> Vec<Counter> {
    let mut sums = BTreeMap::new();
    for Counter { figure, window, value } in counters {
        *sums.entry((figure, window)).or_insert(0) += value;
    }
    let counter = |((figure, window), value)| Counter { figure, window, value };
    sums.into_iter().map(counter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(figure: &str, window: &str, delta: i64) -> Count {
        Count { figure: figure.into(), window: window.into(), delta }
    }

    fn values(tally: &Tally) -> Vec<(String, String, i64)> {
        tally.counters().map(|c| (c.figure, c.window, c.value)).collect()
    }

    #[test]
    fn what_was_added_is_kept_and_read() {
        let mut tally = Tally::default();
        for (figure, window, delta) in
            [("受理", "2024", 1), ("受理", "2023", 5), ("受", "2024", 2), ("受理", "2024", -3)]
        {
            tally.add(&count(figure, window, delta));
        }
        let expected = [("受理", "2024", -2), ("受理", "2023", 5), ("受", "2024", 2)]
            .map(|(f, w, v)| (f.into(), w.into(), v));
        assert_eq!(values(&tally), expected);
        assert_eq!(Tally::from_bytes(tally.bytes()), Some(tally));
    }

    #[test]
    fn other_bytes_are_not_read() {
        let mut tally = Tally::default();
        tally.add(&count("a", "b", 7));
        let bytes = tally.bytes();
        assert_eq!(Tally::from_bytes(&bytes[1..]), None);
        assert_eq!(Tally::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Tally::from_bytes(&[bytes, &[0]].concat()), None);
        assert_eq!(Tally::from_bytes(&[2, 0, b'a', b'b', 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn it_fills() {
        let mut tally = Tally::default();
        let fills = |at: &i64| {
            tally.add(&count(&at.to_string(), "2024", 1));
            tally.is_full()
        };
        assert_eq!((0..).find(fills), Some(59));
    }
}

//! What was counted: per count of a figure, year and group, the acts.
//!
//! Tallies of parts of the matters are merged in any order; [`Tally::sort`] then puts the acts into
//! the order of the log, so that the same log always gives the same lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A count of a figure: its place among all counts asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct CountId(pub(crate) u32);

/// What was counted in one group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// Numbers of the records counted.
    pub acts: Vec<u64>,
    /// Numbers of other records it rests on: the act whose day decides the year, the one that
    /// created a duty, and those that set a field it looks at.
    pub rests_on: Vec<u64>,
    /// The sum of the field summed up.
    pub sum: i128,
    /// The largest value of the field asked about.
    pub largest: Option<i64>,
    /// The different values of the field counted once per value.
    pub distinct: BTreeSet<Arc<str>>,
}

impl Counted {
    fn merge(&mut self, other: Self) {
        self.acts.extend(other.acts);
        self.rests_on.extend(other.rests_on);
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
        self.distinct.extend(other.distinct);
    }
}

/// Everything counted so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    counted: BTreeMap<(CountId, i32), BTreeMap<Arc<str>, Counted>>,
}

impl Tally {
    /// What was counted of one count in one year, by group; one nameless group where it has none.
    pub(crate) fn of(&self, count: CountId, year: i32) -> Option<&BTreeMap<Arc<str>, Counted>> {
        self.counted.get(&(count, year))
    }

    pub(crate) fn group(
        &mut self,
        count: CountId,
        year: i32,
        group: Option<&Arc<str>>,
    ) -> &mut Counted {
        let groups = self.counted.entry((count, year)).or_default();
        groups.entry(group.cloned().unwrap_or_default()).or_default()
    }

    /// Takes in what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (key, groups) in other.counted {
            let mine = self.counted.entry(key).or_default();
            for (group, counted) in groups {
                mine.entry(group).or_default().merge(counted);
            }
        }
    }

    /// Puts all acts into the order of the log. What several figures rest on is named once.
    pub fn sort(&mut self) {
        for counted in self.counted.values_mut().flat_map(BTreeMap::values_mut) {
            counted.acts.sort_unstable();
            counted.rests_on.sort_unstable();
            counted.rests_on.dedup();
        }
    }
}

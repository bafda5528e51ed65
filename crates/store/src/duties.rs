//! What is owed in a matter, and how is it kept in one value?
//!
//! A matter owes a handful of acts at a time, and nearly every act changes them. So they are not rows of
//! their own: [`Duties`] is one value, kept with the matter, which is written with each act anyway. A
//! store indexes one number of it, [`Duties::wake`], and finds what is due in a district by walking
//! matters in the order of that number; see [`first_due`]. Like an alarm it may ring too early and
//! never too late: it is set anew when something falls due before it, when it lies behind the last
//! act, and when nothing is left to fall due. So most acts leave the index alone.
//!
//! Takes the changes a decider tells; gives duties, their bytes, and lists in the order they fall due.
//!
//! Not here: how a duty follows from an act (the kernel).
//!
//! Next: `protocol.rs`, which applies the changes; docs/adr/0021-duties-live-in-the-matter.md.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands before the packed duties. Another way of packing gets another number.
const PACKED: u8 = 1;
/// The same where the clock has something to do besides: its instant comes first, in eight bytes.
const PACKED_BESIDES: u8 = 2;

/// What stands for "never" where a due instant must not be null.
pub const NEVER: i64 = i64::MAX;

/// Everything owed in a matter, in the order of act and instance. Two are equal when the same is
/// owed, wherever their alarms stand.
#[derive(Clone)]
pub struct Duties {
    owed: Vec<Duty>,
    /// When the clock does something by itself that is no missed duty.
    by_itself: i64,
    wake: i64,
}

impl Default for Duties {
    fn default() -> Self {
        Self { owed: Vec::new(), by_itself: NEVER, wake: NEVER }
    }
}

impl PartialEq for Duties {
    fn eq(&self, other: &Self) -> bool {
        self.owed == other.owed
    }
}

impl Eq for Duties {}

impl fmt::Debug for Duties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.owed.fmt(f)
    }
}

impl Duties {
    /// The duties, in the order of act and instance.
    pub fn iter(&self) -> std::slice::Iter<'_, Duty> {
        self.owed.iter()
    }

    /// An instant not after the first at which one of them falls due or the clock does something by
    /// itself; [`NEVER`] when it will not.
    pub fn wake(&self) -> i64 {
        self.wake
    }

    /// Whether the clock has something to do before an instant: a duty to find missed that is not yet,
    /// or an act of its own. What rests on an unpublished day is left alone.
    pub fn rings_before(&self, until: i64) -> bool {
        let is_missed = |duty: &Duty| match duty.clock {
            DutyClock::Running { due, provisional: false, .. } => !duty.late && due < until,
            _ => false,
        };
        self.by_itself <= until || self.owed.iter().any(is_missed)
    }

    /// Takes over what an act at an instant made come, change or end, and when the clock next does
    /// something by itself. Says whether the alarm was set anew.
    pub fn change(&mut self, changes: Vec<DutyChange>, by_itself: Option<i64>, at: i64) -> bool {
        self.by_itself = by_itself.unwrap_or(NEVER);
        for change in changes {
            let place = self.find(change.name());
            match (change, place) {
                (DutyChange::Owed(duty), Ok(place)) => self.owed[place] = duty,
                (DutyChange::Owed(duty), Err(place)) => self.owed.insert(place, duty),
                (DutyChange::Ended { .. }, Ok(place)) => drop(self.owed.remove(place)),
                (DutyChange::Ended { .. }, Err(_)) => {}
            }
        }
        let (before, next) = (self.wake, self.next_due());
        if next < self.wake || self.wake < at || next == NEVER {
            self.wake = next;
        }
        before != self.wake
    }

    fn find(&self, name: (&str, &str)) -> Result<usize, usize> {
        self.owed.binary_search_by(|duty| duty.name().cmp(&name))
    }

    fn next_due(&self) -> i64 {
        let due = self.owed.iter().filter_map(|duty| duty.clock.due()).min();
        due.unwrap_or(NEVER).min(self.by_itself)
    }

    /// The bytes a store keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(9 + 96 * self.owed.len());
        match self.by_itself {
            NEVER => bytes.push(PACKED),
            at => {
                bytes.push(PACKED_BESIDES);
                bytes.extend(at.to_be_bytes());
            }
        }
        postcard::to_extend(&self.owed, bytes).expect("duties have only plain values")
    }

    /// Reads what [`Duties::to_bytes`] wrote and where the alarm stood; `None` for what nobody wrote.
    pub fn from_bytes(bytes: &[u8], wake: i64) -> Option<Self> {
        let (by_itself, packed) = match bytes.split_first()? {
            (&PACKED, packed) => (NEVER, packed),
            (&PACKED_BESIDES, packed) => {
                let (at, packed) = packed.split_first_chunk()?;
                (i64::from_be_bytes(*at), packed)
            }
            _ => return None,
        };
        let (owed, rest) = postcard::take_from_bytes::<Vec<Duty>>(packed).ok()?;
        let is_sorted = owed.windows(2).all(|pair| pair[0].name() < pair[1].name());
        let duties = Self { owed, by_itself, wake };
        let (next, rings) = (duties.next_due(), wake < NEVER);
        let is_awake = wake <= next && rings == (next < NEVER);
        (rest.is_empty() && is_sorted && is_awake).then_some(duties)
    }
}

/// One change of a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DutyChange {
    /// It is owed, as given here.
    Owed(Duty),
    /// It is no longer owed.
    Ended {
        /// The act that was owed.
        act: String,
        /// The instance, empty outside instances.
        instance: String,
    },
}

impl DutyChange {
    fn name(&self) -> (&str, &str) {
        match self {
            Self::Owed(duty) => duty.name(),
            Self::Ended { act, instance } => (act, instance),
        }
    }
}

/// An act that is owed in a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The act.
    pub act: String,
    /// The instance it is owed for, empty outside instances.
    pub instance: String,
    /// Who owes it.
    pub role: String,
    /// For which organ.
    pub organ: String,
    /// Until when.
    pub clock: DutyClock,
    /// Whether its time has run out.
    pub late: bool,
    /// The record that created it.
    pub created_by: u64,
}

impl Duty {
    /// What makes it one duty of its matter: act and instance.
    fn name(&self) -> (&str, &str) {
        (&self.act, &self.instance)
    }
}

/// Until when a duty is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DutyClock {
    /// Without a limit.
    Unlimited,
    /// The clock stands still.
    Held,
    /// The clock runs.
    Running {
        /// The last instant before roll-over.
        nominal: i64,
        /// The last timely instant.
        due: i64,
        /// The last undisputed instant.
        safe: i64,
        /// Whether the date rests on a calendar not yet published.
        provisional: bool,
    },
}

impl DutyClock {
    /// The last timely instant, while the clock runs.
    pub fn due(self) -> Option<i64> {
        match self {
            Self::Running { due, .. } => Some(due),
            Self::Unlimited | Self::Held => None,
        }
    }
}

/// An open duty and where it is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDuty {
    /// The matter.
    pub matter: String,
    /// The matter's key.
    pub key: u64,
    /// The duty.
    pub duty: Duty,
}

/// The duties of one matter with its name and key, as lists take them.
pub type OfMatter = (String, u64, Duties);

/// What is owed in a matter, the first due first, then what has no running clock.
pub fn owed((matter, key, duties): OfMatter) -> Vec<OpenDuty> {
    let open = |duty| OpenDuty { matter: matter.clone(), key, duty };
    let mut owed: Vec<_> = duties.owed.into_iter().map(open).collect();
    owed.sort_by_key(|owed| owed.duty.clock.due().unwrap_or(NEVER));
    owed
}

/// At most `limit` duties due until an instant, the first due first. `page` gives so many matters, in
/// the order of alarm and key, behind those given. No duty of theirs comes before the alarm of its
/// matter; so a list is complete once its last duty comes before the last matter seen.
pub fn first_due<E>(
    until: i64,
    limit: u32,
    mut page: impl FnMut((i64, u64), u32) -> Result<Vec<OfMatter>, E>,
) -> Result<Vec<OpenDuty>, E> {
    let is_due = |open: &OpenDuty| open.duty.clock.due().is_some_and(|due| due <= until);
    let place = |open: &OpenDuty| (open.duty.clock.due().unwrap_or(NEVER), open.key);
    let (limit, size) = (limit as usize, limit.clamp(256, 65_536));
    let (mut due, mut seen) = (Vec::new(), (i64::MIN, 0));
    loop {
        let matters = page(seen, size)?;
        let is_last = matters.len() < size as usize;
        seen = matters.last().map_or(seen, |(_, key, duties)| (duties.wake, *key));
        due.extend(matters.into_iter().flat_map(owed).filter(is_due));
        due.sort_by_key(place);
        due.truncate(limit);
        if is_last || due.len() == limit && due.last().is_none_or(|last| place(last) <= seen) {
            return Ok(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duty(act: &str, instance: &str, clock: DutyClock) -> DutyChange {
        DutyChange::Owed(Duty {
            act: act.into(),
            instance: instance.into(),
            role: "handler".into(),
            organ: "bureau".into(),
            clock,
            late: false,
            created_by: 7,
        })
    }

    fn until(due: i64) -> DutyClock {
        DutyClock::Running { nominal: due, due, safe: due, provisional: false }
    }

    fn ended(act: &str) -> DutyChange {
        DutyChange::Ended { act: act.into(), instance: String::new() }
    }

    fn several() -> Duties {
        let mut duties = Duties::default();
        let owed = [("b", "1", until(9)), ("a", "", DutyClock::Held), ("b", "", until(5))];
        let owed = owed.map(|(act, key, clock)| duty(act, key, clock));
        assert!(duties.change(owed.into(), None, 1));
        duties
    }

    #[test]
    fn duties_are_kept_in_the_order_of_their_names_and_changed_by_them() {
        let mut duties = several();
        let names = |duties: &Duties| -> String {
            duties.iter().map(|duty| format!("{}{} ", duty.act, duty.instance)).collect()
        };
        assert_eq!(names(&duties), "a b b1 ");
        duties.change(vec![ended("b"), ended("c"), duty("b", "1", until(3))], None, 1);
        assert_eq!(names(&duties), "a b1 ");
    }

    #[test]
    fn an_alarm_may_ring_too_early_and_never_too_late() {
        let mut duties = several();
        assert_eq!(duties.wake(), 5);
        assert!(!duties.change(vec![ended("b")], None, 4));
        assert_eq!(duties.wake(), 5, "what is left is due later");
        assert!(duties.change(vec![duty("c", "", until(3))], None, 4));
        assert_eq!(duties.wake(), 3, "what came is due earlier");
        assert!(duties.change(vec![ended("c")], None, 6));
        assert_eq!(duties.wake(), 9, "the alarm lies behind the act");
        let all = DutyChange::Ended { act: "b".into(), instance: "1".into() };
        assert!(duties.change(vec![all], None, 7));
        assert_eq!(duties.wake(), NEVER, "no clock runs");
    }

    #[test]
    fn the_alarm_rings_for_what_the_clock_does_by_itself() {
        let mut duties = several();
        duties.change(Vec::new(), Some(3), 1);
        assert_eq!(
            (duties.wake(), duties.rings_before(2), duties.rings_before(3)),
            (3, false, true)
        );
        assert_eq!(Duties::from_bytes(&duties.to_bytes(), 3).map(|d| d.by_itself), Some(3));
        duties.change(Vec::new(), None, 4);
        assert_eq!(
            (duties.wake(), duties.rings_before(5), duties.rings_before(6)),
            (5, false, true)
        );
        let late = DutyChange::Owed(Duty { late: true, ..several().owed[1].clone() });
        duties.change(vec![late], None, 6);
        assert!(!duties.rings_before(9), "what was found missed is not found again");
        assert!(duties.rings_before(10));
    }

    #[test]
    fn bytes_nobody_wrote_are_not_read() {
        let bytes = several().to_bytes();
        assert_eq!(Duties::from_bytes(&bytes, 5), Some(several()));
        let none = Duties::default();
        assert_eq!(Duties::from_bytes(&none.to_bytes(), NEVER), Some(none.clone()));
        assert_eq!(Duties::from_bytes(&bytes, 6), None, "the alarm is late");
        assert_eq!(Duties::from_bytes(&none.to_bytes(), 5), None, "the alarm rings for nothing");
        let mut swapped = several();
        swapped.owed.reverse();
        let (cut, other) = (&bytes[..bytes.len() - 1], [&[9], &bytes[1..]].concat());
        for wrong in [&[], cut, &[&bytes[..], &[0]].concat(), &other, &swapped.to_bytes()] {
            assert_eq!(Duties::from_bytes(wrong, 5), None);
        }
    }

    /// Matters whose first alarms are early, in pages, against all duties sorted.
    #[test]
    fn a_list_is_complete_though_alarms_ring_early() {
        let matter = |key: u64| {
            let mut duties = Duties::default();
            duties.change(vec![duty("x", "", until((key % 7) as i64))], None, 0);
            let left = [duty("y", "", until((key % 11) as i64 + 4)), duty("z", "", until(9))];
            duties.change(left.into(), None, 0);
            if !key.is_multiple_of(5) {
                duties.change(vec![ended("x")], None, 0);
            }
            (format!("m{key}"), key, duties)
        };
        let mut matters: Vec<OfMatter> = (1..=2_000).map(matter).collect();
        matters.sort_by_key(|(_, key, duties)| (duties.wake, *key));
        let page = |(wake, key): (i64, u64), size: u32| {
            let rest = matters.iter().filter(|(_, k, duties)| (duties.wake, *k) > (wake, key));
            Ok::<_, ()>(rest.take(size as usize).cloned().collect::<Vec<_>>())
        };
        let mut all: Vec<OpenDuty> = matters.iter().cloned().flat_map(owed).collect();
        all.retain(|open| open.duty.clock.due() <= Some(10));
        all.sort_by_key(|open| (open.duty.clock.due(), open.key));
        for limit in [0, 1, 2, 255, 256, 257, 1_000, 3_000, u32::MAX] {
            let first = &all[..all.len().min(limit as usize)];
            assert_eq!(first_due(10, limit, page).expect("pages do not fail"), first);
        }
    }
}

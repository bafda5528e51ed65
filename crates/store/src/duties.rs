//! What is owed in a matter, and how is it kept in one value?
//!
//! A matter owes a handful of acts at a time, and nearly every act changes them. So they are not rows of
//! their own: [`Duties`] is one value, kept with the matter, which is written with each act anyway. A
//! store indexes one number of it, [`Duties::next_due`], and finds what is due in a district by walking
//! matters in the order of that number; see [`first_due`].
//!
//! Takes the changes a decider tells; gives duties, their bytes, and lists in the order they fall due.
//!
//! Not here: how a duty follows from an act (the kernel).
//!
//! Next: `protocol.rs`, which applies the changes; docs/adr/0017-duties-live-in-the-matter.md.

use serde::{Deserialize, Serialize};

/// What stands before the packed duties. Another way of packing gets another number.
const PACKED: u8 = 1;

/// What stands for "never" where a due instant must not be null.
pub const NEVER: i64 = i64::MAX;

/// Everything owed in a matter, in the order of act and instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duties(Vec<Duty>);

impl Duties {
    /// The duties, in the order of act and instance.
    pub fn iter(&self) -> std::slice::Iter<'_, Duty> {
        self.0.iter()
    }

    /// Takes over what came, changed or ended.
    pub fn change(&mut self, changes: Vec<DutyChange>) {
        for change in changes {
            let at = self.find(change.name());
            match (change, at) {
                (DutyChange::Owed(duty), Ok(at)) => self.0[at] = duty,
                (DutyChange::Owed(duty), Err(at)) => self.0.insert(at, duty),
                (DutyChange::Ended { .. }, Ok(at)) => drop(self.0.remove(at)),
                (DutyChange::Ended { .. }, Err(_)) => {}
            }
        }
    }

    fn find(&self, name: (&str, &str)) -> Result<usize, usize> {
        self.0.binary_search_by(|duty| duty.name().cmp(&name))
    }

    /// The first instant at which one of them falls due; [`NEVER`] when no clock runs.
    pub fn next_due(&self) -> i64 {
        self.0.iter().filter_map(|duty| duty.clock.due()).min().unwrap_or(NEVER)
    }

    /// The bytes a store keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 96 * self.0.len());
        bytes.push(PACKED);
        postcard::to_extend(&self.0, bytes).expect("duties have only plain values")
    }

    /// Reads what [`Duties::to_bytes`] wrote; `None` for bytes nobody wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let packed = bytes.strip_prefix(&[PACKED])?;
        let (duties, rest) = postcard::take_from_bytes::<Vec<Duty>>(packed).ok()?;
        let is_sorted = duties.windows(2).all(|pair| pair[0].name() < pair[1].name());
        (rest.is_empty() && is_sorted).then_some(Self(duties))
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
pub fn owed((matter, key, Duties(duties)): OfMatter) -> Vec<OpenDuty> {
    let mut owed: Vec<_> =
        duties.into_iter().map(|duty| OpenDuty { matter: matter.clone(), key, duty }).collect();
    owed.sort_by_key(|owed| owed.duty.clock.due().unwrap_or(NEVER));
    owed
}

/// At most `limit` duties due until an instant, the first due first, from matters in the order of
/// [`Duties::next_due`] and key. The first `limit` matters whose `next_due` is not after `until` are
/// enough: each of them owes something that is due before everything in the matters behind it.
pub fn first_due(
    matters: impl IntoIterator<Item = OfMatter>,
    until: i64,
    limit: u32,
) -> Vec<OpenDuty> {
    let is_due = |open: &OpenDuty| open.duty.clock.due().is_some_and(|due| due <= until);
    let mut due: Vec<_> = matters.into_iter().flat_map(owed).filter(is_due).collect();
    due.sort_by_key(|open| (open.duty.clock.due(), open.key));
    due.truncate(limit as usize);
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duty(act: &str, instance: &str, clock: DutyClock) -> Duty {
        Duty {
            act: act.into(),
            instance: instance.into(),
            role: "handler".into(),
            organ: "bureau".into(),
            clock,
            late: false,
            created_by: 7,
        }
    }

    fn until(due: i64) -> DutyClock {
        DutyClock::Running { nominal: due, due, safe: due, provisional: false }
    }

    fn several() -> Duties {
        let mut duties = Duties::default();
        let owed = [("b", "1", until(9)), ("a", "", DutyClock::Held), ("b", "", until(5))];
        duties.change(owed.map(|(act, key, clock)| DutyChange::Owed(duty(act, key, clock))).into());
        duties
    }

    #[test]
    fn duties_are_kept_in_the_order_of_their_names_and_changed_by_them() {
        let mut duties = several();
        let names = |duties: &Duties| -> Vec<String> {
            duties.iter().map(|duty| format!("{}{}", duty.act, duty.instance)).collect()
        };
        assert_eq!(
            (names(&duties), duties.next_due()),
            (vec!["a".into(), "b".into(), "b1".into()], 5)
        );
        let ended = |act: &str| DutyChange::Ended { act: act.into(), instance: String::new() };
        duties.change(vec![ended("b"), ended("c"), DutyChange::Owed(duty("b", "1", until(3)))]);
        assert_eq!((names(&duties), duties.next_due()), (vec!["a".into(), "b1".into()], 3));
        duties.change(vec![DutyChange::Ended { act: "b".into(), instance: "1".into() }]);
        assert_eq!(duties.next_due(), NEVER);
    }

    #[test]
    fn bytes_nobody_wrote_are_not_read() {
        let bytes = several().to_bytes();
        assert_eq!(Duties::from_bytes(&bytes), Some(several()));
        assert_eq!(Duties::from_bytes(&Duties::default().to_bytes()), Some(Duties::default()));
        let swapped = Duties(several().0.into_iter().rev().collect()).to_bytes();
        let (cut, other) = (&bytes[..bytes.len() - 1], [&[PACKED + 1], &bytes[1..]].concat());
        for wrong in [&[][..], cut, &[&bytes[..], &[0]].concat(), &other, &swapped] {
            assert_eq!(Duties::from_bytes(wrong), None);
        }
    }

    #[test]
    fn as_many_matters_as_duties_are_enough_for_a_list() {
        let matter = |key: u64| {
            let mut duties = Duties::default();
            let clocks = [("x", until(i64::from(key.is_multiple_of(3)))), ("y", until(key as i64))];
            duties.change(clocks.map(|(act, clock)| DutyChange::Owed(duty(act, "", clock))).into());
            (format!("m{key}"), key, duties)
        };
        let mut matters: Vec<OfMatter> = (1..=12).map(matter).collect();
        matters.sort_by_key(|(_, key, duties)| (duties.next_due(), *key));
        for limit in 0..20 {
            let all = first_due(matters.clone(), 9, limit);
            let few = matters.iter().filter(|(.., duties)| duties.next_due() <= 9);
            assert_eq!(first_due(few.take(limit as usize).cloned(), 9, limit), all);
        }
    }
}

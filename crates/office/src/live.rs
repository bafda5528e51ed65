//! Live matters kept in memory, so that the next act need not replay the matter.
//!
//! Two generations: what is used goes into the young one; when that is full it becomes the old one,
//! and what was in the old one is forgotten. So matters in use stay, and those that are over go, without
//! a look at either.
//!
//! Not here: whether a state is still the matter's (the caller compares its position).

use std::collections::HashMap;

/// How many matters one generation holds.
const GENERATION: usize = 20_000;

/// States of matters, by name.
pub struct Live<S> {
    young: HashMap<String, S>,
    old: HashMap<String, S>,
}

impl<S> Default for Live<S> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new() }
    }
}

impl<S> Live<S> {
    /// Takes the matter out.
    pub fn take(&mut self, matter: &str) -> Option<S> {
        // Both: the old generation may hold an older state.
        let (young, old) = (self.young.remove(matter), self.old.remove(matter));
        young.or(old)
    }

    /// Puts matters in.
    pub fn keep(&mut self, states: impl IntoIterator<Item = (String, S)>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.extend(states);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_what_is_not_is_forgotten() {
        let mut live = Live::default();
        let many = |from: usize| (from..from + GENERATION).map(|i| (i.to_string(), i));
        live.keep(many(0));
        live.keep([("in use".to_owned(), 7)]);
        assert_eq!(live.take("5"), Some(5));
        live.keep(many(GENERATION));
        let used = live.take("in use");
        live.keep(used.map(|state| ("in use".to_owned(), state)));
        live.keep(many(2 * GENERATION));
        assert_eq!((live.take("in use"), live.take("6")), (Some(7), None));
        assert_eq!(live.take("in use"), None);
    }
}

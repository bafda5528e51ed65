//! Who goes first: acts of persons pass, the sweeper waits for those that came before it.
//!
//! A person's act never waits here. The sweeper asks for its turn before each small group and gets it
//! when as many acts have ended as were under way when it asked; so it neither stands in the way of
//! a queue nor starves behind one that never ends.
//!
//! Not here: other processes on the same store, whose order is the store's lock.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Counts acts in and out.
#[derive(Debug, Default)]
pub struct Gate {
    passed: Mutex<Passed>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Passed {
    entered: u64,
    ended: u64,
    /// How many had entered when the sweeper last got its turn.
    seen: u64,
}

/// An act under way; it ends when this is dropped.
pub struct Pass<'a>(&'a Gate);

impl Gate {
    /// An act of a person begins.
    pub fn enter(&self) -> Pass<'_> {
        self.passed().entered += 1;
        Pass(self)
    }

    /// Waits until as many acts have ended as have entered by now. Says whether any came since the
    /// turn before.
    pub fn give_way(&self) -> bool {
        let passed = self.passed();
        let ahead = passed.entered;
        let waits = |passed: &mut Passed| passed.ended < ahead;
        let mut passed =
            self.ended.wait_while(passed, waits).unwrap_or_else(PoisonError::into_inner);
        let entered = passed.entered;
        std::mem::replace(&mut passed.seen, entered) != entered
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.passed().ended += 1;
        self.0.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn the_sweeper_waits_for_the_acts_before_it_and_for_no_others() {
        let gate = Gate::default();
        assert!(!gate.give_way());
        let (first, later) = (gate.enter(), mpsc::channel());
        thread::scope(|scope| {
            let (told, gate) = (later.0, &gate);
            scope.spawn(move || {
                gate.give_way();
                told.send(()).expect("the test waits for it");
            });
            assert!(later.1.try_recv().is_err());
            drop(first);
            later.1.recv().expect("it got its turn");
        });
        drop(gate.enter());
        assert!(gate.give_way() && !gate.give_way());
    }
}

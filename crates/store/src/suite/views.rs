//! Are the views what follows from the log?
//!
//! Duties, counters, and the views dropped and written again.

use super::clerk::{Ask, DISTRICT, Reteller, commit, commit_all, dump, verify};
use crate::{DutyClock, Store};

const DAY: i64 = 86_400;

/// Only clocks that run fall due; the first due comes first.
pub fn duties_are_listed_in_the_order_they_fall_due(store: &dyn Store) {
    for (matter, at) in [("a", 30), ("b", 10), ("c", 20), ("d", 20), ("e", 5)] {
        commit_all(store, DISTRICT, &[Ask::new(matter, matter, "open", at)]);
    }
    commit_all(
        store,
        DISTRICT,
        &[Ask::new("b", "b2", "hold", 31), Ask::new("e", "e2", "answer", 31)],
    );
    let due = |until, limit| -> Vec<String> {
        let due = store.due(DISTRICT, until, limit).expect("listed");
        due.into_iter().map(|open| format!("{}/{}", open.matter, open.duty.act)).collect()
    };
    assert_eq!(due(DAY + 20, 9), ["c/answer", "d/answer"]);
    assert_eq!(due(i64::MAX, 9), ["c/answer", "d/answer", "a/answer"]);
    assert_eq!(due(i64::MAX, 1), ["c/answer"]);
    let owed = store.owed(DISTRICT, "b").expect("listed");
    let clocks: Vec<_> =
        owed.iter().map(|open| (open.duty.act.as_str(), open.duty.clock)).collect();
    assert_eq!(clocks, [("answer", DutyClock::Held), ("file", DutyClock::Unlimited)]);
    assert_eq!((owed[0].duty.created_by, owed[0].key), (6, 2));
}

/// A figure is the sum of what each record added.
pub fn figures_add_up(store: &dyn Store) {
    let asks: Vec<Ask> = (0..50).map(|at| Ask::new("m", &at.to_string(), "note", at)).collect();
    for group in asks.chunks(20) {
        commit_all(store, DISTRICT, group);
    }
    let counters = store.counters(DISTRICT).expect("read");
    let values: Vec<_> = counters.iter().map(|c| (c.figure.as_str(), c.value)).collect();
    assert_eq!(values, [("note", 50), ("seconds", 49 * 50 / 2)]);
    assert_eq!(counters[0].window, "2024");
    // More figures than can wait in the head; "note" is counted before and after they were written.
    let act = |at: i64| if at % 60 == 0 { "note".into() } else { format!("note {at}") };
    let asks: Vec<Ask> = (50..250).map(|at| Ask::new("m", &at.to_string(), &act(at), at)).collect();
    for group in asks.chunks(30) {
        commit_all(store, DISTRICT, group);
    }
    let counters = store.counters(DISTRICT).expect("read");
    let value = |figure: &str| counters.iter().find(|c| c.figure == figure).map(|c| c.value);
    assert_eq!((value("note"), value("seconds")), (Some(54), Some(249 * 250 / 2)));
    assert_eq!((value("note 249"), counters.len()), (Some(1), 198));
}

fn live(store: &dyn Store) {
    let acts = ["open", "note", "hold", "refused", "answer", "close"];
    for (at, act) in (0..6).flat_map(|_| acts).enumerate() {
        let matter = format!("m{}", (at / 6 + at) % 7);
        let day = i64::try_from(at).expect("small") * DAY / 2;
        let act = if at < 7 { "open" } else { act };
        commit(store, DISTRICT, &[Ask::new(&matter, &format!("c{at}"), act, day)]);
    }
}

/// The views can be dropped: the log tells them again.
pub fn views_written_again_are_the_views_written_live(store: &dyn Store) {
    live(store);
    let (before, head) = (dump(store, DISTRICT), store.head(DISTRICT).expect("read"));
    let attempts = store.attempts(DISTRICT, 0, 99).expect("listed");
    assert!(before.contains("late: true") && before.contains("Closed") && !attempts.is_empty());
    let records = store.rebuild(DISTRICT, &mut Reteller::default()).expect("rebuilt");
    assert_eq!(records, head.log.size);
    assert_eq!(dump(store, DISTRICT), before);
    assert_eq!(store.head(DISTRICT).expect("read"), head);
    assert_eq!(store.attempts(DISTRICT, 0, 99).expect("listed"), attempts);
    commit_all(store, DISTRICT, &[Ask::new("m1", "after", "note", 99 * DAY)]);
    assert_eq!(store.rebuild(ledger::District(1), &mut Reteller::default()).expect("nothing"), 0);
    assert_eq!(verify(store, DISTRICT), store.head(DISTRICT).expect("read").log.size);
}

/// A rebuilding that fails half-way has changed nothing.
pub fn views_that_cannot_be_written_again_stay_as_they_were(store: &dyn Store) {
    live(store);
    let before = dump(store, DISTRICT);
    let mut reteller = Reteller::stumbling_at(9);
    store.rebuild(DISTRICT, &mut reteller).expect_err("the reteller stumbles");
    assert_eq!(dump(store, DISTRICT), before);
}

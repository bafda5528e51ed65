//! What if the machine's clock jumps, back and forth, while acts are done?

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Desk, accept, act, at, desk, file, learn, register, review};
use kernel::Instant;
use office::{BREACH, Request};

const DAY: i64 = 24 * 3600;

/// Acts of several matters, each at the clock's moment, which is somewhere else before and after: in
/// the past, where acts are refused, and far ahead, where duties are missed.
fn jump() -> Desk {
    let desk = desk();
    for request in [learn(), file(), register(), review(), accept()] {
        let right = request.performed_at.unwrap();
        for (tries, days) in [-200, -1, 0, -30, 0].into_iter().enumerate() {
            for matter in 0..6 {
                ask(&desk, &request, matter, tries, Instant(right.0 + days * DAY + matter));
            }
        }
    }
    let late = act("2024-03-08", "复议机关", "审结", &[]);
    for (tries, days) in [30, -90, 65, 3, 100, -400, 99, 400, 0, 401].into_iter().enumerate() {
        for matter in 0..6 {
            let at = Instant(at("2024-03-08").0 + days * DAY + matter);
            ask(&desk, &late, matter, tries, at);
        }
    }
    desk
}

/// Asked at this moment; refused or sealed, either is an answer.
fn ask(desk: &Desk, request: &Request, matter: i64, tries: usize, now: Instant) {
    desk.clock.set(now);
    let matter = format!("M{matter}");
    let client_act = format!("{matter} {} {tries}", request.client_act);
    let request = Request { matter, client_act, performed_at: None, ..request.clone() };
    let _ = desk.office.perform(&request);
}

#[test]
fn whatever_the_clock_does_acts_stay_in_order_and_nothing_is_told_twice() {
    let desk = jump();
    let (store, district) = (&desk.office.store, desk.office.law.district);
    let records = store.records(district, 1, u32::MAX).unwrap();
    let (mut last, mut told) = (BTreeMap::new(), BTreeSet::new());
    let mut breaches = 0;
    for (stored, number) in records.iter().zip(1..) {
        let record = stored.read().unwrap();
        assert_eq!(record.number, number);
        let before = last.insert(record.matter.clone(), record.performed_at);
        assert!(before.is_none_or(|before| before <= record.performed_at), "{record:?}");
        if record.act == BREACH {
            breaches += 1;
            let what = format!("{} {:?}", record.matter, record.payload);
            assert!(told.insert(what), "told twice: {record:?}");
        }
    }
    assert!(records.len() > 20 && breaches > 3, "{} records, {breaches}", records.len());
    let verified = desk.office.verify(&desk.office.verifier().unwrap(), None).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
    let views = |matter: &str| (store.matter(district, matter), store.owed(district, matter));
    let before: Vec<_> = last.keys().map(|matter| views(matter)).collect();
    desk.office.rebuild().unwrap();
    assert_eq!(last.keys().map(|matter| views(matter)).collect::<Vec<_>>(), before);
}

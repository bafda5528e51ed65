//! The sweeper: what the clock did becomes records by itself, and nothing else differs.

#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ledger::{Hash, Record};
use office::Swept;

/// The records of the matter, without when they were entered and without salted values.
fn told(desk: &Desk) -> Vec<Record> {
    let stored = desk.office.store.matter_records(desk.office.law.district, "M", 0).unwrap();
    let read = stored.iter().map(|record| Record {
        entered_at: 0,
        personal: Vec::new(),
        request: Hash::default(),
        ..record.read().unwrap()
    });
    read.collect()
}

fn sound(desk: &Desk) {
    let verified = desk.office.verify(&desk.office.verifier().unwrap(), None).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
}

/// The application is filed and registered; five working days later it counts as accepted.
fn filed() -> Desk {
    let desk = desk();
    [learn(), file(), register()].iter().for_each(|request| drop(desk.does(request)));
    desk
}

fn sweeps(desk: &Desk, until: &str) -> Swept {
    desk.office.sweep(at(until)).unwrap()
}

#[test]
fn a_sweep_seals_what_the_next_act_would() {
    let (swept, plain) = (filed(), filed());
    assert!(sweeps(&swept, "2024-03-20 00:00").records > 0);
    assert!(sweeps(&swept, "2024-06-20 00:00").records > 0);
    assert_eq!(sweeps(&swept, "2024-06-20 00:00"), Swept::default());
    let late = act("2024-06-20 10:00", "复议承办人", "审查申请", &[]);
    for desk in [&swept, &plain] {
        let _ = desk.office.perform(&late);
        sound(desk);
    }
    assert_eq!(told(&swept), told(&plain));
    assert!(told(&swept).iter().any(|r| r.act == "视为受理"));
    assert!(told(&swept).iter().any(|r| r.act == office::BREACH));
}

#[test]
fn what_has_not_come_is_not_swept() {
    let desk = filed();
    desk.clock.set(at("2024-03-05 09:00"));
    assert_eq!(sweeps(&desk, "2030-01-01 00:00"), Swept::default());
    assert!(desk.office.next_alarm(at("2024-03-05 09:00")).unwrap() > Some(at("2024-03-05 09:00")));
}

#[test]
fn an_act_done_before_the_sweep_and_entered_after_it_is_still_sealed() {
    let desk = filed();
    desk.does(&review());
    desk.does(&accept());
    sweeps(&desk, "2024-05-10 00:00");
    let copy = [("副本送达日", "2024-03-08"), ("送达方式", "直接")];
    let after_the_last_record = told(&desk).last().unwrap().performed_at + 60;
    let mut late = act("2024-03-08 09:30", "复议机构", "发送申请书副本", &copy);
    late.performed_at = Some(kernel::Instant(after_the_last_record));
    desk.does(&late);
    sound(&desk);
}

#[test]
fn views_written_again_after_a_sweep_ring_the_same_alarms() {
    let desk = filed();
    sweeps(&desk, "2024-06-20 00:00");
    let alarms = || {
        let owed = desk.office.store.alarms(desk.office.law.district, i64::MAX, (i64::MIN, 0), 9);
        owed.unwrap().into_iter().map(|(m, _, duties)| (m, duties.wake())).collect::<Vec<_>>()
    };
    let before = alarms();
    desk.office.rebuild().unwrap();
    assert_eq!(alarms(), before);
}

#[test]
fn two_sweepers_and_a_person_at_once_tell_each_breach_once() {
    let desk = desk();
    for n in 0..40 {
        for request in slice() {
            let client_act = format!("{} {n}", request.client_act);
            desk.does(&office::Request { matter: format!("M{n}"), client_act, ..request });
        }
    }
    let sum = std::thread::scope(|scope| {
        let sweep = || desk.office.sweep(at("2025-01-01 00:00")).unwrap().matters;
        let (one, two) = (scope.spawn(sweep), scope.spawn(sweep));
        let person = scope.spawn(|| {
            let late = act("2025-01-01 00:00", "复议承办人", "审查申请", &[]);
            (0..40).for_each(|n| {
                let _ = desk
                    .office
                    .perform(&office::Request { matter: format!("M{n}"), ..late.clone() });
            });
        });
        person.join().unwrap();
        one.join().unwrap() + two.join().unwrap()
    });
    assert!(sum <= 40);
    assert_eq!(sweeps(&desk, "2025-01-01 00:00"), Swept::default());
    let counted = desk.office.store.counters(desk.office.law.district).unwrap();
    let missed: Vec<_> = counted.iter().filter(|c| c.figure.contains("/breach/")).collect();
    assert!(!missed.is_empty() && missed.iter().all(|c| c.value == 40), "{missed:?}");
    sound(&desk);
}

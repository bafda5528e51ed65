//! The laws the kernel's correctness rests on (sections 4 and 15.1), as properties over the real
//! working days of 2004–2026, and the tempting equations that are not laws.
//!
//! Laws of rest and resumption are stated on the nominal day; roll-over comes after them.

mod fixtures;

use std::sync::LazyLock;

use kernel::{Calendar, Day, End, Instant, Length, RestUnit, Span, Term, Unit};
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| fixtures::calendar(2026));

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_date(year, month, day).expect("the tests name days that exist")
}

/// Any second of the published years, far enough from their end for the periods below.
fn instant() -> impl Strategy<Value = Instant> {
    (day(2004, 1, 1).start().0..day(2024, 12, 31).end().0).prop_map(Instant)
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![
        Just(Unit::Hour),
        Just(Unit::Day),
        Just(Unit::WorkingDay),
        Just(Unit::Month),
        Just(Unit::Year),
    ]
}

/// A term of any kind; at most two years long.
fn term() -> impl Strategy<Value = Term> {
    let span =
        (unit(), 0u32..120, any::<bool>(), any::<bool>()).prop_map(|(unit, n, roll, full)| Term {
            full_hour: full,
            ..Term::of(at_most(unit, n), unit, rolls(unit, roll))
        });
    let fixed = (prop_oneof![
        (1u8..=12, 1u8..=31).prop_map(|(m, d)| Length::Yearly(m, d)),
        Just(Length::MonthEnd),
        Just(Length::QuarterEnd),
    ])
    .prop_map(|length| Term { length, roll: false, full_hour: false });
    prop_oneof![4 => span, 1 => fixed]
}

fn at_most(unit: Unit, n: u32) -> u32 {
    match unit {
        Unit::Year => n % 3,
        Unit::Month => n % 24,
        _ => n,
    }
}

fn rolls(unit: Unit, roll: bool) -> bool {
    roll && !matches!(unit, Unit::Hour | Unit::WorkingDay)
}

fn longer(term: &Term, by: u32) -> Term {
    match term.length {
        Length::Span(Span { amount, unit }) => {
            Term { length: Length::Span(Span { amount: amount + by, unit }), ..*term }
        }
        _ => *term,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_later_start_is_never_due_earlier(t in instant(), more in 0i64..40_000_000, term in term()) {
        let later = Instant((t.0 + more).min(day(2024, 12, 31).end().0)).max(t);
        let (a, b) = (CALENDAR.due(t, &term), CALENDAR.due(later, &term));
        prop_assert!(a.nominal <= b.nominal && a.due <= b.due);
    }

    #[test]
    fn a_longer_term_is_never_due_earlier(t in instant(), term in term(), by in 0u32..3) {
        let (a, b) = (CALENDAR.due(t, &term), CALENDAR.due(t, &longer(&term, by)));
        prop_assert!(a.nominal <= b.nominal && a.due <= b.due);
    }

    #[test]
    fn nothing_is_due_before_it_began(t in instant(), term in term()) {
        let due = CALENDAR.due(t, &term);
        prop_assert!(t <= due.due);
        prop_assert!(due.safe <= due.due && due.nominal <= due.due);
    }

    #[test]
    fn the_rest_at_the_beginning_is_the_whole_amount(t in instant(), n in 0u32..200) {
        for unit in [Unit::Day, Unit::WorkingDay] {
            let term = Term::of(n, unit, false);
            let nominal = CALENDAR.due(t, &term).nominal;
            prop_assert_eq!(CALENDAR.rest(t, nominal, term.rest_unit()), i64::from(n));
        }
        let term = Term::of(n, Unit::Hour, false);
        let nominal = CALENDAR.due(t, &term).nominal;
        prop_assert_eq!(CALENDAR.rest(t, nominal, RestUnit::Seconds), i64::from(n) * 3600);
    }

    #[test]
    fn stopping_and_resuming_at_once_changes_nothing(t in instant(), term in term(), part in 0u32..100) {
        let before = CALENDAR.due(t, &term);
        let within = i64::from(part) * (before.nominal.0 - t.0) / 100;
        let stop = Instant(t.0 + within);
        let rest = CALENDAR.rest(stop, before.nominal, term.rest_unit());
        let after = CALENDAR.resume(stop, rest, &term);
        prop_assert_eq!((after.nominal, after.due), (before.nominal, before.due));
    }

    #[test]
    fn a_stop_never_shortens_and_moves_no_further_than_it_lasted(
        t in instant(), n in 1u32..60, stopped in 0i64..60, lasted in 0i32..400,
    ) {
        let term = Term::of(n, Unit::Day, false);
        let before = CALENDAR.due(t, &term).nominal;
        let stop = t.plus_seconds(stopped.min(i64::from(n)) * 86_400);
        let again = Instant(stop.0 + i64::from(lasted) * 86_400);
        let rest = CALENDAR.rest(stop, before, RestUnit::Days);
        let after = CALENDAR.resume(again, rest, &term).nominal;
        prop_assert_eq!(after.day(), before.day().plus(lasted));
    }

    #[test]
    fn a_rest_is_never_negative_and_falls_as_time_passes(t in instant(), n in 0u32..60, more in 0i64..9_000_000) {
        for unit in [Unit::Day, Unit::WorkingDay, Unit::Hour] {
            let term = Term::of(n, unit, false);
            let nominal = CALENDAR.due(t, &term).nominal;
            let later = Instant(t.0 + more);
            let (a, b) = (
                CALENDAR.rest(t, nominal, term.rest_unit()),
                CALENDAR.rest(later, nominal, term.rest_unit()),
            );
            prop_assert!(0 <= b && b <= a);
        }
    }

    #[test]
    fn more_days_before_a_date_are_never_later(t in instant(), n in 0u32..150, by in 0u32..20, unit in unit()) {
        let n = at_most(unit, n);
        let of = |n| CALENDAR.latest_before(t, &Term::of(n, unit, false)).0;
        prop_assert!(of(n + by) <= of(n));
    }

    #[test]
    fn days_before_a_date_never_reach_its_day(t in instant(), n in 0u32..150, unit in unit()) {
        let (latest, _) = CALENDAR.latest_before(t, &Term::of(at_most(unit, n), unit, false));
        match unit {
            Unit::Hour => prop_assert!(latest <= t),
            _ => prop_assert!(latest.day() < t.day()),
        }
    }

    #[test]
    fn notice_on_the_latest_day_leaves_so_many_working_days(t in instant(), n in 1u32..40) {
        // Both ends: the day of notice is not counted, the day of the event is not needed.
        let (latest, _) = CALENDAR.latest_before(t, &Term::of(n, Unit::WorkingDay, false));
        let between = (latest.day().0..t.day().0).filter(|d| CALENDAR.is_working(Day(*d))).count();
        prop_assert_eq!(between, n as usize);
    }

    #[test]
    fn waiting_is_over_on_the_day_the_day_after_or_after_the_rolled_end(t in instant(), term in term()) {
        let due = CALENDAR.due(t, &term);
        let ready = |end| CALENDAR.ready(t, &term, end).0;
        prop_assert!(t <= ready(End::Ready));
        prop_assert!(ready(End::Ready) <= ready(End::Full));
        prop_assert!(ready(End::Full) <= ready(End::Lapse));
        prop_assert_eq!(ready(End::Lapse).0, due.due.0 + 1);
    }

    #[test]
    fn a_rolled_day_is_the_next_working_day_and_the_safe_one_the_last_before(t in instant(), n in 0u32..400) {
        let due = CALENDAR.due(t, &Term::of(n, Unit::Day, true));
        prop_assert!(CALENDAR.is_working(due.due.day()));
        let passed = due.nominal.day().0..due.due.day().0;
        prop_assert!(passed.into_iter().all(|d| !CALENDAR.is_working(Day(d))));
        let disputed = due.safe.day().0 + 1..due.nominal.day().0 + 1;
        if due.nominal != due.due {
            prop_assert!(disputed.into_iter().all(|d| !CALENDAR.is_working(Day(d))));
        }
    }

    #[test]
    fn counting_by_rank_is_counting_by_walking(t in instant(), n in 0u32..300) {
        let (mut walked, mut left) = (t.day(), n);
        while left > 0 {
            walked = walked.plus(1);
            left -= u32::from(CALENDAR.is_working(walked));
        }
        prop_assert_eq!(CALENDAR.working_after(t.day(), n), walked);
        let between = (t.day().0 + 1..=walked.0).filter(|d| CALENDAR.is_working(Day(*d))).count();
        prop_assert_eq!(CALENDAR.working_between(t.day(), walked) as usize, between);
    }

    #[test]
    fn the_day_of_a_date_is_the_date_of_the_day(days in -200_000i32..200_000) {
        let (y, m, d) = Day(days).date();
        prop_assert_eq!(Day::from_date(y, m, d), Some(Day(days)));
        let next = Day(days + 1).date();
        prop_assert!(next > (y, m, d));
    }
}

#[test]
fn periods_do_not_add_up_for_months() {
    // 31 January + 1 month + 1 month is 29 March; + 2 months is 31 March.
    let start = day(2024, 1, 31).start();
    let month = |n| Term::of(n, Unit::Month, false);
    let twice = CALENDAR.due(CALENDAR.due(start, &month(1)).due, &month(1)).due;
    assert_eq!(twice.day(), day(2024, 3, 29));
    assert_eq!(CALENDAR.due(start, &month(2)).due.day(), day(2024, 3, 31));
}

#[test]
fn periods_do_not_add_up_where_the_end_rolls() {
    // Friday 1 March + 2 days rolls to Monday 4; two days on it is 6, but four days are the 5th.
    let start = day(2024, 3, 1).start();
    let days = |n| Term::of(n, Unit::Day, true);
    let twice = CALENDAR.due(CALENDAR.due(start, &days(2)).due, &days(2)).due;
    assert_eq!(twice.day(), day(2024, 3, 6));
    assert_eq!(CALENDAR.due(start, &days(4)).due.day(), day(2024, 3, 5));
}

#[test]
fn counting_back_is_not_counting_forward_where_an_end_is_a_rest_day() {
    // Two working days before Monday 11 March are Thursday 7; forward from Thursday the second is
    // Monday itself. Before Sunday 10 March they are the same Thursday, forward from it: Monday.
    let two = Term::of(2, Unit::WorkingDay, false);
    let (back, _) = CALENDAR.latest_before(day(2024, 3, 10).start(), &two);
    assert_eq!(back.day(), day(2024, 3, 7));
    assert_eq!(CALENDAR.due(back, &two).due.day(), day(2024, 3, 11));
}

#[test]
fn the_published_years_have_their_known_numbers_of_working_days() {
    let in_year = |y| CALENDAR.working_between(day(y, 1, 1).plus(-1), day(y, 12, 31));
    assert_eq!((in_year(2023), in_year(2024)), (249, 251));
    assert_eq!(CALENDAR.last(), day(2026, 12, 31));
}

#[test]
fn beyond_the_published_years_every_answer_that_counts_days_is_provisional() {
    let start = day(2026, 12, 30).start();
    let due = |n, unit, roll| CALENDAR.due(start, &Term::of(n, unit, roll)).provisional;
    assert!(!due(1, Unit::WorkingDay, false) && due(2, Unit::WorkingDay, false));
    assert!(due(9, Unit::Day, true) && !due(9, Unit::Day, false) && !due(99, Unit::Hour, false));
    let before =
        CALENDAR.latest_before(day(2027, 1, 4).start(), &Term::of(3, Unit::WorkingDay, false));
    assert!(before.1);
}

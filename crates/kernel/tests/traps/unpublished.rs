//! Days beyond the published calendar (15.9, 15.10): dates that rest on them are provisional,
//! nothing happens by itself on them, and a new year's table re-dates what is open.

use kernel::{Duty, Effective, End, EventId, KindSpec, Repeat, redate, working};

use crate::stage::*;

/// The table of 2025 is published: what is re-dated.
fn learns_2025(story: &mut Story) -> Vec<(EventId, Duty, Duty)> {
    story.calendar = crate::fixtures::calendar(2025);
    redate(&mut story.marking, &env(&story.calendar, &story.params))
}

/// A duty, a right and a deemed act, each of 20 working days from mid-December.
fn into_the_unknown() -> Stage {
    let mut s = Stage::new();
    let [file, decide, apply] = s.acts(["file", "decide", "apply"]);
    let deemed = s.act_with("deemed", |e| {
        e.automatic = Some(Effective::Executed);
        e.repeat = Repeat::Once;
    });
    s.rule(within(workdays(20)), file, decide);
    s.rule(may_until(workdays(20)), file, apply);
    s.rule(after(workdays(20), End::Lapse), file, deemed);
    s
}

#[test]
fn nothing_that_rests_on_an_unpublished_day_happens_by_itself() {
    let mut story = into_the_unknown().opens_under("2024-12-16", 2024);
    story.does("2024-12-16", "file");
    assert!(story.dates("decide").provisional);
    assert!(story.passes_to("2025-03-01").is_empty());
    assert!(story.passes_to("2025-03-02").is_empty());
    assert!(!story.is_late("decide") && story.allows("apply"));
}

#[test]
fn a_new_years_table_re_dates_open_duties_and_then_they_count() {
    let mut story = into_the_unknown().opens_under("2024-12-16", 2024);
    story.does("2024-12-16", "file");
    assert_eq!(story.due("decide"), "2025-01-13");
    let changed = learns_2025(&mut story);
    let (event, old, new) = &changed[0];
    assert_eq!((*event, changed.len()), (story.id("decide"), 1));
    assert_eq!(old.due().unwrap().due.day(), day("2025-01-13"));
    // 1 January is off.
    assert_eq!(new.due().unwrap().due.day(), day("2025-01-14"));
    assert_eq!(new.calendar, 2025);
    let acts = story.passes_to("2025-03-01");
    assert_eq!(acts.len(), 2);
    assert_eq!(story.breach(&acts[0]).unwrap().1, "2025-01-15");
}

/// A duty of two natural days from the due day of `decide`, which lies in an unpublished year.
fn beyond_the_unknown() -> Story {
    let mut s = Stage::new();
    let [file, decide, order, report] = s.acts(["file", "decide", "order", "report"]);
    s.rule(within(workdays(20)), file, decide);
    s.rule(within(days(2).from(decide.due().unwrap())), order, report);
    let mut story = s.opens_under("2024-12-16", 2024);
    story.does("2024-12-16", "file");
    story.does("2024-12-17", "order");
    story
}

#[test]
fn what_counts_from_a_provisional_due_day_is_provisional_and_does_not_breach() {
    let mut story = beyond_the_unknown();
    assert_eq!(story.due("report"), "2025-01-15");
    assert!(story.dates("report").provisional);
    assert!(story.passes_to("2025-03-01").is_empty());
}

#[test]
fn a_new_years_table_moves_what_counts_from_a_due_day_that_it_moves() {
    for done in [false, true] {
        let mut story = beyond_the_unknown();
        if done {
            // The day it counts from stays what it was although that duty is done.
            story.does("2024-12-18", "decide");
        }
        let changed = learns_2025(&mut story);
        assert_eq!(changed.len(), if done { 1 } else { 2 });
        assert_eq!(story.due("report"), "2025-01-16");
        assert!(!story.dates("report").provisional);
        let duty = story.marking.duty(story.id("report")).unwrap();
        assert_eq!(duty.limit.unwrap().anchor.day(), day("2025-01-14"));
        assert!(duty.rests_on().is_none());
        let breaches = story.breaches_to("2025-03-01");
        assert!(breaches.contains(&("report".to_owned(), "2025-01-17".to_owned())));
    }
}

#[test]
fn a_duty_in_natural_days_needs_no_table() {
    let mut s = Stage::new();
    let [file, decide] = s.acts(["file", "decide"]);
    s.rule(within(days(60)), file, decide);
    let mut story = s.opens_under("2024-12-16", 2024);
    story.does("2024-12-16", "file");
    assert!(!story.dates("decide").provisional);
    assert_eq!(story.breaches_to("2025-03-01").len(), 1);
}

/// A duty that sleeps from the day after it began and wakes on a day.
fn asleep(workdays_of_it: u32, filed: &str, slept: &str, woke: &str) -> Story {
    let mut s = Stage::new();
    let [file, answer, withdraw, resume] = s.acts(["file", "answer", "withdraw", "resume"]);
    s.rule(within(workdays(workdays_of_it)), file, answer);
    s.rule(KindSpec::Exclude, withdraw, answer);
    s.rule(KindSpec::Include, resume, answer);
    let mut story = s.opens_under(filed, 2024);
    story.does(filed, "file");
    story.does(slept, "withdraw");
    story.does(woke, "resume");
    story
}

#[test]
fn a_duty_that_woke_after_a_provisional_due_keeps_the_later_day_of_the_table() {
    let mut story = asleep(32, "2024-12-16", "2024-12-20", "2025-01-31");
    // Without the Spring Festival it was due on 29 January.
    assert_eq!(story.due("answer"), "2025-01-31");
    assert!(story.dates("answer").provisional);
    learns_2025(&mut story);
    assert_eq!(story.due("answer"), "2025-02-06");
    let duty = story.marking.duty(story.id("answer")).unwrap();
    let steps = working(duty, &story.calendar);
    assert!(!steps.iter().any(|s| matches!(s, kernel::WorkingStep::Revived(_))));
}

#[test]
fn a_duty_that_woke_in_time_but_too_late_by_the_table_is_due_on_the_day_it_woke() {
    // Sunday 26 January 2025 is worked.
    let mut story = asleep(5, "2025-01-20", "2025-01-21", "2025-01-27");
    assert_eq!(story.due("answer"), "2025-01-27");
    learns_2025(&mut story);
    assert_eq!(story.due("answer"), "2025-01-27");
    let duty = story.marking.duty(story.id("answer")).unwrap();
    let woke = kernel::WorkingStep::Revived(at("2025-01-27"));
    assert!(working(duty, &story.calendar).contains(&woke));
    assert_eq!(story.breaches_to("2025-03-01"), [("answer".into(), "2025-01-28".into())]);
}

//! Clocks: suspension and extension (section 9), and what is left of a period (section 4).

use kernel::{End, KindSpec, Limit, Node, Unit, Why};

use crate::stage::*;

/// file → decide within the limit; appraise … appraised and mediate … mediated stop its clock.
fn suspended(limit: Limit) -> Stage {
    let mut s = Stage::new();
    let [file, decide] = s.acts(["file", "decide"]);
    s.rule(within(limit), file, decide);
    for (stop, go) in [("appraise", "appraised"), ("mediate", "mediated")] {
        let [stop, go] = s.acts([stop, go]);
        s.rule(KindSpec::Stop { until: go }, stop, decide);
    }
    s
}

fn extended_by(s: &mut Stage, limit: Limit, max: u16) {
    let extend = s.act("extend");
    s.rule(KindSpec::Extend { limit, max }, extend, Node::Event(1));
}

#[test]
fn the_clock_stands_still_from_the_stop_to_its_end() {
    let mut story = suspended(days(30)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-11", "appraise");
    assert_eq!(story.rest("decide"), 20);
    assert!(story.breaches_to("2024-07-31").is_empty());
    story.does("2024-08-01", "appraised");
    assert_eq!(story.due("decide"), "2024-08-21");
}

#[test]
fn it_runs_again_only_when_all_causes_have_ended() {
    let mut story = suspended(days(30)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-11", "appraise");
    story.does("2024-03-15", "mediate");
    story.does("2024-04-01", "appraised");
    assert_eq!(story.rest("decide"), 20);
    story.does("2024-05-01", "mediated");
    assert_eq!(story.due("decide"), "2024-05-21");
}

#[test]
fn stopping_again_while_stopped_changes_nothing() {
    let mut story = suspended(days(30)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-11", "appraise");
    story.does("2024-03-20", "appraise");
    assert_eq!(story.rest("decide"), 20);
}

#[test]
fn a_stop_of_no_length_changes_nothing() {
    let mut story = suspended(Limit::new(2, Unit::Month, true)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    let before = story.dates("decide");
    story.does("2024-03-11 10:00", "appraise");
    story.does("2024-03-11 10:00", "appraised");
    assert_eq!(story.dates("decide"), before);
}

#[test]
fn a_stop_after_the_breach_cures_nothing() {
    let mut story = suspended(days(5)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-20", "appraise");
    assert!(story.is_late("decide"));
    assert_eq!(story.due("decide"), "2024-03-06");
}

#[test]
fn a_duty_made_while_a_stop_is_open_waits_with_its_full_amount() {
    let mut story = suspended(days(30)).opens("2024-03-01");
    story.does("2024-03-01", "appraise");
    story.does("2024-03-11", "file");
    assert_eq!(story.rest("decide"), 30);
    story.does("2024-04-01", "appraised");
    assert_eq!(story.due("decide"), "2024-05-01");
}

#[test]
fn a_duty_without_a_limit_has_no_clock_to_stop() {
    let mut s = Stage::new();
    let [file, decide, appraise, appraised] = s.acts(["file", "decide", "appraise", "appraised"]);
    s.rule(some_time(), file, decide);
    s.rule(KindSpec::Stop { until: appraised }, appraise, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "appraise");
    story.does("2024-04-02", "appraised");
    let duty = story.marking.duty(story.id("decide")).unwrap();
    assert_eq!(duty.clock, kernel::Clock::Unlimited);
}

#[test]
fn a_rest_is_counted_from_the_nominal_day_so_that_a_weekend_is_not_counted_twice() {
    // 30 days from 1 March end on Sunday 31 March, rolled to Monday 1 April.
    let mut story = suspended(Limit::new(30, Unit::Day, true)).opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert_eq!(story.due("decide"), "2024-04-01");
    story.does("2024-03-21", "appraise");
    assert_eq!(story.rest("decide"), 10);
    // 10 days from 11 April end on Sunday 21 April, rolled once to Monday.
    story.does("2024-04-11", "appraised");
    assert_eq!(story.due("decide"), "2024-04-22");
    assert_eq!(story.dates("decide").nominal.day(), day("2024-04-21"));
}

#[test]
fn working_days_left_are_working_days_after_the_stop() {
    // 5 working days from Friday 29 March: 1, 2, 3 April, then the worked Sunday 7, then 8.
    let mut story = suspended(workdays(5)).opens("2024-03-29");
    story.does("2024-03-29", "file");
    assert_eq!(story.due("decide"), "2024-04-08");
    story.does("2024-04-02", "appraise");
    assert_eq!(story.rest("decide"), 3);
    // From Friday 26 April: the worked Sunday 28, 29, 30 April.
    story.does("2024-04-26", "appraised");
    assert_eq!(story.due("decide"), "2024-04-30");
}

#[test]
fn the_rest_of_a_month_is_natural_days() {
    let mut story = suspended(Limit::new(1, Unit::Month, false)).opens("2024-01-31");
    story.does("2024-01-31", "file");
    assert_eq!(story.due("decide"), "2024-02-29");
    story.does("2024-02-09", "appraise");
    assert_eq!(story.rest("decide"), 20);
    story.does("2024-03-01", "appraised");
    assert_eq!(story.due("decide"), "2024-03-21");
}

#[test]
fn hours_left_are_seconds() {
    let mut story = suspended(Limit::new(24, Unit::Hour, false)).opens("2024-03-01 10:00");
    story.does("2024-03-01 10:00", "file");
    story.does("2024-03-01 16:00", "appraise");
    assert_eq!(story.rest("decide"), 18 * 3600);
    story.does("2024-03-05 08:00", "appraised");
    assert_eq!(story.dates("decide").due, at("2024-03-06 02:00"));
}

#[test]
fn an_extension_is_added_to_the_nominal_day_and_rolls_once() {
    let mut s = suspended(Limit::new(30, Unit::Day, true));
    extended_by(&mut s, Limit::new(30, Unit::Day, true), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-20", "extend");
    // Nominal 31 March plus 30 is 30 April; from the rolled 1 April it would be 1 May.
    assert_eq!(story.due("decide"), "2024-04-30");
}

#[test]
fn a_second_extension_is_refused_even_for_a_new_duty() {
    let mut s = suspended(days(30));
    extended_by(&mut s, days(15), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-20", "extend");
    story.does("2024-03-21", "file");
    let duty = story.id("decide");
    let why = story.refuses_because("2024-03-22", "extend");
    assert_eq!(why, [Why::ExtensionsUsed { duty, max: 1 }]);
}

#[test]
fn a_late_extension_is_refused_and_names_the_day_it_was_due() {
    let mut s = suspended(days(30));
    extended_by(&mut s, days(15), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let (duty, due) = (story.id("decide"), at("2024-03-31 23:59:59"));
    let why = story.refuses_because("2024-04-01", "extend");
    assert_eq!(why, [Why::ExtendedTooLate { duty, due }]);
}

#[test]
fn an_extension_in_the_last_second_is_in_time() {
    let mut s = suspended(days(30));
    extended_by(&mut s, days(15), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-31 23:59:59", "extend");
    assert_eq!(story.due("decide"), "2024-04-15");
}

#[test]
fn a_late_extension_reported_as_done_cures_nothing() {
    let mut s = suspended(days(30));
    extended_by(&mut s, days(15), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let (_, refusal) = story.reports("2024-04-02", "extend");
    assert!(refusal.is_some() && story.is_late("decide"));
    assert_eq!(story.due("decide"), "2024-03-31");
}

#[test]
fn there_is_nothing_to_extend_without_an_open_duty_with_a_limit() {
    let mut s = suspended(days(30));
    extended_by(&mut s, days(15), 1);
    let mut story = s.opens("2024-03-01");
    let duty = story.id("decide");
    assert_eq!(story.refuses_because("2024-03-01", "extend"), [Why::NothingToExtend { duty }]);
}

#[test]
fn a_stopped_clock_can_be_extended_in_its_own_unit_or_in_another() {
    let mut s = suspended(workdays(10));
    extended_by(&mut s, workdays(5), 2);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-04", "appraise");
    story.does("2024-03-05", "extend");
    assert_eq!(story.rest("decide"), 14);

    let mut s = suspended(days(10));
    extended_by(&mut s, Limit::new(1, Unit::Month, false), 1);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-06", "appraise");
    story.does("2024-03-07", "extend");
    assert_eq!(story.rest("decide"), 5);
    story.does("2024-03-11", "appraised");
    assert_eq!(story.due("decide"), "2024-04-16");
}

#[test]
fn an_act_that_ends_a_stop_and_extends_resumes_first() {
    let mut s = Stage::new();
    let [file, decide, appraise, order] = s.acts(["file", "decide", "appraise", "order"]);
    s.rule(within(Limit::new(1, Unit::Month, false)), file, decide);
    s.rule(KindSpec::Stop { until: order }, appraise, decide);
    let limit = Limit::new(1, Unit::Month, false);
    s.rule(KindSpec::Extend { limit, max: 1 }, order, decide);
    let mut story = s.opens("2024-01-10");
    story.does("2024-01-10", "file");
    story.does("2024-01-21", "appraise");
    // Resumed on the day it was stopped: 10 February again, and a month on that.
    story.does("2024-01-21", "order");
    assert_eq!(story.due("decide"), "2024-03-10");
}

#[test]
fn an_act_that_extends_and_opens_a_stop_freezes_the_longer_amount() {
    let mut s = Stage::new();
    let [file, decide, order, resume] = s.acts(["file", "decide", "order", "resume"]);
    s.rule(within(days(10)), file, decide);
    s.rule(KindSpec::Stop { until: resume }, order, decide);
    s.rule(KindSpec::Extend { limit: Limit::new(1, Unit::Month, false), max: 1 }, order, decide);
    let mut story = s.opens("2024-01-01");
    story.does("2024-01-01", "file");
    // Nominal 11 January plus a month is 11 February: 41 days from 1 January.
    story.does("2024-01-01", "order");
    assert_eq!(story.rest("decide"), 41);
}

#[test]
fn an_act_that_ends_a_stop_and_extends_twice_resumes_first() {
    let mut s = Stage::new();
    let [file, decide, pause, resume] = s.acts(["file", "decide", "pause", "resume"]);
    s.rule(within(days(29)), file, decide);
    s.rule(KindSpec::Stop { until: resume }, pause, decide);
    s.rule(KindSpec::Extend { limit: Limit::new(1, Unit::Month, false), max: 1 }, resume, decide);
    s.rule(KindSpec::Extend { limit: Limit::new(10, Unit::Day, false), max: 1 }, resume, decide);
    let mut story = s.opens("2024-01-01");
    story.does("2024-01-01", "file");
    story.does("2024-01-11", "pause");
    story.does("2024-01-11", "resume");
    // Resumed to 30 January, a month on is 29 February, ten days on is 10 March.
    assert_eq!(story.due("decide"), "2024-03-10");
}

#[test]
fn of_two_stopped_clocks_the_smaller_rest_is_the_stricter() {
    let mut s = Stage::new();
    let [file, amend, decide, pause, resume] =
        s.acts(["file", "amend", "decide", "pause", "resume"]);
    s.rule(within(Limit::new(6, Unit::Day, true)), file, decide);
    s.rule(strictly_within(Limit::new(5, Unit::Day, true)), amend, decide);
    s.rule(KindSpec::Stop { until: resume }, pause, decide);
    let mut story = s.opens("2024-03-04");
    for act in ["pause", "file", "amend"] {
        story.does("2024-03-04", act);
    }
    // Run from this Monday, both would roll from the weekend to the same Monday.
    assert_eq!(story.rest("decide"), 5);
}

#[test]
fn a_wait_is_not_suspended_but_runs_from_the_last_execution() {
    let mut s = Stage::new();
    let [publish, decide] = s.acts(["publish", "decide"]);
    s.rule(after(days(7), End::Ready), publish, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "publish");
    story.passes_to("2024-03-08");
    assert!(story.allows("decide"));
    story.does("2024-03-09", "publish");
    assert!(!story.allows("decide"));
    story.passes_to("2024-03-16 00:00");
    assert!(story.allows("decide"));
}

#[test]
fn a_provisional_day_stays_provisional_when_extended() {
    let mut s = suspended(workdays(10));
    extended_by(&mut s, days(5), 1);
    let mut story = s.opens("2026-12-25");
    story.does("2026-12-25", "file");
    assert!(story.dates("decide").provisional);
    story.does("2026-12-28", "extend");
    assert!(story.dates("decide").provisional);
}

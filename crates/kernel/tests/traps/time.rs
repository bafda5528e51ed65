//! Time and breach (section 7), acceptance (section 8).

use kernel::{Effect, KindSpec, Merge, Owner};

use crate::stage::*;

#[test]
fn acting_in_the_last_second_is_timely_and_one_second_later_is_a_breach() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(story.breaches_to("2024-03-06 23:59:59").is_empty());
    assert_eq!(story.breaches_to("2024-03-07 00:00"), [("answer".into(), "2024-03-07".into())]);
}

#[test]
fn a_missed_duty_stays_owed_and_bars_what_waits_for_it() {
    let mut s = Stage::new();
    let [file, answer, close] = s.acts(["file", "answer", "close"]);
    s.rule(within(days(5)), file, answer);
    s.rule(KindSpec::Milestone, answer, close);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.passes_to("2024-05-01");
    assert!(story.owes("answer") && !story.allows("close") && !story.accepts());
    story.does("2024-05-02", "answer");
    assert!(story.allows("close") && story.accepts());
}

#[test]
fn there_is_at_most_one_breach_per_duty() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert_eq!(story.breaches_to("2024-04-01").len(), 1);
    assert!(story.breaches_to("2025-04-01").is_empty());
}

#[test]
fn breaches_come_in_order_of_their_days_then_of_the_acts() {
    let mut s = Stage::new();
    let [file, second, first, third] = s.acts(["file", "second", "first", "third"]);
    s.rule(within(days(5)), file, second);
    s.rule(within(days(3)), file, first);
    s.rule(within(days(5)), file, third);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let names: Vec<String> = story.breaches_to("2024-06-01").into_iter().map(|b| b.0).collect();
    assert_eq!(names, ["first", "second", "third"]);
}

#[test]
fn a_breach_that_excludes_another_duty_of_the_same_day_prevents_only_a_later_one() {
    let mut s = Stage::new();
    let [file, before, breaker, later] = s.acts(["file", "before", "breaker", "later"]);
    for duty in [before, breaker, later] {
        s.rule(within(days(5)), file, duty);
    }
    s.rule(overdue(Effect::Exclude), breaker, before);
    s.rule(overdue(Effect::Exclude), breaker, later);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let names: Vec<String> = story.breaches_to("2024-06-01").into_iter().map(|b| b.0).collect();
    assert_eq!(names, ["before", "breaker"]);
}

#[test]
fn a_chain_of_reminders_is_a_duty_that_its_own_breach_renews() {
    let mut s = Stage::new();
    let [file, remind] = s.acts(["file", "remind"]);
    s.rule(within(days(2)), file, remind);
    let again = Effect::Respond { limit: Some(days(9)), merge: Merge::Replace };
    s.rule(overdue(again), remind, remind);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let on: Vec<String> = story.breaches_to("2024-03-30").into_iter().map(|b| b.1).collect();
    assert_eq!(on, ["2024-03-04", "2024-03-14", "2024-03-24"]);
}

#[test]
fn a_breach_never_makes_a_duty_due_before_itself() {
    let mut s = Stage::new();
    let served = s.field("served on", kernel::FieldKind::Day);
    let file = s.act_with("file", |e| e.fields.push((served, true)));
    let answer = s.act("answer");
    s.rule(within(days(2)), file, answer);
    let from_service = days(1).from(kernel::Anchor::Field(served));
    let again = Effect::Respond { limit: Some(from_service), merge: Merge::Replace };
    s.rule(overdue(again), answer, answer);
    let mut story = s.opens("2024-03-01");
    story.states("2024-03-01", "file", &[(served, kernel::Value::Day(day("2024-02-01")))]);
    let on: Vec<String> = story.breaches_to("2024-03-06").into_iter().map(|b| b.1).collect();
    assert_eq!(on, ["2024-03-04", "2024-03-05", "2024-03-06"]);
}

#[test]
fn excluded_duties_are_never_breached() {
    let mut s = Stage::new();
    let [file, answer, withdraw] = s.acts(["file", "answer", "withdraw"]);
    s.rule(within(days(5)), file, answer);
    s.rule(KindSpec::Exclude, withdraw, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-04", "withdraw");
    assert!(story.breaches_to("2025-03-04").is_empty());
    assert!(story.accepts());
}

#[test]
fn silence_may_bring_an_act_in_and_a_duty_with_it() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    let supervise = s.act_with("supervise", |e| e.included = false);
    s.rule(within(days(5)), file, answer);
    s.rule(overdue(Effect::Include), answer, supervise);
    let alert = Effect::Respond { limit: Some(days(3)), merge: Merge::Replace };
    s.rule(overdue(alert), answer, supervise);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(!story.is_in("supervise"));
    story.passes_to("2024-03-07 00:00");
    assert!(story.is_in("supervise"));
    assert_eq!(story.due("supervise"), "2024-03-10");
}

#[test]
fn a_breach_names_the_rule_and_the_act_that_made_the_duty() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let acts = story.passes_to("2024-04-01");
    let kernel::ClockAct::Breach(breach) = &acts[0] else { panic!("a breach") };
    let relation = story.graph.relation(breach.relation.unwrap());
    assert_eq!(story.graph.clause(relation.clause).name, "r1");
    assert_eq!(breach.created_by, Some(story.id("file")));
    assert_eq!(breach.created_at, at("2024-03-01"));
}

#[test]
fn a_refused_act_still_advances_time_and_its_breaches_stay() {
    let mut s = Stage::new();
    let [file, answer, pay, close] = s.acts(["file", "answer", "pay", "close"]);
    s.rule(within(days(5)), file, answer);
    s.rule(KindSpec::condition(), pay, close);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let refusal = story.refuses("2024-03-20", "close");
    assert_eq!(refusal.clock_acts.len(), 1);
    assert!(story.is_late("answer"));
    assert_eq!(story.marking.now, at("2024-03-20"));
}

#[test]
fn a_late_case_that_did_everything_may_close() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-05-01", "answer");
    assert!(story.accepts());
}

#[test]
fn the_same_history_gives_the_same_case_however_often_it_is_asked() {
    let tell = |stops: &[&str]| {
        let mut s = Stage::new();
        let [file, answer] = s.acts(["file", "answer"]);
        s.act_with("lapse", |e| {
            e.automatic = Some(kernel::Effective::Executed);
            e.repeat = kernel::Repeat::Once;
        });
        s.rule(within(days(5)), file, answer);
        let mut story = s.opens("2024-03-01");
        story.does("2024-03-01", "file");
        stops.iter().for_each(|stop| drop(story.passes_to(stop)));
        story.passes_to("2024-05-01");
        story.marking
    };
    assert_eq!(tell(&[]), tell(&["2024-03-06 23:59:59", "2024-03-07 00:00", "2024-04-01"]));
}

#[test]
fn acceptance_looks_at_organ_duties_and_at_duties_named_by_milestones() {
    let mut s = Stage::new();
    let file = s.act("file");
    let pay = s.act_with("pay", |e| e.owner = Owner::Party);
    let cure = s.act_with("cure", |e| e.owner = Owner::Party);
    let decide = s.act("decide");
    s.rule(some_time(), file, pay);
    s.rule(KindSpec::Milestone, cure, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(story.owes("pay") && story.accepts());

    let mut s = Stage::new();
    let file = s.act("file");
    let cure = s.act_with("cure", |e| e.owner = Owner::Party);
    let decide = s.act("decide");
    s.rule(some_time(), file, cure);
    s.rule(KindSpec::Milestone, cure, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(!story.accepts());
}

//! The order inside one step (section 6).

use kernel::{FieldKind, Guard, KindSpec, Missing, Value, Why};

use crate::stage::*;

/// A guard that is always true, where two unguarded relations would be refused at load.
fn always() -> Option<Guard> {
    Some(Guard::Not(Box::new(Guard::Any(Vec::new()))))
}

#[test]
fn a_self_response_leaves_the_duty_open() {
    let mut s = Stage::new();
    let report = s.act("report");
    s.rule(within(days(30)), report, report);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "report");
    assert_eq!(story.due("report"), "2024-03-31");
}

#[test]
fn doing_the_act_discharges_its_own_duty() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-04", "answer");
    assert!(!story.owes("answer") && story.accepts());
}

#[test]
fn include_wins_over_exclude_of_the_same_pair() {
    let mut s = Stage::new();
    let [reopen, hear] = s.acts(["reopen", "hear"]);
    s.rule_when(KindSpec::Exclude, reopen, hear, always());
    s.rule(KindSpec::Include, reopen, hear);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "reopen");
    assert!(story.is_in("hear"));
}

#[test]
fn an_act_that_excludes_and_includes_itself_stays_in() {
    let mut s = Stage::new();
    let sign = s.act("sign");
    s.rule_when(KindSpec::Exclude, sign, sign, always());
    s.rule(KindSpec::Include, sign, sign);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "sign");
    assert!(story.is_in("sign"));
}

#[test]
fn an_act_excluded_by_its_own_step_still_gets_the_duty_of_that_step() {
    let mut s = Stage::new();
    let [close, file] = s.acts(["close", "file"]);
    s.rule(KindSpec::Exclude, close, file);
    s.rule(within(days(5)), close, file);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "close");
    assert!(story.owes("file") && !story.is_in("file"));
}

#[test]
fn excluded_and_included_in_one_step_is_no_re_inclusion() {
    let mut s = Stage::new();
    let [file, answer, shake] = s.acts(["file", "answer", "shake"]);
    s.rule(within(days(5)), file, answer);
    s.rule_when(KindSpec::Exclude, shake, answer, always());
    s.rule(KindSpec::Include, shake, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-20", "shake");
    assert_eq!(story.due("answer"), "2024-03-06");
    assert!(story.is_late("answer"));
}

#[test]
fn a_dormant_duty_whose_day_has_passed_revives_as_due_on_the_day_of_re_inclusion() {
    let mut s = Stage::new();
    let [file, answer, withdraw, resume] = s.acts(["file", "answer", "withdraw", "resume"]);
    s.rule(within(days(5)), file, answer);
    s.rule(KindSpec::Exclude, withdraw, answer);
    s.rule(KindSpec::Include, resume, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "withdraw");
    assert!(story.breaches_to("2024-03-19").is_empty());
    story.does("2024-03-20", "resume");
    assert_eq!(story.due("answer"), "2024-03-20");
    assert_eq!(story.breaches_to("2024-04-01"), [("answer".into(), "2024-03-21".into())]);
}

#[test]
fn of_several_duties_on_one_act_the_earliest_counts() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(20)), file, answer);
    s.rule(within(days(7)), file, answer);
    s.rule(some_time(), file, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert_eq!(story.due("answer"), "2024-03-08");
}

#[test]
fn a_new_duty_replaces_the_old_one_even_by_a_later_date_or_by_none() {
    let mut s = Stage::new();
    let [file, amend, ask, answer] = s.acts(["file", "amend", "ask", "answer"]);
    s.rule(within(days(5)), file, answer);
    s.rule(within(days(30)), amend, answer);
    s.rule(some_time(), ask, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "amend");
    assert_eq!(story.due("answer"), "2024-04-01");
    story.does("2024-03-03", "ask");
    assert!(story.owes("answer"));
    assert!(story.breaches_to("2025-03-03").is_empty());
}

#[test]
fn the_stricter_duty_stands_with_its_lateness() {
    let mut s = Stage::new();
    let [file, amend, answer] = s.acts(["file", "amend", "answer"]);
    s.rule(within(days(5)), file, answer);
    s.rule(strictly_within(days(30)), amend, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-10", "amend");
    assert_eq!(story.due("answer"), "2024-03-06");
    assert!(story.is_late("answer"));
}

#[test]
fn a_stricter_newcomer_replaces_and_is_not_late() {
    let mut s = Stage::new();
    let [file, amend, answer] = s.acts(["file", "amend", "answer"]);
    s.rule(within(days(60)), file, answer);
    s.rule(strictly_within(days(3)), amend, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-10", "amend");
    assert_eq!(story.due("answer"), "2024-03-13");
}

#[test]
fn one_strictest_makes_the_whole_group_strictest() {
    let mut s = Stage::new();
    let [file, amend, answer] = s.acts(["file", "amend", "answer"]);
    s.rule(within(days(5)), file, answer);
    s.rule(within(days(10)), amend, answer);
    s.rule(strictly_within(days(40)), amend, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "amend");
    assert_eq!(story.due("answer"), "2024-03-06");
}

#[test]
fn a_duty_without_limit_never_displaces_a_limit_under_strictest() {
    let mut s = Stage::new();
    let [file, ask, answer] = s.acts(["file", "ask", "answer"]);
    s.rule(within(days(5)), file, answer);
    let strict = KindSpec::Response { limit: None, merge: Some(kernel::Merge::Strictest) };
    s.rule(strict, ask, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "ask");
    assert_eq!(story.due("answer"), "2024-03-06");
}

#[test]
fn replacing_a_late_duty_makes_it_timely_again_and_a_second_breach_possible() {
    let mut s = Stage::new();
    let [file, amend, answer] = s.acts(["file", "amend", "answer"]);
    s.rule(within(days(5)), file, answer);
    s.rule(within(days(5)), amend, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-10", "amend");
    assert!(!story.is_late("answer"));
    assert_eq!(story.breaches_to("2024-04-01"), [("answer".into(), "2024-03-16".into())]);
}

#[test]
fn a_refusal_changes_nothing_but_time() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(KindSpec::condition(), file, answer);
    let mut story = s.opens("2024-03-01");
    let mut before = story.marking.clone();
    story.refuses("2024-03-05", "answer");
    before.now = at("2024-03-05");
    assert_eq!(story.marking, before);
}

#[test]
fn a_refusal_names_every_failing_rule_in_the_order_of_the_law() {
    let mut s = Stage::new();
    let [file, pay, hear, decide] = s.acts(["file", "pay", "hear", "decide"]);
    s.rule(KindSpec::condition(), file, decide);
    s.rule(KindSpec::condition(), pay, decide);
    s.rule(KindSpec::Milestone, hear, decide);
    s.rule(some_time(), file, hear);
    let mut story = s.opens("2024-03-01");
    let (file, pay, hear) = (story.id("file"), story.id("pay"), story.id("hear"));
    assert_eq!(
        story.refuses_because("2024-03-01", "decide"),
        [Why::NotDone { source: file }, Why::NotDone { source: pay }]
    );
    story.does("2024-03-01", "file");
    assert_eq!(
        story.refuses_because("2024-03-01", "decide"),
        [Why::NotDone { source: pay }, Why::Awaiting { duty: hear }]
    );
}

#[test]
fn the_earliest_day_is_given_only_when_waits_are_all_that_fails() {
    let mut s = Stage::new();
    let [publish, pay, decide] = s.acts(["publish", "pay", "decide"]);
    s.rule(after(days(7), kernel::End::Ready), publish, decide);
    s.rule(after(days(3), kernel::End::Ready), publish, decide);
    s.rule(KindSpec::condition(), pay, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "publish");
    assert_eq!(story.refuses("2024-03-02", "decide").earliest(), None);
    story.does("2024-03-02", "pay");
    let earliest = story.refuses("2024-03-02", "decide").earliest().unwrap();
    assert_eq!(earliest, at("2024-03-08 00:00"));
}

#[test]
fn a_missing_field_of_an_effect_refuses_the_act_and_changes_nothing() {
    let mut s = Stage::new();
    let flag = s.field("large", FieldKind::Bool);
    let file = s.act_with("file", |e| e.fields.push((flag, false)));
    let hear = s.act("hear");
    s.rule_when(within(days(5)), file, hear, Some(Guard::True(flag)));
    let mut story = s.opens("2024-03-01");
    let why = story.refuses_because("2024-03-01", "file");
    assert_eq!(why, [Why::Unknown(Missing::Field(flag))]);
    assert!(!story.marking.executed.has(story.id("file")));
    story.states("2024-03-01", "file", &[(flag, Value::Bool(true))]);
    assert!(story.owes("hear"));
}

#[test]
fn a_missing_parameter_of_an_effect_refuses_the_act_too() {
    let mut s = Stage::new();
    let term = s.param("term", kernel::ParamValues::default());
    let [file, answer] = s.acts(["file", "answer"]);
    let asks = Guard::Compare(
        kernel::Operand::Param(term),
        kernel::Comparison::Equal,
        kernel::Operand::Const(Value::Int(1)),
    );
    s.rule_when(within(days(5)), file, answer, Some(asks));
    let mut story = s.opens("2024-03-01");
    let why = story.refuses_because("2024-03-01", "file");
    assert_eq!(why, [Why::Unknown(Missing::Param(term))]);
}

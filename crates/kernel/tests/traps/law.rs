//! Law and time (section 15), rule by rule.

// Long because it is one list of stories, one a rule.

use kernel::{
    Amount, Anchor, Comparison, Effective, End, FieldKind, Guard, KindSpec, Lead, Limit, Missing,
    Operand, ParamValues, Period, Repeat, Span, Unit, Value, Why, working,
};

use crate::stage::*;

fn limit(period: Period) -> Limit {
    Limit { period, ..days(0) }
}

/// file → decide within the limit, filed on the date.
fn decided(within_limit: Limit, filed: &str) -> Story {
    let mut s = Stage::new();
    let [file, decide] = s.acts(["file", "decide"]);
    s.rule(within(within_limit), file, decide);
    let mut story = s.opens(filed);
    story.does(filed, "file");
    story
}

// 15.1 Limits

#[test]
fn the_starting_day_is_not_counted() {
    assert_eq!(decided(days(1), "2024-03-01 00:00").due("decide"), "2024-03-02");
    assert_eq!(decided(days(1), "2024-03-01 23:59:59").due("decide"), "2024-03-02");
}

#[test]
fn a_month_ends_on_the_same_day_number_or_the_last_day() {
    let month = Limit::new(1, Unit::Month, false);
    assert_eq!(decided(month, "2024-01-31").due("decide"), "2024-02-29");
    assert_eq!(decided(month, "2023-01-31").due("decide"), "2023-02-28");
    let year = Limit::new(1, Unit::Year, false);
    assert_eq!(decided(year, "2024-02-29").due("decide"), "2025-02-28");
}

#[test]
fn hours_run_from_the_minute_unless_the_rule_says_from_the_next_full_hour() {
    let day = Limit::new(24, Unit::Hour, false);
    let story = decided(day, "2024-03-01 10:20");
    assert_eq!(story.dates("decide").due, at("2024-03-02 10:20"));
    let story = decided(Limit { full_hour: true, ..day }, "2024-03-01 10:20");
    assert_eq!(story.dates("decide").due, at("2024-03-02 11:00"));
}

#[test]
fn working_days_skip_holidays_and_count_worked_weekends() {
    // 30 September, then the week of 1 to 7 October off, then 8, 9, 10, 11 and Saturday 12.
    assert_eq!(decided(workdays(5), "2024-09-30").due("decide"), "2024-10-12");
}

#[test]
fn roll_over_is_a_choice_of_the_rule_and_keeps_three_dates() {
    assert_eq!(decided(days(30), "2024-03-01").due("decide"), "2024-03-31");
    let story = decided(Limit::new(30, Unit::Day, true), "2024-03-01");
    let dates = story.dates("decide");
    assert_eq!(dates.safe.day(), day("2024-03-29"));
    assert_eq!(dates.nominal.day(), day("2024-03-31"));
    assert_eq!(dates.due.day(), day("2024-04-01"));
}

#[test]
fn fixed_dates_are_every_year_the_month_and_the_quarter() {
    let yearly = limit(Period::Yearly { month: 3, day: 1 });
    assert_eq!(decided(yearly, "2024-01-10").due("decide"), "2024-03-01");
    assert_eq!(decided(yearly, "2024-03-02").due("decide"), "2025-03-01");
    assert_eq!(decided(limit(Period::MonthEnd), "2024-02-10").due("decide"), "2024-02-29");
    assert_eq!(decided(limit(Period::QuarterEnd), "2024-04-01").due("decide"), "2024-06-30");
}

#[test]
fn lateness_for_a_fixed_date_counts_from_that_date_and_the_day_before_is_safe() {
    let mut story = decided(limit(Period::Yearly { month: 3, day: 1 }), "2024-01-10");
    let dates = story.dates("decide");
    assert_eq!((dates.safe.day(), dates.due.day()), (day("2024-02-29"), day("2024-03-01")));
    assert_eq!(story.breaches_to("2024-03-05"), [("decide".into(), "2024-03-02".into())]);
}

#[test]
fn a_limit_may_count_from_a_date_that_the_act_states() {
    let mut s = Stage::new();
    let served = s.field("served on", FieldKind::Day);
    let register = s.act_with("register", |e| e.fields.push((served, true)));
    let sue = s.act("sue");
    s.rule(within(days(15).from(Anchor::Field(served))), register, sue);
    let mut story = s.opens("2024-03-11");
    story.states("2024-03-11", "register", &[(served, Value::Day(day("2024-03-01")))]);
    assert_eq!(story.due("sue"), "2024-03-16");
    assert_eq!(
        story.marking.duty(story.id("sue")).unwrap().limit.unwrap().anchor,
        at("2024-03-01 00:00")
    );
}

#[test]
fn a_limit_may_count_from_the_due_day_of_another_duty() {
    let mut s = Stage::new();
    let [file, answer, escalate, review] = s.acts(["file", "answer", "escalate", "review"]);
    s.rule(within(days(10)), file, answer);
    s.rule(within(days(5).from(answer.due().unwrap())), escalate, review);
    let mut story = s.opens("2024-03-01");
    let duty = story.id("answer");
    let why = story.refuses_because("2024-03-01", "escalate");
    assert_eq!(why, [Why::Unknown(Missing::Duty(duty))]);
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "escalate");
    assert_eq!(story.due("review"), "2024-03-16");
}

#[test]
fn the_amount_may_be_a_field_of_the_matter() {
    let mut s = Stage::new();
    let term = s.field("term", FieldKind::Span);
    let decide = s.act_with("decide", |e| e.fields.push((term, true)));
    let perform = s.act("perform");
    let period = Period::Span(Amount::Field(term), Unit::Day);
    s.rule(within(limit(period)), decide, perform);
    let mut story = s.opens("2024-03-01");
    let months = Value::Span(Span { amount: 2, unit: Unit::Month });
    story.states("2024-03-01", "decide", &[(term, months)]);
    assert_eq!(story.due("perform"), "2024-05-01");
}

#[test]
fn a_parameter_counts_as_it_stood_on_the_day_the_period_began() {
    let mut s = Stage::new();
    let (early, late) = ((day("2020-01-01"), Value::Int(10)), (day("2024-03-05"), Value::Int(2)));
    let term = s.param("term", ParamValues::new(vec![late, early]));
    let period = limit(Period::Span(Amount::Param(term), Unit::Day));
    let [publish, decide, report] = s.acts(["publish", "decide", "report"]);
    s.rule(after(period, End::Ready), publish, decide);
    s.rule(within(period), publish, report);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "publish");
    assert_eq!(story.due("report"), "2024-03-11");
    story.passes_to("2024-03-06");
    assert!(!story.allows("decide"));
    story.passes_to("2024-03-11 00:00");
    assert!(story.allows("decide"));
    story.does("2024-03-12", "publish");
    assert_eq!(story.due("report"), "2024-03-14");
}

#[test]
fn notice_before_a_date_is_counted_back_and_never_by_counting_forward() {
    let mut s = Stage::new();
    let hearing = s.field("hearing on", FieldKind::Day);
    let notify = s.act("notify");
    let hear = s.act_with("hear", |e| e.fields.push((hearing, true)));
    let lead = Some(Lead { limit: workdays(7), until: hearing });
    let kind = KindSpec::Condition {
        wait: None,
        bound: None,
        lead,
        and_if: None,
        void_when_excluded: false,
    };
    s.rule(kind, notify, hear);
    let mut story = s.opens("2024-04-01");
    story.does("2024-04-01 10:00", "notify");
    // Back from Thursday 11 April: 10, 9, 8, Sunday 7 (worked), 3, 2, 1 April.
    let too_soon = [(hearing, Value::Day(day("2024-04-10")))];
    let refusal = story.tries("2024-04-10", "hear", &too_soon).unwrap_err();
    let latest = at("2024-03-29 23:59:59");
    let (source, done) = (story.id("notify"), at("2024-04-01 10:00"));
    assert_eq!(refusal.failing[0].why, Why::NoticeTooShort { source, done, latest });
    story.states("2024-04-11", "hear", &[(hearing, Value::Day(day("2024-04-11")))]);
}

#[test]
fn a_duty_may_be_owed_a_number_of_days_before_a_date() {
    let mut s = Stage::new();
    let hearing = s.field("hearing on", FieldKind::Day);
    let fix = s.act_with("fix", |e| e.fields.push((hearing, true)));
    let notify = s.act("notify");
    let before = Limit { before: true, ..workdays(7).from(Anchor::Field(hearing)) };
    s.rule(within(before), fix, notify);
    let mut story = s.opens("2024-03-20");
    story.states("2024-03-20", "fix", &[(hearing, Value::Day(day("2024-04-11")))]);
    assert_eq!(story.due("notify"), "2024-04-01");
}

#[test]
fn waits_end_on_the_day_after_it_or_after_the_rolled_end() {
    let first = |end, roll| {
        let mut s = Stage::new();
        let [publish, decide] = s.acts(["publish", "decide"]);
        s.rule(after(Limit::new(30, Unit::Day, roll), end), publish, decide);
        let mut story = s.opens("2024-03-01");
        story.does("2024-03-01", "publish");
        story.refuses("2024-03-01", "decide").earliest().unwrap()
    };
    assert_eq!(first(End::Ready, true), at("2024-03-31 00:00"));
    assert_eq!(first(End::Full, true), at("2024-04-01 00:00"));
    assert_eq!(first(End::Lapse, false), at("2024-04-01 00:00"));
    assert_eq!(first(End::Lapse, true), at("2024-04-02 00:00"));
}

#[test]
fn a_duty_keeps_its_anchor_amount_and_calendar_version() {
    let story = decided(days(5), "2024-03-01");
    let duty = story.marking.duty(story.id("decide")).unwrap();
    assert_eq!(duty.calendar, 2026);
    assert_eq!(duty.limit.unwrap().anchor, at("2024-03-01"));
    assert_eq!(duty.limit.unwrap().term, kernel::Term::of(5, Unit::Day, false));
}

// 15.2 Two slots: when and and-if

#[test]
fn an_unknown_when_applies_and_a_false_one_does_not() {
    let mut s = Stage::new();
    let flag = s.field("large", FieldKind::Bool);
    let classify = s.act_with("classify", |e| e.fields.push((flag, true)));
    let [review, decide] = s.acts(["review", "decide"]);
    let _ = classify;
    s.rule_when(KindSpec::condition(), review, decide, Some(Guard::True(flag)));
    let mut story = s.opens("2024-03-01");
    assert!(!story.allows("decide"));
    story.states("2024-03-01", "classify", &[(flag, Value::Bool(false))]);
    assert!(story.allows("decide"));
    story.states("2024-03-01", "classify", &[(flag, Value::Bool(true))]);
    assert!(!story.allows("decide"));
}

#[test]
fn an_and_if_refuses_when_false_and_when_unknown_and_names_the_field() {
    let mut s = Stage::new();
    let passed = s.field("passed", FieldKind::Bool);
    let review = s.act_with("review", |e| e.fields.push((passed, false)));
    let decide = s.act("decide");
    s.rule(and_if(Guard::True(passed)), review, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "review");
    let why = story.refuses_because("2024-03-01", "decide");
    assert_eq!(why, [Why::Unknown(Missing::Field(passed))]);
    story.states("2024-03-02", "review", &[(passed, Value::Bool(false))]);
    let source = story.id("review");
    let why = story.refuses_because("2024-03-02", "decide");
    assert_eq!(why, [Why::NotMet { source, fields: vec![passed] }]);
    story.states("2024-03-03", "review", &[(passed, Value::Bool(true))]);
    assert!(story.allows("decide"));
}

#[test]
fn guards_have_three_values_and_presence_is_always_known() {
    let mut s = Stage::new();
    let (a, b) = (s.field("a", FieldKind::Int), s.field("b", FieldKind::Int));
    let state = s.act_with("state", |e| e.fields.extend([(a, false), (b, false)]));
    let [gate, decide] = s.acts(["gate", "decide"]);
    let _ = state;
    let is = |f, n| {
        let constant = Operand::Const(Value::Int(n));
        Guard::Compare(Operand::Field(f), Comparison::AtLeast, constant)
    };
    let known = Guard::All(vec![Guard::Has(b), is(a, 5)]);
    s.rule_when(KindSpec::condition(), gate, decide, Some(Guard::Any(vec![known, is(b, 9)])));
    let mut story = s.opens("2024-03-01");
    assert!(!story.allows("decide"));
    story.states("2024-03-01", "state", &[(b, Value::Int(3))]);
    assert!(!story.allows("decide"));
    story.states("2024-03-01", "state", &[(a, Value::Int(4))]);
    assert!(story.allows("decide"));
}

// 15.3 Bounded rights

#[test]
fn a_right_ends_with_its_last_instant_and_breaches_nothing() {
    let mut s = Stage::new();
    let [serve, apply] = s.acts(["serve", "apply"]);
    s.rule(may_until(days(60)), serve, apply);
    let mut story = s.opens("2024-01-08");
    story.does("2024-01-08", "serve");
    story.passes_to("2024-03-08 23:59:59");
    assert!(story.allows("apply"));
    let why = story.refuses_because("2024-03-09 00:00", "apply");
    let (source, anchor) = (story.id("serve"), at("2024-01-08"));
    let (due, timing) = (at("2024-03-08 23:59:59"), at("2024-03-09 00:00"));
    assert_eq!(why, [Why::TooLate { source, anchor, due, timing }]);
    assert!(story.passes_to("2025-01-01").is_empty());
}

#[test]
fn a_letter_posted_in_time_is_in_time() {
    let mut s = Stage::new();
    let posted = s.field("posted on", FieldKind::Day);
    let serve = s.act("serve");
    let apply = s.act_with("apply", |e| {
        e.fields.push((posted, false));
        e.posted = Some(posted);
    });
    s.rule(may_until(days(60)), serve, apply);
    let mut story = s.opens("2024-01-08");
    story.does("2024-01-08", "serve");
    assert!(story.tries("2024-03-12", "apply", &[]).is_err());
    let late = [(posted, Value::Day(day("2024-03-09")))];
    assert!(story.tries("2024-03-12", "apply", &late).is_err());
    story.states("2024-03-12", "apply", &[(posted, Value::Day(day("2024-03-08")))]);
}

#[test]
fn the_outlook_says_until_when_a_right_may_be_used() {
    let mut s = Stage::new();
    let [serve, apply] = s.acts(["serve", "apply"]);
    s.rule(may_until(days(60)), serve, apply);
    let mut story = s.opens("2024-01-08");
    story.does("2024-01-08", "serve");
    let env = env(&story.calendar, &story.params);
    let outlook = kernel::outlook(&story.graph, &story.marking, &env, at("2024-02-01"));
    let possible = outlook.possible.iter().find(|p| p.event == story.id("apply")).unwrap();
    assert_eq!(possible.until.unwrap().due.day(), day("2024-03-08"));
    assert_eq!(story.marking.now, at("2024-01-08"));
}

// 15.4 Choice groups

/// file → one of hear and write within 10 days; decide needs one of them.
fn choice(exclusive: bool) -> Stage {
    let mut s = Stage::new();
    let [file, hear, write, decide] = s.acts(["file", "hear", "write", "decide"]);
    let spec = kernel::EventSpec::act("be heard", kernel::ClauseId::new(0));
    let heard = s.b.choice(spec, &[hear, write], exclusive);
    s.rule(within(days(10)), file, heard);
    s.rule(KindSpec::condition(), heard, decide);
    s
}

#[test]
fn one_of_several_is_one_duty_with_one_breach() {
    let mut story = choice(false).opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert_eq!(story.breaches_to("2024-04-01"), [("be heard".into(), "2024-03-12".into())]);
    story.does("2024-04-02", "write");
    assert!(!story.owes("be heard") && story.accepts() && story.allows("decide"));
}

#[test]
fn a_choice_is_in_while_any_member_is() {
    let mut s = choice(false);
    let [one, both] = s.acts(["one", "both"]);
    s.rule(KindSpec::Exclude, one, kernel::Node::Event(1));
    s.rule(KindSpec::Exclude, both, kernel::Node::Event(4));
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "one");
    assert!(story.is_in("be heard") && !story.allows("decide"));
    story.does("2024-03-01", "both");
    assert!(!story.is_in("be heard") && story.allows("decide"));
}

#[test]
fn exclusive_members_exclude_one_another() {
    let mut story = choice(true).opens("2024-03-01");
    story.does("2024-03-01", "hear");
    assert!(!story.is_in("write") && story.is_in("hear"));
}

#[test]
fn the_choice_is_executed_before_the_member() {
    let mut s = choice(false);
    s.rule(within(days(3)), kernel::Node::Event(4), kernel::Node::Event(1));
    let mut story = s.opens("2024-03-01");
    // The duty the choice puts on hear is discharged by hear itself, in the same step.
    story.does("2024-03-01", "hear");
    assert!(!story.owes("hear"));
    story.does("2024-03-02", "write");
    assert_eq!(story.due("hear"), "2024-03-05");
}

#[test]
fn a_stop_may_name_the_choice() {
    let mut s = choice(false);
    let [pause, resume] = s.acts(["pause", "resume"]);
    s.rule(KindSpec::Stop { until: resume }, pause, kernel::Node::Event(4));
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-04", "pause");
    assert_eq!(story.rest("be heard"), 7);
}

#[test]
fn an_act_counting_from_the_due_of_the_choice_it_discharges_still_finds_it() {
    let mut s = choice(false);
    let report = s.act("report");
    let from_due = days(5).from(kernel::Node::Event(4).due().unwrap());
    s.rule(within(from_due), kernel::Node::Event(1), report);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-05", "hear");
    assert_eq!(story.due("report"), "2024-03-16");
}

// 15.5 Automatic acts

/// file; after 10 days a deemed acceptance, which makes a decision due in 5.
fn deemed(effective: Effective, end: End) -> Stage {
    let mut s = Stage::new();
    let file = s.act("file");
    let accept = s.act_with("accept", |e| {
        e.automatic = Some(effective);
        e.repeat = Repeat::Once;
    });
    let decide = s.act("decide");
    s.rule(after(days(10), end), file, accept);
    s.rule(within(days(5)), accept, decide);
    s
}

#[test]
fn an_automatic_act_happens_at_the_first_instant_it_may() {
    let mut story = deemed(Effective::Executed, End::Lapse).opens("2024-03-01");
    story.does("2024-03-01", "file");
    let acts = story.passes_to("2024-03-15");
    let (event, at) = (story.id("accept"), at("2024-03-12 00:00"));
    assert_eq!(acts, [kernel::ClockAct::Automatic { event, at, effective: at }]);
    assert_eq!(story.due("decide"), "2024-03-17");
}

#[test]
fn its_limits_count_from_the_day_the_law_dates_it_to() {
    let mut story = deemed(Effective::PeriodEnd, End::Lapse).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.passes_to("2024-03-15");
    assert_eq!(story.due("decide"), "2024-03-16");
    let mut story = deemed(Effective::SourceDay, End::Lapse).opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.passes_to("2024-03-12 00:00");
    assert_eq!(story.marking.executed_at(story.id("accept")), Some(at("2024-03-01")));
    assert_eq!(story.due("decide"), "2024-03-06");
}

#[test]
fn a_breach_of_an_instant_comes_before_an_automatic_act_of_it() {
    let mut s = deemed(Effective::Executed, End::Lapse);
    let answer = s.act("answer");
    s.rule(within(days(10)), kernel::Node::Event(0), answer);
    s.rule(overdue(kernel::Effect::Exclude), answer, kernel::Node::Event(1));
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let acts = story.passes_to("2024-04-01");
    assert!(matches!(acts[..], [kernel::ClockAct::Breach(_)]));
    assert!(!story.marking.executed.has(story.id("accept")));
}

#[test]
fn an_automatic_act_follows_at_once_where_nothing_is_to_be_waited_for() {
    let mut s = Stage::new();
    let file = s.act("file");
    let number = s.act_with("number", |e| {
        e.automatic = Some(Effective::Executed);
        e.repeat = Repeat::Once;
    });
    s.rule(KindSpec::condition(), file, number);
    let mut story = s.opens("2024-03-01");
    let step = story.does("2024-03-01", "file");
    assert_eq!(step.following.len(), 1);
    assert_eq!(story.refuses_because("2024-03-02", "number"), [Why::NotForPersons]);
}

#[test]
fn an_automatic_act_waits_for_a_fact_its_effects_depend_on() {
    let mut s = Stage::new();
    let term = s.field("term", FieldKind::Int);
    let file = s.act_with("file", |e| e.fields.push((term, false)));
    let accept = s.act_with("accept", |e| {
        e.automatic = Some(Effective::Executed);
        e.repeat = Repeat::Once;
    });
    let decide = s.act("decide");
    s.rule(KindSpec::condition(), file, accept);
    let period = Period::Span(Amount::Field(term), Unit::Day);
    s.rule(within(limit(period)), accept, decide);
    let mut story = s.opens("2024-03-01");
    assert!(story.does("2024-03-01", "file").following.is_empty());
    let step = story.states("2024-03-05", "file", &[(term, Value::Int(3))]);
    assert_eq!(step.following.len(), 1);
    assert_eq!(story.due("decide"), "2024-03-08");
}

// 15.6 Repetition

#[test]
fn an_act_is_once_per_matter_unless_declared_repeatable_up_to_a_count() {
    let mut s = Stage::new();
    s.act_with("decide", |e| e.repeat = Repeat::Once);
    s.act_with("remind", |e| e.repeat = Repeat::AtMost(2));
    s.act("inspect");
    let mut story = s.opens("2024-03-01");
    for (name, times) in [("decide", 1), ("remind", 2), ("inspect", 5)] {
        (0..times).for_each(|_| drop(story.does("2024-03-01", name)));
    }
    let last = at("2024-03-01");
    let why = story.refuses_because("2024-03-02", "decide");
    assert_eq!(why, [Why::Repeated { max: 1, last }]);
    let why = story.refuses_because("2024-03-02", "remind");
    assert_eq!(why, [Why::Repeated { max: 2, last }]);
    assert!(story.allows("inspect"));
}

// 15.7 Late knowledge, irregular acts

#[test]
fn acts_are_performed_in_order() {
    let mut s = Stage::new();
    s.act("file");
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-05", "file");
    let now = at("2024-03-05");
    assert_eq!(story.refuses_because("2024-03-04", "file"), [Why::BeforeLast { now }]);
    assert_eq!(story.marking.now, now);
}

#[test]
fn a_past_fact_may_not_lie_after_the_act_that_states_it() {
    let mut s = Stage::new();
    let served = s.b.field("served on", FieldKind::Day, true);
    s.act_with("register", |e| e.fields.push((served, true)));
    let mut story = s.opens("2024-03-01");
    let ahead = [(served, Value::Day(day("2024-03-02")))];
    let refusal = story.tries("2024-03-01", "register", &ahead).unwrap_err();
    assert_eq!(refusal.failing[0].why, Why::DateAhead { field: served });
    story.states("2024-03-02", "register", &ahead);
}

#[test]
fn a_required_field_and_a_wrong_value_are_reasons() {
    let mut s = Stage::new();
    let served = s.field("served on", FieldKind::Day);
    s.act_with("register", |e| e.fields.push((served, true)));
    let mut story = s.opens("2024-03-01");
    let why = story.refuses_because("2024-03-01", "register");
    assert_eq!(why, [Why::FieldRequired { field: served }]);
    let refusal = story.tries("2024-03-01", "register", &[(served, Value::Int(3))]).unwrap_err();
    assert_eq!(refusal.failing[0].why, Why::FieldWrong { field: served });
}

#[test]
fn an_act_reported_as_done_takes_effect_and_says_why_it_was_irregular() {
    let mut s = Stage::new();
    let [hear, decide, serve] = s.acts(["hear", "decide", "serve"]);
    s.rule(KindSpec::condition(), hear, decide);
    s.rule(within(days(7)), decide, serve);
    let mut story = s.opens("2024-03-01");
    let (_, refusal) = story.reports("2024-03-01", "decide");
    let source = story.id("hear");
    assert_eq!(refusal.unwrap().failing[0].why, Why::NotDone { source });
    assert_eq!(story.due("serve"), "2024-03-08");
    assert!(story.reports("2024-03-02", "hear").1.is_none());
}

#[test]
fn a_constant_is_written_by_the_act_and_read_by_later_guards() {
    let mut s = Stage::new();
    let waived = s.field("waived", FieldKind::Bool);
    s.act_with("waive", |e| e.writes.push((waived, Value::Bool(true))));
    let [hear, decide] = s.acts(["hear", "decide"]);
    let not_waived = Guard::Not(Box::new(Guard::True(waived)));
    s.rule_when(KindSpec::condition(), hear, decide, Some(not_waived));
    let mut story = s.opens("2024-03-01");
    assert!(!story.allows("decide"));
    story.does("2024-03-01", "waive");
    assert!(story.allows("decide"));
}

// 15.8 Strength and owners

#[test]
fn a_warning_does_not_refuse_but_is_told() {
    let mut s = Stage::new();
    let [review, decide] = s.acts(["review", "decide"]);
    s.warning(KindSpec::condition(), review, decide);
    let mut story = s.opens("2024-03-01");
    let step = story.does("2024-03-01", "decide");
    let source = story.id("review");
    assert_eq!(step.warnings[0].why, Why::NotDone { source });
    story.does("2024-03-02", "review");
    assert!(story.does("2024-03-02", "decide").warnings.is_empty());
}

#[test]
fn a_partys_burden_lapses_under_its_own_name() {
    let mut s = Stage::new();
    let file = s.act("file");
    let cure = s.act_with("cure", |e| e.owner = kernel::Owner::Party);
    s.rule(within(days(5)), file, cure);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let acts = story.passes_to("2024-04-01");
    let kernel::ClockAct::Breach(lapse) = &acts[0] else { panic!("a lapse") };
    assert_eq!(lapse.owner, kernel::Owner::Party);
}

#[test]
fn a_due_day_is_found_behind_the_instances_of_a_template() {
    let mut s = Stage::new();
    let [file, early] = s.acts(["file", "early"]);
    let template = s.b.template("department", 3);
    s.act_with("reply", |e| e.template = Some(template));
    let [answer, escalate, review] = s.acts(["answer", "escalate", "review"]);
    s.rule(within(days(3)), file, early);
    s.rule(within(days(10)), file, answer);
    s.rule(within(days(5).from(answer.due().unwrap())), escalate, review);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "escalate");
    assert_eq!(story.due("review"), "2024-03-16");
}

#[test]
fn a_due_day_of_an_instance_is_that_of_the_same_instance() {
    let mut s = Stage::new();
    let consult = s.act("consult");
    let template = s.b.template("department", 2);
    let in_it = |e: &mut kernel::EventSpec| e.template = Some(template);
    let [reply, ask, remind, urge] =
        ["reply", "ask", "remind", "urge"].map(|name| s.act_with(name, in_it));
    s.rule(KindSpec::Spawn(template), consult, consult);
    s.rule(within(days(10)), ask, reply);
    s.rule(within(days(5).from(reply.due().unwrap())), remind, urge);
    let mut story = s.opens("2024-03-01");
    for (date, key) in [("2024-03-01", "police"), ("2024-03-02", "taxes")] {
        story.spawns(date, "consult", key).unwrap();
    }
    let of = |story: &Story, key, name| {
        story.marking.instance_event(&story.graph, template, key, name).unwrap()
    };
    let tries = |story: &mut Story, date, key, name| {
        let act = kernel::Act::bare(of(story, key, name), at(date));
        let env = env(&story.calendar, &story.params);
        kernel::step(&story.graph, &mut story.marking, &env, &act)
    };
    tries(&mut story, "2024-03-02", "taxes", "ask").unwrap();
    let early = tries(&mut story, "2024-03-03", "police", "remind").unwrap_err();
    assert_eq!(early.failing[0].why, Why::Unknown(Missing::Duty(of(&story, "police", "reply"))));
    tries(&mut story, "2024-03-03", "taxes", "remind").unwrap();
    let due = story.marking.duty(of(&story, "taxes", "urge")).unwrap().due().unwrap();
    assert_eq!(due.due.day(), day("2024-03-17"));
}

#[test]
fn a_due_day_of_some_instance_is_refused_at_load() {
    let mut s = Stage::new();
    let [escalate, review] = s.acts(["escalate", "review"]);
    let template = s.b.template("department", 2);
    let reply = s.act_with("reply", |e| e.template = Some(template));
    s.rule(within(days(5).from(reply.due().unwrap())), escalate, review);
    let faults = s.b.build().unwrap_err();
    assert!(matches!(faults[..], [kernel::BuildError::AnchorNotOneEvent { .. }]));
}

#[test]
fn a_field_stated_twice_is_refused_even_with_one_value() {
    let mut s = Stage::new();
    let served = s.field("served", FieldKind::Day);
    s.act_with("register", |e| e.fields = vec![(served, true)]);
    let mut story = s.opens("2024-03-01");
    let twice = [(served, Value::Day(day("2024-03-01"))), (served, Value::Day(day("2024-02-01")))];
    let refusal = story.tries("2024-03-01", "register", &twice).unwrap_err();
    assert_eq!(refusal.failing.len(), 1);
    assert_eq!(refusal.failing[0].why, Why::FieldTwice { field: served });
    let act = kernel::Act {
        payload: &twice,
        ..kernel::Act::bare(story.id("register"), at("2024-03-01"))
    };
    let env = env(&story.calendar, &story.params);
    assert!(kernel::record(&story.graph, &mut story.marking, &env, &act).is_err());
    story.states("2024-03-01", "register", &twice[..1]);
}

// 15.13 Certification rests on the untimed step

#[test]
fn the_untimed_rows_agree_with_the_step_on_plain_graphs() {
    let mut s = Stage::new();
    let [file, hear, decide, close] = s.acts(["file", "hear", "decide", "close"]);
    s.rule(KindSpec::condition(), file, decide);
    s.rule(some_time(), file, hear);
    s.rule(KindSpec::Milestone, hear, decide);
    s.rule(KindSpec::Exclude, close, decide);
    s.rule(KindSpec::Include, file, decide);
    let mut story = s.opens("2024-03-01");
    let untimed = kernel::Untimed::<1>::of(&story.graph).unwrap();
    let mut bits = untimed.initial();
    for name in ["decide", "file", "decide", "hear", "decide", "close", "decide", "file", "hear"] {
        let event = story.id(name);
        let happened = story.tries("2024-03-01", name, &[]).is_ok();
        assert_eq!(untimed.step(&mut bits, event), happened, "{name}");
        assert_eq!(untimed.is_accepting(&bits), story.accepts(), "{name}");
    }
}

// 15.14 What a step gives

#[test]
fn the_relations_an_act_fires_are_those_whose_guards_hold_and_the_open_stops_it_ends() {
    let mut s = Stage::new();
    let urgent = s.field("urgent", FieldKind::Bool);
    let file = s.act_with("file", |e| e.fields = vec![(urgent, true)]);
    let [decide, pause, go_on] = s.acts(["decide", "pause", "go on"]);
    s.rule_when(within(days(2)), file, decide, Some(Guard::True(urgent)));
    s.rule(within(days(9)), file, decide);
    s.rule(KindSpec::condition(), file, decide);
    s.rule(KindSpec::Include, file, decide);
    s.rule(KindSpec::Stop { until: go_on }, pause, decide);
    let mut story = s.opens("2024-03-01");
    let fires = |story: &Story, name: &str, payload: &[_]| {
        let act = kernel::Act { payload, ..kernel::Act::bare(story.id(name), at("2024-03-01")) };
        let env = env(&story.calendar, &story.params);
        let fired = kernel::fired(&story.graph, &story.marking, &env, &act);
        fired.into_iter().map(kernel::RelationId::index).collect::<Vec<_>>()
    };
    assert_eq!(fires(&story, "file", &[(urgent, Value::Bool(true))]), [0, 1, 3]);
    assert_eq!(fires(&story, "file", &[(urgent, Value::Bool(false))]), [1, 3]);
    assert_eq!(fires(&story, "pause", &[]), [4]);
    assert!(fires(&story, "go on", &[]).is_empty());
    story.does("2024-03-01", "pause");
    assert_eq!(fires(&story, "go on", &[]), [4]);
}

#[test]
fn what_the_clock_did_comes_with_the_act_in_order() {
    let mut s = Stage::new();
    let [file, answer, close] = s.acts(["file", "answer", "close"]);
    s.rule(within(days(5)), file, answer);
    let _ = close;
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    let step = story.does("2024-03-20", "close");
    assert_eq!(story.breach(&step.clock_acts[0]).unwrap().1, "2024-03-07");
}

#[test]
fn asking_what_is_owed_writes_nothing() {
    let story = decided(days(5), "2024-03-01");
    let before = story.marking.clone();
    let env = env(&story.calendar, &story.params);
    let outlook = kernel::outlook(&story.graph, &story.marking, &env, at("2024-05-01"));
    assert!(outlook.owed[0].late && outlook.clock_acts.len() == 1);
    assert_eq!(story.marking, before);
}

#[test]
fn every_date_shows_its_working() {
    let story = decided(workdays(5), "2024-09-30");
    let duty = story.marking.duty(story.id("decide")).unwrap();
    let steps = working(duty, &story.calendar);
    let last = steps.last().unwrap();
    assert_eq!(*last, kernel::WorkingStep::Due(at("2024-10-12 23:59:59")));
    let skipped = (1..=7).map(|d| day(&format!("2024-10-0{d}"))).collect();
    assert!(steps.contains(&kernel::WorkingStep::Skipped(skipped)));
}

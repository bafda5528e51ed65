//! What a graph may not say (L0): each is refused when it is built, never found out in a case.

use kernel::{
    BuildError, Effect, Effective, EventSpec, FieldKind, KindSpec, Limit, Merge, Period, Repeat,
    Unit,
};

use crate::stage::{Stage, days, overdue, within};

fn faults(stage: Stage) -> Vec<BuildError> {
    stage.b.build().unwrap_err()
}

fn remind(limit: Limit) -> KindSpec {
    overdue(Effect::Respond { limit: Some(limit), merge: Merge::Replace })
}

fn hours(n: u32) -> Limit {
    Limit::new(n, Unit::Hour, false)
}

#[test]
fn a_breach_that_owes_itself_again_at_once_is_refused() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(1)), file, answer);
    s.rule(remind(hours(0)), answer, answer);
    assert!(matches!(faults(s)[..], [BuildError::BreachesWithoutPause { .. }]));
}

#[test]
fn a_circle_of_breaches_without_pause_is_refused_at_each_of_its_relations() {
    let mut s = Stage::new();
    let since = s.field("since", FieldKind::Instant);
    let [answer, report, explain] = s.acts(["answer", "report", "explain"]);
    s.rule(remind(hours(0)), answer, report);
    s.rule(remind(hours(4).from(kernel::Anchor::Field(since))), report, answer);
    // Not on the circle.
    s.rule(remind(hours(0)), report, explain);
    let each = |e: &BuildError| matches!(e, BuildError::BreachesWithoutPause { .. });
    let faults = faults(s);
    assert!(faults.len() == 2 && faults.iter().all(each), "{faults:?}");
}

#[test]
fn a_circle_of_breaches_with_a_pause_is_lawful() {
    let mut s = Stage::new();
    let [file, answer, report] = s.acts(["file", "answer", "report"]);
    s.rule(within(days(0)), file, answer);
    s.rule(remind(hours(0)), answer, report);
    s.rule(remind(hours(1)), report, answer);
    s.rule(remind(days(0)), report, report);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(story.breaches_to("2024-03-02 12:00").len() < 30);
}

#[test]
fn an_extension_by_what_is_no_length_is_refused() {
    let mut s = Stage::new();
    let [file, answer, prolong] = s.acts(["file", "answer", "prolong"]);
    s.rule(within(days(10)), file, answer);
    let limit = Limit { period: Period::MonthEnd, ..days(0) };
    s.rule(KindSpec::Extend { limit, max: 1 }, prolong, answer);
    assert!(matches!(faults(s)[..], [BuildError::ExtensionWithoutLength { .. }]));
}

/// An act of the clock and a template it would create an instance of.
fn spawned_by_the_clock() -> (Stage, kernel::Node, KindSpec) {
    let mut s = Stage::new();
    let deemed = s.act_with("deemed", |e: &mut EventSpec| {
        e.automatic = Some(Effective::Executed);
        e.repeat = Repeat::Once;
    });
    let template = s.b.template("department", 2);
    s.act_with("reply", |e| e.template = Some(template));
    (s, deemed, KindSpec::Spawn(template))
}

#[test]
fn the_clock_creates_no_instance_for_it_has_no_key() {
    let (mut s, deemed, spawn) = spawned_by_the_clock();
    s.rule(spawn, deemed, deemed);
    assert!(matches!(faults(s)[..], [BuildError::ClockSpawns { .. }]));
}

#[test]
fn a_choice_the_clock_may_take_creates_no_instance() {
    let (mut s, deemed, spawn) = spawned_by_the_clock();
    let consult = s.act("consult");
    let group = EventSpec::act("either", kernel::ClauseId::new(0));
    let either = s.b.choice(group, &[deemed, consult], false);
    s.rule(spawn, either, either);
    assert!(matches!(faults(s)[..], [BuildError::ClockSpawns { .. }]));
}

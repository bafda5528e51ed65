//! The trap list (section 11), and groups and instances (section 10).

use kernel::{
    BuildError, Builder, Clause, EventSpec, FieldKind, Guard, KindSpec, TemplateId, Value, Why,
};

use crate::stage::*;

#[test]
fn a_condition_from_an_excluded_act_is_void_and_comes_back_with_it() {
    let mut s = Stage::new();
    let [hear, decide, waive, insist] = s.acts(["hear", "decide", "waive", "insist"]);
    s.rule(KindSpec::condition(), hear, decide);
    s.rule(KindSpec::Exclude, waive, hear);
    s.rule(KindSpec::Include, insist, hear);
    let mut story = s.opens("2024-03-01");
    assert!(!story.allows("decide"));
    story.does("2024-03-01", "waive");
    assert!(story.allows("decide"));
    story.does("2024-03-02", "insist");
    assert!(!story.allows("decide"));
}

#[test]
fn the_wait_of_an_excluded_act_is_void_too() {
    let mut s = Stage::new();
    let [publish, decide, waive] = s.acts(["publish", "decide", "waive"]);
    s.rule(after(days(30), kernel::End::Ready), publish, decide);
    s.rule(KindSpec::Exclude, waive, publish);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "publish");
    assert!(!story.allows("decide"));
    story.does("2024-03-02", "waive");
    assert!(story.allows("decide"));
}

#[test]
fn a_milestone_from_an_excluded_act_is_void_even_while_it_is_owed() {
    let mut s = Stage::new();
    let [file, hear, decide, waive] = s.acts(["file", "hear", "decide", "waive"]);
    s.rule(some_time(), file, hear);
    s.rule(KindSpec::Milestone, hear, decide);
    s.rule(KindSpec::Exclude, waive, hear);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(!story.allows("decide"));
    story.does("2024-03-02", "waive");
    assert!(story.allows("decide") && story.owes("hear"));
}

#[test]
fn exclusion_never_undoes_an_execution() {
    let mut s = Stage::new();
    let [hear, decide, waive, insist] = s.acts(["hear", "decide", "waive", "insist"]);
    s.rule(KindSpec::condition(), hear, decide);
    s.rule(KindSpec::Exclude, waive, hear);
    s.rule(KindSpec::Include, insist, hear);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "hear");
    story.does("2024-03-02", "waive");
    story.does("2024-03-03", "insist");
    assert!(story.allows("decide"));
}

#[test]
fn a_duty_on_an_excluded_act_sleeps_and_wakes_with_it() {
    let mut s = Stage::new();
    let [file, resume] = s.acts(["file", "resume"]);
    let answer = s.act_with("answer", |e| e.included = false);
    s.rule(within(days(90)), file, answer);
    s.rule(KindSpec::Include, resume, answer);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(story.owes("answer") && story.accepts());
    story.does("2024-03-11", "resume");
    assert!(!story.accepts());
    assert_eq!(story.due("answer"), "2024-05-30");
}

#[test]
fn an_undated_duty_is_not_no_duty() {
    let mut s = Stage::new();
    let [file, answer, close] = s.acts(["file", "answer", "close"]);
    s.rule(some_time(), file, answer);
    s.rule(KindSpec::Milestone, answer, close);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert!(!story.accepts() && !story.allows("close"));
    assert!(story.breaches_to("2034-03-01").is_empty());
}

#[test]
fn a_case_in_which_nothing_has_begun_is_accepting() {
    let mut s = Stage::new();
    let [file, answer] = s.acts(["file", "answer"]);
    s.rule(within(days(5)), file, answer);
    assert!(s.opens("2024-03-01").accepts());
}

#[test]
fn conditions_in_a_circle_kill_both_acts() {
    let mut s = Stage::new();
    let [one, other] = s.acts(["one", "other"]);
    s.rule(KindSpec::condition(), one, other);
    s.rule(KindSpec::condition(), other, one);
    let story = s.opens("2024-03-01");
    assert!(!story.allows("one") && !story.allows("other"));
}

#[test]
fn enabledness_never_reads_what_the_act_itself_states_but_effects_do() {
    let mut s = Stage::new();
    let flag = s.field("large", FieldKind::Bool);
    let review = s.act("review");
    let decide = s.act_with("decide", |e| e.fields.push((flag, true)));
    let report = s.act("report");
    s.rule_when(KindSpec::condition(), review, decide, Some(Guard::True(flag)));
    s.rule_when(within(days(5)), decide, report, Some(Guard::True(flag)));
    let mut story = s.opens("2024-03-01");
    // The field is unknown before the act: the condition applies whatever the act states.
    let no = [(flag, Value::Bool(false))];
    assert!(story.tries("2024-03-01", "decide", &no).is_err());
    story.does("2024-03-01", "review");
    story.states("2024-03-01", "decide", &[(flag, Value::Bool(true))]);
    assert!(story.owes("report"));
}

#[test]
fn a_later_change_of_a_field_does_not_undo_effects_already_taken() {
    let mut s = Stage::new();
    let flag = s.field("large", FieldKind::Bool);
    let file = s.act_with("file", |e| e.fields.push((flag, true)));
    let report = s.act("report");
    s.rule_when(within(days(5)), file, report, Some(Guard::True(flag)));
    let mut story = s.opens("2024-03-01");
    story.states("2024-03-01", "file", &[(flag, Value::Bool(true))]);
    story.states("2024-03-02", "file", &[(flag, Value::Bool(false))]);
    assert_eq!(story.due("report"), "2024-03-06");
}

#[test]
fn a_group_end_stands_for_every_act_below_it_on_both_sides_and_itself() {
    let mut s = Stage::new();
    let [archive, hear, decide] = s.acts(["archive", "hear", "decide"]);
    let inner = s.b.group("inner", &[hear, decide]);
    let case = s.b.group("case", &[archive, inner]);
    s.rule(KindSpec::Exclude, archive, case);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "archive");
    assert!(!story.is_in("archive") && !story.is_in("hear") && !story.is_in("decide"));
}

#[test]
fn a_group_bars_as_a_milestone_while_any_member_is_owed() {
    let mut s = Stage::new();
    let [file, hear, check, decide] = s.acts(["file", "hear", "check", "decide"]);
    let duties = s.b.group("duties", &[hear, check]);
    s.rule(some_time(), file, duties);
    s.rule(KindSpec::Milestone, duties, decide);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01", "file");
    assert_eq!(story.refuses_because("2024-03-01", "decide").len(), 2);
    story.does("2024-03-01", "hear");
    story.does("2024-03-01", "check");
    assert!(story.allows("decide"));
}

#[test]
fn three_articles_on_one_pair_are_three_reasons() {
    let mut s = Stage::new();
    let [hear, decide] = s.acts(["hear", "decide"]);
    s.rule(KindSpec::condition(), hear, decide);
    s.rule(KindSpec::condition(), hear, decide);
    s.rule(after(days(3), kernel::End::Ready), hear, decide);
    let mut story = s.opens("2024-03-01");
    let refusal = story.refuses("2024-03-01", "decide");
    let cited: Vec<&str> =
        refusal.failing.iter().map(|f| story.graph.clause(f.clause).name.as_str()).collect();
    assert_eq!(cited, ["r1", "r2", "r3"]);
}

#[test]
fn an_excluded_act_is_refused_by_the_rule_that_took_it_out() {
    let mut s = Stage::new();
    let [hear, waive, insist] = s.acts(["hear", "waive", "insist"]);
    s.rule(KindSpec::Exclude, waive, hear);
    s.rule(KindSpec::Include, insist, hear);
    let mut story = s.opens("2024-03-01");
    story.does("2024-03-01 10:00", "waive");
    let refusal = story.refuses("2024-03-02", "hear");
    assert_eq!(story.graph.clause(refusal.failing[0].clause).name, "r1");
    let closed_by = Some((story.id("waive"), at("2024-03-01 10:00")));
    let opened_by = vec![story.id("insist")];
    assert_eq!(refusal.failing[0].why, Why::NotIncluded { closed_by, opened_by });
}

#[test]
fn an_unguarded_include_and_exclude_of_one_pair_is_refused_at_load() {
    let mut b = Builder::new("test");
    let clause = Clause { name: "a".into(), citations: vec!["law#1".into()], reason: None };
    let clause = b.clause(clause);
    let one = b.event(EventSpec::act("one", clause));
    let other = b.event(EventSpec::act("other", clause));
    b.relate(KindSpec::Exclude, one, other, clause);
    b.relate(KindSpec::Include, one, other, clause);
    let errors = b.build().unwrap_err();
    assert!(matches!(errors[..], [BuildError::IncludeAndExclude { .. }]));
}

/// consult creates an instance with reply, which close waits for.
fn consultation(cap: u16) -> Stage {
    let mut s = Stage::new();
    let [consult, close] = s.acts(["consult", "close"]);
    let department = s.b.template("department", cap);
    let in_it = |e: &mut EventSpec| {
        e.template = Some(department);
        e.pending = Some(Some(days(10)));
    };
    let reply = s.act_with("reply", in_it);
    s.rule(KindSpec::Spawn(department), consult, consult);
    s.rule(KindSpec::condition(), reply, close);
    s.rule(KindSpec::Exclude, consult, reply);
    s
}

const DEPARTMENT: usize = 0;

#[test]
fn an_outer_act_waits_for_all_instances_and_for_none_if_there_is_none() {
    let mut story = consultation(3).opens("2024-03-01");
    assert!(story.allows("close"));
    story.spawns("2024-03-01", "consult", "police").unwrap();
    assert!(!story.allows("close"));
}

#[test]
fn the_act_that_creates_an_instance_does_not_touch_it() {
    let mut story = consultation(3).opens("2024-03-01");
    story.spawns("2024-03-01", "consult", "police").unwrap();
    story.spawns("2024-03-05", "consult", "taxes").unwrap();
    let template = TemplateId::new(DEPARTMENT);
    let reply = |key| story.marking.instance_event(&story.graph, template, key, "reply").unwrap();
    // The second consultation excludes the first reply, not the one it creates.
    assert!(!story.marking.included.has(reply("police")));
    assert!(story.marking.included.has(reply("taxes")));
    let due = story.marking.duty(reply("taxes")).unwrap().due().unwrap().due;
    assert_eq!(due.day(), day("2024-03-15"));
}

#[test]
fn a_key_is_used_once_and_a_template_has_a_cap() {
    let mut story = consultation(2).opens("2024-03-01");
    let template = TemplateId::new(DEPARTMENT);
    let refused = |exists| Why::InstanceRefused { template, cap: 2, exists };
    story.spawns("2024-03-01", "consult", "police").unwrap();
    let again = story.spawns("2024-03-02", "consult", "police").unwrap_err();
    assert_eq!(again.failing[0].why, refused(true));
    story.spawns("2024-03-02", "consult", "taxes").unwrap();
    let third = story.spawns("2024-03-03", "consult", "water").unwrap_err();
    assert_eq!(third.failing[0].why, refused(false));
    assert_eq!(story.refuses_because("2024-03-03", "consult"), [refused(false)]);
}

#[test]
fn a_guarded_spawn_creates_nothing_where_its_guard_is_false() {
    let mut s = Stage::new();
    let flag = s.field("wanted", FieldKind::Bool);
    let department = s.b.template("department", 2);
    let consult = s.act_with("consult", |e| e.fields.push((flag, true)));
    s.act_with("reply", |e| e.template = Some(department));
    s.rule_when(KindSpec::Spawn(department), consult, consult, Some(Guard::True(flag)));
    let mut story = s.opens("2024-03-01");
    story.states("2024-03-01", "consult", &[(flag, Value::Bool(false))]);
    assert!(story.marking.keys(department).is_empty());
    let wanted = [(flag, Value::Bool(true))];
    assert!(story.tries("2024-03-01", "consult", &wanted).is_err());
}

#[test]
fn instances_that_do_not_exist_bar_no_extension_and_open_no_stop() {
    let mut s = Stage::new();
    let [extend, file, decide, pause] = s.acts(["extend", "file", "decide", "pause"]);
    let department = s.b.template("department", 2);
    let reply = s.act_with("reply", |e| e.template = Some(department));
    s.rule(KindSpec::Extend { limit: days(5), max: 1 }, extend, reply);
    s.rule(within(days(9)), file, decide);
    s.rule(KindSpec::Stop { until: reply }, pause, decide);
    let mut story = s.opens("2024-03-01");
    assert!(story.allows("extend"));
    story.does("2024-03-01", "file");
    story.does("2024-03-02", "pause");
    assert_eq!(story.due("decide"), "2024-03-10");
}

#[test]
fn relations_inside_a_template_stay_inside_one_instance() {
    let mut s = Stage::new();
    let consult = s.act("consult");
    let department = s.b.template("department", 2);
    let ask = s.act_with("ask", |e| e.template = Some(department));
    let reply = s.act_with("reply", |e| e.template = Some(department));
    s.rule(KindSpec::Spawn(department), consult, consult);
    s.rule(within(days(5)), ask, reply);
    let mut story = s.opens("2024-03-01");
    story.spawns("2024-03-01", "consult", "police").unwrap();
    story.spawns("2024-03-01", "consult", "taxes").unwrap();
    let of = |key, name| story.marking.instance_event(&story.graph, department, key, name).unwrap();
    let (ask, here, there) = (of("police", "ask"), of("police", "reply"), of("taxes", "reply"));
    let env = env(&story.calendar, &story.params);
    let act = kernel::Act::bare(ask, at("2024-03-02"));
    kernel::step(&story.graph, &mut story.marking, &env, &act).unwrap();
    assert!(story.marking.pending.has(here) && !story.marking.pending.has(there));
}

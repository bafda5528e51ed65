//! The traps of the semantics that a load check finds, each on the smallest graph that has it.
#![allow(clippy::unwrap_used)]

mod common;

use certify::{Check, OpenTest, Options, Property, Verdict, certify};
use common::{
    Draft, check, days, event, finding, graph, no_faults, options, proved, refuted, wait,
};
use kernel::KindSpec;

#[test]
fn a_condition_cycle_kills_both_acts() {
    let certificate = check(&graph("a b", "a -> b\n b -> a"), &[]);
    for name in ["a", "b"] {
        assert_eq!(finding(&certificate, Check::DeadEvent, name).verdict, Verdict::Refuted);
    }
    assert!(certificate.blocking().count() == 2);
}

#[test]
fn a_self_condition_is_dead() {
    let certificate = check(&graph("a b", "a -> a"), &[]);
    assert_eq!(finding(&certificate, Check::DeadEvent, "a").verdict, Verdict::Refuted);
    assert_eq!(finding(&certificate, Check::DeadEvent, "b").verdict, Verdict::Proved);
}

#[test]
fn a_self_milestone_on_an_owed_act_is_a_stuck_duty() {
    let certificate = check(&graph("a b", "a => b\n b <> b"), &[]);
    assert_eq!(refuted(&certificate, Check::StuckDuty, "b"), ["a"]);
    assert_eq!(refuted(&certificate, Check::Trap, "test"), ["a"]);
}

#[test]
fn a_condition_is_switched_off_while_its_source_is_out() {
    let mut draft = Draft::new();
    for act in ["open", "decide", "serve-", "close"] {
        draft.act(act);
    }
    draft.rules("open -> decide\n decide + serve\n decide => serve\n serve -> close");
    let certificate = check(&draft.graph(), &[]);
    assert_eq!(refuted(&certificate, Check::SwitchedOff, "serve -> close"), ["close"]);
    assert_eq!(
        finding(&certificate, Check::SwitchedOff, "open -> decide").verdict,
        Verdict::Proved
    );
    no_faults(&certificate);
}

#[test]
fn a_disjunction_as_two_conditions_refuses_lawful_acts() {
    let certificate = check(&graph("a b c!", "a % b\n b % a\n a -> c\n b -> c"), &[]);
    // With exclusion the other condition is void, so c can be done after either ...
    assert_eq!(finding(&certificate, Check::DeadEvent, "c").verdict, Verdict::Proved);
    // ... and the law that asked for b is silently gone.
    assert_eq!(refuted(&certificate, Check::SwitchedOff, "b -> c"), ["a", "c"]);
}

#[test]
fn an_archive_that_excludes_everything_hides_the_trap() {
    let rules =
        "start => report\n report -> report\n archive % start\n archive % report\n archive % other";
    let certificate = check(&graph("start report other archive", rules), &[]);
    assert_eq!(finding(&certificate, Check::Trap, "test").verdict, Verdict::Proved);
    let erased = finding(&certificate, Check::ErasedDuty, "report");
    assert_eq!(erased.verdict, Verdict::Refuted);
}

#[test]
fn an_overridden_duty_is_found() {
    let mut draft = Draft::new();
    let (a, b, f) = (draft.act("a"), draft.act("b"), draft.act("f"));
    draft.relate(KindSpec::response(days(7)), a, f);
    draft.relate(KindSpec::response(None), b, f);
    let certificate = check(&draft.graph(), &[]);
    assert_eq!(refuted(&certificate, Check::OverriddenDuty, "b -> f"), ["a", "b"]);
}

#[test]
fn stated_properties_are_decided() {
    let graph = graph("a* b c-", "a -> b\n b + c\n b => c");
    let (a, b, c) = (event(&graph, "a"), event(&graph, "b"), event(&graph, "c"));
    let properties = [
        Property::Before { first: a, then: b },
        Property::Before { first: b, then: a },
        Property::After { first: b, then: c },
        Property::After { first: c, then: b },
        Property::AtMostOnce(a),
        Property::Exclusive(a, c),
        Property::Final { event: c, except: vec![a] },
        Property::Final { event: b, except: vec![a] },
        Property::Never(c),
    ];
    let certificate = check(&graph, &properties);
    let proved = |name: &str| finding(&certificate, Check::Stated, name).verdict == Verdict::Proved;
    assert!(proved("a before b"));
    assert_eq!(refuted(&certificate, Check::Stated, "b before a"), ["a"]);
    assert!(proved("after b c"));
    assert_eq!(refuted(&certificate, Check::Stated, "after c b"), ["a", "b", "c"]);
    assert_eq!(refuted(&certificate, Check::Stated, "at most once a"), ["a", "a"]);
    assert_eq!(refuted(&certificate, Check::Stated, "never both a and c"), ["a", "b", "c"]);
    assert!(proved("c is final"));
    assert_eq!(refuted(&certificate, Check::Stated, "b is final"), ["a", "b"]);
    assert_eq!(refuted(&certificate, Check::Stated, "never c"), ["a", "b", "c"]);
    no_faults(&certificate);
}

#[test]
fn a_wait_is_kept_in_the_replay() {
    let mut draft = Draft::new();
    let (notice, hearing) = (draft.act("notice"), draft.act("hearing"));
    draft.relate(wait(7), notice, hearing);
    let graph = draft.graph();
    let certificate = check(&graph, &[Property::Never(event(&graph, "hearing"))]);
    assert_eq!(refuted(&certificate, Check::Stated, "never hearing"), ["notice", "hearing"]);
    let witness = finding(&certificate, Check::Stated, "never hearing").witness.as_ref().unwrap();
    assert_eq!(witness.steps[1].at.as_deref(), Some("2024-01-15 00:00"));
}

#[test]
fn a_healthy_graph_is_proved_throughout() {
    let certificate = check(&graph("a b c", "a -> b\n a => b\n b -> c\n b <> c"), &[]);
    for check in [Check::DeadEvent, Check::Trap, Check::StuckDuty, Check::SwitchedOff] {
        assert!(proved(&certificate, check), "{certificate:#?}");
    }
    assert_eq!(certificate.blocking().count(), 0);
    no_faults(&certificate);
}

#[test]
fn waits_longer_than_a_limit_are_an_unavoidable_breach() {
    let mut draft = Draft::new();
    let notice = draft.act("notice");
    let [call, hearing, decide] = ["call", "hearing", "decide"].map(|n| draft.act(n));
    draft.relate(KindSpec::response(days(5)), notice, decide);
    draft.relate(KindSpec::response(days(9)), notice, hearing);
    draft.relate(KindSpec::condition(), notice, call);
    draft.relate(wait(7), call, hearing);
    draft.relate(KindSpec::condition(), hearing, decide);
    let certificate = check(&draft.graph(), &[]);
    let breached = finding(&certificate, Check::UnavoidableBreach, "notice -> decide");
    assert_eq!(breached.verdict, Verdict::Refuted);
    let alarms = certificate.of(Check::UnavoidableBreach).filter(|f| f.verdict == Verdict::Refuted);
    assert_eq!(alarms.count(), 1);
}

/// The procedure of a penalty with a hearing: the waits before the decision against its limit.
fn penalty(limit: u32) -> Draft {
    let mut draft = Draft::new();
    let [file, notify, ask, hear, decide] =
        ["file", "notify", "ask", "hear", "decide"].map(|n| draft.act(n));
    draft.relate(KindSpec::response(days(limit)), file, decide);
    draft.relate(KindSpec::condition(), file, notify);
    draft.relate(wait(5), notify, ask);
    draft.relate(wait(7), ask, hear);
    draft.relate(KindSpec::condition(), hear, decide);
    draft
}

#[test]
fn a_duty_with_time_for_its_waits_is_proved_with_its_last_days() {
    let certificate = check(&penalty(15).graph(), &[]);
    let duty = finding(&certificate, Check::UnavoidableBreach, "file -> decide");
    assert_eq!(duty.verdict, Verdict::Proved);
    let schedule = duty.schedule.as_ref().unwrap();
    let by = |name: &str| schedule.act_by.iter().find(|(n, _)| n == name).unwrap().1;
    assert_eq!((schedule.has, schedule.needs), (15, 12));
    assert_eq!((by("notify"), by("ask")), (3, 8));
}

#[test]
fn the_last_day_of_a_step_is_the_point_of_no_return() {
    let draft = penalty(15);
    let graph = draft.graph();
    let schedule = |notified: i64| {
        let mut days = Days::begin(&graph);
        days.act("file", 0);
        days.act("notify", notified);
        days.act("ask", notified + 5);
        days.act("hear", notified + 12);
        days.act("decide", notified + 12);
        days.breaches
    };
    assert_eq!(schedule(3), 0, "on the last day the duty is still met");
    assert_eq!(schedule(4), 1, "a day later it cannot be");
}

#[test]
fn waits_that_may_outlast_the_limit_are_not_proved() {
    let certificate = check(&penalty(11).graph(), &[]);
    let duty = finding(&certificate, Check::UnavoidableBreach, "file -> decide");
    assert_eq!(duty.verdict, Verdict::Refuted, "twelve days of waits in a limit of eleven");
    let mut draft = penalty(15);
    let [a, b] = ["a", "b"].map(|n| draft.act(n));
    draft.relate(KindSpec::response(days(5)), a, b);
    draft.relate(KindSpec::condition(), a, b);
    let certificate = check(&draft.graph(), &[]);
    let duty = finding(&certificate, Check::UnavoidableBreach, "a -> b");
    assert_eq!(duty.schedule.as_ref().map(|s| (s.has, s.needs)), Some((5, 0)));
}

#[test]
fn what_was_done_before_a_duty_but_is_owed_again_with_it_takes_its_time_again() {
    let again = |limit: u32| {
        let mut draft = Draft::new();
        let [ask, hear] = ["ask*", "hear*"].map(|n| draft.act(n));
        let [file, decide] = ["file", "decide"].map(|n| draft.act(n));
        draft.relate(wait(7), ask, hear);
        draft.relate(KindSpec::condition(), hear, file);
        draft.relate(KindSpec::condition(), file, decide);
        draft.relate(KindSpec::response(days(limit)), file, decide);
        draft.relate(KindSpec::response(None), file, ask);
        draft.relate(KindSpec::response(None), file, hear);
        draft.relate(KindSpec::Milestone, ask, hear);
        draft.relate(KindSpec::Milestone, hear, decide);
        let certificate = check(&draft.graph(), &[]);
        finding(&certificate, Check::UnavoidableBreach, "file -> decide").verdict.clone()
    };
    assert_eq!(again(7), Verdict::Proved);
    assert!(matches!(again(5), Verdict::NotProved(_)), "heard again, seven days after asking");
}

/// A case played day by day through the kernel.
struct Days<'g> {
    graph: &'g kernel::Graph,
    calendar: kernel::Calendar,
    marking: kernel::Marking,
    breaches: usize,
}

impl<'g> Days<'g> {
    const BEGIN: i64 = 19_730 * 86_400;

    fn begin(graph: &'g kernel::Graph) -> Self {
        let calendar = options().calendar;
        let env = kernel::Env { calendar: &calendar, params: &[] };
        let marking = kernel::Marking::initial(graph, &env, kernel::Instant(Self::BEGIN));
        Self { graph, calendar, marking, breaches: 0 }
    }

    fn act(&mut self, name: &str, day: i64) {
        let env = kernel::Env { calendar: &self.calendar, params: &[] };
        let at = kernel::Instant(Self::BEGIN + day * 86_400);
        let act = kernel::Act::bare(event(self.graph, name), at);
        let done = kernel::step(self.graph, &mut self.marking, &env, &act).unwrap();
        let breach = |a: &&kernel::ClockAct| matches!(a, kernel::ClockAct::Breach(_));
        self.breaches += done.clock_acts.iter().filter(breach).count();
    }
}

#[test]
fn a_stop_that_nobody_can_end_is_endless() {
    let mut draft = Draft::new();
    let [open, stop, resume, decide] = ["open", "stop", "resume", "decide"].map(|n| draft.act(n));
    draft.relate(KindSpec::response(days(30)), open, decide);
    draft.relate(KindSpec::Stop { until: resume }, stop, decide);
    // Resumed before it was stopped, it can never be resumed again.
    let mut run = refuted(&check(&draft.graph(), &[]), Check::EndlessStop, "stop -> decide");
    assert_eq!(run.pop().as_deref(), Some("stop"));
    assert!(run.contains(&"resume".to_owned()));
    draft.relate(KindSpec::condition(), stop, resume);
    assert!(proved(&check(&draft.graph(), &[]), Check::EndlessStop));
}

#[test]
fn an_extension_of_a_duty_without_limit_is_useless() {
    let mut draft = Draft::new();
    let [open, extend, decide] = ["open", "extend", "decide"].map(|n| draft.act(n));
    draft.relate(KindSpec::response(None), open, decide);
    let limit = days(10).unwrap();
    draft.relate(KindSpec::Extend { limit, max: 1 }, extend, decide);
    let certificate = check(&draft.graph(), &[]);
    let useless = finding(&certificate, Check::UselessExtension, "extend -> decide");
    assert_eq!(useless.verdict, Verdict::Refuted);
}

#[test]
fn open_tests_are_decided_over_all_runs() {
    let graph = graph("a b c*", "a -> b\n a => b");
    let [a, b, c] = ["a", "b", "c"].map(|n| event(&graph, n));
    let test = |name: &str, context: &[_], trace: &[_], positive| OpenTest {
        name: name.to_owned(),
        context: context.to_vec(),
        trace: trace.to_vec(),
        positive,
    };
    let tests = vec![
        test("first a then b", &[a, b], &[a, b], true),
        test("b alone", &[b], &[b], true),
        test("never b before a", &[a, b], &[b, a], false),
        test("a and no b is not accepted", &[a, b, c], &[a, c], false),
        test("twice c", &[c], &[c, c], true),
        test("a and no b", &[a, b], &[a], true),
    ];
    let options = Options { tests, ..options() };
    let certificate = certify(&graph, &[], &options, &mut || true);
    let wrong = certificate.of(Check::OpenTest).filter(|f| f.verdict != Verdict::Proved);
    assert_eq!(wrong.map(|f| f.name.as_str()).collect::<Vec<_>>(), ["a and no b"]);
}

#[test]
fn automatic_acts_that_open_one_another_are_a_cycle() {
    let certificate = check(&graph("a@ b@ c", "a + b\n b + a\n a -> c"), &[]);
    let cycle = |name: &str| finding(&certificate, Check::AutomaticCycle, name).verdict.clone();
    assert_eq!(cycle("a"), Verdict::Refuted);
    assert_eq!(cycle("b"), Verdict::Refuted);
}

#[test]
fn a_search_out_of_budget_says_so() {
    let graph = graph("a b", "a -> b");
    let certificate = certify(&graph, &[], &options(), &mut || false);
    assert!(certificate.blocking().next().is_some());
    let reason = |f: &certify::Finding| matches!(f.verdict, Verdict::NotProved(_));
    assert!(certificate.findings.iter().all(reason));
}

/// Relations that follow no structure: no order of the bits keeps the diagrams small.
fn tangle(events: usize) -> (Draft, Vec<kernel::Node>) {
    let mut draft = Draft::new();
    let nodes: Vec<_> = (0..events).map(|i| draft.act(&format!("e{i}"))).collect();
    let mut seed = 7u64;
    let mut roll = |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % sides
    };
    for _ in 0..3 * events {
        let (a, b) = (nodes[roll(events)], nodes[roll(events)]);
        match roll(4) {
            _ if a == b => {}
            0 => draft.relate(KindSpec::condition(), a, b),
            1 => draft.relate(KindSpec::response(None), a, b),
            2 => draft.relate(KindSpec::Exclude, a, b),
            _ => draft.relate(KindSpec::Include, a, b),
        }
    }
    (draft, nodes)
}

#[test]
fn what_is_too_large_to_search_whole_is_still_refuted_where_a_run_shows_it() {
    let (mut draft, nodes) = tangle(40);
    let free = draft.act("free");
    let shut = draft.act("shut");
    draft.relate(KindSpec::condition(), shut, shut);
    let graph = draft.graph();
    let _ = (nodes, free);
    let [free, shut] = ["free", "shut"].map(|n| event(&graph, n));
    let properties = [Property::Never(free), Property::Never(shut)];
    let options = Options { nodes_max: 20_000, ..options() };
    let certificate = certify(&graph, &properties, &options, &mut || true);
    assert_eq!(certificate.method.states, None);
    let verdicts: Vec<_> = certificate.of(Check::Stated).map(|f| f.verdict.clone()).collect();
    assert_eq!(verdicts[0], Verdict::Refuted);
    assert!(matches!(&verdicts[1], Verdict::NotProved(why) if why.starts_with("bounded")));
    assert!(certificate.of(Check::Stated).next().unwrap().witness.is_some());
    assert!(certificate.of(Check::Trap).all(|f| matches!(f.verdict, Verdict::NotProved(_))));
}

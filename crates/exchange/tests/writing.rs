//! Is a graph that was written and read again the same to whoever works with it, and is everything
//! else in the list of losses?

#![allow(clippy::unwrap_used)]

use exchange::{Lang, read, write};
use kernel::{
    Act, Builder, Calendar, Clause, ClauseId, Day, End, Env, EventSpec, Graph, Guard, KindSpec,
    Limit, Marking, Node, RelationSpec, Repeat, Strength, Unit, Wait, Year, outlook, step,
};

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn clause(b: &mut Builder, name: &str) -> ClauseId {
    b.clause(Clause {
        name: name.to_owned(),
        citations: vec![format!("act@1#{name}")],
        reason: None,
    })
}

/// Acts, choices as sources of effects, and plain relations.
fn random(dice: &mut Dice) -> Option<Graph> {
    let mut b = Builder::new("random");
    let acts: Vec<Node> = (0..3 + dice.roll(4))
        .map(|i| {
            let clause = clause(&mut b, &i.to_string());
            let mut spec = EventSpec::act(&format!("a{i}"), clause);
            spec.included = dice.roll(4) > 0;
            spec.pending = (dice.roll(5) == 0).then_some(None);
            spec.executed_at = (dice.roll(6) == 0).then_some(kernel::Instant(0));
            spec.repeat = [Repeat::Once, Repeat::Unlimited][dice.roll(2)];
            b.event(spec)
        })
        .collect();
    let choices: Vec<Node> = (0..dice.roll(3))
        .map(|i| {
            let clause = clause(&mut b, &format!("c{i}"));
            let members = [acts[dice.roll(acts.len())], acts[0]];
            let members = if members[0] == members[1] { &members[..1] } else { &members[..] };
            b.choice(EventSpec::act(&format!("c{i}"), clause), members, false)
        })
        .collect();
    for i in 0..4 + dice.roll(10) {
        let clause = clause(&mut b, &format!("r{i}"));
        let kind = match dice.roll(5) {
            0 => KindSpec::condition(),
            1 => KindSpec::response(None),
            2 => KindSpec::Exclude,
            3 => KindSpec::Include,
            _ => KindSpec::Milestone,
        };
        let effect = !matches!(kind, KindSpec::Condition { .. } | KindSpec::Milestone);
        let pick = dice.roll(acts.len() + if effect { choices.len() } else { 0 });
        let source = *acts.iter().chain(&choices).nth(pick).unwrap();
        b.relate(kind, source, acts[dice.roll(acts.len())], clause);
    }
    b.build().ok()
}

/// Names of the acts that may be done, and whether the case could be closed.
fn seen(graph: &Graph, case: &Marking, env: &Env) -> (Vec<String>, bool) {
    let found = outlook(graph, case, env, case.now);
    let mut possible: Vec<String> =
        found.possible.iter().map(|p| graph.event(p.event).name.clone()).collect();
    possible.sort();
    (possible, case.is_accepting(graph))
}

#[test]
fn written_and_read_again_a_plain_graph_allows_the_same_in_every_course() {
    let calendar = Calendar::new(0, &[Year { year: 2024, ..Year::default() }]).unwrap();
    let env = Env { calendar: &calendar, params: &[] };
    let at = Day::from_date(2024, 3, 1).unwrap().start();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut graphs, mut steps) = (0, 0);
    for _ in 0..600 {
        let Some(graph) = random(&mut dice) else { continue };
        let written = write(&graph);
        assert_eq!(written.relations, graph.relations.len());
        let again =
            read("r.xml", &written.xml).unwrap_or_else(|f| panic!("{}\n{}", f[0], written.xml));
        let again = again.graph;
        graphs += 1;
        for _ in 0..4 {
            let (mut one, mut two) =
                (Marking::initial(&graph, &env, at), Marking::initial(&again, &env, at));
            for _ in 0..12 {
                let (possible, accepting) = seen(&graph, &one, &env);
                assert_eq!(
                    seen(&again, &two, &env),
                    (possible.clone(), accepting),
                    "{}",
                    written.xml
                );
                if possible.is_empty() {
                    break;
                }
                let act = &possible[dice.roll(possible.len())];
                for (graph, case) in [(&graph, &mut one), (&again, &mut two)] {
                    let event = graph.event_named(act).unwrap();
                    step(graph, case, &env, &Act::bare(event, at)).unwrap();
                }
                steps += 1;
            }
        }
    }
    assert!(graphs > 200 && steps > 3000, "{graphs} graphs, {steps} steps");
}

/// Three acts, and whatever the test adds.
fn three(add: impl FnOnce(&mut Builder, [Node; 3], ClauseId)) -> Graph {
    let mut b = Builder::new("three");
    let own = clause(&mut b, "5");
    let nodes = ["a", "b", "c"]
        .map(|name| b.event(EventSpec { repeat: Repeat::Unlimited, ..EventSpec::act(name, own) }));
    add(&mut b, nodes, own);
    b.build().unwrap()
}

fn losses(graph: &Graph) -> Vec<(&'static str, usize)> {
    let written = write(graph);
    let left_out: usize = written.losses.iter().map(|l| l.left_out).sum();
    assert_eq!(written.relations + left_out, graph.relations.len());
    written.losses.iter().map(|l| (l.code, l.left_out)).collect()
}

fn condition(wait: Option<(u32, Unit, End)>) -> KindSpec {
    let wait = wait.map(|(n, unit, end)| Wait { limit: Limit::new(n, unit, false), end });
    let KindSpec::Condition { bound, lead, and_if, void_when_excluded, .. } = KindSpec::condition()
    else {
        unreachable!("a condition is one")
    };
    KindSpec::Condition { wait, bound, lead, and_if, void_when_excluded }
}

#[test]
fn natural_times_come_back_as_they_were_and_a_whole_period_as_one_day_more() {
    let graph = three(|b, [x, y, z], c| {
        b.relate(condition(Some((7, Unit::Day, End::Full))), x, y, c);
        b.relate(condition(Some((2, Unit::Month, End::Ready))), x, z, c);
        b.relate(KindSpec::response(Some(Limit::new(24, Unit::Hour, false))), x, z, c);
        b.relate(KindSpec::response(Some(Limit::new(1, Unit::Year, false))), x, y, c);
    });
    assert_eq!(losses(&graph), []);
    let xml = write(&graph).xml;
    for time in ["P8D", "P2M", "PT24H", "P1Y"] {
        assert!(xml.contains(&format!("time=\"{time}\"")), "{xml}");
    }
    assert!(xml.contains("description=\"act@1#5\""), "articles go along");
    let again = read("x.xml", &xml).unwrap().graph;
    assert_eq!(write(&again).xml.matches(" time=").count(), 4);
}

#[test]
fn what_the_format_cannot_say_is_a_loss_and_what_is_left_out_is_counted() {
    let one = |kind: KindSpec| three(|b, [x, y, _], c| b.relate(kind, x, y, c));
    let respond = |limit| KindSpec::response(Some(limit));
    let working = Limit::new(5, Unit::WorkingDay, false);
    let stop = three(|b, [x, y, z], c| b.relate(KindSpec::Stop { until: z }, x, y, c));
    let extend = KindSpec::Extend { limit: Limit::new(3, Unit::Day, false), max: 1 };
    let guarded = three(|b, [source, target, _], clause| {
        let field = b.field("urgent", kernel::FieldKind::Bool, false);
        let (when, strength) = (Some(Guard::True(field)), Strength::Refuse);
        let kind = KindSpec::Exclude;
        b.relation(RelationSpec { kind, source, target, when, strength, clause });
    });
    let warning = three(|b, [source, target, _], clause| {
        let (when, strength) = (None, Strength::Warn);
        let kind = KindSpec::condition();
        b.relation(RelationSpec { kind, source, target, when, strength, clause });
    });
    let choice = three(|b, [x, y, z], c| {
        let one_of = b.choice(EventSpec::act("one of", c), &[x, y], false);
        b.relate(KindSpec::condition(), one_of, z, c);
    });
    let people = three(|b, [x, y, _], c| {
        b.distinct(x, y, c);
        b.at_least(x, 2, c);
    });
    let cases = [
        (one(respond(working)), vec![("limit", 0)]),
        (one(respond(Limit::new(5, Unit::Day, true))), vec![("roll", 0)]),
        (one(condition(Some((5, Unit::WorkingDay, End::Ready)))), vec![("wait", 0)]),
        (one(condition(Some((5, Unit::Day, End::Lapse)))), vec![("wait", 0)]),
        (one(KindSpec::Overdue(kernel::Effect::Include)), vec![("overdue", 1)]),
        (one(extend), vec![("extension", 1)]),
        (stop, vec![("stop", 1)]),
        (guarded, vec![("guard-lost", 1)]),
        (warning, vec![("warning", 1)]),
        (choice, vec![("choice", 1)]),
        (people, vec![("at-least", 0), ("distinct", 0)]),
    ];
    for (graph, expected) in cases {
        assert_eq!(losses(&graph), expected, "{:?}", graph.relations);
        for loss in write(&graph).losses {
            assert!(loss.text(Lang::En).starts_with("5 (act@1#5): "));
            assert!(write(&graph).xml.contains(&loss.text(Lang::En).replace('"', "&quot;")));
            loss.text(Lang::Zh);
        }
    }
}

#[test]
fn names_with_signs_of_xml_survive() {
    let mut b = Builder::new("a \"graph\" & more");
    let c = clause(&mut b, "5");
    let x = b.event(EventSpec::act("<受理> & \"立案\"", c));
    b.relate(KindSpec::response(None), x, x, c);
    let graph = b.build().unwrap();
    let again = read("x.xml", &write(&graph).xml).unwrap().graph;
    assert_eq!(again.name, graph.name);
    assert!(again.event_named("<受理> & \"立案\"").is_some());
}

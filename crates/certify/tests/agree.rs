//! Random graphs: the symbolic answers against the kernel itself, explored one marking after
//! another at a standing clock.
//!
//! The explorer shares nothing with the checker but the graph: it asks the kernel's `step` and
//! `barriers` for everything.
// Long because one explorer serves all the comparisons.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{HashMap, HashSet, VecDeque};

use certify::{Certificate, Check, OpenTest, Options, Property, Subject, Verdict, certify};
use common::{Draft, equals, is_true, options};
use kernel::{
    Act, Calendar, Env, EventId, EventKind, EventSet, Facts, FieldId, FieldKind, Graph, Guard,
    Instant, Kind, KindSpec, Limit, Marking, Node, ParamId, Repeat, Unit, Value, Year, advance,
    barriers, step,
};

/// A small generator of numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

/// What a random graph may contain.
#[derive(Clone, Copy, Default)]
struct Rich {
    choices: bool,
    guards: bool,
    stops: bool,
    extensions: bool,
    automatic: bool,
    templates: bool,
}

fn random(seed: u64, rich: Rich) -> (Graph, Vec<Property>) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    dice.roll(7);
    let mut draft = Draft::new();
    let count = 3 + dice.roll(5);
    let yes = draft.builder.field("yes", FieldKind::Bool, false);
    let kind = FieldKind::Option(["x", "y", "z"].map(Into::into).to_vec());
    let option = draft.builder.field("option", kind, false);
    let template = rich.templates.then(|| draft.builder.template("t", 2));
    let mut nodes: Vec<Node> = Vec::new();
    for i in 0..count {
        let automatic = rich.automatic && i > 0 && dice.chance(25);
        let mut flags = String::new();
        flags.extend(dice.chance(25).then_some('-'));
        flags.extend(dice.chance(15).then_some('!'));
        flags.extend(automatic.then_some('@'));
        flags.extend((!automatic && dice.chance(50)).then_some('*'));
        let inside = template.filter(|_| i > 1 && dice.chance(40));
        let roll = dice.roll(6);
        nodes.push(draft.act_with(&format!("e{i}{flags}"), |spec| {
            spec.template = inside;
            if spec.repeat == Repeat::Once && !automatic && roll == 5 {
                spec.repeat = Repeat::AtMost(2);
            }
            if rich.guards {
                match roll {
                    0 => spec.fields.push((yes, !automatic)),
                    1 if !automatic => spec.fields.extend([(yes, false), (option, true)]),
                    2 => spec.writes.push((option, Value::Text("y".into()))),
                    3 => spec.writes.push((yes, Value::Bool(true))),
                    _ => {}
                }
            }
        }));
    }
    if rich.choices {
        for i in 0..1 + dice.roll(2) {
            let members: Vec<Node> =
                nodes[..count].iter().copied().filter(|_| dice.chance(35)).collect();
            if !members.is_empty() {
                let exclusive = dice.chance(40);
                nodes.push(draft.choice(&format!("g{i}"), &members, exclusive));
            }
        }
    }
    let guards = [
        is_true(yes),
        Guard::Not(Box::new(is_true(yes))),
        equals(option, Value::Text("x".into())),
        Guard::Any(vec![is_true(yes), equals(option, Value::Text("y".into()))]),
        Guard::All(vec![Guard::Has(yes), equals(option, Value::Text("z".into()))]),
    ];
    for _ in 0..count + dice.roll(2 * count) {
        let (a, b) = (nodes[dice.roll(nodes.len())], nodes[dice.roll(nodes.len())]);
        let Node::Event(target) = b else { unreachable!() };
        let and_if = (rich.guards && dice.chance(25)).then(|| guards[dice.roll(5)].clone());
        let limit = dice.chance(50).then(|| Limit::new(30, Unit::Day, false));
        let kind = match dice.roll(10) {
            0..3 => KindSpec::Condition {
                wait: None,
                bound: None,
                lead: None,
                and_if,
                void_when_excluded: false,
            },
            3 | 4 => KindSpec::response(limit),
            5 | 6 => KindSpec::Exclude,
            7 => KindSpec::Include,
            8 => KindSpec::Milestone,
            _ if rich.stops && target < count => {
                let until = nodes[dice.roll(count)];
                if a == b || a == until || b == until {
                    continue;
                }
                KindSpec::Stop { until }
            }
            _ if rich.extensions && a != b => KindSpec::Extend {
                limit: Limit::new(5, Unit::Day, false),
                max: 1 + dice.roll(2) as u16,
            },
            _ => KindSpec::Milestone,
        };
        match rich.guards && dice.chance(30) {
            true => draft.when(kind, a, b, guards[dice.roll(5)].clone()),
            false => draft.relate(kind, a, b),
        }
    }
    if let Some(template) = template {
        let source = nodes[dice.roll(2)];
        draft.relate(KindSpec::Spawn(template), source, source);
    }
    let Ok(graph) = draft.builder.build() else { return random(seed.wrapping_add(7919), rich) };
    let any = |dice: &mut Dice| EventId::new(dice.roll(graph.events.len()));
    let properties = vec![
        Property::Before { first: any(&mut dice), then: any(&mut dice) },
        Property::AtMostOnce(any(&mut dice)),
        Property::Exclusive(any(&mut dice), any(&mut dice)),
        Property::Final { event: any(&mut dice), except: vec![any(&mut dice)] },
        Property::Never(any(&mut dice)),
        match rich.automatic {
            // The explorer does not see what is owed between automatic acts.
            true => Property::Never(any(&mut dice)),
            false => Property::NeverWhileOwed { event: any(&mut dice), owed: any(&mut dice) },
        },
        Property::After { first: any(&mut dice), then: any(&mut dice) },
    ];
    (graph, properties)
}

/// What makes two markings the same to all rules.
type Key = (
    EventSet,
    EventSet,
    EventSet,
    Vec<Option<Vec<Option<bool>>>>,
    Vec<bool>,
    Vec<u16>,
    Vec<u16>,
    Vec<usize>,
    Vec<bool>,
);

struct Edge {
    from: usize,
    to: usize,
    /// The act of a person and the automatic acts it sets off, each with its groups.
    executed: Vec<Vec<EventId>>,
}

/// All markings the kernel can come to at one instant.
struct Explorer<'g> {
    graph: &'g Graph,
    env: Env<'g>,
    markings: Vec<(Marking, Vec<bool>)>,
    edges: Vec<Edge>,
    /// Executed before any person acts.
    began: Vec<Vec<EventId>>,
    /// Whether properties read executed bits.
    asked: bool,
}

impl Facts for View<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        self.0.field(field)
    }
    fn param(&self, _: ParamId) -> Option<&Value> {
        None
    }
}

struct View<'m>(&'m Marking);

impl<'g> Explorer<'g> {
    /// `None` beyond so many markings. The flags of a state are promises of the property "after".
    fn explore(
        graph: &'g Graph,
        calendar: &'g Calendar,
        properties: &[Property],
        max: usize,
    ) -> Option<Self> {
        let env = Env { calendar, params: &[] };
        let mut first = Marking::initial(graph, &env, Instant(1_704_700_000));
        let mut flags = vec![false; properties.len()];
        let acts = advance(graph, &mut first, &env, Instant(1_704_700_000));
        let mut began = Vec::new();
        for act in acts {
            if let kernel::ClockAct::Automatic { event, .. } = act {
                promise(properties, &executed_with(graph, event), &mut flags);
                began.push(executed_with(graph, event));
            }
        }
        let asked = !properties.is_empty();
        let markings = vec![(first, flags)];
        let mut explorer = Self { graph, env, markings, edges: Vec::new(), began, asked };
        let mut known: HashMap<(Key, Vec<bool>), usize> = HashMap::new();
        known.insert((explorer.key(0), explorer.markings[0].1.clone()), 0);
        let mut queue = VecDeque::from([0]);
        while let Some(from) = queue.pop_front() {
            for event in graph.event_ids() {
                for payload in payloads(graph, event) {
                    let (mut marking, mut flags) = explorer.markings[from].clone();
                    let key = format!("k{}", explorer.spawned(&marking));
                    let act = Act { event, at: marking.now, payload: &payload, key: Some(&key) };
                    let Ok(done) = step(graph, &mut marking, &env, &act) else { continue };
                    let mut executed = vec![executed_with(graph, event)];
                    promise(properties, &executed[0], &mut flags);
                    for act in &done.following {
                        let kernel::ClockAct::Automatic { event, .. } = act else { unreachable!() };
                        let more = executed_with(graph, *event);
                        promise(properties, &more, &mut flags);
                        executed.push(more);
                    }
                    explorer.markings.push((marking, flags.clone()));
                    let last = explorer.markings.len() - 1;
                    let to = *known.entry((explorer.key(last), flags)).or_insert(last);
                    match to == last {
                        true => queue.push_back(to),
                        false => drop(explorer.markings.pop()),
                    }
                    explorer.edges.push(Edge { from, to, executed });
                }
            }
            if explorer.markings.len() > max {
                return None;
            }
        }
        Some(explorer)
    }

    fn spawned(&self, marking: &Marking) -> usize {
        (0..self.graph.templates.len())
            .map(|t| marking.keys(kernel::TemplateId::new(t)).len())
            .sum()
    }

    fn key(&self, index: usize) -> Key {
        let (graph, marking) = (self.graph, &self.markings[index].0);
        let unread = |e: EventId| {
            let group = matches!(graph.event(e).kind, EventKind::Choice { .. });
            let source = graph
                .relations
                .iter()
                .any(|r| r.source == e && matches!(r.kind, Kind::Condition { .. }));
            !self.asked && !source && (group || graph.event(e).repeat == Repeat::Unlimited)
        };
        let limited = |e: &EventId| marking.duty(*e).is_some_and(|d| d.limit.is_some());
        let times = |e: EventId| match graph.event(e).repeat {
            Repeat::AtMost(_) => marking.times(e),
            _ => 0,
        };
        // A field counts as far as some guard tells its values apart.
        let mut leaves = Vec::new();
        for r in &graph.relations {
            r.when.iter().for_each(|g| leaves_of(g, &mut leaves));
            if let Kind::Condition { and_if: Some(g), .. } = &r.kind {
                leaves_of(g, &mut leaves);
            }
        }
        let class = |f: usize| {
            let reads = leaves.iter().filter(|l| l.fields().contains(&FieldId::new(f)));
            let verdicts: Vec<_> = reads.map(|l| l.eval(&View(marking))).collect();
            marking.field(FieldId::new(f)).filter(|_| !verdicts.is_empty()).map(|_| verdicts)
        };
        // Executed bits no rule reads are not part of the state, unless properties do.
        let executed =
            graph.event_ids().filter(|e| marking.executed.has(*e) && !unread(*e)).collect();
        (
            marking.included,
            executed,
            marking.pending,
            (0..graph.fields.len()).map(class).collect(),
            graph.relation_ids().map(|r| marking.is_open(r)).collect(),
            graph.relation_ids().map(|r| marking.used(r)).collect(),
            graph.event_ids().map(times).collect(),
            (0..graph.templates.len())
                .map(|t| marking.keys(kernel::TemplateId::new(t)).len())
                .collect(),
            graph.event_ids().map(|e| limited(&e)).collect(),
        )
    }

    /// Per marking, whether one of the goal can be reached.
    fn can_reach(&self, goal: impl Fn(&Marking) -> bool) -> Vec<bool> {
        let mut can: Vec<bool> = self.markings.iter().map(|(m, _)| goal(m)).collect();
        loop {
            let mut changed = false;
            for edge in &self.edges {
                if can[edge.to] && !can[edge.from] {
                    can[edge.from] = true;
                    changed = true;
                }
            }
            if !changed {
                return can;
            }
        }
    }

    fn applies(&self, marking: &Marking, relation: &kernel::Relation) -> bool {
        relation.when.as_ref().and_then(|g| g.eval(&View(marking))) != Some(false)
    }

    /// The violations of every check, in the names of the subjects.
    fn violations(&self, properties: &[Property]) -> HashSet<(Check, String)> {
        let graph = self.graph;
        let name = |e: EventId| match graph.event(e).slot {
            Some((_, slot)) => format!("{}#{}", graph.event(e).name, slot + 1),
            None => graph.event(e).name.clone(),
        };
        let mut bad = HashSet::new();
        let acted = self.edges.iter().flat_map(|e| &e.executed);
        let executed: HashSet<EventId> = acted.chain(&self.began).flatten().copied().collect();
        for event in graph.event_ids().filter(|e| !executed.contains(e)) {
            bad.insert((Check::DeadEvent, name(event)));
        }
        let safe = self.can_reach(|m| m.is_accepting(graph));
        if safe.iter().any(|s| !s) {
            bad.insert((Check::Trap, graph.name.clone()));
        }
        for event in graph.accounted().iter() {
            let owed = |m: &Marking| m.included.has(event) && m.pending.has(event);
            let free = self.can_reach(|m| !owed(m));
            if free.iter().any(|f| !f) {
                bad.insert((Check::StuckDuty, name(event)));
            }
        }
        for edge in &self.edges {
            let marking = &self.markings[edge.from].0;
            for id in graph.relation_ids() {
                let r = graph.relation(id);
                let condition = matches!(r.kind, Kind::Condition { .. })
                    && r.target == edge.executed_first(graph);
                if condition
                    && marking.exists(graph, r.source)
                    && !marking.included.has(r.source)
                    && !marking.executed.has(r.source)
                    && self.applies(marking, r)
                {
                    bad.insert((
                        Check::SwitchedOff,
                        format!("{} -> {}", name(r.source), name(r.target)),
                    ));
                }
            }
        }
        let mut busy: HashSet<usize> = HashSet::new();
        for (marking, _) in &self.markings {
            for event in graph.event_ids() {
                if graph.event(event).kind != EventKind::Act {
                    continue;
                }
                let failing = barriers(graph, marking, &self.env, event, marking.now, &[]).failing;
                let once = failing.iter().all(|f| f.relation.is_some());
                let clauses: HashSet<usize> = failing.iter().map(|f| f.clause.index()).collect();
                let full = graph.relations.iter().any(|r| match r.kind {
                    Kind::Spawn(t) => r.source == event && marking.keys(t).len() == 2,
                    _ => false,
                });
                let gone = !marking.included.has(event) || full;
                if once && clauses.len() == 1 && !gone {
                    busy.extend(clauses);
                }
            }
        }
        for id in graph.relation_ids() {
            let r = graph.relation(id);
            let act = graph.event(r.target).kind == EventKind::Act;
            if act
                && matches!(r.kind, Kind::Condition { .. } | Kind::Milestone)
                && !busy.contains(&r.clause.index())
            {
                bad.insert((Check::IdleClause, graph.clause(r.clause).name.clone()));
            }
        }
        for (i, property) in properties.iter().enumerate() {
            if self.violates(i, property) {
                bad.insert((Check::Stated, i.to_string()));
            }
        }
        bad
    }

    /// Whether some accepted run executes, of the events of the context, exactly the trace.
    fn shows(&self, test: &OpenTest) -> bool {
        let taken = |from: usize, acts: &[Vec<EventId>]| {
            let acts = acts.iter().flatten().filter(|e| test.context.contains(e));
            acts.copied().try_fold(from, |p, e| (test.trace.get(p) == Some(&e)).then_some(p + 1))
        };
        let Some(begun) = taken(0, &self.began) else { return false };
        let mut seen = HashSet::from([(0, begun)]);
        let mut queue = VecDeque::from([(0, begun)]);
        while let Some((marking, position)) = queue.pop_front() {
            if position == test.trace.len() && self.markings[marking].0.is_accepting(self.graph) {
                return true;
            }
            for edge in self.edges.iter().filter(|e| e.from == marking) {
                let next = taken(position, &edge.executed).map(|p| (edge.to, p));
                queue.extend(next.filter(|n| seen.insert(*n)));
            }
        }
        false
    }

    fn violates(&self, index: usize, property: &Property) -> bool {
        let some = |bad: &dyn Fn(&EventSet, &[EventId]) -> bool| {
            let edges = self.edges.iter().map(|e| (self.markings[e.from].0.executed, &e.executed));
            edges.chain([(EventSet::EMPTY, &self.began)]).any(|(mut before, acts)| {
                acts.iter().any(|act| {
                    let found = bad(&before, act);
                    act.iter().for_each(|e| before.insert(*e));
                    found
                })
            })
        };
        match property {
            Property::Never(e) => some(&|_, x| x.contains(e)),
            Property::NeverWhileOwed { event, owed } => self.edges.iter().any(|e| {
                let marking = &self.markings[e.from].0;
                let owed = marking.included.has(*owed) && marking.pending.has(*owed);
                owed && e.executed[0].contains(event)
            }),
            Property::Before { first, then } => some(&|m, x| x.contains(then) && !m.has(*first)),
            Property::AtMostOnce(e) => some(&|m, x| x.contains(e) && m.has(*e)),
            Property::Exclusive(a, b) => {
                self.markings.iter().any(|(m, _)| m.executed.has(*a) && m.executed.has(*b))
            }
            Property::Final { event, except } => {
                some(&|m, x| m.has(*event) && !x.iter().any(|e| except.contains(e)))
            }
            Property::After { .. } => {
                self.markings.iter().any(|(m, flags)| flags[index] && m.is_accepting(self.graph))
            }
        }
    }
}

impl Edge {
    /// The act a person did (choice groups come before it).
    fn executed_first(&self, graph: &Graph) -> EventId {
        *self.executed[0].iter().find(|e| graph.members(**e).is_empty()).unwrap()
    }
}

fn leaves_of(guard: &Guard, into: &mut Vec<Guard>) {
    match guard {
        Guard::All(parts) | Guard::Any(parts) => parts.iter().for_each(|p| leaves_of(p, into)),
        Guard::Not(part) => leaves_of(part, into),
        leaf => into.push(leaf.clone()),
    }
}

fn executed_with(graph: &Graph, event: EventId) -> Vec<EventId> {
    graph.choices_of(event).iter().copied().chain([event]).collect()
}

fn promise(properties: &[Property], executed: &[EventId], flags: &mut [bool]) {
    for (i, property) in properties.iter().enumerate() {
        if let Property::After { first, then } = property {
            for event in executed {
                flags[i] = (flags[i] || event == first) && event != then;
            }
        }
    }
}

/// Every payload the act can have.
fn payloads(graph: &Graph, event: EventId) -> Vec<Vec<(FieldId, Value)>> {
    let mut all = vec![Vec::new()];
    for (field, required) in &graph.event(event).fields {
        let values: Vec<Value> = match &graph.field(*field).kind {
            FieldKind::Bool => vec![Value::Bool(true), Value::Bool(false)],
            FieldKind::Option(o) => o.iter().cloned().map(Value::Text).collect(),
            _ => unreachable!("random graphs have finite fields"),
        };
        let longer = all.iter().flat_map(|p| {
            values.iter().map(move |v| p.iter().cloned().chain([(*field, v.clone())]).collect())
        });
        let longer: Vec<_> = longer.collect();
        all = if *required { longer } else { all.into_iter().chain(longer).collect() };
    }
    all
}

fn refuted(graph: &Graph, certificate: &Certificate) -> HashSet<(Check, String)> {
    let compared = [
        Check::DeadEvent,
        Check::Trap,
        Check::StuckDuty,
        Check::SwitchedOff,
        Check::IdleClause,
        Check::Stated,
    ];
    let refuted = certificate.findings.iter().filter(|f| f.verdict == Verdict::Refuted);
    // The explorer sees the conditions of persons' acts only.
    let seen = |f: &&certify::Finding| match f.subject {
        Subject::Relation(id) => graph.event(graph.relation(id).target).kind == EventKind::Act,
        _ => true,
    };
    refuted
        .filter(|f| compared.contains(&f.check))
        .filter(seen)
        .map(|f| match f.subject {
            Subject::Property(i) => (f.check, i.to_string()),
            _ => (f.check, f.name.clone()),
        })
        .collect()
}

/// Traces of up to three letters over two or three events, stated either way.
fn some_tests(graph: &Graph, seed: u64) -> Vec<OpenTest> {
    let mut dice = Dice(seed ^ 0x5eed);
    let all: Vec<EventId> = graph.event_ids().filter(|e| graph.event(*e).slot.is_none()).collect();
    let pick = |dice: &mut Dice, from: &[EventId]| from[dice.roll(from.len())];
    (0..6)
        .map(|i| {
            let mut context: Vec<EventId> =
                (0..2 + dice.roll(2)).map(|_| pick(&mut dice, &all)).collect();
            let trace = (0..dice.roll(4)).map(|_| pick(&mut dice, &context)).collect();
            context.sort_unstable();
            context.dedup();
            OpenTest { name: format!("test {i}"), context, trace, positive: dice.chance(50) }
        })
        .collect()
}

fn agree(seeds: std::ops::Range<u64>, rich: Rich, least: usize) {
    let years: Vec<Year> = (2024..2026).map(|year| Year { year, ..Year::default() }).collect();
    let calendar = Calendar::new(0, &years).unwrap();
    let (mut compared, mut shown) = (0, [0, 0]);
    for seed in seeds.clone() {
        let (graph, properties) = random(seed, rich);
        let Some(explorer) = Explorer::explore(&graph, &calendar, &properties, 1500) else {
            continue;
        };
        let expected = explorer.violations(&properties);
        for reduce in [true, false] {
            let tests = some_tests(&graph, seed);
            let options = Options { reduce, tests: tests.clone(), ..options() };
            let certificate = certify(&graph, &properties, &options, &mut || true);
            for (test, decided) in tests.iter().zip(certificate.of(Check::OpenTest)) {
                let holds = explorer.shows(test) == test.positive;
                let proved = decided.verdict == Verdict::Proved;
                assert_eq!(proved, holds, "seed {seed} reduced {reduce}: {test:?}\n{graph:#?}");
                shown[usize::from(explorer.shows(test))] += 1;
            }
            let found = refuted(&graph, &certificate);
            let differences: Vec<_> = expected.symmetric_difference(&found).collect();
            let missed: Vec<_> = expected.difference(&found).collect();
            assert!(
                differences.is_empty(),
                "seed {seed} reduced {reduce}: {differences:?}\nmissed: {missed:?}\n{graph:#?}"
            );
            common::no_faults(&certificate);
        }
        if !rich.automatic && !rich.extensions {
            let options = Options { reduce: false, ..options() };
            let bare = certify(&graph, &[], &options, &mut || true);
            let states = Explorer::explore(&graph, &calendar, &[], 1500).unwrap().markings.len();
            assert_eq!(bare.method.states, Some(states as f64), "seed {seed}\n{graph:#?}");
        }
        compared += 1;
    }
    println!("compared {compared} of {}", seeds.count());
    assert!(compared >= least, "only {compared} graphs were small enough");
    assert!(shown.iter().all(|n| *n > compared), "open tests must go both ways: {shown:?}");
}

#[test]
fn plain_graphs_agree() {
    agree(0..120, Rich::default(), 110);
}

#[test]
fn graphs_with_choices_and_stops_agree() {
    agree(1000..1080, Rich { choices: true, stops: true, ..Rich::default() }, 70);
}

#[test]
fn graphs_with_guards_agree() {
    agree(2000..2080, Rich { guards: true, choices: true, ..Rich::default() }, 70);
}

#[test]
fn graphs_with_automatic_acts_agree() {
    agree(3000..3060, Rich { automatic: true, guards: true, choices: true, ..Rich::default() }, 55);
}

#[test]
fn graphs_with_instances_and_extensions_agree() {
    agree(4000..4060, Rich { templates: true, extensions: true, ..Rich::default() }, 55);
}

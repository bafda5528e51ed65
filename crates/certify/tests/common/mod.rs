//! Small graphs for the tests: one line per event and relation.
#![allow(dead_code, clippy::unwrap_used)]

pub mod procedure;

use certify::{
    Certificate, Check, Finding, Options, Property, Replay, Verdict, Witnesses, certify,
};
use kernel::{
    Builder, Clause, ClauseId, End, EventId, EventSpec, FieldId, Graph, Guard, KindSpec, Limit,
    Node, RelationSpec, Repeat, Strength, Unit, Value, Wait,
};

/// A graph being written down.
#[derive(Default)]
pub struct Draft {
    pub builder: Builder,
    names: Vec<String>,
    clauses: usize,
}

impl Draft {
    pub fn new() -> Self {
        Self { builder: Builder::new("test"), ..Self::default() }
    }

    pub fn clause(&mut self) -> ClauseId {
        self.clauses += 1;
        let name = format!("c{}", self.clauses);
        self.builder.clause(Clause { name, citations: vec!["law@1#1".to_owned()], reason: None })
    }

    /// An act; flags: `-` out at the start, `!` owed at the start, `*` repeatable, `@` automatic.
    pub fn act(&mut self, text: &str) -> Node {
        self.act_with(text, |_| {})
    }

    pub fn act_with(&mut self, text: &str, change: impl FnOnce(&mut EventSpec)) -> Node {
        let name: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut spec = EventSpec::act(&name, self.clause());
        spec.included = !text.contains('-');
        spec.pending = text.contains('!').then_some(None);
        if text.contains('*') {
            spec.repeat = Repeat::Unlimited;
        }
        if text.contains('@') {
            spec.automatic = Some(kernel::Effective::Executed);
        }
        change(&mut spec);
        self.names.push(name);
        self.builder.event(spec)
    }

    pub fn choice(&mut self, name: &str, members: &[Node], exclusive: bool) -> Node {
        let spec = EventSpec::act(name, self.clause());
        self.names.push(name.to_owned());
        self.builder.choice(spec, members, exclusive)
    }

    pub fn relate(&mut self, kind: KindSpec, source: Node, target: Node) {
        let clause = self.clause();
        self.builder.relate(kind, source, target, clause);
    }

    pub fn when(&mut self, kind: KindSpec, source: Node, target: Node, when: Guard) {
        let clause = self.clause();
        let strength = Strength::Refuse;
        self.builder.relation(RelationSpec {
            kind,
            source,
            target,
            when: Some(when),
            strength,
            clause,
        });
    }

    /// Relations in words: "a -> b" condition, "a => b" response, "a % b", "a + b", "a <> b".
    pub fn rules(&mut self, text: &str) -> &mut Self {
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let kind = match words[1] {
                "->" => KindSpec::condition(),
                "=>" => KindSpec::response(None),
                "%" => KindSpec::Exclude,
                "+" => KindSpec::Include,
                "<>" => KindSpec::Milestone,
                other => panic!("{other} is no relation"),
            };
            let (a, b) = (self.node(words[0]), self.node(words[2]));
            self.relate(kind, a, b);
        }
        self
    }

    pub fn node(&self, name: &str) -> Node {
        Node::Event(self.names.iter().position(|n| n == name).unwrap())
    }

    pub fn graph(&self) -> Graph {
        self.builder.build().unwrap()
    }
}

/// A graph of acts and rules.
pub fn graph(acts: &str, rules: &str) -> Graph {
    let mut draft = Draft::new();
    for act in acts.split_whitespace() {
        draft.act(act);
    }
    draft.rules(rules);
    draft.graph()
}

pub fn days(n: u32) -> Option<Limit> {
    Some(Limit::new(n, Unit::Day, false))
}

pub fn wait(n: u32) -> KindSpec {
    let limit = Limit::new(n, Unit::Day, false);
    KindSpec::Condition {
        wait: Some(Wait { limit, end: End::Ready }),
        bound: None,
        lead: None,
        and_if: None,
        void_when_excluded: false,
    }
}

pub fn is_true(field: FieldId) -> Guard {
    Guard::True(field)
}

pub fn equals(field: FieldId, value: Value) -> Guard {
    Guard::Compare(
        kernel::Operand::Field(field),
        kernel::Comparison::Equal,
        kernel::Operand::Const(value),
    )
}

pub fn event(graph: &Graph, name: &str) -> EventId {
    graph.event_named(name).unwrap()
}

pub fn options() -> Options {
    Options { nodes_max: 1 << 20, witnesses: Witnesses::All, ..Options::default() }
}

pub fn check(graph: &Graph, properties: &[Property]) -> Certificate {
    certify(graph, properties, &options(), &mut || true)
}

/// The finding of the check about the subject of this name.
pub fn finding<'c>(certificate: &'c Certificate, check: Check, name: &str) -> &'c Finding {
    let mut found = certificate.of(check).filter(|f| f.name == name);
    found.next().unwrap_or_else(|| panic!("no {check:?} about {name} in {certificate:#?}"))
}

/// Refuted by a run the kernel confirms; gives the acts of the run.
pub fn refuted(certificate: &Certificate, check: Check, name: &str) -> Vec<String> {
    let found = finding(certificate, check, name);
    assert_eq!(found.verdict, Verdict::Refuted, "{found:#?}");
    let witness = found.witness.as_ref().unwrap();
    assert_eq!(witness.replay, Replay::Confirmed, "{found:#?}");
    witness.steps.iter().map(|s| s.name.clone()).collect()
}

pub fn proved(certificate: &Certificate, check: Check) -> bool {
    certificate.of(check).all(|f| f.verdict == Verdict::Proved)
}

/// No witness of the certificate is a fault of the checker.
pub fn no_faults(certificate: &Certificate) {
    for finding in &certificate.findings {
        let replay = finding.witness.as_ref().map(|w| &w.replay);
        assert!(!matches!(replay, Some(Replay::Disagrees(_))), "{finding:#?}");
    }
}

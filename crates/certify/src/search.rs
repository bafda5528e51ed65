//! A graph with all its reachable states: what every check asks.
//!
//! Not here: the questions (`checks.rs`, `stated.rs`, `clauses.rs`).

use std::cell::RefCell;

use kernel::{EventId, Graph, RelationId};
use oxidd::BooleanFunction;

use crate::certificate::{
    CHECKER, Certificate, Check, Engine, Finding, Method, Order, Subject, Verdict,
};
use crate::layout::display;
use crate::model::Model;
use crate::moves::Moves;
use crate::property::{Options, Property, Witnesses};
use crate::reach::{forward, forward_in_part, initial};
use crate::space::{Res, Set, disjoint};
use crate::witness::{self, Goal};

/// The reachable states of a model.
pub(crate) struct Search<'a> {
    pub model: Model<'a>,
    pub moves: Moves,
    pub initial: Set,
    pub reachable: Set,
    pub options: &'a Options,
    pub properties: &'a [Property],
    wanted: RefCell<Vec<Wanted>>,
}

/// A witness to be made once everything is decided.
struct Wanted {
    check: Check,
    subject: Subject,
    states: Set,
    goal: Goal,
}

/// The largest layer on the way to an example that is worth its time.
const EXAMPLE_NODES_MAX: usize = 30_000;

impl<'a> Search<'a> {
    /// Finds some reachable states: enough to refute, never to prove.
    pub fn in_part(
        graph: &'a Graph,
        properties: &'a [Property],
        options: &'a Options,
        order: Order,
        within: &'a mut dyn FnMut() -> bool,
    ) -> Res<Self> {
        let model = Model::new(graph, properties, order, options, &[], within)?;
        Self::of(model, properties, options, &forward_in_part)
    }

    /// Finds all reachable states of the graph; the excludes of `without` are taken as absent.
    pub fn new(
        graph: &'a Graph,
        properties: &'a [Property],
        options: &'a Options,
        order: Order,
        without: &[RelationId],
        within: &'a mut dyn FnMut() -> bool,
    ) -> Res<Self> {
        let model = Model::new(graph, properties, order, options, without, within)?;
        Self::of(model, properties, options, &|model, moves, from| {
            forward(model, moves, from, &|_| true)
        })
    }

    fn of(
        model: Model<'a>,
        properties: &'a [Property],
        options: &'a Options,
        reach: &dyn Fn(&Model, &Moves, &Set) -> Res<Set>,
    ) -> Res<Self> {
        let moves = Moves::new(&model, properties)?;
        let initial = initial(&model)?;
        let reachable = reach(&model, &moves, &initial)?;
        let wanted = RefCell::default();
        Ok(Self { model, moves, initial, reachable, options, properties, wanted })
    }

    pub fn graph(&self) -> &'a Graph {
        self.model.graph
    }

    /// The states of the set at which a person can act.
    pub fn settled(&self, set: &Set) -> Res<Set> {
        Ok(set.and(&self.moves.settled)?)
    }

    /// The states at which the event can be executed.
    pub fn fires(&self, event: EventId) -> Res<Set> {
        self.moves.fires(&self.model, event)
    }

    /// Whether some state of the set is reachable.
    pub fn meets(&self, set: &Set) -> Res<bool> {
        Ok(!disjoint(set, &self.reachable)?)
    }

    /// A finding that is proved exactly if no reachable state is bad.
    pub fn judge(&self, check: Check, subject: Subject, bad: &Set, goal: Goal) -> Res<Finding> {
        self.model.space.tick()?;
        let mut finding = self.finding(check, subject, Verdict::Proved);
        if self.meets(bad)? {
            finding.verdict = Verdict::Refuted;
            let listed = check == Check::ErasedDuty;
            let wanted = match self.options.witnesses {
                Witnesses::None => false,
                Witnesses::Refuted => !listed,
                Witnesses::All => true,
            };
            if wanted {
                self.want(check, subject, bad, goal);
            }
        }
        Ok(finding)
    }

    /// Asks for a witness once everything is decided.
    pub fn want(&self, check: Check, subject: Subject, states: &Set, goal: Goal) {
        self.wanted.borrow_mut().push(Wanted { check, subject, states: states.clone(), goal });
    }

    /// Adds the witnesses asked for, refutations first, as far as the budget goes. A run that exists
    /// only because free atoms contradict one another shows nothing.
    pub fn add_witnesses(&self, findings: &mut [Finding]) {
        let mut wanted = self.wanted.take();
        wanted.sort_by_key(|w| w.check == Check::IdleClause);
        for want in wanted {
            let listed = matches!(want.check, Check::IdleClause | Check::ErasedDuty);
            let most = if listed { EXAMPLE_NODES_MAX } else { usize::MAX };
            let Ok(Some(path)) = witness::shortest(self, &want.states, want.goal, most) else {
                continue;
            };
            let same = |f: &&mut Finding| f.check == want.check && f.subject == want.subject;
            let Some(finding) = findings.iter_mut().find(same) else { continue };
            match witness::replayed(self, &path, want.goal) {
                // A run through an earlier closing act is none of the real graph.
                Ok(found) if !found.replay.is_confirmed() && want.check == Check::ErasedDuty => {}
                Ok(found) => finding.witness = Some(found),
                Err(contradiction) => finding.verdict = Verdict::NotProved(contradiction),
            }
            self.model.space.collect_if_full();
        }
    }

    /// The findings with how they were found.
    pub fn certificate(&self, order: Order, findings: Vec<Finding>) -> Certificate {
        Certificate {
            graph: self.options.graph_hash.clone(),
            checker: CHECKER.to_owned(),
            method: Method {
                engine: Engine::Symbolic,
                order,
                sequence: self.model.layout.sequence.clone(),
                bits: self.model.layout.bits,
                states: Some(self.model.space.count(&self.reachable)),
                peak_nodes: self.model.space.peak(),
                free_atoms: self.model.layout.fields.atoms.len(),
                bounded_instances: self.model.bounded(),
            },
            findings,
        }
    }

    /// A finding without witness.
    pub fn finding(&self, check: Check, subject: Subject, verdict: Verdict) -> Finding {
        let name = name_of(self.graph(), self.properties, self.options, subject);
        let clause = clause_of(self.graph(), subject);
        Finding { check, subject, name, clause, verdict, witness: None, schedule: None }
    }
}

/// The subject in names of the graph.
pub(crate) fn name_of(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    subject: Subject,
) -> String {
    let event = |e: &EventId| display(graph, *e);
    match subject {
        Subject::Graph => graph.name.clone(),
        Subject::Event(e) => event(&e),
        Subject::Relation(id) => {
            let relation = graph.relation(id);
            format!("{} -> {}", event(&relation.source), event(&relation.target))
        }
        Subject::Clause(clause) => graph.clauses[clause].name.clone(),
        Subject::Test(test) => options.tests[test].name.clone(),
        Subject::Property(property) => match &properties[property] {
            Property::Never(e) => format!("never {}", event(e)),
            Property::NeverWhileOwed { event: e, owed } => {
                format!("never {} while {} is owed", event(e), event(owed))
            }
            Property::Before { first, then } => format!("{} before {}", event(first), event(then)),
            Property::After { first, then } => format!("after {} {}", event(first), event(then)),
            Property::AtMostOnce(e) => format!("at most once {}", event(e)),
            Property::Exclusive(a, b) => format!("never both {} and {}", event(a), event(b)),
            Property::Final { event: e, .. } => format!("{} is final", event(e)),
        },
    }
}

fn clause_of(graph: &Graph, subject: Subject) -> Option<String> {
    let clause = match subject {
        Subject::Relation(id) => graph.relation(id).clause,
        Subject::Event(id) => graph.event(id).clause,
        _ => return None,
    };
    Some(graph.clause(clause).name.clone())
}

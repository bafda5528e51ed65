//! Checks content: the load checks of every graph, every story, and what the stories cover.
//!
//! Takes a loaded library; gives a [`Report`] with all that `fadu check` prints. A procedure passes
//! when nothing in its certificate forbids publication, every story is met, and every rule that
//! can refuse is tripped alone by some story or proven idle.
//!
//! Not here: clocks (the caller says when to stop), printing. Next: `replay.rs`, crate certify.

use std::collections::BTreeSet;

use certify::{Certificate, Check, Options, Property, Subject, Verdict, Witnesses};
use kernel::{ClauseId, EventId};

use crate::model::{Claim, ClaimKind, Example, Library, OpenTest, Position, Procedure};
use crate::replay::{Unmet, can_refuse, run};
use crate::story::{Expect, Story};
use crate::value::write;

/// A rule the stories do not cover.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The rule.
    pub rule: ClauseId,
    /// Its id.
    pub id: String,
    /// Its articles.
    pub article: String,
    /// Where it is written.
    pub position: Position,
}

/// What the stories of a procedure cover.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Rules in all, acts' clauses included.
    pub rules: usize,
    /// Rules that can refuse an act.
    pub refusing: usize,
    /// Of these, refused alone in some story.
    pub tripped: usize,
    /// Of these, proven never to be the only reason.
    pub idle: usize,
    /// Of these, neither.
    pub not_tripped: Vec<Gap>,
    /// Rules no lawful story satisfies.
    pub not_satisfied: Vec<Gap>,
    /// Rows of the dossier the rules and claims answer.
    pub rows: BTreeSet<String>,
    /// Rows answered by rules that some story satisfies or trips, or by a claim.
    pub rows_told: BTreeSet<String>,
}

/// A story that is not as it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Untrue {
    /// The story.
    pub story: String,
    /// What is not as expected.
    pub unmet: Vec<Unmet>,
}

/// What came of one procedure.
#[derive(Clone, Debug)]
pub struct ProcedureReport {
    /// Family.
    pub family: String,
    /// Version.
    pub version: String,
    /// Hash of the compiled form.
    pub hash: String,
    /// The certificate; claims are its stated properties, in order.
    pub certificate: Certificate,
    /// How many stories were run, and how many of them end in a refusal or a breach.
    pub stories: usize,
    /// Stories with a refusal or breach.
    pub unlawful: usize,
    /// Stories that are not as they say.
    pub untrue: Vec<Untrue>,
    /// Coverage.
    pub coverage: Coverage,
}

impl ProcedureReport {
    /// Whether the version may be published.
    pub fn passes(&self) -> bool {
        self.certificate.blocking().next().is_none()
            && self.untrue.is_empty()
            && self.coverage.not_tripped.is_empty()
    }
}

/// What came of all content.
#[derive(Clone, Debug)]
pub struct Report {
    /// Per procedure.
    pub procedures: Vec<ProcedureReport>,
    /// Examples told by a story that states their answer.
    pub examples_told: Vec<String>,
    /// Examples no story tells.
    pub examples_untold: Vec<Example>,
}

impl Report {
    /// Whether everything may be published.
    pub fn passes(&self) -> bool {
        self.procedures.iter().all(ProcedureReport::passes) && self.examples_untold.is_empty()
    }
}

/// Checks everything. `within` is asked often, with the procedure at hand, whether to go on.
pub fn check(
    library: &Library,
    witnesses: Witnesses,
    within: &mut dyn FnMut(&Procedure) -> bool,
) -> Report {
    let procedures = library
        .procedures
        .iter()
        .map(|p| check_procedure(library, p, witnesses, &mut || within(p)))
        .collect();
    let (told, untold) = examples(library);
    Report { procedures, examples_told: told, examples_untold: untold }
}

/// Checks one procedure.
pub fn check_procedure(
    library: &Library,
    procedure: &Procedure,
    witnesses: Witnesses,
    within: &mut dyn FnMut() -> bool,
) -> ProcedureReport {
    let looks = LOOKS.map(|look| certify_look(library, procedure, witnesses, look, within));
    report_of(library, procedure, looks)
}

/// One of the looks a certificate is made of; they share nothing and may be taken side by side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// The graph as written: every check but one.
    AsWritten,
    /// Without the excludes by which closing acts erase duties: L2 once more.
    Unerased,
}

/// All looks; the first one's certificate takes in the findings of the others.
pub const LOOKS: [Look; 2] = [Look::AsWritten, Look::Unerased];

/// Takes one look at the graph of the procedure.
pub fn certify_look(
    library: &Library,
    procedure: &Procedure,
    witnesses: Witnesses,
    look: Look,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let options = Options {
        graph_hash: procedure.hash.clone(),
        witnesses,
        calendar: library.calendar.clone(),
        params: procedure.param_values(None),
        tests: procedure.open_tests.iter().map(open_test).collect(),
        ..Options::default()
    };
    let properties: Vec<Property> = procedure.claims.iter().map(property).collect();
    let take = match look {
        Look::AsWritten => certify::certify_as_written,
        Look::Unerased => certify::certify_unerased,
    };
    take(&procedure.probes, &properties, &options, within)
}

/// Tells the stories of the procedure and sums up, with what the looks at its graph found.
pub fn report_of(
    library: &Library,
    procedure: &Procedure,
    [mut certificate, unerased]: [Certificate; 2],
) -> ProcedureReport {
    certificate.add(unerased.findings);
    forget_probes(procedure, &mut certificate);
    let idle: BTreeSet<ClauseId> = idle(&certificate);
    let told = stories(library, procedure, &idle);
    ProcedureReport {
        family: procedure.family.clone(),
        version: procedure.version.clone(),
        hash: procedure.hash.clone(),
        certificate,
        stories: procedure.stories.len(),
        unlawful: told.unlawful,
        untrue: told.untrue,
        coverage: told.coverage,
    }
}

/// The open test in the checker's words.
fn open_test(test: &OpenTest) -> certify::OpenTest {
    certify::OpenTest {
        name: test.title.clone(),
        context: test.context.clone(),
        trace: test.trace.clone(),
        positive: test.feasible,
    }
}

/// The claim in the checker's words.
pub fn property(claim: &Claim) -> Property {
    if let Some(probe) = claim.probe {
        return Property::Never(probe);
    }
    match &claim.kind {
        ClaimKind::Never(act) => Property::Never(*act),
        ClaimKind::NeverWhileOwed { act, owed } => {
            Property::NeverWhileOwed { event: *act, owed: *owed }
        }
        ClaimKind::Before { first, then } => Property::Before { first: *first, then: *then },
        ClaimKind::After { first, then } => Property::After { first: *first, then: *then },
        ClaimKind::AtMostOnce(act) => Property::AtMostOnce(*act),
        ClaimKind::Exclusive(a, b) => Property::Exclusive(*a, *b),
        ClaimKind::Final { event, except } => {
            Property::Final { event: *event, except: except.clone() }
        }
    }
}

/// Findings about probes say nothing about the procedure; claims get their own sentence as name.
fn forget_probes(procedure: &Procedure, certificate: &mut Certificate) {
    let graph = &procedure.graph;
    let own = |event: EventId| event.index() < graph.events.len();
    certificate.findings.retain(|f| match f.subject {
        Subject::Event(event) => own(event),
        Subject::Relation(relation) => relation.index() < graph.relations.len(),
        Subject::Clause(clause) => clause < graph.clauses.len(),
        _ => true,
    });
    for finding in &mut certificate.findings {
        if let Subject::Property(i) = finding.subject {
            let claim = &procedure.claims[i];
            finding.name = format!("{} ({})", claim.title, finding.name);
        }
    }
}

/// Clauses proven never to be the only reason of a refusal.
fn idle(certificate: &Certificate) -> BTreeSet<ClauseId> {
    let proven = certificate.of(Check::IdleClause).filter(|f| f.verdict == IDLE);
    proven
        .filter_map(|f| match f.subject {
            Subject::Clause(clause) => Some(ClauseId::new(clause)),
            _ => None,
        })
        .collect()
}

/// The verdict on "never idle" that means the clause is idle.
const IDLE: Verdict = Verdict::Refuted;

struct Told {
    untrue: Vec<Untrue>,
    unlawful: usize,
    coverage: Coverage,
}

fn stories(library: &Library, procedure: &Procedure, idle: &BTreeSet<ClauseId>) -> Told {
    let (mut tripped, mut satisfied, mut touched) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut untrue, mut unlawful) = (Vec::new(), 0);
    for story in &procedure.stories {
        let outcome = run(library, procedure, story);
        let refused = outcome.told.iter().any(|t| !t.accepted);
        unlawful += usize::from(refused || !outcome.breached.is_empty());
        if story.lawful {
            satisfied.extend(outcome.satisfied.iter().copied());
        }
        touched.extend(outcome.satisfied);
        touched.extend(outcome.tripped.iter().copied());
        touched.extend(outcome.breached);
        tripped.extend(outcome.tripped);
        if !outcome.unmet.is_empty() {
            untrue.push(Untrue { story: story.title.clone(), unmet: outcome.unmet });
        }
    }
    let refusing: BTreeSet<ClauseId> =
        procedure.rules.iter().map(|r| r.clause).filter(|c| can_refuse(procedure, *c)).collect();
    let gap = |clause: &ClauseId| {
        let rule = procedure.rule(*clause);
        let (id, position) = (rule.id.clone(), rule.position.clone());
        Gap { rule: *clause, id, article: rule.article(), position }
    };
    let open = refusing.iter().filter(|c| !tripped.contains(c) && !idle.contains(c));
    let overdue = |clause: ClauseId| {
        let relations = &procedure.rule(clause).relations;
        relations
            .iter()
            .all(|r| matches!(procedure.graph.relation(*r).kind, kernel::Kind::Overdue(_)))
    };
    // Consequences of a breach follow only where somebody was late.
    satisfied.extend(touched.iter().copied().filter(|c| overdue(*c)));
    let with_relations =
        procedure.rules.iter().filter(|r| !r.relations.is_empty()).map(|r| r.clause);
    let rows = |told: bool| {
        let rules = procedure.rules.iter().filter(|r| !told || touched.contains(&r.clause));
        let rules = rules.flat_map(|r| r.answers.iter().cloned());
        let claims = procedure.claims.iter().flat_map(|c| c.answers.iter().cloned());
        let tests = procedure.open_tests.iter().flat_map(|t| t.answers.iter().cloned());
        rules.chain(claims).chain(tests).collect()
    };
    let coverage = Coverage {
        rules: procedure.rules.len(),
        refusing: refusing.len(),
        tripped: refusing.intersection(&tripped).count(),
        idle: refusing.iter().filter(|c| !tripped.contains(c) && idle.contains(c)).count(),
        not_tripped: open.map(gap).collect(),
        not_satisfied: with_relations.filter(|c| !satisfied.contains(c)).map(|c| gap(&c)).collect(),
        rows: rows(false),
        rows_told: rows(true),
    };
    Told { untrue, unlawful, coverage }
}

/// An example is told by a story that names it and states its answer somewhere.
/// Ids of the examples some story tells, and the examples no story tells.
pub fn examples(library: &Library) -> (Vec<String>, Vec<Example>) {
    let told = |example: &Example| {
        let stories = library.procedures.iter().flat_map(|p| p.stories.iter().map(move |s| (p, s)));
        let mut named = stories.filter(|(_, s)| s.examples.contains(&example.id));
        named.any(|(procedure, story)| {
            states(story, &example.answer) && run(library, procedure, story).unmet.is_empty()
        })
    };
    let (told, untold): (Vec<&Example>, Vec<&Example>) =
        library.examples.iter().partition(|e| told(e));
    (told.into_iter().map(|e| e.id.clone()).collect(), untold.into_iter().cloned().collect())
}

/// Whether the story gives the answer: a date it expects, the date or year of an act, a value.
fn states(story: &Story, answer: &str) -> bool {
    let dated = |e: &Expect| match e {
        Expect::Due(_, day)
        | Expect::Earliest(_, day)
        | Expect::Until(_, day)
        | Expect::Automatic(_, day) => day.to_string() == answer,
        Expect::DueAt(_, at) => at.to_string() == answer,
        Expect::Holds(_, value) => write(value) == answer,
        Expect::Refused(list) => list.iter().any(|r| r == answer),
        _ => false,
    };
    story.beats.iter().any(|beat| {
        let on = beat.act.is_some() && beat.at.day().to_string().starts_with(answer);
        on || beat.expectations.iter().any(|e| dated(&e.kind))
    })
}

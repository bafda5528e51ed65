//! Runs a story through the kernel and holds what comes out against what it expects.
//!
//! Takes a library, a procedure and a story; gives per moment what the kernel decided (values, not
//! sentences), every expectation that is not met, and which rules the story satisfied or tripped.
//!
//! Not here: wording for handlers (the office), stories read from files (`stories.rs`).
//! Next: `expect.rs`, which compares.

use std::collections::BTreeSet;

use kernel::{
    Act, ClauseId, ClockAct, Env, EventId, Failing, Graph, Instant, Kind, Marking, Outlook,
    ParamValues, Refusal, Strength, Unauthorised, advance, authorise, barriers, outlook, record,
    step,
};

use crate::amounts::work_out;
use crate::expect;
use crate::model::{Library, Position, Procedure};
use crate::story::{Beat, Correction, Deed, Expect, Story};

/// What came of one moment.
#[derive(Clone, Debug)]
pub struct Told {
    /// When.
    pub at: Instant,
    /// The role acting, if somebody acts.
    pub role: Option<String>,
    /// Who signed.
    pub persons: Vec<String>,
    /// The act tried.
    pub event: Option<EventId>,
    /// It happened.
    pub accepted: bool,
    /// Why the law refuses it.
    pub refusal: Option<Refusal>,
    /// Why these persons may not do it.
    pub unauthorised: Vec<Unauthorised>,
    /// What had to be acknowledged.
    pub warnings: Vec<Failing>,
    /// What the clock did up to this moment and because of the act.
    pub clock_acts: Vec<ClockAct>,
    /// The case afterwards: owed, possible, barred.
    pub outlook: Outlook,
    /// Where the moment is written.
    pub position: Position,
}

/// An expectation that is not met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unmet {
    /// Where it is written.
    pub position: Position,
    /// What was expected and what came.
    pub message: String,
}

/// What came of a story.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The moments.
    pub told: Vec<Told>,
    /// What is not as expected.
    pub unmet: Vec<Unmet>,
    /// Rules that alone refused an act.
    pub tripped: BTreeSet<ClauseId>,
    /// Rules that applied to an act that happened.
    pub satisfied: BTreeSet<ClauseId>,
    /// Rules whose duty was breached.
    pub breached: BTreeSet<ClauseId>,
}

/// One act as it was tried: what a correction replays.
#[derive(Clone, Debug)]
struct Done {
    at: Instant,
    deed: Deed,
}

/// A story being told.
pub(crate) struct Telling<'a> {
    pub procedure: &'a Procedure,
    pub env: Env<'a>,
    pub marking: Marking,
    start: Instant,
    done: Vec<Done>,
    log: Vec<(EventId, Vec<String>)>,
    outcome: Outcome,
}

/// The parameters of a story: those of its place, then what it assumes.
pub(crate) fn params(library: &Library, procedure: &Procedure, story: &Story) -> Vec<ParamValues> {
    let place = story.place.as_deref().and_then(|code| library.place(code));
    let mut params = procedure.param_values(place);
    for (id, value) in &story.assumed {
        params[id.index()] = ParamValues::always(value.clone());
    }
    params
}

/// Runs the story.
pub fn run(library: &Library, procedure: &Procedure, story: &Story) -> Outcome {
    let params = params(library, procedure, story);
    let env = Env { calendar: &library.calendar, params: &params };
    let Some(start) = story.beats.iter().map(|b| b.at).min() else { return Outcome::default() };
    let mut telling = Telling {
        procedure,
        env,
        marking: Marking::initial(&procedure.graph, &env, start),
        start,
        done: Vec::new(),
        log: Vec::new(),
        outcome: Outcome::default(),
    };
    story.beats.iter().for_each(|beat| telling.beat(beat));
    telling.outcome
}

impl Telling<'_> {
    fn graph(&self) -> &Graph {
        &self.procedure.graph
    }

    fn beat(&mut self, beat: &Beat) {
        if let Some(correction) = &beat.correction {
            return self.correct(beat, correction);
        }
        let mut told = self.told(beat);
        match &beat.act {
            Some(deed) => self.attempt(beat, deed, &mut told),
            None => {
                let graph = &self.procedure.graph;
                told.clock_acts = advance(graph, &mut self.marking, &self.env, beat.at);
            }
        }
        self.breaches(&told.clock_acts);
        told.outlook = outlook(self.graph(), &self.marking, &self.env, beat.at);
        self.waited_for(beat);
        self.outcome.unmet.extend(expect::compare(self, beat, &told));
        self.outcome.told.push(told);
    }

    fn told(&self, beat: &Beat) -> Told {
        let role = beat.role.clone();
        let persons = match beat.persons.is_empty() {
            true => role.iter().cloned().collect(),
            false => beat.persons.clone(),
        };
        Told {
            at: beat.at,
            role,
            persons,
            event: None,
            accepted: true,
            refusal: None,
            unauthorised: Vec::new(),
            warnings: Vec::new(),
            clock_acts: Vec::new(),
            outlook: Outlook {
                marking: self.marking.clone(),
                clock_acts: Vec::new(),
                owed: Vec::new(),
                possible: Vec::new(),
                barred: Vec::new(),
            },
            position: beat.position.clone(),
        }
    }

    /// The event of the instance the deed names, or the event itself.
    fn event_of(&self, deed: &Deed) -> EventId {
        let event = self.graph().event(deed.event);
        let instance = event.slot.zip(deed.key.as_deref()).and_then(|((template, _), key)| {
            self.marking.instance_event(self.graph(), template, key, &event.name)
        });
        instance.unwrap_or(deed.event)
    }

    /// The law first, then the persons: a refusal by the law is the answer whoever asks.
    fn attempt(&mut self, beat: &Beat, deed: &Deed, told: &mut Told) {
        let event = self.event_of(deed);
        told.event = Some(event);
        let graph = &self.procedure.graph;
        let before = self.marking.clone();
        let mut deed = deed.clone();
        if let Err(refusal) = self.work_out(&mut deed, event, beat.at) {
            told.clock_acts = advance(graph, &mut self.marking, &self.env, beat.at);
            self.trip(&refusal);
            told.refusal = Some(refusal);
            told.accepted = false;
            return;
        }
        let act = Act { event, at: beat.at, payload: &deed.payload, key: deed.key.as_deref() };
        let mut after = before.clone();
        let applied = self.applying(&before, event, beat.at);
        let decided = match deed.reported {
            true => record(graph, &mut after, &self.env, &act),
            false => step(graph, &mut after, &self.env, &act).map(|s| (s, None)),
        };
        let (done, irregular) = match decided {
            Err(refusal) => {
                self.marking = after;
                told.clock_acts = refusal.clock_acts.clone();
                self.trip(&refusal);
                told.refusal = Some(refusal);
                told.accepted = false;
                return;
            }
            Ok(done) => done,
        };
        told.warnings = done.warnings;
        told.clock_acts = done.clock_acts;
        told.refusal = irregular;
        let role = beat
            .role
            .as_ref()
            .and_then(|name| self.procedure.roles.iter().find(|r| r.name == *name));
        let persons: Vec<&str> = told.persons.iter().map(String::as_str).collect();
        told.unauthorised = authorise(graph, event, role.map(|r| r.id), &persons, &self.log);
        if !told.unauthorised.is_empty() && !deed.reported {
            told.accepted = false;
            for clause in told.unauthorised.iter().filter_map(person_clause) {
                self.outcome.tripped.insert(clause);
            }
            advance(graph, &mut self.marking, &self.env, beat.at);
            return;
        }
        told.clock_acts.extend(done.following);
        self.marking = after;
        self.outcome.satisfied.extend(applied);
        self.fired(event);
        self.log.push((event, told.persons.clone()));
        self.done.push(Done { at: beat.at, deed });
    }

    /// Works out what the act states; what was reported as done is left as it was reported.
    fn work_out(&self, deed: &mut Deed, event: EventId, at: Instant) -> Result<(), Refusal> {
        let mut now = self.marking.clone();
        advance(self.graph(), &mut now, &self.env, at);
        let done = work_out(self.procedure, &now, &self.env, (event, at), &mut deed.payload);
        done.map(drop).or_else(|why| if deed.reported { Ok(()) } else { Err(why) })
    }

    /// The rules of persons and constraints that apply to the act at this moment.
    fn applying(&self, before: &Marking, event: EventId, at: Instant) -> Vec<ClauseId> {
        let graph = self.graph();
        let mut now = before.clone();
        advance(graph, &mut now, &self.env, at);
        let on = |r: &&kernel::Relation| {
            let constrains =
                matches!(r.kind, Kind::Condition { .. } | Kind::Milestone | Kind::Extend { .. });
            r.target == event && constrains && now.included.has(r.source)
                || r.source == event && matches!(r.kind, Kind::Extend { .. })
        };
        let constraints = graph.relations.iter().filter(on).map(|r| r.clause);
        let distinct =
            graph.distinct.iter().filter(|d| d.one == event || d.other == event).map(|d| d.clause);
        let enough = graph.at_least.iter().filter(|a| a.event == event).map(|a| a.clause);
        constraints.chain(distinct).chain(enough).collect()
    }

    /// The rules whose effect the act set off.
    fn fired(&mut self, event: EventId) {
        let graph = &self.procedure.graph;
        let choices = graph.choices_of(event);
        let effects = graph.relations.iter().filter(|r| {
            let from = r.source == event || choices.contains(&r.source);
            let effect =
                !matches!(r.kind, Kind::Condition { .. } | Kind::Milestone | Kind::Overdue(_));
            from && effect
        });
        self.outcome.satisfied.extend(effects.map(|r| r.clause));
        self.outcome.satisfied.insert(graph.event(event).clause);
        self.outcome.satisfied.extend(choices.iter().map(|c| graph.event(*c).clause));
    }

    /// A rule is tripped where it is the only one that refuses.
    fn trip(&mut self, refusal: &Refusal) {
        let clauses: BTreeSet<ClauseId> = refusal.failing.iter().map(|f| f.clause).collect();
        if clauses.len() == 1 {
            self.outcome.tripped.extend(clauses);
        }
    }

    /// A story that names the first day of an act shows the rule that alone holds it back until then:
    /// no person could try an act of the clock.
    fn waited_for(&mut self, beat: &Beat) {
        for expectation in &beat.expectations {
            let (Expect::Earliest(event, _) | Expect::Impossible(event)) = expectation.kind else {
                continue;
            };
            let graph = &self.procedure.graph;
            let now = self.marking.now;
            let failing = barriers(graph, &self.marking, &self.env, event, now, &[]).failing;
            let clauses: BTreeSet<ClauseId> = failing.iter().map(|f| f.clause).collect();
            if clauses.len() == 1 {
                self.outcome.tripped.extend(clauses);
            }
        }
    }

    fn breaches(&mut self, acts: &[ClockAct]) {
        for act in acts {
            match act {
                ClockAct::Breach(breach) => {
                    let relation = breach.relation.map(|r| self.procedure.graph.relation(r).clause);
                    self.outcome.breached.extend(relation);
                    let overdue =
                        self.procedure.graph.relations.iter().filter(|r| {
                            r.source == breach.event && matches!(r.kind, Kind::Overdue(_))
                        });
                    self.outcome.satisfied.extend(overdue.map(|r| r.clause));
                }
                ClockAct::Automatic { event, .. } => {
                    let event = *event;
                    let graph = &self.procedure.graph;
                    let constraints = graph.relations.iter().filter(|r| {
                        r.target == event
                            && matches!(r.kind, Kind::Condition { .. } | Kind::Milestone)
                    });
                    self.outcome.satisfied.extend(constraints.map(|r| r.clause));
                    self.fired(event);
                }
            }
        }
    }

    /// Replays the case with one earlier act amended or annulled.
    fn correct(&mut self, beat: &Beat, correction: &Correction) {
        let found = self
            .done
            .iter()
            .position(|d| d.deed.event == correction.event && d.at == correction.performed);
        let Some(at) = found else {
            let act = self.procedure.act(correction.event).name.clone();
            let time = correction.performed.to_string();
            let message = expect::say("nothing-to-correct", &[("act", &act), ("at", &time)]);
            self.outcome.unmet.push(Unmet { position: beat.position.clone(), message });
            return;
        };
        if correction.annulled {
            self.done.remove(at);
        } else {
            let done = &mut self.done[at];
            done.at = correction.moved_to.unwrap_or(done.at);
            for (field, value) in &correction.payload {
                done.deed.payload.retain(|(f, _)| f != field);
                done.deed.payload.push((*field, value.clone()));
            }
        }
        self.done.sort_by_key(|d| d.at);
        let now = self.marking.now;
        let graph = &self.procedure.graph;
        let start = self.done.first().map_or(self.start, |d| d.at.min(self.start));
        let mut marking = Marking::initial(graph, &self.env, start);
        for done in &self.done {
            let deed = &done.deed;
            let act = Act {
                event: deed.event,
                at: done.at,
                payload: &deed.payload,
                key: deed.key.as_deref(),
            };
            // What the corrected past would have refused still happened.
            let _ = record(graph, &mut marking, &self.env, &act);
        }
        advance(graph, &mut marking, &self.env, now);
        self.marking = marking;
    }
}

fn person_clause(why: &Unauthorised) -> Option<ClauseId> {
    match why {
        Unauthorised::WrongRole { .. } => None,
        Unauthorised::SamePerson { clause, .. } | Unauthorised::TooFew { clause, .. } => {
            Some(*clause)
        }
    }
}

/// Whether a rule can refuse an act by itself.
pub(crate) fn can_refuse(procedure: &Procedure, clause: ClauseId) -> bool {
    let graph = &procedure.graph;
    let by_relation = procedure.rule(clause).relations.iter().any(|r| {
        let relation = graph.relation(*r);
        relation.strength == Strength::Refuse
            && matches!(
                relation.kind,
                Kind::Condition { .. } | Kind::Milestone | Kind::Extend { .. }
            )
    });
    let by_persons = graph.distinct.iter().any(|d| d.clause == clause)
        || graph.at_least.iter().any(|a| a.clause == clause);
    by_relation || by_persons
}

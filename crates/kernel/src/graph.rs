//! The compiled graph: events and relations, fixed after load.
//!
//! A [`Graph`] comes only out of a [`crate::Builder`], which flattens groups, expands instances and
//! checks well-formedness (L0); so every index in it is valid. Its public parts are read by the
//! load-time checks, by tests and by whoever explains a graph; they are never changed.
//!
//! Not here: the state of a case (`marking.rs`) and the meaning of a step (`step.rs`).

use serde::{Deserialize, Serialize};

use crate::guard::{FieldKind, Guard, Value};
use crate::index::Index;
use crate::limit::{Limit, Wait};
use crate::set::EventSet;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(u16);
        impl $name {
            /// The id of the entry at this place of its list.
            #[inline]
            pub fn new(index: usize) -> Self {
                Self(u16::try_from(index).expect("lists of a graph are far shorter than 65,536"))
            }
            /// Its place in the list.
            #[inline]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

id!(/** An event of a compiled graph; the order of events is the tie-break everywhere. */ EventId);
id!(/** A relation of a compiled graph. */ RelationId);
id!(/** A clause of law, which one or more relations come from. */ ClauseId);
id!(/** A field of the matter. */ FieldId);
id!(/** A parameter of the place. */ ParamId);
id!(/** A role that may execute events. */ RoleId);
id!(/** A template of instances. */ TemplateId);

/// One clause of law: what a refusal, a breach and a warning cite.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Clause {
    /// A name that is unique in the graph.
    pub name: String,
    /// The articles, each `statute@version#article`; empty only for an internal rule.
    pub citations: Vec<String>,
    /// Why an internal rule exists, or a remark.
    pub reason: Option<String>,
}

/// A typed field of the matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Unique in the graph.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// A date or moment of something that has happened: it may not lie after the act that states it.
    pub past: bool,
}

/// How often an event may be executed in one case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Repeat {
    /// Once (the rule for acts).
    Once,
    /// As often as the other rules allow.
    Unlimited,
    /// At most so many times.
    AtMost(u16),
}

/// From which instant the limits of an automatic act count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effective {
    /// The instant it is executed.
    Executed,
    /// The last day of the period whose end made it possible.
    PeriodEnd,
    /// The execution of the source of its latest condition.
    SourceDay,
}

/// Whose duty an obligation on the event is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// A public organ: its lateness is a breach.
    Organ,
    /// A party: a burden or right; it lapses, it does not breach.
    Party,
}

/// What kind of thing an event is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// An act performed by a person.
    Act,
    /// An act executed by the clock at the first instant it is enabled.
    Automatic(Effective),
    /// "One of": executed with any member, included while a member is.
    Choice {
        /// Its members.
        members: Vec<EventId>,
    },
}

/// One event of the graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its name; events of instances share the name of their template event.
    pub name: String,
    /// The template and slot number, for events of instances.
    pub slot: Option<(TemplateId, u16)>,
    /// Act, automatic act or choice group.
    pub kind: EventKind,
    /// Included in the initial marking (in an instance: when spawned).
    pub included: bool,
    /// Executed at this instant in the initial marking.
    pub executed_at: Option<crate::time::Instant>,
    /// Pending in the initial marking: without limit, or within a limit from the start.
    pub pending: Option<Option<Limit>>,
    /// How often it may be executed.
    pub repeat: Repeat,
    /// Whose duty it is.
    pub owner: Owner,
    /// Roles that may execute it; empty: anybody.
    pub roles: Vec<RoleId>,
    /// Known to be unreachable for now; L1 then says nothing.
    pub reserved: bool,
    /// Fields its payload may carry; true: must.
    pub fields: Vec<(FieldId, bool)>,
    /// Constants the execution writes.
    pub writes: Vec<(FieldId, Value)>,
    /// The payload field that states when it was posted, if posting in time is being in time.
    pub posted: Option<FieldId>,
    /// The clause that establishes the event.
    pub clause: ClauseId,
}

/// Whether a failing relation refuses the act or warns about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Strength {
    /// The act is refused.
    Refuse,
    /// The act may be done after the warning is acknowledged.
    Warn,
}

/// Which of two duties on one event stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Merge {
    /// The newer one.
    Replace,
    /// The one that falls due first.
    Strictest,
}

/// What a breach sets off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Puts the target in.
    Include,
    /// Takes the target out.
    Exclude,
    /// Makes the target pending.
    Respond {
        /// Within this.
        limit: Option<Limit>,
        /// How it meets an older duty.
        merge: Merge,
    },
}

/// Notice ahead of a date: the source must have happened this long before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lead {
    /// How long before.
    pub limit: Limit,
    /// The field with the date, in the target's payload or the matter.
    pub until: FieldId,
}

/// The kinds of relation, with what each carries besides its two ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// source →• target: while the source is included, the target needs it executed.
    Condition {
        /// And this must have run since its last execution.
        wait: Option<Wait>,
        /// And this must not have run out (a bounded right).
        bound: Option<Limit>,
        /// And it must lie this long before a date.
        lead: Option<Lead>,
        /// And this must be true.
        and_if: Option<Guard>,
        /// The law itself says that the condition is void while its source is excluded (L9).
        void_when_excluded: bool,
    },
    /// source →◇ target: while the source is included and pending, the target is blocked.
    Milestone,
    /// source •→ target: executing the source makes the target pending.
    Response {
        /// Within this.
        limit: Option<Limit>,
        /// How it meets an older duty.
        merge: Merge,
        /// Whether the author said which (L7).
        merge_stated: bool,
    },
    /// source →% target.
    Exclude,
    /// source →+ target.
    Include,
    /// The clock of the target's duty stands still from the source until `until`.
    Stop {
        /// The act that lets it run again.
        until: EventId,
    },
    /// Executing the source prolongs the target's open duty.
    Extend {
        /// By this much.
        limit: Limit,
        /// At most so many times in a case.
        max: u16,
    },
    /// A breach of the source's duty has this effect on the target.
    Overdue(Effect),
    /// Executing the source creates an instance of the template; the target is the source itself.
    Spawn(TemplateId),
}

impl Kind {
    /// The limit of the duty it creates or prolongs.
    pub fn duty_limit(&self) -> Option<&Limit> {
        match self {
            Self::Response { limit, .. } | Self::Overdue(Effect::Respond { limit, .. }) => {
                limit.as_ref()
            }
            Self::Extend { limit, .. } => Some(limit),
            _ => None,
        }
    }
}

/// One relation between two events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relation {
    /// Its kind.
    pub kind: Kind,
    /// From.
    pub source: EventId,
    /// To.
    pub target: EventId,
    /// It applies only where this is not false.
    pub when: Option<Guard>,
    /// Refuses or warns.
    pub strength: Strength,
    /// The clause it comes from.
    pub clause: ClauseId,
}

/// A family of instances: one event set per party, department, objection …
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// The most instances of one case.
    pub cap: u16,
    /// Per slot, its events in template order.
    pub slots: Vec<Vec<EventId>>,
}

/// The persons who executed two events of one case must differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Distinct {
    /// One event.
    pub one: EventId,
    /// The other.
    pub other: EventId,
    /// The clause that says so.
    pub clause: ClauseId,
}

/// So many qualified persons must sign an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AtLeast {
    /// The event.
    pub event: EventId,
    /// How many different persons.
    pub persons: u16,
    /// The clause that says so.
    pub clause: ClauseId,
}

/// A compiled procedure.
#[derive(Clone, PartialEq, Debug)]
pub struct Graph {
    /// Its name.
    pub name: String,
    /// Events in their fixed order.
    pub events: Vec<Event>,
    /// Relations in the order of the law.
    pub relations: Vec<Relation>,
    /// Clauses of law.
    pub clauses: Vec<Clause>,
    /// Fields of the matter.
    pub fields: Vec<Field>,
    /// Names of the parameters it reads.
    pub params: Vec<String>,
    /// Names of the roles.
    pub roles: Vec<String>,
    /// Templates of instances.
    pub templates: Vec<Template>,
    /// Separation of duties.
    pub distinct: Vec<Distinct>,
    /// Numbers of signatures.
    pub at_least: Vec<AtLeast>,
    pub(crate) index: Index,
}

impl Graph {
    /// The event.
    #[inline]
    pub fn event(&self, id: EventId) -> &Event {
        &self.events[id.index()]
    }

    /// The relation.
    #[inline]
    pub fn relation(&self, id: RelationId) -> &Relation {
        &self.relations[id.index()]
    }

    /// The clause.
    pub fn clause(&self, id: ClauseId) -> &Clause {
        &self.clauses[id.index()]
    }

    /// The field.
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }

    /// The event of this name outside all instances.
    pub fn event_named(&self, name: &str) -> Option<EventId> {
        self.event_ids().find(|e| self.event(*e).slot.is_none() && self.event(*e).name == name)
    }

    /// The event of this name in one slot of a template.
    pub fn slot_event(&self, template: TemplateId, slot: u16, name: &str) -> Option<EventId> {
        let events = self.templates[template.index()].slots.get(usize::from(slot))?;
        events.iter().copied().find(|e| self.event(*e).name == name)
    }

    /// The field of this name.
    pub fn field_named(&self, name: &str) -> Option<FieldId> {
        self.fields.iter().position(|f| f.name == name).map(FieldId::new)
    }

    /// The parameter of this name.
    pub fn param_named(&self, name: &str) -> Option<ParamId> {
        self.params.iter().position(|p| p == name).map(ParamId::new)
    }

    /// All events in order.
    pub fn event_ids(&self) -> impl Iterator<Item = EventId> + use<> {
        (0..self.events.len()).map(EventId::new)
    }

    /// All relations in order.
    pub fn relation_ids(&self) -> impl Iterator<Item = RelationId> + use<> {
        (0..self.relations.len()).map(RelationId::new)
    }

    /// The members, where the event is a choice group.
    pub fn members(&self, event: EventId) -> &[EventId] {
        match &self.event(event).kind {
            EventKind::Choice { members } => members,
            _ => &[],
        }
    }

    /// The choice groups the event is a member of.
    pub fn choices_of(&self, event: EventId) -> &[EventId] {
        &self.index.of(event).choices
    }

    /// The events whose open duties keep a case from being accepted: organ duties and duties
    /// named by milestones.
    pub fn accounted(&self) -> &EventSet {
        &self.index.accounted
    }
}

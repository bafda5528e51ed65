//! Writes a kernel graph in the format of dcrgraphs.net, and lists what that format cannot say.
//!
//! The format has acts, five kinds of relation and natural time. What the kernel has beyond that is
//! either expressed exactly in these, or named in a [`Loss`]; a relation that is left out is counted.
//! Exactly expressed are effects of a choice group (each member has them) and "once per case": by
//! an exclusion of itself where nothing can tell the difference, else by a helper event `once:…`
//! that can never happen and comes in, as a condition, with the first execution.
//!
//! Not here: files. Next: `portal.rs` reads it again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use kernel::{
    Amount, Anchor, ClauseId, End, Event, EventId, EventKind, Graph, Kind, Limit, Merge, Owner,
    Period, Relation, Repeat, Strength, Unit, Wait,
};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event as Xml};

use crate::diagram::ONCE;
use crate::time;
use crate::words::{Facts, Lang, say};

/// Something the format cannot say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// The clause it belongs to, as its name and articles.
    pub rule: String,
    /// Which sentence.
    pub code: &'static str,
    /// How many relations were left out altogether; 0 where something was written, but weaker.
    pub left_out: usize,
    facts: Facts,
}

impl Loss {
    /// What is lost.
    pub fn sentence(&self, lang: Lang) -> String {
        say(lang, self.code, &self.facts)
    }

    /// What is lost, and by which rule.
    pub fn text(&self, lang: Lang) -> String {
        format!("{}: {}", self.rule, self.sentence(lang))
    }
}

/// A graph written down.
#[derive(Clone, Debug)]
pub struct Written {
    /// The file.
    pub xml: String,
    /// How many relations of the graph are in it.
    pub relations: usize,
    /// All that is not.
    pub losses: Vec<Loss>,
}

/// A relation of the file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Edge {
    list: usize,
    source: String,
    target: String,
    time: Option<String>,
}

/// The lists of relations, each with its element.
const LISTS: [(&str, &str); 5] = [
    ("conditions", "condition"),
    ("responses", "response"),
    ("excludes", "exclude"),
    ("includes", "include"),
    ("milestones", "milestone"),
];
const CONDITION: usize = 0;
const RESPONSE: usize = 1;
const EXCLUDE: usize = 2;
const INCLUDE: usize = 3;
const MILESTONE: usize = 4;

struct Draft<'g> {
    graph: &'g Graph,
    /// Each with the articles it comes from.
    edges: BTreeMap<Edge, BTreeSet<String>>,
    relations: usize,
    losses: BTreeMap<(ClauseId, &'static str), (usize, Facts)>,
}

/// Writes the graph.
pub fn write(graph: &Graph) -> Written {
    let mut draft = Draft { graph, edges: BTreeMap::new(), relations: 0, losses: BTreeMap::new() };
    graph.relations.iter().for_each(|r| draft.relation(r));
    acts(graph).for_each(|a| draft.effects(a));
    let barred: Vec<EventId> = acts(graph).filter(|a| draft.once(*a)).collect();
    graph.event_ids().for_each(|e| draft.event(e));
    draft.people();
    let losses = draft.losses.iter();
    let losses: Vec<Loss> = losses
        .map(|((clause, code), (left_out, facts))| Loss {
            rule: rule(graph, *clause),
            code,
            left_out: *left_out,
            facts: facts.clone(),
        })
        .collect();
    let xml = draft.xml(&barred, &losses).expect("writing to memory does not fail");
    Written { xml, relations: draft.relations, losses }
}

/// The acts outside instances: what the file has as events.
fn acts(graph: &Graph) -> impl Iterator<Item = EventId> + '_ {
    graph.event_ids().filter(|e| {
        let event = graph.event(*e);
        event.slot.is_none() && !matches!(event.kind, EventKind::Choice { .. })
    })
}

fn rule(graph: &Graph, clause: ClauseId) -> String {
    let clause = graph.clause(clause);
    match clause.citations.is_empty() {
        true => clause.name.clone(),
        false => format!("{} ({})", clause.name, clause.citations.join(" ")),
    }
}

impl Draft<'_> {
    /// Notes a loss; `left_out` relations are not in the file because of it.
    fn lose(&mut self, clause: ClauseId, code: &'static str, left_out: usize, facts: Facts) {
        self.losses.entry((clause, code)).or_insert((0, facts)).0 += left_out;
    }

    fn edge(
        &mut self,
        list: usize,
        ends: (EventId, EventId),
        time: Option<String>,
        clause: ClauseId,
    ) {
        let name = |e: EventId| self.graph.event(e).name.clone();
        let (source, target) = (name(ends.0), name(ends.1));
        let citations = &self.graph.clause(clause).citations;
        let edge = Edge { list, source, target, time };
        self.edges.entry(edge).or_default().extend(citations.iter().cloned());
    }

    /// Writes a constraint or a response, or says why it is left out. Excludes, includes and the
    /// responses of choice groups are written by act, in [`Draft::effects`].
    fn relation(&mut self, r: &Relation) {
        if let Some(code) = self.left_out(r) {
            return self.lose(r.clause, code, 1, Facts::new());
        }
        self.relations += 1;
        match &r.kind {
            Kind::Condition { wait, bound, lead, and_if, .. } => {
                let parts = [
                    ("bound", bound.is_some()),
                    ("lead", lead.is_some()),
                    ("and-if", and_if.is_some()),
                ];
                for (code, _) in parts.into_iter().filter(|(_, there)| *there) {
                    self.lose(r.clause, code, 0, Facts::new());
                }
                let time = wait.as_ref().and_then(|w| self.wait(r.clause, w));
                self.edge(CONDITION, (r.source, r.target), time, r.clause);
            }
            Kind::Milestone => self.edge(MILESTONE, (r.source, r.target), None, r.clause),
            _ => {}
        }
    }

    /// Why a relation cannot be written at all.
    fn left_out(&self, r: &Relation) -> Option<&'static str> {
        let event = |e: EventId| self.graph.event(e);
        let choice = |e: EventId| matches!(event(e).kind, EventKind::Choice { .. });
        let constraint = matches!(r.kind, Kind::Condition { .. } | Kind::Milestone);
        Some(match &r.kind {
            Kind::Stop { .. } => "stop",
            Kind::Extend { .. } => "extension",
            Kind::Overdue(_) => "overdue",
            Kind::Spawn(_) => "instance",
            _ if event(r.source).slot.or(event(r.target).slot).is_some() => "instance",
            _ if r.when.is_some() => "guard-lost",
            _ if constraint && r.strength == Strength::Warn => "warning",
            _ if constraint && choice(r.source) => "choice",
            _ if choice(r.target) => "choice",
            _ => return None,
        })
    }

    /// What executing the act does, choice groups it belongs to first, as the kernel carries it out:
    /// of two effects on one event's inclusion the later stands, and within one plan the include.
    fn effects(&mut self, act: EventId) {
        let graph = self.graph;
        let mut inclusion: BTreeMap<EventId, (usize, ClauseId)> = BTreeMap::new();
        for source in graph.choices_of(act).iter().copied().chain([act]) {
            let mine = graph.relations.iter().filter(|r| r.source == source);
            let mine: Vec<&Relation> = mine.filter(|r| self.left_out(r).is_none()).collect();
            for (kind, list) in [(Kind::Exclude, EXCLUDE), (Kind::Include, INCLUDE)] {
                let these = mine.iter().filter(|r| r.kind == kind);
                inclusion.extend(these.map(|r| (r.target, (list, r.clause))));
            }
            for r in mine {
                let Kind::Response { limit, merge, .. } = &r.kind else { continue };
                // A choice's response to its own member is discharged by that member's execution.
                if source == act || r.target != act {
                    let time = limit.as_ref().and_then(|l| self.limit(r.clause, l));
                    if *merge == Merge::Strictest && time.is_some() {
                        self.lose(r.clause, "strictest", 0, Facts::new());
                    }
                    self.edge(RESPONSE, (act, r.target), time, r.clause);
                }
            }
        }
        for (target, (list, clause)) in inclusion {
            self.edge(list, (act, target), None, clause);
        }
    }

    /// Bars a second execution; says whether a helper event is needed for it.
    fn once(&mut self, act: EventId) -> bool {
        let event = self.graph.event(act);
        match event.repeat {
            Repeat::Unlimited => return false,
            Repeat::AtMost(n) => {
                self.lose(event.clause, "at-most", 0, vec![("n", n.to_string())]);
                return false;
            }
            Repeat::Once => {}
        }
        let revived = |e: &Edge| e.target == event.name && [RESPONSE, INCLUDE].contains(&e.list);
        if event.executed_at.is_none() && !self.edges.keys().any(revived) {
            self.edge(EXCLUDE, (act, act), None, event.clause);
            return false;
        }
        let helper = format!("{ONCE}{}", event.name);
        let mut add = |list, source: &str, target: &str| {
            let (source, target) = (source.to_owned(), target.to_owned());
            let edge = Edge { list, source, target, time: None };
            self.edges.insert(edge, BTreeSet::new());
        };
        add(CONDITION, &helper, &helper);
        add(CONDITION, &helper, &event.name);
        add(INCLUDE, &event.name, &helper);
        true
    }

    /// What the format cannot say of an event by itself.
    fn event(&mut self, id: EventId) {
        let event: &Event = self.graph.event(id);
        let clause = event.clause;
        match &event.kind {
            _ if event.slot.is_some() => return self.lose(clause, "instance", 0, Facts::new()),
            EventKind::Choice { .. } => return self.lose(clause, "choice", 0, Facts::new()),
            EventKind::Automatic(_) => self.lose(clause, "automatic", 0, Facts::new()),
            EventKind::Act => {}
        }
        let data = !event.fields.is_empty() || !event.writes.is_empty() || event.posted.is_some();
        let owed = self.edges.keys().any(|e| e.list == RESPONSE && e.target == event.name);
        let facts = [
            ("data-of", data),
            ("executed-on", event.executed_at.is_some()),
            ("pending-within", matches!(event.pending, Some(Some(_)))),
            ("party", event.owner == Owner::Party && (owed || event.pending.is_some())),
        ];
        for (code, _) in facts.into_iter().filter(|(_, there)| *there) {
            self.lose(clause, code, 0, Facts::new());
        }
    }

    fn people(&mut self) {
        for rule in &self.graph.distinct {
            self.lose(rule.clause, "distinct", 0, Facts::new());
        }
        for rule in &self.graph.at_least {
            self.lose(rule.clause, "at-least", 0, Facts::new());
        }
    }

    /// The wait as the format has it; a whole period of days ends on the day after.
    fn wait(&mut self, clause: ClauseId, wait: &Wait) -> Option<String> {
        let length = plain(&wait.limit).filter(|_| !wait.limit.roll);
        let length = match (wait.end, length) {
            (End::Ready, length) => length,
            (End::Full, Some((n, Unit::Day))) => Some((n + 1, Unit::Day)),
            _ => None,
        };
        let written = length.and_then(time::write);
        if written.is_none() {
            self.lose(clause, "wait", 0, Facts::new());
        }
        written
    }

    fn limit(&mut self, clause: ClauseId, limit: &Limit) -> Option<String> {
        let written = plain(limit).and_then(time::write);
        match written {
            None => self.lose(clause, "limit", 0, Facts::new()),
            Some(_) if limit.roll => self.lose(clause, "roll", 0, Facts::new()),
            Some(_) => {}
        }
        written
    }

    fn xml(&self, barred: &[EventId], losses: &[Loss]) -> io::Result<String> {
        let mut w = Writer::new_with_indent(Vec::new(), b' ', 2);
        w.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let events = self.events(barred);
        let root = w.create_element("dcrgraph").with_attribute(("title", self.graph.name.as_str()));
        root.write_inner_content(|w| {
            w.create_element("specification").write_inner_content(|w| {
                self.resources(w, &events, losses)?;
                self.constraints(w)
            })?;
            w.create_element("runtime").write_inner_content(|w| marking(w, &events))?;
            Ok(())
        })?;
        let text = String::from_utf8(w.into_inner()).expect("names and sentences are text");
        Ok(text + "\n")
    }

    /// The events of the file, helpers at the end.
    fn events(&self, barred: &[EventId]) -> Vec<Entry> {
        let act = |id: EventId| {
            let event = self.graph.event(id);
            let role = |r: &kernel::RoleId| self.graph.roles[r.index()].clone();
            Entry {
                id: event.name.clone(),
                roles: event.roles.iter().map(role).collect(),
                included: event.included,
                executed: event.executed_at.is_some(),
                pending: event.pending.is_some(),
            }
        };
        let helper = |id: &EventId| Entry {
            id: format!("{ONCE}{}", self.graph.event(*id).name),
            roles: Vec::new(),
            included: self.graph.event(*id).executed_at.is_some(),
            executed: false,
            pending: false,
        };
        acts(self.graph).map(act).chain(barred.iter().map(helper)).collect()
    }

    fn resources(&self, w: &mut Xmls, events: &[Entry], losses: &[Loss]) -> io::Result<()> {
        w.create_element("resources").write_inner_content(|w| {
            w.create_element("events")
                .write_inner_content(|w| events.iter().try_for_each(|e| e.write(w)))?;
            w.create_element("labels").write_inner_content(|w| {
                events.iter().try_for_each(|e| one(w, "label", &[("id", &e.id)]))
            })?;
            w.create_element("labelMappings").write_inner_content(|w| {
                let pair = |e: &Entry| [("eventId", e.id.clone()), ("labelId", e.id.clone())];
                events.iter().try_for_each(|e| {
                    let pair = pair(e);
                    one(w, "labelMapping", &pair.each_ref().map(|(k, v)| (*k, v.as_str())))
                })
            })?;
            w.create_element("custom").write_inner_content(|w| {
                let lines: Vec<String> = losses.iter().map(|l| l.text(Lang::En)).collect();
                let text = format!("Not expressed in this file:\n{}", lines.join("\n"));
                w.create_element("graphDetails").write_text_content(BytesText::new(&text))?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    fn constraints(&self, w: &mut Xmls) -> io::Result<()> {
        w.create_element("constraints").write_inner_content(|w| {
            for (at, (list, element)) in LISTS.iter().enumerate() {
                w.create_element(*list).write_inner_content(|w| {
                    let these = self.edges.iter().filter(|(e, _)| e.list == at);
                    these.into_iter().try_for_each(|(edge, articles)| {
                        let articles: Vec<&str> = articles.iter().map(String::as_str).collect();
                        let articles = articles.join(" ");
                        let mut pairs =
                            vec![("sourceId", &*edge.source), ("targetId", &*edge.target)];
                        pairs.extend(edge.time.as_deref().map(|t| ("time", t)));
                        pairs.extend((!articles.is_empty()).then_some(("description", &*articles)));
                        one(w, element, &pairs)
                    })
                })?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

type Xmls = Writer<Vec<u8>>;

/// An event of the file.
struct Entry {
    id: String,
    roles: Vec<String>,
    included: bool,
    executed: bool,
    pending: bool,
}

impl Entry {
    fn write(&self, w: &mut Xmls) -> io::Result<()> {
        let element = w.create_element("event").with_attribute(("id", self.id.as_str()));
        if self.roles.is_empty() {
            element.write_empty()?;
            return Ok(());
        }
        element.write_inner_content(|w| {
            w.create_element("custom").write_inner_content(|w| {
                w.create_element("roles").write_inner_content(|w| {
                    self.roles.iter().try_for_each(|role| {
                        w.create_element("role").write_text_content(BytesText::new(role))?;
                        Ok(())
                    })
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }
}

/// Whether an event has a mark.
type Has = fn(&Entry) -> bool;

fn marking(w: &mut Xmls, events: &[Entry]) -> io::Result<()> {
    w.create_element("marking").write_inner_content(|w| {
        let marks: [(&str, Has); 3] = [
            ("executed", |e| e.executed),
            ("included", |e| e.included),
            ("pendingResponses", |e| e.pending),
        ];
        for (list, has) in marks {
            w.create_element(list).write_inner_content(|w| {
                let these = events.iter().filter(|e| has(e));
                these.into_iter().try_for_each(|e| one(w, "event", &[("id", &e.id)]))
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

/// An empty element with these attributes.
fn one(w: &mut Xmls, element: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    w.create_element(element).with_attributes(attributes.iter().copied()).write_empty()?;
    Ok(())
}

/// A fixed length forward from the source's execution.
fn plain(limit: &Limit) -> Option<time::Length> {
    match limit.period {
        Period::Span(Amount::Fixed(n), unit)
            if limit.anchor == Anchor::Source && !limit.before && !limit.full_hour =>
        {
            Some((n, unit))
        }
        _ => None,
    }
}

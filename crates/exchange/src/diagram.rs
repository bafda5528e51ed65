//! What both formats say, and the kernel graph made of it.
//!
//! A [`Diagram`] has shapes (events, and groups around them) and arrows. Compiling it resolves the
//! ends, names the events by their labels where those are unique, and hands groups to the kernel's
//! builder. Every arrow becomes a clause of its own without citation, which points to its line.
//!
//! Not here: how the formats write it (`portal.rs`, `editor.rs`).

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::{
    Builder, Clause, End, EventSpec, Graph, Instant, KindSpec, Limit, Node, Repeat, RoleId, Wait,
};

use crate::Format;
use crate::fault::Fault;
use crate::time::Length;
use crate::xml::Source;

/// How the ids of events begin that the writer adds to bar a second execution.
pub(crate) const ONCE: &str = "once:";

/// A graph read from a file. Its clauses cite nothing, so no case can be run on it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The graph, groups flattened.
    pub graph: Graph,
    /// From which format.
    pub format: Format,
    /// How many groups there were.
    pub groups: usize,
    /// How many arrows there were.
    pub arrows: usize,
}

/// The kinds of arrow both formats share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arrowhead {
    Condition,
    Response,
    Exclude,
    Include,
    Milestone,
}

/// An event or a group.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub id: String,
    pub label: Option<String>,
    /// The group it lies in, by its place in the list; always before it.
    pub parent: Option<usize>,
    pub group: bool,
    pub included: bool,
    pub executed: bool,
    pub pending: bool,
    pub roles: Vec<String>,
    pub at: usize,
}

/// A relation between shapes.
#[derive(Clone, Debug)]
pub(crate) struct Arrow {
    pub kind: Arrowhead,
    pub source: String,
    pub target: String,
    pub time: Option<Length>,
    pub remark: Option<String>,
    pub at: usize,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diagram {
    pub name: String,
    pub shapes: Vec<Shape>,
    pub arrows: Vec<Arrow>,
}

/// The graph of the diagram.
pub(crate) fn compile(
    source: &Source,
    diagram: &Diagram,
    format: Format,
) -> Result<Imported, Vec<Fault>> {
    let faults = check(source, diagram);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut builder = Builder::new(&diagram.name);
    let nodes = shapes(source, diagram, &mut builder);
    for arrow in &diagram.arrows {
        let (from, to) = (nodes[arrow.source.as_str()], nodes[arrow.target.as_str()]);
        let reason = uncited(source, arrow.at, arrow.remark.as_deref());
        let name = format!("{:?} {} {}", arrow.kind, arrow.source, arrow.target).to_lowercase();
        let clause = builder.clause(Clause { name, citations: Vec::new(), reason: Some(reason) });
        builder.relate(kind(arrow), from, to, clause);
    }
    let graph = builder.build().map_err(|errors| {
        let fault =
            |e: &kernel::BuildError| source.fault_at(0, "graph", &[("why", &e.to_string())]);
        errors.iter().map(fault).collect::<Vec<_>>()
    })?;
    let groups = diagram.shapes.iter().filter(|s| s.group).count();
    Ok(Imported { graph, format, groups, arrows: diagram.arrows.len() })
}

/// The mark of a rule without citation, with the place it comes from.
fn uncited(source: &Source, at: usize, remark: Option<&str>) -> String {
    let remark = remark.map_or(String::new(), |r| format!(" \"{r}\""));
    format!("uncited: {}:{}{remark}", source.file, source.line(at))
}

fn kind(arrow: &Arrow) -> KindSpec {
    let limit = arrow.time.map(|(n, unit)| Limit::new(n, unit, false));
    match arrow.kind {
        Arrowhead::Condition => KindSpec::Condition {
            wait: limit.map(|limit| Wait { limit, end: End::Ready }),
            bound: None,
            lead: None,
            and_if: None,
            void_when_excluded: false,
        },
        Arrowhead::Response => KindSpec::response(limit),
        Arrowhead::Exclude => KindSpec::Exclude,
        Arrowhead::Include => KindSpec::Include,
        Arrowhead::Milestone => KindSpec::Milestone,
    }
}

/// Adds events and groups to the builder; gives the node of each id.
fn shapes<'d>(
    source: &Source,
    diagram: &'d Diagram,
    builder: &mut Builder,
) -> HashMap<&'d str, Node> {
    let names = names(diagram);
    let mut roles: HashMap<&str, RoleId> = HashMap::new();
    let mut nodes: HashMap<&str, Node> = HashMap::new();
    for (shape, name) in diagram.shapes.iter().zip(&names).filter(|(s, _)| !s.group) {
        let reason = Some(uncited(source, shape.at, None));
        let clause = builder.clause(Clause { name: name.clone(), citations: Vec::new(), reason });
        let role = |r: &'d String| *roles.entry(r).or_insert_with(|| builder.role(r));
        let roles = shape.roles.iter().map(role).collect();
        let spec = EventSpec {
            included: shape.included,
            executed_at: shape.executed.then_some(Instant(0)),
            pending: shape.pending.then_some(None),
            repeat: Repeat::Unlimited,
            reserved: shape.id.starts_with(ONCE),
            roles,
            ..EventSpec::act(name, clause)
        };
        nodes.insert(&shape.id, builder.event(spec));
    }
    // Inner groups stand after the groups around them.
    for (at, group) in diagram.shapes.iter().enumerate().rev().filter(|(_, s)| s.group) {
        let inside = diagram.shapes.iter().filter(|s| s.parent == Some(at));
        let members: Vec<Node> = inside.map(|s| nodes[s.id.as_str()]).collect();
        nodes.insert(&group.id, builder.group(&names[at], &members));
    }
    nodes
}

/// The label of an event where no other has it, else label and id.
fn names(diagram: &Diagram) -> Vec<String> {
    let label = |s: &Shape| s.label.clone().unwrap_or_else(|| s.id.clone());
    let mut count: HashMap<String, usize> = HashMap::new();
    diagram.shapes.iter().for_each(|s| *count.entry(label(s)).or_default() += 1);
    let name = |s: &Shape| match count[&label(s)] {
        1 => label(s),
        _ => format!("{} [{}]", label(s), s.id),
    };
    diagram.shapes.iter().map(name).collect()
}

/// Everything the kernel's builder could not say at its line.
fn check(source: &Source, diagram: &Diagram) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, shape) in diagram.shapes.iter().enumerate() {
        let mut fault = |code| faults.push(source.fault_at(shape.at, code, &[("id", &shape.id)]));
        if shape.id.is_empty() {
            fault("no-id");
        } else if places.insert(&shape.id, at).is_some() {
            fault("same-id");
        }
        if shape.group && !diagram.shapes.iter().any(|s| s.parent == Some(at)) {
            fault("empty-group");
        }
    }
    for arrow in &diagram.arrows {
        for end in [&arrow.source, &arrow.target] {
            if !places.contains_key(end.as_str()) {
                faults.push(source.fault_at(arrow.at, "no-such-event", &[("id", end)]));
            }
        }
    }
    if faults.is_empty() {
        faults.extend(contradictions(source, diagram, &places));
    }
    faults
}

/// Arrows that are lawful one by one and not together.
fn contradictions(source: &Source, diagram: &Diagram, places: &HashMap<&str, usize>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let below = |id: &str| leaves(diagram, places[id]);
    let mut included = HashSet::new();
    for arrow in diagram.arrows.iter().filter(|a| a.kind == Arrowhead::Include) {
        let (from, to) = (below(&arrow.source), below(&arrow.target));
        included.extend(from.iter().flat_map(|f| to.iter().map(|t| (*f, *t))));
    }
    for arrow in &diagram.arrows {
        let (from, to) = (below(&arrow.source), below(&arrow.target));
        let both = |f: &usize| to.iter().find(|t| included.contains(&(*f, **t))).map(|t| (*f, *t));
        if let (Arrowhead::Exclude, Some((f, t))) = (arrow.kind, from.iter().find_map(both)) {
            let ids = [&diagram.shapes[f].id, &diagram.shapes[t].id];
            let facts = [("source", ids[0].as_str()), ("target", ids[1].as_str())];
            faults.push(source.fault_at(arrow.at, "include-and-exclude", &facts));
        }
        let undated = from.iter().find(|f| diagram.shapes[**f].executed);
        if let (Arrowhead::Condition, Some(_), Some(f)) = (arrow.kind, arrow.time, undated) {
            let facts = [("id", diagram.shapes[*f].id.as_str())];
            faults.push(source.fault_at(arrow.at, "executed-when", &facts));
        }
    }
    faults
}

/// The events a shape stands for.
fn leaves(diagram: &Diagram, place: usize) -> BTreeSet<usize> {
    let inside = |mut at: usize| loop {
        match diagram.shapes[at].parent {
            _ if at == place => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    };
    let events = diagram.shapes.iter().enumerate().filter(|(_, s)| !s.group);
    events.map(|(at, _)| at).filter(|at| inside(*at)).collect()
}

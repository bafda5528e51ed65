//! Reads the format of dcrgraphs.net (`dcrgraph`).
//!
//! Resources hold events (nested ones are groups) and labels, constraints hold the relations, the
//! runtime's marking holds the initial state. Layout is passed over; sub-processes, templates,
//! guards, data and the kinds of relation the kernel does not have are faults.
//!
//! Next: `diagram.rs` makes the graph.

use std::collections::HashMap;

use roxmltree::Node;

use crate::diagram::{Arrow, Arrowhead, Diagram, Shape};
use crate::fault::Fault;
use crate::time;
use crate::xml::{Source, child, elements, is_blank, value};

/// How deep groups may be nested.
pub(crate) const DEPTH_MAX: usize = 64;

/// The lists of relations the kernel has, with the element in each.
const LISTS: &[(&str, &str, Arrowhead)] = &[
    ("conditions", "condition", Arrowhead::Condition),
    ("responses", "response", Arrowhead::Response),
    ("excludes", "exclude", Arrowhead::Exclude),
    ("includes", "include", Arrowhead::Include),
    ("milestones", "milestone", Arrowhead::Milestone),
];

/// Attributes of a relation that are read, or say how it is drawn and filtered.
const OF_RELATION: &[&str] = &[
    "sourceId",
    "targetId",
    "time",
    "expressionId",
    "description",
    "filterLevel",
    "groups",
    "link",
];

struct Reader<'s, 'a, 'i> {
    source: &'s Source<'a, 'i>,
    diagram: Diagram,
    faults: Vec<Fault>,
}

/// The diagram of the file.
pub(crate) fn read(source: &Source, root: Node) -> Result<Diagram, Vec<Fault>> {
    let name = value(root, "title").unwrap_or(&source.file).to_owned();
    let diagram = Diagram { name, ..Diagram::default() };
    let mut reader = Reader { source, diagram, faults: Vec::new() };
    match child(root, "specification") {
        Some(specification) => reader.specification(specification),
        None => reader.fault(root, "part-missing", &[("name", "specification")]),
    }
    for node in elements(root) {
        match node.tag_name().name() {
            "runtime" => reader.runtime(node),
            "specification" | "meta" | "custom" => {}
            _ => reader.unknown(node),
        }
    }
    if reader.faults.is_empty() { Ok(reader.diagram) } else { Err(reader.faults) }
}

impl Reader<'_, '_, '_> {
    fn fault(&mut self, node: Node, code: &'static str, facts: &[(&'static str, &str)]) {
        self.faults.push(self.source.fault(node, code, facts));
    }

    fn unknown(&mut self, node: Node) {
        self.faults.extend(self.source.unknown(node));
    }

    fn specification(&mut self, specification: Node) {
        match child(specification, "resources") {
            Some(resources) => self.resources(resources),
            None => self.fault(specification, "part-missing", &[("name", "resources")]),
        }
        for node in elements(specification) {
            match node.tag_name().name() {
                "constraints" => self.constraints(node),
                "resources" => {}
                _ => self.unknown(node),
            }
        }
    }

    fn resources(&mut self, resources: Node) {
        let mut labels = HashMap::new();
        if let Some(list) = child(resources, "labelMappings") {
            for node in elements(list) {
                match (value(node, "eventId"), value(node, "labelId")) {
                    (Some(event), Some(_)) => drop(labels.insert(event, node)),
                    _ => self.fault(node, "label", &[]),
                }
            }
        }
        for node in elements(resources) {
            match node.tag_name().name() {
                "events" => elements(node).for_each(|e| self.event(e, None, 0, &labels)),
                // Labels are names without events; an expression does nothing until a relation or
                // an event names it, and that is a fault there.
                "labels" | "labelMappings" | "expressions" | "custom" => {}
                "subProcesses" | "templates" if !is_blank(node) => self.fault(node, "process", &[]),
                _ => self.unknown(node),
            }
        }
        for mapping in labels.values() {
            let id = value(*mapping, "eventId").unwrap_or_default();
            if !self.diagram.shapes.iter().any(|s| s.id == id) {
                self.fault(*mapping, "no-such-event", &[("id", id)]);
            }
        }
    }

    fn event(
        &mut self,
        node: Node,
        parent: Option<usize>,
        depth: usize,
        labels: &HashMap<&str, Node>,
    ) {
        if depth > DEPTH_MAX {
            return self.fault(node, "deep", &[("max", &DEPTH_MAX.to_string())]);
        }
        if node.tag_name().name() != "event" {
            return self.unknown(node);
        }
        let strange = self.source.unknown_attributes(node, &["id", "type", "scope"]);
        self.faults.extend(strange);
        let inner: Vec<Node> = elements(node).filter(|n| n.tag_name().name() == "event").collect();
        let group = match value(node, "type") {
            Some("nesting") => true,
            None | Some("event") => !inner.is_empty(),
            Some(other) => {
                match other {
                    "subprocess" => self.fault(node, "process", &[]),
                    _ => self.fault(node, "event-type", &[("type", other)]),
                }
                !inner.is_empty()
            }
        };
        let id = value(node, "id").unwrap_or_default().to_owned();
        let mapping = labels.get(id.as_str());
        let label = mapping.and_then(|m| value(*m, "labelId")).map(str::to_owned);
        let roles = child(node, "custom").map_or(Vec::new(), roles);
        let (included, executed, pending) = (true, false, false);
        let at = node.range().start;
        let shape = Shape { id, label, parent, group, included, executed, pending, roles, at };
        self.diagram.shapes.push(shape);
        let place = self.diagram.shapes.len() - 1;
        for part in elements(node) {
            match part.tag_name().name() {
                "event" => self.event(part, Some(place), depth + 1, labels),
                "custom" => self.data_of(part),
                "precondition" if !is_blank(part) => self.fault(part, "guard", &[]),
                _ => self.unknown(part),
            }
        }
    }

    /// Of what an event's `custom` holds only its data bears on the rules.
    fn data_of(&mut self, custom: Node) {
        if let Some(data) = child(custom, "eventData").filter(|d| !is_blank(*d)) {
            self.fault(data, "data", &[]);
        }
    }

    fn constraints(&mut self, constraints: Node) {
        for list in elements(constraints) {
            let name = list.tag_name().name();
            match LISTS.iter().find(|(known, ..)| *known == name) {
                Some((_, element, kind)) => {
                    elements(list).for_each(|node| self.relation(node, element, *kind));
                }
                None if is_blank(list) => {}
                None => self.fault(list, "relation-kind", &[("kind", name)]),
            }
        }
    }

    fn relation(&mut self, node: Node, element: &str, kind: Arrowhead) {
        if node.tag_name().name() != element {
            return self.unknown(node);
        }
        let strange = self.source.unknown_attributes(node, OF_RELATION);
        self.faults.extend(strange);
        elements(node).filter(|n| n.tag_name().name() != "custom").for_each(|n| self.unknown(n));
        if let Some(id) = value(node, "expressionId") {
            self.fault(node, "guarded", &[("expression", id)]);
        }
        let time = timed(self.source, node, kind).unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        });
        let (Some(from), Some(to)) = (value(node, "sourceId"), value(node, "targetId")) else {
            return self.fault(node, "ends", &[]);
        };
        self.diagram.arrows.push(Arrow {
            kind,
            source: from.to_owned(),
            target: to.to_owned(),
            time,
            remark: value(node, "description").map(str::to_owned),
            at: node.range().start,
        });
    }

    fn runtime(&mut self, runtime: Node) {
        for node in elements(runtime) {
            match node.tag_name().name() {
                "marking" => self.marking(node),
                "custom" => {}
                _ => self.unknown(node),
            }
        }
    }

    fn marking(&mut self, marking: Node) {
        match child(marking, "included") {
            Some(_) => self.diagram.shapes.iter_mut().for_each(|s| s.included = false),
            None => self.fault(marking, "part-missing", &[("name", "included")]),
        }
        for list in elements(marking) {
            match list.tag_name().name() {
                "executed" => self.marked(list, |s| s.executed = true),
                "included" => self.marked(list, |s| s.included = true),
                "pendingResponses" => self.marked(list, |s| s.pending = true),
                "globalStore" if !is_blank(list) => self.fault(list, "data", &[]),
                _ => self.unknown(list),
            }
        }
    }

    fn marked(&mut self, list: Node, mark: impl Fn(&mut Shape)) {
        for node in elements(list) {
            let strange = self.source.unknown_attributes(node, &["id"]);
            self.faults.extend(strange);
            let id = value(node, "id").unwrap_or_default();
            match self.diagram.shapes.iter_mut().find(|s| s.id == id) {
                Some(shape) if shape.group && list.tag_name().name() != "included" => {
                    self.fault(node, "group-marked", &[("id", id)]);
                }
                Some(shape) => mark(shape),
                None => self.fault(node, "no-such-event", &[("id", id)]),
            }
        }
    }
}

/// The time of a relation, where its kind has one.
pub(crate) fn timed(
    source: &Source,
    node: Node,
    kind: Arrowhead,
) -> Result<Option<time::Length>, Fault> {
    let Some(text) = value(node, "time") else { return Ok(None) };
    if !matches!(kind, Arrowhead::Condition | Arrowhead::Response) {
        return Err(source.fault(node, "time-here", &[("time", text)]));
    }
    time::read(text).map(Some).map_err(|code| source.fault(node, code, &[("time", text)]))
}

fn roles(custom: Node) -> Vec<String> {
    let list = child(custom, "roles");
    let roles = list.iter().flat_map(|l| elements(*l)).filter_map(|r| r.text());
    roles.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()).collect()
}

//! Reads the format of the DCR-js editor (`dcr:definitions`).
//!
//! Events, nestings and relations lie in one graph; an event carries its own marking. Boards are
//! layout.
//!
//! Next: `diagram.rs` makes the graph.

use roxmltree::Node;

use crate::diagram::{Arrow, Arrowhead, Diagram, Shape};
use crate::fault::Fault;
use crate::portal::{DEPTH_MAX, timed};
use crate::xml::{Source, elements, value};

/// Of the elements that carry rules.
pub(crate) const NAMESPACE: &str = "http://tk/schema/dcr";

const KINDS: &[(&str, Arrowhead)] = &[
    ("condition", Arrowhead::Condition),
    ("response", Arrowhead::Response),
    ("exclude", Arrowhead::Exclude),
    ("include", Arrowhead::Include),
    ("milestone", Arrowhead::Milestone),
];

struct Reader<'s, 'a, 'i> {
    source: &'s Source<'a, 'i>,
    diagram: Diagram,
    faults: Vec<Fault>,
}

/// The diagram of the file.
pub(crate) fn read(source: &Source, root: Node) -> Result<Diagram, Vec<Fault>> {
    let mut reader = Reader { source, diagram: Diagram::default(), faults: Vec::new() };
    let (mut graphs, rest): (Vec<Node>, Vec<Node>) =
        elements(root).partition(|n| n.tag_name().name() == "dcrGraph");
    for node in rest {
        match node.tag_name().name() {
            "dcrRootBoard" | "positions" | "expressions" => {}
            _ => reader.unknown(node),
        }
    }
    match (graphs.pop(), graphs.is_empty()) {
        (Some(graph), true) => {
            let name = value(graph, "title").unwrap_or(&source.file);
            reader.diagram.name = name.to_owned();
            elements(graph).for_each(|n| reader.element(n, None, 0));
        }
        _ => reader.fault(root, "part-missing", &[("name", "dcrGraph")]),
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

    fn attributes(&mut self, node: Node, known: &[&str]) {
        let strange = self.source.unknown_attributes(node, known);
        self.faults.extend(strange);
    }

    fn element(&mut self, node: Node, parent: Option<usize>, depth: usize) {
        if depth > DEPTH_MAX {
            return self.fault(node, "deep", &[("max", &DEPTH_MAX.to_string())]);
        }
        match node.tag_name().name() {
            "event" => self.event(node, parent),
            "nesting" => self.nesting(node, parent, depth),
            "relation" => self.relation(node),
            "subProcess" => self.fault(node, "process", &[]),
            "textBox" => {}
            _ => self.unknown(node),
        }
    }

    fn event(&mut self, node: Node, parent: Option<usize>) {
        let known =
            ["id", "label", "role", "description", "included", "executed", "pending", "enabled"];
        self.attributes(node, &known);
        elements(node).for_each(|n| self.unknown(n));
        if value(node, "included").is_none() {
            self.fault(node, "part-missing", &[("name", "included")]);
        }
        let shape = Shape {
            included: self.mark(node, "included"),
            executed: self.mark(node, "executed"),
            pending: self.mark(node, "pending"),
            ..shape(node, parent)
        };
        self.diagram.shapes.push(shape);
    }

    fn nesting(&mut self, node: Node, parent: Option<usize>, depth: usize) {
        self.attributes(node, &["id", "label", "role", "description"]);
        self.diagram.shapes.push(Shape { group: true, ..shape(node, parent) });
        let place = self.diagram.shapes.len() - 1;
        elements(node).for_each(|n| self.element(n, Some(place), depth + 1));
    }

    fn relation(&mut self, node: Node) {
        self.attributes(node, &["id", "type", "sourceRef", "targetRef", "time", "guard"]);
        elements(node).for_each(|n| self.unknown(n));
        if let Some(guard) = value(node, "guard") {
            self.fault(node, "guarded", &[("expression", guard)]);
        }
        let name = value(node, "type").unwrap_or_default();
        let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) else {
            return self.fault(node, "relation-kind", &[("kind", name)]);
        };
        let time = timed(self.source, node, *kind).unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        });
        let (Some(from), Some(to)) = (value(node, "sourceRef"), value(node, "targetRef")) else {
            return self.fault(node, "ends", &[]);
        };
        self.diagram.arrows.push(Arrow {
            kind: *kind,
            source: from.to_owned(),
            target: to.to_owned(),
            time,
            remark: None,
            at: node.range().start,
        });
    }

    fn mark(&mut self, node: Node, name: &str) -> bool {
        match value(node, name) {
            Some("true") => true,
            None | Some("false") => false,
            Some(other) => {
                self.fault(node, "boolean", &[("name", name), ("value", other)]);
                false
            }
        }
    }
}

fn shape(node: Node, parent: Option<usize>) -> Shape {
    Shape {
        id: value(node, "id").unwrap_or_default().to_owned(),
        label: value(node, "label").or(value(node, "description")).map(str::to_owned),
        parent,
        group: false,
        included: true,
        executed: false,
        pending: false,
        roles: value(node, "role").iter().map(|r| (*r).to_owned()).collect(),
        at: node.range().start,
    }
}

//! Small questions about XML nodes, and faults at their place.
//!
//! Both readers say of every element and attribute whether it is read, known to mean nothing for
//! the rules (layout), or a fault. What is empty says nothing and is passed over.

use roxmltree::{Document, Node};

use crate::fault::Fault;

/// A file being read.
pub(crate) struct Source<'a, 'i> {
    pub file: String,
    document: &'a Document<'i>,
}

impl<'a, 'i> Source<'a, 'i> {
    pub fn new(file: &str, document: &'a Document<'i>) -> Self {
        Self { file: file.to_owned(), document }
    }

    pub fn line(&self, at: usize) -> u32 {
        self.document.text_pos_at(at).row
    }

    pub fn fault(&self, node: Node, code: &'static str, facts: &[(&'static str, &str)]) -> Fault {
        self.fault_at(node.range().start, code, facts)
    }

    pub fn fault_at(&self, at: usize, code: &'static str, facts: &[(&'static str, &str)]) -> Fault {
        let place = self.document.text_pos_at(at);
        let facts = facts.iter().map(|(name, fact)| (*name, (*fact).to_owned())).collect();
        Fault { file: self.file.clone(), line: place.row, column: place.col, code, facts }
    }

    /// An element that is neither read nor layout: a fault unless it is empty.
    pub fn unknown(&self, node: Node) -> Option<Fault> {
        (!is_blank(node)).then(|| self.fault(node, "element", &[("name", node.tag_name().name())]))
    }

    /// Attributes with a value that are in neither list.
    pub fn unknown_attributes(&self, node: Node, known: &[&str]) -> Vec<Fault> {
        let strange = node.attributes().filter(|a| !a.value().is_empty());
        let strange = strange.filter(|a| !known.contains(&a.name()));
        let fault = |a: roxmltree::Attribute| {
            let facts = [("name", a.name()), ("element", node.tag_name().name())];
            self.fault_at(a.range().start, "attribute", &facts)
        };
        strange.map(fault).collect()
    }
}

/// Neither text nor an attribute with a value, at any depth.
pub(crate) fn is_blank(node: Node) -> bool {
    node.descendants().all(|n| {
        let text = n.is_text() && n.text().is_some_and(|t| !t.trim().is_empty());
        !text && n.attributes().all(|a| a.value().trim().is_empty())
    })
}

/// The elements directly below.
pub(crate) fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The first element of this name directly below.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    elements(node).find(|n| n.tag_name().name() == name)
}

/// The attribute, if it has a value.
pub(crate) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name).map(str::trim).filter(|v| !v.is_empty())
}

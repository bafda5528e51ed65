//! Fragments: law written once and taken in by many procedures.
//!
//! A use is replaced by the fragment's lines with `{formal}` replaced by the actual texts, in names,
//! arguments and values alike. Every fault in such a line points into the fragment and says where
//! it was taken in.
//!
//! Not here: what the lines mean (`shape.rs`, `lower/`).

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::keywords::{Keyword, P};
use crate::shape::{meant, undeclared};
use crate::syntax::{Raw, Scalar, Word};

/// Fragments may use fragments, this deep.
const DEPTH_MAX: usize = 4;

/// The fragments of a library, by name.
pub(crate) type Fragments = BTreeMap<String, Raw>;

/// Replaces every use below a node by the fragment's lines.
pub(crate) fn expand(node: &Raw, fragments: &Fragments, faults: &mut Vec<Fault>) -> Raw {
    Raw { children: expand_all(&node.children, fragments, DEPTH_MAX, faults), ..node.clone() }
}

fn expand_all(
    nodes: &[Raw],
    fragments: &Fragments,
    depth: usize,
    faults: &mut Vec<Fault>,
) -> Vec<Raw> {
    let mut found = Vec::new();
    for node in nodes {
        if node.name.text() == Keyword::Use.word() {
            found.extend(take_in(node, fragments, depth, faults));
        } else {
            let children = expand_all(&node.children, fragments, depth, faults);
            found.push(Raw { children, ..node.clone() });
        }
    }
    found
}

fn take_in(node: &Raw, fragments: &Fragments, depth: usize, faults: &mut Vec<Fault>) -> Vec<Raw> {
    let Some(name) = node.arguments.first() else {
        let facts = [("keyword", Keyword::Use.word()), ("form", "")];
        faults.push(node.name.span.fault("missing-argument", &facts));
        return Vec::new();
    };
    if let Some(extra) = node.arguments.get(1) {
        let given = extra.written();
        let facts = [("keyword", Keyword::Use.word()), ("form", ""), ("extra", &*given)];
        faults.push(extra.span.fault("surplus-argument", &facts));
    }
    let Some(fragment) = fragments.get(name.text()) else {
        let list = fragments.keys().map(String::as_str);
        faults.push(undeclared(&name.span, Keyword::Fragment.word(), name.text(), list));
        return Vec::new();
    };
    if depth == 0 {
        faults.push(name.span.fault("fragment-depth", &[("name", name.text())]));
        return Vec::new();
    }
    let formals = formals(fragment);
    let actuals = actuals(node, &formals, faults);
    let taken: Vec<Raw> = fragment.children.iter().map(|c| substitute(c, &actuals, node)).collect();
    expand_all(&taken, fragments, depth - 1, faults)
}

/// The formal parameters of a fragment.
pub(crate) fn formals(fragment: &Raw) -> Vec<String> {
    let property = fragment.properties.iter().find(|(k, _)| k.text() == P::Formal.word());
    let names = property.map(|(_, v)| v.names()).unwrap_or_default();
    names.iter().map(|w| w.text().to_owned()).collect()
}

fn actuals(node: &Raw, formals: &[String], faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let list = formals.join(" ");
    let mut given = Vec::new();
    for (key, value) in &node.properties {
        let facts = [("name", key.text()), ("allowed", &*list)];
        if !formals.iter().any(|f| f == key.text()) {
            let meant = meant(key.text(), formals.iter().map(String::as_str));
            let facts = [facts[0], facts[1], ("meant", &*meant)];
            faults.push(key.span.fault("unknown-parameter", &facts));
        } else if given.iter().any(|(name, _)| name == key.text()) {
            faults.push(key.span.fault("duplicate-property", &facts));
        } else {
            given.push((key.text().to_owned(), value.written()));
        }
    }
    for formal in formals.iter().filter(|f| !given.iter().any(|(name, _)| name == *f)) {
        let facts = [("name", formal.as_str()), ("allowed", &*list)];
        faults.push(node.name.span.fault("missing-parameter", &facts));
    }
    given
}

fn substitute(node: &Raw, actuals: &[(String, String)], used: &Raw) -> Raw {
    let word = |w: &Word| {
        let mut span = w.span.clone();
        span.used_at.get_or_insert_with(|| used.name.span.position());
        let value = match &w.value {
            Scalar::Text(text) => Scalar::Text(filled(text, actuals)),
            other => other.clone(),
        };
        Word { value, span }
    };
    let mut whole = node.whole.clone();
    whole.used_at.get_or_insert_with(|| used.name.span.position());
    Raw {
        name: word(&node.name),
        typed: node.typed.clone(),
        arguments: node.arguments.iter().map(word).collect(),
        properties: node.properties.iter().map(|(k, v)| (word(k), word(v))).collect(),
        children: node.children.iter().map(|c| substitute(c, actuals, used)).collect(),
        has_braces: node.has_braces,
        whole,
    }
}

fn filled(text: &str, actuals: &[(String, String)]) -> String {
    actuals
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Braces in the body that name no formal parameter.
pub(crate) fn check(fragment: &Raw, faults: &mut Vec<Fault>) {
    let formals = formals(fragment);
    fragment.children.iter().for_each(|c| check_node(c, &formals, faults));
}

fn check_node(node: &Raw, formals: &[String], faults: &mut Vec<Fault>) {
    let values = node.properties.iter().map(|(_, v)| v);
    for word in std::iter::once(&node.name).chain(&node.arguments).chain(values) {
        let text = word.text();
        for (open, _) in text.match_indices('{') {
            let Some(length) = text[open..].find('}') else { continue };
            let name = &text[open + 1..open + length];
            // A set in a guard holds several words.
            if !formals.iter().any(|f| f == name)
                && !text[..open].contains(crate::keywords::guard_words::IN)
            {
                let span = word.inside(open, open + length + 1);
                let list = formals.iter().map(String::as_str);
                faults.push(undeclared(&span, P::Formal.word(), name, list));
            }
        }
    }
    node.children.iter().for_each(|c| check_node(c, formals, faults));
}

//! From text to lines of known keywords: everything that can be wrong with a line on its own.
//!
//! [`read`] parses KDL into raw nodes with spans; `shape.rs` checks them against the keyword table
//! and makes them [`Line`]s, which the later passes read without asking again.
//!
//! Not here: signs that look right (`traps.rs`), fragments (`fragment.rs`), names (`lower/`).

use std::collections::HashSet;
use std::sync::Arc;

use kdl::{KdlDocument, KdlNode, KdlValue};

use crate::fault::{Fault, Span, Text};
use crate::keywords::{Keyword, P};
use crate::traps;
use crate::vocabulary::Entry;

/// A value as KDL gives it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Scalar {
    Text(String),
    Integer(i64),
    Flag(bool),
    Other,
}

/// A value and where it stands. The span of quoted text includes its quotes.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub value: Scalar,
    pub span: Span,
}

impl Word {
    /// Its text; empty where it is no text.
    pub fn text(&self) -> &str {
        match &self.value {
            Scalar::Text(text) => text,
            _ => "",
        }
    }

    /// Its text, numbers and yes/no written out.
    pub fn written(&self) -> String {
        match &self.value {
            Scalar::Text(text) => text.clone(),
            Scalar::Integer(n) => n.to_string(),
            Scalar::Flag(b) => b.to_string(),
            Scalar::Other => String::new(),
        }
    }

    /// The span of the bytes `from..to` of its text.
    pub fn inside(&self, from: usize, to: usize) -> Span {
        let quoted = usize::from(self.span.text.text[self.span.range.clone()].starts_with('"'));
        let whole = self.span.range.len() == self.text().len() + 2 * quoted;
        if whole { self.span.part(from + quoted, to + quoted) } else { self.span.clone() }
    }

    /// The names in it, separated by blanks, each with its span.
    pub fn names(&self) -> Vec<Self> {
        let text = self.text();
        text.split_whitespace()
            .map(|name| {
                let from = name.as_ptr() as usize - text.as_ptr() as usize;
                let span = self.inside(from, from + name.len());
                Self { value: Scalar::Text(name.to_owned()), span }
            })
            .collect()
    }
}

/// A node as parsed.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub name: Word,
    pub typed: Option<Span>,
    pub arguments: Vec<Word>,
    pub properties: Vec<(Word, Word)>,
    pub children: Vec<Raw>,
    pub has_braces: bool,
    /// From the keyword to the end of the last entry.
    pub whole: Span,
}

/// A line that fits its row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub entry: &'static Entry,
    /// The keyword.
    pub span: Span,
    pub whole: Span,
    pub arguments: Vec<Word>,
    pub properties: Vec<(P, Word)>,
    /// Properties with names of the author.
    pub named: Vec<(Word, Word)>,
    pub children: Vec<Line>,
    pub names: Vec<Word>,
}

impl Line {
    pub fn keyword(&self) -> Keyword {
        self.entry.keyword
    }

    pub fn get(&self, p: P) -> Option<&Word> {
        self.properties.iter().find(|(id, _)| *id == p).map(|(_, w)| w)
    }

    pub fn text(&self, p: P) -> Option<&str> {
        self.get(p).map(Word::text)
    }

    pub fn owned(&self, p: P) -> String {
        self.text(p).unwrap_or_default().to_owned()
    }

    pub fn flag(&self, p: P) -> bool {
        self.get(p).is_some_and(|w| w.value == Scalar::Flag(true))
    }

    pub fn maybe_flag(&self, p: P) -> Option<bool> {
        self.get(p).map(|w| w.value == Scalar::Flag(true))
    }

    pub fn integer(&self, p: P) -> Option<i64> {
        match self.get(p)?.value {
            Scalar::Integer(n) => Some(n),
            _ => None,
        }
    }

    pub fn names(&self, p: P) -> Vec<Word> {
        self.get(p).map(Word::names).unwrap_or_default()
    }

    /// The lines of one keyword below it.
    pub fn lines(&self, keyword: Keyword) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |l| l.keyword() == keyword)
    }

    /// The line as written, on one line.
    pub fn written(&self) -> String {
        let text = &self.whole.text.text[self.whole.range.clone()];
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Parses a file. Faults of signs come first; what is on their lines is not reported twice.
pub(crate) fn read(path: &str, source: &str, faults: &mut Vec<Fault>) -> Vec<Raw> {
    let text = Text::new(path, source);
    let scanned = traps::scan(&text);
    let flagged: HashSet<u32> = scanned.faults.iter().map(|f| f.line).collect();
    faults.extend(scanned.faults);
    if !scanned.readable {
        return Vec::new();
    }
    match KdlDocument::parse_v2(&scanned.mended) {
        Ok(document) => raw_nodes(&document, &text),
        Err(error) => {
            for diagnostic in error.diagnostics {
                let from = diagnostic.span.offset().min(source.len());
                let to = (from + diagnostic.span.len().max(1)).min(source.len());
                let from = (0..=from).rev().find(|i| source.is_char_boundary(*i)).unwrap_or(0);
                let to = (to..=source.len()).find(|i| source.is_char_boundary(*i)).unwrap_or(from);
                let span = Span { text: text.clone(), range: from..to, used_at: None };
                if !flagged.contains(&span.position().line) {
                    let said = diagnostic.message.unwrap_or_default();
                    let hint = diagnostic.help.unwrap_or_default();
                    faults.push(span.fault("not-kdl", &[("said", &said), ("hint", &hint)]));
                }
            }
            Vec::new()
        }
    }
}

fn raw_nodes(document: &KdlDocument, text: &Arc<Text>) -> Vec<Raw> {
    document.nodes().iter().map(|node| raw_node(node, text)).collect()
}

fn raw_node(node: &KdlNode, text: &Arc<Text>) -> Raw {
    // The parser read the mended copy; in the text itself an offset may lie inside a full-width sign.
    let span = |offset: usize, length: usize| {
        let end = text.text.ceil_char_boundary((offset + length).min(text.text.len()));
        let start = text.text.floor_char_boundary(offset.min(end));
        Span { text: text.clone(), range: start..end, used_at: None }
    };
    let name_span = span(node.name().span().offset(), node.name().span().len());
    let name =
        Word { value: Scalar::Text(node.name().value().to_owned()), span: name_span.clone() };
    let (mut arguments, mut properties) = (Vec::new(), Vec::new());
    let mut end = name_span.range.end;
    for entry in node.entries() {
        let whole = span(entry.span().offset(), entry.span().len());
        end = end.max(whole.range.end);
        let value = scalar(entry.value());
        match entry.name() {
            None => arguments.push(Word { value, span: whole }),
            Some(key) => {
                let key_span = span(key.span().offset(), key.span().len());
                let from = (key_span.range.end + 1).min(whole.range.end);
                let from = text.text.floor_char_boundary(from);
                let value_span = Span { range: from..whole.range.end, ..whole };
                let key = Word { value: Scalar::Text(key.value().to_owned()), span: key_span };
                properties.push((key, Word { value, span: value_span }));
            }
        }
    }
    Raw {
        typed: node.ty().map(|ty| span(ty.span().offset(), ty.span().len())),
        whole: Span { range: name_span.range.start..end, ..name_span },
        name,
        arguments,
        properties,
        has_braces: node.children().is_some(),
        children: node.children().map(|c| raw_nodes(c, text)).unwrap_or_default(),
    }
}

fn scalar(value: &KdlValue) -> Scalar {
    match value {
        KdlValue::String(text) => Scalar::Text(text.clone()),
        KdlValue::Integer(n) => i64::try_from(*n).map_or(Scalar::Other, Scalar::Integer),
        KdlValue::Bool(b) => Scalar::Flag(*b),
        _ => Scalar::Other,
    }
}

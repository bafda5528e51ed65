//! Holds a raw node against its row of the keyword table and makes it a [`Line`].
//!
//! Every departure is a fault at its character: a word that is no keyword or not one of this place,
//! arguments too few or too many, a property unknown, doubled or of the wrong type, braces where
//! none belong, a name written in another width. The line is still made of what is right.
//!
//! Not here: whether a name is declared (`lower/`).

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::citation;
use crate::fault::{Fault, Span, nearest};
use crate::keywords::{FREE_ARGUMENTS, INTERNAL, KEYWORDS, Keyword, P, slot};
use crate::syntax::{Line, Raw, Scalar, Word};
use crate::value;
use crate::vocabulary::{Children, Entry, Property, Type};

/// Shapes nodes of which each must begin with one of `allowed`. With `lax`, texts holding a formal
/// parameter are not typed yet.
pub(crate) fn shape(
    nodes: &[Raw],
    allowed: &[Keyword],
    lax: bool,
    faults: &mut Vec<Fault>,
) -> Vec<Line> {
    let shaper = &mut Shaper { lax, faults };
    nodes.iter().filter_map(|node| shaper.line(node, allowed)).collect()
}

struct Shaper<'a> {
    lax: bool,
    faults: &'a mut Vec<Fault>,
}

impl Shaper<'_> {
    fn line(&mut self, node: &Raw, allowed: &[Keyword]) -> Option<Line> {
        let word = node.name.text();
        let Some(keyword) = allowed.iter().copied().find(|k| k.word() == word) else {
            self.unknown_keyword(node, allowed);
            return None;
        };
        let entry = Entry::of(keyword);
        if let Some(ty) = &node.typed {
            self.faults.push(ty.fault("typed", &[]));
        }
        self.arguments(node, entry);
        let (properties, named) = self.properties(node, entry);
        let (children, names) = self.held(node, entry);
        Some(Line {
            entry,
            span: node.name.span.clone(),
            whole: node.whole.clone(),
            arguments: node.arguments.clone(),
            properties,
            named,
            children,
            names,
        })
        .filter(|line| {
            line.arguments.len() >= entry.arguments.names.len() - entry.arguments.optional
        })
    }

    fn unknown_keyword(&mut self, node: &Raw, allowed: &[Keyword]) {
        let word = node.name.text();
        let here = allowed.iter().map(|k| k.word()).collect::<Vec<_>>().join(" ");
        let elsewhere = KEYWORDS.iter().any(|e| e.word == word);
        let code = if elsewhere { "misplaced-keyword" } else { "unknown-keyword" };
        let meant = meant(word, allowed.iter().map(|k| k.word()));
        let facts = [("word", word), ("meant", &meant), ("allowed", &here)];
        self.faults.push(node.name.span.fault(code, &facts));
    }

    fn arguments(&mut self, node: &Raw, entry: &Entry) {
        let expected = entry.arguments;
        let written = expected.names.iter().map(|n| slot(n)).collect::<Vec<_>>().join(" ");
        let least = expected.names.len() - expected.optional;
        let facts = [("keyword", entry.word), ("form", &*written)];
        if node.arguments.len() < least {
            self.faults.push(node.name.span.fault("missing-argument", &facts));
        }
        if !expected.more
            && let Some(extra) = node.arguments.get(expected.names.len())
        {
            let given = extra.written();
            let facts = [facts[0], facts[1], ("extra", &*given)];
            self.faults.push(extra.span.fault("surplus-argument", &facts));
        }
        for (i, word) in node.arguments.iter().enumerate() {
            let name = expected.names.get(i).or(expected.names.last());
            if name.is_some_and(|n| !FREE_ARGUMENTS.contains(n)) {
                self.name(word);
            }
        }
    }

    /// A name of the author's: text, not empty, in the usual width.
    fn name(&mut self, word: &Word) {
        let Scalar::Text(text) = &word.value else {
            let given = word.written();
            self.faults.push(word.span.fault("not-a-name", &[("given", &given)]));
            return;
        };
        let usual: String = text.nfkc().collect();
        if text.is_empty() {
            self.faults.push(word.span.fault("empty-name", &[]));
        } else if usual != *text {
            let at = text.char_indices().find(|(_, c)| !c.nfkc().eq(std::iter::once(*c)));
            let (from, c) = at.unwrap_or((0, ' '));
            let span = word.inside(from, from + c.len_utf8());
            let facts = [("name", text.as_str()), ("usual", &*usual)];
            self.faults.push(span.fault("name-width", &facts));
        }
    }

    #[allow(clippy::type_complexity, reason = "two lists of the line, used at once")]
    fn properties(&mut self, node: &Raw, entry: &Entry) -> (Vec<(P, Word)>, Vec<(Word, Word)>) {
        let (mut known, mut named) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (key, value) in &node.properties {
            let word = key.text();
            if !seen.insert(word) {
                self.faults.push(key.span.fault("duplicate-property", &[("name", word)]));
                continue;
            }
            match entry.takes().find(|p| p.word == word) {
                // An empty text is what an empty actual parameter of a fragment leaves.
                Some(_) if value.value == Scalar::Text(String::new()) => {}
                Some(property) => {
                    if self.typed(property, value, entry) {
                        known.push((property.id, value.clone()));
                    }
                }
                None if entry.open => {
                    self.name(key);
                    named.push((key.clone(), value.clone()));
                }
                None => self.unknown_property(key, entry),
            }
        }
        (known, named)
    }

    fn unknown_property(&mut self, key: &Word, entry: &Entry) {
        let allowed = entry.takes().map(|p| p.word).collect::<Vec<_>>();
        let meant = meant(key.text(), allowed.iter().copied());
        let list = if allowed.is_empty() { "—".to_owned() } else { allowed.join(" ") };
        let facts = [
            ("name", key.text()),
            ("keyword", entry.word),
            ("meant", &*meant),
            ("allowed", &*list),
        ];
        self.faults.push(key.span.fault("unknown-property", &facts));
    }

    fn typed(&mut self, property: &Property, value: &Word, entry: &Entry) -> bool {
        if self.lax && value.text().contains('{') {
            return true;
        }
        let text = value.text();
        let is_text = matches!(value.value, Scalar::Text(_));
        let given = value.written();
        let facts = [("name", property.word), ("given", &*given), ("keyword", entry.word)];
        let code = match property.ty {
            Type::Flag if !matches!(value.value, Scalar::Flag(_)) => "not-a-flag",
            Type::Integer if !matches!(value.value, Scalar::Integer(n) if n >= 0) => {
                "not-an-integer"
            }
            Type::Date if value::day(text).is_none() => "not-a-date",
            Type::Period if value::period(text).is_none() => "not-a-period",
            Type::Text | Type::Name | Type::Names | Type::Guard | Type::Citations if !is_text => {
                "not-text"
            }
            Type::Word(words) if !words.contains(&text) => {
                let meant = meant(text, words.iter().copied());
                let list = words.join(" ");
                let facts = [facts[0], facts[1], ("meant", &*meant), ("allowed", &*list)];
                self.faults.push(value.span.fault("not-one-of", &facts));
                return false;
            }
            Type::Citations => return self.citations(value),
            Type::Name => {
                self.name(value);
                return true;
            }
            Type::Names => {
                value.names().iter().for_each(|w| self.name(w));
                return true;
            }
            Type::Value if value.value == Scalar::Other => "not-text",
            _ => return true,
        };
        self.faults.push(value.span.fault(code, &facts));
        false
    }

    fn citations(&mut self, value: &Word) -> bool {
        if value.text() == INTERNAL {
            return true;
        }
        let names = value.names();
        for word in names.iter().filter(|w| citation::parse(w.text()).is_none()) {
            self.faults.push(word.span.fault("not-a-citation", &[("given", word.text())]));
        }
        names.iter().all(|w| citation::parse(w.text()).is_some())
    }

    fn held(&mut self, node: &Raw, entry: &'static Entry) -> (Vec<Line>, Vec<Word>) {
        match entry.children {
            Children::None => {
                if node.has_braces {
                    let facts = [("keyword", entry.word)];
                    self.faults.push(node.name.span.fault("no-braces", &facts));
                }
                (Vec::new(), Vec::new())
            }
            Children::Lines(allowed) => {
                (node.children.iter().filter_map(|c| self.line(c, allowed)).collect(), Vec::new())
            }
            Children::Names => (Vec::new(), self.member_names(node, entry)),
        }
    }

    fn member_names(&mut self, node: &Raw, entry: &Entry) -> Vec<Word> {
        for child in &node.children {
            self.name(&child.name);
            let extra = child.arguments.first().map(|w| &w.span);
            let extra = extra.or_else(|| child.properties.first().map(|(k, _)| &k.span));
            if let Some(span) = extra {
                let facts = [("keyword", entry.word), ("name", child.name.text())];
                self.faults.push(span.fault("only-names", &facts));
            }
        }
        node.children.iter().map(|c| c.name.clone()).collect()
    }
}

/// "Did you mean …?", or nothing.
pub(crate) fn meant<'a>(word: &str, list: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, list).map_or_else(String::new, crate::keywords::did_you_mean)
}

/// A fault about a name that is not declared.
pub(crate) fn undeclared<'a>(
    span: &Span,
    what: &'static str,
    name: &str,
    list: impl IntoIterator<Item = &'a str>,
) -> Fault {
    let meant = meant(name, list);
    span.fault("undeclared", &[("what", what), ("name", name), ("meant", &meant)])
}

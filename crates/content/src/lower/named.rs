//! The name of a violated rule whose line gives none: its acts and its article in a sentence.
//!
//! The sentences stand in `wording/rules.txt`, by keyword and by what the line adds to it.

use crate::keywords::P;
use crate::model::Citation;
use crate::syntax::{Line, Word};

const WORDING: &str = include_str!("../../wording/rules.txt");

/// The name of the rule of a line.
pub(super) fn name(line: &Line, citations: &[Citation]) -> String {
    let added = [P::Gap, P::AndIf, P::Ahead].into_iter().find(|p| line.get(*p).is_some());
    let plain = format!("rule.{}", line.entry.word);
    let special = added.map(|p| format!("{plain}.{}", p.word()));
    let sentence = special.iter().find_map(|key| sentence(key));
    let sentence = sentence.or_else(|| self::sentence(&plain)).or_else(|| self::sentence("rule"));
    let places = ["{1}", "{2}", "{3}"];
    let names = places.iter().zip(&line.arguments);
    let named = names.fold(sentence.unwrap_or_default().to_owned(), |text, (place, word)| {
        text.replace(place, &Word::written(word))
    });
    named.replace("{article}", &article(citations))
}

fn article(citations: &[Citation]) -> String {
    let say = |key: &str| sentence(key).unwrap_or_default();
    let Some(cited) = citations.first() else { return say("internal").to_owned() };
    let mut parts = cited.article.split('.');
    let number = parts.next().unwrap_or_default();
    let mut below = String::new();
    for part in parts {
        below += &match part.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
            Some(item) => say("article.item").replace("{item}", item),
            None => say("article.paragraph").replace("{paragraph}", part),
        };
    }
    let whole = say("article").replace("{statute}", &cited.statute).replace("{article}", number);
    match whole.strip_suffix(')') {
        Some(open) => format!("{open}{below})"),
        None => whole + &below,
    }
}

fn sentence(key: &str) -> Option<&'static str> {
    let lines = WORDING.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|l| l.split_once(" = ")).find(|(k, _)| *k == key).map(|(_, text)| text)
}

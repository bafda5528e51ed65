//! The name of a violated rule whose line gives none: its acts in a sentence.
//!
//! The sentences stand in `wording/rules.txt`, by keyword and by what the line adds to it.

use crate::keywords::P;
use crate::syntax::{Line, Word};

const WORDING: &str = include_str!("../../wording/rules.txt");

/// The name of the rule of a line.
pub(super) fn name(line: &Line) -> String {
    let added = [P::Gap, P::AndIf, P::Ahead].into_iter().find(|p| line.get(*p).is_some());
    let plain = format!("rule.{}", line.entry.word);
    let special = added.map(|p| format!("{plain}.{}", p.word()));
    let sentence = special.iter().find_map(|key| sentence(key));
    let sentence = sentence.or_else(|| self::sentence(&plain)).or_else(|| self::sentence("rule"));
    let places = ["{1}", "{2}", "{3}"];
    let names = places.iter().zip(&line.arguments);
    names.fold(sentence.unwrap_or_default().to_owned(), |text, (place, word)| {
        text.replace(place, &Word::written(word))
    })
}

fn sentence(key: &str) -> Option<&'static str> {
    let lines = WORDING.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|l| l.split_once(" = ")).find(|(k, _)| *k == key).map(|(_, text)| text)
}

//! The folder of a new procedure: a small one that passes every check as it is.
//!
//! Not here: writing it to the disk (the caller).

use unicode_normalization::UnicodeNormalization;

use crate::fault::{Fault, Text};
use crate::model::Source;

const FILES: &[(&str, &str)] = &[
    ("procedure.kdl", include_str!("../wording/skeleton/procedure.kdl")),
    ("figures.kdl", include_str!("../wording/skeleton/figures.kdl")),
    ("README.md", include_str!("../wording/skeleton/README.md")),
    ("papers/README.md", include_str!("../wording/skeleton/papers.md")),
    ("cases/lawful/first.kdl", include_str!("../wording/skeleton/lawful.kdl")),
    ("cases/unlawful/first.kdl", include_str!("../wording/skeleton/unlawful.kdl")),
];

/// The files of a new procedure of this name, their paths below the content folder.
pub fn new_procedure(name: &str) -> Result<Vec<Source>, Box<Fault>> {
    let usual: String = name.nfkc().collect();
    let plain =
        |c: char| !c.is_whitespace() && !"/\\(){};[]\"#=.,:<>|?*".contains(c) && !c.is_control();
    let starts = name.chars().next().is_some_and(|c| !c.is_ascii_digit() && c != '-' && c != '+');
    let word = matches!(name, "true" | "false" | "null" | "inf" | "nan");
    if !starts || word || usual != name || !name.chars().all(plain) {
        let text = Text::new("procedures", name);
        let span = crate::fault::Span { text, range: 0..name.len(), used_at: None };
        return Err(Box::new(span.fault("not-a-procedure-name", &[("name", name)])));
    }
    let file = |(path, text): &(&str, &str)| Source {
        path: format!("{}{name}/{path}", crate::load::PROCEDURES),
        text: text.replace("{name}", name),
    };
    Ok(FILES.iter().map(file).collect())
}

//! What differs between two versions of a procedure, as lines of their canonical text.

use std::collections::BTreeSet;

use crate::canonical::canonical;
use crate::model::Procedure;

/// The difference of two versions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Acts only the first has.
    pub acts_removed: Vec<String>,
    /// Acts only the second has.
    pub acts_added: Vec<String>,
    /// Canonical lines only the first has, articles left out.
    pub removed: Vec<String>,
    /// Canonical lines only the second has, articles left out.
    pub added: Vec<String>,
    /// Lines both have, whose articles differ: the line, then the articles before and after.
    pub moved: Vec<(String, String, String)>,
}

/// Compares two versions: what is the same rule under another article is not a change of the rule.
pub fn diff(before: &Procedure, after: &Procedure) -> Difference {
    let (old, new) = (lines(before), lines(after));
    let bodies = |lines: &[(String, String)]| -> BTreeSet<String> {
        lines.iter().map(|l| l.0.clone()).collect()
    };
    let (old_bodies, new_bodies) = (bodies(&old), bodies(&new));
    let names = |p: &Procedure| -> Vec<String> { p.acts.iter().map(|a| a.name.clone()).collect() };
    let (old_names, new_names) = (names(before), names(after));
    let only = |a: &[String], b: &[String]| a.iter().filter(|n| !b.contains(n)).cloned().collect();
    let mut moved = Vec::new();
    for (body, law) in &old {
        let twin = new.iter().filter(|(b, _)| b == body).map(|(_, l)| l).collect::<Vec<_>>();
        if let Some(other) = twin.first().filter(|_| !twin.contains(&law)) {
            moved.push((body.clone(), law.clone(), (*other).clone()));
        }
    }
    Difference {
        acts_removed: only(&old_names, &new_names),
        acts_added: only(&new_names, &old_names),
        removed: old_bodies.difference(&new_bodies).cloned().collect(),
        added: new_bodies.difference(&old_bodies).cloned().collect(),
        moved,
    }
}

fn lines(procedure: &Procedure) -> Vec<(String, String)> {
    let split = |line: String| match line.rsplit_once(" | ") {
        Some((body, law)) => (body.to_owned(), law.to_owned()),
        None => (line, String::new()),
    };
    canonical(procedure).into_iter().skip(1).map(split).collect()
}

//! Tables on their own: each has a key, days in force and a source, and never two at once for a key.
//!
//! Not here: their guards and cells, which a procedure reads (`lower/amounts.rs`).

use crate::citation;
use crate::fault::Fault;
use crate::keywords::{INTERNAL, Keyword, P};
use crate::lower::in_force;
use crate::model::{InForce, Statute};
use crate::syntax::{Line, Word};

/// The lines of all tables, checked; what is wrong with one is said once.
pub(crate) fn check<'a>(
    lines: &[(&str, &'a Line)],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Vec<&'a Line> {
    let mut seen: Vec<(&str, &str, InForce)> = Vec::new();
    for (_, line) in lines {
        let Some(series) = line.arguments.first() else { continue };
        let Some(key) = line.get(P::TableKey) else {
            faults.push(line.span.fault("missing-property", &[("name", P::TableKey.word())]));
            continue;
        };
        let Some(period) = in_force(line, faults) else { continue };
        cited(line, period, statutes, faults);
        let twice = |(s, k, p): &(&str, &str, InForce)| {
            *s == series.text() && *k == key.text() && p.meets(&period)
        };
        if seen.iter().any(twice) {
            faults.push(key.span.fault("declared-twice", &[("name", key.text())]));
        }
        seen.push((series.text(), key.text(), period));
    }
    lines.iter().map(|(_, line)| *line).collect()
}

/// The sources of a table hold while it does.
fn cited(line: &Line, period: InForce, statutes: &[Statute], faults: &mut Vec<Fault>) {
    let mut words: Vec<Word> = line.names(P::Citation);
    words.extend(line.lines(Keyword::Cite).flat_map(|l| l.arguments.iter().cloned()));
    if words.is_empty() {
        faults.push(line.span.fault("no-citation", &[("line", &line.written())]));
    }
    for word in &words {
        match citation::parse(word.text()) {
            Some(cited) => citation::check(word, &cited, statutes, Some(period), faults),
            None if word.text() == INTERNAL && line.text(P::Reason).is_none() => {
                faults.push(word.span.fault("internal-needs-reason", &[]));
            }
            None => {}
        }
    }
}

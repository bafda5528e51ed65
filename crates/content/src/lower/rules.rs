//! One line of law: one clause of the graph, one rule of the library.

use kernel::{Clause, ClauseId, Strength};

use super::{Lowering, named};
use crate::keywords::{P, WARN};
use crate::model::{Citation, Rule};
use crate::syntax::Line;

impl Lowering<'_> {
    /// Registers the clause of a line under an id made of its keyword and names.
    pub(super) fn rule(
        &mut self,
        line: &Line,
        names: &str,
        basis: (Vec<Citation>, Option<String>),
    ) -> ClauseId {
        let (citations, reason) = basis;
        let stem = format!("{} {names}", line.entry.word);
        let mut id = stem.trim_end().to_owned();
        let mut n = 1;
        while !self.rule_ids.insert(id.clone()) {
            n += 1;
            id = format!("{stem} #{n}");
        }
        let clause = self.builder.clause(Clause {
            name: id.clone(),
            citations: citations.iter().map(Citation::to_string).collect(),
            reason: reason.clone(),
        });
        self.rules.push(Rule {
            clause,
            id,
            defect: line.text(P::Defect).map(str::to_owned),
            derived: named::name(line),
            citations,
            reason,
            strength: strength(line),
            answers: line.names(P::Answers).iter().map(|w| w.text().to_owned()).collect(),
            text: line.written(),
            position: line.span.position(),
            used_at: line.span.used_at.clone(),
            relations: Vec::new(),
        });
        clause
    }
}

/// Refuses unless the line says that it warns.
pub(super) fn strength(line: &Line) -> Strength {
    match line.text(P::Strength) {
        Some(WARN) => Strength::Warn,
        _ => Strength::Refuse,
    }
}

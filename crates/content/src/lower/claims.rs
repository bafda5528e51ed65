//! Stated properties, in names of the graph.

use kernel::{EventId, Graph};

use super::Lowering;
use crate::guard;
use crate::keywords::{Keyword, P};
use crate::model::{Claim, ClaimKind};
use crate::syntax::{Line, Word};

/// The claims of a procedure.
pub(super) fn claims(lowering: &mut Lowering, procedure: &Line, _graph: &Graph) -> Vec<Claim> {
    let mut found = Vec::new();
    for line in procedure.lines(Keyword::Property) {
        let (citations, _) = lowering.basis(line, false);
        let title = line.arguments.first().map(|w| w.text().to_owned()).unwrap_or_default();
        if line.children.iter().all(|l| l.keyword() == Keyword::Cite) {
            lowering.faults.push(line.span.fault("no-members", &[("name", &title)]));
        }
        for inner in line.children.iter().filter(|l| l.keyword() != Keyword::Cite) {
            let Some(kind) = lowering.claim(inner) else { continue };
            let when = inner.get(P::When).cloned().and_then(|word| {
                let mut faults = Vec::new();
                let guard = guard::parse(&word, lowering, &mut faults);
                lowering.faults.append(&mut faults);
                guard
            });
            found.push(Claim {
                title: title.clone(),
                kind,
                when,
                citations: citations.clone(),
                answers: line.names(P::Answers).iter().map(|w| w.text().to_owned()).collect(),
                position: inner.span.position(),
            });
        }
    }
    found
}

impl Lowering<'_> {
    fn claim(&mut self, line: &Line) -> Option<ClaimKind> {
        let events: Vec<Option<EventId>> = line.arguments.iter().map(|w| self.event(w)).collect();
        let events = events.into_iter().collect::<Option<Vec<_>>>()?;
        let first = *events.first()?;
        let second = events.get(1).copied();
        Some(match line.keyword() {
            Keyword::Never => match line.get(P::WhileOwed).cloned() {
                Some(word) => ClaimKind::NeverWhileOwed { act: first, owed: self.event(&word)? },
                None => ClaimKind::Never(first),
            },
            Keyword::Before => ClaimKind::Before { first, then: second? },
            Keyword::After => ClaimKind::After { first, then: second? },
            Keyword::Once => ClaimKind::AtMostOnce(first),
            Keyword::Exclusive => ClaimKind::Exclusive(first, second?),
            Keyword::Final => {
                let names = line.names(P::Except);
                let except = names.iter().flat_map(|w| self.resolve(w).map(|_| self.acts_of(w.text())));
                let drafts: Vec<usize> = except.collect::<Vec<_>>().concat();
                let except = drafts.iter().map(|i| self.drafts[*i].act.event).collect();
                ClaimKind::Final { event: first, except }
            }
            _ => return None,
        })
    }

    fn event(&mut self, word: &Word) -> Option<EventId> {
        let named = self.resolve(word)?;
        self.single(&named, &word.span)
    }
}

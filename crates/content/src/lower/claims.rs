//! Stated properties, in names of the graph.

use kernel::{Clause, EventId, EventSpec, Graph, Guard, KindSpec, Node, RelationSpec, Strength};

use super::Lowering;
use crate::guard;
use crate::keywords::{Keyword, P};
use crate::model::{Claim, ClaimKind};
use crate::syntax::{Line, Word};

/// The claims of a procedure.
pub(super) fn claims(lowering: &mut Lowering, procedure: &Line) -> Vec<Claim> {
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
            if when.is_some() && matches!(kind, ClaimKind::NeverWhileOwed { .. }) {
                lowering.faults.push(inner.span.fault("claim-with-both", &[]));
            }
            found.push(Claim {
                title: title.clone(),
                kind,
                when,
                probe: None,
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
                let except =
                    names.iter().flat_map(|w| self.resolve(w).map(|_| self.acts_of(w.text())));
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

/// The graph with one probe per guarded claim, for certification only: an act that becomes possible
/// exactly when the claimed act is executed while the guard holds. The claim is that the probe
/// never is. Probes come last, so every other id stays what it is.
pub(super) fn probes(lowering: &Lowering, claims: &mut [Claim]) -> Option<Graph> {
    let mut builder = lowering.builder.clone();
    let mut next = lowering.events.last().map_or(0, |(_, start)| start + lowering.copies_of_last());
    let node = |event: EventId| {
        let at = lowering.events.iter().position(|(_, start)| *start == event.index());
        Node::Event(at.unwrap_or_default())
    };
    for (i, claim) in claims.iter_mut().enumerate() {
        let Some(guard) = &claim.when else { continue };
        let (act, first) = match claim.kind {
            ClaimKind::Never(act) => (act, None),
            ClaimKind::Before { first, then } => (then, Some(first)),
            _ => continue,
        };
        let clause = builder.clause(Clause {
            name: format!("claim {}", i + 1),
            citations: Vec::new(),
            reason: Some(claim.title.clone()),
        });
        let mut hidden = |name: String| {
            let spec =
                EventSpec { included: false, reserved: true, ..EventSpec::act(&name, clause) };
            let event = EventId::new(next);
            next += 1;
            (builder.event(spec), event)
        };
        let (probe, event) = hidden(format!("?{}", i + 1));
        let wall = first.map(|first| (hidden(format!("!{}", i + 1)).0, first));
        let when = Some(total(guard));
        let strength = Strength::Refuse;
        let source = node(act);
        builder.relation(RelationSpec {
            kind: KindSpec::Include,
            source,
            target: probe,
            when,
            strength,
            clause,
        });
        if let Some((wall, first)) = wall {
            // Never executable: once it is in force, the probe is barred for ever.
            builder.relate(KindSpec::condition(), wall, wall, clause);
            builder.relate(KindSpec::condition(), wall, probe, clause);
            builder.relate(KindSpec::Include, node(first), wall, clause);
        }
        claim.probe = Some(event);
    }
    builder.build().ok()
}

/// The guard, false instead of unknown where a field is missing: a probe must refuse nothing.
fn total(guard: &Guard) -> Guard {
    let mut parts: Vec<Guard> = needed(guard).into_iter().map(Guard::Has).collect();
    parts.push(guard.clone());
    Guard::All(parts)
}

/// The fields whose absence may leave the guard unknown.
fn needed(guard: &Guard) -> Vec<kernel::FieldId> {
    match guard {
        Guard::All(parts) | Guard::Any(parts) => parts.iter().flat_map(needed).collect(),
        Guard::Not(part) => needed(part),
        Guard::Has(_) => Vec::new(),
        other => other.fields(),
    }
}

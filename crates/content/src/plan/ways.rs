//! The ways of a stream: steps, asides, lateness and slips, held against the version that governs.

use crate::fault::Fault;
use crate::keywords::{Keyword, P};
use crate::model::{Act, Procedure};
use crate::shape::{meant, undeclared};
use crate::syntax::{Line, Word};

use super::{Amount, Entry, Pace, Part, Share, Slip, Step, Way, entries, pace};

/// Of how many a share is.
const WHOLE: u64 = 1000;

/// Reads one way.
pub(super) fn way(line: &Line, procedure: &Procedure, faults: &mut Vec<Fault>) -> Option<Way> {
    let name = line.arguments.first()?.text().to_owned();
    let count = |p| line.integer(p).and_then(|n| u64::try_from(n).ok());
    let amount = match (count(P::Amount), count(P::Weight)) {
        (Some(n), None) => Amount::Exact(n),
        (None, Some(n)) => Amount::Weight(n),
        _ => {
            let facts = [("one", P::Amount.word()), ("other", P::Weight.word())];
            faults.push(line.span.fault("plan-one-of", &facts));
            return None;
        }
    };
    let mut parts: Vec<Part> = Vec::new();
    for inner in &line.children {
        let first = parts.is_empty();
        match inner.keyword() {
            Keyword::Aside => {
                if first {
                    faults.push(inner.span.fault("plan-first-step", &[]));
                }
                parts.extend(aside(inner, amount, procedure, faults));
            }
            _ => parts.extend(step(inner, first, procedure, faults).map(Part::Step)),
        }
    }
    if line.children.is_empty() {
        faults.push(line.span.fault("plan-first-step", &[]));
    }
    Some(Way { name, amount, parts, position: line.span.position() })
}

fn aside(
    line: &Line,
    amount: Amount,
    procedure: &Procedure,
    faults: &mut Vec<Fault>,
) -> Option<Part> {
    let name = line.arguments.first()?.text().to_owned();
    let share = share(line, faults)?;
    if let (Share::Exact(some), Amount::Exact(all)) = (share, amount)
        && some > all
    {
        let (some, all) = (some.to_string(), all.to_string());
        let facts = [("aside", name.as_str()), ("some", &some), ("all", &all)];
        faults.push(line.span.fault("plan-aside-more", &facts));
    }
    let steps = line.children.iter().filter_map(|l| step(l, false, procedure, faults));
    let steps: Vec<Step> = steps.collect();
    Some(Part::Aside { name, share, steps, position: line.span.position() })
}

/// In how many: of a thousand, or exactly.
fn share(line: &Line, faults: &mut Vec<Fault>) -> Option<Share> {
    let count = |p| line.integer(p).and_then(|n| u64::try_from(n).ok());
    match (count(P::Share), count(P::Amount)) {
        (Some(n), None) if n <= WHOLE => Some(Share::PerMille(n)),
        (Some(n), None) => {
            let word = line.get(P::Share)?;
            faults.push(word.span.fault("plan-share", &[("given", &n.to_string())]));
            None
        }
        (None, Some(n)) => Some(Share::Exact(n)),
        _ => {
            let facts = [("one", P::Share.word()), ("other", P::Amount.word())];
            faults.push(line.span.fault("plan-one-of", &facts));
            None
        }
    }
}

fn step(line: &Line, first: bool, procedure: &Procedure, faults: &mut Vec<Fault>) -> Option<Step> {
    let name = line.arguments.first()?;
    let attempt = line.keyword() == Keyword::Attempt;
    let act = act(name, attempt, procedure, faults)?;
    let role = role(line, act, procedure, faults)?;
    let pace = paced(line, P::Behind, faults);
    if first && (line.get(P::Behind).is_some() || attempt) {
        faults.push(line.span.fault("plan-first-step", &[]));
    }
    let scope = entries::Scope { procedure, act };
    let mut filled: Vec<Entry> = Vec::new();
    for inner in line.lines(Keyword::Fill) {
        filled.extend(scope.entry(inner, &filled, faults));
    }
    let slip = line.lines(Keyword::Slip).next().and_then(|l| slip(l, &scope, &filled, faults));
    scope.complete(line, &mut filled, faults);
    let late = line.lines(Keyword::Late).next().and_then(|l| late(l, faults));
    let signers = line.integer(P::Signers).and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1);
    let party = procedure.roles.iter().any(|r| r.name == role && r.party);
    Some(Step {
        act: name.text().to_owned(),
        role,
        party,
        pace,
        late,
        signers,
        entries: filled,
        slip,
        attempt,
        position: line.span.position(),
    })
}

/// An act that persons do; what is forbidden can be tried all the same.
fn act<'a>(
    name: &Word,
    attempt: bool,
    procedure: &'a Procedure,
    faults: &mut Vec<Fault>,
) -> Option<&'a Act> {
    let version = format!("{}@{}", procedure.family, procedure.version);
    let by_persons = |a: &&Act| a.members.is_empty() && !a.automatic && (attempt || !a.forbidden);
    let inside = |a: &&Act| procedure.graph.event(a.event).slot.is_none();
    let fits = |a: &&Act| by_persons(a) && inside(a);
    let found = procedure.acts.iter().find(|a| a.name == name.text());
    match found {
        Some(act) if fits(&act) => Some(act),
        Some(_) => {
            let facts = [("name", name.text()), ("procedure", &*version)];
            faults.push(name.span.fault("plan-not-for-persons", &facts));
            None
        }
        None => {
            let known = procedure.acts.iter().filter(fits).map(|a| a.name.as_str());
            let meant = meant(name.text(), known);
            let facts = [("name", name.text()), ("procedure", &version), ("meant", &meant)];
            faults.push(name.span.fault("plan-no-act", &facts));
            None
        }
    }
}

fn role(line: &Line, act: &Act, procedure: &Procedure, faults: &mut Vec<Fault>) -> Option<String> {
    let roles = || act.roles.iter().map(|r| procedure.roles[r.index()].name.as_str());
    match line.get(P::Acting) {
        None => roles().next().map(str::to_owned),
        // Whoever tries may lack the role: any role of the procedure will do.
        Some(word) => {
            let attempt = line.keyword() == Keyword::Attempt;
            let all = procedure.roles.iter().map(|r| r.name.as_str());
            let known: Vec<&str> = if attempt { all.collect() } else { roles().collect() };
            if !known.contains(&word.text()) {
                faults.push(undeclared(
                    &word.span,
                    Keyword::Role.word(),
                    word.text(),
                    known.iter().copied(),
                ));
                return None;
            }
            Some(word.text().to_owned())
        }
    }
}

fn paced(line: &Line, p: P, faults: &mut Vec<Fault>) -> Option<Pace> {
    line.get(p).and_then(|w| pace::pace(w, faults))
}

/// The pace a line must have.
fn must_pace(line: &Line, faults: &mut Vec<Fault>) -> Option<Pace> {
    if line.get(P::Behind).is_none() {
        faults.push(line.span.fault("missing-property", &[("name", P::Behind.word())]));
    }
    paced(line, P::Behind, faults)
}

fn late(line: &Line, faults: &mut Vec<Fault>) -> Option<(Share, Pace)> {
    let (share, pace) = (share(line, faults), must_pace(line, faults));
    Some((share?, pace?))
}

fn slip(
    line: &Line,
    scope: &entries::Scope,
    filled: &[Entry],
    faults: &mut Vec<Fault>,
) -> Option<Slip> {
    let (share, pace) = (share(line, faults), must_pace(line, faults));
    if line.get(P::Reason).is_none() {
        faults.push(line.span.fault("missing-property", &[("name", P::Reason.word())]));
    }
    let mut wrong: Vec<Entry> = Vec::new();
    for inner in line.lines(Keyword::Fill) {
        scope.correctable(inner, filled, faults);
        wrong.extend(scope.entry(inner, &wrong, faults));
    }
    let annul = line.flag(P::Annul);
    if annul != wrong.is_empty() && line.lines(Keyword::Fill).count() == wrong.len() {
        let facts = [("annul", P::Annul.word()), ("fill", Keyword::Fill.word())];
        faults.push(line.span.fault("plan-slip", &facts));
    }
    Some(Slip { share: share?, pace: pace?, reason: line.owned(P::Reason), annul, entries: wrong })
}

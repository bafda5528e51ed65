//! Registers that prove what a person may do: which procedure keeps them, and how an entry is found.
//!
//! An entry of a register is a matter, so nothing here is kept or looked up: that is the office's.

use crate::fault::Fault;
use crate::keywords::{Keyword, P, PERSON_SLOT};
use crate::land::cited;
use crate::model::{FieldType, PersonProof, Place, Procedure, Statute};
use crate::shape::undeclared;
use crate::syntax::Line;

/// One line of a place.
pub(crate) fn proof(
    line: &Line,
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Option<PersonProof> {
    let family = line.arguments.first()?;
    for needed in [P::RegisterKey, P::RegisterItem, P::OpenedBy] {
        if line.get(needed).is_none() {
            faults.push(line.span.fault("missing-property", &[("name", needed.word())]));
            return None;
        }
    }
    let names = |p| line.names(p).iter().map(|w| w.text().to_owned()).collect::<Vec<_>>();
    let away = match names(P::AwayBetween).as_slice() {
        [] => None,
        [first, last] => Some((first.clone(), last.clone())),
        _ => {
            let facts = [("name", P::AwayBetween.word())];
            faults.push(line.span.fault("two-dates", &facts));
            None
        }
    };
    let matches = line.get(P::RegisterMatches).and_then(|word| {
        let parts = word.text().split_once('=');
        let parts = parts.map(|(own, other)| (own.trim().to_owned(), other.trim().to_owned()));
        if parts.is_none() {
            faults.push(word.span.fault("match-form", &[("given", word.text())]));
        }
        parts
    });
    Some(PersonProof {
        family: family.text().to_owned(),
        key: line.owned(P::RegisterKey),
        item: line.owned(P::RegisterItem),
        from: names(P::HoldsFrom),
        until: names(P::HoldsUntil),
        away,
        matches,
        organ: line.text(P::RegisterOrgan).map(str::to_owned),
        roles: names(P::ForRoles),
        always: line.flag(P::Always),
        opened_by: line.owned(P::OpenedBy),
        citations: cited(line, statutes, faults),
        reason: line.text(P::Reason).map(str::to_owned),
        position: line.span.position(),
    })
}

/// A register must be of a procedure that has the fields, and its key must name the person.
pub(crate) fn check(
    places: &[Place],
    procedures: &[Procedure],
    lines: &[(&str, &Line)],
    faults: &mut Vec<Fault>,
) {
    if procedures.is_empty() {
        return;
    }
    for book in places.iter().filter_map(|p| p.year_book.as_ref()) {
        let brings = |p: &&Procedure| p.brings_year.is_some();
        let lines = lines.iter().flat_map(|(_, l)| l.lines(Keyword::YearBook));
        let line = lines.filter(|l| l.span.position() == book.position).last();
        if let Some(line) = line
            && !procedures.iter().filter(brings).any(|p| p.family == book.family)
        {
            let known = procedures.iter().filter(brings).map(|p| p.family.as_str());
            let family = &line.arguments[0].span;
            faults.push(undeclared(family, Keyword::Procedure.word(), &book.family, known));
        }
    }
    for proof in places.iter().flat_map(|p| &p.proofs) {
        let lines = lines.iter().flat_map(|(_, l)| l.lines(Keyword::Proves));
        let Some(line) = lines.filter(|l| l.span.position() == proof.position).last() else {
            continue;
        };
        let of_family: Vec<_> = procedures.iter().filter(|p| p.family == proof.family).collect();
        if of_family.is_empty() {
            let known = procedures.iter().map(|p| p.family.as_str());
            let word = &line.arguments[0];
            faults.push(undeclared(&word.span, Keyword::Procedure.word(), &proof.family, known));
            continue;
        }
        let mut fields = |p: P, kind: Option<FieldType>| {
            let of = |f: &&crate::model::Field| kind.is_none_or(|kind| f.kind == kind);
            let all = || of_family.iter().flat_map(|p| &p.fields).filter(of);
            for word in line.names(p) {
                if !all().any(|f| f.name == word.text()) {
                    let known = all().map(|f| f.name.as_str());
                    faults.push(undeclared(&word.span, Keyword::Field.word(), word.text(), known));
                }
            }
        };
        fields(P::RegisterItem, Some(FieldType::YesNo));
        fields(P::RegisterOrgan, None);
        for dates in [P::HoldsFrom, P::HoldsUntil, P::AwayBetween] {
            fields(dates, Some(FieldType::Date));
        }
        if let (Some((own, other)), Some(word)) = (&proof.matches, line.get(P::RegisterMatches)) {
            let all = procedures.iter().flat_map(|p| p.fields.iter().map(|f| f.name.as_str()));
            let held = of_family.iter().flat_map(|p| p.fields.iter().map(|f| f.name.as_str()));
            if !held.clone().any(|name| name == own) {
                faults.push(undeclared(&word.span, Keyword::Field.word(), own, held));
            }
            if !all.clone().any(|name| name == other) {
                faults.push(undeclared(&word.span, Keyword::Field.word(), other, all));
            }
        }
        for word in line.names(P::ForRoles) {
            let known = || procedures.iter().flat_map(|p| &p.roles).map(|r| r.name.as_str());
            if !known().any(|name| name == word.text()) {
                faults.push(undeclared(&word.span, Keyword::Role.word(), word.text(), known()));
            }
        }
        if !proof.key.contains(PERSON_SLOT) {
            let facts = [("name", P::RegisterKey.word()), ("slot", PERSON_SLOT)];
            faults.push(line.span.fault("key-names-nobody", &facts));
        }
    }
}

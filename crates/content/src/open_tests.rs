//! Open tests read and resolved: courses of a case that the law must admit, or must not (L12).
//!
//! An open test names some acts in order and perhaps others that must not happen; everything else is
//! free. It holds where an accepted run with exactly these acts exists, or, stated the other way,
//! where none does. So a statute's do's and don'ts outlive every change of the encoding.
//!
//! Not here: deciding them (crate certify).

use kernel::EventId;

use crate::citation;
use crate::fault::Fault;
use crate::keywords::{Keyword, P};
use crate::load::{PROCEDURES, family_of};
use crate::model::{OpenTest, Procedure, Source, Statute};
use crate::shape::undeclared;
use crate::syntax::{Line, Word};

/// Hands every open test to the versions it speaks of: the one it names, or all of its family.
pub(crate) fn attach(
    procedures: &mut [Procedure],
    lines: &[(&Source, Line)],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) {
    let tests = |k| matches!(k, Keyword::Feasible | Keyword::Infeasible);
    for (source, line) in lines.iter().filter(|(_, l)| tests(l.keyword())) {
        let family = family_of(&source.path);
        let mut mine: Vec<&mut Procedure> =
            procedures.iter_mut().filter(|p| family == Some(p.family.as_str())).collect();
        if mine.is_empty() {
            faults.push(line.span.fault("no-family", &[("folder", PROCEDURES)]));
            continue;
        }
        if let Some(word) = line.get(P::Version) {
            let names: Vec<String> = mine.iter().map(|p| p.version.clone()).collect();
            mine.retain(|p| p.version == word.text());
            if mine.is_empty() {
                let names = names.iter().map(String::as_str);
                faults.push(undeclared(&word.span, P::Version.word(), word.text(), names));
                continue;
            }
        }
        for procedure in mine {
            let test = open_test(line, procedure, statutes, faults);
            procedure.open_tests.extend(test);
        }
    }
}

fn open_test(
    line: &Line,
    procedure: &Procedure,
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Option<OpenTest> {
    let title = line.arguments.first().map(|w| w.text().to_owned()).unwrap_or_default();
    let mut citations = Vec::new();
    for word in line.names(P::Citation) {
        if let Some(cited) = citation::parse(word.text()) {
            citation::check(&word, &cited, statutes, None, faults);
            citations.push(cited);
        }
    }
    let mut event = |word: &Word| event_of(procedure, word, faults);
    let trace: Vec<EventId> = line.names.iter().filter_map(&mut event).collect();
    let absent = line.names(P::Absent);
    let others: Vec<EventId> = absent.iter().filter_map(&mut event).collect();
    if line.names.is_empty() && absent.is_empty() {
        faults.push(line.span.fault("empty-test", &[("name", &title)]));
        return None;
    }
    if trace.len() < line.names.len() || others.len() < absent.len() {
        return None;
    }
    if let Some((word, _)) = absent.iter().zip(&others).find(|(_, e)| trace.contains(e)) {
        faults.push(word.span.fault("absent-and-done", &[("name", word.text())]));
        return None;
    }
    let mut context = trace.clone();
    context.extend(others);
    context.sort_unstable();
    context.dedup();
    Some(OpenTest {
        title,
        feasible: line.keyword() == Keyword::Feasible,
        context,
        trace,
        citations,
        answers: line.names(P::Answers).iter().map(|w| w.text().to_owned()).collect(),
        position: line.span.position(),
    })
}

fn event_of(procedure: &Procedure, word: &Word, faults: &mut Vec<Fault>) -> Option<EventId> {
    let found = procedure.event(word.text());
    if found.is_none() {
        let names = procedure.acts.iter().map(|a| a.name.as_str());
        faults.push(undeclared(&word.span, Keyword::Act.word(), word.text(), names));
    }
    found
}

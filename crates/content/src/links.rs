//! Links across matters, checked against the other procedure once all are there.
//!
//! Not here: the mirrored act being done (the office).

use crate::fault::Fault;
use crate::keywords::{Keyword, P};
use crate::model::{Link, Procedure};
use crate::shape::undeclared;
use crate::syntax::{Line, Word};

/// The other procedure must have the act, and this one all that the act must state.
pub(crate) fn check(procedures: &[Procedure], lines: &[(&str, &Line)], faults: &mut Vec<Fault>) {
    for (_, line) in lines {
        let family = line.arguments.first().map_or("", Word::text);
        let mine = |p: &&Procedure| {
            p.family == family && Some(p.version.as_str()) == line.text(P::Version)
        };
        let Some(procedure) = procedures.iter().find(mine) else { continue };
        let written: Vec<&Line> = line.lines(Keyword::Link).collect();
        for (link, line) in procedure.links.iter().zip(written) {
            one(procedure, link, line, procedures, faults);
        }
    }
}

fn one(
    procedure: &Procedure,
    link: &Link,
    line: &Line,
    procedures: &[Procedure],
    faults: &mut Vec<Fault>,
) {
    let others: Vec<&Procedure> = procedures.iter().filter(|p| p.family == link.family).collect();
    if others.is_empty() {
        let known = procedures.iter().map(|p| p.family.as_str());
        faults.push(undeclared(&line.span, Keyword::Procedure.word(), &link.family, known));
        return;
    }
    let with_act: Vec<&&Procedure> =
        others.iter().filter(|p| p.event(&link.mirrored).is_some()).collect();
    if with_act.is_empty() {
        let known = others.iter().flat_map(|p| &p.acts).map(|a| a.name.as_str());
        faults.push(undeclared(&line.span, Keyword::Act.word(), &link.mirrored, known));
        return;
    }
    for other in with_act {
        let event = other.event(&link.mirrored).expect("it has the act");
        if other.links.iter().any(|back| back.act == event) {
            faults.push(line.span.fault("link-goes-on", &[("name", &link.mirrored)]));
        }
        for (field, required) in &other.graph.event(event).fields {
            let field = other.field(*field);
            let given = procedure.fields.iter().any(|f| {
                f.name == field.name && f.kind == field.kind && !f.personal && !field.personal
            });
            if *required && !given && link.source.as_ref() != Some(&field.name) {
                let facts = [("name", field.name.as_str()), ("act", &link.mirrored)];
                faults.push(line.span.fault("link-lacks-field", &facts));
            }
        }
    }
}

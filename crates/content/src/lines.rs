//! Stories as JSON lines: what `replay FILE.jsonl` reads, one act a line.
//!
//! ```json
//! {"matter":"1","procedure":"…","version":"2023","at":"2024-02-05 09:00","actor":"…","act":"…","fields":{"…":"2024-02-05"}}
//! ```
//! `version`, `persons`, `key`, `reported` and `fields` may be left out; without `act` the case is
//! only looked at. Lines of one matter make one story.

use std::collections::BTreeMap;

use kernel::{FieldId, Value};
use serde::Deserialize;

use crate::fault::{Fault, Span, Text};
use crate::model::{Library, Procedure};
use crate::story::{Beat, Deed, Story};
use crate::value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    matter: String,
    procedure: String,
    version: Option<String>,
    at: String,
    actor: Option<String>,
    #[serde(default)]
    persons: Vec<String>,
    act: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, serde_json::Value>,
    key: Option<String>,
    #[serde(default)]
    reported: bool,
}

/// Reads the lines; gives each matter as a story of its procedure, by the procedure's place in the
/// library.
pub fn stories_from_json(
    library: &Library,
    path: &str,
    text: &str,
) -> Result<Vec<(usize, Story)>, Vec<Fault>> {
    let source = Text::new(path, text);
    let mut faults = Vec::new();
    let mut matters: Vec<(String, usize, Story)> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let span = Span {
            text: source.clone(),
            range: offset..offset + line.trim_end().len(),
            used_at: None,
        };
        offset += line.len();
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Entry>(line) {
            Err(error) => faults.push(span.fault("not-json", &[("said", &error.to_string())])),
            Ok(entry) => add(library, &entry, &span, &mut matters, &mut faults),
        }
    }
    if faults.is_empty() {
        Ok(matters.into_iter().map(|(_, at, story)| (at, story)).collect())
    } else {
        Err(faults)
    }
}

fn add(
    library: &Library,
    entry: &Entry,
    span: &Span,
    matters: &mut Vec<(String, usize, Story)>,
    faults: &mut Vec<Fault>,
) {
    let Some(at) = value::moment(&entry.at) else {
        faults.push(span.fault("not-a-moment", &[("given", &entry.at)]));
        return;
    };
    let known = matters.iter().position(|(m, i, _)| {
        *m == entry.matter && library.procedures[*i].family == entry.procedure
    });
    let found = match known {
        Some(i) => Some(matters[i].1),
        None => library.procedures.iter().position(|p| {
            p.family == entry.procedure
                && match &entry.version {
                    Some(version) => p.version == *version,
                    None => p.in_force.has(at.day()),
                }
        }),
    };
    let Some(index) = found else {
        let (family, day) = (entry.procedure.as_str(), at.day().to_string());
        faults.push(span.fault("no-version", &[("family", family), ("day", &day)]));
        return;
    };
    let procedure = &library.procedures[index];
    let beat = Beat {
        at,
        role: entry.actor.clone(),
        persons: entry.persons.clone(),
        act: match &entry.act {
            Some(act) => match deed(procedure, entry, act, at, span, faults) {
                Some(deed) => Some(deed),
                None => return,
            },
            None => None,
        },
        correction: None,
        expectations: Vec::new(),
        position: span.position(),
    };
    match known {
        Some(i) => matters[i].2.beats.push(beat),
        None => {
            let story = Story {
                title: entry.matter.clone(),
                examples: Vec::new(),
                citations: Vec::new(),
                lawful: false,
                place: None,
                assumed: Vec::new(),
                beats: vec![beat],
                position: span.position(),
            };
            matters.push((entry.matter.clone(), index, story));
        }
    }
}

fn deed(
    procedure: &Procedure,
    entry: &Entry,
    act: &str,
    at: kernel::Instant,
    span: &Span,
    faults: &mut Vec<Fault>,
) -> Option<Deed> {
    let Some(event) = procedure.event(act) else {
        let names = procedure.acts.iter().map(|a| a.name.as_str());
        faults.push(crate::shape::undeclared(
            span,
            crate::keywords::Keyword::Act.word(),
            act,
            names,
        ));
        return None;
    };
    let mut payload: Vec<(FieldId, Value)> = Vec::new();
    for (name, given) in &entry.fields {
        let Some(field) = procedure.fields.iter().find(|f| f.name == *name) else {
            let names = procedure.fields.iter().map(|f| f.name.as_str());
            let word = crate::keywords::Keyword::Field.word();
            faults.push(crate::shape::undeclared(span, word, name, names));
            continue;
        };
        let text = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
        match value::parse(field.kind, &text).filter(|v| field.admits(v)) {
            Some(value) => payload.push((field.id, value)),
            None => {
                let facts = [("given", text.as_str()), ("type", value::type_word(field.kind))];
                faults.push(span.fault("wrong-value", &facts));
            }
        }
    }
    for input in procedure.act(event).inputs.iter().filter(|i| i.required) {
        let field = procedure.field(input.field);
        if !field.decisive
            && !procedure.computes(input.field)
            && !payload.iter().any(|(id, _)| *id == input.field)
        {
            payload.push((input.field, value::sample(field.kind, &field.options, at)));
        }
    }
    let payload = payload.into_iter().map(|(f, v)| (f, procedure.field(f).as_seen(v))).collect();
    Some(Deed { event, payload, key: entry.key.clone(), reported: entry.reported })
}

/// Reads a story file that is not part of the content folder (`replay FILE.kdl`).
pub fn stories_from_kdl(
    library: &Library,
    path: &str,
    text: &str,
    family: Option<&str>,
) -> Result<Vec<(usize, Story)>, Vec<Fault>> {
    let mut faults = Vec::new();
    let nodes = crate::syntax::read(path, text, &mut faults);
    let lines = crate::shape::shape(&nodes, crate::keywords::TOP, false, &mut faults);
    let found = crate::stories::parse_alone(
        &lines,
        &library.procedures,
        family,
        &library.statutes,
        &mut faults,
    );
    crate::load::drop_echoes(&mut faults);
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

//! Everything the content knows about a rule, found by any of its names.

use crate::model::{Library, Procedure, Rule};

/// A rule with the gist of the articles it cites.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The procedure it belongs to.
    pub procedure: &'a Procedure,
    /// The rule.
    pub rule: &'a Rule,
    /// Article and gist, for each citation.
    pub gists: Vec<(String, &'a str)>,
    /// The compiled relations, one line each, in English.
    pub relations: Vec<String>,
    /// Titles of the stories that name the rule or its article in an expectation.
    pub stories: Vec<&'a str>,
}

/// Rules by id, article, defect name, or place (`procedure@2023.kdl:42`, the path's end is enough).
pub fn explain<'a>(library: &'a Library, wanted: &str) -> Vec<Explained<'a>> {
    let mut found = Vec::new();
    for procedure in &library.procedures {
        for rule in procedure.rules.iter().filter(|r| is_meant(r, wanted)) {
            found.push(explained(library, procedure, rule));
        }
    }
    found
}

fn is_meant(rule: &Rule, wanted: &str) -> bool {
    let place = |p: &crate::model::Position| {
        wanted
            .rsplit_once(':')
            .is_some_and(|(file, line)| p.file.ends_with(file) && line.parse() == Ok(p.line))
    };
    rule.id == wanted
        || rule.defect.as_deref() == Some(wanted)
        || rule.citations.iter().any(|c| c.to_string() == wanted)
        || place(&rule.position)
        || rule.used_at.as_ref().is_some_and(place)
}

fn explained<'a>(library: &'a Library, procedure: &'a Procedure, rule: &'a Rule) -> Explained<'a> {
    let gist = |c: &crate::model::Citation| {
        let statute = library.statute(&c.statute, &c.version)?;
        Some((c.to_string(), statute.article(&c.article)?.gist.as_str()))
    };
    let graph = &procedure.graph;
    let relations =
        rule.relations.iter().map(|r| crate::canonical::relation(graph, graph.relation(*r)));
    let names: Vec<String> = std::iter::once(rule.id.clone())
        .chain(rule.citations.iter().map(|c| c.to_string()))
        .collect();
    let tells = |s: &&crate::story::Story| {
        s.beats.iter().flat_map(|b| &b.expectations).any(|e| match &e.kind {
            crate::story::Expect::Refused(list) | crate::story::Expect::Warned(list) => {
                list.iter().any(|r| names.contains(r))
            }
            _ => false,
        })
    };
    Explained {
        procedure,
        rule,
        gists: rule.citations.iter().filter_map(gist).collect(),
        relations: relations.collect(),
        stories: procedure.stories.iter().filter(tells).map(|s| s.title.as_str()).collect(),
    }
}

//! Citations: `statute@version#article`, and whether the cited article exists and is in force.
//!
//! Takes the statutes and a rule's citations; gives faults at the very citation.

use crate::fault::{Fault, nearest};
use crate::keywords::did_you_mean;
use crate::model::{Citation, InForce, Statute};
use crate::syntax::Word;

/// Reads `statute@version#article`.
pub(crate) fn parse(text: &str) -> Option<Citation> {
    let (law, article) = text.split_once('#')?;
    let (statute, version) = law.split_once('@')?;
    let plain = |s: &str| !s.is_empty() && !s.contains(['@', '#', '"', ' ']);
    let number = article.split('.').all(|part| {
        let inner = part.strip_prefix('(').map_or(Some(part), |p| p.strip_suffix(')'));
        inner.is_some_and(|p| {
            !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    });
    (plain(statute) && plain(version) && number).then(|| Citation {
        statute: statute.to_owned(),
        version: version.to_owned(),
        article: article.to_owned(),
    })
}

/// Checks that the article is in the index of its statute and in force while the rule may apply.
pub(crate) fn check(
    word: &Word,
    citation: &Citation,
    statutes: &[Statute],
    in_force: Option<InForce>,
    faults: &mut Vec<Fault>,
) {
    let text = citation.to_string();
    let known: Vec<&Statute> = statutes.iter().filter(|s| s.name == citation.statute).collect();
    let Some(statute) = known.iter().find(|s| s.version == citation.version) else {
        let names =
            statutes.iter().map(|s| format!("{}@{}", s.name, s.version)).collect::<Vec<_>>();
        let given = format!("{}@{}", citation.statute, citation.version);
        let meant = nearest(&given, names.iter().map(String::as_str))
            .map_or_else(String::new, did_you_mean);
        let versions = known.iter().map(|s| s.version.as_str()).collect::<Vec<_>>().join(" ");
        let code = if known.is_empty() { "unknown-statute" } else { "unknown-version" };
        let facts = [
            ("cited", &*text),
            ("statute", &*citation.statute),
            ("version", &*citation.version),
            ("versions", &*versions),
            ("meant", &*meant),
        ];
        faults.push(word.span.fault(code, &facts));
        return;
    };
    let file = statute.position.file.to_string();
    if statute.article(&citation.article).is_none() {
        let near = nearest(&citation.article, statute.articles.iter().map(|a| a.number.as_str()));
        let meant = near.map_or_else(String::new, did_you_mean);
        let facts = [
            ("cited", &*text),
            ("article", &*citation.article),
            ("file", &*file),
            ("meant", &*meant),
        ];
        faults.push(word.span.fault("unknown-article", &facts));
    }
    if let Some(period) = in_force
        && !statute.in_force.covers(&period)
    {
        let from = statute.in_force.from.to_string();
        let until = statute.in_force.until.map_or_else(|| "—".to_owned(), |d| d.to_string());
        let needed = period.from.to_string();
        let end = period.until.map_or_else(|| "—".to_owned(), |d| d.to_string());
        let facts = [
            ("cited", &*text),
            ("from", &*from),
            ("until", &*until),
            ("needed", &*needed),
            ("end", &*end),
            ("file", &*file),
        ];
        faults.push(word.span.fault("not-in-force", &facts));
    }
}

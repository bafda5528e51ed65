//! Holds a period against the counting clause of the statute it cites.
//!
//! The statute's file says which day limits are working days and whether ends roll; a line that
//! contradicts it is refused with the article that says so. The line's first citation decides.

use kernel::{Span, Unit};

use crate::fault::Fault;
use crate::model::{Citation, Statute};
use crate::syntax::Word;
use crate::value;

/// The statute of the first citation.
pub(crate) fn statute<'a>(citations: &[Citation], statutes: &'a [Statute]) -> Option<&'a Statute> {
    let first = citations.first()?;
    statutes.iter().find(|s| s.name == first.statute && s.version == first.version)
}

/// Refuses a span that the cited statute counts otherwise, or an article that states another.
pub(crate) fn check(
    span: Span,
    word: &Word,
    citations: &[Citation],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) {
    let (Some(statute), Some(cited)) = (statute(citations, statutes), citations.first()) else {
        return;
    };
    let counting = &statute.counting;
    let clause = counting.articles.iter().map(Citation::to_string).collect::<Vec<_>>().join(" ");
    let (given, name) = (value::write_span(span), format!("{}@{}", statute.name, statute.version));
    let working = counting.all_working || counting.working.contains(&span.amount);
    let (code, unit) = match span.unit {
        Unit::Day if span.amount > 0 && working => ("counts-working-days", Unit::WorkingDay),
        Unit::WorkingDay if counting.natural.contains(&span.amount) => {
            ("counts-natural-days", Unit::Day)
        }
        _ => {
            let article = statute.articles.iter().find(|a| a.number == cited.article);
            let periods = article.map(|a| a.periods.as_slice()).unwrap_or_default();
            if !periods.is_empty() && !periods.iter().any(|p| value::span(p) == Some(span)) {
                let (article, periods) = (cited.to_string(), periods.join(" "));
                let facts = [("given", &*given), ("article", &*article), ("periods", &*periods)];
                faults.push(word.span.fault("not-the-articles-period", &facts));
            }
            return;
        }
    };
    let right = value::write_span(Span { unit, ..span });
    let facts = [("given", &*given), ("statute", &*name), ("clause", &*clause), ("right", &*right)];
    faults.push(word.span.fault(code, &facts));
}

//! From the files of the content folder to a [`Library`].
//!
//! Takes every file as text; gives the library, or every fault found, in order of file and line.
//! What a file holds is decided by its keywords, not by its name; stories and figures belong to the
//! procedure family in whose folder they lie.
//!
//! Not here: reading the disk (the caller), the load checks L1–L13 (`check.rs`), running stories.

use crate::canonical::digest;
use crate::fault::Fault;
use crate::fragment::{self, Fragments};
use crate::keywords::{Keyword, TOP};
use crate::model::{Library, Position, Procedure, Source};
use crate::shape::shape;
use crate::syntax::{Line, Raw, read};
use crate::{figures, land, links, lower, open_tests, registers, stories, tables};

/// Folder of procedures, and of the stories that are lawful.
pub(crate) const PROCEDURES: &str = "procedures/";
pub(crate) const LAWFUL: &str = "/lawful/";

/// Loads all content. Files that are not KDL are only remembered with their hash; plans are not law
/// and leave no trace.
pub fn load(sources: &[Source]) -> Result<Library, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut sources: Vec<&Source> = sources.iter().filter(|s| !is_plan(&s.path)).collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let raws: Vec<(&Source, Vec<Raw>)> = sources
        .iter()
        .filter(|s| s.path.ends_with(".kdl") && !s.path.contains(MAPPINGS))
        .map(|s| (*s, read(&s.path, &s.text, &mut faults)))
        .collect();
    let fragments = fragments(raws.iter().flat_map(|(_, nodes)| nodes), &mut faults);
    let mut lines: Vec<(&Source, Line)> = Vec::new();
    for (source, nodes) in &raws {
        for node in nodes.iter().filter(|n| n.name.text() != Keyword::Fragment.word()) {
            let node = match node.name.text() == Keyword::Procedure.word() {
                true => fragment::expand(node, &fragments, &mut faults),
                false => node.clone(),
            };
            lines.extend(shape(&[node], TOP, false, &mut faults).into_iter().map(|l| (*source, l)));
        }
    }
    let library = assemble(&lines, &sources, &mut faults);
    drop_echoes(&mut faults);
    match library {
        Some(library) if faults.is_empty() => Ok(library),
        _ => Err(faults),
    }
}

/// Folder of import mappings, which have a vocabulary of their own.
const MAPPINGS: &str = "/mappings/";

/// Whether the file is a plan of a place, which has a vocabulary of its own: `plan-….kdl`.
pub fn is_plan(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("plan-"))
}

/// The family in whose folder a file lies.
pub(crate) fn family_of(path: &str) -> Option<&str> {
    path.strip_prefix(PROCEDURES)?.split('/').next()
}

fn of<'a>(lines: &'a [(&Source, Line)], keyword: Keyword) -> Vec<(&'a str, &'a Line)> {
    let mine = lines.iter().filter(|(_, l)| l.keyword() == keyword);
    mine.map(|(s, l)| (s.path.as_str(), l)).collect()
}

fn assemble(
    lines: &[(&Source, Line)],
    sources: &[&Source],
    faults: &mut Vec<Fault>,
) -> Option<Library> {
    let statutes = land::statutes(&of(lines, Keyword::Statute), faults);
    let (years, calendar) = land::calendar(&of(lines, Keyword::Year), faults);
    let places = land::places(&of(lines, Keyword::Place), &statutes, faults);
    let examples = land::examples(&of(lines, Keyword::Example), faults);
    let tables = tables::check(&of(lines, Keyword::Table), &statutes, faults);
    let mut procedures: Vec<Procedure> = Vec::new();
    let mut failed = false;
    for (_, line) in of(lines, Keyword::Procedure) {
        match lower::procedure(line, &statutes, &tables, faults) {
            Some(procedure) => procedures.push(procedure),
            None => failed = true,
        }
    }
    procedures.sort_by(|a, b| (&a.family, a.in_force.from).cmp(&(&b.family, b.in_force.from)));
    land::versions(&procedures, &of(lines, Keyword::Procedure), faults);
    let mut of_report = figures::OfReport::default();
    if !failed {
        let mut all = of(lines, Keyword::Figure);
        all.extend(of(lines, Keyword::Identity));
        of_report =
            figures::attach(&mut procedures, &all, &of(lines, Keyword::Place), &statutes, faults);
        stories::attach(&mut procedures, lines, &statutes, faults);
        open_tests::attach(&mut procedures, lines, &statutes, faults);
        links::check(&procedures, &of(lines, Keyword::Procedure), faults);
        registers::check(&places, &procedures, &of(lines, Keyword::Place), faults);
        land::settings(&places, &procedures, &of(lines, Keyword::Place), faults);
    }
    let files = sources.iter().map(|s| (s.path.clone(), digest(&s.text))).collect();
    let calendar = calendar.unwrap_or_else(land::no_calendar);
    let figures::OfReport { figures, identities } = of_report;
    Some(Library {
        statutes,
        calendar,
        years,
        places,
        procedures,
        figures,
        identities,
        examples,
        files,
    })
}

/// Collects the fragments and checks each on its own.
fn fragments<'a>(nodes: impl Iterator<Item = &'a Raw>, faults: &mut Vec<Fault>) -> Fragments {
    let mut found = Fragments::new();
    for node in nodes.filter(|n| n.name.text() == Keyword::Fragment.word()) {
        // Shaped for its faults only: its lines are shaped again wherever they are taken in.
        let shaped = shape(std::slice::from_ref(node), TOP, true, faults);
        fragment::check(node, faults);
        let (Some(_), Some(name)) = (shaped.first(), node.arguments.first()) else { continue };
        if found.insert(name.text().to_owned(), node.clone()).is_some() {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
        }
    }
    found
}

/// Sorts the faults; leaves out what is said twice, and what stands on a line whose signs are wrong.
pub(crate) fn drop_echoes(faults: &mut Vec<Fault>) {
    const SIGNS: [&str; 9] = [
        "full-width",
        "full-width-quote",
        "full-width-separator",
        "stray-hash",
        "unquoted-citation",
        "bare-true",
        "unquoted-date",
        "unquoted-number",
        "slashdash",
    ];
    let signs: Vec<(std::sync::Arc<str>, u32)> = faults
        .iter()
        .filter(|f| SIGNS.contains(&f.code))
        .map(|f| (f.file.clone(), f.line))
        .collect();
    // A fragment taken in with an argument missing is wrong at the use, not in each of its lines.
    let uses: Vec<Position> =
        faults.iter().filter(|f| f.code == "missing-parameter").map(|f| f.position()).collect();
    let echo = |f: &Fault| {
        let same_line = signs.iter().any(|(file, line)| *file == f.file && *line == f.line);
        same_line || f.used_at.as_ref().is_some_and(|at| uses.contains(at))
    };
    faults.retain(|f| SIGNS.contains(&f.code) || !echo(f));
    faults.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
    });
    faults.dedup_by(|a, b| {
        a.file == b.file && a.span == b.span && a.code == b.code && a.message == b.message
    });
}

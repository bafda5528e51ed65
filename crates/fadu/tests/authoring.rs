//! Does the authoring guide work as written?
//!
//! Writes every block of `docs/authoring.md` that names a file, one after another, and loads the
//! content after each; at the end tells all its stories and proves all its properties. Lines shown
//! as wrong must each be refused.

use content::{Library, Source};

/// What a block of the guide is.
enum Block {
    /// A whole file.
    File(String, String),
    /// Lines to be added before the last brace of a file.
    More(String, String),
    /// Lines that are wrong, each on its own.
    Wrong(String),
}

fn guide() -> Vec<Block> {
    let text = include_str!("../../../docs/authoring.md");
    let mut blocks = Vec::new();
    for part in text.split("```kdl ").skip(1) {
        let (head, rest) = part.split_once('\n').expect("a block has a first line");
        let body = rest.split("```").next().expect("a block has an end").to_owned();
        blocks.push(match head.split_once(' ') {
            _ if head == "错" => Block::Wrong(body),
            Some((path, "+")) => Block::More(path.to_owned(), body),
            _ => Block::File(head.to_owned(), body),
        });
    }
    blocks
}

/// The calendars of the repository, which every content folder has.
fn calendars() -> Vec<Source> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/calendars");
    let entries = std::fs::read_dir(folder).expect("the repository has calendars");
    let entries = entries.map(|entry| entry.expect("an entry of a listed folder").path());
    let source = |path: std::path::PathBuf| {
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a calendar is text");
        Source { path: format!("calendars/{name}"), text }
    };
    entries.map(source).collect()
}

fn with(mut sources: Vec<Source>, block: Block) -> Vec<Source> {
    match block {
        Block::File(path, text) => sources.push(Source { path, text }),
        Block::More(path, more) => {
            let file =
                sources.iter_mut().find(|s| s.path == path).expect("the file was shown before");
            file.text = added(&file.text, &more);
        }
        Block::Wrong(_) => {}
    }
    sources
}

fn added(text: &str, lines: &str) -> String {
    let end = text.rfind('}').expect("a procedure ends with a brace");
    format!("{}\n{lines}{}", &text[..end], &text[end..])
}

fn loaded(sources: &[Source]) -> Library {
    content::load(sources).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", faults.join("\n"))
    })
}

fn finished() -> Vec<Source> {
    guide().into_iter().fold(calendars(), with)
}

#[test]
fn every_step_of_the_guide_loads() {
    let mut sources = calendars();
    let mut steps = 0;
    for block in guide() {
        sources = with(sources, block);
        loaded(&sources);
        steps += 1;
    }
    assert!(steps > 8, "the blocks were not found");
}

#[test]
fn every_story_of_the_guide_is_answered_as_it_says() {
    let library = loaded(&finished());
    let procedure = &library.procedures[0];
    assert!(procedure.stories.len() > 8);
    for story in &procedure.stories {
        let unmet = content::run(&library, procedure, story).unmet;
        assert!(unmet.is_empty(), "{}: {unmet:?}", story.title);
    }
}

#[test]
fn the_finished_procedure_is_certified_and_covered() {
    let library = loaded(&finished());
    let report = content::check_procedure(
        &library,
        &library.procedures[0],
        certify::Witnesses::Refuted,
        &mut || true,
    );
    let open: Vec<&str> = report.coverage.not_tripped.iter().map(|gap| gap.id.as_str()).collect();
    assert!(report.passes(), "no story trips {open:?} alone, or a property is not proved");
}

#[test]
fn every_line_the_guide_calls_wrong_is_refused() {
    let sources = finished();
    let wrong = guide().into_iter().find_map(|block| match block {
        Block::Wrong(lines) => Some(lines),
        _ => None,
    });
    for line in wrong.expect("the guide shows mistakes").lines() {
        let mut broken = sources.clone();
        let file = broken.iter_mut().find(|s| s.path.ends_with("procedure.kdl")).unwrap();
        let at = file.text.lines().count();
        file.text = added(&file.text, &format!("{line}\n"));
        let faults = content::load(&broken).err().unwrap_or_else(|| panic!("accepted: {line}"));
        let there = faults.iter().any(|f| (f.line as usize).abs_diff(at) <= 1);
        assert!(there, "{line}: {faults:?}");
    }
}

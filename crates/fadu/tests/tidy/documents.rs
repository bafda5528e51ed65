//! Rules for the documents: links lead somewhere, named files and names exist, decisions have their shape.
//!
//! Takes texts and a question "does this path exist"; gives faults as sentences.

use super::source::File;

/// Relative links of a Markdown file that lead nowhere. Fenced code is not read.
pub fn broken_links(file: &File, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in prose(&file.text) {
        for target in link_targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = path.contains("://") || path.starts_with("mailto:");
            if path.is_empty() || outside || exists(&beside(&file.path, path)) {
                continue;
            }
            faults.push(format!("{}:{number}: nothing is at {path}", file.path));
        }
    }
    faults
}

/// The lines outside fenced code, numbered from one.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(n, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((n + 1, line))
    })
}

fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(move |(at, open)| {
        let rest = &line[at + open.len()..];
        rest.split(')').next()?.split(' ').next()
    })
}

/// `target` as seen from the folder of `path`, from the root of the repository.
fn beside(path: &str, target: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> =
        if target.starts_with('/') { vec![] } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// What the backquotes of one line hold.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(word: &str) -> bool {
    let known = ["crates/", "content/", "docs/", "."].iter().any(|start| word.starts_with(start));
    known && word.contains('/') && !word.contains(['*', '<', '{', '…', ' '])
}

/// Files named in backquotes, in any document, that do not exist.
pub fn missing_paths(file: &File, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let lines = prose(&file.text);
    let words = lines.flat_map(|(n, line)| quoted(line).map(move |word| (n, word)));
    let missing = words.filter(|(_, word)| is_path(word) && !exists(word.trim_end_matches('/')));
    missing.map(|(n, word)| format!("{}:{n}: nothing is at {word}", file.path)).collect()
}

/// Rows `| … | `file` | `name` `name` | … |` whose names are not defined in their file (Rust), or do
/// not occur in it (all else).
pub fn missing_names(file: &File, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, path, names) in pairs(&file.text) {
        let Some(text) = read(path) else {
            faults.push(format!("{}:{number}: nothing is at {path}", file.path));
            continue;
        };
        let has = |name: &str| match path.ends_with(".rs") {
            true => DEFINES.iter().any(|word| has_word(&text, &format!("{word} {name}"))),
            false => has_word(&text, name),
        };
        let missing = names.into_iter().filter(|name| !has(name));
        faults.extend(missing.map(|name| format!("{}:{number}: {path} has no {name}", file.path)));
    }
    faults
}

/// What stands before a name where Rust defines it.
const DEFINES: &[&str] = &["fn", "struct", "enum", "trait", "type", "const"];

/// Every table row that names a file in one cell and names of that file in the next.
pub fn pairs(text: &str) -> Vec<(usize, &str, Vec<&str>)> {
    let mut found = Vec::new();
    for (number, line) in prose(text).filter(|(_, line)| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').collect();
        for two in cells.windows(2) {
            let path = two[0].trim().strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
            let Some(path) = path.filter(|path| is_path(path) && path.contains('.')) else {
                continue;
            };
            let names: Vec<&str> = quoted(two[1]).collect();
            if !names.is_empty() {
                found.push((number, path, names));
            }
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next())
    })
}

/// Identifiers of the glossary (second cell) that no Rust file uses.
pub fn unused_terms(glossary: &File, rust: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in prose(&glossary.text).filter(|(_, line)| line.starts_with('|')) {
        let Some(cell) = line.split('|').nth(2) else { continue };
        let unused =
            quoted(cell).filter(|term| !rust.iter().any(|file| has_word(&file.text, term)));
        faults
            .extend(unused.map(|term| format!("{}:{number}: no code says {term}", glossary.path)));
    }
    faults
}

/// Decisions out of number or shape.
pub fn misshapen_decisions(records: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, file) in records.iter().enumerate() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let number = format!("{:04}", at + 1);
        if !name.starts_with(&format!("{number}-")) {
            faults.push(format!("{}: the next number is {number}", file.path));
        }
        for heading in ["## Context", "## Decision", "## Consequences"] {
            if !file.text.lines().any(|line| line == heading) {
                faults.push(format!("{}: no line `{heading}`", file.path));
            }
        }
        if file.text.lines().count() > 60 {
            faults.push(format!("{}: longer than a page", file.path));
        }
    }
    faults
}

/// Paths that exist on one machine only.
pub fn machine_paths(file: &File) -> Vec<String> {
    let places = ["work", "root", "home", "Users", "tmp"].map(|place| format!("/{place}/"));
    let mut faults = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let absolute = places.iter().any(|place| {
            line.match_indices(place.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                !before.is_some_and(|c| {
                    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '/')
                })
            })
        });
        if absolute || line.contains(concat!("../", "shared/")) {
            faults.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_link_is_followed_from_its_own_folder() {
        let exists = |path: &str| matches!(path, "docs/a.md" | "README.md");
        let text = "[a](a.md) [up](../README.md#x) [w](https://e.org/x) [s](#here)\n```\n[no](no.md)\n```\n[b](b.md)";
        assert_eq!(
            broken_links(&file("docs/z.md", text), &exists),
            ["docs/z.md:5: nothing is at b.md"]
        );
    }

    #[test]
    fn a_named_file_must_exist_unless_it_is_a_pattern() {
        let exists = |path: &str| path == "crates/a/src/b.rs";
        let text =
            "`crates/a/src/b.rs` `content/**/x.kdl` `content/law/<name>.kdl` `b.rs` `docs/gone.md`";
        assert_eq!(
            missing_paths(&file("A.md", text), &exists),
            ["A.md:1: nothing is at docs/gone.md"]
        );
    }

    #[test]
    fn a_renamed_function_is_found_in_the_walkthrough() {
        let read = |path: &str| {
            (path == "crates/a/src/b.rs").then(|| "fn step_on() { step() }".to_string())
        };
        let row =
            |name: &str| file("A.md", &format!("| 1 | `crates/a/src/b.rs` | `{name}` | does |"));
        assert_eq!(missing_names(&row("step_on"), &read), Vec::<String>::new());
        assert_eq!(missing_names(&row("step"), &read), ["A.md:1: crates/a/src/b.rs has no step"]);
        let gone = file("A.md", "| `crates/a/src/c.rs` | `x` |");
        assert_eq!(missing_names(&gone, &read), ["A.md:1: nothing is at crates/a/src/c.rs"]);
    }

    #[test]
    fn a_term_of_the_glossary_that_no_code_says_is_found() {
        let rust = [file("crates/a/src/b.rs", "struct Duty;")];
        let glossary = file("G.md", "| 义务 | `Duty` | x |\n| 期 | `Term` | y |");
        assert_eq!(unused_terms(&glossary, &rust), ["G.md:2: no code says Term"]);
    }

    #[test]
    fn a_decision_needs_its_number_and_three_parts() {
        let good = "# 1\n\n## Context\n\n## Decision\n\n## Consequences\n";
        assert!(misshapen_decisions(&[file("docs/adr/0001-a.md", good)]).is_empty());
        assert_eq!(misshapen_decisions(&[file("docs/adr/0002-a.md", good)]).len(), 1);
        assert_eq!(misshapen_decisions(&[file("docs/adr/0001-a.md", "## Context")]).len(), 2);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_a_path_is_not() {
        let line = |place: &str| file("a.sh", &format!("cd {place}"));
        for place in ["work", "root", "home", "tmp"] {
            assert_eq!(machine_paths(&line(&format!("/{place}/x"))).len(), 1);
            assert!(machine_paths(&line(&format!("a/{place}/x"))).is_empty());
        }
        assert_eq!(machine_paths(&line(concat!("../", "shared/law"))).len(), 1);
    }
}

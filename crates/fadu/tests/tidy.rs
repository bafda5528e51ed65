//! The discipline of the repository, as tests: a rule that no test holds is a wish.
//!
//! Each test says one rule and lists every place that breaks it. The checkers are in `tidy/`; each
//! is shown there, on a few lines of its own, to find what it is for.
//!
//! Not here: what `cargo clippy` and `cargo fmt` already refuse.

#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/law.rs"]
mod law;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/source.rs"]
mod source;

use source::{File, files, root};

/// Fails with every fault and the rule.
fn none(rule: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

fn rust_files() -> Vec<File> {
    files(&[".rs"])
}

fn documents() -> Vec<File> {
    files(&[".md"])
}

fn exists(path: &str) -> bool {
    root().join(path).exists()
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

fn document(path: &str) -> File {
    File { path: path.into(), text: read(path).unwrap_or_else(|| panic!("{path} is missing")) }
}

#[test]
fn crates_depend_only_downwards() {
    none(
        "an arrow between crates that ARCHITECTURE.md does not have",
        crates::wrong_arrows(&crates::workspace()),
    );
}

#[test]
fn pure_crates_take_at_most_six_crates_from_outside() {
    none("a pure crate leans on too much", crates::heavy(&crates::workspace()));
}

#[test]
fn forbidden_calls_occur_nowhere() {
    none(
        "a forbidden call, and what to write instead",
        rust_files().iter().flat_map(rust::forbidden).collect(),
    );
}

#[test]
fn no_han_character_in_the_rust_of_a_pure_crate() {
    none("words of the law belong to content/", rust_files().iter().flat_map(rust::han).collect());
}

#[test]
fn rust_knows_no_procedure_statute_or_place_by_name() {
    let names = law_names();
    assert!(names.len() > 3, "content/ was not found: {names:?}");
    let faults = rust_files().iter().flat_map(|file| rust::names_the_law(file, &names)).collect();
    none("Rust that knows the law by name", faults);
}

/// The folders of procedures and places, and the statutes without their version.
fn law_names() -> Vec<String> {
    let list = |folder: &str| {
        let entries = std::fs::read_dir(root().join(folder)).expect("content/ has this folder");
        let names = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.collect::<Vec<_>>()
    };
    let statutes = list("content/law").into_iter();
    let statutes = statutes.map(|name| name.split('@').next().unwrap_or_default().to_string());
    let mut names: Vec<String> = list("content/procedures")
        .into_iter()
        .chain(list("content/places"))
        .chain(statutes)
        .collect();
    names.retain(|name| !name.contains('.'));
    names.sort();
    names.dedup();
    names
}

#[test]
fn every_rust_file_opens_with_its_head_comment() {
    none("a file without a head", rust_files().iter().filter_map(rust::headless).collect());
}

#[test]
fn a_long_file_says_why() {
    none("a file to cut, or to excuse", rust_files().iter().filter_map(rust::too_long).collect());
}

#[test]
fn every_source_file_is_part_of_its_crate() {
    none("a dead file", rust::dead(&rust_files()));
}

#[test]
fn every_clause_cites_its_article_or_gives_a_reason() {
    let law = files(&[".kdl"]).into_iter().filter(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        file.path.starts_with("content/")
            && (name.starts_with("procedure") || file.path.contains("/fragments/"))
    });
    none("a clause of law without its source", law.flat_map(|file| law::uncited(&file)).collect());
}

#[test]
fn links_between_documents_lead_somewhere() {
    none(
        "a broken link",
        documents().iter().flat_map(|file| documents::broken_links(file, &exists)).collect(),
    );
}

#[test]
fn files_named_in_the_documents_exist() {
    none(
        "a file that is not there",
        documents().iter().flat_map(|file| documents::missing_paths(file, &exists)).collect(),
    );
}

#[test]
fn functions_and_tests_named_in_the_architecture_exist() {
    let architecture = document("ARCHITECTURE.md");
    assert!(documents::pairs(&architecture.text).len() > 20, "the tables were not read");
    none("a name that moved", documents::missing_names(&architecture, &read));
}

#[test]
fn every_crate_is_on_the_map() {
    let map = document("ARCHITECTURE.md").text;
    let rows = |name: &str| map.lines().any(|line| line.starts_with(&format!("| `{name}`")));
    let missing = crates::workspace().into_keys().filter(|name| !rows(name));
    none("a crate without a row in the map", missing.collect());
}

#[test]
fn terms_of_the_glossary_are_the_words_of_the_code() {
    let product: Vec<File> = rust_files().into_iter().filter(File::is_product).collect();
    none("a term without code", documents::unused_terms(&document("GLOSSARY.md"), &product));
}

#[test]
fn decisions_are_numbered_and_have_three_parts() {
    let records: Vec<File> =
        documents().into_iter().filter(|file| file.path.starts_with("docs/adr/")).collect();
    assert!(records.len() > 5, "docs/adr was not found");
    none("a decision to repair", documents::misshapen_decisions(&records));
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    none(
        "a path that exists on one machine only",
        files(&[""]).iter().flat_map(documents::machine_paths).collect(),
    );
}

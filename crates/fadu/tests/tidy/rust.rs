//! Rules for Rust files: forbidden calls with the replacement, foreign words, heads, length, dead files.
//!
//! Takes files; gives faults as `path:line: sentence`.

use super::crates::PURE;
use super::source::{File, code_only, without_comments};

/// Where a call is forbidden.
enum Where {
    /// In products, tests and benches.
    Everywhere,
    /// In products, except in these files.
    ProductsBut(&'static [&'static str]),
    /// In products and tests, except in these files; benches may.
    AllButBenches(&'static [&'static str]),
    /// In the product of every crate but the binary.
    Libraries,
    /// In the product of the pure crates.
    PureCrates,
}

const CLOCK: &[&str] = &["crates/office/src/clock.rs"];
const KEY: &[&str] = &["crates/office/src/key.rs"];
const TIDY: &str = "crates/fadu/tests/tidy";

/// The forbidden words, where, and what to write instead.
const FORBIDDEN: &[(&str, Where, &str)] = &[
    ("SystemTime::now", Where::AllButBenches(CLOCK), "take the moment as an argument"),
    ("std::time::Instant", Where::AllButBenches(CLOCK), "take the moment as an argument"),
    ("Timestamp::now", Where::AllButBenches(CLOCK), "take the moment as an argument"),
    ("Zoned::now", Where::AllButBenches(CLOCK), "take the moment as an argument"),
    ("thread_rng", Where::Everywhere, "salts and keys come from office/src/key.rs"),
    ("getrandom::", Where::ProductsBut(KEY), "salts and keys come from office/src/key.rs"),
    (
        "Sm2Signer::from_pem",
        Where::ProductsBut(KEY),
        "the key is opened in office/src/key.rs alone",
    ),
    ("thread::sleep", Where::Everywhere, "wait for the event, or move a VirtualClock"),
    (".unwrap()", Where::ProductsBut(&[]), "`expect(\"why it cannot fail\")`, or an error"),
    ("todo!", Where::Everywhere, "write it, or leave it out"),
    ("unimplemented!", Where::Everywhere, "write it, or leave it out"),
    ("dbg!", Where::Everywhere, "a test with an expected value"),
    ("#[ignore", Where::Everywhere, "a test runs or is deleted"),
    ("println!", Where::Libraries, "return a value; the binary prints"),
    ("print!", Where::Libraries, "return a value; the binary prints"),
    ("std::fs", Where::PureCrates, "take the text; the binary reads files"),
    ("std::env", Where::PureCrates, "take the value as an argument"),
    ("std::net", Where::PureCrates, "a pure crate has no network"),
    ("std::process", Where::PureCrates, "a pure crate starts nothing"),
    ("std::thread", Where::PureCrates, "the caller decides about threads"),
    ("async fn", Where::PureCrates, "a pure crate waits for nothing"),
];

/// Forbidden calls in one file.
pub fn forbidden(file: &File) -> Vec<String> {
    let code =
        if file.is_product() { code_only(file.above_tests()) } else { code_only(&file.text) };
    let mut faults = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for (word, place, instead) in FORBIDDEN {
            if applies(place, file) && occurs(line, word) {
                faults.push(format!("{}:{}: {word}: {instead}", file.path, number + 1));
            }
        }
    }
    faults
}

fn applies(place: &Where, file: &File) -> bool {
    let path = file.path.as_str();
    match place {
        Where::Everywhere => !path.starts_with(TIDY),
        Where::ProductsBut(except) => file.is_product() && !except.contains(&path),
        Where::AllButBenches(except) => {
            !path.contains("/benches/")
                && !path.contains("/examples/")
                && !path.starts_with(TIDY)
                && !except.contains(&path)
        }
        Where::Libraries => file.is_product() && file.krate() != Some("fadu"),
        Where::PureCrates => file.is_product() && file.krate().is_some_and(|k| PURE.contains(&k)),
    }
}

/// Whether the word stands in the line and is not the tail of a longer name.
fn occurs(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !word.starts_with(char::is_alphabetic)
            || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The one Rust file that holds the words of the content language.
const KEYWORDS: &str = "crates/content/src/keywords.rs";

/// Han characters in the product of a pure crate, comments included.
pub fn han(file: &File) -> Vec<String> {
    let pure = file.krate().is_some_and(|name| PURE.contains(&name));
    if !pure || !file.is_product() || file.path == KEYWORDS {
        return Vec::new();
    }
    let lines = file.above_tests().lines().enumerate();
    let found = lines.filter(|(_, line)| line.chars().any(is_han));
    found.map(|(n, line)| format!("{}:{}: {}", file.path, n + 1, line.trim())).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// Names of procedures, statutes and places in the Rust of the product; comments may give examples.
pub fn names_the_law(file: &File, names: &[String]) -> Vec<String> {
    if !file.is_product() || file.path == KEYWORDS {
        return Vec::new();
    }
    let text = without_comments(file.above_tests());
    let found = names.iter().filter(|name| text.contains(name.as_str()));
    found.map(|name| format!("{}: knows {name} by name", file.path)).collect()
}

/// A file that does not open with its head comment.
pub fn headless(file: &File) -> Option<String> {
    (!file.text.starts_with("//! "))
        .then(|| format!("{}: opens without a `//!` head comment", file.path))
}

/// Lines a file may have before it must say why it is long.
const LINES_MAX: usize = 600;

/// A long file that does not say why.
pub fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    let excused = file.text.lines().take(30).any(|line| line.contains("Long because"));
    (lines > LINES_MAX && !excused)
        .then(|| format!("{}: {lines} lines, and no `// Long because …` near the top", file.path))
}

/// Files below `src` that no module declares.
pub fn dead(files: &[File]) -> Vec<String> {
    let declared = |parent: &str, module: &str| {
        files.iter().filter(|file| file.path == parent).any(|file| {
            let code = code_only(&file.text);
            code.lines()
                .any(|line| line.trim_start_matches("pub ").ends_with(&format!("mod {module};")))
        })
    };
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| file.path.contains("/src/")) {
        let (folder, name) = file.path.rsplit_once('/').expect("a path below src has a folder");
        let stem = name.trim_end_matches(".rs");
        if matches!(stem, "lib" | "main") || folder.ends_with("/bin") {
            continue;
        }
        let (folder, module) = match stem {
            "mod" => folder.rsplit_once('/').expect("mod.rs lies in a folder of its own"),
            _ => (folder, stem),
        };
        let parents = ["lib.rs", "main.rs", "mod.rs"].map(|parent| format!("{folder}/{parent}"));
        let beside = format!("{folder}.rs");
        if !parents.iter().chain([&beside]).any(|parent| declared(parent, module)) {
            faults.push(format!("{}: no module declares it", file.path));
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

    fn product(text: &str) -> File {
        file("crates/kernel/src/x.rs", text)
    }

    #[test]
    fn every_forbidden_call_is_found_in_a_pure_crate() {
        for (word, _, _) in FORBIDDEN {
            let faults = forbidden(&product(&format!("fn a() {{\n    b({word}c);\n}}")));
            assert!(
                faults.iter().any(|f| f.contains(&format!("x.rs:2: {word}:"))),
                "{word}: {faults:?}"
            );
        }
    }

    #[test]
    fn a_call_in_a_comment_a_string_a_unit_test_or_another_name_is_not_a_call() {
        let text = "// todo!()\nlet a = \"dbg!\"; my_println!();\n#[cfg(test)]\nmod tests {\n a.unwrap() }";
        assert_eq!(forbidden(&product(text)), Vec::<String>::new());
    }

    #[test]
    fn the_clock_and_the_key_each_have_one_file() {
        assert!(forbidden(&file(CLOCK[0], "Timestamp::now()")).is_empty());
        assert!(forbidden(&file(KEY[0], "getrandom::fill(b)")).is_empty());
        assert_eq!(forbidden(&file("crates/office/src/perform.rs", "Timestamp::now()")).len(), 1);
        assert_eq!(forbidden(&file("crates/store/tests/a.rs", "thread::sleep(d)")).len(), 1);
    }

    #[test]
    fn a_han_character_is_found_in_code_and_comment_but_not_in_tests_and_keywords() {
        assert_eq!(han(&product("// 法\nlet a = \"度\";")).len(), 2);
        assert!(han(&product("#[cfg(test)]\nmod tests {\n\"法\" }")).is_empty());
        assert!(han(&file("crates/kernel/tests/a.rs", "法")).is_empty());
        assert!(han(&file(KEYWORDS, "法")).is_empty());
        assert_eq!(han(&file("crates/content/src/a.rs", "法")).len(), 1);
    }

    #[test]
    fn a_procedure_known_by_name_is_found() {
        let names = ["甲程序".to_string()];
        assert_eq!(
            names_the_law(&file("crates/office/src/a.rs", "if p == \"甲程序\" {"), &names).len(),
            1
        );
        assert!(names_the_law(&file("crates/office/tests/a.rs", "甲程序"), &names).is_empty());
        assert!(names_the_law(&file("crates/office/src/a.rs", "// 甲程序"), &names).is_empty());
    }

    #[test]
    fn a_file_without_head_and_a_long_file_without_reason_are_found() {
        assert!(headless(&product("use a;\n//! late")).is_some());
        assert!(headless(&product("//! head")).is_none());
        assert!(too_long(&product(&"x\n".repeat(601))).is_some());
        assert!(too_long(&product(&"x\n".repeat(600))).is_none());
        let excused = format!("//! a\n// Long because one table.\n{}", "x\n".repeat(700));
        assert!(too_long(&product(&excused)).is_none());
    }

    #[test]
    fn a_file_that_no_module_declares_is_dead() {
        let mut files = vec![
            file("crates/a/src/lib.rs", "mod b;\npub mod c;\n// mod d;"),
            file("crates/a/src/b.rs", ""),
            file("crates/a/src/c/mod.rs", "mod e;"),
            file("crates/a/src/c/e.rs", ""),
        ];
        assert_eq!(dead(&files), Vec::<String>::new());
        files.push(file("crates/a/src/d.rs", ""));
        assert_eq!(dead(&files), ["crates/a/src/d.rs: no module declares it"]);
    }
}

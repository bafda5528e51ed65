//! Reads the repository's own files, and the Rust in them without comments, strings and tests.
//!
//! Not here: what is allowed; that is in `rust.rs`, `crates.rs`, `documents.rs` and `law.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file: its path from the root of the repository, with `/`, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text file with one of these endings ("" is all), in order of path; build products left out.
pub fn files(endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found.sort();
    let kept = found.into_iter().filter(|path| endings.iter().any(|end| path.ends_with(end)));
    kept.filter_map(|path| Some(File { text: fs::read_to_string(root().join(&path)).ok()?, path }))
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder was listed by its parent") {
        let path = entry.expect("an entry of a listed folder").path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.expect("an entry has a name");
        if matches!(name.as_str(), ".git" | "target") {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else {
            let from_root = path.strip_prefix(root()).expect("walked from the root");
            found.push(from_root.to_string_lossy().replace('\\', "/"));
        }
    }
}

impl File {
    /// The crate's folder, for a file below `crates/`.
    pub fn krate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether the file belongs to a crate's product, not to its tests or benches.
    pub fn is_product(&self) -> bool {
        self.path.contains("/src/")
            && !self.path.ends_with("/tests.rs")
            && !self.path.contains("/tests/")
    }

    /// The text above the module of unit tests.
    pub fn above_tests(&self) -> &str {
        let mut from = 0;
        while let Some(at) = self.text[from..].find("#[cfg(test)]") {
            let after = &self.text[from + at + "#[cfg(test)]".len()..];
            if after.trim_start().starts_with("mod ") && opens_first(after) {
                return &self.text[..from + at];
            }
            from += at + 1;
        }
        &self.text
    }
}

/// The same text with every comment and every literal blanked; lines stay where they are.
pub fn code_only(text: &str) -> String {
    blanked(text, true)
}

/// The same text with every comment blanked.
pub fn without_comments(text: &str) -> String {
    blanked(text, false)
}

fn blanked(text: &str, literals: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let comment = chars[at] == '/';
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => block_end(&chars, at),
            '"' => string_end(&chars, at),
            'r' if !follows_word(&chars, at) => raw_end(&chars, at).unwrap_or(at),
            '\'' => char_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            let keep = !comment && !literals;
            out.extend(chars[at..end].iter().map(|&c| if keep || c == '\n' { c } else { ' ' }));
            at = end;
        }
    }
    out
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b'
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|&c| c == '\n').map_or(chars.len(), |n| at + n)
}

fn block_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut i = at + 2 + hashes;
    while i < chars.len() {
        if chars[i] == '"'
            && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
        {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(chars.len())
}

/// Whether a body opens before the statement ends.
fn opens_first(text: &str) -> bool {
    text.find(['{', ';']).is_some_and(|at| text[at..].starts_with('{'))
}

/// The end of a character literal; none for a lifetime.
fn char_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars[at + 3..].iter().position(|&c| c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

#[test]
fn comments_and_literals_are_blanked_and_code_is_kept() {
    let text = "a(\"x // y\\\"\"); // tail\nb('\"', r#\"q\"#, b\"z\"); /* c /* d */ */ e::<'f>()\n'\\u{4e00}'";
    let code = code_only(text);
    assert_eq!(code.lines().count(), text.lines().count());
    assert_eq!(code.split_whitespace().collect::<String>(), "a();b(,,b);e::<'f>()");
    let kept: String = without_comments(text).split_whitespace().collect();
    assert_eq!(kept, "a(\"x//y\\\"\");b('\"',r#\"q\"#,b\"z\");e::<'f>()'\\u{4e00}'");
}

#[test]
fn the_text_above_the_tests_ends_at_the_test_module_and_not_at_a_test_only_line() {
    let file = |text: &str| File { path: "crates/x/src/y.rs".into(), text: text.into() };
    assert_eq!(file("a\n#[cfg(test)]\nmod tests {\n b }").above_tests(), "a\n");
    let whole = "#[cfg(test)]\nmod tests;\nfn a() {}\n";
    assert_eq!(file(whole).above_tests(), whole);
}

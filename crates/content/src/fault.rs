//! What is wrong with a file, at which character, and what would be right.
//!
//! A [`Fault`] has the four parts of every error: what was not done, which rule, which fact, what
//! is possible now. The sentences are a text beside the code (`wording/faults.txt`), one
//! paragraph per code; a test keeps codes and paragraphs in step.
//!
//! Not here: who finds faults. Next: `traps.rs`, `syntax.rs`.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::model::Position;

const WORDING: &str = include_str!("../wording/faults.txt");

/// One fault of the content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Path of the file below the content folder.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What kind of fault; stable.
    pub code: &'static str,
    /// What was not done, which rule, which fact.
    pub message: String,
    /// What is possible now.
    pub help: String,
    /// The line it is on.
    pub excerpt: String,
    /// The line of the procedure that took in the fragment it is in.
    pub used_at: Option<Position>,
}

impl Fault {
    /// Where it is.
    pub fn position(&self) -> Position {
        Position { file: self.file.clone(), line: self.line, column: self.column }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        let margin = self.line.to_string().len();
        writeln!(f, "{:margin$} | {}", self.line, self.excerpt)?;
        let before = self.excerpt.chars().take(self.column as usize - 1);
        let indent: usize = before.map(width).sum();
        let marked = self.excerpt.chars().skip(self.column as usize - 1);
        let length = self.span.len();
        let mut bytes = 0;
        let under: usize = marked
            .take_while(|c| {
                let inside = bytes < length;
                bytes += c.len_utf8();
                inside
            })
            .map(width)
            .sum();
        writeln!(f, "{:margin$} | {:indent$}{}", "", "", "^".repeat(under.max(1)))?;
        if let Some(at) = &self.used_at {
            writeln!(f, "{:margin$} = {at}", "")?;
        }
        write!(f, "{:margin$} = {}", "", self.help)
    }
}

impl std::error::Error for Fault {}

/// Columns a character takes on a terminal: two for East Asian wide ones.
fn width(c: char) -> usize {
    match c as u32 {
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => 2,
        0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// A file's text with its lines found.
#[derive(Debug)]
pub(crate) struct Text {
    pub path: Arc<str>,
    pub text: String,
    lines: Vec<usize>,
}

impl Text {
    pub fn new(path: &str, text: &str) -> Arc<Self> {
        let starts = text.match_indices('\n').map(|(i, _)| i + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Arc::new(Self { path: path.into(), text: text.to_owned(), lines })
    }

    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|s| *s <= offset) - 1;
        let before = self.text.get(self.lines[line]..offset).unwrap_or_default();
        Position {
            file: self.path.clone(),
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// The line the offset is on, without its end.
    pub fn line_at(&self, offset: usize) -> &str {
        let line = self.lines.partition_point(|s| *s <= offset.min(self.text.len())) - 1;
        self.text[self.lines[line]..].lines().next().unwrap_or_default()
    }
}

/// Bytes of one file.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub text: Arc<Text>,
    pub range: Range<usize>,
    /// Where the fragment it is in was taken in.
    pub used_at: Option<Position>,
}

impl Span {
    pub fn position(&self) -> Position {
        self.text.position(self.range.start)
    }

    /// The part of this span from byte `from` to `to`, counted inside it.
    pub fn part(&self, from: usize, to: usize) -> Self {
        let start = (self.range.start + from).min(self.range.end);
        let end = (self.range.start + to).clamp(start, self.range.end);
        Self { range: start..end, ..self.clone() }
    }

    pub fn fault(&self, code: &'static str, facts: &[(&str, &str)]) -> Fault {
        let [not_done, rule, fact, help] = sentences(code, facts);
        let Position { file, line, column } = self.position();
        Fault {
            file,
            line,
            column,
            span: self.range.clone(),
            code,
            message: [not_done, rule, fact].into_iter().filter(|s| !s.is_empty()).collect(),
            help,
            excerpt: self.text.line_at(self.range.start).to_owned(),
            used_at: self.used_at.clone(),
        }
    }
}

/// The four sentences of a code with the facts put in.
fn sentences(code: &str, facts: &[(&str, &str)]) -> [String; 4] {
    let heading = format!("[{code}]");
    let mut lines = WORDING.lines().skip_while(|l| *l != heading).skip(1);
    [(); 4].map(|()| {
        let line = lines.next().unwrap_or(code);
        facts.iter().fold(line.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    })
}

/// Every code that has its sentences.
#[cfg(test)]
pub(crate) fn worded() -> Vec<&'static str> {
    let heading = |l: &'static str| l.strip_prefix('[')?.strip_suffix(']');
    WORDING.lines().filter_map(heading).collect()
}

/// The word of the list nearest to `word`, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, list: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    list.into_iter()
        .map(|w| (distance(word, w), w))
        .filter(|(d, w)| {
            *d <= (length.max(w.chars().count()) / 2).clamp(1, 3)
                && *d < length.max(w.chars().count())
        })
        .min_by_key(|(d, _)| *d)
        .map(|(_, w)| w)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = cost.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::worded;

    /// Codes in the sources of this crate that are faults.
    fn used() -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    let text = std::fs::read_to_string(entry.path()).unwrap();
                    for part in text.split("fault(\"").skip(1) {
                        found.push(part.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
        found
    }

    #[test]
    fn every_code_has_its_four_sentences() {
        let worded = worded();
        let used = used();
        let missing: Vec<_> = used.iter().filter(|c| !worded.contains(&c.as_str())).collect();
        assert!(used.len() > 50 && missing.is_empty(), "{missing:?}");
        for code in &worded {
            let sentences = super::sentences(code, &[]);
            assert!(sentences.iter().all(|s| !s.is_empty() && !s.starts_with('[')), "{code}");
        }
    }
}

//! Signs that KDL reads without complaint and that change the law, found before KDL sees them.
//!
//! Walks the text once: strings and comments are passed over; every bare word is looked at for
//! full-width signs, a leading digit, `#` inside, and words KDL 2 spells with `#`. Each finding is
//! mended in a copy of the same length, so that the rest of the file can be read in the same pass.
//!
//! Not here: what a word means (`syntax.rs`).

use std::sync::Arc;

use crate::fault::{Fault, Span, Text};
use crate::keywords::{LOOKALIKES, QUOTES};

/// Braces deeper than this are a mistake, and recursion is not risked on them.
const DEPTH_MAX: usize = 12;

/// What the scan gives.
pub(crate) struct Scanned {
    pub faults: Vec<Fault>,
    /// The text with the findings mended, byte for byte as long.
    pub mended: String,
    /// It can be handed to the parser.
    pub readable: bool,
}

struct Scan<'a> {
    text: &'a Arc<Text>,
    at: usize,
    faults: Vec<Fault>,
    mended: Vec<u8>,
    open: Vec<usize>,
    readable: bool,
}

/// Looks through the text.
pub(crate) fn scan(text: &Arc<Text>) -> Scanned {
    let mended = text.text.clone().into_bytes();
    let mut scan =
        Scan { text, at: 0, faults: Vec::new(), mended, open: Vec::new(), readable: true };
    while scan.at < text.text.len() {
        scan.token();
    }
    while let Some(start) = scan.open.pop() {
        scan.report(start, start + 1, "unclosed-brace", &[]);
        scan.readable = false;
    }
    let mended = String::from_utf8(scan.mended).expect("whole characters are replaced by ASCII");
    Scanned { faults: scan.faults, mended, readable: scan.readable }
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        let text: &'a Text = self.text;
        &text.text[self.at..]
    }

    fn report(&mut self, from: usize, to: usize, code: &'static str, facts: &[(&str, &str)]) {
        let span = Span { text: self.text.clone(), range: from..to, used_at: None };
        self.faults.push(span.fault(code, facts));
    }

    fn token(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        if rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            self.block_comment();
        } else if rest.starts_with("/-") {
            let from = self.at;
            self.report(from, from + 2, "slashdash", &[]);
            self.mended[from..from + 2].fill(b' ');
            self.at += 2;
        } else if first == '"' || (first == '#' && is_raw(rest)) {
            self.string();
        } else if first == '{' || first == '}' {
            self.brace(first);
        } else if is_word(first) || first == '#' {
            self.word();
        } else {
            self.at += first.len_utf8();
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let (mut depth, mut i) = (0, 0);
        let rest = &self.text.text.as_bytes()[start..];
        while i < rest.len() {
            match rest[i..] {
                [b'/', b'*', ..] => (depth, i) = (depth + 1, i + 2),
                [b'*', b'/', ..] => (depth, i) = (depth - 1, i + 2),
                _ => i += 1,
            }
            if depth == 0 {
                self.at = start + i;
                return;
            }
        }
        self.report(start, start + 2, "unclosed-comment", &[]);
        self.readable = false;
        self.at = self.text.text.len();
    }

    fn string(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let hashes = rest.bytes().take_while(|b| *b == b'#').count();
        let body = &rest[hashes..];
        let quotes = if body.starts_with("\"\"\"") { 3 } else { 1 };
        let end = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
        let mut i = hashes + quotes;
        while i < rest.len() {
            let here = &rest[i..];
            if here.starts_with(&end) {
                self.at = start + i + end.len();
                return;
            }
            let c = here.chars().next().expect("not at the end");
            if quotes == 1 && c == '\n' {
                break;
            }
            i += c.len_utf8();
            if c == '\\' && hashes == 0 {
                i += rest[i..].chars().next().map_or(0, char::len_utf8);
            }
        }
        self.report(start, start + hashes + quotes, "unclosed-string", &[]);
        self.readable = false;
        self.at = start + i.min(rest.len());
    }

    fn brace(&mut self, brace: char) {
        let at = self.at;
        self.at += 1;
        if brace == '{' {
            self.open.push(at);
            if self.open.len() == DEPTH_MAX {
                self.report(at, at + 1, "too-deep", &[]);
            }
            self.readable &= self.open.len() < DEPTH_MAX;
        } else if self.open.pop().is_none() {
            self.report(at, at + 1, "stray-brace", &[]);
            self.readable = false;
        }
    }

    /// A bare word: a name, a number, or something that only looks right.
    fn word(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| !is_word(c) && c != '#').unwrap_or(rest.len());
        let word = rest[..length.max(1)].to_owned();
        self.at += word.len();
        let end = self.at;
        if let Some((i, c)) = word.char_indices().find(|(_, c)| lookalike(*c).is_some()) {
            let right = lookalike(c).expect("just found");
            let code = if QUOTES.contains(&c) { "full-width-quote" } else { "full-width" };
            let shown = c.to_string();
            let code = if right == " " { "full-width-separator" } else { code };
            self.report(
                start + i,
                start + i + c.len_utf8(),
                code,
                &[("sign", &shown), ("right", right)],
            );
            self.mend_lookalikes(start, &word);
        } else if let Some(code) = unquoted(&word) {
            self.report(start, end, code, &[("word", &word)]);
            let first = word.chars().next().map_or(1, char::len_utf8);
            self.mended[start..start + first].fill(b'_');
            let hashes = word.match_indices('#').map(|(i, _)| i).collect::<Vec<_>>();
            hashes.into_iter().for_each(|i| self.mended[start + i] = b'_');
        }
    }

    fn mend_lookalikes(&mut self, start: usize, word: &str) {
        let quotes = word.chars().filter(|c| QUOTES.contains(c)).count();
        for (i, c) in word.char_indices() {
            if let Some(right) = lookalike(c) {
                let right = match right {
                    // A quote without its other half, or a sign with no ASCII meaning here.
                    "\"" if quotes % 2 == 1 => " ",
                    "(" | ")" | "/" | "{" | "}" => "_",
                    right => right,
                };
                self.mend(start + i, c.len_utf8(), right.as_bytes());
            }
        }
    }

    fn mend(&mut self, at: usize, length: usize, with: &[u8]) {
        self.mended[at..at + length].fill(b' ');
        self.mended[at..at + with.len()].copy_from_slice(with);
    }
}

fn lookalike(c: char) -> Option<&'static str> {
    LOOKALIKES.iter().find(|(sign, _)| *sign == c).map(|(_, right)| *right)
}

/// Characters of bare words.
fn is_word(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(
            c,
            '\\' | '/' | '(' | ')' | '{' | '}' | ';' | '[' | ']' | '"' | '#' | '=' | '\u{feff}'
        )
}

fn is_raw(rest: &str) -> bool {
    rest.trim_start_matches('#').starts_with('"')
}

/// Why the word must be quoted, if it must.
fn unquoted(word: &str) -> Option<&'static str> {
    if let Some(keyword) = word.strip_prefix('#') {
        let known = matches!(keyword, "true" | "false" | "null" | "inf" | "-inf" | "nan");
        return (!known).then_some("stray-hash");
    }
    if word.contains('#') {
        return Some("unquoted-citation");
    }
    if matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan") {
        return Some("bare-true");
    }
    let digits = word.trim_start_matches(['+', '-', '.']);
    let number = word.parse::<i64>().is_ok();
    if digits.starts_with(|c: char| c.is_ascii_digit()) && !number {
        let date = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        return Some(if date { "unquoted-date" } else { "unquoted-number" });
    }
    None
}

//! Canonical layout of a content file; comments and line breaks inside lists are kept.
//!
//! Indents by four blanks per brace, one blank between words, no blanks at line ends, at most one
//! empty line in a row, one line break at the end. Only the blanks between words change, so the
//! formatted file says exactly what the file said.

use crate::fault::Fault;
use crate::syntax::read;

/// Formats a file, or says why it cannot be read.
pub fn format(path: &str, source: &str) -> Result<String, Vec<Fault>> {
    let mut faults = Vec::new();
    read(path, source, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut layout = Layout { out: String::new(), line: String::new(), depth: 0, blank: true };
    let mut rest = source.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        rest = layout.token(rest);
    }
    layout.end_line();
    Ok(format!("{}\n", layout.out.trim_end()))
}

struct Layout {
    out: String,
    line: String,
    depth: usize,
    /// The line before is empty, or there is none.
    blank: bool,
}

impl Layout {
    /// Takes one token off the text.
    fn token<'a>(&mut self, rest: &'a str) -> &'a str {
        let first = rest.chars().next().unwrap_or(' ');
        if first == '\n' {
            self.end_line();
            return &rest[1..];
        }
        if first.is_whitespace() {
            if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            return &rest[first.len_utf8()..];
        }
        let length = token_length(rest);
        let (token, after) = rest.split_at(length);
        match token {
            "}" if self.line.trim().is_empty() => {
                self.depth = self.depth.saturating_sub(1);
                self.line.push('}');
            }
            "{" | "}" => self.inline_brace(token),
            _ => self.line.push_str(token),
        }
        after
    }

    /// A brace after something on the same line.
    fn inline_brace(&mut self, brace: &str) {
        if !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        self.line.push_str(brace);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() {
            if !self.blank {
                self.out.push('\n');
            }
            self.blank = true;
            return;
        }
        self.blank = false;
        for (i, part) in line.split('\n').enumerate() {
            // Lines of a text or comment that spans several are left as they are.
            if i == 0 {
                self.out.push_str(&"    ".repeat(self.depth));
            }
            self.out.push_str(part);
            self.out.push('\n');
        }
        let opens = count(line, '{');
        let closes = count(line, '}') - usize::from(line.starts_with('}'));
        self.depth = (self.depth + opens).saturating_sub(closes);
    }
}

/// Braces of a line that are syntax: not in texts or comments.
fn count(line: &str, brace: char) -> usize {
    let (mut rest, mut found) = (line, 0);
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() { first.len_utf8() } else { token_length(rest) };
        found += usize::from(rest[..length].starts_with(brace) && length == 1);
        rest = &rest[length..];
    }
    found
}

/// Bytes of the token at the beginning of a text that does not begin with a blank.
fn token_length(rest: &str) -> usize {
    let until = |end: Option<usize>| end.unwrap_or(rest.len());
    if rest.starts_with("//") {
        return until(rest.find('\n'));
    }
    if rest.starts_with("/*") {
        return until(rest.find("*/").map(|i| i + 2));
    }
    let hashes = rest.bytes().take_while(|b| *b == b'#').count();
    if rest[hashes..].starts_with('"') {
        let quotes = if rest[hashes..].starts_with("\"\"\"") { 3 } else { 1 };
        let close = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
        let mut at = hashes + quotes;
        while at < rest.len() && !rest[at..].starts_with(&close) {
            let escaped = hashes == 0 && rest[at..].starts_with('\\');
            at += rest[at..]
                .chars()
                .take(1 + usize::from(escaped))
                .map(char::len_utf8)
                .sum::<usize>();
        }
        return (at + close.len()).min(rest.len());
    }
    let first = rest.chars().next().map_or(1, char::len_utf8);
    if rest.starts_with(['{', '}', ';', '=', '(', ')', '\\', '/']) {
        return first;
    }
    let end = |c: char| c.is_whitespace() || "{};=()\"".contains(c);
    until(rest[first..].find(end).map(|i| i + first))
}

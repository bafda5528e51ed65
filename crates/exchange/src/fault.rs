//! What is wrong with a file, and where.

use std::fmt;

use crate::words::{Facts, Lang, say};

/// One fault of a file: nothing of the file was taken over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The file, as named by the caller.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Which sentence.
    pub code: &'static str,
    pub(crate) facts: Facts,
}

impl Fault {
    /// The fault with its place: what was not done, what is there, what is possible.
    pub fn text(&self, lang: Lang) -> String {
        let why = say(lang, self.code, &self.facts);
        let place = format!("{}:{}:{}", self.file, self.line, self.column);
        say(lang, "fault", &vec![("place", place), ("why", why)])
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for Fault {}

/// The text is no well-formed XML, or more than that (a document type, entities of its own).
pub(crate) fn not_xml(file: &str, error: &roxmltree::Error) -> Fault {
    let at = error.pos();
    Fault {
        file: file.to_owned(),
        line: at.row,
        column: at.col,
        code: "xml",
        facts: vec![("why", error.to_string())],
    }
}

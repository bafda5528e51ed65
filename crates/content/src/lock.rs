//! `content/LOCK`: the hashes of the files of published versions, which are never edited again.
//!
//! One line per file, path and SM3 of its text; an older version of the law stays decidable
//! because nobody can change the file it was decided by.
//!
//! Not here: reading or writing the file (the caller).

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Library;

/// A published file that is not what was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LockFault {
    /// Its text has changed.
    Changed {
        /// The file.
        file: String,
        /// The published hash.
        locked: String,
        /// The present hash.
        found: String,
    },
    /// It is gone.
    Missing {
        /// The file.
        file: String,
    },
    /// A line of LOCK that says nothing.
    Unreadable {
        /// Which line.
        line: usize,
    },
}

impl fmt::Display for LockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { file, locked, found } => write!(
                f,
                "{file}: a published version was changed: LOCK holds {locked}, the file hashes to {found}; \
                 restore it and write a new version beside it"
            ),
            Self::Missing { file } => write!(
                f,
                "{file}: a published version is gone: old matters are decided by it; restore the file"
            ),
            Self::Unreadable { line } => {
                write!(f, "LOCK:{line}:1: not a line of path and hash; restore it from the history")
            }
        }
    }
}

impl std::error::Error for LockFault {}

/// The files that publishing freezes: statutes, procedures and what they take in or look up.
fn freezes(path: &str) -> bool {
    let law = path.starts_with("law/")
        || path.starts_with("fragments/")
        || path.starts_with("tables/")
        || path.starts_with("calendars/");
    let procedure = path.starts_with(crate::load::PROCEDURES)
        && path.rsplit('/').next().is_some_and(|name| name.starts_with("procedure"));
    path.ends_with(".kdl") && (law || procedure)
}

/// The text of LOCK with everything now loaded published. What was published before stays listed.
pub fn lock(library: &Library, before: &str) -> String {
    let (mut entries, _) = read(before);
    for (path, hash) in library.files.iter().filter(|(path, _)| freezes(path)) {
        entries.entry(path.clone()).or_insert_with(|| hash.clone());
    }
    entries.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect()
}

/// Holds the files against LOCK.
pub fn check_lock(library: &Library, lock: &str) -> Vec<LockFault> {
    let (entries, mut faults) = read(lock);
    for (file, locked) in entries {
        match library.files.iter().find(|(path, _)| *path == file) {
            None => faults.push(LockFault::Missing { file }),
            Some((_, found)) if *found != locked => {
                faults.push(LockFault::Changed { file, locked, found: found.clone() });
            }
            Some(_) => {}
        }
    }
    faults
}

fn read(lock: &str) -> (BTreeMap<String, String>, Vec<LockFault>) {
    let (mut entries, mut faults) = (BTreeMap::new(), Vec::new());
    for (i, line) in lock.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        match line.split_once("  ") {
            Some((hash, path))
                if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                entries.insert(path.to_owned(), hash.to_owned());
            }
            _ => faults.push(LockFault::Unreadable { line: i + 1 }),
        }
    }
    (entries, faults)
}

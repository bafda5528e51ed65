//! What does SQLite's trouble mean to the one who asked?
//!
//! Takes an error of the engine with what was being done; gives the four parts of a [`StoreError`].
//!
//! Not here: finding damage by looking for it (`open.rs`).
//!
//! Next: `run.rs`.

use rusqlite::{Error, ErrorCode};
use store::{ErrorKind, StoreError};

/// Result of everything in this crate.
pub(crate) type Answer<T> = Result<T, StoreError>;

/// Says what an engine's error means. `not_done` begins the sentence: "the group was not committed".
pub(crate) fn fault(not_done: &str, error: &Error) -> StoreError {
    let code = error.sqlite_error_code();
    let fact = match error {
        Error::SqliteFailure(code, Some(text)) => {
            format!("SQLite says: {text} (code {})", code.extended_code)
        }
        other => format!("SQLite says: {other}"),
    };
    let (kind, rule, possible) = match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            ErrorKind::Busy,
            "one process writes at a time, and the others wait for a limited time",
            "nothing was written; ask again, or find the process that holds the file",
        ),
        Some(ErrorCode::DiskFull) => (
            ErrorKind::Full,
            "an act is sealed only when all its bytes are on the disk",
            "nothing was written and everything sealed before is there; make room and ask again",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            ErrorKind::ReadOnly,
            "sealing an act writes to the file and to its directory",
            "reading goes on; give the right to write to both, and open the store again",
        ),
        Some(ErrorCode::NotADatabase) => (
            ErrorKind::NotAStore,
            "a store is one SQLite file",
            "the file was left as it is; name the right file, or a new one to begin a store",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            ErrorKind::Damaged,
            "a store gives back what was written or says that it cannot",
            "the file was left as it is; copy it away with its -wal file, then restore a backup",
        ),
        Some(ErrorCode::CannotOpen) => (
            ErrorKind::Io,
            "a store is a file in a directory that exists and may be written",
            "nothing was changed; make the directory, give the right to write to it, or name another place",
        ),
        Some(ErrorCode::ConstraintViolation) => (
            ErrorKind::Damaged,
            "numbers, names of clients and positions are unique in a district",
            "nothing was written; verify the log",
        ),
        _ => (
            ErrorKind::Io,
            "an act is sealed only when all its bytes are on the disk",
            "ask again under the same client name: what was sealed is answered again, not done twice",
        ),
    };
    StoreError::new(kind, not_done, rule, fact, possible)
}

/// A write that did not touch exactly the one row it named.
pub(crate) fn miscounted(statement: &str, rows: usize) -> StoreError {
    StoreError::damaged(
        "the group was not committed",
        format!("{statement} touched {rows} rows where it must touch one"),
    )
}

/// A stored value that cannot be what was written.
pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::damaged(
        "the answer was not given",
        format!("{what} is stored in a form nobody wrote"),
    )
}

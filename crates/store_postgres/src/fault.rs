//! What does the server's trouble mean to the one who asked?
//!
//! Takes an error of the engine with what was being done; gives the four parts of a [`StoreError`] and
//! whether running the transaction again can help ([`Trouble`]).
//!
//! Not here: running it again (`postgres.rs`).
//!
//! Next: `link.rs`.

use std::error::Error as _;

use store::{ErrorKind, StoreError};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Result of everything in this crate.
pub(crate) type Answer<T> = Result<T, StoreError>;

/// Whether the same transaction may be run again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No: it would fail again, or somebody else has to give something back first.
    Lasting,
    /// The server took it back in favour of another; the connection is good.
    Conflict,
    /// The connection is gone, and with it the transaction.
    Gone,
}

/// What kind of trouble it is.
pub(crate) fn trouble(error: &Error) -> Trouble {
    match error.code() {
        Some(code) if is_conflict(code) => Trouble::Conflict,
        Some(code) if is_ended(code) => Trouble::Gone,
        Some(_) => Trouble::Lasting,
        None if is_spoken(error) => Trouble::Lasting,
        None => Trouble::Gone,
    }
}

fn is_conflict(code: &SqlState) -> bool {
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
}

/// The server stops, starts, or dropped this connection.
fn is_ended(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code)
}

/// An error of this side: a value that does not fit, an address that cannot be read.
fn is_spoken(error: &Error) -> bool {
    let text = error.to_string();
    !error.is_closed()
        && ["error serializing", "error deserializing", "invalid con", "error performing TLS"]
            .iter()
            .any(|start| text.starts_with(start))
}

/// Says what an engine's error means. `not_done` begins the sentence: "the group was not committed".
pub(crate) fn fault(not_done: &str, error: &Error) -> StoreError {
    let (kind, rule, possible) = meaning(error);
    StoreError::new(kind, not_done, rule, said(error), possible)
}

/// The server's words with their code, or those of this side with their cause.
fn said(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map_or(String::new(), |detail| format!(" ({detail})"));
        return format!(
            "PostgreSQL says: {}{detail} (code {})",
            said.message(),
            said.code().code()
        );
    }
    match error.source() {
        Some(cause) => format!("the connection says: {error}: {cause}"),
        None => format!("the connection says: {error}"),
    }
}

fn meaning(error: &Error) -> (ErrorKind, &'static str, &'static str) {
    let Some(code) = error.code() else {
        return match trouble(error) {
            Trouble::Gone => (
                ErrorKind::Io,
                "a store answers while its server can be reached",
                "see that the server runs and may be reached at this address, then ask again under the same client name",
            ),
            _ => (
                ErrorKind::Io,
                "an address names a server, a database and a user that may use it",
                "nothing was written; write it as postgres://USER@HOST/DATABASE",
            ),
        };
    };
    match code.code() {
        "55P03" | "57014" => (
            ErrorKind::Busy,
            "one office writes to a district at a time, and the others wait for a limited time",
            "nothing was written; ask again, or find the connection that holds the district's head",
        ),
        "53300" => (
            ErrorKind::Busy,
            "a server serves a limited number of connections",
            "nothing was written; ask again, or raise max_connections on the server",
        ),
        "40001" | "40P01" => (
            ErrorKind::Busy,
            "a transaction that meets another is taken back and run again, a limited number of times",
            "nothing was written; ask again",
        ),
        "53100" => (
            ErrorKind::Full,
            "an act is sealed only when all its bytes are on the disk",
            "nothing was written and everything sealed before is there; make room on the server and ask again",
        ),
        "25006" | "42501" => (
            ErrorKind::ReadOnly,
            "sealing an act writes to the tables of the store",
            "reading goes on; name the server that takes writes, and a user who may write",
        ),
        "3D000" | "42P01" | "42703" | "3F000" => (
            ErrorKind::NotAStore,
            "a store is a database that exists, with the tables of a store or none",
            "nothing was changed; make the database with createdb, or name the right one",
        ),
        "28000" | "28P01" => (
            ErrorKind::Io,
            "a server lets in the users it knows",
            "nothing was changed; give the right user and password in the address",
        ),
        "XX001" | "XX002" => (
            ErrorKind::Damaged,
            "a store gives back what was written or says that it cannot",
            "nothing was written; copy the server's files away, then restore a backup",
        ),
        code if code.starts_with("23") => (
            ErrorKind::Damaged,
            "numbers, names of clients and positions are unique in a district",
            "nothing was written; verify the log",
        ),
        _ => (
            ErrorKind::Io,
            "an act is sealed only when all its bytes are on the disk",
            "ask again under the same client name: what was sealed is answered again, not done twice",
        ),
    }
}

/// The commit was sent, and nobody could be asked what became of it.
pub(crate) fn unanswered(not_done: &str, error: &StoreError) -> StoreError {
    StoreError::new(
        ErrorKind::Unanswered,
        format!("{not_done}, or its answer was lost"),
        "an act is sealed when the server has said so",
        format!("the connection was lost behind the commit, and afterwards: {}", error.fact),
        "ask again under the same client name: what was sealed is answered again, not done twice",
    )
}

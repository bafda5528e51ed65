//! What does each row mean?
//!
//! Takes rows in the order of columns of `store::sql`; gives values of `store`. A value nobody could
//! have written is damage, named as such.
//!
//! Not here: the statements.
//!
//! Next: `read.rs` and `write.rs`, which use this.

use ledger::{Disclosure, Hash, Salt, SignedCheckpoint, Value};
use rusqlite::Row;
use store::{
    Attempt, Attempted, Counter, Document, Duties, MatterHead, MatterState, MatterView, OfMatter,
    Snapshot, StoredRecord, Tally,
};

use crate::fault::{Answer, unreadable};

/// What reading a row gives: an error of the engine, or the meaning, or damage.
pub(crate) type Read<T> = rusqlite::Result<Answer<T>>;

/// Numbers are written as SQLite's signed integers; one beyond them was never reached.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that was written by [`signed`].
pub(crate) fn counted(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(at).map(|number| u64::try_from(number).unwrap_or(0))
}

fn bytes<'r>(row: &'r Row<'_>, at: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(at)?.as_blob()?)
}

/// A hash.
pub(crate) fn hash(row: &Row<'_>, at: usize) -> rusqlite::Result<Answer<Hash>> {
    Ok(Hash::try_from(bytes(row, at)?).map_err(|_| unreadable("a hash")))
}

/// Stands for a basis where a record is kept whole.
pub(crate) const WHOLE: i64 = 0;

/// A record: number, leaf, its bytes, and the number of what it shares with others if that is kept
/// apart, which is asked for.
pub(crate) fn record(
    row: &Row<'_>,
    put_back: impl FnOnce(i64, &[u8]) -> Answer<Vec<u8>>,
) -> Read<StoredRecord> {
    let (number, leaf, rest) = (counted(row, 0)?, hash(row, 1)?, bytes(row, 2)?);
    let bytes = match row.get(3)? {
        WHOLE => Ok(rest.to_vec()),
        basis => put_back(basis, rest),
    };
    Ok(leaf.and_then(|leaf| Ok(StoredRecord { number, leaf, bytes: bytes? })))
}

/// The hashes of a tile.
pub(crate) fn tile(row: &Row<'_>) -> Read<Vec<Hash>> {
    let (hashes, rest) = bytes(row, 0)?.as_chunks::<32>();
    let whole = rest.is_empty();
    Ok(whole
        .then(|| hashes.iter().copied().map(Hash).collect())
        .ok_or_else(|| unreadable("a tile")))
}

/// How a matter's state is written.
pub(crate) fn state_number(state: MatterState) -> i64 {
    match state {
        MatterState::Open => 0,
        MatterState::Closed => 1,
    }
}

/// A matter: all columns of its statements.
pub(crate) fn matter(row: &Row<'_>) -> Read<MatterHead> {
    let state = match row.get::<_, i64>(9)? {
        0 => MatterState::Open,
        1 => MatterState::Closed,
        _ => return Ok(Err(unreadable("the state of a matter"))),
    };
    let (graph, duties) = match (hash(row, 6)?, duties(row, 12)?) {
        (Ok(graph), Ok(duties)) => (graph, duties),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    Ok(Ok(MatterHead {
        matter: row.get(0)?,
        key: counted(row, 1)?,
        position: row.get(2)?,
        last: counted(row, 3)?,
        view: MatterView {
            procedure: row.get(4)?,
            version: row.get(5)?,
            graph,
            title: row.get(7)?,
            parties: row.get(8)?,
            state,
            opened_at: row.get(10)?,
            last_at: row.get(11)?,
        },
        duties,
    }))
}

/// A snapshot: position, graph, bytes.
pub(crate) fn snapshot(row: &Row<'_>) -> Read<Snapshot> {
    let (position, bytes) = (row.get(0)?, bytes(row, 2)?.to_vec());
    Ok(hash(row, 1)?.map(|graph| Snapshot { position, graph, bytes }))
}

/// The duties of a matter: their alarm, and in the next column they themselves.
fn duties(row: &Row<'_>, at: usize) -> rusqlite::Result<Answer<Duties>> {
    let found = Duties::from_bytes(bytes(row, at + 1)?, row.get(at)?);
    Ok(found.ok_or_else(|| unreadable("what a matter owes")))
}

/// What a matter owes: name, key, alarm, duties.
pub(crate) fn owed(row: &Row<'_>) -> Read<OfMatter> {
    let (matter, key) = (row.get(0)?, counted(row, 1)?);
    Ok(duties(row, 2)?.map(|duties| (matter, key, duties)))
}

/// Counters: figure, period, value; or what waits of them.
pub(crate) fn counters(row: &Row<'_>) -> Read<Vec<Counter>> {
    if let Some(waiting) = row.get_ref(3)?.as_blob_or_null()? {
        return Ok(tally(waiting).map(|tally| tally.counters().collect()));
    }
    Ok(Ok(vec![Counter { figure: row.get(0)?, window: row.get(1)?, value: row.get(2)? }]))
}

/// What waits of counters.
pub(crate) fn tally(bytes: &[u8]) -> Answer<Tally> {
    Tally::from_bytes(bytes).ok_or_else(|| unreadable("what waits of the counters"))
}

/// The rules of an attempt as bytes: a canonical list of text.
pub(crate) fn rules_bytes(rules: &[String]) -> Vec<u8> {
    let list = rules.iter().map(|rule| Value::from(rule.as_str())).collect();
    ledger::encode(&Value::List(list)).expect("a list of text has a canonical form")
}

fn rules(bytes: &[u8]) -> Answer<Vec<String>> {
    let list = match ledger::decode(bytes) {
        Ok(Value::List(list)) => list,
        _ => return Err(unreadable("the rules of an attempt")),
    };
    let text = |value: Value| match value {
        Value::Text(text) => Ok(text),
        _ => Err(unreadable("the rules of an attempt")),
    };
    list.into_iter().map(text).collect()
}

/// An attempt: all columns.
pub(crate) fn attempt(row: &Row<'_>) -> Read<Attempted> {
    let rules = match rules(bytes(row, 7)?) {
        Ok(rules) => rules,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Attempted {
        number: counted(row, 0)?,
        matter: row.get(1)?,
        attempt: Attempt {
            act: row.get(2)?,
            person: row.get(3)?,
            role: row.get(4)?,
            organ: row.get(5)?,
            at: row.get(6)?,
            rules,
        },
    }))
}

/// A checkpoint: its note.
pub(crate) fn checkpoint(row: &Row<'_>) -> Read<SignedCheckpoint> {
    let note = row.get_ref(0)?.as_str()?;
    Ok(SignedCheckpoint::parse(note).map_err(|_| unreadable("a checkpoint")))
}

fn salt(row: &Row<'_>, at: usize) -> rusqlite::Result<Answer<Salt>> {
    let salt = bytes(row, at)?.try_into().map(Salt);
    Ok(salt.map_err(|_| unreadable("a salt")))
}

/// A paper: name, media, salt, content.
pub(crate) fn document(row: &Row<'_>) -> Read<Document> {
    let (name, media, content) = (row.get(0)?, row.get(1)?, row.get(3)?);
    Ok(salt(row, 2)?.map(|salt| Document { name, media, salt, content }))
}

/// A personal value: name, salt, value.
pub(crate) fn disclosure(row: &Row<'_>) -> Read<Disclosure> {
    let (name, salt) = (row.get(0)?, salt(row, 1)?);
    let value = ledger::decode(bytes(row, 2)?).map_err(|_| unreadable("a personal value"));
    Ok(salt.and_then(|salt| Ok(Disclosure { name, salt, value: value? })))
}

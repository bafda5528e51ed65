//! What does each column mean, and how is each value written into one?
//!
//! An engine keeps numbers, text and bytes. Writing: the values of a statement of [`crate::sql`] in
//! the order of its parameters. Reading: rows in the order of its columns; a value nobody could have
//! written is damage, named as such.
//!
//! Takes and gives values of this crate; [`Value`] and [`Row`] are all an engine sees of them.
//!
//! Not here: the statements (`sql.rs`), and how an engine runs them.
//!
//! Next: `store_postgres`, which uses all of it.

use std::borrow::Cow;

use ledger::{
    Disclosure, District, Frontier, Hash, LogHead, Numbered, Salt, SignedCheckpoint, TileId,
};

use crate::act::{Document, StoredRecord};
use crate::duties::{Duties, OfMatter};
use crate::error::StoreError;
use crate::index::Entry;
use crate::protocol::{Changed, LockedHead};
use crate::shared;
use crate::sql::{self, Statement};
use crate::store::Head;
use crate::tally::Tally;
use crate::view::{
    Attempt, Attempted, Counter, MatterFilter, MatterHead, MatterState, MatterView, Snapshot,
};

/// Result of everything here.
type Answer<T> = Result<T, StoreError>;

/// A value on its way into a column or a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// A `bigint`.
    Number(i64),
    /// A `text`.
    Text(Cow<'v, str>),
    /// A `bytea`.
    Bytes(Cow<'v, [u8]>),
}

impl Value<'_> {
    /// The same, owned.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }
}

/// A row as an engine gives it back. A column that holds another type is an error of damage.
pub trait Row {
    /// A `bigint`.
    fn number(&self, at: usize) -> Answer<i64>;

    /// A `text`.
    fn text(&self, at: usize) -> Answer<&str>;

    /// A `bytea`, or nothing where a join found nothing.
    fn bytes_or_none(&self, at: usize) -> Answer<Option<&[u8]>>;

    /// A `bytea`.
    fn bytes(&self, at: usize) -> Answer<&[u8]> {
        self.bytes_or_none(at)?.ok_or_else(|| unreadable("what is never empty"))
    }
}

/// A number that counts. One beyond the engine's signed integers was never reached.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that counts.
pub fn counted(number: u64) -> Value<'static> {
    Value::Number(signed(number))
}

/// The first parameter of every statement.
pub fn district(district: District) -> Value<'static> {
    Value::Number(i64::from(district.0))
}

/// Text.
pub fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

/// Bytes.
pub fn bytes(bytes: &[u8]) -> Value<'_> {
    Value::Bytes(Cow::Borrowed(bytes))
}

/// A stored value that cannot be what was written.
pub fn unreadable(what: &str) -> StoreError {
    let fact = format!("{what} is stored in a form nobody wrote");
    StoreError::damaged("the answer was not given", fact)
}

/// A write that did not touch exactly the one row it named.
pub fn miscounted(statement: &Statement, rows: u64) -> StoreError {
    let fact = format!("{} touched {rows} rows where it must touch one", statement.name);
    StoreError::damaged("the group was not committed", fact)
}

/// The values of `HEAD_INSERT`: a district that holds nothing.
pub fn empty_head(at: District) -> [Value<'static>; 4] {
    let empty = Frontier::<ledger::Sm3>::new();
    let (root, edge) = (empty.root().0.to_vec(), empty.to_bytes());
    [district(at), Value::Bytes(root.into()), Value::Bytes(edge.into()), bytes(&[])]
}

/// The values of `HEAD_WRITE`.
pub fn head<'v>(at: District, head: &'v LockedHead, log: &LogHead) -> [Value<'v>; 7] {
    [
        district(at),
        counted(log.size),
        Value::Bytes(log.root.0.to_vec().into()),
        Value::Bytes(head.frontier.to_bytes().into()),
        counted(head.matters),
        counted(head.attempts),
        bytes(head.waiting.bytes()),
    ]
}

/// The values of `ACT_INSERT`, with the rest of the bytes and the number of what was taken out.
pub fn act<'v>(
    at: District,
    before: u64,
    numbered: &'v Numbered,
    basis: i64,
    rest: Cow<'v, [u8]>,
) -> [Value<'v>; 7] {
    let record = numbered.record();
    [
        district(at),
        counted(record.number),
        counted(before),
        text(&record.client_act),
        Value::Bytes(numbered.leaf().0.to_vec().into()),
        Value::Number(basis),
        Value::Bytes(rest),
    ]
}

/// The values of `PRIVATE_INSERT`.
pub fn private(at: District, number: u64, value: &Disclosure) -> Answer<[Value<'_>; 5]> {
    let encoded =
        ledger::encode(&value.value).map_err(|error| StoreError::decision(error.to_string()))?;
    Ok([
        district(at),
        counted(number),
        text(&value.name),
        bytes(&value.salt.0),
        Value::Bytes(encoded.into()),
    ])
}

/// The values of `MATTER_INSERT`.
pub fn new_matter(at: District, matter: &MatterHead) -> [Value<'_>; 15] {
    let view = &matter.view;
    [
        district(at),
        counted(matter.key),
        text(&matter.matter),
        Value::Number(i64::from(matter.position)),
        counted(matter.last),
        text(&view.procedure),
        text(&view.version),
        bytes(&view.graph.0),
        text(&view.title),
        text(&view.parties),
        state(view.state),
        Value::Number(view.opened_at),
        Value::Number(view.last_at),
        Value::Number(matter.duties.wake()),
        Value::Bytes(matter.duties.to_bytes().into()),
    ]
}

/// The smallest statement that moves a matter on, and its values.
pub fn moved(at: District, now: &MatterHead, changed: Changed) -> (&Statement, Vec<Value<'_>>) {
    let view = &now.view;
    let (last_at, wake) = (Value::Number(view.last_at), Value::Number(now.duties.wake()));
    let duties = Value::Bytes(now.duties.to_bytes().into());
    let position = Value::Number(i64::from(now.position));
    let key = [district(at), counted(now.key), position, counted(now.last)];
    let (statement, rest) = match changed {
        Changed { view: false, wake: false } => (&sql::MATTER_ADVANCE, vec![last_at, duties]),
        Changed { view: false, wake: true } => {
            (&sql::MATTER_ADVANCE_WAKE, vec![last_at, duties, wake])
        }
        Changed { view: true, .. } => {
            let view = [
                text(&view.procedure),
                text(&view.version),
                bytes(&view.graph.0),
                text(&view.title),
                text(&view.parties),
                state(view.state),
                Value::Number(view.opened_at),
            ];
            (&sql::MATTER_UPDATE, view.into_iter().chain([last_at, wake, duties]).collect())
        }
    };
    (statement, key.into_iter().chain(rest).collect())
}

/// The values of `MATTER_LIST`.
pub fn listed(
    at: District,
    filter: &MatterFilter,
    before: Option<u64>,
    limit: u32,
) -> [Value<'_>; 5] {
    let [procedure, state] = filtered(filter);
    let before = Value::Number(before.map_or(i64::MAX, signed));
    [district(at), before, procedure, state, Value::Number(i64::from(limit))]
}

fn filtered(filter: &MatterFilter) -> [Value<'_>; 2] {
    let procedure = text(filter.procedure.as_deref().unwrap_or(""));
    [procedure, filter.state.map_or(Value::Number(-1), state)]
}

/// The values of `SEARCH_NAMES`: behind a name and a key, and below the last name that begins so.
pub fn named<'v>(
    at: District,
    beginning: &str,
    (name, key): (&'v str, u64),
    filter: &'v MatterFilter,
    limit: u32,
) -> [Value<'v>; 7] {
    let [procedure, state] = filtered(filter);
    let end = Value::Text(format!("{beginning}{}", char::MAX).into());
    let limit = Value::Number(i64::from(limit));
    [district(at), text(name), counted(key), end, procedure, state, limit]
}

/// No key reaches the last of the 43 bits it has in a place.
pub const KEY_END: i64 = (1 << 43) - 1;

/// The values of `SEARCH_WORDS`: what is wanted, as the engine reads it, below a key.
pub fn matching<'v>(
    at: District,
    wish: &'v str,
    before: Option<u64>,
    filter: &'v MatterFilter,
    limit: u32,
) -> [Value<'v>; 6] {
    let [procedure, state] = filtered(filter);
    let before = Value::Number(before.map_or(KEY_END, signed));
    [district(at), text(wish), before, procedure, state, Value::Number(i64::from(limit))]
}

/// The values of `ENTRY_WRITE`.
pub fn entry(at: District, entry: &Entry) -> [Value<'_>; 4] {
    let position = Value::Number(i64::from(entry.position));
    [district(at), counted(entry.key), position, text(&entry.name)]
}

/// The values of `SNAPSHOT_WRITE`.
pub fn new_snapshot(at: District, key: u64, snapshot: &Snapshot) -> [Value<'_>; 5] {
    [
        district(at),
        counted(key),
        Value::Number(i64::from(snapshot.position)),
        bytes(&snapshot.graph.0),
        bytes(&snapshot.bytes),
    ]
}

/// The values of `COUNTER_ADD` and `COUNTER_INSERT`.
pub fn count(at: District, count: &Counter) -> [Value<'_>; 4] {
    [district(at), text(&count.figure), text(&count.window), Value::Number(count.value)]
}

/// The values of `ATTEMPT_INSERT`.
pub fn new_attempt(at: District, attempted: &Attempted) -> [Value<'_>; 9] {
    let attempt = &attempted.attempt;
    let rules = attempt.rules.iter().map(|rule| ledger::Value::from(rule.as_str())).collect();
    let rules =
        ledger::encode(&ledger::Value::List(rules)).expect("a list of text has a canonical form");
    [
        district(at),
        counted(attempted.number),
        text(&attempted.matter),
        text(&attempt.act),
        text(&attempt.person),
        text(&attempt.role),
        text(&attempt.organ),
        Value::Number(attempt.at),
        Value::Bytes(rules.into()),
    ]
}

/// The values of `DOCUMENT_INSERT`.
pub fn paper<'v>(at: District, hash: &'v Hash, document: &'v Document) -> [Value<'v>; 6] {
    [
        district(at),
        bytes(&hash.0),
        text(&document.name),
        text(&document.media),
        bytes(&document.salt.0),
        bytes(&document.content),
    ]
}

/// The values of `NODE_READ`.
pub fn node(at: District, id: TileId) -> [Value<'static>; 3] {
    [district(at), Value::Number(i64::from(id.level)), counted(id.index)]
}

fn state(state: MatterState) -> Value<'static> {
    Value::Number(match state {
        MatterState::Open => 0,
        MatterState::Closed => 1,
    })
}

fn count_in(row: &dyn Row, at: usize) -> Answer<u64> {
    row.number(at).map(|number| u64::try_from(number).unwrap_or(0))
}

fn position_in(row: &dyn Row, at: usize) -> Answer<u32> {
    u32::try_from(row.number(at)?).map_err(|_| unreadable("a position"))
}

/// A number that counts, from the first column.
pub fn read_count(row: &dyn Row) -> Answer<u64> {
    count_in(row, 0)
}

/// A position, from the first column.
pub fn read_position(row: &dyn Row) -> Answer<u32> {
    position_in(row, 0)
}

/// A hash.
pub fn read_hash(row: &dyn Row, at: usize) -> Answer<Hash> {
    Hash::try_from(row.bytes(at)?).map_err(|_| unreadable("a hash"))
}

fn read_salt(row: &dyn Row, at: usize) -> Answer<Salt> {
    row.bytes(at)?.try_into().map(Salt).map_err(|_| unreadable("a salt"))
}

/// A district, from its first column.
pub fn read_district(row: &dyn Row) -> Answer<District> {
    let code = u32::try_from(row.number(0)?);
    code.map(District).map_err(|_| unreadable("the code of a district"))
}

/// A row of `HEAD_LOCK`.
pub fn read_locked(row: &dyn Row) -> Answer<LockedHead> {
    let frontier = Frontier::from_bytes(row.bytes(0)?);
    let frontier = frontier.ok_or_else(|| unreadable("the edge of the tree"))?;
    let waiting = read_tally(row.bytes(3)?)?;
    Ok(LockedHead { frontier, matters: count_in(row, 1)?, attempts: count_in(row, 2)?, waiting })
}

/// A row of `HEAD_READ`.
pub fn read_head(row: &dyn Row) -> Answer<Head> {
    let log = LogHead { size: count_in(row, 0)?, root: read_hash(row, 1)? };
    Ok(Head { log, matters: count_in(row, 2)?, attempts: count_in(row, 3)? })
}

/// Whether a row of `HEAD_CHECK` agrees with itself: the head with its tree and with its last act.
pub fn read_agrees(row: &dyn Row) -> Answer<bool> {
    let (size, root) = (count_in(row, 0)?, read_hash(row, 1)?);
    let edge = Frontier::<ledger::Sm3>::from_bytes(row.bytes(2)?);
    let has_last = size == 0 || row.bytes_or_none(3)?.is_some();
    Ok(has_last && edge.is_some_and(|edge| edge.size() == size && edge.root() == root))
}

/// A record: number, leaf, its bytes, and what it shares with others if that is kept apart.
pub fn read_record(row: &dyn Row) -> Answer<StoredRecord> {
    let rest = row.bytes(2)?;
    let bytes = match row.bytes_or_none(3)? {
        Some(basis) => shared::put_back(rest, basis),
        None => rest.to_vec(),
    };
    Ok(StoredRecord { number: count_in(row, 0)?, leaf: read_hash(row, 1)?, bytes })
}

/// The hashes of a tile.
pub fn read_tile(row: &dyn Row) -> Answer<Vec<Hash>> {
    let (hashes, rest) = row.bytes(0)?.as_chunks::<32>();
    let is_whole = rest.is_empty();
    let tile = is_whole.then(|| hashes.iter().copied().map(Hash).collect());
    tile.ok_or_else(|| unreadable("a tile"))
}

/// A matter: all columns of its statements.
pub fn read_matter(row: &dyn Row) -> Answer<MatterHead> {
    let state = match row.number(9)? {
        0 => MatterState::Open,
        1 => MatterState::Closed,
        _ => return Err(unreadable("the state of a matter")),
    };
    Ok(MatterHead {
        matter: row.text(0)?.to_owned(),
        key: count_in(row, 1)?,
        position: position_in(row, 2)?,
        last: count_in(row, 3)?,
        view: MatterView {
            procedure: row.text(4)?.to_owned(),
            version: row.text(5)?.to_owned(),
            graph: read_hash(row, 6)?,
            title: row.text(7)?.to_owned(),
            parties: row.text(8)?.to_owned(),
            state,
            opened_at: row.number(10)?,
            last_at: row.number(11)?,
        },
        duties: duties(row, 12)?,
    })
}

/// The duties of a matter: their alarm, and in the next column they themselves.
fn duties(row: &dyn Row, at: usize) -> Answer<Duties> {
    let found = Duties::from_bytes(row.bytes(at + 1)?, row.number(at)?);
    found.ok_or_else(|| unreadable("what a matter owes"))
}

/// What a matter owes: name, key, alarm, duties.
pub fn read_owed(row: &dyn Row) -> Answer<OfMatter> {
    Ok((row.text(0)?.to_owned(), count_in(row, 1)?, duties(row, 2)?))
}

/// A snapshot: position, graph, bytes.
pub fn read_snapshot(row: &dyn Row) -> Answer<Snapshot> {
    let (position, graph) = (position_in(row, 0)?, read_hash(row, 1)?);
    Ok(Snapshot { position, graph, bytes: row.bytes(2)?.to_vec() })
}

/// Counters: figure, period, value; or what waits of them.
pub fn read_counters(row: &dyn Row) -> Answer<Vec<Counter>> {
    if let Some(waiting) = row.bytes_or_none(3)? {
        return Ok(read_tally(waiting)?.counters().collect());
    }
    let (figure, window) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
    Ok(vec![Counter { figure, window, value: row.number(2)? }])
}

fn read_tally(bytes: &[u8]) -> Answer<Tally> {
    Tally::from_bytes(bytes).ok_or_else(|| unreadable("what waits of the counters"))
}

/// An attempt: all columns.
pub fn read_attempt(row: &dyn Row) -> Answer<Attempted> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    Ok(Attempted {
        number: count_in(row, 0)?,
        matter: text(1)?,
        attempt: Attempt {
            act: text(2)?,
            person: text(3)?,
            role: text(4)?,
            organ: text(5)?,
            at: row.number(6)?,
            rules: rules(row.bytes(7)?)?,
        },
    })
}

fn rules(bytes: &[u8]) -> Answer<Vec<String>> {
    let list = match ledger::decode(bytes) {
        Ok(ledger::Value::List(list)) => list,
        _ => return Err(unreadable("the rules of an attempt")),
    };
    let text = |value: ledger::Value| match value {
        ledger::Value::Text(text) => Ok(text),
        _ => Err(unreadable("the rules of an attempt")),
    };
    list.into_iter().map(text).collect()
}

/// A checkpoint: its note.
pub fn read_checkpoint(row: &dyn Row) -> Answer<SignedCheckpoint> {
    SignedCheckpoint::parse(row.text(0)?).map_err(|_| unreadable("a checkpoint"))
}

/// A paper: name, media, salt, content.
pub fn read_document(row: &dyn Row) -> Answer<Document> {
    Ok(Document {
        name: row.text(0)?.to_owned(),
        media: row.text(1)?.to_owned(),
        salt: read_salt(row, 2)?,
        content: row.bytes(3)?.to_vec(),
    })
}

/// A personal value: name, salt, value.
pub fn read_disclosure(row: &dyn Row) -> Answer<Disclosure> {
    let value = ledger::decode(row.bytes(2)?).map_err(|_| unreadable("a personal value"))?;
    Ok(Disclosure { name: row.text(0)?.to_owned(), salt: read_salt(row, 1)?, value })
}

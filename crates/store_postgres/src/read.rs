//! How is a district read?
//!
//! The reads that a transaction and a reader share. Each takes the link it runs on and how its error
//! begins.
//!
//! Not here: which link that is (`postgres.rs`).
//!
//! Next: `postgres.rs`.

use ledger::{District, Hash, LogHead, TILE_WIDTH, TileId};
use store::columns::{self, counted, text};
use store::sql;
use store::{Head, MatterHead, StoredRecord};

use crate::fault::Answer;
use crate::link::Link;

pub(crate) fn districts(link: &Link, not_done: &str) -> Answer<Vec<District>> {
    link.all(not_done, &sql::DISTRICTS, &[], columns::read_district)
}

pub(crate) fn head(link: &Link, not_done: &str, district: District) -> Answer<Head> {
    let key = [columns::district(district)];
    let head = link.first(not_done, &sql::HEAD_READ, &key, columns::read_head)?;
    let root = ledger::empty_root::<ledger::Sm3>();
    Ok(head.unwrap_or(Head { log: LogHead { size: 0, root }, matters: 0, attempts: 0 }))
}

pub(crate) fn head_agrees(link: &Link, not_done: &str, district: District) -> Answer<bool> {
    let key = [columns::district(district)];
    let agrees = link.first(not_done, &sql::HEAD_CHECK, &key, columns::read_agrees)?;
    Ok(agrees == Some(true))
}

pub(crate) fn record(
    link: &Link,
    not_done: &str,
    district: District,
    number: u64,
) -> Answer<Option<StoredRecord>> {
    let key = [columns::district(district), counted(number)];
    link.first(not_done, &sql::ACT_READ, &key, columns::read_record)
}

pub(crate) fn matter(
    link: &Link,
    not_done: &str,
    district: District,
    matter: &str,
) -> Answer<Option<MatterHead>> {
    let key = [columns::district(district), text(matter)];
    link.first(not_done, &sql::MATTER_READ, &key, columns::read_matter)
}

pub(crate) fn records_after(
    link: &Link,
    not_done: &str,
    district: District,
    name: &str,
    position: u32,
) -> Answer<Vec<StoredRecord>> {
    match matter(link, not_done, district, name)? {
        Some(head) => {
            chain(link, not_done, district, head.last, head.position.saturating_sub(position))
        }
        None => Ok(Vec::new()),
    }
}

/// So many records of a matter, back from one of them, in order.
pub(crate) fn chain(
    link: &Link,
    not_done: &str,
    district: District,
    last: u64,
    count: u32,
) -> Answer<Vec<StoredRecord>> {
    let key = [columns::district(district), counted(last), counted(u64::from(count))];
    match count {
        0 => Ok(Vec::new()),
        _ => link.all(not_done, &sql::ACT_CHAIN, &key, columns::read_record),
    }
}

/// A tile as far as it is filled. Leaves are read from the acts they belong to.
pub(crate) fn tile(
    link: &Link,
    not_done: &str,
    district: District,
    id: TileId,
) -> Answer<Vec<Hash>> {
    if id.level > 0 {
        return nodes(link, not_done, district, id);
    }
    let first = id.index.saturating_mul(TILE_WIDTH as u64);
    let last = first.saturating_add(TILE_WIDTH as u64);
    let range = [columns::district(district), counted(first), counted(last)];
    link.all(not_done, &sql::ACT_LEAVES, &range, |row| columns::read_hash(row, 0))
}

pub(crate) fn nodes(
    link: &Link,
    not_done: &str,
    district: District,
    id: TileId,
) -> Answer<Vec<Hash>> {
    let tile =
        link.first(not_done, &sql::NODE_READ, &columns::node(district, id), columns::read_tile)?;
    Ok(tile.unwrap_or_default())
}

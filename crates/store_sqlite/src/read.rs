//! How is a district read?
//!
//! The reads that a transaction and a reader share. Each takes the connection it runs on.
//!
//! Not here: which connection that is (`sqlite.rs`).
//!
//! Next: `sqlite.rs`.

use ledger::{District, Hash, LogHead, TILE_WIDTH, TileId};
use rusqlite::params;
use store::columns::KEY_END;
use store::sql;
use store::{Head, MatterFilter, MatterHead, StoredRecord};

use crate::fault::Answer;
use crate::rows::{self, counted, signed, state_number};
use crate::run::Run;

pub(crate) fn head(run: &Run<'_>, district: i64) -> Answer<Head> {
    let head = run.first(&sql::HEAD_READ, [district], |row| {
        let (size, matters, attempts) = (counted(row, 0)?, counted(row, 2)?, counted(row, 3)?);
        let root = rows::hash(row, 1)?;
        Ok(root.map(|root| Head { log: LogHead { size, root }, matters, attempts }))
    })?;
    let root = ledger::empty_root::<ledger::Sm3>();
    Ok(head.unwrap_or(Head { log: LogHead { size: 0, root }, matters: 0, attempts: 0 }))
}

pub(crate) fn districts(run: &Run<'_>) -> Answer<Vec<District>> {
    run.all(&sql::DISTRICTS, [], |row| Ok(Ok(District(row.get(0)?))))
}

pub(crate) fn matter(run: &Run<'_>, district: i64, matter: &str) -> Answer<Option<MatterHead>> {
    run.first(&sql::MATTER_READ, params![district, matter], rows::matter)
}

pub(crate) fn records_after(
    run: &Run<'_>,
    district: i64,
    name: &str,
    position: u32,
) -> Answer<Vec<StoredRecord>> {
    let Some(head) = matter(run, district, name)? else {
        return Ok(Vec::new());
    };
    chain(run, district, head.last, head.position.saturating_sub(position))
}

/// So many records of a matter, back from one of them, in order.
pub(crate) fn chain(
    run: &Run<'_>,
    district: i64,
    last: u64,
    count: u32,
) -> Answer<Vec<StoredRecord>> {
    match count {
        0 => Ok(Vec::new()),
        _ => run.records(&sql::ACT_CHAIN, district, params![district, signed(last), count]),
    }
}

pub(crate) fn matters(
    run: &Run<'_>,
    district: i64,
    filter: &MatterFilter,
    before: Option<u64>,
    limit: u32,
) -> Answer<Vec<MatterHead>> {
    let values = params![
        district,
        before.map_or(i64::MAX, signed),
        filter.procedure.as_deref().unwrap_or(""),
        filter.state.map_or(-1, state_number),
        limit
    ];
    run.all(&sql::MATTER_LIST, values, rows::matter)
}

pub(crate) fn indexed(run: &Run<'_>, district: i64) -> Answer<u64> {
    let read = run.first(&sql::INDEX_READ, [district], |row| Ok(Ok(counted(row, 0)?)));
    Ok(read?.unwrap_or(0))
}

pub(crate) fn named(
    run: &Run<'_>,
    district: i64,
    beginning: &str,
    (name, key): (&str, u64),
    filter: &MatterFilter,
    limit: u32,
) -> Answer<Vec<MatterHead>> {
    let values = params![
        district,
        name,
        signed(key),
        format!("{beginning}{}", char::MAX),
        filter.procedure.as_deref().unwrap_or(""),
        filter.state.map_or(-1, state_number),
        limit
    ];
    run.all(&sql::SEARCH_NAMES, values, rows::matter)
}

pub(crate) fn matching(
    run: &Run<'_>,
    district: i64,
    wish: &str,
    before: Option<u64>,
    filter: &MatterFilter,
    limit: u32,
) -> Answer<Vec<MatterHead>> {
    let values = params![
        district,
        wish,
        before.map_or(KEY_END, signed),
        filter.procedure.as_deref().unwrap_or(""),
        filter.state.map_or(-1, state_number),
        limit
    ];
    run.all(&sql::SEARCH_WORDS, values, rows::matter)
}

/// A tile as far as it is filled. Leaves are read from the acts they belong to.
pub(crate) fn tile(run: &Run<'_>, district: i64, id: TileId) -> Answer<Vec<Hash>> {
    if id.level > 0 {
        return nodes(run, district, id);
    }
    let width = TILE_WIDTH as u64;
    let first = id.index.saturating_mul(width);
    let range = params![district, signed(first), signed(first.saturating_add(width))];
    run.all(&sql::ACT_LEAVES, range, |row| rows::hash(row, 0))
}

pub(crate) fn nodes(run: &Run<'_>, district: i64, id: TileId) -> Answer<Vec<Hash>> {
    let key = params![district, id.level, signed(id.index)];
    Ok(run.first(&sql::NODE_READ, key, rows::tile)?.unwrap_or_default())
}

//! Changes one byte of a sealed record behind the store's back, for the demo.

use std::path::Path;

use anyhow::Context;
use rusqlite::{Connection, params};

/// Flips the lowest bit of one byte in the middle of the record's stored bytes; gives its number.
pub fn change_one_byte(store: &Path, number: u64) -> anyhow::Result<u64> {
    let connection = Connection::open(store).context("the file was not changed")?;
    let number = i64::try_from(number).context("the file was not changed")?;
    let mut bytes: Vec<u8> = connection
        .query_row("select bytes from act where number = $1", params![number], |row| row.get(0))
        .context("the file was not changed")?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = connection
        .execute("update act set bytes = $1 where number = $2", params![bytes, number])
        .context("the file was not changed")?;
    anyhow::ensure!(changed == 1, "the file was not changed: it has no record {number}");
    Ok(number as u64)
}

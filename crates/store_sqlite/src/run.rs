//! How is one statement run?
//!
//! By its name: the text is spelt for SQLite once (`?2` for `$2`, which SQLite would take for a name
//! and number by first appearance), prepared once per connection and kept.
//!
//! Takes a connection, a statement and values; gives rows or the number of rows touched.
//!
//! Not here: transactions (`write.rs`) and what rows mean (`rows.rs`).
//!
//! Next: `rows.rs`.

use std::sync::LazyLock;

use rusqlite::{CachedStatement, Connection, Params, Row};
use store::sql::{ALL, Statement};

use crate::fault::{Answer, fault, miscounted};

/// How many statements a connection keeps prepared: all of them.
pub(crate) const KEPT: usize = 64;

static SPELT: LazyLock<Vec<String>> =
    LazyLock::new(|| ALL.iter().map(|statement| spell(statement.text)).collect());

/// Spells numbered parameters as SQLite numbers them.
pub(crate) fn spell(text: &str) -> String {
    text.replace('$', "?")
}

/// The statements of one connection.
#[derive(Clone, Copy)]
pub(crate) struct Run<'c> {
    pub(crate) connection: &'c Connection,
    /// How an error begins.
    pub(crate) not_done: &'static str,
}

impl<'c> Run<'c> {
    pub(crate) fn prepare(&self, statement: &Statement) -> Answer<CachedStatement<'c>> {
        let prepared = self.connection.prepare_cached(&SPELT[statement.at]);
        prepared.map_err(|error| fault(self.not_done, &error))
    }

    /// Writes; gives the number of rows touched.
    pub(crate) fn write(&self, statement: &Statement, values: impl Params) -> Answer<usize> {
        let touched = self.prepare(statement)?.execute(values);
        touched.map_err(|error| fault(self.not_done, &error))
    }

    /// Writes exactly one row, or it is an error.
    pub(crate) fn write_one(&self, statement: &Statement, values: impl Params) -> Answer<()> {
        match self.write(statement, values)? {
            1 => Ok(()),
            rows => Err(miscounted(statement.name, rows)),
        }
    }

    /// Reads the first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        statement: &Statement,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<Answer<T>>,
    ) -> Answer<Option<T>> {
        let mut prepared = self.prepare(statement)?;
        let first = || -> rusqlite::Result<Option<Answer<T>>> {
            let mut rows = prepared.query(values)?;
            rows.next()?.map(read).transpose()
        };
        first().map_err(|error| fault(self.not_done, &error))?.transpose()
    }

    /// Reads all rows.
    pub(crate) fn all<T>(
        &self,
        statement: &Statement,
        values: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Answer<T>>,
    ) -> Answer<Vec<T>> {
        let mut prepared = self.prepare(statement)?;
        let all = || -> rusqlite::Result<Answer<Vec<T>>> {
            let mut rows = prepared.query(values)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                match read(row)? {
                    Ok(one) => found.push(one),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(found))
        };
        all().map_err(|error| fault(self.not_done, &error))?
    }
}

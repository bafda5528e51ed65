//! How is one statement run?
//!
//! By its name: the text is spelt for SQLite once (`store::Dialect`), prepared once per connection and kept.
//!
//! Takes a connection, a statement and values; gives rows or the number of rows touched.
//!
//! Not here: transactions (`write.rs`) and what rows mean (`rows.rs`).
//!
//! Next: `rows.rs`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use rusqlite::{CachedStatement, Connection, Params, Row};
use store::sql::{self, ALL, Statement};
use store::{Dialect, StoredRecord, shared};

use crate::fault::{Answer, fault, miscounted};
use crate::rows;

/// How many statements a connection keeps prepared: all of them.
pub(crate) const KEPT: usize = 96;

static SPELT: LazyLock<Vec<Cow<'static, str>>> =
    LazyLock::new(|| ALL.iter().map(|one| Dialect::Sqlite.statement(one)).collect());

/// The statements of one connection, for one reader or one transaction.
pub(crate) struct Run<'c> {
    pub(crate) connection: &'c Connection,
    /// How an error begins.
    pub(crate) not_done: &'static str,
    /// Statements that were used already, by their place: a group runs the same few for each act,
    /// and the connection would look each up by its text.
    used: RefCell<Vec<(usize, CachedStatement<'c>)>>,
    /// What the last record read shares with others: its district, number and bytes.
    basis: RefCell<(i64, i64, Vec<u8>)>,
}

impl<'c> Run<'c> {
    pub(crate) fn new(connection: &'c Connection, not_done: &'static str) -> Self {
        Self { connection, not_done, used: RefCell::default(), basis: RefCell::default() }
    }

    /// Writes; gives the number of rows touched.
    pub(crate) fn write(&self, statement: &Statement, values: impl Params) -> Answer<usize> {
        self.using(statement, |prepared| prepared.execute(values))
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
        let first = self.using(statement, |prepared| {
            let mut rows = prepared.query(values)?;
            rows.next()?.map(read).transpose()
        });
        first?.transpose()
    }

    /// Reads all rows.
    pub(crate) fn all<T>(
        &self,
        statement: &Statement,
        values: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Answer<T>>,
    ) -> Answer<Vec<T>> {
        self.using(statement, |prepared| {
            let mut rows = prepared.query(values)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                match read(row)? {
                    Ok(one) => found.push(one),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(found))
        })?
    }

    /// Reads records of a district.
    pub(crate) fn records(
        &self,
        statement: &Statement,
        district: i64,
        values: impl Params,
    ) -> Answer<Vec<StoredRecord>> {
        self.all(statement, values, |row| {
            rows::record(row, |basis, rest| self.put_back(district, basis, rest))
        })
    }

    /// Reads the first record of a district, if there is one.
    pub(crate) fn record(
        &self,
        statement: &Statement,
        district: i64,
        values: impl Params,
    ) -> Answer<Option<StoredRecord>> {
        Ok(self.records(statement, district, values)?.into_iter().next())
    }

    fn put_back(&self, district: i64, basis: i64, rest: &[u8]) -> Answer<Vec<u8>> {
        let mut last = self.basis.borrow_mut();
        if (last.0, last.1) != (district, basis) {
            let read = |row: &Row<'_>| Ok(Ok(row.get::<_, Vec<u8>>(0)?));
            let found = self.first(&sql::BASIS_READ, [district, basis], read)?;
            // Without it the record is none any more, and a verifier says so.
            *last = (district, basis, found.unwrap_or_default());
        }
        Ok(shared::put_back(rest, &last.2))
    }

    fn using<T>(
        &self,
        statement: &Statement,
        run: impl FnOnce(&mut CachedStatement<'c>) -> rusqlite::Result<T>,
    ) -> Answer<T> {
        let done = self.prepared(statement).and_then(|mut prepared| {
            let done = run(&mut prepared);
            self.used.borrow_mut().push((statement.at, prepared));
            done
        });
        done.map_err(|error| fault(self.not_done, &error))
    }

    fn prepared(&self, statement: &Statement) -> rusqlite::Result<CachedStatement<'c>> {
        let mut used = self.used.borrow_mut();
        match used.iter().position(|(at, _)| *at == statement.at) {
            Some(place) => Ok(used.swap_remove(place).1),
            None => self.connection.prepare_cached(&SPELT[statement.at]),
        }
    }
}

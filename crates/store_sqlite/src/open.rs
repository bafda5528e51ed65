//! What happens to a file before it is used as a store?
//!
//! Looked at first, written afterwards: a file that is something else, was cut off, or comes from
//! another version is left exactly as it was. Then the journal is set, missing migrations are applied
//! under a lock, and each district's head is compared with its own tree and its last act.
//!
//! Takes a path and [`Options`]; gives connections.
//!
//! Not here: reading every byte ([`crate::SqliteStore::check`]) and every record (`ledger::verify`).
//!
//! Next: `sqlite.rs`.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ledger::{Frontier, Sm3};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};
use store::sql::{self, MIGRATION_NOTE, MIGRATION_TABLE, MIGRATIONS, MIGRATIONS_SEEN, Migration};
use store::{Dialect, ErrorKind, StoreError};

use crate::fault::{Answer, fault};
use crate::read;
use crate::rows::{self, counted};
use crate::run::{KEPT, Run};

/// How a store is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether a file that is not there, or is empty, becomes a new store.
    pub create: bool,
    /// Whether nothing shall be written.
    pub read_only: bool,
    /// The schema, step by step. A store of an older one is brought to it when it is opened.
    pub migrations: &'static [Migration],
    /// How long to wait for another process that writes.
    pub wait: Duration,
    /// How much of the file a connection keeps in memory, in KiB. More is not better: after a commit
    /// that rearranged pages of a tree, SQLite looks at every page it keeps.
    pub cache_kib: u32,
    /// How many KiB the file may grow to. Past it, acts are refused as on a full disk.
    pub limit_kib: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            read_only: false,
            migrations: MIGRATIONS,
            wait: Duration::from_secs(10),
            cache_kib: 16 << 10,
            limit_kib: None,
        }
    }
}

/// How every error here begins.
const NOT_OPENED: &str = "the store was not opened";

/// "Fadu" in the header of the file.
const APPLICATION: i64 = 0x4661_6475;

/// Opens the first connection of a store and makes sure of the file.
pub(crate) fn first(path: &Path, options: &Options) -> Answer<Connection> {
    let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
    if is_new && (!options.create || options.read_only) {
        return Err(StoreError::new(
            ErrorKind::NotAStore,
            NOT_OPENED,
            "a store is opened where one was begun",
            format!("{} is not there or is empty", path.display()),
            "name the right file, or ask for a new store to be begun",
        ));
    }
    if !is_new {
        is_whole(path)?;
        is_writable(path, options)?;
    }
    let connection = connect(path, options)?;
    is_ours(&connection, path)?;
    if !options.read_only {
        said(journal(&connection))?;
    }
    migrate(&connection, options)?;
    check_heads(&connection)?;
    if options.read_only {
        said(connection.pragma_update(None, "query_only", true))?;
    }
    Ok(connection)
}

/// Opens one more connection of a store that [`first`] has seen to.
pub(crate) fn further(path: &Path, options: &Options, reads_only: bool) -> Answer<Connection> {
    let connection = connect(path, options)?;
    said(connection.pragma_update(None, "query_only", reads_only || options.read_only))?;
    Ok(connection)
}

fn connect(path: &Path, options: &Options) -> Answer<Connection> {
    let access = match options.read_only {
        true => OpenFlags::SQLITE_OPEN_READ_ONLY,
        false => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let open = || -> rusqlite::Result<Connection> {
        let connection =
            Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(options.wait)?;
        connection.set_prepared_statement_cache_capacity(KEPT);
        // Without this a statement with a join is planned again for each value bound to it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
        if let Some(kib) = options.limit_kib {
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = i64::from(kib) * 1024 / page;
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(connection)
    };
    said(open())
}

fn said<T>(result: rusqlite::Result<T>) -> Answer<T> {
    result.map_err(|error| fault(NOT_OPENED, &error))
}

/// Compares the length of the file with what its header says. SQLite takes a last page that was cut
/// off for one that ends in zeros. With a journal beside it the file may be behind: the journal
/// completes it.
fn is_whole(path: &Path) -> Answer<()> {
    let mut header = [0; 32];
    let length = File::open(path).and_then(|mut file| {
        file.read_exact(&mut header)?;
        file.metadata().map(|file| file.len())
    });
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    let has_journal = std::fs::metadata(journal).is_ok_and(|file| file.len() > 0);
    let Ok(length) = length else {
        return Ok(()); // Shorter than a header, or not to be opened: SQLite will say so.
    };
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        page => u64::from(page),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    let is_long_enough = length >= page * pages && length % page.max(1) == 0;
    if has_journal || !header.starts_with(b"SQLite format 3\0") || is_long_enough {
        return Ok(());
    }
    let fact = format!(
        "{} has {length} bytes and says that it has {pages} pages of {page}",
        path.display()
    );
    Err(StoreError::damaged(NOT_OPENED, fact))
}

/// Reads whose file this is, before anything is written to it.
fn is_ours(connection: &Connection, path: &Path) -> Answer<()> {
    let application: i64 =
        said(connection.pragma_query_value(None, "application_id", |row| row.get(0)))?;
    let tables: i64 =
        said(connection.query_row("select count(*) from sqlite_master", [], |row| row.get(0)))?;
    if application == APPLICATION || (application == 0 && tables == 0) {
        return Ok(());
    }
    Err(StoreError::new(
        ErrorKind::NotAStore,
        NOT_OPENED,
        "a store carries its mark in the header of the file",
        format!("{} is a database of another program, with {tables} tables", path.display()),
        "the file was left as it is; name the right file, or a new one to begin a store",
    ))
}

/// Whether the file may be written, asked of the system and not found out half-way.
fn is_writable(path: &Path, options: &Options) -> Answer<()> {
    let Err(error) = OpenOptions::new().write(!options.read_only).read(true).open(path) else {
        return Ok(());
    };
    Err(StoreError::new(
        ErrorKind::ReadOnly,
        NOT_OPENED,
        "sealing an act writes to the file and to its directory",
        format!("{} cannot be opened so: {error}", path.display()),
        "give the right to both, or open it for reading only",
    ))
}

fn journal(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| {
        row.get::<_, String>(0).map(drop)
    })
}

/// Applies what is missing and refuses what is unknown.
fn migrate(connection: &Connection, options: &Options) -> Answer<()> {
    let missing = missing(options, &seen(connection)?)?;
    if missing.is_empty() {
        return Ok(());
    }
    if options.read_only {
        return Err(other_schema(format!("{} migrations were not applied to it", missing.len())));
    }
    said(connection.execute_batch("begin immediate"))?;
    let applied = apply_missing(connection, options);
    match applied {
        Ok(()) => said(connection.execute_batch("commit")),
        // A full disk may have ended the transaction already.
        Err(error) if connection.is_autocommit() => Err(error),
        Err(error) => said(connection.execute_batch("rollback")).and(Err(error)),
    }
}

fn apply_missing(connection: &Connection, options: &Options) -> Answer<()> {
    // Another process may have applied them while this one waited for the lock.
    let missing = missing(options, &seen(connection)?)?;
    if missing.is_empty() {
        return Ok(());
    }
    said(connection.pragma_update(None, "application_id", APPLICATION))?;
    said(connection.execute_batch(MIGRATION_TABLE))?;
    let apply = |migration: &Migration| {
        for statement in migration.statements {
            connection.execute_batch(&Dialect::Sqlite.schema(statement))?;
        }
        let note = params![migration.version, migration.name, migration.checksum()];
        connection.execute(&Dialect::Sqlite.text(MIGRATION_NOTE), note)
    };
    missing.iter().try_for_each(|migration| match said(apply(migration)) {
        Ok(_) => Ok(()),
        Err(error) => Err(migration.failed(&error)),
    })
}

/// The migrations a store has seen: version and checksum.
fn seen(connection: &Connection) -> Answer<Vec<(i64, String)>> {
    let read = || -> rusqlite::Result<Vec<(i64, String)>> {
        if !connection.table_exists(None, "migration")? {
            return Ok(Vec::new());
        }
        let mut statement = connection.prepare(MIGRATIONS_SEEN)?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    said(read())
}

fn missing(options: &Options, seen: &[(i64, String)]) -> Answer<&'static [Migration]> {
    sql::missing(options.migrations, seen).map_err(other_schema)
}

fn other_schema(fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::OtherSchema,
        NOT_OPENED,
        "a program reads the schemas it knows",
        fact,
        "the file was left as it is; use the version of the program that wrote it, or a newer one",
    )
}

/// Compares each head with its own tree and with its last act.
pub(crate) fn check_heads(connection: &Connection) -> Answer<()> {
    let run = &Run::new(connection, NOT_OPENED);
    for district in read::districts(run)? {
        let holds = run.first(&sql::HEAD_CHECK, [district.0], |row| {
            let (size, root) = (counted(row, 0)?, rows::hash(row, 1)?);
            let edge = Frontier::<Sm3>::from_bytes(row.get_ref(2)?.as_blob()?);
            let has_last = size == 0 || row.get_ref(3)?.as_blob_or_null()?.is_some();
            let is_whole = edge.is_some_and(|edge| edge.size() == size && Ok(edge.root()) == root);
            Ok(Ok(is_whole && has_last))
        })?;
        if holds != Some(true) {
            let fact =
                format!("the head of district {district} does not fit its tree or its last act");
            return Err(StoreError::damaged(NOT_OPENED, fact));
        }
    }
    Ok(())
}

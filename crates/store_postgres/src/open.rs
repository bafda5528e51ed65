//! What happens to a database before it is used as a store?
//!
//! Looked at first, written afterwards: a database of another program or another version is left as
//! it was. Then missing migrations are applied under a lock, and each district's head is compared
//! with its own tree and its last act.
//!
//! Takes an address and [`Options`]; gives links.
//!
//! Not here: reading every record (`ledger::verify`).
//!
//! Next: `postgres.rs`.

use std::time::Duration;

use store::sql::{self, MIGRATION_NOTE, MIGRATION_TABLE, MIGRATIONS, MIGRATIONS_SEEN, Migration};
use store::{Dialect, ErrorKind, StoreError};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::{Config, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::fault::{Answer, Trouble, fault, trouble};
use crate::link::Link;
use crate::read;

/// How a store is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether an empty database becomes a new store.
    pub create: bool,
    /// Whether nothing shall be written.
    pub read_only: bool,
    /// The schema, step by step. A store of an older one is brought to it when it is opened.
    pub migrations: &'static [Migration],
    /// How long to wait for another office that writes, and for a server that was lost.
    pub wait: Duration,
    /// How many connections are kept when nobody uses them.
    pub idle: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            read_only: false,
            migrations: MIGRATIONS,
            wait: Duration::from_secs(10),
            idle: 16,
        }
    }
}

/// How every error here begins.
const NOT_OPENED: &str = "the store was not opened";

/// How long the head of a district may be held without a word: a process that was stopped must not
/// stop the others.
const SILENCE: Duration = Duration::from_secs(30);

/// Where a store is and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    config: Config,
    pub(crate) options: Options,
}

impl Address {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub(crate) fn read(url: &str, options: Options) -> Answer<Self> {
        let mut config: Config = url.parse().map_err(|error| fault(NOT_OPENED, &error))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::new(
                ErrorKind::Io,
                NOT_OPENED,
                "this program speaks to its server in the clear",
                "the address asks for sslmode=require",
                "reach the server over its socket, a private network or a tunnel, and leave sslmode out",
            ));
        }
        if config.get_application_name().is_none() {
            config.application_name("fadu");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.wait.max(Duration::from_secs(1)));
        }
        config.keepalives_idle(SILENCE);
        config.tcp_user_timeout(SILENCE);
        Ok(Self { config, options })
    }

    /// Opens one connection.
    pub(crate) fn link(&self) -> Result<Link, (Trouble, StoreError)> {
        let lasting = |error| (Trouble::Lasting, error);
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| lasting(no_runtime(&error)))?;
        let opened = runtime.block_on(async {
            let (client, connection) = self.config.connect(NoTls).await?;
            // What goes wrong with the connection is told to whoever waits for an answer.
            tokio::spawn(async move { drop(connection.await) });
            client.batch_execute(&self.session()).await?;
            Ok(client)
        });
        match opened {
            Ok(client) => self.in_utf8(runtime, client).map_err(lasting),
            Err(error) => Err((trouble(&error), fault(NOT_OPENED, &error))),
        }
    }

    /// The manners of a connection. Every statement is keyed, so a scan is never the better plan,
    /// also while the tables are young and nothing is known of them.
    fn session(&self) -> String {
        let wait = self.options.wait.as_millis().max(1);
        let silence = SILENCE.as_millis();
        let is_read_only = if self.options.read_only { "on" } else { "off" };
        format!(
            "set lock_timeout = {wait}; set idle_in_transaction_session_timeout = {silence};
             set default_transaction_read_only = {is_read_only};
             set default_transaction_isolation = 'read committed';
             set enable_seqscan = off; set jit = off; set client_min_messages = warning;
             select set_config('synchronous_commit', 'on', false)
             where current_setting('synchronous_commit') = 'off'"
        )
    }

    fn in_utf8(&self, runtime: Runtime, client: Client) -> Answer<Link> {
        let encoding = runtime.block_on(client.query_one("show server_encoding", &[]));
        let encoding = encoding.and_then(|row| row.try_get::<_, String>(0));
        match encoding.map_err(|error| fault(NOT_OPENED, &error))?.as_str() {
            "UTF8" => Ok(Link::new(runtime, client)),
            other => Err(StoreError::new(
                ErrorKind::NotAStore,
                NOT_OPENED,
                "text is kept as it was entered, in UTF-8",
                format!("the database is encoded in {other}"),
                "make one with `createdb --encoding=UTF8 --template=template0`",
            )),
        }
    }
}

fn no_runtime(error: &std::io::Error) -> StoreError {
    StoreError::new(
        ErrorKind::Io,
        NOT_OPENED,
        "a connection needs a few handles of the system",
        format!("the system says: {error}"),
        "raise the number of open files this process may have",
    )
}

/// Opens the first link of a store and makes sure of the database.
pub(crate) fn first(address: &Address) -> Answer<Link> {
    let link = address.link().map_err(|(_, error)| error)?;
    migrate(&link, &address.options)?;
    check_heads(&link)?;
    Ok(link)
}

/// Applies what is missing and refuses what is foreign.
fn migrate(link: &Link, options: &Options) -> Answer<()> {
    let seen = seen(link)?;
    let missing = missing(options, seen.as_deref().unwrap_or_default())?;
    if missing.is_empty() {
        return Ok(());
    }
    if options.read_only || seen.is_none() && !options.create {
        return Err(StoreError::new(
            if seen.is_none() { ErrorKind::NotAStore } else { ErrorKind::OtherSchema },
            NOT_OPENED,
            "a store is opened where one was begun",
            format!("{} migrations were not applied to this database", missing.len()),
            "name the right database, or ask for the store to be begun or brought up to date",
        ));
    }
    let applied = apply_missing(link, options);
    link.run(NOT_OPENED, if applied.is_ok() { "commit" } else { "rollback" })?;
    applied
}

fn apply_missing(link: &Link, options: &Options) -> Answer<()> {
    // Two processes may begin the store at once. Making a table that is being made waits for the
    // other and then fails, once; making it afterwards finds it there.
    let begin = format!("begin; {MIGRATION_TABLE}; lock table migration in access exclusive mode");
    if link.run(NOT_OPENED, &begin).is_err() {
        link.run(NOT_OPENED, "rollback")?;
        link.run(NOT_OPENED, &begin)?;
    }
    let seen = seen(link)?.unwrap_or_default();
    missing(options, &seen)?
        .iter()
        .try_for_each(|migration| apply(link, migration).map_err(|error| migration.failed(&error)))
}

fn apply(link: &Link, migration: &Migration) -> Answer<()> {
    for statement in migration.statements {
        link.run(NOT_OPENED, &Dialect::Postgres.schema(statement))?;
    }
    let (version, name, checksum) = (migration.version, migration.name, migration.checksum());
    link.note(NOT_OPENED, MIGRATION_NOTE, &[&version, &name, &checksum.as_str()]).map(drop)
}

/// The migrations a store has seen: version and checksum. `None` for an empty database; a database
/// of another program is refused.
fn seen(link: &Link) -> Answer<Option<Vec<(i64, String)>>> {
    let tables = link.ask(
        NOT_OPENED,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = current_schema() and c.relkind in ('r', 'p', 'v', 'f') order by 1",
    )?;
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    if tables.is_empty() {
        return Ok(None);
    }
    if !tables.iter().any(|table| table == "migration") {
        return Err(foreign(&format!("its tables are {}", tables.join(", "))));
    }
    let rows = match link.try_ask(MIGRATIONS_SEEN) {
        Ok(rows) => rows,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
            return Err(foreign("its table of migrations is not ours"));
        }
        Err(error) => return Err(fault(NOT_OPENED, &error)),
    };
    let read = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
    let seen: Result<Vec<(i64, String)>, tokio_postgres::Error> = rows.iter().map(read).collect();
    seen.map(Some).map_err(|_| foreign("its table of migrations is not ours"))
}

fn missing(options: &Options, seen: &[(i64, String)]) -> Answer<&'static [Migration]> {
    sql::missing(options.migrations, seen).map_err(|fact| {
        StoreError::new(
            ErrorKind::OtherSchema,
            NOT_OPENED,
            "a program reads the schemas it knows",
            fact,
            "the database was left as it is; use the version of the program that wrote it, or a newer one",
        )
    })
}

fn foreign(fact: &str) -> StoreError {
    StoreError::new(
        ErrorKind::NotAStore,
        NOT_OPENED,
        "a store has a database, or a schema in one, for itself",
        format!("it is a database of another program: {fact}"),
        "the database was left as it is; name the right one, or an empty one to begin a store",
    )
}

/// Compares each head with its own tree and with its last act.
pub(crate) fn check_heads(link: &Link) -> Answer<()> {
    for district in read::districts(link, NOT_OPENED)? {
        if !read::head_agrees(link, NOT_OPENED, district)? {
            let fact =
                format!("the head of district {district} does not fit its tree or its last act");
            return Err(StoreError::damaged(NOT_OPENED, fact));
        }
    }
    Ok(())
}

/// Waits while a server starts.
pub(crate) fn pause(time: Duration) -> Answer<()> {
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| no_runtime(&error))?;
    runtime.block_on(async { tokio::time::sleep(time).await });
    Ok(())
}

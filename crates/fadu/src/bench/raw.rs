//! The baseline: the same content as plain rows, without ledger, law or views.
//!
//! One transaction does what any program would: next number from the head, the act's columns, the
//! matter's position, a counter; on the same SQLite settings.

use std::path::Path;

use ledger::{Actor, Fields, Record, Value};
use rusqlite::{Connection, params};

/// Plain rows in a SQLite file.
pub struct Raw {
    connection: Connection,
}

const SCHEMA: &str = "
    pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384;
    create table head (district bigint not null, size bigint not null, primary key (district));
    create table act (district bigint not null, number bigint not null, matter text not null,
        position bigint not null, client text not null, act text not null, person text not null,
        role text not null, organ text not null, performed_at bigint not null,
        entered_at bigint not null, procedure text not null, version text not null,
        graph bytea not null, parameters bytea not null, calendar bytea not null,
        request bytea not null, payload text not null, personal text not null,
        guards text not null, resolved text not null,
        primary key (district, number), unique (district, client));
    create table matter (district bigint not null, id text not null, position bigint not null,
        last_at bigint not null, primary key (district, id));
    create table counter (district bigint not null, figure text not null, period text not null,
        value bigint not null, primary key (district, figure, period));";

impl Raw {
    /// A new file.
    pub fn begin(path: &Path, district: u32) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        connection.execute("insert into head values (?1, 0)", [district])?;
        Ok(Self { connection })
    }

    /// Writes the records in groups, one transaction each.
    pub fn write(&self, records: &[Record], group: usize) -> rusqlite::Result<()> {
        for group in records.chunks(group) {
            self.connection.prepare_cached("begin immediate")?.execute([])?;
            for record in group {
                self.act(record)?;
            }
            self.connection.prepare_cached("commit")?.execute([])?;
        }
        Ok(())
    }

    fn act(&self, record: &Record) -> rusqlite::Result<()> {
        let district = record.district.0;
        let mut head = self
            .connection
            .prepare_cached("update head set size = size + 1 where district = ?1 returning size")?;
        let number: i64 = head.query_row([district], |row| row.get(0))?;
        let mut matter = self.connection.prepare_cached(
            "insert into matter values (?1, ?2, 1, ?3) on conflict (district, id) do update
             set position = position + 1, last_at = excluded.last_at returning position",
        )?;
        let moved = params![district, record.matter, record.performed_at];
        let position: i64 = matter.query_row(moved, |row| row.get(0))?;
        let nobody = String::new();
        let (person, role, organ) = match &record.actor {
            Actor::Person { person, role, organ } => (person, role, organ),
            Actor::Clock => (&nobody, &nobody, &nobody),
        };
        let mut act = self.connection.prepare_cached(
            "insert into act values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
             ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        )?;
        let hash = |h: Option<ledger::Hash>| h.map_or(Vec::new(), |h| h.0.to_vec());
        act.execute(params![
            district,
            number,
            record.matter,
            position,
            record.client_act,
            record.act,
            person,
            role,
            organ,
            record.performed_at,
            record.entered_at,
            record.procedure,
            record.version,
            &record.basis.procedure.0[..],
            hash(record.basis.parameters),
            hash(record.basis.calendar),
            &record.request.0[..],
            json(&record.payload),
            personal(record),
            json(&record.guards),
            resolved(record),
        ])?;
        let mut counter = self.connection.prepare_cached(
            "insert into counter values (?1, ?2, '2024', 1)
             on conflict (district, figure, period) do update set value = value + 1",
        )?;
        counter.execute(params![district, record.act])?;
        Ok(())
    }

    /// Bytes of the pages of the act table with its keys.
    pub fn act_bytes(&self) -> rusqlite::Result<f64> {
        pages(&self.connection, "'act'")
    }
}

/// Bytes of the pages of these tables with their keys.
pub fn pages(connection: &Connection, tables: &str) -> rusqlite::Result<f64> {
    connection.execute_batch("pragma wal_checkpoint(truncate)")?;
    let text = format!(
        "select sum(pgsize) * 1.0 from dbstat where name in
         (select name from sqlite_master where tbl_name in ({tables}))"
    );
    connection.query_row(&text, [], |row| row.get(0))
}

fn json(fields: &Fields) -> String {
    let bytes = ledger::encode(&Value::Map(fields.clone())).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn personal(record: &Record) -> String {
    let pair = |c: &ledger::Commitment| (c.name.clone(), Value::from(c.hash.to_string()));
    json(&record.personal.iter().map(pair).collect())
}

fn resolved(record: &Record) -> String {
    let list = record.resolved.iter().map(|f| Value::Map(f.clone())).collect();
    let bytes = ledger::encode(&Value::List(list)).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

//! What does sealing cost beside the bare writing of the same rows?
//!
//! The baseline is what any program would do without a ledger: a head, an act with its columns, a
//! matter and a counter in one SQLite transaction, on the same settings. Product and baseline take
//! turns in one run, in CPU time of this thread; the ratio of each pair is taken and the median of
//! them told. `cargo bench -p fadu-store-sqlite -- grow` also fills a store with a million acts.
//!
//! Not here: the kernel, whose time comes on top (`fadu bench`).

use std::fs;
use std::path::{Path, PathBuf};

use ledger::{Actor, Basis, District, Fields, Hash, Record, Standing, Value};
use rusqlite::{Connection, params};
use store::{Count, Decide, Decision, Draft, MatterView, Outcome, Proposal, Request, Store};
use store::{StoreError, Turn};
use store_sqlite::{Options, SqliteStore};

const DISTRICT: District = District(320_507);
const MATTERS: u64 = 2_000;
const PAIRS: usize = 7;

fn main() {
    let place =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
    fs::create_dir_all(&place).expect("a directory for the bench");
    let mut product = Product::begin(&place.join("product.fadu"));
    let mut raw = Raw::begin(&place.join("raw.db"));
    product.run(MATTERS, 100);
    raw.run(MATTERS, 100);
    tell("one act per commit", 1, &mut product, &mut raw, 2_000);
    tell("groups of 100", 100, &mut product, &mut raw, 20_000);
    tell_sizes(&product.path, &raw.path);
    if std::env::args().any(|word| word == "grow") {
        grow(&mut product);
    }
    let _ = fs::remove_dir_all(place);
}

/// CPU time of this thread in nanoseconds, as the system counts it.
fn cpu() -> u64 {
    let text =
        fs::read_to_string("/proc/thread-self/schedstat").expect("the system counts CPU time");
    text.split(' ').next().and_then(|time| time.parse().ok()).expect("a number of nanoseconds")
}

fn per_act(acts: u64, work: impl FnOnce()) -> f64 {
    let before = cpu();
    work();
    (cpu() - before) as f64 / 1_000.0 / acts as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn tell(what: &str, group: usize, product: &mut Product, raw: &mut Raw, acts: u64) {
    let pair = |_| {
        let raw = per_act(acts, || raw.run(acts, group));
        (raw, per_act(acts, || product.run(acts, group)))
    };
    let pairs: Vec<(f64, f64)> = (0..PAIRS).map(pair).collect();
    let raw = median(pairs.iter().map(|pair| pair.0).collect());
    let product = median(pairs.iter().map(|pair| pair.1).collect());
    let ratio = median(pairs.iter().map(|(raw, product)| product / raw).collect());
    println!(
        "{what}: raw {raw:.1} µs, product {product:.1} µs of CPU per act; product ÷ raw {ratio:.2}, \
         raw ÷ product {:.2}",
        1.0 / ratio
    );
}

/// Bytes per act of the sealed log (acts, what they share, nodes) and of the raw rows, as pages are
/// counted: the raw rows with the key they are written with, and with those a log needs as well.
fn tell_sizes(product: &Path, raw: &Path) {
    let open = |path: &Path| Connection::open(path).expect("opens");
    let (product, raw) = (open(product), open(raw));
    raw.execute_batch("create unique index act_matter on act (district, matter, position)")
        .expect("a key for matters");
    let bytes = |connection: &Connection, of: &str| -> f64 {
        let text = format!(
            "select coalesce(sum(pgsize), 0) * 1.0 / (select count(*) from act) from dbstat
             where name in (select name from sqlite_master where {of})"
        );
        connection.query_row(&text, [], |row| row.get(0)).expect("pages are counted")
    };
    let sealed = bytes(&product, "tbl_name in ('act', 'basis', 'node')");
    println!("act table and tree: {sealed:.0} bytes per act");
    let numbered = bytes(&raw, "name in ('act', 'sqlite_autoindex_act_1')");
    let clients = bytes(&raw, "name = 'sqlite_autoindex_act_2'");
    let matters = bytes(&raw, "name = 'act_matter'");
    for (what, raw) in [
        ("a key for numbers", numbered),
        ("and one for clients", numbered + clients),
        ("and one for matters", numbered + clients + matters),
    ] {
        println!("    raw rows with {what}: {raw:.0} bytes, ratio {:.2}", sealed / raw);
    }
    raw.execute_batch("drop index act_matter").expect("as it was");
}

/// The same groups on a store of two hundred thousand and of a million acts.
fn grow(product: &mut Product) {
    let until = |product: &mut Product, size: u64| {
        let acts = size.saturating_sub(product.next);
        product.run(acts, 1_000);
        median((0..PAIRS).map(|_| per_act(10_000, || product.run(10_000, 100))).collect())
    };
    let small = until(product, 200_000);
    let large = until(product, 1_000_000);
    println!(
        "groups of 100: {small:.1} µs per act behind 200,000 acts, {large:.1} µs behind 1,000,000; \
         acts per CPU second large ÷ small {:.2}",
        small / large
    );
}

/// The content of one act, the same for both sides.
fn record(at: u64) -> Record {
    let text = |name: &str| -> (String, Value) {
        (name.into(), "申请人对行政处罚决定不服".into())
    };
    let payload = ["请求事项", "事实与理由", "被申请人"].map(text);
    Record {
        district: DISTRICT,
        number: 0,
        matter: matter(at),
        position: 0,
        procedure: "行政复议".into(),
        version: "2023".into(),
        act: "受理".into(),
        actor: Actor::Person {
            person: format!("p-{}", at % 97),
            role: "办案人员".into(),
            organ: "某某区司法局".into(),
        },
        performed_at: 1_700_000_000 + at as i64,
        entered_at: 1_700_000_000 + at as i64,
        basis: Basis {
            procedure: Hash::sm3(&[b"procedure"]),
            tables: None,
            parameters: Some(Hash::sm3(&[b"parameters"])),
            calendar: Some(Hash::sm3(&[b"calendar"])),
        },
        payload: payload.into_iter().collect(),
        personal: Vec::new(),
        documents: Vec::new(),
        standing: Standing::Observed,
        warnings: Vec::new(),
        guards: Fields::from([("30.1", true), ("20.1", true)]),
        resolved: Vec::new(),
        client_act: format!("{:016x}", mix(at)),
        request: Hash::sm3(&[&at.to_be_bytes()]),
    }
}

/// Spreads numbers over all of u64, each once.
fn mix(at: u64) -> u64 {
    let at = (at ^ (at >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let at = (at ^ (at >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    at ^ (at >> 31)
}

fn matter(at: u64) -> String {
    format!("320507-2024-{:06}", if at < MATTERS { at } else { mix(at) % MATTERS })
}

struct Product {
    store: SqliteStore,
    path: PathBuf,
    next: u64,
}

struct Ready(Vec<Option<Record>>);

impl Decide for Ready {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        let record = self.0[turn.item].take().expect("each item is decided once");
        let view = match turn.matter {
            Some(matter) => MatterView { last_at: record.performed_at, ..matter.view.clone() },
            None => MatterView {
                procedure: record.procedure.clone(),
                version: record.version.clone(),
                graph: record.basis.procedure,
                title: "不服行政处罚决定".into(),
                parties: "某公司".into(),
                ..MatterView::default()
            },
        };
        let mut decision =
            Decision { position: turn.position(), accepted: true, ..Decision::default() };
        let count = Count { figure: "acts".into(), window: "2024".into(), delta: 1 };
        decision.views.matter = Some(view);
        decision.views.counts.push(count);
        decision.records.push(Draft::from(record));
        Ok(decision)
    }
}

impl Product {
    fn begin(path: &Path) -> Self {
        let store = SqliteStore::open(path, Options::default()).expect("a new store");
        Self { store, path: path.to_owned(), next: 0 }
    }

    fn run(&mut self, acts: u64, group: usize) {
        let until = self.next + acts;
        while self.next < until {
            let next = (self.next + group as u64).min(until);
            let records: Vec<Record> = (self.next..next).map(record).collect();
            self.next = next;
            let proposal = |record: &Record| {
                let client_act = record.client_act.clone();
                let request = Request { client_act, digest: record.request };
                Proposal { matter: record.matter.clone(), request: Some(request) }
            };
            let proposals: Vec<Proposal> = records.iter().map(proposal).collect();
            let mut ready = Ready(records.into_iter().map(Some).collect());
            let outcomes = self.store.commit(DISTRICT, &proposals, &mut ready).expect("sealed");
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted(_))));
        }
    }
}

struct Raw {
    connection: Connection,
    path: PathBuf,
    next: u64,
}

impl Raw {
    fn begin(path: &Path) -> Self {
        let connection = Connection::open(path).expect("a new file");
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;
                 create table head (district bigint not null, size bigint not null,
                     primary key (district));
                 create table act (district bigint not null, number bigint not null,
                     matter text not null, position bigint not null, client text not null,
                     act text not null, person text not null, role text not null,
                     organ text not null, performed_at bigint not null, procedure text not null,
                     version text not null, graph bytea not null, parameters bytea not null,
                     calendar bytea not null, request bytea not null, payload text not null,
                     guards text not null,
                     primary key (district, number), unique (district, client));
                 create table matter (district bigint not null, id text not null,
                     position bigint not null, last_at bigint not null,
                     primary key (district, id));
                 create table counter (district bigint not null, figure text not null,
                     period text not null, value bigint not null,
                     primary key (district, figure, period));
                 insert into head values (320507, 0);
                 insert into counter values (320507, 'acts', '2024', 0);",
            )
            .expect("a schema");
        Self { connection, path: path.to_owned(), next: 0 }
    }

    fn run(&mut self, acts: u64, group: usize) {
        let until = self.next + acts;
        while self.next < until {
            let next = (self.next + group as u64).min(until);
            let records: Vec<Record> = (self.next..next).map(record).collect();
            self.next = next;
            self.write(&records).expect("written");
        }
    }

    fn write(&self, records: &[Record]) -> rusqlite::Result<()> {
        self.connection.prepare_cached("begin immediate")?.execute([])?;
        for record in records {
            self.act(record)?;
        }
        self.connection.prepare_cached("commit")?.execute([])?;
        Ok(())
    }

    fn act(&self, record: &Record) -> rusqlite::Result<()> {
        let district = DISTRICT.0;
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
        let Actor::Person { person, role, organ } = &record.actor else { return Ok(()) };
        let json = |fields: &Fields| {
            ledger::encode(&Value::Map(fields.clone()))
                .map(|bytes| String::from_utf8(bytes).expect("JSON is text"))
                .expect("it has a canonical form")
        };
        let mut act = self.connection.prepare_cached(
            "insert into act values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
             ?15, ?16, ?17, ?18)",
        )?;
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
            record.procedure,
            record.version,
            &record.basis.procedure.0[..],
            record.basis.parameters.map(|hash| hash.0.to_vec()),
            record.basis.calendar.map(|hash| hash.0.to_vec()),
            &record.request.0[..],
            json(&record.payload),
            json(&record.guards)
        ])?;
        let mut counter = self.connection.prepare_cached(
            "update counter set value = value + 1
             where district = ?1 and figure = ?2 and period = ?3",
        )?;
        counter.execute(params![district, "acts", "2024"]).map(drop)
    }
}

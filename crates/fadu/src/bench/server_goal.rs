//! G7: clients on a PostgreSQL server, each act a transaction of its own, against the same statements
//! under `pgbench`.
//!
//! Both sides write into a schema of their own of the database that is given, in turns, with as many
//! clients and acts. The baseline is the product's own SQL with values as long as the product's, sent
//! by a program that does nothing else. Only whole seconds of the wall can be compared here: the
//! server, its disk and the clients wait for each other.
//!
//! Not here: groups, which save most of it (`office_goals.rs`).
//!
//! Next: `store_postgres/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use ledger::District;
use office::{Office, Request, Stopwatch, VirtualClock};
use store::sql::{self, Statement};
use store::{Dialect, StoredRecord, shared};

use crate::bench::walk::Walk;
use crate::bench::{Found, median};
use crate::cli::Common;
use crate::world::{World, instant};

/// Clients, and matters each of them walks in one round.
const CLIENTS: u64 = 16;
const MATTERS: u64 = 12;
/// Matters the baseline moves on.
const KNOWN: u64 = 2_000;

/// A database with the two schemas, which are dropped with it.
struct Server {
    url: String,
    name: String,
    programs: PathBuf,
}

impl Server {
    fn begin(url: &str) -> anyhow::Result<Self> {
        let programs = store_postgres::programs(&["psql", "pgbench"]).context(
            "nothing was measured: `psql` and `pgbench` were not found; \
             on Debian they come with the package `postgresql`",
        )?;
        let name = format!("fadu_bench_{}", &office::new_name()[..12]);
        let server = Self { url: url.to_owned(), name, programs };
        for side in ["product", "baseline"] {
            server.sql(&format!("create schema {}", server.schema(side)))?;
        }
        Ok(server)
    }

    fn schema(&self, side: &str) -> String {
        format!("{}_{side}", self.name)
    }

    /// The address of one side.
    fn address(&self, side: &str) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{joint}options=-csearch_path%3D{}", self.url, self.schema(side))
    }

    fn sql(&self, text: &str) -> anyhow::Result<()> {
        self.sql_at(&self.url, text)
    }

    fn sql_at(&self, url: &str, text: &str) -> anyhow::Result<()> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", text, url]);
        said(&mut psql).map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for side in ["product", "baseline"] {
            let _ = self.sql(&format!("drop schema if exists {} cascade", self.schema(side)));
        }
    }
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {error}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Measures the goal.
pub fn measure(common: &Common, pairs: u32, url: &str) -> anyhow::Result<Found> {
    let server = Server::begin(url)?;
    let clock = Arc::new(VirtualClock::at(instant("2025-01-02 09:00")?));
    let office = World::at(common, &server.address("product"), None, clock)?.office;
    let walk = Walk::read(common)?;
    let mut product = Product { office, walk, next: 0 };
    product.round()?;
    let baseline = Baseline::begin(&server, &product.lengths()?)?;
    baseline.round(&server, product.acts())?;
    let (mut ratios, mut both) = (Vec::new(), (Vec::new(), Vec::new()));
    for _ in 0..pairs {
        let raw = baseline.round(&server, product.acts())?;
        let acts = product.round()?;
        ratios.push(acts / raw);
        both.0.push(raw);
        both.1.push(acts);
    }
    let detail = format!(
        "pgbench {:.0}, product {:.0} acts/s, one act per commit in one district",
        median(both.0),
        median(both.1)
    );
    Ok(("G7", median(ratios), detail))
}

struct Product {
    office: Office,
    walk: Walk,
    next: u64,
}

/// Mean lengths of what an act writes, in bytes.
struct Lengths {
    bytes: usize,
    duties: usize,
    frontier: usize,
}

impl Product {
    /// How many acts all clients do in one round.
    fn acts(&self) -> u64 {
        self.walk.requests(0, CLIENTS * MATTERS).len() as u64
    }

    /// Acts per second of all clients.
    fn round(&mut self) -> anyhow::Result<f64> {
        let work: Vec<Vec<Request>> = (0..CLIENTS)
            .map(|client| self.walk.requests(self.next + client * MATTERS, MATTERS))
            .collect();
        self.next += CLIENTS * MATTERS;
        let watch = Stopwatch::start();
        let office = &self.office;
        let done: Vec<anyhow::Result<()>> = std::thread::scope(|scope| {
            let client = |requests: &'_ Vec<Request>| -> anyhow::Result<()> {
                requests.iter().try_for_each(|request| Ok(office.perform(request).map(drop)?))
            };
            let clients: Vec<_> =
                work.iter().map(|requests| scope.spawn(move || client(requests))).collect();
            let joined = clients.into_iter().map(|client| client.join());
            joined.map(|done| done.unwrap_or_else(|_| bail!("a client broke off"))).collect()
        });
        done.into_iter().collect::<anyhow::Result<()>>()?;
        Ok(self.acts() as f64 / watch.seconds())
    }

    fn lengths(&self) -> anyhow::Result<Lengths> {
        let (store, district) = (&self.office.store, self.office.law.district);
        let records: Vec<StoredRecord> = store.records(district, 1, u32::MAX)?;
        let rest = |record: &StoredRecord| {
            shared::take_out(&record.bytes).map_or(record.bytes.len(), |(rest, _)| rest.len())
        };
        let matter = records.last().context("a round has acts")?.read()?.matter;
        let matter = store.matter(district, &matter)?.context("an act has a matter")?;
        Ok(Lengths {
            bytes: records.iter().map(rest).sum::<usize>() / records.len(),
            duties: matter.duties.to_bytes().len(),
            frontier: 32 * records.len().count_ones() as usize,
        })
    }
}

/// A script of pgbench with the statements of one act.
struct Baseline {
    folder: PathBuf,
}

impl Baseline {
    fn begin(server: &Server, lengths: &Lengths) -> anyhow::Result<Self> {
        let address = server.address("baseline");
        crate::world::open_store(&address)?;
        let folder = std::env::temp_dir().join(&server.name);
        fs::create_dir_all(&folder)?;
        let baseline = Self { folder };
        fs::write(baseline.script(), script(lengths))?;
        server.sql_at(&address, &prepared(lengths))?;
        Ok(baseline)
    }

    fn script(&self) -> PathBuf {
        self.folder.join("act.sql")
    }

    /// Transactions per second, as pgbench tells them.
    fn round(&self, server: &Server, acts: u64) -> anyhow::Result<f64> {
        let mut pgbench = Command::new(server.programs.join("pgbench"));
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        pgbench.arg(format!("--client={CLIENTS}"));
        pgbench.arg(format!("--transactions={}", acts.div_ceil(CLIENTS)));
        pgbench.arg("--file").arg(self.script()).arg(server.address("baseline"));
        let told = said(&mut pgbench)?;
        let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        rate.and_then(|rate| rate.parse().ok()).with_context(|| format!("no rate in: {told}"))
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(Path::new(&self.folder));
    }
}

/// A value of so many bytes that no compression shortens.
fn noise(length: usize) -> String {
    let digests = (0u64..).map(|at| ledger::Hash::sm3(&[&at.to_be_bytes()]).to_hex());
    let hex: String = digests.take(length.div_ceil(32)).collect();
    format!("'\\x{}'", &hex[..2 * length])
}

/// A statement of the product with other values.
fn with(statement: &Statement, values: &[&str]) -> String {
    let mut text = Dialect::Postgres.statement(statement).into_owned();
    for (at, value) in values.iter().enumerate().rev() {
        text = text.replace(&format!("${}", at + 1), value);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PLACE: District = District(1);

/// What the baseline's tables hold before: a head, a counter, what acts share, and matters.
fn prepared(lengths: &Lengths) -> String {
    let (hash, duties) = (noise(32), noise(lengths.duties));
    let place = PLACE.0;
    format!(
        "insert into head values ({place}, 0, {hash}, {hash}, {KNOWN}, 0);
         insert into counter values ({place}, 'acts', '2025', 0);
         insert into basis values ({place}, 1, {});
         insert into matter select {place}, key, 'bench-' || key, 1, 'p', 'v', {hash}, 'title',
             'parties', 0, 0, 0, 0, {duties} from generate_series(1, {KNOWN}) key;
         analyze head, counter, basis, matter",
        noise(256)
    )
}

/// One act: the lock, what is asked, what is written.
fn script(lengths: &Lengths) -> String {
    let lock = with(&sql::HEAD_LOCK, &["1"]).replace("select", "select size + 1 as number,");
    let (bytes, duties) = (noise(lengths.bytes), noise(lengths.duties));
    let (hash, frontier) = (noise(32), noise(lengths.frontier));
    let steps = [
        with(&sql::ACT_CLIENT, &["1", "md5(:number::text)"]),
        with(&sql::MATTER_READ, &["1", "'bench-' || :matter::text"]),
        with(
            &sql::ACT_INSERT,
            &["1", ":number", ":matter", ":number", "md5(:number::text)", &hash, "1", &bytes],
        ),
        with(&sql::MATTER_ADVANCE, &["1", ":matter", ":number", "0", &duties]),
        with(&sql::COUNTER_ADD, &["1", "'acts'", "'2025'", "1"]),
        with(&sql::HEAD_WRITE, &["1", ":number", &hash, &frontier, ":matters", ":attempts"]),
    ];
    format!(
        "\\set matter random(1, {KNOWN})\nbegin;\n{lock} \\gset\n{};\ncommit;\n",
        steps.join(";\n")
    )
}

//! What if several processes write in one database, and what if a process, the server or only an
//! answer is lost while they do?

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use store::sql::Migration;
use store::suite::drill::{self, Told};
use store::suite::migrations;
use store::suite::{Ask, Clerk, DISTRICT, Reteller, commit_all, dump, verify};
use store::{Backup, Decide, Decision, Outcome, Store, StoreError, Turn, back_up};
use store_postgres::cluster::Cluster;
use store_postgres::{Options, PostgresStore};

fn open(address: &str) -> Box<dyn Store> {
    let options = Options { wait: Duration::from_secs(60), ..Options::default() };
    Box::new(PostgresStore::open(address, options).expect("the store opens"))
}

fn begin() -> String {
    Cluster::shared().database()
}

#[test]
fn child() {
    drill::child(open);
}

#[test]
fn three_processes_on_one_database_lose_nothing() {
    drill::processes_lose_nothing(&begin(), open);
}

#[test]
fn a_writer_killed_at_any_moment_loses_no_act_it_has_told_of() {
    drill::kills_lose_nothing(begin, String::clone, open);
}

/// The server falls again and again while a crew writes; nobody of the crew hears of it.
#[test]
fn a_server_that_crashes_under_load_loses_no_act_it_has_told_of() {
    const CRASHES: usize = 5;
    const WRITERS: usize = 32;
    const ACTS: usize = 60;
    let cluster = Cluster::start();
    let store = open(&cluster.database());
    let (ears, told) = mpsc::channel();
    let mut all: Vec<Told> = Vec::new();
    std::thread::scope(|scope| {
        let store = &*store;
        scope.spawn(move || drill::crew(store, "w", WRITERS, ACTS, &ears));
        for _ in 0..CRASHES {
            all.extend(told.iter().take(WRITERS * ACTS / (CRASHES + 2)));
            cluster.stop("immediate");
            cluster.run();
        }
    });
    all.extend(told.try_iter());
    assert_eq!(all.len(), WRITERS * ACTS);
    assert_eq!(drill::holds(&*store, &all), all.len() as u64);
}

fn open_under(
    address: &str,
    migrations: &'static [Migration],
) -> Result<Box<dyn Store>, StoreError> {
    let options = Options { migrations, wait: Duration::from_secs(60), ..Options::default() };
    Ok(Box::new(PostgresStore::open(address, options)?))
}

#[test]
fn migrating_child() {
    migrations::child(open_under);
}

#[test]
fn a_store_of_an_older_schema_is_brought_up_to_date_once() {
    migrations::a_store_of_an_older_schema_is_brought_up_to_date_once(&begin(), open_under);
}

#[test]
fn a_migration_that_fails_leaves_the_store_as_it_was() {
    migrations::a_migration_that_fails_leaves_the_store_as_it_was(&begin(), open_under);
}

/// A server goes on with a statement whose client is gone, until somebody ends it.
#[test]
fn a_migration_killed_in_the_middle_leaves_the_store_as_it_was() {
    let address = begin();
    let ask = |what: &str| {
        let name = address.split_once("@/").and_then(|(_, rest)| rest.split_once('?'));
        let (name, _) = name.expect("an address");
        let filling = "query like 'insert into drill%' and state = 'active'";
        let from = format!("from pg_stat_activity where datname = '{name}' and {filling}");
        Cluster::shared().sql("postgres", &format!("select {what} {from}"))
    };
    migrations::a_migration_killed_in_the_middle_leaves_the_store_as_it_was(
        &address,
        open_under,
        || ask("count(*)") != "0",
        || drop(ask("pg_terminate_backend(pid, 10000)")),
    );
}

/// A door before the server that can be shut behind a commit.
struct Door {
    folder: PathBuf,
    /// What is to happen to the next commit.
    next: Arc<Mutex<Fate>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It passes, and so does its answer.
    Passes,
    /// The server never hears of it.
    Lost,
    /// The server does it, and nobody hears of that.
    Unanswered,
}

/// The simple query that commits, as it stands in the stream.
const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Door {
    fn before(cluster: &Cluster) -> Self {
        static DOORS: AtomicU32 = AtomicU32::new(0);
        let count = DOORS.fetch_add(1, Ordering::Relaxed);
        let name = format!("fadu-door-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("a folder for the door");
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
        let (next, inside) = (Arc::new(Mutex::new(Fate::Passes)), cluster.socket().to_owned());
        let fate = Arc::clone(&next);
        std::thread::spawn(move || {
            for outer in listener.incoming().map_while(Result::ok) {
                let inner = UnixStream::connect(inside.join(".s.PGSQL.5432")).expect("a server");
                pass(outer, inner, &fate);
            }
        });
        Self { folder, next }
    }

    fn set(&self, fate: Fate) {
        *self.next.lock().expect("no one panics here") = fate;
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://fadu@/{database}?host={}", self.folder.display())
    }
}

/// Carries bytes both ways until one side ends or the door is shut.
fn pass(outer: UnixStream, inner: UnixStream, fate: &Arc<Mutex<Fate>>) {
    let both = |from: &UnixStream, to: &UnixStream| {
        (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"))
    };
    let (from, to) = both(&outer, &inner);
    let (back_from, back_to) = both(&inner, &outer);
    let fate = Arc::clone(fate);
    std::thread::spawn(move || {
        carry(from, to, |bytes, to| {
            if !bytes.ends_with(COMMIT) {
                return to.write_all(bytes).is_ok();
            }
            let fate =
                std::mem::replace(&mut *fate.lock().expect("no one panics here"), Fate::Passes);
            if fate == Fate::Unanswered {
                // Shut towards the asker first, so that no answer slips through.
                let _ = outer.shutdown(std::net::Shutdown::Both);
            }
            fate != Fate::Lost && to.write_all(bytes).is_ok()
        })
    });
    std::thread::spawn(move || {
        carry(back_from, back_to, |bytes, to| {
            // Towards an asker who is gone, bytes are dropped until the server is done.
            let _ = to.write_all(bytes);
            true
        })
    });
}

fn carry(
    mut from: UnixStream,
    mut to: UnixStream,
    mut each: impl FnMut(&[u8], &mut UnixStream) -> bool,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !each(&buffer[..count], &mut to) {
            break;
        }
    }
    let _ = (from.shutdown(std::net::Shutdown::Both), to.shutdown(std::net::Shutdown::Both));
}

/// Counts how often it is asked.
struct Counting(Clerk, usize);

impl Decide for Counting {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        self.1 += 1;
        self.0.decide(turn)
    }

    fn starts_again(&mut self) -> bool {
        true
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_and_one_that_was_lost_itself_is_run_again() {
    let database = begin();
    let name = database.split_once("@/").and_then(|(_, rest)| rest.split_once('?'));
    let door = Door::before(Cluster::shared());
    let store = open(&door.address(name.expect("an address").0));
    for (at, fate, decided) in
        [(0, Fate::Passes, 1), (1, Fate::Unanswered, 1), (2, Fate::Lost, 2), (3, Fate::Passes, 1)]
    {
        let ask = Ask::new("m", &format!("c{at}"), "note", at);
        let mut counting = Counting(Clerk { asks: vec![ask.clone()] }, 0);
        door.set(fate);
        let outcomes = store.commit(DISTRICT, &[ask.proposal()], &mut counting).expect("sealed");
        let Outcome::Accepted(sealed) = &outcomes[0] else { panic!("{outcomes:?}") };
        assert_eq!(sealed[0].record().number, at as u64 + 1);
        assert_eq!(counting.1, decided, "{at}");
    }
    assert_eq!(verify(&*store, DISTRICT), 4);
    let refused = Ask::new("m", "c9", "refused", 9);
    door.set(Fate::Unanswered);
    let mut counting = Counting(Clerk { asks: vec![refused.clone()] }, 0);
    store.commit(DISTRICT, &[refused.proposal()], &mut counting).expect("noted");
    assert_eq!((counting.1, store.attempts(DISTRICT, 0, 9).expect("listed").len()), (1, 1));
}

/// What was written again is written once more where the connection was lost, and found again where
/// only the answer was.
#[test]
fn a_rebuilding_and_a_restoring_outlive_the_connection() {
    let (first, door) = (begin(), Door::before(Cluster::shared()));
    let ask = |at: i64| Ask::new("m", &format!("c{at}"), "note", at);
    commit_all(&*open(&first), DISTRICT, &(0..40).map(ask).collect::<Vec<_>>());
    let mut bytes = Vec::new();
    back_up(&*open(&first), DISTRICT, &mut bytes).expect("backed up");
    for fate in [Fate::Unanswered, Fate::Lost] {
        let database = begin();
        let name = database.split_once("@/").and_then(|(_, rest)| rest.split_once('?'));
        let store = open(&door.address(name.expect("an address").0));
        let mut backup = Backup::open(std::io::Cursor::new(&bytes)).expect("a backup");
        door.set(fate);
        let head = store.restore(DISTRICT, &mut backup, &mut Reteller::default());
        assert_eq!(head.expect("restored").log.size, verify(&*store, DISTRICT));
        let views = dump(&*store, DISTRICT);
        door.set(fate);
        assert_eq!(store.rebuild(DISTRICT, &mut Reteller::default()), Ok(40));
        assert_eq!(dump(&*store, DISTRICT), views);
    }
}

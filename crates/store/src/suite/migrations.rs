//! What if the schema moves on under a store that is in use?
//!
//! Each case begins a store of today's schema with some acts and opens it with one migration more. The
//! migration is made up here, so the cases hold whatever the schema says.
//!
//! Takes how a backend opens an address under a schema; the cases are the backend's tests.
//!
//! Next: `drill.rs` for kills while acts are sealed.

use std::process::{Command, Stdio};

use super::clerk::{Ask, DISTRICT, commit_all, verify};
use crate::sql::{MIGRATIONS, Migration};
use crate::{ErrorKind, Store, StoreError};

/// Opens the store of an address under a schema.
pub type OpenUnder = fn(&str, &'static [Migration]) -> Result<Box<dyn Store>, StoreError>;

const PLACE: &str = "STORE_MIGRATING_PLACE";
const ACTS: usize = 300;

const TABLE: &str = "create table drill (
    district bigint not null, number bigint not null, primary key (district, number))";
const FILLED: &[&str] =
    &[TABLE, "insert into drill (district, number) select district, number from act"];
const FAILING: &[&str] = &[TABLE, "insert into drill (district, number) select 1, 1 from nowhere"];
/// Takes so long that it is always killed before its end.
const ENDLESS: &[&str] = &[
    TABLE,
    "insert into drill (district, number)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000)
     select 1, i from n",
];

/// Today's schema and a step more. Kept for ever, as a schema is.
fn and(statements: &'static [&'static str]) -> &'static [Migration] {
    let version = MIGRATIONS.last().map_or(0, |last| last.version) + 1;
    let more = Migration { version, name: "a drill", statements };
    Box::leak([MIGRATIONS, &[more]].concat().into_boxed_slice())
}

fn asks(from: usize) -> Vec<Ask> {
    let ask = |at: usize| Ask::new(&format!("m{}", at / 4), &format!("c{at}"), "note", at as i64);
    (from..from + ACTS).map(ask).collect()
}

fn begin(place: &str, open: OpenUnder) {
    let store = open(place, MIGRATIONS).expect("a new store");
    commit_all(&*store, DISTRICT, &asks(0));
}

/// The store is as it was, and the step that could not be taken before is taken now: had anything
/// of it been left, its table would be there already.
fn is_as_it_was(place: &str, open: OpenUnder) {
    let store = open(place, MIGRATIONS).expect("it opens as before");
    assert_eq!(verify(&*store, DISTRICT), ACTS as u64);
    drop(store);
    let store = open(place, and(FILLED)).expect("the step is taken");
    commit_all(&*store, DISTRICT, &asks(ACTS));
    assert_eq!(verify(&*store, DISTRICT), 2 * ACTS as u64);
}

/// Whoever opens an older store brings it up to date; then an older program does not open it.
pub fn a_store_of_an_older_schema_is_brought_up_to_date_once(place: &str, open: OpenUnder) {
    begin(place, open);
    std::thread::scope(|scope| {
        let open = || open(place, and(FILLED)).map(|store| verify(&*store, DISTRICT));
        let both: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        for one in both {
            assert_eq!(one.join().expect("it does not panic"), Ok(ACTS as u64));
        }
    });
    let store = open(place, and(FILLED)).expect("nothing is missing");
    commit_all(&*store, DISTRICT, &asks(ACTS));
    let error = open(place, MIGRATIONS).err().expect("the schema is newer than the program");
    assert_eq!(error.kind(), ErrorKind::OtherSchema, "{error}");
    assert!(error.possible.contains("newer one"), "{error}");
    let error = open(place, and(FAILING)).err().expect("another step of the same number");
    assert_eq!(error.kind(), ErrorKind::OtherSchema, "{error}");
    assert_eq!(verify(&*store, DISTRICT), 2 * ACTS as u64);
}

/// A step that cannot be taken to its end is not taken.
pub fn a_migration_that_fails_leaves_the_store_as_it_was(place: &str, open: OpenUnder) {
    begin(place, open);
    for _ in 0..2 {
        let error = open(place, and(FAILING)).err().expect("it fails");
        assert!(error.to_string().starts_with("the store was not opened: "), "{error}");
        assert!(error.fact.contains("(a drill)") && error.fact.contains("nowhere"), "{error}");
        assert!(error.possible.starts_with("the store is as it was"), "{error}");
    }
    is_as_it_was(place, open);
}

/// The body of a test named `migrating_child`: takes an endless step if it is told where.
pub fn child(open: OpenUnder) {
    if let Ok(place) = std::env::var(PLACE) {
        let _ = open(&place, and(ENDLESS));
    }
}

/// A process is killed in the middle of a step. `is_in_the_middle` sees that its table is being
/// filled; `is_gone` clears away what of it may still run elsewhere.
pub fn a_migration_killed_in_the_middle_leaves_the_store_as_it_was(
    place: &str,
    open: OpenUnder,
    is_in_the_middle: impl Fn() -> bool,
    is_gone: impl Fn(),
) {
    begin(place, open);
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(program);
    child.args(["migrating_child", "--exact", "--test-threads=1"]).env(PLACE, place);
    let mut child = child.stdout(Stdio::null()).spawn().expect("the child starts");
    while !is_in_the_middle() {
        let ended = child.try_wait().expect("the child is asked");
        assert_eq!(ended, None, "it ended before it was killed");
        std::thread::yield_now();
    }
    child.kill().expect("the child is killed");
    child.wait().expect("the child is gone");
    is_gone();
    is_as_it_was(place, open);
}

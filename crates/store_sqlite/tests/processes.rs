//! What if several processes write in one file, and what if one is killed while it does?

mod common;

use common::Place;
use store::sql::Migration;
use store::suite::{drill, migrations};
use store::{Store, StoreError};
use store_sqlite::{Options, SqliteStore};

fn open(file: &str) -> Box<dyn Store> {
    let store = SqliteStore::open(file, Options::default()).expect("the store opens");
    store.check().expect("the file is whole");
    Box::new(store)
}

fn address(place: &Place) -> String {
    place.file().to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn child() {
    drill::child(open);
}

#[test]
fn three_processes_on_one_file_lose_nothing() {
    let place = Place::new();
    drill::processes_lose_nothing(&address(&place), open);
}

#[test]
fn a_writer_killed_at_any_moment_loses_no_act_it_has_told_of() {
    drill::kills_lose_nothing(Place::new, address, open);
}

fn open_under(file: &str, migrations: &'static [Migration]) -> Result<Box<dyn Store>, StoreError> {
    let wait = std::time::Duration::from_secs(60);
    let options = Options { migrations, wait, ..Options::default() };
    Ok(Box::new(SqliteStore::open(file, options)?))
}

#[test]
fn migrating_child() {
    migrations::child(open_under);
}

#[test]
fn a_store_of_an_older_schema_is_brought_up_to_date_once() {
    let place = Place::new();
    migrations::a_store_of_an_older_schema_is_brought_up_to_date_once(&address(&place), open_under);
}

#[test]
fn a_migration_that_fails_leaves_the_store_as_it_was() {
    let place = Place::new();
    migrations::a_migration_that_fails_leaves_the_store_as_it_was(&address(&place), open_under);
}

#[test]
fn a_migration_killed_in_the_middle_leaves_the_store_as_it_was() {
    let place = Place::new();
    let file = address(&place);
    // More than the migration's first statement: pages of the second that found no room in memory.
    let journal = format!("{file}-wal");
    let is_filling = || std::fs::metadata(&journal).is_ok_and(|file| file.len() > 1 << 20);
    migrations::a_migration_killed_in_the_middle_leaves_the_store_as_it_was(
        &file,
        open_under,
        is_filling,
        || {},
    );
}

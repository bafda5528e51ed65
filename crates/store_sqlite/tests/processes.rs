//! What if several processes write in one file, and what if one is killed while it does?

mod common;

use common::Place;
use store::Store;
use store::suite::drill;
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

//! The suite every store passes, on SQLite.

mod common;

use common::Place;
use store::Store;
use store_sqlite::{Options, SqliteStore};

/// A store in a directory that goes with it.
struct Placed {
    store: SqliteStore,
    _place: Place,
}

impl std::ops::Deref for Placed {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

fn begin() -> Placed {
    let place = Place::new();
    let store = SqliteStore::open(place.file(), Options::default()).expect("a new store");
    Placed { store, _place: place }
}

store::store_suite!(begin);

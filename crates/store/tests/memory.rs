//! The suite on the store in memory.

use store::{MemoryStore, Store};

fn begin() -> Box<dyn Store> {
    Box::new(MemoryStore::new())
}

store::store_suite!(begin);

//! The suite every store passes, on PostgreSQL.

use store::Store;
use store_postgres::cluster::Cluster;
use store_postgres::{Options, PostgresStore};

fn begin() -> Box<dyn Store> {
    let address = Cluster::shared().database();
    Box::new(PostgresStore::open(&address, Options::default()).expect("a new store"))
}

store::store_suite!(begin);

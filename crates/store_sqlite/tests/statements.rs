//! Does the engine take every statement, and does it find its rows from the district?

mod common;

use common::Place;
use rusqlite::Connection;
use store::Dialect;
use store::sql::{ALL, Statement};
use store_sqlite::{Options, SqliteStore};

fn schema() -> (Place, Connection) {
    let place = Place::new();
    SqliteStore::open(place.file(), Options::default()).expect("a new store");
    let connection = Connection::open(place.file()).expect("a second connection");
    (place, connection)
}

fn highest(statement: &Statement) -> usize {
    let numbers = statement.text.split('$').skip(1);
    let digits = numbers.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    digits.filter_map(|digits| digits?.parse().ok()).max().unwrap_or(0)
}

#[test]
fn every_statement_is_prepared_with_its_parameters_numbered() {
    let (_place, connection) = schema();
    for statement in ALL {
        let prepared =
            connection.prepare(&Dialect::Sqlite.statement(statement)).expect(statement.name);
        assert_eq!(prepared.parameter_count(), highest(statement), "{}", statement.name);
    }
}

#[test]
fn every_statement_finds_its_rows_by_a_key_that_begins_with_the_district() {
    let (_place, connection) = schema();
    for statement in ALL.iter().filter(|statement| statement.name != "DISTRICTS") {
        let text = format!("explain query plan {}", Dialect::Sqlite.statement(statement));
        let mut plan = connection.prepare(&text).expect(statement.name);
        let nulls = vec![rusqlite::types::Null; highest(statement)];
        let steps =
            plan.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3));
        for step in steps.expect("a plan").map(|step| step.expect("a step")) {
            // The place of an act and of a matter's words begins with the district.
            let keys = ["(district=?", "PRIMARY KEY (rowid", "VIRTUAL TABLE INDEX"];
            // A chain was found already when its rows are walked and put in order.
            let walks_chain = statement.name == "ACT_CHAIN"
                && (step.starts_with("SCAN c") || step == "SETUP" || step.contains("ORDER BY"));
            let reads = step.starts_with("SCAN") || step.starts_with("SEARCH");
            let is_keyed = keys.iter().any(|key| step.contains(key)) || !reads;
            assert!(is_keyed || walks_chain, "{}: {step}", statement.name);
            let sorts = step.contains("TEMP B-TREE FOR ORDER");
            assert!(!sorts || walks_chain, "{}: {step}", statement.name);
        }
    }
}

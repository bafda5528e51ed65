//! Does the engine take every statement, and does it find its rows from the district?

use store::Dialect;
use store::sql::{ALL, Statement};
use store::suite::{Ask, DISTRICT, commit};
use store_postgres::cluster::Cluster;
use store_postgres::{Options, PostgresStore};

fn highest(statement: &Statement) -> usize {
    let numbers = statement.text.split('$').skip(1);
    let digits = numbers.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    digits.filter_map(|digits| digits?.parse().ok()).max().unwrap_or(0)
}

/// The name of the database of a store with some acts.
fn database() -> String {
    let address = Cluster::shared().database();
    let store = PostgresStore::open(&address, Options::default()).expect("a new store");
    let acts = ["open", "note", "refused", "answer"];
    let ask = |at: usize| {
        Ask::new(&format!("m{}", at / 4), &format!("c{at}"), acts[at % 4], (at / 4) as i64)
    };
    commit(&store, DISTRICT, &(0..2_000).map(ask).collect::<Vec<_>>());
    let (_, rest) = address.split_once("@/").expect("an address");
    rest.split_once('?').expect("an address").0.to_owned()
}

#[test]
fn every_statement_is_prepared_with_its_parameters_numbered() {
    let texts = ALL.iter().map(|statement| {
        format!("prepare {} as {};", statement.name, Dialect::Postgres.statement(statement))
    });
    let counts = "select name || ' ' || coalesce(array_length(parameter_types, 1), 0)
         from pg_prepared_statements order by 1";
    let texts = texts.collect::<String>() + counts;
    let mut expected: Vec<String> = ALL
        .iter()
        .map(|statement| format!("{} {}", statement.name.to_lowercase(), highest(statement)))
        .collect();
    expected.sort();
    let prepared = Cluster::shared().sql(&database(), &texts);
    assert_eq!(prepared.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_statement_finds_its_rows_by_a_key_that_begins_with_the_district() {
    let database = database();
    for statement in ALL.iter().filter(|statement| statement.name != "DISTRICTS") {
        let nulls = vec!["null"; highest(statement)].join(", ");
        let plan = Cluster::shared().sql(
            &database,
            &format!(
                "set enable_seqscan = off; set plan_cache_mode = force_generic_plan;
                 prepare it as {}; explain (costs off) execute it({nulls})",
                Dialect::Postgres.statement(statement)
            ),
        );
        assert!(!plan.contains("Seq Scan"), "{}:\n{plan}", statement.name);
        // What acts share is a handful of rows, a list may look for what matters
        // are, and a chain counts its steps.
        let lists = ["ACT_CHAIN", "MATTER_LIST", "SEARCH_NAMES", "SEARCH_WORDS"];
        let mut filters = plan.lines().map(str::trim).filter(|line| line.starts_with("Filter:"));
        let is_filtered = filters.any(|line| !line.starts_with("Filter: (id = "));
        assert!(!is_filtered || lists.contains(&statement.name), "{}:\n{plan}", statement.name);
        let mut conditions = plan.lines().filter(|line| line.contains("Index Cond:"));
        assert!(
            // Indexed words begin with the district.
            conditions.all(|line| line.contains("(district = ") || line.contains("(words @@ ")),
            "{}:\n{plan}",
            statement.name
        );
    }
}

//! What is every statement's text?
//!
//! One text for SQLite, PostgreSQL and Citus, kept by name. The rules it follows: the district is the
//! first column of every key and every statement starts from it; numbers come from the head row and
//! never from a sequence; time and chance are parameters; no triggers, no functions of one engine.
//! Parameters are `$1…$n` and `$1` is the district. Text compares by bytes.
//!
//! Not here: the words an engine needs of its own (`dialect.rs`), what columns mean (`columns.rs`).
//!
//! Next: `store_sqlite` and `store_postgres`, which run it.

use crate::error::StoreError;

/// A statement and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its place in [`ALL`].
    pub at: usize,
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A step from one schema to the next. Never changed once it is published: a store keeps its
/// checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// 1, 2, 3 …
    pub version: i64,
    /// What it does.
    pub name: &'static str,
    /// Its statements.
    pub statements: &'static [&'static str],
}

impl Migration {
    /// The digest of its statements.
    pub fn checksum(&self) -> String {
        ledger::Hash::sm3(&[self.statements.join(";\n").as_bytes()]).to_string()
    }

    /// It was not applied, because of this.
    pub fn failed(&self, error: &StoreError) -> StoreError {
        StoreError::new(
            error.kind(),
            "the store was not opened",
            "a store is brought to the program's schema as a whole or not at all",
            format!("migration {} ({}) failed: {}", self.version, self.name, error.fact),
            "the store is as it was; mend the cause and open it again, or use the version of the program that wrote it",
        )
    }
}

/// The migrations of a program that a store still needs, by the versions and checksums of those it
/// has seen; or what is foreign about these.
pub fn missing(
    known: &'static [Migration],
    seen: &[(i64, String)],
) -> Result<&'static [Migration], String> {
    for (at, (version, checksum)) in seen.iter().enumerate() {
        match known.get(at) {
            Some(known) if known.version == *version && known.checksum() == *checksum => {}
            Some(known) if known.version == *version => {
                return Err(format!("its migration {version} has another checksum"));
            }
            _ => return Err(format!("it has seen migration {version}, unknown here")),
        }
    }
    Ok(&known[seen.len()..])
}

/// The table that says which migrations a store has seen. Reference data of an installation, the
/// one table without a district.
pub const MIGRATION_TABLE: &str = "create table if not exists migration (
    version bigint not null, name text not null, checksum text not null, primary key (version))";

/// Which migrations a store has seen.
pub const MIGRATIONS_SEEN: &str = "select version, checksum from migration order by version";

/// Notes a migration.
pub const MIGRATION_NOTE: &str =
    "insert into migration (version, name, checksum) values ($1, $2, $3)";

/// Every migration in order.
pub const MIGRATIONS: &[Migration] = &[BASE, SEARCH];

const BASE: Migration = Migration {
    version: 1,
    name: "heads, acts, nodes, views, attempts, papers and private values",
    statements: &[
        "create table head (
            district bigint not null, size bigint not null, root bytea not null,
            frontier bytea not null, matters bigint not null, attempts bigint not null,
            waiting bytea not null,
            primary key (district))",
        "create table act (
            district bigint not null, number bigint not null, before bigint not null,
            client text not null, leaf bytea not null, basis bigint not null,
            bytes bytea not null,
            primary key (district, number),
            unique (district, client))",
        "create table basis (
            district bigint not null, id bigint not null, bytes bytea not null,
            primary key (district, id),
            unique (district, bytes))",
        "create table node (
            district bigint not null, level bigint not null, tile bigint not null,
            hashes bytea not null,
            primary key (district, level, tile))",
        "create table matter (
            district bigint not null, key bigint not null, id text not null,
            position bigint not null, last bigint not null,
            procedure text not null, version text not null,
            graph bytea not null, title text not null, parties text not null,
            state bigint not null, opened_at bigint not null, last_at bigint not null,
            wake bigint not null, duties bytea not null,
            primary key (district, key),
            unique (district, id))",
        "create index matter_wake on matter (district, wake, key)",
        "create table snapshot (
            district bigint not null, matter bigint not null, position bigint not null,
            graph bytea not null, bytes bytea not null,
            primary key (district, matter))",
        "create table counter (
            district bigint not null, figure text not null, period text not null,
            value bigint not null,
            primary key (district, figure, period))",
        "create table attempt (
            district bigint not null, number bigint not null, matter text not null,
            act text not null, person text not null, role text not null, organ text not null,
            tried_at bigint not null, rules bytea not null,
            primary key (district, number))",
        "create table checkpoint (
            district bigint not null, size bigint not null, note text not null,
            primary key (district, size))",
        "create table document (
            district bigint not null, hash bytea not null, name text not null,
            media text not null, salt bytea not null, content bytea not null,
            primary key (district, hash))",
        "create table private_value (
            district bigint not null, number bigint not null, name text not null,
            salt bytea not null, value bytea not null,
            primary key (district, number, name))",
    ],
};

const SEARCH: Migration = Migration {
    version: 2,
    name: "an index of words",
    statements: &[
        "create table indexed (
            district bigint not null, records bigint not null,
            primary key (district))",
        "create table entry (
            district bigint not null, matter bigint not null, position bigint not null,
            name text not null,
            primary key (district, matter))",
        "create index entry_name on entry (district, name, matter)",
        "create table words (
            district bigint not null, matter bigint not null, words text not null,
            primary key (district, matter))",
        "create index words_words on words (district, words)",
    ],
};

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($name),* }
        $($(#[$doc])* pub const $name: Statement = Statement {
            at: Place::$name as usize,
            name: stringify!($name),
            text: $text,
        };)*
        /// Every statement, in the order of [`Statement::at`].
        pub const ALL: &[Statement] = &[$($name),*];
    };
}

statements! {
    /// Every district. The one statement that spans them, for administration only.
    DISTRICTS = "select district from head order by district";
    /// Begins a district.
    HEAD_INSERT = "insert into head (district, size, root, frontier, matters, attempts, waiting)
        values ($1, 0, $2, $3, 0, 0, $4) on conflict (district) do nothing";
    /// Locks the head of a district: the row is written, so any engine holds it to the end.
    HEAD_LOCK = "update head set attempts = attempts where district = $1
        returning frontier, matters, attempts, waiting";
    /// Writes the head.
    HEAD_WRITE = "update head set size = $2, root = $3, frontier = $4, matters = $5, attempts = $6,
        waiting = $7 where district = $1";
    /// Reads the head.
    HEAD_READ = "select size, root, matters, attempts from head where district = $1";
    /// Reads the head with the edge of its tree, and the last act.
    HEAD_CHECK = "select h.size, h.root, h.frontier, a.leaf from head h
        left join act a on a.district = h.district and a.number = h.size
        where h.district = $1";

    /// Finds what acts share.
    BASIS_FIND = "select id from basis where district = $1 and bytes = $2";
    /// What acts share, by its number: for an engine that reads acts without joining it.
    BASIS_READ = "select bytes from basis where district = $1 and id = $2";
    /// The next number for what acts share; taken under the lock of the head.
    BASIS_NEXT = "select coalesce(max(id), 0) + 1 from basis where district = $1";
    /// Keeps what acts share.
    BASIS_INSERT = "insert into basis (district, id, bytes) values ($1, $2, $3)";

    /// Keeps an act, its bytes without what acts share.
    ACT_INSERT = "insert into act (district, number, before, client, leaf, basis, bytes)
        values ($1, $2, $3, $4, $5, $6, $7)";
    /// One act.
    ACT_READ = "select a.number, a.leaf, a.bytes, b.bytes from act a
        left join basis b on b.district = a.district and b.id = a.basis
        where a.district = $1 and a.number = $2";
    /// Acts in order.
    ACT_PAGE = "select a.number, a.leaf, a.bytes, b.bytes from act a
        left join basis b on b.district = a.district and b.id = a.basis
        where a.district = $1 and a.number >= $2 order by a.number limit $3";
    /// The act of a client's name.
    ACT_CLIENT = "select a.number, a.leaf, a.bytes, b.bytes from act a
        left join basis b on b.district = a.district and b.id = a.basis
        where a.district = $1 and a.client = $2";
    /// So many acts of a matter, back from one of them.
    ACT_CHAIN = "with recursive chain (district, number, before, leaf, basis, bytes, more) as (
            select district, number, before, leaf, basis, bytes, cast($3 as bigint) from act
            where district = $1 and number = $2
            union all
            select a.district, a.number, a.before, a.leaf, a.basis, a.bytes, c.more - 1
            from chain c join act a on a.district = c.district and a.number = c.before
            where a.district = $1 and c.more > 1)
        select c.number, c.leaf, c.bytes, b.bytes from chain c
        left join basis b on b.district = c.district and b.id = c.basis order by c.number";
    /// A tile of leaves.
    ACT_LEAVES = "select leaf from act where district = $1 and number > $2 and number <= $3
        order by number";

    /// A tile of nodes.
    NODE_READ = "select hashes from node where district = $1 and level = $2 and tile = $3";
    /// Writes a tile of nodes.
    NODE_WRITE = "insert into node (district, level, tile, hashes) values ($1, $2, $3, $4)
        on conflict (district, level, tile) do update set hashes = excluded.hashes";

    /// A matter by name.
    MATTER_READ = "select id, key, position, last, procedure, version, graph, title, parties,
        state, opened_at, last_at, wake, duties from matter where district = $1 and id = $2";
    /// Writes a new matter.
    MATTER_INSERT = "insert into matter (district, key, id, position, last, procedure, version,
        graph, title, parties, state, opened_at, last_at, wake, duties)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    /// Moves a matter on when nothing else of it changed: no index is touched.
    MATTER_ADVANCE = "update matter set position = $3, last = $4, last_at = $5, duties = $6
        where district = $1 and key = $2";
    /// Moves a matter on and sets its alarm.
    MATTER_ADVANCE_WAKE = "update matter set position = $3, last = $4, last_at = $5, duties = $6,
        wake = $7 where district = $1 and key = $2";
    /// Writes a matter.
    MATTER_UPDATE = "update matter set position = $3, last = $4, procedure = $5, version = $6,
        graph = $7, title = $8, parties = $9, state = $10, opened_at = $11, last_at = $12,
        wake = $13, duties = $14 where district = $1 and key = $2";
    /// Matters, the latest begun first.
    MATTER_LIST = "select id, key, position, last, procedure, version, graph, title, parties,
        state, opened_at, last_at, wake, duties from matter
        where district = $1 and key < $2
        and (procedure = $3 or $3 = '') and (state = $4 or $4 < 0)
        order by key desc limit $5";
    /// What matters owe, in the order of their alarms, behind an alarm and a key.
    MATTER_DUE = "select id, key, wake, duties from matter
        where district = $1 and wake <= $2 and (wake, key) > ($3, $4)
        order by wake, key limit $5";
    /// What one matter owes.
    MATTER_OWES = "select id, key, wake, duties from matter where district = $1 and id = $2";
    /// Drops the matters with what they owe.
    MATTER_CLEAR = "delete from matter where district = $1";

    /// Begins the index of words of a district.
    INDEX_INSERT = "insert into indexed (district, records) values ($1, 0)
        on conflict (district) do nothing";
    /// Locks the index of words: the row is written, so any engine holds it to the end.
    INDEX_LOCK = "update indexed set records = records where district = $1 returning records";
    /// How many records were indexed.
    INDEX_READ = "select records from indexed where district = $1";
    /// Writes how many records were indexed.
    INDEX_WRITE = "update indexed set records = $2 where district = $1";
    /// Drops how many records were indexed.
    INDEX_CLEAR = "delete from indexed where district = $1";
    /// Up to which of its records a matter was indexed.
    ENTRY_READ = "select position from entry where district = $1 and matter = $2";
    /// Writes the name of a matter, and up to which of its records it was indexed.
    ENTRY_WRITE = "insert into entry (district, matter, position, name) values ($1, $2, $3, $4)
        on conflict (district, matter) do update
        set position = excluded.position, name = excluded.name";
    /// Drops the names of matters.
    ENTRY_CLEAR = "delete from entry where district = $1";
    /// Writes the words of a matter, as the engine reads them; see `spelling.rs`.
    WORDS_WRITE = "insert into words (district, matter, words)
        values ($1, $2, cast($3 as text)::tsvector)
        on conflict (district, matter) do update set words = excluded.words";
    /// Drops the words of matters.
    WORDS_CLEAR = "delete from words where district = $1";
    /// Matters whose names lie behind a name and a key and before another name.
    SEARCH_NAMES = "select m.id, m.key, m.position, m.last, m.procedure, m.version, m.graph,
        m.title, m.parties, m.state, m.opened_at, m.last_at, m.wake, m.duties from entry e
        join matter m on m.district = e.district and m.key = e.matter
        where e.district = $1 and (e.name, e.matter) > ($2, $3) and e.name < $4
        and (m.procedure = $5 or $5 = '') and (m.state = $6 or $6 < 0)
        order by e.name, e.matter limit $7";
    /// Matters with these words, the latest begun first.
    SEARCH_WORDS = "select m.id, m.key, m.position, m.last, m.procedure, m.version, m.graph,
        m.title, m.parties, m.state, m.opened_at, m.last_at, m.wake, m.duties from words w
        join matter m on m.district = w.district and m.key = w.matter
        where w.district = $1 and w.words @@ cast($2 as text)::tsquery and w.matter < $3
        and (m.procedure = $4 or $4 = '') and (m.state = $5 or $5 < 0)
        order by w.matter desc limit $6";

    /// The snapshot of a matter.
    SNAPSHOT_READ = "select s.position, s.graph, s.bytes from matter m
        join snapshot s on s.district = m.district and s.matter = m.key
        where m.district = $1 and m.id = $2";
    /// Writes the snapshot of a matter.
    SNAPSHOT_WRITE = "insert into snapshot (district, matter, position, graph, bytes)
        values ($1, $2, $3, $4, $5)
        on conflict (district, matter) do update
        set position = excluded.position, graph = excluded.graph, bytes = excluded.bytes";
    /// Drops the snapshots.
    SNAPSHOT_CLEAR = "delete from snapshot where district = $1";

    /// Adds to a counter that exists.
    COUNTER_ADD = "update counter set value = value + $4
        where district = $1 and figure = $2 and period = $3";
    /// Begins a counter.
    COUNTER_INSERT = "insert into counter (district, figure, period, value)
        values ($1, $2, $3, $4)";
    /// All counters as far as they are written, and what waits in the head.
    COUNTER_LIST = "select figure, period, value, cast(null as bytea) from counter
        where district = $1
        union all select '', '', 0, waiting from head where district = $1";
    /// Drops the counters.
    COUNTER_CLEAR = "delete from counter where district = $1";

    /// Notes an attempt.
    ATTEMPT_INSERT = "insert into attempt (district, number, matter, act, person, role, organ,
        tried_at, rules) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Attempts in order.
    ATTEMPT_PAGE = "select number, matter, act, person, role, organ, tried_at, rules from attempt
        where district = $1 and number > $2 order by number limit $3";

    /// Keeps a checkpoint.
    CHECKPOINT_WRITE = "insert into checkpoint (district, size, note) values ($1, $2, $3)
        on conflict (district, size) do update set note = excluded.note";
    /// All checkpoints.
    CHECKPOINT_LIST = "select note from checkpoint where district = $1 order by size";
    /// The first checkpoint that covers a size.
    CHECKPOINT_FROM = "select note from checkpoint where district = $1 and size >= $2
        order by size limit 1";
    /// The largest checkpoint.
    CHECKPOINT_LATEST = "select note from checkpoint where district = $1
        order by size desc limit 1";

    /// Keeps a paper.
    DOCUMENT_INSERT = "insert into document (district, hash, name, media, salt, content)
        values ($1, $2, $3, $4, $5, $6) on conflict (district, hash) do nothing";
    /// A paper.
    DOCUMENT_READ = "select name, media, salt, content from document
        where district = $1 and hash = $2";
    /// Destroys a paper.
    DOCUMENT_DESTROY = "delete from document where district = $1 and hash = $2";

    /// Keeps a personal value.
    PRIVATE_INSERT = "insert into private_value (district, number, name, salt, value)
        values ($1, $2, $3, $4, $5)";
    /// The personal values of an act.
    PRIVATE_READ = "select name, salt, value from private_value
        where district = $1 and number = $2 order by name";
    /// Destroys a personal value.
    PRIVATE_DESTROY = "delete from private_value
        where district = $1 and number = $2 and name = $3";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    /// Whether a statement begins at the district: its first key column, or its first condition.
    fn starts_from_district(text: &str) -> bool {
        let text = words(text).join(" ");
        match text.split_once(" where ") {
            Some((_, condition)) => {
                let unaliased = condition.get(2..).filter(|_| condition[1..].starts_with('.'));
                unaliased.unwrap_or(condition).starts_with("district = $1")
            }
            None => {
                let (_, columns) = text.split_once('(').unwrap_or_default();
                columns.starts_with("district, ") && text.contains("values ($1, ")
            }
        }
    }

    #[test]
    fn every_statement_starts_from_the_district() {
        for statement in ALL.iter().filter(|statement| statement.name != "DISTRICTS") {
            assert!(starts_from_district(statement.text), "{}", statement.name);
        }
    }

    #[test]
    fn every_join_stays_in_the_district() {
        for statement in ALL {
            let joins = statement.text.matches(" join ").count();
            let on = words(statement.text).join(" ");
            let kept = on.matches(".district = ").count() - usize::from(joins > 0);
            assert!(joins == 0 || kept >= joins, "{}", statement.name);
        }
    }

    #[test]
    fn every_table_has_the_district_first_in_every_key_and_nothing_null() {
        for text in MIGRATIONS.iter().flat_map(|migration| migration.statements) {
            let text = words(text).join(" ");
            if text.starts_with("create table") {
                assert!(text.contains("( district bigint not null,"), "{text}");
                let columns = text.matches(" bigint").count()
                    + text.matches(" text").count()
                    + text.matches(" bytea").count();
                assert_eq!(columns, text.matches(" not null").count(), "{text}");
            }
            let keys = text.matches("primary key (").count() + text.matches("unique (").count();
            let begun =
                text.matches("key (district").count() + text.matches("unique (district").count();
            assert_eq!(keys, begun, "{text}");
            assert!(!text.starts_with("create index") || text.contains("(district, "), "{text}");
        }
    }

    #[test]
    fn no_statement_uses_what_one_engine_only_has() {
        let banned = [
            "autoincrement",
            "serial",
            "now()",
            "random()",
            "trigger",
            "merge ",
            "integer",
            "current_",
            "rowid",
            "json",
            "for update",
            "glob",
            "ilike",
        ];
        for statement in ALL {
            let text = statement.text.to_lowercase();
            let found = banned.iter().find(|word| text.contains(**word));
            assert_eq!(found, None, "{}", statement.name);
        }
    }

    #[test]
    fn upserts_set_only_what_was_excluded() {
        for statement in ALL {
            let text = words(statement.text).join(" ");
            let Some((_, set)) = text.split_once(" do update set ") else { continue };
            for assignment in set.split(", ") {
                let (column, value) = assignment.split_once(" = ").expect("an assignment");
                assert_eq!(value, format!("excluded.{column}"), "{}", statement.name);
            }
        }
    }

    #[test]
    fn parameters_are_numbered_without_gaps() {
        for statement in ALL {
            let mut numbers: Vec<usize> = statement
                .text
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>())
                .map(|digits| digits.parse().expect("a number"))
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{}", statement.name);
        }
    }

    #[test]
    fn names_lead_to_their_statements() {
        for (at, statement) in ALL.iter().enumerate() {
            assert_eq!(statement.at, at);
        }
    }
}

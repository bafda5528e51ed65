//! How do the engines differ?
//!
//! One text serves all of them ([`crate::sql`]). Where an engine needs a word of its own it is put in
//! here and nowhere else, so this file is the whole list of what an engine gets that another does
//! not.
//!
//! Takes a text of `sql.rs`; gives it as an engine reads it.
//!
//! Not here: running anything.
//!
//! Next: `sql.rs`.

use std::borrow::Cow;

use crate::sql::{self, HEAD_LOCK, Statement};

/// An engine that speaks SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, also under Citus.
    Postgres,
}

/// The tables SQLite numbers by itself: with large rows, which in a tree of keys would spill over.
const LARGE: [&str; 6] = ["head", "act", "basis", "node", "snapshot", "document"];

/// What SQLite is told in words of its own. It numbers the rows of a table of acts by their place, the
/// district above 43 bits of the act's number: that is the order of the primary key without a second
/// tree to keep it, and a page less to write for each act. No number reaches the last of 43 bits.
/// The head is only read, because a transaction is the only writer from its first moment. Acts come with
/// the number of what they share: hundreds in a row share the same, which is read once.
const PLACED: [(Statement, &str); 11] = [
    (HEAD_LOCK, "select frontier, matters, attempts, waiting from head where district = ?1"),
    (
        sql::HEAD_CHECK,
        "select h.size, h.root, h.frontier, a.leaf from head h
        left join act a on a.place = (?1 << 43) + h.size where h.district = ?1",
    ),
    (
        sql::ACT_INSERT,
        "insert into act (place, district, number, before, client, leaf, basis, bytes)
        values ((?1 << 43) + ?2, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    ),
    (
        sql::ACT_READ,
        "select number, leaf, bytes, basis from act
        where place = (?1 << 43) + min(?2, (1 << 43) - 1)",
    ),
    (
        sql::ACT_PAGE,
        "select number, leaf, bytes, basis from act
        where place >= (?1 << 43) + min(?2, (1 << 43) - 1) and place < (?1 + 1) << 43
        order by place limit ?3",
    ),
    (
        sql::ACT_CLIENT,
        "select number, leaf, bytes, basis from act where district = ?1 and client = ?2",
    ),
    (
        sql::ACT_CHAIN,
        "with recursive chain (number, before, leaf, basis, bytes, more) as (
            select number, before, leaf, basis, bytes, ?3 from act
            where place = (?1 << 43) + ?2
            union all
            select a.number, a.before, a.leaf, a.basis, a.bytes, c.more - 1
            from chain c join act a on a.place = (?1 << 43) + c.before where c.more > 1)
        select number, leaf, bytes, basis from chain order by number",
    ),
    (
        sql::ACT_LEAVES,
        "select leaf from act where place > (?1 << 43) + min(?2, (1 << 43) - 1)
        and place <= (?1 << 43) + min(?3, (1 << 43) - 1) order by place",
    ),
    (sql::WORDS_WRITE, "insert or replace into words (rowid, word) values ((?1 << 43) + ?2, ?3)"),
    (sql::WORDS_CLEAR, "delete from words where rowid >= ?1 << 43 and rowid < (?1 + 1) << 43"),
    (
        sql::SEARCH_WORDS,
        "select m.id, m.key, m.position, m.last, m.procedure, m.version, m.graph,
        m.title, m.parties, m.state, m.opened_at, m.last_at, m.wake, m.duties from words w
        cross join matter m on m.district = ?1 and m.key = w.rowid - (?1 << 43)
        where w.word match ?2 and w.rowid >= ?1 << 43 and w.rowid < (?1 << 43) + ?3
        and (m.procedure = ?4 or ?4 = '') and (m.state = ?5 or ?5 < 0)
        order by w.rowid desc limit ?6",
    ),
];

/// SQLite's index of words. It keeps no text, and where words end is told by spaces alone.
const WORDS: &str = "create virtual table words using fts5(word, content = '',
    contentless_delete = 1, tokenize = 'ascii')";

/// PostgreSQL's. It has no other key to begin with, so each word begins with the district.
const VECTORS: &str = "create index words_words on words using gin (words)";

/// How full PostgreSQL leaves the pages of tables whose rows are written again and again: a new form
/// of a row finds room beside the old one and no index is touched. The heads are few and always in
/// motion, so each gets a page of its own.
const ROOM: [(&str, u8); 5] =
    [("head", 10), ("matter", 85), ("counter", 60), ("snapshot", 85), ("entry", 85)];

impl Dialect {
    /// A statement.
    pub fn statement(self, statement: &Statement) -> Cow<'static, str> {
        match self {
            Self::Sqlite => match PLACED.iter().find(|(placed, _)| placed == statement) {
                Some((_, text)) => Cow::Borrowed(*text),
                None => self.text(statement.text),
            },
            // An update that changes nothing would leave a dead row with each commit.
            Self::Postgres if *statement == HEAD_LOCK => {
                let lock =
                    "select frontier, matters, attempts, waiting from head where district = $1";
                Cow::Owned(format!("{lock} for update"))
            }
            Self::Postgres => self.text(statement.text),
        }
    }

    /// A text that changes no schema.
    pub fn text(self, text: &'static str) -> Cow<'static, str> {
        match self {
            // SQLite takes `$2` for a name, and numbers names as it meets them.
            Self::Sqlite => Cow::Owned(text.replace('$', "?")),
            Self::Postgres => Cow::Borrowed(text),
        }
    }

    /// A text that makes a table or an index.
    pub fn schema(self, text: &'static str) -> Cow<'static, str> {
        if text.starts_with("create index words_words ") {
            // SQLite's table is the index already.
            return Cow::Borrowed(if self == Self::Sqlite { "" } else { VECTORS });
        }
        let Some((table, _)) =
            text.strip_prefix("create table ").and_then(|rest| rest.split_once([' ', '(']))
        else {
            return Cow::Borrowed(text);
        };
        match self {
            Self::Sqlite if table == "words" => Cow::Borrowed(WORDS),
            Self::Sqlite if table == "act" => {
                let keyed = text.replace("primary key (district, number),", "");
                Cow::Owned(keyed.replacen('(', "(place integer primary key,", 1))
            }
            // SQLite would otherwise number the rows and keep the key in a second tree, a page more
            // for each row written.
            Self::Sqlite if !LARGE.contains(&table) => Cow::Owned(format!("{text} without rowid")),
            Self::Sqlite => Cow::Borrowed(text),
            // Text compares by bytes, whatever the database was made with.
            Self::Postgres => {
                let text = text.replace(" words text not null", " words tsvector not null");
                let text = text.replace(" text not null", " text collate \"C\" not null");
                Cow::Owned(match ROOM.iter().find(|(roomy, _)| *roomy == table) {
                    Some((_, percent)) => format!("{text} with (fillfactor = {percent})"),
                    None => text,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{ALL, MIGRATIONS};

    fn tables(dialect: Dialect) -> impl Iterator<Item = Cow<'static, str>> {
        let texts = MIGRATIONS.iter().flat_map(|migration| migration.statements);
        texts.map(move |text| dialect.schema(text)).filter(|text| text.starts_with("create table"))
    }

    #[test]
    fn what_an_engine_needs_of_its_own_names_tables_that_are_there() {
        let own = tables(Dialect::Sqlite).filter(|text| !text.ends_with(" without rowid"));
        assert_eq!(own.count(), LARGE.len());
        let roomy = tables(Dialect::Postgres).filter(|text| text.contains("fillfactor"));
        assert_eq!(roomy.count(), ROOM.len());
    }

    #[test]
    fn only_the_table_of_acts_has_places() {
        let placed =
            tables(Dialect::Sqlite).filter(|text| text.contains("place integer primary key"));
        let placed: Vec<_> = placed.collect();
        assert!(placed.len() == 1 && !placed[0].contains("(district, number)"), "{placed:?}");
        let has_place = |text: &str| text.contains("place") || text.contains("?1 << 43) + ");
        let without = PLACED.iter().filter(|(_, text)| !has_place(text));
        let without: Vec<_> = without.map(|(one, _)| one.name).collect();
        assert_eq!(without, ["HEAD_LOCK", "ACT_CLIENT", "WORDS_CLEAR"]);
    }

    #[test]
    fn text_compares_by_bytes_on_every_engine() {
        for text in tables(Dialect::Postgres) {
            assert_eq!(text.matches(" text ").count(), text.matches(" text collate \"C\"").count());
        }
    }

    #[test]
    fn one_statement_is_another_on_postgresql() {
        let others = ALL.iter().filter(|one| Dialect::Postgres.statement(one) != one.text);
        assert_eq!(others.map(|one| one.name).collect::<Vec<_>>(), ["HEAD_LOCK"]);
    }
}

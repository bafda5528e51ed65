//! How does SQLite say what `store::sql` says for every engine?
//!
//! Numbered parameters are spelt `?2` for `$2`, which SQLite would take for a name and number by first
//! appearance. Beyond that, whatever costs a page or a tree less for each act in SQLite alone:
//!
//! - small rows stand in the tree of their primary key (`without rowid`);
//! - acts are numbered rows, found by their place: the district above 43 bits of number. That is the
//!   order of their primary key, without a second tree that keeps it;
//! - the head is locked by `begin immediate`, so it is only read.
//!
//! Takes texts of `store::sql`; gives texts for SQLite that mean the same.
//!
//! Not here: running them (`run.rs`).

use std::borrow::Cow;
use std::sync::LazyLock;

use store::sql::{self, ALL, Statement};

/// Tables of large rows, which in a tree of keys would spill over.
const LARGE: [&str; 5] = ["act", "basis", "node", "snapshot", "document"];

/// Statements with a text of their own. No number reaches the last of 43 bits.
const OWN: [(Statement, &str); 6] = [
    (sql::HEAD_LOCK, "select frontier, matters, attempts from head where district = ?1"),
    (
        sql::HEAD_CHECK,
        "select h.size, h.root, h.frontier, a.leaf from head h
        left join act a on a.place = (?1 << 43) + h.size where h.district = ?1",
    ),
    (
        sql::ACT_INSERT,
        "insert into act (place, district, number, matter, position, client, leaf, basis, bytes)
        values ((?1 << 43) + ?2, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    ),
    (
        sql::ACT_READ,
        "select a.number, a.leaf, a.bytes, b.bytes from act a
        left join basis b on b.district = a.district and b.id = a.basis
        where a.place = (?1 << 43) + min(?2, (1 << 43) - 1)",
    ),
    (
        sql::ACT_PAGE,
        "select a.number, a.leaf, a.bytes, b.bytes from act a
        left join basis b on b.district = a.district and b.id = a.basis
        where a.place >= (?1 << 43) + min(?2, (1 << 43) - 1) and a.place < (?1 + 1) << 43
        order by a.place limit ?3",
    ),
    (
        sql::ACT_LEAVES,
        "select leaf from act where place > (?1 << 43) + min(?2, (1 << 43) - 1)
        and place <= (?1 << 43) + min(?3, (1 << 43) - 1) order by place",
    ),
];

static SPELT: LazyLock<Vec<String>> = LazyLock::new(|| ALL.iter().map(spell).collect());

/// A statement as SQLite is given it.
pub fn spelt(statement: &Statement) -> &'static str {
    &SPELT[statement.at]
}

fn spell(statement: &Statement) -> String {
    match OWN.iter().find(|(own, _)| own == statement) {
        Some((_, text)) => (*text).to_owned(),
        None => numbered(statement.text),
    }
}

/// A text with its parameters numbered as SQLite does.
pub(crate) fn numbered(text: &str) -> String {
    text.replace('$', "?")
}

/// A text that makes a table or an index.
pub(crate) fn schema(text: &str) -> Cow<'_, str> {
    let Some(rest) = text.strip_prefix("create table ") else {
        return Cow::Borrowed(text);
    };
    if let Some(columns) = rest.strip_prefix("act (") {
        let columns = columns.replace("primary key (district, number),", "");
        return Cow::Owned(format!("create table act (place integer primary key, {columns}"));
    }
    match LARGE.iter().any(|table| rest.starts_with(table)) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{text} without rowid")),
    }
}

//! How are an entry and a wish spelt for an engine's index of words?
//!
//! Each engine keeps words its own way and reads its own language of wishes. Neither is given text to
//! cut up: both get the words of `words.rs`, which hold letters, digits and our signs only, so nothing in
//! them can be taken for the language.
//!
//! SQLite (FTS5) reads words between spaces. PostgreSQL reads words with their positions; there the
//! district stands before each word, because its index has no other key to begin with.
//!
//! Takes entries and wishes; gives the values of `WORDS_WRITE` and `SEARCH_WORDS`.
//!
//! Not here: the statements (`sql.rs`).
//!
//! Next: `sql.rs`.

use std::collections::BTreeMap;
use std::fmt::Write;

use ledger::District;

use crate::dialect::Dialect;
use crate::index::{BREAK, Entry};
use crate::search::Wanted;

/// How many places of one word PostgreSQL keeps.
const PLACES_MAX: usize = 255;

impl Dialect {
    /// The words of an entry.
    pub fn entry(self, district: District, entry: &Entry) -> String {
        match self {
            Self::Sqlite => entry.words.join(" "),
            Self::Postgres => vector(district, &entry.words),
        }
    }

    /// What is wanted.
    pub fn wish(self, district: District, wanted: &Wanted) -> String {
        let row = |row: &Vec<String>| match self {
            Self::Sqlite => format!("\"{}\"", row.join(" ")),
            Self::Postgres => {
                let words: Vec<String> = row.iter().map(|word| quoted(district, word)).collect();
                format!("({})", words.join(" <-> "))
            }
        };
        let (and, not) = match self {
            Self::Sqlite => (" AND ", " NOT "),
            Self::Postgres => (" & ", " & !"),
        };
        let all = |rows: &[Vec<String>]| rows.iter().map(row).collect::<Vec<_>>().join(and);
        match wanted.not_all.is_empty() {
            true => all(&wanted.all),
            false => format!("({}){not}({})", all(&wanted.all), all(&wanted.not_all)),
        }
    }
}

fn quoted(district: District, word: &str) -> String {
    format!("'{}/{word}'", district.0)
}

fn vector(district: District, words: &[String]) -> String {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| *word != BREAK) {
        places.entry(word).or_default().push(at + 1);
    }
    let mut vector = String::new();
    for (word, at) in places {
        vector.push_str(&quoted(district, word));
        for (nth, at) in at.iter().take(PLACES_MAX).enumerate() {
            let sign = if nth == 0 { ':' } else { ',' };
            write!(vector, "{sign}{at}").expect("text grows");
        }
        vector.push(' ');
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|word| (*word).to_owned()).collect()).collect()
    }

    #[test]
    fn each_engine_is_asked_in_its_own_language() {
        let wanted =
            Wanted { all: rows(&[&["元", "和"], &["路灯"]]), not_all: rows(&[&["§路灯"]]) };
        let district = District(320_507);
        assert_eq!(
            Dialect::Sqlite.wish(district, &wanted),
            r#"("元 和" AND "路灯") NOT ("§路灯")"#
        );
        assert_eq!(
            Dialect::Postgres.wish(district, &wanted),
            "(('320507/元' <-> '320507/和') & ('320507/路灯')) & !(('320507/§路灯'))"
        );
    }

    #[test]
    fn an_entry_keeps_the_places_of_its_words() {
        let words = ["b", BREAK, "a", "b"].map(str::to_owned).to_vec();
        let entry = Entry { key: 1, position: 1, name: String::new(), words };
        assert_eq!(Dialect::Sqlite.entry(District(1), &entry), "b ¶ a b");
        assert_eq!(Dialect::Postgres.entry(District(1), &entry), "'1/a':3 '1/b':1,4 ");
    }
}

//! What does a searcher ask?
//!
//! Words between gaps, all of which must be found in one matter; what stands in quotes, as it stands
//! there. A word that is the number of a document is that number and no other. A query of one word
//! also asks for the matters whose names begin with it.
//!
//! Whatever is typed is words and gaps: no character has a meaning for an engine, so no query can be
//! wrong, only empty or too long.
//!
//! Takes text; gives a [`Query`], which says of a text what of it is meant.
//!
//! Not here: how an engine is asked (`spelling.rs`).
//!
//! Next: `search.rs`.

use std::ops::Range;

use crate::words::{self, Cut, Number, Word, numbers, words};

/// How many things one query can ask for.
const CLAUSES_MAX: usize = 32;

/// How long a query can be, in characters.
const LENGTH_MAX: usize = 400;

/// What must be found in a matter: all clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    clauses: Vec<Clause>,
    name: Option<String>,
}

/// Words that stand in this order, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What they are words of.
    pub of: Of,
    /// The words; there is one at least.
    pub words: Vec<String>,
}

/// What words are words of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Any text of the matter.
    Text,
    /// The number of a document.
    Number,
}

/// What of a text is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How many clauses occur in it.
    pub clauses: usize,
    /// Their places, in order and apart.
    pub at: Vec<Range<usize>>,
}

/// Why nothing can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuery {
    /// It has no word.
    Empty,
    /// It is longer than one can mean.
    TooLong,
}

impl Query {
    /// Reads what was typed.
    pub fn read(text: &str) -> Result<Self, NoQuery> {
        if text.chars().count() > LENGTH_MAX {
            return Err(NoQuery::TooLong);
        }
        let parts = parts(text);
        let mut clauses: Vec<Clause> = Vec::new();
        for clause in parts.iter().flat_map(|part| part.clauses()) {
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        let name = match parts.as_slice() {
            [one] if !one.is_quoted => Some(words::name(one.text)).filter(|name| !name.is_empty()),
            _ => None,
        };
        match clauses.len() {
            0 => Err(NoQuery::Empty),
            1..=CLAUSES_MAX => Ok(Self { clauses, name }),
            _ => Err(NoQuery::TooLong),
        }
    }

    /// All that must be found.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// What the name of a matter that is meant begins with.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether a matter of this name is meant by it.
    pub fn names(&self, matter: &str) -> bool {
        self.name().is_some_and(|name| words::name(matter).starts_with(name))
    }

    /// What of a text is meant.
    pub fn marks(&self, text: &str) -> Marks {
        let (words, numbers) = (words(text, Cut::Within), numbers(text));
        let (mut clauses, mut at) = (0, Vec::new());
        for clause in &self.clauses {
            let before = at.len();
            match clause.of {
                Of::Text => at.extend(in_words(&words, &clause.words)),
                Of::Number => at.extend(in_numbers(&numbers, &clause.words)),
            }
            clauses += usize::from(at.len() > before);
        }
        Marks { clauses, at: joined(at) }
    }
}

fn in_words(words: &[Word], asked: &[String]) -> impl Iterator<Item = Range<usize>> {
    let fits = move |at: &&[Word]| at.iter().zip(asked).all(|(word, asked)| word.word == *asked);
    let place = |at: &[Word]| {
        let (from, to) = (at.iter().map(|w| w.at.start).min(), at.iter().map(|w| w.at.end).max());
        from.unwrap_or(0)..to.unwrap_or(0)
    };
    words.windows(asked.len()).filter(fits).map(place)
}

fn in_numbers(numbers: &[Number], asked: &[String]) -> impl Iterator<Item = Range<usize>> {
    numbers.iter().filter(|number| number.words.ends_with(asked)).map(|number| number.at.clone())
}

fn joined(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|mark| mark.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks {
        match apart.last_mut().filter(|last| mark.start <= last.end) {
            Some(last) => last.end = last.end.max(mark.end),
            None => apart.push(mark),
        }
    }
    apart
}

/// What stands between gaps, or in quotes.
#[derive(Clone, Copy, Debug)]
struct Part<'t> {
    text: &'t str,
    is_quoted: bool,
}

/// A quote that is not closed ends with the text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let is_quote = |c| matches!(c, '"' | '“' | '”' | '＂');
    let mut parts = Vec::new();
    for (at, piece) in text.split(is_quote).enumerate() {
        match at % 2 {
            0 => parts.extend(piece.split_whitespace().map(|text| Part { text, is_quoted: false })),
            _ => parts.push(Part { text: piece, is_quoted: true }),
        }
    }
    parts
}

impl Part<'_> {
    /// The numbers of documents in it, and what stands around them.
    fn clauses(&self) -> Vec<Clause> {
        let (mut clauses, mut from) = (Vec::new(), 0);
        for number in numbers(self.text) {
            clauses.extend(self.in_text(from..number.at.start));
            from = number.at.end;
            clauses.push(Clause { of: Of::Number, words: number.words });
        }
        clauses.extend(self.in_text(from..self.text.len()));
        clauses
    }

    fn in_text(&self, at: Range<usize>) -> Vec<Clause> {
        let text = &self.text[at];
        let all: Vec<Vec<String>> = match self.is_quoted {
            true => vec![words(text, Cut::Within).into_iter().map(|w| w.word).collect()],
            false => together(&words(text, Cut::Whole)),
        };
        let all = all.into_iter().filter(|words| !words.is_empty());
        all.map(|words| Clause { of: Of::Text, words }).collect()
    }
}

/// Each word by itself, but single characters that follow each other together: they are a name that
/// the dictionary does not know.
fn together(words: &[Word]) -> Vec<Vec<String>> {
    let is_single = |word: &Word| word.word.chars().nth(1).is_none();
    let follows =
        |one: &Word, next: &Word| is_single(one) && is_single(next) && one.at.end == next.at.start;
    let runs = words.chunk_by(follows);
    runs.map(|run| run.iter().map(|word| word.word.clone()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let query = Query::read(text).expect("a query");
        let one = |clause: &Clause| match clause.of {
            Of::Text => clause.words.join("+"),
            Of::Number => format!("#{}", clause.words.join("+")),
        };
        query.clauses.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_stand_alone_and_what_is_quoted_stands_together() {
        assert_eq!(read("路灯损坏　元和街道"), "路灯 损坏 元+和 街道");
        assert_eq!(read("“路灯损坏” 路灯"), "路灯+损坏 路灯");
        assert_eq!(read("\"听证会"), "听证+听证会");
        assert_eq!(read("路灯 路灯"), "路灯");
    }

    #[test]
    fn a_number_of_a_document_is_asked_for_as_one() {
        assert_eq!(read("苏相府复（2024）12号"), "#苏+相+府+复+2024n12");
        assert_eq!(read("〔2024〕12号文件"), "#2024n12 文件");
        assert_eq!(read("\"〔2024〕1号 路灯损坏\""), "#2024n1 路灯+损坏");
    }

    #[test]
    fn only_a_single_word_is_the_beginning_of_a_name() {
        let named = |text| Query::read(text).expect("a query").name().map(str::to_owned);
        assert_eq!(named("[2024]相行复"), Some(words::name("〔2024〕相行复")));
        assert_eq!((named("a b"), named("\"a\"")), (None, None));
        let query = Query::read("m-1").expect("a query");
        assert!(query.names("M-17") && !query.names("X-M-1"));
    }

    #[test]
    fn what_has_no_word_or_too_many_is_no_query() {
        for text in ["", "  ", "\"\"", "?*!(", "AND\u{301}".get(3..).expect("a mark")] {
            assert_eq!(Query::read(text), Err(NoQuery::Empty), "{text}");
        }
        assert_eq!(Query::read(&"路灯".repeat(300)), Err(NoQuery::TooLong));
        let many: Vec<String> = (0..40).map(|at| at.to_string()).collect();
        assert_eq!(Query::read(&many.join(" ")), Err(NoQuery::TooLong));
    }

    #[test]
    fn what_is_meant_is_marked_where_it_stands() {
        let marked = |query: &str, text: &'static str| -> Vec<&str> {
            Query::read(query)
                .expect("a query")
                .marks(text)
                .at
                .into_iter()
                .map(|m| &text[m])
                .collect()
        };
        assert_eq!(marked("听证 路灯", "路灯一案,要求听证会"), ["路灯", "听证"]);
        assert_eq!(marked("〔2024〕1号", "依〔2024〕12号、[2024]1号办理"), ["[2024]1号"]);
    }
}

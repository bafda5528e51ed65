//! Which words does a text have, and which numbers of documents?
//!
//! Chinese is written without spaces, so the words of a run of Chinese characters are those of a
//! dictionary; of longer words the words within are given too, in front. What the dictionary does not
//! know falls apart into single characters and is found as a row of them: no word is guessed, because
//! a guess differs with what stands around it. Letters and digits are one word from gap to gap.
//!
//! A number of a document names a year in brackets and ends in a serial number. It is one thing and
//! not some words: its year and serial number are kept as one word, and the characters in front one by
//! one, so that a number is never found by the beginning of another.
//!
//! Takes text as it was entered; gives words in one width and case, with their places in it.
//!
//! Not here: what a searcher means by words (`query.rs`).
//!
//! Next: `query.rs`.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::{Jieba, TokenizeMode};

/// Read when the first Chinese text is met, once.
static DICTIONARY: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// How long one word can be, in characters: longer runs are cut there.
const WORD_MAX: usize = 64;

/// How many characters of a document's number are looked for in front of its year.
const FRONT_MAX: usize = 16;

/// How many characters may stand between the year and the serial number.
const MIDDLE_MAX: usize = 16;

/// A word and where it stands, in bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub word: String,
    /// Its place.
    pub at: Range<usize>,
}

/// The number of a document in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The characters that lead to it, and last its year and serial number as one.
    pub words: Vec<String>,
    /// Its place.
    pub at: Range<usize>,
}

/// How finely Chinese is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Each word once.
    Whole,
    /// Before each long word, the words within it.
    Within,
}

/// The words of a text, in order.
pub fn words(text: &str, cut: Cut) -> Vec<Word> {
    let text = Folded::of(text);
    let mut found = Vec::new();
    for run in text.runs() {
        match text.kinds[run.start] {
            Kind::Gap => {}
            Kind::Other => found.extend(text.cut_each(run, WORD_MAX)),
            Kind::Han => found.extend(text.cut_by_dictionary(run, cut)),
        }
    }
    found
}

/// The numbers of documents in a text, in order.
pub fn numbers(text: &str) -> Vec<Number> {
    let text = Folded::of(text);
    let mut found = Vec::new();
    let (mut last_end, mut from) = (0, 0);
    while from < text.chars.len() {
        from += 1;
        if let Some((number, end)) = text.number_from(from - 1, last_end) {
            found.push(number);
            (last_end, from) = (end, end);
        }
    }
    found
}

/// A name in one width and case, without gaps and with one kind of brackets.
pub fn name(text: &str) -> String {
    let chars = text.chars().map(fold).filter(|c| !c.is_whitespace() && !c.is_control());
    let one = |c| match (is_opening(c), is_closing(c)) {
        (true, _) => '(',
        (_, true) => ')',
        _ => c,
    };
    chars.map(one).collect()
}

/// Of full width and half width, great and small letters, one.
fn fold(c: char) -> char {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    let mut small = narrow.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => narrow,
    }
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '〔' | '【' | '﹝' | '〖')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '〕' | '】' | '﹞' | '〗')
}

fn is_han(c: char) -> bool {
    let block = ['\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}', '\u{f900}'..='\u{faff}'];
    c == '〇'
        || block.iter().any(|block| block.contains(&c))
        || ('\u{20000}'..='\u{3ffff}').contains(&c)
}

/// What a character belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Han,
    Other,
    Gap,
}

/// A text in one width and case, character for character.
struct Folded {
    chars: Vec<char>,
    kinds: Vec<Kind>,
    /// Where each character begins in the text, and where the text ends.
    places: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().map(fold).collect();
        let kind = |c: &char| match c {
            c if is_han(*c) => Kind::Han,
            c if c.is_alphanumeric() => Kind::Other,
            _ => Kind::Gap,
        };
        let kinds = chars.iter().map(kind).collect();
        let places = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { chars, kinds, places }
    }

    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.kinds.chunk_by(|one, next| one == next).map(move |run| {
            let run = from..from + run.len();
            from = run.end;
            run
        })
    }

    fn word(&self, at: Range<usize>) -> Word {
        let place = self.places[at.start]..self.places[at.end];
        Word { word: self.chars[at].iter().collect(), at: place }
    }

    fn cut_each(&self, run: Range<usize>, length: usize) -> impl Iterator<Item = Word> {
        let end = run.end;
        run.step_by(length).map(move |from| self.word(from..end.min(from + length)))
    }

    fn cut_by_dictionary(&self, run: Range<usize>, cut: Cut) -> Vec<Word> {
        let text: String = self.chars[run.clone()].iter().collect();
        let mode = match cut {
            Cut::Whole => TokenizeMode::Default,
            Cut::Within => TokenizeMode::Search,
        };
        let cut = DICTIONARY.tokenize(&text, mode, false);
        cut.iter().map(|c| self.word(run.start + c.start..run.start + c.end)).collect()
    }

    /// The number whose bracket opens at a place, behind where the last one ended; and where it ends.
    fn number_from(&self, open: usize, last_end: usize) -> Option<(Number, usize)> {
        let year = self.year_in_brackets(open)?;
        let behind = open + 6;
        let (middle, serial, end) = self.serial_from(behind)?;
        let front = self.front_of(open).max(last_end);
        let mut words = self.one_by_one(front..open);
        words.extend(self.one_by_one(middle.clone()));
        // Whether anything stands between is part of the number.
        let joint = if middle.is_empty() { 'n' } else { 'm' };
        words.push(format!("{year}{joint}{serial}"));
        Some((Number { words, at: self.places[front]..self.places[end] }, end))
    }

    fn year_in_brackets(&self, open: usize) -> Option<String> {
        let inside = self.chars.get(open..open + 6)?;
        let is_year = is_opening(inside[0])
            && inside[1..5].iter().all(char::is_ascii_digit)
            && is_closing(inside[5]);
        is_year.then(|| inside[1..5].iter().collect())
    }

    /// What stands between year and serial number, the serial number, and where it ends.
    fn serial_from(&self, from: usize) -> Option<(Range<usize>, String, usize)> {
        let rest = &self.kinds[from..self.kinds.len().min(from + MIDDLE_MAX + 12)];
        let length = rest.iter().take_while(|kind| **kind != Kind::Gap).count();
        let is_digit = |at: &usize| self.chars[*at].is_ascii_digit();
        let ends = |at: &usize| self.chars[*at] == '号' && *at > from && is_digit(&(at - 1));
        let end = (from..from + length).find(ends)?;
        let digits = (from..end).rev().take_while(is_digit).count();
        let first = end - digits;
        let serial: String = self.chars[first..end].iter().skip_while(|c| **c == '0').collect();
        let is_ordinal = first > from && self.chars[first - 1] == '第';
        let middle = from..first - usize::from(is_ordinal);
        let is_one = middle.len() <= MIDDLE_MAX && digits <= 8;
        is_one.then(|| (middle, if serial.is_empty() { "0".into() } else { serial }, end + 1))
    }

    fn front_of(&self, open: usize) -> usize {
        let joined = |at: &usize| self.kinds[*at] != Kind::Gap;
        open - (0..open).rev().take(FRONT_MAX).take_while(joined).count()
    }

    /// Each Chinese character, and each run of others.
    fn one_by_one(&self, at: Range<usize>) -> Vec<String> {
        let start = at.start;
        let kinds = self.kinds[at].chunk_by(|one, next| *one == Kind::Other && one == next);
        let mut from = start;
        kinds
            .map(|run| {
                let word = self.chars[from..from + run.len()].iter().collect();
                from += run.len();
                word
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, cut: Cut) -> String {
        words(text, cut).iter().map(|w| w.word.clone()).collect::<Vec<_>>().join(" ")
    }

    fn numbered(text: &str) -> Vec<String> {
        numbers(text).iter().map(|n| n.words.join(" ")).collect()
    }

    #[test]
    fn words_within_long_words_stand_in_front_of_them() {
        assert_eq!(said("要求听证会", Cut::Within), "要求 听证 听证会");
        assert_eq!(said("要求听证会", Cut::Whole), "要求 听证会");
    }

    #[test]
    fn what_the_dictionary_does_not_know_falls_into_characters_wherever_it_stands() {
        for text in ["元和", "元和街道", "在元和路灯下"] {
            assert!(said(text, Cut::Within).contains("元 和"), "{text}");
        }
    }

    #[test]
    fn width_and_case_make_no_word_another() {
        assert_eq!(said("ＡＢ１２－x９", Cut::Whole), "ab12 x9");
        assert_eq!(said("AB12-X9", Cut::Within), "ab12 x9");
        assert_eq!(name("[2024] 相行复第２１号"), name("〔2024〕相行复第21号"));
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "，路灯Ａ坏";
        let found: Vec<&str> =
            words(text, Cut::Whole).iter().map(|w| &text[w.at.clone()]).collect();
        assert_eq!(found, ["路灯", "Ａ", "坏"]);
        let text = "见“甲〔2024〕1号”";
        let number = numbers(text).remove(0);
        assert_eq!(&text[number.at], "甲〔2024〕1号");
    }

    #[test]
    fn the_number_of_a_document_is_one_whatever_its_brackets() {
        let same = ["苏相府复〔2024〕12号", "苏相府复[2024]012号", "苏相府复（２０２４）第12号"];
        for text in same {
            assert_eq!(numbered(text), ["苏 相 府 复 2024n12"], "{text}");
        }
        assert_eq!(
            numbered("见〔2024〕1号、〔2023〕苏0507行初12号。"),
            ["见 2024n1", "苏 0507 行 初 2023m12"]
        );
        assert_eq!(numbered("〔2024〕1号〔2024〕2号"), ["2024n1", "2024n2"]);
        for text in ["〔2024〕", "2024年12号", "〔2024〕号", "〔20245〕1号", "〔2024〕 1号"]
        {
            assert_eq!(numbered(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_run_without_end_is_cut() {
        let long = "x".repeat(200);
        assert_eq!(words(&long, Cut::Whole).iter().map(|w| w.word.len()).max(), Some(WORD_MAX));
    }
}

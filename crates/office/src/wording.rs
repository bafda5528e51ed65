//! The sentences users read, looked up by key from `wording/*.txt`.
//!
//! Crates pass values; only here do they become text, so that a translator or a clerk can change a
//! sentence without reading Rust. A refusal always has four parts: what was not done, which
//! article, which fact, what is possible now.
//!
//! Next: `explain.rs`, which turns kernel values into these sentences.

use std::collections::HashMap;

/// A language users can choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl std::str::FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            other => Err(format!("no language `{other}`; there are zh and en")),
        }
    }
}

/// All sentences of one language.
#[derive(Clone, Debug)]
pub struct Wording {
    /// The language.
    pub lang: Lang,
    texts: HashMap<&'static str, &'static str>,
}

impl Wording {
    /// The sentences of the language.
    pub fn new(lang: Lang) -> Self {
        let text = match lang {
            Lang::Zh => include_str!("../wording/zh.txt"),
            Lang::En => include_str!("../wording/en.txt"),
        };
        Self::of(lang, text)
    }

    /// The sentences of a wording file, one a line as `key = text`.
    pub fn of(lang: Lang, text: &'static str) -> Self {
        let lines = text.lines().filter(|l| !l.starts_with('#'));
        let texts = lines.filter_map(|l| l.split_once(" = ")).collect();
        Self { lang, texts }
    }

    /// The sentence of the key with its facts filled in.
    ///
    /// # Panics
    /// If the key is in no wording file: a fault of the program, found by the test that renders
    /// every key.
    pub fn say(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let text = self.texts.get(key).unwrap_or_else(|| panic!("no wording for `{key}`"));
        facts.iter().fold((*text).to_owned(), |text, (name, fact)| {
            text.replace(&format!("{{{name}}}"), fact)
        })
    }

    /// The parts joined as a list.
    pub fn list(&self, parts: &[String]) -> String {
        parts.join(self.texts["list.comma"])
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<_> = self.texts.keys().copied().collect();
        keys.sort_unstable();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys_and_facts() {
        let (zh, en) = (Wording::new(Lang::Zh), Wording::new(Lang::En));
        assert_eq!(zh.keys(), en.keys());
        let facts = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|p| Some(p.split_once('}')?.0.to_owned()))
                .collect();
            names.sort();
            names
        };
        for key in zh.keys() {
            assert_eq!(facts(zh.texts[key]), facts(en.texts[key]), "{key}");
        }
    }
}

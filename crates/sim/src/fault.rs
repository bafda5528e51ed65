//! Why a simulation was not begun, or stopped, in the four parts of every error.
//!
//! The sentences stand in `wording/zh.txt` and `wording/en.txt`, by key.

use std::collections::HashMap;

use office::Lang;
use store::StoreError;
use thiserror::Error;

/// Why nothing was written, or no more.
#[derive(Debug, Error)]
pub enum SimError {
    /// What the plans imply cannot be: each sentence names the relation it breaks.
    #[error("{}", .0.join("\n"))]
    Impossible(Vec<String>),
    /// The office answered otherwise than the plan says; what was sealed before stays.
    #[error("{0}")]
    Unexpected(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All sentences of one language.
pub(crate) struct Words(HashMap<&'static str, &'static str>);

impl Words {
    pub fn new(lang: Lang) -> Self {
        let text = match lang {
            Lang::Zh => include_str!("../wording/zh.txt"),
            Lang::En => include_str!("../wording/en.txt"),
        };
        let lines = text.lines().filter(|l| !l.starts_with('#'));
        Self(lines.filter_map(|l| l.split_once(" = ")).collect())
    }

    /// The sentence of the key with its facts filled in.
    pub fn say(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let text = self.0.get(key).unwrap_or_else(|| panic!("no wording for `{key}`"));
        let filled =
            |text: String, (name, fact): &(&str, &str)| text.replace(&format!("{{{name}}}"), fact);
        facts.iter().fold(text.replace("\\n", "\n"), filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let keys = |lang| {
            let mut keys: Vec<_> = Words::new(lang).0.into_keys().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(Lang::Zh), keys(Lang::En));
    }
}

//! The sentences of an import, by key from `zh.txt` and `en.txt`.

use std::collections::HashMap;

use content::mapping::Column;
use office::Lang;

/// All sentences of one language.
pub(super) struct Words {
    pub lang: Lang,
    texts: HashMap<&'static str, &'static str>,
}

impl Words {
    pub fn new(lang: Lang) -> Self {
        let text = match lang {
            Lang::Zh => include_str!("zh.txt"),
            Lang::En => include_str!("en.txt"),
        };
        let lines = text.lines().filter(|l| !l.starts_with('#'));
        Self { lang, texts: lines.filter_map(|l| l.split_once(" = ")).collect() }
    }

    /// The sentence of the key with its facts filled in.
    pub fn say(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let text = self.texts.get(key).unwrap_or_else(|| panic!("no wording for `{key}`"));
        facts.iter().fold(text.replace("\\n", "\n"), |text, (name, fact)| {
            text.replace(&format!("{{{name}}}"), fact)
        })
    }

    /// Fault of a cell that must be filled in. The name of a unique column's fault is about numbers
    /// that occur twice, so a missing one is called missing.
    pub fn missing(&self, column: &Column) -> String {
        let own = column.defect.clone().filter(|_| !column.unique);
        own.unwrap_or_else(|| self.say("rule.missing", &[("column", &column.name)]))
    }

    /// Fault of a value that may not occur twice.
    pub fn duplicate(&self, column: &Column) -> String {
        let own = column.defect.clone();
        own.unwrap_or_else(|| self.say("rule.duplicate", &[("column", &column.name)]))
    }

    /// Fault of a cell that cannot be read.
    pub fn unreadable(&self, column: &Column) -> String {
        let own = column.defect.clone().filter(|_| !column.unique);
        own.unwrap_or_else(|| self.say("rule.unreadable", &[("column", &column.name)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let keys = |lang| {
            let mut keys: Vec<_> = Words::new(lang).texts.into_keys().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(Lang::Zh), keys(Lang::En));
    }
}

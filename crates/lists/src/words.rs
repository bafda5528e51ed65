//! The headings and states of lists, by key, from `wording/*.txt`.

use office::{Lang, Wording};

/// The wording of the language.
pub(crate) fn words(lang: Lang) -> Wording {
    let text = match lang {
        Lang::Zh => include_str!("../wording/zh.txt"),
        Lang::En => include_str!("../wording/en.txt"),
    };
    Wording::of(lang, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        assert_eq!(words(Lang::Zh).keys(), words(Lang::En).keys());
    }
}

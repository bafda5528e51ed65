//! The sentences of the pages, by key, from `wording/*.txt`.

use office::{Lang, Wording};

/// The sentences of the language.
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

    #[test]
    fn every_key_of_a_template_has_its_sentence() {
        let known = words(Lang::Zh).keys();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut asked = 0;
        for entry in std::fs::read_dir(folder).expect("the templates are there").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a template is text");
            for key in text.split("t(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.contains(&key), "{key} in {:?}", entry.path());
                asked += 1;
            }
        }
        assert!(asked > 20, "the templates were read");
    }
}

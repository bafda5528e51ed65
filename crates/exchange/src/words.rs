//! The sentences of faults and losses, by key from `wording/`.

/// A language of the sentences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// What fills the holes of a sentence.
pub(crate) type Facts = Vec<(&'static str, String)>;

/// The sentence of the key with its facts filled in.
pub(crate) fn say(lang: Lang, key: &str, facts: &Facts) -> String {
    let text = sentences(lang).find(|(k, _)| *k == key).map(|(_, text)| text);
    let text = text.unwrap_or_else(|| panic!("no wording for `{key}`"));
    facts.iter().fold(text.to_owned(), |t, (name, fact)| t.replace(&format!("{{{name}}}"), fact))
}

fn sentences(lang: Lang) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = match lang {
        Lang::Zh => include_str!("../wording/zh.txt"),
        Lang::En => include_str!("../wording/en.txt"),
    };
    text.lines().filter_map(|l| l.split_once(" = "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let keys = |lang| sentences(lang).map(|(k, _)| k).collect::<Vec<_>>();
        assert_eq!(keys(Lang::Zh), keys(Lang::En));
    }

    #[test]
    fn every_key_of_the_code_has_a_sentence() {
        let code = [
            include_str!("diagram.rs"),
            include_str!("editor.rs"),
            include_str!("fault.rs"),
            include_str!("portal.rs"),
            include_str!("time.rs"),
            include_str!("write.rs"),
            include_str!("xml.rs"),
            include_str!("lib.rs"),
        ];
        for key in sentences(Lang::En).map(|(k, _)| k).filter(|k| *k != "fault") {
            let quoted = format!("\"{key}\"");
            assert!(code.iter().any(|c| c.contains(&quoted)), "nothing says {key}");
        }
    }
}

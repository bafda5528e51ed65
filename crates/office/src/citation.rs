//! Writes a citation as people read it.
//!
//! `name@version#12.3.(4)` becomes the statute's name with version, article, paragraph and item, in
//! Chinese numerals or in English.

use crate::wording::Lang;

/// The citation for reading; anything that is not of the form is given back as it is.
pub fn article(citation: &str, lang: Lang) -> String {
    let Some((statute, place)) = citation.split_once('#') else { return citation.to_owned() };
    let Some((name, version)) = statute.split_once('@') else { return citation.to_owned() };
    let mut parts = place.split('.');
    let first = parts.next().unwrap_or_default();
    match lang {
        Lang::Zh => {
            parts.fold(format!("《{name}》({version})第{}条", numeral(first)), |text, part| {
                match part.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
                    Some(item) => format!("{text}第({})项", numeral(item)),
                    None => format!("{text}第{}款", numeral(part)),
                }
            })
        }
        Lang::En => parts.fold(format!("{name} ({version}) art. {first}"), |text, part| match part
            .starts_with('(')
        {
            true => format!("{text}{part}"),
            false => format!("{text}({part})"),
        }),
    }
}

/// Chinese numerals for 1 to 9999; other text is given back as it is.
fn numeral(text: &str) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let Ok(n @ 1..=9999) = text.parse::<usize>() else { return text.to_owned() };
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / unit % 10;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(DIGITS[0]);
            gap = false;
        }
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push(DIGITS[digit]);
        }
        out += name;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_with_paragraph_and_item_reads_in_chinese_numerals() {
        let text = article("行政处罚法@2021#64.1.(10)", Lang::Zh);
        assert_eq!(text, "《行政处罚法》(2021)第六十四条第一款第(十)项");
    }

    #[test]
    fn numerals_keep_their_zeros() {
        let read = |n: &str| numeral(n);
        assert_eq!(
            [read("10"), read("12"), read("105"), read("110")],
            ["十", "十二", "一百零五", "一百一十"]
        );
    }
}

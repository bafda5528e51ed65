//! Text that a spreadsheet program would take for a formula.
//!
//! A cell of CSV that begins with one of these signs is computed when the file is opened, whoever wrote
//! it. An apostrophe in front makes it text; who reads such a file again takes it off. A workbook
//! needs neither: there a text is a text.

/// What begins a formula, or is passed over before one.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\u{FF1D}', '\u{FF0B}'];
const APOSTROPHE: char = '\'';

/// Whether a spreadsheet program may compute the text. Signs alone, as they stand for "nothing", compute
/// nothing.
fn begins_formula(text: &str) -> bool {
    text.starts_with(SIGNS) && text.contains(|c: char| !SIGNS.contains(&c))
}

/// The text as it can stand in CSV.
pub fn guarded(text: &str) -> std::borrow::Cow<'_, str> {
    match begins_formula(text) {
        true => format!("{APOSTROPHE}{text}").into(),
        false => text.into(),
    }
}

/// The text as it was before [`guarded`].
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix(APOSTROPHE).filter(|rest| begins_formula(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_formula_is_text_and_comes_back_as_it_was() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "-甲", "=\"x\""] {
            assert_eq!(guarded(text), format!("'{text}"));
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "-", "--", "甲-乙", "1=1", "'甲", "'tis"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }
}

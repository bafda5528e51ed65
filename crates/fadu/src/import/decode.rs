//! From bytes to text: which of the accepted encodings is it?
//!
//! UTF-8 is tried first, with or without its mark; text of another encoding is hardly ever valid
//! UTF-8.

use content::mapping::Mapping;
use encoding_rs::{DecoderResult, GB18030};

use super::words::Words;

/// The text of the file, or why it has none.
pub(super) fn text(bytes: &[u8], mapping: &Mapping, words: &Words) -> Result<String, String> {
    let accepts = |name: &str| mapping.encodings.iter().any(|e| e == name);
    let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let known = mapping.encodings.join(", ");
    let error = match std::str::from_utf8(plain) {
        Ok(text) if accepts("UTF-8") => return Ok(text.to_owned()),
        Ok(_) => return Err(words.say("file.utf8", &[("known", &known)])),
        Err(error) => error,
    };
    if accepts("GB18030")
        && !bytes.contains(&0)
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return Ok(text.into_owned());
    }
    // The encoding that reads the most is the one meant.
    let read =
        error.valid_up_to().max(gb18030_up_to(plain).filter(|_| accepts("GB18030")).unwrap_or(0));
    let before = plain[..read].iter().filter(|b| **b == b'\n').count();
    let line = (before + 1).to_string();
    Err(words.say("file.encoding", &[("line", &line), ("known", &known)]))
}

/// How many bytes can be read as GB18030; `None` where all of them can.
fn gb18030_up_to(bytes: &[u8]) -> Option<usize> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len())?;
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::Malformed(..), read) => Some(read),
        _ => None,
    }
}

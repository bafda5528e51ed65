//! How do values become bytes, so that any two machines write the same ones?
//!
//! RFC 8785 (JCS) narrowed: integers only, no null, no floats, at most [`MAX_DEPTH`] levels. Takes
//! values and gives bytes, and the reverse. Reading is strict: whatever [`encode`] would not have
//! written (a space, a doubled or unsorted key, a needless escape, `1.0`) is refused at its byte,
//! so bytes that parse are the bytes that were hashed.
//!
//! Not here: what the members of a record mean (`encode.rs`).
//!
//! Next: `encode.rs`.

use thiserror::Error;

use crate::hash::Hash;
use crate::value::{Fields, Value};

/// How deep lists and maps may nest. Deeper input is refused before it can exhaust a stack.
pub const MAX_DEPTH: usize = 64;

/// Why a value cannot be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EncodeError {
    /// An integer that JSON readers would round.
    #[error(
        "nothing was written: the integer {0} lies outside ±(2^53 − 1), which JSON readers round; write it as text"
    )]
    Integer(i64),
    /// Lists and maps nest too deep.
    #[error("nothing was written: values nest deeper than {MAX_DEPTH} levels; flatten them")]
    TooDeep,
}

/// Why bytes are not canonical, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "the bytes were not read: at byte {at}: {fault}; only bytes written by the canonical rules (RFC 8785, integers only) are read"
)]
pub struct DecodeError {
    /// The offset of the first byte that does not fit.
    pub at: usize,
    /// What is wrong there.
    pub fault: DecodeFault,
}

/// What can be wrong with a byte of input.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeFault {
    /// Not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// The input ends too early.
    #[error("the input ends here")]
    Ended,
    /// Something else was expected.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A key that is not greater than the one before it.
    #[error("the key {0:?} is repeated or out of order")]
    Key(String),
    /// A number with a fraction, an exponent, a leading zero or too many digits.
    #[error("not an integer within ±(2^53 − 1) in its shortest form")]
    Integer,
    /// An escape the canonical form does not use, or an unescaped control character.
    #[error("a character is not written in its one canonical way")]
    Character,
    /// Lists and maps nest too deep.
    #[error("values nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Bytes after the end.
    #[error("the value has ended and bytes follow")]
    Trailing,
    /// A format this crate does not know.
    #[error("format {0} is not known to this version")]
    Format(i64),
    /// A member that is written although the canonical form leaves it out.
    #[error("the member {0:?} must be left out when it says nothing")]
    Empty(&'static str),
}

/// Writes a value in its one canonical form.
pub fn encode(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::with_capacity(256);
    writer.value(value)?;
    Ok(writer.into_bytes())
}

/// Reads a value from its one canonical form.
pub fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(bytes)?;
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Writes canonical bytes piece by piece. Keys are the caller's care.
pub(crate) struct Writer {
    out: Vec<u8>,
    depth: usize,
}

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), depth: 0 }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Writes text that needs no escape: punctuation and constant keys.
    pub(crate) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn hash(&mut self, hash: &Hash) {
        self.out.push(b'"');
        hash.write(&mut self.out);
        self.out.push(b'"');
    }

    pub(crate) fn integer(&mut self, integer: i64) -> Result<(), EncodeError> {
        if !(Value::MIN_INTEGER..=Value::MAX_INTEGER).contains(&integer) {
            return Err(EncodeError::Integer(integer));
        }
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = integer.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if integer < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        self.out.extend_from_slice(&digits[at..]);
        Ok(())
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let mut plain = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if !is_plain(byte) {
                self.out.extend_from_slice(&bytes[plain..at]);
                self.escape(byte);
                plain = at + 1;
            }
        }
        self.out.extend_from_slice(&bytes[plain..]);
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        match short_escape(byte) {
            Some(letter) => self.out.extend_from_slice(&[b'\\', letter]),
            None => {
                let hex = b"0123456789abcdef";
                let (high, low) = (hex[usize::from(byte >> 4)], hex[usize::from(byte & 15)]);
                self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
    }

    pub(crate) fn value(&mut self, value: &Value) -> Result<(), EncodeError> {
        match value {
            Value::Text(text) => self.text(text),
            Value::Integer(integer) => self.integer(*integer)?,
            Value::Bool(true) => self.raw("true"),
            Value::Bool(false) => self.raw("false"),
            Value::List(list) => self.list(list, Self::value)?,
            Value::Map(map) => self.fields(map)?,
        }
        Ok(())
    }

    pub(crate) fn fields(&mut self, fields: &Fields) -> Result<(), EncodeError> {
        self.deeper(|writer| {
            let mut before = "{";
            for (key, value) in fields.iter() {
                writer.raw(before);
                writer.text(key);
                writer.raw(":");
                writer.value(value)?;
                before = ",";
            }
            writer.raw(if before == "{" { "{}" } else { "}" });
            Ok(())
        })
    }

    /// Writes a list, each item by a function.
    pub(crate) fn list<T>(
        &mut self,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.deeper(|writer| {
            let mut before = "[";
            for item in items {
                writer.raw(before);
                write(writer, item)?;
                before = ",";
            }
            writer.raw(if before == "[" { "[]" } else { "]" });
            Ok(())
        })
    }

    fn deeper(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EncodeError::TooDeep);
        }
        write(self)?;
        self.depth -= 1;
        Ok(())
    }
}

/// Reads canonical bytes piece by piece.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let text = std::str::from_utf8(bytes).map_err(|error| DecodeError {
            at: error.valid_up_to(),
            fault: DecodeFault::NotUtf8,
        })?;
        Ok(Self { text, at: 0, depth: 0 })
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn fail<T>(&self, fault: DecodeFault) -> Result<T, DecodeError> {
        Err(DecodeError { at: self.at, fault })
    }

    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.at == self.text.len() { Ok(()) } else { self.fail(DecodeFault::Trailing) }
    }

    /// Steps over a constant if it comes next.
    pub(crate) fn take(&mut self, constant: &str) -> bool {
        let here = self.text.as_bytes()[self.at..].starts_with(constant.as_bytes());
        if here {
            self.at += constant.len();
        }
        here
    }

    pub(crate) fn expect(&mut self, constant: &'static str) -> Result<(), DecodeError> {
        if self.take(constant) {
            Ok(())
        } else if self.at == self.text.len() {
            self.fail(DecodeFault::Ended)
        } else {
            self.fail(DecodeFault::Expected(constant))
        }
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, DecodeError> {
        let hash = self.text.get(self.at + 1..self.at + 1 + Hash::SPELLING).and_then(Hash::parse);
        let quoted = self.peek() == Some(b'"')
            && self.text.as_bytes().get(self.at + 1 + Hash::SPELLING) == Some(&b'"');
        match hash {
            Some(hash) if quoted => {
                self.at += Hash::SPELLING + 2;
                Ok(hash)
            }
            _ => self.fail(DecodeFault::Expected("a hash of 43 base64url characters")),
        }
    }

    pub(crate) fn integer(&mut self) -> Result<i64, DecodeError> {
        let rest = &self.text[self.at..];
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let length = rest.len() - digits.len() + count;
        let (number, next) = rest.split_at(length);
        let short = number == "0" || count > 0 && !digits.starts_with('0');
        match number.parse::<i64>() {
            Ok(value)
                if short
                    && (Value::MIN_INTEGER..=Value::MAX_INTEGER).contains(&value)
                    && !next.starts_with(['.', 'e', 'E']) =>
            {
                self.at += length;
                Ok(value)
            }
            _ => self.fail(DecodeFault::Integer),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, DecodeError> {
        let raw = self.raw_text()?;
        Ok(if raw.contains('\\') { unescape(raw) } else { raw.to_owned() })
    }

    /// Reads text without undoing its escapes. Equal texts have equal raw forms.
    pub(crate) fn raw_text(&mut self) -> Result<&'a str, DecodeError> {
        if self.peek() != Some(b'"') {
            return self.fail(if self.peek().is_none() {
                DecodeFault::Ended
            } else {
                DecodeFault::Expected("text")
            });
        }
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        loop {
            at += bytes[at..].iter().take_while(|&&byte| is_plain(byte)).count();
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(&self.text[start..at]);
                }
                Some(b'\\') => match escape_length(&bytes[at..]) {
                    Some(length) => at += length,
                    None => {
                        return Err(DecodeError { at, fault: DecodeFault::Character });
                    }
                },
                Some(_) => {
                    return Err(DecodeError { at, fault: DecodeFault::Character });
                }
                None => {
                    return Err(DecodeError { at, fault: DecodeFault::Ended });
                }
            }
        }
    }

    pub(crate) fn value(&mut self) -> Result<Value, DecodeError> {
        match self.peek() {
            Some(b'"') => self.text().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.integer().map(Value::Integer),
            Some(b't') => self.expect("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.expect("false").map(|()| Value::Bool(false)),
            Some(b'[') => self.list(Self::value).map(Value::List),
            Some(b'{') => self.fields().map(Value::Map),
            Some(_) => self.fail(DecodeFault::Expected("a value")),
            None => self.fail(DecodeFault::Ended),
        }
    }

    pub(crate) fn fields(&mut self) -> Result<Fields, DecodeError> {
        self.enter("{")?;
        let mut fields = Fields::new();
        while !self.take("}") {
            if !fields.is_empty() {
                self.expect(",")?;
            }
            let at = self.at;
            let key = self.text()?;
            self.expect(":")?;
            let value = self.value()?;
            fields
                .push_last(key, value)
                .map_err(|key| DecodeError { at, fault: DecodeFault::Key(key) })?;
        }
        self.depth -= 1;
        Ok(fields)
    }

    pub(crate) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.enter("[")?;
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(read(self)?);
        }
        self.depth -= 1;
        Ok(items)
    }

    fn enter(&mut self, bracket: &'static str) -> Result<(), DecodeError> {
        if self.depth == MAX_DEPTH {
            return self.fail(DecodeFault::TooDeep);
        }
        self.depth += 1;
        self.expect(bracket)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

fn short_escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        _ => return None,
    })
}

/// The length of a canonical escape; `None` for one the canonical form does not use.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => Some(2),
        b'u' => {
            let control = control_character(bytes.get(2..6)?)?;
            short_escape(control).is_none().then_some(6)
        }
        _ => None,
    }
}

/// The control character that four lower-case hexadecimal digits name.
fn control_character(hex: &[u8]) -> Option<u8> {
    let low = match hex[3] {
        digit @ b'0'..=b'9' => digit - b'0',
        letter @ b'a'..=b'f' => letter - b'a' + 10,
        _ => return None,
    };
    match &hex[..3] {
        b"000" => Some(low),
        b"001" => Some(low + 16),
        _ => None,
    }
}

/// Undoes the escapes of a raw text that was already checked.
pub(crate) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest.as_bytes()[at..];
        let length = escape_length(escape).expect("the reader checked every escape");
        text.push(char::from(match escape[1] {
            b'b' => 0x08,
            b't' => 0x09,
            b'n' => 0x0A,
            b'f' => 0x0C,
            b'r' => 0x0D,
            b'u' => control_character(&escape[2..6]).expect("the reader checked every escape"),
            same => same,
        }));
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    text
}

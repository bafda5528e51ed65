//! Reads canonical bytes piece by piece, and refuses at the first byte that is not canonical.
//!
//! Takes bytes; gives values, or only checks them where they lie ([`Kept`]). Strict by construction:
//! nothing is skipped, every piece has one spelling, so whoever reads to the end has read the bytes
//! the writer would write.
//!
//! Not here: what members mean.
//!
//! Next: `lying.rs` for values that stay in their bytes, `decode.rs` for records.

use std::cmp::Ordering;

use crate::canonical::{DecodeError, DecodeFault, MAX_DEPTH, plain, short_escape};
use crate::hash::Hash;
use crate::lying::Text;
use crate::value::{Fields, Value, utf16_order};

/// What is left of a value that was read: the value itself, or nothing where it is only checked.
pub(crate) trait Kept: Sized {
    /// What is left of a key.
    type Key;
    fn key(text: Text<'_>) -> Self::Key;
    fn text(text: Text<'_>) -> Self;
    fn integer(integer: i64) -> Self;
    fn bool(bool: bool) -> Self;
    fn list(list: Vec<Self>) -> Self;
    fn map(fields: Vec<(Self::Key, Self)>) -> Self;
}

impl Kept for Value {
    type Key = String;

    fn key(text: Text<'_>) -> String {
        text.read().into_owned()
    }

    fn text(text: Text<'_>) -> Self {
        Self::Text(text.read().into_owned())
    }

    fn integer(integer: i64) -> Self {
        Self::Integer(integer)
    }

    fn bool(bool: bool) -> Self {
        Self::Bool(bool)
    }

    fn list(list: Vec<Self>) -> Self {
        Self::List(list)
    }

    fn map(fields: Vec<(String, Self)>) -> Self {
        Self::Map(Fields::sorted(fields))
    }
}

/// Lists of nothing take no memory: checking allocates nothing.
impl Kept for () {
    type Key = ();

    fn key(_: Text<'_>) {}
    fn text(_: Text<'_>) {}
    fn integer(_: i64) {}
    fn bool(_: bool) {}
    fn list(_: Vec<Self>) {}
    fn map(_: Vec<((), Self)>) {}
}

/// A place in canonical bytes, moved on by what is read.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    /// The bytes as far as they are UTF-8.
    utf8: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let first = || bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let utf8 = simdutf8::basic::from_utf8(bytes).unwrap_or_else(|_| first());
        Self { bytes, utf8, at: 0, depth: 0 }
    }

    pub(crate) fn within(utf8: &'a str) -> Self {
        Self { bytes: utf8.as_bytes(), utf8, at: 0, depth: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn fail<T>(&self, fault: DecodeFault) -> Result<T, DecodeError> {
        Err(DecodeError { at: self.at, fault })
    }

    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.at == self.bytes.len() { Ok(()) } else { self.fail(DecodeFault::Trailing) }
    }

    /// Steps over a constant if it comes next.
    pub(crate) fn take(&mut self, constant: &str) -> bool {
        let here = self.bytes[self.at..].starts_with(constant.as_bytes());
        if here {
            self.at += constant.len();
        }
        here
    }

    pub(crate) fn expect(&mut self, constant: &'static str) -> Result<(), DecodeError> {
        if self.take(constant) {
            Ok(())
        } else if self.at == self.bytes.len() {
            self.fail(DecodeFault::Ended)
        } else {
            self.fail(DecodeFault::Expected(constant))
        }
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, DecodeError> {
        let spelling = self.bytes.get(self.at..self.at + Hash::SPELLING + 2);
        let quoted = spelling.and_then(|quoted| quoted.strip_prefix(b"\"")?.strip_suffix(b"\""));
        match quoted.and_then(Hash::read) {
            Some(hash) => {
                self.at += Hash::SPELLING + 2;
                Ok(hash)
            }
            None => self.fail(DecodeFault::Expected("a hash of 43 base64url characters")),
        }
    }

    pub(crate) fn integer(&mut self) -> Result<i64, DecodeError> {
        let rest = &self.bytes[self.at..];
        let negative = rest.first() == Some(&b'-');
        let digits = &rest[usize::from(negative)..];
        // Sixteen digits hold every integer allowed; a seventeenth is left over and refused.
        let count = digits.iter().take(17).take_while(|digit| digit.is_ascii_digit()).count();
        let value =
            digits[..count].iter().fold(0i64, |value, digit| value * 10 + i64::from(digit - b'0'));
        let short = count > 0 && (digits[0] != b'0' || count == 1 && !negative);
        let whole = !matches!(digits.get(count), Some(b'.' | b'e' | b'E' | b'0'..=b'9'));
        if !short || !whole || value > Value::MAX_INTEGER {
            return self.fail(DecodeFault::Integer);
        }
        self.at += usize::from(negative) + count;
        Ok(if negative { -value } else { value })
    }

    pub(crate) fn bool(&mut self) -> Result<bool, DecodeError> {
        if self.take("true") {
            return Ok(true);
        }
        self.expect("false").map(|()| false)
    }

    /// Reads text and leaves it where it lies.
    pub(crate) fn text(&mut self) -> Result<Text<'a>, DecodeError> {
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return self.fail(DecodeFault::Expected("text")),
            None => return self.fail(DecodeFault::Ended),
        }
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            at += plain(&self.bytes[at..]);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let length = escape_length(&self.bytes[at..]);
                    at += length.ok_or(DecodeError { at, fault: DecodeFault::Character })?;
                    escaped = true;
                }
                Some(_) => return Err(DecodeError { at, fault: DecodeFault::Character }),
                None => return Err(DecodeError { at, fault: DecodeFault::Ended }),
            }
        }
        let not_utf8 = || DecodeError { at: self.utf8.len(), fault: DecodeFault::NotUtf8 };
        let raw = self.utf8.get(start..at).ok_or_else(not_utf8)?;
        self.at = at + 1;
        Ok(Text::new(raw, escaped))
    }

    pub(crate) fn value<V: Kept>(&mut self) -> Result<V, DecodeError> {
        match self.peek() {
            Some(b'"') => self.text().map(V::text),
            Some(b'-' | b'0'..=b'9') => self.integer().map(V::integer),
            Some(b't' | b'f') => self.bool().map(V::bool),
            Some(b'[') => self.list(Self::value).map(V::list),
            Some(b'{') => self.fields().map(V::map),
            Some(_) => self.fail(DecodeFault::Expected("a value")),
            None => self.fail(DecodeFault::Ended),
        }
    }

    /// A map; each key sorts after the one before it.
    pub(crate) fn fields<V: Kept>(&mut self) -> Result<Vec<(V::Key, V)>, DecodeError> {
        self.enter("{")?;
        let (mut fields, mut last) = (Vec::new(), None);
        while !self.take("}") {
            if last.is_some() {
                self.expect(",")?;
            }
            let at = self.at;
            let key = self.text()?;
            self.expect(":")?;
            let value = self.value()?;
            if last.is_some_and(|last| !sorts_before(last, key)) {
                return Err(DecodeError { at, fault: DecodeFault::Key(key.read().into_owned()) });
            }
            last = Some(key);
            fields.push((V::key(key), value));
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

    /// What was read since a place.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.utf8[start..self.at]
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

fn sorts_before(left: Text<'_>, right: Text<'_>) -> bool {
    utf16_order(&left.read(), &right.read()) == Ordering::Less
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

//! Reads canonical bytes piece by piece, and refuses at the first byte that is not canonical.
//!
//! Takes bytes; gives values. Strict by construction: nothing is skipped, every piece has one
//! spelling, so whoever reads to the end has read the bytes the writer would write.
//!
//! Not here: what members mean.
//!
//! Next: `decode.rs`.

use crate::canonical::{DecodeError, DecodeFault, MAX_DEPTH, is_plain, short_escape};
use crate::hash::Hash;
use crate::value::{Fields, Value};

/// A place in canonical bytes, moved on by what is read.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, depth: 0 }
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

    pub(crate) fn text(&mut self) -> Result<String, DecodeError> {
        let (raw, escaped) = self.quoted()?;
        Ok(if escaped { unescape(raw) } else { raw.to_owned() })
    }

    /// Reads text without undoing its escapes. Equal texts have equal raw forms.
    pub(crate) fn raw_text(&mut self) -> Result<&'a str, DecodeError> {
        self.quoted().map(|(raw, _)| raw)
    }

    /// What stands between quotes, and whether it has escapes.
    fn quoted(&mut self) -> Result<(&'a str, bool), DecodeError> {
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return self.fail(DecodeFault::Expected("text")),
            None => return self.fail(DecodeFault::Ended),
        }
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            at += self.bytes[at..].iter().take_while(|&&byte| is_plain(byte)).count();
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
        let raw = std::str::from_utf8(&self.bytes[start..at]).map_err(|error| DecodeError {
            at: start + error.valid_up_to(),
            fault: DecodeFault::NotUtf8,
        })?;
        self.at = at + 1;
        Ok((raw, escaped))
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
        self.bytes.get(self.at).copied()
    }
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

//! Writes canonical bytes piece by piece.
//!
//! Takes values in canonical order; gives bytes. On the path of every act, so it allocates one buffer.
//!
//! Not here: the order of keys, which [`Fields`] keeps and constant keys have by construction.
//!
//! Next: `encode.rs`.

use crate::canonical::{EncodeError, MAX_DEPTH, plain, short_escape};
use crate::hash::Hash;
use crate::value::{Fields, Value};

/// A buffer that grows by canonical pieces. The order of keys is the caller's care.
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
        let mut rest = text.as_bytes();
        loop {
            let (as_is, escaped) = rest.split_at(plain(rest));
            self.out.extend_from_slice(as_is);
            let Some((&byte, after)) = escaped.split_first() else { break };
            self.escape(byte);
            rest = after;
        }
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

//! What do checked bytes say, without copying any of it?
//!
//! A log is verified by reading every record once and keeping none. So texts, maps and lists can be
//! left where they lie: a [`Text`], a [`FieldsRef`] or a [`ValueRef`] is a piece of bytes the reader
//! has already found canonical, read further only when somebody asks.
//!
//! Not here: checking (`reader.rs`). Next: `decode.rs`.

use std::borrow::Cow;

use crate::canonical::DecodeError;
use crate::reader::{Reader, unescape};
use crate::value::{Fields, Value};

const CHECKED: &str = "the bytes were checked when the piece was made";

/// A text as it lies in canonical bytes. Equal texts have equal raw forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// What stands between the quotes, escapes and all.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Whether it says this.
    pub fn is(&self, text: &str) -> bool {
        if self.escaped { unescape(self.raw) == text } else { self.raw == text }
    }

    /// The text.
    pub fn read(&self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// A value as it lies in canonical bytes.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
    /// Text.
    Text(Text<'a>),
    /// An integer.
    Integer(i64),
    /// Yes or no.
    Bool(bool),
    /// A list or a map.
    Nested(Nested<'a>),
}

impl<'a> ValueRef<'a> {
    pub(crate) fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = r.at();
        match r.peek() {
            Some(b'"') => r.text().map(Self::Text),
            Some(b'-' | b'0'..=b'9') => r.integer().map(Self::Integer),
            Some(b't' | b'f') => r.bool().map(Self::Bool),
            _ => r.value::<()>().map(|()| Self::Nested(Nested(r.since(start)))),
        }
    }

    /// The value, copied out.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.read().into_owned()),
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Nested(Nested(text)) => Reader::within(text).value().expect(CHECKED),
        }
    }
}

/// A list or a map as it lies in canonical bytes.
#[derive(Clone, Copy, Debug)]
pub struct Nested<'a>(&'a str);

/// A map as it lies in canonical bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldsRef<'a>(&'a str);

impl<'a> FieldsRef<'a> {
    pub(crate) fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = r.at();
        r.fields::<()>()?;
        Ok(Self(r.since(start)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() <= "{}".len()
    }

    /// All fields in canonical order.
    pub fn iter(&self) -> impl Iterator<Item = (Text<'a>, ValueRef<'a>)> {
        let mut r = Reader::within(self.0);
        std::iter::from_fn(move || {
            // What stands before each field is `{` or `,`; after the last, nothing but `}`.
            (r.take("{") || r.take(",")).then_some(())?;
            (r.peek() != Some(b'}')).then(|| field(&mut r).expect(CHECKED))
        })
    }

    /// The value of a field.
    pub fn get(&self, key: &str) -> Option<ValueRef<'a>> {
        self.iter().find(|(name, _)| name.is(key)).map(|(_, value)| value)
    }

    /// The map, copied out.
    pub fn to_fields(&self) -> Fields {
        if self.is_empty() {
            return Fields::new();
        }
        Fields::sorted(Reader::within(self.0).fields::<Value>().expect(CHECKED))
    }
}

fn field<'a>(r: &mut Reader<'a>) -> Result<(Text<'a>, ValueRef<'a>), DecodeError> {
    let key = r.text()?;
    r.expect(":")?;
    Ok((key, ValueRef::read(r)?))
}

/// A list of things of one kind as it lies in canonical bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ListRef<'a>(&'a str);

impl<'a> ListRef<'a> {
    /// Checks a list of which each item is read by `read`.
    pub fn read<T>(
        r: &mut Reader<'a>,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let start = r.at();
        r.list(|r| read(r).map(|_| ()))?;
        Ok(Self(r.since(start)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() <= "[]".len()
    }

    /// The items, read once more.
    pub fn to_vec<T>(self, read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>) -> Vec<T> {
        if self.is_empty() {
            return Vec::new();
        }
        Reader::within(self.0).list(read).expect(CHECKED)
    }
}

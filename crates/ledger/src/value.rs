//! What may a record hold? Text, integers, truth values, lists and maps: nothing that two machines
//! could write differently.
//!
//! Takes and gives plain values. [`Fields`] keeps its keys in the order of the canonical bytes
//! (UTF-16 code units, RFC 8785 §3.2.3), so that encoding is one pass and needs no sorting.
//!
//! Not here: floats and null (they have no single meaning in a legal record), and bytes on the
//! wire, which are in `canonical.rs`.
//!
//! Next: `canonical.rs`.

use std::cmp::Ordering;

/// One value of a payload. Opaque to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text exactly as entered; the ledger normalises nothing.
    Text(String),
    /// An integer between [`Value::MIN_INTEGER`] and [`Value::MAX_INTEGER`].
    Integer(i64),
    /// Yes or no.
    Bool(bool),
    /// An ordered list.
    List(Vec<Value>),
    /// A map from text keys.
    Map(Fields),
}

impl Value {
    /// The greatest integer every JSON reader keeps exactly (RFC 7493 §2.2).
    pub const MAX_INTEGER: i64 = (1 << 53) - 1;
    /// The least such integer.
    pub const MIN_INTEGER: i64 = -Self::MAX_INTEGER;

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Fields> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<Vec<Value>> for Value {
    fn from(list: Vec<Value>) -> Self {
        Self::List(list)
    }
}

impl From<Fields> for Value {
    fn from(map: Fields) -> Self {
        Self::Map(map)
    }
}

/// A map from text keys to values, kept in canonical order; each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fields(Vec<(String, Value)>);

impl Fields {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field, and gives back what stood there before.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.position(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// The value of a field.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).ok().map(|at| &self.0[at].1)
    }

    /// Takes a field out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.position(key).ok().map(|at| self.0.remove(at).1)
    }

    /// All fields in canonical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fields that are in canonical order already, each key once.
    pub(crate) fn sorted(fields: Vec<(String, Value)>) -> Self {
        Self(fields)
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| utf16_order(held, key))
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        let mut map = Self::new();
        for (key, value) in fields {
            map.insert(key, value);
        }
        map
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Fields {
    fn from(fields: [(K, V); N]) -> Self {
        fields.into_iter().collect()
    }
}

impl IntoIterator for Fields {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Compares two texts by their UTF-16 code units without encoding them.
///
/// UTF-8 bytes sort by code point. UTF-16 differs in one place only: characters beyond the basic
/// plane (lead byte F0 and up) are written with surrogates and sort before U+E000..U+FFFF (lead
/// bytes EE and EF).
pub(crate) fn utf16_order(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    match left.iter().zip(right).find(|(l, r)| l != r) {
        None => left.len().cmp(&right.len()),
        Some((&l, &r)) if l >= 0xEE && r >= 0xEE && (l >= 0xF0) != (r >= 0xF0) => r.cmp(&l),
        Some((l, r)) => l.cmp(r),
    }
}

//! The shape of the keyword table: what an entry of the closed vocabulary says.
//!
//! Not here: the entries (`keywords.rs`, the only file with words of the language), reading
//! (`syntax.rs`) and the printed table (`manual.rs`).

use crate::keywords::{KEYWORDS, Keyword, P, PROPERTIES};

/// What a value must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Any text.
    Text,
    /// One name.
    Name,
    /// Names with single blanks between.
    Names,
    /// `#true` or `#false`.
    Flag,
    /// A whole number.
    Integer,
    /// "2024-01-01".
    Date,
    /// An amount with its unit, or a parameter or field.
    Period,
    /// A guard.
    Guard,
    /// Citations with single blanks between, or the internal mark.
    Citations,
    /// One of a closed list of words.
    Word(&'static [&'static str]),
    /// Text, number or yes/no, by the type of the field it is for.
    Value,
}

/// A property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Which.
    pub id: P,
    /// The word.
    pub word: &'static str,
    /// Its type.
    pub ty: Type,
    /// What holds where it is absent.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// What stands between the braces of a keyword.
#[derive(Clone, Copy, Debug)]
pub enum Children {
    /// No braces.
    None,
    /// Lines of these keywords.
    Lines(&'static [Keyword]),
    /// Bare names.
    Names,
}

/// The words directly after a keyword.
#[derive(Clone, Copy, Debug)]
pub struct Arguments {
    /// What each is called in messages.
    pub names: &'static [&'static str],
    /// The last so many may be left out.
    pub optional: usize,
    /// Any number more of the last kind.
    pub more: bool,
}

/// One keyword: the row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which.
    pub keyword: Keyword,
    /// The word.
    pub word: &'static str,
    /// Section of the manual.
    pub area: &'static str,
    /// Its arguments.
    pub arguments: Arguments,
    /// Its own properties.
    pub properties: &'static [P],
    /// It takes what every relation takes, too.
    pub relation: bool,
    /// Properties are names of fields or formal parameters: any name.
    pub open: bool,
    /// What it holds.
    pub children: Children,
    /// What the kernel makes of it.
    pub meaning: &'static str,
    /// One line.
    pub example: &'static str,
    /// The usual mistake, and what is said.
    pub error: &'static str,
}

impl Entry {
    /// The entry of the keyword.
    pub fn of(keyword: Keyword) -> &'static Self {
        &KEYWORDS[keyword as usize]
    }

    /// Every property it takes, those of all relations included.
    pub fn takes(&self) -> impl Iterator<Item = &'static Property> + use<> {
        let common: &[P] = if self.relation { crate::keywords::ON_RELATIONS } else { &[] };
        self.properties.iter().chain(common).map(|p| Property::of(*p))
    }

    /// The keywords its lines may begin with.
    pub fn lines(&self) -> &'static [Keyword] {
        match self.children {
            Children::Lines(list) => list,
            _ => &[],
        }
    }
}

impl Property {
    /// The entry of the property.
    pub fn of(id: P) -> &'static Self {
        &PROPERTIES[id as usize]
    }
}

impl P {
    /// Its word.
    pub fn word(self) -> &'static str {
        Property::of(self).word
    }
}

impl Keyword {
    /// Its word.
    pub fn word(self) -> &'static str {
        Entry::of(self).word
    }
}

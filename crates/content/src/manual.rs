//! Prints the keyword table as `content/LANGUAGE.md`. A test holds the file against this.

use crate::keywords::{KEYWORDS, ON_RELATIONS, P, manual as say};
use crate::vocabulary::{Children, Entry, Property, Type};

/// The manual of the language, as Markdown.
pub fn language() -> String {
    let mut text = String::from(say::HEAD);
    text.push_str(&format!("\n## {}\n\n", say::COMMON_TITLE));
    text.push_str(&table(ON_RELATIONS));
    let mut area = "";
    for entry in KEYWORDS {
        if entry.area != area {
            area = entry.area;
            text.push_str(&format!("\n## {area}\n"));
        }
        text.push_str(&section(entry));
    }
    text
}

fn section(entry: &Entry) -> String {
    let mut text = format!("\n### {}\n\n{}\n\n", entry.word, entry.meaning);
    text.push_str(&format!("- {}: `{}`\n", say::ARGUMENTS, form(entry)));
    match entry.children {
        Children::None => {}
        Children::Names => text.push_str(&format!("- {}: {}\n", say::HOLDS, say::HOLDS_NAMES)),
        Children::Lines(_) => {
            let mut words: Vec<&str> = entry.lines().iter().map(|k| k.word()).collect();
            words.dedup();
            text.push_str(&format!("- {}: {}\n", say::HOLDS, words.join(" ")));
        }
    }
    text.push_str(&format!("- {}: `{}`\n", say::EXAMPLE, entry.example));
    if !entry.error.is_empty() {
        text.push_str(&format!("- {}: {}\n", say::ERROR, entry.error));
    }
    if entry.open {
        text.push_str(&format!("- {}\n", say::OPEN));
    }
    if entry.relation {
        text.push_str(&format!("- {}\n", say::COMMON));
    }
    if !entry.properties.is_empty() {
        text.push('\n');
        text.push_str(&table(entry.properties));
    }
    text
}

fn form(entry: &Entry) -> String {
    let names = entry.arguments.names;
    let least = names.len() - entry.arguments.optional;
    let mut parts = vec![entry.word.to_owned()];
    for (i, name) in names.iter().enumerate() {
        let slot = crate::keywords::slot(name);
        parts.push(if i < least { slot } else { format!("[{slot}]") });
    }
    if entry.arguments.more {
        parts.push("…".to_owned());
    }
    parts.join(" ")
}

fn table(properties: &[P]) -> String {
    let mut text = format!("{}\n|---|---|---|---|\n", say::COLUMNS);
    for property in properties.iter().map(|p| Property::of(*p)) {
        let default = if property.default.is_empty() { say::NONE } else { property.default };
        let meaning = property.meaning.replace('|', "\\|");
        text.push_str(&format!(
            "| `{}` | {} | {default} | {meaning} |\n",
            property.word,
            type_name(property.ty)
        ));
    }
    text
}

fn type_name(ty: Type) -> String {
    let [text, name, names, flag, integer, date, period, guard, citations, one_of, value] =
        say::TYPES;
    match ty {
        Type::Text => text.to_owned(),
        Type::Name => name.to_owned(),
        Type::Names => names.to_owned(),
        Type::Flag => flag.to_owned(),
        Type::Integer => integer.to_owned(),
        Type::Date => date.to_owned(),
        Type::Period => period.to_owned(),
        Type::Guard => guard.to_owned(),
        Type::Citations => citations.to_owned(),
        Type::Word(words) => format!("{one_of} {}", words.join(" ")),
        Type::Value => value.to_owned(),
    }
}

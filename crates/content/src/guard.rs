//! Guards: small typed expressions over fields, parameters and constants, parsed to the kernel's.
//!
//! ```text
//! or    := and (OR and)*          and := not (AND not)*        not := NOT not | atom
//! atom  := "(" or ")" | HAS field | operand [ sign operand | IN "{" constants "}" ]
//! ```
//! A bare yes/no field or parameter is an atom. Constants take the type of the other side: options
//! bare, dates in quotes. Errors stand at the character inside the text.
//!
//! Not here: which slot of a relation a guard may stand in (`lower/relations.rs`).

use std::sync::Arc;

use kernel::{Comparison, FieldId, Guard, Operand, ParamId, Value};

use crate::fault::Fault;
use crate::keywords::{PARAM_PREFIX, guard_words as words};
use crate::model::FieldType;
use crate::shape::{meant, undeclared};
use crate::syntax::Word;
use crate::value;

/// A field as guards see it.
#[derive(Clone, Debug)]
pub(crate) struct KnownField {
    pub name: String,
    pub id: FieldId,
    pub kind: FieldType,
    pub options: Vec<String>,
}

/// What names in a guard may mean.
pub(crate) trait Names {
    fn field(&self, name: &str) -> Option<&KnownField>;
    fn param(&mut self, name: &str) -> Option<(ParamId, FieldType)>;
    fn field_names(&self) -> Vec<String>;
    fn param_names(&self) -> Vec<String>;
}

/// Parses a guard; on failure the fault has been added.
pub(crate) fn parse(word: &Word, names: &mut dyn Names, faults: &mut Vec<Fault>) -> Option<Guard> {
    let tokens = tokens(word, faults)?;
    let mut parser = Parser { word, tokens, at: 0, names, faults, depth: 0 };
    let guard = parser.or()?;
    if let Some(extra) = parser.peek().cloned() {
        parser.fail(&extra, "guard-surplus", &[("given", &extra.text)]);
        return None;
    }
    Some(guard)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Word,
    Quoted,
    Sign,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
    from: usize,
    to: usize,
}

fn tokens(word: &Word, faults: &mut Vec<Fault>) -> Option<Vec<Token>> {
    let text = word.text();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let from = at;
        let two = text[at..].get(..2).filter(|t| matches!(*t, "!=" | "<=" | ">="));
        let (kind, to) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '\'' => match text[at + 1..].find(c) {
                Some(length) => (Kind::Quoted, at + length + 2),
                None => {
                    let span = word.inside(from, text.len());
                    faults.push(span.fault("guard-quote", &[]));
                    return None;
                }
            },
            _ if two.is_some() => (Kind::Sign, at + 2),
            '=' | '≠' | '<' | '≤' | '>' | '≥' | '(' | ')' | '{' | '}' => {
                (Kind::Sign, at + c.len_utf8())
            }
            _ => {
                let end = |c: char| c.is_whitespace() || "\"'=≠<≤>≥!(){}".contains(c);
                let length = text[at..].find(end).unwrap_or(text.len() - at);
                (Kind::Word, at + length.max(c.len_utf8()))
            }
        };
        let inner = if kind == Kind::Quoted { &text[from + 1..to - 1] } else { &text[from..to] };
        if kind == Kind::Word
            && let Some((sign, right)) =
                crate::keywords::LOOKALIKES.iter().find(|(s, _)| inner.contains(*s))
        {
            let i = from + inner.find(*sign).expect("just found");
            let span = word.inside(i, i + sign.len_utf8());
            let shown = sign.to_string();
            faults.push(span.fault("full-width", &[("sign", &shown), ("right", right)]));
            return None;
        }
        found.push(Token { kind, text: inner.to_owned(), from, to });
        at = to;
    }
    Some(found)
}

/// One side of a comparison, before constants have a type.
enum Side {
    Field(KnownField),
    Param(ParamId, FieldType),
    Constant(Token),
}

struct Parser<'a> {
    word: &'a Word,
    tokens: Vec<Token>,
    at: usize,
    names: &'a mut dyn Names,
    faults: &'a mut Vec<Fault>,
    depth: u32,
}

/// Parentheses and negations deeper than this are refused.
const DEPTH_MAX: u32 = 32;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, kind: Kind, text: &str) -> bool {
        self.peek().is_some_and(|t| t.kind == kind && t.text == text)
    }

    fn take(&mut self, kind: Kind, text: &str) -> bool {
        let found = self.is(kind, text);
        self.at += usize::from(found);
        found
    }

    fn fail(&mut self, token: &Token, code: &'static str, facts: &[(&str, &str)]) {
        self.faults.push(self.word.inside(token.from, token.to).fault(code, facts));
    }

    fn fail_at_end(&mut self) {
        let end = self.word.text().len();
        self.faults.push(self.word.inside(end, end).fault("guard-end", &[]));
    }

    fn or(&mut self) -> Option<Guard> {
        let mut parts = vec![self.and()?];
        while self.take(Kind::Word, words::OR) {
            parts.push(self.and()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Guard::Any(parts)) }
    }

    fn and(&mut self) -> Option<Guard> {
        let mut parts = vec![self.not()?];
        while self.take(Kind::Word, words::AND) {
            parts.push(self.not()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Guard::All(parts)) }
    }

    fn not(&mut self) -> Option<Guard> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let token = self.peek().cloned()?;
            self.fail(&token, "guard-depth", &[]);
            return None;
        }
        let guard = match self.take(Kind::Word, words::NOT) {
            true => self.not().map(|g| Guard::Not(Box::new(g))),
            false => self.atom(),
        };
        self.depth -= 1;
        guard
    }

    fn atom(&mut self) -> Option<Guard> {
        if self.take(Kind::Sign, "(") {
            let inner = self.or()?;
            if !self.take(Kind::Sign, ")") {
                self.fail_at_end();
                return None;
            }
            return Some(inner);
        }
        if self.is(Kind::Word, words::HAS)
            && self.tokens.get(self.at + 1).is_some_and(|t| t.kind == Kind::Word)
        {
            self.at += 1;
            let token = self.next()?;
            return Some(Guard::Has(self.field(&token)?.id));
        }
        let first = self.next()?;
        let left = self.side(first.clone())?;
        let Some(sign) = self.peek().cloned() else { return self.bare(&first, left) };
        match (sign.kind, sign.text.as_str()) {
            (Kind::Word, words::IN) => {
                self.at += 1;
                self.one_of(&first, left)
            }
            (Kind::Sign, "=" | "≠" | "!=" | "<" | "≤" | "<=" | ">" | "≥" | ">=") => {
                self.at += 1;
                let second = self.next()?;
                let right = self.side(second.clone())?;
                self.compare(&first, left, &sign, &second, right)
            }
            _ => self.bare(&first, left),
        }
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        match &token {
            None => self.fail_at_end(),
            Some(t) if t.kind == Kind::Sign => {
                self.fail(t, "guard-sign", &[("given", &t.text)]);
                return None;
            }
            Some(_) => self.at += 1,
        }
        token
    }

    fn side(&mut self, token: Token) -> Option<Side> {
        if token.kind == Kind::Quoted {
            return Some(Side::Constant(token));
        }
        if let Some(name) = token.text.strip_prefix(PARAM_PREFIX) {
            let Some((id, kind)) = self.names.param(name) else {
                let list = self.names.param_names();
                let span = self.word.inside(token.from, token.to);
                let list = list.iter().map(String::as_str);
                self.faults.push(undeclared(&span, words::PARAM, name, list));
                return None;
            };
            return Some(Side::Param(id, kind));
        }
        Some(match self.names.field(&token.text) {
            Some(field) => Side::Field(field.clone()),
            None => Side::Constant(token),
        })
    }

    fn field(&mut self, token: &Token) -> Option<KnownField> {
        let found = self.names.field(&token.text).cloned();
        if found.is_none() {
            let list = self.names.field_names();
            let meant = meant(&token.text, list.iter().map(String::as_str));
            self.fail(token, "unknown-field", &[("name", &token.text), ("meant", &meant)]);
        }
        found
    }

    /// A yes/no field or parameter standing alone.
    fn bare(&mut self, token: &Token, side: Side) -> Option<Guard> {
        match side {
            Side::Field(field) if field.kind == FieldType::YesNo => Some(Guard::True(field.id)),
            Side::Param(id, FieldType::YesNo) => Some(Guard::Compare(
                Operand::Param(id),
                Comparison::Equal,
                Operand::Const(Value::Bool(true)),
            )),
            Side::Field(field) => {
                let kind = value::type_word(field.kind);
                self.fail(token, "guard-bare", &[("name", &token.text), ("type", kind)]);
                None
            }
            Side::Param(..) => {
                self.fail(token, "guard-bare", &[("name", &token.text), ("type", words::PARAM)]);
                None
            }
            Side::Constant(token) => {
                self.field(&token)?;
                None
            }
        }
    }

    fn one_of(&mut self, first: &Token, left: Side) -> Option<Guard> {
        let field = match left {
            Side::Field(field) => field,
            Side::Constant(token) => self.field(&token)?,
            Side::Param(..) => {
                self.fail(first, "guard-param-in", &[]);
                return None;
            }
        };
        if !self.take(Kind::Sign, "{") {
            match self.peek().cloned() {
                Some(token) => self.fail(&token, "guard-set", &[("given", &token.text)]),
                None => self.fail_at_end(),
            }
            return None;
        }
        let mut values = Vec::new();
        while !self.take(Kind::Sign, "}") {
            let token = self.next()?;
            values.push(self.constant(&token, field.kind, &field.options)?);
        }
        if values.is_empty() {
            self.fail(first, "guard-empty-set", &[]);
            return None;
        }
        Some(Guard::OneOf(field.id, values))
    }

    fn compare(
        &mut self,
        first: &Token,
        left: Side,
        sign: &Token,
        second: &Token,
        right: Side,
    ) -> Option<Guard> {
        let how = comparison(&sign.text)?;
        let (left_type, right_type) = (self.type_of(&left), self.type_of(&right));
        let Some((kind, options)) = left_type.clone().or(right_type.clone()) else {
            // Neither side is known: the left one should have been a field.
            self.field(first)?;
            return None;
        };
        let kind_word = value::type_word(kind);
        if let (Some((a, _)), Some((b, _))) = (&left_type, &right_type)
            && !alike(*a, *b)
        {
            let other = value::type_word(*b);
            let facts = [("name", second.text.as_str()), ("type", other), ("expected", kind_word)];
            self.fail(second, "guard-types", &facts);
            return None;
        }
        let ordered = matches!(
            kind,
            FieldType::Integer | FieldType::Money | FieldType::Date | FieldType::Moment
        );
        if !ordered && !matches!(how, Comparison::Equal | Comparison::NotEqual) {
            self.fail(sign, "guard-order", &[("sign", &sign.text), ("type", kind_word)]);
            return None;
        }
        let left = self.operand(left, kind, &options)?;
        let right = self.operand(right, kind, &options)?;
        Some(Guard::Compare(left, how, right))
    }

    fn type_of(&self, side: &Side) -> Option<(FieldType, Vec<String>)> {
        match side {
            Side::Field(field) => Some((field.kind, field.options.clone())),
            Side::Param(_, kind) => Some((*kind, Vec::new())),
            Side::Constant(_) => None,
        }
    }

    fn operand(&mut self, side: Side, kind: FieldType, options: &[String]) -> Option<Operand> {
        Some(match side {
            Side::Field(field) => Operand::Field(field.id),
            Side::Param(id, _) => Operand::Param(id),
            Side::Constant(token) => Operand::Const(self.constant(&token, kind, options)?),
        })
    }

    fn constant(&mut self, token: &Token, kind: FieldType, options: &[String]) -> Option<Value> {
        if kind == FieldType::Choice && !options.is_empty() {
            if options.contains(&token.text) {
                return Some(Value::Text(Arc::from(token.text.as_str())));
            }
            let list = options.join(" ");
            let meant = meant(&token.text, options.iter().map(String::as_str));
            let facts = [("given", token.text.as_str()), ("allowed", &*list), ("meant", &*meant)];
            self.fail(token, "not-an-option", &facts);
            return None;
        }
        let bare_text = token.kind == Kind::Word
            && matches!(kind, FieldType::Text | FieldType::Person | FieldType::Organisation);
        let parsed = if bare_text { None } else { value::parse(kind, &token.text) };
        if parsed.is_none() {
            let list = self.names.field_names();
            let meant = meant(&token.text, list.iter().map(String::as_str));
            let facts = [
                ("given", token.text.as_str()),
                ("type", value::type_word(kind)),
                ("meant", &*meant),
            ];
            self.fail(token, "guard-constant", &facts);
        }
        parsed
    }
}

fn alike(a: FieldType, b: FieldType) -> bool {
    let group = |kind| match kind {
        FieldType::Integer | FieldType::Money => 0,
        FieldType::Date => 1,
        FieldType::Moment => 2,
        FieldType::Period => 3,
        FieldType::YesNo => 4,
        FieldType::Choice => 5,
        _ => 6,
    };
    group(a) == group(b)
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "=" => Comparison::Equal,
        "≠" | "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "≤" | "<=" => Comparison::AtMost,
        ">" => Comparison::Greater,
        "≥" | ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

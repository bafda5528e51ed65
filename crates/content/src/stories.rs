//! Stories read and resolved against the version they are told of.
//!
//! Not here: running them (`replay.rs`).

use std::collections::BTreeMap;

use kernel::{EventId, FieldId, Instant, Value};

use crate::citation;
use crate::fault::{Fault, Span};
use crate::keywords::{
    INTERNAL, Keyword, P, REFUSED_FEW, REFUSED_FIELD, REFUSED_MISSING, REFUSED_PERSONS,
    REFUSED_ROLE,
};
use crate::load::{LAWFUL, PROCEDURES, family_of};
use crate::lower::scalar_value;
use crate::model::{Procedure, Source, Statute};
use crate::shape::undeclared;
use crate::story::{Beat, Correction, Deed, Expect, Expectation, Story};
use crate::syntax::{Line, Scalar, Word};
use crate::value;

/// Shared openings may follow one another, this many.
const OPENINGS_MAX: usize = 32;

type Preludes<'a> = BTreeMap<(&'a str, &'a str), &'a Line>;

/// Parses all stories and hands each to its version.
pub(crate) fn attach(
    procedures: &mut [Procedure],
    lines: &[(&Source, Line)],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) {
    let mut preludes: Preludes = BTreeMap::new();
    for (source, line) in lines.iter().filter(|(_, l)| l.keyword() == Keyword::Prelude) {
        let (Some(family), Some(name)) = (family_of(&source.path), line.arguments.first()) else {
            continue;
        };
        if preludes.insert((family, name.text()), line).is_some() {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
        }
    }
    for (source, line) in lines.iter().filter(|(_, l)| l.keyword() == Keyword::Story) {
        let family = family_of(&source.path);
        let mine = |p: &&mut Procedure| family == Some(p.family.as_str());
        if !procedures.iter_mut().any(|p| mine(&p)) {
            faults.push(line.span.fault("no-family", &[("folder", PROCEDURES)]));
            continue;
        }
        let Some(family) = family else { continue };
        let Some(moments) = moments(line, family, &preludes, faults) else { continue };
        let Some(at) = version_of(line, family, procedures, &moments, faults) else { continue };
        let in_force = procedures[at].in_force;
        let fixed = fixing_day(family, procedures, &moments);
        if let Some(day) = fixed.filter(|d| !in_force.has(*d) && !line.flag(P::Counterfactual)) {
            let span = line.get(P::Version).map_or(&line.span, |w| &w.span);
            let (day, version) = (day.to_string(), procedures[at].version.as_str());
            faults.push(span.fault("story-out-of-force", &[("version", version), ("day", &day)]));
        }
        let lawful = source.path.contains(LAWFUL);
        let story = story(line, &procedures[at], &moments, lawful, statutes, faults);
        procedures[at].stories.push(story);
    }
}

/// Parses stories of one text against a library already loaded (`replay FILE`).
pub(crate) fn parse_alone(
    lines: &[Line],
    procedures: &[Procedure],
    family: Option<&str>,
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Vec<(usize, Story)> {
    let family = match family.or_else(|| procedures.first().map(|p| p.family.as_str())) {
        Some(family) => family,
        None => return Vec::new(),
    };
    let mut preludes: Preludes = BTreeMap::new();
    for line in lines.iter().filter(|l| l.keyword() == Keyword::Prelude) {
        if let Some(name) = line.arguments.first() {
            preludes.insert((family, name.text()), line);
        }
    }
    let mut found = Vec::new();
    for line in lines.iter().filter(|l| l.keyword() == Keyword::Story) {
        let Some(moments) = moments(line, family, &preludes, faults) else { continue };
        let Some(at) = version_of(line, family, procedures, &moments, faults) else { continue };
        found.push((at, story(line, &procedures[at], &moments, false, statutes, faults)));
    }
    found
}

/// The moments of a story with its shared openings in front.
fn moments<'a>(
    line: &'a Line,
    family: &'a str,
    preludes: &Preludes<'a>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<&'a Line>> {
    let is_moment = |l: &&Line| matches!(l.keyword(), Keyword::Moment | Keyword::Correct);
    let mut parts: Vec<Vec<&Line>> = vec![line.children.iter().filter(is_moment).collect()];
    let mut at = line;
    while let Some(word) = at.get(P::Opening) {
        let Some(prelude) = preludes.get(&(family, word.text())) else {
            let names = preludes.keys().filter(|(f, _)| *f == family).map(|(_, n)| *n);
            faults.push(undeclared(&word.span, Keyword::Prelude.word(), word.text(), names));
            return None;
        };
        if parts.len() > OPENINGS_MAX {
            faults.push(word.span.fault("group-circle", &[("name", word.text())]));
            return None;
        }
        parts.push(prelude.children.iter().filter(is_moment).collect());
        at = prelude;
    }
    Some(parts.into_iter().rev().flatten().collect())
}

/// The version the story names, or the one that governs on the day of its fixing act.
fn version_of(
    line: &Line,
    family: &str,
    procedures: &[Procedure],
    moments: &[&Line],
    faults: &mut Vec<Fault>,
) -> Option<usize> {
    let mine = |i: &usize| procedures[*i].family == family;
    let mut versions = (0..procedures.len()).filter(mine);
    if let Some(word) = line.get(P::Version) {
        let found = versions.find(|i| procedures[*i].version == word.text());
        if found.is_none() {
            let names =
                procedures.iter().filter(|p| p.family == family).map(|p| p.version.as_str());
            faults.push(undeclared(&word.span, P::Version.word(), word.text(), names));
        }
        return found;
    }
    let day = fixing_day(family, procedures, moments)?;
    let found = versions.find(|i| procedures[*i].in_force.has(day));
    if found.is_none() {
        let day = day.to_string();
        faults.push(line.span.fault("no-version", &[("family", family), ("day", &day)]));
    }
    found
}

/// The day of the act that decides which version governs; of the first moment where none does.
fn fixing_day(family: &str, procedures: &[Procedure], moments: &[&Line]) -> Option<kernel::Day> {
    let day =
        |l: &&&Line| l.arguments.first().and_then(|w| value::moment(w.text())).map(Instant::day);
    let fixing = moments.iter().find(|l| {
        let act = l.arguments.get(2).map(Word::text);
        procedures.iter().any(|p| {
            p.family == family && p.fixing.is_some_and(|f| Some(p.act(f).name.as_str()) == act)
        })
    });
    fixing.as_ref().and_then(day).or_else(|| moments.first().as_ref().and_then(day))
}

fn story(
    line: &Line,
    procedure: &Procedure,
    moments: &[&Line],
    lawful: bool,
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Story {
    let mut citations = Vec::new();
    let inner = line.lines(Keyword::Cite).flat_map(|l| l.arguments.iter().cloned());
    for word in line.names(P::Citation).into_iter().chain(inner) {
        if let Some(cited) = citation::parse(word.text()) {
            citation::check(&word, &cited, statutes, None, faults);
            citations.push(cited);
        }
    }
    let mut reader = Reader { procedure, faults, last: None };
    let assumed = line.lines(Keyword::Assumed).filter_map(|l| reader.assumed(l)).collect();
    let beats = moments.iter().filter_map(|l| reader.beat(l)).collect();
    Story {
        title: line.arguments.first().map(|w| w.text().to_owned()).unwrap_or_default(),
        examples: line.names(P::Examples).iter().map(|w| w.text().to_owned()).collect(),
        citations,
        lawful,
        place: line.text(P::InPlace).map(str::to_owned),
        assumed,
        beats,
        position: line.span.position(),
    }
}

struct Reader<'a> {
    procedure: &'a Procedure,
    faults: &'a mut Vec<Fault>,
    last: Option<Instant>,
}

impl Reader<'_> {
    fn assumed(&mut self, line: &Line) -> Option<(kernel::ParamId, Value)> {
        let [name, word] = line.arguments.as_slice() else { return None };
        let Some(param) = self.procedure.param(name.text()) else {
            let names = self.procedure.params.iter().map(|p| p.name.as_str());
            self.faults.push(undeclared(&name.span, Keyword::Param.word(), name.text(), names));
            return None;
        };
        let value = scalar_value(param.kind, &param.options, word);
        if value.is_none() {
            let given = word.written();
            let facts = [("given", &*given), ("type", value::type_word(param.kind))];
            self.faults.push(word.span.fault("wrong-value", &facts));
        }
        Some((param.id, value?))
    }

    fn beat(&mut self, line: &Line) -> Option<Beat> {
        let at = self.moment(line.arguments.first()?)?;
        if line.keyword() == Keyword::Correct {
            let correction = self.correction(line, at)?;
            return Some(Beat {
                at: self.last.unwrap_or(at),
                role: None,
                persons: Vec::new(),
                act: None,
                correction: Some(correction),
                expectations: Vec::new(),
                position: line.span.position(),
            });
        }
        if self.last.is_some_and(|last| at < last) {
            let (at, last) = (at.to_string(), self.last.map(|l| l.to_string()).unwrap_or_default());
            self.faults.push(
                line.arguments[0].span.fault("time-goes-back", &[("at", &at), ("last", &last)]),
            );
        }
        self.last = Some(at);
        let role = line.arguments.get(1);
        let act = match (role, line.arguments.get(2)) {
            (None, None) => None,
            (Some(_), Some(act)) => Some(self.deed(line, act, at)?),
            _ => {
                let form = line.entry.arguments.names.join(" ");
                let facts = [("keyword", line.entry.word), ("form", &*form)];
                self.faults.push(line.span.fault("missing-argument", &facts));
                return None;
            }
        };
        if let Some(role) = role
            && !self.procedure.roles.iter().any(|r| r.name == role.text())
        {
            let names = self.procedure.roles.iter().map(|r| r.name.as_str());
            self.faults.push(undeclared(&role.span, Keyword::Role.word(), role.text(), names));
        }
        Some(Beat {
            at,
            role: role.map(|w| w.text().to_owned()),
            persons: line.names(P::Person).iter().map(|w| w.text().to_owned()).collect(),
            act,
            correction: None,
            expectations: self.expectations(line),
            position: line.span.position(),
        })
    }

    fn moment(&mut self, word: &Word) -> Option<Instant> {
        let found = value::moment(word.text());
        if found.is_none() {
            self.faults.push(word.span.fault("not-a-moment", &[("given", &word.written())]));
        }
        found
    }

    fn day(&mut self, word: &Word) -> Option<kernel::Day> {
        let found = value::day(word.text());
        if found.is_none() {
            let facts = [("name", ""), ("given", word.text())];
            self.faults.push(word.span.fault("not-a-date", &facts));
        }
        found
    }

    fn event(&mut self, word: &Word) -> Option<EventId> {
        let found = self.procedure.event(word.text());
        if found.is_none() {
            let names = self.procedure.acts.iter().map(|a| a.name.as_str());
            self.faults.push(undeclared(&word.span, Keyword::Act.word(), word.text(), names));
        }
        found
    }

    fn field(&mut self, word: &Word, text: &str) -> Option<FieldId> {
        let found = self.procedure.fields.iter().find(|f| f.name == text).map(|f| f.id);
        if found.is_none() {
            let names = self.procedure.fields.iter().map(|f| f.name.as_str());
            self.faults.push(undeclared(&word.span, Keyword::Field.word(), text, names));
        }
        found
    }

    fn field_value(&mut self, line: &Line) -> Option<(FieldId, Value)> {
        let [name, word] = line.arguments.as_slice() else { return None };
        let id = self.field(name, name.text())?;
        let field = self.procedure.field(id);
        let value = scalar_value(field.kind, &field.options, word);
        if value.is_none() {
            let given = word.written();
            let facts = [("given", &*given), ("type", value::type_word(field.kind))];
            self.faults.push(word.span.fault("wrong-value", &facts));
        }
        Some((id, value?))
    }

    fn deed(&mut self, line: &Line, word: &Word, at: Instant) -> Option<Deed> {
        let event = self.event(word)?;
        let act = self.procedure.act(event);
        if !act.members.is_empty() {
            self.faults.push(word.span.fault("choice-not-done", &[("name", word.text())]));
            return None;
        }
        let inputs = act.inputs.clone();
        let mut payload = Vec::new();
        for inner in line.lines(Keyword::StoryField) {
            payload.extend(self.field_value(inner));
        }
        let left_out: Vec<&str> = line
            .lines(Keyword::Without)
            .filter_map(|l| l.arguments.first())
            .map(Word::text)
            .collect();
        for input in inputs.iter().filter(|i| i.required) {
            let field = self.procedure.field(input.field);
            let given = payload.iter().any(|(id, _)| *id == input.field);
            if !given
                && !field.decisive
                && !self.procedure.computes(input.field)
                && !left_out.contains(&field.name.as_str())
            {
                payload.push((input.field, value::sample(field.kind, &field.options, at)));
            }
        }
        let seen = |(f, value)| (f, self.procedure.field(f).as_seen(value));
        let payload = payload.into_iter().map(seen).collect();
        let key = line.text(P::Key).map(str::to_owned);
        Some(Deed { event, payload, key, reported: line.flag(P::Reported) })
    }

    fn correction(&mut self, line: &Line, performed: Instant) -> Option<Correction> {
        let event = self.event(line.arguments.get(1)?)?;
        let moved_to = match line.get(P::Moved).cloned() {
            Some(word) => Some(self.moment(&word)?),
            None => None,
        };
        let mut payload = Vec::new();
        for inner in line.lines(Keyword::StoryField) {
            payload.extend(self.field_value(inner));
        }
        Some(Correction { event, performed, moved_to, annulled: line.flag(P::Annul), payload })
    }

    fn expectations(&mut self, line: &Line) -> Vec<Expectation> {
        let mut found: Vec<Expectation> = Vec::new();
        let mut refused: Option<(Span, Vec<String>)> = None;
        let mut warned: Option<(Span, Vec<String>)> = None;
        for inner in &line.children {
            match inner.keyword() {
                Keyword::Refused => {
                    for word in &inner.arguments {
                        match self.refusal(word) {
                            Some(kind) => {
                                found.push(Expectation { kind, position: inner.span.position() });
                            }
                            None => {
                                let list = refused.get_or_insert((inner.span.clone(), Vec::new()));
                                list.1.push(word.text().to_owned());
                            }
                        }
                    }
                }
                Keyword::Warned => {
                    let list = warned.get_or_insert((inner.span.clone(), Vec::new()));
                    list.1.extend(inner.arguments.iter().map(|w| w.text().to_owned()));
                    inner.arguments.iter().for_each(|w| self.known_rule(w));
                }
                _ => {
                    let kinds = self.expectation(inner);
                    let position = inner.span.position();
                    found.extend(
                        kinds
                            .into_iter()
                            .map(|kind| Expectation { kind, position: position.clone() }),
                    );
                }
            }
        }
        for (list, wrap) in
            [(refused, Expect::Refused as fn(Vec<String>) -> Expect), (warned, Expect::Warned)]
        {
            if let Some((span, list)) = list {
                found.push(Expectation { kind: wrap(list), position: span.position() });
            }
        }
        found
    }

    /// A refusal that is not by a relation; `None`: by a rule.
    fn refusal(&mut self, word: &Word) -> Option<Expect> {
        match word.text() {
            REFUSED_ROLE => Some(Expect::RefusedRole),
            REFUSED_PERSONS => Some(Expect::RefusedPersons),
            REFUSED_FEW => Some(Expect::RefusedFew),
            text => {
                if let Some(name) = text.strip_prefix(REFUSED_FIELD) {
                    return Some(Expect::RefusedField(self.field(word, name)?));
                }
                if let Some(name) = text.strip_prefix(REFUSED_MISSING) {
                    return Some(Expect::RefusedMissing(self.field(word, name)?));
                }
                self.known_rule(word);
                None
            }
        }
    }

    /// A rule named in an expectation must be one of the procedure.
    fn known_rule(&mut self, word: &Word) {
        let text = word.text();
        let rules = &self.procedure.rules;
        let known = text == INTERNAL
            || rules.iter().any(|r| {
                r.id == text
                    || r.defect.as_deref() == Some(text)
                    || r.citations.iter().any(|c| c.to_string() == text)
            });
        if !known {
            let citations: Vec<String> =
                rules.iter().flat_map(|r| &r.citations).map(|c| c.to_string()).collect();
            let names =
                rules.iter().map(|r| r.id.as_str()).chain(citations.iter().map(String::as_str));
            self.faults.push(undeclared(&word.span, P::Citation.word(), text, names));
        }
    }

    fn expectation(&mut self, line: &Line) -> Vec<Expect> {
        use Keyword as K;
        if line.keyword() == K::Accepting {
            return vec![Expect::Accepting];
        }
        let [first, rest @ ..] = line.arguments.as_slice() else { return Vec::new() };
        if line.keyword() == K::Holds {
            let value = self.field_value(line);
            return value.map(|(field, value)| Expect::Holds(field, value)).into_iter().collect();
        }
        if matches!(line.keyword(), K::Possible | K::Impossible) {
            let wrap =
                if line.keyword() == K::Possible { Expect::Possible } else { Expect::Impossible };
            return line.arguments.iter().filter_map(|w| self.event(w).map(wrap)).collect();
        }
        if matches!(line.keyword(), K::StoryField | K::Without) {
            return Vec::new();
        }
        let Some(event) = self.event(first) else { return Vec::new() };
        let one = match line.keyword() {
            K::IsLate => Some(Expect::Late(event)),
            K::NotLate => Some(Expect::NotLate(event)),
            K::NotOwed => Some(Expect::NotOwed(event)),
            K::Unlimited => Some(Expect::Unlimited(event)),
            K::Provisional => Some(Expect::Provisional(event)),
            K::Held => match rest.first().map(|w| &w.value) {
                None => Some(Expect::Held(event, None)),
                Some(Scalar::Integer(n)) => Some(Expect::Held(event, Some(*n))),
                _ => {
                    self.faults.push(first.span.fault("wrong-count", &[]));
                    None
                }
            },
            keyword => rest.first().and_then(|word| self.dated(keyword, event, word)),
        };
        one.into_iter().collect()
    }

    fn dated(&mut self, keyword: Keyword, event: EventId, word: &Word) -> Option<Expect> {
        if keyword == Keyword::DueOn && word.text().contains(' ') {
            return Some(Expect::DueAt(event, self.moment(word)?));
        }
        let day = self.day(word)?;
        Some(match keyword {
            Keyword::DueOn => Expect::Due(event, day),
            Keyword::Earliest => Expect::Earliest(event, day),
            Keyword::Until => Expect::Until(event, day),
            Keyword::Automatic | Keyword::Done => Expect::Automatic(event, day),
            _ => return None,
        })
    }
}

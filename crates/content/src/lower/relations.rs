//! Relations: one line of law, one clause, as many relations as its groups have pairs.

use kernel::{
    ClauseId, Effect, End, Guard, KindSpec, Lead, Merge, Node, RelationSpec, Strength, Wait,
};

use super::limits::Use;
use super::rules::strength;
use super::{Lowering, Named};
use crate::guard;
use crate::keywords::{Keyword, LAPSED, P, WHOLE};
use crate::model::Citation;
use crate::syntax::{Line, Word};

/// The ends of a relation as resolved.
struct Ends {
    names: Vec<Word>,
    named: Vec<Named>,
}

impl Lowering<'_> {
    pub(super) fn relation_line(&mut self, line: &Line) {
        match line.keyword() {
            Keyword::Overdue => self.overdue(line),
            _ if !line.entry.relation => {}
            Keyword::Spawn => self.spawn(line),
            _ => self.relation(line),
        }
    }

    fn relation(&mut self, line: &Line) {
        let ends = self.ends(line);
        let basis = self.basis(line, true);
        let (Some(ends), citations) = (ends, basis.0.clone()) else { return };
        let joined = ends.names.iter().map(Word::text).collect::<Vec<_>>().join(" ");
        let clause = self.rule(line, &joined, basis);
        let when = self.guard(line, P::When);
        let and_if = self.guard(line, P::AndIf);
        self.check_slots(line, &ends, when.as_ref());
        let Some(kind) = self.kind(line, &ends, and_if, &citations) else { return };
        // A stop names the duty last; the relation runs from the stopping act to the duty.
        let target = if line.keyword() == Keyword::Stop { 2 } else { 1 };
        let (source, target) = (self.node_of(&ends.named[0]), self.node_of(&ends.named[target]));
        self.relate(
            line,
            RelationSpec { kind, source, target, when, strength: strength(line), clause },
        );
    }

    fn relate(&mut self, line: &Line, spec: RelationSpec) {
        self.relations.push((spec, line.span.clone()));
    }

    fn ends(&mut self, line: &Line) -> Option<Ends> {
        let count = line.entry.arguments.names.len();
        let names: Vec<Word> = line.arguments.iter().take(count).cloned().collect();
        let named: Vec<Option<Named>> = names.iter().map(|w| self.resolve(w)).collect();
        let named = named.into_iter().collect::<Option<Vec<_>>>()?;
        (names.len() == count).then_some(Ends { names, named })
    }

    pub(super) fn guard(&mut self, line: &Line, p: P) -> Option<Guard> {
        let word = line.get(p)?.clone();
        let mut faults = Vec::new();
        let guard = guard::parse(&word, self, &mut faults);
        self.faults.append(&mut faults);
        guard
    }

    fn kind(
        &mut self,
        line: &Line,
        ends: &Ends,
        and_if: Option<Guard>,
        citations: &[Citation],
    ) -> Option<KindSpec> {
        Some(match line.keyword() {
            Keyword::Condition => return self.condition(line, and_if, citations),
            Keyword::Right => {
                let Some(bound) = self.limit(line, P::Limit, Use::Limit, citations) else {
                    if line.get(P::Limit).is_none() {
                        let facts = [("name", P::Limit.word())];
                        self.faults.push(line.span.fault("missing-property", &facts));
                    }
                    return None;
                };
                let void_when_excluded = line.flag(P::Void);
                KindSpec::Condition {
                    wait: None,
                    bound: Some(bound),
                    lead: None,
                    and_if,
                    void_when_excluded,
                }
            }
            Keyword::Response => self.response(line, ends, citations)?,
            Keyword::Milestone => KindSpec::Milestone,
            Keyword::Exclude => KindSpec::Exclude,
            Keyword::Include => KindSpec::Include,
            Keyword::Stop => {
                self.different(ends);
                KindSpec::Stop { until: self.node_of(&ends.named[1]) }
            }
            Keyword::Extend => {
                self.different(ends);
                let Some(limit) = self.limit(line, P::Limit, Use::Limit, citations) else {
                    if line.get(P::Limit).is_none() {
                        let facts = [("name", P::Limit.word())];
                        self.faults.push(line.span.fault("missing-property", &facts));
                    }
                    return None;
                };
                let max = line.integer(P::Times).unwrap_or(1);
                KindSpec::Extend { limit, max: u16::try_from(max).unwrap_or(u16::MAX) }
            }
            _ => return None,
        })
    }

    fn condition(
        &mut self,
        line: &Line,
        and_if: Option<Guard>,
        citations: &[Citation],
    ) -> Option<KindSpec> {
        let end = match line.text(P::End) {
            Some(WHOLE) => End::Full,
            Some(LAPSED) => End::Lapse,
            _ => End::Ready,
        };
        let usage = if end == End::Lapse { Use::Limit } else { Use::Wait };
        let wait = self.limit(line, P::Gap, usage, citations).map(|limit| Wait { limit, end });
        let lead = self.lead(line, citations);
        let wanted = [(P::Gap, wait.is_none()), (P::Ahead, lead.is_none())];
        if wanted.iter().any(|(p, missing)| *missing && line.get(*p).is_some()) {
            return None;
        }
        if wait.is_none() && line.get(P::End).is_some() {
            self.useless(line, P::End, P::Gap);
        }
        let void_when_excluded = line.flag(P::Void);
        Some(KindSpec::Condition { wait, bound: None, lead, and_if, void_when_excluded })
    }

    fn lead(&mut self, line: &Line, citations: &[Citation]) -> Option<Lead> {
        let Some(word) = line.get(P::Target).cloned() else {
            if line.get(P::Ahead).is_some() {
                self.faults
                    .push(line.span.fault("missing-property", &[("name", P::Target.word())]));
            }
            return None;
        };
        if line.get(P::Ahead).is_none() {
            self.useless(line, P::Target, P::Ahead);
        }
        let limit = self.limit(line, P::Ahead, Use::Notice, citations)?;
        let field = self.field_named(&word)?;
        let dated =
            matches!(field.kind, crate::model::FieldType::Date | crate::model::FieldType::Moment);
        if !dated {
            let facts = [("name", word.text()), ("type", crate::value::type_word(field.kind))];
            self.faults.push(word.span.fault("not-a-date-field", &facts));
        }
        dated.then_some(Lead { limit, until: field.id })
    }

    fn response(&mut self, line: &Line, ends: &Ends, citations: &[Citation]) -> Option<KindSpec> {
        let limit = self.limit(line, P::Limit, Use::Limit, citations);
        if limit.is_none() && line.get(P::Limit).is_some() {
            return None;
        }
        let merge = match (line.flag(P::Restart), line.flag(P::Strictest)) {
            (true, true) => {
                self.faults.push(line.span.fault("restart-and-strictest", &[]));
                None
            }
            (true, false) => Some(Merge::Replace),
            (false, true) => Some(Merge::Strictest),
            (false, false) => None,
        };
        let sources = self.acts_of(ends.names[0].text());
        let repeats = sources.iter().find(|i| self.drafts[**i].repeats);
        if let (Some(i), Some(_), None) = (repeats, limit, merge) {
            let name = self.drafts[*i].act.name.clone();
            self.faults.push(line.span.fault("restart-or-strictest", &[("name", &name)]));
        }
        Some(KindSpec::Response { limit, merge })
    }

    fn different(&mut self, ends: &Ends) {
        for (i, word) in ends.names.iter().enumerate() {
            if ends.names[..i].iter().any(|w| w.text() == word.text()) {
                self.faults.push(word.span.fault("ends-not-different", &[("name", word.text())]));
            }
        }
    }

    fn useless(&mut self, line: &Line, given: P, needs: P) {
        let span = line.get(given).map_or(&line.span, |w| &w.span);
        let facts = [("name", given.word()), ("needs", needs.word())];
        self.faults.push(span.fault("useless-property", &facts));
    }

    /// Each property must mean something on this kind of line; a restricting guard must not open
    /// the door it should guard.
    fn check_slots(&mut self, line: &Line, ends: &Ends, when: Option<&Guard>) {
        use Keyword as K;
        let keyword = line.keyword();
        let conditional = matches!(keyword, K::Condition | K::Right);
        let constraint = conditional || matches!(keyword, K::Milestone | K::Extend);
        let periods = [P::Gap, P::Limit, P::Ahead];
        let has_period = periods.iter().any(|p| line.get(*p).is_some());
        let misplaced = [
            (P::AndIf, !conditional),
            (P::Strength, !constraint),
            (P::Anchor, !has_period),
            (P::Rolls, !has_period),
            (P::FullHour, !has_period),
        ];
        for (p, _) in misplaced.iter().filter(|(p, wrong)| *wrong && line.get(*p).is_some()) {
            let span = line.get(*p).map_or(&line.span, |w| &w.span);
            let facts = [("name", p.word()), ("keyword", line.entry.word)];
            self.faults.push(span.fault("property-without-meaning", &facts));
        }
        if conditional && let Some(guard) = when {
            self.opens_the_door(line, &ends.names[0], guard);
        }
    }

    /// A `when` that reads only what the condition's own source writes is false exactly when the
    /// source's result is wanting, and then the condition is gone.
    fn opens_the_door(&mut self, line: &Line, source: &Word, guard: &Guard) {
        let fields = guard.fields();
        let sources = self.acts_of(source.text());
        let own = |f: &kernel::FieldId| {
            let writers = (0..self.drafts.len()).filter(|i| {
                self.drafts[*i].act.members.is_empty() && self.drafts[*i].writes.contains(f)
            });
            let mut writers = writers.peekable();
            writers.peek().is_some() && writers.all(|i| sources.contains(&i))
        };
        if !fields.is_empty() && fields.iter().all(own) {
            let span = line.get(P::When).map_or(&line.span, |w| &w.span);
            self.faults.push(span.fault("when-opens-the-door", &[("source", source.text())]));
        }
    }

    fn overdue(&mut self, line: &Line) {
        let Some(duty) = line.arguments.first() else { return };
        let Some(source) = self.resolve(duty) else { return };
        for effect in line.children.iter().filter(|l| l.keyword() != Keyword::Cite) {
            let Some(target_name) = effect.arguments.first() else { continue };
            let Some(target) = self.resolve(target_name) else { continue };
            let basis = match effect.get(P::Citation).is_none() && line.get(P::Citation).is_some() {
                true => self.basis(line, true),
                false => self.basis(effect, true),
            };
            let citations = basis.0.clone();
            let named = format!("{} {} {}", effect.entry.word, duty.text(), target_name.text());
            let clause: ClauseId = self.rule_of(line, effect, &named, basis);
            let when = self.guard(effect, P::When);
            let kind = match effect.keyword() {
                Keyword::OverdueInclude => Effect::Include,
                Keyword::OverdueExclude => Effect::Exclude,
                _ => {
                    let limit = self.limit(effect, P::Limit, Use::Limit, &citations);
                    let strict = effect.flag(P::Strictest);
                    let merge = if strict { Merge::Strictest } else { Merge::Replace };
                    Effect::Respond { limit, merge }
                }
            };
            let (source, target) = (self.node_of(&source), self.node_of(&target));
            let kind = KindSpec::Overdue(kind);
            let strength = Strength::Refuse;
            self.relate(effect, RelationSpec { kind, source, target, when, strength, clause });
        }
    }

    fn rule_of(
        &mut self,
        line: &Line,
        effect: &Line,
        named: &str,
        basis: (Vec<Citation>, Option<String>),
    ) -> ClauseId {
        let outer = Line { entry: line.entry, ..effect.clone() };
        self.rule(&outer, named, basis)
    }

    fn spawn(&mut self, line: &Line) {
        let [source, template] = line.arguments.as_slice() else { return };
        let found = self.templates.get(template.text()).map(|(id, _)| *id);
        if found.is_none() {
            let list = self.templates.keys().map(String::as_str);
            let word = Keyword::Template.word();
            let fault = crate::shape::undeclared(&template.span, word, template.text(), list);
            self.faults.push(fault);
        }
        let source_named = self.resolve(source);
        let basis = self.basis(line, true);
        let (Some(id), Some(named)) = (found, source_named) else { return };
        let joined = format!("{} {}", source.text(), template.text());
        let clause = self.rule(line, &joined, basis);
        if self.single(&named, &source.span).is_some() {
            let node: Node = self.node_of(&named);
            let spec = RelationSpec {
                kind: KindSpec::Spawn(id),
                source: node,
                target: node,
                when: None,
                strength: Strength::Refuse,
                clause,
            };
            self.relate(line, spec);
        }
    }
}

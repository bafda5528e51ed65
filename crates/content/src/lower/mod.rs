//! From lines to a compiled procedure.
//!
//! Takes the shaped lines of one `Procedure` node; gives the public [`Procedure`] with its kernel
//! graph, or faults. In order: roles and parameters, fields of all acts, acts, choice groups and
//! groups, relations, persons, claims, and what later layers execute (links, lookups, openings,
//! computations). Every line of law becomes one clause of the graph and one [`Rule`].
//!
//! Not here: stories and figures (they need the finished procedure).

mod acts;
mod amounts;
mod beyond;
mod claims;
mod fields;
mod limits;
mod named;
mod relations;
mod rules;

use std::collections::{BTreeMap, HashSet};

use kernel::{Builder, Node, ParamId, RelationSpec, TemplateId};

use crate::citation;
use crate::counting;
use crate::fault::{Fault, Span};
use crate::guard::{KnownField, Names};
use crate::keywords::{BY_ACT, KEEP, Keyword, P, PARAM_PREFIX, PARTY, SWITCH_FROM};
use crate::model::{
    Act, BringsYear, Citation, Computation, Field, FieldType, Group, InForce, Link, Lookup,
    Opening, Param, Procedure, Redated, Role, Rule, Statute, Transition,
};
use crate::shape::undeclared;
use crate::syntax::{Line, Scalar, Word};
use crate::value;

/// What a name of the procedure stands for.
#[derive(Clone, Debug)]
enum Named {
    /// An act, by its place in `drafts`.
    Act(usize),
    /// A choice group: its node and the drafts of its members.
    Choice(Node, Vec<usize>),
    /// A group: the node and the names in it.
    Group(Node, Vec<String>),
}

/// An act before the graph is built.
#[derive(Clone, Debug)]
struct Draft {
    act: Act,
    node: Node,
    repeats: bool,
    party: bool,
    /// Fields its execution may write.
    writes: Vec<kernel::FieldId>,
}

/// The procedure being compiled.
pub(crate) struct Lowering<'a> {
    statutes: &'a [Statute],
    tables: &'a [&'a Line],
    faults: &'a mut Vec<Fault>,
    builder: Builder,
    in_force: InForce,
    roles: Vec<Role>,
    params: Vec<Param>,
    fields: Vec<Field>,
    known: Vec<KnownField>,
    templates: BTreeMap<String, (TemplateId, u16)>,
    named: BTreeMap<String, Named>,
    drafts: Vec<Draft>,
    rules: Vec<Rule>,
    rule_ids: HashSet<String>,
    relations: Vec<(RelationSpec, Span)>,
    /// Builder events so far: template and the compiled events before it.
    events: Vec<(Option<TemplateId>, usize)>,
    /// Groups declared so far, with where: name, start and file.
    group_lines: Vec<(String, (usize, std::sync::Arc<str>))>,
    links: Vec<Link>,
    brings_year: Option<BringsYear>,
    redated: Vec<Redated>,
    lookups: Vec<Lookup>,
    openings: Vec<Opening>,
    computations: Vec<Computation>,
}

/// Compiles one procedure; `None` where no graph can be built.
pub(crate) fn procedure(
    line: &Line,
    statutes: &[Statute],
    tables: &[&Line],
    faults: &mut Vec<Fault>,
) -> Option<Procedure> {
    let before = faults.len();
    let in_force = in_force(line, faults)?;
    let family = line.arguments.first()?.text().to_owned();
    let version = line.owned(P::Version);
    if version.is_empty() {
        faults.push(line.span.fault("missing-property", &[("name", P::Version.word())]));
    }
    let mut lowering = Lowering {
        statutes,
        tables,
        faults,
        builder: Builder::new(&format!("{family}@{version}")),
        in_force,
        roles: Vec::new(),
        params: Vec::new(),
        fields: Vec::new(),
        known: Vec::new(),
        templates: BTreeMap::new(),
        named: BTreeMap::new(),
        drafts: Vec::new(),
        rules: Vec::new(),
        rule_ids: HashSet::new(),
        relations: Vec::new(),
        events: Vec::new(),
        group_lines: Vec::new(),
        links: Vec::new(),
        brings_year: None,
        redated: Vec::new(),
        lookups: Vec::new(),
        openings: Vec::new(),
        computations: Vec::new(),
    };
    lowering.everything(line);
    let ok = lowering.faults.len() == before;
    lowering.finish(line, family, version, before).filter(|_| ok)
}

/// Reads the days in force of a statute or procedure.
pub(crate) fn in_force(line: &Line, faults: &mut Vec<Fault>) -> Option<InForce> {
    let Some(from) = line.text(P::From).and_then(value::day) else {
        if line.get(P::From).is_none() {
            faults.push(line.span.fault("missing-property", &[("name", P::From.word())]));
        }
        return None;
    };
    let until = line.text(P::Until).and_then(value::day);
    if let (Some(end), Some(word)) = (until, line.get(P::Until))
        && end <= from
    {
        let (from, until) = (from.to_string(), end.to_string());
        faults.push(word.span.fault("force-reversed", &[("from", &from), ("until", &until)]));
    }
    Some(InForce { from, until })
}

impl Lowering<'_> {
    fn everything(&mut self, line: &Line) {
        line.lines(Keyword::Role).for_each(|l| self.role(l));
        line.lines(Keyword::Param).for_each(|l| self.param_line(l));
        line.lines(Keyword::Template).for_each(|l| self.template(l));
        let bodies: Vec<(&[Line], Option<TemplateId>)> = self.bodies(line);
        let acts = bodies.iter().flat_map(|(body, _)| body.iter());
        let acts: Vec<&Line> = acts.filter(|l| l.keyword() == Keyword::Act).collect();
        acts.iter().for_each(|l| self.form_fields(l));
        acts.iter().for_each(|l| self.written_fields(l));
        self.seal_fields();
        for (body, template) in &bodies {
            let acts = body.iter().filter(|l| l.keyword() == Keyword::Act);
            acts.for_each(|l| self.act(l, *template));
        }
        for (body, template) in &bodies {
            self.choices_and_groups(body, *template);
        }
        for (body, _) in &bodies {
            body.iter().for_each(|l| self.relation_line(l));
        }
        line.children.iter().for_each(|l| self.beyond_line(l));
    }

    /// The lines of the procedure and of each of its templates.
    fn bodies<'l>(&self, line: &'l Line) -> Vec<(&'l [Line], Option<TemplateId>)> {
        let inner = line.lines(Keyword::Template).filter_map(|l| {
            let (id, _) = self.templates.get(l.arguments.first()?.text())?;
            Some((&*l.children, Some(*id)))
        });
        std::iter::once((&*line.children, None)).chain(inner).collect()
    }

    fn role(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        if let Some(_other) = self.roles.iter().find(|r| r.name == name.text()) {
            self.declared_twice(name);
            return;
        }
        let id = self.builder.role(name.text());
        let party = line.text(P::Kind) == Some(PARTY);
        let (name, en) = (name.text().to_owned(), line.owned(P::En));
        self.roles.push(Role { id, name, en, party });
    }

    fn declared_twice(&mut self, name: &Word) {
        self.faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
    }

    fn param_line(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        if self.params.iter().any(|p| p.name == name.text()) {
            self.declared_twice(name);
            return;
        }
        let Some(kind) = self.field_type(line) else { return };
        let options =
            line.names(P::Options).iter().map(|w| w.text().to_owned()).collect::<Vec<_>>();
        let Some(word) = line.get(P::Default) else {
            self.faults.push(line.span.fault("missing-property", &[("name", P::Default.word())]));
            return;
        };
        let Some(default) =
            value::parse(kind, &word.written()).filter(|v| admits(kind, &options, v))
        else {
            let given = word.written();
            let facts = [("given", &*given), ("type", value::type_word(kind))];
            self.faults.push(word.span.fault("wrong-value", &facts));
            return;
        };
        let (citations, reason) = self.basis(line, true);
        if let (FieldType::Period, kernel::Value::Span(span)) = (kind, &default) {
            counting::check(*span, word, &citations, self.statutes, self.faults);
        }
        let id = self.builder.param(name.text());
        self.params.push(Param {
            id,
            name: name.text().to_owned(),
            kind,
            options,
            default,
            unit: line.text(P::Unit).map(str::to_owned),
            citations,
            doubtful: line.flag(P::Doubtful),
            reason,
            position: line.span.position(),
        });
    }

    fn template(&mut self, line: &Line) {
        let Some(name) = line.arguments.first() else { return };
        let Some(cap) = line
            .integer(P::Cap)
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| (1..=64).contains(n))
        else {
            self.faults.push(line.span.fault("missing-property", &[("name", P::Cap.word())]));
            return;
        };
        if self.templates.contains_key(name.text()) {
            self.declared_twice(name);
            return;
        }
        let id = self.builder.template(name.text(), cap);
        self.templates.insert(name.text().to_owned(), (id, cap));
    }

    /// Citations and reason of a line; a line of law without either is refused.
    fn basis(&mut self, line: &Line, required: bool) -> (Vec<Citation>, Option<String>) {
        let mut words = line.names(P::Citation);
        words.extend(line.lines(Keyword::Cite).flat_map(|l| l.arguments.iter().cloned()));
        let reason = line.text(P::Reason).map(str::to_owned);
        let internal = words.iter().any(|w| w.text() == crate::keywords::INTERNAL);
        let mut citations = Vec::new();
        for word in words.iter().filter(|w| w.text() != crate::keywords::INTERNAL) {
            match citation::parse(word.text()) {
                Some(cited) => {
                    citation::check(word, &cited, self.statutes, Some(self.in_force), self.faults);
                    citations.push(cited);
                }
                // Faults of the property's text were found when the line was shaped.
                None if line.get(P::Citation).is_none() => {
                    let facts = [("given", word.text())];
                    self.faults.push(word.span.fault("not-a-citation", &facts));
                }
                None => {}
            }
        }
        if internal && reason.is_none() {
            self.faults.push(words[0].span.fault("internal-needs-reason", &[]));
        }
        if required && words.is_empty() {
            self.faults.push(line.span.fault("no-citation", &[("line", &line.written())]));
        }
        (citations, reason)
    }

    fn field_type(&mut self, line: &Line) -> Option<FieldType> {
        let Some(word) = line.get(P::FieldKind) else {
            self.faults.push(line.span.fault("missing-property", &[("name", P::FieldKind.word())]));
            return None;
        };
        let types = crate::keywords::TYPES;
        types.iter().find(|(name, _)| *name == word.text()).map(|(_, kind)| *kind)
    }

    /// What the name stands for, or a fault with the nearest name.
    fn resolve(&mut self, word: &Word) -> Option<Named> {
        let found = self.named.get(word.text()).cloned();
        if found.is_none() {
            let list = self.named.keys().map(String::as_str);
            self.faults.push(undeclared(&word.span, Keyword::Act.word(), word.text(), list));
        }
        found
    }

    /// The drafts of every act the name stands for.
    fn acts_of(&self, name: &str) -> Vec<usize> {
        match self.named.get(name) {
            Some(Named::Act(i)) => vec![*i],
            Some(Named::Choice(_, members)) => members.clone(),
            Some(Named::Group(_, names)) => names.iter().flat_map(|n| self.acts_of(n)).collect(),
            None => Vec::new(),
        }
    }

    fn node_of(&self, named: &Named) -> Node {
        match named {
            Named::Act(i) => self.drafts[*i].node,
            Named::Choice(node, _) | Named::Group(node, _) => *node,
        }
    }

    fn transition(&mut self, line: &Line) -> Transition {
        let Some(word) = line.get(P::Transition) else { return Transition::Keep };
        let text = word.text();
        let switch = text.strip_prefix(SWITCH_FROM).map(str::trim).and_then(value::day);
        if let Some(name) = text.strip_prefix(PARAM_PREFIX) {
            if self.params.iter().any(|p| p.name == name) {
                return Transition::Param(name.to_owned());
            }
            let list = self.params.iter().map(|p| p.name.as_str());
            self.faults.push(undeclared(&word.span, Keyword::Param.word(), name, list));
        } else if let Some(day) = switch {
            return Transition::SwitchOn(day);
        } else if text != KEEP {
            let code = if text == BY_ACT { "transition-by-act" } else { "wrong-transition" };
            self.faults.push(word.span.fault(code, &[("given", text)]));
        }
        Transition::Keep
    }

    fn finish(
        mut self,
        line: &Line,
        family: String,
        version: String,
        before: usize,
    ) -> Option<Procedure> {
        let transition = self.transition(line);
        for (spec, _) in &self.relations {
            self.builder.relation(spec.clone());
        }
        let fixing = line.get(P::Fixing).cloned();
        let fixing_named = fixing.as_ref().and_then(|w| self.resolve(w));
        let graph = match self.builder.build() {
            Ok(graph) => graph,
            Err(errors) => {
                // What the lines already said is not said again by the graph.
                let silent = self.faults.len() != before;
                for error in errors.iter().filter(|_| !silent) {
                    let said = error.to_string();
                    self.faults.push(line.span.fault("graph", &[("said", &said)]));
                }
                return None;
            }
        };
        let event_of = |node: Node| match node {
            Node::Event(i) => Some(kernel::EventId::new(self.events[i].1)),
            Node::Group(_) => None,
        };
        let fixing = fixing_named.and_then(|n| event_of(self.node_of(&n)));
        let mut acts: Vec<Act> = self.drafts.iter().map(|d| d.act.clone()).collect();
        acts.sort_by_key(|a| a.event);
        let mut rules = self.rules.clone();
        for id in graph.relation_ids() {
            rules[graph.relation(id).clause.index()].relations.push(id);
        }
        let groups =
            self.named.iter().filter(|(_, n)| matches!(n, Named::Group(..))).map(|(name, _)| {
                let acts =
                    self.acts_of(name).into_iter().map(|i| self.drafts[i].act.event).collect();
                Group { name: name.clone(), acts }
            });
        let groups = groups.collect();
        let mut claims = claims::claims(&mut self, line);
        let probes = match claims.iter().any(|c| c.when.is_some()) {
            true => claims::probes(&self, &mut claims)?,
            false => graph.clone(),
        };
        self.decisive(&graph);
        let mut procedure = Procedure {
            family,
            version,
            en: line.owned(P::En),
            in_force: self.in_force,
            fixing,
            transition,
            graph,
            probes,
            acts,
            groups,
            rules,
            fields: self.fields,
            roles: self.roles,
            params: self.params,
            claims,
            links: self.links,
            brings_year: self.brings_year,
            redated: self.redated,
            lookups: self.lookups,
            openings: self.openings,
            computations: self.computations,
            figures: Vec::new(),
            identities: Vec::new(),
            stories: Vec::new(),
            open_tests: Vec::new(),
            hash: String::new(),
            position: line.span.position(),
        };
        procedure.hash = crate::canonical::hash(&procedure);
        Some(procedure)
    }
}

/// Whether a field of this type holds the value.
pub(crate) fn admits(kind: FieldType, options: &[String], value: &kernel::Value) -> bool {
    match value {
        kernel::Value::Text(text) if kind == FieldType::Choice => {
            options.is_empty() || options.iter().any(|o| **o == **text)
        }
        _ => true,
    }
}

impl Names for Lowering<'_> {
    fn field(&self, name: &str) -> Option<&KnownField> {
        self.known.iter().find(|f| f.name == name)
    }

    fn param(&mut self, name: &str) -> Option<(ParamId, FieldType)> {
        self.params.iter().find(|p| p.name == name).map(|p| (p.id, p.kind))
    }

    fn field_names(&self) -> Vec<String> {
        self.known.iter().map(|f| f.name.clone()).collect()
    }

    fn param_names(&self) -> Vec<String> {
        self.params.iter().map(|p| p.name.clone()).collect()
    }
}

/// The value a scalar gives a field, by the field's type.
pub(crate) fn scalar_value(
    kind: FieldType,
    options: &[String],
    word: &Word,
) -> Option<kernel::Value> {
    let fits = match (&word.value, kind) {
        (Scalar::Flag(_), kind) => kind == FieldType::YesNo,
        (Scalar::Integer(_), kind) => {
            matches!(kind, FieldType::Integer | FieldType::Money | FieldType::Text)
        }
        (Scalar::Text(_), _) => true,
        (Scalar::Other, _) => false,
    };
    let value = value::parse(kind, &word.written()).filter(|_| fits)?;
    admits(kind, options, &value).then_some(value)
}

//! Acts, choice groups and groups.

use kernel::{Effective, EventId, EventSpec, Node, Owner, Repeat, TemplateId};

use super::{Draft, Lowering, Named};
use crate::fault::Span;
use crate::keywords::{EFFECT_END, EFFECT_SOURCE, Keyword, OUT, OWED, OWN_ACT_REASON, P};
use crate::model::{Act, Input, Paper};
use crate::shape::undeclared;
use crate::syntax::{Line, Word};

impl Lowering<'_> {
    pub(super) fn act(&mut self, line: &Line, template: Option<TemplateId>) {
        let Some(name) = line.arguments.first() else { return };
        if self.named.contains_key(name.text()) {
            self.declared_twice(name);
            return;
        }
        let (citations, reason) = self.basis(line, false);
        let unfounded = citations.is_empty() && reason.is_none();
        let reason = if unfounded { Some(OWN_ACT_REASON.to_owned()) } else { reason };
        let rule = self.rule(line, name.text(), (citations, reason));
        let spec = self.event_spec(line, name, rule, template);
        let act = Act {
            event: EventId::new(0),
            name: name.text().to_owned(),
            en: line.owned(P::En),
            roles: spec.roles.clone(),
            inputs: spec
                .fields
                .iter()
                .map(|(field, required)| Input { field: *field, required: *required })
                .collect(),
            papers: line.lines(Keyword::Paper).filter_map(paper).collect(),
            members: Vec::new(),
            automatic: spec.automatic.is_some(),
            forbidden: spec.reserved,
            rule,
            position: line.span.position(),
        };
        let draft = Draft {
            node: Node::Event(0),
            repeats: spec.repeat != Repeat::Once,
            party: spec.owner == Owner::Party,
            writes: spec
                .fields
                .iter()
                .map(|f| f.0)
                .chain(spec.writes.iter().map(|w| w.0))
                .collect(),
            act,
        };
        let node = self.builder.event(spec);
        self.add(draft, node, template);
        self.named.insert(name.text().to_owned(), Named::Act(self.drafts.len() - 1));
    }

    /// Adds the draft of a builder event and works out its compiled id.
    fn add(&mut self, mut draft: Draft, node: Node, template: Option<TemplateId>) {
        let start = self.events.last().map_or(0, |(_, at)| at + self.copies_of_last());
        self.events.push((template, start));
        draft.node = node;
        draft.act.event = EventId::new(start);
        self.drafts.push(draft);
    }

    /// How many compiled events the last builder event becomes.
    pub(super) fn copies_of_last(&self) -> usize {
        let template = self.events.last().and_then(|(t, _)| *t);
        let cap =
            |t: TemplateId| self.templates.values().find(|(id, _)| *id == t).map(|(_, cap)| *cap);
        template.and_then(cap).map_or(1, usize::from)
    }

    fn event_spec(
        &mut self,
        line: &Line,
        name: &Word,
        rule: kernel::ClauseId,
        template: Option<TemplateId>,
    ) -> EventSpec {
        let roles = self.roles_of(line);
        let party = !roles.is_empty() && roles.iter().all(|r| self.roles[r.index()].party);
        let forbidden = line.flag(P::Forbidden);
        if !line.flag(P::Automatic) && !forbidden && line.get(P::By).is_none() {
            self.faults.push(line.span.fault("missing-property", &[("name", P::By.word())]));
        }
        if line.flag(P::Automatic) && line.get(P::By).is_some() {
            self.faults.push(line.span.fault("automatic-by-role", &[("name", name.text())]));
        }
        let initial = line.text(P::Initial);
        let mut spec = EventSpec::act(name.text(), rule);
        spec.automatic = line.flag(P::Automatic).then(|| match line.text(P::Effect) {
            Some(EFFECT_END) => Effective::PeriodEnd,
            Some(EFFECT_SOURCE) => Effective::SourceDay,
            _ => Effective::Executed,
        });
        spec.included = initial != Some(OUT) && !forbidden;
        spec.pending = (initial == Some(OWED)).then_some(None);
        spec.repeat = self.repeat(line, name);
        spec.owner = if party { Owner::Party } else { Owner::Organ };
        spec.roles = roles;
        spec.reserved = forbidden;
        spec.template = template;
        self.form(line, &mut spec);
        spec
    }

    fn roles_of(&mut self, line: &Line) -> Vec<kernel::RoleId> {
        let mut found = Vec::new();
        for word in line.names(P::By) {
            match self.roles.iter().find(|r| r.name == word.text()) {
                Some(role) => found.push(role.id),
                None => {
                    let list = self.roles.iter().map(|r| r.name.as_str());
                    let fault = undeclared(&word.span, Keyword::Role.word(), word.text(), list);
                    self.faults.push(fault);
                }
            }
        }
        found
    }

    fn repeat(&mut self, line: &Line, name: &Word) -> Repeat {
        let most = line.integer(P::AtMost);
        let repeatable = line.flag(P::Repeatable);
        if (repeatable || most.is_some_and(|n| n > 1)) && line.get(P::Reason).is_none() {
            self.faults.push(line.span.fault("repeatable-needs-reason", &[("name", name.text())]));
        }
        match most.map(u16::try_from) {
            Some(Ok(0) | Err(_)) => {
                let span = line.get(P::AtMost).map_or(&line.span, |w| &w.span);
                self.faults.push(span.fault("wrong-count", &[]));
                Repeat::Once
            }
            Some(Ok(1)) => Repeat::Once,
            Some(Ok(n)) => Repeat::AtMost(n),
            None if repeatable => Repeat::Unlimited,
            None => Repeat::Once,
        }
    }

    fn form(&mut self, line: &Line, spec: &mut EventSpec) {
        let known = self.known.clone();
        let mut seen = Vec::new();
        for field_line in line.lines(Keyword::Field) {
            let Some(word) = field_line.arguments.first() else { continue };
            let Some(field) = known.iter().find(|f| f.name == word.text()) else { continue };
            if seen.contains(&word.text()) {
                self.declared_twice(word);
                continue;
            }
            seen.push(word.text());
            spec.fields.push((field.id, field_line.flag(P::Required)));
            if field_line.flag(P::Posted) {
                spec.posted = Some(field.id);
            }
        }
        for (name, word) in line.lines(Keyword::Write).flat_map(|l| &l.named) {
            spec.writes.extend(self.constant(name, word));
        }
    }

    /// Choice groups and groups of one body, in the order their members need.
    pub(super) fn choices_and_groups(&mut self, body: &[Line], template: Option<TemplateId>) {
        let is_choice = |l: &&Line| matches!(l.keyword(), Keyword::AnyOf | Keyword::OneOf);
        let groups: Vec<&Line> = body.iter().filter(|l| l.keyword() == Keyword::Group).collect();
        for line in body.iter().filter(is_choice) {
            self.choice(line, &groups, template);
        }
        for line in &groups {
            self.group(line, &groups, &mut Vec::new());
        }
    }

    fn choice(&mut self, line: &Line, groups: &[&Line], template: Option<TemplateId>) {
        let Some(name) = line.arguments.first() else { return };
        if self.named.contains_key(name.text()) {
            self.declared_twice(name);
            return;
        }
        let mut members = Vec::new();
        for word in &line.names {
            members.extend(self.member_acts(word, groups, 0));
        }
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            self.faults.push(line.span.fault("no-members", &[("name", name.text())]));
            return;
        }
        let basis = self.basis(line, true);
        let rule = self.rule(line, name.text(), basis);
        let nodes: Vec<Node> = members.iter().map(|m| self.drafts[*m].node).collect();
        let party = members.iter().all(|m| self.drafts[*m].party);
        let mut spec = EventSpec::act(name.text(), rule);
        spec.owner = if party { Owner::Party } else { Owner::Organ };
        spec.template = template;
        let act = Act {
            event: EventId::new(0),
            name: name.text().to_owned(),
            en: line.owned(P::En),
            roles: Vec::new(),
            inputs: Vec::new(),
            papers: Vec::new(),
            members: members.iter().map(|m| self.drafts[*m].act.event).collect(),
            automatic: false,
            forbidden: false,
            rule,
            position: line.span.position(),
        };
        let writes = members.iter().flat_map(|m| self.drafts[*m].writes.clone()).collect();
        let node = self.builder.choice(spec, &nodes, line.keyword() == Keyword::OneOf);
        let draft = Draft { act, node, repeats: true, party, writes };
        self.add(draft, node, template);
        self.named.insert(name.text().to_owned(), Named::Choice(node, members));
    }

    /// The acts a member of a choice stands for: an act, or a group of acts.
    fn member_acts(&mut self, word: &Word, groups: &[&Line], depth: usize) -> Vec<usize> {
        if let Some(Named::Act(i)) = self.named.get(word.text()) {
            return vec![*i];
        }
        let group =
            groups.iter().find(|g| g.arguments.first().is_some_and(|n| n.text() == word.text()));
        match group {
            Some(group) if depth < 8 => {
                group.names.iter().flat_map(|n| self.member_acts(n, groups, depth + 1)).collect()
            }
            Some(_) => {
                self.faults.push(word.span.fault("group-circle", &[("name", word.text())]));
                Vec::new()
            }
            None => {
                let code = matches!(self.named.get(word.text()), Some(Named::Choice(..)));
                let fault = match code {
                    true => word.span.fault("choice-in-choice", &[("name", word.text())]),
                    false => {
                        let list = self.named.keys().map(String::as_str);
                        undeclared(&word.span, Keyword::Act.word(), word.text(), list)
                    }
                };
                self.faults.push(fault);
                Vec::new()
            }
        }
    }

    /// Adds a group after the groups inside it.
    fn group(&mut self, line: &Line, groups: &[&Line], path: &mut Vec<String>) {
        let Some(name) = line.arguments.first() else { return };
        match self.named.get(name.text()) {
            // Reached before as a member of another group.
            Some(Named::Group(..)) if self.same_group(line) => return,
            Some(_) => {
                self.declared_twice(name);
                return;
            }
            None => {}
        }
        if path.contains(&name.text().to_owned()) {
            self.faults.push(name.span.fault("group-circle", &[("name", name.text())]));
            return;
        }
        path.push(name.text().to_owned());
        let mut nodes = Vec::new();
        let mut names = Vec::new();
        for word in &line.names {
            let inner = groups
                .iter()
                .find(|g| g.arguments.first().is_some_and(|n| n.text() == word.text()));
            if let Some(inner) = inner.filter(|_| !self.named.contains_key(word.text())) {
                self.group(inner, groups, path);
            }
            if let Some(named) = self.resolve(word) {
                nodes.push(self.node_of(&named));
                names.push(word.text().to_owned());
            }
        }
        path.pop();
        if nodes.is_empty() {
            self.faults.push(line.span.fault("no-members", &[("name", name.text())]));
        }
        let node = self.builder.group(name.text(), &nodes);
        self.group_lines.push((name.text().to_owned(), position_of(&line.span)));
        self.named.insert(name.text().to_owned(), Named::Group(node, names));
    }

    fn same_group(&self, line: &Line) -> bool {
        let name = line.arguments.first().map(Word::text).unwrap_or_default();
        self.group_lines.iter().any(|(n, at)| n == name && *at == position_of(&line.span))
    }
}

fn position_of(span: &Span) -> (usize, std::sync::Arc<str>) {
    (span.range.start, span.text.path.clone())
}

fn paper(line: &Line) -> Option<Paper> {
    let name = line.arguments.first()?.text().to_owned();
    Some(Paper { name, served: line.flag(P::Served), public: line.flag(P::PaperPublic) })
}

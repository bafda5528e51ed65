//! Performing an act in the reference: the order of section 6, one line of it after another.

use kernel::{FieldId, KindSpec, Length, Merge, Repeat, Span, Value};

use super::advance::ClockAct;
use super::calendar::day_of;
use super::clock::Owed;
use super::enabled::{Reason, Why};
use super::facts::Count;
use super::law::Name;
use super::state::{Case, State, Stop};

/// One act to be judged.
#[derive(Clone, Debug)]
pub struct Act {
    pub name: Name,
    pub at: i64,
    pub payload: Vec<(FieldId, Value)>,
    pub key: Option<String>,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Done {
    pub clock_acts: Vec<ClockAct>,
    pub refused: Vec<Reason>,
    pub warned: Vec<Reason>,
    pub following: Vec<ClockAct>,
    pub happened: bool,
}

/// What one performer does, read before anything changes.
#[derive(Default)]
pub(super) struct Effects {
    pub excludes: Vec<Name>,
    pub includes: Vec<Name>,
    pub responses: Vec<(usize, Name, Option<Count>, Merge)>,
    pub closes: Vec<Stop>,
    pub extends: Vec<((usize, Name, Name), Span, u32)>,
    pub opens: Vec<Stop>,
    pub spawns: Vec<usize>,
    /// Made by a breach: its duties are never due before it.
    pub of_breach: bool,
}

impl Case {
    /// Performs the act or says why not; with `reported`, performs it in spite of that.
    pub fn perform(&mut self, act: &Act, reported: bool) -> Done {
        let mut done = Done::default();
        let own = act.name.place;
        if act.at < self.now {
            done.refused.push((own, Why::BeforeLast { now: self.now }));
            return done;
        }
        done.clock_acts = self.advance(act.at);
        let spec = self.place.spec(act.name);
        if spec.automatic.is_some() || self.place.is_choice(act.name) {
            done.refused.push((own, Why::NotForPersons));
            return done;
        }
        (done.refused, done.warned) = self.why_not(act.name, act.at, &act.payload);
        done.refused.extend(self.payload_reasons(act));
        done.refused.extend(self.instance_reasons(act));
        if done.refused.is_empty() {
            done.refused = self.undecidable(act);
        }
        let wrong = done
            .refused
            .iter()
            .any(|(_, why)| matches!(why, Why::FieldWrong(_) | Why::FieldTwice(_)));
        if done.refused.is_empty() || reported && !wrong {
            self.execute(act, act.at);
            done.happened = true;
            if self.place.law.events.iter().any(|e| e.automatic.is_some()) {
                done.following = self.advance(act.at);
            }
        }
        done
    }

    fn payload_reasons(&self, act: &Act) -> Vec<Reason> {
        let (spec, own) = (self.place.spec(act.name), act.name.place);
        let mut reasons = Vec::new();
        for (field, required) in &spec.fields {
            if *required && act.payload.iter().all(|(f, _)| f != field) {
                reasons.push((own, Why::FieldRequired(*field)));
            }
        }
        for (place, (field, value)) in act.payload.iter().enumerate() {
            if act.payload.iter().position(|(f, _)| f == field) != Some(place) {
                reasons.push((own, Why::FieldTwice(*field)));
            }
            let (kind, past) = &self.place.law.fields[field.index()];
            let ahead = match value {
                Value::Day(day) => i64::from(day.0) > day_of(act.at),
                Value::Instant(at) => at.0 > act.at,
                _ => false,
            };
            if !kind.admits(value) || spec.fields.iter().all(|(f, _)| f != field) {
                reasons.push((own, Why::FieldWrong(*field)));
            } else if *past && ahead {
                reasons.push((own, Why::DateAhead(*field)));
            }
        }
        reasons
    }

    /// The events the act executes: its choice groups first, then itself.
    fn performers(&self, name: Name) -> Vec<Name> {
        let mut all = self.choices_of(name);
        all.push(name);
        all
    }

    /// The constants the performers write; what the act states wins over them.
    fn writes(&self, name: Name) -> Vec<(FieldId, Value)> {
        let performers = self.performers(name);
        performers.iter().rev().flat_map(|p| self.place.spec(*p).writes.clone()).collect()
    }

    /// Guards and limits of effects that cannot be decided on the new store.
    pub(super) fn undecidable(&self, act: &Act) -> Vec<Reason> {
        let writes = self.writes(act.name);
        let facts = self.facts(vec![&act.payload, &writes], act.at);
        let mut reasons = Vec::new();
        for performer in self.performers(act.name) {
            let mut guards = Vec::new();
            let mut limits = Vec::new();
            for link in self.links(is_effect).iter().filter(|l| l.from == performer) {
                let known = link.rule.when.as_ref().map_or(Some(true), |g| facts.holds(g));
                let missing = link.rule.when.as_ref().and_then(|g| facts.missing(g));
                if let (None, Some(missing)) = (known, missing) {
                    guards.push((link.rule.clause, Why::Unknown(missing)));
                }
                let limit = match &link.rule.kind {
                    KindSpec::Response { limit, .. } => limit.as_ref(),
                    KindSpec::Extend { limit, .. } => Some(limit),
                    _ => None,
                };
                if let (Some(true), Some(limit)) = (known, limit) {
                    let count = facts.count(limit, act.at, |e| self.running(e));
                    limits.extend(count.err().map(|m| (link.rule.clause, Why::Unknown(m))));
                }
            }
            reasons.extend(guards);
            reasons.extend(limits);
        }
        reasons
    }

    /// The clauses the act would fire, with their ends.
    pub fn fired(&self, act: &Act) -> Vec<(usize, Name, Name)> {
        let performers = self.performers(act.name);
        let writes = self.writes(act.name);
        let facts = self.facts(vec![&act.payload, &writes], act.at);
        let mut fired = Vec::new();
        for link in self.links(is_effect) {
            let holds = link.rule.when.as_ref().is_none_or(|g| facts.holds(g) == Some(true));
            let stop = |until| (link.index, link.from, link.to, until);
            let ends = |u: Name| performers.contains(&u) && self.open.contains(&stop(u));
            if performers.contains(&link.from) && holds || link.until.is_some_and(ends) {
                fired.push((link.rule.clause, link.from, link.to));
            }
        }
        fired
    }

    fn instance_reasons(&self, act: &Act) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let writes = self.writes(act.name);
        let facts = self.facts(vec![&act.payload, &writes], act.at);
        for performer in self.performers(act.name) {
            for link in self.links(|k| matches!(k, KindSpec::Spawn(_))) {
                let KindSpec::Spawn(template) = link.rule.kind else { continue };
                let idle = link.rule.when.as_ref().is_some_and(|g| facts.holds(g) != Some(true));
                if link.from != performer || idle {
                    continue;
                }
                let (keys, cap) =
                    (&self.keys[template.index()], self.place.law.templates[template.index()]);
                let exists = act.key.as_ref().is_some_and(|k| keys.contains(k));
                if act.key.is_none() || exists || keys.len() >= usize::from(cap) {
                    let template = template.index();
                    reasons.push((link.rule.clause, Why::InstanceRefused { template, exists }));
                }
            }
        }
        reasons
    }

    /// Executes without asking; limits count from `effective`.
    pub(super) fn execute(&mut self, act: &Act, effective: i64) {
        self.pass_to(act.at);
        let before = self.all_included();
        let performers = self.performers(act.name);
        let writes = self.writes(act.name);
        for (field, value) in writes.iter().rev().chain(&act.payload) {
            self.store.insert(*field, value.clone());
        }
        let effects: Vec<Effects> =
            performers.iter().map(|p| self.effects_of(*p, effective, act.at)).collect();
        for (performer, effects) in performers.iter().zip(&effects) {
            let state = self.state.get_mut(performer).expect("it exists");
            state.executed = Some(effective);
            state.times += 1;
            state.owed = None;
            state.late = false;
            if self.place.is_choice(*performer) {
                self.note("choice executed");
            }
            if self.place.spec(*performer).repeat != Repeat::Once {
                self.note("repeatable executed");
            }
            self.carry_out(*performer, act.at, effects, &before);
        }
        for template in effects.iter().flat_map(|e| &e.spawns) {
            self.spawn(*template, act);
        }
    }

    fn effects_of(&self, performer: Name, effective: i64, at: i64) -> Effects {
        let facts = self.facts(Vec::new(), at);
        let mut effects = Effects::default();
        for link in self.links(is_effect) {
            if let (KindSpec::Stop { .. }, Some(until)) = (&link.rule.kind, link.until)
                && until == performer
            {
                effects.closes.push((link.index, link.from, link.to, until));
            }
            let guard = link.rule.when.as_ref();
            if link.from != performer || guard.is_some_and(|g| facts.holds(g) != Some(true)) {
                continue;
            }
            let count = |limit| facts.count(limit, effective, |e| self.running(e)).ok();
            match &link.rule.kind {
                KindSpec::Exclude => effects.excludes.push(link.to),
                KindSpec::Include => effects.includes.push(link.to),
                KindSpec::Response { limit, merge } => effects.responses.push((
                    link.rule.clause,
                    link.to,
                    limit.as_ref().and_then(count),
                    merge.unwrap_or(Merge::Replace),
                )),
                KindSpec::Stop { .. } => {
                    let until = link.until.expect("a stop has a closer");
                    effects.opens.push((link.index, link.from, link.to, until));
                }
                KindSpec::Extend { limit, max } => {
                    if let Some(Length::Span(span)) = count(limit).map(|c| c.term.length) {
                        let id = (link.index, link.from, link.to);
                        effects.extends.push((id, span, u32::from(*max)));
                    }
                }
                KindSpec::Spawn(template) => effects.spawns.push(template.index()),
                _ => {}
            }
        }
        effects
    }

    /// Excludes, includes, responses, clocks: close, extend, open.
    pub(super) fn carry_out(
        &mut self,
        source: Name,
        at: i64,
        effects: &Effects,
        before: &std::collections::BTreeSet<Name>,
    ) {
        let earlier = self.all_included();
        for target in &effects.excludes {
            self.note("exclude");
            let state = self.state.get_mut(target).expect("it exists");
            if state.included {
                state.closed_by = Some((source, at));
            }
            state.included = false;
        }
        for target in &effects.includes {
            self.note("include");
            self.state.get_mut(target).expect("it exists").included = true;
        }
        for target in self.all_included() {
            if !before.contains(&target) && !earlier.contains(&target) {
                self.revive(target, at);
            }
        }
        let mut targets: Vec<Name> = effects.responses.iter().map(|r| r.1).collect();
        targets.sort();
        targets.dedup();
        for target in targets {
            self.respond(source, at, target, effects);
        }
        self.clocks(at, effects);
    }

    fn revive(&mut self, target: Name, at: i64) {
        let place = self.place.clone();
        let state = self.state.get_mut(&target).expect("it exists");
        if let Some(owed) = state.owed.as_mut().filter(|_| !state.late)
            && owed.revive(at, &place.calendar)
        {
            self.note("re-included with a past due");
        }
    }

    fn respond(&mut self, source: Name, at: i64, target: Name, effects: &Effects) {
        let place = self.place.clone();
        let group = effects.responses.iter().filter(|r| r.1 == target);
        let mut newest: Option<Owed> = None;
        let mut strictest = false;
        for (clause, _, count, merge) in group {
            self.note("response");
            strictest |= *merge == Merge::Strictest;
            let count = count.clone();
            let mut owed = Owed::new(Some(*clause), Some(source), at, count, &place.calendar);
            if effects.of_breach && owed.revive(at, &place.calendar) {
                self.note("breach made a duty with a past due");
            }
            let due = |o: &Owed| o.due().map_or(i64::MAX, |e| e.due);
            if newest.as_ref().is_none_or(|n| due(&owed) < due(n)) {
                if newest.is_some() {
                    self.note("earliest of a group");
                }
                newest = Some(owed);
            }
        }
        let mut newest = newest.expect("a group has a member");
        if self.stopped(target) {
            newest.stop(at, &place.calendar);
        }
        let state = &self.state[&target];
        if let Some(old) = state.owed.as_ref().filter(|_| strictest) {
            if old.stands_against(&newest, at, &place.calendar) {
                self.note("strictest kept");
                return;
            }
            self.note("strictest replaced");
        }
        if !self.included(target) {
            self.note("dormant duty created");
        }
        let state = self.state.get_mut(&target).expect("it exists");
        state.owed = Some(newest);
        state.late = false;
    }

    fn clocks(&mut self, at: i64, effects: &Effects) {
        let place = self.place.clone();
        for stop in &effects.closes {
            if self.open.remove(stop) {
                self.note("stop closed");
            }
            let others = self.stopped(stop.2);
            let held = self.state[&stop.2].owed.as_ref().is_some_and(Owed::is_held);
            if held && others {
                self.note("stop closed while another is open");
            }
            if held && !others {
                let state = self.state.get_mut(&stop.2).expect("it exists");
                state.owed.as_mut().expect("held").resume(at, &place.calendar);
                self.note("clock resumed");
            }
        }
        for (id, span, max) in &effects.extends {
            self.note("extension");
            let state = self.state.get_mut(&id.2).expect("it exists");
            if let Some(owed) = state.owed.as_mut().filter(|o| o.count.is_some() && !state.late) {
                owed.extend(at, *span, &place.calendar);
                let used = self.used.entry(*id).or_default();
                *used = (*used + 1).min(*max);
            }
        }
        for stop in &effects.opens {
            self.note("stop");
            if self.stopped(stop.2) {
                self.note("overlapping stop");
            }
            self.open.insert(*stop);
            let state = self.state.get_mut(&stop.2).expect("it exists");
            if let Some(owed) = state.owed.as_mut().filter(|_| !state.late) {
                owed.stop(at, &place.calendar);
            }
        }
    }

    fn spawn(&mut self, template: usize, act: &Act) {
        let cap = usize::from(self.place.law.templates[template]);
        let Some(key) = act.key.clone() else { return };
        let copy = self.keys[template].len();
        if copy >= cap || self.keys[template].contains(&key) {
            return;
        }
        self.note("spawn");
        self.keys[template].push(key);
        for place in 0..self.place.law.events.len() {
            if self.place.law.template_of(place) == Some(template) {
                self.state.insert(Name { place, copy }, State::default());
            }
        }
        for place in 0..self.place.law.events.len() {
            if self.place.law.template_of(place) == Some(template) {
                self.begin(Name { place, copy }, act.at);
            }
        }
        self.begin_choices();
    }
}

/// Effects of an execution: everything but constraints and what a breach sets off.
fn is_effect(kind: &KindSpec) -> bool {
    !matches!(kind, KindSpec::Condition { .. } | KindSpec::Milestone | KindSpec::Overdue(_))
}

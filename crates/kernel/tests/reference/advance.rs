//! Time in the reference: breaches and automatic acts, one at a time, the earliest first.

use kernel::{Effect, Effective, KindSpec};

use super::calendar::Ends;
use super::law::Name;
use super::state::Case;
use super::step::{Act, Effects};

/// Something the clock did.
#[derive(Clone, PartialEq, Debug)]
pub enum ClockAct {
    Breach { name: Name, at: i64, due: Ends, clause: Option<usize>, by: Option<Name>, since: i64 },
    Automatic { name: Name, at: i64, effective: i64 },
}

impl Case {
    /// Moves time to `to`; always succeeds.
    pub fn advance(&mut self, to: i64) -> Vec<ClockAct> {
        let mut acts = Vec::new();
        loop {
            let breach = self.first_breach(to);
            let automatic = self.first_automatic(to);
            let act = match (breach, automatic) {
                (None, None) => break,
                (Some((b, name)), None) => self.breach(name, b),
                (Some((b, name)), Some((a, _))) if b <= a => self.breach(name, b),
                (_, Some((a, name))) => self.automatic(name, a),
            };
            acts.push(act);
        }
        self.pass_to(to);
        acts
    }

    /// Of all duties whose due has passed, the one with the smallest (due, name).
    fn first_breach(&self, to: i64) -> Option<(i64, Name)> {
        let mut found: Option<(i64, Name)> = None;
        for (name, state) in &self.state {
            let due = state.owed.as_ref().and_then(|o| o.due()).filter(|e| !e.provisional);
            if let Some(ends) = due
                && self.included(*name)
                && !state.late
                && ends.due < to
            {
                found = Some(found.map_or((ends.due, *name), |f| f.min((ends.due, *name))));
            }
        }
        found.map(|(due, name)| (self.now.max(due + 1), name))
    }

    fn first_automatic(&self, to: i64) -> Option<(i64, Name)> {
        let mut found: Option<(i64, Name)> = None;
        for (name, state) in &self.state {
            if self.place.spec(*name).automatic.is_some()
                && state.executed.is_none()
                && let Some(at) = self.first_enabled(*name, to)
            {
                found = Some(found.map_or((at, *name), |f| f.min((at, *name))));
            }
        }
        found
    }

    /// The waits that apply to an event: ready, provisional, and the source's execution.
    fn waits(&self, name: Name, at: i64) -> Vec<(i64, bool, i64)> {
        let facts = self.facts(Vec::new(), at);
        let mut waits = Vec::new();
        for link in self.links(|k| matches!(k, KindSpec::Condition { .. })) {
            let KindSpec::Condition { wait: Some(wait), .. } = &link.rule.kind else { continue };
            let void = link.rule.when.as_ref().is_some_and(|g| facts.holds(g) == Some(false));
            let void = void || link.rule.warn;
            let done = self.state[&link.from].executed;
            if let (Some(done), true, false) =
                (done, link.to == name && self.included(link.from), void)
                && let Ok(count) = facts.count(&wait.limit, done, |e| self.running(e))
            {
                let ready = self.place.calendar.ready(count.anchor, &count.term, wait.end);
                waits.push((ready.0, ready.1 || count.is_unsure(), done));
            }
        }
        waits
    }

    /// The first instant from now on at which it is enabled, if nothing else happens: it can only
    /// become enabled when a wait ends. What rests on an unpublished day does not happen by itself.
    fn first_enabled(&self, name: Name, to: i64) -> Option<i64> {
        let waits = self.waits(name, self.now);
        if waits.iter().any(|(_, provisional, _)| *provisional) {
            return None;
        }
        let mut instants: Vec<i64> = waits.iter().map(|(ready, ..)| *ready).collect();
        instants.push(self.now);
        instants.sort();
        instants.into_iter().find(|at| {
            let act = Act { name, at: *at, payload: Vec::new(), key: None };
            *at >= self.now
                && *at <= to
                && self.why_not(name, *at, &[]).0.is_empty()
                && self.undecidable(&act).is_empty()
        })
    }

    fn automatic(&mut self, name: Name, at: i64) -> ClockAct {
        self.note("automatic act");
        let latest = self.waits(name, at).into_iter().map(|(ready, _, done)| (ready, done)).max();
        let effective = match (self.place.spec(name).automatic, latest) {
            (Some(Effective::PeriodEnd), Some((ready, _))) => ready - 1,
            (Some(Effective::SourceDay), Some((_, done))) => done,
            _ => at,
        };
        if effective < at {
            self.note("automatic act dated back");
        }
        self.execute(&Act { name, at, payload: Vec::new(), key: None }, effective);
        ClockAct::Automatic { name, at, effective }
    }

    fn breach(&mut self, name: Name, at: i64) -> ClockAct {
        self.note("breach");
        self.pass_to(at);
        let state = self.state.get_mut(&name).expect("it exists");
        state.late = true;
        let owed = state.owed.clone().expect("it is owed");
        let effects = self.overdue(name, at);
        let before = self.all_included();
        self.carry_out(name, at, &effects, &before);
        let due = owed.due().expect("it was running");
        ClockAct::Breach { name, at, due, clause: owed.clause, by: owed.by, since: owed.since }
    }

    /// Nobody can supply a missing field when a duty breaches: an unknown guard does not silence
    /// the consequence. A duty made by a breach is never due before it.
    fn overdue(&mut self, name: Name, at: i64) -> Effects {
        let case = self.clone();
        let facts = case.facts(Vec::new(), at);
        let mut effects = Effects { of_breach: true, ..Effects::default() };
        for link in case.links(|k| matches!(k, KindSpec::Overdue(_))) {
            let KindSpec::Overdue(effect) = &link.rule.kind else { continue };
            let void = link.rule.when.as_ref().is_some_and(|g| facts.holds(g) == Some(false));
            if link.from != name || void {
                continue;
            }
            self.note("overdue effect");
            match effect {
                Effect::Exclude => effects.excludes.push(link.to),
                Effect::Include => effects.includes.push(link.to),
                Effect::Respond { limit, merge } => {
                    let count = limit.and_then(|l| facts.count(&l, at, |e| case.running(e)).ok());
                    effects.responses.push((link.rule.clause, link.to, count, *merge));
                }
            }
        }
        effects
    }
}

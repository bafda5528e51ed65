//! What bars an event in the reference: every rule that fails, by walking all of them.

use kernel::{End, FieldId, KindSpec, Missing, Repeat, Value};

use super::calendar::{end_of, start_of};
use super::clock::Clock;
use super::facts::{Count, Facts};
use super::law::Name;
use super::state::{Case, Link};

/// One reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    NotIncluded { closed_by: Option<(Name, i64)>, opened_by: Vec<Name> },
    Repeated { max: u32, last: i64 },
    NotDone { source: Name },
    TooEarly { source: Name, anchor: i64, ready: i64, provisional: bool },
    TooLate { source: Name, anchor: i64, due: i64, timing: i64 },
    NoticeTooShort { source: Name, done: i64, latest: i64 },
    NotMet { source: Name },
    Awaiting { duty: Name },
    NothingToExtend { duty: Name },
    ExtendedTooLate { duty: Name, due: i64 },
    ExtensionsUsed { duty: Name, max: u32 },
    Unknown(Missing),
    FieldRequired(FieldId),
    FieldWrong(FieldId),
    FieldTwice(FieldId),
    DateAhead(FieldId),
    BeforeLast { now: i64 },
    InstanceRefused { template: usize, exists: bool },
    NotForPersons,
}

/// A reason with the clause it cites.
pub type Reason = (usize, Why);

/// What a day in a statement means as a moment.
fn moment(value: Option<Value>, of_day: fn(i64) -> i64) -> Option<i64> {
    match value? {
        Value::Day(day) => Some(of_day(i64::from(day.0))),
        Value::Instant(at) => Some(at.0),
        _ => None,
    }
}

impl Case {
    /// Reasons that refuse and reasons that warn, at `at`, to which time has been advanced.
    pub fn why_not(
        &self,
        name: Name,
        at: i64,
        payload: &[(FieldId, Value)],
    ) -> (Vec<Reason>, Vec<Reason>) {
        let mut refused = self.own_reasons(name);
        let mut warned = Vec::new();
        let facts = self.facts(Vec::new(), at);
        for link in self.links(|k| {
            matches!(k, KindSpec::Condition { .. } | KindSpec::Milestone | KindSpec::Extend { .. })
        }) {
            let on = if let KindSpec::Extend { .. } = link.rule.kind { link.from } else { link.to };
            let applies = link.rule.when.as_ref().is_none_or(|g| facts.holds(g) != Some(false));
            if on == name && applies {
                let list = if link.rule.warn { &mut warned } else { &mut refused };
                let reasons = self.fails(&link, at, payload, &facts);
                list.extend(reasons.into_iter().map(|why| (link.rule.clause, why)));
            }
        }
        (refused, warned)
    }

    fn own_reasons(&self, name: Name) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let state = &self.state[&name];
        if !self.included(name) {
            let excludes = |k: &KindSpec| {
                matches!(k, KindSpec::Exclude | KindSpec::Overdue(kernel::Effect::Exclude))
            };
            let includes = |k: &KindSpec| {
                matches!(k, KindSpec::Include | KindSpec::Overdue(kernel::Effect::Include))
            };
            let onto_it = |l: &Link| l.to == name;
            let outs = self.links(excludes);
            let mut by = outs.iter().filter(|l| onto_it(l));
            let cited = by.find(|l| state.closed_by.is_some_and(|(who, _)| who == l.from));
            let ins: Vec<Link> = self.links(includes).into_iter().filter(onto_it).collect();
            let clause = cited.or(ins.first()).map_or(name.place, |l| l.rule.clause);
            let opened_by = ins.iter().map(|l| l.from).collect();
            reasons.push((clause, Why::NotIncluded { closed_by: state.closed_by, opened_by }));
        }
        let max = match self.place.spec(name).repeat {
            Repeat::Once => 1,
            Repeat::AtMost(n) => u32::from(n),
            Repeat::Unlimited => return reasons,
        };
        if let Some(last) = state.executed.filter(|_| state.times.max(1) >= max) {
            reasons.push((name.place, Why::Repeated { max, last }));
        }
        reasons
    }

    fn fails(&self, link: &Link, at: i64, payload: &[(FieldId, Value)], facts: &Facts) -> Vec<Why> {
        let (source, target) = (link.from, link.to);
        match &link.rule.kind {
            KindSpec::Milestone if self.included(source) && self.is_pending(source) => {
                vec![Why::Awaiting { duty: source }]
            }
            KindSpec::Extend { max, .. } => self.cannot_extend(link, u32::from(*max)),
            KindSpec::Condition { wait, bound, lead, and_if, .. } if self.included(source) => {
                let Some(done) = self.state[&source].executed else {
                    return vec![Why::NotDone { source }];
                };
                let mut reasons = Vec::new();
                let count = |limit| facts.count(limit, done, |e| self.running(e));
                if let Some(wait) = wait {
                    reasons.extend(self.too_early(source, at, count(&wait.limit), wait.end));
                }
                if let Some(bound) = bound {
                    let timing = self.timing(target, at, payload);
                    reasons.extend(self.too_late(source, timing, count(bound)));
                }
                if let Some(lead) = lead {
                    let stated = payload.iter().find(|(f, _)| *f == lead.until);
                    let date = stated.map(|(_, v)| v.clone()).or_else(|| facts.field(lead.until));
                    match (moment(date, start_of), count(&lead.limit)) {
                        (None, _) => reasons.push(Why::Unknown(Missing::Field(lead.until))),
                        (_, Err(missing)) => reasons.push(Why::Unknown(missing)),
                        (Some(date), Ok(count)) => {
                            let done = count.anchor;
                            let (latest, _) = self.place.calendar.latest_before(date, &count.term);
                            if done > latest {
                                reasons.push(Why::NoticeTooShort { source, done, latest });
                            }
                        }
                    }
                }
                if let Some(guard) = and_if {
                    match facts.holds(guard) {
                        Some(true) => {}
                        Some(false) => reasons.push(Why::NotMet { source }),
                        None => reasons.push(match facts.missing(guard) {
                            Some(missing) => Why::Unknown(missing),
                            None => Why::NotMet { source },
                        }),
                    }
                }
                reasons
            }
            _ => Vec::new(),
        }
    }

    fn too_early(
        &self,
        source: Name,
        at: i64,
        count: Result<Count, Missing>,
        end: End,
    ) -> Option<Why> {
        let count = match count {
            Ok(count) => count,
            Err(missing) => return Some(Why::Unknown(missing)),
        };
        let (ready, provisional) = self.place.calendar.ready(count.anchor, &count.term, end);
        let (anchor, provisional) = (count.anchor, provisional || count.is_unsure());
        (ready > at).then_some(Why::TooEarly { source, anchor, ready, provisional })
    }

    fn too_late(&self, source: Name, timing: i64, count: Result<Count, Missing>) -> Option<Why> {
        let count = match count {
            Ok(count) => count,
            Err(missing) => return Some(Why::Unknown(missing)),
        };
        let ends = self.place.calendar.due(count.anchor, &count.term);
        let (anchor, due) = (count.anchor, ends.due);
        (timing > due && !ends.provisional && !count.is_unsure()).then_some(Why::TooLate {
            source,
            anchor,
            due,
            timing,
        })
    }

    /// A letter posted in time is in time.
    fn timing(&self, target: Name, at: i64, payload: &[(FieldId, Value)]) -> i64 {
        let posted = self.place.spec(target).posted.and_then(|field| {
            let stated = payload.iter().find(|(f, _)| *f == field);
            moment(stated.map(|(_, v)| v.clone()), end_of)
        });
        posted.map_or(at, |posted| posted.min(at))
    }

    fn cannot_extend(&self, link: &Link, max: u32) -> Vec<Why> {
        let duty = link.to;
        let state = &self.state[&duty];
        let mut reasons = Vec::new();
        match state.owed.as_ref().map(|o| &o.clock) {
            Some(Clock::Running(ends)) if self.included(duty) => {
                if state.late {
                    reasons.push(Why::ExtendedTooLate { duty, due: ends.due });
                }
            }
            Some(Clock::Held { .. }) if self.included(duty) => {}
            _ => reasons.push(Why::NothingToExtend { duty }),
        }
        let used = self.used.get(&(link.index, link.from, link.to)).copied().unwrap_or(0);
        if used >= max {
            reasons.push(Why::ExtensionsUsed { duty, max });
        }
        reasons
    }
}

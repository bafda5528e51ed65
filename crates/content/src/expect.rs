//! Compares what a moment of a story expects with what the kernel decided.

use kernel::{Barriers, Clock, Duty, EventId, FieldId, Missing, Unauthorised, Why, barriers};

use crate::keywords::INTERNAL;
use crate::model::Procedure;
use crate::replay::{Telling, Told, Unmet};
use crate::story::{Beat, Expect};
use crate::value::write;

const WORDING: &str = include_str!("../wording/stories.txt");

/// The sentence of a key with its facts.
pub(crate) fn say(key: &str, facts: &[(&str, &str)]) -> String {
    let line = WORDING.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(" = "));
    facts.iter().fold(line.unwrap_or(key).to_owned(), |text, (name, fact)| {
        text.replace(&format!("{{{name}}}"), fact)
    })
}

/// Everything that is not as the moment expects.
pub(crate) fn compare(telling: &Telling, beat: &Beat, told: &Told) -> Vec<Unmet> {
    let look = Look { telling, told };
    let mut unmet: Vec<Unmet> = beat
        .expectations
        .iter()
        .filter_map(|e| {
            let message = look.differs(&e.kind)?;
            Some(Unmet { position: e.position.clone(), message })
        })
        .collect();
    let refusal = |e: &Expect| {
        matches!(
            e,
            Expect::Refused(_)
                | Expect::RefusedRole
                | Expect::RefusedPersons
                | Expect::RefusedFew
                | Expect::RefusedField(_)
                | Expect::RefusedMissing(_)
        )
    };
    let expects_refusal = beat.expectations.iter().any(|e| refusal(&e.kind));
    if beat.act.is_some() && !told.accepted && !expects_refusal {
        let message = say("refused-unexpectedly", &[("why", &look.reasons())]);
        unmet.push(Unmet { position: beat.position.clone(), message });
    }
    let expects_warning = beat.expectations.iter().any(|e| matches!(e.kind, Expect::Warned(_)));
    if told.accepted && !told.warnings.is_empty() && !expects_warning {
        let rules = told.warnings.iter().map(|w| look.rule(w.clause)).collect::<Vec<_>>().join(" ");
        let message = say("warned-unexpectedly", &[("why", &rules)]);
        unmet.push(Unmet { position: beat.position.clone(), message });
    }
    unmet
}

struct Look<'a> {
    telling: &'a Telling<'a>,
    told: &'a Told,
}

impl Look<'_> {
    fn procedure(&self) -> &Procedure {
        self.telling.procedure
    }

    fn name(&self, event: EventId) -> &str {
        &self.procedure().graph.event(event).name
    }

    fn duty(&self, event: EventId) -> Option<&Duty> {
        let marking = &self.telling.marking;
        marking.duty(event).filter(|_| marking.included.has(event))
    }

    fn barriers(&self, event: EventId) -> Barriers {
        let marking = &self.telling.marking;
        let graph = &self.procedure().graph;
        barriers(graph, marking, &self.telling.env, event, marking.now, &[])
    }

    /// What came instead, if it differs.
    fn differs(&self, expect: &Expect) -> Option<String> {
        match expect {
            Expect::Due(event, day) => {
                let due = self.duty(*event).and_then(Duty::due);
                (due.map(|d| d.due.day()) != Some(*day))
                    .then(|| self.due_message(*event, &day.to_string()))
            }
            Expect::DueAt(event, at) => {
                let due = self.duty(*event).and_then(Duty::due);
                // "17:00" is the minute that has just begun or, for whole days, its last second.
                let same = due.is_some_and(|d| d.due.0.div_euclid(60) == at.0.div_euclid(60));
                (!same).then(|| self.due_message(*event, &at.to_string()))
            }
            Expect::Provisional(event) => {
                let provisional =
                    self.duty(*event).and_then(Duty::due).is_some_and(|d| d.provisional);
                (!provisional).then(|| self.duty_message("not-provisional", *event))
            }
            Expect::Unlimited(event) => {
                let open = self.duty(*event).is_some_and(|d| d.clock == Clock::Unlimited);
                (!open).then(|| self.duty_message("not-unlimited", *event))
            }
            Expect::Held(event, rest) => {
                let held = self.duty(*event).and_then(|d| match d.clock {
                    Clock::Held { rest } => Some(rest),
                    _ => None,
                });
                let same = held.is_some_and(|h| rest.is_none_or(|r| r == h));
                (!same).then(|| self.duty_message("not-held", *event))
            }
            Expect::NotOwed(event) => {
                self.duty(*event).map(|_| self.duty_message("still-owed", *event))
            }
            Expect::Late(event) => {
                let late = self.telling.marking.late.has(*event);
                (!late).then(|| self.duty_message("not-late", *event))
            }
            Expect::NotLate(event) => {
                let late = self.telling.marking.late.has(*event);
                late.then(|| self.duty_message("is-late", *event))
            }
            Expect::Earliest(event, day) => self.earliest(*event, *day),
            Expect::Until(event, day) => {
                let found = self.told.outlook.possible.iter().find(|p| p.event == *event);
                let until = found.and_then(|p| p.until).map(|d| d.due.day());
                let until = until.or_else(|| self.expired(*event));
                (until != Some(*day)).then(|| {
                    let actual = until.map_or_else(|| self.possibility(*event), |d| d.to_string());
                    let expected = day.to_string();
                    let facts = [
                        ("act", self.name(*event)),
                        ("expected", &*expected),
                        ("actual", &*actual),
                    ];
                    say("until", &facts)
                })
            }
            Expect::Possible(event) => {
                let failing = self.barriers(*event).failing;
                (!failing.is_empty()).then(|| {
                    let why = self.rules(failing.iter().map(|f| f.clause));
                    say("not-possible", &[("act", self.name(*event)), ("why", &why)])
                })
            }
            Expect::Impossible(event) => {
                let possible = self.barriers(*event).failing.is_empty();
                possible.then(|| say("possible", &[("act", self.name(*event))]))
            }
            Expect::Automatic(event, day) => {
                let at = self.telling.marking.executed_at(*event).map(|at| at.day());
                (at != Some(*day)).then(|| {
                    let actual = at.map_or_else(|| self.possibility(*event), |d| d.to_string());
                    let expected = day.to_string();
                    let facts = [
                        ("act", self.name(*event)),
                        ("expected", &*expected),
                        ("actual", &*actual),
                    ];
                    say("automatic", &facts)
                })
            }
            Expect::Accepting => {
                let marking = &self.telling.marking;
                let graph = &self.procedure().graph;
                (!marking.is_accepting(graph)).then(|| {
                    let open = marking.included.and(&marking.pending).and(graph.accounted());
                    let names = open.iter().map(|e| self.name(e)).collect::<Vec<_>>().join(" ");
                    say("not-accepting", &[("duties", &names)])
                })
            }
            Expect::Holds(field, value) => self.holds(*field, value),
            Expect::Warned(list) => {
                let found: Vec<_> = self.told.warnings.iter().map(|w| w.clause).collect();
                let same = self.told.accepted && self.exactly(list, &found);
                (!same).then(|| {
                    say("warned", &[("expected", &list.join(" ")), ("actual", &self.rules(found))])
                })
            }
            _ => self.refusal_differs(expect),
        }
    }

    fn refusal_differs(&self, expect: &Expect) -> Option<String> {
        let failing = self.told.refusal.iter().flat_map(|r| &r.failing);
        let field = |why: &Why, id: FieldId| match why {
            Why::FieldWrong { field } | Why::FieldTwice { field } | Why::DateAhead { field } => {
                *field == id
            }
            _ => false,
        };
        let missing = |why: &Why, id: FieldId| match why {
            Why::FieldRequired { field } | Why::Unknown(Missing::Field(field)) => *field == id,
            _ => false,
        };
        let person = |f: fn(&Unauthorised) -> bool| self.told.unauthorised.iter().any(f);
        let (met, expected) = match expect {
            Expect::Refused(list) => {
                let found: Vec<_> = failing.map(|f| f.clause).collect();
                (!self.told.accepted && self.exactly(list, &found), list.join(" "))
            }
            Expect::RefusedRole => (
                person(|u| matches!(u, Unauthorised::WrongRole { .. })),
                crate::keywords::REFUSED_ROLE.to_owned(),
            ),
            Expect::RefusedPersons => (
                person(|u| matches!(u, Unauthorised::SamePerson { .. })),
                crate::keywords::REFUSED_PERSONS.to_owned(),
            ),
            Expect::RefusedFew => (
                person(|u| matches!(u, Unauthorised::TooFew { .. })),
                crate::keywords::REFUSED_FEW.to_owned(),
            ),
            Expect::RefusedField(id) => {
                let mut failing = failing;
                (failing.any(|f| field(&f.why, *id)), self.procedure().field(*id).name.clone())
            }
            Expect::RefusedMissing(id) => {
                let mut failing = failing;
                (failing.any(|f| missing(&f.why, *id)), self.procedure().field(*id).name.clone())
            }
            _ => return None,
        };
        if met {
            return None;
        }
        let key = if self.told.accepted { "accepted-unexpectedly" } else { "refused-otherwise" };
        Some(say(key, &[("expected", &expected), ("actual", &self.reasons())]))
    }

    /// The listed rules are exactly those found: each listed one occurs, each found one is listed.
    fn exactly(&self, list: &[String], found: &[kernel::ClauseId]) -> bool {
        let named = |clause: kernel::ClauseId, text: &String| {
            let rule = self.procedure().rule(clause);
            let internal = text == INTERNAL && rule.citations.is_empty();
            internal
                || rule.id == *text
                || rule.defect.as_ref() == Some(text)
                || rule.citations.iter().any(|c| c.to_string() == *text)
        };
        list.iter().all(|text| found.iter().any(|c| named(*c, text)))
            && found.iter().all(|c| list.iter().any(|text| named(*c, text)))
    }

    fn earliest(&self, event: EventId, day: kernel::Day) -> Option<String> {
        let failing = self.barriers(event).failing;
        let days: Option<Vec<_>> = failing.iter().map(kernel::Failing::earliest).collect();
        let found = days.map(|d| d.into_iter().max().unwrap_or(self.telling.marking.now).day());
        (found != Some(day)).then(|| {
            let actual = match found {
                Some(found) => found.to_string(),
                None => self.rules(failing.iter().map(|f| f.clause)),
            };
            let expected = day.to_string();
            say(
                "earliest",
                &[("act", self.name(event)), ("expected", &expected), ("actual", &actual)],
            )
        })
    }

    fn holds(&self, field: FieldId, value: &kernel::Value) -> Option<String> {
        let found = self.telling.marking.field(field);
        (found != Some(value)).then(|| {
            let actual = found.map_or_else(|| "—".to_owned(), write);
            let name = &self.procedure().field(field).name;
            say("holds", &[("field", name), ("expected", &write(value)), ("actual", &actual)])
        })
    }

    /// The last day of a right that has run out.
    fn expired(&self, event: EventId) -> Option<kernel::Day> {
        let failing = self.barriers(event).failing;
        let due = failing.iter().filter_map(|f| match f.why {
            Why::TooLate { due, .. } => Some(due.day()),
            _ => None,
        });
        due.min()
    }

    fn possibility(&self, event: EventId) -> String {
        let failing = self.barriers(event).failing;
        match failing.is_empty() {
            true => say("unbounded", &[]),
            false => say("barred", &[("why", &self.rules(failing.iter().map(|f| f.clause)))]),
        }
    }

    fn due_message(&self, event: EventId, expected: &str) -> String {
        say(
            "due",
            &[("duty", self.name(event)), ("expected", expected), ("actual", &self.clock(event))],
        )
    }

    fn duty_message(&self, key: &str, event: EventId) -> String {
        say(key, &[("duty", self.name(event)), ("actual", &self.clock(event))])
    }

    /// Where the clock of a duty stands.
    fn clock(&self, event: EventId) -> String {
        match self.duty(event).map(|d| d.clock) {
            None => say("clock-none", &[]),
            Some(Clock::Unlimited) => say("clock-unlimited", &[]),
            Some(Clock::Held { rest }) => say("clock-held", &[("rest", &rest.to_string())]),
            Some(Clock::Running(due)) => {
                let at = due.due;
                let whole_day = at == at.day().end();
                if whole_day { at.day().to_string() } else { at.to_string() }
            }
        }
    }

    fn rule(&self, clause: kernel::ClauseId) -> String {
        let rule = self.procedure().rule(clause);
        format!("{}({})", rule.id, rule.article())
    }

    fn rules(&self, clauses: impl IntoIterator<Item = kernel::ClauseId>) -> String {
        let found: Vec<String> = clauses.into_iter().map(|c| self.rule(c)).collect();
        if found.is_empty() { "—".to_owned() } else { found.join("; ") }
    }

    /// Everything that bars the act tried.
    fn reasons(&self) -> String {
        let failing = self.told.refusal.iter().flat_map(|r| &r.failing);
        let mut found: Vec<String> = failing
            .map(|f| match &f.why {
                Why::FieldRequired { field } | Why::Unknown(Missing::Field(field)) => {
                    let name = &self.procedure().field(*field).name;
                    format!("{} [{}{name}]", self.rule(f.clause), crate::keywords::REFUSED_MISSING)
                }
                Why::FieldWrong { field }
                | Why::FieldTwice { field }
                | Why::DateAhead { field } => {
                    let name = &self.procedure().field(*field).name;
                    format!("{} [{}{name}]", self.rule(f.clause), crate::keywords::REFUSED_FIELD)
                }
                _ => self.rule(f.clause),
            })
            .collect();
        found.extend(self.told.unauthorised.iter().map(|u| match u {
            Unauthorised::WrongRole { .. } => crate::keywords::REFUSED_ROLE.to_owned(),
            Unauthorised::SamePerson { clause, .. } => self.rule(*clause),
            Unauthorised::TooFew { clause, .. } => self.rule(*clause),
        }));
        if found.is_empty() { "—".to_owned() } else { found.join("; ") }
    }
}

//! Turns what the kernel decided into what people read.
//!
//! Takes a graph and kernel values (refusals, breaches, duties, workings); gives short texts with
//! the article and the fact. The kernel says event and relation; this is where they become act
//! and rule.

use kernel::{
    Breach, Clause, ClauseId, Clock, ClockAct, Day, Duty, EventId, Failing, FieldId, FieldKind,
    Graph, Instant, Length, Marking, Missing, Outlook, Owner, Refusal, RestUnit, Span, Term,
    Unauthorised, Unit, Value, Why, WorkingStep,
};
use serde::Serialize;

use crate::citation::article;
use crate::wording::Wording;

/// One reason why an act was refused, as users and machines read it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reason {
    /// The rule's name.
    pub rule: String,
    /// The articles, as cited in the content.
    pub article: String,
    /// The articles for reading; where there are none, the practice of the place and its reason.
    pub basis: String,
    /// The fact in the record, as a sentence.
    pub fact: String,
    /// The day from which this reason is gone by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<String>,
    /// The last day on which the act would have been in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A refusal with its four parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refused {
    /// What was not done.
    pub act: String,
    /// When it was tried.
    pub at: String,
    /// Which articles and facts bar it; all of them.
    pub reasons: Vec<Reason>,
    /// What is possible now.
    pub possible: Vec<String>,
    /// The four parts as one text.
    pub text: String,
}

/// Words for one graph in one language.
#[derive(Clone, Copy)]
pub struct Explain<'a> {
    /// The procedure's graph.
    pub graph: &'a Graph,
    /// The language.
    pub wording: &'a Wording,
    /// What nobody types: fields the law works out.
    pub worked_out: &'a [content::Computation],
}

impl<'a> Explain<'a> {
    /// The act's name, with its instance's place where it has one.
    pub fn act(&self, event: EventId) -> String {
        let event = self.graph.event(event);
        match event.slot {
            Some((_, slot)) => format!("{}#{}", event.name, slot + 1),
            None => event.name.clone(),
        }
    }

    /// The articles of a clause for reading.
    pub fn articles(&self, clause: ClauseId) -> String {
        let clause: &Clause = self.graph.clause(clause);
        let cited: Vec<String> =
            clause.citations.iter().map(|c| article(c, self.wording.lang)).collect();
        match (&cited[..], &clause.reason) {
            ([], Some(reason)) => self.wording.say("article.internal", &[("reason", reason)]),
            ([], None) => self.wording.say("article.none", &[]),
            _ => self.wording.list(&cited),
        }
    }

    /// One reason of a refusal or a warning. `marking` supplies the values a requirement found.
    pub fn reason(&self, event: EventId, failing: &Failing, marking: &Marking) -> Reason {
        let clause = self.graph.clause(failing.clause);
        Reason {
            rule: clause.name.clone(),
            article: clause.citations.join(" "),
            basis: self.articles(failing.clause),
            fact: self.fact(event, &failing.why, marking),
            earliest: failing.earliest().map(|at| at.day().to_string()),
            due: last_day(&failing.why).map(|day| day.to_string()),
        }
    }

    /// The refusal with its four parts; `outlook` says what is possible and owed instead.
    pub fn refusal(&self, refusal: &Refusal, outlook: &Outlook) -> Refused {
        let event = refusal.event;
        let lacks = |f: &kernel::Failing| match f.why {
            Why::FieldRequired { field } => Some(self.is_worked_out(field)),
            _ => None,
        };
        // What cannot be worked out because something was not entered is not asked for as well.
        let lacks_entry = refusal.failing.iter().any(|f| lacks(f) == Some(false));
        let told = refusal.failing.iter().filter(|f| !(lacks_entry && lacks(f) == Some(true)));
        let reasons = told.map(|f| self.reason(event, f, &outlook.marking));
        self.refused(event, refusal.at, reasons.collect(), refusal.earliest(), outlook)
    }

    fn is_worked_out(&self, field: kernel::FieldId) -> bool {
        self.worked_out.iter().any(|c| c.field == field)
    }

    /// The refusal of persons who may not do what the law would allow; `lacking` is what registers
    /// do not prove of them.
    pub fn unauthorised(
        &self,
        event: EventId,
        at: Instant,
        role: &str,
        why: &[Unauthorised],
        lacking: Vec<Reason>,
        outlook: &Outlook,
    ) -> Refused {
        let own = why.iter().map(|w| self.person_reason(event, role, w));
        let reasons = own.chain(lacking).collect();
        self.refused(event, at, reasons, None, outlook)
    }

    /// One reason why persons may not.
    pub fn person_reason(&self, event: EventId, role: &str, why: &Unauthorised) -> Reason {
        let id = self.person_clause(event, why);
        let clause = self.graph.clause(id);
        Reason {
            rule: clause.name.clone(),
            article: clause.citations.join(" "),
            basis: self.articles(id),
            fact: self.person_fact(event, role, why),
            earliest: None,
            due: None,
        }
    }

    fn person_clause(&self, event: EventId, why: &Unauthorised) -> ClauseId {
        match why {
            Unauthorised::WrongRole { .. } => self.graph.event(event).clause,
            Unauthorised::SamePerson { clause, .. } | Unauthorised::TooFew { clause, .. } => {
                *clause
            }
        }
    }

    /// What the clock did, as a sentence.
    pub fn clock_act(&self, act: &ClockAct) -> String {
        match act {
            ClockAct::Breach(breach) => self.breach(breach),
            ClockAct::Automatic { event, at, effective } => {
                let facts = [
                    ("act", self.act(*event)),
                    ("at", at.to_string()),
                    ("effective", effective.day().to_string()),
                ];
                let facts: Vec<(&str, &str)> =
                    facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
                self.wording.say("automatic", &facts)
            }
        }
    }

    fn refused(
        &self,
        event: EventId,
        at: Instant,
        reasons: Vec<Reason>,
        earliest: Option<Instant>,
        outlook: &Outlook,
    ) -> Refused {
        let w = self.wording;
        let act = self.act(event);
        let mut text = w.say("refusal.head", &[("act", &act), ("at", &at.to_string())]);
        for (i, reason) in reasons.iter().enumerate() {
            let n = if reasons.len() > 1 { format!("{}. ", i + 1) } else { String::new() };
            let facts = [("n", n.as_str()), ("fact", &reason.fact), ("article", &reason.basis)];
            text.push('\n');
            text += &w.say("refusal.reason", &facts);
        }
        if let Some(at) = earliest {
            text.push('\n');
            text += &w.say("refusal.earliest", &[("day", &at.day().to_string())]);
        }
        let possible = self.possible(outlook);
        text.push('\n');
        text += &match possible.is_empty() {
            true => w.say("refusal.nothing", &[]),
            false => w.say("refusal.possible", &[("acts", &w.list(&possible))]),
        };
        let duties: Vec<String> = outlook.owed.iter().map(|o| self.owed(o)).collect();
        if !duties.is_empty() {
            text += &w.say("refusal.owed", &[("duties", &w.list(&duties))]);
        }
        Refused { act, at: at.to_string(), reasons, possible, text }
    }

    /// Acts that are possible, with the end of the right where it has one.
    pub fn possible(&self, outlook: &Outlook) -> Vec<String> {
        let name = |p: &kernel::Possible| match p.until {
            Some(until) => {
                let day = until.due.day().to_string();
                self.wording.say("refusal.until", &[("act", &self.act(p.event)), ("day", &day)])
            }
            None => self.act(p.event),
        };
        outlook.possible.iter().map(name).collect()
    }

    /// One open duty with its day.
    pub fn owed(&self, owed: &kernel::Owed) -> String {
        let act = self.act(owed.event);
        let day = |due: kernel::Due| due.due.day().to_string();
        let w = self.wording;
        match (owed.duty.clock, owed.late) {
            (Clock::Running(due), true) => {
                w.say("refusal.owed.late", &[("act", &act), ("day", &day(due))])
            }
            (Clock::Running(due), false) => {
                w.say("refusal.owed.item", &[("act", &act), ("day", &day(due))])
            }
            (Clock::Held { .. }, _) => w.say("refusal.owed.held", &[("act", &act)]),
            (Clock::Unlimited, _) => w.say("refusal.owed.unlimited", &[("act", &act)]),
        }
    }

    /// A breach or a lapse as a sentence.
    pub fn breach(&self, breach: &Breach) -> String {
        let key = match breach.owner {
            Owner::Organ => "breach",
            Owner::Party => "breach.party",
        };
        let clause = match breach.relation {
            Some(relation) => self.graph.relation(relation).clause,
            None => self.graph.event(breach.event).clause,
        };
        let facts = [
            ("act", self.act(breach.event)),
            ("due", breach.due.due.day().to_string()),
            ("at", breach.at.to_string()),
            ("article", self.articles(clause)),
        ];
        let facts: Vec<(&str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.wording.say(key, &facts)
    }

    fn person_fact(&self, event: EventId, role: &str, why: &Unauthorised) -> String {
        let (w, act) = (self.wording, self.act(event));
        match why {
            Unauthorised::WrongRole { allowed } => {
                let names = allowed.iter().map(|r| self.graph.roles[r.index()].clone());
                let roles = w.list(&names.collect::<Vec<_>>());
                w.say("people.role", &[("act", &act), ("roles", &roles), ("role", role)])
            }
            Unauthorised::SamePerson { other, person, .. } => {
                w.say("people.same", &[("person", person), ("other", &self.act(*other))])
            }
            Unauthorised::TooFew { needed, given, .. } => w.say(
                "people.few",
                &[("act", &act), ("needed", &needed.to_string()), ("given", &given.to_string())],
            ),
        }
    }

    /// The fact of one reason. One flat match: one sentence per variant.
    fn fact(&self, event: EventId, why: &Why, marking: &Marking) -> String {
        let act = self.act(event);
        let name = |e: &EventId| self.act(*e);
        let field = |f: &FieldId| self.graph.field(*f).name.clone();
        let (key, facts): (&str, Vec<(&str, String)>) = match why {
            Why::NotIncluded { closed_by: Some((closer, at)), .. } => (
                "why.not_included.closed",
                vec![("act", act), ("closer", name(closer)), ("at", at.day().to_string())],
            ),
            Why::NotIncluded { opened_by, .. } if !opened_by.is_empty() => {
                let openers = self.wording.list(&opened_by.iter().map(name).collect::<Vec<_>>());
                ("why.not_included.opened", vec![("act", act), ("openers", openers)])
            }
            Why::NotIncluded { .. } => ("why.not_included", vec![("act", act)]),
            Why::Repeated { max, last } => (
                "why.repeated",
                vec![("act", act), ("max", max.to_string()), ("last", last.to_string())],
            ),
            Why::NotDone { source } => match self.locked_by(*source, marking) {
                Some(closers) => ("why.locked", vec![("act", act), ("closers", closers)]),
                None => ("why.not_done", vec![("source", name(source))]),
            },
            Why::TooEarly { source, anchor, ready, provisional } => (
                "why.too_early",
                vec![
                    ("source", name(source)),
                    ("anchor", anchor.day().to_string()),
                    ("ready", moment(*ready)),
                    ("provisional", self.provisional(*provisional)),
                ],
            ),
            Why::TooLate { anchor, due, timing, .. } => (
                "why.too_late",
                vec![
                    ("anchor", anchor.day().to_string()),
                    ("due", due.day().to_string()),
                    ("timing", timing.day().to_string()),
                ],
            ),
            Why::NoticeTooShort { source, done, latest } => (
                "why.notice_short",
                vec![
                    ("source", name(source)),
                    ("done", done.day().to_string()),
                    ("latest", latest.day().to_string()),
                ],
            ),
            Why::NotMet { source, fields } => {
                let found =
                    fields.iter().map(|f| self.field_value(*f, marking)).collect::<Vec<_>>();
                let fields = self.wording.list(&found);
                ("why.not_met", vec![("source", name(source)), ("fields", fields)])
            }
            Why::Awaiting { duty } => ("why.awaiting", vec![("duty", name(duty))]),
            Why::NothingToExtend { duty } => ("why.nothing_to_extend", vec![("duty", name(duty))]),
            Why::ExtendedTooLate { duty, due } => (
                "why.extended_too_late",
                vec![("duty", name(duty)), ("due", due.day().to_string())],
            ),
            Why::ExtensionsUsed { duty, max } => {
                ("why.extensions_used", vec![("duty", name(duty)), ("max", max.to_string())])
            }
            Why::Unknown(Missing::Field(f)) => ("why.unknown.field", vec![("field", field(f))]),
            Why::Unknown(Missing::Param(p)) => {
                ("why.unknown.param", vec![("param", self.graph.params[p.index()].clone())])
            }
            Why::Unknown(Missing::Duty(d)) => ("why.unknown.duty", vec![("duty", name(d))]),
            Why::FieldRequired { field: f } if self.is_worked_out(*f) => {
                ("why.not_worked_out", vec![("field", field(f))])
            }
            Why::FieldRequired { field: f } => ("why.field_required", vec![("field", field(f))]),
            Why::FieldWrong { field: f } => ("why.field_wrong", vec![("field", field(f))]),
            Why::FieldTwice { field: f } => ("why.field_twice", vec![("field", field(f))]),
            Why::DateAhead { field: f } => ("why.date_ahead", vec![("field", field(f))]),
            Why::BeforeLast { now } => ("why.before_last", vec![("now", now.to_string())]),
            Why::InstanceRefused { template, cap, exists } => {
                let template = self.graph.templates[template.index()].name.clone();
                let key = if *exists { "why.instance_exists" } else { "why.instance_full" };
                let mut facts = vec![("template", template)];
                facts.extend((!exists).then(|| ("cap", cap.to_string())));
                (key, facts)
            }
            Why::NotForPersons => ("why.not_for_persons", vec![("act", act)]),
        };
        let facts: Vec<(&str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.wording.say(key, &facts)
    }

    /// An act nobody may do, put in by others, is a lock: what put it in closed the way.
    fn locked_by(&self, lock: EventId, marking: &Marking) -> Option<String> {
        let puts_in = |r: &&kernel::Relation| {
            r.kind == kernel::Kind::Include
                && r.target == lock
                && marking.executed.has(r.source)
                && self.graph.event(lock).reserved
        };
        let closers = self.graph.relations.iter().filter(puts_in).map(|r| self.act(r.source));
        let closers: Vec<String> = closers.collect();
        (!closers.is_empty()).then(|| self.wording.list(&closers))
    }

    fn provisional(&self, provisional: bool) -> String {
        if provisional { self.wording.say("value.provisional", &[]) } else { String::new() }
    }

    fn field_value(&self, field: FieldId, marking: &Marking) -> String {
        let name = &self.graph.field(field).name;
        match marking.field(field) {
            Some(value) => {
                let value = self.value(value);
                self.wording.say("value.field", &[("field", name), ("value", &value)])
            }
            None => self.wording.say("value.missing", &[("field", name)]),
        }
    }

    /// A value for reading.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Bool(true) => self.wording.say("yes", &[]),
            Value::Bool(false) => self.wording.say("no", &[]),
            Value::Int(n) => n.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Instant(at) => at.to_string(),
            Value::Span(span) => self.span(span),
            Value::Text(text) => text.to_string(),
        }
    }

    /// What a field should hold.
    pub fn kind(&self, kind: &FieldKind) -> String {
        let w = self.wording;
        match kind {
            FieldKind::Bool => w.say("kind.bool", &[]),
            FieldKind::Int => w.say("kind.int", &[]),
            FieldKind::Day => w.say("kind.day", &[]),
            FieldKind::Instant => w.say("kind.instant", &[]),
            FieldKind::Span => w.say("kind.span", &[]),
            FieldKind::Text => w.say("kind.text", &[]),
            FieldKind::Option(options) => {
                let names: Vec<String> = options.iter().map(ToString::to_string).collect();
                w.say("kind.option", &[("options", &w.list(&names))])
            }
        }
    }

    fn span(&self, span: &Span) -> String {
        let key = match span.unit {
            Unit::Hour => "span.hour",
            Unit::Day => "span.day",
            Unit::WorkingDay => "span.workday",
            Unit::Month => "span.month",
            Unit::Year => "span.year",
        };
        self.wording.say(key, &[("n", &span.amount.to_string())])
    }

    fn term(&self, term: &Term) -> String {
        match &term.length {
            Length::Span(span) => self.span(span),
            Length::Yearly(month, day) => self
                .wording
                .say("span.yearly", &[("month", &month.to_string()), ("day", &day.to_string())]),
            Length::MonthEnd => self.wording.say("span.month_end", &[]),
            Length::QuarterEnd => self.wording.say("span.quarter_end", &[]),
        }
    }

    /// The working of a date, one line per step. `holiday` names a rest day where it has a name.
    pub fn working(
        &self,
        steps: &[WorkingStep],
        holiday: &dyn Fn(Day) -> Option<String>,
    ) -> Vec<String> {
        let unit = steps.iter().find_map(|s| match s {
            WorkingStep::Term { term, .. } => Some(term.rest_unit()),
            _ => None,
        });
        let line = |s: &WorkingStep| self.working_line(s, unit.unwrap_or(RestUnit::Days), holiday);
        steps.iter().map(line).collect()
    }

    fn rest(&self, rest: i64, unit: RestUnit) -> String {
        let key = match unit {
            RestUnit::Days => "rest.days",
            RestUnit::WorkingDays => "rest.workdays",
            RestUnit::Seconds => "rest.seconds",
        };
        self.wording.say(key, &[("n", &rest.to_string())])
    }

    fn working_line(
        &self,
        step: &WorkingStep,
        unit: RestUnit,
        holiday: &dyn Fn(Day) -> Option<String>,
    ) -> String {
        let w = self.wording;
        let days = |days: &[Day]| w.list(&self.runs(days, holiday));
        match step {
            WorkingStep::From(at) => w.say("working.from", &[("at", &moment(*at))]),
            WorkingStep::Term { term, before } => {
                let key = if *before { "working.term.before" } else { "working.term" };
                w.say(key, &[("span", &self.term(term))])
            }
            WorkingStep::Skipped(list) => {
                w.say("working.skipped", &[("n", &list.len().to_string()), ("days", &days(list))])
            }
            WorkingStep::Worked(list) => {
                w.say("working.worked", &[("n", &list.len().to_string()), ("days", &days(list))])
            }
            WorkingStep::Stopped { from, until, rest } => {
                let (from, rest) = (from.day().to_string(), self.rest(*rest, unit));
                match until {
                    Some(until) => {
                        let until = until.day().to_string();
                        let facts = [("from", from.as_str()), ("rest", &rest), ("until", &until)];
                        w.say("working.stopped", &facts)
                    }
                    None => w.say("working.stopped.open", &[("from", &from), ("rest", &rest)]),
                }
            }
            WorkingStep::Extended(at, span) => w.say(
                "working.extended",
                &[("at", &at.day().to_string()), ("span", &self.span(span))],
            ),
            WorkingStep::Revived(at) => w.say("working.revived", &[("at", &at.day().to_string())]),
            WorkingStep::Nominal(at) => w.say("working.nominal", &[("day", &at.day().to_string())]),
            WorkingStep::Rolled { from, to } => {
                let from = self.runs(&[*from], holiday).remove(0);
                w.say("working.rolled", &[("from", &from), ("to", &to.to_string())])
            }
            WorkingStep::Due(at) => w.say("working.due", &[("day", &last(*at))]),
            WorkingStep::Provisional(day) => {
                w.say("working.provisional", &[("day", &day.to_string())])
            }
            WorkingStep::Held { rest } => {
                w.say("working.held", &[("rest", &self.rest(*rest, unit))])
            }
            WorkingStep::Unlimited => w.say("working.unlimited", &[]),
        }
    }

    /// Days as runs `first–last`, each with its holiday's name where it has one.
    fn runs(&self, days: &[Day], holiday: &dyn Fn(Day) -> Option<String>) -> Vec<String> {
        let next = |a: &Day, b: &Day| b.0 == a.0 + 1 && holiday(*a) == holiday(*b);
        let runs = days.chunk_by(next).map(|run| {
            let (first, last) = (run[0], run[run.len() - 1]);
            let text = if first == last {
                first.to_string()
            } else {
                format!("{first}–{}", short(last))
            };
            match holiday(first) {
                Some(name) => self.wording.say("day.holiday", &[("day", &text), ("name", &name)]),
                None => text,
            }
        });
        runs.collect()
    }

    /// The nominal and the rolled last day and whether they are provisional.
    pub fn dates(duty: &Duty) -> Option<(String, String, bool)> {
        let due = duty.due()?;
        Some((last(due.nominal), last(due.due), due.provisional))
    }
}

/// A day where the instant is the start of one, else day and time.
fn moment(at: Instant) -> String {
    if at == at.day().start() { at.day().to_string() } else { at.to_string() }
}

/// A day where the instant is the end of one, else day and time.
fn last(at: Instant) -> String {
    if at == at.day().end() { at.day().to_string() } else { at.to_string() }
}

fn short(day: Day) -> String {
    let (_, month, day) = day.date();
    format!("{month:02}-{day:02}")
}

/// The last day in time, for an act that came too late.
fn last_day(why: &Why) -> Option<Day> {
    match why {
        Why::TooLate { due, .. } | Why::ExtendedTooLate { due, .. } => Some(due.day()),
        _ => None,
    }
}

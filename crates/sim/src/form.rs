//! What is asked of the office at a move: the act, who does it, what the form holds.

use content::FieldType;
use content::mapping::Plain;
use content::plan::{Entry, Origin, Pace, PaceUnit};
use kernel::{Day, Instant};
use ledger::Value;
use office::{CorrectionRequest, Request};

use crate::chance::Chance;
use crate::course::FIELDS;
use crate::fault::Words;
use crate::work::{Flow, Kind, Move, Stop, Work};

/// What forms say where nothing rests on it.
pub(crate) struct Forms<'a> {
    work: &'a Work<'a>,
    filler: String,
    evidence: String,
}

/// One move, looked up.
struct Page<'a> {
    flow: &'a Flow<'a>,
    stop: &'a Stop<'a>,
    chance: Chance,
    at: Instant,
    matter: u64,
    index: u32,
}

impl<'a> Forms<'a> {
    /// Forms of a work, with the usual texts of a language.
    pub fn new(work: &'a Work<'a>, words: &Words) -> Self {
        Self {
            work,
            filler: words.say("form.filler", &[]),
            evidence: words.say("form.evidence", &[]),
        }
    }

    fn page(&self, m: &Move) -> Page<'a> {
        let flow = &self.work.streams[m.matter.flow as usize];
        let (way, _) = flow.way_of(m.matter.index);
        let chance = flow.chance(m.matter.index).of(u64::from(m.stop)).of(FIELDS);
        let stop = &flow.ways[way].stops[usize::from(m.stop)];
        Page { flow, stop, chance, at: m.at, matter: m.matter.number(), index: m.matter.index }
    }

    /// The request of an act or attempt.
    pub fn request(&self, m: &Move) -> Request {
        let page = self.page(m);
        let step = page.stop.step;
        let wrong = step.slip.as_ref().filter(|_| m.kind == Kind::Wrong);
        let value = |(i, entry): (usize, &Entry)| {
            let slipped = wrong.and_then(|s| s.entries.iter().find(|e| e.field == entry.field));
            (entry.field.clone(), self.value(&page, slipped.unwrap_or(entry), i))
        };
        Request {
            matter: page.flow.name(page.index),
            opens: (m.ordinal == 0).then(|| page.flow.stream.family.clone()),
            act: step.act.clone(),
            fields: step.entries.iter().enumerate().map(value).collect(),
            persons: self.work.cast.persons(&step.role, page.matter, step.signers),
            role: step.role.clone(),
            performed_at: Some(m.at),
            client_act: self.client_act(&page, m),
            ..Request::default()
        }
    }

    /// The correction of the record of a step, whose act was at another moment.
    pub fn correction(&self, m: &Move, of: u64, performed: Instant) -> CorrectionRequest {
        let page = Page { at: performed, ..self.page(m) };
        let step = page.stop.step;
        let slip = step.slip.as_ref().expect("only a step that slips is corrected");
        let right = step.entries.iter().enumerate();
        let right = right.filter(|(_, e)| slip.entries.iter().any(|w| w.field == e.field));
        let person = self.work.cast.persons(&step.role, page.matter, 1);
        CorrectionRequest {
            matter: page.flow.name(page.index),
            of,
            fields: right.map(|(i, e)| (e.field.clone(), self.value(&page, e, i))).collect(),
            performed_at: None,
            annul: slip.annul,
            person: person.into_iter().next().expect("one was asked for"),
            role: step.role.clone(),
            reason: slip.reason.clone(),
            evidence: self.evidence.clone(),
            client_act: self.client_act(&page, m),
        }
    }

    /// The same in every run of the same plans and seed, so that a run can be taken up again; names
    /// of one time lie together in an index.
    fn client_act(&self, page: &Page, m: &Move) -> String {
        let (year, stream, index) = (page.flow.plan.year, page.flow.number, page.index);
        format!("{year}.{}.{stream:02}.{index:07}.{:02}", self.work.seed, m.ordinal)
    }

    fn value(&self, page: &Page, entry: &Entry, number: usize) -> Value {
        let chance = page.chance.of(number as u64);
        match &entry.origin {
            Origin::Constant(plain) => held(plain, entry.kind),
            Origin::Portions(portions) => {
                let at = chance.weighed(portions.iter().map(|(_, weight)| *weight));
                held(&portions[at].0, entry.kind)
            }
            Origin::Pattern(pattern) => Value::Text(page.flow.write(pattern, page.index)),
            Origin::Organ(role) => Value::Text(self.work.cast.organ(role, page.matter)),
            Origin::Name(role) => {
                Value::Text(self.work.cast.persons(role, page.matter, 1).concat())
            }
            Origin::Before(pace) => self.day(page.at.day(), *pace, chance, false),
            Origin::After(pace) => self.day(page.at.day(), *pace, chance, true),
            Origin::SameDay => Value::Text(page.at.day().to_string()),
            Origin::Between(least, most) => {
                let span = (most - least) as u64;
                Value::Integer(least + chance.between(0, span) as i64)
            }
            Origin::Anything(options) => self.anything(page, entry, options, chance),
        }
    }

    fn day(&self, day: Day, pace: Pace, chance: Chance, ahead: bool) -> Value {
        let n = chance.between(u64::from(pace.least), u64::from(pace.most)) as u32;
        let calendar = self.work.calendar;
        let found = match (pace.unit, ahead) {
            (PaceUnit::WorkingDay, true) => calendar.working_after(day, n),
            (PaceUnit::WorkingDay, false) => calendar.working_before(day, n),
            (PaceUnit::Day, true) => day.plus(n as i32),
            (PaceUnit::Day, false) => day.plus(-(n as i32)),
            (PaceUnit::Minute, _) => day,
        };
        Value::Text(found.to_string())
    }

    /// A value of the type that says nothing.
    fn anything(&self, page: &Page, entry: &Entry, options: &[String], chance: Chance) -> Value {
        match entry.kind {
            FieldType::YesNo => Value::Bool(false),
            FieldType::Integer | FieldType::Money => Value::Integer(1),
            FieldType::Moment => Value::Text(page.at.to_string()),
            FieldType::Period => {
                let span = kernel::Span { amount: 5, unit: kernel::Unit::WorkingDay };
                Value::Text(content::write_span(span))
            }
            FieldType::Choice => {
                let at = chance.below(options.len() as u64) as usize;
                Value::Text(options[at].clone())
            }
            FieldType::Person => {
                Value::Text(self.work.cast.persons(&page.stop.step.role, page.matter, 1).concat())
            }
            FieldType::Organisation => {
                Value::Text(self.work.cast.organ(&page.stop.step.role, page.matter))
            }
            _ => Value::Text(self.filler.replace("{field}", &entry.field)),
        }
    }
}

fn held(plain: &Plain, kind: FieldType) -> Value {
    match plain {
        Plain::Text(text) => Value::Text(text.clone()),
        Plain::Flag(flag) => Value::Bool(*flag),
        Plain::Integer(n) if kind == FieldType::Text => Value::Text(n.to_string()),
        Plain::Integer(n) => Value::Integer(*n),
    }
}

//! What counts in one matter.
//!
//! The caller replays a matter and tells the watch each act ([`Watch::acted`]) and, after every
//! record, what is owed ([`Watch::owed`]). Conditions and fields are read at that moment: a rating
//! counts as it was when it was given. Which year an act counts in may depend on an act that comes
//! later, and whether a duty was done in time on how it ends; both are decided in [`Watch::finish`].
//!
//! A duty counts in the year in which it is due at last, extensions and stops included. Done counts
//! as in time up to its due instant. One that was taken back before it was due never was due, and
//! one that is not yet due counts nowhere.
//!
//! Not here: which counts there are (`question.rs`).

use std::sync::Arc;

use content::{Count, Procedure, Window};
use kernel::{
    Clock, Day, EventId, Facts, FieldId, Instant, Marking, ParamId, ParamValues, Start, Value,
};

use crate::question::{Leaf, Questions, SetFields, Version, What};
use crate::tally::Tally;

/// The state of a matter behind a record.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'s> {
    /// The number of the record.
    pub number: u64,
    /// When it happened.
    pub at: Instant,
    /// The matter behind it.
    pub marking: &'s Marking,
    /// The place's parameters.
    pub params: &'s [ParamValues],
}

impl Facts for Scene<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        self.marking.field(field)
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.params.get(param.index())?.on(self.at.day())
    }
}

/// One matter being watched.
#[derive(Debug)]
pub struct Watch<'q, 'c> {
    questions: &'q Questions<'c>,
    version: Option<&'q Version<'c>>,
    acts: Vec<Seen>,
    duties: Vec<Tracked>,
    /// The last records of the acts whose day decides a year.
    windows: Vec<(EventId, u64)>,
    /// Each field a count looks at, as it was last set and by which record.
    fields: SetFields,
}

/// Something that may count, as its fields were then.
#[derive(Debug)]
struct Seen {
    leaf: usize,
    number: u64,
    at: Instant,
    reading: Reading,
}

/// The fields a count looks at.
#[derive(Clone, Debug, Default)]
struct Reading {
    group: Option<Arc<str>>,
    distinct: Option<Arc<str>>,
    amount: Option<i64>,
    /// The records that set the fields looked at.
    set_by: Vec<u64>,
}

/// A duty from when it is owed to how it ends.
#[derive(Debug)]
struct Tracked {
    event: EventId,
    start: Start,
    created_by: u64,
    due: Option<Instant>,
    late: bool,
    end: Option<End>,
    /// Per leaf that counts it, the fields when last looked at; `None` where it does not count.
    readings: Vec<(usize, Option<Reading>)>,
}

#[derive(Clone, Copy, Debug)]
struct End {
    at: Instant,
    number: u64,
    done: bool,
}

impl<'q, 'c> Watch<'q, 'c> {
    /// Watches a matter under a version of its procedure.
    pub fn new(questions: &'q Questions<'c>, procedure: &Procedure) -> Self {
        let version = questions.version(procedure);
        let fields = version.map_or(Vec::new(), Version::unset);
        let (acts, duties, windows) = (Vec::new(), Vec::new(), Vec::new());
        Self { questions, version, acts, duties, windows, fields }
    }

    /// The matter goes on under another version; what is owed is carried over by name.
    pub fn switch(&mut self, procedure: &Procedure) {
        let now = self.questions.version(procedure);
        let Some(old) = std::mem::replace(&mut self.version, now) else { return };
        let known = std::mem::replace(&mut self.fields, now.map_or(Vec::new(), Version::unset));
        for (field, value, number) in known {
            let name = &old.procedure.field(field).name;
            let named = |(f, ..): &&mut (FieldId, _, _)| procedure.field(*f).name == *name;
            if let Some(same) = self.fields.iter_mut().find(named) {
                (same.1, same.2) = (value, number);
            }
        }
        let duties = self.duties.iter_mut().map(|d| &mut d.event);
        for event in duties.chain(self.windows.iter_mut().map(|(event, _)| event)) {
            if let Some(now) = procedure.event(&old.procedure.graph.event(*event).name) {
                *event = now;
            }
        }
    }

    fn leaves(&self) -> &'q [Leaf<'c>] {
        self.version.map_or(&[], |v| &v.leaves)
    }

    /// An act was executed, by a person or by the clock.
    pub fn acted(&mut self, event: EventId, scene: &Scene) {
        if self.version.is_some_and(|v| v.windows.has(event)) {
            self.windows.push((event, scene.number));
        }
        for (field, known, number) in &mut self.fields {
            let now = scene.field(*field);
            if now != known.as_ref() {
                (*known, *number) = (now.cloned(), scene.number);
            }
        }
        for (i, leaf) in self.leaves().iter().enumerate() {
            if let What::Acts(count, events) = &leaf.what
                && events.has(event)
                && let Some(reading) = read(count, leaf, scene, &self.fields)
            {
                self.acts.push(Seen { leaf: i, number: scene.number, at: scene.at, reading });
            }
        }
    }

    /// What is owed behind a record that executed this event, if it executed one.
    pub fn owed(&mut self, executed: Option<EventId>, scene: &Scene) {
        let Some(version) = self.version.filter(|v| !v.duties.is_empty()) else { return };
        let graph = &version.procedure.graph;
        let marking = scene.marking;
        for duty in self.duties.iter_mut().filter(|d| d.end.is_none()) {
            let open = marking.included.has(duty.event);
            let same = marking.duty(duty.event).is_some_and(|now| now.start == duty.start);
            if !(open && same) {
                let did = |e: EventId| e == duty.event || graph.members(duty.event).contains(&e);
                let done = executed.is_some_and(did);
                duty.end = Some(End { at: scene.at, number: scene.number, done });
                look_again(&mut duty.readings, version, scene, &self.fields);
            }
        }
        for (event, now) in marking.owed().filter(|(e, _)| version.duties.has(*e)) {
            let due = match now.clock {
                Clock::Running(due) => Some(due.due),
                Clock::Unlimited | Clock::Held { .. } => None,
            };
            let known = self.duties.iter_mut().rfind(|d| d.event == event && d.start == now.start);
            let duty = match known {
                Some(known) => known,
                None => {
                    self.duties.push(tracked(version, event, now.start, scene.number));
                    self.duties.last_mut().expect("just pushed")
                }
            };
            (duty.due, duty.late, duty.end) = (due, marking.late.has(event), None);
            look_again(&mut duty.readings, version, scene, &self.fields);
        }
    }

    /// Puts what counts into the tally. `marking` is the matter's last state, `until` the moment up
    /// to which the log is known.
    pub fn finish(self, marking: &Marking, until: Instant, tally: &mut Tally) {
        let leaves = self.leaves();
        for seen in &self.acts {
            let leaf = &leaves[seen.leaf];
            let What::Acts(count, _) = &leaf.what else { continue };
            if done_of(&count.without, marking) {
                continue;
            }
            let (day, other) = match count.window {
                Window::Performed | Window::Due => (Some(seen.at.day()), None),
                Window::Act(act) => self.day_of(act, marking),
            };
            let Some(day) = day else { continue };
            self.count(leaf, count, day, (seen.number, other), &seen.reading, tally);
        }
        for duty in &self.duties {
            for (leaf, reading) in &duty.readings {
                let leaf = &leaves[*leaf];
                match &leaf.what {
                    What::Duties(count, _) => {
                        let Some(reading) = reading else { continue };
                        self.count_duty(leaf, count, duty, reading, (marking, until), tally);
                    }
                    What::Stock(_, on) => self.count_stock(leaf, *on, duty, tally),
                    What::Acts(..) => {}
                }
            }
        }
    }

    fn count_duty(
        &self,
        leaf: &Leaf,
        count: &Count,
        duty: &Tracked,
        reading: &Reading,
        (marking, until): (&Marking, Instant),
        tally: &mut Tally,
    ) {
        if done_of(&count.without, marking) {
            return;
        }
        let done = duty.end.filter(|end| end.done);
        let was_due =
            duty.late || duty.due.is_some_and(|due| due < duty.end.map_or(until, |e| e.at));
        if done.is_none() && !was_due {
            return;
        }
        let in_time = done.is_some_and(|end| duty.due.is_none_or(|due| end.at <= due));
        if count.in_time && !in_time {
            return;
        }
        let day = match count.window {
            Window::Due => duty.due.map(Instant::day),
            Window::Performed => done.map(|end| end.at.day()),
            Window::Act(act) => self.day_of(act, marking).0,
        };
        let Some(day) = day else { return };
        let acts = match done {
            Some(end) => (end.number, Some(duty.created_by)),
            None => (duty.created_by, None),
        };
        self.count(leaf, count, day, acts, reading, tally);
    }

    fn count_stock(&self, leaf: &Leaf, (month, day): (u8, u8), duty: &Tracked, tally: &mut Tally) {
        for year in &self.questions.years {
            let Some(day) = Day::from_date(*year, month.into(), day.into()) else { continue };
            let begun = duty.start.created_at <= day.end();
            if begun && duty.end.is_none_or(|end| end.at > day.end()) {
                tally.group(leaf.id, *year, None).acts.push(duty.created_by);
            }
        }
    }

    /// The day of the act whose day decides the year, and its record where it was seen.
    fn day_of(&self, act: Option<EventId>, marking: &Marking) -> (Option<Day>, Option<u64>) {
        let Some(act) = act else { return (None, None) };
        let day = marking.executed_at(act).map(Instant::day);
        let record =
            self.windows.iter().rfind(|(event, _)| *event == act).map(|(_, number)| *number);
        (day, record)
    }

    fn count(
        &self,
        leaf: &Leaf,
        count: &Count,
        day: Day,
        (number, other): (u64, Option<u64>),
        reading: &Reading,
        tally: &mut Tally,
    ) {
        let (in_year, ..) = day.date();
        let counts =
            |year: &&i32| if count.cumulative { in_year <= **year } else { in_year == **year };
        for year in self.questions.years.iter().filter(counts) {
            let counted = tally.group(leaf.id, *year, reading.group.as_ref());
            counted.acts.push(number);
            let set_by = reading.set_by.iter().copied().filter(|n| *n != number);
            counted.rests_on.extend(other.into_iter().chain(set_by));
            if count.sum.is_some() {
                counted.sum += i128::from(reading.amount.unwrap_or(0));
            }
            if count.largest.is_some() {
                counted.largest = counted.largest.max(reading.amount);
            }
            counted.distinct.extend(reading.distinct.clone());
        }
    }
}

/// Whether one of these acts was ever done.
fn done_of(acts: &[EventId], marking: &Marking) -> bool {
    acts.iter().any(|act| marking.executed.has(*act))
}

fn tracked(version: &Version, event: EventId, start: Start, created_by: u64) -> Tracked {
    let counts = |leaf: &Leaf| match &leaf.what {
        What::Duties(_, events) | What::Stock(events, _) => events.has(event),
        What::Acts(..) => false,
    };
    let leaves = (0..version.leaves.len()).filter(|i| counts(&version.leaves[*i]));
    let readings = leaves.map(|i| (i, None)).collect();
    Tracked { event, start, created_by, due: None, late: false, end: None, readings }
}

fn look_again(
    readings: &mut [(usize, Option<Reading>)],
    version: &Version,
    scene: &Scene,
    fields: &SetFields,
) {
    for (leaf, reading) in readings {
        let leaf = &version.leaves[*leaf];
        if let What::Duties(count, _) = &leaf.what {
            *reading = read(count, leaf, scene, fields);
        }
    }
}

/// The fields a count looks at; `None` where its condition does not hold.
fn read(count: &Count, leaf: &Leaf, scene: &Scene, fields: &SetFields) -> Option<Reading> {
    if count.condition.as_ref().is_some_and(|guard| guard.eval(scene) != Some(true)) {
        return None;
    }
    let text = |field: Option<FieldId>| scene.field(field?).map(text);
    let amount = count.sum.or(count.largest).and_then(|f| match scene.field(f)? {
        Value::Int(number) => Some(*number),
        _ => None,
    });
    let looked_at = |(field, value, _): &&(FieldId, _, _)| {
        Option::is_some(value) && leaf.looks_at.contains(field)
    };
    let set_by = fields.iter().filter(looked_at);
    let mut set_by: Vec<u64> = set_by.map(|(.., number)| *number).collect();
    set_by.sort_unstable();
    set_by.dedup();
    Some(Reading { group: text(count.by), distinct: text(count.distinct), amount, set_by })
}

fn text(value: &Value) -> Arc<str> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(yes) => yes.to_string().into(),
        Value::Int(number) => number.to_string().into(),
        Value::Day(day) => day.to_string().into(),
        Value::Instant(instant) => instant.to_string().into(),
        Value::Span(span) => format!("{span:?}").into(),
    }
}

//! The state of one case of the reference, and the plain questions about it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kernel::{EventSpec, FieldId, KindSpec, Length, Owner, Span, Term, Value};

use super::calendar::{Naive, day_of};
use super::clock::Owed;
use super::facts::{Count, Dated, Facts};
use super::law::{Law, Name, Rule};

/// What the law and the place say: shared by all cases.
pub struct Place {
    pub law: Law,
    pub rules: Vec<Rule>,
    pub calendar: Naive,
    pub params: Vec<Dated>,
}

/// One event of the case.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct State {
    /// In force; of a choice group, see [`Case::included`].
    pub included: bool,
    pub executed: Option<i64>,
    pub times: u32,
    pub owed: Option<Owed>,
    pub late: bool,
    /// What last took it out.
    pub closed_by: Option<(Name, i64)>,
}

/// A stop-clock between named events: rule, opener, duty, closer.
pub type Stop = (usize, Name, Name, Name);

/// One case.
#[derive(Clone)]
pub struct Case {
    pub place: Rc<Place>,
    pub now: i64,
    pub state: BTreeMap<Name, State>,
    pub open: BTreeSet<Stop>,
    /// Uses of extensions: rule, extender, duty.
    pub used: BTreeMap<(usize, Name, Name), u32>,
    pub store: BTreeMap<FieldId, Value>,
    /// Per template, the keys of its instances.
    pub keys: Vec<Vec<String>>,
    /// How often each thing happened, for the coverage the tests assert.
    pub seen: BTreeMap<&'static str, u64>,
}

/// A rule with the names of its ends.
#[derive(Clone, Copy)]
pub struct Link<'a> {
    pub index: usize,
    pub rule: &'a Rule,
    pub from: Name,
    pub to: Name,
    pub until: Option<Name>,
}

impl Place {
    pub fn new(law: Law, calendar: Naive, params: Vec<Dated>) -> Rc<Self> {
        let rules = law.rules();
        Rc::new(Self { law, rules, calendar, params })
    }

    pub fn spec(&self, name: Name) -> &EventSpec {
        &self.law.events[name.place]
    }

    pub fn is_choice(&self, name: Name) -> bool {
        self.law.choices.contains_key(&name.place)
    }
}

impl Case {
    pub fn new(place: &Rc<Place>, at: i64) -> Self {
        let mut case = Self {
            place: place.clone(),
            now: at,
            state: BTreeMap::new(),
            open: BTreeSet::new(),
            used: BTreeMap::new(),
            store: BTreeMap::new(),
            keys: vec![Vec::new(); place.law.templates.len()],
            seen: BTreeMap::new(),
        };
        for event in 0..place.law.events.len() {
            if place.law.template_of(event).is_none() {
                case.begin(Name { place: event, copy: 0 }, at);
            }
        }
        case.begin_choices();
        case
    }

    /// Counts one occurrence.
    pub fn note(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Gives one event its initial marking.
    pub fn begin(&mut self, name: Name, at: i64) {
        let place = self.place.clone();
        let spec = place.spec(name);
        let owed = spec.pending.map(|limit| {
            let count = limit.and_then(|l| match l.period {
                kernel::Period::Span(kernel::Amount::Fixed(amount), unit) => Some(Count {
                    anchor: at,
                    term: Term {
                        length: Length::Span(Span { amount, unit }),
                        roll: l.roll,
                        full_hour: l.full_hour,
                    },
                    before: false,
                    from: None,
                }),
                _ => None,
            });
            let mut owed = Owed::new(None, None, at, count, &place.calendar);
            if self.stopped(name) {
                owed.stop(at, &place.calendar);
            }
            owed
        });
        let executed = spec.executed_at.map(|at| at.0);
        self.state
            .insert(name, State { included: spec.included, executed, owed, ..State::default() });
    }

    /// A choice group is executed where a member is.
    pub fn begin_choices(&mut self) {
        let choices: Vec<Name> =
            self.state.keys().copied().filter(|n| self.place.is_choice(*n)).collect();
        for choice in choices {
            let done = self.members(choice).iter().filter_map(|m| self.state[m].executed).max();
            let state = self.state.get_mut(&choice).expect("it exists");
            state.executed = state.executed.or(done);
        }
    }

    /// All copies of an event that exist.
    pub fn copies(&self, place: usize) -> Vec<Name> {
        let count = match self.place.law.template_of(place) {
            Some(t) => self.keys[t].len(),
            None => 1,
        };
        (0..count).map(|copy| Name { place, copy }).collect()
    }

    /// The rules of these kinds between existing events; ends inside one template belong to one
    /// instance.
    pub fn links(&self, wanted: impl Fn(&KindSpec) -> bool) -> Vec<Link<'_>> {
        let mut links = Vec::new();
        for (index, rule) in self.place.rules.iter().enumerate().filter(|(_, r)| wanted(&r.kind)) {
            for (from, to, until) in &rule.ends {
                for from in self.copies(*from) {
                    for to in self.copies(*to) {
                        match until {
                            None => links.push(Link { index, rule, from, to, until: None }),
                            Some(until) => {
                                links.extend(self.copies(*until).into_iter().map(|u| Link {
                                    index,
                                    rule,
                                    from,
                                    to,
                                    until: Some(u),
                                }))
                            }
                        }
                    }
                }
            }
        }
        links.retain(|l| {
            let ends: Vec<Name> =
                [Some(l.from), Some(l.to), l.until].into_iter().flatten().collect();
            let template = |n: &Name| self.place.law.template_of(n.place);
            ends.iter().all(|a| {
                let same = |b: &&Name| template(a).is_some() && template(a) == template(b);
                ends.iter().filter(same).all(|b| a.copy == b.copy)
            })
        });
        links
    }

    /// The members of a choice group.
    pub fn members(&self, choice: Name) -> Vec<Name> {
        let law = &self.place.law;
        let members = &law.choices[&choice.place].0;
        let own = law.template_of(choice.place);
        let belongs =
            |m: &Name| own.is_none() || law.template_of(m.place) != own || m.copy == choice.copy;
        members.iter().flat_map(|m| self.copies(*m)).filter(belongs).collect()
    }

    /// The choice groups an event is in.
    pub fn choices_of(&self, name: Name) -> Vec<Name> {
        let all = self.place.law.choices.keys().flat_map(|c| self.copies(*c));
        all.filter(|c| self.members(*c).contains(&name)).collect()
    }

    /// In force; a choice group while some member is.
    pub fn included(&self, name: Name) -> bool {
        match self.place.is_choice(name) {
            true => self.members(name).iter().any(|m| self.state[m].included),
            false => self.state[&name].included,
        }
    }

    pub fn is_pending(&self, name: Name) -> bool {
        self.state[&name].owed.is_some()
    }

    pub fn all_included(&self) -> BTreeSet<Name> {
        self.state.keys().copied().filter(|n| self.included(*n)).collect()
    }

    /// Whether any stop on the event's duty is open.
    pub fn stopped(&self, name: Name) -> bool {
        self.open.iter().any(|(_, _, duty, _)| *duty == name)
    }

    /// The running duty outside templates.
    pub fn running(&self, place: usize) -> Option<Rc<Owed>> {
        let owed = self.state.get(&Name { place, copy: 0 })?.owed.as_ref()?;
        owed.due().map(|_| Rc::new(owed.clone()))
    }

    /// What guards and limits read on the day.
    pub fn facts<'a>(&'a self, layers: Vec<&'a [(FieldId, Value)]>, at: i64) -> Facts<'a> {
        Facts { layers, store: &self.store, params: &self.place.params, day: day_of(at) }
    }

    /// Nothing in force is owed by an organ or named by a milestone.
    pub fn accepting(&self) -> bool {
        let milestones = self.place.rules.iter().filter(|r| r.kind == KindSpec::Milestone);
        let named: BTreeSet<usize> =
            milestones.flat_map(|r| r.ends.iter().map(|(from, ..)| *from)).collect();
        let counts =
            |n: &Name| self.place.spec(*n).owner == Owner::Organ || named.contains(&n.place);
        !self.state.keys().any(|n| self.included(*n) && self.is_pending(*n) && counts(n))
    }

    /// Time passes day by day, and so do the budgets.
    pub fn pass_to(&mut self, at: i64) {
        let place = self.place.clone();
        for day in day_of(self.now) + 1..=day_of(at) {
            for state in self.state.values_mut() {
                if let Some(owed) = &mut state.owed {
                    owed.day_passes(day, &place.calendar);
                }
            }
        }
        self.now = self.now.max(at);
    }

    /// Another calendar is loaded: every duty not yet late is lived again on it. Gives the names of
    /// those whose dates it changes.
    pub fn load(&mut self, calendar: &Naive) -> Vec<Name> {
        let Place { law, rules, params, .. } = &*self.place;
        let (law, rules, params) = (law.clone(), rules.clone(), params.clone());
        self.place = Rc::new(Place { law, rules, calendar: calendar.clone(), params });
        let mut changed = Vec::new();
        let mut seen = Vec::new();
        for (name, state) in &mut self.state {
            let Some(owed) = state.owed.as_mut().filter(|_| !state.late) else { continue };
            let again = owed.again(self.now, calendar);
            if again.clock != owed.clock {
                changed.push(*name);
                seen.push("re-dated");
                if again.count.as_ref().map(|c| c.anchor) != owed.count.as_ref().map(|c| c.anchor) {
                    seen.push("re-dated with the due day it counts from");
                }
                if again.was_revived_in_vain() != owed.was_revived_in_vain() {
                    seen.push("revived on one calendar only");
                }
            }
            *owed = again;
        }
        seen.into_iter().for_each(|what| self.note(what));
        changed
    }

    /// The dates and the daily budgets agree.
    pub fn budgets_agree(&self) -> bool {
        let owed = self.state.values().filter_map(|s| s.owed.as_ref());
        owed.into_iter().all(|o| o.agrees(self.now, &self.place.calendar))
    }
}

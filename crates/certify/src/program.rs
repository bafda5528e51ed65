//! The kernel's `execute` and breach read as a program over bits, run once per way it can turn out.
//!
//! Wherever the kernel would look at the marking, the run asks ([`Run::ask`]), and both answers that
//! are possible are followed; what is left of each run is a condition and constants to write.
//!
//! Not here: when an act is enabled and what moves make of the branches (`moves.rs`).

use std::collections::BTreeMap;

use kernel::{Effect, EventId, Kind, Limit, Merge, RelationId};
use oxidd::BooleanFunction;

use crate::certificate::Mover;
use crate::fields::Known;
use crate::layout::{Fact, Limited};
use crate::model::Model;
use crate::moves::{Branch, constants};
use crate::property::Property;
use crate::space::{Res, Set, disjoint};

/// Follows every way the program can turn out.
pub(crate) fn explore(
    model: &Model,
    mover: Mover,
    program: &dyn Fn(&mut Run) -> Res<()>,
) -> Res<Vec<Branch>> {
    let mut branches = Vec::new();
    let mut scripts = vec![Vec::new()];
    while let Some(script) = scripts.pop() {
        let mut run = Run {
            model,
            mover,
            script,
            asked: 0,
            when: model.space.all(),
            writes: BTreeMap::new(),
            applied: Vec::new(),
            refused: false,
            other: Vec::new(),
        };
        program(&mut run)?;
        scripts.append(&mut run.other);
        if !run.refused {
            let bits: Vec<(u32, bool)> = run.writes.into_iter().collect();
            branches.push(Branch {
                when: run.when,
                set_to: model.space.cube(&bits)?,
                vars: model.space.vars(bits.iter().map(|(b, _)| *b))?,
                applied: run.applied,
                writes: bits,
            });
        }
    }
    Ok(branches)
}

/// One run of the kernel's program, deciding as the script says.
pub(crate) struct Run<'m, 'a> {
    model: &'m Model<'a>,
    mover: Mover,
    script: Vec<bool>,
    asked: usize,
    when: Set,
    writes: BTreeMap<u32, bool>,
    applied: Vec<RelationId>,
    refused: bool,
    /// Scripts that decide otherwise where this run went beyond its own.
    other: Vec<Vec<bool>>,
}

/// The effects one execution or breach will have.
#[derive(Default)]
struct Plan {
    excludes: Vec<EventId>,
    includes: Vec<EventId>,
    /// Target, within a limit, and how it meets an older duty.
    responses: Vec<(EventId, bool, Merge)>,
    extends: Vec<RelationId>,
    opens: Vec<RelationId>,
    spawns: Vec<usize>,
}

impl Run<'_, '_> {
    /// Whether the condition holds. Only answers that are possible are followed.
    fn ask(&mut self, condition: &Set) -> Res<bool> {
        if disjoint(&self.when, condition)? {
            return Ok(false);
        }
        let not = condition.not()?;
        if disjoint(&self.when, &not)? {
            return Ok(true);
        }
        if self.asked == self.script.len() {
            let mut other = self.script.clone();
            other.push(false);
            self.other.push(other);
            self.script.push(true);
        }
        let answer = self.script[self.asked];
        self.asked += 1;
        self.when = self.when.and(if answer { condition } else { &not })?;
        Ok(answer)
    }

    fn ask_bit(&mut self, bit: u32) -> Res<bool> {
        match self.writes.get(&bit) {
            Some(value) => Ok(*value),
            None => self.ask(&self.model.space.bit(bit)),
        }
    }

    pub fn write(&mut self, bit: Option<u32>, value: bool) {
        if let Some(bit) = bit {
            self.writes.insert(bit, value);
        }
    }

    fn write_fact(&mut self, fact: Fact, value: bool) {
        if let Fact::Bit(bit) = fact {
            self.writes.insert(bit, value);
        }
    }

    /// Whether the instance of the event exists by now.
    fn exists(&mut self, event: EventId) -> Res<bool> {
        let Some((template, slot)) = self.model.graph.event(event).slot else { return Ok(true) };
        match self.model.layout.spawned[template.index()].get(usize::from(slot)) {
            Some(bit) => self.ask_bit(*bit),
            None => Ok(false),
        }
    }

    /// Whether all ends of the relation exist.
    fn concerns(&mut self, id: RelationId) -> Res<bool> {
        let relation = self.model.graph.relation(id);
        let until = match relation.kind {
            Kind::Stop { until } => until,
            _ => relation.target,
        };
        Ok(self.exists(relation.source)? && self.exists(relation.target)? && self.exists(until)?)
    }

    /// The kernel's `execute`: plans first, from the store with what the act states and writes.
    pub fn execute(&mut self, executes: &[EventId], act: EventId) -> Res<()> {
        let known = constants(self.model.graph, act);
        let mut plans = Vec::new();
        for event in executes {
            plans.push((*event, self.plan(*event, &known)?));
            if self.refused {
                return Ok(());
            }
        }
        self.store(&known);
        for (event, plan) in plans {
            self.discharge(event)?;
            self.carry_out(&plan, Some(event))?;
            for template in plan.spawns {
                self.spawn(template)?;
            }
        }
        executes.iter().for_each(|event| self.sweep(*event));
        Ok(())
    }

    /// Forgets what nothing reads any more once the event is executed.
    fn sweep(&mut self, event: EventId) {
        let layout = &self.model.layout;
        let swept = &layout.swept[event.index()];
        for out in &swept.out {
            self.no_duty(*out);
            for id in self.model.graph.relation_ids() {
                if self.model.graph.relation(id).target == *out {
                    self.write(layout.open[id.index()], false);
                }
            }
        }
        for done in &swept.done {
            self.write_fact(layout.executed[done.index()], false);
            layout.times[done.index()].iter().for_each(|bit| self.write(Some(*bit), false));
        }
        for bit in layout.fields.bits_without(&swept.fields) {
            self.write(Some(bit), false);
        }
    }

    /// A guard on an effect must be decided, or the act is refused.
    fn effect_applies(&mut self, id: RelationId, known: &Known) -> Res<bool> {
        let model = self.model;
        let Some(guard) = &model.graph.relation(id).when else { return Ok(true) };
        let truth = model.layout.fields.truth(&model.space, guard, known)?;
        if self.ask(&truth.yes)? {
            return Ok(true);
        }
        if self.concerns(id)? && !self.ask(&truth.no)? {
            self.refused = true;
        }
        Ok(false)
    }

    /// Whether the duty will have a limit; an act is refused where it cannot be counted.
    fn limit_counts(&mut self, id: RelationId, limit: Option<&Limit>, known: &Known) -> Res<bool> {
        let Some(limit) = limit else { return Ok(false) };
        let countable = self.model.countable(limit, known)?;
        let counts = self.ask(&countable)?;
        if !counts && self.mover != Mover::Breach && self.concerns(id)? {
            self.refused = true;
        }
        Ok(counts)
    }

    fn plan(&mut self, event: EventId, known: &Known) -> Res<Plan> {
        let model = self.model;
        let mut plan = Plan::default();
        for id in model.graph.relation_ids().filter(|r| !model.layout.without.contains(r)) {
            let relation = model.graph.relation(id);
            if relation.source != event || !is_effect(&relation.kind) {
                continue;
            }
            if !self.effect_applies(id, known)? {
                if self.refused {
                    return Ok(plan);
                }
                continue;
            }
            self.applied.push(id);
            match &relation.kind {
                Kind::Exclude if model.layout.closes(relation) => {}
                Kind::Exclude => plan.excludes.push(relation.target),
                Kind::Include => plan.includes.push(relation.target),
                Kind::Response { limit, merge, .. } => {
                    let counts = self.limit_counts(id, limit.as_ref(), known)?;
                    plan.responses.push((relation.target, counts, *merge));
                }
                Kind::Extend { limit, .. } => {
                    let counts = self.limit_counts(id, Some(limit), known)?;
                    plan.extends.extend(counts.then_some(id));
                }
                Kind::Stop { .. } => plan.opens.push(id),
                Kind::Spawn(template) => {
                    self.refused |= self.is_full(template.index())?;
                    plan.spawns.push(template.index());
                }
                _ => {}
            }
        }
        Ok(plan)
    }

    fn is_full(&mut self, template: usize) -> Res<bool> {
        match self.model.layout.spawned[template].last() {
            Some(bit) => self.ask_bit(*bit),
            None => Ok(true),
        }
    }

    /// The constants it writes; what persons state is already there.
    fn store(&mut self, known: &Known) {
        let fields = &self.model.layout.fields;
        for (field, value) in &known.values {
            let own = fields.bits_of(*field, value).into_iter();
            for (bit, set) in own.chain(fields.decided_by(*field, value)) {
                self.write(Some(bit), set);
            }
        }
    }

    fn discharge(&mut self, event: EventId) -> Res<()> {
        let layout = &self.model.layout;
        self.write_fact(layout.executed[event.index()], true);
        let times = layout.times[event.index()].clone();
        self.count(&times)?;
        self.no_duty(event);
        Ok(())
    }

    fn no_duty(&mut self, event: EventId) {
        let layout = &self.model.layout;
        self.write_fact(layout.pending[event.index()], false);
        self.write(layout.late[event.index()], false);
        if let Limited::Bit(bit) = layout.limited[event.index()] {
            self.write(Some(bit), false);
        }
    }

    /// One more: sets the first bit that is not.
    fn count(&mut self, bits: &[u32]) -> Res<()> {
        for bit in bits {
            if !self.ask_bit(*bit)? {
                self.write(Some(*bit), true);
                break;
            }
        }
        Ok(())
    }

    /// The kernel's `carry_out`; an execution also ends the stops it closes.
    fn carry_out(&mut self, plan: &Plan, executed: Option<EventId>) -> Res<()> {
        let model = self.model;
        for target in &plan.excludes {
            self.write_fact(model.layout.included[target.index()], false);
        }
        for target in &plan.includes {
            if self.exists(*target)? {
                self.write_fact(model.layout.included[target.index()], true);
            }
        }
        self.respond(&plan.responses)?;
        for id in model.graph.relation_ids() {
            if let Kind::Stop { until } = model.graph.relation(id).kind
                && executed == Some(until)
            {
                self.write(model.layout.open[id.index()], false);
            }
        }
        for id in &plan.extends {
            self.extend(*id)?;
        }
        for id in &plan.opens {
            if self.concerns(*id)? {
                self.write(model.layout.open[id.index()], true);
            }
        }
        Ok(())
    }

    fn respond(&mut self, responses: &[(EventId, bool, Merge)]) -> Res<()> {
        let layout = &self.model.layout;
        let mut targets: Vec<EventId> = responses.iter().map(|(t, ..)| *t).collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            if !self.exists(target)? {
                continue;
            }
            let group = || responses.iter().filter(|(t, ..)| *t == target);
            let limited = group().any(|(_, limited, _)| *limited);
            let strictest = group().any(|(.., merge)| *merge == Merge::Strictest);
            self.write_fact(layout.pending[target.index()], true);
            if let Limited::Bit(bit) = layout.limited[target.index()]
                && (limited || !strictest)
            {
                self.write(Some(bit), limited);
            }
            if let Some(late) = layout.late[target.index()]
                && !strictest
            {
                self.write(Some(late), false);
            }
        }
        Ok(())
    }

    fn extend(&mut self, id: RelationId) -> Res<()> {
        let model = self.model;
        let duty = model.graph.relation(id).target;
        if let Some(late) = model.layout.late[duty.index()]
            && self.ask_bit(late)?
        {
            return Ok(());
        }
        let pending = match model.layout.pending[duty.index()] {
            Fact::Bit(bit) => self.ask_bit(bit)?,
            _ => false,
        };
        let limited = match model.layout.limited[duty.index()] {
            Limited::Never => false,
            Limited::Always => true,
            Limited::Bit(bit) => self.ask_bit(bit)?,
        };
        if pending && limited {
            let uses = model.layout.used[id.index()].clone();
            self.count(&uses)?;
        }
        Ok(())
    }

    /// A fresh instance: its events get their initial marking. One act has one key, so it creates
    /// one instance of a template at most.
    fn spawn(&mut self, template: usize) -> Res<()> {
        let model = self.model;
        let bits = &model.layout.spawned[template];
        if bits.iter().any(|b| self.writes.contains_key(b)) {
            return Ok(());
        }
        let mut slot = 0;
        while slot < bits.len() && self.ask_bit(bits[slot])? {
            slot += 1;
        }
        if slot == bits.len() {
            return Ok(());
        }
        self.write(Some(bits[slot]), true);
        for event in &model.graph.templates[template].slots[slot] {
            let spec = model.graph.event(*event);
            self.write_fact(model.layout.included[event.index()], spec.included);
            if spec.executed_at.is_some() {
                self.write_fact(model.layout.executed[event.index()], true);
            }
            if let Some(limit) = &spec.pending {
                self.write_fact(model.layout.pending[event.index()], true);
                if let Limited::Bit(bit) = model.layout.limited[event.index()] {
                    let counts = limit.is_some_and(|l| crate::layout::is_constant(&l));
                    self.write(Some(bit), counts);
                }
            }
        }
        let slots = &model.graph.templates[template].slots[slot];
        let begun = |e: &&EventId| model.graph.event(**e).executed_at.is_some();
        for event in slots.iter().filter(begun) {
            for group in model.graph.choices_of(*event) {
                self.write_fact(model.layout.executed[group.index()], true);
            }
        }
        Ok(())
    }

    /// The kernel's `of_breach`: nobody can supply a missing field, so what cannot be decided applies.
    pub fn breach(&mut self, event: EventId) -> Res<()> {
        let model = self.model;
        let mut plan = Plan::default();
        for id in model.graph.relation_ids() {
            let relation = model.graph.relation(id);
            let Kind::Overdue(effect) = &relation.kind else { continue };
            if relation.source != event {
                continue;
            }
            let applies = model.applies(relation)?;
            if !self.ask(&applies)? {
                continue;
            }
            self.applied.push(id);
            match effect {
                Effect::Exclude => plan.excludes.push(relation.target),
                Effect::Include => plan.includes.push(relation.target),
                Effect::Respond { limit, merge } => {
                    let counts = self.limit_counts(id, limit.as_ref(), &Known::new())?;
                    plan.responses.push((relation.target, counts, *merge));
                }
            }
        }
        self.carry_out(&plan, None)
    }

    /// Promises of the kind "after": made by the first, kept by the second.
    pub fn monitors(&mut self, properties: &[Property], executes: &[EventId]) {
        for (i, property) in properties.iter().enumerate() {
            let Property::After { first, then } = property else { continue };
            for event in executes {
                if event == first {
                    self.write(self.model.layout.monitors[i], true);
                }
                if event == then {
                    self.write(self.model.layout.monitors[i], false);
                }
            }
        }
    }
}

fn is_effect(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Exclude
            | Kind::Include
            | Kind::Response { .. }
            | Kind::Extend { .. }
            | Kind::Stop { .. }
            | Kind::Spawn(_)
    )
}

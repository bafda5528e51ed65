//! Open tests (L12): whether some accepted run shows exactly the trace.
//!
//! Acts outside the context are free; an act that executes events of the context must be what the
//! trace says next. Searching all such runs costs as much as searching all states, so two cheap
//! looks come first, each right whenever it answers. Taking each letter as soon as it can be taken
//! finds a run where there is one that easy ([`taken_at_once`]). Forgetting all bits but those about
//! the trace leaves a graph that can do more: what it cannot do, the real one cannot ([`Blurred`]).
//!
//! Not here: their words (`property.rs`).

use std::collections::BTreeSet;

use kernel::EventId;
use oxidd::{BooleanFunction, BooleanFunctionQuant};

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::moves::{Move, Moves};
use crate::property::OpenTest;
use crate::reach::{forward, forward_until};
use crate::search::Search;
use crate::space::{Res, Set};

/// Every open test.
pub(crate) fn open_tests(search: &Search) -> Res<Vec<Finding>> {
    let tests = search.options.tests.iter().enumerate();
    let judge = |(i, test): (usize, &OpenTest)| {
        let verdict = match feasible(search, test)? == test.positive {
            true => Verdict::Proved,
            false => Verdict::Refuted,
        };
        Ok(search.finding(Check::OpenTest, Subject::Test(i), verdict))
    };
    tests.map(judge).collect()
}

/// Whether some accepted run shows exactly the trace.
fn feasible(search: &Search, test: &OpenTest) -> Res<bool> {
    let accepting = search.settled(&search.model.accepting()?)?;
    let course = Course { search, moves: &search.moves, start: &search.initial, accepting, test };
    if test.positive && course.taken_at_once()? {
        return Ok(true);
    }
    let mut kept = about(search, test)?;
    // Where nearly every bit is kept nothing is saved.
    while kept.len() * 3 < search.model.layout.bits as usize * 2 {
        if !Blurred::new(search, &course, &kept)?.feasible(&course)? {
            return Ok(false);
        }
        let wider = widened(search, &kept)?;
        if wider.len() == kept.len() {
            break;
        }
        kept = wider;
    }
    if !test.positive && course.taken_at_once()? {
        return Ok(true);
    }
    course.feasible()
}

/// A test on some moves, from a start to acceptance.
struct Course<'s, 'a> {
    search: &'s Search<'a>,
    moves: &'s Moves,
    start: &'s Set,
    accepting: Set,
    test: &'s OpenTest,
}

impl Course<'_, '_> {
    /// The events of the context the move executes.
    fn letters(&self, step: &Move) -> Vec<EventId> {
        step.executes.iter().copied().filter(|e| self.test.context.contains(e)).collect()
    }

    fn is_free(&self, i: usize) -> bool {
        self.letters(&self.moves.list[i]).is_empty()
    }

    /// The moves that can be taken next, with how many letters each takes.
    fn next(&self, position: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let rest = &self.test.trace[position..];
        self.moves.list.iter().enumerate().filter_map(move |(i, step)| {
            let letters = self.letters(step);
            (!letters.is_empty() && rest.starts_with(&letters)).then_some((i, letters.len()))
        })
    }

    /// All runs.
    fn feasible(&self) -> Res<bool> {
        let model = &self.search.model;
        let mut at = vec![model.space.none(); self.test.trace.len() + 1];
        at[0] = self.start.clone();
        for position in 0..at.len() {
            if !at[position].satisfiable() {
                continue;
            }
            at[position] = forward(model, self.moves, &at[position], &|i| self.is_free(i))?;
            for (i, letters) in self.next(position) {
                let after = self.moves.list[i].after(&model.space, &at[position])?;
                at[position + letters] = at[position + letters].or(&after)?;
            }
        }
        Ok(at[self.test.trace.len()].and(&self.accepting)?.satisfiable())
    }

    /// Whether a run is found that takes every letter as soon as some searched state allows it.
    fn taken_at_once(&self) -> Res<bool> {
        let model = &self.search.model;
        let (mut at, mut position) = (self.start.clone(), 0);
        while position < self.test.trace.len() {
            let mut may = model.space.none();
            for (i, _) in self.next(position) {
                may = may.or(&self.moves.fires[i])?;
            }
            at = forward_until(model, self.moves, &at, &|i| self.is_free(i), &may)?;
            let mut taken = None;
            for (i, letters) in self.next(position) {
                let after = self.moves.list[i].after(&model.space, &at)?;
                if after.satisfiable() {
                    taken = Some((after, letters));
                    break;
                }
            }
            let Some((after, letters)) = taken else { return Ok(false) };
            (at, position) = (after, position + letters);
        }
        at = forward_until(model, self.moves, &at, &|i| self.is_free(i), &self.accepting)?;
        Ok(at.and(&self.accepting)?.satisfiable())
    }
}

/// The moves with all bits forgotten but those kept: they can do more than the real ones.
struct Blurred {
    moves: Moves,
    start: Set,
    accepting: Set,
}

impl Blurred {
    fn new(search: &Search, course: &Course, kept: &BTreeSet<u32>) -> Res<Self> {
        let space = &search.model.space;
        let forgotten = space.vars((0..search.model.layout.bits).filter(|b| !kept.contains(b)))?;
        Ok(Self {
            moves: search.moves.blurred(space, kept, &forgotten)?,
            start: search.initial.exists(&forgotten)?,
            accepting: course.accepting.exists(&forgotten)?,
        })
    }

    fn feasible(&self, real: &Course) -> Res<bool> {
        let accepting = self.accepting.clone();
        let (moves, start) = (&self.moves, &self.start);
        Course { search: real.search, moves, start, accepting, test: real.test }.feasible()
    }
}

/// The bits the letters of the trace ask about and those that the acts of the context write.
fn about(search: &Search, test: &OpenTest) -> Res<BTreeSet<u32>> {
    let space = &search.model.space;
    let mut bits = BTreeSet::new();
    for (i, step) in search.moves.list.iter().enumerate() {
        if step.executes.iter().any(|e| test.trace.contains(e)) {
            bits.extend(space.support(&step.enabled)?);
        }
        if step.executes.iter().any(|e| test.context.contains(e)) {
            bits.extend(&search.moves.writes[i]);
        }
    }
    Ok(bits)
}

/// The kept bits and those asked about by every move that writes one of them.
fn widened(search: &Search, kept: &BTreeSet<u32>) -> Res<BTreeSet<u32>> {
    let mut wider = kept.clone();
    for (i, step) in search.moves.list.iter().enumerate() {
        if !search.moves.writes[i].is_disjoint(kept) {
            wider.extend(search.model.space.support(&step.enabled)?);
        }
    }
    Ok(wider)
}

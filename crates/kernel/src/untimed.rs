//! Plain DCR on bare rows of bits: for replaying and searching graphs without time.
//!
//! An untimed step of a graph of `64 * W` events is a handful of word operations. The timed step
//! coincides with it on graphs that use only plain relations (a test compares them).
//!
//! Not here: anything with a guard, a wait, a limit's date, a clock or an instance.

use crate::graph::{EventId, EventKind, Graph, Kind, Repeat};

/// The state of an untimed case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bits<const W: usize> {
    /// Executed at least once.
    pub executed: [u64; W],
    /// In force.
    pub included: [u64; W],
    /// Owed.
    pub pending: [u64; W],
}

#[derive(Clone, Copy, Debug)]
struct Rows<const W: usize> {
    conditions: [u64; W],
    milestones: [u64; W],
    excludes: [u64; W],
    includes: [u64; W],
    responses: [u64; W],
    /// All ones where a second execution is barred.
    once: u64,
}

/// A graph of plain relations, laid out for speed.
#[derive(Clone, Debug)]
pub struct Untimed<const W: usize> {
    rows: Vec<Rows<W>>,
    initial: Bits<W>,
    accounted: [u64; W],
}

impl<const W: usize> Untimed<W> {
    /// The graph without its limits; `None` where it has more than that to forget.
    pub fn of(graph: &Graph) -> Option<Self> {
        let acts = graph.events.iter().all(|e| {
            e.kind == EventKind::Act && e.slot.is_none() && !matches!(e.repeat, Repeat::AtMost(_))
        });
        if graph.events.len() > 64 * W || !acts {
            return None;
        }
        let none = [0; W];
        let mut rows = vec![
            Rows {
                conditions: none,
                milestones: none,
                excludes: none,
                includes: none,
                responses: none,
                once: 0,
            };
            graph.events.len()
        ];
        for relation in &graph.relations {
            let (source, target) = (relation.source, relation.target);
            let (from, to) = (source.index(), target.index());
            match &relation.kind {
                _ if relation.when.is_some() => return None,
                Kind::Condition { wait: None, bound: None, lead: None, and_if: None, .. } => {
                    set(&mut rows[to].conditions, source);
                }
                Kind::Milestone => set(&mut rows[to].milestones, source),
                Kind::Response { .. } => set(&mut rows[from].responses, target),
                Kind::Exclude => set(&mut rows[from].excludes, target),
                Kind::Include => set(&mut rows[from].includes, target),
                _ => return None,
            }
        }
        let mut initial = Bits { executed: none, included: none, pending: none };
        let mut accounted = none;
        for (i, event) in graph.events.iter().enumerate() {
            let id = EventId::new(i);
            let marks = [
                (event.executed_at.is_some(), &mut initial.executed),
                (event.included, &mut initial.included),
                (event.pending.is_some(), &mut initial.pending),
                (graph.accounted().has(id), &mut accounted),
            ];
            marks.into_iter().filter(|(on, _)| *on).for_each(|(_, row)| set(row, id));
            rows[i].once = if event.repeat == Repeat::Once { u64::MAX } else { 0 };
        }
        Some(Self { rows, initial, accounted })
    }

    /// The initial state.
    pub fn initial(&self) -> Bits<W> {
        self.initial
    }

    /// Whether the event may be executed.
    #[inline]
    pub fn enabled(&self, bits: &Bits<W>, event: EventId) -> bool {
        let row = &self.rows[event.index()];
        let (word, bit) = (event.index() / 64 % W, 1 << (event.index() % 64));
        let mut barred = !bits.included[word] & bit | bits.executed[word] & bit & row.once;
        for i in 0..W {
            let missing = row.conditions[i] & !bits.executed[i];
            let awaited = row.milestones[i] & bits.pending[i];
            barred |= bits.included[i] & (missing | awaited);
        }
        barred == 0
    }

    /// Executes the event if it may be executed; says whether.
    #[inline]
    pub fn step(&self, bits: &mut Bits<W>, event: EventId) -> bool {
        if !self.enabled(bits, event) {
            return false;
        }
        let row = &self.rows[event.index()];
        let (word, bit) = (event.index() / 64 % W, 1 << (event.index() % 64));
        bits.executed[word] |= bit;
        bits.pending[word] &= !bit;
        for i in 0..W {
            bits.included[i] = bits.included[i] & !row.excludes[i] | row.includes[i];
            bits.pending[i] |= row.responses[i];
        }
        true
    }

    /// Nothing that counts for acceptance is both included and pending.
    #[inline]
    pub fn is_accepting(&self, bits: &Bits<W>) -> bool {
        (0..W).all(|i| bits.included[i] & bits.pending[i] & self.accounted[i] == 0)
    }
}

fn set<const W: usize>(row: &mut [u64; W], event: EventId) {
    row[event.index() / 64] |= 1 << (event.index() % 64);
}

//! Sets of states as decision diagrams: a thin layer over oxidd that counts and stops.
//!
//! A [`Set`] is a handle; while one is alive its nodes survive garbage collection. Every operation
//! may end in [`Stop`]: the node limit, or the caller's budget, which is asked at each [`Space::tick`].
//!
//! Not here: what the bits mean (`layout.rs`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use oxidd::bdd::{BDDFunction, BDDManagerRef, new_manager};
use oxidd::util::{OptBool, OutOfMemory, SatCountCache, num::F64};
use oxidd::{BooleanFunction, BooleanFunctionQuant, BooleanOperator, Manager, ManagerRef};

/// A set of states, or a condition on them.
pub(crate) type Set = BDDFunction;

/// Why a search ended without an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// More nodes alive than allowed.
    Nodes,
    /// The caller's budget is used up.
    Budget,
}

impl From<OutOfMemory> for Stop {
    fn from(_: OutOfMemory) -> Self {
        Self::Nodes
    }
}

impl Stop {
    /// For the certificate.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Nodes => "the search needed more diagram nodes than allowed",
            Self::Budget => "the search did not finish within its time",
        }
    }
}

pub(crate) type Res<T> = Result<T, Stop>;

/// The diagrams over a fixed number of bits.
pub(crate) struct Space<'b> {
    manager: BDDManagerRef,
    bits: Vec<Set>,
    empty: Set,
    full: Set,
    peak: Cell<usize>,
    /// Nodes alive at which garbage is collected next.
    collect_at: Cell<usize>,
    nodes_max: usize,
    within: RefCell<&'b mut dyn FnMut() -> bool>,
}

impl<'b> Space<'b> {
    /// Diagrams over so many bits, in their given order.
    pub fn new(bits: u32, nodes_max: usize, within: &'b mut dyn FnMut() -> bool) -> Res<Self> {
        let cache = (nodes_max / 4).clamp(1 << 12, 1 << 23);
        let manager = new_manager(nodes_max, cache, 1);
        let vars = manager.with_manager_exclusive(|m| {
            m.add_vars(bits);
            (0..bits).map(|i| Set::var(m, i)).collect::<Result<Vec<_>, _>>()
        })?;
        let (empty, full) = manager.with_manager_shared(|m| (Set::f(m), Set::t(m)));
        Ok(Self {
            manager,
            bits: vars,
            empty,
            full,
            peak: Cell::new(0),
            collect_at: Cell::new(collect_first(nodes_max)),
            nodes_max,
            within: RefCell::new(within),
        })
    }

    pub fn none(&self) -> Set {
        self.empty.clone()
    }

    pub fn all(&self) -> Set {
        self.full.clone()
    }

    /// The states in which the bit is set.
    pub fn bit(&self, bit: u32) -> Set {
        self.bits[bit as usize].clone()
    }

    /// A constant set.
    pub fn constant(&self, value: bool) -> Set {
        if value { self.all() } else { self.none() }
    }

    /// The states in which these bits have these values.
    pub fn cube(&self, bits: &[(u32, bool)]) -> Res<Set> {
        let mut sorted = bits.to_vec();
        sorted.sort_unstable_by_key(|(bit, _)| std::cmp::Reverse(*bit));
        sorted.iter().try_fold(self.all(), |set, (bit, value)| {
            let literal = if *value { self.bit(*bit) } else { self.bit(*bit).not()? };
            Ok(literal.and(&set)?)
        })
    }

    /// The bits as a set of variables, for [`forget`].
    pub fn vars(&self, bits: impl IntoIterator<Item = u32>) -> Res<Set> {
        let literals: Vec<(u32, bool)> = bits.into_iter().map(|b| (b, true)).collect();
        self.cube(&literals)
    }

    /// Counts nodes, collects garbage where it pays, and asks whether to go on.
    pub fn tick(&self) -> Res<()> {
        let alive = self.manager.with_manager_shared(|m| m.approx_num_inner_nodes());
        self.peak.set(self.peak.get().max(alive));
        if alive > self.collect_at.get() {
            self.collect();
        }
        if (self.within.borrow_mut())() { Ok(()) } else { Err(Stop::Budget) }
    }

    /// Whether more than this share of the nodes allowed are alive, in hundredths.
    pub fn is_fuller_than(&self, percent: usize) -> bool {
        let alive = self.manager.with_manager_shared(|m| m.approx_num_inner_nodes());
        alive > self.nodes_max / 100 * percent
    }

    /// Collects garbage if there may be much of it.
    pub fn collect_if_full(&self) {
        if self.manager.with_manager_shared(|m| m.approx_num_inner_nodes()) > self.nodes_max / 2 {
            self.collect();
        }
    }

    /// Collects garbage.
    fn collect(&self) {
        let alive = self.manager.with_manager_shared(|m| {
            m.gc();
            m.num_inner_nodes()
        });
        self.collect_at.set((alive * 2).max(collect_first(self.nodes_max)));
    }

    /// The most nodes seen alive at once.
    pub fn peak(&self) -> usize {
        self.peak.get()
    }

    /// How many states the set has.
    pub fn count(&self, set: &Set) -> f64 {
        let mut cache: SatCountCache<F64, std::hash::RandomState> = SatCountCache::default();
        set.sat_count(self.bits.len() as u32, &mut cache).0
    }

    /// One state of the set, the same each time: bits left open are unset.
    pub fn pick(&self, set: &Set) -> Option<Vec<bool>> {
        let cube = set.pick_cube(|_, _, _| false)?;
        Some(cube.into_iter().map(|b| b == OptBool::True).collect())
    }

    /// The set of one state.
    pub fn singleton(&self, state: &[bool]) -> Res<Set> {
        let bits: Vec<(u32, bool)> =
            state.iter().enumerate().map(|(i, b)| (i as u32, *b)).collect();
        self.cube(&bits)
    }

    /// The bits the set depends on.
    pub fn support(&self, set: &Set) -> Res<BTreeSet<u32>> {
        let mut found = BTreeSet::new();
        for (i, bit) in self.bits.iter().enumerate() {
            if set.exists(bit)? != *set {
                found.insert(i as u32);
            }
        }
        Ok(found)
    }

    /// The union of the sets.
    pub fn any<'s>(&self, sets: impl IntoIterator<Item = &'s Set>) -> Res<Set> {
        sets.into_iter().try_fold(self.none(), |all, s| Ok(all.or(s)?))
    }
}

/// A collection also forgets every computed result, so it waits until it must.
fn collect_first(nodes_max: usize) -> usize {
    nodes_max / 4 * 3
}

/// In the first and not in the second.
pub(crate) fn minus(a: &Set, b: &Set) -> Res<Set> {
    Ok(b.imp_strict(a)?)
}

/// The states of both sets, with these bits forgotten.
pub(crate) fn forget(a: &Set, b: &Set, vars: &Set) -> Res<Set> {
    Ok(a.apply_exists(BooleanOperator::And, b, vars)?)
}

/// Whether no state lies in both.
pub(crate) fn disjoint(a: &Set, b: &Set) -> Res<bool> {
    Ok(!a.and(b)?.satisfiable())
}

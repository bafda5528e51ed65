//! Which counts must be made so that the figures asked for can be worked out.
//!
//! A formula is a tree; its leaves are counts of acts, counts of duties, and stocks. Leaves are
//! numbered by figure and place in the formula, the same in every version of a procedure, so that
//! matters under different versions add up. Prior years are counted only where some figure asks.
//!
//! Not here: counting (`watch.rs`), working out (`answer.rs`).

use std::collections::{BTreeMap, BTreeSet};

use content::{Count, Figure, Formula, Identity, Library, Procedure, Window};
use kernel::{EventId, EventSet, FieldId, Value};
use thiserror::Error;

use crate::tally::CountId;

/// No figure of the content has the id that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("no figure {0}")]
pub struct NoFigure(pub String);

/// One count, as one version of a procedure makes it.
#[derive(Debug)]
pub(crate) struct Leaf<'c> {
    pub id: CountId,
    pub what: What<'c>,
    /// The fields that decide whether and as what something counts.
    pub looks_at: Vec<FieldId>,
}

/// What a leaf counts.
#[derive(Debug)]
pub(crate) enum What<'c> {
    /// Executions of these events.
    Acts(&'c Count, EventSet),
    /// Duties of these events.
    Duties(&'c Count, EventSet),
    /// Duties of these events open at the end of a day of the year.
    Stock(EventSet, (u8, u8)),
}

/// One version of a procedure and what is counted in its matters.
#[derive(Debug)]
pub(crate) struct Version<'c> {
    pub procedure: &'c Procedure,
    pub leaves: Vec<Leaf<'c>>,
    /// Events whose duties some leaf counts.
    pub duties: EventSet,
    /// Events whose day decides the year of some leaf.
    pub windows: EventSet,
    /// Fields some leaf looks at.
    pub fields: Vec<FieldId>,
}

impl Version<'_> {
    /// The fields looked at, before any record set one.
    pub fn unset(&self) -> SetFields {
        self.fields.iter().map(|field| (*field, None, 0)).collect()
    }
}

/// Fields as they were last set, and by which record.
pub(crate) type SetFields = Vec<(FieldId, Option<Value>, u64)>;

/// The figures asked for, compiled.
#[derive(Debug)]
pub struct Questions<'c> {
    /// The year asked about.
    pub year: i32,
    pub(crate) figures: BTreeMap<&'c str, &'c Figure>,
    pub(crate) identities: Vec<&'c Identity>,
    /// Ids of the figures to be answered, in the order of the content.
    pub(crate) asked: Vec<&'c str>,
    pub(crate) counts: BTreeMap<(&'c str, u32), CountId>,
    versions: Vec<Version<'c>>,
    pub(crate) years: Vec<i32>,
}

impl<'c> Questions<'c> {
    /// All figures and identities of the content in a year.
    pub fn all(library: &'c Library, year: i32) -> Result<Self, NoFigure> {
        let figures = figures(library);
        let mut asked: Vec<&str> = Vec::new();
        for figure in in_order(library) {
            if !asked.contains(&figure.id.as_str()) {
                asked.push(&figure.id);
            }
        }
        let mut identities: Vec<&Identity> = Vec::new();
        let of_families = library.procedures.iter().flat_map(|p| &p.identities);
        for identity in library.identities.iter().chain(of_families) {
            if !identities.iter().any(|i| i.id == identity.id) {
                identities.push(identity);
            }
        }
        Self::compile(library, figures, asked, identities, year)
    }

    /// One figure in a year.
    pub fn one(library: &'c Library, id: &str, year: i32) -> Result<Self, NoFigure> {
        let figures = figures(library);
        let known = figures.get_key_value(id);
        let (id, _) = known.ok_or_else(|| NoFigure(id.to_owned()))?;
        let asked = vec![*id];
        Self::compile(library, figures, asked, Vec::new(), year)
    }

    fn compile(
        library: &'c Library,
        figures: BTreeMap<&'c str, &'c Figure>,
        asked: Vec<&'c str>,
        identities: Vec<&'c Identity>,
        year: i32,
    ) -> Result<Self, NoFigure> {
        let mut reach = Reach { figures: &figures, years: BTreeMap::new() };
        for id in &asked {
            reach.figure(id, year)?;
        }
        for term in identities.iter().flat_map(|i| i.left.iter().chain(&i.right)) {
            reach.figure(&term.figure, year - i32::from(term.previous_year))?;
        }
        let years: BTreeSet<i32> = reach.years.values().flatten().copied().collect();
        let needed: BTreeSet<&str> = reach.years.keys().copied().collect();
        let mut counts = BTreeMap::new();
        let versions =
            library.procedures.iter().map(|p| version(p, &needed, &mut counts)).collect();
        let years = years.into_iter().collect();
        Ok(Self { year, figures, identities, asked, counts, versions, years })
    }

    /// What is counted in matters under the procedure; `None` for one of another library.
    pub(crate) fn version(&self, procedure: &Procedure) -> Option<&Version<'c>> {
        self.versions.iter().find(|v| std::ptr::eq(v.procedure, procedure))
    }

    /// Whether they are asked of this library: of another one, even a copy, nothing would be found.
    pub fn are_of(&self, library: &Library) -> bool {
        let versions = self.versions.iter().map(|v| std::ptr::from_ref(v.procedure));
        versions.eq(library.procedures.iter().map(std::ptr::from_ref))
    }

    /// Whether anything is counted in matters of the procedure family.
    pub fn concerns(&self, family: &str) -> bool {
        let mut of_family = self.versions.iter().filter(|v| v.procedure.family == family);
        of_family.any(|v| !v.leaves.is_empty())
    }
}

/// All definitions in the order of the content: the report's own first, then by family.
fn in_order(library: &Library) -> impl Iterator<Item = &Figure> {
    library.figures.iter().chain(library.procedures.iter().flat_map(|p| &p.figures))
}

/// By id; of a family's figures that of the newest version, whose formula all versions share.
fn figures(library: &Library) -> BTreeMap<&str, &Figure> {
    in_order(library).map(|f| (f.id.as_str(), f)).collect()
}

/// Which figures are needed of which years. The content has no figure that rests on itself.
struct Reach<'c, 'f> {
    figures: &'f BTreeMap<&'c str, &'c Figure>,
    years: BTreeMap<&'c str, BTreeSet<i32>>,
}

impl<'c> Reach<'c, '_> {
    fn figure(&mut self, id: &str, year: i32) -> Result<(), NoFigure> {
        let Some((id, figure)) = self.figures.get_key_value(id) else {
            return Err(NoFigure(id.to_owned()));
        };
        match self.years.entry(id).or_default().insert(year) {
            true => self.formula(&figure.formula, year),
            false => Ok(()),
        }
    }

    fn formula(&mut self, formula: &'c Formula, year: i32) -> Result<(), NoFigure> {
        match formula {
            Formula::Count(_) | Formula::Stock { .. } => Ok(()),
            Formula::Figure(id) => self.figure(id, year),
            Formula::PreviousYear(id) => self.figure(id, year - 1),
            Formula::Total(ids) => ids.iter().try_for_each(|id| self.figure(id, year)),
            Formula::Ratio(above, below) => {
                self.formula(above, year)?;
                self.formula(below, year)
            }
            Formula::Difference(from, less) => {
                self.formula(from, year)?;
                less.iter().try_for_each(|f| self.formula(f, year))
            }
        }
    }
}

fn version<'c>(
    procedure: &'c Procedure,
    needed: &BTreeSet<&str>,
    counts: &mut BTreeMap<(&'c str, u32), CountId>,
) -> Version<'c> {
    let mut leaves = Vec::new();
    for figure in procedure.figures.iter().filter(|f| needed.contains(f.id.as_str())) {
        let mut place = 0;
        each_leaf(&figure.formula, &mut |formula| {
            let next = CountId(counts.len() as u32);
            let id = *counts.entry((figure.id.as_str(), place)).or_insert(next);
            place += 1;
            leaves.extend(what(procedure, formula).map(|what| {
                let looks_at = looks_at(&what);
                Leaf { id, what, looks_at }
            }));
        });
    }
    let (mut duties, mut windows) = (EventSet::EMPTY, EventSet::EMPTY);
    for leaf in &leaves {
        if let What::Duties(_, of) | What::Stock(of, _) = &leaf.what {
            duties = duties.or(of);
        }
        if let What::Acts(count, _) | What::Duties(count, _) = &leaf.what
            && let Window::Act(Some(act)) = count.window
        {
            windows.insert(act);
        }
    }
    let looked_at: BTreeSet<FieldId> = leaves.iter().flat_map(|l| l.looks_at.clone()).collect();
    let fields = looked_at.into_iter().collect();
    Version { procedure, leaves, duties, windows, fields }
}

fn looks_at(what: &What) -> Vec<FieldId> {
    let (What::Acts(count, _) | What::Duties(count, _)) = what else { return Vec::new() };
    let of_condition = count.condition.iter().flat_map(|guard| guard.fields());
    let others = [count.by, count.distinct, count.sum, count.largest];
    of_condition.chain(others.into_iter().flatten()).collect()
}

/// Visits the leaves of a formula in the order in which they are numbered.
pub(crate) fn each_leaf<'c>(formula: &'c Formula, visit: &mut impl FnMut(&'c Formula)) {
    match formula {
        Formula::Count(_) | Formula::Stock { .. } => visit(formula),
        Formula::Figure(_) | Formula::PreviousYear(_) | Formula::Total(_) => {}
        Formula::Ratio(above, below) => {
            each_leaf(above, visit);
            each_leaf(below, visit);
        }
        Formula::Difference(from, less) => {
            each_leaf(from, visit);
            less.iter().for_each(|f| each_leaf(f, visit));
        }
    }
}

/// What this version counts; nothing where it lacks every act named.
fn what<'c>(procedure: &Procedure, formula: &'c Formula) -> Option<What<'c>> {
    match formula {
        Formula::Count(count) if count.window == Window::Act(None) => None,
        Formula::Count(count) => match count.duty {
            Some(duty) => Some(What::Duties(count, namesakes(procedure, &[duty]))),
            None if count.acts.is_empty() => None,
            None => Some(What::Acts(count, namesakes(procedure, &count.acts))),
        },
        Formula::Stock { duty, on } => {
            duty.map(|duty| What::Stock(namesakes(procedure, &[duty]), *on))
        }
        _ => None,
    }
}

/// The events and, where they belong to instances, the same events of all other instances.
fn namesakes(procedure: &Procedure, events: &[EventId]) -> EventSet {
    let graph = &procedure.graph;
    let named = |e: &EventId| {
        let mut same = events.iter().map(|given| &graph.event(*given).name);
        same.any(|name| *name == graph.event(*e).name)
    };
    let mut all = EventSet::EMPTY;
    graph.event_ids().filter(named).for_each(|e| all.insert(e));
    all
}

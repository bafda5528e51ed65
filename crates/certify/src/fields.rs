//! Guards as conditions on bits: what the fields of a matter can mean to the graph.
//!
//! A field of a finite kind (yes/no, options) is exact: its values are grouped into classes that no
//! guard tells apart, and a few bits say "missing" or which class. Every other atom (an amount
//! against a parameter, two dates) is one free bit, unknown while one of its fields is missing and
//! open again whenever one of them is written.
//!
//! Not here: who writes fields (`moves.rs`), values for a replay (`values.rs`).

use std::collections::HashMap;

use kernel::{
    Amount, Anchor, EventId, EventKind, Facts, FieldId, FieldKind, Graph, Guard, Kind, Limit,
    Operand, Period, Value,
};
use oxidd::BooleanFunction;

use crate::space::{Res, Set, Space};

/// The bits of one field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    /// Set while the field has a value; `None` where nothing depends on that, or it follows.
    pub has: Option<u32>,
    /// The acts that write it, if each of them always does: it has a value once one is executed.
    pub after: Vec<EventId>,
    /// Their executed bits.
    pub after_bits: Vec<u32>,
    /// Some guard or limit depends on it.
    pub read: bool,
    /// The number of the value's class, low bit first; all unset while missing.
    pub code: Vec<u32>,
    /// The values of each class; empty for kinds that are not finite.
    pub classes: Vec<Vec<Value>>,
}

/// A comparison taken as a free bit.
#[derive(Clone, Debug)]
pub(crate) struct Atom {
    pub guard: Guard,
    pub fields: Vec<FieldId>,
    pub bit: u32,
}

/// All fields and atoms of a graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub regions: Vec<Region>,
    pub atoms: Vec<Atom>,
}

/// A guard over states: where it is true and where it is false. Elsewhere it is unknown.
pub(crate) struct Truth {
    pub yes: Set,
    pub no: Set,
}

/// What an act makes known, which its own effects already see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Constants it writes.
    pub values: HashMap<FieldId, Value>,
    /// Fields it always states.
    pub stated: Vec<FieldId>,
}

impl Known {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One constant.
    pub fn constant(field: FieldId, value: &Value) -> Self {
        Self { values: HashMap::from([(field, value.clone())]), stated: Vec::new() }
    }
}

struct Constants<'a>(&'a Known);

impl Facts for Constants<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        self.0.values.get(&field)
    }

    fn param(&self, _: kernel::ParamId) -> Option<&Value> {
        None
    }
}

impl Fields {
    /// Finds what guards and limits read; bits are given out later by [`Fields::number`].
    pub fn new(graph: &Graph, reduce: bool) -> Self {
        let mut fields =
            Self { regions: vec![Region::default(); graph.fields.len()], atoms: vec![] };
        let mut leaves = Vec::new();
        for relation in &graph.relations {
            relation.when.iter().for_each(|g| collect(g, &mut leaves));
            if let Kind::Condition { and_if: Some(g), .. } = &relation.kind {
                collect(g, &mut leaves);
            }
            for field in relation_fields(&relation.kind) {
                fields.regions[field.index()].read = true;
            }
        }
        for leaf in &leaves {
            leaf.fields().iter().for_each(|f| fields.regions[f.index()].read = true);
            if !matches!(leaf, Guard::Has(_)) && single_finite(graph, leaf).is_none() {
                let mut read = leaf.fields();
                read.dedup();
                fields.atoms.push(Atom { guard: leaf.clone(), fields: read, bit: 0 });
            }
        }
        for (i, region) in fields.regions.iter_mut().enumerate().filter(|(_, r)| reduce && r.read) {
            region.after = always_written_by(graph, FieldId::new(i));
        }
        for (i, region) in fields.regions.iter_mut().enumerate() {
            let field = FieldId::new(i);
            let own = leaves.iter().filter(|l| single_finite(graph, l) == Some(field));
            region.classes = classes(&graph.field(field).kind, field, &own.collect::<Vec<_>>());
            region.code = vec![0; bits_for(region.classes.len())];
        }
        fields
    }

    /// Gives out the bits of one field and of the atoms whose first field it is.
    pub fn number(&mut self, field: usize, next: &mut u32) {
        let mut take = || {
            *next += 1;
            *next - 1
        };
        let region = &mut self.regions[field];
        if region.read {
            if region.after.is_empty() {
                region.has = Some(take());
            }
            region.code.iter_mut().for_each(|b| *b = take());
        }
        let first = |a: &&mut Atom| a.fields.first().is_some_and(|f| f.index() == field);
        self.atoms.iter_mut().filter(first).for_each(|a| a.bit = take());
    }

    /// Gives out the bits of atoms that read no field.
    pub fn number_rest(&mut self, next: &mut u32) {
        for atom in self.atoms.iter_mut().filter(|a| a.fields.is_empty()) {
            atom.bit = *next;
            *next += 1;
        }
    }

    /// The bits that say nothing of these fields, and of atoms that read no others.
    pub fn bits_without(&self, fields: &[FieldId]) -> Vec<u32> {
        let own = fields.iter().map(|f| &self.regions[f.index()]);
        let own = own.flat_map(|r| r.has.iter().chain(&r.code).copied());
        let alone = |a: &&Atom| !a.fields.is_empty() && a.fields.iter().any(|f| fields.contains(f));
        own.chain(self.atoms.iter().filter(alone).map(|a| a.bit)).collect()
    }

    /// The class the value belongs to.
    pub fn class_of(&self, field: FieldId, value: &Value) -> Option<usize> {
        self.regions[field.index()].classes.iter().position(|c| c.contains(value))
    }

    /// The bits that say the field has this value, as far as classes tell.
    pub fn bits_of(&self, field: FieldId, value: &Value) -> Vec<(u32, bool)> {
        let region = &self.regions[field.index()];
        let class = self.class_of(field, value).unwrap_or(0);
        let code = region.code.iter().enumerate().map(|(i, b)| (*b, class >> i & 1 == 1));
        region.has.map(|b| (b, true)).into_iter().chain(code).collect()
    }

    /// Where the field has a value.
    pub fn has(&self, space: &Space, field: FieldId, known: &Known) -> Res<Set> {
        let region = &self.regions[field.index()];
        if known.values.contains_key(&field) || known.stated.contains(&field) {
            return Ok(space.all());
        }
        match region.has {
            Some(bit) => Ok(space.bit(bit)),
            None if region.after.is_empty() => Ok(space.all()),
            None => {
                let sets: Vec<Set> = region.after_bits.iter().map(|b| space.bit(*b)).collect();
                space.any(&sets)
            }
        }
    }

    /// Where the field has a value and its bits mean one of its classes.
    pub fn valid(&self, space: &Space, field: FieldId, known: &Known) -> Res<Set> {
        let region = &self.regions[field.index()];
        let has = match region.has {
            Some(bit) => space.bit(bit),
            None => self.has(space, field, known)?,
        };
        let mut code = space.none();
        for class in 0..region.classes.len() {
            code = code.or(&self.class(space, region, class)?)?;
        }
        if region.classes.is_empty() { Ok(has) } else { Ok(has.and(&code)?) }
    }

    /// Where the atom's bit is unset or all its fields but `except` have values.
    pub fn atom_normal(
        &self,
        space: &Space,
        atom: &Atom,
        except: FieldId,
        known: &Known,
    ) -> Res<Set> {
        let others = atom.fields.iter().filter(|f| **f != except);
        let mut present = space.all();
        for field in others {
            present = present.and(&self.has(space, *field, known)?)?;
        }
        Ok(space.bit(atom.bit).imp(&present)?)
    }

    /// Where the guard is true and false, for an act that writes `known`.
    pub fn truth(&self, space: &Space, guard: &Guard, known: &Known) -> Res<Truth> {
        match guard {
            Guard::All(parts) => self.fold(space, parts, known, false),
            Guard::Any(parts) => self.fold(space, parts, known, true),
            Guard::Not(part) => {
                let Truth { yes, no } = self.truth(space, part, known)?;
                Ok(Truth { yes: no, no: yes })
            }
            Guard::Has(field) => {
                let yes = self.has(space, *field, known)?;
                Ok(Truth { no: yes.not()?, yes })
            }
            leaf => self.leaf(space, leaf, known),
        }
    }

    fn fold(&self, space: &Space, parts: &[Guard], known: &Known, any: bool) -> Res<Truth> {
        let (mut yes, mut no) = (space.constant(!any), space.constant(any));
        for part in parts {
            let truth = self.truth(space, part, known)?;
            yes = if any { yes.or(&truth.yes)? } else { yes.and(&truth.yes)? };
            no = if any { no.and(&truth.no)? } else { no.or(&truth.no)? };
        }
        Ok(Truth { yes, no })
    }

    fn leaf(&self, space: &Space, leaf: &Guard, known: &Known) -> Res<Truth> {
        if let Some(atom) = self.atoms.iter().find(|a| a.guard == *leaf) {
            return self.atom(space, atom, known);
        }
        let field = leaf.fields().first().copied().expect("a finite leaf reads one field");
        if known.values.contains_key(&field) {
            return Ok(constant(space, leaf.eval(&Constants(known))));
        }
        let region = &self.regions[field.index()];
        let has = self.has(space, field, known)?;
        let (mut yes, mut no) = (space.none(), space.none());
        for (i, class) in region.classes.iter().enumerate() {
            let here = self.class(space, region, i)?.and(&has)?;
            match verdict(leaf, field, &class[0]) {
                Some(true) => yes = yes.or(&here)?,
                Some(false) => no = no.or(&here)?,
                None => {}
            }
        }
        Ok(Truth { yes, no })
    }

    fn atom(&self, space: &Space, atom: &Atom, known: &Known) -> Res<Truth> {
        if decided_by(&atom.guard, &atom.fields, known) {
            return Ok(constant(space, atom.guard.eval(&Constants(known))));
        }
        let mut present = space.all();
        for field in &atom.fields {
            present = present.and(&self.has(space, *field, known)?)?;
        }
        let bit = space.bit(atom.bit);
        Ok(Truth { yes: present.and(&bit)?, no: bit.imp_strict(&present)? })
    }

    fn class(&self, space: &Space, region: &Region, class: usize) -> Res<Set> {
        let code = region.code.iter().enumerate().map(|(i, b)| (*b, class >> i & 1 == 1));
        space.cube(&code.collect::<Vec<_>>())
    }

    /// The bits of atoms that read this field alone, once it has the value.
    pub fn decided_by(&self, field: FieldId, value: &Value) -> Vec<(u32, bool)> {
        let alone = |a: &&Atom| a.fields == [field] && !reads_param(&a.guard);
        let holds = |a: &Atom| (a.bit, verdict(&a.guard, field, value) == Some(true));
        self.atoms.iter().filter(alone).map(holds).collect()
    }

    /// The free atoms that read the field and that writing the constants does not decide.
    pub fn opened_by(&self, field: FieldId, known: &Known) -> impl Iterator<Item = &Atom> {
        let undecided = |a: &&Atom| !decided_by(&a.guard, &a.fields, known);
        self.atoms.iter().filter(move |a| a.fields.contains(&field)).filter(undecided)
    }
}

fn constant(space: &Space, value: Option<bool>) -> Truth {
    Truth { yes: space.constant(value == Some(true)), no: space.constant(value == Some(false)) }
}

/// Whether the constants alone decide the atom.
fn decided_by(guard: &Guard, fields: &[FieldId], known: &Known) -> bool {
    !reads_param(guard) && !fields.is_empty() && fields.iter().all(|f| known.values.contains_key(f))
}

fn verdict(leaf: &Guard, field: FieldId, value: &Value) -> Option<bool> {
    leaf.eval(&Constants(&Known::constant(field, value)))
}

/// The leaves of the guard that are not yet listed.
fn collect(guard: &Guard, leaves: &mut Vec<Guard>) {
    match guard {
        Guard::All(parts) | Guard::Any(parts) => parts.iter().for_each(|p| collect(p, leaves)),
        Guard::Not(part) => collect(part, leaves),
        leaf if !leaves.contains(leaf) => leaves.push(leaf.clone()),
        _ => {}
    }
}

fn reads_param(leaf: &Guard) -> bool {
    let param = |o: &Operand| matches!(o, Operand::Param(_));
    matches!(leaf, Guard::Compare(a, _, b) if param(a) || param(b))
}

/// The one field of a finite kind that the leaf compares with constants.
fn single_finite(graph: &Graph, leaf: &Guard) -> Option<FieldId> {
    let fields = leaf.fields();
    let [field] = fields.as_slice() else { return None };
    let finite = matches!(graph.field(*field).kind, FieldKind::Bool | FieldKind::Option(_));
    (finite && !reads_param(leaf) && !matches!(leaf, Guard::Has(_))).then_some(*field)
}

/// The values of a finite kind, grouped by what the leaves say of them.
fn classes(kind: &FieldKind, field: FieldId, leaves: &[&Guard]) -> Vec<Vec<Value>> {
    let values = match kind {
        FieldKind::Bool => vec![Value::Bool(false), Value::Bool(true)],
        FieldKind::Option(options) => options.iter().cloned().map(Value::Text).collect(),
        _ => return Vec::new(),
    };
    let mut groups: Vec<(Vec<Option<bool>>, Vec<Value>)> = Vec::new();
    for value in values {
        let signature: Vec<_> = leaves.iter().map(|l| verdict(l, field, &value)).collect();
        match groups.iter_mut().find(|(s, _)| *s == signature) {
            Some((_, group)) => group.push(value),
            None => groups.push((signature, vec![value])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn bits_for(classes: usize) -> usize {
    (classes.max(1) - 1).checked_ilog2().map_or(0, |b| b as usize + 1)
}

/// The fields a relation's limits are anchored at or sized by, and the date a notice precedes.
pub(crate) fn relation_fields(kind: &Kind) -> Vec<FieldId> {
    let mut found = Vec::new();
    for limit in limits(kind) {
        found.extend(limit_fields(limit));
    }
    if let Kind::Condition { lead: Some(lead), .. } = kind {
        found.push(lead.until);
    }
    found
}

fn limits(kind: &Kind) -> Vec<&Limit> {
    match kind {
        Kind::Condition { wait, bound, lead, .. } => {
            let wait = wait.iter().map(|w| &w.limit);
            wait.chain(bound).chain(lead.iter().map(|l| &l.limit)).collect()
        }
        other => other.duty_limit().into_iter().collect(),
    }
}

/// The fields that must have a value before the limit can be counted.
pub(crate) fn limit_fields(limit: &Limit) -> impl Iterator<Item = FieldId> {
    let anchor = match limit.anchor {
        Anchor::Field(f) => Some(f),
        _ => None,
    };
    let amount = match limit.period {
        Period::Span(Amount::Field(f), _) => Some(f),
        _ => None,
    };
    anchor.into_iter().chain(amount)
}

/// The acts that write the field, if each of them always does and is one whose execution is a bit.
fn always_written_by(graph: &Graph, field: FieldId) -> Vec<EventId> {
    let mut found = Vec::new();
    for id in graph.event_ids() {
        let event = graph.event(id);
        let act = event.kind == EventKind::Act;
        let stated = event.fields.iter().find(|(f, _)| act && *f == field);
        let constant = event.writes.iter().any(|(f, _)| *f == field);
        let always = constant || stated.is_some_and(|(_, required)| *required);
        if stated.is_none() && !constant {
            continue;
        }
        if !always || event.slot.is_some() || event.executed_at.is_some() {
            return Vec::new();
        }
        found.push(id);
    }
    found
}

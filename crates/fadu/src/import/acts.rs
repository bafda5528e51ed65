//! From the values of a row to the acts it reports, in the order in which they happened.
//!
//! A sheet knows days, not hours: the acts of one day stand a minute apart in the mapping's order,
//! from the beginning of the day. The client's name of an act is made of mapping, matter, act and
//! column, so the same row asks for the same acts again.

use content::Procedure;
use content::mapping::{From, Mapping, Plain, ReportedAct, ReportedField, holds, presumed_mark};
use kernel::{Instant, Value};
use ledger::Value as Sealed;
use office::{Office, Request};
use store::StoreError;

const MINUTE: i64 = 60;

/// A row that can have happened.
pub(super) struct Case {
    pub matter: String,
    /// Version of the procedure that governs.
    pub version: String,
    pub acts: Vec<Reported>,
    family: String,
    fixed_at: Option<Instant>,
    names: String,
    reporter: String,
}

/// One act a row reports.
pub(super) struct Reported {
    pub act: String,
    pub role: String,
    pub at: Instant,
    pub presumed: bool,
    pub client_act: String,
    /// The column of its date.
    pub on: usize,
    /// Duties that were never owed where it was done.
    pub moot: Vec<String>,
    fields: Vec<(String, Sealed)>,
}

/// What a row says and no act tells.
pub(super) enum Lost {
    /// The date in this column.
    Date(usize),
    /// The value of a column that belongs to acts of another, where that has no date.
    Value {
        /// The column.
        column: usize,
        /// The column without a date.
        undated: usize,
    },
}

/// The acts of a row, or what of it would be lost.
pub(super) fn case(
    mapping: &Mapping,
    procedure: &Procedure,
    matter: &str,
    row: &[Option<Value>],
    now: Instant,
) -> Result<Case, Lost> {
    let applies = |a: &&ReportedAct| {
        a.is_under(&procedure.version) && a.when.as_ref().is_none_or(|g| holds(g, row))
    };
    let (reported, undated): (Vec<&ReportedAct>, Vec<&ReportedAct>) =
        mapping.acts.iter().filter(applies).partition(|a| row[a.on].is_some());
    let own = |column: usize| reported.iter().any(|a| a.on == column && !a.presumed);
    let dates = |column: usize| mapping.acts.iter().any(|a| a.on == column && !a.presumed);
    if let Some(lost) = (0..row.len()).find(|c| row[*c].is_some() && dates(*c) && !own(*c)) {
        return Err(Lost::Date(lost));
    }
    let told = |column: usize| reported.iter().any(|a| !a.presumed && uses(a, column));
    let untold = |column: &usize| row[*column].is_some() && !dates(*column) && !told(*column);
    // What names the matter is never lost.
    for column in (0..row.len()).filter(|c| *c != mapping.matter).filter(untold) {
        if let Some(act) = undated.iter().find(|a| !a.presumed && uses(a, column)) {
            return Err(Lost::Value { column, undated: act.on });
        }
    }
    let names = format!("import/{}/{matter}/", mapping.name);
    let mut acts: Vec<Reported> =
        reported.iter().filter_map(|a| act(mapping, a, procedure, row, &names)).collect();
    acts.sort_by_key(|a| a.at);
    apart(&mut acts, now);
    let fixing = procedure.fixing.map(|e| &procedure.graph.event(e).name);
    let fixed_at = acts.iter().find(|a| Some(&a.act) == fixing).map(|a| a.at);
    Ok(Case {
        matter: matter.to_owned(),
        version: procedure.version.clone(),
        acts,
        family: mapping.family.clone(),
        fixed_at,
        names,
        reporter: mapping.name.clone(),
    })
}

/// Whether the act depends on the column or states what it holds.
fn uses(act: &ReportedAct, column: usize) -> bool {
    let asked = act.when.iter().flat_map(|guard| guard.fields());
    let stated = act.fields.iter().filter_map(|f| match f.from {
        From::Column(column) | From::Table { column, .. } => Some(column),
        From::Constant(_) => None,
    });
    asked.map(|field| field.index()).chain(stated).any(|used| used == column)
}

fn act(
    mapping: &Mapping,
    act: &ReportedAct,
    procedure: &Procedure,
    row: &[Option<Value>],
    names: &str,
) -> Option<Reported> {
    let Some(Value::Day(day)) = &row[act.on] else { return None };
    let stated = act.stated(&procedure.version, row);
    let field = |f: &ReportedField| Some((f.name.clone(), value(mapping, &f.from, row)?));
    Some(Reported {
        act: act.act.clone(),
        role: act.role.clone(),
        at: day.start(),
        presumed: act.presumed,
        on: act.on,
        moot: act.moot.clone(),
        client_act: format!("{names}{}/{}", act.act, mapping.columns[act.on].name),
        fields: stated.into_iter().filter_map(field).collect(),
    })
}

/// Sets the acts of one day a minute apart; none lies in the future.
fn apart(acts: &mut [Reported], now: Instant) {
    let mut order = 0;
    for i in 0..acts.len() {
        let same = i > 0 && acts[i - 1].at.day() == acts[i].at.day();
        order = if same { order + 1 } else { 0 };
        acts[i].at = acts[i].at.plus_seconds(MINUTE * order).min(now);
    }
}

/// What a field receives; nothing where the cell is blank.
fn value(mapping: &Mapping, from: &From, row: &[Option<Value>]) -> Option<Sealed> {
    match from {
        From::Constant(constant) => Some(plain(constant)),
        From::Column(column) => row[*column].as_ref().map(written),
        From::Table { column, table } => {
            let Some(Value::Text(text)) = &row[*column] else { return None };
            let entries = &mapping.tables[*table].entries;
            entries.iter().find(|(from, _)| **from == **text).map(|(_, to)| plain(to))
        }
    }
}

fn plain(constant: &Plain) -> Sealed {
    match constant {
        Plain::Text(text) => Sealed::Text(text.clone()),
        Plain::Integer(n) => Sealed::Integer(*n),
        Plain::Flag(b) => Sealed::Bool(*b),
    }
}

fn written(value: &Value) -> Sealed {
    Sealed::Text(content::write_value(value))
}

impl Case {
    /// What the office is asked for.
    pub fn requests(&self) -> impl Iterator<Item = Request> + '_ {
        self.acts.iter().enumerate().map(|(i, act)| Request {
            matter: self.matter.clone(),
            opens: (i == 0).then(|| self.family.clone()),
            fixed_at: self.fixed_at.filter(|_| i == 0),
            act: act.act.clone(),
            fields: act.fields.clone(),
            persons: vec![self.reporter_of(act)],
            role: act.role.clone(),
            performed_at: Some(act.at),
            client_act: act.client_act.clone(),
            reported: true,
            ..Request::default()
        })
    }

    /// Who is said to have reported an act: the sheet, marked where the act is only presumed.
    fn reporter_of(&self, act: &Reported) -> String {
        match act.presumed {
            true => format!("{}/{}", self.reporter, presumed_mark()),
            false => self.reporter.clone(),
        }
    }

    /// Whether a record of this client name comes from this row.
    pub fn is_own(&self, client_act: &str) -> bool {
        client_act.starts_with(&self.names)
    }

    /// The client names sealed for this row's matter before.
    pub fn sealed_names(&self, office: &Office) -> Result<Vec<String>, StoreError> {
        let records = office.store.matter_records(office.law.district, &self.matter, 0)?;
        let names = records.iter().map(|r| r.read().map(|r| r.client_act));
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        Ok(names.into_iter().filter(|n| self.is_own(n)).collect())
    }
}

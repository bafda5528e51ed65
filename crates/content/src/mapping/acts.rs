//! The acts of a mapping and their fields, held against every version of the procedure they are
//! meant for.
//!
//! After this an import cannot meet an unknown act, field, role or option: what is left to go wrong
//! lies in the rows.

use kernel::Guard;

use crate::fault::Fault;
use crate::guard;
use crate::keywords::{Keyword, P};
use crate::model::{Act, Field, FieldType, Procedure};
use crate::shape::{meant, undeclared};
use crate::syntax::{Line, Word};
use crate::value::{self, type_word};

use super::sheet::{ColumnNames, Sheet, plain};
use super::{From, Mapping, Plain, ReportedAct, ReportedField, Row, text, wanted};

/// Reads one act.
pub(super) fn read(
    line: &Line,
    sheet: &Sheet,
    versions: &[&Procedure],
    faults: &mut Vec<Fault>,
) -> Option<ReportedAct> {
    let name = line.arguments.first()?;
    wanted(line, P::Dated, faults);
    let role = wanted(line, P::Reporter, faults);
    let on = line.get(P::Dated).and_then(|w| sheet.dated(w, faults));
    let when = guard_of(line, sheet, faults);
    let version = version_of(line, versions, faults)?;
    let under: Vec<&Procedure> = versions
        .iter()
        .copied()
        .filter(|p| version.as_ref().is_none_or(|v| *v == p.version))
        .collect();
    presumption(line, faults);
    let known = under.iter().all(|p| is_reportable(name, p, faults));
    if !known {
        return None;
    }
    if let Some(word) = line.get(P::Reporter) {
        under.iter().all(|p| may_report(word, name.text(), p, faults));
    }
    let scope = Scope { sheet, under: &under, act: name.text(), when: when.as_ref() };
    let fields =
        line.lines(Keyword::ReportedField).filter_map(|l| scope.field(l, faults)).collect();
    let act = ReportedAct {
        act: name.text().to_owned(),
        on: on?,
        role: role?,
        when: when.clone(),
        version,
        presumed: line.flag(P::Presumed),
        reason: line.text(P::Reason).map(str::to_owned),
        moot: moot(line, &under, faults),
        fields,
        position: line.span.position(),
    };
    scope.complete(line, &act, faults);
    Some(act)
}

fn guard_of(line: &Line, sheet: &Sheet, faults: &mut Vec<Fault>) -> Option<Guard> {
    let word = line.get(P::When)?;
    guard::parse(word, &mut ColumnNames(&sheet.known), faults)
}

/// `None` where the version is unknown; `Some(None)` where the line is for all of them.
fn version_of(
    line: &Line,
    versions: &[&Procedure],
    faults: &mut Vec<Fault>,
) -> Option<Option<String>> {
    let Some(word) = line.get(P::OnlyVersion) else { return Some(None) };
    if !versions.iter().any(|p| p.version == word.text()) {
        let known = versions.iter().map(|p| p.version.as_str());
        faults.push(undeclared(&word.span, P::OnlyVersion.word(), word.text(), known));
        return None;
    }
    Some(Some(word.text().to_owned()))
}

/// Duties the act makes moot: each is known to some version it is reported under.
fn moot(line: &Line, under: &[&Procedure], faults: &mut Vec<Fault>) -> Vec<String> {
    let words = line.names(P::Moot);
    for word in &words {
        if under.iter().all(|p| p.event(word.text()).is_none()) {
            let acts = under.iter().flat_map(|p| p.acts.iter().map(|a| a.name.as_str()));
            faults.push(undeclared(&word.span, Keyword::Act.word(), word.text(), acts));
        }
    }
    words.iter().map(|w| w.text().to_owned()).collect()
}

/// What is presumed has a reason, and only that.
fn presumption(line: &Line, faults: &mut Vec<Fault>) {
    let facts = [("presumed", P::Presumed.word()), ("reason", P::Reason.word())];
    match (line.flag(P::Presumed), line.get(P::Reason)) {
        (true, None) => faults.push(line.span.fault("mapping-presumed-reason", &facts)),
        (false, Some(word)) => faults.push(word.span.fault("mapping-reason-alone", &facts)),
        _ => {}
    }
}

/// The procedure has the act, and persons do it.
fn is_reportable(name: &Word, procedure: &Procedure, faults: &mut Vec<Fault>) -> bool {
    let version = format!("{}@{}", procedure.family, procedure.version);
    let Some(event) = procedure.event(name.text()) else {
        let acts = procedure.acts.iter().filter(|a| a.members.is_empty() && !a.automatic);
        let meant = meant(name.text(), acts.map(|a| a.name.as_str()));
        let facts = [("name", name.text()), ("procedure", &version), ("meant", &meant)];
        faults.push(name.span.fault("mapping-no-act", &facts));
        return false;
    };
    let act = procedure.act(event);
    let spawned = procedure.graph.event(event).slot.is_some();
    let by_persons = act.members.is_empty() && !act.automatic && !act.forbidden && !spawned;
    if !by_persons {
        let facts = [("name", name.text()), ("procedure", version.as_str())];
        faults.push(name.span.fault("mapping-not-reportable", &facts));
    }
    by_persons
}

fn may_report(word: &Word, name: &str, procedure: &Procedure, faults: &mut Vec<Fault>) -> bool {
    let act = act_of(procedure, name);
    let may: Vec<&str> = act
        .roles
        .iter()
        .filter_map(|r| procedure.roles.iter().find(|role| role.id == *r))
        .map(|r| r.name.as_str())
        .collect();
    let fits = may.contains(&word.text());
    if !fits {
        let version = format!("{}@{}", procedure.family, procedure.version);
        let meant = meant(word.text(), may.iter().copied());
        let allowed = may.join(" ");
        let facts = [
            ("role", word.text()),
            ("act", name),
            ("procedure", &version),
            ("allowed", &allowed),
            ("meant", &meant),
        ];
        faults.push(word.span.fault("mapping-role", &facts));
    }
    fits
}

fn act_of<'a>(procedure: &'a Procedure, name: &str) -> &'a Act {
    procedure.act(procedure.event(name).expect("asked for acts that were found before"))
}

/// What the fields of one act are read against.
struct Scope<'a> {
    sheet: &'a Sheet,
    under: &'a [&'a Procedure],
    act: &'a str,
    when: Option<&'a Guard>,
}

impl Scope<'_> {
    fn field(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<ReportedField> {
        let name = line.arguments.first()?;
        let version = version_of(line, self.under, faults)?;
        let when = guard_of(line, self.sheet, faults);
        let of_version = |p: &&&Procedure| version.as_ref().is_none_or(|v| *v == p.version);
        let mut receiving = Vec::new();
        for procedure in self.under.iter().filter(of_version) {
            receiving.push(self.receiving(name, procedure, faults)?);
        }
        let from = self.from(line, faults)?;
        let guards: Vec<&Guard> = self.when.into_iter().chain(&when).collect();
        receiving.iter().all(|field| self.fits(line, &from, field, &guards, faults));
        Some(ReportedField { name: name.text().to_owned(), from, when, version })
    }

    /// The field of the act's form in one version.
    fn receiving<'p>(
        &self,
        name: &Word,
        procedure: &'p Procedure,
        faults: &mut Vec<Fault>,
    ) -> Option<&'p Field> {
        let form = || act_of(procedure, self.act).inputs.iter().map(|i| procedure.field(i.field));
        let found = form().find(|f| f.name == name.text());
        if found.is_none() {
            let meant = meant(name.text(), form().map(|f| f.name.as_str()));
            let version = format!("{}@{}", procedure.family, procedure.version);
            let known = form().map(|f| f.name.as_str()).collect::<Vec<_>>().join(" ");
            let facts = [
                ("name", name.text()),
                ("act", self.act),
                ("procedure", &version),
                ("known", &known),
                ("meant", &meant),
            ];
            faults.push(name.span.fault("mapping-no-field", &facts));
        }
        found
    }

    fn from(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<From> {
        let facts = [("column", P::Column.word()), ("value", P::Given.word())];
        let from = match (line.get(P::Column), line.get(P::Given)) {
            (Some(column), None) => {
                let column = self.sheet.find(column, faults);
                match line.get(P::Crosswalk) {
                    Some(word) => {
                        let table = self.sheet.find_table(word, faults)?;
                        From::Table { column: column?, table }
                    }
                    None => From::Column(column?),
                }
            }
            (None, Some(word)) => From::Constant(plain(word)?),
            _ => {
                faults.push(line.span.fault("mapping-one-source", &facts));
                return None;
            }
        };
        if let Some(word) = line.get(P::Crosswalk).filter(|_| matches!(from, From::Constant(_))) {
            faults.push(word.span.fault("mapping-table-alone", &facts));
        }
        Some(from)
    }

    /// Whether the field can hold what it is given.
    fn fits(
        &self,
        line: &Line,
        from: &From,
        field: &Field,
        guards: &[&Guard],
        faults: &mut Vec<Fault>,
    ) -> bool {
        let fault = match from {
            From::Constant(given) => {
                let word = line.get(P::Given).expect("a constant was given");
                (!holds_plain(field, given)).then(|| wrong_value(word, &word.written(), field))
            }
            From::Column(column) => self.column_fault(line, *column, field, guards),
            From::Table { column, table } => self.table_fault(line, *column, *table, field, guards),
        };
        let fits = fault.is_none();
        faults.extend(fault);
        fits
    }

    fn column_fault(
        &self,
        line: &Line,
        at: usize,
        field: &Field,
        guards: &[&Guard],
    ) -> Option<Fault> {
        let (column, word) = (&self.sheet.columns[at], line.get(P::Column)?);
        let is_text = matches!(
            field.kind,
            FieldType::Text | FieldType::Person | FieldType::Organisation | FieldType::Reference
        );
        match (column.kind, field.kind) {
            (FieldType::Date, FieldType::Date)
            | (FieldType::Integer, FieldType::Integer)
            | (FieldType::Money, FieldType::Money) => None,
            _ if is_text => None,
            (FieldType::Choice, FieldType::Choice) => {
                let strange = column
                    .options
                    .iter()
                    .find(|o| !field.options.contains(o) && self.may_be(at, o, guards))?;
                Some(wrong_value(word, strange, field))
            }
            (from, into) => {
                let facts = [
                    ("column", word.text()),
                    ("from", type_word(from)),
                    ("field", &*field.name),
                    ("into", type_word(into)),
                ];
                Some(word.span.fault("mapping-types", &facts))
            }
        }
    }

    /// Every entry must fit the field, and every option that can occur must have an entry.
    fn table_fault(
        &self,
        line: &Line,
        at: usize,
        table: usize,
        field: &Field,
        guards: &[&Guard],
    ) -> Option<Fault> {
        let (column, table) = (&self.sheet.columns[at], &self.sheet.tables[table]);
        let word = line.get(P::Crosswalk)?;
        if let Some((_, wrong)) = table.entries.iter().find(|(_, v)| !holds_plain(field, v)) {
            return Some(wrong_value(word, &written(wrong), field));
        }
        let has = |o: &String| table.entries.iter().any(|(from, _)| from == o);
        let gap = column.options.iter().find(|o| !has(o) && self.may_be(at, o, guards))?;
        let facts = [("table", word.text()), ("column", &*column.name), ("value", gap)];
        Some(word.span.fault("mapping-table-gap", &facts))
    }

    /// Whether the line may apply to a row whose column holds this option.
    fn may_be(&self, column: usize, option: &str, guards: &[&Guard]) -> bool {
        let mut row = vec![None; self.sheet.columns.len()];
        row[column] = Some(text(option));
        guards.iter().all(|g| g.eval(&Row(&row)) != Some(false))
    }

    /// Every field the form requires is given something, in every version.
    fn complete(&self, line: &Line, act: &ReportedAct, faults: &mut Vec<Fault>) {
        for procedure in self.under {
            let given = |name: &str| {
                let under =
                    |f: &&ReportedField| f.version.as_ref().is_none_or(|v| *v == procedure.version);
                act.fields.iter().filter(under).any(|f| f.name == name)
            };
            let required = act_of(procedure, self.act).inputs.iter();
            let required = required.filter(|i| i.required && !procedure.computes(i.field));
            let lacking: Vec<&str> = required
                .map(|i| procedure.field(i.field).name.as_str())
                .filter(|name| !given(name) && !line.mentions(name))
                .collect();
            if !lacking.is_empty() {
                let version = format!("{}@{}", procedure.family, procedure.version);
                let fields = lacking.join(" ");
                let facts = [("act", self.act), ("procedure", &*version), ("fields", &*fields)];
                faults.push(line.span.fault("mapping-field-missing", &facts));
                return;
            }
        }
    }
}

impl Line {
    /// Whether a field of this name is written below, even wrongly: it is not called missing too.
    fn mentions(&self, name: &str) -> bool {
        let named = |l: &Self| l.arguments.first().is_some_and(|w| w.text() == name);
        self.lines(Keyword::ReportedField).any(|l| named(l) && l.get(P::OnlyVersion).is_none())
    }
}

/// Whether a field can hold the constant.
pub(crate) fn holds_plain(field: &Field, given: &Plain) -> bool {
    match given {
        Plain::Flag(_) => field.kind == FieldType::YesNo,
        Plain::Integer(_) => {
            matches!(field.kind, FieldType::Integer | FieldType::Money | FieldType::Text)
        }
        Plain::Text(text) => {
            let listed = field.options.is_empty() || field.options.contains(text);
            listed && value::parse(field.kind, text).is_some()
        }
    }
}

fn written(plain: &Plain) -> String {
    match plain {
        Plain::Text(text) => text.clone(),
        Plain::Integer(n) => n.to_string(),
        Plain::Flag(b) => b.to_string(),
    }
}

/// The fault of a value a field cannot hold.
pub(crate) fn wrong_value(word: &Word, given: &str, field: &Field) -> Fault {
    let meant = meant(given, field.options.iter().map(String::as_str));
    let allowed = match field.options.is_empty() {
        true => type_word(field.kind).to_owned(),
        false => field.options.join(" "),
    };
    let facts =
        [("given", given), ("field", &*field.name), ("allowed", &*allowed), ("meant", &*meant)];
    word.span.fault("mapping-value", &facts)
}

/// The act whose date decides the version is reported, from a column that is never blank.
pub(super) fn fixed(
    line: &Line,
    mapping: &Mapping,
    versions: &[&Procedure],
    faults: &mut Vec<Fault>,
) {
    for procedure in versions {
        let Some(fixing) = procedure.fixing else { continue };
        let certain = mapping
            .fixing(procedure)
            .is_some_and(|a| mapping.columns[a.on].required && a.when.is_none() && !a.presumed);
        if !certain && faults.is_empty() {
            let version = format!("{}@{}", procedure.family, procedure.version);
            let act = &procedure.graph.event(fixing).name;
            let facts =
                [("act", act.as_str()), ("procedure", &version), ("required", P::Required.word())];
            faults.push(line.span.fault("mapping-no-fixing-act", &facts));
        }
    }
}

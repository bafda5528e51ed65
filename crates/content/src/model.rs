//! What the law files say, as values: the public types of a loaded library.
//!
//! A [`Library`] is what `load` gives: statutes, one calendar, places, procedures with their
//! compiled kernel graphs, stories and examples. Everything a face of the product shows about an
//! act or a rule (label, role, form, citation, position in the file) is here; nothing is computed.
//!
//! Not here: how it is read (`load.rs`), stories being run (`replay.rs`). Next: `story.rs`.

// Long because it is one list of types, each with its fields explained.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use kernel::{
    Calendar, ClauseId, Day, EventId, FieldId, Graph, Guard, ParamId, ParamValues, RelationId,
    RoleId, Strength, Value,
};
use serde::Serialize;

use crate::figure::{Figure, Identity};
use crate::keywords::{PERSON_SLOT, ROLE_SLOT};
use crate::story::Story;

/// One file of law content: its path below the content folder, with `/`, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Path below the content folder.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place in a file, counted from 1; columns count characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Position {
    /// Path below the content folder.
    pub file: Arc<str>,
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Days on which a law or version is in force: from a day on, up to but without another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct InForce {
    /// First day.
    pub from: Day,
    /// First day no longer in force.
    pub until: Option<Day>,
}

impl InForce {
    /// Whether the day lies within.
    pub fn has(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|u| day < u)
    }

    /// Whether some day lies within both.
    pub fn meets(&self, other: &Self) -> bool {
        self.until.is_none_or(|u| other.from < u) && other.until.is_none_or(|u| self.from < u)
    }

    /// Whether every day of `other` lies within.
    pub fn covers(&self, other: &Self) -> bool {
        let ends = match (self.until, other.until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => theirs <= mine,
        };
        self.from <= other.from && ends
    }
}

/// `statute@version#article`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Citation {
    /// Short title of the statute.
    pub statute: String,
    /// Its version.
    pub version: String,
    /// Article, paragraph and item: `63.1.(2)`.
    pub article: String,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}#{}", self.statute, self.version, self.article)
    }
}

/// How a statute counts days, by its own clause.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counting {
    /// Day limits of these amounts are working days.
    pub working: Vec<u32>,
    /// Every day limit is working days.
    pub all_working: bool,
    /// Day limits of these amounts are natural days.
    pub natural: Vec<u32>,
    /// An end on a rest day moves to the next working day.
    pub rolls: bool,
    /// The articles (of this or another statute) that say so.
    pub articles: Vec<Citation>,
}

/// An article that rules may cite.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Article {
    /// `20.1`.
    pub number: String,
    /// What it says, in our own words.
    pub gist: String,
    /// The periods it states, where the file lists them; a line citing it must use one of them.
    pub periods: Vec<String>,
    /// Not verified.
    pub doubtful: bool,
    /// Where.
    pub position: Position,
}

/// One version of one statute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statute {
    /// Short title used in citations.
    pub name: String,
    /// Version used in citations.
    pub version: String,
    /// Full title.
    pub title: String,
    /// Number of promulgation.
    pub number: String,
    /// English gloss.
    pub en: String,
    /// Days in force.
    pub in_force: InForce,
    /// How it counts.
    pub counting: Counting,
    /// The cited articles.
    pub articles: Vec<Article>,
    /// Where.
    pub position: Position,
}

impl Statute {
    /// The article of this number, or the first of its paragraphs where only these are listed.
    pub fn article(&self, number: &str) -> Option<&Article> {
        let exact = self.articles.iter().find(|a| a.number == number);
        let below =
            |a: &&Article| a.number.strip_prefix(number).is_some_and(|rest| rest.starts_with('.'));
        exact.or_else(|| self.articles.iter().find(below))
    }
}

/// One published year of the calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarYear {
    /// What differs from Monday to Friday.
    pub year: kernel::Year,
    /// 1, or more where it amends what was published before.
    pub edition: i64,
    /// SM3 over year, edition and days, hexadecimal.
    pub hash: String,
    /// The notice it rests on.
    pub notice: String,
    /// Names of the holidays, by day.
    pub names: BTreeMap<Day, String>,
    /// Where.
    pub position: Position,
}

/// An organ of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organ {
    /// Its name.
    pub name: String,
    /// Short name.
    pub short: String,
    /// Its category: department, lower government …
    pub category: Option<String>,
    /// The department above it.
    pub department: Option<String>,
    /// Not of this place, but above it.
    pub above: bool,
    /// The roles it plays, of any procedure.
    pub roles: Vec<String>,
    /// English gloss.
    pub en: String,
    /// Where.
    pub position: Position,
}

/// A value a place gives a parameter from a day on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The parameter.
    pub param: String,
    /// Only in this procedure family.
    pub family: Option<String>,
    /// From when; `None`: always.
    pub from: Option<Day>,
    /// The value as written; its type is the parameter's.
    pub value: String,
    /// Sources of the value.
    pub citations: Vec<Citation>,
    /// Why.
    pub reason: Option<String>,
    /// Not verified.
    pub doubtful: bool,
    /// Where.
    pub position: Position,
}

/// A district: organs and parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Code of the place above it.
    pub above: Option<String>,
    /// English gloss.
    pub en: String,
    /// Organs.
    pub organs: Vec<Organ>,
    /// Parameters.
    pub settings: Vec<Setting>,
    /// Registers that prove what a person may do.
    pub proofs: Vec<PersonProof>,
    /// Where calendar years come into force; `None`: all the content has are.
    pub year_book: Option<YearBook>,
    /// Numbers that a published report printed, to be compared with what is counted.
    pub published: Vec<Published>,
    /// Where.
    pub position: Position,
}

/// A number that a published report printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The figure.
    pub figure: String,
    /// The year of the report.
    pub year: i32,
    /// The number as printed.
    pub value: String,
}

/// A register that proves that a person may act in a role: an entry is a matter, found by its key,
/// and proves it while a yes/no field of it is yes and its dates allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonProof {
    /// The procedure of the entries.
    pub family: String,
    /// The entry's matter, with slots for the person and the role in it.
    pub key: String,
    /// The yes/no field.
    pub item: String,
    /// Date fields each of which must have come.
    pub from: Vec<String>,
    /// Date fields each of which must not have passed.
    pub until: Vec<String>,
    /// The date fields between which it does not hold, both days included.
    pub away: Option<(String, String)>,
    /// The field whose words must hold a value of the matter acted in, and the field of that.
    pub matches: Option<(String, String)>,
    /// The field that names the organ the person acts for.
    pub organ: Option<String>,
    /// The roles it is asked for; empty: every role of an organ.
    pub roles: Vec<String>,
    /// It must hold, rather than one of its kind.
    pub always: bool,
    /// It is asked for while this matter is open.
    pub opened_by: String,
    /// Citations.
    pub citations: Vec<Citation>,
    /// Why, for practice of the place.
    pub reason: Option<String>,
    /// Where.
    pub position: Position,
}

impl PersonProof {
    /// The entry of a person in a role.
    pub fn entry(&self, person: &str, role: &str) -> String {
        self.key.replace(PERSON_SLOT, person).replace(ROLE_SLOT, role)
    }
}

/// What a field holds, finer than the kernel's kinds: it decides the form control and the mask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Free text.
    Text,
    /// Whole number.
    Integer,
    /// Money in 1/100 yuan.
    Money,
    /// Civil date.
    Date,
    /// Moment.
    Moment,
    /// Length of time.
    Period,
    /// One of a list.
    Choice,
    /// Yes or no.
    YesNo,
    /// Natural person.
    Person,
    /// Organisation.
    Organisation,
    /// Document.
    Attachment,
    /// Another matter or register entry.
    Reference,
}

/// How the public sees a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// Not at all.
    Hidden,
    /// As it is.
    Full,
    /// Name masked.
    Masked,
    /// Named, value removed.
    Removed,
}

/// A field of the matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// In the graph.
    pub id: FieldId,
    /// Its name and label.
    pub name: String,
    /// English gloss.
    pub en: String,
    /// What it holds.
    pub kind: FieldType,
    /// The options of a choice.
    pub options: Vec<String>,
    /// Holds personal information: sealed as a salted hash.
    pub personal: bool,
    /// What the public sees.
    pub public: Publicity,
    /// The evidence a value rests on.
    pub evidence: Option<String>,
    /// A date of something that has happened: it may not lie after the act that states it.
    pub past: bool,
    /// Some guard or limit of the procedure reads it.
    pub decisive: bool,
    /// On no form: acts write it by themselves.
    pub written_only: bool,
}

impl Field {
    /// Whether a value read by the field's type is one of its options, where it has any.
    pub fn admits(&self, value: &Value) -> bool {
        match value {
            Value::Text(text) if self.kind == FieldType::Choice => {
                self.options.is_empty() || self.options.iter().any(|o| **o == **text)
            }
            _ => true,
        }
    }

    /// The value as the kernel takes it: of a personal one it only ever sees a text.
    pub fn as_seen(&self, value: Value) -> Value {
        match self.personal {
            true => Value::Text(crate::value::write(&value).into()),
            false => value,
        }
    }
}

/// A field on the form of an act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Input {
    /// The field.
    pub field: FieldId,
    /// Must be given.
    pub required: bool,
}

/// A paper an act produces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paper {
    /// Its name.
    pub name: String,
    /// Must be served.
    pub served: bool,
    /// Published.
    pub public: bool,
}

/// What the kernel's event is to people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// The event in the graph (of slot 0 for acts of instances).
    pub event: EventId,
    /// Its name.
    pub name: String,
    /// English gloss.
    pub en: String,
    /// Roles that may do it; empty for acts of the clock and choice groups.
    pub roles: Vec<RoleId>,
    /// The form.
    pub inputs: Vec<Input>,
    /// The papers.
    pub papers: Vec<Paper>,
    /// The members, for a choice group.
    pub members: Vec<EventId>,
    /// Executed by the clock.
    pub automatic: bool,
    /// Never allowed; there to be refused with its article.
    pub forbidden: bool,
    /// The clause that establishes it.
    pub rule: ClauseId,
    /// Where.
    pub position: Position,
}

/// A name that stands for several events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The acts in it.
    pub acts: Vec<EventId>,
}

/// One line of law.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The clause in the graph.
    pub clause: ClauseId,
    /// Unique in the procedure: keyword and names.
    pub id: String,
    /// Name of the fault in lists of irregularities.
    pub defect: Option<String>,
    /// The name made of its acts, where the line gives none.
    pub derived: String,
    /// The articles.
    pub citations: Vec<Citation>,
    /// Why it exists (internal rules), or a remark.
    pub reason: Option<String>,
    /// Refuses or warns.
    pub strength: Strength,
    /// Rows of the dossier it answers.
    pub answers: Vec<String>,
    /// The line as written.
    pub text: String,
    /// The line.
    pub position: Position,
    /// The line that took it in, for a line of a fragment.
    pub used_at: Option<Position>,
    /// The relations it compiled to; empty for the clause of an act.
    pub relations: Vec<RelationId>,
}

impl Rule {
    /// The articles joined, or the mark of an internal rule.
    pub fn article(&self) -> String {
        if self.citations.is_empty() {
            return crate::keywords::INTERNAL.to_owned();
        }
        self.citations.iter().map(Citation::to_string).collect::<Vec<_>>().join(" ")
    }

    /// The name under which faults list it, for readers: its own, or the derived one.
    pub fn name(&self) -> &str {
        self.defect.as_deref().unwrap_or(&self.derived)
    }
}

/// A role of a procedure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Role {
    /// In the graph.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// English gloss.
    pub en: String,
    /// A party: what it owes is a burden.
    pub party: bool,
}

/// A parameter that a place may set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Param {
    /// In the graph.
    pub id: ParamId,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: FieldType,
    /// The options of a choice.
    pub options: Vec<String>,
    /// Value where the place sets none.
    pub default: Value,
    /// Unit, as remark.
    pub unit: Option<String>,
    /// Citations.
    pub citations: Vec<Citation>,
    /// The dossiers leave it to be verified.
    pub doubtful: bool,
    /// Remark.
    pub reason: Option<String>,
    /// Where.
    pub position: Position,
}

/// What happens to open matters when this version comes into force.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Transition {
    /// They stay under the old version.
    Keep,
    /// They switch on this day.
    SwitchOn(Day),
    /// The place decides by this parameter.
    Param(String),
}

/// A property the procedure is claimed to have, in names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The sentence.
    pub title: String,
    /// What is claimed.
    pub kind: ClaimKind,
    /// Only where this holds when the last-named act is executed.
    pub when: Option<kernel::Guard>,
    /// The probe that stands for a guarded claim in [`Procedure::probes`].
    pub probe: Option<EventId>,
    /// Citations.
    pub citations: Vec<Citation>,
    /// Rows of the dossier it answers.
    pub answers: Vec<String>,
    /// Where.
    pub position: Position,
}

/// The kinds of property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClaimKind {
    /// The act never happens.
    Never(EventId),
    /// The act never happens while the other is owed.
    NeverWhileOwed {
        /// The act.
        act: EventId,
        /// The duty.
        owed: EventId,
    },
    /// One always comes before the other.
    Before {
        /// Comes first.
        first: EventId,
        /// Needs it.
        then: EventId,
    },
    /// After one, the other comes before the end.
    After {
        /// Sets it off.
        first: EventId,
        /// Must follow.
        then: EventId,
    },
    /// At most once.
    AtMostOnce(EventId),
    /// Never both.
    Exclusive(EventId, EventId),
    /// Nothing but the exceptions happens afterwards.
    Final {
        /// The closing act.
        event: EventId,
        /// What may still happen.
        except: Vec<EventId>,
    },
}

/// Executing an act performs a mirrored act in linked matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The act.
    pub act: EventId,
    /// The field that names the other matter.
    pub link: FieldId,
    /// The other procedure, or those it may be.
    pub families: Vec<String>,
    /// The mirrored act in the other procedure.
    pub mirrored: String,
    /// Not where this is false.
    pub when: Option<Guard>,
    /// Whether the other matter's law must allow the mirrored act.
    pub lawful: bool,
    /// Fields of the mirrored act that are not simply those of the same name here.
    pub carried: Vec<(String, Carried)>,
    /// Whether it opens the other matter where there is none.
    pub opens: bool,
    /// The field of the mirrored act that takes this matter's number.
    pub source: Option<String>,
    /// The rule.
    pub rule: ClauseId,
}

/// An act that brings the table of a calendar year into force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BringsYear {
    /// The act.
    pub act: EventId,
    /// The field that names the year.
    pub year: FieldId,
    /// The field that names the table by its hash.
    pub table: FieldId,
    /// The rule.
    pub rule: ClauseId,
}

/// An act of the clock where a new calendar moves the last day of a duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redated {
    /// The act.
    pub act: EventId,
    /// The duties.
    pub duties: Vec<EventId>,
}

/// Where a place brings its calendar years into force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct YearBook {
    /// The procedure.
    pub family: String,
    /// The matter.
    pub matter: String,
    /// The last year in force from the beginning.
    pub until: i32,
    /// Where.
    pub position: Position,
}

/// Where a field of a mirrored act comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// From a field of this matter.
    Field(FieldId),
    /// The day an act of this matter took effect.
    DayOf(EventId),
    /// A constant: yes/no, a number, or the text that the field's type reads.
    Constant(Value),
}

/// A field filled at perform time from a register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lookup {
    /// The field filled.
    pub field: FieldId,
    /// The register.
    pub register: String,
    /// The field that holds the key.
    pub key: FieldId,
    /// The item of the entry.
    pub item: String,
    /// The rule.
    pub rule: ClauseId,
}

/// Matters opened by the calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// How often.
    pub every: Every,
    /// The rule.
    pub rule: ClauseId,
}

/// A recurring day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Every {
    /// Month and day of each year.
    Year(u8, u8),
    /// Day of the first month of each quarter.
    Quarter(u8),
    /// Day of each month.
    Month(u8),
}

/// An amount worked out at the act that states it; result and inputs are sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Computation {
    /// The field computed.
    pub field: FieldId,
    /// The operation.
    pub operation: Operation,
    /// What it works on, in order.
    pub inputs: Vec<Part>,
    /// The rule.
    pub rule: ClauseId,
}

/// What an operation works on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The field's value.
    Field(FieldId),
    /// A whole number.
    Number(i64),
    /// The place's value of the parameter on the day of the act.
    Param(ParamId),
    /// The day an act took effect.
    DayOf(EventId),
}

/// The closed list of operations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Sum.
    Sum,
    /// The first less the others.
    Less,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// To a multiple.
    Round {
        /// Of so many units.
        to: i64,
        /// Never up.
        down: bool,
    },
    /// Days after the first date up to the second.
    Days {
        /// The last day does not count.
        without_last: bool,
    },
    /// Product of all parts and a rate in millionths.
    Accrual {
        /// Millionths for each.
        rate: Part,
        /// Never above.
        cap: Option<Part>,
    },
    /// A cell of the table that the one part, a field, names.
    Table(Vec<Table>),
}

/// One table of a series, as one computation reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// The value of the key field it is for.
    pub key: Value,
    /// Days in force.
    pub in_force: InForce,
    /// Looked at in order; the first that holds counts.
    pub rows: Vec<TableRow>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableRow {
    /// When it holds; `None`: always.
    pub when: Option<Guard>,
    /// What it gives, if anything.
    pub value: Option<Value>,
}

/// One version of one procedure, compiled.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Name of the family.
    pub family: String,
    /// Version.
    pub version: String,
    /// English gloss.
    pub en: String,
    /// Days in force.
    pub in_force: InForce,
    /// The act whose date decides which version governs; `None`: the first act.
    pub fixing: Option<EventId>,
    /// What happens to open matters.
    pub transition: Transition,
    /// The compiled graph.
    pub graph: Graph,
    /// The graph with probes for guarded claims at its end; for certification only.
    pub probes: Graph,
    /// In event order of the graph; events of further slots of a template share slot 0's entry.
    pub acts: Vec<Act>,
    /// Groups: names that stand for several events.
    pub groups: Vec<Group>,
    /// In clause order of the graph.
    pub rules: Vec<Rule>,
    /// In field order of the graph.
    pub fields: Vec<Field>,
    /// In role order of the graph.
    pub roles: Vec<Role>,
    /// In order of declaration.
    pub params: Vec<Param>,
    /// Stated properties.
    pub claims: Vec<Claim>,
    /// Links across matters.
    pub links: Vec<Link>,
    /// The act that brings a calendar year into force.
    pub brings_year: Option<BringsYear>,
    /// What the clock does where a new calendar moves a duty.
    pub redated: Vec<Redated>,
    /// Lookups.
    pub lookups: Vec<Lookup>,
    /// Periodic openings.
    pub openings: Vec<Opening>,
    /// Computations.
    pub computations: Vec<Computation>,
    /// Figures of the family, as far as this version has their acts.
    pub figures: Vec<Figure>,
    /// Identities among the figures of the family.
    pub identities: Vec<Identity>,
    /// Stories of this version.
    pub stories: Vec<Story>,
    /// Open tests of this version.
    pub open_tests: Vec<OpenTest>,
    /// SM3 over the canonical text of the compiled form, hexadecimal.
    pub hash: String,
    /// Where.
    pub position: Position,
}

impl Procedure {
    /// The name of the fixing act, where one is declared.
    pub fn fixing_act(&self) -> Option<&str> {
        self.fixing.map(|e| self.graph.event(e).name.as_str())
    }

    /// The event of this name.
    pub fn event(&self, name: &str) -> Option<EventId> {
        self.graph.event_named(name).or_else(|| {
            let mut templates = (0..self.graph.templates.len()).map(kernel::TemplateId::new);
            templates.find_map(|t| self.graph.slot_event(t, 0, name))
        })
    }

    /// What the event is to people.
    pub fn act(&self, event: EventId) -> &Act {
        let name = &self.graph.event(event).name;
        let same = |a: &&Act| a.event == event || a.name == *name;
        self.acts.iter().find(same).expect("every event of the graph has an act of its name")
    }

    /// The acts of persons and of the clock that a name stands for: an act, the members of a choice
    /// group, the acts of a group.
    pub fn acts_named(&self, name: &str) -> Vec<EventId> {
        if let Some(group) = self.groups.iter().find(|g| g.name == name) {
            return group.acts.clone();
        }
        let act = self.acts.iter().find(|a| a.name == name);
        act.map_or_else(Vec::new, |a| match a.members.is_empty() {
            true => vec![a.event],
            false => a.members.clone(),
        })
    }

    /// The rule of the clause.
    pub fn rule(&self, clause: ClauseId) -> &Rule {
        &self.rules[clause.index()]
    }

    /// What the field is to people.
    pub fn field(&self, field: FieldId) -> &Field {
        &self.fields[field.index()]
    }

    /// Whether the program works the field out where an act states it.
    pub fn computes(&self, field: FieldId) -> bool {
        self.computations.iter().any(|c| c.field == field)
    }

    /// The parameter of this name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|p| p.name == name)
    }

    /// The parameters in the graph's order, with the values of a place where it sets some.
    pub fn param_values(&self, place: Option<&Place>) -> Vec<ParamValues> {
        let values = |name: &String| {
            let Some(param) = self.param(name) else { return ParamValues::default() };
            let mut values = vec![(Day(i32::MIN), param.default.clone())];
            for setting in place.iter().flat_map(|p| &p.settings) {
                let mine = setting.family.as_ref().is_none_or(|f| *f == self.family);
                if mine
                    && setting.param == *name
                    && let Some(value) = crate::value::parse(param.kind, &setting.value)
                {
                    let from = setting.from.unwrap_or(Day(i32::MIN));
                    values.retain(|(day, _)| *day != from);
                    values.push((from, value));
                }
            }
            ParamValues::new(values)
        };
        self.graph.params.iter().map(values).collect()
    }
}

/// An open test: a course of the case that must be feasible, or must not (L12).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenTest {
    /// Its sentence.
    pub title: String,
    /// Whether such a run must exist, or must not.
    pub feasible: bool,
    /// The acts it speaks of; all others are free.
    pub context: Vec<EventId>,
    /// Those of them that happen, in order.
    pub trace: Vec<EventId>,
    /// Citations.
    pub citations: Vec<Citation>,
    /// Rows of the dossier it answers.
    pub answers: Vec<String>,
    /// Where.
    pub position: Position,
}

/// A worked example of the dossier that some story must tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// Its id.
    pub id: String,
    /// Procedure family.
    pub family: String,
    /// Version of the procedure.
    pub version: String,
    /// The question.
    pub question: String,
    /// The answer, as written.
    pub answer: String,
    /// Where.
    pub position: Position,
}

/// All content, loaded and checked.
#[derive(Clone, Debug)]
pub struct Library {
    /// Statutes.
    pub statutes: Vec<Statute>,
    /// Working days of all published years.
    pub calendar: Calendar,
    /// The years it was made of.
    pub years: Vec<CalendarYear>,
    /// Places.
    pub places: Vec<Place>,
    /// Procedures, by family and version in order of their days in force.
    pub procedures: Vec<Procedure>,
    /// Figures of the report that belong to no procedure.
    pub figures: Vec<Figure>,
    /// Identities between figures of several procedures.
    pub identities: Vec<Identity>,
    /// Worked examples to be covered.
    pub examples: Vec<Example>,
    /// The files it was made of: path and SM3 of the text, hexadecimal.
    pub files: Vec<(String, String)>,
}

impl Library {
    /// The versions of a family, oldest first.
    pub fn family<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Procedure> + 'a {
        self.procedures.iter().filter(move |p| p.family == name)
    }

    /// One version of a family.
    pub fn procedure(&self, family: &str, version: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|p| p.family == family && p.version == version)
    }

    /// The version that governs a matter whose fixing act lies on the day.
    pub fn governing(&self, family: &str, day: Day) -> Option<&Procedure> {
        self.procedures.iter().find(|p| p.family == family && p.in_force.has(day))
    }

    /// The place of this code.
    pub fn place(&self, code: &str) -> Option<&Place> {
        self.places.iter().find(|p| p.code == code)
    }

    /// The statute of this name and version.
    pub fn statute(&self, name: &str, version: &str) -> Option<&Statute> {
        self.statutes.iter().find(|s| s.name == name && s.version == version)
    }

    /// Last day of the published calendar: later dates are provisional.
    pub fn published_until(&self) -> Day {
        self.calendar.last()
    }
}

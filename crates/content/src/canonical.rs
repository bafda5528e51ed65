//! The canonical text of a compiled procedure, and its SM3.
//!
//! One line per act, field, parameter, role, relation and separation of duties, names instead of
//! indices, nothing of layout or comments. Two files with the same canonical text are the same law.
//! A sealed act keeps the hash, so this text must not change for old content: extend it only by new
//! kinds of lines.

use std::fmt::Write as _;

use kernel::{
    Amount, Anchor, Comparison, Effect, End, EventId, EventKind, FieldId, Graph, Guard, Kind,
    Limit, Merge, Operand, ParamId, Period, Repeat, Strength, Unit, Value,
};
use sm3::{Digest, Sm3};

use crate::model::{Carried, Computation, Operation, Part, Procedure, Table};
use crate::value::write;

/// SM3 of a text, hexadecimal.
pub fn digest(text: &str) -> String {
    Sm3::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

/// SM3 of the canonical text.
pub(crate) fn hash(procedure: &Procedure) -> String {
    digest(&canonical(procedure).join("\n"))
}

/// The canonical lines.
pub fn canonical(procedure: &Procedure) -> Vec<String> {
    let graph = &procedure.graph;
    let until = procedure.in_force.until.map_or_else(|| "-".to_owned(), |d| d.to_string());
    let mut lines = vec![format!(
        "procedure 1 {}@{} from {} until {until}",
        procedure.family, procedure.version, procedure.in_force.from
    )];
    for role in &procedure.roles {
        lines.push(format!("role {} {}", role.name, if role.party { "party" } else { "organ" }));
    }
    for param in &procedure.params {
        lines.push(format!("param {} {:?} {}", param.name, param.kind, write(&param.default)));
    }
    for field in &procedure.fields {
        let options = field.options.join(",");
        let past = if field.past { " past" } else { "" };
        let personal = if field.personal { " personal" } else { "" };
        lines.push(format!(
            "field {} {:?} [{options}]{personal}{past} {:?}",
            field.name, field.kind, field.public
        ));
    }
    lines.extend(graph.event_ids().map(|e| event(procedure, e)));
    lines.extend(graph.relation_ids().map(|r| relation(graph, graph.relation(r))));
    for d in &graph.distinct {
        let (one, other) = (name(graph, d.one), name(graph, d.other));
        lines.push(format!("distinct {one} {other} | {}", law(graph, d.clause)));
    }
    for a in &graph.at_least {
        lines.push(format!(
            "atleast {} {} | {}",
            name(graph, a.event),
            a.persons,
            law(graph, a.clause)
        ));
    }
    lines.extend(procedure.computations.iter().map(|c| computation(graph, c)));
    for link in &procedure.links {
        let opens = if link.opens { " opens" } else { "" };
        let lawful = if link.lawful { " lawful" } else { "" };
        let when = link.when.as_ref().map(|g| format!(" when {}", guard(graph, g)));
        let when = when.unwrap_or_default();
        let carried: String = link.carried.iter().map(|c| carried(graph, c)).collect();
        let source = link.source.as_deref().unwrap_or("-");
        lines.push(format!(
            "link {} {} -> {}.{}{opens}{lawful}{when} source {source} {carried}| {}",
            name(graph, link.act),
            field(graph, link.link),
            link.families.join("/"),
            link.mirrored,
            law(graph, link.rule)
        ));
    }
    if let Some(brings) = &procedure.brings_year {
        let (year, table) = (field(graph, brings.year), field(graph, brings.table));
        let act = name(graph, brings.act);
        lines.push(format!("year {act} {year} {table} | {}", law(graph, brings.rule)));
    }
    for redated in &procedure.redated {
        let duties: Vec<_> = redated.duties.iter().map(|d| name(graph, *d)).collect();
        lines.push(format!("redated {} {}", name(graph, redated.act), duties.join(" ")));
    }
    lines
}

/// How a field is worked out, with every row it may be looked up in.
fn computation(graph: &Graph, computation: &Computation) -> String {
    let part = |part: &Part| match part {
        Part::Field(f) => field(graph, *f).to_owned(),
        Part::Number(n) => n.to_string(),
        Part::Param(p) => format!("param({})", param(graph, *p)),
        Part::DayOf(e) => format!("day({})", name(graph, *e)),
    };
    let table = |table: &Table| {
        let until = table.in_force.until.map_or_else(|| "-".to_owned(), |d| d.to_string());
        let rows = table.rows.iter().map(|row| {
            let when = row.when.as_ref().map_or_else(|| "always".to_owned(), |g| guard(graph, g));
            let value = row.value.as_ref().map_or_else(|| "-".to_owned(), constant);
            format!("{when} -> {value}")
        });
        let rows = rows.collect::<Vec<_>>().join("; ");
        format!("{} from {} until {until} {{{rows}}}", constant(&table.key), table.in_force.from)
    };
    let operation = match &computation.operation {
        Operation::Sum => "sum".to_owned(),
        Operation::Less => "less".to_owned(),
        Operation::Min => "min".to_owned(),
        Operation::Max => "max".to_owned(),
        Operation::Round { to, down } => format!("round {to}{}", if *down { " down" } else { "" }),
        Operation::Days { without_last } => {
            format!("days{}", if *without_last { " without last" } else { "" })
        }
        Operation::Accrual { rate, cap } => {
            let cap = cap.as_ref().map(|c| format!(" cap {}", part(c))).unwrap_or_default();
            format!("accrual {}{cap}", part(rate))
        }
        Operation::Table(tables) => {
            format!("table {}", tables.iter().map(table).collect::<Vec<_>>().join(", "))
        }
    };
    let inputs = computation.inputs.iter().map(part).collect::<Vec<_>>().join(" ");
    let law = law(graph, computation.rule);
    format!("compute {} = {operation} of {inputs} | {law}", field(graph, computation.field))
}

fn name(graph: &Graph, event: EventId) -> String {
    let event = graph.event(event);
    match event.slot {
        Some((template, slot)) => {
            format!("{}/{}/{slot}", graph.templates[template.index()].name, event.name)
        }
        None => event.name.clone(),
    }
}

fn law(graph: &Graph, clause: kernel::ClauseId) -> String {
    let clause = graph.clause(clause);
    if clause.citations.is_empty() { "internal".to_owned() } else { clause.citations.join(" ") }
}

fn event(procedure: &Procedure, id: EventId) -> String {
    let graph = &procedure.graph;
    let event = graph.event(id);
    let kind = match &event.kind {
        EventKind::Act => "act".to_owned(),
        EventKind::Automatic(effective) => format!("automatic {effective:?}"),
        EventKind::Choice { members } => {
            format!(
                "choice {{{}}}",
                members.iter().map(|m| name(graph, *m)).collect::<Vec<_>>().join(",")
            )
        }
    };
    let repeat = match event.repeat {
        Repeat::Once => "once".to_owned(),
        Repeat::Unlimited => "any".to_owned(),
        Repeat::AtMost(n) => format!("most {n}"),
    };
    let roles =
        event.roles.iter().map(|r| graph.roles[r.index()].as_str()).collect::<Vec<_>>().join(",");
    let form = event
        .fields
        .iter()
        .map(|(f, must)| format!("{}{}", field(graph, *f), if *must { "!" } else { "" }));
    let form = form.collect::<Vec<_>>().join(",");
    let writes = event.writes.iter().map(|(f, v)| format!("{}={}", field(graph, *f), write(v)));
    let writes = writes.collect::<Vec<_>>().join(",");
    let flags = [
        (!event.included, " out"),
        (event.pending.is_some(), " owed"),
        (event.reserved, " reserved"),
    ];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let posted = event.posted.map(|f| format!(" posted {}", field(graph, f))).unwrap_or_default();
    format!(
        "event {} {kind} {repeat} {:?} by [{roles}] form [{form}] writes [{writes}]{flags}{posted} | {}",
        name(graph, id),
        event.owner,
        law(graph, event.clause)
    )
}

fn field(graph: &Graph, id: FieldId) -> &str {
    &graph.field(id).name
}

fn param(graph: &Graph, id: ParamId) -> &str {
    &graph.params[id.index()]
}

pub(crate) fn relation(graph: &Graph, relation: &kernel::Relation) -> String {
    let ends = format!("{} {}", name(graph, relation.source), name(graph, relation.target));
    let kind = match &relation.kind {
        Kind::Condition { wait, bound, lead, and_if, void_when_excluded } => {
            let mut text = format!("condition {ends}");
            if let Some(wait) = wait {
                let end = match wait.end {
                    End::Ready => "ready",
                    End::Full => "full",
                    End::Lapse => "lapse",
                };
                text += &format!(" wait {} {end}", limit(graph, &wait.limit));
            }
            bound.iter().for_each(|b| text += &format!(" bound {}", limit(graph, b)));
            if let Some(lead) = lead {
                text +=
                    &format!(" lead {} {}", limit(graph, &lead.limit), field(graph, lead.until));
            }
            and_if.iter().for_each(|g| text += &format!(" and {}", guard(graph, g)));
            if *void_when_excluded {
                text += " void";
            }
            text
        }
        Kind::Milestone => format!("milestone {ends}"),
        Kind::Response { limit: l, merge, .. } => {
            format!("response {ends}{}", duty(graph, l.as_ref(), *merge))
        }
        Kind::Exclude => format!("exclude {ends}"),
        Kind::Include => format!("include {ends}"),
        Kind::Stop { until } => format!("stop {ends} until {}", name(graph, *until)),
        Kind::Extend { limit: l, max } => format!("extend {ends} {} times {max}", limit(graph, l)),
        Kind::Overdue(Effect::Include) => format!("overdue {ends} include"),
        Kind::Overdue(Effect::Exclude) => format!("overdue {ends} exclude"),
        Kind::Overdue(Effect::Respond { limit: l, merge }) => {
            format!("overdue {ends} response{}", duty(graph, l.as_ref(), *merge))
        }
        Kind::Spawn(template) => format!("spawn {ends} {}", graph.templates[template.index()].name),
    };
    let when =
        relation.when.as_ref().map(|g| format!(" when {}", guard(graph, g))).unwrap_or_default();
    let warn = if relation.strength == Strength::Warn { " warn" } else { "" };
    format!("{kind}{when}{warn} | {}", law(graph, relation.clause))
}

fn duty(graph: &Graph, l: Option<&Limit>, merge: Merge) -> String {
    let within = l.map(|l| format!(" within {}", limit(graph, l))).unwrap_or_default();
    let merge = if merge == Merge::Strictest { " strictest" } else { "" };
    format!("{within}{merge}")
}

fn limit(graph: &Graph, limit: &Limit) -> String {
    let amount = |amount: &Amount| match amount {
        Amount::Fixed(n) => n.to_string(),
        Amount::Param(p) => format!("param({})", param(graph, *p)),
        Amount::Field(f) => format!("field({})", field(graph, *f)),
    };
    let period = match &limit.period {
        Period::Span(n, unit) => {
            let unit = match unit {
                Unit::Hour => "h",
                Unit::Day => "d",
                Unit::WorkingDay => "wd",
                Unit::Month => "m",
                Unit::Year => "y",
            };
            format!("{}{unit}", amount(n))
        }
        Period::Yearly { month, day } => format!("{month}-{day}"),
        Period::MonthEnd => "month-end".to_owned(),
        Period::QuarterEnd => "quarter-end".to_owned(),
    };
    let anchor = match limit.anchor {
        Anchor::Source => String::new(),
        Anchor::Field(f) => format!(" from {}", field(graph, f)),
        Anchor::DueOf(e) => format!(" from due {}", name(graph, e)),
    };
    let flags = [(limit.before, " before"), (limit.roll, " roll"), (limit.full_hour, " full-hour")];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, w)| *w).collect();
    format!("{period}{anchor}{flags}")
}

/// The guard as text, with the signs of the language's mathematics and English words.
pub(crate) fn guard(graph: &Graph, g: &Guard) -> String {
    let list = |parts: &[Guard], word: &str| {
        let parts = parts.iter().map(|p| guard(graph, p)).collect::<Vec<_>>().join(word);
        format!("({parts})")
    };
    let operand = |o: &Operand| match o {
        Operand::Field(f) => field(graph, *f).to_owned(),
        Operand::Param(p) => format!("param({})", param(graph, *p)),
        Operand::Const(v) => constant(v),
    };
    match g {
        Guard::All(parts) => list(parts, " and "),
        Guard::Any(parts) => list(parts, " or "),
        Guard::Not(part) => format!("not {}", guard(graph, part)),
        Guard::Compare(a, how, b) => {
            let sign = match how {
                Comparison::Equal => "=",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::AtMost => "<=",
                Comparison::Greater => ">",
                Comparison::AtLeast => ">=",
            };
            format!("{} {sign} {}", operand(a), operand(b))
        }
        Guard::OneOf(f, values) => {
            let values = values.iter().map(constant).collect::<Vec<_>>().join(",");
            format!("{} in {{{values}}}", field(graph, *f))
        }
        Guard::Has(f) => format!("has {}", field(graph, *f)),
        Guard::True(f) => field(graph, *f).to_owned(),
    }
}

fn constant(value: &Value) -> String {
    format!("'{}'", write(value))
}

fn carried(graph: &Graph, (name, from): &(String, Carried)) -> String {
    match from {
        Carried::Field(f) => format!("{name}={} ", field(graph, *f)),
        Carried::DayOf(e) => format!("{name}=day of {} ", self::name(graph, *e)),
        Carried::Constant(v) => format!("{name}=const {} ", write(v)),
    }
}

//! `fadu due`: every limit of a duty that applies, each with its working.

use anyhow::{Context, bail};
use content::Procedure;
use kernel::{
    Anchor, Calendar, Env, EventId, Facts, FieldId, Kind, Length, ParamId, Relation, Resolved,
    Span, Term, Value, working_of,
};
use office::{Explain, Law, Wording};
use serde::Serialize;

use crate::cli::{Common, Due};
use crate::commands::print_json;
use crate::world::{content_dir, day, load_library};

/// One limit of the duty, counted.
#[derive(Serialize, Debug)]
struct Counted {
    nominal: String,
    due: String,
    provisional: bool,
    working: Vec<String>,
    from: String,
    rule: String,
    article: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

/// Further limits stand beside the first one, which answers the question on its own.
#[derive(Serialize, Debug)]
struct Answer<'a> {
    #[serde(flatten)]
    first: &'a Counted,
    others: &'a [Counted],
}

/// Counts and prints.
pub fn run(common: &Common, args: &Due) -> anyhow::Result<()> {
    let law = Law::new(load_library(&content_dir(common)?)?, &common.place);
    let (from, date) = match (&args.from, &args.at) {
        (Some(from), _) => {
            let (act, date) = from.split_once('=').context("write --from ACT=DATE")?;
            (Some(act.to_owned()), date.to_owned())
        }
        (None, Some(date)) => (None, date.clone()),
        (None, None) => bail!("nothing was counted: give --from ACT=DATE, or --at DATE"),
    };
    let start = day(&date)?;
    let procedure = match &args.version {
        Some(version) => law.library.procedure(&args.procedure, version),
        None => law.library.governing(&args.procedure, start),
    };
    let procedure = procedure.with_context(|| no_procedure(&law, &args.procedure, &date))?;
    let question = Question::new(common, &law, procedure, start, &args.fields)?;
    let counted = question.count(&args.duty, from.as_deref())?;
    if common.json {
        return print_json(&Answer { first: &counted[0], others: &counted[1..] });
    }
    println!("{}({})「{}」", procedure.family, procedure.version, args.duty);
    for c in &counted {
        let when = c.when.as_ref().map_or(String::new(), |w| format!(",条件:{w}"));
        let provisional = if c.provisional { "(暂定)" } else { "" };
        println!("{}{provisional}  自「{}」起({}{when})", c.due, c.from, c.article);
        println!("    {}", c.working.join(";"));
    }
    Ok(())
}

fn no_procedure(law: &Law, family: &str, date: &str) -> String {
    let versions = law.library.procedures.iter().map(|p| format!("{}@{}", p.family, p.version));
    let known = versions.collect::<Vec<_>>().join("、");
    format!("没有计算:程序「{family}」在 {date} 没有施行的版本。现有:{known};可用 --version 指定")
}

/// A date asked for, with the fields known.
struct Question<'a> {
    procedure: &'a Procedure,
    law: &'a Law,
    wording: Wording,
    start: kernel::Day,
    fields: Vec<(FieldId, Value)>,
}

impl Facts for Question<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.env().params.get(param.index())?.on(self.start)
    }
}

impl<'a> Question<'a> {
    fn new(
        common: &Common,
        law: &'a Law,
        procedure: &'a Procedure,
        start: kernel::Day,
        fields: &[String],
    ) -> anyhow::Result<Self> {
        let mut known = Vec::new();
        for text in fields {
            let (name, value) = text.split_once('=').context("write --field NAME=VALUE")?;
            let found = procedure.fields.iter().find(|f| f.name == name);
            let field = found.with_context(|| {
                let names = procedure.fields.iter().map(|f| f.name.as_str());
                let near = content::nearest(name, names).unwrap_or_default();
                format!("没有计算:没有「{name}」这一项。是否想写「{near}」?")
            })?;
            let value = content::parse_value(field.kind, value);
            let value = value.filter(|v| procedure.graph.field(field.id).kind.admits(v));
            known.push((
                field.id,
                value.with_context(|| format!("没有计算:「{text}」不是这一项可填的内容"))?,
            ));
        }
        let wording = Wording::new(common.lang);
        Ok(Self { procedure, law, wording, start, fields: known })
    }

    fn env(&self) -> Env<'_> {
        Env {
            calendar: &self.law.library.calendar,
            params: &self.law.prepared(self.procedure).params,
        }
    }

    /// Limits of the duty, in the order of the law; those a known field rules out are left out.
    fn count(&self, duty: &str, from: Option<&str>) -> anyhow::Result<Vec<Counted>> {
        let graph = &self.procedure.graph;
        let target = self.event(duty)?;
        let targets: Vec<EventId> =
            [target].into_iter().chain(graph.choices_of(target).iter().copied()).collect();
        let source = from.map(|act| self.event(act)).transpose()?;
        let sources = |e: EventId| match source {
            Some(s) => e == s || graph.choices_of(s).contains(&e) || graph.members(e).contains(&s),
            None => true,
        };
        let owed = graph.relations.iter().filter(|r| targets.contains(&r.target));
        let limits = owed.filter(|r| matches!(r.kind, Kind::Response { limit: Some(_), .. }));
        let (mut counted, mut starts) = (Vec::new(), Vec::new());
        for relation in limits {
            starts.push(graph.event(relation.source).name.clone());
            let ruled_out = relation.when.as_ref().and_then(|g| g.eval(self)) == Some(false);
            if sources(relation.source) && !ruled_out {
                counted.push(self.counted(relation)?);
            }
        }
        starts.sort();
        starts.dedup();
        if counted.is_empty() {
            let known = starts.join("、");
            let known = if known.is_empty() { "无".to_owned() } else { known };
            bail!("没有计算:「{duty}」没有符合条件的期限。有期限的起点:{known}");
        }
        Ok(counted)
    }

    fn event(&self, name: &str) -> anyhow::Result<EventId> {
        self.procedure.event(name).with_context(|| {
            let names = self.procedure.acts.iter().map(|a| a.name.as_str());
            let near = content::nearest(name, names).unwrap_or_default();
            format!(
                "没有计算:程序「{}」({})中没有「{name}」。是否想写「{near}」?",
                self.procedure.family, self.procedure.version
            )
        })
    }

    fn counted(&self, relation: &Relation) -> anyhow::Result<Counted> {
        let graph = &self.procedure.graph;
        let limit = relation.kind.duty_limit().expect("only limited responses are counted");
        let term = self.term(limit)?;
        let resolved =
            Resolved { anchor: self.start.start(), term, before: limit.before, provisional: false };
        let calendar: &Calendar = self.env().calendar;
        let due = resolved.due(calendar);
        let explain = Explain { graph, wording: &self.wording, worked_out: &[] };
        let rule = self.procedure.rule(relation.clause);
        let steps = working_of(&resolved, calendar);
        let from = match limit.anchor {
            Anchor::Field(field) => graph.field(field).name.clone(),
            _ => graph.event(relation.source).name.clone(),
        };
        Ok(Counted {
            nominal: shown(due.nominal),
            due: shown(due.due),
            provisional: due.provisional,
            working: explain.working(&steps, &|day| self.law.holiday(day)),
            from,
            rule: rule.id.clone(),
            article: rule.article(),
            when: relation.when.as_ref().map(|_| guard_text(&rule.text)),
        })
    }

    fn term(&self, limit: &kernel::Limit) -> anyhow::Result<Term> {
        use kernel::{Amount, Period};
        let length = match limit.period {
            Period::Yearly { month, day } => Length::Yearly(month, day),
            Period::MonthEnd => Length::MonthEnd,
            Period::QuarterEnd => Length::QuarterEnd,
            Period::Span(Amount::Fixed(amount), unit) => Length::Span(Span { amount, unit }),
            Period::Span(amount, unit) => {
                let (value, name) = match amount {
                    Amount::Param(p) => (self.param(p), &self.procedure.graph.params[p.index()]),
                    Amount::Field(f) => (self.field(f), &self.procedure.graph.field(f).name),
                    Amount::Fixed(_) => unreachable!("matched above"),
                };
                match value {
                    Some(Value::Span(span)) => Length::Span(*span),
                    Some(Value::Int(n)) if *n >= 0 => {
                        Length::Span(Span { amount: *n as u32, unit })
                    }
                    _ => bail!("没有计算:期限长度由「{name}」决定,请用 --field {name}=… 给出"),
                }
            }
        };
        Ok(Term { length, roll: limit.roll, full_hour: limit.full_hour })
    }
}

fn shown(at: kernel::Instant) -> String {
    if at == at.day().end() { at.day().to_string() } else { at.to_string() }
}

/// The condition as the author wrote it.
fn guard_text(line: &str) -> String {
    let written = line.split_once("当=\"").and_then(|(_, rest)| rest.split_once('"'));
    written.map_or(String::new(), |(guard, _)| guard.to_owned())
}

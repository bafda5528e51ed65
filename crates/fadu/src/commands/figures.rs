//! `fadu report` and `fadu figure`: numbers that open the acts behind them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use ledger::Record;
use office::{Lang, Office};
use report::{Answer, Balance, Fraction, Printed, Questions, Report};
use serde::Serialize;

use crate::cli::{Common, FigureArgs, ReportArgs};
use crate::commands::print_json;
use crate::world::World;

/// A report for machines.
#[derive(Serialize)]
struct ReportJson {
    year: i32,
    log_size: u64,
    root: String,
    figures: Vec<FigureJson>,
    identities: Vec<IdentityJson>,
}

#[derive(Serialize)]
struct FigureJson {
    id: String,
    name: String,
    value: Option<serde_json::Number>,
    unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<serde_json::Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<serde_json::Number>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<String, GroupJson>,
    acts: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rests_on: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<ActJson>,
}

#[derive(Serialize)]
struct GroupJson {
    value: serde_json::Number,
    acts: Vec<u64>,
}

#[derive(Serialize)]
struct IdentityJson {
    id: String,
    name: String,
    holds: bool,
    left: Option<serde_json::Number>,
    right: Option<serde_json::Number>,
    /// By how much the printed left side exceeds the printed right side although both are equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    rounding: Option<serde_json::Number>,
}

/// A sealed act behind a figure.
#[derive(Serialize)]
struct ActJson {
    number: u64,
    matter: String,
    act: String,
    performed_at: String,
    leaf: String,
}

/// Writes the report of a year.
pub fn report(common: &Common, args: &ReportArgs) -> anyhow::Result<()> {
    let formats: Vec<&str> = args.format.split(',').map(str::trim).collect();
    if let Some(other) = formats.iter().find(|f| !FORMATS.contains(f)) {
        bail!(
            "the report was not written: `{other}` is no format of a report; use one or more of {}",
            FORMATS.join(",")
        );
    }
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let questions = Questions::all(&world.office.law.library, args.year)?;
    let report = count(&world.office, &questions)?;
    fs::create_dir_all(&args.out)
        .with_context(|| format!("the report was not written: {}", args.out.display()))?;
    for format in formats {
        let path = args.out.join(format!("report-{}.{format}", args.year));
        let text = match format {
            "html" => web::report_page(&report, common.lang)?,
            _ => serde_json::to_string(&report_json(&report))?,
        };
        write(&path, &text)?;
        println!("{}", path.display());
    }
    let broken: Vec<&Balance> = report.identities.iter().filter(|b| !b.holds).collect();
    for balance in &broken {
        eprintln!("{}", unbalanced(balance));
    }
    Ok(())
}

const FORMATS: [&str; 2] = ["json", "html"];

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("the report was not written: {}", path.display()))
}

/// Prints one figure, with `--trace` the acts behind it.
pub fn figure(common: &Common, args: &FigureArgs) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let office = &world.office;
    let library = &office.law.library;
    let questions = Questions::one(library, &args.id, args.year).map_err(|none| {
        anyhow::anyhow!(
            "the figure was not counted: the content defines no figure {}; \
             `fadu report --format json` lists them all",
            none.0
        )
    })?;
    let report = count(office, &questions)?;
    let answer = &report.figures[0];
    let acts = if args.trace { trace(office, &answer.acts)? } else { Vec::new() };
    if let Some(dir) = &args.receipts {
        receipts(office, &answer.acts, dir)?;
    }
    if common.json {
        let mut json = report_json(&report);
        json.figures[0].trace = acts;
        return print_json(&json);
    }
    println!("{}", line(common.lang, answer));
    for (group, (value, acts)) in &answer.groups {
        println!("    {group}  {}  ({} 个行为)", Printed::of(*value, 0), acts.len());
    }
    println!("  {} 年;日志 {} 条记录,根 {}", report.year, report.log.size, report.log.root);
    for act in &acts {
        println!("  {:>8}  {}  {}  {}", act.number, act.performed_at, act.act, act.matter);
    }
    Ok(())
}

/// A figure in one line.
pub fn line(lang: Lang, answer: &Answer) -> String {
    let name = if lang == Lang::En && !answer.en.is_empty() { &answer.en } else { &answer.title };
    let value = answer.value.map_or_else(|| "—".to_owned(), |v| v.to_string());
    let of = answer.rate.map_or_else(String::new, |(above, below)| {
        format!("({}/{})", Printed::of(above, 0), Printed::of(below, 0))
    });
    format!("{}  {name}  {value}{}{of}", answer.id, answer.unit)
}

fn unbalanced(balance: &Balance) -> String {
    let side =
        |s: Option<Fraction>| s.map_or_else(|| "—".to_owned(), |f| Printed::of(f, 0).to_string());
    format!(
        "{} {}: does not hold, {} against {}; open the figures with `fadu figure ID --trace`",
        balance.id,
        balance.title,
        side(balance.left),
        side(balance.right)
    )
}

/// Counts with a bar.
pub fn count(office: &Office, questions: &Questions) -> anyhow::Result<Report> {
    let bar = ProgressBar::new(0);
    let report = office.report(questions, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(report)
}

fn trace(office: &Office, numbers: &[u64]) -> anyhow::Result<Vec<ActJson>> {
    let mut acts = Vec::with_capacity(numbers.len());
    for number in numbers {
        let stored = office.store.record(office.law.district, *number)?;
        let stored = stored.with_context(|| format!("record {number} is not in the log"))?;
        let record: Record = stored.read()?;
        acts.push(ActJson {
            number: *number,
            matter: record.matter,
            act: record.act,
            performed_at: kernel::Instant(record.performed_at).to_string(),
            leaf: stored.leaf.to_hex(),
        });
    }
    Ok(acts)
}

/// Writes the receipt of every act behind the figure.
fn receipts(office: &Office, numbers: &[u64], dir: &PathBuf) -> anyhow::Result<()> {
    fs::create_dir_all(dir)
        .with_context(|| format!("the receipts were not written: {}", dir.display()))?;
    office.checkpoint()?;
    for number in numbers {
        write(&dir.join(format!("{number}.json")), &office.receipt(*number)?.to_json()?)?;
    }
    Ok(())
}

fn report_json(report: &Report) -> ReportJson {
    ReportJson {
        year: report.year,
        log_size: report.log.size,
        root: report.log.root.to_hex(),
        figures: report.figures.iter().map(figure_json).collect(),
        identities: report.identities.iter().map(identity_json).collect(),
    }
}

fn figure_json(answer: &Answer) -> FigureJson {
    let groups = answer.groups.iter().map(|(group, (value, acts))| {
        (group.clone(), GroupJson { value: number(*value), acts: acts.clone() })
    });
    FigureJson {
        id: answer.id.clone(),
        name: answer.title.clone(),
        value: answer.value.map(|v| number(v.value())),
        unit: answer.unit.clone(),
        numerator: answer.rate.map(|r| number(r.0)),
        denominator: answer.rate.map(|r| number(r.1)),
        groups: groups.collect(),
        acts: answer.acts.clone(),
        rests_on: answer.rests_on.clone(),
        trace: Vec::new(),
    }
}

fn identity_json(balance: &Balance) -> IdentityJson {
    IdentityJson {
        id: balance.id.clone(),
        name: balance.title.clone(),
        holds: balance.holds,
        left: balance.left.map(number),
        right: balance.right.map(number),
        rounding: balance.rounding.map(number),
    }
}

/// Whole where it is whole, else the nearest decimal number of a machine.
fn number(fraction: Fraction) -> serde_json::Number {
    let whole = fraction.numerator % fraction.denominator == 0;
    let integer = i64::try_from(fraction.numerator / fraction.denominator).ok();
    match integer.filter(|_| whole) {
        Some(integer) => integer.into(),
        None => {
            let near = fraction.numerator as f64 / fraction.denominator as f64;
            serde_json::Number::from_f64(near).expect("a fraction is a finite number")
        }
    }
}

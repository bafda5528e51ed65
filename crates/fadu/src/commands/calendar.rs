//! `fadu calendar`: the tables of working days the content has, which are in force, and one more.

use anyhow::{Context, bail};
use ledger::Value;
use office::{Office, Request};
use serde::Serialize;

use crate::Answered;
use crate::cli::{Calendar, CalendarLoad, Common};
use crate::commands::act::print_done;
use crate::commands::print_json;
use crate::world::{World, pairs};

/// A table as it is listed.
#[derive(Serialize)]
struct Table {
    year: i32,
    edition: i64,
    notice: String,
    table: String,
    in_force: bool,
}

/// Lists or loads.
pub fn run(common: &Common, args: &Calendar) -> anyhow::Result<()> {
    match args {
        Calendar::List(args) => {
            let world = World::open(common, &args.store, args.key.as_deref())?;
            list(common, &world)
        }
        Calendar::Load(args) => load(common, args),
    }
}

fn list(common: &Common, world: &World) -> anyhow::Result<()> {
    let in_force = world.office.tables_in_force()?;
    let years = world.office.law.library.years.iter().enumerate();
    let table = |(at, year): (usize, &'_ content::CalendarYear)| Table {
        year: year.year.year,
        edition: year.edition,
        notice: year.notice.clone(),
        table: year.hash.clone(),
        in_force: in_force.contains(&at),
    };
    let all: Vec<Table> = years.map(table).collect();
    if common.json {
        return print_json(&all);
    }
    for t in &all {
        let state = if t.in_force { "已启用" } else { "未启用" };
        println!("{} 第 {} 版 {state} {} {}", t.year, t.edition, t.table, t.notice);
    }
    Ok(())
}

/// Brings a table into force by its act, and the matters whose days move under it.
fn load(common: &Common, args: &CalendarLoad) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let (office, library) = (&world.office, &world.office.law.library);
    let of_year = |y: &content::CalendarYear| {
        y.year.year == args.year && args.edition.is_none_or(|edition| y.edition == edition)
    };
    let year = args.year;
    let Some(table) = library.years.iter().rposition(of_year) else {
        bail!(
            "no table was brought into force: the content has none of {year}; \
             `fadu calendar list` says which it has"
        )
    };
    if args.dry_run {
        let moved = office.foretell(table)?;
        if common.json {
            return print_json(&moved);
        }
        for [matter, duty, old, new] in &moved {
            println!("{matter} {duty} {} → {}", office.duty_state(old), office.duty_state(new));
        }
        println!("{year} 年工作日历启用后,{} 项期限改期", moved.len());
        return Ok(());
    }
    let request = request(office, args, &library.years[table].hash)?;
    match office.perform(&request) {
        Ok(done) if common.json => print_json(&done)?,
        Ok(done) => print_done(&done),
        Err(why) => {
            eprintln!("{why}");
            return Err(Answered.into());
        }
    }
    let redated = office.redate_all()?;
    if !common.json {
        println!("{} 件事项的期限改按新历", redated.matters);
    }
    Ok(())
}

/// The act of the place's matter that brings a table into force.
fn request(office: &Office, args: &CalendarLoad, table: &str) -> anyhow::Result<Request> {
    let none = "no table was brought into force: the place does not say by which matter years come \
                into force, so all that the content has are; see 年历 in content/LANGUAGE.md";
    let almanac = &office.law.almanac;
    let (matter, family) = almanac.matter().zip(almanac.family()).context(none)?;
    let governing = office.governing(family, office.now()).map_err(anyhow::Error::msg)?;
    let brings = governing.brings_year.as_ref().context(none)?;
    let name = |field| governing.field(field).name.clone();
    let mut fields = pairs(&args.fields)?;
    fields.push((name(brings.year), Value::from(args.year.to_string().as_str())));
    fields.push((name(brings.table), Value::from(table)));
    let opens = office.load(matter)?.is_none().then(|| family.to_owned());
    Ok(Request {
        matter: matter.to_owned(),
        opens,
        act: governing.graph.event(brings.act).name.clone(),
        fields,
        persons: args.persons.clone(),
        role: args.role.clone(),
        client_act: args.client.clone().unwrap_or_else(office::new_name),
        ..Request::default()
    })
}

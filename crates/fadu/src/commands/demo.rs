//! `fadu demo`: everything once, on real input, in front of the reader.
//!
//! Imports the sample spreadsheet of past cases, opens one live case and walks it: a refusal with
//! all reasons, the lawful step, the due date with its working, the receipt, the verification; then
//! changes one byte of the store's file and finds it. Then a district's year is simulated, its
//! figures are counted and set beside those of the published report, and its pages are served.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use kernel::Instant;
use ledger::Value;
use office::{Done, NotDone, Office, Request, VirtualClock};

use report::{Questions, Report};
use web::Site;

use crate::cli::{Common, Demo, Simulate, StoreArgs};
use crate::commands::act::print_done;
use crate::commands::simulate::{self, Year};
use crate::commands::{figures, serve};
use crate::demo_script::{Line, Script};
use crate::world::{World, content_dir, instant};

/// Runs the demo.
pub fn run(common: &Common, args: &Demo) -> anyhow::Result<()> {
    let dir = match &args.data {
        Some(dir) => dir.clone(),
        None => std::env::temp_dir().join(format!("fadu-demo-{}", office::new_name())),
    };
    fs::create_dir_all(&dir).with_context(|| format!("the demo was not run: {}", dir.display()))?;
    let path = dir.join("demo.sqlite");
    ensure!(
        !path.exists(),
        "the demo was not run: {} exists; give an empty --data folder",
        path.display()
    );
    let place = content_dir(common)?.join("places").join(&common.place);
    let script = Script::read(&place.join("demo.json"))?;
    let clock = Arc::new(VirtualClock::at(instant(&script.imported_at)?));
    let url = format!("sqlite://{}", path.display());
    let world = World::at(common, &url, None, clock.clone())?;

    heading(1, "导入一个区的复议台账(过去的案件)");
    import(&world, &script, &place, &dir)?;
    heading(2, "办一件新案件");
    for line in &script.lines {
        clock.set(instant(&line.at)?);
        walk(&world.office, &script, line)?;
    }
    heading(3, "回执与核对");
    let last = prove(&world, &dir)?;
    heading(4, "改动一个字节");
    drop(world);
    tamper(common, &url, &path, last)?;
    heading(5, "一个区的一年");
    let year = simulated(common, args, &dir)?;
    heading(6, "这一年的指标,和已经公布的报告");
    let report = figures(common, args, &year.world.office)?;
    println!("\n数据在 {};自己试试:", dir.display());
    println!("  fadu show --store {url}");
    println!("  fadu figure F-078 --trace --year {} --store {}", args.year, store_of_year(&dir));
    if args.once {
        return Ok(());
    }
    println!("\n网页(按 Ctrl-C 结束):");
    let site = Site::new(year.world.office);
    site.keep(report);
    serve::open(site, args.listen, args.open)
}

fn store_of_year(dir: &Path) -> String {
    format!("sqlite://{}", dir.join("year.sqlite").display())
}

fn simulated(common: &Common, args: &Demo, dir: &Path) -> anyhow::Result<Year> {
    let simulate = Simulate {
        store: StoreArgs { store: store_of_year(dir), key: None },
        year: args.year,
        plans: Vec::new(),
        scale: args.scale,
        seed: 1,
        until: None,
        perturb: None,
        rehearse: false,
    };
    println!("计划在 content/places;可缩的来源按 {} 的比例模拟", args.scale);
    let year = simulate::year(common, &simulate)?;
    simulate::told(common, &simulate, &year)?;
    Ok(year)
}

/// Prints every figure of the published report beside what was counted.
fn figures(common: &Common, args: &Demo, office: &Office) -> anyhow::Result<Report> {
    let questions = Questions::all(&office.law.library, args.year)?;
    let report = figures::count(office, &questions)?;
    let published = office.law.place().map_or(&[][..], |place| &place.published);
    for printed in published.iter().filter(|p| p.year == args.year) {
        if let Some(answer) = report.figures.iter().find(|f| f.id == printed.figure) {
            let line = figures::line(common.lang, answer);
            println!("  {line}  公布的是 {}{}", printed.value, answer.unit);
        }
    }
    let broken = report.identities.iter().filter(|b| !b.holds).count();
    println!("  指标之间的关系 {} 条,不成立的 {broken} 条", report.identities.len());
    Ok(report)
}

fn heading(number: u32, text: &str) {
    println!("\n== {number}. {text}");
}

fn import(world: &World, script: &Script, place: &Path, dir: &Path) -> anyhow::Result<()> {
    let mapping = place.join("mappings").join(&script.mapping);
    let text = fs::read_to_string(&mapping).with_context(|| mapping.display().to_string())?;
    let sample: PathBuf = place.join(&script.sample);
    let bytes = fs::read(&sample).with_context(|| sample.display().to_string())?;
    let name = mapping.display().to_string();
    let report = crate::import::run(
        &world.office,
        &script.procedure,
        &name,
        &text,
        bytes[..].into(),
        false,
    )?;
    report.write_rejects(&dir.join("rejects.csv"))?;
    println!("{}", report.to_text());
    Ok(())
}

/// One line of the walk: the script says whether the law refuses it, and the demo insists.
fn walk(office: &Office, script: &Script, line: &Line) -> anyhow::Result<()> {
    let request = Request {
        matter: script.matter.clone(),
        opens: line.opens.then(|| script.procedure.clone()),
        act: line.act.clone(),
        fields: line.fields.iter().map(|(k, v)| (k.clone(), Value::Text(v.clone()))).collect(),
        persons: vec![line.person.clone()],
        role: line.role.clone(),
        client_act: office::new_name(),
        ..Request::default()
    };
    println!("\n{}  {} {} 「{}」", line.at, line.role, line.person, line.act);
    match (office.perform(&request), line.refused) {
        (Ok(done), false) => {
            print_done(&done);
            working(&done);
            Ok(())
        }
        (Err(NotDone::Refused(refused)), true) => {
            println!("{}", refused.text);
            Ok(())
        }
        (Ok(_), true) => bail!("the demo expected a refusal of `{}` and it was sealed", line.act),
        (Err(why), _) => Err(why.into()),
    }
}

/// The most urgent date with its working.
fn working(done: &Done) {
    if let Some(duty) = done.owed.iter().find(|d| d.due.is_some()) {
        println!("  「{}」的到期日这样算:{}", duty.act, duty.working.join(";"));
    }
}

fn prove(world: &World, dir: &Path) -> anyhow::Result<u64> {
    let office = &world.office;
    let last = office.store.head(office.law.district)?.log.size;
    let receipt = office.receipt(last)?;
    let path = dir.join("receipt.json");
    fs::write(&path, receipt.to_json()?)?;
    let verifier = office.verifier().context("the demo has a key")?;
    receipt.check(&office.origin, &verifier)?;
    println!("第 {last} 号记录的回执存于 {},离线核对有效", path.display());
    let verified = office.verify(&verifier, None)?;
    ensure!(verified.is_sound(), "the fresh log is not sound: {verified:?}");
    println!(
        "全部核对:{} 条记录、{} 件案件,字节、树、签名、依法重放都相符",
        verified.records, verified.matters
    );
    Ok(last)
}

/// Changes one byte of a record in the store's file, and finds it.
fn tamper(common: &Common, url: &str, path: &Path, last: u64) -> anyhow::Result<()> {
    let changed = crate::tamper::change_one_byte(path, last)?;
    println!("已把第 {changed} 号记录的一个字节改掉,再核对:");
    let world = World::at(common, url, None, Arc::new(VirtualClock::at(Instant(0))))?;
    let verifier = world.office.verifier().context("the demo has a key")?;
    let verified = world.office.verify(&verifier, None)?;
    ensure!(!verified.is_sound(), "the changed byte was not found");
    for finding in &verified.verdict.findings {
        println!("  {finding}");
    }
    Ok(())
}

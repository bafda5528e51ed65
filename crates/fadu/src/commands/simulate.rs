//! `fadu simulate`: a year of a place's work, played by its plans through the office.
//!
//! Everything that can be wrong with a plan is said before the store is opened. Figures are not
//! printed here: they are counted from what was sealed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail, ensure};
use content::plan::Plan;
use content::{Library, Source};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Instant;
use office::{Law, Stopwatch, VirtualClock};
use sim::{Played, Scale, Tally, Work};

use crate::cli::{Common, Simulate};
use crate::commands::print_json;
use crate::world::{World, content_dir, instant, load_library};

/// Rehearses the plans, then plays them.
pub fn run(common: &Common, args: &Simulate) -> anyhow::Result<()> {
    let scale = Scale::of(args.scale).with_context(|| {
        format!("nothing was simulated: --scale is above 0 and at most 1, not {}", args.scale)
    })?;
    let dir = content_dir(common)?;
    let library = load_library(&dir)?;
    let plans = plans(common, args, &dir, &library)?;
    let until = args.until.as_deref().map(instant).transpose()?;
    let law = Law::new(library.clone(), &common.place);
    let work = Work::new(&plans, &library, law.place(), scale, args.seed);
    let tally = sim::tally(&work, until);
    sim::rehearse(&work, &tally, &law, common.lang)?;
    if args.rehearse {
        return told_rehearsed(common, &tally);
    }
    let clock = Arc::new(VirtualClock::at(Instant(0)));
    let key = args.store.key.as_deref();
    let world = World::under(law, common, &args.store.store, key, clock.clone())?;
    let watch = Stopwatch::start();
    let bar = bar(common, &tally);
    let played = sim::play(&work, &world.office, &clock, until, &mut |progress| {
        bar.set_position(progress.played.moves());
        bar.set_message(progress.at.day().to_string());
    });
    bar.finish_and_clear();
    let played = played?;
    world.office.checkpoint()?;
    told(common, args, &world, &tally, &played, watch.seconds())
}

/// The plans asked for, else those of the place for the year before and the year.
fn plans(
    common: &Common,
    args: &Simulate,
    dir: &Path,
    library: &Library,
) -> anyhow::Result<Vec<Plan>> {
    let files =
        if args.plans.is_empty() { of_place(common, args, dir)? } else { args.plans.clone() };
    let mut plans = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file)
            .with_context(|| format!("nothing was simulated: {}", file.display()))?;
        let source = Source { path: file.display().to_string(), text };
        let plan = Plan::read(&source, library).map_err(|faults| {
            let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow!("{}\n共 {} 处错误,计划没有读入", texts.join("\n"), faults.len())
        })?;
        ensure!(
            plan.place == common.place,
            "nothing was simulated: {} is a plan of place {}, and --place is {}",
            file.display(),
            plan.place,
            common.place
        );
        plans.push(plan);
    }
    plans.sort_by_key(|p| p.year);
    if let Some(twice) = plans.windows(2).find(|pair| pair[0].year == pair[1].year) {
        bail!("nothing was simulated: there are two plans of {}; give one", twice[0].year);
    }
    let last = plans.last().map(|p| p.year);
    ensure!(
        last == Some(args.year),
        "nothing was simulated: --year is {}, and the last plan is of {}; give the plan of the year",
        args.year,
        last.map_or("no year".to_owned(), |y| y.to_string())
    );
    Ok(match args.perturb {
        Some(seed) => plans.iter().map(|p| sim::perturbed(p, seed)).collect(),
        None => plans,
    })
}

fn of_place(common: &Common, args: &Simulate, dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = dir.join("places").join(&common.place);
    let of = |year: i32| folder.join(format!("plan-{year}.kdl"));
    let found: Vec<PathBuf> =
        [args.year - 1, args.year].into_iter().map(of).filter(|p| p.exists()).collect();
    ensure!(
        !found.is_empty(),
        "nothing was simulated: there is no {}; give --plan FILE",
        of(args.year).display()
    );
    Ok(found)
}

fn bar(common: &Common, tally: &Tally) -> ProgressBar {
    if common.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
    ProgressBar::new(tally.moves).with_style(style.expect("the template is right"))
}

fn told_rehearsed(common: &Common, tally: &Tally) -> anyhow::Result<()> {
    if common.json {
        return print_json(&serde_json::json!({ "tally": tally }));
    }
    println!("计划可行:{} 件事项,{} 步", tally.matters, tally.moves);
    Ok(())
}

fn told(
    common: &Common,
    args: &Simulate,
    world: &World,
    tally: &Tally,
    played: &Played,
    seconds: f64,
) -> anyhow::Result<()> {
    let head = world.office.store.head(world.office.law.district)?.log;
    let rate = played.moves() as f64 / seconds.max(0.001);
    if common.json {
        return print_json(&serde_json::json!({
            "place": common.place, "year": args.year, "scale": args.scale, "seed": args.seed,
            "played": played, "log_size": head.size, "root": head.root.to_hex(),
            "seconds": seconds, "per_second": rate.round(), "tally": tally,
        }));
    }
    println!(
        "{} 年模拟完毕:{} 件事项,{} 个行为,{} 次依法拒绝的尝试,{} 次更正",
        args.year, played.matters, played.acts, played.attempts, played.corrections
    );
    println!("日志 {} 条记录,用时 {seconds:.1} 秒(每秒 {rate:.0} 步)", head.size);
    Ok(())
}

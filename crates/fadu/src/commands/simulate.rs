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
    if args.rehearse {
        let given = Given::read(common, args)?;
        let law = Law::new(given.library.clone(), &common.place);
        let (_, tally) = given.rehearse(common, args, &law)?;
        return told_rehearsed(common, &tally);
    }
    told(common, args, &year(common, args)?)
}

/// A year that was played.
pub struct Year {
    /// The office with its log, on a virtual clock that stands after the last act.
    pub world: World,
    tally: Tally,
    played: Played,
    seconds: f64,
}

/// Rehearses the plans and plays them; nothing is written that cannot be played.
pub fn year(common: &Common, args: &Simulate) -> anyhow::Result<Year> {
    let given = Given::read(common, args)?;
    let law = Law::new(given.library.clone(), &common.place);
    let (work, tally) = given.rehearse(common, args, &law)?;
    let clock = Arc::new(VirtualClock::at(Instant(0)));
    let key = args.store.key.as_deref();
    let law = Law::new(given.library.clone(), &common.place);
    let world = World::under(law, common, &args.store.store, key, clock.clone())?;
    let watch = Stopwatch::start();
    let bar = bar(common, &tally);
    let played = sim::play(&work, &world.office, &clock, given.until, &mut |progress| {
        bar.set_position(progress.played.moves());
        bar.set_message(progress.at.day().to_string());
    });
    bar.finish_and_clear();
    let played = played?;
    world.office.checkpoint()?;
    Ok(Year { world, tally, played, seconds: watch.seconds() })
}

/// What the command line names, read.
struct Given {
    library: Library,
    plans: Vec<Plan>,
    scale: Scale,
    until: Option<Instant>,
}

impl Given {
    fn read(common: &Common, args: &Simulate) -> anyhow::Result<Self> {
        let scale = Scale::of(args.scale).with_context(|| {
            format!("nothing was simulated: --scale is above 0 and at most 1, not {}", args.scale)
        })?;
        let dir = content_dir(common)?;
        let library = load_library(&dir)?;
        let plans = plans(common, args, &dir, &library)?;
        let until = args.until.as_deref().map(instant).transpose()?;
        Ok(Self { library, plans, scale, until })
    }

    /// Finds out whether the plans can be played.
    fn rehearse<'g>(
        &'g self,
        common: &Common,
        args: &Simulate,
        law: &'g Law,
    ) -> anyhow::Result<(Work<'g>, Tally)> {
        let work = Work::new(&self.plans, &self.library, law.place(), self.scale, args.seed);
        let tally = sim::tally(&work, self.until);
        sim::rehearse(&work, &tally, law, common.lang)?;
        Ok((work, tally))
    }
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

/// Says what was played.
pub fn told(common: &Common, args: &Simulate, year: &Year) -> anyhow::Result<()> {
    let Year { world, tally, played, seconds } = year;
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

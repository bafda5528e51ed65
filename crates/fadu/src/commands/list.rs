//! `fadu export --list`: a list of the office as a workbook or CSV.

use std::fs::File;
use std::io::{IsTerminal, Write, stdout};

use anyhow::{Context, bail};
use lists::{Format, List, list_names};
use office::Search;
use report::Questions;
use store::{MatterFilter, MatterState};

use crate::cli::{Common, Export, ListArgs};
use crate::commands::figures::count;
use crate::world::{World, day};

/// Writes the list that is asked for.
pub fn run(common: &Common, args: &Export, format: Format, store: &str) -> anyhow::Result<()> {
    let list = &args.list;
    let Some(name) = list.list.as_deref() else {
        bail!(
            "nothing was exported: {} needs --list with one of {}",
            format.extension(),
            list_names().join(", ")
        );
    };
    if format == Format::Xlsx && args.out.is_none() && stdout().is_terminal() {
        bail!("nothing was exported: a workbook is no text for a terminal; give --out FILE.xlsx");
    }
    let world = World::open(common, store, args.key.as_deref())?;
    let write = |list: &List| -> anyhow::Result<()> {
        let out: Box<dyn Write + Send> = match &args.out {
            Some(path) => {
                let file = File::create(path);
                Box::new(file.with_context(|| format!("nothing was exported: {}", path.display()))?)
            }
            None => Box::new(stdout()),
        };
        list.write(&world.office, format, out).context("the list was not exported to its end")?;
        Ok(())
    };
    match name {
        "matters" => write(&List::Matters(asked(args)?)),
        "owed" => {
            let until = list.until.as_deref().map(day).transpose()?.map(|day| day.end());
            write(&List::Owed { until })
        }
        "attempts" => write(&List::Attempts),
        "figures" | "acts" => {
            let library = &world.office.law.library;
            let year = list.year.with_context(|| lacks(name, "--year"))?;
            let questions = match (name, &list.figure) {
                ("figures", _) => Questions::all(library, year)?,
                (_, Some(id)) => Questions::one(library, id, year)?,
                (_, None) => bail!(lacks(name, "--figure, such as F-078,")),
            };
            let report = count(&world.office, &questions)?;
            match name {
                "figures" => write(&List::Figures(&report)),
                _ => write(&List::Acts(&report.figures[0])),
            }
        }
        other => bail!(
            "nothing was exported: there is no list `{other}`; there are {}",
            list_names().join(", ")
        ),
    }
}

fn lacks(list: &str, option: &str) -> String {
    format!(
        "nothing was exported: the list `{list}` needs {option} as well; give it and export again"
    )
}

fn asked(args: &Export) -> anyhow::Result<Search> {
    let ListArgs { state, text, .. } = &args.list;
    let state = match state.as_deref() {
        None => None,
        Some("open") => Some(MatterState::Open),
        Some("closed") => Some(MatterState::Closed),
        Some(other) => {
            bail!("nothing was exported: matters are open or closed, and not `{other}`")
        }
    };
    let filter = MatterFilter { procedure: args.procedure.clone(), state };
    Ok(Search { words: text.clone().unwrap_or_default(), filter, ..Search::default() })
}

//! `fadu import`: a spreadsheet of past cases, a log exported as JSON lines, or a DCR graph.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::cli::{Common, Import};
use crate::commands::{dcr, print_json};
use crate::import::Input;
use crate::world::World;

/// Imports a file.
pub fn run(common: &Common, args: &Import) -> anyhow::Result<()> {
    let bytes = fs::read(&args.file)
        .with_context(|| format!("nothing was imported: {}", args.file.display()))?;
    match args.format.as_deref() {
        Some("dcr-xml") => return dcr::import(common, &args.file, bytes),
        Some(other) => {
            bail!("nothing was imported: there is no --format `{other}`; there is dcr-xml")
        }
        None => {}
    }
    let world = World::open(common, &args.store, args.key.as_deref())?;
    match (&args.procedure, &args.mapping) {
        (Some(procedure), Some(mapping)) => {
            spreadsheet(common, args, &world, procedure, mapping, &bytes)
        }
        _ if args.file.extension().is_some_and(|e| e == "jsonl") => restore(common, &world, &bytes),
        _ => bail!(
            "nothing was imported: a spreadsheet needs --procedure and --mapping; \
             a log exported by `fadu export` ends in .jsonl; a DCR graph needs --format dcr-xml"
        ),
    }
}

fn restore(common: &Common, world: &World, bytes: &[u8]) -> anyhow::Result<()> {
    let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let restored = world.office.restore(lines)?;
    if common.json {
        return print_json(&serde_json::json!({
            "written": restored.written, "known": restored.known,
        }));
    }
    println!("已接收 {} 条记录,原有 {} 条", restored.written, restored.known);
    Ok(())
}

fn spreadsheet(
    common: &Common,
    args: &Import,
    world: &World,
    procedure: &str,
    mapping: &PathBuf,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let text = fs::read_to_string(mapping)
        .with_context(|| format!("nothing was imported: {}", mapping.display()))?;
    let name = mapping.display().to_string();
    let input = Input { bytes, sheet: args.sheet.as_deref() };
    let report = crate::import::run(&world.office, procedure, &name, &text, input, common.json)?;
    match common.json {
        true => print_json(&report)?,
        false => println!("{}", report.to_text()),
    }
    if let Some(path) = &args.faults {
        report.save_faults(path)?;
    }
    let beside = args.file.with_extension("rejects.csv");
    match (&args.rejects, report.write_rejects(args.rejects.as_ref().unwrap_or(&beside))) {
        // Nobody asked for the file beside the sheet; the report has the rows, too.
        (None, Err(error)) => eprintln!("{error:#}"),
        (_, written) => written?,
    }
    Ok(())
}

//! `fadu export`: every record of the log as one line of canonical JSON, or a procedure's graph.
//!
//! Not here: lists as spreadsheets (`list.rs`), DCR graphs (`dcr.rs`).

use std::fs::File;
use std::io::{BufWriter, Write, stdout};

use anyhow::{Context, bail};

use crate::cli::{Common, Export};
use crate::commands::{dcr, list};
use crate::world::World;

/// Writes in the format asked for.
pub fn run(common: &Common, args: &Export) -> anyhow::Result<()> {
    if let Ok(format) = args.format.parse::<lists::Format>() {
        let store = args.store.as_deref();
        return list::run(
            common,
            args,
            format,
            store.context("nothing was exported: a list needs --store")?,
        );
    }
    if args.list.list.is_some() {
        bail!("nothing was exported: a list is written with --format xlsx or --format csv");
    }
    match (args.format.as_str(), &args.procedure, &args.store) {
        ("acts-jsonl", None, Some(store)) => acts(common, args, store),
        ("dcr-xml", Some(procedure), None) => dcr::export(common, procedure, args.out.as_deref()),
        ("acts-jsonl", ..) => {
            bail!("nothing was exported: acts-jsonl needs --store, and takes no procedure")
        }
        ("dcr-xml", ..) => bail!(
            "nothing was exported: dcr-xml needs a procedure as PROCEDURE@VERSION, and takes no --store"
        ),
        (other, ..) => {
            bail!(
                "nothing was exported: there is no format `{other}`; use xlsx, csv, acts-jsonl or dcr-xml"
            )
        }
    }
}

/// Writes all records.
fn acts(common: &Common, args: &Export, store: &str) -> anyhow::Result<()> {
    let world = World::open(common, store, args.key.as_deref())?;
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => {
            let file = File::create(path)
                .with_context(|| format!("nothing was exported: {}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(stdout())),
    };
    let (store, district) = (&world.office.store, world.office.law.district);
    let mut next = 1;
    loop {
        let page = store.records(district, next, 4096)?;
        if page.is_empty() {
            out.flush()?;
            return Ok(());
        }
        for record in &page {
            out.write_all(&record.bytes)?;
            out.write_all(b"\n")?;
        }
        next += page.len() as u64;
    }
}

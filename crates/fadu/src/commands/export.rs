//! `fadu export`: every record of the log as one line of canonical JSON, or a procedure's graph.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};

use anyhow::{Context, bail};

use crate::cli::{Common, Export};
use crate::commands::dcr;
use crate::world::World;

/// Writes in the format asked for.
pub fn run(common: &Common, args: &Export) -> anyhow::Result<()> {
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
            bail!("nothing was exported: there is no format `{other}`; use acts-jsonl or dcr-xml")
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

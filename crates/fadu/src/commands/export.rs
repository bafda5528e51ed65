//! `fadu export`: every record of the log as one line of canonical JSON.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};

use anyhow::Context;

use crate::cli::{Common, Export};
use crate::world::World;

/// Writes all records.
pub fn run(common: &Common, args: &Export) -> anyhow::Result<()> {
    if args.format != "acts-jsonl" {
        anyhow::bail!("nothing was exported: there is no format `{}`; use acts-jsonl", args.format);
    }
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
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

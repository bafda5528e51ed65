//! `fadu checkpoint`, `fadu receipt`, `fadu rebuild`.

use std::fs;

use anyhow::Context;

use crate::cli::{Checkpoint, Common, Receipt, StoreArgs};
use crate::world::World;

/// Signs the present head and writes it to a file.
pub fn checkpoint(common: &Common, args: &Checkpoint) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let signed = world.office.checkpoint()?;
    fs::write(&args.out, signed.to_string())
        .with_context(|| format!("the checkpoint was not written: {}", args.out.display()))?;
    let head = signed.unchecked().head();
    println!("检查点已签署:{} 条记录,根 {},存于 {}", head.size, head.root, args.out.display());
    Ok(())
}

/// Writes the receipt of a record.
pub fn receipt(common: &Common, args: &Receipt) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let text = world.office.receipt(args.number)?.to_json()?;
    match &args.out {
        Some(path) => {
            fs::write(path, text)
                .with_context(|| format!("the receipt was not written: {}", path.display()))?;
            println!("第 {} 号记录的回执存于 {}", args.number, path.display());
        }
        None => println!("{text}"),
    }
    Ok(())
}

/// Drops the views and writes them again from the log.
pub fn rebuild(common: &Common, args: &StoreArgs) -> anyhow::Result<()> {
    let world = World::open(common, &args.store, args.key.as_deref())?;
    let records = world.office.rebuild()?;
    println!("视图已由 {records} 条记录重建");
    Ok(())
}

//! `fadu backup`, `fadu restore`: a place's log in one file, and back.
//!
//! Nothing half-written is left: a backup gets its name when all of it is on the disk and was read
//! once more; a backup is read whole before a store is opened for it; a file that was begun for a
//! backup that could not be restored is removed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use ledger::{District, Hash, Keyring};
use office::{Law, Office, SystemClock, Wording};
use store::{Backup, Head, Source};

use crate::cli::{BackupArgs, Common, RestoreArgs};
use crate::commands::print_json;
use crate::world::{content_dir, load_library, open_store};

/// Writes a backup.
pub fn back_up(common: &Common, args: &BackupArgs) -> anyhow::Result<()> {
    let district = district(common)?;
    let out = &args.out;
    if out.exists() {
        bail!(
            "the backup was not made: a backup is never written over another file; \
             {} is there; name a new file",
            out.display()
        );
    }
    let store = open_store(&args.store)?;
    let part = with_ending(out, ".part");
    let made = write(&part, |file| Ok(store::back_up(&*store, district, file)?))
        .and_then(|(head, digest)| Ok((head, read_again(&part, digest)?)));
    let (head, digest) = made.inspect_err(|_| drop(fs::remove_file(&part)))?;
    fs::rename(&part, out).with_context(|| format!("the backup stayed at {}", part.display()))?;
    let others: Vec<District> =
        store.districts()?.into_iter().filter(|other| *other != district).collect();
    say(common, ("已备份", "backed_up"), district, &head, digest)?;
    for other in others {
        eprintln!("the store also holds district {other}: back it up with --place {other}");
    }
    Ok(())
}

/// Writes a file and waits until it is on the disk.
fn write<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let not_made = || format!("the backup was not made: {}", path.display());
    let mut file = BufWriter::new(File::create_new(path).with_context(not_made)?);
    let filled = fill(&mut file)?;
    let file = file.into_inner().map_err(|error| error.into_error()).with_context(not_made)?;
    file.sync_all().with_context(not_made)?;
    Ok(filled)
}

/// Reads a backup as whoever restores it will.
fn read_again(path: &Path, written: Hash) -> anyhow::Result<Hash> {
    let read = open(path)?.check(&mut |_| ())?;
    if read != written {
        bail!(
            "the backup was not made: what is read must be what was written; \
             {} came back from the disk as {read} instead of {written}; write it to another disk",
            path.display()
        );
    }
    Ok(read)
}

/// Checks a backup and writes a store from it.
pub fn restore(common: &Common, args: &RestoreArgs) -> anyhow::Result<()> {
    let mut backup = open(&args.from)?;
    let verifier = args.key.as_deref().map(office::read_verifier).transpose()?;
    let district = backup.district();
    let origin = office::origin(district);
    let mut checkpoints = Vec::new();
    let digest = backup.check(&mut |checkpoint| checkpoints.push(checkpoint.clone()))?;
    if let Some(verifier) = verifier {
        let ring = Keyring::follow(&origin, &verifier, &checkpoints);
        let refused = checkpoints.iter().try_for_each(|one| ring.check(one).map(drop));
        refused.context("the backup was not restored")?;
    }
    let head = backup.head();
    let Some(url) = &args.store else {
        return say(common, ("备份完好", "checked"), district, &head, digest);
    };
    let law = Law::new(load_library(&content_dir(common)?)?, &common.place);
    if law.district != district {
        bail!(
            "the backup was not restored: views are told by the law of the place; \
             the backup is of district {district} and the place is {}; give --place {district}",
            law.district
        );
    }
    let begun = begun_file(url);
    let restored = write_store(common, law, url, &mut backup);
    if restored.is_err()
        && let Some(file) = begun
    {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(with_ending(&file, ending));
        }
    }
    say(common, ("已恢复", "restored"), district, &restored?, digest)
}

fn write_store(
    common: &Common,
    law: Law,
    url: &str,
    backup: &mut Backup<File>,
) -> anyhow::Result<Head> {
    // No key: nothing is signed here, and a new one would not be the log's.
    let wording = Wording::new(common.lang);
    let office = Office::new(law, open_store(url)?, Arc::new(SystemClock), None, wording);
    Ok(office.restore_backup(backup)?)
}

/// The file that opening this address will make.
fn begun_file(url: &str) -> Option<PathBuf> {
    let path = PathBuf::from(url.strip_prefix("sqlite://")?);
    (!path.exists()).then_some(path)
}

fn open(path: &Path) -> anyhow::Result<Backup<File>> {
    let file =
        File::open(path).with_context(|| format!("the backup was not read: {}", path.display()))?;
    Ok(Backup::open(file)?)
}

fn district(common: &Common) -> anyhow::Result<District> {
    let code = common.place.parse();
    code.map(District).with_context(|| {
        format!(
            "the backup was not made: a backup is of one place; `{}` is none; \
             give --place with its six-digit code",
            common.place
        )
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn say(
    common: &Common,
    (zh, done): (&str, &str),
    district: District,
    head: &Head,
    digest: Hash,
) -> anyhow::Result<()> {
    let Head { log, matters, attempts } = head;
    let digest = digest.to_hex();
    if common.json {
        return print_json(&serde_json::json!({
            "done": done, "district": district.to_string(), "records": log.size,
            "root": log.root.to_string(), "matters": matters, "attempts": attempts,
            "digest": digest,
        }));
    }
    println!(
        "{zh}:区划 {district},{} 条记录、{matters} 件案件、{attempts} 次未办成的请求",
        log.size
    );
    println!("  根 {}\n  备份摘要 {digest}", log.root);
    Ok(())
}

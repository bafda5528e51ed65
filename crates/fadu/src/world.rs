//! Puts law, store, clock and key together for a command.
//!
//! The only file that walks the content folder and opens stores by their address.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use content::{Library, Source};
use kernel::{Day, Instant};
use ledger::Sm2Signer;
use office::{Clock, Law, Office, SystemClock, Wording};
use store::{MemoryStore, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::cli::Common;

/// What a command stands on.
pub struct World {
    /// The office.
    pub office: Office,
}

impl World {
    /// Law from the content folder, the store of this address, the machine's clock.
    pub fn open(common: &Common, store: &str, key: Option<&Path>) -> anyhow::Result<Self> {
        Self::at(common, store, key, Arc::new(SystemClock))
    }

    /// The same with another clock.
    pub fn at(
        common: &Common,
        store: &str,
        key: Option<&Path>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let library = load_library(&content_dir(common)?)?;
        Self::under(Law::new(library, &common.place), common, store, key, clock)
    }

    /// The same under a law that was loaded before.
    pub fn under(
        law: Law,
        common: &Common,
        store: &str,
        key: Option<&Path>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let opened = open_store(store)?;
        let is_signed = || Ok(opened.latest_checkpoint(law.district)?.is_some());
        let signer = open_signer(store, key, is_signed)?;
        let wording = Wording::new(common.lang);
        let office = Office::new(law, opened, clock, signer, wording);
        Ok(Self { office })
    }
}

/// The content folder: as given, else `content` here, else the one of the source tree.
pub fn content_dir(common: &Common) -> anyhow::Result<PathBuf> {
    if let Some(dir) = &common.content {
        return Ok(dir.clone());
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let found = [PathBuf::from("content"), source].into_iter().find(|d| d.join("law").is_dir());
    found.context(
        "the law content was not read: there is no folder `content` here; \
         run from the project's folder or give --content DIR",
    )
}

/// The place of a content folder that has one; empty where there is none.
pub fn only_place(common: &Common) -> anyhow::Result<String> {
    let Ok(dir) = content_dir(common) else { return Ok(String::new()) };
    let entries = fs::read_dir(dir.join("places")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut places: Vec<String> = names.collect();
    places.sort();
    match places.as_slice() {
        [] => Ok(String::new()),
        [only] => Ok(only.clone()),
        several => bail!(
            "nothing was done: the content has several places and none was chosen; \
             give --place with one of {}",
            several.join(", ")
        ),
    }
}

/// All `.kdl` files and the lock of a content folder, by their paths below it.
pub fn read_sources(dir: &Path) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    walk(dir, dir, &mut sources)?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    if sources.is_empty() {
        bail!(
            "the law content was not read: {} holds no .kdl file; give --content DIR",
            dir.display()
        );
    }
    Ok(sources)
}

fn walk(root: &Path, dir: &Path, sources: &mut Vec<Source>) -> anyhow::Result<()> {
    let not_read = || format!("the law content was not read: {}", dir.display());
    for entry in fs::read_dir(dir).with_context(not_read)? {
        let path = entry.with_context(not_read)?.path();
        if path.is_dir() {
            walk(root, &path, sources)?;
        } else if path.extension().is_some_and(|e| e == "kdl") {
            let bytes = fs::read(&path).with_context(|| format!("not read: {}", path.display()))?;
            let text = String::from_utf8(bytes).map_err(|e| {
                let at = e.utf8_error().valid_up_to();
                anyhow::anyhow!(
                    "{}: not read: content files are UTF-8, and byte {at} is not; save it as UTF-8",
                    path.display()
                )
            })?;
            let below = path.strip_prefix(root).unwrap_or(&path);
            let path = below.components().map(|c| c.as_os_str().to_string_lossy());
            let path = path.collect::<Vec<_>>().join("/");
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

/// Everything that is wrong with the plans of a content folder.
pub fn plan_faults(dir: &Path, library: &Library) -> anyhow::Result<Vec<content::Fault>> {
    let sources = read_sources(dir)?;
    let plans = sources.iter().filter(|s| content::is_plan(&s.path));
    let faults = plans.filter_map(|s| content::plan::Plan::read(s, library).err());
    Ok(faults.flatten().collect())
}

/// Loads the law, or says everything that is wrong with it.
pub fn load_library(dir: &Path) -> anyhow::Result<Library> {
    let sources = read_sources(dir)?;
    content::load(&sources).map_err(|faults| {
        let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}\n共 {} 处错误,内容未装入", texts.join("\n"), faults.len())
    })
}

/// Opens the store of an address.
pub fn open_store(url: &str) -> anyhow::Result<Arc<dyn Store>> {
    if url == "memory:" {
        return Ok(Arc::new(MemoryStore::new()));
    }
    if let Some(path) = url.strip_prefix("sqlite://") {
        return Ok(Arc::new(SqliteStore::open(path, store_sqlite::Options::default())?));
    }
    if is_postgres(url) {
        return Ok(Arc::new(PostgresStore::open(url, store_postgres::Options::default())?));
    }
    bail!(
        "the store was not opened: `{url}` is no address of a store; \
         use sqlite://PATH, postgres://USER@HOST/DATABASE or memory:"
    )
}

fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// The key given, else the one beside the file of the store. A store in memory gets a passing one; a
/// server keeps no key, so without one given nothing is signed. No key is made for a log that was
/// signed before: it would be another's.
pub fn open_signer(
    store: &str,
    key: Option<&Path>,
    is_signed: impl Fn() -> anyhow::Result<bool>,
) -> anyhow::Result<Option<Sm2Signer>> {
    let Some(path) = key_path(store, key) else {
        return Ok((!is_postgres(store)).then(office::new_key));
    };
    match path.exists() || !is_signed()? {
        true => Ok(Some(office::open_key(&path)?)),
        false if key.is_some() => bail!(
            "the signing key was not opened: no new key is made for a log that was signed before; \
             {} is not there; give the key of the log, or hand it over with `fadu key rotate`",
            path.display()
        ),
        false => Ok(None),
    }
}

/// Where the key of a store lies, if it is kept in a file.
pub fn key_path(store: &str, key: Option<&Path>) -> Option<PathBuf> {
    key.map(Path::to_owned).or_else(|| store.strip_prefix("sqlite://").map(key_beside))
}

/// Where the key of a SQLite store lies unless another is given.
fn key_beside(store: &str) -> PathBuf {
    PathBuf::from(format!("{store}.key.pem"))
}

/// Reads `2024-03-01` (its first instant), `2024-03-01 09:30` or `2024-03-01 09:30:15`.
pub fn instant(text: &str) -> anyhow::Result<Instant> {
    let wrong = || format!("`{text}` is no time: write 2024-03-01 or \"2024-03-01 09:30\"");
    let (date, time) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), "00:00"));
    let day = day(date).with_context(wrong)?;
    let parts: Result<Vec<i64>, _> = time.split(':').map(str::parse).collect();
    let seconds = match parts.with_context(wrong)?[..] {
        [h @ 0..=23, m @ 0..=59] => h * 3600 + m * 60,
        [h @ 0..=23, m @ 0..=59, s @ 0..=59] => h * 3600 + m * 60 + s,
        _ => bail!(wrong()),
    };
    Ok(day.start().plus_seconds(seconds))
}

/// Reads `2024-03-01`.
pub fn day(text: &str) -> anyhow::Result<Day> {
    let parts: Result<Vec<i32>, _> = text.trim().split('-').map(str::parse).collect();
    let day = match parts.ok().as_deref() {
        Some([y, m @ 1..=12, d @ 1..=31]) => Day::from_date(*y, *m as u32, *d as u32),
        _ => None,
    };
    day.with_context(|| format!("`{text}` is no day: write it as 2024-03-01"))
}

/// Reads `name=value` pairs.
pub fn pairs(fields: &[String]) -> anyhow::Result<Vec<(String, ledger::Value)>> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), ledger::Value::Text(value.to_owned()))),
        None => bail!("nothing was done: `{text}` is no field; write it as name=value"),
    };
    fields.iter().map(pair).collect()
}

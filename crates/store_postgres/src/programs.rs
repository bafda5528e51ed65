//! Where are the programs of PostgreSQL?
//!
//! Takes the names of programs; gives the folder that holds all of them.
//!
//! Not here: running them (`cluster.rs` for tests, `fadu bench` for its baseline).
//!
//! Next: `cluster.rs`.

use std::path::PathBuf;

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that holds these programs: one on PATH, else Debian's of the newest version.
pub fn programs(names: &[&str]) -> Option<PathBuf> {
    let is_whole = |folder: &PathBuf| names.iter().all(|name| folder.join(name).is_file());
    let version = |folder: &PathBuf| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).find(is_whole).or_else(|| {
        let folders = std::fs::read_dir(DEBIAN).ok()?.flatten().map(|entry| entry.path());
        let whole = folders.filter(|folder| is_whole(&folder.join("bin")));
        Some(whole.max_by_key(version)?.join("bin"))
    })
}

//! `fadu doctor`: what should an operator see to?
//!
//! A list of findings, each fine, to be noted, or wrong with what to do about it; exit 1 when
//! something is wrong. What it says stands in `wording/doctor.*.txt`, by key.
//!
//! Not here: finding which record was changed (`verify.rs`, which `--full` asks).

use std::path::Path;

use anyhow::Result;
use kernel::Instant;
use ledger::{KeyId, Signer};
use office::{Lang, Wording};
use serde::Serialize;
use store::{Examined, StoreError};

use crate::Answered;
use crate::cli::{Common, Doctor};
use crate::commands::check::lock_faults;
use crate::commands::print_json;
use crate::commands::verify::lines_of;
use crate::world::{World, content_dir, key_path};

const MIB: u64 = 1 << 20;
const DAY: i64 = 24 * 3600;

/// How it stands with one thing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Note,
    Wrong,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    about: &'static str,
    state: State,
    fact: String,
    possible: Option<String>,
}

/// What was found so far, and the words for it.
struct Findings {
    words: Wording,
    all: Vec<Finding>,
}

/// Looks at one thing.
type Look<'w> = &'w dyn Fn(&mut Findings) -> Result<()>;

/// Facts for the gaps in a sentence.
type Facts<'f> = &'f [(&'f str, String)];

impl Findings {
    fn say(&self, key: &str, facts: Facts) -> String {
        let facts: Vec<(&str, &str)> = facts.iter().map(|(name, fact)| (*name, &**fact)).collect();
        self.words.say(key, &facts)
    }

    fn fine(&mut self, about: &'static str, facts: Facts) {
        let fact = self.say(&format!("{about}.fact"), facts);
        self.all.push(Finding { about, state: State::Ok, fact, possible: None });
    }

    /// Something to be seen to: the key of the fact, and of what to do.
    fn tell(
        &mut self,
        about: &'static str,
        state: State,
        (fact, possible): (&str, &str),
        facts: Facts,
    ) {
        let (fact, possible) = (self.say(fact, facts), Some(self.say(possible, facts)));
        self.all.push(Finding { about, state, fact, possible });
    }

    /// What could not even be looked at.
    fn failed(&mut self, about: &'static str, error: &anyhow::Error) {
        let (fact, possible) = match error.downcast_ref::<StoreError>() {
            Some(error) => (
                format!("{}: {}; {}", error.not_done, error.rule, error.fact),
                Some(error.possible.clone()),
            ),
            None => (format!("{error:#}"), None),
        };
        self.all.push(Finding { about, state: State::Wrong, fact, possible });
    }

    fn show(self, common: &Common) -> Result<()> {
        let wrong = self.all.iter().filter(|finding| finding.state == State::Wrong).count();
        if common.json {
            print_json(&serde_json::json!({ "sound": wrong == 0, "findings": self.all }))?;
        } else {
            for Finding { about, state, fact, possible } in &self.all {
                let state = match state {
                    State::Ok => "state.ok",
                    State::Note => "state.note",
                    State::Wrong => "state.wrong",
                };
                println!("{} {}:{fact}", self.say(state, &[]), self.say(about, &[]));
                if let Some(what) = possible {
                    println!("    {}", self.say("do", &[("what", what.clone())]));
                }
            }
            let verdict = if wrong == 0 { "verdict.ok" } else { "verdict.wrong" };
            println!("{}", self.say(verdict, &[("count", wrong.to_string())]));
        }
        if wrong == 0 { Ok(()) } else { Err(Answered.into()) }
    }
}

/// Looks at everything that can be looked at.
pub fn run(common: &Common, args: &Doctor) -> Result<()> {
    let words = match common.lang {
        Lang::Zh => Wording::of(Lang::Zh, include_str!("../../wording/doctor.zh.txt")),
        Lang::En => Wording::of(Lang::En, include_str!("../../wording/doctor.en.txt")),
    };
    let mut found = Findings { words, all: Vec::new() };
    let (url, key) = (&*args.store.store, args.store.key.as_deref());
    match World::open(common, url, key) {
        Err(error) => found.failed("store", &error),
        Ok(world) => {
            let parts: [(&'static str, Look); 8] = [
                ("store", &|found| store(found, &world)),
                ("log", &|found| log(found, &world)),
                ("views", &|found| views(found, &world, args.full)),
                ("signed", &|found| signed(found, &world)),
                ("key", &|found| key_of(found, &world, url, key)),
                ("clock", &|found| clock(found, &world)),
                ("calendar", &|found| calendar(found, &world)),
                ("law", &|found| law(found, common, &world)),
            ];
            for (about, look) in parts {
                if let Err(error) = look(&mut found) {
                    found.failed(about, &error);
                }
            }
        }
    }
    found.show(common)
}

/// The engine's own look, and the room the store has.
fn store(found: &mut Findings, world: &World) -> Result<()> {
    let Examined { engine, schema, bytes, folder } = world.office.store.examine()?;
    let size = ("size", (bytes / MIB).to_string());
    found.fine("store", &[("engine", engine), ("schema", schema.to_string()), size.clone()]);
    let Some(folder) = folder else {
        if bytes > 0 {
            found.tell("space", State::Note, ("space.server", "space.server.do"), &[size]);
        }
        return Ok(());
    };
    let room = rustix::fs::statvfs(&folder)?;
    let free = room.f_bavail * room.f_frsize;
    let facts = [("free", (free / MIB).to_string()), size];
    match free < (bytes / 10).max(1 << 30) {
        true => found.tell("space", State::Wrong, ("space.wrong", "space.do"), &facts),
        false => found.fine("space", &facts),
    }
    Ok(())
}

/// Whether the log ends where its head says, and whose logs there are besides.
fn log(found: &mut Findings, world: &World) -> Result<()> {
    let (store, district) = (&world.office.store, world.office.law.district);
    let head = store.head(district)?;
    let size = head.log.size;
    let last = store.records(district, size.max(1), 2)?;
    let fits = match &last[..] {
        [] => size == 0,
        [one] => one.number == size && ledger::leaf_hash::<ledger::Sm3>(&one.bytes) == one.leaf,
        _ => false,
    };
    match fits {
        true => found
            .fine("log", &[("records", size.to_string()), ("matters", head.matters.to_string())]),
        false => {
            let number = ("number", size.to_string());
            found.tell("log", State::Wrong, ("log.tail", "log.do"), &[number]);
        }
    }
    let others = store.districts()?.into_iter().filter(|other| *other != district);
    let others: Vec<String> = others.map(|other| other.to_string()).collect();
    if !others.is_empty() {
        let districts = ("districts", others.join("、"));
        found.tell("others", State::Note, ("others.fact", "others.do"), &[districts]);
    }
    Ok(())
}

/// Compares everything if it is asked to.
fn views(found: &mut Findings, world: &World, full: bool) -> Result<()> {
    let verifier = world.office.verifier();
    let (true, Some(verifier)) = (full, verifier) else {
        found.tell("views", State::Note, ("views.skipped", "views.ask"), &[]);
        return Ok(());
    };
    let lines = lines_of(&world.office.verify(&verifier, None)?);
    match lines.first() {
        None => found.fine("views", &[]),
        Some(first) => {
            let facts = [("count", lines.len().to_string()), ("first", first.clone())];
            found.tell("views", State::Wrong, ("views.wrong", "views.do"), &facts);
        }
    }
    Ok(())
}

/// How much of the log is signed.
fn signed(found: &mut Findings, world: &World) -> Result<()> {
    let (store, district) = (&world.office.store, world.office.law.district);
    let log = store.head(district)?.log;
    let Some(latest) = store.latest_checkpoint(district)? else {
        let state = if log.size == 0 { State::Ok } else { State::Note };
        found.tell("signed", state, ("signed.none", "signed.do"), &[]);
        return Ok(());
    };
    let (size, time) = (latest.unchecked().head().size, latest.unchecked().time());
    let (behind, days) = (log.size.saturating_sub(size), (world.office.now().0 - time) / DAY);
    let facts =
        [("size", size.to_string()), ("behind", behind.to_string()), ("days", days.to_string())];
    match behind > 0 && days > 0 {
        true => found.tell("signed", State::Note, ("signed.stale", "signed.do"), &facts),
        false => found.fine("signed", &facts),
    }
    Ok(())
}

/// Whether there is a key, whether it is its turn, and who can read it.
fn key_of(found: &mut Findings, world: &World, url: &str, key: Option<&Path>) -> Result<()> {
    let path = key_path(url, key);
    let Some(signer) = &world.office.signer else {
        let facts = [("path", path.map_or(String::new(), |path| path.display().to_string()))];
        let said = match url.starts_with("sqlite:") {
            true => ("key.none", "key.none.do"),
            false => ("key.none.server", "key.none.server.do"),
        };
        found.tell("key", State::Note, said, &facts);
        return Ok(());
    };
    let latest = world.office.store.latest_checkpoint(world.office.law.district)?;
    let latest = latest.filter(|latest| latest.key_above() != KeyId::of(&signer.public_key()));
    if let Some(other) = latest {
        let why = format!("{} → {}", KeyId::of(&signer.public_key()), other.key_above());
        found.tell("key", State::Wrong, ("key.other", "key.other.do"), &[("why", why)]);
        return Ok(());
    }
    if let Some((path, mode)) = path.and_then(readable_by_others) {
        let facts = [("path", path), ("mode", mode)];
        found.tell("key", State::Wrong, ("key.open", "key.open.do"), &facts);
        return Ok(());
    }
    found.fine("key", &[("key", KeyId::of(&signer.public_key()).to_string())]);
    Ok(())
}

#[cfg(unix)]
fn readable_by_others(path: std::path::PathBuf) -> Option<(String, String)> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| (path.display().to_string(), format!("{mode:o}")))
}

#[cfg(not(unix))]
fn readable_by_others(_: std::path::PathBuf) -> Option<(String, String)> {
    None
}

/// Whether the clock stands behind what was written down last.
fn clock(found: &mut Findings, world: &World) -> Result<()> {
    let (store, district) = (&world.office.store, world.office.law.district);
    let size = store.head(district)?.log.size;
    let last = store.record(district, size)?.map(|stored| stored.read()).transpose()?;
    let (now, last) = (world.office.now(), last.map_or(i64::MIN, |record| record.entered_at));
    match now.0 < last {
        true => {
            let facts = [("now", now.to_string()), ("last", Instant(last).to_string())];
            found.tell("clock", State::Wrong, ("clock.wrong", "clock.do"), &facts);
        }
        false => found.fine("clock", &[]),
    }
    Ok(())
}

/// Whether the holidays of this year and, once they are published in the autumn, of the next are loaded.
fn calendar(found: &mut Findings, world: &World) -> Result<()> {
    let last = world.office.law.library.years.iter().map(|year| year.year.year).max().unwrap_or(0);
    let (this, month, _) = world.office.now().day().date();
    let missing = [("year", this.max(last + 1).to_string())];
    if last < this {
        found.tell("calendar", State::Wrong, ("calendar.wrong", "calendar.do"), &missing);
    } else if last == this && month >= 11 {
        found.tell("calendar", State::Note, ("calendar.note", "calendar.do"), &missing);
    } else {
        found.fine("calendar", &[("year", last.to_string())]);
    }
    Ok(())
}

/// Whether published versions are as they were published.
fn law(found: &mut Findings, common: &Common, world: &World) -> Result<()> {
    let faults = lock_faults(&content_dir(common)?, &world.office.law.library, false)?;
    match faults.first() {
        None => found.fine("law", &[]),
        Some(first) => {
            let facts = [("count", faults.len().to_string()), ("first", first.clone())];
            found.tell("law", State::Wrong, ("law.wrong", "law.do"), &facts);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use office::{Lang, Wording};

    #[test]
    fn both_languages_have_the_same_keys() {
        let zh = Wording::of(Lang::Zh, include_str!("../../wording/doctor.zh.txt"));
        let en = Wording::of(Lang::En, include_str!("../../wording/doctor.en.txt"));
        assert_eq!(zh.keys(), en.keys());
    }
}

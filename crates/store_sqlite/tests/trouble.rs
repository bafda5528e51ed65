//! What if the file is not as it should be, or cannot be written?
//!
//! Every trouble gives an error of four parts, changes nothing and loses nothing.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::Place;
use ledger::Salt;
use rusqlite::Connection;
use store::suite::{Ask, Clerk, DISTRICT, commit, commit_all, drill, verify};
use store::{ErrorKind, Outcome, Store, StoreError};
use store_sqlite::{Options, SqliteStore};

fn open(file: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(file, Options { wait: Duration::ZERO, ..Options::default() })
}

fn asks(from: usize, to: usize) -> Vec<Ask> {
    let ask = |at: usize| Ask::new(&format!("m{}", at / 4), &format!("c{at}"), "note", at as i64);
    (from..to).map(ask).collect()
}

fn try_commit(store: &dyn Store, asks: &[Ask]) -> Result<Vec<Outcome>, StoreError> {
    let group: Vec<_> = asks.iter().map(Ask::proposal).collect();
    store.commit(DISTRICT, &group, &mut Clerk { asks: asks.to_vec() })
}

/// A closed store of some acts.
fn filled(acts: usize) -> (Place, PathBuf) {
    let place = Place::new();
    let file = place.file();
    commit_all(&open(&file).expect("a new store"), DISTRICT, &asks(0, acts));
    (place, file)
}

fn has_four_parts(error: &StoreError, kind: ErrorKind) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in [&error.not_done, &error.rule, &error.fact, &error.possible] {
        assert!(!part.is_empty(), "{error:?}");
    }
}

/// Opening fails, and the file is byte for byte what it was.
fn refuses(file: &Path, kind: ErrorKind) {
    let before = fs::read(file).expect("the file is read");
    let error = open(file).expect_err("the store does not open");
    has_four_parts(&error, kind);
    assert!(error.to_string().starts_with("the store was not opened: "), "{error}");
    assert_eq!(fs::read(file).expect("the file is read"), before, "the file is left as it was");
}

#[test]
fn a_closed_store_opens_again_with_everything() {
    let (_place, file) = filled(300);
    let store = open(&file).expect("it opens again");
    assert_eq!(verify(&store, DISTRICT), 300);
    commit_all(&store, DISTRICT, &asks(300, 310));
    store.check().expect("the file is whole");
    assert_eq!(verify(&store, DISTRICT), 310);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let place = Place::new();
    for content in ["a letter to somebody", &"a long letter ".repeat(1000)] {
        fs::write(place.file(), content).expect("written");
        refuses(&place.file(), ErrorKind::NotAStore);
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    let place = Place::new();
    let other = Connection::open(place.file()).expect("opens");
    other.execute_batch("create table letters (text text)").expect("a table");
    drop(other);
    refuses(&place.file(), ErrorKind::NotAStore);
}

#[test]
fn nothing_is_begun_where_a_store_was_expected() {
    let place = Place::new();
    let options = Options { create: false, ..Options::default() };
    let error = SqliteStore::open(place.file(), options.clone()).expect_err("nothing is there");
    has_four_parts(&error, ErrorKind::NotAStore);
    assert!(!place.file().exists());
    fs::write(place.file(), "").expect("written");
    let error = SqliteStore::open(place.file(), options).expect_err("it was emptied");
    has_four_parts(&error, ErrorKind::NotAStore);
    let error = open(&place.path().join("no/such/directory")).expect_err("no directory");
    has_four_parts(&error, ErrorKind::Io);
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let (_place, file) = filled(600);
    let whole = fs::read(&file).expect("read");
    for length in [whole.len() - 1, whole.len() - 4096, whole.len() / 2, 5000] {
        fs::write(&file, &whole[..length]).expect("cut off");
        refuses(&file, ErrorKind::Damaged);
    }
    fs::write(&file, &whole).expect("restored");
    assert_eq!(verify(&open(&file).expect("whole again"), DISTRICT), 600);
}

#[test]
fn a_page_written_over_is_found_by_the_check() {
    let (_place, file) = filled(600);
    let mut bytes = fs::read(&file).expect("read");
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xFF);
    fs::write(&file, &bytes).expect("written over");
    let error = open(&file).and_then(|store| store.check()).expect_err("damage");
    has_four_parts(&error, ErrorKind::Damaged);
    assert_eq!(fs::read(&file).expect("read"), bytes);
}

#[test]
fn a_record_changed_in_place_is_named_by_the_verifier() {
    let (_place, file) = filled(300);
    let raw = Connection::open(&file).expect("opens");
    let change =
        "update act set bytes = cast(replace(cast(bytes as text), 'entered', 'altered') as blob)
        where number = 123";
    assert_eq!(raw.execute(change, []).expect("changed"), 1);
    drop(raw);
    let store = open(&file).expect("it opens");
    let head = store.head(DISTRICT).expect("read").log;
    let records = store.records(DISTRICT, 1, u32::MAX).expect("read");
    let rows = records.iter().map(|record| ledger::Row {
        number: Some(record.number),
        bytes: &record.bytes,
        leaf: Some(record.leaf),
    });
    let verdict = ledger::verify::<ledger::Sm3>(DISTRICT, [head], rows);
    let named: Vec<_> = verdict.findings.iter().map(ledger::Finding::number).collect();
    assert_eq!(named, [123]);
}

#[test]
fn a_head_that_does_not_fit_its_log_is_refused() {
    for change in [
        "update head set size = size + 1",
        "update head set root = zeroblob(32)",
        "delete from act where number = 50",
    ] {
        let (_place, file) = filled(50);
        Connection::open(&file).expect("opens").execute_batch(change).expect("changed");
        refuses(&file, ErrorKind::Damaged);
    }
}

#[test]
fn a_store_of_another_version_is_refused() {
    for change in [
        "insert into migration (version, name, checksum) values (99, 'later', 'x')",
        "update migration set checksum = 'x'",
    ] {
        let (_place, file) = filled(5);
        Connection::open(&file).expect("opens").execute_batch(change).expect("changed");
        refuses(&file, ErrorKind::OtherSchema);
    }
}

#[test]
fn a_store_opened_for_reading_seals_nothing() {
    let (_place, file) = filled(20);
    let options = Options { read_only: true, ..Options::default() };
    let store = SqliteStore::open(&file, options).expect("it opens");
    assert_eq!(verify(&store, DISTRICT), 20);
    let error = try_commit(&store, &asks(20, 21)).expect_err("nothing is written");
    has_four_parts(&error, ErrorKind::ReadOnly);
    assert_eq!(verify(&store, DISTRICT), 20);
}

#[test]
fn a_store_that_another_process_holds_says_so_and_goes_on_afterwards() {
    let (_place, file) = filled(20);
    let store = open(&file).expect("it opens");
    let other = Connection::open(&file).expect("opens");
    other.execute_batch("begin immediate").expect("held");
    let error = try_commit(&store, &asks(20, 21)).expect_err("it is held");
    has_four_parts(&error, ErrorKind::Busy);
    assert!(error.is_retryable());
    assert_eq!(verify(&store, DISTRICT), 20, "reading goes on");
    other.execute_batch("rollback").expect("given back");
    commit_all(&store, DISTRICT, &asks(20, 21));
    drop(store);
    other.execute_batch("pragma locking_mode = exclusive; begin exclusive").expect("held whole");
    has_four_parts(&open(&file).expect_err("it is held"), ErrorKind::Busy);
    drop(other);
    assert_eq!(verify(&open(&file).expect("free again"), DISTRICT), 21);
}

/// Seals until there is no room, then checks that only the last group is missing.
fn fill_up(store: &dyn Store) -> u64 {
    for group in 0.. {
        let asks = asks(group * 50, group * 50 + 50);
        let Err(error) = try_commit(store, &asks) else { continue };
        has_four_parts(&error, ErrorKind::Full);
        assert!(group > 0, "some acts found room");
        assert_eq!(verify(store, DISTRICT), group as u64 * 50);
        return group as u64 * 50;
    }
    unreachable!("no place is endless")
}

#[test]
fn a_full_file_refuses_the_next_group_and_keeps_the_others() {
    let place = Place::new();
    let options = Options { limit_kib: Some(1024), ..Options::default() };
    let store = SqliteStore::open(place.file(), options).expect("a new store");
    let size = fill_up(&store);
    drop(store);
    let store = open(&place.file()).expect("it opens without the limit");
    assert_eq!(verify(&store, DISTRICT), size);
    commit_all(&store, DISTRICT, &asks(size as usize, size as usize + 50));
}

/// A small disk of its own, gone when dropped.
struct Disk(Place);

impl Disk {
    fn mount(options: &str) -> Result<Self, String> {
        let place = Place::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place.path());
        match mount.output() {
            Ok(done) if done.status.success() => Ok(Self(place)),
            Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn remount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{options}")]).arg(self.0.path());
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_the_next_group_and_keeps_the_others() {
    let disk = match Disk::mount("size=2m") {
        Ok(disk) => disk,
        Err(reason) => return eprintln!("skipped: no small disk can be mounted here: {reason}"),
    };
    let store = open(&disk.0.file()).expect("a new store");
    let size = fill_up(&store);
    assert!(disk.remount("size=8m"));
    commit_all(&store, DISTRICT, &asks(size as usize, size as usize + 50));
    drop(store);
    assert_eq!(verify(&open(&disk.0.file()).expect("it opens"), DISTRICT), size + 50);
}

/// Every one of many writers meets the full disk; whatever any of them was told of is there.
#[test]
fn a_disk_that_fills_up_under_many_writers_loses_no_act_they_were_told_of() {
    const WRITERS: usize = 32;
    let disk = match Disk::mount("size=3m") {
        Ok(disk) => disk,
        Err(reason) => return eprintln!("skipped: no small disk can be mounted here: {reason}"),
    };
    let store = SqliteStore::open(disk.0.file(), Options::default()).expect("a new store");
    let write = &|writer: usize| {
        let (name, mut told) = (format!("w{writer}"), Vec::new());
        let district = drill::DISTRICTS[writer % drill::DISTRICTS.len()];
        for at in 0.. {
            let asks = [drill::ask(&name, at)];
            let mut clerk = Clerk { asks: asks.to_vec() };
            match store.commit(district, &[asks[0].proposal()], &mut clerk) {
                Ok(outcomes) => {
                    let Outcome::Accepted(sealed) = &outcomes[0] else { panic!("{outcomes:?}") };
                    let (number, client) = (sealed[0].record().number, asks[0].client.clone());
                    told.push(drill::Told { district, number, client });
                }
                Err(error) => {
                    has_four_parts(&error, ErrorKind::Full);
                    break;
                }
            }
        }
        told
    };
    let mut told: Vec<drill::Told> = std::thread::scope(|scope| {
        let writers = (0..WRITERS).map(|writer| scope.spawn(move || write(writer)));
        let writers: Vec<_> = writers.collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("it does not panic")).collect()
    });
    assert!(disk.remount("size=16m"));
    assert_eq!(drill::holds(&store, &told), told.len() as u64);
    told.extend((0..WRITERS).flat_map(write_a_few(&store)));
    assert_eq!(drill::holds(&store, &told), told.len() as u64, "and it goes on with room");
}

/// Ten acts more of each, which find room.
fn write_a_few(store: &SqliteStore) -> impl Fn(usize) -> Vec<drill::Told> {
    move |writer| {
        let district = drill::DISTRICTS[writer % drill::DISTRICTS.len()];
        let asks: Vec<Ask> = (0..10).map(|at| drill::ask(&format!("later{writer}"), at)).collect();
        let told = |(outcome, ask): (Outcome, &Ask)| {
            let Outcome::Accepted(sealed) = outcome else { panic!("{outcome:?}") };
            let number = sealed[0].record().number;
            drill::Told { district, number, client: ask.client.clone() }
        };
        commit(store, district, &asks).into_iter().zip(&asks).map(told).collect()
    }
}

#[test]
fn a_disk_that_may_only_be_read_is_named_as_such() {
    let disk = match Disk::mount("size=8m") {
        Ok(disk) => disk,
        Err(reason) => return eprintln!("skipped: no small disk can be mounted here: {reason}"),
    };
    commit_all(&open(&disk.0.file()).expect("a new store"), DISTRICT, &asks(0, 20));
    assert!(disk.remount("ro"));
    let error = open(&disk.0.file()).expect_err("nothing can be written");
    has_four_parts(&error, ErrorKind::ReadOnly);
    assert!(disk.remount("rw"));
    assert_eq!(verify(&open(&disk.0.file()).expect("it opens"), DISTRICT), 20);
}

#[test]
fn a_destroyed_value_is_in_no_byte_of_the_files() {
    let place = Place::new();
    let store = open(&place.file()).expect("a new store");
    let secret = "13912345678-secret";
    let mut asks = asks(0, 30);
    asks[7].phone = Some((Salt([3; 16]), secret.to_owned()));
    commit_all(&store, DISTRICT, &asks);
    let holds = || {
        let files =
            fs::read_dir(place.path()).expect("listed").map(|file| file.expect("one").path());
        files
            .map(|file| fs::read(file).expect("read"))
            .any(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()))
    };
    assert!(holds());
    assert!(store.destroy_private_value(DISTRICT, 8, "phone").expect("destroyed"));
    assert!(!holds());
    assert_eq!(verify(&store, DISTRICT), 30);
}

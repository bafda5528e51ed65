//! `fadu sweep` beside others of its kind, and killed: nothing is lost and nothing told twice.

#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use content::Source;
use kernel::Instant;
use ledger::Value;
use office::{Lang, Law, Office, Request, VirtualClock, Wording};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

const MATTERS: usize = 400;

const PLACE: &str = "地方 \"320507\" 名称=\"苏州市相城区\" { 机关 局 { 担任 承办人; }; }";
const TABLE: &str = "年 2024 依据=\"通知\" { }";
const PROCEDURE: &str = "程序 来件 版本=\"1\" 施行=\"2024-01-01\" {
    角色 承办人
    行为 收件 由=承办人 依据=内部 理由=\"收\"
    行为 答复 由=承办人 依据=内部 理由=\"答\"
    前置 收件 答复 依据=内部 理由=\"先收后答\"
    应当 收件 答复 期限=\"3日\" 依据=内部 理由=\"三日\"
}";

struct House {
    dir: TempDir,
    office: Office,
}

impl House {
    /// Matters whose duty falls due in one second.
    fn with_matters() -> Self {
        let dir = TempDir::new().unwrap();
        let files = [
            ("law/none.kdl", ""),
            ("calendars/2024.kdl", TABLE),
            ("procedures/来件/procedure@1.kdl", PROCEDURE),
            ("places/320507/place.kdl", PLACE),
        ];
        let sources = files.map(|(path, text)| {
            let (path, text) = (path.to_owned(), text.to_owned());
            let at = dir.path().join("content").join(&path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, &text).unwrap();
            Source { path, text }
        });
        let law = Law::new(content::load(&sources).unwrap(), "320507");
        let store = Arc::new(SqliteStore::open(file(dir.path()), Options::default()).unwrap());
        let at = kernel::Day::from_date(2024, 3, 4).unwrap().start().plus_seconds(9 * 3600);
        let clock = Arc::new(VirtualClock::at(Instant(at.0 + 1)));
        let key = PathBuf::from(format!("{}.key.pem", file(dir.path()).display()));
        let key = office::open_key(&key).unwrap();
        let office = Office::new(law, store, clock, Some(key), Wording::new(Lang::Zh));
        let opening = |n: usize| Request {
            matter: format!("来件{n}"),
            opens: Some("来件".to_owned()),
            act: "收件".to_owned(),
            role: "承办人".to_owned(),
            persons: vec!["甲".to_owned()],
            performed_at: Some(at),
            client_act: format!("{n}"),
            ..Request::default()
        };
        let requests: Vec<Request> = (0..MATTERS).map(opening).collect();
        let answers = office.perform_all(&requests).unwrap();
        answers.into_iter().for_each(|answer| drop(answer.unwrap()));
        Self { dir, office }
    }

    fn sweep(&self) -> Child {
        let mut fadu = Command::new(env!("CARGO_BIN_EXE_fadu"));
        fadu.args(["sweep", "--json", "--store"]);
        fadu.arg(format!("sqlite://{}", file(self.dir.path()).display()));
        fadu.arg("--content").arg(self.dir.path().join("content"));
        fadu.stdout(Stdio::piped()).spawn().unwrap()
    }

    fn size(&self) -> usize {
        self.office.store.head(self.office.law.district).unwrap().log.size as usize
    }

    /// Each matter has its first act and one missed duty, and the log is sound.
    fn is_swept_once(&self) {
        assert_eq!(self.size(), 2 * MATTERS);
        let records = self.office.store.records(self.office.law.district, 1, u32::MAX).unwrap();
        let read = records.iter().map(|r| r.read().unwrap());
        let mut missed: Vec<String> =
            read.filter(|r| r.act == office::BREACH).map(|r| r.matter).collect();
        missed.sort();
        missed.dedup();
        assert_eq!(missed.len(), MATTERS);
        let verified = self.office.verify(&self.office.verifier().unwrap(), None).unwrap();
        assert!(verified.is_sound(), "{verified:?}");
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join("s.sqlite")
}

fn swept(mut child: Child) -> usize {
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    said["records"].as_u64().unwrap() as usize
}

#[test]
fn two_sweepers_at_once_lose_nothing_and_tell_nothing_twice() {
    let house = House::with_matters();
    let (one, two) = (house.sweep(), house.sweep());
    assert_eq!(swept(one) + swept(two), MATTERS);
    house.is_swept_once();
}

#[test]
fn what_a_killed_sweeper_left_the_next_one_does() {
    let house = House::with_matters();
    let mut killed = house.sweep();
    // Killed as soon as it has sealed anything.
    while house.size() == MATTERS && killed.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let done = house.size() - MATTERS;
    assert_eq!(swept(house.sweep()), MATTERS - done);
    assert_eq!(swept(house.sweep()), 0);
    house.is_swept_once();
}

#[test]
fn an_act_goes_on_while_the_clock_is_swept() {
    let house = House::with_matters();
    let sweeper = house.sweep();
    for n in 0..MATTERS / 4 {
        let answer = Request {
            matter: format!("来件{n}"),
            act: "答复".to_owned(),
            role: "承办人".to_owned(),
            persons: vec!["甲".to_owned()],
            fields: Vec::<(String, Value)>::new(),
            client_act: format!("答复{n}"),
            ..Request::default()
        };
        // In time by the clock of this office; refused where the sweeper told the breach before.
        let _ = house.office.perform(&answer);
    }
    swept(sweeper);
    let verified = house.office.verify(&house.office.verifier().unwrap(), None).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
}

#[test]
fn the_goals_that_take_minutes_are_measured_on_few() {
    for (goal, more) in
        [("G18", ["--acts", "300", "--pairs", "1"]), ("G23", ["--duties", "300", "--pairs", "1"])]
    {
        let mut fadu = Command::new(env!("CARGO_BIN_EXE_fadu"));
        let told = fadu.args(["bench", goal, "--json"]).args(more).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(told[0]["id"], goal);
    }
}

//! One case, walked by the same commands on SQLite and on PostgreSQL: the same answers.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use store_postgres::cluster::Cluster;
use tempfile::TempDir;

const LAW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content");

/// A place to keep a store, and what else the commands write.
struct Engine {
    store: String,
    dir: TempDir,
}

impl Engine {
    fn both() -> [Self; 2] {
        let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let file = format!("sqlite://{}", dirs[0].path().join("s.sqlite").display());
        let stores = [file, Cluster::shared().database()];
        let mut both = stores.into_iter().zip(dirs).map(|(store, dir)| Self { store, dir });
        [both.next().unwrap(), both.next().unwrap()]
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn output(&self, args: &[&str]) -> Output {
        let mut fadu = Command::new(env!("CARGO_BIN_EXE_fadu"));
        fadu.args(args).args(["--store", &self.store, "--content"]).arg(LAW);
        fadu.output().unwrap()
    }

    /// Exit code and all that was said, without digests and folders.
    fn says(&self, args: &[&str]) -> String {
        let out = self.output(args);
        let said = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
        let said = said.replace(&self.dir.path().display().to_string(), "DIR");
        let mut words = String::new();
        for word in said.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let is_digest = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit()).len() == 64;
            words.push_str(if is_digest { "DIGEST" } else { word });
        }
        format!("{:?}\n{words}", out.status.code())
    }

    fn says_with_key(&self, args: &[&str]) -> String {
        let key = self.path("key.pem");
        self.says(&[args, &["--key", key.to_str().unwrap()]].concat())
    }
}

/// The same command on both, with the same answer; what that was.
fn same(engines: &[Engine; 2], args: &[&str]) -> String {
    let [file, server] = engines.each_ref().map(|engine| engine.says(args));
    assert_eq!(file, server, "{args:?}");
    file
}

const OPEN: &[&str] = &[
    "open",
    "--procedure",
    "行政复议",
    "--matter",
    "M",
    "知道行政行为",
    "--role",
    "申请人",
    "--person",
    "周",
    "--at",
    "2024-03-04 09:10",
    "--client",
    "c1",
    "--field",
    "知道日=2024-02-20",
    "--field",
    "告知方式=直接送达",
    "--field",
    "告知复议权利=是",
    "--field",
    "行为作出日=2024-02-19",
    "--field",
    "涉及不动产=否",
];

const FILE: &[&str] = &[
    "act",
    "--matter",
    "M",
    "提交复议申请",
    "--role",
    "申请人",
    "--person",
    "周",
    "--at",
    "2024-03-04 09:20",
    "--client",
    "c2",
    "--field",
    "申请人姓名=周一鸣",
    "--field",
    "联系电话=13800000000",
    "--field",
    "被申请人名称=相城区城市管理局",
    "--field",
    "行政行为=罚款决定",
    "--field",
    "行为数=1",
    "--field",
    "复议请求=撤销罚款决定",
    "--field",
    "事实和理由=处罚前没有告知",
    "--field",
    "申请方式=当面",
    "--field",
    "请求附带审查=否",
    "--field",
    "请求行政赔偿=否",
    "--field",
    "请求停止执行=否",
];

#[test]
fn one_case_is_told_alike_on_both_engines() {
    let engines = Engine::both();
    assert!(same(&engines, OPEN).contains("第 1 号记录"));
    assert!(same(&engines, FILE).contains("第 2 号记录"));
    assert!(same(&engines, FILE).contains("同一答复"), "a request made again");
    let other: Vec<&str> = FILE
        .iter()
        .map(|word| if word.starts_with("行为数") { "行为数=2" } else { word })
        .collect();
    assert!(same(&engines, &other).starts_with("Some(1)"), "its name for another request");
    let early = ["act", "--matter", "M", "审结", "--role", "复议承办人", "--at", "2024-03-05"];
    assert!(same(&engines, &early).contains("现在可办"));
    let shown = same(&engines, &["show", "M", "--at", "2024-03-06"]);
    same(&engines, &["rebuild"]);
    assert_eq!(same(&engines, &["show", "M", "--at", "2024-03-06"]), shown);
    let correct = [
        "correct",
        "--matter",
        "M",
        "--of",
        "1",
        "--field",
        "知道日=2024-02-21",
        "--reason",
        "笔误",
        "--person",
        "沈",
        "--role",
        "复议承办人",
        "--client",
        "c3",
        "--evidence",
        "送达回证",
    ];
    assert!(same(&engines, &correct).starts_with("Some(0)"));
}

#[test]
fn a_log_is_exported_imported_signed_and_verified_on_both_engines() {
    let [file, server] = Engine::both();
    for act in [OPEN, FILE] {
        assert!(file.says(act).starts_with("Some(0)"));
    }
    let log = file.path("log.jsonl");
    let log = log.to_str().unwrap();
    assert!(file.says(&["export", "--out", log]).starts_with("Some(0)"));
    let imported = server.says(&["import", log, "--json"]);
    assert!(imported.contains("\"written\": 2"), "{imported}");
    let again = server.path("again.jsonl");
    server.says(&["export", "--out", again.to_str().unwrap()]);
    assert_eq!(fs::read(log).unwrap(), fs::read(again).unwrap());
    for engine in [&file, &server] {
        let (head, receipt) = (engine.path("c.txt"), engine.path("r.json"));
        let head = ["checkpoint", "--out", head.to_str().unwrap()];
        assert!(engine.says_with_key(&head).contains("2 条记录"));
        let receipt = ["receipt", "2", "--out", receipt.to_str().unwrap()];
        assert!(engine.says_with_key(&receipt).starts_with("Some(0)"));
        let verified = engine.says_with_key(&["verify", "--against", head[2], "--json"]);
        assert!(verified.contains("\"sound\": true"), "{verified}");
    }
}

#[test]
fn a_log_moves_from_a_file_to_a_server_and_back_by_backup_and_restore() {
    let [file, server] = Engine::both();
    for act in [OPEN, FILE] {
        assert!(file.says(act).starts_with("Some(0)"));
    }
    assert!(
        file.says(&["checkpoint", "--out", file.path("c.txt").to_str().unwrap()]).contains("2")
    );
    let shown = file.says(&["show", "M", "--at", "2024-03-06"]);
    let (first, second) = (file.path("1.backup"), file.path("2.backup"));
    let [first, second] = [&first, &second].map(|path| path.to_str().unwrap());
    assert!(file.says(&["backup", "--out", first]).contains("已备份"));
    let said = file.says(&["backup", "--out", first]);
    assert!(said.starts_with("Some(1)") && said.contains("never written over"), "{said}");
    let key = format!("{}.key.pem", file.store.strip_prefix("sqlite://").unwrap());
    let restored = server.says(&["restore", "--from", first, "--key", &key]);
    assert!(restored.contains("已恢复"), "{restored}");
    assert_eq!(server.says(&["show", "M", "--at", "2024-03-06"]), shown);
    assert!(server.says(&["verify", "--key", &key, "--json"]).contains("\"sound\": true"));
    assert!(server.says(&["backup", "--out", second]).contains("已备份"));
    assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
    let back = Engine { store: format!("{}.back", file.store), dir: TempDir::new().unwrap() };
    assert!(back.says(&["restore", "--from", second, "--key", &key]).contains("已恢复"));
    assert_eq!(back.says(&["show", "M", "--at", "2024-03-06"]), shown);
    assert!(back.says(FILE).contains("同一答复"), "a request made again after all that");
}

#[test]
fn a_backup_that_cannot_be_restored_leaves_nothing_behind() {
    let [file, server] = Engine::both();
    assert!(file.says(OPEN).starts_with("Some(0)"));
    file.says(&["checkpoint", "--out", file.path("c.txt").to_str().unwrap()]);
    let whole = file.path("whole.backup");
    file.says(&["backup", "--out", whole.to_str().unwrap()]);
    let bytes = fs::read(&whole).unwrap();
    let (cut, key) = (file.path("cut.backup"), file.path("other.pem"));
    fs::write(&cut, &bytes[..bytes.len() - 9]).unwrap();
    fs::write(&key, office::new_key().to_pem()).unwrap();
    let [whole, cut, key] = [&whole, &cut, &key].map(|path| path.to_str().unwrap());
    let new = Engine { store: format!("{}.new", file.store), dir: TempDir::new().unwrap() };
    for (args, fact) in [
        (&["restore", "--from", cut][..], "cut off"),
        (&["restore", "--from", whole, "--key", key], "the key given is"),
        (&["restore", "--from", whole, "--place", "999999"], "--place 320507"),
        (&["restore", "--from", key], "none of a backup"),
    ] {
        for engine in [&new, &server] {
            let said = engine.says(args);
            assert!(said.starts_with("Some(1)") && said.contains(fact), "{args:?}: {said}");
        }
    }
    let begun = new.store.strip_prefix("sqlite://").unwrap();
    assert!(!Path::new(begun).exists() && !Path::new(&format!("{begun}.key.pem")).exists());
    assert!(server.says(&["restore", "--from", whole]).contains("已恢复"));
    let said = server.says(&["restore", "--from", whole]);
    assert!(said.starts_with("Some(1)") && said.contains("holds 1 acts"), "{said}");
}

#[test]
fn a_log_is_handed_over_to_a_new_key_and_old_receipts_still_hold() {
    for engine in Engine::both() {
        assert!(engine.says_with_key(OPEN).starts_with("Some(0)"));
        let file = |name: &str| engine.path(name).to_str().unwrap().to_owned();
        let (key, over) = (file("key.pem"), file("over.txt"));
        let receipts = ["1.json", "2.json"].map(file);
        engine.says_with_key(&["receipt", "1", "--out", &receipts[0]]);
        let said = engine.says_with_key(&["key", "rotate", "--out", &over]);
        assert!(said.contains("1 条记录之后"), "{said}");
        let (_, retired) = said.split_once("旧私钥在 ").unwrap();
        let retired = retired.split(',').next().unwrap().replace("DIR", &file(""));
        assert!(engine.says_with_key(FILE).starts_with("Some(0)"));
        engine.says_with_key(&["receipt", "2", "--out", &receipts[1]]);
        for key in [&key, &retired] {
            let said = engine.says(&["verify", "--key", key, "--json"]);
            assert!(said.contains("\"sound\": true"), "{said}");
        }
        let stale = engine.says(&["checkpoint", "--key", &retired, "--out", &file("c.txt")]);
        assert!(stale.starts_with("Some(1)") && stale.contains("handed over"), "{stale}");
        let holds = |args: &[&str]| {
            let mut fadu = Command::new(env!("CARGO_BIN_EXE_fadu"));
            fadu.args([&["verify", "--receipt"], args].concat()).output().unwrap().status.success()
        };
        assert!(holds(&[&receipts[0], "--key", &retired]));
        assert!(holds(&[&receipts[1], "--key", &key]));
        assert!(!holds(&[&receipts[1], "--key", &retired]));
        assert!(holds(&[&receipts[1], "--key", &retired, "--hand-over", &over]));
    }
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let [file, server] = Engine::both();
    for engine in [&file, &server] {
        assert!(engine.says_with_key(OPEN).starts_with("Some(0)"));
        let said = engine.says_with_key(&["doctor", "--full", "--json"]);
        let (_, json) = said.split_once('\n').unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        for about in ["store", "log", "views", "key", "clock", "law"] {
            let findings = json["findings"].as_array().unwrap().iter();
            let found = findings.clone().find(|finding| finding["about"] == about);
            assert_eq!(found.expect(about)["state"], "ok", "{said}");
        }
    }
    let key = file.path("key.pem");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let said = file.says_with_key(&["doctor", "--lang", "en"]);
        assert!(said.starts_with("Some(1)") && said.contains("chmod 600"), "{said}");
    }
    assert!(server.says(&["doctor"]).contains("没有给出私钥"));
    let path = file.store.strip_prefix("sqlite://").unwrap();
    rusqlite::Connection::open(path).unwrap().execute("delete from act", []).unwrap();
    let said = file.says(&["doctor"]);
    assert!(said.starts_with("Some(1)") && said.contains("does not fit its tree"), "{said}");
}

#[test]
fn a_server_keeps_no_key_and_says_so() {
    let [_, server] = Engine::both();
    server.says(OPEN);
    let said = server.says(&["checkpoint", "--out", server.path("c.txt").to_str().unwrap()]);
    assert!(said.starts_with("Some(1)") && said.contains("--key"), "{said}");
    assert!(!server.path("c.txt").exists());
}

#[test]
fn an_address_where_no_store_can_be_is_told_in_four_parts() {
    let cluster = Cluster::shared();
    let foreign = cluster.database();
    let name = foreign.split_once("@/").unwrap().1.split_once('?').unwrap().0;
    cluster.sql(name, "create table letters (text text)");
    for (store, part) in [
        (cluster.address("nowhere"), "createdb"),
        (foreign, "letters"),
        ("postgres://fadu@/x?host=/nowhere".into(), "server runs"),
        ("postgres://fadu@localhost/x?sslmode=require".into(), "sslmode"),
        ("mysql://x".into(), "postgres://"),
    ] {
        let engine = Engine { store, dir: TempDir::new().unwrap() };
        let said = engine.says(&["show"]);
        assert!(said.starts_with("Some(1)") && said.contains("the store was not opened"), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

//! The command line as a contract: exit codes, JSON shapes, and bad input that loses nothing.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

struct Fadu {
    dir: TempDir,
}

impl Fadu {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn store(&self) -> String {
        format!("sqlite://{}", self.path("s.sqlite").display())
    }

    fn run(&self, args: &[&str]) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Command::new(env!("CARGO_BIN_EXE_fadu")).args(args).current_dir(root).output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// Exit code 1; what was said.
    fn fails(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--json"]].concat())).unwrap()
    }

    fn opened(&self) -> Opened {
        self.opens("M", "c1")
    }

    fn opens(&self, matter: &str, client: &str) -> Opened {
        let store = self.store();
        self.ok(&[
            "open",
            "--store",
            &store,
            "--procedure",
            "行政复议",
            "--matter",
            matter,
            "知道行政行为",
            "--role",
            "申请人",
            "--person",
            "周",
            "--at",
            "2024-03-04 09:10",
            "--client",
            client,
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
        ]);
        Opened { store }
    }
}

/// A store with one matter of one record.
struct Opened {
    store: String,
}

#[test]
fn the_decision_of_a_case_accepted_on_1_february_2024_is_due_on_1_april() {
    let fadu = Fadu::new();
    let due = fadu.json(&["due", "行政复议", "作出复议决定", "--at", "2024-02-01"]);
    assert_eq!(due["due"], "2024-04-01");
    assert!(due["working"].as_array().unwrap().len() > 2);
    assert_eq!(due["provisional"], false);
}

#[test]
fn an_unknown_procedure_duty_or_date_is_told_with_what_there_is() {
    let fadu = Fadu::new();
    assert!(
        fadu.fails(&["due", "行政许可", "决定", "--at", "2024-02-01"]).contains("行政复议@2023")
    );
    assert!(
        fadu.fails(&["due", "行政复议", "作出决定", "--at", "2024-02-01"]).contains("是否想写")
    );
    assert!(fadu.fails(&["due", "行政复议", "审结", "--at", "2024-02-30"]).contains("2024-03-01"));
}

#[test]
fn words_find_a_matter_and_where_it_says_so() {
    let fadu = Fadu::new();
    let store = fadu.opened().store;
    let found = fadu.json(&["search", "行政复议", "--store", &store]);
    assert_eq!((&found["searched"], &found["log_size"]), (&1.into(), &1.into()));
    assert_eq!((&found["found"][0]["matter"], &found["next"]), (&"M".into(), &Value::Null));
    assert_eq!(found["found"][0]["excerpt"][0]["hit"], true);
    let text = fadu.ok(&["search", "m", "--store", &store]);
    assert!(text.contains("案号:【M】") && text.contains("找到 1 件"), "{text}");
    assert!(fadu.ok(&["search", "路灯", "--store", &store]).contains("找到 0 件"));
    let closed = ["search", "m", "--state", "closed", "--store", &store];
    assert!(fadu.ok(&closed).contains("找到 0 件"));
    assert!(fadu.fails(&["search", "\"*", "--store", &store]).contains("没有可查的字词"));
    assert_eq!(fadu.run(&["search", "--store", &store]).status.code(), Some(2));
}

#[test]
fn wrong_use_is_exit_code_2() {
    let fadu = Fadu::new();
    assert_eq!(fadu.run(&["due"]).status.code(), Some(2));
    assert_eq!(fadu.run(&["nothing"]).status.code(), Some(2));
}

#[test]
fn a_refused_act_is_exit_code_1_with_all_reasons_and_nothing_is_written() {
    let fadu = Fadu::new();
    let Opened { store } = fadu.opened();
    let args = [
        "act",
        "--store",
        &store,
        "--matter",
        "M",
        "登记收件",
        "--role",
        "复议承办人",
        "--at",
        "2024-03-05 09:00",
    ];
    let text = fadu.fails(&args);
    assert!(text.contains("未办理「登记收件」") && text.contains("现在可办"), "{text}");
    let out = fadu.run(&[&args[..], &["--json"]].concat());
    let refused: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(refused["reasons"].as_array().unwrap().len() > 1);
    assert_eq!(fadu.json(&["show", "--store", &store])[0]["records"], 1);
}

#[test]
fn a_changed_byte_a_wrong_key_and_a_cut_file_are_found() {
    let fadu = Fadu::new();
    let Opened { store } = fadu.opened();
    let checkpoint = fadu.path("c.txt");
    fadu.ok(&["checkpoint", "--store", &store, "--out", checkpoint.to_str().unwrap()]);
    assert_eq!(fadu.json(&["verify", "--store", &store])["sound"], true);
    let receipt = fadu.path("r.json");
    fadu.ok(&["receipt", "--store", &store, "1", "--out", receipt.to_str().unwrap()]);
    let key = format!("{}.key.pem", fadu.path("s.sqlite").display());
    fadu.ok(&["verify", "--receipt", receipt.to_str().unwrap(), "--key", &key]);

    let other = Fadu::new();
    other.opened();
    let wrong = format!("{}.key.pem", other.path("s.sqlite").display());
    fadu.fails(&["verify", "--receipt", receipt.to_str().unwrap(), "--key", &wrong]);
    let text = fadu.fails(&["verify", "--store", &store, "--key", &wrong]);
    assert!(text.contains("key"), "{text}");

    let db = fadu.path("s.sqlite");
    let bytes = fs::read(&db).unwrap();
    fs::write(&db, &bytes[..bytes.len() / 2]).unwrap();
    let text = fadu.fails(&["verify", "--store", &store]);
    assert!(!text.is_empty());
    fs::write(&db, bytes).unwrap();
    assert_eq!(fadu.json(&["verify", "--store", &store])["sound"], true);
}

#[test]
fn a_matter_that_names_an_act_of_another_is_not_read() {
    let fadu = Fadu::new();
    let Opened { store } = fadu.opened();
    fadu.opens("N", "c2");
    fadu.ok(&["show", "--store", &store, "M"]);
    let raw = rusqlite::Connection::open(fadu.path("s.sqlite")).unwrap();
    assert_eq!(raw.execute("update matter set last = 2 where id = 'M'", []).unwrap(), 1);
    let text = fadu.fails(&["show", "--store", &store, "M"]);
    assert!(text.contains("record 1 of M should come next, and record 1 of N is there"), "{text}");
    fadu.ok(&["rebuild", "--store", &store]);
    fadu.ok(&["show", "--store", &store, "M"]);
}

#[test]
fn an_exported_log_is_restored_elsewhere_with_the_same_root() {
    let fadu = Fadu::new();
    let Opened { store } = fadu.opened();
    let log = fadu.path("log.jsonl");
    fadu.ok(&["export", "--store", &store, "--out", log.to_str().unwrap()]);
    let copy = format!("sqlite://{}", fadu.path("copy.sqlite").display());
    assert_eq!(fadu.json(&["import", log.to_str().unwrap(), "--store", &copy])["written"], 1);
    assert_eq!(fadu.json(&["import", log.to_str().unwrap(), "--store", &copy])["known"], 1);
    let again = fadu.path("again.jsonl");
    fadu.ok(&["export", "--store", &copy, "--out", again.to_str().unwrap()]);
    assert_eq!(fs::read(log).unwrap(), fs::read(again).unwrap());
}

#[test]
fn a_list_is_exported_as_a_spreadsheet_or_told_what_it_lacks() {
    let fadu = Fadu::new();
    let Opened { store } = fadu.opened();
    let export = ["export", "--store", &store];
    let csv = fadu.ok(&[&export[..], &["--format", "csv", "--list", "matters"]].concat());
    assert!(csv.starts_with("\u{FEFF}案号,程序,") && csv.contains("\nM,行政复议,"), "{csv}");
    let english = ["--format", "csv", "--list", "figures", "--year", "2024", "--lang", "en"];
    assert!(fadu.ok(&[&export[..], &english].concat()).contains("id,name,group,value"));
    let out = fadu.path("owed.xlsx");
    let out = ["--out", out.to_str().unwrap()];
    fadu.ok(&[&export[..], &["--format", "xlsx", "--list", "owed"], &out].concat());
    assert!(fs::read(out[1]).unwrap().starts_with(b"PK"));
    for (arguments, says) in [
        (&["--format", "csv"][..], "matters, owed, figures, acts, attempts"),
        (&["--format", "csv", "--list", "cases"], "there is no list `cases`"),
        (&["--format", "csv", "--list", "acts", "--year", "2024"], "needs --figure"),
        (&["--format", "csv", "--list", "figures"], "needs --year"),
        (&["--format", "csv", "--list", "matters", "--state", "lost"], "open or closed"),
        (&["--list", "matters"], "--format xlsx or --format csv"),
    ] {
        let text = fadu.fails(&[&export[..], arguments].concat());
        assert!(text.contains("nothing was exported") && text.contains(says), "{text}");
    }
}

#[test]
fn broken_content_is_told_at_its_line() {
    let fadu = Fadu::new();
    let content = fadu.path("content");
    fs::create_dir_all(content.join("law")).unwrap();
    fs::write(content.join("law/a.kdl"), "法 甲 版本=“1” {\n").unwrap();
    let text = fadu.fails(&["check", "--content", content.to_str().unwrap()]);
    assert!(text.contains("law/a.kdl:1:"), "{text}");
}

#[test]
fn a_rule_is_explained_by_its_article_and_a_new_procedure_passes_the_reader() {
    let fadu = Fadu::new();
    assert!(fadu.ok(&["explain", "行政复议法@2023#62.1"]).contains("延长审理期限"));
    let root = fadu.path("content");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"), &root);
    fadu.ok(&["new-procedure", "行政许可试办", "--content", root.to_str().unwrap()]);
    let text = fadu.fails(&["new-procedure", "行政许可试办", "--content", root.to_str().unwrap()]);
    assert!(text.contains("exists"), "{text}");
    fadu.ok(&["check", "--procedure", "行政许可试办", "--content", root.to_str().unwrap()]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[test]
fn the_demo_walks_from_the_spreadsheet_to_the_changed_byte() {
    let fadu = Fadu::new();
    let text = fadu.ok(&[
        "demo",
        "--once",
        "--scale",
        "0.0001",
        "--data",
        fadu.path("demo").to_str().unwrap(),
    ]);
    for part in ["未办理「作出复议决定」", "到期日", "回执", "离线核对有效", "改动一个字节"]
    {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn a_figure_opens_the_acts_behind_it_and_proves_each() {
    let fadu = Fadu::new();
    let store = fadu.store();
    let sheet = "content/places/320507/samples/行政复议台账2023.csv";
    let rejects = fadu.path("rejects.csv");
    let mapping = "content/places/320507/mappings/行政复议台账.kdl";
    fadu.ok(&[
        "import",
        "--procedure",
        "行政复议",
        "--mapping",
        mapping,
        "--store",
        &store,
        "--rejects",
        rejects.to_str().unwrap(),
        sheet,
    ]);
    let receipts = fadu.path("receipts");
    let at = ["--year", "2023", "--store", &store];
    let opened =
        [&["figure", "F-078", "--trace", "--receipts", receipts.to_str().unwrap()][..], &at];
    let figure = fadu.json(&opened.concat());
    let answer = &figure["figures"][0];
    let acts = answer["acts"].as_array().unwrap();
    assert!(acts.len() > 10, "{answer}");
    assert_eq!(answer["value"], acts.len());
    assert_eq!(answer["trace"][0]["number"], acts[0]);
    let key = fadu.path("s.sqlite.key.pem");
    for number in acts.iter().step_by(40) {
        let receipt = receipts.join(format!("{number}.json"));
        let receipt = receipt.to_str().unwrap();
        fadu.ok(&["verify", "--receipt", receipt, "--key", key.to_str().unwrap()]);
    }
    let out = fadu.path("out");
    fadu.ok(&[&["report", "--out", out.to_str().unwrap()][..], &at].concat());
    let text = fs::read_to_string(out.join("report-2023.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["root"], figure["root"]);
    let page = fs::read_to_string(out.join("report-2023.html")).unwrap();
    assert!(page.contains("<tr id=\"F-078\">") && page.contains("</html>"), "{page}");
    let same = |f: &&Value| f["id"] == "F-078";
    let listed = report["figures"].as_array().unwrap().iter().find(same).unwrap();
    assert_eq!(listed["acts"], answer["acts"]);
    let balanced = |i: &Value| i["holds"] == true;
    assert!(report["identities"].as_array().unwrap().iter().all(balanced), "{report}");
}

#[test]
fn a_figure_nobody_defined_is_said_so() {
    let fadu = Fadu::new();
    let said = fadu.fails(&["figure", "F-999", "--year", "2023", "--store", "memory:"]);
    assert!(said.contains("F-999"), "{said}");
}

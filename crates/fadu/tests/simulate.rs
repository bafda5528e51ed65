//! `fadu simulate` from outside: a small year goes into a store that verifies and counts; a plan that
//! cannot be leaves no store behind.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Three messages to one mailbox, answered and rated.
const PLAN: &str = r#"计划 2023 地方="320507" {
    来源 留言 程序=领导留言板 件数=3 自="2023-02-01" 至="2023-11-30" 事项="留言{年}-{序}" {
        走法 直接回复 件数=3 {
            办 登记留言 { 填 信箱 区委书记信箱; 填 转交日; }
            办 直接拟复 后="0-1个工作日"
            试办 公开回复 后="5-30分钟"
            办 拟定回复 后="0-1个工作日"
            办 审批回复 后="0-1个工作日" { 填 审批结论 同意; }
            办 公开回复 后="0-1个工作日"
            办 满意度评价 后="1-5日" { 填 评价等级 满意; }
            办 归档 后="1-3个工作日"
        }
    }
}
"#;

struct Place {
    dir: TempDir,
}

impl Place {
    fn with(plan: &str) -> Self {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("plan-2023.kdl"), plan).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, command: &str, args: &[&str]) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let store = format!("sqlite://{}", self.path("year.sqlite").display());
        let args = [&[command, "--store", &store][..], args].concat();
        Command::new(env!("CARGO_BIN_EXE_fadu")).args(args).current_dir(root).output().unwrap()
    }

    fn simulate(&self, args: &[&str]) -> Output {
        let plan = self.path("plan-2023.kdl").display().to_string();
        self.run("simulate", &[&["--year", "2023", "--plan", &plan][..], args].concat())
    }

    /// What a run that was refused said; nothing was written.
    fn refused(&self, args: &[&str]) -> String {
        let out = self.simulate(args);
        assert_eq!(out.status.code(), Some(1), "{out:?}");
        assert!(!self.path("year.sqlite").exists(), "a store was begun");
        String::from_utf8(out.stderr).unwrap()
    }
}

#[test]
fn a_small_year_is_played_counted_and_verified() {
    let place = Place::with(PLAN);
    let out = place.simulate(&["--json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(told["played"]["matters"], 3);
    assert_eq!(told["played"]["acts"], 3 * 7);
    assert_eq!(told["played"]["attempts"], 3);
    assert_eq!(told["log_size"], 3 * 7);
    let out = place.run("figure", &["F-100", "--year", "2023", "--json"]);
    let figure: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(figure.to_string().contains("\"value\":3"), "{figure}");
    assert!(place.run("verify", &[]).status.success());
}

#[test]
fn a_plan_that_cannot_be_is_refused_before_a_store_is_begun() {
    let parts = Place::with(&PLAN.replacen("件数=3", "件数=4", 1));
    assert!(parts.refused(&[]).contains("各走法件数之和 = 来源的件数"));
    let unlawful =
        Place::with(&PLAN.replace("办 审批回复", "试办 满意度评价 { 填 评价等级 满意; }; //"));
    assert!(unlawful.refused(&[]).contains("走法「直接回复」"));
    let place = Place::with(PLAN);
    assert!(place.refused(&["--scale", "0"]).contains("--scale"));
    assert!(place.refused(&["--until", "tomorrow"]).contains("tomorrow"));
    let out = place.run("simulate", &["--year", "2031"]);
    assert!(out.status.code() == Some(1) && !place.path("year.sqlite").exists());
}

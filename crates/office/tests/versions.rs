//! Which version of the law governs a matter, and what a new one does to matters already open.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use ledger::{Sm2Signer, Value};
use office::{Lang, Law, Office, Request, SWITCH, VirtualClock, Wording};
use store::MemoryStore;

fn learned(when: &str) -> Request {
    let mut request = learn();
    request.performed_at = Some(at(when));
    request.fields[0].1 = Value::from("2023-12-20");
    request.fields.truncate(3);
    request
}

/// The form of the old law: nothing about the number of acts, compensation or suspension.
fn filed_on_the_old_form(when: &str) -> Request {
    let new = ["行为数", "请求行政赔偿", "请求停止执行"];
    let mut request = Request { performed_at: Some(at(when)), ..file() };
    request.fields.retain(|(name, _)| !new.contains(&name.as_str()));
    request
}

/// Bytes, law and views.
fn is_sound(office: &Office) -> bool {
    office.verify(&office.verifier().unwrap(), None).unwrap().is_sound()
}

#[test]
fn filed_and_registered_in_2023_is_governed_by_the_old_law() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    desk.does(&filed_on_the_old_form("2023-12-28 10:00"));
    let registered = desk.does(&act(
        "2023-12-29 10:00",
        "复议承办人",
        "登记收件",
        &[
            ("案号", "[2023]相行复第9号"),
            ("收件方式", "窗口"),
            ("应由其他机关受理", "否"),
            ("可调解事由", "无"),
        ],
    ));
    let owed: Vec<&str> = registered.owed.iter().map(|d| d.act.as_str()).collect();
    assert!(owed.contains(&"审结"), "{owed:?}");
    assert_eq!(desk.office.load("M").unwrap().unwrap().procedure.version, "2017");
    assert!(is_sound(&desk.office));
}

#[test]
fn filed_in_2023_and_registered_in_2024_is_governed_by_the_new_law() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    desk.does(&filed_on_the_old_form("2023-12-28 10:00"));
    let registered = desk.does(&act(
        "2024-01-02 10:00",
        "复议承办人",
        "登记收件",
        &[
            ("案号", "[2024]相行复第1号"),
            ("收件方式", "窗口"),
            ("被申请人类别", "本级部门"),
            ("有代表人", "否"),
        ],
    ));
    let review = registered.owed.iter().find(|d| d.act == "收件审查").unwrap();
    assert_eq!(review.due.as_deref(), Some("2024-01-09"), "five working days");
    assert_eq!(desk.office.load("M").unwrap().unwrap().procedure.version, "2023");
    assert!(is_sound(&desk.office));
}

const TWO_VERSIONS: &str = r#"
年 2024 依据="试" 工作日数=262 { }
程序 试 版本="旧" 施行="2024-01-01" 废止="2024-06-01" 定版=收件 {
    角色 办
    行为 收件 由=办 依据=内部 理由="试" { 字段 案号 类型=文本 必填=#true; }
    行为 答复 由=办 依据=内部 理由="试"
    行为 登报 由=办 依据=内部 理由="试"
    应当 收件 答复 期限="60日" 顺延=#false 依据=内部 理由="试"
    应当 收件 登报 期限="90日" 顺延=#false 依据=内部 理由="试"
    前置 收件 答复 依据=内部 理由="试"
}
程序 试 版本="新" 施行="2024-06-01" 定版=收件 过渡="自 2024-06-01" {
    角色 办
    行为 收件 由=办 依据=内部 理由="试" { 字段 案号 类型=文本 必填=#true; }
    行为 答复 由=办 依据=内部 理由="试"
    行为 上网 由=办 依据=内部 理由="试"
    应当 收件 答复 期限="45日" 顺延=#false 依据=内部 理由="试"
    应当 收件 上网 期限="90日" 顺延=#false 依据=内部 理由="试"
    前置 收件 答复 依据=内部 理由="试"
}
"#;

fn trial(content: &str) -> Office {
    let source = Source { path: "procedures/试/procedure.kdl".into(), text: content.into() };
    let library = content::load(&[source]).unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at("2024-12-01 09:00")));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    Office::new(law, store, clock, Some(signer), Wording::new(Lang::Zh))
}

fn received(when: &str) -> Request {
    Request { opens: Some("试".into()), ..act(when, "办", "收件", &[("案号", "一")]) }
}

#[test]
fn an_open_matter_switches_on_the_day_and_the_record_lists_its_duties() {
    let office = trial(TWO_VERSIONS);
    office.perform(&received("2024-05-20 09:00")).unwrap();
    let done = office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).unwrap();
    assert_eq!(done.clock.iter().map(|c| c.act.as_str()).collect::<Vec<_>>(), [SWITCH]);
    let answer = done.owed.iter().find(|d| d.act == "答复").unwrap();
    assert_eq!(answer.due.as_deref(), Some("2024-07-04"), "45 days from 20 May");
    let page = office.matter("M", at("2024-06-10 09:00")).unwrap().unwrap();
    let record = page.records.iter().find(|r| r.act == SWITCH).unwrap();
    let changed = record.payload.get(office::SWITCHED_DUTIES).unwrap().as_map().unwrap();
    let states = |duty: &str| -> Vec<&str> {
        let list = changed.get(duty).unwrap().as_list().unwrap();
        list.iter().filter_map(Value::as_text).collect()
    };
    assert_eq!(states("答复"), ["2024-07-19", "2024-07-04"]);
    assert_eq!(states("登报"), ["2024-08-18", "none"]);
    assert_eq!(states("上网"), ["none", "2024-08-18"]);
    assert_eq!(record.performed_at, at("2024-06-01 00:00").0);
    assert!(is_sound(&office));
}

#[test]
fn a_matter_received_after_the_day_never_switches() {
    let office = trial(TWO_VERSIONS);
    office.perform(&received("2024-06-03 09:00")).unwrap();
    let done = office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).unwrap();
    assert!(done.clock.is_empty());
}

#[test]
fn without_a_transition_an_open_matter_keeps_its_version() {
    let office = trial(&TWO_VERSIONS.replace(" 过渡=\"自 2024-06-01\"", ""));
    office.perform(&received("2024-05-20 09:00")).unwrap();
    assert!(office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).is_err());
    let done = office.perform(&act("2024-06-10 09:00", "办", "登报", &[])).unwrap();
    let answer = done.owed.iter().find(|d| d.act == "答复").unwrap();
    assert_eq!(answer.due.as_deref(), Some("2024-07-19"));
}

#[test]
fn a_refused_act_still_switches_the_matter() {
    let office = trial(TWO_VERSIONS);
    office.perform(&received("2024-05-20 09:00")).unwrap();
    assert!(office.perform(&act("2024-06-10 09:00", "办", "收件", &[("案号", "二")])).is_err());
    let page = office.matter("M", at("2024-06-10 09:00")).unwrap().unwrap();
    assert_eq!(page.records.last().unwrap().act, SWITCH);
    assert_eq!(page.case.procedure.version, "新");
    assert!(is_sound(&office));
}

//! Which version of the law governs a matter, and what a new one does to matters already open.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use ledger::{Sm2Signer, Value};
use office::{
    BREACH, CorrectionRequest, Done, Lang, Law, Office, Request, SWITCH, VirtualClock, Wording,
};
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

/// Bytes, law and views, as they are and as they are when written again from the log.
fn is_sound(office: &Office) -> bool {
    let verify = || office.verify(&office.verifier().unwrap(), None).unwrap().is_sound();
    let live = office.load("M").unwrap().unwrap().state.marking;
    let sound = verify();
    office.rebuild().unwrap();
    sound && verify() && office.load("M").unwrap().unwrap().state.marking == live
}

fn version(office: &Office) -> String {
    office.load("M").unwrap().unwrap().procedure.version.clone()
}

fn due(done: &Done, duty: &str) -> Option<String> {
    done.owed.iter().find(|d| d.act == duty).and_then(|d| d.due.clone())
}

/// That the record was really performed at another time.
fn really(number: u64, when: &str, fields: &[(&str, &str)]) -> CorrectionRequest {
    CorrectionRequest {
        matter: "M".into(),
        of: number,
        performed_at: Some(at(when)),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect(),
        person: "复议承办人甲".into(),
        role: "复议承办人".into(),
        reason: "收件章的日期".into(),
        evidence: "收件登记簿".into(),
        client_act: format!("correct {number} {when}"),
        ..CorrectionRequest::default()
    }
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

/// Receipt, on the form of each law.
fn registered_in_2023(when: &str) -> Request {
    let form =
        [("案号", "M"), ("收件方式", "窗口"), ("应由其他机关受理", "否"), ("可调解事由", "无")];
    act(when, "复议承办人", "登记收件", &form)
}

fn registered_in_2024(when: &str) -> Request {
    Request { performed_at: Some(at(when)), ..register() }
}

#[test]
fn a_corrected_day_of_receipt_decides_anew_which_law_governs() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    desk.does(&filed_on_the_old_form("2023-12-28 10:00"));
    let number = desk.does(&registered_in_2024("2024-01-02 10:00")).number;
    let old_form = [("应由其他机关受理", "否"), ("可调解事由", "无")];
    let corrected = desk.office.correct(&really(number, "2023-12-29 10:00", &old_form)).unwrap();
    assert_eq!(version(&desk.office), "2017");
    assert_eq!(due(&corrected, "审结").as_deref(), Some("2024-02-27"), "sixty days of receipt");
    assert_eq!(due(&corrected, "收件审查"), None);
    assert!(is_sound(&desk.office));
}

#[test]
fn a_corrected_day_of_receipt_brings_the_matter_under_the_new_law_and_back() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    desk.does(&filed_on_the_old_form("2023-12-28 10:00"));
    let number = desk.does(&registered_in_2023("2023-12-29 10:00")).number;
    let new_form = [("被申请人类别", "本级部门"), ("有代表人", "否")];
    desk.office.correct(&really(number, "2024-01-02 10:00", &new_form)).unwrap();
    assert_eq!(version(&desk.office), "2023");
    let page = desk.office.matter("M", at("2026-01-05")).unwrap().unwrap();
    assert_eq!(page.records.last().unwrap().version, "2023");
    assert!(is_sound(&desk.office));
    desk.office.correct(&really(number, "2023-12-29 11:00", &[])).unwrap();
    assert_eq!(version(&desk.office), "2017");
    assert!(is_sound(&desk.office));
}

#[test]
fn an_act_only_the_new_law_knows_is_possible_from_its_first_day_before_receipt() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    let through = |when: &str| {
        let kept = ["申请人姓名", "被申请人名称", "行政行为", "行为数", "复议请求", "事实和理由"];
        let mut fields = file().fields;
        fields.retain(|(name, _)| kept.contains(&name.as_str()));
        fields.push(("处罚种类".to_owned(), Value::from("当场处罚")));
        Request { fields, ..act(when, "申请人", "经处罚机关提交", &[]) }
    };
    assert!(desk.refuses(&through("2023-12-29 09:00")).contains("(2017)中没有"));
    desk.does(&through("2024-01-03 09:00"));
    let received = [("处罚机关收到日", "2024-01-03")];
    let done = desk.does(&act("2024-01-03 10:00", "被申请人", "处罚机关收到申请", &received));
    assert_eq!(due(&done, "处罚机关处理").as_deref(), Some("2024-01-10"));
    assert!(is_sound(&desk.office));
}

/// What may be done at a moment.
fn possible(office: &Office, when: &str) -> Vec<String> {
    let page = office.matter("M", at(when)).unwrap().unwrap();
    office.shown(&page).possible
}

#[test]
fn a_page_shows_what_the_law_of_its_day_allows() {
    let desk = desk();
    desk.does(&learned("2023-12-28 09:00"));
    let through =
        |when: &str| possible(&desk.office, when).iter().any(|act| act.contains("经处罚机关提交"));
    assert!(!through("2023-12-29 09:00"));
    assert!(through("2024-01-03 09:00"));
    assert_eq!(version(&desk.office), "2017", "reading writes nothing");
    let office = trial(TWO_VERSIONS);
    office.perform(&received("2024-05-20 09:00")).unwrap();
    let online = |when: &str| possible(&office, when).iter().any(|act| act.contains("上网"));
    assert!(!online("2024-05-31 09:00"));
    assert!(online("2024-06-01 09:00"));
    assert_eq!(version(&office), "旧");
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

/// What comes in is noted within five days, before the receipt that fixes the version.
const NOTED_FIRST: &str = r#"
年 2024 依据="试" 工作日数=262 { }
程序 试 版本="旧" 施行="2024-01-01" 废止="2024-06-01" 定版=收件 {
    角色 办
    行为 来件 由=办 依据=内部 理由="试"
    行为 记入 由=办 依据=内部 理由="试"
    行为 收件 由=办 依据=内部 理由="试"
    应当 来件 记入 期限="5日" 顺延=#false 依据=内部 理由="试"
    前置 来件 收件 依据=内部 理由="试"
}
程序 试 版本="新" 施行="2024-06-01" 定版=收件 {
    角色 办
    行为 来件 由=办 依据=内部 理由="试"
    行为 记入 由=办 依据=内部 理由="试"
    行为 补件 由=办 依据=内部 理由="试"
    行为 收件 由=办 依据=内部 理由="试"
    应当 来件 记入 期限="3日" 顺延=#false 依据=内部 理由="试"
    应当 收件 补件 期限="3日" 顺延=#false 依据=内部 理由="试"
    前置 来件 收件 依据=内部 理由="试"
}
"#;

/// Something came in on 20 May under the old version.
fn came_in() -> Office {
    let office = trial(NOTED_FIRST);
    let came = act("2024-05-20 09:00", "办", "来件", &[]);
    office.perform(&Request { opens: Some("试".into()), ..came }).unwrap();
    office
}

/// Of each breach, the version it was told under and the last day of its duty.
fn breaches(office: &Office) -> Vec<(String, String)> {
    let page = office.matter("M", at("2024-12-01")).unwrap().unwrap();
    let due = |r: &ledger::Record| r.payload.get("due").unwrap().as_text().unwrap().to_owned();
    let told = page.records.iter().filter(|r| r.act == BREACH);
    told.map(|r| (r.version.clone(), due(r))).collect()
}

fn once() -> Vec<(String, String)> {
    vec![("旧".to_owned(), "2024-05-25".to_owned())]
}

#[test]
fn a_breach_told_before_the_version_changed_is_not_told_again() {
    let office = came_in();
    assert!(office.perform(&act("2024-05-28 09:00", "办", "来件", &[])).is_err());
    assert_eq!(breaches(&office), once());
    office.perform(&act("2024-06-03 09:00", "办", "收件", &[])).unwrap();
    assert_eq!((version(&office).as_str(), breaches(&office)), ("新", once()));
    assert!(is_sound(&office));
}

#[test]
fn a_breach_of_the_old_days_is_told_by_the_old_version_whoever_comes_first_afterwards() {
    let office = came_in();
    office.perform(&act("2024-06-03 09:00", "办", "补件", &[])).unwrap();
    assert_eq!((version(&office).as_str(), breaches(&office)), ("新", once()));
    assert!(is_sound(&office));
}

#[test]
fn a_refused_act_seals_the_breach_and_leaves_the_matter_where_it_was() {
    let office = came_in();
    assert!(office.perform(&act("2024-06-03 09:00", "办", "来件", &[])).is_err());
    assert_eq!((version(&office).as_str(), breaches(&office)), ("旧", once()));
    assert!(is_sound(&office));
    office.perform(&act("2024-06-04 09:00", "办", "收件", &[])).unwrap();
    assert_eq!((version(&office).as_str(), breaches(&office)), ("新", once()));
    assert!(is_sound(&office));
}

#[test]
fn a_matter_whose_corrected_receipt_lies_before_a_switch_stays_under_the_version_switched_to() {
    let office = trial(TWO_VERSIONS);
    let number = office.perform(&received("2024-06-03 09:00")).unwrap().number;
    office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).unwrap();
    let corrected = office.correct(&really(number, "2024-05-30 09:00", &[])).unwrap();
    assert_eq!(version(&office), "新");
    assert_eq!(due(&corrected, "答复").as_deref(), Some("2024-07-14"), "45 days from 30 May");
    assert!(is_sound(&office));
}

#[test]
fn without_a_transition_a_corrected_receipt_brings_back_the_version_of_its_day() {
    let office = trial(&TWO_VERSIONS.replace(" 过渡=\"自 2024-06-01\"", ""));
    let number = office.perform(&received("2024-06-03 09:00")).unwrap().number;
    office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).unwrap();
    let corrected = office.correct(&really(number, "2024-05-30 09:00", &[])).unwrap();
    assert_eq!(version(&office), "旧");
    assert_eq!(due(&corrected, "答复").as_deref(), Some("2024-07-29"), "60 days from 30 May");
    assert_eq!(due(&corrected, "登报").as_deref(), Some("2024-08-28"), "90 days");
    assert!(is_sound(&office));
}

#[test]
fn an_earlier_record_corrected_after_a_switch_leaves_the_matter_switched() {
    let office = trial(TWO_VERSIONS);
    let number = office.perform(&received("2024-05-20 09:00")).unwrap().number;
    office.perform(&act("2024-06-10 09:00", "办", "上网", &[])).unwrap();
    office.correct(&really(number, "2024-05-21 09:00", &[])).unwrap();
    assert_eq!(version(&office), "新");
    assert!(is_sound(&office));
}

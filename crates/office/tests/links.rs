//! Links across matters: what is done in one is noted in the other, in the same transaction.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use ledger::{Record, Sm2Signer, Standing, Value};
use office::{Lang, Law, MIRRORS, NotDone, Office, Request, VirtualClock, Wording};
use store::{MemoryStore, Store};
use store_sqlite::{Options, SqliteStore};

const CONTENT: &str = r#"
年 2024 依据="试" 工作日数=262 { }
程序 诉求 版本="一" 施行="2020-01-01" 定版=受理 {
    角色 坐席
    行为 受理 由=坐席 依据=内部 理由="试" { 字段 内容 类型=文本 必填=#true; 字段 电话 类型=文本 个人=#true; }
    行为 移送 由=坐席 依据=内部 理由="试" { 字段 线索编号 类型=引用; }
    前置 受理 移送 依据=内部 理由="试"
    联动 移送 线索编号.登记线索 程序=执法 开立=#true 来源=诉求编号 依据=内部 理由="移送即登记"
}
程序 执法 版本="一" 施行="2020-01-01" 定版=登记线索 {
    角色 执法人员; 角色 坐席
    行为 登记线索 由=坐席 依据=内部 理由="试" { 字段 诉求编号 类型=引用 必填=#true; 字段 内容 类型=文本 必填=#true; }
    行为 决定 由=执法人员 依据=内部 理由="试" { 字段 结果 类型=选项 选项="处罚 不处罚" 必填=#true; }
    行为 收到复议 由=执法人员 依据=内部 理由="试" { 字段 复议案号 类型=引用 必填=#true; }
    行为 执行 由=执法人员 依据=内部 理由="试"
    前置 登记线索 决定 依据=内部 理由="试"
    前置 决定 收到复议 依据=内部 理由="试"
    前置 决定 执行 依据=内部 理由="试"
    排除 收到复议 执行 依据=内部 理由="复议期间先不执行"
    应当 登记线索 决定 期限="30日" 顺延=#false 依据=内部 理由="试"
}
程序 复议 版本="一" 施行="2020-01-01" 定版=受理 {
    角色 复议机关
    行为 受理 由=复议机关 依据=内部 理由="试" { 字段 处罚案号 类型=引用; }
    联动 受理 处罚案号.收到复议 程序=执法 来源=复议案号 依据=内部 理由="受理即通知"
}
"#;

fn house_on(store: Arc<dyn Store>) -> Office {
    office_on(CONTENT, store)
}

fn office_on(content: &str, store: Arc<dyn Store>) -> Office {
    let source = Source { path: "procedures/办/procedure.kdl".into(), text: content.into() };
    let library = content::load(&[source]).unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at("2024-06-01 09:00")));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let law = Law::new(library, "320507");
    Office::new(law, store, clock, Some(signer), Wording::new(Lang::Zh))
}

fn house() -> Office {
    house_on(Arc::new(MemoryStore::new()))
}

fn request(
    family: &str,
    matter: &str,
    when: &str,
    (role, name): (&str, &str),
    fields: &[(&str, &str)],
) -> Request {
    Request {
        matter: matter.to_owned(),
        opens: (name == "受理").then(|| family.to_owned()),
        client_act: format!("{matter} {name} {when}"),
        ..act(when, role, name, fields)
    }
}

fn complain(office: &Office) {
    let said = [("内容", "无证经营"), ("电话", "13800000000")];
    let request = request("诉求", "诉一", "2024-03-01 09:00", ("坐席", "受理"), &said);
    office.perform(&request).unwrap_or_else(|why| panic!("{why}"));
}

fn hand_over(office: &Office, to: &str) -> Result<office::Done, NotDone> {
    let over = [("线索编号", to)];
    office.perform(&request("诉求", "诉一", "2024-03-02 09:00", ("坐席", "移送"), &over))
}

fn decide(office: &Office) {
    let result = [("结果", "处罚")];
    let request = request("执法", "执一", "2024-03-10 09:00", ("执法人员", "决定"), &result);
    office.perform(&request).unwrap_or_else(|why| panic!("{why}"));
}

fn records(office: &Office, matter: &str) -> Vec<Record> {
    let stored = office.store.matter_records(office.law.district, matter, 0).unwrap();
    stored.iter().map(|r| r.read().unwrap()).collect()
}

fn is_sound(office: &Office) -> bool {
    office.verify(&office.verifier().unwrap(), None).unwrap().is_sound()
}

#[test]
fn handing_over_opens_the_other_matter_with_what_both_know() {
    let office = house();
    complain(&office);
    let done = hand_over(&office, "执一").unwrap();
    let [lead] = &records(&office, "执一")[..] else { panic!() };
    assert_eq!((lead.act.as_str(), lead.number), ("登记线索", done.number + 1));
    assert_eq!(lead.standing, Standing::Reported);
    let text = |name: &str| lead.payload.get(name).and_then(Value::as_text);
    assert_eq!((text("内容"), text("诉求编号")), (Some("无证经营"), Some("诉一")));
    let from = lead.payload.get(MIRRORS).and_then(Value::as_integer);
    assert_eq!(from, i64::try_from(done.number).ok());
    let page = office.matter("执一", at("2024-03-03 09:00")).unwrap().unwrap();
    let owed = office.owed(&page.case, &page.outlook);
    assert_eq!(owed[0].due.as_deref(), Some("2024-04-01"), "its own limit runs from that day");
    assert!(is_sound(&office));
}

#[test]
fn a_rule_across_matters_is_a_rule_on_the_mirrored_act() {
    let office = house();
    complain(&office);
    hand_over(&office, "执一").unwrap();
    decide(&office);
    let review =
        request("复议", "复一", "2024-03-20 09:00", ("复议机关", "受理"), &[("处罚案号", "执一")]);
    office.perform(&review).unwrap_or_else(|why| panic!("{why}"));
    let execute = request("执法", "执一", "2024-03-21 09:00", ("执法人员", "执行"), &[]);
    let Err(NotDone::Refused(refused)) = office.perform(&execute) else { panic!() };
    assert!(refused.text.contains("收到复议"), "{}", refused.text);
    assert!(is_sound(&office));
}

#[test]
fn what_hinders_the_mirrored_act_hinders_the_act() {
    let office = house();
    complain(&office);
    let none =
        request("复议", "复一", "2024-03-20 09:00", ("复议机关", "受理"), &[("处罚案号", "执九")]);
    let Err(NotDone::Invalid(said)) = office.perform(&none) else { panic!() };
    assert!(said.contains("执九"), "{said}");
    let other =
        request("复议", "复一", "2024-03-20 09:00", ("复议机关", "受理"), &[("处罚案号", "诉一")]);
    let Err(NotDone::Invalid(said)) = office.perform(&other) else { panic!() };
    assert!(said.contains("诉一") && said.contains("执法"), "{said}");
    assert!(records(&office, "复一").is_empty(), "nothing was sealed");
    // A lead that is older than what the other matter has seen cannot be noted there.
    hand_over(&office, "执一").unwrap();
    decide(&office);
    let early =
        request("复议", "复一", "2024-03-05 09:00", ("复议机关", "受理"), &[("处罚案号", "执一")]);
    assert!(office.perform(&early).is_err());
    assert!(records(&office, "复一").is_empty());
    assert!(is_sound(&office));
}

/// A hearing that the other matter must be ripe for, and that carries a result under another name.
const STRICT: &str = r#"
年 2024 依据="试" 工作日数=262 { }
程序 目录 版本="一" 施行="2020-01-01" 定版=编制 {
    角色 办公室
    行为 编制 由=办公室 依据=内部 理由="试"
    行为 公布 由=办公室 依据=内部 理由="试"
    行为 记启动 由=办公室 可重复=#true 理由="试" 依据=内部 {
        字段 事项号 类型=引用 必填=#true; 字段 级别 类型=选项 选项="高 低" 必填=#true; 字段 启动日 类型=日期 必填=#true
    }
    行为 记名 由=办公室 可重复=#true 理由="试" 依据=内部 { 字段 名称 类型=文本 必填=#true; }
    前置 编制 公布 依据=内部 理由="试"
    前置 公布 记启动 依据=内部 理由="没有公布的目录里没有事项"
    前置 记启动 记名 依据=内部 理由="先记启动"
}
程序 事项 版本="一" 施行="2020-01-01" 定版=启动 {
    角色 机关
    行为 启动 由=机关 依据=内部 理由="试" { 字段 目录号 类型=引用; 字段 题目 类型=文本; 字段 重要 类型=是否 必填=#true; }
    联动 启动 目录号.记启动 程序=目录 来源=事项号 须合规=#true 当=重要 依据=内部 理由="试" { 带 级别 值=高; 带 启动日 "启动.日"; }
    联动 启动 目录号.记启动 程序=目录 来源=事项号 须合规=#true 当="非 重要" 依据=内部 理由="试" { 带 级别 值=低; 带 启动日 "启动.日"; }
    联动 启动 目录号.记名 程序="目录 事项" 须合规=#true 依据=内部 理由="试" { 带 名称 题目; }
    行为 记名 由=机关 依据=内部 理由="试" { 字段 名称 类型=文本 必填=#true; }
}
"#;

fn strict() -> Office {
    let office = office_on(STRICT, Arc::new(MemoryStore::new()));
    let begin =
        Request { opens: Some("目录".to_owned()), ..in_catalogue("2024-01-05 09:00", "编制") };
    office.perform(&begin).unwrap_or_else(|why| panic!("{why}"));
    office
}

fn in_catalogue(when: &str, name: &str) -> Request {
    request("目录", "目一", when, ("办公室", name), &[])
}

fn start(matter: &str, important: bool) -> Request {
    let fields = [("目录号", "目一"), ("题目", "修路")];
    let asked = request("事项", matter, "2024-03-01 09:00", ("机关", "启动"), &fields);
    let mut asked = Request { opens: Some("事项".to_owned()), ..asked };
    asked.fields.push(("重要".to_owned(), Value::Bool(important)));
    asked
}

#[test]
fn where_it_must_be_lawful_there_a_rule_over_there_bars_the_act_here() {
    let office = strict();
    let Err(NotDone::Refused(refused)) = office.perform(&start("事一", true)) else { panic!() };
    assert!(refused.text.contains("目一") && refused.text.contains("公布"), "{}", refused.text);
    assert_eq!(refused.act, "启动");
    assert!(records(&office, "事一").is_empty());
    let reported = Request { reported: true, ..start("事零", true) };
    let done = office.perform(&reported).unwrap_or_else(|why| panic!("{why}"));
    let noted = office.store.record(office.law.district, done.number + 1).unwrap().unwrap();
    let standing = noted.read().unwrap().standing;
    assert!(matches!(standing, Standing::Irregular { .. }), "what happened happened");
    assert!(is_sound(&office));
}

#[test]
fn what_is_carried_may_be_a_constant_another_field_or_the_day_of_an_act() {
    let office = strict();
    office.perform(&in_catalogue("2024-01-10 09:00", "公布")).unwrap();
    office.perform(&start("事一", true)).unwrap_or_else(|why| panic!("{why}"));
    office.perform(&start("事二", false)).unwrap_or_else(|why| panic!("{why}"));
    let noted = records(&office, "目一");
    let text = |i: usize, name: &str| noted[i].payload.get(name).and_then(Value::as_text);
    let acts: Vec<&str> = noted.iter().map(|r| r.act.as_str()).collect();
    assert_eq!(acts, ["编制", "公布", "记启动", "记名", "记启动", "记名"], "in order, one each");
    assert_eq!((text(2, "级别"), text(4, "级别")), (Some("高"), Some("低")));
    assert_eq!((text(2, "启动日"), text(3, "名称")), (Some("2024-03-01"), Some("修路")));
    assert!(is_sound(&office));
}

#[test]
fn without_a_named_matter_nothing_follows() {
    let office = house();
    let alone = request("复议", "复一", "2024-03-20 09:00", ("复议机关", "受理"), &[]);
    office.perform(&alone).unwrap_or_else(|why| panic!("{why}"));
    assert!(is_sound(&office));
}

#[test]
fn asking_twice_mirrors_once() {
    let office = house();
    complain(&office);
    hand_over(&office, "执一").unwrap();
    assert!(hand_over(&office, "执一").unwrap().again);
    assert_eq!(records(&office, "执一").len(), 1);
    assert!(is_sound(&office));
}

#[test]
fn both_matters_of_a_group_are_written_to_one_file() {
    let dir = tempfile::TempDir::new().unwrap();
    let store = SqliteStore::open(dir.path().join("s.sqlite"), Options::default()).unwrap();
    let office = house_on(Arc::new(store));
    complain(&office);
    let over = [("线索编号", "执一")];
    let group = [
        request("诉求", "诉一", "2024-03-02 09:00", ("坐席", "移送"), &over),
        request("执法", "执一", "2024-03-10 09:00", ("执法人员", "决定"), &[("结果", "处罚")]),
        request("复议", "复一", "2024-03-20 09:00", ("复议机关", "受理"), &[("处罚案号", "执一")]),
    ];
    let answers = office.perform_all(&group).unwrap();
    let numbers: Vec<u64> = answers.into_iter().map(|a| a.unwrap().number).collect();
    assert_eq!(numbers, [2, 4, 5], "what follows takes the numbers between");
    assert_eq!(records(&office, "执一").len(), 3);
    assert!(is_sound(&office));
    office.rebuild().unwrap();
    assert!(is_sound(&office));
}

#[test]
fn a_log_without_the_mirrored_act_is_not_sound() {
    let office = house();
    complain(&office);
    hand_over(&office, "执一").unwrap();
    let all = office.store.records(office.law.district, 1, 2).unwrap();
    let other = house();
    other.restore(all.iter().map(|r| r.bytes.as_slice())).unwrap();
    let verified = other.verify(&other.verifier().unwrap(), None).unwrap();
    assert_eq!(verified.unlawful.len(), 1);
    assert_eq!(verified.unlawful[0].number, 2, "the act whose mirror is missing");
}

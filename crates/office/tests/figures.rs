//! Figures are lists of sealed acts: what counts, in which year, and what a correction does to it.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use ledger::{Sm2Signer, Value};
use office::{CorrectionRequest, Lang, Law, Office, Request, VirtualClock, Wording};
use report::{Answer, Questions, Report};
use store::MemoryStore;

const PROCEDURE: &str = r#"
程序 办 版本="一" 施行="2020-01-01" 定版=收件 {
    角色 办; 角色 当事人
    行为 收件 由=办 依据=内部 理由="试" { 字段 渠道 类型=选项 选项="窗口 网上" 必填=#true; 字段 金额 类型=整数; }
    行为 受理 由=办 依据=内部 理由="试"
    行为 办结 由=办 依据=内部 理由="试" { 字段 结果 类型=选项 选项="准 不准" 必填=#true; }
    行为 撤回 由=当事人 依据=内部 理由="试"
    行为 催办 由=办 可重复=#true 依据=内部 理由="试" { 字段 单位 类型=文本 必填=#true; }
    前置 收件 受理 依据=内部 理由="试"
    前置 受理 办结 依据=内部 理由="试"
    应当 受理 办结 期限="10日" 顺延=#false 依据=内部 理由="试"
    排除 撤回 办结 依据=内部 理由="试"
    排除 办结 撤回 依据=内部 理由="试"
}
"#;

const FIGURES: &str = r#"
指标 收件数 单位=件 { 计数 收件; 窗口 行为日 本年; }
指标 历年收件 单位=件 { 计数 收件; 窗口 行为日 累计; }
指标 网上收件 单位=件 { 计数 收件; 窗口 行为日 本年; 条件 "渠道 = 网上"; }
指标 按渠道 单位=件 { 计数 收件; 窗口 行为日 本年; 分组 渠道; }
指标 未撤回 单位=件 { 计数 收件; 窗口 行为日 本年; 不办 撤回; }
指标 本年受理的办结 单位=件 { 计数 办结; 窗口 受理日 本年; }
指标 金额合计 单位=万元 除以=10000 小数=2 { 计数 收件; 窗口 行为日 本年; 合计 金额; }
指标 最大金额 单位=元 { 计数 收件; 窗口 行为日 本年; 最大 金额; }
指标 催办的单位 单位=个 { 计数 催办; 窗口 行为日 本年; 去重 单位; }
指标 应办结 单位=件 { 义务 办结; 窗口 应期 本年; }
指标 按期办结率 单位="%" { 比率 { 分子 { 义务 办结; 窗口 应期 本年; 按期; }; 分母 { 指标 应办结; }; }; }
指标 年末未办结 单位=件 { 存量 办结 于="12-31"; }
恒等 去向 { 左 收件数; 右 未撤回; }
"#;

const OF_REPORT: &str = r#"
指标 总收件 单位=件 { 指标 收件数; }
指标 增长 单位="%" { 比率 { 分子 { 指标 总收件; 减 { 上年 总收件; }; }; 分母 { 上年 总收件; }; }; }
恒等 不多 关系=不大于 { 左 网上收件; 右 总收件; }
"#;

fn office() -> Office {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let library = content::load(&[
        source("procedures/办/procedure.kdl", PROCEDURE),
        source("procedures/办/figures.kdl", FIGURES),
        source("figures/年报.kdl", OF_REPORT),
    ]);
    let library = library.unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at("2024-06-01 09:00")));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    Office::new(law, store, clock, Some(signer), Wording::new(Lang::Zh))
}

/// An act in a matter; the first one opens it. Gives the number of its record.
fn does(office: &Office, matter: &str, when: &str, name: &str, fields: &[(&str, &str)]) -> u64 {
    let role = if name == "撤回" { "当事人" } else { "办" };
    let request = Request {
        matter: matter.to_owned(),
        opens: (name == "收件").then(|| "办".to_owned()),
        client_act: format!("{matter} {name} {when}"),
        reported: true,
        ..act(when, role, name, fields)
    };
    office.perform(&request).unwrap_or_else(|why| panic!("{matter} {name}: {why}")).number
}

/// Received, accepted the next hour, and done if a day is given.
fn matter(office: &Office, name: &str, received: &str, channel: &str, done: Option<&str>) -> u64 {
    let first = does(office, name, received, "收件", &[("渠道", channel), ("金额", "15000")]);
    does(office, name, &received.replace("09:00", "10:00"), "受理", &[]);
    if let Some(done) = done {
        does(office, name, done, "办结", &[("结果", "准")]);
    }
    first
}

fn counted(office: &Office, year: i32) -> Report {
    let questions = Questions::all(&office.law.library, year).unwrap();
    office.report(&questions, &mut |_, _| {}).unwrap()
}

fn figure<'r>(report: &'r Report, id: &str) -> &'r Answer {
    report.figures.iter().find(|f| f.id == id).unwrap()
}

fn value(report: &Report, id: &str) -> String {
    figure(report, id).value.map_or_else(|| "—".to_owned(), |v| v.to_string())
}

#[test]
fn a_figure_lists_the_acts_it_counts() {
    let office = office();
    let one = matter(&office, "一", "2023-03-01 09:00", "网上", Some("2023-03-08 09:00"));
    let two = matter(&office, "二", "2023-04-01 09:00", "窗口", Some("2023-05-08 09:00"));
    matter(&office, "旧", "2022-04-01 09:00", "窗口", Some("2022-04-02 09:00"));
    let report = counted(&office, 2023);
    assert_eq!(figure(&report, "收件数").acts, [one, two]);
    assert_eq!(figure(&report, "网上收件").acts, [one]);
    assert_eq!(figure(&report, "按渠道").groups["窗口"].1, [two]);
    assert_eq!(value(&report, "历年收件"), "3");
    assert_eq!(value(&report, "增长"), "100", "from one to two");
    assert_eq!(value(&report, "金额合计"), "3.00");
    assert_eq!(value(&report, "最大金额"), "15000");
    assert_eq!(report.log.size, office.store.head(office.law.district).unwrap().log.size);
}

#[test]
fn the_year_of_a_figure_may_be_that_of_another_act() {
    let office = office();
    matter(&office, "跨年", "2022-12-28 09:00", "网上", Some("2023-01-05 09:00"));
    assert_eq!(value(&counted(&office, 2022), "本年受理的办结"), "1");
    assert_eq!(value(&counted(&office, 2023), "本年受理的办结"), "0");
    let report = counted(&office, 2022);
    let answer = figure(&report, "本年受理的办结");
    assert_eq!((answer.acts.len(), answer.rests_on.len()), (1, 1), "the act and the one before");
}

#[test]
fn a_duty_counts_in_the_year_it_is_due() {
    let office = office();
    matter(&office, "按期", "2023-03-01 09:00", "网上", Some("2023-03-11 23:00"));
    matter(&office, "逾期", "2023-03-01 09:00", "网上", Some("2023-03-12 00:10"));
    matter(&office, "未办", "2023-03-01 09:00", "网上", None);
    matter(&office, "明年到期", "2023-12-25 09:00", "网上", Some("2023-12-26 09:00"));
    let report = counted(&office, 2023);
    assert_eq!(value(&report, "应办结"), "3");
    assert_eq!(value(&report, "按期办结率"), "33");
    assert_eq!(value(&report, "年末未办结"), "1");
    assert_eq!(value(&counted(&office, 2024), "按期办结率"), "100", "done before the year began");
}

#[test]
fn a_duty_taken_back_before_its_day_never_was_due() {
    let office = office();
    matter(&office, "撤回", "2023-03-01 09:00", "网上", None);
    does(&office, "撤回", "2023-03-05 09:00", "撤回", &[]);
    matter(&office, "晚撤", "2023-03-01 09:00", "网上", None);
    does(&office, "晚撤", "2023-04-05 09:00", "撤回", &[]);
    let report = counted(&office, 2023);
    assert_eq!(value(&report, "应办结"), "1", "the late one was due and was missed");
    assert_eq!(value(&report, "未撤回"), "0");
    assert_eq!(value(&report, "年末未办结"), "0");
    let balance = report.identities.iter().find(|b| b.id == "去向").unwrap();
    assert!(!balance.holds, "two received, none of them kept");
    assert!(report.identities.iter().find(|b| b.id == "不多").unwrap().holds);
}

#[test]
fn a_duty_not_yet_due_counts_nowhere() {
    let office = office();
    matter(&office, "新", "2024-05-30 09:00", "网上", None);
    assert_eq!(value(&counted(&office, 2024), "应办结"), "0");
    assert_eq!(value(&counted(&office, 2024), "按期办结率"), "—");
}

#[test]
fn values_are_counted_once() {
    let office = office();
    matter(&office, "一", "2023-03-01 09:00", "网上", None);
    for (when, unit) in [("2023-03-02", "甲"), ("2023-03-03", "甲"), ("2023-03-04", "乙")] {
        does(&office, "一", &format!("{when} 09:00"), "催办", &[("单位", unit)]);
    }
    assert_eq!(value(&counted(&office, 2023), "催办的单位"), "2");
}

#[test]
fn a_corrected_matter_counts_as_it_really_was() {
    let office = office();
    let first = matter(&office, "一", "2023-03-01 09:00", "网上", Some("2023-03-08 09:00"));
    let second = matter(&office, "二", "2023-03-01 09:00", "网上", Some("2023-03-08 09:00"));
    let correct = |matter: &str, of: u64, channel: &str, performed_at, annul| {
        let wrong = [("渠道".to_owned(), Value::from(channel))];
        let request = CorrectionRequest {
            matter: matter.to_owned(),
            of,
            fields: if channel.is_empty() { Vec::new() } else { wrong.to_vec() },
            performed_at,
            annul,
            person: "办甲".to_owned(),
            role: "办".to_owned(),
            reason: "录错".to_owned(),
            client_act: format!("更正 {of}"),
            ..CorrectionRequest::default()
        };
        office.correct(&request).unwrap_or_else(|why| panic!("{why}"));
    };
    correct("一", first, "窗口", None, false);
    // The last act of the second matter was late in truth.
    correct("二", second + 2, "", Some(at("2023-04-08 09:00")), false);
    let report = counted(&office, 2023);
    assert_eq!(figure(&report, "收件数").acts, [first, second]);
    assert_eq!(figure(&report, "网上收件").acts, [second]);
    assert_eq!(value(&report, "按期办结率"), "50");
    correct("一", first + 2, "", None, true);
    assert_eq!(value(&counted(&office, 2023), "年末未办结"), "1");
}

#[test]
fn deleting_an_act_changes_just_the_figures_that_list_it() {
    let office = office();
    matter(&office, "一", "2023-03-01 09:00", "网上", Some("2023-03-08 09:00"));
    let second = matter(&office, "二", "2023-03-01 09:00", "窗口", None);
    let before = counted(&office, 2023);
    // The same acts without one: the reminder.
    let reminder = does(&office, "二", "2023-03-02 09:00", "催办", &[("单位", "甲")]);
    let after = counted(&office, 2023);
    for (one, other) in before.figures.iter().zip(&after.figures) {
        let lists = other.acts.contains(&reminder) || other.rests_on.contains(&reminder);
        assert_eq!(one.value != other.value, lists, "{}", one.id);
    }
    assert!(figure(&after, "收件数").acts.contains(&second));
}

#[test]
#[should_panic(expected = "the office's own library")]
fn figures_of_another_library_are_not_answered_with_nothing() {
    let office = office();
    let copy = office.law.library.clone();
    let _ = office.report(&Questions::all(&copy, 2024).unwrap(), &mut |_, _| {});
}

#[test]
fn a_figure_that_does_not_exist_is_said_so() {
    let office = office();
    let none = Questions::one(&office.law.library, "无此指标", 2023).unwrap_err();
    assert_eq!(none.to_string(), "no figure 无此指标");
}

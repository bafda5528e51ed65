//! Plans that cannot be: each is refused before anything is written, by the relation it breaks.

#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use content::Source;
use content::plan::Plan;

/// Faults of a plan's text.
fn faults(text: &str) -> Vec<(&'static str, String)> {
    let source = Source { path: "plan-test.kdl".to_owned(), text: text.to_owned() };
    let faults = Plan::read(&source, library()).expect_err("the plan is wrong");
    faults.into_iter().map(|f| (f.code, f.to_string())).collect()
}

fn refused(text: &str) -> String {
    let plans = [plan(text)];
    rehearsed(&work(&plans, 1.0, 1)).expect_err("the plan cannot be played")
}

fn direct(count: u64) -> String {
    format!("走法 直接 件数={count} {{ {} }}", message(""))
}

#[test]
fn ways_that_do_not_add_up_to_their_stream() {
    for (count, way) in [(10, direct(9)), (10, direct(11))] {
        let found = faults(&one_stream(&format!("件数={count}"), &way));
        assert_eq!(found[0].0, "plan-parts");
        assert!(found[0].1.contains("各走法件数之和 = 来源的件数"), "{}", found[0].1);
    }
    let more = format!("{}\n走法 其余 比重=1 {{ {} }}", direct(11), message(""));
    assert_eq!(faults(&one_stream("件数=10", &more))[0].0, "plan-parts");
}

#[test]
fn more_matters_on_an_aside_than_on_its_way() {
    let aside = "穿插 退回 件数=6 { 办 审批回复 { 填 审批结论 不同意; }; 办 拟定回复; }";
    let way = format!("走法 直接 件数=5 {{ {} }}", message(aside));
    let found = faults(&one_stream("件数=5", &way));
    assert_eq!(found[0].0, "plan-aside-more");
    assert!(found[0].1.contains("穿插的件数 ≤ 走法的件数"), "{}", found[0].1);
}

#[test]
fn a_balance_that_does_not_hold_names_itself_and_both_sides() {
    let twice = message("").replace(
        "办 公开回复 后=\"0-1个工作日\"",
        "办 公开回复 后=\"0-1个工作日\"\n办 督办 后=\"1日\" { 填 督办事由 逾期; }",
    );
    let balance = "核对 Q1 \"督办不多于评价\" 程序=领导留言板 { 少 督办 登记留言; 多 满意度评价; }";
    let text = one_stream("件数=3", &format!("走法 直接 件数=3 {{ {twice} }}"));
    let text = text.trim_end().trim_end_matches('}').to_owned() + balance + "\n}\n";
    let why = refused(&text);
    assert!(why.contains("核对 Q1「督办不多于评价」:督办 + 登记留言 ≤ 满意度评价"), "{why}");
    assert!(why.contains("左边 6 件,右边 3 件"), "{why}");
}

#[test]
fn withdrawn_more_than_accepted_and_carried_in() {
    // More withdrawals than their stream has matters …
    let more = text_of(2023).replace("走法 答复后撤回 件数=22", "走法 答复后撤回 件数=120");
    let found = faults(&more);
    assert_eq!(found[0].0, "plan-parts");
    assert!(found[0].1.contains("来源「复议年内撤回」"), "{}", found[0].1);
    // … and the balance of the place's plan, if acceptance were counted by another act.
    let text = text_of(2023).replace("多 登记收件 上年结转;", "多 延长审理期限 上年结转;");
    let plans = [plan(&text)];
    let why = rehearsed(&work(&plans, 0.000_2, 1)).unwrap_err();
    assert!(why.contains("核对 K3「撤回不多于受理和上年结转」"), "{why}");
    assert!(why.contains("左边 22 件,右边 3 件"), "{why}");
}

#[test]
fn a_way_that_the_law_refuses_is_refused_with_rule_and_matter() {
    let ways = message("").replace("办 审批回复 后=\"0-1个工作日\" { 填 审批结论 同意; }", "");
    let why = refused(&one_stream("件数=3", &format!("走法 不批就回复 件数=3 {{ {ways} }}")));
    assert!(why.contains("走法「不批就回复」(来源「留言」)"), "{why}");
    assert!(why.contains("「公开回复」") && why.contains("被拒绝"), "{why}");
    assert!(why.contains("plan-test.kdl:"), "{why}");
}

#[test]
fn an_attempt_that_the_law_allows() {
    let ways = message("试办 审批回复 后=\"5分钟\" { 填 审批结论 同意; }");
    let why = refused(&one_stream("件数=2", &format!("走法 直接 件数=2 {{ {ways} }}")));
    assert!(why.contains("试办的一步须依法被拒绝") && why.contains("「审批回复」"), "{why}");
}

#[test]
fn a_stream_whose_season_has_no_day() {
    let days = "自=\"2023-10-01\" 至=\"2023-10-05\"";
    let why = refused(&one_stream(&format!("件数=2 {days}"), &direct(2)));
    assert!(why.contains("没有一日有轻重"), "{why}");
}

#[test]
fn a_rare_aside_is_tried_as_well() {
    let rare = "穿插 偶尔 每千=1 { 办 归档 后=\"1分钟\"; }";
    let way = format!("走法 直接 件数=1000 {{ {} }}", message(rare));
    let why = refused(&one_stream("件数=1000", &way));
    assert!(why.contains("「归档」"), "{why}");
}

#[test]
fn an_annulled_act_that_the_rest_stands_on() {
    let ways = message("")
        .replace("填 转交日;", "填 转交日; 误录 每千=1000 撤销=#true 后=\"1分钟\" 理由=\"误\";");
    let why = refused(&one_stream("件数=2", &format!("走法 直接 件数=2 {{ {ways} }}")));
    assert!(why.contains("一件也没有办"), "{why}");
}

#[test]
fn names_values_and_forms_are_faults_at_their_character() {
    let of = |from: &str, to: &str| {
        let text = one_stream("件数=2", &direct(2));
        assert!(text.contains(from), "{from}");
        faults(&text.replacen(from, to, 1))[0].0
    };
    assert_eq!(of("程序=领导留言板", "程序=领导留言版"), "undeclared");
    assert_eq!(of("件数=2 {", "件数=2 季节=没有 {"), "undeclared");
    assert_eq!(of("办 直接拟复", "办 直接回复"), "plan-no-act");
    assert_eq!(of("办 直接拟复", "办 分流"), "plan-not-for-persons");
    assert_eq!(of("填 信箱 区委书记信箱;", "填 信箱 书记信箱;"), "mapping-value");
    assert_eq!(of("填 信箱 区委书记信箱;", "填 邮箱 其他;"), "plan-no-field");
    assert_eq!(of("填 信箱 区委书记信箱;", "填 信箱 机关=信箱专办员;"), "plan-origin-type");
    assert_eq!(of("填 信箱 区委书记信箱;", "填 信箱;"), "plan-one-source");
    assert_eq!(of("{ 填 审批结论 同意; }", ""), "plan-decisive");
    assert_eq!(of("后=\"1-5日\"", "后=\"5-1日\""), "plan-pace");
    assert_eq!(of("件数=2 {", "件数=2 时段=\"9-17\" {"), "plan-hours");
    assert_eq!(of("L{年}-{序}", "L{月}"), "plan-pattern");
    assert_eq!(of("件数=2 {", "件数=2 自=\"2022-12-01\" {"), "plan-window");
    assert_eq!(of("办 登记留言", "试办 登记留言"), "plan-first-step");
    assert_eq!(of("走法 直接 件数=2", "走法 直接 件数=2 比重=1"), "plan-one-of");
    assert_eq!(of("办 直接拟复", "办 直接拟复 由=留言人"), "undeclared");
    assert_eq!(of("地方=\"320507\"", "地方=\"320508\""), "undeclared");
}

#[test]
fn a_stream_comes_under_one_version_of_the_law() {
    let text = text_of(2023).replace("计划 2023", "计划 2024").replace("\"2023-", "\"2024-");
    let text = text.replacen("程序=行政复议 件数=22", "程序=行政复议 件数=22 自=\"2024-01-01\"", 1);
    assert!(
        faults(&text).iter().any(|(code, _)| *code == "plan-no-field" || *code == "plan-decisive")
    );
    let source = one_stream("件数=2 自=\"2019-01-01\" 至=\"2019-12-31\"", &direct(2));
    let source = source.replace("计划 2023", "计划 2019");
    assert_eq!(faults(&source)[0].0, "plan-versions");
}

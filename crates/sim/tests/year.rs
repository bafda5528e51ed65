//! A year as it is played: exact counts, the same acts from the same seed, and a log that verifies.

#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use kernel::Day;
use ledger::{Actor, Record};

/// A record without what differs from run to run: salts, and what rests on them.
fn told(record: Record) -> impl PartialEq + std::fmt::Debug {
    let names: Vec<String> = record.personal.into_iter().map(|c| c.name).collect();
    let times = (record.performed_at, record.entered_at);
    let place = (record.matter, record.position, record.act);
    (place, times, record.actor, record.payload, names, record.client_act)
}

fn acts(stage: &Stage, act: &str) -> usize {
    stage.records().iter().filter(|r| r.act == act).count()
}

#[test]
fn the_same_seed_gives_the_same_acts_and_another_seed_others() {
    let plans = [plan(&one_stream("件数=12", &format!("走法 直接 件数=12 {{ {} }}", message(""))))];
    let played = |seed| {
        let stage = Stage::new();
        stage.play(&work(&plans, 1.0, seed));
        stage.records().into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(played(3), played(3));
    assert!(played(3) != played(4));
}

#[test]
fn counts_are_exactly_those_of_the_plan() {
    let aside =
        "穿插 退回 件数=5 { 办 审批回复 后=\"5分钟\" { 填 审批结论 不同意; }; 办 拟定回复; }";
    let ways = format!(
        "走法 退回过 件数=11 {{ {} }}\n走法 直接 比重=1 {{ {} }}\n走法 也直接 比重=2 {{ {} }}",
        message(aside),
        message(""),
        message("")
    );
    let plans = [plan(&one_stream("件数=31", &ways))];
    let work = work(&plans, 1.0, 1);
    let stage = Stage::new();
    let played = stage.play(&work);
    assert_eq!(played.matters, 31);
    assert_eq!(acts(&stage, "登记留言"), 31);
    assert_eq!(acts(&stage, "审批回复"), 31 + 5);
    assert_eq!(
        played.acts,
        stage.records().iter().filter(|r| r.actor != Actor::Clock).count() as u64
    );
}

#[test]
fn only_streams_that_say_so_follow_the_scale() {
    let stream = |name: &str, scales: &str| {
        format!(
            "来源 {name} 程序=领导留言板 件数=40 {scales} 事项=\"{name}{{序}}\" {{ 走法 直接 件数=40 {{ {} }} }}",
            message("")
        )
    };
    let both = [stream("甲", "随比例=#true"), stream("乙", "")].join("\n");
    let plans = [plan(&format!("计划 2023 地方=\"{PLACE}\" {{\n{both}\n}}"))];
    assert_eq!(work(&plans, 0.1, 1).matters(), 4 + 40);
    assert_eq!(work(&plans, 0.001, 1).matters(), 1 + 40);
}

#[test]
fn attempts_are_refused_and_change_nothing() {
    let way = format!("走法 直接 件数=4 {{ {} }}", message("试办 公开回复 后=\"10分钟\""));
    let plans = [plan(&one_stream("件数=4", &way))];
    let stage = Stage::new();
    let played = stage.play(&work(&plans, 1.0, 1));
    assert_eq!((played.attempts, acts(&stage, "公开回复")), (4, 4));
    let (store, district) = (&stage.office.store, stage.office.law.district);
    let kept = store.attempts(district, 0, 10).unwrap();
    assert_eq!(kept.iter().map(|a| a.attempt.act.as_str()).collect::<Vec<_>>(), ["公开回复"; 4]);
}

#[test]
fn mistakes_are_corrected_or_annulled_by_records_of_their_own() {
    let ways = message("").replace(
        "填 信箱 区委书记信箱;",
        "填 信箱 区委书记信箱; 误录 每千=500 后=\"1个工作日\" 理由=\"登记有误\" { 填 信箱 其他; };",
    );
    let ways = ways.replace(
        "办 归档 后=\"1-3个工作日\"",
        "办 归档 后=\"1-3个工作日\" { 误录 每千=250 撤销=#true 后=\"1日\" 理由=\"误归\"; }",
    );
    let plans = [plan(&one_stream("件数=8", &format!("走法 直接 件数=8 {{ {ways} }}")))];
    let stage = Stage::new();
    let work = work(&plans, 1.0, 1);
    assert_eq!(stage.play(&work).corrections, 4 + 2);
    let tally = sim::tally(&work, None);
    assert_eq!(tally.acts.iter().filter(|c| c.act == "归档").map(|c| c.count).sum::<u64>(), 8 - 2);
    assert!(stage.is_sound());
}

#[test]
fn a_year_that_was_interrupted_goes_on_where_it_stopped() {
    let way = format!("走法 直接 件数=20 {{ {} }}", message("试办 公开回复 后=\"10分钟\""));
    let plans = [plan(&one_stream("件数=20", &way))];
    let work = work(&plans, 1.0, 5);
    let (whole, broken) = (Stage::new(), Stage::new());
    whole.play(&work);
    let until = Day::from_date(2023, 7, 1).unwrap().start();
    broken.play_until(&work, Some(until)).unwrap();
    assert!((1..whole.records().len()).contains(&broken.records().len()));
    broken.play(&work);
    let acts = |stage: &Stage| stage.records().into_iter().map(told).collect::<Vec<_>>();
    assert_eq!(acts(&whole), acts(&broken));
}

#[test]
fn no_official_acts_in_two_roles_and_no_citizen_bears_an_officials_name() {
    let plans = plans();
    let stage = Stage::new();
    stage.play(&work(&plans, 0.000_2, 2));
    let parties: Vec<&str> = library()
        .procedures
        .iter()
        .flat_map(|p| p.roles.iter().filter(|r| r.party).map(|r| r.name.as_str()))
        .collect();
    let mut official = std::collections::HashMap::new();
    let records = stage.records();
    for record in &records {
        let Actor::Person { person, role, .. } = &record.actor else { continue };
        if !parties.contains(&role.as_str()) {
            let other = official.insert(person.clone(), role.clone());
            assert!(other.as_ref().is_none_or(|o| o == role), "{person}: {other:?} and {role}");
        }
    }
    for record in &records {
        let Actor::Person { person, role, .. } = &record.actor else { continue };
        assert!(!parties.contains(&role.as_str()) || !official.contains_key(person), "{person}");
    }
}

#[test]
fn the_plans_of_the_place_go_through_and_their_log_verifies() {
    let plans = plans();
    let work = work(&plans, 0.000_2, 1);
    let tally = rehearsed(&work).unwrap_or_else(|e| panic!("{e}"));
    let stage = Stage::new();
    let played = stage.play(&work);
    assert_eq!(played.moves(), tally.moves);
    assert!(played.attempts > 0 && played.corrections > 0, "{played:?}");
    assert!(stage.is_sound());
}

#[test]
fn the_plans_of_the_place_bring_what_the_report_of_the_year_says() {
    let plans = plans();
    let tally = sim::tally(&work(&plans, 0.000_2, 1), None);
    let in_2023 = |family: &str, act: &str| tally.sum(family, &[act.to_owned()], 2023);
    assert_eq!(in_2023("行政复议", "登记收件"), 91);
    assert_eq!(tally.sum("行政复议", &["登记收件".to_owned()], 2022), 50);
    assert_eq!(in_2023("行政复议", "终止审理"), 26);
    assert_eq!(in_2023("镇街决策", "确定镇级决策事项"), 8);
    assert_eq!(in_2023("重大行政决策", "集体讨论决定"), 3);
    assert_eq!(in_2023("重大行政决策后评估", "出具后评估报告"), 1);
    assert_eq!(in_2023("领导留言板", "登记留言"), 400);
    assert_eq!(in_2023("集成指挥平台", "归入专项"), 993);
    assert_eq!(in_2023("集成指挥平台", "标注问题线索"), 12);
    assert_eq!(in_2023("行政处罚", "立案"), 323 + 260);
    let platform: u64 =
        plans[1].streams.iter().filter(|s| s.family == "集成指挥平台").map(|s| s.count).sum();
    assert_eq!(platform, 1_722_500);
    assert_eq!(plans[1].streams[0].count, 1_041_200);
}

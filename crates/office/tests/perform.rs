//! One act is refused or sealed: the slice of five acts, and everything that can go wrong with one.

mod common;

use common::*;
use office::{Lang, Law, NotDone, Office, Request, Wording};
use store::MemoryStore;

#[test]
fn five_lawful_acts_are_sealed_and_the_day_of_decision_is_owed() {
    let desk = desk();
    desk.five_acts();
    let done = desk.does(&act(
        "2024-03-08 09:30",
        "复议机构",
        "发送申请书副本",
        &[("副本送达日", "2024-03-08"), ("送达方式", "直接")],
    ));
    assert_eq!(done.position, 6);
    let due = |name: &str| done.owed.iter().find(|d| d.act == name).and_then(|d| d.due.clone());
    assert_eq!(due("审结").as_deref(), Some("2024-05-06"));
    assert_eq!(due("提出书面答复").as_deref(), Some("2024-03-22"));
}

#[test]
fn a_refusal_names_every_rule_and_writes_no_record() {
    let desk = desk();
    slice()[..3].iter().for_each(|r| {
        desk.does(r);
    });
    let text = desk.refuses(&accept());
    for item in ["第三十条第一款第(一)项", "第三十条第一款第(七)项", "现在可办", "未办理「受理」"]
    {
        assert!(text.contains(item), "{item} in {text}");
    }
    assert_eq!(desk.size(), 3);
    let attempts = desk.office.store.attempts(desk.office.law.district, 0, 10).unwrap();
    assert_eq!((attempts.len(), attempts[0].attempt.act.as_str()), (1, "受理"));
}

#[test]
fn the_same_request_twice_is_done_once() {
    let desk = desk();
    desk.does(&learn());
    let first = desk.does(&file());
    let again = desk.does(&file());
    assert!(again.again && again.number == first.number && again.digest == first.digest);
    assert_eq!(desk.size(), 2);
}

#[test]
fn a_client_name_used_for_another_request_is_a_conflict() {
    let desk = desk();
    desk.does(&learn());
    desk.does(&file());
    let mut other = file();
    other.fields[0].1 = ledger::Value::from("别人");
    assert!(desk.refuses(&other).contains("已用于另一内容的请求"));
    assert_eq!(desk.size(), 2);
}

#[test]
fn a_lawful_act_in_a_wrong_role_is_refused_as_not_yours() {
    let desk = desk();
    slice()[..4].iter().for_each(|r| {
        desk.does(r);
    });
    let wrong = Request { role: "申请人".to_owned(), ..accept() };
    let text = desk.refuses(&wrong);
    assert!(text.contains("应由复议机关办理,您的身份是申请人"), "{text}");
    assert_eq!(desk.size(), 4);
    let attempts = desk.office.store.attempts(desk.office.law.district, 0, 10).unwrap();
    assert!(!attempts[0].attempt.rules.is_empty(), "the note says which rule");
}

#[test]
fn an_act_in_the_future_or_before_the_last_one_is_refused() {
    let desk = desk();
    desk.does(&learn());
    let future = Request { performed_at: Some(at("2027-01-01 09:00")), ..file() };
    assert!(desk.refuses(&future).contains("晚于现在"));
    let before = Request { performed_at: Some(at("2024-03-01 09:00")), ..file() };
    assert!(desk.refuses(&before).contains("早于本案已有的最后记录"));
    assert_eq!(desk.size(), 1);
}

#[test]
fn two_persons_on_one_matter_the_second_is_told_what_changed() {
    let desk = desk();
    desk.does(&learn());
    let seen = Some(1);
    desk.does(&Request { seen, ..file() });
    let late = Request { seen, client_act: "second".to_owned(), ..file() };
    let text = desk.refuses(&late);
    assert!(text.contains("您依据的是 1 条记录,现有 2 条(最后是 提交复议申请)"), "{text}");
}

#[test]
fn unknown_act_field_option_procedure_and_matter_are_told_with_what_is_possible() {
    let desk = desk();
    let none = Request { opens: Some("行政许可".to_owned()), ..learn() };
    let said = desk.refuses(&none);
    assert!(said.contains("现有程序:") && said.contains("、行政复议、"), "{said}");
    let graph = Request { opens: Some("other/graph.xml".to_owned()), ..learn() };
    assert!(desk.refuses(&graph).contains("是一张图,不是法律"));
    assert!(desk.refuses(&file()).contains("没有这个案件「M」"));
    desk.does(&learn());
    assert!(
        desk.refuses(&act("2024-03-05", "申请人", "提交复议申青", &[]))
            .contains("是否想写「提交复议申请」")
    );
    assert!(
        desk.refuses(&act("2024-03-05", "申请人", "提交复议申请", &[("名字", "甲")]))
            .contains("没有「名字」这一项")
    );
    let option = act("2024-03-05", "申请人", "提交复议申请", &[("申请方式", "当门")]);
    assert!(desk.refuses(&option).contains("是否想写「当面」"));
    let missing = act("2024-03-05", "申请人", "提交复议申请", &[]);
    assert!(desk.refuses(&missing).contains("没有填写「申请人姓名」"));
    let twice = Request { client_act: "again".to_owned(), ..learn() };
    assert!(desk.refuses(&twice).contains("案号已经使用"));
}

#[test]
fn what_the_clock_does_first_stays_although_the_act_is_refused() {
    let desk = desk();
    slice()[..3].iter().for_each(|r| {
        desk.does(r);
    });
    let late = Request { performed_at: Some(at("2024-03-20 09:00")), ..accept() };
    desk.refuses(&late);
    let page = desk.office.matter("M", at("2024-03-20 10:00")).unwrap().unwrap();
    let names: Vec<&str> = page.records[3..].iter().map(|r| r.act.as_str()).collect();
    assert!(names.contains(&"视为受理") && names.contains(&"breach"), "{names:?}");
}

#[test]
fn personal_values_are_in_no_record_and_a_guard_never_sees_them() {
    let desk = desk();
    desk.does(&learn());
    let number = desk.does(&file()).number;
    let district = desk.office.law.district;
    let bytes = desk.office.store.record(district, number).unwrap().unwrap().bytes;
    assert!(!String::from_utf8_lossy(&bytes).contains("周一鸣"));
    let kept = desk.office.store.private_values(district, number).unwrap();
    assert!(kept.iter().any(|d| d.value == ledger::Value::from("周一鸣")));
    assert!(desk.office.store.destroy_private_value(district, number, "申请人姓名").unwrap());
    let verifier = desk.office.verifier().unwrap();
    assert!(desk.office.verify(&verifier, None).unwrap().is_sound());
}

#[test]
fn a_personal_choice_is_one_of_its_options_and_stays_out_of_the_log() {
    let law = r#"
年 2024 依据="试" 工作日数=262 { }
程序 试 版本="1" 施行="2024-01-01" 定版=登记 {
    角色 办
    行为 登记 由=办 依据=内部 理由="试" { 字段 性别 类型=选项 选项="男 女" 必填=#true 个人=#true; 字段 生日 类型=日期 个人=#true; }
}
"#;
    let path = "procedures/试/procedure.kdl".to_owned();
    let library = content::load(&[content::Source { path, text: law.to_owned() }]).unwrap();
    let clock = std::sync::Arc::new(office::VirtualClock::at(at("2024-06-03 09:00")));
    let signer = ledger::Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), std::sync::Arc::new(MemoryStore::new()));
    let words = Wording::new(Lang::Zh);
    let desk = Desk { office: Office::new(law, store, clock.clone(), Some(signer), words), clock };
    let ask = |fields: &[(&str, &str)]| {
        let request = act("2024-03-01 09:00", "办", "登记", fields);
        Request { opens: Some("试".to_owned()), ..request }
    };
    let said = desk.refuses(&ask(&[("性别", "甲")]));
    assert!(said.contains("男") && said.contains("女"), "{said}");
    let number = desk.does(&ask(&[("性别", "女"), ("生日", "1990-05-01")])).number;
    let bytes = desk.office.store.record(desk.office.law.district, number).unwrap().unwrap().bytes;
    let sealed = String::from_utf8_lossy(&bytes);
    assert!(!sealed.contains("女") && !sealed.contains("1990"), "{sealed}");
    assert!(desk.office.verify(&desk.office.verifier().unwrap(), None).unwrap().is_sound());
}

#[test]
fn a_reported_act_the_law_would_refuse_is_sealed_as_irregular() {
    let desk = desk();
    slice()[..3].iter().for_each(|r| {
        desk.does(r);
    });
    let done = desk.does(&Request { reported: true, ..accept() });
    assert!(done.irregular.iter().any(|r| r.article.contains("行政复议法@2023#30.1")));
    let verifier = desk.office.verifier().unwrap();
    assert!(desk.office.verify(&verifier, None).unwrap().is_sound());
}

#[test]
fn a_group_is_answered_item_by_item() {
    let desk = desk();
    let wrong = act("2024-03-04 09:15", "申请人", "无此行为", &[]);
    let answers = desk.office.perform_all(&[learn(), wrong, file()]).unwrap();
    let ok: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [true, false, true]);
    assert!(matches!(answers[1], Err(NotDone::Invalid(_))));
}

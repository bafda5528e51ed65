//! Amounts are sealed as the law works them out, whoever enters what.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use ledger::Value;
use office::{Lang, Law, Office, Request, VirtualClock, Wording};
use store::MemoryStore;

const LAW: &str = r#"
程序 试 版本="1" 施行="2024-01-01" 定版=处罚 {
    角色 办 类=机关
    行为 处罚 由=办 { 字段 罚款 类型=金额 必填=#true; 字段 天数 类型=整数 必填=#true; 字段 加罚 类型=金额 必填=#true; }
    算 加罚 依据=内部 理由=因 { 计息 罚款 天数 日率=30000 封顶=罚款; }
}
地方 "320507" 名称=试 { 机关 局 { 担任 办; }; }
年 2024 { }
"#;

fn desk() -> Desk {
    let path = "procedures/试/procedure.kdl".to_owned();
    let library = content::load(&[Source { path, text: LAW.to_owned() }]).unwrap();
    let clock = Arc::new(VirtualClock::at(at("2024-06-03 09:00")));
    let signer = ledger::Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    let office = Office::new(law, store, clock.clone(), Some(signer), Wording::new(Lang::Zh));
    Desk { office, clock }
}

fn penalty(entered: &[(&str, i64)]) -> Request {
    let fields = entered.iter().map(|(name, n)| ((*name).to_owned(), Value::Integer(*n)));
    let request = act("2024-03-01 09:00", "办", "处罚", &[]);
    Request { opens: Some("试".to_owned()), fields: fields.collect(), ..request }
}

fn sealed(desk: &Desk, number: u64) -> String {
    let record = desk.office.store.record(desk.office.law.district, number).unwrap().unwrap();
    String::from_utf8(record.bytes).unwrap()
}

fn is_sound(desk: &Desk) -> bool {
    desk.office.verify(&desk.office.verifier().unwrap(), None).unwrap().is_sound()
}

#[test]
fn what_the_law_works_out_is_sealed_with_the_act() {
    let desk = desk();
    let done = desk.does(&penalty(&[("罚款", 2_000_000), ("天数", 29)]));
    assert!(sealed(&desk, done.number).contains(r#""加罚":1740000"#));
    assert!(is_sound(&desk));
}

#[test]
fn an_amount_entered_otherwise_is_refused_and_nothing_is_sealed() {
    let desk = desk();
    let text = desk.refuses(&penalty(&[("罚款", 2_000_000), ("天数", 29), ("加罚", 1)]));
    assert!(text.starts_with("未办理「处罚」") && text.contains("加罚"), "{text}");
    assert_eq!(desk.size(), 0);
    desk.does(&penalty(&[("罚款", 2_000_000), ("天数", 29), ("加罚", 1_740_000)]));
}

#[test]
fn an_amount_reported_otherwise_stays_and_is_sealed_as_irregular() {
    let desk = desk();
    let entered = penalty(&[("罚款", 2_000_000), ("天数", 29), ("加罚", 1)]);
    let done = desk.does(&Request { reported: true, ..entered });
    assert_eq!(done.irregular.len(), 1);
    assert!(sealed(&desk, done.number).contains(r#""加罚":1,"#));
    assert!(is_sound(&desk));
}

#[test]
fn nobody_is_asked_for_what_the_law_works_out() {
    let desk = desk();
    let said = desk.refuses(&penalty(&[("罚款", 2_000_000)]));
    assert!(said.contains("没有填写「天数」") && !said.contains("加罚"), "{said}");
    let said = desk.refuses(&penalty(&[("错", 1)]));
    assert!(said.contains("天数") && !said.contains("加罚"), "{said}");
}

#[test]
fn what_cannot_be_worked_out_is_not_called_an_empty_field() {
    let desk = desk();
    let said = desk.refuses(&penalty(&[("罚款", i64::MAX), ("天数", i64::MAX)]));
    assert!(said.contains("「加罚」由程序算出"), "{said}");
}

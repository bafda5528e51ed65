//! Who may act: appointments, deputies and certificates are matters, and prove a person or do not.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use content::Source;
use kernel::Instant;
use ledger::{Actor, Sm2Signer, Value};
use office::{AUTHORITY, Lang, Law, NotDone, Office, Request, VirtualClock, Wording};
use store::MemoryStore;

const CONTENT: &str = r#"
年 2024 依据="试" 工作日数=262 { }
程序 登记簿 版本="一" 施行="2020-01-01" 定版=开簿 {
    角色 人事
    行为 开簿 由=人事 依据=内部 理由="试"
    行为 闭簿 由=人事 依据=内部 理由="试"
    前置 开簿 闭簿 依据=内部 理由="试"
}
程序 任职 版本="一" 施行="2020-01-01" 定版=任命 {
    角色 人事
    行为 任命 由=人事 依据=内部 理由="试" { 字段 机关 类型=文本 必填=#true; 写入 在任=#true; }
    行为 免职 由=人事 依据=内部 理由="试" { 写入 在任=#false; }
    前置 任命 免职 依据=内部 理由="试"
}
程序 代理 版本="一" 施行="2020-01-01" 定版=委托 {
    角色 人事
    行为 委托 由=人事 依据=内部 理由="试" { 写入 有效=#true; }
    行为 期满 自动=#true 依据=内部 理由="试" { 写入 有效=#false; }
    前置 委托 期满 间隔="10日" 止=满 依据=内部 理由="试"
}
程序 证件 版本="一" 施行="2020-01-01" 定版=核发 {
    角色 人事
    行为 核发 由=人事 依据=内部 理由="试" { 写入 有效=#true; }
    行为 注销 由=人事 依据=内部 理由="试" { 写入 有效=#false; }
    前置 核发 注销 依据=内部 理由="试"
}
程序 办 版本="一" 施行="2020-01-01" 定版=收件 {
    角色 执法人员; 角色 当事人 类=当事人
    行为 收件 由=执法人员 依据=内部 理由="试" { 字段 事由 类型=文本; }
    行为 答复 由=执法人员 依据=内部 理由="试"
    行为 补充 由=当事人 依据=内部 理由="试"
}
地方 "320507" 名称="试" {
    机关 某局 { 担任 执法人员; }
    核验 任职 键="任职/{人}/{角色}" 项=在任 机关=机关 角色=执法人员 开簿=任职登记 依据=内部 理由="凭任职办理"
    核验 代理 键="代理/{人}/{角色}" 项=有效 角色=执法人员 开簿=任职登记 依据=内部 理由="凭代理办理"
    核验 证件 键="证件/{人}" 项=有效 角色=执法人员 缺一不可=#true 开簿=证件登记 依据=内部 理由="凭证件办理"
}
"#;

struct House {
    office: Office,
    clock: Arc<VirtualClock>,
}

fn house() -> House {
    let source = Source { path: "procedures/办/procedure.kdl".into(), text: CONTENT.into() };
    let library = content::load(&[source]).unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at("2024-03-01 09:00")));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    let wording = Wording::new(Lang::Zh);
    House { office: Office::new(law, store, clock.clone(), Some(signer), wording), clock }
}

impl House {
    fn request(&self, family: &str, matter: &str, role: &str, name: &str, who: &str) -> Request {
        let now: Instant = self.office.now();
        Request {
            matter: matter.to_owned(),
            opens: self.office.load(matter).unwrap().is_none().then(|| family.to_owned()),
            act: name.to_owned(),
            persons: vec![who.to_owned()],
            role: role.to_owned(),
            performed_at: None,
            client_act: format!("{matter} {name} {who} {now}"),
            ..Request::default()
        }
    }

    /// The register's clerk enters something.
    fn enters(&self, family: &str, matter: &str, name: &str, fields: &[(&str, &str)]) {
        let mut request = self.request(family, matter, "人事", name, "人事员");
        request.fields = fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
        self.office.perform(&request).unwrap_or_else(|why| panic!("{matter} {name}: {why}"));
    }

    fn tries(&self, matter: &str, name: &str, who: &str) -> Result<office::Done, NotDone> {
        self.office.perform(&self.request("办", matter, "执法人员", name, who))
    }

    fn refused(&self, matter: &str, name: &str, who: &str) -> String {
        match self.tries(matter, name, who) {
            Err(NotDone::Refused(refused)) => refused.text,
            other => panic!("{other:?}"),
        }
    }

    fn sound(&self) -> bool {
        self.office.verify(&self.office.verifier().unwrap(), None).unwrap().is_sound()
    }
}

#[test]
fn only_while_the_register_is_open_is_anybody_asked() {
    let house = house();
    house.tries("一", "收件", "甲").unwrap();
    house.enters("登记簿", "任职登记", "开簿", &[]);
    let said = house.refused("一", "答复", "甲");
    assert!(said.contains("甲") && said.contains("任职/甲/执法人员"), "{said}");
    assert!(said.contains("凭任职办理"), "on what ground: {said}");
    house.enters("登记簿", "任职登记", "闭簿", &[]);
    house.tries("一", "答复", "甲").unwrap();
    assert!(house.sound());
}

#[test]
fn an_appointment_proves_the_person_and_names_the_organ() {
    let house = house();
    house.enters("登记簿", "任职登记", "开簿", &[]);
    house.enters("任职", "任职/甲/执法人员", "任命", &[("机关", "城管局")]);
    let done = house.tries("一", "收件", "甲").unwrap();
    let record = house.office.store.record(house.office.law.district, done.number).unwrap();
    let record = record.unwrap().read().unwrap();
    let Actor::Person { organ, .. } = &record.actor else { panic!() };
    assert_eq!(organ, "城管局");
    let proven = record.payload.get(AUTHORITY).unwrap().as_map().unwrap();
    let entries = proven.get("甲").unwrap().as_map().unwrap();
    assert_eq!(entries.get("任职/甲/执法人员").and_then(Value::as_integer), Some(1));
    house.enters("任职", "任职/甲/执法人员", "免职", &[]);
    house.refused("一", "答复", "甲");
    assert!(house.sound());
}

#[test]
fn a_deputy_may_act_until_the_end_of_the_last_day() {
    let house = house();
    house.enters("登记簿", "任职登记", "开簿", &[]);
    house.enters("代理", "代理/乙/执法人员", "委托", &[]);
    house.tries("一", "收件", "乙").unwrap();
    house.clock.set(at("2024-03-11 23:59"));
    house.tries("二", "收件", "乙").unwrap();
    house.clock.set(at("2024-03-12 00:01"));
    house.refused("三", "收件", "乙");
    assert!(house.sound());
}

#[test]
fn a_certificate_is_asked_for_beside_the_appointment() {
    let house = house();
    house.enters("登记簿", "任职登记", "开簿", &[]);
    house.enters("登记簿", "证件登记", "开簿", &[]);
    house.enters("任职", "任职/甲/执法人员", "任命", &[("机关", "城管局")]);
    let said = house.refused("一", "收件", "甲");
    assert!(said.contains("证件/甲") && !said.contains("任职/甲"), "{said}");
    house.enters("证件", "证件/甲", "核发", &[]);
    house.tries("一", "收件", "甲").unwrap();
    house.enters("证件", "证件/甲", "注销", &[]);
    house.refused("一", "答复", "甲");
    assert!(house.sound());
}

#[test]
fn every_signer_is_asked_and_a_party_never_is() {
    let house = house();
    house.enters("登记簿", "任职登记", "开簿", &[]);
    house.enters("任职", "任职/甲/执法人员", "任命", &[("机关", "城管局")]);
    let mut request = house.request("办", "一", "执法人员", "收件", "甲");
    request.persons.push("丙".to_owned());
    let Err(NotDone::Refused(refused)) = house.office.perform(&request) else { panic!() };
    assert!(refused.text.contains("丙") && !refused.text.contains("「甲」"), "{}", refused.text);
    house.tries("一", "收件", "甲").unwrap();
    let party = house.request("办", "一", "当事人", "补充", "路人");
    house.office.perform(&party).unwrap_or_else(|why| panic!("{why}"));
    assert!(house.sound());
}

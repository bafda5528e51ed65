//! The registers of the district: who may act on the spot, by appointment, deputy and certificate.

#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use content::FieldType;
use ledger::{Actor, Value};
use office::{AUTHORITY, Done, NotDone, Request};

/// Shows the certificates, the first act of a penalty on the spot.
const SHOW: &str = "出示执法证件";

impl Desk {
    /// A request at a moment; required fields that decide nothing are filled in.
    fn asks(
        &self,
        when: &str,
        family: &str,
        matter: &str,
        by: (&str, &str),
        name: &str,
    ) -> Request {
        self.clock.set(at(when));
        let (role, persons) = by;
        let library = &self.office.law.library;
        let procedure = library.procedures.iter().rfind(|p| p.family == family).unwrap();
        let act = procedure.acts.iter().find(|a| a.name == name).unwrap();
        let required = act.inputs.iter().filter(|input| input.required);
        let given = required.map(|input| {
            let field = procedure.fields.iter().find(|f| f.id == input.field).unwrap();
            let value = match field.kind {
                FieldType::YesNo => "是".to_owned(),
                FieldType::Integer => "60".to_owned(),
                FieldType::Date => when[..10].to_owned(),
                FieldType::Choice => field.options[0].clone(),
                _ => "甲".to_owned(),
            };
            (field.name.clone(), Value::from(value.as_str()))
        });
        Request {
            matter: matter.to_owned(),
            opens: self.office.load(matter).unwrap().is_none().then(|| family.to_owned()),
            act: name.to_owned(),
            fields: given.collect(),
            persons: persons.split(' ').map(str::to_owned).collect(),
            role: role.to_owned(),
            client_act: format!("{matter} {name} {when} {persons}"),
            ..Request::default()
        }
    }

    /// Enters something into a register; the clerk of a role is named after it.
    fn enters(
        &self,
        when: &str,
        entry: (&str, &str),
        role: &str,
        name: &str,
        fields: &[(&str, &str)],
    ) {
        let clerk = format!("{role}员");
        let mut request = self.asks(when, entry.0, entry.1, (role, &clerk), name);
        for (field, value) in fields {
            request.fields.retain(|(known, _)| known != field);
            request.fields.push(((*field).to_owned(), Value::from(*value)));
        }
        self.does(&request);
    }

    fn appoints(&self, person: &str, role: &str, organ: &str) {
        let entry = ("任职", &*format!("任职/{person}/{role}"));
        let fields = [("任职人员", person), ("任职角色", role), ("任职机关", organ)];
        self.enters("2023-03-01 09:00", entry, "任免机关", "任命", &fields);
    }

    /// From the application to the certificate.
    fn certifies(&self, person: &str, kind: &str) {
        let key = match kind {
            "行政执法证" => format!("执法证/{person}"),
            _ => format!("监督证/{person}"),
        };
        let entry = ("执法证件", &*key);
        let who = [("姓名", person), ("证件种类", kind)];
        self.enters("2023-03-01 10:00", entry, "申领机关", "申领申请", &who);
        self.enters("2023-03-06 09:00", entry, "司法行政部门", "资格审查", &[]);
        self.enters("2023-03-20 09:00", entry, "司法行政部门", "岗前培训", &[]);
        self.enters("2023-03-27 09:00", entry, "司法行政部门", "资格考试", &[]);
        let until = [("有效期至", "2023-12-31"), ("审验有效至", "2024-03-31")];
        self.enters("2023-04-03 09:00", entry, "发证机关", "核发", &until);
    }

    fn opens(&self, register: &str) {
        self.enters("2023-04-03 10:00", ("登记簿", register), "登记机关", "开簿", &[]);
    }

    fn tries(&self, when: &str, matter: &str, persons: &str) -> Result<Done, NotDone> {
        let request = self.asks(when, "行政处罚简易程序", matter, ("执法人员", persons), SHOW);
        self.office.perform(&request)
    }

    fn refused(&self, when: &str, persons: &str) -> String {
        match self.tries(when, &format!("不成 {when}"), persons) {
            Err(NotDone::Refused(refused)) => refused.text,
            other => panic!("{persons} at {when}: {other:?}"),
        }
    }

    fn sound(&self) -> bool {
        self.office.verify(&self.office.verifier().unwrap(), None).unwrap().is_sound()
    }
}

/// The clerks, two officers with certificates, a third one without, and the registers open.
fn filled() -> Desk {
    let desk = desk();
    let clerks = [
        "任免机关",
        "人事机构",
        "登记机关",
        "申领机关",
        "司法行政部门",
        "发证机关",
        "执法监督人员",
    ];
    clerks.iter().for_each(|role| desk.appoints(&format!("{role}员"), role, "某机关"));
    ["张一", "李二", "王三"].iter().for_each(|who| desk.appoints(who, "执法人员", "城管局"));
    ["张一", "李二", "赵四"].iter().for_each(|who| desk.certifies(who, "行政执法证"));
    desk.certifies("执法监督人员员", "行政执法监督证");
    ["登记簿/任职", "登记簿/执法证件"].iter().for_each(|register| desk.opens(register));
    desk
}

#[test]
fn two_certified_officers_act_and_the_record_says_what_proved_them() {
    let desk = filled();
    let done = desk.tries("2023-06-01 09:00", "一", "张一 李二").unwrap();
    let record = desk.office.store.record(desk.office.law.district, done.number).unwrap();
    let record = record.unwrap().read().unwrap();
    let Actor::Person { organ, .. } = &record.actor else { panic!() };
    assert_eq!(organ, "城管局", "the organ of the appointment");
    let proven = record.payload.get(AUTHORITY).unwrap().as_map().unwrap();
    let entries = |who: &str| proven.get(who).unwrap().as_map().unwrap().clone();
    assert_eq!(entries("张一").get("执法证/张一").and_then(Value::as_integer), Some(5));
    assert!(entries("李二").get("任职/李二/执法人员").is_some());
    assert!(desk.sound());
}

#[test]
fn an_officer_without_a_certificate_is_refused_with_the_article() {
    let desk = filled();
    let said = desk.refused("2023-06-01 09:00", "张一 王三");
    assert!(said.contains("第四十二条第一款"), "{said}");
    assert!(said.contains("王三") && said.contains("执法证/王三"), "{said}");
    desk.certifies("王三", "行政执法证");
    desk.tries("2023-06-01 10:00", "二", "张一 王三").unwrap();
    assert!(desk.sound());
}

#[test]
fn a_certificate_for_another_field_proves_nothing_here() {
    let desk = filled();
    let on_the_spot = "行政处罚简易程序";
    desk.tries("2023-06-01 09:00", "九", "张一 李二").unwrap();
    let by = ("执法人员", "张一 李二");
    let look = |when: &str| {
        let mut request = desk.asks(when, on_the_spot, "九", by, "当场调查");
        request.fields.retain(|(name, _)| name != "适用规定");
        request.fields.push(("适用规定".to_owned(), Value::from("住建城管")));
        request
    };
    let said = desk.refuses(&look("2023-06-01 09:10"));
    assert!(said.contains("住建城管") && said.contains("执法证/张一"), "{said}");
    for who in ["张一", "李二"] {
        let key = format!("执法证/{who}");
        let change = [("变更事项", "执法领域"), ("执法领域", "市场监管 住建城管")];
        desk.enters("2023-06-01 09:20", ("执法证件", &key), "司法行政部门", "变更登记", &change);
    }
    desk.does(&look("2023-06-01 09:30"));
    assert!(desk.sound());
}

#[test]
fn one_officer_alone_is_too_few() {
    let desk = filled();
    let said = desk.refused("2023-06-01 09:00", "张一");
    assert!(said.contains("第四十二条第一款"), "{said}");
    assert!(desk.sound());
}

#[test]
fn a_suspended_certificate_proves_nothing_until_it_is_given_back() {
    let desk = filled();
    let entry = ("执法证件", "执法证/李二");
    desk.enters("2023-06-01 09:00", entry, "执法监督人员", "暂扣证件", &[]);
    let said = desk.refused("2023-06-01 09:01", "张一 李二");
    assert!(said.contains("执法证/李二") && !said.contains("执法证/张一"), "{said}");
    desk.enters("2023-06-20 09:00", entry, "司法行政部门", "离岗补训", &[]);
    desk.enters("2023-06-21 09:00", entry, "司法行政部门", "返还证件", &[]);
    desk.tries("2023-06-21 09:01", "三", "张一 李二").unwrap();
    assert!(desk.sound());
}

#[test]
fn who_has_no_supervision_certificate_cannot_suspend() {
    let desk = filled();
    desk.appoints("钱五", "执法监督人员", "某机关");
    let by = ("执法监督人员", "钱五");
    let request = desk.asks("2023-06-01 09:00", "执法证件", "执法证/李二", by, "暂扣证件");
    assert!(desk.refuses(&request).contains("监督证/钱五"));
    assert!(desk.sound());
}

#[test]
fn a_certificate_ends_with_its_last_day() {
    let desk = filled();
    desk.tries("2023-12-31 23:59", "四", "张一 李二").unwrap();
    desk.refused("2024-01-01 00:01", "张一 李二");
    assert!(desk.sound());
}

#[test]
fn the_absent_are_refused_and_their_deputy_may() {
    let desk = filled();
    let leave = [("请假自", "2023-06-05"), ("请假至", "2023-06-07")];
    let entry = ("任职", "任职/李二/执法人员");
    desk.enters("2023-06-01 09:00", entry, "人事机构", "请假", &leave);
    desk.tries("2023-06-04 23:59", "五", "张一 李二").unwrap();
    let said = desk.refused("2023-06-05 09:00", "张一 李二");
    assert!(said.contains("任职/李二/执法人员") && said.contains("代理/李二"), "{said}");
    desk.refused("2023-06-05 09:01", "张一 赵四");
    let days = [("代理自", "2023-06-05"), ("代理至", "2023-06-07"), ("代理机关", "城管局")];
    let entry = ("岗位代理", "代理/赵四/执法人员");
    desk.enters("2023-06-05 09:02", entry, "任免机关", "委派代理", &days);
    desk.tries("2023-06-07 23:59", "六", "张一 赵四").unwrap();
    desk.refused("2023-06-08 00:01", "张一 赵四");
    desk.tries("2023-06-08 09:00", "七", "张一 李二").unwrap();
    assert!(desk.sound());
}

#[test]
fn a_closed_register_is_not_asked() {
    let desk = filled();
    desk.enters("2023-06-01 09:00", ("登记簿", "登记簿/执法证件"), "登记机关", "闭簿", &[]);
    desk.tries("2023-06-01 09:01", "八", "张一 王三").unwrap();
    desk.refused("2023-06-01 09:02", "张一 赵四");
    assert!(desk.sound());
}

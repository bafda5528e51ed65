//! The links of the real content, each chain played in one store: what is done in one matter is
//! known in the other and has its effect there.

#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use content::FieldType;
use ledger::{Record, Standing, Value};
use office::{Done, NotDone, Request};

/// A matter and its procedure.
type Matter = (&'static str, &'static str);

const TICKET: Matter = ("工一", "集成指挥平台");
const PENALTY: Matter = ("罚一", "行政处罚");
const REVIEW: Matter = ("复一", "行政复议");
const TRANSFER: Matter = ("移一", "行政处罚涉嫌犯罪移送");
const EXECUTION: Matter = ("执一", "行政处罚申请法院强制执行");
const CATALOGUE: Matter = ("目一", "重大行政决策目录");
const DECISION: Matter = ("策一", "重大行政决策");

impl Desk {
    /// A request; required fields that are not given hold anything of their type.
    fn asks(&self, (matter, family): Matter, when: &str, name: &str, given: &str) -> Request {
        let now = at(when);
        let library = &self.office.law.library;
        let procedure = library.governing(family, now.day()).unwrap();
        let act = procedure.acts.iter().find(|a| a.name == name).unwrap();
        let role = procedure.roles[act.roles[0].index()].name.as_str();
        let pairs = given.split_whitespace().filter_map(|pair| pair.split_once('='));
        let mut fields: Vec<(String, Value)> =
            pairs.map(|(k, v)| (k.to_owned(), Value::from(v))).collect();
        let required = act.inputs.iter().filter(|i| i.required && !procedure.computes(i.field));
        for field in required.map(|input| procedure.field(input.field)) {
            let value = match field.kind {
                FieldType::YesNo => "是",
                FieldType::Integer | FieldType::Money => "1",
                FieldType::Date => &when[..10],
                FieldType::Choice => &field.options[0],
                _ => "甲",
            };
            if !fields.iter().any(|(name, _)| *name == field.name) {
                fields.push((field.name.clone(), Value::from(value)));
            }
        }
        let is_new = self.office.load(matter).unwrap().is_none();
        Request {
            matter: matter.to_owned(),
            opens: is_new.then(|| family.to_owned()),
            fields,
            persons: vec![format!("{role}甲"), format!("{role}乙")],
            ..act_of(when, role, name, matter)
        }
    }

    fn done(&self, matter: Matter, when: &str, name: &str, given: &str) -> Done {
        self.does(&self.asks(matter, when, name, given))
    }

    /// Enters what happened before, whether or not each step between was lawful.
    fn told(&self, matter: Matter, when: &str, name: &str, given: &str) -> Done {
        let asked = self.asks(matter, when, name, given);
        self.does(&Request { reported: true, ..asked })
    }

    fn is_refused(&self, matter: Matter, when: &str, name: &str, given: &str) -> String {
        match self.office.perform(&self.asks(matter, when, name, given)) {
            Err(NotDone::Refused(refused)) => refused.text,
            other => panic!("{name}: {other:?}"),
        }
    }

    fn last(&self, (matter, _): Matter) -> Record {
        let stored = self.office.store.matter_records(self.office.law.district, matter, 0);
        stored.unwrap().last().unwrap().read().unwrap()
    }

    /// The last record of a matter is this act, reported, with this value.
    fn knows(&self, matter: Matter, name: &str, (field, value): (&str, &str)) {
        let last = self.last(matter);
        let held = last.payload.get(field).and_then(Value::as_text).map(str::to_owned);
        assert_eq!((&*last.act, held.as_deref()), (name, Some(value)));
        assert!(!matches!(last.standing, Standing::Observed));
    }

    fn is_sound(&self) {
        let verified = self.office.verify(&self.office.verifier().unwrap(), None).unwrap();
        assert!(verified.is_sound(), "{:?}", verified.unlawful);
    }

    /// A penalty of 21 000 yuan that was decided and served.
    fn penalty_served(&self) {
        self.told(PENALTY, "2024-01-03 09:00", "线索登记", "适用规定=一般规定");
        self.told(PENALTY, "2024-01-05 09:00", "立案", "");
        self.told(PENALTY, "2024-02-01 09:00", "审查调查结果", "决定罚款额=2100000");
        self.told(PENALTY, "2024-02-01 10:00", "作出处罚决定", "应当公示=否");
        self.told(PENALTY, "2024-02-02 09:00", "送达决定书", "");
    }

    /// A review of it that was accepted and is on its way to the respondent.
    fn review_accepted(&self) {
        self.told(REVIEW, "2024-02-19 09:00", "提交复议申请", "行为数=1");
        self.told(REVIEW, "2024-02-20 09:00", "登记收件", "处罚事项号=罚一");
        self.told(REVIEW, "2024-02-21 09:00", "受理", "适用程序=普通");
        self.done(REVIEW, "2024-02-22 09:00", "发送申请书副本", "副本送达日=2024-02-22");
    }
}

fn act_of(when: &str, role: &str, name: &str, matter: &str) -> Request {
    Request { client_act: format!("{matter} {name} {when}"), ..act(when, role, name, &[]) }
}

#[test]
fn a_complaint_becomes_a_lead_and_its_end_comes_back() {
    let desk = desk();
    desk.done(TICKET, "2024-03-04 09:00", "受理登记", "");
    let lead = "转入程序=执法 转办编号=罚一 线索摘要=无证经营";
    let said = desk.is_refused(TICKET, "2024-03-04 10:00", "转行政程序", lead);
    assert!(said.contains("罚一") && said.contains("适用规定"), "{said}");
    assert!(desk.office.load(PENALTY.0).unwrap().is_none(), "nothing is half done");
    let lead = format!("{lead} 适用规定=市场监管");
    desk.done(TICKET, "2024-03-04 10:00", "转行政程序", &lead);
    desk.knows(PENALTY, "线索登记", ("来源事项号", "工一"));
    desk.knows(PENALTY, "线索登记", ("线索内容", "无证经营"));
    desk.done(PENALTY, "2024-03-08 09:00", "核查", "违法行为终了日=2024-03-01");
    desk.done(PENALTY, "2024-03-11 09:00", "不予立案", "");
    desk.knows(TICKET, "登记转办结果", ("转办结果", "不予立案"));
    desk.is_sound();
}

#[test]
fn a_review_is_known_in_the_penalty_and_its_end_takes_effect_there() {
    let desk = desk();
    desk.penalty_served();
    desk.review_accepted();
    desk.knows(PENALTY, "登记申请救济", ("救济申请日", "2024-02-19"));
    desk.told(REVIEW, "2024-03-01 09:00", "决定停止执行", "");
    desk.knows(PENALTY, "登记停止执行", ("停止执行范围", "甲"));
    let said = desk.is_refused(PENALTY, "2024-03-04 09:00", "其他处罚执行完毕", "");
    assert!(said.contains("第73条") || said.contains("登记救济终结"), "{said}");
    desk.told(REVIEW, "2024-04-01 09:00", "负责人同意", "决定类型=撤销");
    desk.told(REVIEW, "2024-04-02 09:00", "作出复议决定", "履行情形=无 被复议行为公开=否");
    desk.done(REVIEW, "2024-04-03 09:00", "送达决定书", "受送达人=申请人");
    assert_eq!(desk.last(PENALTY).act, "登记停止执行", "the respondent does not know yet");
    desk.done(REVIEW, "2024-04-03 10:00", "送达决定书", "受送达人=被申请人");
    desk.knows(PENALTY, "登记救济终结", ("救济结果", "撤销"));
    let said = desk.is_refused(PENALTY, "2024-04-08 09:00", "缴清罚款", "");
    assert!(said.contains("登记救济终结"), "{said}");
    desk.is_sound();
}

#[test]
fn a_penalty_that_a_review_changes_is_executed_as_changed() {
    let desk = desk();
    desk.penalty_served();
    desk.review_accepted();
    desk.told(REVIEW, "2024-04-01 09:00", "负责人同意", "决定类型=变更");
    let decided = "履行情形=无 被复议行为公开=否 变更后罚款额=1000000";
    desk.told(REVIEW, "2024-04-02 09:00", "作出复议决定", decided);
    desk.done(REVIEW, "2024-04-03 10:00", "送达决定书", "受送达人=被申请人");
    desk.knows(PENALTY, "登记救济终结", ("救济结果", "变更"));
    let fine = desk.last(PENALTY).payload.get("决定罚款额").and_then(Value::as_integer);
    assert_eq!(fine, Some(1_000_000));
    desk.done(PENALTY, "2024-05-06 09:00", "转申请法院强制执行", "强制执行事项号=执一");
    let opened = desk.last(EXECUTION);
    let fine = opened.payload.get("应执行罚款额").and_then(Value::as_integer);
    assert_eq!((&*opened.act, fine), ("登记生效处罚决定", Some(1_000_000)));
    desk.knows(EXECUTION, "登记生效处罚决定", ("处罚事项号", "罚一"));
    desk.done(EXECUTION, "2024-05-20 09:00", "当事人履行", "");
    desk.knows(PENALTY, "登记执行结果", ("执行结果", "执行完毕"));
    desk.is_sound();
}

#[test]
fn what_is_handed_to_the_police_comes_back_as_another_matter() {
    let desk = desk();
    desk.told(PENALTY, "2024-01-03 09:00", "线索登记", "适用规定=一般规定");
    desk.told(PENALTY, "2024-01-05 09:00", "立案", "");
    desk.told(PENALTY, "2024-02-01 09:00", "移送司法机关", "移送事项号=移一 涉嫌罪名=非法经营");
    desk.knows(TRANSFER, "指定专案组", ("处罚事项号", "罚一"));
    desk.told(TRANSFER, "2024-02-05 09:00", "公安机关不予立案", "");
    desk.knows(PENALTY, "登记移送结果", ("移送结果", "公安机关不予立案"));
    let back = "移回后事项号=罚二 适用规定=一般规定 移回理由=不构成犯罪";
    desk.done(TRANSFER, "2024-02-20 09:00", "移回行政处理", back);
    desk.knows(PENALTY, "登记移送结果", ("移送结果", "移回行政处理"));
    desk.knows(("罚二", PENALTY.1), "线索登记", ("案源", "其他机关移送"));
    desk.is_sound();
}

#[test]
fn a_decision_begins_from_a_published_catalogue_and_ends_in_it() {
    let desk = desk();
    desk.told(CATALOGUE, "2024-01-04 09:00", "征集决策建议项目", "征集截止日=2024-01-20");
    desk.told(CATALOGUE, "2024-02-10 09:00", "报党委同意", "党委意见=同意");
    desk.done(DECISION, "2024-02-18 09:00", "列入年度目录", "目录事项号=目一 目录条目号=3");
    let start = "计划完成日=2024-12-31 决策事项=修路";
    let said = desk.is_refused(DECISION, "2024-02-19 09:00", "启动决策程序", start);
    assert!(said.contains("目一") && said.contains("公布目录"), "{said}");
    desk.done(CATALOGUE, "2024-02-20 09:00", "公布目录", "纳入事项数=3");
    desk.done(DECISION, "2024-02-21 09:00", "启动决策程序", start);
    desk.knows(CATALOGUE, "登记事项启动", ("决策事项号", "策一"));
    desk.knows(CATALOGUE, "登记事项启动", ("决策事项", "修路"));
    desk.done(DECISION, "2024-05-20 09:00", "终止决策程序", "");
    desk.knows(CATALOGUE, "登记事项结论", ("事项结论", "终止"));
    desk.is_sound();
}

//! A year's table of working days comes into force by a sealed act: until then its days are
//! provisional, and from then on open duties are due on other days.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use content::{Library, Source};
use kernel::{Day, Instant};
use ledger::{Record, Value};
use office::{BREACH, Done, Lang, Law, NotDone, Office, REDATE, Request, VirtualClock, Wording};
use store::{DutyClock, MemoryStore, Store};

const TEXT: &str = r#"
年 2026 依据="通知" { 休 "2026-12-31" 年末; }
年 2027 依据="通知" { 休 "2027-01-01" 元旦; 休 "2027-01-04" 元旦; }
年 2027 版次=2 依据="修改通知" { 休 "2027-01-01" 元旦; }
地方 "320507" 名称="苏州市相城区" {
    机关 局 { 担任 承办人; }
    年历 放假安排 事项="放假安排" 至=2026
}
程序 放假安排 版本="1" 施行="2020-01-01" {
    角色 承办人
    行为 公布放假安排 由=承办人 可重复=#true 理由="逐年公布" 依据=内部 {
        字段 年份 类型=整数 必填=#true
        字段 年历 类型=文本 必填=#true
    }
    启用年历 公布放假安排 年=年份 表=年历 依据=内部 理由="按通知"
}
程序 来件 版本="1" 施行="2020-01-01" {
    角色 承办人
    角色 来件人 类=当事人
    行为 收件 由=来件人 依据=内部 理由="收"
    行为 答复 由=承办人 依据=内部 理由="答"
    行为 期限变动 由=承办人 可重复=#true 理由="逐年" 依据=内部
    行为 告知来件人 由=承办人 可重复=#true 理由="逐年" 依据=内部
    前置 收件 答复 依据=内部 理由="先收后答"
    前置 收件 期限变动 依据=内部 理由="先收"
    前置 期限变动 告知来件人 依据=内部 理由="变动了才告知"
    应当 收件 答复 期限="5个工作日" 依据=内部 理由="五个工作日"
    应当 期限变动 告知来件人 期限="3个工作日" 重新起算=#true 依据=内部 理由="期限变动的告知来件人"
    改期 期限变动 { 答复; }
}
"#;

struct Desk {
    office: Office,
    clock: Arc<VirtualClock>,
    library: Library,
}

fn at(text: &str) -> Instant {
    let n: Vec<i32> = text.split('-').map(|t| t.parse().unwrap()).collect();
    Day::from_date(n[0], n[1] as u32, n[2] as u32).unwrap().start().plus_seconds(9 * 3600)
}

fn desk_on(store: Arc<dyn Store>) -> Desk {
    let text = TEXT.to_owned();
    let library = content::load(&[Source { path: "law.kdl".to_owned(), text }])
        .unwrap_or_else(|faults| panic!("{}", faults[0]));
    let clock = Arc::new(VirtualClock::at(at("2026-12-28")));
    let law = Law::new(library.clone(), "320507");
    let key = Some(office::new_key());
    let office = Office::new(law, store, clock.clone(), key, Wording::new(Lang::Zh));
    Desk { office, clock, library }
}

fn desk() -> Desk {
    desk_on(Arc::new(MemoryStore::new()))
}

impl Desk {
    fn asks(&self, day: &str, matter: &str, act: &str, fields: &[(&str, &str)]) -> Request {
        let is_new = self.office.load(matter).unwrap().is_none();
        let family = if act == "公布放假安排" { "放假安排" } else { "来件" };
        Request {
            matter: matter.to_owned(),
            opens: is_new.then(|| family.to_owned()),
            act: act.to_owned(),
            role: if act == "收件" { "来件人" } else { "承办人" }.to_owned(),
            persons: vec!["甲".to_owned()],
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect(),
            performed_at: Some(at(day)),
            client_act: format!("{day} {matter} {act} {fields:?}"),
            ..Request::default()
        }
    }

    fn does(&self, day: &str, matter: &str, act: &str) -> Result<Done, NotDone> {
        self.clock.set(at(day));
        self.office.perform(&self.asks(day, matter, act, &[]))
    }

    fn table(&self, year: i32, edition: i64) -> String {
        let years = &self.library.years;
        let found = years.iter().find(|y| y.year.year == year && y.edition == edition);
        found.unwrap().hash.clone()
    }

    fn loads(&self, day: &str, edition: i64) -> Result<Done, NotDone> {
        self.clock.set(at(day));
        let table = self.table(2027, edition);
        let fields = [("年份", "2027"), ("年历", table.as_str())];
        self.office.perform(&self.asks(day, "放假安排", "公布放假安排", &fields))
    }

    /// The day a duty is due as the views show it, and whether that is provisional.
    fn due(&self, matter: &str, act: &str) -> Option<(String, bool)> {
        let owed = self.office.store.owed(self.office.law.district, matter).unwrap();
        let duty = owed.into_iter().find(|open| open.duty.act == act)?;
        match duty.duty.clock {
            DutyClock::Running { due, provisional, .. } => {
                Some((Instant(due).day().to_string(), provisional))
            }
            _ => None,
        }
    }

    /// The same as a reader sees it at a moment.
    fn shown(&self, day: &str, matter: &str, act: &str) -> Option<String> {
        let page = self.office.matter(matter, at(day)).unwrap().unwrap();
        let owed = self.office.shown(&page).owed;
        owed.into_iter().find(|d| d.act == act).and_then(|d| d.due)
    }

    fn told(&self, matter: &str) -> Vec<Record> {
        let stored = self.office.store.matter_records(self.office.law.district, matter, 0).unwrap();
        stored.iter().map(|r| r.read().unwrap()).collect()
    }

    fn acts(&self, matter: &str) -> Vec<String> {
        self.told(matter).into_iter().map(|r| r.act).collect()
    }

    fn sound(&self) {
        let verified = self.office.verify(&self.office.verifier().unwrap(), None).unwrap();
        assert!(verified.is_sound(), "{verified:?}");
    }
}

#[test]
fn a_year_is_provisional_until_its_act_and_open_duties_are_due_on_other_days_from_then_on() {
    let desk = desk();
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    assert_eq!(desk.due("甲件", "答复"), Some(("2027-01-05".to_owned(), true)));
    desk.loads("2026-12-29", 1).unwrap();
    assert_eq!(desk.shown("2026-12-29", "甲件", "答复").as_deref(), Some("2027-01-07"));
    desk.clock.set(at("2026-12-30"));
    assert_eq!(desk.office.redate_all().unwrap().matters, 1);
    assert_eq!(desk.due("甲件", "答复"), Some(("2027-01-07".to_owned(), false)));
    let record = &desk.told("甲件")[1];
    assert_eq!(record.act, REDATE);
    let text = format!("{:?}", record.payload);
    assert!(text.contains("2027-01-05 provisional") && text.contains("2027-01-07"), "{text}");
    desk.sound();
}

#[test]
fn a_moved_day_creates_the_duty_to_tell() {
    let desk = desk();
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    desk.loads("2026-12-29", 1).unwrap();
    desk.clock.set(at("2026-12-30"));
    desk.office.redate_all().unwrap();
    assert_eq!(desk.acts("甲件"), ["收件", REDATE, "期限变动"]);
    assert!(desk.due("甲件", "告知来件人").is_some());
    desk.does("2026-12-31", "甲件", "告知来件人").unwrap();
    assert_eq!(desk.due("甲件", "告知来件人"), None);
    desk.sound();
}

#[test]
fn no_breach_is_told_on_an_unpublished_day_and_it_is_told_once_the_table_is_there() {
    let desk = desk();
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    desk.clock.set(at("2027-02-01"));
    assert_eq!(desk.office.sweep(at("2027-02-01")).unwrap().records, 0);
    desk.loads("2027-02-02", 1).unwrap();
    desk.clock.set(at("2027-02-03"));
    desk.office.redate_all().unwrap();
    desk.office.sweep(at("2027-02-03")).unwrap();
    let told = desk.told("甲件");
    let breach = told.iter().find(|r| r.act == BREACH).unwrap();
    assert!(Instant(breach.performed_at) >= at("2027-02-02"));
    desk.sound();
}

#[test]
fn the_next_act_comes_under_the_table_by_itself() {
    let desk = desk();
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    desk.does("2026-12-28", "乙件", "收件").unwrap();
    desk.loads("2026-12-29", 1).unwrap();
    desk.does("2027-01-06", "甲件", "答复").unwrap();
    assert!(desk.acts("甲件").contains(&REDATE.to_owned()));
    // A matter begun after it is counted on it and needs no record.
    desk.does("2027-01-06", "丙件", "收件").unwrap();
    assert_eq!(desk.due("丙件", "答复"), Some(("2027-01-13".to_owned(), false)));
    assert_eq!(desk.acts("丙件"), ["收件"]);
    desk.sound();
}

#[test]
fn an_amended_table_is_another_act_and_moves_days_back() {
    let desk = desk();
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    desk.loads("2026-12-29", 1).unwrap();
    desk.clock.set(at("2026-12-30"));
    desk.office.redate_all().unwrap();
    desk.loads("2026-12-31", 2).unwrap();
    desk.office.redate_all().unwrap();
    assert_eq!(desk.due("甲件", "答复"), Some(("2027-01-06".to_owned(), false)));
    assert_eq!(desk.acts("甲件").iter().filter(|a| *a == REDATE).count(), 2);
    desk.sound();
}

#[test]
fn a_table_that_is_in_force_or_that_the_content_does_not_have_is_refused() {
    let desk = desk();
    desk.loads("2026-12-29", 1).unwrap();
    let again = desk.loads("2026-12-30", 1).unwrap_err().to_string();
    assert!(again.contains("已经启用"), "{again}");
    let fields = [("年份", "2027"), ("年历", "abc")];
    let unknown = desk.asks("2026-12-30", "放假安排", "公布放假安排", &fields);
    let why = desk.office.perform(&unknown).unwrap_err().to_string();
    assert!(why.contains(&desk.table(2027, 2)), "{why}");
    let elsewhere = desk.asks("2026-12-30", "另一件", "公布放假安排", &fields);
    let why = desk.office.perform(&elsewhere).unwrap_err().to_string();
    assert!(why.contains("只由"), "{why}");
}

#[test]
fn views_written_again_and_another_office_on_the_same_store_say_the_same() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (desk, other) = (desk_on(store.clone()), desk_on(store));
    desk.does("2026-12-28", "甲件", "收件").unwrap();
    other.does("2026-12-28", "乙件", "收件").unwrap();
    desk.loads("2026-12-29", 1).unwrap();
    other.does("2026-12-30", "丙件", "收件").unwrap();
    other.clock.set(at("2026-12-30"));
    assert_eq!(other.office.redate_all().unwrap().matters, 2);
    let days = |d: &Desk| ["甲件", "乙件", "丙件"].map(|m| d.due(m, "答复"));
    let before = days(&desk);
    desk.office.rebuild().unwrap();
    assert_eq!(days(&desk), before);
    other.sound();
    desk_on(desk.office.store.clone()).office.load("甲件").unwrap().unwrap();
}

/// What is asked again is not decided; what comes behind it in the group is, and on the table.
#[test]
fn a_group_that_begins_with_a_repeated_request_comes_under_the_table() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (desk, other) = (desk_on(store.clone()), desk_on(store));
    let group = [("2026-12-28", "甲件"), ("2026-12-30", "乙件")]
        .map(|(day, matter)| other.asks(day, matter, "收件", &[]));
    other.office.perform(&group[0]).unwrap();
    desk.loads("2026-12-29", 1).unwrap();
    other.clock.set(at("2026-12-30"));
    let answers = other.office.perform_all(&group).unwrap();
    assert!(answers[0].as_ref().unwrap().again);
    assert_eq!(other.due("乙件", "答复"), Some(("2027-01-11".to_owned(), false)));
    other.sound();
}

/// An office that wrote last asks nobody; one that did not learns what another brought into force.
#[test]
fn a_table_is_learned_whoever_wrote_last() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (desk, other) = (desk_on(store.clone()), desk_on(store));
    for matter in ["甲件", "乙件"] {
        other.does("2026-12-28", matter, "收件").unwrap();
    }
    let group = [other.asks("2026-12-30", "丙件", "收件", &[])];
    desk.loads("2026-12-29", 1).unwrap();
    other.clock.set(at("2026-12-30"));
    other.office.perform_all(&group).unwrap();
    assert_eq!(other.due("丙件", "答复"), Some(("2027-01-11".to_owned(), false)));
    desk.does("2026-12-30", "丁件", "收件").unwrap();
    assert_eq!(desk.due("丁件", "答复"), Some(("2027-01-11".to_owned(), false)));
    other.sound();
}

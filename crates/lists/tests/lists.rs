//! Every list, written and opened again: what was in the office is in the file, as what it is.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use content::Source;
use kernel::{Day, Instant};
use ledger::{Sm2Signer, Value};
use lists::{Format, List};
use office::{Lang, Law, Office, Request, Search, VirtualClock, Wording};
use report::Questions;
use store::{MatterFilter, MatterState, MemoryStore};

const PROCEDURE: &str = r#"
程序 办 版本="一" 施行="2020-01-01" 定版=收件 {
    角色 办
    行为 收件 由=办 依据=内部 理由="试" { 字段 事由 类型=文本 必填=#true; }
    行为 受理 由=办 依据=内部 理由="试"
    行为 办结 由=办 依据=内部 理由="试"
    前置 收件 受理 依据=内部 理由="试"
    前置 受理 办结 依据=内部 理由="先受理,再办结"
    应当 收件 办结 期限="10日" 顺延=#false 依据=内部 理由="十日办结"
    应当 受理 办结 依据=内部 理由="无期限"
}
指标 收件数 题名="收件数" 单位=件 en="received" { 计数 收件; 窗口 行为日 本年; }
"#;

/// A matter that a spreadsheet program would compute.
const FORMULA: &str = "=HYPERLINK(\"x\")";

fn at(month: u32, day: u32, hour: i64) -> Instant {
    Day::from_date(2024, month, day).unwrap().start().plus_seconds(hour * 3600)
}

/// Two matters, one received on 1 March and one on 15 March 2024 and refused its end; it is 20 March.
fn office(lang: Lang) -> Office {
    let source = Source { path: "procedures/办/procedure.kdl".into(), text: PROCEDURE.into() };
    let library = content::load(&[source]).unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at(3, 20, 9)));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    let office = Office::new(law, store, clock, Some(signer), Wording::new(lang));
    for (matter, day) in [(FORMULA, 1), ("办〔2024〕2号", 15)] {
        let request = request(matter, "收件", at(3, day, 9));
        let fields = vec![("事由".to_owned(), Value::from("路灯"))];
        let opens = Some("办".to_owned());
        office.perform(&Request { fields, opens, ..request }).unwrap_or_else(|e| panic!("{e}"));
    }
    office.perform(&request("办〔2024〕2号", "办结", at(3, 20, 8))).unwrap_err();
    office
}

fn request(matter: &str, act: &str, at: Instant) -> Request {
    Request {
        matter: matter.to_owned(),
        act: act.to_owned(),
        persons: vec!["甲".to_owned()],
        role: "办".to_owned(),
        performed_at: Some(at),
        client_act: format!("{matter}{act}"),
        ..Request::default()
    }
}

fn workbook(office: &Office, list: &List) -> (String, Vec<Vec<Data>>) {
    let bytes = list.write(office, Format::Xlsx, Vec::new()).unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let (name, range) = book.worksheets().pop().unwrap();
    let formulas = book.worksheet_formula(&name).unwrap();
    assert!(formulas.is_empty(), "no cell is a formula");
    (name, range.rows().map(<[Data]>::to_vec).collect())
}

fn csv(office: &Office, list: &List) -> Vec<Vec<String>> {
    let bytes = list.write(office, Format::Csv, Vec::new()).unwrap();
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").expect("the mark of UTF-8");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn all() -> List<'static> {
    List::Matters(Search::default())
}

fn when(cell: &Data) -> String {
    let Data::DateTime(time) = cell else { panic!("{cell:?} is no date") };
    let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

#[test]
fn matters_are_read_back_as_they_were_with_dates_as_dates() {
    let (name, rows) = workbook(&office(Lang::Zh), &all());
    assert_eq!(name, "事项");
    let heading: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(heading.join(" "), "案号 程序 版本 题名 当事人 状态 开办 最近办理 记录数");
    assert_eq!(rows[1][0], Data::String("办〔2024〕2号".into()));
    assert_eq!((rows[1][5].to_string(), rows[1][8].clone()), ("在办".into(), Data::Float(1.0)));
    assert_eq!(when(&rows[1][6]), "2024-03-15 09:00");
    assert_eq!(rows[2][0], Data::String(FORMULA.into()));
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_text_that_looks_like_a_formula_is_text_in_csv_too() {
    let rows = csv(&office(Lang::Zh), &all());
    assert_eq!(rows[2][0], format!("'{FORMULA}"));
    assert_eq!(lists::unguarded(&rows[2][0]), FORMULA);
    assert_eq!(rows[1][6], "2024-03-15 09:00");
}

#[test]
fn the_filter_of_the_pages_holds_for_the_file() {
    let office = office(Lang::Zh);
    let listed = |asked| csv(&office, &List::Matters(asked)).len() - 1;
    assert_eq!(listed(Search { words: "2号".to_owned(), ..Search::default() }), 1);
    let filter = MatterFilter { state: Some(MatterState::Closed), ..MatterFilter::default() };
    assert_eq!(listed(Search { filter, ..Search::default() }), 0);
}

#[test]
fn what_is_owed_comes_in_the_order_it_falls_due_and_then_what_has_no_limit() {
    let office = office(Lang::Zh);
    office.perform(&request("办〔2024〕2号", "受理", at(3, 20, 8))).unwrap();
    let rows = csv(&office, &List::Owed { until: None });
    let told: Vec<String> = rows[1..].iter().map(|r| [&*r[0], &r[1], &r[6]].join(" ")).collect();
    assert_eq!(told, [format!("2024-03-11 已逾期 '{FORMULA}"), " 无期限 办〔2024〕2号".to_owned()]);
    let soon = csv(&office, &List::Owed { until: Some(at(3, 21, 0)) });
    assert_eq!(soon.len(), 2);
    let (_, rows) = workbook(&office, &List::Owed { until: None });
    assert_eq!(when(&rows[1][0]), "2024-03-11 00:00");
}

#[test]
fn figures_and_the_acts_behind_one_are_listed() {
    let office = office(Lang::En);
    let questions = Questions::all(&office.law.library, 2024).unwrap();
    let report = office.report(&questions, &mut |_, _| {}).unwrap();
    let (name, rows) = workbook(&office, &List::Figures(&report));
    assert_eq!((name.as_str(), rows[0][1].to_string()), ("figures", "name".to_owned()));
    assert_eq!(rows[1][1], Data::String("received".into()));
    assert_eq!((&rows[1][3], &rows[1][7]), (&Data::Float(2.0), &Data::Float(2.0)));
    let acts = csv(&office, &List::Acts(&report.figures[0]));
    let told: Vec<String> = acts[1..].iter().map(|r| r[..3].join(" ")).collect();
    assert_eq!(told, ["1 2024-03-01 09:00 收件", "2 2024-03-15 09:00 收件"]);
    assert_eq!(acts[1][4].len(), 64);
}

#[test]
fn refused_requests_are_listed_with_their_rules() {
    let rows = csv(&office(Lang::Zh), &List::Attempts);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][..6].join(" "), "1 2024-03-20 08:00 办〔2024〕2号 办结 甲 办");
    assert!(!rows[1][7].is_empty());
}

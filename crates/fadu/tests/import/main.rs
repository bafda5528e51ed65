//! Spreadsheets of past cases: every fault of the samples, and what is done with rows and files
//! that cannot be imported.
//!
//! The expected faults beside the fixtures were computed apart from the program, from the law's
//! periods and the calendar alone.
#![allow(clippy::unwrap_used)]

mod books;
mod kinds;
mod places;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use content::mapping::Mapping;
use content::{Library, Source};
use fadu::import::{Fault, ImportError, ImportReport, import, run};
use kernel::{Day, Instant};
use ledger::Sm2Signer;
use office::{Lang, Law, Office, Request, VirtualClock, Wording};
use serde_json::Value;
use store::MemoryStore;

const MAPPING: &str = "places/320507/mappings/行政复议台账.kdl";
const HEADING: &str = "案号,申请人,被申请人,行政行为,知道行为日期,收到申请日期,发送副本日期,答复日期,\
    中止日期,恢复日期,延期批准日期,结案日期,结案方式,意见书文号,履行日期";
/// A row without any fault.
const GOOD: &str = "〔2023〕相行复第900号,沈若舟,元和街道办事处,罚款决定,2023-03-01,2023-03-20,2023-03-24,\
    2023-03-29,,,,2023-04-20,维持,,";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content")
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| fadu::load_library(&root()).unwrap())
}

fn mapping_text() -> String {
    fs::read_to_string(root().join(MAPPING)).unwrap()
}

fn mapping() -> Mapping {
    let source = Source { path: MAPPING.to_owned(), text: mapping_text() };
    Mapping::read(&source, library()).unwrap()
}

fn noon(year: i32, month: u32, day: u32) -> Instant {
    Day::from_date(year, month, day).unwrap().start().plus_seconds(12 * 3600)
}

fn office() -> Office {
    let law = Law::new(library().clone(), "320507");
    let clock = Arc::new(VirtualClock::at(noon(2024, 12, 2)));
    let signer = Sm2Signer::from_seed(&[9; 32]).unwrap();
    Office::new(law, Arc::new(MemoryStore::new()), clock, Some(signer), Wording::new(Lang::Zh))
}

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    fs::read(dir.join(name)).unwrap()
}

fn sample() -> Vec<u8> {
    fs::read(root().join("places/320507/samples/行政复议台账2023.csv")).unwrap()
}

fn read(office: &Office, bytes: &[u8]) -> ImportReport {
    import(office, &mapping(), bytes.into(), &mut |_, _| {}).unwrap_or_else(|e| panic!("{e}"))
}

/// A file of these rows.
fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEADING}\n{}\n", rows.join("\n")).into_bytes()
}

/// The good row with some text replaced.
fn row(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GOOD.to_owned(), |row, (from, to)| {
        assert!(row.contains(from), "{from}");
        row.replacen(from, to, 1)
    })
}

/// The faults of one row in a file of its own.
fn faults(row: &str) -> Vec<Fault> {
    read(&office(), &file(&[row])).faults
}

fn log_size(office: &Office) -> u64 {
    office.store.head(office.law.district).unwrap().log.size
}

fn agrees(report: &ImportReport, expected: &str) {
    let expected: Vec<Value> = serde_json::from_slice(&fixture(expected)).unwrap();
    let all: Value = serde_json::to_value(report).unwrap();
    let keys =
        ["row", "matter", "rule", "article", "due", "actual", "days_late", "earliest", "value"];
    let cut = |fault: &Value| keys.map(|k| fault.get(k).cloned().unwrap_or_default());
    let found: Vec<_> = all["faults"].as_array().unwrap().iter().map(cut).collect();
    let expected: Vec<_> = expected.iter().map(cut).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_sample_has_exactly_the_faults_that_were_put_into_it() {
    let report = read(&office(), &sample());
    assert_eq!((report.rows, report.sealed, report.rejected.len()), (60, 52, 8));
    agrees(&report, "行政复议台账2023.faults.json");
}

#[test]
fn rows_received_under_the_new_law_are_judged_by_it() {
    let report = read(&office(), &fixture("新法2024.csv"));
    assert_eq!((report.rows, report.sealed), (19, 19));
    agrees(&report, "新法2024.faults.json");
}

#[test]
fn national_encoding_full_width_digits_and_another_order_of_columns_are_read() {
    let report = read(&office(), &fixture("国标码全角.csv"));
    assert_eq!((report.rows, report.sealed), (9, 9));
    assert!(report.notes[0].contains("序号") && report.notes[1].contains("意见书文号"));
    agrees(&report, "国标码全角.faults.json");
}

#[test]
fn a_second_import_changes_nothing_and_says_the_same() {
    let office = office();
    let first = read(&office, &sample());
    let head = office.store.head(office.law.district).unwrap();
    let second = read(&office, &sample());
    assert_eq!(office.store.head(office.law.district).unwrap(), head);
    assert_eq!((second.sealed, second.unchanged), (0, first.sealed));
    assert_eq!(second.faults, first.faults);
}

#[test]
fn the_log_of_an_import_follows_from_the_law() {
    let office = office();
    read(&office, &sample());
    office.checkpoint().unwrap();
    let verified = office.verify(&office.verifier().unwrap(), None).unwrap();
    assert!(verified.is_sound(), "{:?}", verified.unlawful);
    assert_eq!(verified.matters, 52);
}

/// Faults without their row, sorted.
fn anywhere(report: &ImportReport) -> Vec<String> {
    let mut all: Vec<String> =
        report.faults.iter().map(|f| format!("{:?}", Fault { row: 0, ..f.clone() })).collect();
    all.sort();
    all
}

#[test]
fn rows_in_any_order_give_the_same_faults() {
    let text = String::from_utf8(sample()).unwrap();
    let report = read(&office(), &sample());
    let twice: Vec<&str> = report.faults.iter().filter_map(|f| f.value.as_deref()).collect();
    let once = |l: &&str| !l.is_empty() && !twice.iter().any(|t| l.starts_with(t));
    let mut rows: Vec<&str> = text.lines().skip(1).filter(once).collect();
    let before = anywhere(&read(&office(), &file(&rows)));
    let mut seed = 12_345_usize;
    for i in (1..rows.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(i, (seed >> 33) % (i + 1));
    }
    assert_eq!(anywhere(&read(&office(), &file(&rows))), before);
    assert!(before.len() > 15);
}

#[test]
fn a_row_that_cannot_have_happened_has_one_reason_and_is_not_sealed() {
    for (from, to, reason) in [
        ("2023-03-20", "2023-02-30", "日期无法识别"),
        ("2023-03-20", "三月二十日", "日期无法识别"),
        ("2023-03-20", "", "日期无法识别"),
        ("沈若舟", "", "缺少申请人"),
        ("元和街道办事处", "  ", "缺少被申请人"),
        ("〔2023〕相行复第900号", "", "缺少案号"),
        ("2023-04-20", "2023-03-10", "日期颠倒:决定早于收到申请"),
        ("2023-03-29", "2023-03-23", "日期颠倒:答复早于发送副本"),
        ("2023-04-20", "2024-12-03", "日期在将来"),
        ("维持", "胜诉", "结案方式无法识别"),
        ("维持", "", "有结案日期而没有对应的行为"),
        ("罚款决定", "罚款,决定", "日期无法识别"),
        ("维持,,", "维持,,,多", "单元格多于表头"),
        ("2023-03-20", "1998-03-20", "日期颠倒:收到申请早于知道行为"),
    ] {
        let office = office();
        let report = read(&office, &file(&[&row(&[(from, to)])]));
        let reasons: Vec<&str> = report.faults.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!((reasons.as_slice(), report.sealed), (&[reason][..], 0), "{to}");
        assert_eq!((report.rejected[0].row, log_size(&office)), (2, 0));
    }
}

#[test]
fn the_good_row_has_no_fault() {
    assert_eq!(faults(GOOD), []);
}

#[test]
fn an_open_case_is_late_only_up_to_its_last_date() {
    let open = row(&[("2023-04-20,维持", ",")]);
    assert_eq!(faults(&open), []);
    let unanswered =
        row(&[("2023-03-29", ""), ("2023-03-24", "2023-04-10"), ("2023-04-20,维持", ",")]);
    let found = faults(&unanswered);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].days_late), ("发送申请书副本逾期", Some(7)));
}

#[test]
fn a_duty_left_undone_before_the_last_date_is_a_fault_without_a_day() {
    let found = faults(&row(&[("2023-03-29", ""), ("维持", "撤销")]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].actual.as_deref()), ("书面答复逾期", None));
    assert_eq!((found[0].due.as_deref(), found[0].days_late), (Some("2023-04-03"), None));
}

#[test]
fn a_decision_while_suspended_is_irregular() {
    let found = faults(&row(&[("2023-03-29,,", "2023-03-29,2023-04-03,")]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].article, "行政复议法实施条例@2007#41.2");
}

#[test]
fn presumed_acts_are_marked_and_have_no_faults_of_their_own() {
    let office = office();
    read(&office, &file(&[&row(&[("2023-03-29,,", "2023-03-29,2023-04-03,")])]));
    let records = office.store.records(office.law.district, 1, 100).unwrap();
    let reported_by = |act: &str| {
        let record = records.iter().map(|r| r.read().unwrap()).find(|r| r.act == act).unwrap();
        assert!(matches!(record.standing, ledger::Standing::Irregular { .. }), "{act}");
        let ledger::Actor::Person { person, .. } = record.actor else { panic!("{act}") };
        person
    };
    assert_eq!(reported_by("负责人同意"), "行政复议台账/推定");
    assert_eq!(reported_by("作出复议决定"), "行政复议台账");
}

#[test]
fn the_first_of_two_rows_of_one_number_is_kept() {
    let wide = GOOD.replace("2023〕相行复第900号", "２０２３〕 相行复第９００号");
    let report = read(&office(), &file(&[GOOD, &wide]));
    assert_eq!((report.sealed, report.rejected.len()), (1, 1));
    assert_eq!((report.faults[0].row, report.faults[0].rule.as_str()), (3, "案号重复"));
    assert!(report.rejected[0].detail.contains("第 2 行"));
}

#[test]
fn a_changed_row_of_a_known_number_is_returned_and_seals_nothing() {
    let office = office();
    read(&office, &file(&[GOOD]));
    let before = log_size(&office);
    for change in [
        ("2023-03-29", "2023-03-30"),
        ("罚款决定", "行政登记"),
        ("沈若舟", "陆望舒"),
        ("维持,,", "撤销,,2023-05-04"),
    ] {
        let report = read(&office, &file(&[&row(&[change])]));
        assert_eq!(
            (report.sealed, report.unchanged, report.rejected.len()),
            (0, 0, 1),
            "{change:?}"
        );
        assert_eq!(report.faults[0].rule, "案号重复");
        assert!(report.rejected[0].detail.contains("已在库中"));
        assert_eq!(log_size(&office), before);
    }
    assert_eq!(read(&office, &file(&[GOOD])).unchanged, 1);
}

#[test]
fn a_number_taken_by_a_live_case_is_returned() {
    let office = office();
    let live = Request {
        matter: "〔2023〕相行复第900号".to_owned(),
        opens: Some("行政复议".to_owned()),
        act: "知道行政行为".to_owned(),
        role: "申请人".to_owned(),
        persons: vec!["甲".to_owned()],
        client_act: "desk/1".to_owned(),
        reported: true,
        ..Request::default()
    };
    office.perform(&live).unwrap();
    let report = read(&office, &file(&[GOOD]));
    assert_eq!((report.sealed, report.faults[0].rule.as_str()), (0, "案号重复"));
}

#[test]
fn rows_are_numbered_as_a_person_sees_them() {
    let late = row(&[("900号", "901号"), ("2023-03-29", "")]);
    let text = format!("{HEADING}\r\n\r\n{GOOD}\r\n,,,,\r\n\r\n{late}\r\n");
    assert_eq!(read(&office(), text.as_bytes()).faults[0].row, 6);
    let broken = GOOD.replace("罚款决定", "\"罚款\n决定\"");
    let text = format!("\u{FEFF}{HEADING}\n{broken}\n{late}");
    assert_eq!(read(&office(), text.as_bytes()).faults[0].row, 4);
}

fn refused(bytes: &[u8]) -> String {
    let office = office();
    let error = import(&office, &mapping(), bytes.into(), &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, ImportError::Unreadable(_)));
    assert_eq!(log_size(&office), 0);
    error.to_string()
}

#[test]
fn a_file_that_cannot_be_read_is_refused_whole_and_says_what_to_do() {
    let text = String::from_utf8(file(&[GOOD])).unwrap();
    let without = text.replace("收到申请日期", "收到日期");
    for (bytes, says) in [
        (without.into_bytes(), "缺少必须的列:收到申请日期"),
        (text.replace("答复日期", "发送副本日期").into_bytes(), "出现两次"),
        (text.replace("罚款决定", "\"罚款决定").into_bytes(), "第 2 行的引号没有成对"),
        ([text.as_bytes(), b"\xFF\xFF"].concat(), "第 3 行的字节不是 UTF-8"),
        (Vec::new(), "没有表头"),
    ] {
        let refusal = refused(&bytes);
        assert!(refusal.starts_with("没有导入:") && refusal.contains(says), "{refusal}");
    }
}

#[test]
fn a_misspelt_heading_is_noted_with_the_one_that_was_meant() {
    let text = String::from_utf8(file(&[GOOD])).unwrap().replace("发送副本日期", "发副本日期");
    let report = read(&office(), text.as_bytes());
    assert!(report.notes[0].contains("是否想写「发送副本日期」"), "{:?}", report.notes);
}

#[test]
fn rejected_rows_go_to_a_file_that_can_be_mended_and_imported() {
    let office = office();
    let bad =
        row(&[("900号", "901号"), ("罚款决定", "\"罚款,并责令\"改正"), ("元和街道办事处", "")]);
    let report = read(&office, &file(&[GOOD, &bad]));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("退回.csv");
    report.write_rejects(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains(",3,缺少被申请人:被申请人空白。"), "{text}");
    let mended = text.replace(",,\"罚款", ",元和街道办事处,\"罚款");
    let again = read(&office, mended.as_bytes());
    assert_eq!((again.sealed, again.faults.len()), (1, 0));
}

#[test]
fn without_rejected_rows_no_file_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("退回.csv");
    read(&office(), &file(&[GOOD])).write_rejects(&path).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_wrong_mapping_is_refused_before_anything_is_written() {
    let office = office();
    let wrong = mapping_text().replace("行为 提出书面答复", "行为 提出书面答辩");
    let error = run(&office, "行政复议", MAPPING, &wrong, sample()[..].into(), true)
        .unwrap_err()
        .to_string();
    assert!(error.contains("「提出书面答复」") && error.contains("没有写入任何记录"), "{error}");
    let other = run(&office, "行政许可", MAPPING, &mapping_text(), sample()[..].into(), true);
    assert!(other.unwrap_err().to_string().contains("要求导入的是「行政许可」"));
    assert_eq!(log_size(&office), 0);
}

#[test]
fn progress_is_told_to_the_end() {
    let mut told = Vec::new();
    import(&office(), &mapping(), sample()[..].into(), &mut |done, all| told.push((done, all)))
        .unwrap();
    assert_eq!(told, [(0, 60), (32, 60), (60, 60)]);
}

#[test]
fn the_report_reads_as_one_line_per_fault_and_a_table() {
    let late =
        row(&[("900号", "901号"), ("2023-03-24", "2023-03-31"), ("2023-03-29", "2023-04-03")]);
    let hasty = row(&[("900号", "902号"), ("2023-03-29", ""), ("2023-04-20", "2023-03-28")]);
    let never = row(&[("900号", "903号"), ("2023-03-29", ""), ("维持", "撤销")]);
    let nobody = row(&[("900号", "904号"), ("元和街道办事处", "")]);
    let text = read(&office(), &file(&[GOOD, &late, &hasty, &never, &nobody])).to_text();
    expect_test::expect![[r#"
        第 3 行 〔2023〕相行复第901号:发送申请书副本逾期。《行政复议法》(2017)第二十三条;期限至 2023-03-29,实际 2023-03-31,逾期 2 个工作日。
        第 4 行 〔2023〕相行复第902号:未答复且答复期未满即作决定。《行政复议法》(2017)第二十八条;最早 2023-04-04,实际 2023-03-28。
        第 5 行 〔2023〕相行复第903号:书面答复逾期。《行政复议法》(2017)第二十三条;期限至 2023-04-03,表中没有办理日期。
        第 6 行 〔2023〕相行复第904号:缺少被申请人。被申请人空白。本行没有封存。

        共 5 行:新封存 4 行,此前已封存 0 行,退回 1 行;瑕疵 4 项:
             1  书面答复逾期
             1  发送申请书副本逾期
             1  未答复且答复期未满即作决定
             1  缺少被申请人"#]].assert_eq(&text);
}

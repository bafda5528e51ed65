//! The mapping language: what it reads, and each mistake at its place.

use std::path::Path;
use std::sync::OnceLock;

use super::*;

const PATH: &str = "places/320507/mappings/行政复议台账.kdl";

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content")
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut sources = Vec::new();
        collect(&folder(), &folder(), &mut sources);
        crate::load(&sources).unwrap_or_else(|f| {
            panic!("{}", f.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        })
    })
}

fn collect(root: &Path, dir: &Path, into: &mut Vec<Source>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, into);
        } else if path.extension().is_some_and(|e| e == "kdl") {
            let below = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            into.push(Source { path: below, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

fn text() -> String {
    std::fs::read_to_string(folder().join(PATH)).unwrap()
}

fn read_text(text: String) -> Result<Mapping, Vec<Fault>> {
    Mapping::read(&Source { path: PATH.to_owned(), text }, library())
}

/// The faults after one change, as code and the text they point at.
fn faults(from: &str, to: &str) -> Vec<(&'static str, String)> {
    let before = text();
    assert!(before.contains(from), "{from}");
    let text = before.replacen(from, to, 1);
    let faults = read_text(text.clone()).expect_err("the change is a mistake");
    faults.iter().map(|f| (f.code, text[f.span.clone()].to_owned())).collect()
}

fn one(from: &str, to: &str, code: &str, at: &str) {
    assert_eq!(faults(from, to), [(code_of(code), at.to_owned())], "{to}");
}

fn code_of(code: &str) -> &'static str {
    crate::fault::worded().into_iter().find(|c| *c == code).expect("a code with its sentences")
}

#[test]
fn the_districts_mapping_is_right_in_both_versions() {
    let mapping = read_text(text()).unwrap_or_else(|f| panic!("{}", f[0]));
    assert_eq!((mapping.columns.len(), mapping.sequences.len()), (15, 11));
    assert_eq!(mapping.columns[mapping.matter].name, "案号");
    assert!(mapping.acts.iter().all(|a| a.presumed == a.reason.is_some()));
}

#[test]
fn the_date_of_the_fixing_act_chooses_the_version() {
    let mapping = read_text(text()).unwrap();
    let at = mapping.columns.iter().position(|c| c.name == "收到申请日期").unwrap();
    let version = |day: &str| {
        let mut row = vec![None; mapping.columns.len()];
        row[at] = crate::value::day(day).map(Value::Day);
        mapping.version(library(), &row).map(|p| p.version.as_str())
    };
    assert_eq!(version("2023-12-31"), Some("2017"));
    assert_eq!(version("2024-01-01"), Some("2023"));
}

#[test]
fn dates_are_read_in_the_listed_spellings_and_no_other() {
    let mapping = read_text(text()).unwrap();
    let may_9 = crate::value::day("2023-05-09");
    for cell in [
        "2023-05-09",
        "2023-5-9",
        "2023/5/9",
        "2023.5.9",
        "2023年5月9日",
        "2023年05月09号",
        "2023年5月9",
        "20230509",
        "２０２３－０５－０９",
        " ２０２３年 5 月 9 日 ",
        "2023/5/9 0:00",
        "2023-05-09 00:00:00",
        "2023-05-09T00:00",
        "45055",
        "４５０５５",
        "2023–05–09",
    ] {
        assert_eq!(mapping.day(cell), may_9, "{cell}");
    }
    for cell in [
        "",
        "2023-02-30",
        "23.5.9",
        "2023",
        "2023-05",
        "5/9/2023",
        "2023-5.9",
        "2023年5月9日起",
        "1e5",
    ] {
        assert_eq!(mapping.day(cell), None, "{cell}");
    }
}

#[test]
fn a_two_digit_year_is_read_only_where_the_mapping_lists_it() {
    let style = DateStyle::read("23.5.9").unwrap();
    assert_eq!(style.day("23.12.1"), crate::value::day("2023-12-01"));
    assert_eq!(style.day("2023.12.1"), None);
    assert!(DateStyle::read("2023.13.9").is_none() && DateStyle::read("五月").is_none());
}

#[test]
fn a_blank_cell_equals_nothing() {
    let guard = |text: &str| {
        let mapping = text_of_guard(text);
        holds(&mapping, &[None])
    };
    assert!(!guard("有 结果") && guard("非 有 结果"));
    assert!(!guard("结果 = 维持") && guard("非 结果 = 维持") && guard("结果 ≠ 维持"));
    assert!(!guard("结果 属于 {维持 撤销}"));
}

fn text_of_guard(text: &str) -> Guard {
    let options = vec!["维持".to_owned(), "撤销".to_owned()];
    let known = [crate::guard::KnownField {
        name: "结果".to_owned(),
        id: kernel::FieldId::new(0),
        kind: FieldType::Choice,
        options,
    }];
    let span = Span { text: Text::new("", text), range: 0..text.len(), used_at: None };
    let word = crate::syntax::Word { value: crate::syntax::Scalar::Text(text.to_owned()), span };
    let mut faults = Vec::new();
    crate::guard::parse(&word, &mut sheet::ColumnNames(&known), &mut faults).expect("a right guard")
}

#[test]
fn a_name_the_procedure_does_not_know_is_refused_with_the_nearest() {
    one("行为 提出书面答复", "行为 提出书面答辩", "mapping-no-act", "提出书面答辩");
    one("字段 副本送达日 列", "字段 副本送达日期 列", "mapping-no-field", "副本送达日期");
    one("于=答复日期", "于=答复日", "undeclared", "答复日");
    one("由=被申请人", "由=申请人", "mapping-role", "申请人");
    one("对照=决定类型旧法", "对照=决定类型", "undeclared", "决定类型");
    one("程序=行政复议 ", "程序=行政复义 ", "undeclared", "行政复义");
    one("事项=案号", "事项=案件号", "undeclared", "案件号");
    one("由=复议承办人 版本=\"2017\"", "由=复议承办人 版本=\"2018\"", "undeclared", "\"2018\"");
}

#[test]
fn the_suggestion_and_the_place_are_in_the_message() {
    let text = text().replacen("行为 提出书面答复", "行为 提出书面答辩", 1);
    let fault = &read_text(text).unwrap_err()[0];
    let shown = fault.to_string();
    assert!(shown.contains("「提出书面答复」") && shown.contains("行政复议@2017"), "{shown}");
    assert!(shown.starts_with(PATH) && fault.line > 100, "{shown}");
}

#[test]
fn a_value_the_field_cannot_hold_is_refused() {
    one("字段 告知方式 值=其他", "字段 告知方式 值=其它", "mapping-value", "其它");
    one("字段 告知复议权利 值=#true", "字段 告知复议权利 值=1", "mapping-value", "1");
    one("字段 案号 列=案号", "字段 案号", "mapping-one-source", "字段");
    one("取 \"部分撤销\" \"撤销\"", "取 \"部分撤销\" \"撤消\"", "mapping-value", "决定类型旧法");
    one("字段 知道日 列=知道行为日期", "字段 知道日 列=申请人", "mapping-types", "申请人");
}

#[test]
fn an_option_without_an_entry_is_refused_only_where_it_can_occur() {
    one("        取 \"变更\" \"变更\"\n", "", "mapping-table-gap", "决定类型旧法");
}

#[test]
fn a_required_field_without_a_source_is_refused() {
    one("        字段 收件方式 值=窗口\n", "", "mapping-field-missing", "行为");
}

#[test]
fn what_is_presumed_has_a_reason() {
    one(" 理由=\"台账没有听取意见栏\"", "", "mapping-presumed-reason", "行为");
    one("由=被申请人", "由=被申请人 理由=\"x\"", "mapping-reason-alone", "\"x\"");
}

#[test]
fn a_bad_guard_is_refused_at_its_character() {
    one("当=\"有 履行日期\"", "当=\"有 履行日\"", "unknown-field", "履行日");
    one("当=\"结案方式 = 不予受理\"", "当=\"结案方式 = 不予受\"", "not-an-option", "不予受");
}

#[test]
fn a_wrong_sheet_is_refused() {
    one("\"GB18030\"", "\"GB2312\"", "mapping-encoding", "\"GB2312\"");
    one("\"2023.5.9\"", "\"2023.5\"", "mapping-date-style", "\"2023.5\"");
    one("必填=#true 唯一=#true", "必填=#true", "mapping-matter-column", "案号");
    one("列 意见书文号 类型=文本", "列 意见书文号 类型=期间", "mapping-column-type", "期间");
    one(
        "顺序 收到申请日期 结案日期",
        "顺序 收到申请日期 申请人",
        "mapping-not-a-date-column",
        "申请人",
    );
    let column = "列 意见书文号 类型=文本\n";
    one(column, &column.repeat(2), "declared-twice", "意见书文号");
}

#[test]
fn a_file_holds_one_mapping() {
    let code = |text: &str| read_text(text.to_owned()).unwrap_err()[0].code;
    assert_eq!(code(""), "mapping-empty");
    assert_eq!(code(&format!("{0}\n{0}", text())), "mapping-second");
    assert_eq!(code("映射 甲 程序=行政复议 {"), "unclosed-brace");
}

#[test]
fn without_the_fixing_act_no_version_could_govern() {
    let from = "于=收到申请日期 由=复议承办人 {\n        字段 案号";
    one(from, "于=答复日期 由=复议承办人 {\n        字段 案号", "mapping-no-fixing-act", "映射");
}

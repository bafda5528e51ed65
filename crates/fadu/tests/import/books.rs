//! Workbooks: the same rows as in CSV say the same, whatever kind of cells they stand in.

use fadu::import::Input;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::*;

/// The cells of some CSV, line by line.
fn cells(text: &str) -> Vec<Vec<String>> {
    let of = |line: &str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let record = reader.records().next().map(Result::unwrap).unwrap_or_default();
        record.iter().map(str::to_owned).collect()
    };
    text.lines().map(of).collect()
}

fn date(text: &str) -> Option<ExcelDateTime> {
    let is_date = text.len() == 10 && text.matches('-').count() == 2;
    is_date.then(|| ExcelDateTime::parse_from_str(text).ok()).flatten()
}

/// Writes rows from a row and column of the sheet on, from 0; days as real dates unless `plain`.
fn fill(sheet: &mut Worksheet, rows: &[Vec<String>], (row, column): (u32, u16), plain: bool) {
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for (r, cells) in rows.iter().enumerate() {
        for (c, text) in cells.iter().enumerate() {
            let (r, c) = (row + r as u32, column + c as u16);
            match date(text).filter(|_| !plain) {
                Some(date) => sheet.write_with_format(r, c, date, &day).unwrap(),
                None if text.is_empty() => sheet,
                None => sheet.write_string(r, c, text).unwrap(),
            };
        }
    }
}

type Fill<'a> = &'a dyn Fn(&mut Worksheet);

/// A workbook of named sheets.
fn book(sheets: &[(&str, Fill)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, fill) in sheets {
        fill(book.add_worksheet().set_name(*name).unwrap());
    }
    book.save_to_buffer().unwrap()
}

fn one_sheet(text: &str, plain: bool) -> Vec<u8> {
    book(&[("Sheet1", &|sheet| fill(sheet, &cells(text), (0, 0), plain))])
}

fn two_rows() -> (String, String) {
    let late = row(&[("900号", "901号"), ("2023-03-29", "2023-04-10")]);
    (format!("{HEADING}\n{GOOD}"), format!("{HEADING}\n{late}"))
}

#[test]
fn the_sample_as_a_workbook_says_exactly_what_it_says_as_csv() {
    let text = String::from_utf8(sample()).unwrap();
    let as_csv = serde_json::to_value(read(&office(), &sample())).unwrap();
    for plain in [false, true] {
        let office = office();
        let bytes = one_sheet(text.trim_start_matches('\u{FEFF}'), plain);
        let as_book = read(&office, &bytes);
        assert_eq!(serde_json::to_value(&as_book).unwrap(), as_csv);
        let (size, again) = (log_size(&office), read(&office, &bytes));
        assert_eq!((log_size(&office), again.sealed), (size, 0));
        assert_eq!((again.unchanged, again.faults), (as_book.sealed, as_book.faults));
    }
}

#[test]
fn rows_keep_the_numbers_of_the_sheet_below_a_merged_title() {
    let (good, late) = two_rows();
    let bytes = book(&[("台账", &|sheet| {
        sheet.merge_range(1, 2, 1, 12, "二〇二三年台账", &Format::new()).unwrap();
        fill(sheet, &cells(&good), (3, 2), false);
        fill(sheet, &cells(&late)[1..], (8, 2), false);
        // Spreadsheets keep formats of cells that hold nothing.
        sheet.write_blank(4_000, 300, &Format::new().set_bold()).unwrap();
    })]);
    let report = read(&office(), &bytes);
    assert_eq!((report.sealed, report.rejected.len()), (2, 0));
    assert_eq!((report.faults.len(), report.faults[0].row), (1, 9));
}

#[test]
fn of_several_sheets_the_first_with_the_columns_is_read_and_the_others_are_named() {
    let (good, late) = two_rows();
    let bytes = book(&[
        ("说明", &|sheet| fill(sheet, &cells("填表说明"), (0, 0), false)),
        ("旧", &|sheet| {
            fill(sheet, &cells(&late), (0, 0), false);
            sheet.set_hidden(true);
        }),
        ("一月", &|sheet| fill(sheet, &cells(&good), (0, 0), false)),
        ("二月", &|sheet| fill(sheet, &cells(&late), (0, 0), false)),
    ]);
    let report = read(&office(), &bytes);
    assert_eq!((report.sealed, report.faults.len()), (1, 0));
    assert!(report.notes[0].contains("「一月」"), "{:?}", report.notes);
    assert!(report.notes[1].contains("没有导入:二月。"), "{:?}", report.notes);

    let named = |sheet| {
        let input = Input { bytes: &bytes, sheet: Some(sheet) };
        import(&office(), &mapping(), input, &mut |_, _| {})
    };
    for name in ["二月", "旧"] {
        let report = named(name).unwrap();
        assert_eq!((report.faults.len(), report.notes.len()), (1, 0), "{name}");
    }
    let refusal = named("三月").unwrap_err().to_string();
    assert!(refusal.contains("没有名为「三月」") && refusal.contains("一月, 二月"), "{refusal}");
    assert!(named("说明").unwrap_err().to_string().contains("缺少必须的列"));
}

#[test]
fn formulas_count_as_they_were_computed_and_their_errors_are_no_values() {
    let bytes = book(&[("台账", &|sheet| {
        fill(sheet, &cells(&format!("{HEADING}\n{GOOD}\n{GOOD}")), (0, 0), false);
        let number = Formula::new("=\"〔2023〕\"&1").set_result("〔2023〕相行复第902号");
        sheet.write_formula(1, 0, number).unwrap();
        // 2023-03-20, without the format of a date.
        sheet.write_formula(1, 5, Formula::new("=E2+19").set_result("45005")).unwrap();
        sheet.write_formula(2, 5, Formula::new("=VLOOKUP(1,A:A,9)").set_result("#N/A")).unwrap();
    })]);
    let report = read(&office(), &bytes);
    assert_eq!((report.sealed, report.rejected.len()), (1, 1));
    assert_eq!((report.rejected[0].row, &*report.rejected[0].reason), (3, "日期无法识别"));
    assert!(report.rejected[0].detail.contains("出错值"), "{}", report.rejected[0].detail);
}

#[test]
fn numbers_times_and_cells_merged_over_rows_are_read_as_a_person_reads_them() {
    let bytes = book(&[("台账", &|sheet| {
        let second = cells(&row(&[("900号", "901号")]));
        // The heading stands at the top of each printed page.
        fill(sheet, &cells(&format!("{HEADING}\n{HEADING}")), (0, 0), false);
        fill(sheet, &cells(GOOD), (2, 0), false);
        fill(sheet, &second, (3, 0), false);
        sheet.write_number(2, 0, 202_300_900).unwrap();
        let noon = Format::new().set_num_format("yyyy/m/d hh:mm");
        let time = ExcelDateTime::parse_from_str("2023-03-20 12:30").unwrap();
        sheet.write_with_format(2, 5, time, &noon).unwrap();
        sheet.merge_range(2, 1, 3, 1, "沈若舟", &Format::new()).unwrap();
    })]);
    let office = office();
    let report = read(&office, &bytes);
    assert_eq!((report.rows, report.sealed, report.faults.len()), (2, 2, 0), "{:?}", report.faults);
    assert!(office.store.matter(office.law.district, "202300900").unwrap().is_some());
}

#[test]
fn a_workbook_that_cannot_be_read_is_refused_whole_and_says_what_to_do() {
    let whole = one_sheet(&format!("{HEADING}\n{GOOD}"), false);
    let compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let part: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, says) in [
        (whole[..whole.len() / 2].to_vec(), "读不出来"),
        (b"PK\x03\x04rest".to_vec(), "读不出来"),
        ([compound.clone(), part].concat(), "设有打开密码"),
        (compound, "旧式的二进制工作簿"),
        (one_sheet("", false), "没有表头"),
        (one_sheet("案号,申请人", false), "缺少必须的列"),
        ((0..=255).collect(), "请在电子表格程序里另存为 .xlsx"),
        (Vec::new(), "没有表头"),
    ] {
        let refusal = refused(&bytes);
        assert!(refusal.starts_with("没有导入:") && refusal.contains(says), "{refusal}");
    }
}

#[test]
fn what_would_be_a_formula_in_the_rejected_rows_is_text_there_and_itself_again() {
    let bad = row(&[("沈若舟", "=HYPERLINK(1)"), ("元和街道办事处", "")]);
    let report = read(&office(), &file(&[&bad]));
    let mut bytes = Vec::new();
    report.rejects(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(",'=HYPERLINK(1),"), "{text}");
    let mended = text.replace("(1),,", "(1),元和街道办事处,");
    let office = office();
    assert_eq!(read(&office, mended.as_bytes()).sealed, 1);
    let records = office.store.records(office.law.district, 1, 10).unwrap();
    let bytes: Vec<u8> = records.iter().flat_map(|r| r.bytes.clone()).collect();
    assert!(!String::from_utf8_lossy(&bytes).contains("'=HYPERLINK"));
}

#[test]
fn the_faults_of_an_import_are_a_list_with_real_dates_that_can_be_read_again() {
    use calamine::{Data, DataType, Reader, Xlsx};

    let report = read(&office(), &sample());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("faults.xlsx");
    report.save_faults(&path).unwrap();
    let mut book = Xlsx::new(std::io::Cursor::new(fs::read(&path).unwrap())).unwrap();
    let (name, range) = book.worksheets().pop().unwrap();
    assert_eq!(name, "瑕疵");
    let rows: Vec<&[Data]> = range.rows().skip(1).collect();
    assert_eq!(rows.len(), report.faults.len());
    for (row, fault) in rows.iter().zip(&report.faults) {
        assert_eq!(row[0].as_i64(), Some(fault.row as i64));
        assert_eq!(
            (row[1].to_string(), row[2].to_string()),
            (fault.matter.clone(), fault.rule.clone())
        );
        assert_eq!(matches!(row[4], Data::DateTime(_)), fault.due.is_some(), "{row:?}");
        assert_eq!(row[6].as_i64(), fault.days_late);
    }
    let no_kind = report.save_faults(&dir.path().join("faults.txt")).unwrap_err().to_string();
    assert!(no_kind.contains("瑕疵清单没有写入"), "{no_kind}");
}

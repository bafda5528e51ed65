//! One row for every kind of fault a sheet can show, on the last day in time and on the day after,
//! and one for every way in which the same row can be written.
//!
//! The dates were counted by hand from the law's periods and the calendars of 2022 to 2024.

use super::*;

/// Rule, last day in time (or first day allowed) and day done, as the report gives them.
fn told(row: &str) -> Vec<(String, String, String)> {
    let day = |d: Option<String>| d.unwrap_or_default();
    let told = |f: Fault| (f.rule, day(f.due.or(f.earliest)), day(f.actual));
    faults(row).into_iter().map(told).collect()
}

/// The good row, with what differs per column.
fn cells(changes: &[(&str, &str)]) -> String {
    let heading: Vec<&str> = HEADING.split(',').map(str::trim).collect();
    let mut cells: Vec<&str> = GOOD.split(',').map(str::trim).collect();
    for (column, value) in changes {
        let at = heading.iter().position(|h| h == column);
        cells[at.unwrap_or_else(|| panic!("{column}"))] = value;
    }
    cells.join(",")
}

/// Asserts exactly these faults.
fn shows(changes: &[(&str, &str)], expected: &[(&str, &str, &str)]) {
    let found = told(&cells(changes));
    let found: Vec<(&str, &str, &str)> =
        found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected, "{changes:?}");
}

#[test]
fn the_last_day_is_in_time_and_the_next_is_late() {
    // The sixtieth day is a Sunday: Monday the 20th is the last.
    shows(&[("知道行为日期", "2023-01-18")], &[]);
    shows(&[("知道行为日期", "2023-01-16")], &[("申请超过六十日", "2023-03-17", "2023-03-20")]);
    shows(&[("发送副本日期", "2023-03-29"), ("答复日期", "2023-04-03")], &[]);
    let late = ("发送申请书副本逾期", "2023-03-29", "2023-03-30");
    shows(&[("发送副本日期", "2023-03-30"), ("答复日期", "2023-04-03")], &[late]);
    shows(&[("答复日期", "2023-04-03")], &[]);
    shows(&[("答复日期", "2023-04-04")], &[("书面答复逾期", "2023-04-03", "2023-04-04")]);
    shows(&[("结案日期", "2023-05-19")], &[]);
    shows(&[("结案日期", "2023-05-20")], &[("决定逾期", "2023-05-19", "2023-05-20")]);
    let redone = [("结案方式", "撤销"), ("结案日期", "2023-04-20")];
    shows(&[redone[0], redone[1], ("履行日期", "2023-06-19")], &[]);
    let slow = ("履行逾期", "2023-06-19", "2023-06-20");
    shows(&[redone[0], redone[1], ("履行日期", "2023-06-20")], &[slow]);
}

#[test]
fn an_extension_counts_only_if_it_was_approved_in_time() {
    let extended = |approved, decided| [("延期批准日期", approved), ("结案日期", decided)];
    shows(&extended("2023-05-19", "2023-06-19"), &[]);
    shows(&extended("2023-05-19", "2023-06-20"), &[("决定逾期", "2023-06-19", "2023-06-20")]);
    shows(&extended("", "2023-06-18"), &[("决定逾期", "2023-05-19", "2023-06-18")]);
    let void = ("期满后才延期,延期无效", "2023-05-19", "2023-05-22");
    let late = ("决定逾期", "2023-05-19", "2023-06-18");
    shows(&extended("2023-05-22", "2023-06-18"), &[void, late]);
}

#[test]
fn a_suspension_holds_the_clock_and_bars_what_must_wait() {
    let held = [("中止日期", "2023-04-03"), ("恢复日期", "2023-05-03")];
    shows(&[held[0], held[1], ("结案日期", "2023-06-19")], &[]);
    let late = ("决定逾期", "2023-06-19", "2023-06-20");
    shows(&[held[0], held[1], ("结案日期", "2023-06-20")], &[late]);
    let barred = |day| ("中止期间办理应当停办的行为", "", day);
    shows(&[held[0]], &[barred("2023-04-20")]);
    let approved = ("延期批准日期", "2023-04-20");
    shows(&[held[0], held[1], approved, ("结案日期", "2023-06-19")], &[barred("2023-04-20")]);
    shows(&[held[1], ("结案日期", "2023-05-10")], &[("没有中止即恢复", "", "2023-05-03")]);
}

#[test]
fn a_refusal_to_accept_is_judged_by_its_own_limit_alone() {
    let refused = |day: &'static str| {
        [("结案方式", "不予受理"), ("结案日期", day), ("发送副本日期", ""), ("答复日期", "")]
    };
    shows(&refused("2023-03-27"), &[]);
    shows(&refused("2023-03-28"), &[("不予受理逾期", "2023-03-27", "2023-03-28")]);
    shows(&refused("2023-07-28"), &[("不予受理逾期", "2023-03-27", "2023-07-28")]);
}

#[test]
fn what_was_not_answered_or_not_sent_is_said() {
    let silent = [("答复日期", ""), ("结案日期", "2023-05-10")];
    let missing = ("书面答复逾期", "2023-04-03", "");
    let kept = ("被申请人未答复而没有撤销", "", "2023-05-10");
    shows(&silent, &[kept, missing]);
    shows(&[silent[0], silent[1], ("结案方式", "撤销")], &[missing]);
    let hasty = ("未答复且答复期未满即作决定", "2023-04-04", "2023-04-03");
    shows(&[silent[0], ("结案日期", "2023-04-03")], &[hasty]);
    shows(&[silent[0], ("结案方式", "撤销"), ("结案日期", "2023-04-04")], &[missing]);
}

#[test]
fn what_comes_after_the_end_is_said_once() {
    let after = |day| ("结案以后又办审理行为", "", day);
    shows(&[("延期批准日期", "2023-05-10")], &[after("2023-05-10")]);
    let suspended = [("中止日期", "2023-05-10"), ("恢复日期", "2023-05-11")];
    shows(&suspended, &[after("2023-05-10"), after("2023-05-11")]);
    let withdrawn = [("结案方式", "撤回终止"), ("履行日期", "2023-05-01")];
    shows(&withdrawn, &[("没有应当履行的决定而有履行", "", "2023-05-01")]);
}

#[test]
fn no_fault_of_any_row_is_named_by_a_line_of_the_content() {
    let days = ["", "2023-03-01", "2023-03-20", "2023-04-20", "2023-06-30", "2023-09-01"];
    let ends = ["维持", "撤销", "调解", "撤回终止", "不予受理", "驳回复议申请", ""];
    let mut seed = 7_usize;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    let mut rows = Vec::new();
    for i in 0..400 {
        let number = format!("第{i}号");
        let columns = [
            "发送副本日期",
            "答复日期",
            "中止日期",
            "恢复日期",
            "延期批准日期",
            "结案日期",
            "履行日期",
        ];
        let mut changes: Vec<(&str, &str)> = columns.map(|c| (c, days[next(days.len())])).to_vec();
        changes.extend([("案号", number.as_str()), ("结案方式", ends[next(ends.len())])]);
        let row = cells(&changes);
        rows.push(if i % 2 == 0 { row } else { row.replace("2023-", "2024-") });
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = read(&office(), &file(&rows));
    assert!(report.faults.len() > 400 && report.sealed > 40, "{}", report.to_text());
    for fault in &report.faults {
        let technical = fault.rule.contains('#') || fault.rule.contains(' ');
        assert!(!technical, "{}", fault.rule);
    }
}

#[test]
fn every_pair_of_dates_the_other_way_round_has_its_name() {
    for (column, date, name) in [
        ("知道行为日期", "2023-03-21", "日期颠倒:收到申请早于知道行为"),
        ("发送副本日期", "2023-03-19", "日期颠倒:发送副本早于收到申请"),
        ("答复日期", "2023-03-23", "日期颠倒:答复早于发送副本"),
        ("结案日期", "2023-03-19", "日期颠倒:决定早于收到申请"),
        ("中止日期", "2023-03-19", "日期颠倒:中止早于收到申请"),
        ("恢复日期", "2023-03-19", "日期颠倒:恢复早于收到申请"),
        ("延期批准日期", "2023-03-19", "日期颠倒:延期早于收到申请"),
        ("履行日期", "2023-04-19", "日期颠倒:履行早于结案"),
    ] {
        shows(&[(column, date)], &[(name, "", "")]);
    }
    let resumed = [("中止日期", "2023-04-10"), ("恢复日期", "2023-04-09")];
    shows(&resumed, &[("日期颠倒:恢复早于中止", "", "")]);
    let unsent = [("发送副本日期", ""), ("答复日期", "2023-03-19")];
    shows(&unsent, &[("日期颠倒:答复早于收到申请", "", "")]);
}

#[test]
fn a_cell_that_says_nothing_is_blank() {
    for nothing in
        ["/", " / ", "/", "-", "—", "——", "–", "无", "N/A", "n/a", "NA", "\u{3000}", "\u{200B}"]
    {
        let optional = ["中止日期", "恢复日期", "延期批准日期", "意见书文号", "履行日期"];
        shows(&optional.map(|column| (column, nothing)), &[]);
        shows(&[("被申请人", nothing)], &[("缺少被申请人", "", "")]);
    }
    shows(&[("答复日期", "/"), ("结案方式", "撤销")], &[("书面答复逾期", "2023-04-03", "")]);
    shows(&[("中止日期", "待定")], &[("日期无法识别", "", "")]);
}

#[test]
fn a_date_is_read_in_every_usual_spelling() {
    let late = [("书面答复逾期", "2023-04-03", "2023-04-05")];
    for spelling in [
        "2023-04-05",
        "2023-4-5",
        "2023/4/5",
        "2023/04/05",
        "2023.4.5",
        "2023.04.05",
        "20230405",
        "2023年4月5日",
        "2023年04月05日",
        "２０２３年４月５日",
        "2023－4－5",
        "45021",
        "45021.0",
        "2023-04-05 00:00:00",
        " 2023/4/5 ",
        "2023-04-05T09:30:00",
        "二〇二三年四月五日",
        "二零二三年四月五号",
    ] {
        shows(&[("答复日期", spelling)], &late);
    }
    for wrong in [
        "2023-13-05",
        "2023-02-29",
        "05/04/2023",
        "4月5日",
        "2023-4",
        "二〇二三年四月三十一日",
        "0",
    ] {
        shows(&[("答复日期", wrong)], &[("日期无法识别", "", "")]);
    }
}

#[test]
fn an_unknown_outcome_is_named_whatever_else_the_row_says() {
    for unknown in ["胜诉", "维持原行政行为", "驳回", "1"] {
        shows(&[("结案方式", unknown)], &[("结案方式无法识别", "", "")]);
    }
    shows(&[("结案方式", " 维 持 ")], &[]);
    shows(&[("结案方式", "确认无效")], &[("有结案日期而没有对应的行为", "", "")]);
}

#[test]
fn the_day_of_receipt_chooses_the_law_at_the_turn_of_the_year() {
    let row = |received, sent, answered, decided| {
        [
            ("知道行为日期", "2023-12-15"),
            ("收到申请日期", received),
            ("发送副本日期", sent),
            ("答复日期", answered),
            ("结案日期", decided),
        ]
    };
    // Received 29 December: ten natural days to answer; received 2 January: ten working days.
    shows(&row("2023-12-29", "2024-01-09", "2024-01-19", "2024-02-27"), &[]);
    let answer = ("书面答复逾期", "2024-01-19", "2024-01-22");
    let decision = ("决定逾期", "2024-02-27", "2024-02-28");
    shows(&row("2023-12-29", "2024-01-09", "2024-01-22", "2024-02-28"), &[answer, decision]);
    shows(&row("2024-01-02", "2024-01-11", "2024-01-25", "2024-03-04"), &[]);
    let answer = ("书面答复逾期", "2024-01-25", "2024-01-26");
    let decision = ("决定逾期", "2024-03-04", "2024-03-05");
    shows(&row("2024-01-02", "2024-01-11", "2024-01-26", "2024-03-05"), &[answer, decision]);
    let before = [
        ("知道行为日期", "2022-10-10"),
        ("收到申请日期", "2022-12-12"),
        ("发送副本日期", "2022-12-21"),
        ("答复日期", "2023-01-03"),
        ("结案日期", "2023-02-10"),
    ];
    shows(&before, &[("申请超过六十日", "2022-12-09", "2022-12-12")]);
}

#[test]
fn bytes_line_ends_quotes_and_order_of_columns_change_nothing() {
    let late = cells(&[("案号", "第2号"), ("答复日期", "２０２３－０４－０５")]);
    let quoted = cells(&[
        ("案号", "第3号"),
        ("行政行为", "\"罚款,\r\n并责令改正\""),
        ("答复日期", "2023-04-06"),
    ]);
    let plain = format!("{HEADING}\n{GOOD}\n\n,,,,\n{late}\n{quoted}\n");
    let expected = vec![(5, "2023-04-05".to_owned()), (6, "2023-04-06".to_owned())];
    let gb = encoding_rs::GB18030.encode(&plain).0.into_owned();
    for bytes in [
        plain.clone().into_bytes(),
        format!("\u{FEFF}{plain}").into_bytes(),
        plain.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(),
        gb,
        plain.trim_end().as_bytes().to_vec(),
    ] {
        let report = read(&office(), &bytes);
        let found: Vec<(u64, String)> =
            report.faults.iter().map(|f| (f.row, f.actual.clone().unwrap())).collect();
        assert_eq!((report.sealed, found), (3, expected.clone()));
    }
}

#[test]
fn chinese_numerals_with_a_ten_are_read() {
    for (written, day) in [("十", "10"), ("十二", "12"), ("二十", "20"), ("二十八", "28")] {
        let answered = format!("二〇二三年四月{written}日");
        let late = format!("2023-04-{day}");
        let decided = ("结案日期", "2023-04-29");
        shows(&[("答复日期", &answered), decided], &[("书面答复逾期", "2023-04-03", &late)]);
    }
}

#[test]
fn what_a_row_says_and_no_day_tells_is_not_lost_in_silence() {
    let undated = [("结案日期", ""), ("答复日期", "2023-04-03")];
    shows(&undated, &[("有结案方式而没有结案日期", "", "")]);
    let opinion = [("结案日期", ""), ("结案方式", ""), ("意见书文号", "相复意〔2023〕1号")];
    shows(&opinion, &[("有意见书文号而没有结案日期", "", "")]);
    shows(&[("结案日期", ""), ("结案方式", "")], &[]);
    shows(&[("收到申请日期", "")], &[("日期无法识别", "", "")]);
}

#[test]
fn no_one_is_late_by_a_day_that_the_sheet_does_not_know() {
    shows(&[("知道行为日期", "")], &[]);
}

#[test]
fn errors_of_the_spreadsheet_are_no_values() {
    for error in ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#########"] {
        shows(&[("答复日期", error)], &[("日期无法识别", "", "")]);
        shows(&[("案号", error)], &[("案号无法识别", "", "")]);
    }
}

#[test]
fn a_title_other_separators_and_old_line_ends_change_nothing() {
    let late = cells(&[("案号", "第2号"), ("答复日期", "2023-04-05")]);
    let kept = cells(&[("案号", "=\"第3号\""), ("答复日期", "2023-04-06")]);
    let plain = format!("{HEADING}\n{GOOD}\n{late}\n{kept}\n");
    let titled = format!("二〇二三年台账,,,\n\n{}", plain.trim_end());
    for (text, above) in [
        (plain.replace('\n', "\r"), 0),
        (plain.replace(',', "\t"), 0),
        (plain.replace(',', ";"), 0),
        (titled, 2),
    ] {
        let report = read(&office(), text.as_bytes());
        let found: Vec<(u64, &str, &str)> = report
            .faults
            .iter()
            .map(|f| (f.row, &*f.matter, f.actual.as_deref().unwrap()))
            .collect();
        let expected = [(3 + above, "第2号", "2023-04-05"), (4 + above, "第3号", "2023-04-06")];
        assert_eq!((report.sealed, &found[..]), (3, &expected[..]), "{text}");
    }
}

#[test]
fn one_number_in_other_brackets_is_one_number() {
    let rows: Vec<String> =
        ["〔2023〕相复1号", "[2023]相复1号", "（2023）相复１号", "【2023】相复1 号"]
            .iter()
            .map(|number| cells(&[("案号", number)]))
            .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = read(&office(), &file(&rows));
    assert_eq!((report.sealed, report.rejected.len()), (1, 3));
    assert!(report.faults.iter().all(|f| f.rule == "案号重复"));
}

#[test]
fn a_byte_that_cannot_be_read_is_named_by_its_line() {
    let plain = format!("{HEADING}\n{GOOD}\n{GOOD}\n");
    let mut bytes = encoding_rs::GB18030.encode(&plain).0.into_owned();
    let last = bytes.len() - 2;
    bytes[last] = 0xFF;
    let Err(ImportError::Unreadable(why)) =
        import(&office(), &mapping(), bytes[..].into(), &mut |_, _| {})
    else {
        panic!("read")
    };
    assert!(why.contains("第 3 行"), "{why}");
}

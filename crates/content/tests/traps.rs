//! Every sign that would silently change the law is refused at its character.

mod common;

use common::check;
use expect_test::expect;

/// A procedure around one line.
fn line(line: &str) -> String {
    format!(
        "程序 试 版本=\"1\" 施行=\"2024-01-01\" {{\n\
         角色 办 类=机关\n\
         行为 甲 由=办 {{ 字段 数 类型=整数; 字段 好 类型=是否; 字段 色 类型=选项 选项=\"红 绿\"; }}\n\
         行为 乙 由=办\n\
         {line}\n}}\n"
    )
}

#[test]
fn a_full_width_quote_is_no_quote() {
    check(&line("前置 甲 乙 依据=“法@1#1”"), expect!["5:11 full-width-quote"]);
}

#[test]
fn a_full_width_semicolon_does_not_end_a_line() {
    check(&line("行为 丙 由=办；行为 丁 由=办"), expect!["5:9 full-width"]);
}

#[test]
fn full_width_braces_hold_nothing() {
    check(
        "程序 试 版本=\"1\" 施行=\"2024-01-01\" ｛ ｝\n",
        expect![[r#"
        1:29 full-width
        1:31 full-width"#]],
    );
}

#[test]
fn an_enumeration_comma_is_part_of_the_name() {
    check(&line("组 丙 { 甲、乙; }"), expect![[r#"5:8 full-width-separator"#]]);
}

#[test]
fn a_comma_is_part_of_the_name() {
    check(&line("前置 甲 乙，依据=\"法@1#1\""), expect![[r#"5:7 full-width-separator"#]]);
    check(&line("前置 甲 乙,依据=\"法@1#1\""), expect![[r#"5:7 full-width-separator"#]]);
}

#[test]
fn a_full_width_slash_begins_no_comment() {
    check(&line("前置 甲 乙 依据=内部 理由=因 ／／注"), expect!["5:19 full-width"]);
}

#[test]
fn a_property_written_twice_is_refused() {
    check(&line("前置 甲 乙 依据=内部 依据=内部 理由=因"), expect!["5:14 duplicate-property"]);
}

#[test]
fn an_unknown_property_is_refused_with_the_nearest() {
    check(
        &line("前置 甲 乙 依拒=内部 依据=内部 理由=因"),
        expect!["5:8 unknown-property 是否想写「依据」?"],
    );
}

#[test]
fn a_third_name_is_refused() {
    check(&line("前置 甲 乙 丙 依据=内部 理由=因"), expect!["5:8 surplus-argument"]);
}

#[test]
fn an_unknown_keyword_is_refused_with_the_nearest() {
    check(
        &line("应档 甲 乙 依据=内部 理由=因"),
        expect![[r#"5:1 unknown-keyword 是否想写「应当」?"#]],
    );
}

#[test]
fn an_undeclared_act_is_refused_with_the_nearest() {
    check(
        &line("行为 作出决定 由=办\n前置 甲 作出决订 依据=内部 理由=因"),
        expect![[r#"6:6 undeclared 是否想写「作出决定」?"#]],
    );
}

#[test]
fn a_name_in_another_width_is_refused() {
    check(&line("行为 Ａ案 由=办"), expect![[r#"5:4 name-width"#]]);
}

#[test]
fn an_unquoted_period_says_so() {
    check(&line("应当 甲 乙 期限=5个工作日 依据=内部 理由=因"), expect!["5:11 unquoted-number"]);
}

#[test]
fn an_unquoted_date_says_so() {
    check("程序 试 版本=\"1\" 施行=2024-01-01 { }\n", expect![[r#"1:16 unquoted-date"#]]);
}

#[test]
fn an_unquoted_citation_says_so() {
    check(&line("前置 甲 乙 依据=法@2021#44"), expect!["5:11 unquoted-citation"]);
}

#[test]
fn a_name_beginning_with_a_digit_says_so() {
    check(&line("行为 2次告知 由=办"), expect![[r#"5:4 unquoted-number"#]]);
}

#[test]
fn a_bare_true_says_so() {
    check(&line("行为 丙 由=办 可重复=true 理由=因"), expect![[r#"5:14 bare-true"#]]);
}

#[test]
fn a_slashdash_would_drop_a_rule() {
    check(&line("/- 前置 甲 乙 依据=内部 理由=因"), expect![[r#"5:1 slashdash"#]]);
}

#[test]
fn a_brace_left_open_is_shown_where_it_opens() {
    check(
        "程序 试 版本=\"1\" 施行=\"2024-01-01\" {\n角色 办\n",
        expect![[r#"1:29 unclosed-brace"#]],
    );
}

#[test]
fn a_rule_without_an_article_is_refused() {
    check(&line("前置 甲 乙"), expect!["5:1 no-citation"]);
    check(&line("前置 甲 乙 依据=内部"), expect!["5:11 internal-needs-reason"]);
}

#[test]
fn several_faults_come_at_once() {
    let text = line("前置 甲 丙 依据=“x”\n应档 甲 乙\n应当 甲 乙 期限=\"5天\" 依据=内部 理由=因");
    check(
        &text,
        expect![[r#"
        5:11 full-width-quote
        6:1 unknown-keyword 是否想写「应当」?
        7:11 not-a-period"#]],
    );
}

#[test]
fn guards_are_typed_at_the_character() {
    let guard = |g: &str| line(&format!("应当 甲 乙 当=\"{g}\" 依据=内部 理由=因"));
    check(&guard("数 = 红"), expect!["5:15 guard-constant"]);
    check(&guard("色 = 蓝"), expect!["5:15 not-an-option"]);
    check(&guard("色 < 红"), expect!["5:13 guard-order"]);
    check(&guard("数 且 好"), expect!["5:11 guard-bare"]);
    check(&guard("好 且"), expect!["5:14 guard-end"]);
    check(&guard("无 = 1"), expect!["5:11 unknown-field"]);
    check(&guard("好 好"), expect!["5:13 guard-surplus"]);
    check(&guard("(好 或 非 (数 >= 3)) 且 色 属于 {红 绿} 且 有 数"), expect![[""]]);
}

#[test]
fn a_when_that_reads_its_own_source_opens_the_door() {
    check(&line("前置 甲 乙 当=好 依据=内部 理由=因"), expect!["5:10 when-opens-the-door"]);
    check(&line("前置 甲 乙 且=好 依据=内部 理由=因"), expect![[""]]);
}

#[test]
fn a_repeatable_source_says_what_becomes_of_the_limit() {
    let text =
        line("行为 丙 由=办 可重复=#true 理由=因\n应当 丙 乙 期限=\"3个工作日\" 依据=内部 理由=因");
    check(&text, expect![[r#"6:1 restart-or-strictest"#]]);
}

#[test]
fn the_statute_decides_how_days_are_counted() {
    let law = "法 某法 版本=\"1\" 施行=\"2020-01-01\" {\n\
               计日 工作日=\"3 5\" 自然日=\"60\" 顺延=#true 依据=\"某法@1#9\"\n\
               条 \"1\" \"甲\"\n条 \"2\" \"乙\" 期=\"7日\"\n条 \"9\" \"计日\"\n}\n";
    let with = |l: &str| format!("{}{law}", line(l));
    check(&with("应当 甲 乙 期限=\"5日\" 依据=\"某法@1#1\""), expect!["5:11 counts-working-days"]);
    check(
        &with("应当 甲 乙 期限=\"60个工作日\" 依据=\"某法@1#1\""),
        expect!["5:11 counts-natural-days"],
    );
    check(
        &with("应当 甲 乙 期限=\"8日\" 依据=\"某法@1#2\""),
        expect!["5:11 not-the-articles-period"],
    );
    check(&with("应当 甲 乙 期限=\"5个工作日\" 依据=\"某法@1#1\""), expect![[""]]);
    check(&with("前置 甲 乙 依据=\"某法@1#3\""), expect!["5:12 unknown-article"]);
    check(
        &with("前置 甲 乙 依据=\"某法@2#1\""),
        expect![[r#"5:12 unknown-version 是否想写「某法@1」?"#]],
    );
}

#[test]
fn an_article_must_be_in_force() {
    let law = "法 某法 版本=\"1\" 施行=\"2020-01-01\" 废止=\"2024-06-01\" { 条 \"1\" \"甲\"; }\n";
    let text = format!("{}{law}", line("前置 甲 乙 依据=\"某法@1#1\""));
    check(&text, expect![[r#"5:12 not-in-force"#]]);
}

#[test]
fn a_figure_may_not_rest_on_itself() {
    let text = line("前置 甲 乙 依据=内部 理由=因")
        + "指标 一 题名=一 { 总计 二; }\n指标 二 题名=二 { 上年 一; }\n指标 三 题名=三 除以=0 { 指标 一; }\n";
    check(
        &text,
        expect![[r#"
        7:4 figure-circular
        9:1 number-too-small"#]],
    );
}

#[test]
fn a_condition_of_a_figure_may_name_an_option_of_another_version() {
    let version = |version: &str, from: &str, options: &str| {
        format!(
            "程序 试 版本=\"{version}\" 施行=\"{from}\" 定版=甲 {{ 角色 办\n\
             行为 甲 由=办 依据=内部 理由=因 {{ 字段 果 类型=选项 选项=\"{options}\"; }}\n}}\n"
        )
    };
    let old = version("旧", "2020-01-01\" 废止=\"2022-01-01", "好 坏");
    let text = |option: &str| {
        let figure = format!("指标 一 {{ 计数 甲; 条件 \"果 = {option}\"; }}\n");
        old.clone() + &version("新", "2022-01-01", "好 中 坏") + &figure
    };
    check(&text("中"), expect![[r#""#]]);
    check(&text("差"), expect!["7:22 not-an-option"]);
}

#[test]
fn a_register_must_exist_and_its_key_must_name_the_person() {
    let place = |line: &str| {
        let procedure = self::line("前置 甲 乙 依据=内部 理由=因");
        format!("{procedure}地方 \"1\" {{\n{line} 依据=内部 理由=因\n}}\n")
    };
    check(&place("核验 无此 键=\"a/{人}\" 项=好 开簿=簿"), expect!["8:4 undeclared"]);
    check(&place("核验 试 键=\"a/{人}\" 项=无此 开簿=簿"), expect!["8:18 undeclared"]);
    check(&place("核验 试 键=a 项=好 开簿=簿"), expect!["8:1 key-names-nobody"]);
    check(&place("核验 试 键=\"a/{人}\" 项=好"), expect!["8:1 missing-property"]);
    check(&place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 角色=无此"), expect!["8:28 undeclared"]);
    check(&place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 自=好"), expect!["8:27 undeclared"]);
    check(&place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 相符=\"好=数\""), expect![[r#""#]]);
    check(&place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 相符=好"), expect!["8:28 match-form"]);
    check(&place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 相符=\"好=无\""), expect!["8:28 undeclared"]);
    check(
        &place("核验 试 键=\"a/{人}\" 项=好 开簿=簿 不在=数"),
        expect![[r#"
        8:1 two-dates
        8:28 undeclared"#]],
    );
}

#[test]
fn a_link_needs_the_other_act_and_all_it_must_state() {
    let other = "程序 彼 版本=\"1\" 施行=\"2024-01-01\" {\n角色 办\n行为 记 由=办 依据=内部 理由=因 { 字段 数 类型=整数 必填=#true; 字段 源 类型=文本 必填=#true; }\n}\n";
    let link = |text: &str| {
        let line = line(&format!(
            "行为 丙 由=办 依据=内部 理由=因 {{ 字段 链 类型=引用; }}\n{text} 依据=内部 理由=因"
        ));
        line + other
    };
    check(&link("联动 丙 链.记 程序=彼 来源=源"), expect![[r#""#]]);
    check(&link("联动 丙 链.记 程序=彼"), expect!["6:1 link-lacks-field"]);
    check(&link("联动 丙 链.无 程序=彼 来源=源"), expect!["6:1 undeclared"]);
    check(&link("联动 丙 链.记 程序=无 来源=源"), expect!["6:1 undeclared"]);
    check(&link("联动 丙 无.记 程序=彼 来源=源"), expect!["6:6 undeclared"]);
    let carried = |text: &str| {
        let line = format!("联动 丙 链.记 程序=彼 来源=源 依据=内部 理由=因 {{ {text}; }} //");
        link(&line)
    };
    check(&carried("带 数 值=1"), expect![[r#""#]]);
    check(&carried("带 数 值=甲"), expect!["6:1 carry-differs"]);
    check(&carried("带 数 丙.日"), expect!["6:1 carry-differs"]);
    check(&carried("带 无 值=1"), expect!["6:1 undeclared"]);
    check(&carried("带 数"), expect!["6:33 carry-form"]);
    check(&link("联动 丙 链.记 程序=\"彼 此\" 来源=源 开立=#true"), expect!["6:1 link-opens-many"]);
}

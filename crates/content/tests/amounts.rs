//! Amounts are worked out at the act that states them, and nobody enters them otherwise.

mod common;

use common::{check, load};
use expect_test::expect;

const HEAD: &str = r#"
程序 试 版本="1" 施行="2024-01-01" 定版=处罚 {
    角色 办 类=机关
    参数 步长 类型=整数 缺省=200000 依据=内部 理由=因
    行为 处罚 由=办 {
        字段 情形 类型=选项 选项="甲 乙" 必填=#true
        字段 数量 类型=整数 必填=#true
        字段 情节 类型=整数
        字段 阶次 类型=选项 选项="轻 重"
        字段 下限 类型=金额 必填=#true
        字段 上限 类型=金额
        字段 幅度 类型=金额
        字段 调节 类型=金额
        字段 罚款 类型=金额
    }
    行为 到期 由=办 { 写入 累计=0; }
    行为 分期 由=办 可重复=#true 理由=因 { 字段 本期 类型=整数 必填=#true; 字段 累计 类型=整数 必填=#true; }
    行为 加处 由=办 可重复=#true 理由=因 { 字段 计至日 类型=日期; 字段 天数 类型=整数; 字段 加罚 类型=金额; }
    算 阶次 依据=内部 理由=因 { 查表 情形 表=基准 列=阶次; }
    算 下限 依据=内部 理由=因 { 查表 情形 表=基准 列=下限; }
    算 上限 依据=内部 理由=因 { 查表 情形 表=基准 列=上限; }
    算 幅度 依据=内部 理由=因 { 差 上限 下限; }
    算 调节 依据=内部 理由=因 { 计息 幅度 情节 日率="参数.步长"; }
    算 罚款 依据=内部 理由=因 { 合 下限 调节; }
    算 累计 依据=内部 理由=因 { 合 累计 本期; }
    算 天数 依据=内部 理由=因 { 天数 到期.日 计至日; }
    算 加罚 依据=内部 理由=因 { 计息 罚款 天数 日率=30000 封顶=罚款; }
}
表 基准 键=甲 施行="2024-01-01" 废止="2024-07-01" 依据=内部 理由=因 {
    档 重 当="数量 >= 3" 阶次=重 下限=20000 上限=50000
    档 轻 阶次=轻 下限=0 上限=20000
}
表 基准 键=甲 施行="2024-07-01" 依据=内部 理由=因 { 档 一 阶次=轻 下限=100 上限=200; }
"#;

fn unmet(story: &str) -> String {
    let library = load(&format!("{HEAD}{story}")).unwrap_or_else(|f| panic!("{}", f[0]));
    let procedure = &library.procedures[0];
    let outcome = content::run(&library, procedure, &procedure.stories[0]);
    outcome.unmet.into_iter().map(|u| u.message).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_first_row_that_holds_gives_the_band() {
    let story = r#"案例 "三处:重" {
        时 "2024-03-01 09:00" 办 处罚 { 字段 情形 甲; 字段 数量 3; 字段 情节 1; 现为 阶次 重; 现为 下限 20000; 现为 调节 6000; 现为 罚款 26000; }
    }"#;
    assert_eq!(unmet(story), "");
}

#[test]
fn the_table_in_force_on_the_day_counts() {
    let story = r#"案例 "七月一日换表" {
        时 "2024-06-30 09:00" 办 处罚 { 字段 情形 甲; 字段 数量 1; 现为 上限 20000; }
    }"#;
    assert_eq!(unmet(story), "");
    assert_eq!(unmet(&story.replace("06-30", "07-01").replace("20000", "200")), "");
}

#[test]
fn no_table_gives_no_amount_and_a_required_one_is_missing() {
    let story = r#"案例 "乙没有表" {
        时 "2024-03-01 09:00" 办 处罚 { 字段 情形 乙; 字段 数量 1; 拒绝 "缺字段 下限"; }
    }"#;
    assert_eq!(unmet(story), "");
}

#[test]
fn an_amount_entered_otherwise_is_refused_with_its_field() {
    let story = r#"案例 "自填的下限" {
        时 "2024-03-01 09:00" 办 处罚 { 字段 情形 甲; 字段 数量 3; 字段 下限 10000; 拒绝 "字段 下限"; }
        时 "2024-03-01 09:01" 办 处罚 { 字段 情形 甲; 字段 数量 3; 字段 下限 20000; 现为 上限 50000; }
    }"#;
    assert_eq!(unmet(story), "");
}

#[test]
fn days_run_from_the_day_an_act_took_effect_and_the_surcharge_is_capped() {
    let story = r#"案例 "加处" {
        时 "2024-03-01 09:00" 办 处罚 { 字段 情形 甲; 字段 数量 3; 字段 情节 0; }
        时 "2024-03-05 09:00" 办 加处 { 字段 计至日 "2024-03-05"; 现为 天数 0; 现为 加罚 0; }
        时 "2024-03-10 09:00" 办 到期
        时 "2024-04-12 09:00" 办 加处 { 字段 计至日 "2024-04-12"; 现为 天数 33; 现为 加罚 19800; }
        时 "2024-04-13 09:00" 办 加处 { 字段 计至日 "2024-04-13"; 现为 天数 34; 现为 加罚 20000; }
    }"#;
    assert_eq!(unmet(story), "");
}

#[test]
fn a_running_total_builds_on_what_it_was() {
    let story = r#"案例 "分两期" {
        时 "2024-03-01 09:00" 办 处罚 { 字段 情形 甲; 字段 数量 3; }
        时 "2024-03-10 09:00" 办 到期
        时 "2024-03-11 09:00" 办 分期 { 字段 本期 300; 现为 累计 300; }
        时 "2024-03-12 09:00" 办 分期 { 字段 本期 200; 字段 累计 500; 现为 累计 500; }
        时 "2024-03-13 09:00" 办 分期 { 字段 本期 200; 字段 累计 200; 拒绝 "字段 累计"; }
    }"#;
    assert_eq!(unmet(story), "");
}

#[test]
fn what_the_program_works_out_belongs_to_the_hash() {
    let hash = |text: &str| load(text).unwrap().procedures[0].hash.clone();
    assert_ne!(hash(HEAD), hash(&HEAD.replace("数量 >= 3", "数量 >= 4")));
    assert_ne!(hash(HEAD), hash(&HEAD.replace("日率=30000", "日率=30001")));
}

#[test]
fn faults_of_tables_and_computations_stand_at_the_word() {
    let wrong = HEAD
        .replace("表=基准 列=上限", "表=基准 列=上")
        .replace("差 上限 下限", "差 上限 阶次")
        .replace("天数 到期.日", "天数 到齐.日")
        .replace("当=\"数量 >= 3\" 阶次=重", "当=\"数目 >= 3\" 阶次=中")
        .replace("施行=\"2024-07-01\" 依据", "施行=\"2024-06-30\" 依据");
    check(
        &wrong,
        expect![[r#"
            21:36 undeclared 是否想写「上限」?
            22:28 not-a-number-field
            26:26 undeclared 是否想写「到期」?
            30:12 unknown-field 是否想写「数量」?
            30:24 wrong-value
            33:8 declared-twice"#]],
    );
}

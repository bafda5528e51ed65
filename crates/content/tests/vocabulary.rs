//! The rest of the vocabulary in one procedure, and what it becomes.

mod common;

use common::load;
use content::{Carried, Every, Operation, Part};
use kernel::{Kind, WorkingStep, working};

const TEXT: &str = r#"
程序 试 版本="1" 施行="2024-01-01" 定版=立案 过渡="参数.过渡方式" {
    角色 办 类=机关
    角色 民 类=当事人
    参数 过渡方式 类型=选项 选项="保留 切换" 缺省=保留 依据=内部 理由=因
    行为 立案 由=办 { 字段 罚款 类型=金额 必填=#true; 字段 天数 类型=整数; 字段 加罚 类型=金额; 字段 证号 类型=文本; 字段 有效 类型=是否; 字段 关联 类型=引用; }
    行为 通知部门 由=办 可重复=#true 理由=因
    行为 中止 由=办 可重复=#true 理由=因
    行为 恢复 由=办 可重复=#true 理由=因
    行为 延期 由=办
    行为 放假 由=办 可重复=#true 理由=因 { 字段 年份 类型=整数; 字段 年历 类型=文本; }
    行为 改日 由=办 可重复=#true 理由=因
    启用年历 放假 年=年份 表=年历 依据=内部 理由=因
    改期 改日 { 决定; }
    行为 决定 由=办
    行为 督办 由=办 初始=排除
    行为 收费 由=办 禁止=#true 依据=内部 理由=因
    模板 征求 上限=3 { 行为 送部门 由=办; 行为 部门答复 由=民; 前置 送部门 部门答复 依据=内部 理由=因; 应当 送部门 部门答复 期限="24小时" 整时=#true 依据=内部 理由=因; }
    应当 立案 决定 期限="30日" 顺延=#false 依据=内部 理由=因
    前置 立案 决定 依据=内部 理由=因
    停算 中止 恢复 决定 依据=内部 理由=因
    延长 延期 决定 期限="至多10日" 次数=1 依据=内部 理由=因
    逾期 决定 依据=内部 理由=因 { 启用 督办; 应当 督办 期限="3个工作日"; }
    派生 通知部门 征求 依据=内部 理由=因
    联动 决定 关联.收到结果 程序=连 须合规=#true 当="罚款 > 0" 依据=内部 理由=因 { 带 结果 值=好; 带 办理日 "立案.日"; }
    取数 有效="营业执照(证号).有效" 依据=内部 理由=因
    开立 每年="01-01" 依据=内部 理由=因
    算 加罚 依据=内部 理由=因 { 计息 罚款 天数 日率=30000 封顶=罚款; }
    至少 决定 2 依据=内部 理由=因
}
程序 连 版本="1" 施行="2024-01-01" { 角色 办; 行为 收到结果 由=办 依据=内部 理由=因 { 字段 结果 类型=选项 选项="好 坏"; 字段 办理日 类型=日期; }; }
案例 "停一回、延一回" {
    时 "2024-03-01 09:00" 办 立案 { 字段 罚款 100; 期限 决定 "2024-03-31"; }
    时 "2024-03-11 09:00" 办 中止 { 停算中 决定 20; }
    时 "2024-03-21 09:00" 办 恢复 { 期限 决定 "2024-04-10"; }
    时 "2024-03-22 09:00" 办 延期 { 期限 决定 "2024-04-20"; }
    时 "2024-03-22 10:00" 办 通知部门 键=甲局
    时 "2024-03-22 10:30" 办 送部门 键=甲局
    时 "2024-04-19 09:00" 办 决定 人="甲 乙" { 不逾期 决定; }
    时 "2024-04-19 10:00" 办 收费 { 拒绝 内部; }
}
案例 "逾期则督办;误录的立案日更正以后,原来没有逾期" {
    时 "2024-03-01 09:00" 办 立案 { 字段 罚款 100; }
    时 "2024-04-01 09:00" { 逾期 决定; 期限 督办 "2024-04-04"; }
    更正 "2024-03-01 09:00" 立案 改为="2024-03-10 09:00"
    时 "2024-04-01 10:00" { 不逾期 决定; 期限 决定 "2024-04-09"; 不欠 督办; }
}
年 2024 { }
年 2024 版次=2 { 休 "2024-02-09"; }
地方 "1" 名称=地 { 年历 试 事项=历 至=2024; }
"#;

#[test]
fn the_whole_vocabulary_compiles_and_runs() {
    let library = load(TEXT).unwrap_or_else(|f| panic!("{}", f[0]));
    let procedure = &library.procedures[0];
    for story in &procedure.stories {
        let unmet = content::run(&library, procedure, story).unmet;
        assert!(unmet.is_empty(), "{}: {}", unmet[0].position, unmet[0].message);
    }
    let kinds =
        |f: fn(&Kind) -> bool| procedure.graph.relations.iter().filter(|r| f(&r.kind)).count();
    assert_eq!(kinds(|k| matches!(k, Kind::Stop { .. })), 1);
    assert_eq!(kinds(|k| matches!(k, Kind::Overdue(_))), 2);
    assert_eq!(kinds(|k| matches!(k, Kind::Spawn(_))), 1);
    let link = &procedure.links[0];
    assert_eq!((&*link.mirrored, link.lawful), ("收到结果", true));
    assert!(matches!(link.carried[0].1, Carried::Constant(_)));
    assert!(matches!(link.carried[1].1, Carried::DayOf(_)));
    assert!(procedure.brings_year.is_some());
    assert_eq!(procedure.redated[0].duties, [procedure.event("决定").unwrap()]);
    assert_eq!(
        (library.years.len(), library.places[0].year_book.as_ref().unwrap().until),
        (2, 2024)
    );
    assert_eq!(procedure.lookups[0].register, "营业执照");
    assert_eq!(procedure.openings[0].every, Every::Year(1, 1));
    assert!(matches!(
        procedure.computations[0].operation,
        Operation::Accrual { rate: Part::Number(30_000), .. }
    ));
}

#[test]
fn a_due_date_shows_its_working() {
    let library = load(TEXT).unwrap();
    let outcome = content::run(&library, &library.procedures[0], &library.procedures[0].stories[0]);
    let owed = &outcome.told[3].outlook.owed[0];
    let steps = working(&owed.duty, &library.calendar);
    assert!(steps.iter().any(|s| matches!(s, WorkingStep::Stopped { .. })));
    assert!(steps.iter().any(|s| matches!(s, WorkingStep::Extended(..))));
}

#[test]
fn a_story_that_is_wrong_is_told_where_and_how() {
    let wrong = TEXT.replace("期限 决定 \"2024-04-20\"", "期限 决定 \"2024-04-21\"");
    let library = load(&wrong).unwrap();
    let outcome = content::run(&library, &library.procedures[0], &library.procedures[0].stories[0]);
    assert_eq!(outcome.unmet.len(), 1);
    assert!(outcome.unmet[0].message.contains("2024-04-20"));
}

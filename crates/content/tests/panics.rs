//! No text whatever makes the reader panic, and every fault lies inside the text.

mod common;

use common::load;
use proptest::prelude::*;

const SEED: &str = "程序 试 版本=\"1\" 施行=\"2024-01-01\" 定版=甲 {\n    角色 办 类=机关 en=\"officer\"\n    参数 久 类型=期间 缺省=\"5个工作日\" 依据=内部 理由=\"因\"\n    行为 甲 由=办 { 字段 日 类型=日期 必填=#true; 字段 色 类型=选项 选项=\"红 绿\"; 写入 好=#true; }\n    行为 乙 由=办 可重复=#true 理由=\"因\"\n    任一 丙 依据=内部 理由=\"因\" { 甲; 乙; }\n    组 丁 { 丙; 乙 }\n    前置 甲 乙 间隔=\"参数.久\" 止=届满 起算=日 当=\"色 属于 {红 绿} 且 (非 好 或 日 > \\\"2024-01-01\\\")\" 依据=\"法@1#2.(3)\"\n    逾期 乙 { 启用 甲 依据=内部 理由=\"因\"; }\n    性质 \"句\" { 先于 甲 乙 当=\"色 = 红\"; }\n}\n案例 \"句\" { 时 \"2024-02-05 09:00\" 办 甲 { 字段 日 \"2024-02-05\"; 期限 乙 \"2024-02-18\"; 拒绝 \"x\"; } }\n指标 F-1 { 计数 甲; 窗口 行为日 本年; }\n法 法 版本=\"1\" 施行=\"2020-01-01\" { 计日 工作日=\"5\" 依据=\"法@1#2\"; 条 \"2\" \"意\"; }\n年 2024 { 休 \"2024-01-01\" 元旦; }\n";

fn holds(text: &str) -> Result<(), TestCaseError> {
    for fault in load(text).err().unwrap_or_default() {
        prop_assert!(fault.span.end <= text.len(), "{fault}");
        prop_assert!(!fault.message.is_empty() && fault.line > 0 && fault.column > 0);
    }
    let _ = content::format("x.kdl", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_never_panics(
        edits in prop::collection::vec((0usize..1200, 0usize..4, "[“”；｛、，=#{}\"/()0-9甲 @\\\\\n-]{0,3}"), 1..6),
    ) {
        let mut text: Vec<char> = SEED.chars().collect();
        for (at, cut, insert) in edits {
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, insert.chars());
        }
        holds(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,80}") {
        holds(&text)?;
    }
}

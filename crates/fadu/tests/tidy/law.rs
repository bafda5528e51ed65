//! Rules for content files, read with a plain KDL parser and not with the product's own loader, so
//! that a hole in the loader does not hide a hole in the law.

use kdl::{KdlDocument, KdlNode};

use super::source::File;

/// The keywords whose lines are clauses of law.
const RELATIONS: &[&str] =
    &["前置", "可以", "应当", "阻却", "排除", "启用", "停算", "延长", "逾期", "派生", "联动"];
/// What silence does: the article stands on the line or on each line below it.
const OVERDUE: &str = "逾期";
const CITATION: &str = "依据";
const REASON: &str = "理由";
const INTERNAL: &str = "内部";

/// Clauses without a citation, and clauses of district practice without a reason.
pub fn uncited(file: &File) -> Vec<String> {
    match KdlDocument::parse_v2(&file.text) {
        Ok(document) => {
            let mut faults = Vec::new();
            below(&document, false, file, &mut faults);
            faults
        }
        Err(error) => vec![format!("{}: does not parse: {error}", file.path)],
    }
}

fn below(document: &KdlDocument, inherited: bool, file: &File, faults: &mut Vec<String>) {
    for node in document.nodes() {
        let citation = citation(node);
        let relation = RELATIONS.contains(&node.name().value());
        let shown = || format!("{}:{}: {}", file.path, line_of(&file.text, node), heading(node));
        let lines = node.name().value() == OVERDUE && node.children().is_some();
        if relation && citation.is_none() && !inherited && !lines {
            faults.push(format!("{}: no {CITATION}", shown()));
        }
        if relation && citation.as_deref() == Some(INTERNAL) && node.get(REASON).is_none() {
            faults.push(format!("{}: {CITATION}={INTERNAL} without {REASON}", shown()));
        }
        if let Some(children) = node.children() {
            below(children, relation && (inherited || citation.is_some()), file, faults);
        }
    }
}

fn citation(node: &KdlNode) -> Option<String> {
    let beside = node.get(CITATION).map(|value| value.as_string().unwrap_or_default().to_string());
    let lines = node.children().into_iter().flat_map(KdlDocument::nodes);
    let mut own = lines.filter(|line| line.name().value() == CITATION);
    beside.or_else(|| own.next().map(|_| String::new()))
}

fn heading(node: &KdlNode) -> String {
    let names = node.entries().iter().filter(|entry| entry.name().is_none());
    let names = names.filter_map(|entry| entry.value().as_string());
    std::iter::once(node.name().value()).chain(names).collect::<Vec<_>>().join(" ")
}

fn line_of(text: &str, node: &KdlNode) -> usize {
    let start = node.span().offset();
    text.char_indices().take_while(|(at, _)| *at < start).filter(|(_, c)| *c == '\n').count() + 1
}

#[test]
fn a_clause_without_citation_and_practice_without_reason_are_found() {
    let file = |text: &str| File { path: "p.kdl".into(), text: text.into() };
    let good = "程序 甲 {\n  前置 a b 依据=\"法@1#1\"\n  应当 a b 依据=内部 理由=\"x\"\n  排除 a b {\n    依据 \"法@1#1\"\n  }\n  逾期 b 依据=\"法@1#2\" {\n    启用 c\n  }\n}\n";
    assert_eq!(uncited(&file(good)), Vec::<String>::new());
    assert_eq!(uncited(&file("程序 甲 {\n  前置 a b 理由=x\n}")), ["p.kdl:2: 前置 a b: no 依据"]);
    assert_eq!(uncited(&file("应当 a b 依据=内部")), ["p.kdl:1: 应当 a b: 依据=内部 without 理由"]);
    assert_eq!(uncited(&file("逾期 b {\n启用 c\n}")), ["p.kdl:2: 启用 c: no 依据"]);
    assert_eq!(uncited(&file("前置 {")).len(), 1);
}

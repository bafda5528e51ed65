//! The repository's own content, and what the crate makes of it.

mod common;

use common::{load, sources};
use content::{Source, check_lock, lock};

#[test]
fn every_story_of_the_repository_is_as_it_says() {
    let library = content::load(&sources()).unwrap_or_else(|faults| panic!("{}", faults[0]));
    for procedure in &library.procedures {
        for story in &procedure.stories {
            let unmet = content::run(&library, procedure, story).unmet;
            assert!(
                unmet.is_empty(),
                "{}: {}: {}",
                unmet[0].position,
                story.title,
                unmet[0].message
            );
        }
    }
}

#[test]
fn the_same_text_compiles_to_the_same_hash() {
    let (one, other) = (content::load(&sources()), content::load(&sources()));
    let hashes =
        |l: &content::Library| l.procedures.iter().map(|p| p.hash.clone()).collect::<Vec<_>>();
    assert_eq!(hashes(&one.unwrap()), hashes(&other.unwrap()));
}

#[test]
fn formatting_changes_no_meaning_and_is_done_once() {
    for source in sources().iter().filter(|s| s.path.ends_with(".kdl")) {
        let once = content::format(&source.path, &source.text).unwrap();
        assert_eq!(content::format(&source.path, &once).unwrap(), once, "{}", source.path);
    }
    let formatted = sources().into_iter().map(|s| match s.path.ends_with(".kdl") {
        true => Source { text: content::format(&s.path, &s.text).unwrap(), ..s },
        false => s,
    });
    let before = content::load(&sources()).unwrap();
    let after = content::load(&formatted.collect::<Vec<_>>()).unwrap();
    for (a, b) in before.procedures.iter().zip(&after.procedures) {
        assert_eq!(a.hash, b.hash);
    }
}

#[test]
fn a_new_procedure_passes_every_check_as_it_is() {
    let mut files = content::new_procedure("试办").unwrap();
    files.extend(sources().into_iter().filter(|s| s.path.starts_with("calendars/")));
    let library = content::load(&files).unwrap_or_else(|f| panic!("{}", f[0]));
    let report = content::check(&library, certify::Witnesses::None, &mut |_| true);
    let procedure = &report.procedures[0];
    assert_eq!(procedure.untrue, []);
    let blocking = procedure
        .certificate
        .blocking()
        .map(|f| format!("{:?} {} {:?}", f.check, f.name, f.verdict));
    assert_eq!(blocking.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(procedure.coverage.not_tripped, []);
    assert_eq!(procedure.coverage.not_satisfied, []);
    assert!(report.passes());
}

#[test]
fn a_procedure_may_not_be_named_like_a_path() {
    for name in ["", "a/b", "3号", "程 序", "Ａ", "true"] {
        assert!(content::new_procedure(name).is_err(), "{name}");
    }
}

#[test]
fn a_published_file_may_not_change_or_go() {
    let mut files = content::new_procedure("试办").unwrap();
    let published = lock(&content::load(&files).unwrap(), "");
    assert_eq!(check_lock(&content::load(&files).unwrap(), &published), []);
    files[0].text.push_str("// changed\n");
    let changed = content::load(&files).unwrap();
    assert_eq!(check_lock(&changed, &published).len(), 1);
    assert_eq!(lock(&changed, &published), published, "what was published stays listed");
    assert_eq!(check_lock(&load("").unwrap(), &published).len(), 1);
    assert_eq!(check_lock(&changed, "no line").len(), 1);
}

#[test]
fn a_rule_is_found_by_id_article_or_place() {
    let library = content::load(&sources()).unwrap();
    let mut rules = library.procedures.iter().flat_map(|p| &p.rules);
    let rule = rules.find(|r| !r.citations.is_empty()).unwrap();
    let place = format!("{}:{}", rule.position.file, rule.position.line);
    for name in [rule.id.clone(), rule.citations[0].to_string(), place] {
        assert!(content::explain(&library, &name).iter().any(|e| e.rule.id == rule.id), "{name}");
    }
}

#[test]
fn versions_that_overlap_are_refused() {
    let one = "程序 试 版本=\"1\" 施行=\"2024-01-01\" { 角色 办; 行为 甲 由=办; }\n";
    let two = one.replace("\"1\"", "\"2\"").replace("2024-01", "2025-01");
    let faults = load(&format!("{one}{two}")).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["versions-overlap"]);
    let ended = one.replace("施行", "废止=\"2025-01-01\" 施行");
    assert_eq!(load(&format!("{ended}{two}")).unwrap().procedures.len(), 2);
}

#[test]
fn stories_as_json_lines_are_told_by_the_same_kernel() {
    let library = content::load(&content::new_procedure("试办").unwrap()).unwrap();
    let text = "{\"procedure\":\"试办\",\"at\":\"2024-03-04 09:00\",\"actor\":\"申请人\",\"act\":\"提出申请\"}\n\
                {\"procedure\":\"试办\",\"at\":\"2024-03-05 09:00\",\"actor\":\"负责人\",\"act\":\"作出决定\"}\n";
    let stories = content::stories_from_json(&library, "x.jsonl", text).unwrap();
    let outcome = content::run(&library, &library.procedures[stories[0].0], &stories[0].1);
    assert_eq!(outcome.told.iter().map(|t| t.accepted).collect::<Vec<_>>(), [true, false]);
    let faults = content::stories_from_json(&library, "x.jsonl", "{\"at\":1}\n").unwrap_err();
    assert_eq!((faults[0].code, faults[0].line), ("not-json", 1));
}

#[test]
fn what_two_versions_share_under_other_articles_is_not_a_change_of_rule() {
    let version = |n: u8, cited: &str| {
        format!(
            "程序 试 版本=\"{n}\" 施行=\"20{n}0-01-01\" 废止=\"20{n}5-01-01\" {{ 角色 办; 行为 甲 由=办; 行为 乙 由=办\n\
             前置 甲 乙 依据=\"某法@1#{cited}\" }}\n"
        )
    };
    let law = "法 某法 版本=\"1\" 施行=\"2000-01-01\" { 条 \"1\" \"甲\"; 条 \"2\" \"乙\"; }\n";
    let library = load(&format!("{}{}{law}", version(1, "1"), version(2, "2"))).unwrap();
    let found = content::diff(&library.procedures[0], &library.procedures[1]);
    assert_eq!((found.removed.len(), found.added.len(), found.moved.len()), (0, 0, 1));
}

#[test]
fn an_open_test_names_acts_that_exist_and_decides_something() {
    let procedure =
        "程序 试 版本=\"1\" 施行=\"2024-01-01\" { 角色 办; 行为 甲 由=办; 行为 乙 由=办; }\n";
    let codes = |test: &str| -> Vec<&str> {
        let faults = load(&format!("{procedure}{test}")).map(|_| Vec::new()).unwrap_or_else(|f| f);
        faults.iter().map(|f| f.code).collect()
    };
    assert_eq!(codes("行得通 \"先甲后乙\" { 甲; 乙; }"), Vec::<&str>::new());
    assert_eq!(codes("行得通 \"空\" { }"), ["empty-test"]);
    assert_eq!(codes("行得通 \"丙\" { 丙; }"), ["undeclared"]);
    assert_eq!(codes("行不通 \"办而不办\" 不办=\"甲\" { 甲; }"), ["absent-and-done"]);
    assert_eq!(codes("行不通 \"版本\" 版本=\"2\" { 甲; }"), ["undeclared"]);
}

#[test]
fn an_open_test_that_fails_forbids_publication() {
    let procedure = "程序 试 版本=\"1\" 施行=\"2024-01-01\" { 角色 办; 行为 甲 由=办; 行为 乙 由=办; \
                     前置 甲 乙 依据=内部 理由=\"试\"; }\n";
    for (test, passes) in
        [("行不通 \"没有甲\" 不办=\"甲\" { 乙; }", true), ("行得通 \"先乙\" { 乙; 甲; }", false)]
    {
        let library = load(&format!("{procedure}{test}")).unwrap();
        let report = content::check(&library, certify::Witnesses::None, &mut |_| true);
        let blocked = report.procedures[0].certificate.blocking().count();
        assert_eq!(blocked == 0, passes, "{test}");
    }
}

#[test]
fn the_part_before_the_fixing_act_is_common_to_all_versions() {
    let codes = |newer: &str| -> Vec<&'static str> {
        let text = format!(
            "程序 试 版本=\"1\" 施行=\"2024-01-01\" 废止=\"2025-01-01\" 定版=收 {{ 角色 办; 行为 知 由=办; 行为 交 由=办; 行为 收 由=办; }}\n\
             程序 试 版本=\"2\" 施行=\"2025-01-01\" 定版=收 {{ 角色 办; 行为 知 由=办 {{ 字段 知日 类型=日期; }}; \
             行为 交 由=办 {{ 字段 份数 类型=整数 必填=#true; 字段 知日 类型=日期; }}; 行为 收 由=办; 行为 转 由=办 {{ 字段 转日 类型=日期; }}\n{newer}\n}}\n"
        );
        load(&text).map(|_| Vec::new()).unwrap_or_else(|f| f.iter().map(|f| f.code).collect())
    };
    let rule = " 依据=内部 理由=\"试\"";
    let waits = format!("前置 交 收{rule}");
    assert_eq!(codes(&format!("前置 交 收 且=\"份数 = 1\"{rule}")), ["prelude-not-common"]);
    assert_eq!(codes(&format!("前置 交 收 且=\"非 有 份数 或 份数 = 1\"{rule}")), [""; 0]);
    let by =
        |when: &str| format!("{waits}\n可以 知 交 期限=\"5年\" 起算=知日{when} 顺延=#false{rule}");
    assert_eq!(
        codes(&by("")),
        ["prelude-not-common"],
        "a limit counted from a day not noted before"
    );
    assert_eq!(codes(&by(" 当=\"有 知日\"")), [""; 0]);
    let of_its_own = format!("{waits}\n可以 转 交 期限=\"5年\" 起算=转日 顺延=#false{rule}");
    assert_eq!(
        codes(&of_its_own),
        [""; 0],
        "an act only the newer version has is done on its form"
    );
}

#[test]
fn two_versions_do_not_govern_a_matter_by_the_day_of_each_act() {
    let codes = |transition: &str, when: &str| -> Vec<&'static str> {
        let text = format!(
            "程序 试 版本=\"1\" 施行=\"2024-01-01\" 过渡=\"{transition}\" {{ 角色 办; 行为 收 由=办 {{ 字段 收件日 类型=日期; }}\n\
             行为 复 由=办\n应当 收 复{when} 依据=内部 理由=\"试\"\n}}\n"
        );
        load(&text).map(|_| Vec::new()).unwrap_or_else(|f| f.iter().map(|f| f.code).collect())
    };
    assert_eq!(codes("按行为日", ""), ["transition-by-act"]);
    assert_eq!(codes("改日再说", ""), ["wrong-transition"]);
    assert_eq!(
        codes("自 2024-02-01", " 当=\"收件日 ≥ 2024-01-01\""),
        [""; 0],
        "what the fault advises"
    );
}

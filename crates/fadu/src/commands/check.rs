//! `fadu check`: proves the content.
//!
//! Every procedure is certified (L0–L13 and its stated properties), every story is told, and what
//! the stories leave uncovered is listed at its line. Exit 0 only if everything may be published.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use certify::{Certificate, Check as Load, Finding, Subject, Verdict, Witness, Witnesses};
use content::{Library, Look, OpenTest, Procedure, ProcedureReport};
use office::Stopwatch;
use serde::Serialize;

use crate::Answered;
use crate::cli::{Check, Common};
use crate::commands::print_json;
use crate::world::{content_dir, load_library, plan_faults};

/// The most seconds one graph may take.
pub(super) const SECONDS_MAX: f64 = 60.0;

/// The load checks in order, with what they say in Chinese.
const CHECKS: &[(Load, &str, &str)] = &[
    (Load::DeadEvent, "L1", "没有永远办不了的行为"),
    (Load::Trap, "L2", "任何情形下都能办结"),
    (Load::ErasedDuty, "L2*", "不靠消除义务也能办结"),
    (Load::StuckDuty, "L3", "没有永远了结不了的义务"),
    (Load::Stated, "L4–L6", "声明的性质"),
    (Load::OverriddenDuty, "L7", "没有较早的期限被悄悄改晚"),
    (Load::UnavoidableBreach, "L8", "没有注定逾期的义务"),
    (Load::SwitchedOff, "L9", "没有前置被悄悄关掉"),
    (Load::IdleClause, "L10", "能单独拒绝的条款"),
    (Load::EndlessStop, "L11", "没有停了就恢复不了的时钟"),
    (Load::UselessExtension, "L11", "没有永远用不上的延长"),
    (Load::OpenTest, "L12", "开放测试"),
    (Load::AutomaticCycle, "L13", "自动行为不成环"),
];

#[derive(Serialize)]
struct Told<'a> {
    procedure: &'a str,
    version: &'a str,
    hash: &'a str,
    seconds: f64,
    passes: bool,
    certificate: &'a certify::Certificate,
    stories: usize,
    stories_unlawful: usize,
    stories_untrue: Vec<&'a str>,
    rules_refusing: usize,
    rules_tripped_alone: usize,
    rules_idle: usize,
    rules_not_tripped: Vec<String>,
}

/// Checks and prints.
pub fn run(common: &Common, args: &Check) -> anyhow::Result<()> {
    let dir = content_dir(common)?;
    let loading = Stopwatch::start();
    let library = load_library(&dir)?;
    let loaded = loading.seconds();
    let lock = lock_faults(&dir, &library, args.lock)?;
    let plans: Vec<String> = plan_faults(&dir, &library)?.iter().map(ToString::to_string).collect();
    let reports = certify_all(&library, args.procedure.as_deref());
    let (told, untold) = content::examples(&library);
    let passes = reports.iter().all(|(_, r, _)| r.passes())
        && untold.is_empty()
        && lock.is_empty()
        && plans.is_empty();
    if common.json {
        let procedures: Vec<Told> =
            reports.iter().map(|(p, r, s)| for_machines(p, r, *s)).collect();
        let untold: Vec<&str> = untold.iter().map(|e| e.id.as_str()).collect();
        print_json(&serde_json::json!({
            "passes": passes, "procedures": procedures, "lock": lock, "plans": plans,
            "examples": { "told": told.len(), "of": told.len() + untold.len(), "untold": untold },
        }))?;
    } else {
        println!(
            "内容已装入:{} 部法律、{} 年日历、{} 个程序版本({loaded:.2} 秒)",
            library.statutes.len(),
            library.years.len(),
            library.procedures.len()
        );
        for (procedure, report, seconds) in &reports {
            print_procedure(procedure, report, *seconds);
        }
        println!("\n例题:{} / {} 有案例讲述", told.len(), told.len() + untold.len());
        for example in &untold {
            println!("  未讲述 {}:{}({})", example.id, example.question, example.position);
        }
        lock.iter().chain(&plans).for_each(|fault| println!("{fault}"));
        println!("\n{}", if passes { "全部通过" } else { "未通过" });
    }
    if passes { Ok(()) } else { Err(Answered.into()) }
}

/// A procedure, what came of it, and the seconds its looks took.
type Reported<'a> = (&'a Procedure, ProcedureReport, f64);

/// Certifies the procedures, all looks side by side, those at large graphs first.
fn certify_all<'a>(library: &'a Library, family: Option<&str>) -> Vec<Reported<'a>> {
    let wanted = |p: &&Procedure| family.is_none_or(|f| *f == p.family);
    let procedures: Vec<&Procedure> = library.procedures.iter().filter(wanted).collect();
    let mut jobs: Vec<(usize, Look)> =
        (0..procedures.len()).flat_map(|p| content::LOOKS.map(|look| (p, look))).collect();
    jobs.sort_by_key(|(p, _)| std::cmp::Reverse(procedures[*p].graph.relations.len()));
    let found: Mutex<BTreeMap<(usize, usize), (Certificate, f64)>> = Mutex::default();
    rayon::scope_fifo(|scope| {
        for (p, look) in jobs {
            let (found, procedure) = (&found, procedures[p]);
            scope.spawn_fifo(move |_| {
                let seen = certify(library, procedure, look);
                let place = (p, look as usize);
                found.lock().expect("no look panics while it holds the lock").insert(place, seen);
            });
        }
    });
    let mut found = found.into_inner().expect("all looks are taken");
    let mut take = |p, look: Look| found.remove(&(p, look as usize)).expect("every look was taken");
    let report = |(p, procedure): (usize, &'a Procedure)| {
        let looks = content::LOOKS.map(|look| take(p, look));
        let seconds = looks.iter().map(|(_, seconds)| seconds).sum();
        let looks = looks.map(|(certificate, _)| certificate);
        (procedure, content::report_of(library, procedure, looks), seconds)
    };
    procedures.into_iter().enumerate().map(report).collect()
}

/// Takes one look, and once more with runs to show where something forbids publication: they are dear.
fn certify(library: &Library, procedure: &Procedure, look: Look) -> (Certificate, f64) {
    let watch = Stopwatch::start();
    let over = Cell::new(false);
    let mut within = || {
        over.set(over.get() || watch.seconds() > SECONDS_MAX);
        !over.get()
    };
    let mut take =
        |witnesses| content::certify_look(library, procedure, witnesses, look, &mut within);
    let mut certificate = take(Witnesses::None);
    if certificate.blocking().next().is_some() && watch.seconds() < SECONDS_MAX {
        certificate = take(Witnesses::Refuted);
    }
    (certificate, watch.seconds())
}

/// What the lock of published versions says against the content.
pub(super) fn lock_faults(
    dir: &Path,
    library: &Library,
    write: bool,
) -> anyhow::Result<Vec<String>> {
    let path = dir.join("LOCK");
    let before = fs::read_to_string(&path).unwrap_or_default();
    if write {
        let now = content::lock(library, &before);
        fs::write(&path, now).with_context(|| format!("not written: {}", path.display()))?;
        return Ok(Vec::new());
    }
    Ok(content::check_lock(library, &before).iter().map(ToString::to_string).collect())
}

fn for_machines<'a>(
    procedure: &'a Procedure,
    report: &'a ProcedureReport,
    seconds: f64,
) -> Told<'a> {
    Told {
        procedure: &procedure.family,
        version: &procedure.version,
        hash: &procedure.hash,
        seconds,
        passes: report.passes(),
        certificate: &report.certificate,
        stories: report.stories,
        stories_unlawful: report.unlawful,
        stories_untrue: report.untrue.iter().map(|u| u.story.as_str()).collect(),
        rules_refusing: report.coverage.refusing,
        rules_tripped_alone: report.coverage.tripped,
        rules_idle: report.coverage.idle,
        rules_not_tripped: report.coverage.not_tripped.iter().map(|g| g.id.clone()).collect(),
    }
}

fn print_procedure(procedure: &Procedure, report: &ProcedureReport, seconds: f64) {
    let (graph, certificate) = (&procedure.graph, &report.certificate);
    let method = &certificate.method;
    println!("\n== {}({})  {}", procedure.family, procedure.version, &procedure.hash[..16]);
    let states = method.states.map_or("未数尽".to_owned(), |n| format!("{n:.3e}"));
    println!(
        "   {} 个行为(含组),{} 条关系,{} 条规则;{} 位,可达状态 {states},峰值节点 {},{seconds:.1} 秒",
        graph.events.len(),
        graph.relations.len(),
        report.coverage.rules,
        method.bits,
        method.peak_nodes
    );
    for (template, explored, cap) in &method.bounded_instances {
        println!("   实例「{template}」只查到 {explored} 个(上限 {cap})");
    }
    print_certificate(certificate, &procedure.open_tests);
    let c = &report.coverage;
    println!(
        "   案例 {} 个,其中以拒绝或逾期收场 {} 个;不符 {} 个",
        report.stories,
        report.unlawful,
        report.untrue.len()
    );
    for untrue in &report.untrue {
        for unmet in &untrue.unmet {
            println!("   ✗ {}:《{}》{}", unmet.position, untrue.story, unmet.message);
        }
    }
    println!(
        "   单独拒绝的覆盖:{} / {}(另有 {} 条证明从不单独拒绝);应对条目 {} / {} 有案例",
        c.tripped,
        c.refusing - c.idle,
        c.idle,
        c.rows_told.len(),
        c.rows.len()
    );
    for gap in &c.not_tripped {
        println!("   ✗ {}:没有案例单独触及「{}」({})", gap.position, gap.id, gap.article);
    }
    for gap in &c.not_satisfied {
        println!("   · {}:没有合法案例满足「{}」", gap.position, gap.id);
    }
}

/// Every check with what it found.
pub(super) fn print_certificate(certificate: &Certificate, tests: &[OpenTest]) {
    for (check, id, text) in CHECKS {
        print_check(tests, certificate.of(*check).collect(), *check, id, text);
    }
}

fn print_check(tests: &[OpenTest], findings: Vec<&Finding>, check: Load, id: &str, text: &str) {
    if findings.is_empty() {
        let none = match check {
            Load::ErasedDuty => "没有行为靠排除消除义务",
            _ => return,
        };
        println!("   ✓ {id:<6} {text}:{none}");
        return;
    }
    let proved = findings.iter().filter(|f| f.verdict == Verdict::Proved).count();
    let mark = match findings.iter().any(|f| f.blocks()) {
        true => "✗",
        false if proved == findings.len() => "✓",
        false => "·",
    };
    println!("   {mark} {id:<6} {text}:{proved} / {} 已证", findings.len());
    for finding in findings {
        if check == Load::Stated {
            let verdict = if finding.verdict == Verdict::Proved { "✓ 已证" } else { "✗" };
            println!("            {verdict} {}", finding.name);
        }
        if check == Load::UnavoidableBreach {
            print_schedule(finding);
            continue;
        }
        if let Subject::Test(at) = finding.subject {
            print_open_test(&tests[at], &finding.verdict);
            continue;
        }
        // An idle clause is listed with the coverage; a clause that is not idle is no fault.
        if finding.verdict == Verdict::Proved || check == Load::IdleClause {
            continue;
        }
        println!("            {}:{}", finding.name, verdict_text(&finding.verdict));
        finding.witness.iter().for_each(print_witness);
    }
}

/// What a duty needs and has, and its points of no return.
fn print_schedule(finding: &Finding) {
    let name = &finding.name;
    match (&finding.verdict, &finding.schedule) {
        (Verdict::Proved, Some(found)) if found.act_by.is_empty() => {}
        (Verdict::Proved, Some(found)) => {
            let by = |(step, day): &(String, i32)| format!("{step}不迟于第 {day} 日");
            let steps: Vec<String> = found.act_by.iter().map(by).collect();
            let (needs, has) = (found.needs, found.has);
            println!("            {name}:至多需 {needs} 日,至少有 {has} 日;{}", steps.join(","));
        }
        (Verdict::NotProved(_), Some(found)) => {
            let (needs, has) = (found.needs, found.has);
            println!("            {name}:未证(等待至多需 {needs} 日,期限至少 {has} 日)");
        }
        (verdict, _) => println!("            {name}:{}", verdict_text(verdict)),
    }
}

fn print_open_test(test: &OpenTest, verdict: &Verdict) {
    let kind = if test.feasible { "行得通" } else { "行不通" };
    let title = &test.title;
    match verdict {
        Verdict::Proved => println!("            ✓ {kind}:{title}"),
        Verdict::Refuted if test.feasible => println!(
            "            ✗ {}:{kind}《{title}》不成立:没有一种办结的走法是这样的;请查哪条规则拦住了它",
            test.position
        ),
        Verdict::Refuted => println!(
            "            ✗ {}:{kind}《{title}》不成立:有一种办结的走法恰是这样;请查缺了哪条规则",
            test.position
        ),
        Verdict::NotProved(why) => {
            println!("            ✗ {}:{kind}《{title}》未证({why})", test.position);
        }
    }
}

fn verdict_text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Proved => "已证".to_owned(),
        Verdict::Refuted => "不成立".to_owned(),
        Verdict::NotProved(why) => format!("未证({})", reason(why)),
    }
}

/// The checker's reasons in Chinese.
fn reason(why: &str) -> &str {
    const REASONS: &[(&str, &str)] = &[
        ("a limit or wait counts from a day that an act states", "从行为所填的日期起算"),
        ("a limit or wait has a length that only the matter knows", "期间由具体事项确定"),
        ("the acts it needs wait for one another", "所需的行为互相等待"),
        ("it needs an act for which the time may have run out", "所需的行为可能已经过了期限"),
        ("the search needed more diagram nodes than allowed", "超出节点上限"),
        ("the search did not finish within its time", "超出时间"),
    ];
    REASONS.iter().find(|(said, _)| *said == why).map_or(why, |(_, told)| told)
}

fn print_witness(witness: &Witness) {
    let steps: Vec<&str> = witness.steps.iter().map(|s| s.name.as_str()).collect();
    println!("              经过:{}", steps.join(" → "));
    if let certify::Replay::Disagrees(why) = &witness.replay {
        println!("              检查器自身有误:内核不认可这一经过({why})");
    }
}

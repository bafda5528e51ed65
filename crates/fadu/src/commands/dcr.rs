//! DCR graphs of other tools: `fadu export --format dcr-xml`, `fadu import --format dcr-xml`.
//!
//! An exported procedure comes with the list of what the format cannot say. An imported graph is
//! certified and thrown away: it cites nothing, so it never becomes content, and no office opens a
//! case on it. `replay_graph.rs` runs acts on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use certify::Options;
use exchange::{Format, Imported, Loss};
use kernel::{Graph, Kind};
use office::{Lang, Stopwatch};

use crate::cli::Common;
use crate::commands::{check, print_json};
use crate::world::{content_dir, load_library};

/// Writes a procedure's graph; the losses go to standard output, or beside a graph that goes there.
pub fn export(common: &Common, procedure: &str, out: Option<&Path>) -> anyhow::Result<()> {
    let library = load_library(&content_dir(common)?)?;
    let found = match procedure.split_once('@') {
        Some((family, version)) => library.procedure(family, version),
        None => library.family(procedure).last(),
    };
    let Some(found) = found else {
        let known = library.procedures.iter().map(|p| format!("{}@{}", p.family, p.version));
        let known = known.collect::<Vec<_>>().join(", ");
        bail!("nothing was exported: there is no `{procedure}`; there are {known}");
    };
    let written = exchange::write(&found.graph);
    match out {
        Some(path) => fs::write(path, &written.xml)
            .with_context(|| format!("nothing was exported: {}", path.display()))?,
        None => print!("{}", written.xml),
    }
    let lang = language(common.lang);
    let left_out: usize = written.losses.iter().map(|l| l.left_out).sum();
    if common.json && out.is_some() {
        let loss = |l: &Loss| {
            serde_json::json!({
                "rule": l.rule, "code": l.code, "left_out": l.left_out, "text": l.text(lang),
            })
        };
        let losses: Vec<_> = written.losses.iter().map(loss).collect();
        return print_json(&serde_json::json!({
            "relations": written.relations, "left_out": left_out, "losses": losses,
        }));
    }
    let mut lines = vec![format!(
        "已写出 {} 条关系;略去 {left_out} 条。这种格式说不出的,共 {} 项:",
        written.relations,
        written.losses.len()
    )];
    lines.extend(by_sentence(&written.losses, lang));
    match out {
        Some(_) => println!("{}", lines.join("\n")),
        None => eprintln!("{}", lines.join("\n")),
    }
    Ok(())
}

/// Each sentence once, with the rules it is about below it.
fn by_sentence(losses: &[Loss], lang: exchange::Lang) -> Vec<String> {
    let mut grouped: BTreeMap<String, Vec<&Loss>> = BTreeMap::new();
    for loss in losses {
        grouped.entry(loss.sentence(lang)).or_default().push(loss);
    }
    let mut lines = Vec::new();
    for (sentence, losses) in grouped {
        lines.push(format!("  {sentence}({})", losses.len()));
        lines.extend(losses.iter().map(|l| match l.left_out {
            0 | 1 => format!("    {}", l.rule),
            n => format!("    {} ×{n}", l.rule),
        }));
    }
    lines
}

/// Reads a graph, certifies it and tells what was found.
pub fn import(common: &Common, file: &Path, bytes: Vec<u8>) -> anyhow::Result<()> {
    let name = file.display().to_string();
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        anyhow::anyhow!("{name}: nothing was imported: byte {at} is not UTF-8; save it as UTF-8")
    })?;
    let imported = read(common, &name, &text)?;
    let watch = Stopwatch::start();
    let mut within = || watch.seconds() < check::SECONDS_MAX;
    let certificate = certify::certify(&imported.graph, &[], &Options::default(), &mut within);
    let Imported { graph, format, groups, arrows } = &imported;
    let passes = certificate.blocking().next().is_none();
    if common.json {
        return print_json(&serde_json::json!({
            "name": graph.name, "format": format_name(*format), "events": graph.events.len(),
            "groups": groups, "arrows": arrows, "relations": graph.relations.len(),
            "roles": graph.roles, "runs_cases": false, "passes": passes, "certificate": certificate,
        }));
    }
    println!("《{}》 {}", graph.name, format_name(*format));
    println!(
        "   {} 个事件,{groups} 个分组,{arrows} 条关系(展开后 {} 条:{})",
        graph.events.len(),
        graph.relations.len(),
        kinds(graph)
    );
    println!("   关系没有条文:可以查、可以模拟(fadu replay {name} --act …),不能据以办案");
    check::print_certificate(&certificate, &[]);
    Ok(())
}

/// The graph of a file, or all its faults as one error.
pub(super) fn read(common: &Common, name: &str, text: &str) -> anyhow::Result<Imported> {
    exchange::read(name, text).map_err(|faults| {
        let texts: Vec<String> = faults.iter().map(|f| f.text(language(common.lang))).collect();
        anyhow::anyhow!("{}", texts.join("\n"))
    })
}

fn language(lang: Lang) -> exchange::Lang {
    match lang {
        Lang::Zh => exchange::Lang::Zh,
        Lang::En => exchange::Lang::En,
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Portal => "dcrgraph",
        Format::Editor => "dcr:definitions",
    }
}

/// How many relations of each kind.
fn kinds(graph: &Graph) -> String {
    let count = |is: fn(&Kind) -> bool| graph.relations.iter().filter(|r| is(&r.kind)).count();
    let counts = [
        ("条件", count(|k| matches!(k, Kind::Condition { .. }))),
        ("应答", count(|k| matches!(k, Kind::Response { .. }))),
        ("排除", count(|k| *k == Kind::Exclude)),
        ("纳入", count(|k| *k == Kind::Include)),
        ("里程碑", count(|k| *k == Kind::Milestone)),
    ];
    counts.map(|(name, n)| format!("{name} {n}")).join(",")
}

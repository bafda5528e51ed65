//! `fadu explain`, `fadu diff`: what a rule is, and what a version changes.

use anyhow::{Context, bail};

use crate::cli::{Common, Diff, Explain};
use crate::commands::print_json;
use crate::world::{content_dir, load_library};

/// Explains every rule of that id, article, defect name or place.
pub fn run(common: &Common, args: &Explain) -> anyhow::Result<()> {
    let library = load_library(&content_dir(common)?)?;
    let found = content::explain(&library, &args.rule);
    if found.is_empty() {
        let ids = library.procedures.iter().flat_map(|p| p.rules.iter().map(|r| r.id.as_str()));
        let near = content::nearest(&args.rule, ids).unwrap_or_default();
        bail!(
            "没有「{}」这条规则:可以用规则名、条文(如 法@版本#条.款)、瑕疵名或文件:行。是否想查「{near}」?",
            args.rule
        );
    }
    if common.json {
        let list: Vec<_> = found
            .iter()
            .map(|e| {
                serde_json::json!({
                    "procedure": e.procedure.family, "version": e.procedure.version,
                    "rule": e.rule.id, "article": e.rule.article(), "text": e.rule.text,
                    "position": e.rule.position.to_string(), "gists": e.gists,
                    "relations": e.relations, "stories": e.stories,
                })
            })
            .collect();
        return print_json(&list);
    }
    for e in &found {
        println!(
            "{}({})「{}」  {}",
            e.procedure.family, e.procedure.version, e.rule.id, e.rule.position
        );
        println!("  {}", e.rule.text);
        for (article, gist) in &e.gists {
            println!("  {article}:{gist}");
        }
        if let Some(reason) = &e.rule.reason {
            println!("  理由:{reason}");
        }
        for relation in e.relations.iter().take(8) {
            println!("  内核:{relation}");
        }
        if e.relations.len() > 8 {
            println!("  内核:…共 {} 条关系", e.relations.len());
        }
        for story in &e.stories {
            println!("  案例:《{story}》");
        }
    }
    Ok(())
}

/// Compares two versions.
pub fn diff(common: &Common, args: &Diff) -> anyhow::Result<()> {
    let library = load_library(&content_dir(common)?)?;
    let find = |text: &str| {
        let (family, version) = text.split_once('@').unwrap_or((text, ""));
        library.procedure(family, version).with_context(|| {
            let known = library.procedures.iter().map(|p| format!("{}@{}", p.family, p.version));
            format!(
                "没有比较:没有「{text}」。写成 程序@版本;现有:{}",
                known.collect::<Vec<_>>().join("、")
            )
        })
    };
    let d = content::diff(find(&args.old)?, find(&args.new)?);
    if common.json {
        return print_json(&serde_json::json!({
            "acts_removed": d.acts_removed, "acts_added": d.acts_added,
            "removed": d.removed, "added": d.added, "moved": d.moved,
        }));
    }
    d.acts_removed.iter().for_each(|a| println!("- 行为 {a}"));
    d.acts_added.iter().for_each(|a| println!("+ 行为 {a}"));
    d.removed.iter().for_each(|l| println!("- {l}"));
    d.added.iter().for_each(|l| println!("+ {l}"));
    d.moved.iter().for_each(|(l, before, after)| println!("= {l}  条文由 {before} 改为 {after}"));
    println!(
        "少 {} 个行为、{} 行,多 {} 个行为、{} 行,{} 行只换了条文",
        d.acts_removed.len(),
        d.removed.len(),
        d.acts_added.len(),
        d.added.len(),
        d.moved.len()
    );
    Ok(())
}

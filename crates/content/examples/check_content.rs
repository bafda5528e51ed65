//! Checks a content folder without the program: `cargo run -p fadu-content --example check_content -- content [certify]`.
//!
//! Prints every fault, every story that is not as it says, and what the stories cover. The
//! product's own command is `fadu check`.

use std::path::Path;

fn main() {
    let root = std::env::args().nth(1).unwrap_or_else(|| "content".to_owned());
    let certify = std::env::args().nth(2).is_some();
    let mut sources = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut sources);
    let library = match content::load(&sources) {
        Ok(library) => library,
        Err(faults) => {
            faults.iter().for_each(|f| println!("{f}\n"));
            println!("{} faults", faults.len());
            std::process::exit(1);
        }
    };
    let report = content::check(&library, certify::Witnesses::Refuted, &mut |_| certify);
    for p in &report.procedures {
        let c = &p.coverage;
        println!("{}@{} {}", p.family, p.version, p.hash);
        println!("  {} stories, {} of them end in a refusal or breach", p.stories, p.unlawful);
        println!(
            "  {} rules; {} can refuse, {} tripped alone, {} idle",
            c.rules, c.refusing, c.tripped, c.idle
        );
        println!("  dossier rows {} of {}", c.rows_told.len(), c.rows.len());
        for unmet in p.untrue.iter().flat_map(|u| &u.unmet) {
            println!("  {}: {}", unmet.position, unmet.message);
        }
        c.not_tripped
            .iter()
            .for_each(|g| println!("  not tripped {} {} {}", g.position, g.id, g.article));
        c.not_satisfied
            .iter()
            .for_each(|g| println!("  not satisfied {} {} {}", g.position, g.id, g.article));
        if certify {
            for finding in p.certificate.blocking() {
                println!("  blocks: {:?} {} {:?}", finding.check, finding.name, finding.verdict);
            }
        }
    }
    let untold = report.examples_untold.iter().map(|e| e.id.as_str()).collect::<Vec<_>>();
    println!(
        "examples {} of {}; not told: {}",
        report.examples_told.len(),
        library.examples.len(),
        untold.join(" ")
    );
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<content::Source>) {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let below =
                path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            sources.push(content::Source { path: below, text });
        }
    }
}

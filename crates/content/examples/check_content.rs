//! Loads a content folder and prints every fault: `cargo run -p fadu-content --example check_content -- content`.
//!
//! The product's own command is `fadu check`; this is the crate used alone.

use std::path::Path;

fn main() {
    let root = std::env::args().nth(1).unwrap_or_else(|| "content".to_owned());
    let mut sources = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut sources);
    match content::load(&sources) {
        Ok(library) => {
            for p in &library.procedures {
                println!(
                    "{}@{}: {} events, {} relations, {} rules, {} stories, {}",
                    p.family,
                    p.version,
                    p.graph.events.len(),
                    p.graph.relations.len(),
                    p.rules.len(),
                    p.stories.len(),
                    p.hash
                );
                for story in &p.stories {
                    for unmet in content::run(&library, p, story).unmet {
                        println!("{}: {}: {}", unmet.position, story.title, unmet.message);
                    }
                }
            }
        }
        Err(faults) => {
            faults.iter().for_each(|f| println!("{f}\n"));
            println!("{} faults", faults.len());
            std::process::exit(1);
        }
    }
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<content::Source>) {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let below = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            sources.push(content::Source { path: below, text });
        }
    }
}

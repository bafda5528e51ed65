//! `fadu fmt`: formats content files, keeping comments.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::Answered;
use crate::cli::{Common, Fmt};
use crate::world::{content_dir, read_sources};

/// Formats the files given, or all content.
pub fn run(common: &Common, args: &Fmt) -> anyhow::Result<()> {
    let files: Vec<PathBuf> = match args.files.is_empty() {
        false => args.files.clone(),
        true => {
            let root = content_dir(common)?;
            read_sources(&root)?.into_iter().map(|s| root.join(s.path)).collect()
        }
    };
    let mut changed = 0;
    for path in files {
        let text =
            fs::read_to_string(&path).with_context(|| format!("not read: {}", path.display()))?;
        let name = path.display().to_string();
        let formatted = content::format(&name, &text).map_err(|faults| {
            let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", texts.join("\n"))
        })?;
        if formatted != text {
            changed += 1;
            println!("{name}");
            if !args.check {
                fs::write(&path, formatted).with_context(|| format!("not written: {name}"))?;
            }
        }
    }
    if args.check && changed > 0 { Err(Answered.into()) } else { Ok(()) }
}

//! `fadu new-procedure`: the skeleton of a procedure, which passes `fadu check` as it is.

use std::fs;

use anyhow::{Context, ensure};

use crate::cli::{Common, NewProcedure};
use crate::world::content_dir;

/// Writes the files; overwrites none.
pub fn run(common: &Common, args: &NewProcedure) -> anyhow::Result<()> {
    let root = content_dir(common)?;
    let folder = root.join("procedures").join(&args.name);
    ensure!(
        !folder.exists(),
        "nothing was written: {} exists; take another name or edit what is there",
        folder.display()
    );
    for source in content::new_procedure(&args.name)? {
        let path = root.join(&source.path);
        let parent = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("not written: {}", parent.display()))?;
        fs::write(&path, &source.text)
            .with_context(|| format!("not written: {}", path.display()))?;
        println!("{}", path.display());
    }
    println!("请编辑以上文件,再运行 fadu check");
    Ok(())
}

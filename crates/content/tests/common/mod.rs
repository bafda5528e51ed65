//! One text in, its faults out: line, column, code and suggestion.
#![allow(dead_code, reason = "each test file uses its part")]

use content::{Fault, Library, Source};
use expect_test::Expect;

/// Loads one file.
pub fn load(text: &str) -> Result<Library, Vec<Fault>> {
    let path = "procedures/试/procedure.kdl".to_owned();
    content::load(&[Source { path, text: text.to_owned() }])
}

/// Compares the faults of one file.
pub fn check(text: &str, expected: Expect) {
    let faults = load(text).err().unwrap_or_default();
    let shown = faults.iter().map(|f| {
        let meant = f.help.find('?').filter(|_| f.help.starts_with("是否")).map(|i| &f.help[..=i]);
        format!("{}:{} {} {}", f.line, f.column, f.code, meant.unwrap_or_default())
            .trim_end()
            .to_owned()
    });
    expected.assert_eq(&shown.collect::<Vec<_>>().join("\n"));
}

/// All files of the repository's content.
pub fn sources() -> Vec<Source> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    sources
}

fn collect(root: &std::path::Path, folder: &std::path::Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("the content folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let below = path.strip_prefix(root).expect("below the root");
            sources.push(Source { path: below.to_string_lossy().into_owned(), text });
        }
    }
}

//! Breaks the kernel on purpose, one named mistake at a time, and expects a test to notice.
//!
//! Each file in `mutants/` says what is changed and why that is wrong. The quick test checks that
//! every change still finds its place exactly once; with `FADU_MUTANTS=1` the crate is copied below
//! the target directory, each mutant is built and must fail the traps or a short differential run.
//! A mutant that does not build is a fault of its file, not a success.
//!
//! Not here: the tests that kill them (`traps.rs`, `differential.rs`).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

/// A deliberate mistake.
#[derive(Clone, Debug, Default)]
struct Mutant {
    name: String,
    why: String,
    edits: Vec<Edit>,
}

/// One change of one file of the crate.
#[derive(Clone, Debug)]
struct Edit {
    file: String,
    find: String,
    replace: String,
}

type Sources = BTreeMap<String, String>;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FEWEST: usize = 32;
const WORKERS: usize = 2;

fn mutants() -> Vec<Mutant> {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(HERE).join("tests/mutants"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "mutant"))
        .collect();
    files.sort();
    files.iter().map(|path| parse(&fs::read_to_string(path).unwrap())).collect()
}

/// `name:`, `why:`, then per change `file:`, the text to find and the replacement between marks.
fn parse(text: &str) -> Mutant {
    let mut mutant = Mutant::default();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if let Some(name) = line.strip_prefix("name: ") {
            mutant.name = name.to_owned();
        } else if let Some(why) = line.strip_prefix("why: ") {
            mutant.why = why.to_owned();
        } else if let Some(file) = line.strip_prefix("file: ") {
            let body = rest.strip_prefix("<<<<\n").expect("a change begins with <<<<");
            let (find, body) = body.split_once("\n====\n").expect("==== parts find and replace");
            let (replace, after) = body.split_once("\n>>>>\n").expect("a change ends with >>>>");
            rest = after;
            let owned = |s: &str| s.to_owned();
            mutant.edits.push(Edit {
                file: owned(file),
                find: owned(find),
                replace: owned(replace),
            });
        } else {
            panic!("not understood in a mutant: {line:?}");
        }
    }
    mutant
}

/// The changed files; every text to find must be there exactly once in the original.
fn changed(mutant: &Mutant, sources: &Sources) -> Vec<(String, String)> {
    let mut places: BTreeMap<String, Vec<(usize, &Edit)>> = BTreeMap::new();
    for edit in &mutant.edits {
        let original = &sources[&edit.file];
        let times = original.matches(&edit.find).count();
        assert_eq!(
            times, 1,
            "the mutant {:?} finds its place {times} times in {}; adapt its file:\n{}",
            mutant.name, edit.file, edit.find
        );
        let at = original.find(&edit.find).expect("it is there once");
        places.entry(edit.file.clone()).or_default().push((at, edit));
    }
    let change = |(file, mut edits): (String, Vec<(usize, &Edit)>)| {
        let mut text = sources[&file].clone();
        // From the end on, so that no change meets the text of another.
        edits.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        for (at, edit) in edits {
            text.replace_range(at..at + edit.find.len(), &edit.replace);
        }
        (file, text)
    };
    places.into_iter().map(change).collect()
}

/// The sources of the crate as they were when the run began, by `src/…`.
fn sources() -> Sources {
    let files = fs::read_dir(Path::new(HERE).join("src")).unwrap();
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (format!("src/{name}"), fs::read_to_string(&path).unwrap())
    };
    files.map(read).collect()
}

#[test]
fn every_mutant_still_finds_its_place() {
    let (all, sources) = (mutants(), sources());
    assert!(all.len() >= FEWEST, "only {} mutants", all.len());
    for mutant in &all {
        assert!(!mutant.why.is_empty() && !mutant.edits.is_empty(), "{mutant:?}");
        changed(mutant, &sources);
    }
}

#[test]
fn every_mutant_is_killed() {
    if std::env::var_os("FADU_MUTANTS").is_none() {
        println!("skipped: set FADU_MUTANTS=1 to build and run all mutants");
        return;
    }
    let (all, sources) = (mutants(), sources());
    let copies: Vec<Copy> = (0..WORKERS).map(|w| Copy::make(w, &sources)).collect();
    let queue = Mutex::new(all.iter());
    let survivors = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for copy in &copies {
            let (queue, survivors, sources) = (&queue, &survivors, &sources);
            scope.spawn(move || {
                assert!(copy.killer().is_none(), "the kernel itself passes its tests");
                loop {
                    let Some(mutant) = queue.lock().unwrap().next() else { break };
                    let killer = copy.tries(mutant, sources);
                    let by = killer.as_deref().unwrap_or("SURVIVED");
                    println!("{:<45} {by}", mutant.name);
                    if killer.is_none() {
                        survivors.lock().unwrap().push(format!("{}: {}", mutant.name, mutant.why));
                    }
                }
            });
        }
    });
    let survivors = survivors.into_inner().unwrap();
    println!("mutants killed {} of {}", all.len() - survivors.len(), all.len());
    assert!(survivors.is_empty(), "survivors: {survivors:#?}");
}

/// A copy of the crate in a workspace of its own, with its own build directory.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn make(worker: usize, sources: &Sources) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutants-{worker}"));
        let (here, there) = (Path::new(HERE), root.join("crates/kernel"));
        let workspace = here.join("../..");
        fs::create_dir_all(&there).unwrap();
        let manifest = fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
        let manifest = manifest
            .replace("\"crates/*\"", "\"crates/kernel\"")
            .replace("[profile.dev.package.fadu-kernel]\nopt-level = 1", "");
        fs::write(root.join("Cargo.toml"), manifest).unwrap();
        fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
        let own = fs::read_to_string(here.join("Cargo.toml")).unwrap();
        fs::write(there.join("Cargo.toml"), without_extras(&own)).unwrap();
        for name in ["src", "tests"] {
            let _ = fs::remove_dir_all(there.join(name));
        }
        fs::create_dir_all(there.join("src")).unwrap();
        for (file, text) in sources {
            fs::write(there.join(file), text).unwrap();
        }
        copy_all(&here.join("tests"), &there.join("tests"));
        for name in ["mutants.rs", "calendar_laws.rs"] {
            fs::remove_file(there.join("tests").join(name)).unwrap();
        }
        Self { root }
    }

    /// Applies a mutant, asks the tests, and puts the files back.
    fn tries(&self, mutant: &Mutant, sources: &Sources) -> Option<String> {
        let files = changed(mutant, sources);
        let there = self.root.join("crates/kernel");
        for (file, text) in &files {
            fs::write(there.join(file), text).unwrap();
        }
        let killer = self.killer();
        for (file, _) in &files {
            // Written, not copied: a copy would keep the old date and not be built again.
            fs::write(there.join(file), &sources[file]).unwrap();
        }
        killer
    }

    /// The first test that fails, if any.
    fn killer(&self) -> Option<String> {
        ["traps", "differential"].into_iter().find_map(|test| {
            let built = self.cargo(&["test", "--no-run", "--test", test]);
            let complaint = String::from_utf8_lossy(&built.stderr).into_owned();
            assert!(built.status.success(), "a mutant does not build:\n{complaint}");
            let run = self.cargo(&["test", "--test", test]);
            (!run.status.success()).then(|| {
                let said = String::from_utf8_lossy(&run.stdout).into_owned();
                let failed = said.lines().find(|l| l.ends_with("FAILED"));
                let name =
                    failed.and_then(|l| l.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
                format!("{test}: {}", name.unwrap_or("did not end well"))
            })
        })
    }

    /// Runs cargo under a limit of processor time, should a mutant never end.
    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new("sh")
            .args(["-c", "ulimit -t 60 && exec \"$0\" \"$@\"", env!("CARGO")])
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("FADU_DIFFERENTIAL_TRACES", "700")
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap()
    }
}

/// The manifest without dev-dependencies and benches: the copies need neither.
fn without_extras(manifest: &str) -> String {
    let sections = manifest.split("\n[");
    let kept = sections.filter(|s| !s.starts_with("dev-dependencies") && !s.starts_with("[bench"));
    kept.collect::<Vec<_>>().join("\n[")
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy_all(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}

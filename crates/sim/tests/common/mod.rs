//! Plans played on a store in memory, over the project's own law content.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use content::plan::Plan;
use content::{Library, Source};
use kernel::Instant;
use ledger::{Record, Sm2Signer};
use office::{Lang, Law, Office, VirtualClock, Wording};
use sim::{Played, Scale, SimError, Tally, Work};
use store::{MemoryStore, Store};

pub const PLACE: &str = "320507";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content")
}

fn sources() -> Vec<Source> {
    fn walk(root: &Path, dir: &Path, into: &mut Vec<Source>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else if path.extension().is_some_and(|e| e == "kdl") {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                into.push(Source { path: below, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    let mut sources = Vec::new();
    walk(&root(), &root(), &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// The content, read once for all tests of a file.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| content::load(&sources()).unwrap_or_else(|f| panic!("{}", f[0])))
}

/// The text of the place's plan of a year.
pub fn text_of(year: i32) -> String {
    fs::read_to_string(root().join(format!("places/{PLACE}/plan-{year}.kdl"))).unwrap()
}

/// Reads a plan that is right.
pub fn plan(text: &str) -> Plan {
    let source = Source { path: "plan-test.kdl".to_owned(), text: text.to_owned() };
    Plan::read(&source, library()).unwrap_or_else(|faults| {
        let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", texts.join("\n"))
    })
}

/// The place's plans of both years.
pub fn plans() -> Vec<Plan> {
    [2022, 2023].map(|year| plan(&text_of(year))).to_vec()
}

/// A plan of one stream, its ways as given.
pub fn one_stream(properties: &str, ways: &str) -> String {
    format!(
        "计划 2023 地方=\"{PLACE}\" {{\n来源 留言 程序=领导留言板 事项=\"L{{年}}-{{序}}\" {properties} {{\n{ways}\n}}\n}}\n"
    )
}

/// The acts of a message from its registration to the file, with other acts put in before the reply.
pub fn message(before_reply: &str) -> String {
    format!(
        "办 登记留言 {{ 填 信箱 区委书记信箱; 填 转交日; }}
        办 直接拟复 后=\"0-1个工作日\"
        办 拟定回复 后=\"0-1个工作日\"
        {before_reply}
        办 审批回复 后=\"0-1个工作日\" {{ 填 审批结论 同意; }}
        办 公开回复 后=\"0-1个工作日\"
        办 满意度评价 后=\"1-5日\" {{ 填 评价等级 {{ 占 满意 1; 占 非常满意 2; }}; }}
        办 归档 后=\"1-3个工作日\""
    )
}

/// A work and what it runs on.
pub struct Stage {
    pub office: Office,
    pub clock: Arc<VirtualClock>,
}

impl Stage {
    pub fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    pub fn on(store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(VirtualClock::at(Instant(0)));
        let law = Law::new(library().clone(), PLACE);
        let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
        let wording = Wording::new(Lang::Zh);
        Self { office: Office::new(law, store, clock.clone(), Some(signer), wording), clock }
    }

    /// Plays a work up to a moment.
    pub fn play_until(&self, work: &Work, until: Option<Instant>) -> Result<Played, SimError> {
        sim::play(work, &self.office, &self.clock, until, &mut |_| {})
    }

    pub fn play(&self, work: &Work) -> Played {
        self.play_until(work, None).unwrap_or_else(|e| panic!("{e}"))
    }

    pub fn records(&self) -> Vec<Record> {
        let stored = self.office.store.records(self.office.law.district, 1, u32::MAX).unwrap();
        stored.iter().map(|r| r.read().unwrap()).collect()
    }

    pub fn is_sound(&self) -> bool {
        self.office.checkpoint().unwrap();
        let verifier = self.office.verifier().unwrap();
        let verified = self.office.verify(&verifier, None).unwrap();
        assert!(verified.is_sound(), "{verified:?}");
        true
    }
}

/// The work of plans at a scale, from a seed.
pub fn work(plans: &[Plan], scale: f64, seed: u64) -> Work<'_> {
    let scale = Scale::of(scale).unwrap();
    Work::new(plans, library(), library().place(PLACE), scale, seed)
}

/// Whether the work can be played.
pub fn rehearsed(work: &Work) -> Result<Tally, String> {
    let tally = sim::tally(work, None);
    let law = Law::new(library().clone(), PLACE);
    sim::rehearse(work, &tally, &law, Lang::Zh).map_err(|e| e.to_string())?;
    Ok(tally)
}

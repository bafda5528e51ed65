//! An office over the project's own law content, a virtual clock and a fixed key.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use content::{Library, Source};
use kernel::{Day, Instant};
use ledger::{Sm2Signer, Value};
use office::{Done, Lang, Law, NotDone, Office, Request, VirtualClock, Wording};
use store::{MemoryStore, Store};

/// The office with its clock.
pub struct Desk {
    pub office: Office,
    pub clock: Arc<VirtualClock>,
}

/// Everything below the content folder.
pub fn sources() -> Vec<Source> {
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut sources = Vec::new();
    walk(&root, &root, &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// The content, read once for all tests of a file.
fn library() -> Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let load = || {
        content::load(&sources()).unwrap_or_else(|faults| {
            let texts: Vec<String> = faults.iter().take(20).map(ToString::to_string).collect();
            panic!("{} faults: {}", faults.len(), texts.join("\n"))
        })
    };
    LIBRARY.get_or_init(load).clone()
}

/// An office over a store.
pub fn desk_on(store: Arc<dyn Store>) -> Desk {
    let library = library();
    let clock = Arc::new(VirtualClock::at(at("2026-01-05 09:00")));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let law = Law::new(library, "320507");
    let office = Office::new(law, store, clock.clone(), Some(signer), Wording::new(Lang::Zh));
    Desk { office, clock }
}

/// An office over a store in memory.
pub fn desk() -> Desk {
    desk_on(Arc::new(MemoryStore::new()))
}

/// `2024-03-01 09:30`.
pub fn at(text: &str) -> Instant {
    let (date, time) = text.split_once(' ').unwrap_or((text, "09:00"));
    let n = |t: &str| t.parse::<i64>().unwrap();
    let d: Vec<&str> = date.split('-').collect();
    let (h, m) = time.split_once(':').unwrap();
    let day = Day::from_date(n(d[0]) as i32, n(d[1]) as u32, n(d[2]) as u32).unwrap();
    day.start().plus_seconds(n(h) * 3600 + n(m) * 60)
}

/// A request in the matter `M`, named after act and time.
pub fn act(when: &str, role: &str, name: &str, fields: &[(&str, &str)]) -> Request {
    Request {
        matter: "M".to_owned(),
        act: name.to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect(),
        persons: vec![format!("{role}甲")],
        role: role.to_owned(),
        performed_at: Some(at(when)),
        client_act: format!("{name} {when}"),
        ..Request::default()
    }
}

/// The party learns of the act; this opens the matter.
pub fn learn() -> Request {
    let fields = [
        ("知道日", "2024-02-20"),
        ("告知方式", "直接送达"),
        ("告知复议权利", "是"),
        ("行为作出日", "2024-02-19"),
        ("涉及不动产", "否"),
    ];
    let opens = Some("行政复议".to_owned());
    Request { opens, ..act("2024-03-04 09:10", "申请人", "知道行政行为", &fields) }
}

/// The application is filed.
pub fn file() -> Request {
    let fields = [
        ("申请人姓名", "周一鸣"),
        ("联系电话", "13800000000"),
        ("被申请人名称", "相城区城市管理局"),
        ("行政行为", "罚款决定"),
        ("行为数", "1"),
        ("复议请求", "撤销罚款决定"),
        ("事实和理由", "处罚前没有告知"),
        ("申请方式", "当面"),
        ("请求附带审查", "否"),
        ("请求行政赔偿", "否"),
        ("请求停止执行", "否"),
    ];
    act("2024-03-04 09:20", "申请人", "提交复议申请", &fields)
}

/// Receipt is registered, which fixes the version.
pub fn register() -> Request {
    let fields =
        [("案号", "M"), ("收件方式", "窗口"), ("被申请人类别", "本级部门"), ("有代表人", "否")];
    act("2024-03-04 09:40", "复议承办人", "登记收件", &fields)
}

/// The conditions are reviewed, all met.
pub fn review() -> Request {
    let fields = [("审查结论", "符合条件"), ("简易事由", "无")];
    act("2024-03-06 09:00", "复议承办人", "审查申请", &fields)
}

/// The application is accepted.
pub fn accept() -> Request {
    act("2024-03-07 11:00", "复议机关", "受理", &[("适用程序", "普通")])
}

/// The five acts of the slice.
pub fn slice() -> [Request; 5] {
    [learn(), file(), register(), review(), accept()]
}

impl Desk {
    /// Does an act that is lawful.
    pub fn does(&self, request: &Request) -> Done {
        self.office.perform(request).unwrap_or_else(|why| panic!("{}: {why}", request.act))
    }

    /// Does the five acts.
    pub fn five_acts(&self) {
        slice().iter().for_each(|request| {
            self.does(request);
        });
    }

    /// The text of a refusal.
    pub fn refuses(&self, request: &Request) -> String {
        match self.office.perform(request) {
            Err(NotDone::Refused(refused)) => refused.text,
            Err(NotDone::Invalid(text)) => text,
            other => panic!("{}: {other:?}", request.act),
        }
    }

    /// Size of the log.
    pub fn size(&self) -> u64 {
        self.office.store.head(self.office.law.district).unwrap().log.size
    }
}

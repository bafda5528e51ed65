//! Measures the product against plain baselines, in one run, in CPU time.
//!
//! Baseline and product take turns; each pair gives a ratio and the median of the pairs is told,
//! so a busy machine disturbs both sides alike. The goals and what passes are in `GOALS`.
//!
//! Not here: the workload's law (`content/places/*/demo.json` walks the case that is repeated).

mod growth_goal;
mod kernel_goals;
mod office_goals;
mod raw;
mod server_goal;
mod sweep_goal;
mod walk;

use std::fs;
use std::path::Path;

use anyhow::bail;
use serde::Serialize;

use crate::cli::{Bench, Common};

/// What a goal asks for.
struct Goal {
    id: &'static str,
    what: &'static str,
    pass: f64,
    stretch: f64,
    /// Whether more is better.
    up: bool,
}

const GOALS: &[Goal] = &[
    Goal {
        id: "G1",
        what: "groups of 100: acts per CPU second ÷ raw",
        pass: 0.5,
        stretch: 0.75,
        up: true,
    },
    Goal { id: "G3", what: "one act per commit: CPU ÷ raw", pass: 1.4, stretch: 1.15, up: false },
    Goal {
        id: "G7",
        what: "PostgreSQL, 16 clients: acts ÷ the same SQL under pgbench",
        pass: 0.6,
        stretch: 0.85,
        up: true,
    },
    Goal {
        id: "G16a",
        what: "verify bytes, tree, signatures ÷ SM3 of the same bytes",
        pass: 2.0,
        stretch: 1.3,
        up: false,
    },
    Goal {
        id: "G16b",
        what: "verify with kernel replay: thousand acts per CPU second",
        pass: 200.0,
        stretch: 500.0,
        up: true,
    },
    Goal {
        id: "G17", what: "act table and tree ÷ raw rows", pass: 1.35, stretch: 1.15, up: false
    },
    Goal {
        id: "G18",
        what: "acts per CPU second behind --acts stored ÷ behind a hundredth",
        pass: 0.8,
        stretch: 0.95,
        up: true,
    },
    Goal {
        id: "G21",
        what: "untimed replay: acts per CPU second ÷ 4.1 M/s",
        pass: 10.0,
        stretch: 25.0,
        up: true,
    },
    Goal {
        id: "G22",
        what: "replay with limits, guards, roles ÷ 3.2 M/s",
        pass: 3.0,
        stretch: 10.0,
        up: true,
    },
    Goal {
        id: "G23",
        what: "duties due in one second, none lost, none twice: p99 of other acts beside ÷ alone",
        pass: 2.0,
        stretch: 1.2,
        up: false,
    },
];

/// One measured goal.
#[derive(Serialize, Debug)]
pub struct Measured {
    /// The goal.
    pub id: &'static str,
    /// What was measured.
    pub what: &'static str,
    /// The median ratio.
    pub value: f64,
    /// What passes.
    pub pass: f64,
    /// What would be better still.
    pub stretch: f64,
    /// `stretch`, `pass` or `below`.
    pub verdict: &'static str,
    /// Baseline and product, in words.
    pub detail: String,
}

/// A value with its detail, by goal.
type Found = (&'static str, f64, String);

/// Measures the goals named (all, if none is); G7 where there is a server, G18 and G23 where
/// they are named.
pub fn measure(common: &Common, asked: &Bench) -> anyhow::Result<Vec<Measured>> {
    let (goals, pairs, server) = (&asked.goals, asked.pairs, asked.server.as_deref());
    // "G16" asks for both its parts and "G1" for none of them.
    let is_of = |id: &str, goal: &str| {
        id.strip_prefix(goal).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let wanted = |id: &str| goals.is_empty() || goals.iter().any(|goal| is_of(id, goal));
    let mut found: Vec<Found> = Vec::new();
    if ["G1", "G3", "G16a", "G16b", "G17"].into_iter().any(wanted) {
        found.extend(office_goals::measure(common, pairs, &wanted)?);
    }
    match server {
        Some(server) if wanted("G7") => found.push(server_goal::measure(common, pairs, server)?),
        None if goals.iter().any(|goal| goal == "G7") => {
            bail!(
                "nothing was measured: G7 needs a database of its own; give --server postgres://…"
            )
        }
        _ => {}
    }
    if goals.iter().any(|goal| goal == "G18") {
        found.push(growth_goal::measure(common, pairs, asked.acts)?);
    }
    if goals.iter().any(|goal| goal == "G23") {
        found.push(sweep_goal::measure(common, asked.duties)?);
    }
    if wanted("G21") || wanted("G22") {
        found.extend(kernel_goals::measure(pairs));
    }
    let judged = GOALS.iter().filter(|g| wanted(g.id)).filter_map(|goal| {
        let (_, value, detail) = found.iter().find(|(id, ..)| *id == goal.id)?;
        let reaches = |bar: f64| if goal.up { *value >= bar } else { *value <= bar };
        let verdict = match (reaches(goal.stretch), reaches(goal.pass)) {
            (true, _) => "stretch",
            (false, true) => "pass",
            _ => "below",
        };
        let (id, what, pass, stretch) = (goal.id, goal.what, goal.pass, goal.stretch);
        Some(Measured { id, what, value: *value, pass, stretch, verdict, detail: detail.clone() })
    });
    Ok(judged.collect())
}

/// CPU time of this thread in nanoseconds, as the system counts it.
pub(crate) fn cpu_ns() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|t| t.parse().ok()).expect("Linux counts CPU time per thread")
}

/// CPU nanoseconds per item of the work.
pub(crate) fn per_item(items: u64, work: impl FnOnce()) -> f64 {
    let before = cpu_ns();
    work();
    (cpu_ns() - before) as f64 / items as f64
}

/// The middle of the values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Load of the machine, for the table's head.
pub(crate) fn load() -> String {
    fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default().trim().to_owned()
}

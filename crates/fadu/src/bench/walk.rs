//! The case that is walked again and again: the lawful part of the demo's.
//!
//! Takes the place's script; gives the requests of as many matters as are asked for.
//!
//! Next: `office_goals.rs`, `server_goal.rs`.

use kernel::Instant;
use ledger::Value;
use office::Request;

use crate::cli::Common;
use crate::demo_script::Script;
use crate::world::{content_dir, instant};

/// The lawful part of the demo's walk.
pub struct Walk {
    procedure: String,
    lines: Vec<(Instant, Request)>,
}

impl Walk {
    /// Reads it from the content.
    pub fn read(common: &Common) -> anyhow::Result<Self> {
        let path = content_dir(common)?.join("places").join(&common.place).join("demo.json");
        let script = Script::read(&path)?;
        let mut lines = Vec::new();
        for line in script.lines.iter().filter(|l| !l.refused) {
            let at = instant(&line.at)?;
            let fields = line.fields.iter();
            let request = Request {
                act: line.act.clone(),
                fields: fields.map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect(),
                persons: vec![line.person.clone()],
                role: line.role.clone(),
                performed_at: Some(at),
                ..Request::default()
            };
            lines.push((at, request));
        }
        Ok(Self { procedure: script.procedure, lines })
    }

    /// How many acts a matter has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The acts of so many matters from a number on, all first acts before all second ones.
    pub fn requests(&self, from: u64, matters: u64) -> Vec<Request> {
        let of = |line: usize, matter: u64| {
            let (_, request) = &self.lines[line];
            Request {
                matter: format!("bench-{matter:08}"),
                opens: (line == 0).then(|| self.procedure.clone()),
                client_act: format!("{matter:x}/{line}"),
                ..request.clone()
            }
        };
        let lines = 0..self.lines.len();
        lines
            .flat_map(|line| (from..from + matters).map(move |m| (line, m)))
            .map(|(l, m)| of(l, m))
            .collect()
    }
}

//! `fadu replay`: runs stories and tells, act by act, what was refused and why, what is owed by
//! when with the working, and what is possible.

use std::fs;

use anyhow::Context;
use content::{Library, Procedure, Story, Told};
use kernel::{ClauseId, Failing, Unauthorised};
use office::{Explain, Law, Reason, Wording};
use serde::Serialize;

use crate::Answered;
use crate::cli::{Common, Replay};
use crate::commands::{print_json, replay_graph};
use crate::world::{content_dir, load_library};

/// One act of a story, for machines.
#[derive(Serialize, Debug)]
pub(super) struct Beat {
    pub at: String,
    pub actor: String,
    pub act: String,
    pub accepted: bool,
    pub refusals: Vec<Reason>,
    pub warnings: Vec<Reason>,
    pub clock: Vec<String>,
    pub owed: Vec<OwedAct>,
    pub possible: Vec<String>,
}

/// One duty, for machines.
#[derive(Serialize, Debug)]
pub(super) struct OwedAct {
    pub act: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nominal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    pub provisional: bool,
    pub late: bool,
    pub working: Vec<String>,
}

/// A story as it went, for machines.
#[derive(Serialize, Debug)]
pub(super) struct StoryTold {
    pub story: String,
    pub procedure: String,
    pub version: String,
    pub acts: Vec<Beat>,
    pub unmet: Vec<String>,
}

/// Runs the stories of a file.
pub fn run(common: &Common, args: &Replay) -> anyhow::Result<()> {
    let path = &args.file;
    let text = fs::read_to_string(path)
        .with_context(|| format!("nothing was replayed: {}", path.display()))?;
    let name = path.display().to_string();
    if path.extension().is_some_and(|e| e == "xml") {
        return replay_graph::run(common, &name, &text, &args.acts);
    }
    if !args.acts.is_empty() {
        anyhow::bail!("nothing was replayed: --act is for a DCR graph; {name} has acts of its own");
    }
    let law = Law::new(load_library(&content_dir(common)?)?, &common.place);
    let read = match path.extension().is_some_and(|e| e == "jsonl") {
        true => content::stories_from_json(&law.library, &name, &text),
        false => content::stories_from_kdl(&law.library, &name, &text, None),
    };
    let stories = read.map_err(|faults| {
        let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", texts.join("\n"))
    })?;
    let wording = Wording::new(common.lang);
    let told = stories.iter().map(|(at, s)| tell(&law, &wording, &law.library.procedures[*at], s));
    let told: Vec<StoryTold> = told.collect();
    if common.json {
        print_json(&told)?;
    } else {
        told.iter().for_each(print_story);
    }
    match told.iter().all(|t| t.unmet.is_empty()) {
        true => Ok(()),
        false => Err(Answered.into()),
    }
}

fn tell(law: &Law, wording: &Wording, procedure: &Procedure, story: &Story) -> StoryTold {
    let library: &Library = &law.library;
    let outcome = content::run(library, procedure, story);
    let worked_out = &procedure.computations;
    let explain = Explain { graph: &procedure.graph, wording, worked_out };
    let teller = Teller { law, procedure, explain };
    StoryTold {
        story: story.title.clone(),
        procedure: procedure.family.clone(),
        version: procedure.version.clone(),
        acts: outcome.told.iter().map(|t| teller.beat(t)).collect(),
        unmet: outcome.unmet.iter().map(|u| format!("{}: {}", u.position, u.message)).collect(),
    }
}

struct Teller<'a> {
    law: &'a Law,
    procedure: &'a Procedure,
    explain: Explain<'a>,
}

impl Teller<'_> {
    fn beat(&self, told: &Told) -> Beat {
        let event = told.event;
        let marking = &told.outlook.marking;
        let reason =
            |f: &Failing| event.map(|e| self.named(self.explain.reason(e, f, marking), f.clause));
        let law = told.refusal.iter().flat_map(|r| &r.failing).filter_map(reason);
        let persons = event.into_iter().flat_map(|e| {
            let role = told.role.as_deref().unwrap_or_default();
            told.unauthorised.iter().map(move |u| self.person(e, role, u))
        });
        Beat {
            at: told.at.to_string(),
            actor: told.role.clone().unwrap_or_default(),
            act: event.map_or(String::new(), |e| self.explain.act(e)),
            accepted: told.accepted,
            refusals: law.chain(persons).collect(),
            warnings: told.warnings.iter().filter_map(reason).collect(),
            clock: told.clock_acts.iter().map(|c| self.explain.clock_act(c)).collect(),
            owed: told.outlook.owed.iter().map(|o| self.owed(o)).collect(),
            possible: self.explain.possible(&told.outlook),
        }
    }

    fn named(&self, reason: Reason, clause: ClauseId) -> Reason {
        let rule = self.procedure.rule(clause);
        Reason { rule: rule.id.clone(), article: rule.article(), ..reason }
    }

    fn person(&self, event: kernel::EventId, role: &str, why: &Unauthorised) -> Reason {
        self.explain.person_reason(event, role, why)
    }

    fn owed(&self, owed: &kernel::Owed) -> OwedAct {
        owed_act(&self.explain, owed, &self.law.library.calendar, &|day| self.law.holiday(day))
    }
}

/// A duty with its dates and its working.
pub(super) fn owed_act(
    explain: &Explain,
    owed: &kernel::Owed,
    calendar: &kernel::Calendar,
    holiday: &dyn Fn(kernel::Day) -> Option<String>,
) -> OwedAct {
    let dates = Explain::dates(&owed.duty);
    let steps = kernel::working(&owed.duty, calendar);
    OwedAct {
        act: explain.act(owed.event),
        nominal: dates.as_ref().map(|d| d.0.clone()),
        due: dates.as_ref().map(|d| d.1.clone()),
        provisional: dates.is_some_and(|d| d.2),
        late: owed.late,
        working: explain.working(&steps, holiday),
    }
}

pub(super) fn print_story(told: &StoryTold) {
    println!("\n《{}》 {}({})", told.story, told.procedure, told.version);
    for act in &told.acts {
        let verdict = match (act.act.is_empty(), act.accepted) {
            (true, _) => "查看",
            (false, true) => "已办理",
            (false, false) => "未办理",
        };
        println!("{}  {} {}  {verdict}", act.at, act.actor, act.act);
        for line in &act.clock {
            println!("    时限:{line}");
        }
        for reason in &act.refusals {
            let earliest = reason.earliest.as_ref().map_or(String::new(), |d| format!(",最早 {d}"));
            println!("    拒绝:{}({}{earliest})", reason.fact, reason.article);
        }
        for reason in &act.warnings {
            println!("    提示:{}({})", reason.fact, reason.article);
        }
        for owed in act.owed.iter().filter(|o| o.due.is_some()) {
            let late = if owed.late { ",已逾期" } else { "" };
            let due = owed.due.as_deref().unwrap_or_default();
            println!("    应办:{} 至 {due}{late}  [{}]", owed.act, owed.working.join(";"));
        }
    }
    for line in &told.unmet {
        println!("  不符:{line}");
    }
}

//! `fadu replay GRAPH.xml --act …`: acts on a DCR graph of another tool, one after another.
//!
//! Nothing is recorded and nobody is asked for a role: the graph is not law. Such a graph has
//! natural time only, so the calendar has no holidays.

use anyhow::{Context, bail};
use exchange::Imported;
use kernel::{Act, Calendar, Env, EventId, Instant, Marking, Year, outlook, step};
use office::{Explain, Reason, Wording};

use crate::Answered;
use crate::cli::Common;
use crate::commands::replay::{Beat, StoryTold, owed_act, print_story};
use crate::commands::{dcr, print_json};
use crate::world::instant;

/// How many years of calendar a simulation has: the longest limit that is read, and its anchor.
const YEARS: i32 = 110;

/// Does the acts and tells what came of each.
pub fn run(common: &Common, name: &str, text: &str, acts: &[String]) -> anyhow::Result<()> {
    let Imported { graph, .. } = dcr::read(common, name, text)?;
    if acts.is_empty() {
        bail!(
            "nothing was simulated: give acts as --act ACT@TIME, such as --act \"{}@2024-03-01\"",
            graph.events.first().map_or("A", |e| e.name.as_str())
        );
    }
    let acts = acts.iter().map(|a| deed(&graph, a)).collect::<anyhow::Result<Vec<_>>>()?;
    let first = acts.iter().map(|(_, at)| *at).min().expect("there is an act");
    let (year, ..) = first.day().date();
    let years: Vec<Year> =
        (year..year + YEARS).map(|year| Year { year, ..Year::default() }).collect();
    let calendar = Calendar::new(0, &years).context("nothing was simulated")?;
    let env = Env { calendar: &calendar, params: &[] };
    let wording = Wording::new(common.lang);
    let explain = Explain { graph: &graph, wording: &wording, worked_out: &[] };
    let mut case = Marking::initial(&graph, &env, first);
    let beats = acts.iter().map(|(event, at)| beat(explain, &mut case, &env, *event, *at));
    let told = StoryTold {
        story: graph.name.clone(),
        procedure: name.to_owned(),
        version: String::new(),
        acts: beats.collect(),
        unmet: Vec::new(),
    };
    match common.json {
        true => print_json(&told)?,
        false => {
            print_story(&told);
            let last = told.acts.last().expect("there is an act");
            println!("现在可办:{}", last.possible.join("、"));
        }
    }
    match told.acts.iter().all(|a| a.accepted) {
        true => Ok(()),
        false => Err(Answered.into()),
    }
}

/// Reads `act@time`; the name may itself hold the sign.
fn deed(graph: &kernel::Graph, text: &str) -> anyhow::Result<(EventId, Instant)> {
    let (act, at) = text
        .rsplit_once('@')
        .with_context(|| format!("nothing was simulated: `{text}` is not ACT@TIME"))?;
    let Some(event) = graph.event_named(act) else {
        let names = graph.events.iter().map(|e| e.name.as_str());
        let near = content::nearest(act, names.clone()).map(str::to_owned);
        let near = near.unwrap_or_else(|| names.collect::<Vec<_>>().join(", "));
        bail!("nothing was simulated: the graph has no event `{act}`; perhaps {near}");
    };
    Ok((event, instant(at)?))
}

fn beat(explain: Explain, case: &mut Marking, env: &Env, event: EventId, at: Instant) -> Beat {
    let graph = explain.graph;
    let came = step(graph, case, env, &Act::bare(event, at));
    let now = outlook(graph, case, env, at);
    let (accepted, failing, clock) = match &came {
        Ok(done) => (true, &[][..], &done.clock_acts),
        Err(refusal) => (false, &refusal.failing[..], &refusal.clock_acts),
    };
    // There is no article; the place of the line stands for it.
    let reason = |f: &kernel::Failing| Reason {
        article: explain.articles(f.clause),
        ..explain.reason(event, f, &now.marking)
    };
    Beat {
        at: at.to_string(),
        actor: String::new(),
        act: explain.act(event),
        accepted,
        refusals: failing.iter().map(reason).collect(),
        warnings: Vec::new(),
        clock: clock.iter().map(|c| explain.clock_act(c)).collect(),
        owed: now.owed.iter().map(|o| owed_act(&explain, o, env.calendar, &|_| None)).collect(),
        possible: explain.possible(&now),
    }
}

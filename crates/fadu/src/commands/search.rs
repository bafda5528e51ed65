//! `fadu search`: matters found by words, numbers of documents and names.

use indicatif::{ProgressBar, ProgressStyle};
use office::{Found, Office, Search};
use store::{MatterFilter, MatterState};

use crate::cli::{Common, SearchArgs};
use crate::commands::print_json;
use crate::world::World;

/// Reads the log into the index, then searches; prints each matter with the text that speaks of it.
pub fn run(common: &Common, args: &SearchArgs) -> anyhow::Result<()> {
    let office = World::open(common, &args.store.store, args.store.key.as_deref())?.office;
    index(common, &office)?;
    let state = args.state.as_deref().map(|state| match state {
        "closed" => MatterState::Closed,
        _ => MatterState::Open,
    });
    let page = office.search(&Search {
        words: args.words.join(" "),
        filter: MatterFilter { procedure: args.procedure.clone(), state },
        after: args.after.clone(),
        limit: args.limit,
    })?;
    if common.json {
        return print_json(&page);
    }
    page.found.iter().for_each(print);
    println!("找到 {} 件,查到日志第 {} 条记录", page.found.len(), page.searched);
    if let Some(next) = &page.next {
        println!("接着查:--after '{next}'");
    }
    Ok(())
}

/// A log that was never searched is read once; that may take a while.
fn index(common: &Common, office: &Office) -> anyhow::Result<()> {
    let bar = if common.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {eta}");
    bar.set_style(style.expect("the template is right"));
    office.index(&mut |read, of| {
        bar.set_length(of);
        bar.set_position(read);
    })?;
    bar.finish_and_clear();
    Ok(())
}

fn print(found: &Found) {
    let state = if found.open { "在办" } else { "办结" };
    println!("{}  {}  {}  {state}", found.matter, found.procedure, found.title);
    let text: String = found
        .excerpt
        .iter()
        .map(|piece| match piece.hit {
            true => format!("【{}】", piece.text),
            false => piece.text.clone(),
        })
        .collect();
    let record = found.record.map_or(String::new(), |number| format!("(第 {number} 号记录)"));
    println!("      {}{record}:{text}", found.place);
}

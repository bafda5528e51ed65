//! `fadu show`: a matter as it stands, or the list of matters.

use ledger::{Actor, Standing};
use office::{MatterPage, Office};
use serde::Serialize;
use store::{MatterFilter, MatterState};

use crate::cli::{Common, Show};
use crate::commands::print_json;
use crate::world::{World, instant};

#[derive(Serialize)]
struct Listed {
    matter: String,
    procedure: String,
    version: String,
    title: String,
    records: u32,
    open: bool,
}

/// Shows a matter, or all of them.
pub fn run(common: &Common, args: &Show) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let office = &world.office;
    let Some(matter) = &args.matter else { return list(common, office) };
    let at = args.at.as_deref().map(instant).transpose()?.unwrap_or_else(|| office.now());
    let Some(page) = office.matter(matter, at)? else {
        anyhow::bail!(office.wording.say("office.no_matter", &[("matter", matter)]));
    };
    match common.json {
        true => print_json(&office.shown(&page)),
        false => {
            print_page(office, &page, args.why_not);
            Ok(())
        }
    }
}

fn list(common: &Common, office: &Office) -> anyhow::Result<()> {
    let mut listed = Vec::new();
    let mut before = None;
    loop {
        let filter = MatterFilter::default();
        let page = office.store.matters(office.law.district, &filter, before, 500)?;
        let Some(last) = page.last() else { break };
        before = Some(last.key);
        listed.extend(page.into_iter().map(|m| Listed {
            matter: m.matter,
            procedure: m.view.procedure,
            version: m.view.version,
            title: m.view.title,
            records: m.position,
            open: m.view.state == MatterState::Open,
        }));
    }
    if common.json {
        return print_json(&listed);
    }
    for m in &listed {
        let state = if m.open { "在办" } else { "办结" };
        println!(
            "{}  {}({})  {}  {} 条记录  {state}",
            m.matter, m.procedure, m.version, m.title, m.records
        );
    }
    println!("共 {} 件", listed.len());
    Ok(())
}

/// Timeline, owed with working, possible, and not possible with all reasons.
pub fn print_page(office: &Office, page: &MatterPage, why_not: bool) {
    let procedure = page.case.procedure;
    println!("{}({})  {}", procedure.family, procedure.version, page.case.state.title);
    println!("—— 记录");
    for r in &page.records {
        let who = match &r.actor {
            Actor::Person { person, role, .. } => format!("{role} {person}"),
            Actor::Clock => "时限".to_owned(),
        };
        let standing = match &r.standing {
            Standing::Observed => "",
            Standing::Reported => "(据报)",
            Standing::Irregular { .. } => "(据报,不合规)",
        };
        let at = kernel::Instant(r.performed_at);
        let duty = r.payload.get("duty").and_then(ledger::Value::as_text);
        let act = office.record_name(&r.act, duty.unwrap_or(&r.version));
        println!("  {:>4}  {at}  {act}{standing}  {who}", r.number);
        let changed = r.payload.get(office::SWITCHED_DUTIES).and_then(ledger::Value::as_map);
        for (duty, states) in changed.iter().flat_map(|m| m.iter()) {
            let texts = states.as_list().unwrap_or_default().iter();
            let texts: Vec<String> =
                texts.filter_map(ledger::Value::as_text).map(|s| office.duty_state(s)).collect();
            println!("              {duty}:{}", texts.join(" → "));
        }
    }
    let shown = office.shown(page);
    println!("—— 应办");
    for duty in &shown.owed {
        let due = duty.due.as_deref().unwrap_or("无期限");
        let late = if duty.late { ",已逾期" } else { "" };
        println!("  {}({},至 {due}{late})", duty.act, duty.role);
        println!("      {}", duty.working.join(";"));
    }
    println!("—— 现在可办");
    println!("  {}", shown.possible.join("、"));
    if why_not {
        println!("—— 现在不可办");
        for refused in &shown.barred {
            println!("  {}", refused.act);
            for reason in &refused.reasons {
                println!("      {}({})", reason.fact, reason.article);
            }
        }
    }
}

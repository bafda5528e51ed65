//! `fadu open`, `fadu act`: one act, refused or sealed.

use office::{Done, NotDone, Request};

use crate::Answered;
use crate::cli::{ActArgs, Common, Open};
use crate::commands::print_json;
use crate::world::{World, instant, pairs};

/// Opens a matter with its first act.
pub fn open(common: &Common, args: &Open) -> anyhow::Result<()> {
    run(common, &args.act, Some(args.procedure.clone()))
}

/// Does an act.
pub fn run(common: &Common, args: &ActArgs, opens: Option<String>) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let performed_at = args.at.as_deref().map(instant).transpose()?;
    let request = Request {
        matter: args.matter.clone(),
        opens,
        fixed_at: None,
        act: args.act.clone(),
        key: args.key_of_instance.clone(),
        fields: pairs(&args.fields)?,
        persons: args.persons.clone(),
        role: args.role.clone(),
        performed_at,
        client_act: args.client.clone().unwrap_or_else(office::new_name),
        seen: args.seen,
        acknowledge: args.acknowledge.clone(),
        reported: args.reported,
        documents: Vec::new(),
    };
    match world.office.perform(&request) {
        Ok(done) if common.json => print_json(&done),
        Ok(done) => {
            print_done(&done);
            Ok(())
        }
        Err(NotDone::Refused(refused)) if common.json => {
            print_json(&refused)?;
            Err(Answered.into())
        }
        Err(why) => {
            eprintln!("{why}");
            Err(Answered.into())
        }
    }
}

/// The answer to a sealed act, in words.
pub fn print_done(done: &Done) {
    let again = if done.again { "(此前已办理,同一答复)" } else { "" };
    println!("已办理「{}」:案件 {},第 {} 号记录{again}", done.act, done.matter, done.number);
    println!("  摘要 {}", done.digest);
    for reason in &done.irregular {
        println!("  不合规:{}({})", reason.fact, reason.article);
    }
    for note in &done.clock {
        println!("  时限:{}", note.text);
    }
    for duty in &done.owed {
        let due = duty.due.as_deref().unwrap_or("无期限");
        let late = if duty.late { ",已逾期" } else { "" };
        println!("  应办:{}({},至 {due}{late})", duty.act, duty.role);
    }
}

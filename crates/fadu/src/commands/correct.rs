//! `fadu correct`: a sealed correction of an earlier record.

use office::CorrectionRequest;

use crate::Answered;
use crate::cli::{Common, Correct};
use crate::commands::act::print_done;
use crate::commands::print_json;
use crate::world::{World, instant, pairs};

/// Corrects a record.
pub fn run(common: &Common, args: &Correct) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let request = CorrectionRequest {
        matter: args.matter.clone(),
        of: args.of,
        fields: pairs(&args.fields)?,
        performed_at: args.at.as_deref().map(instant).transpose()?,
        annul: args.annul,
        person: args.person.clone(),
        role: args.role.clone(),
        reason: args.reason.clone(),
        evidence: args.evidence.clone(),
        client_act: args.client.clone().unwrap_or_else(office::new_name),
    };
    match world.office.correct(&request) {
        Ok(done) if common.json => print_json(&done),
        Ok(done) => {
            print_done(&done);
            Ok(())
        }
        Err(why) => {
            eprintln!("{why}");
            Err(Answered.into())
        }
    }
}

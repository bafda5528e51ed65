//! One command, one file; this is the table of them.

mod act;
mod backup;
mod bench;
mod calendar;
mod check;
mod correct;
mod dcr;
mod demo;
mod doctor;
mod due;
mod explain;
mod export;
mod figures;
mod fmt;
mod import;
mod key;
mod list;
mod new_procedure;
mod proof;
mod replay;
mod replay_graph;
mod search;
mod serve;
mod show;
mod simulate;
mod sweep;
mod verify;

use crate::cli::{Cli, Command, KeyCommand};

/// Runs the command.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let common = &cli.common;
    match cli.command {
        Command::Check(args) => check::run(common, &args),
        Command::Demo(args) => demo::run(common, &args),
        Command::Replay(args) => replay::run(common, &args),
        Command::Due(args) => due::run(common, &args),
        Command::Open(args) => act::open(common, &args),
        Command::Act(args) => act::run(common, &args, None),
        Command::Show(args) => show::run(common, &args),
        Command::Search(args) => search::run(common, &args),
        Command::Correct(args) => correct::run(common, &args),
        Command::Verify(args) => verify::run(common, &args),
        Command::Checkpoint(args) => proof::checkpoint(common, &args),
        Command::Key(args) => match args.what {
            KeyCommand::Rotate(args) => key::rotate(common, &args),
        },
        Command::Receipt(args) => proof::receipt(common, &args),
        Command::Export(args) => export::run(common, &args),
        Command::Import(args) => import::run(common, &args),
        Command::Simulate(args) => simulate::run(common, &args),
        Command::Backup(args) => backup::back_up(common, &args),
        Command::Restore(args) => backup::restore(common, &args),
        Command::Calendar(args) => calendar::run(common, &args),
        Command::Sweep(args) => sweep::run(common, &args),
        Command::Doctor(args) => doctor::run(common, &args),
        Command::Rebuild(args) => proof::rebuild(common, &args),
        Command::Report(args) => figures::report(common, &args),
        Command::Figure(args) => figures::figure(common, &args),
        Command::Serve(args) => serve::run(common, &args),
        Command::NewProcedure(args) => new_procedure::run(common, &args),
        Command::Explain(args) => explain::run(common, &args),
        Command::Diff(args) => explain::diff(common, &args),
        Command::Fmt(args) => fmt::run(common, &args),
        Command::Bench(args) => bench::run(common, &args),
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

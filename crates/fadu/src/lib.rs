//! The commands of the program `fadu`, one file each under `commands/`.
//!
//! `cli.rs` is the command line as a contract, `world.rs` puts law, store, clock and key together,
//! `import/` reads spreadsheets. Everything else is the office's.

mod bench;
mod cli;
mod commands;
mod demo_script;
pub mod import;
mod tamper;
mod world;

pub use cli::Cli;
pub use world::{World, load_library, open_store};

/// A command that has already printed why it did not do what was asked.
#[derive(Debug)]
pub struct Answered;

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused")
    }
}

impl std::error::Error for Answered {}

/// Runs one command.
pub fn run(mut cli: Cli) -> anyhow::Result<()> {
    if cli.common.place.is_empty() {
        cli.common.place = world::only_place(&cli.common)?;
    }
    commands::run(cli)
}

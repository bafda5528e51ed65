//! The program `fadu`: reads the command line, runs one command, gives the exit code.
//!
//! 0 done, 1 refused or failed, 2 wrong use (by clap). Errors go to standard error in four parts.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // A reader that has seen enough (`| head`) ends the program quietly, as it does others.
    sigpipe::reset();
    match fadu::run(fadu::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A refusal has been printed as the command's answer already.
            if !error.is::<fadu::Answered>() {
                eprintln!("{error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

//! `mcp-scopes audit`.
//!
//! | module | holds |
//! |---|---|
//! | `verify` | `mcp-scopes audit verify` |
//! | `show` | `mcp-scopes audit show` |
//! | `filter` | which events are shown |
//! | `record` | what a line says, in both forms |

mod filter;
mod record;
mod show;
mod verify;

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use clap::{Args, Subcommand};

pub(crate) use self::{
    record::{Field, Record},
    show::{add_row, cell},
};
use crate::outcome::Outcome;

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes audit verify audit.jsonl --key-file audit.keys
  mcp-scopes audit show audit.jsonl --decision deny --since 2026-11-01";

/// Reads the files that a server's audit sink has written.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find lines of audit files that were changed, removed, moved or cut off
    ///
    /// Each line has a number and a code over itself and the line before. With the keys of the server the command checks both, without them
    /// only the numbers. The head, which the server keeps beside the file, states the last line: without it, lines that are missing at the end are
    /// not noticed. The command stops at the first fault; `mcp-scopes explain` explains its id.
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::Verify),
    /// Print the events of an audit file as a table
    ///
    /// The command reads JSON lines and OCSF. It does not verify them. All filters must match.
    #[command(after_help = show::EXAMPLES)]
    Show(Box<show::Show>),
}

impl Audit {
    pub(crate) fn run(&self) -> Outcome {
        match &self.command {
            Command::Verify(verify) => verify.run(),
            Command::Show(show) => show.run(),
        }
    }
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(path)?)))
}

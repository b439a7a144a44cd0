//! The `mcp-scopes` command line: arguments, output formats and exit codes. What it does is in
//! `mcp-scopes-scan` and `mcp-scopes-lint`.
//!
//! | module | holds |
//! |---|---|
//! | `arguments` | the commands |
//! | `baseline` | `--baseline`, `--update-baseline` |
//! | `diff` | `mcp-scopes diff` |
//! | `docs` | `mcp-scopes docs` |
//! | `escape` | text without control characters |
//! | `export` | `mcp-scopes export` |
//! | `fix` | `--fix`, `--unsafe-fixes`, `--diff` |
//! | `levels` | `--deny`, `--warn`, `--allow` |
//! | `lint` | `mcp-scopes lint` |
//! | `lock` | `mcp-scopes lock` and `check` |
//! | `options` | the options that several commands share |
//! | `outcome` | how a run ends |
//! | `output` | findings for people and for programs |
//! | `progress` | a line on the terminal while somebody waits |
//! | `reference` | `mcp-scopes explain`, `rules`, `schema`, `completions`, `man` |
//! | `schemas` | the JSON Schemas of files |
//! | `terminal` | standard output and standard error |

mod arguments;
mod baseline;
mod diff;
mod docs;
mod escape;
mod export;
mod fix;
mod levels;
mod lint;
mod lock;
mod options;
mod outcome;
mod output;
mod progress;
mod reference;
mod schemas;
mod terminal;

use std::{ffi::OsString, process::ExitCode};

use clap::FromArgMatches as _;

use arguments::Arguments;
pub use arguments::command;
use outcome::Outcome;
/// The report as SARIF 2.1.0; for what tries it on reports that nobody would write.
#[doc(hidden)]
pub use output::sarif::render as sarif;

/// Runs the command line; the first argument is the program's name.
///
/// 0: nothing is wrong; 1: findings at error level, or drift; 2: wrong usage, or input that cannot be read.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ran(command(), arguments)
}

/// The same as a subcommand of cargo, which passes the subcommand's own name as the first argument.
pub fn run_for_cargo(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    let program = arguments.next();
    arguments.next_if(|first| first == "mcp-scopes");
    ran(command().bin_name("cargo mcp-scopes"), program.into_iter().chain(arguments))
}

fn ran(command: clap::Command, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = command.try_get_matches_from(arguments);
    let parsed = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(parsed) => parsed,
        Err(message) => {
            // Help goes to standard output and ends with 0, what is wrong to standard error and ends with 2.
            let text = message.render().ansi().to_string();
            if message.use_stderr() {
                terminal::tell(text);
                return Outcome::Failed.into();
            }
            return terminal::styled(&text).into();
        }
    };
    parsed.command.run().into()
}

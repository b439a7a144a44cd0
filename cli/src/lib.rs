//! The `mcp-scopes` command line: arguments, output formats and exit codes. The logic is in `mcp-scopes-scan` and
//! `mcp-scopes-lint`.
//!
//! | module | holds |
//! |---|---|
//! | `access` | the tokens that open a tool |
//! | `arguments` | the commands |
//! | `audit` | `mcp-scopes audit` |
//! | `baseline` | `--baseline`, `--update-baseline` |
//! | `diff` | `mcp-scopes diff` |
//! | `docs` | `mcp-scopes docs` |
//! | `doctor` | `mcp-scopes doctor` |
//! | `escape` | escapes control characters |
//! | `exclude` | `--exclude` |
//! | `export` | `mcp-scopes export` |
//! | `findings` | findings of the linter as diagnostics |
//! | `fix` | `--fix`, `--unsafe-fixes`, `--diff` |
//! | `hints` | the behaviour hints of tools |
//! | `init` | `mcp-scopes init` |
//! | `levels` | `--deny`, `--warn`, `--allow` |
//! | `lint` | `mcp-scopes lint` |
//! | `lock` | `mcp-scopes lock` and `check` |
//! | `lock_file` | `mcp-scopes.lock.json` |
//! | `options` | options of several commands |
//! | `outcome` | exit codes |
//! | `output` | diagnostics and their formats |
//! | `progress` | the progress line on a terminal |
//! | `reference` | `mcp-scopes explain`, `rules`, `schema`, `completions`, `man` |
//! | `schemas` | JSON Schemas of files |
//! | `session` | `mcp-scopes session` (feature `redis`) |
//! | `simulate` | `mcp-scopes simulate` |
//! | `stale` | failed checks: files that differ from their source |
//! | `target` | `--format`, `--output`: where diagnostics are written |
//! | `terminal` | standard output and standard error |
//! | `token` | `mcp-scopes token` |
//! | `verdict` | the verdict on a change |
//! | `workspace` | the packages and lock files of a workspace |

mod access;
mod arguments;
mod audit;
mod baseline;
mod diff;
mod docs;
mod doctor;
mod escape;
mod exclude;
mod export;
mod findings;
mod fix;
mod hints;
mod init;
mod levels;
mod lint;
mod lock;
mod lock_file;
mod options;
mod outcome;
mod output;
mod progress;
mod reference;
mod schemas;
#[cfg(feature = "redis")]
mod session;
mod simulate;
mod stale;
mod target;
mod terminal;
mod token;
mod verdict;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use clap::FromArgMatches as _;

use arguments::Arguments;
pub use arguments::command;
use outcome::Outcome;

/// Renders the report as SARIF 2.1.0. For tests with adversarial reports.
///
/// # Errors
/// No report causes an error, but serialization returns a `Result`.
#[doc(hidden)]
pub fn sarif(report: &mcp_scopes_scan::Report, has_baseline: bool) -> Result<String, String> {
    output::sarif::render(&findings::diagnostics(report, has_baseline))
}

/// Runs the command line. The first argument is the program's name.
///
/// The exit code is 0 for success, 1 for findings at error level or drift, and 2 for wrong usage or unreadable input.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_command(command(), arguments)
}

/// Runs the command line as a subcommand of cargo, which passes the name of the subcommand as the first argument.
pub fn run_for_cargo(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    let program = arguments.next();
    arguments.next_if(|first| first == "mcp-scopes");
    run_command(command().bin_name("cargo mcp-scopes"), program.into_iter().chain(arguments))
}

fn run_command(command: clap::Command, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = command.try_get_matches_from(arguments);
    let parsed = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(parsed) => parsed,
        Err(message) => {
            // Help goes to standard output and exits with 0. Usage errors go to standard error and exit with 2.
            let text = message.render().ansi().to_string();
            if message.use_stderr() {
                terminal::print_stderr(text);
                return Outcome::Failed.into();
            }
            return terminal::styled(&text).into();
        }
    };
    parsed.terminal.apply();
    parsed.command.run().into()
}

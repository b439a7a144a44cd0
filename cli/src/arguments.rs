//! The commands and their options.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use mcp_scopes_build::Scan;

use crate::{fix::Fixing, levels::Levels, output::target::Target, reference};

const EXAMPLES: &str = "Examples:
  mcp-scopes lint                          Check every package here
  mcp-scopes export > metadata.json        Print the document of the package here
  mcp-scopes export --check metadata.json  Fail if the committed document differs from the source

Exit codes:
  0  nothing is wrong
  1  findings at error level, or a document that differs from its source
  2  wrong usage, or input that cannot be read";

const EXPORT_EXAMPLES: &str = "Examples:
  mcp-scopes export examples/files
  mcp-scopes export --resource https://files.example.com/mcp --authorization-server https://auth.example.com
  mcp-scopes export --features shell --output metadata.json
  mcp-scopes export --check metadata.json";

/// Export, lint and check the authorization metadata of MCP servers.
///
/// Everything is read from source: nothing is compiled and no other program is run.
#[derive(Debug, Parser)]
#[command(name = "mcp-scopes", bin_name = "mcp-scopes", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the protected resource metadata (RFC 9728) of a package, made from its source
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Export),
    /// Say what a rule is about, why there is one, and what may be set
    #[command(after_help = reference::explain::EXAMPLES)]
    Explain(reference::explain::Explain),
    /// List the rules
    #[command(after_help = reference::rules::EXAMPLES)]
    Rules(reference::rules::Rules),
    /// Print a script that completes commands in a shell
    #[command(after_help = reference::generated::COMPLETIONS_EXAMPLES)]
    Completions(reference::generated::Completions),
    /// Write the manual pages to a folder
    #[command(after_help = reference::generated::MAN_EXAMPLES)]
    Man(reference::generated::Man),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder of the package, or one below it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The table to export, by its name or path, where the package has several
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// The URL that clients use for this server, in place of the one in mcp-scopes.toml
    #[arg(long, value_name = "URL")]
    pub(crate) resource: Option<String>,
    /// An issuer of tokens, in place of those in mcp-scopes.toml; may be given several times
    #[arg(long, value_name = "URL")]
    pub(crate) authorization_server: Vec<String>,
    /// Write the document to this file, whole or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub(crate) output: Option<PathBuf>,
    /// Compare the document with this file: print the difference and exit with 1 if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) build: Build,
}

/// The command line as data, for help texts and completions.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

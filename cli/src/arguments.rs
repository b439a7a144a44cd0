//! The commands. The arguments of each are in its own file.

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{
    diff, docs, export, lint, lock,
    outcome::Outcome,
    reference::{explain, generated, rules, schema},
};

const EXAMPLES: &str = "Examples:
  mcp-scopes lint                          Check every package here
  mcp-scopes export > metadata.json        Print the document of the package here
  mcp-scopes export --check metadata.json  Fail if the committed document differs from the source
  mcp-scopes diff git:main .               Say what this branch changes about who can call what

Exit codes:
  0  nothing is wrong
  1  findings at error level, a file that differs from its source, a change named by --fail-on
  2  wrong usage, or input that cannot be read";

/// Export, lint and check the authorization metadata of MCP servers.
///
/// Everything is read from source, from documents or from programs that were built: nothing is compiled, and no other
/// program is run but git, where a revision is asked for.
#[derive(Debug, Parser)]
#[command(name = "mcp-scopes", bin_name = "mcp-scopes", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the protected resource metadata (RFC 9728) of a package, made from its source
    #[command(after_help = export::EXAMPLES)]
    Export(export::Export),
    /// Make a page for people: which scope opens which tool, at what risk
    ///
    /// One file that fetches nothing. Tick the scopes of a token, or paste its `scope`, and see what it opens. With it come the
    /// matrix of scopes and tools, the hierarchy and the upgrade flows as drawings, policies in words, and an entry for
    /// each tool. What a scope is for is told by source and programs; documents have no member for it.
    #[command(after_help = docs::EXAMPLES)]
    Docs(docs::Docs),
    /// Say what changed between two releases: who can call what, and how that is limited
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::Diff),
    /// Write down what this release allows, in a file to review and commit
    #[command(after_help = lock::EXAMPLES)]
    Lock(lock::Lock),
    /// Fail if the source allows something else than the committed lock file says
    #[command(after_help = lock::EXAMPLES)]
    Check(lock::Check),
    /// Check the tools, scopes and tables of packages, and metadata documents
    #[command(after_help = lint::EXAMPLES)]
    Lint(lint::Lint),
    /// Say what a rule is about, why there is one, and what may be set
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
    /// List the rules
    #[command(after_help = rules::EXAMPLES)]
    Rules(rules::Rules),
    /// Print a JSON Schema: of a file, for editors, or of what is printed for programs
    #[command(after_help = schema::EXAMPLES)]
    Schema(schema::Which),
    /// Print a script that completes commands in a shell
    #[command(after_help = generated::COMPLETIONS_EXAMPLES)]
    Completions(generated::Completions),
    /// Write the manual pages to a folder
    #[command(after_help = generated::MAN_EXAMPLES)]
    Man(generated::Man),
}

impl Command {
    pub(crate) fn run(&self) -> Outcome {
        match self {
            Self::Export(export) => export.run(),
            Self::Docs(docs) => docs.run(),
            Self::Diff(diff) => diff.run(),
            Self::Lock(lock) => lock.run(),
            Self::Check(check) => check.run(),
            Self::Lint(lint) => lint.run(),
            Self::Explain(explain) => explain.run(),
            Self::Rules(rules) => rules.run(),
            Self::Schema(which) => which.run(),
            Self::Completions(completions) => completions.run(command()),
            Self::Man(man) => man.run(command()),
        }
    }
}

/// Returns the definition of the command line, for help texts and completions.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

//! The commands. The arguments of each are in its own file.

use clap::{CommandFactory as _, Parser, Subcommand};

#[cfg(feature = "redis")]
use crate::session;
use crate::{
    audit, diff, docs, doctor, export, init, lint, lock,
    outcome::Outcome,
    reference::{explain, generated, rules, schema},
    simulate, terminal, token,
};

const EXAMPLES: &str = "Examples:
  mcp-scopes lint                          Check all packages in this folder
  mcp-scopes export > metadata.json        Print the metadata document of this package
  mcp-scopes export --check metadata.json  Fail if the committed document differs from the source
  mcp-scopes diff git:main .               Report what this branch changes about who can call what

Exit codes:
  0  success
  1  findings at error level, a file that differs from its source, a change named by --fail-on
  2  wrong usage, or input that cannot be read";

/// Export, lint and check the authorization metadata of MCP servers.
///
/// The commands read source, metadata documents and built programs. They compile nothing. They run git to read
/// a revision, and a browser for `docs --open`.
#[derive(Debug, Parser)]
#[command(name = "mcp-scopes", bin_name = "mcp-scopes", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) terminal: terminal::Options,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add annotations, a scope table and configuration to an existing server
    ///
    /// The command finds the tools of rmcp, rust-mcp-sdk and tower-mcp, shows the changes as a diff, and asks. It only inserts text. The
    /// risk of a tool follows from its hints; without a hint it is `high`. At the end it prints the lines that put the layer in front
    /// of the server, for the version of the SDK in `Cargo.lock`. A second run changes nothing.
    #[command(after_help = init::EXAMPLES)]
    Init(init::Init),
    /// Print the protected resource metadata (RFC 9728) of a package, read from its source
    #[command(after_help = export::EXAMPLES)]
    Export(export::Export),
    /// Generate a page that shows which scope opens which tool, at what risk
    ///
    /// The page is one file that fetches nothing. Tick the scopes of a token, or paste its `scope`, to see what the token
    /// opens; the address then holds the answer. The page contains the matrix of scopes and tools, the hierarchy as a
    /// drawing, the upgrade flows, the policies in words, and an entry for each tool. Source and programs describe the
    /// scopes; metadata documents have no member for these descriptions.
    #[command(after_help = docs::EXAMPLES)]
    Docs(docs::Docs),
    /// Report what changed between two releases: who can call what, and with which limits
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::Diff),
    /// Record what this release allows, in a file to review and commit
    #[command(after_help = lock::EXAMPLES)]
    Lock(lock::Lock),
    /// Fail if the source differs from the committed lock file
    #[command(after_help = lock::EXAMPLES)]
    Check(lock::Check),
    /// Check the tools, scopes and tables of packages, and metadata documents
    #[command(after_help = lint::EXAMPLES)]
    Lint(lint::Lint),
    /// Explain why a server would accept or refuse an access token, and which tools the token opens
    ///
    /// Nothing is sent, and the token is not printed; its scopes are. Without `--jwks` the signature is not checked. The command
    /// reads the token from a file or from standard input, since arguments are visible to other users and end up in histories.
    /// It checks a JWT as a server does whose issuer has a provider and default settings otherwise: further audiences, tenants,
    /// DPoP and closures are not known here, nor is introspection.
    #[command(after_help = token::EXAMPLES)]
    Token(token::Token),
    /// Decide about recorded calls by the policies of a table, and say why
    ///
    /// Each line of the file is the body of one request. Only policies decide here: scopes are assumed to be held. An audit file has no
    /// arguments, so the recorded hashes of patterns decide; what depends on anything else is printed as unknown, and such a call
    /// counts as run if it has run.
    #[command(after_help = simulate::EXAMPLES)]
    Simulate(simulate::Simulate),
    /// Examine a live server, in any language, and report what is wrong with its authorization
    ///
    /// The command sends requests without a token, with invalid tokens, and with the tokens that are given. It only reads: without `--call`
    /// it calls no tool but one with a name that does not exist. What it could not check is listed.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Doctor),
    /// Verify and read the audit files of a server
    #[command(after_help = audit::EXAMPLES)]
    Audit(audit::Audit),
    /// Show and reset sessions of policies in the store that a server's replicas share
    #[cfg(feature = "redis")]
    #[command(after_help = session::EXAMPLES)]
    Session(session::Session),
    /// Explain what a rule reports, why, and which options it has
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
    /// List the rules
    #[command(after_help = rules::EXAMPLES)]
    Rules(rules::Rules),
    /// Print the JSON Schema of a file, for editors, or of a JSON report, for programs
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
            Self::Init(init) => init.run(),
            Self::Export(export) => export.run(),
            Self::Docs(docs) => docs.run(),
            Self::Diff(diff) => diff.run(),
            Self::Lock(lock) => lock.run(),
            Self::Check(check) => check.run(),
            Self::Lint(lint) => lint.run(),
            Self::Token(token) => token.run(),
            Self::Simulate(simulate) => simulate.run(),
            Self::Doctor(doctor) => doctor.run(),
            Self::Audit(audit) => audit.run(),
            #[cfg(feature = "redis")]
            Self::Session(session) => session.run(),
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

//! The commands and their options.

use std::path::PathBuf;

use clap::{ArgGroup, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::{
    docs,
    fix::Fixing,
    levels::Levels,
    options::{Build, Table},
    output::target::Target,
    reference,
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

const EXPORT_EXAMPLES: &str = "Examples:
  mcp-scopes export examples/files
  mcp-scopes export --resource https://files.example.com/mcp
  mcp-scopes export --features shell --output metadata.json
  mcp-scopes export --resource http://localhost:3000/mcp --allow-loopback-http
  mcp-scopes export --check metadata.json";

const DIFF_EXAMPLES: &str = "Examples:
  mcp-scopes diff git:main .                        What this branch changes
  mcp-scopes diff git:v1.2:server server --fail-on weakens
  mcp-scopes diff old.json new.json --format json
  mcp-scopes diff mcp-scopes.lock.json . --format markdown
  mcp-scopes diff git:main . --fail-on weakens --format github --output sarif=diff.sarif

Each change has two verdicts.
Compatibility: major (something that worked stops), minor (something new can be used), patch.
Security: weakens (some token opens a tool that it did not open, or a limit is laxer), tightens,
neutral; a change can do both.";

const LOCK_EXAMPLES: &str = "Examples:
  mcp-scopes lock                 Write mcp-scopes.lock.json
  mcp-scopes check                In CI: exit with 1 if the source says something else, and say what
  mcp-scopes check --format github --output markdown=summary.md
  mcp-scopes lock server --file server/release.lock.json";

const LINT_EXAMPLES: &str = "Examples:
  mcp-scopes lint
  mcp-scopes lint server tools --all-features
  mcp-scopes lint metadata.json --resource https://files.example.com/mcp
  curl -s https://files.example.com/.well-known/oauth-protected-resource/mcp | mcp-scopes lint -
  mcp-scopes lint --format json | jq '.findings[].rule'
  mcp-scopes lint --format github --output sarif=lint.sarif --output markdown=summary.md
  mcp-scopes lint --deny warnings --allow broad-scope
  mcp-scopes lint --diff --unsafe-fixes
  mcp-scopes lint --fix
  mcp-scopes lint --update-baseline --reason 'split in the next major release'
  mcp-scopes lint --baseline mcp-scopes.baseline.json

The level of a rule or of a category, and options of a rule, are set in mcp-scopes.toml:
  [lint]
  risky-name = \"deny\"
  naming = \"allow\"
  broad-scope = { level = \"warn\", max_tools = 20 }

What counts, first to last: a rule on the command line, its category there, the rule in the file,
its category there, the rule's default. Of equals on the command line the last one counts.
`--deny warnings` then makes errors of all that is still a warning.";

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
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Export),
    /// Make a page for people: which scope opens which tool, at what risk
    ///
    /// One file that fetches nothing. Tick the scopes of a token, or paste its `scope`, and see what it opens. With it come the
    /// matrix of scopes and tools, the hierarchy and the upgrade flows as drawings, policies in words, and an entry for
    /// each tool. What a scope is for is told by source and programs; documents have no member for it.
    #[command(after_help = docs::EXAMPLES)]
    Docs(Docs),
    /// Say what changed between two releases: who can call what, and how that is limited
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(Diff),
    /// Write down what this release allows, in a file to review and commit
    #[command(after_help = LOCK_EXAMPLES)]
    Lock(Lock),
    /// Fail if the source allows something else than the committed lock file says
    #[command(after_help = LOCK_EXAMPLES)]
    Check(Check),
    /// Check the tools, scopes and tables of packages, and metadata documents
    #[command(after_help = LINT_EXAMPLES)]
    Lint(Lint),
    /// Say what a rule is about, why there is one, and what may be set
    #[command(after_help = reference::explain::EXAMPLES)]
    Explain(reference::explain::Explain),
    /// List the rules
    #[command(after_help = reference::rules::EXAMPLES)]
    Rules(reference::rules::Rules),
    /// Print a JSON Schema: of a file, for editors, or of what is printed for programs
    #[command(after_help = reference::schema::EXAMPLES)]
    Schema(reference::schema::Which),
    /// Print a script that completes commands in a shell
    #[command(after_help = reference::generated::COMPLETIONS_EXAMPLES)]
    Completions(reference::generated::Completions),
    /// Write the manual pages to a folder
    #[command(after_help = reference::generated::MAN_EXAMPLES)]
    Man(reference::generated::Man),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder of the package, or one below it; or a program, which carries its table
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Write the document to this file, whole or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub(crate) output: Option<PathBuf>,
    /// Compare the document with this file: print the difference and exit with 1 if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("file").args(["output", "readme"])))]
pub(crate) struct Docs {
    /// The folder of the package; a program, which carries its table; a metadata document, or `-` for one on standard
    /// input; or `git:REVISION[:PATH]`
    #[arg(default_value = ".")]
    pub(crate) path: String,
    /// One page in HTML, which is what is made without options
    #[arg(long)]
    pub(crate) html: bool,
    /// Markdown, whose headings begin at the third level
    #[arg(long, conflicts_with = "html")]
    pub(crate) markdown: bool,
    /// Write it to this file, whole or not at all
    #[arg(long, visible_alias = "out", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Put the Markdown between the two markers in this file
    #[arg(long = "in", value_name = "FILE", conflicts_with_all = ["html", "output"])]
    pub(crate) readme: Option<PathBuf>,
    /// Write nothing: print what would change in the file, and exit with 1 if anything would
    #[arg(long, requires = "file")]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old side: a metadata document, `-` for one on standard input, a lock file, the folder of a crate, a program
    /// that carries its table, or `git:REVISION[:PATH]`
    pub(crate) old: String,
    /// The new side
    #[arg(default_value = ".")]
    pub(crate) new: String,
    /// Exit with 1 if there is such a change, or a graver one; may be given several times
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub(crate) fail_on: Vec<FailOn>,
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) build: Build,
}

/// What a release is not to do unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Something is allowed that was not
    Weakens,
    /// Something that was allowed is not
    Tightens,
    /// Something that worked stops
    Major,
    /// Something new can be used, or worse
    Minor,
    /// Anything
    Patch,
}

#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// The folder of the package
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The lock file [default: mcp-scopes.lock.json in that folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) lock: Lock,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// What to check: folders, with every package at or below each; programs, which carry their tables; metadata
    /// documents; `-` for a document on standard input
    #[arg(default_value = ".")]
    pub(crate) path: Vec<PathBuf>,
    /// Which standards documents are held to
    #[arg(long, value_enum, default_value_t)]
    pub(crate) profile: Profile,
    /// The identifier that the documents have to carry as `resource`, code point by code point (RFC 9728 §3.3)
    #[arg(long, value_name = "URL")]
    pub(crate) resource: Option<String>,
    /// A file such as mcp-scopes.toml whose `[lint]`, `[convention]` and namespace count for documents
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) levels: Levels,
    #[command(flatten)]
    pub(crate) baseline: Baseline,
    #[command(flatten)]
    pub(crate) build: Build,
}

/// Which standards documents are held to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// RFC 9728 and what MCP asks for beyond it
    #[default]
    Mcp,
    /// RFC 9728 alone
    Rfc9728,
}

impl From<Profile> for mcp_scopes_lint::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Mcp => Self::Mcp,
            Profile::Rfc9728 => Self::Rfc9728,
        }
    }
}

/// Findings that are known.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(crate) struct Baseline {
    /// A file of findings that are known and do not count, each with a reason and its last day
    #[arg(long = "baseline", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write that file (mcp-scopes.baseline.json if none is named) for what is found now: reasons and days stay
    #[arg(long = "update-baseline")]
    pub(crate) update: bool,
    /// The reason for what is new in the file; without it each has to be given one by hand
    #[arg(long, value_name = "TEXT", requires = "update")]
    pub(crate) reason: Option<String>,
    /// The last day of what is new in the file, as `YYYY-MM-DD`; without it 90 days from now
    #[arg(long, value_name = "DAY", requires = "update")]
    pub(crate) expires: Option<String>,
    /// Today, for tests
    #[arg(long, value_name = "DAY", hide = true)]
    pub(crate) today: Option<String>,
}

/// The command line as data, for help texts and completions.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

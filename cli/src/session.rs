//! `mcp-scopes session`.
//!
//! | module | holds |
//! |---|---|
//! | `text` | what is printed about a session |

mod text;

use std::{io::IsTerminal as _, path::PathBuf, sync::Arc, time::Duration};

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use mcp_scopes_model::{Environment, Tool};
use mcp_scopes_policies::{
    CompileError, RedisSessions, RedisStore, Rules, SessionHolder, SessionKey, SessionLimits, SessionView, Settings,
    StoreError,
};
use mcp_scopes_scan::{Arena, outline};
use tokio::runtime;

use crate::{
    escape::escaped_line,
    options::{Build, for_policies},
    outcome::Outcome,
    terminal::{complain, confirmed, fail_with_findings, print, print_note},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes session show --store redis://localhost --resource https://files.example.com/mcp \\
      --issuer https://auth.example.com --subject ada --tools server
  mcp-scopes session reset --store rediss://sessions.example.com --domain files \\
      --issuer https://auth.example.com --subject ada --yes

Exit codes:
  0  success
  1  nothing counts against the caller: there is no session
  2  wrong usage, or the store cannot be read";

/// The environment variable with the URL of the store.
const VARIABLE: &str = "MCP_SCOPES_STORE";
/// How long the store has to answer. A person waits for it, and no request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than any session lasts: without its table, a session is shown for as long as the store keeps it.
const ANY_MINUTES: u32 = u32::MAX / 60;

/// Reads and resets sessions of policies.
#[derive(Debug, Args)]
pub(crate) struct Session {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what counts against a caller: the patterns that calls have matched, counters, and periods
    ///
    /// The store has names as hashes. With `--tools` the command finds the patterns and tools of that package; without it, it prints their number.
    #[command(after_help = EXAMPLES)]
    Show(Show),
    /// End the session of a caller, with its cooling periods
    ///
    /// The next call begins a new session: blocked sequences and limits start again. The command asks first.
    #[command(after_help = EXAMPLES)]
    Reset(Reset),
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    caller: Caller,
    /// The folder of the package that declares the tools
    #[arg(long, value_name = "PATH")]
    tools: Option<PathBuf>,
    /// The name or path of the table, if the package has several
    #[arg(long, value_name = "NAME", requires = "tools")]
    table: Option<String>,
    #[command(flatten)]
    build: Build,
}

#[derive(Debug, Args)]
struct Reset {
    #[command(flatten)]
    caller: Caller,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Whose session it is, and where it is kept.
#[derive(Debug, Args)]
struct Caller {
    /// The URL of the store, as the server connects to it. Default: the environment variable `MCP_SCOPES_STORE`, which other users of the
    /// machine cannot read
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The first resource of the server, if it has no domain
    #[arg(long, value_name = "URL", required_unless_present = "domain")]
    resource: Option<String>,
    /// The domain of the server
    #[arg(long, value_name = "NAME", conflicts_with = "resource")]
    domain: Option<String>,
    /// What tokens state as `iss`, or the issuer of the API keys
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The subject of the caller's tokens, as the provider determines it
    #[arg(long, value_name = "SUBJECT", required_unless_present = "api_key_holder")]
    subject: Option<String>,
    /// The holder of the caller's API keys
    #[arg(long, value_name = "HOLDER", conflicts_with = "subject")]
    api_key_holder: Option<String>,
    /// The environment of the session. A header that moves a caller into the sandbox does not change its session
    #[arg(long, value_enum, default_value_t)]
    environment: Place,
}

/// The environment of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Place {
    #[default]
    Live,
    Sandbox,
}

impl Session {
    pub(crate) fn run(&self) -> Outcome {
        match &self.command {
            Command::Show(show) => show.run(),
            Command::Reset(reset) => reset.run(),
        }
    }
}

impl Show {
    fn run(&self) -> Outcome {
        let rules = match self.rules() {
            Ok(rules) => rules,
            Err(outcome) => return outcome,
        };
        let shown = self.caller.with_sessions(rules, async |sessions, key| sessions.show(&key).await);
        match shown {
            Ok(Some(session)) => print(&self.text(&session)),
            Ok(None) => no_session(&self.caller),
            Err(outcome) => outcome,
        }
    }

    fn text(&self, session: &SessionView) -> String {
        text::of(&self.caller.to_string(), session, Timestamp::now(), self.tools.is_some())
    }

    /// Returns the rules of the package, or those of no tool at all.
    fn rules(&self) -> Result<Rules, Outcome> {
        let Some(path) = &self.tools else { return compiled(&[], &unlimited()).map_err(|error| unusable(&error)) };
        let scan = self.table.iter().fold(self.build.scan(path), mcp_scopes_scan::Scan::table);
        let export = for_policies(scan).export().map_err(|error| fail_with_findings(&error))?;
        let arena = Arena::new();
        let Some(outline) = export.origin().and_then(|(inventory, table)| outline(&arena, inventory, table)) else {
            let help = "name the folder of the package that the server is built from";
            complain(&format!("`{}` is not the folder of a package", path.display()), Some(help));
            return Err(Outcome::Failed);
        };
        let settings = Settings { caller_approval: true, human_review: true, ..Settings::of(outline.config) };
        let tools: Vec<&Tool<'_>> = outline.tools.iter().map(|listed| listed.tool).collect();
        compiled(&tools, &settings).map_err(|error| unusable(&error))
    }
}

impl Reset {
    fn run(&self) -> Outcome {
        if !self.yes {
            if !std::io::stdin().is_terminal() {
                let why = "standard input is not a terminal, so the reset cannot be confirmed";
                complain(why, Some("add `--yes`"));
                return Outcome::Failed;
            }
            if !confirmed(format_args!("reset the session of {}?", self.caller)) {
                print_note("nothing was changed");
                return Outcome::Clean;
            }
        }
        let rules = match compiled(&[], &unlimited()) {
            Ok(rules) => rules,
            Err(error) => return unusable(&error),
        };
        match self.caller.with_sessions(rules, async |sessions, key| sessions.reset(&key).await) {
            Ok(true) => print(&format!("the session of {} was reset\n", self.caller)),
            Ok(false) => no_session(&self.caller),
            Err(outcome) => outcome,
        }
    }
}

impl Caller {
    /// Connects to the store, and runs an operation on the session.
    fn with_sessions<T>(
        &self,
        rules: Rules,
        operation: impl AsyncFnOnce(RedisSessions, SessionKey) -> Result<T, StoreError>,
    ) -> Result<T, Outcome> {
        let Some(url) = self.store.clone().or_else(|| std::env::var(VARIABLE).ok()) else {
            complain("the URL of the store is missing", Some("add `--store redis://..`, or set `MCP_SCOPES_STORE`"));
            return Err(Outcome::Failed);
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unusable(&error))?;
        let result = runtime.block_on(async {
            let store = RedisStore::builder().timeout(TIMEOUT).connect(&url).await?;
            operation(store.with_rules(Arc::new(rules)), self.key()).await
        });
        result.map_err(|error| unusable(&error))
    }

    fn key(&self) -> SessionKey {
        let realm = self.domain.as_ref().or(self.resource.as_ref()).map_or("", String::as_str);
        let environment = match self.environment {
            Place::Live => Environment::Live,
            Place::Sandbox => Environment::Sandbox,
        };
        SessionKey::of_holder(realm, environment, &self.issuer, self.holder())
    }

    fn holder(&self) -> SessionHolder<'_> {
        match (&self.subject, &self.api_key_holder) {
            (Some(subject), _) => SessionHolder::Subject(subject),
            (None, holder) => SessionHolder::ApiKey(holder.as_deref().unwrap_or_default()),
        }
    }
}

impl core::fmt::Display for Caller {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let environment = if self.environment == Place::Sandbox { ", in the sandbox" } else { "" };
        let (holder, issuer) = (escaped_line(self.holder().name()), escaped_line(&self.issuer));
        write!(f, "`{holder}` of {issuer}{environment}")
    }
}

fn compiled(tools: &[&Tool<'_>], settings: &Settings) -> Result<Rules, CompileError> {
    Rules::compile(tools.iter().copied(), settings)
}

/// Returns settings under which no session is over.
fn unlimited() -> Settings {
    let limits = SessionLimits { idle_minutes: ANY_MINUTES, max_minutes: ANY_MINUTES, ..SessionLimits::default() };
    Settings { session: limits, ..Settings::default() }
}

fn no_session(caller: &Caller) -> Outcome {
    print(&format!("nothing counts against {caller}: there is no session\n")).and_found(true)
}

/// Reports an error whose text is what is wrong, a semicolon, and what to do.
fn unusable(error: &dyn core::error::Error) -> Outcome {
    let text = error.to_string();
    let (message, help) = text.split_once("; ").map_or((&*text, None), |(message, help)| (message, Some(help)));
    complain(message, help);
    Outcome::Failed
}

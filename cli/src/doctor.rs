//! `mcp-scopes doctor`.
//!
//! | module | holds |
//! |---|---|
//! | `lock` | `--lock`: the live server against a lock file |
//! | `token_file` | `--token-file` |

mod lock;
mod token_file;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use mcp_scopes_doctor::{Examination, Limits, Options, Tokens};
use mcp_scopes_lint::Documents;
use mcp_scopes_scan::Level;

use crate::{
    findings,
    levels::Levels,
    outcome::Outcome,
    output::{
        count::counted,
        diagnostics::{Contents, Diagnostics, Examined},
    },
    progress::Progress,
    target::Target,
    terminal::{print_note, print_stderr},
};
use token_file::{TokenFile, Wrong};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes doctor https://files.example.com/mcp
  mcp-scopes doctor https://files.example.com/mcp --token-file low=low.txt --token-file full=full.txt --call
  mcp-scopes doctor http://127.0.0.1:8000/mcp --lock mcp-scopes.lock.json --token-file full=full.txt
  mcp-scopes doctor https://files.example.com/mcp --output sarif=doctor.sarif --output markdown=summary.md
  mcp-scopes doctor https://files.example.com/mcp --deny warnings --allow metadata-cors

Without `--call` and `--call-tool` no tool is called but one with a name that does not exist. Tokens are
read from files, since arguments are visible to other users and end up in histories. No token is printed.

Exit codes:
  0  no findings at error level
  1  findings at error level
  2  wrong usage, or a server that does not answer";

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The URL of the MCP endpoint
    #[arg(value_name = "URL")]
    url: String,
    /// A token, read from a file or `-`: `low` with few scopes, `full` with all, `expired`, and `foreign` for another server,
    /// where the examined server can then use it; may be given several times
    #[arg(long, value_name = "NAME=FILE")]
    token_file: Vec<String>,
    /// Call the tools that have a read-only hint, and read some of the listed resources
    #[arg(long)]
    call: bool,
    /// Call this tool without arguments; may be given several times
    #[arg(long, value_name = "NAME")]
    call_tool: Vec<String>,
    /// Call the fixture for scopes of the official conformance suite, with its two fixed tokens
    #[arg(long)]
    conformance: bool,
    /// Compare the server with this lock file
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Write each request and its answer to a file in this empty folder, without tokens, ids of sessions, and the query of the URL
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
    /// A file such as mcp-scopes.toml; its `[lint]`, `[convention]` and namespace apply
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    levels: Levels,
}

/// How much may be sent, and where to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
struct Bounds {
    /// The maximum number of requests a second. Default: 5, and any number to this machine
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    rate: Option<f64>,
    /// How long to wait for a server that accepts no connection yet, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(..=600))]
    wait: u64,
    /// The time for one request and its answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// The maximum number of requests
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: u64,
    /// The time for the whole run, in seconds; after it, only requests that end sessions are sent
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    max_time: u64,
    /// Accept plain http to another machine, over which tokens can be read
    #[arg(long)]
    allow_http: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("give a number above zero, such as `5` or `0.5`".to_owned()),
    }
}

impl Doctor {
    pub(crate) fn run(&self) -> Outcome {
        let documents = match self.documents() {
            Ok(documents) => documents,
            Err(error) => return self.target.fail_with_findings(&error),
        };
        let tokens = match self.tokens() {
            Ok(tokens) => tokens,
            Err((message, help)) => return self.target.fail(&message, help),
        };
        let locked = match self.lock.as_deref().map(lock::read).transpose() {
            Ok(locked) => locked,
            Err(unreadable) => {
                print_stderr(&unreadable.findings);
                return self.target.fail(&unreadable.message, &unreadable.help);
            }
        };
        let options = Options {
            tokens,
            call: self.call,
            call_tools: self.call_tool.clone(),
            conformance: self.conformance,
            record: self.record.clone(),
            limits: Limits {
                rate: self.bounds.rate,
                wait: Duration::from_secs(self.bounds.wait),
                timeout: Duration::from_secs(self.bounds.timeout),
                max_requests: usize::try_from(self.bounds.max_requests).unwrap_or(usize::MAX),
                max_time: Duration::from_secs(self.bounds.max_time),
                ..Limits::default()
            },
            allow_http: self.bounds.allow_http,
            documents,
            ..Options::new(&self.url)
        };
        let progress = Progress::of("examining", "request");
        let examined = mcp_scopes_doctor::run(&options, progress.counter());
        drop(progress);
        match examined {
            Ok(mut examination) => {
                if let Some(locked) = &locked {
                    lock::compare(locked, &mut examination, &options);
                }
                self.print(&examination)
            }
            Err(error) => self.target.fail(&error.to_string(), error.help()),
        }
    }

    fn documents(&self) -> Result<Documents, mcp_scopes_scan::Error> {
        let documents = Documents::new().overrides(self.levels.overrides()?);
        match &self.config {
            Some(file) => documents.config(file),
            None => Ok(documents),
        }
    }

    fn tokens(&self) -> Result<Tokens, Wrong> {
        let mut tokens = Tokens::default();
        for text in &self.token_file {
            // Not by clap, which repeats a wrong value: it may be a token.
            let file = TokenFile::parse(text)?;
            let token = file.read()?;
            if let Some(slot) = tokens.slot(&file.name)
                && slot.replace(token).is_some()
            {
                return Err((format!("the token `{}` is given twice", file.name), "give each token once"));
            }
        }
        Ok(tokens)
    }

    fn print(&self, examination: &Examination) -> Outcome {
        let Examination { url, report, requests, skipped, notes, .. } = examination;
        let diagnostics = Diagnostics {
            summary: summary(url, examination),
            examined: Some(Examined { url, requests: *requests, skipped, notes }),
            ..findings::diagnostics(report, false)
        };
        let written = self.target.write(&diagnostics);
        for note in notes {
            print_note(format_args!("note: {note}"));
        }
        for skipped in skipped {
            print_note(format_args!("not checked: {}: {}", skipped.what, skipped.why));
        }
        print_note(&diagnostics.summary);
        self.target.found(written, diagnostics.has_errors())
    }
}

/// Returns the summary: `examined https://h/mcp with 24 requests: 1 error, 2 warnings; 3 checks left out`.
fn summary(url: &str, examination: &Examination) -> String {
    let report = &examination.report;
    let found = match (report.count(Level::Error), report.count(Level::Warning)) {
        (0, 0) => Contents::Findings.none().to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let skipped = match examination.skipped.len() {
        0 => String::new(),
        some => format!("; {} left out", counted(some, "check")),
    };
    format!("examined {url} with {}: {found}{skipped}", counted(examination.requests, "request"))
}

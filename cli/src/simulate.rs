//! `mcp-scopes simulate`.
//!
//! | module | holds |
//! |---|---|
//! | `line` | what a line says: a call (`call`), or an event of an audit file (`event`) |
//! | `policies` | the policies of a document, compiled; `scopes`: its conditional scopes |
//! | `replay` | the decisions about calls |
//! | `audited` | the decisions about events; `callers`: whose session an event belongs to |
//! | `print` | decisions as a table and as JSON lines |

mod audited;
mod call;
mod callers;
mod event;
mod line;
mod policies;
mod print;
mod replay;
mod scopes;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mcp_scopes_audit::{Line, Lines};

use self::{
    line::Read,
    policies::Policies,
    replay::{Recording, replay},
};
use crate::{
    audit,
    diff::side::Reading,
    options::{Build, Table, for_policies},
    outcome::Outcome,
    terminal::{complain, print, print_note},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes simulate calls.jsonl
  mcp-scopes simulate audit.jsonl --tools mcp-scopes.lock.json
  mcp-scopes simulate calls.jsonl --format json | jq -r 'select(.decision != \"allow\")'

A call is one JSON object on a line. `time` and `subject` are required, and one of `tool`, `resource` and `prompt`:
  {\"time\": \"2026-11-30T10:00:00Z\", \"subject\": \"ada\", \"tool\": \"read_file\", \"arguments\": {\"path\": \"/etc/hosts\"}}
  {\"time\": 1796032860, \"subject\": \"ada\", \"tool\": \"send_email\", \"auth_time\": 1796032000, \"approved_by\": \"caller\"}

Exit codes:
  0  every call was decided, whatever the decision
  2  wrong usage, a line that is neither a call nor an event, events that do not name their callers, or policies that cannot be read";

/// What to do if no event names its caller.
const SUBJECTS: &str = "the calls of one caller cannot be told from those of others; let the server write subjects: `JsonLines::new().subjects(Subjects::hashed(..))`";

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The calls, one JSON object on each line, or an audit file; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The policies: the folder of a package, a metadata document, a lock file, or a program that carries its table
    #[arg(long, value_name = "PATH", default_value = ".")]
    tools: String,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

/// How decisions are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    #[default]
    Human,
    /// One JSON object for each call
    Json,
}

impl Simulate {
    pub(crate) fn run(&self) -> Outcome {
        let scan = |path: &Path| for_policies(self.table.scan(self.build.scan(path)));
        let reading = Reading { scan: &scan, loopback: self.table.allow_loopback_http };
        let side = match reading.open(&self.tools) {
            Ok(side) => side,
            Err(unreadable) => return unreadable.report(),
        };
        let policies = match Policies::of(side.metadata.document()) {
            Ok(policies) => policies,
            Err(problems) => {
                let message = format!("the policies of `{}` cannot be enforced: {problems}", self.tools);
                complain(&message, Some("`mcp-scopes lint` shows the reasons"));
                return Outcome::Failed;
            }
        };
        let mut recording = match self.recording(&policies) {
            Ok(recording) => recording,
            Err((message, help)) => {
                complain(&message, Some(help));
                return Outcome::Failed;
            }
        };
        let (events, nameless) = recording.events(&policies.rules);
        if nameless > 0 && nameless == events {
            let message = format!("no event of `{}` names a session or a subject", self.file.display());
            complain(&message, Some(SUBJECTS));
            return Outcome::Failed;
        }
        // An audit file is in the order in which calls ended.
        recording.steps.sort_by_key(|step| step.time);
        let decided = replay(&policies, &recording);
        let printed = print(&match self.format {
            Format::Human => print::table(&recording.steps, &decided),
            Format::Json => print::lines(&recording.steps, &decided),
        });
        print_note(print::summary(&decided));
        if nameless > 0 {
            print_note(format!("{nameless} of {events} events name no session and no subject"));
        }
        for missing in &recording.missing {
            print_note(print::missing(missing));
        }
        printed
    }

    /// Reads the file.
    fn recording(&self, policies: &Policies) -> Result<Recording, (String, &'static str)> {
        let shown = self.file.display();
        let unreadable =
            |error| (format!("cannot read `{shown}`: {error}"), "name a file with calls, or an audit file");
        let mut lines = Lines::new(audit::open(&self.file).map_err(unreadable)?);
        let mut recording = Recording::default();
        loop {
            let number = lines.number() + 1;
            let line = match lines.next_line().map_err(unreadable)? {
                None => return Ok(recording),
                Some(Line::Complete(line) | Line::Incomplete(line)) => line,
                Some(Line::TooLong) => {
                    let message = format!("line {number} of `{shown}` is too long");
                    return Err((message, "shorten the arguments; a line has at most 256 KiB"));
                }
            };
            match line::read(line, number, policies) {
                Ok(Read::Nothing) => {}
                Ok(Read::Step(step)) => recording.steps.push(*step),
                Ok(Read::Missing(missing)) => recording.missing.push(missing),
                Err(wrong) => {
                    return Err((format!("line {number} of `{shown}`: {wrong}"), "see `mcp-scopes simulate --help`"));
                }
            }
        }
    }
}

//! `mcp-scopes diff`: detects releases that silently widen access.
//!
//! | module | holds |
//! |---|---|
//! | `side` | the inputs of a comparison |
//! | `access` | the tokens that open a tool |
//! | `change` | the kinds of changes and their verdicts |
//! | `compare` | compares two documents |
//! | `origin` | the places of a document's contents in its source |
//! | `report` | the report, a file per format |

mod access;
mod change;
mod compare;
mod origin;
mod report;
pub(crate) mod side;
#[cfg(test)]
mod tests;

use std::path::Path;

use change::{Change, Compatibility};
use clap::{Args, ValueEnum};
use report::Report;
use side::{Reading, Side};

use crate::{
    options::{Build, Table},
    outcome::Outcome,
    output::target::Target,
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes diff git:main .                        What this branch changes
  mcp-scopes diff git:v1.2:server server --fail-on weakens
  mcp-scopes diff old.json new.json --format json
  mcp-scopes diff mcp-scopes.lock.json . --format markdown
  mcp-scopes diff git:main . --fail-on weakens --format github --output sarif=diff.sarif

Each change has two verdicts.
Compatibility: major (something that worked stops), minor (something new can be used), patch.
Security: weakens (some token opens a tool that it did not open, or a limit is laxer), tightens,
neutral; a change can do both.";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old side: a metadata document, `-` for one on standard input, a lock file, the folder of a crate, a program
    /// that carries its table, or `git:REVISION[:PATH]`
    old: String,
    /// The new side
    #[arg(default_value = ".")]
    new: String,
    /// Exit with 1 if there is such a change, or a graver one; may be given several times
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Vec<FailOn>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    build: Build,
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

impl Diff {
    pub(crate) fn run(&self) -> Outcome {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let reading = Reading { scan: &scan, loopback: self.table.allow_loopback_http };
        let both = reading.open(&self.old).and_then(|old| Ok((old, reading.open(&self.new)?)));
        let (old, new) = match both {
            Ok(both) => both,
            Err(unreadable) => return unreadable.tell(),
        };
        let stops = |change: &Change| self.fail_on.iter().any(|kind| kind.means(change));
        let report = compared(&old, &new, stops);
        let printed = self.target.write(|format, links| report.render(format, links));
        if printed == Outcome::Clean && report.stops() { Outcome::Found } else { printed }
    }
}

/// Returns the report of the changes from the old side to the new.
pub(crate) fn compared(old: &Side, new: &Side, stops: impl Fn(&Change) -> bool) -> Report {
    let changes = compare::changes(old.metadata.document(), new.metadata.document());
    let places = new.origin.places();
    Report::new(changes, stops, |pointer| places.find(pointer))
}

impl FailOn {
    /// Returns whether the change is of this kind, or more severe.
    fn means(self, change: &Change) -> bool {
        match self {
            Self::Weakens => change.security.weakens,
            Self::Tightens => change.security.tightens,
            Self::Major => change.compatibility == Compatibility::Major,
            Self::Minor => change.compatibility >= Compatibility::Minor,
            Self::Patch => true,
        }
    }
}

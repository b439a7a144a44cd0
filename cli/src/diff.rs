//! `mcp-scopes diff`: detects releases that silently widen access.
//!
//! | module | holds |
//! |---|---|
//! | `accept` | changes that `[[diff.accept]]` accepts |
//! | `side` | the inputs of a comparison |
//! | `change` | the kinds of changes and their verdicts |
//! | `compare` | compares two documents |
//! | `diagnostics` | changes as diagnostics, with their levels and places |
//! | `source` | the places of a document's contents in its source |

pub(crate) mod accept;
pub(crate) mod change;
pub(crate) mod compare;
mod diagnostics;
pub(crate) mod side;
pub(crate) mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use accept::Acceptances;
use change::Change;
use clap::{Args, ValueEnum};
pub(crate) use diagnostics::{diagnostics, kind_text, merged};
use side::{Reading, Side, Unreadable};

use crate::{
    options::{Build, Table},
    outcome::Outcome,
    target::Target,
    terminal::print_note,
    verdict::Compatibility,
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes diff git:main .                        What this branch changes
  mcp-scopes diff git:v1.2:server server --fail-on weakens
  mcp-scopes diff old.json new.json --format json
  mcp-scopes diff mcp-scopes.lock.json . --format markdown
  mcp-scopes diff git:main . --fail-on weakens --format github --output sarif=diff.sarif

Each change has two verdicts.
Compatibility: major (something no longer works), minor (something new can be used), patch.
Security: weakens (some token opens a tool that it did not open, or a limit is laxer), tightens,
reworded (models read another text: a title, a description, a hint or a parameter), neutral; a change
can have several. A folder without tools is an empty table, so adopting mcp-scopes weakens nothing.

A change is accepted, with a reason and a last day at most a year ahead, in the file that the table names or
in a comment at the tool. It states the digits that are printed with the change:
  // mcp-scopes: accept(access-widened 1f0c9a77f1b2) until 2027-03-01: support may cancel too
  [[diff.accept]]
  kind = \"access-widened\"
  change = \"1f0c9a77f1b2\"
  tool = \"cancel_parcel\"                 # or pointer = \"/scopes_supported\"
  reason = \"support may cancel too\"
  until = 2027-03-01";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old side: a metadata document, `-` for one on standard input, a lock file, the folder of a crate, a program
    /// that carries its table, or `git:REVISION[:PATH]`
    old: String,
    /// The new side
    #[arg(default_value = ".")]
    new: String,
    /// Exit with 1 for a change with this verdict or a more severe one; may be given several times
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Vec<FailOn>,
    #[command(flatten)]
    acceptances: Acceptances,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    build: Build,
}

/// A verdict that makes the run exit with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Something is newly allowed
    Weakens,
    /// Something is no longer allowed
    Tightens,
    /// Models read another text
    Reworded,
    /// Something no longer works
    Major,
    /// Something new can be used, or no longer works
    Minor,
    /// Any change
    Patch,
}

impl Diff {
    pub(crate) fn run(&self) -> Outcome {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let reading = Reading { scan: &scan, loopback: self.table.allow_loopback_http };
        let old = match reading.open(&self.old) {
            Ok(old) => Some(old),
            Err(unreadable) if unreadable.has_no_tools => None,
            Err(unreadable) => return unreadable.report_to(&self.target),
        };
        let new = match reading.open(&self.new) {
            Ok(new) => new,
            Err(unreadable) => return unreadable.report_to(&self.target),
        };
        let changes = if let Some(old) = &old {
            changes_between(old, &new)
        } else {
            print_note(format_args!("`{}` has no tools, so each tool is new", self.old));
            compare::adoption(new.metadata.document())
        };
        let judged = match self.acceptances.apply(changes, &new.source, true) {
            Ok(judged) => judged,
            Err(error) => return Unreadable::of(&error).report_to(&self.target),
        };
        let fails = |change: &Change| self.fail_on.iter().any(|kind| kind.includes(change));
        let diagnostics = diagnostics(&judged, &new.source.places(), fails);
        self.target.found(self.target.write(&diagnostics), diagnostics.has_errors())
    }
}

/// Returns every change from the old side to the new.
pub(crate) fn changes_between(old: &Side, new: &Side) -> Vec<Change> {
    let hints = old.hints.as_ref().zip(new.hints.as_ref());
    compare::changes(old.metadata.document(), new.metadata.document(), hints)
}

impl FailOn {
    /// Returns whether the change is of this kind, or more severe.
    fn includes(self, change: &Change) -> bool {
        match self {
            Self::Weakens => change.security.weakens,
            Self::Tightens => change.security.tightens,
            Self::Reworded => change.security.reworded,
            Self::Major => change.kind.compatibility() == Compatibility::Major,
            Self::Minor => change.kind.compatibility() >= Compatibility::Minor,
            Self::Patch => true,
        }
    }
}

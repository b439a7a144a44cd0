//! `mcp-scopes lock` and `mcp-scopes check`: records the access of a release in a file to review and commit.

use std::path::{Path, PathBuf};

use clap::Args;
use mcp_scopes_scan::file::{replace, text};

use crate::{
    diff::{
        accept::Acceptances,
        changes_between, diagnostics,
        side::{Reading, Side, Unreadable},
    },
    lock_file,
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    target::Target,
    terminal::{fail, fail_with_findings},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes lock                 Write mcp-scopes.lock.json
  mcp-scopes check                In CI: print the changes and exit with 1 if the source differs
  mcp-scopes check --format github --output markdown=summary.md
  mcp-scopes lock server --file server/release.lock.json";

#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// The folder of the package
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The lock file [default: mcp-scopes.lock.json in that folder]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    lock: Lock,
    #[command(flatten)]
    acceptances: Acceptances,
    #[command(flatten)]
    target: Target,
}

impl Lock {
    pub(crate) fn run(&self) -> Outcome {
        let current = match self.current() {
            Ok(current) => current,
            Err(unreadable) => return unreadable.report(),
        };
        let path = self.file();
        // A file that cannot be read is overwritten.
        let before = text(&path).ok();
        let written = match lock_file::text(&current.metadata, before.as_deref()) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{}` cannot be locked: {}", self.path.display(), error.message());
                return Unreadable::new(message, "write its members in fewer levels").report();
            }
        };
        match replace(&path, &written) {
            Ok(()) => Outcome::Clean,
            Err(error) => fail(&error),
        }
    }

    /// Returns the current state of the source.
    fn current(&self) -> Result<Side, Unreadable> {
        self.open(&self.path.to_string_lossy())
    }

    fn open(&self, side: &str) -> Result<Side, Unreadable> {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        Reading { scan: &scan, loopback: self.table.allow_loopback_http }.open(side)
    }

    fn file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| {
            let beside = self.path.is_dir() && self.path != Path::new(".");
            if beside { self.path.join(lock_file::FILE) } else { PathBuf::from(lock_file::FILE) }
        })
    }

    /// Returns the command line that writes the same lock file.
    fn command(&self) -> String {
        let mut words = vec!["mcp-scopes lock".to_owned()];
        if self.path != Path::new(".") {
            words.push(quoted(&self.path.display().to_string()));
        }
        if let Some(file) = &self.file {
            words.push(format!("--file {}", quoted(&file.display().to_string())));
        }
        words.extend(self.table.to_arguments());
        words.extend(self.build.to_arguments());
        words.join(" ")
    }
}

impl Check {
    pub(crate) fn run(&self) -> Outcome {
        let file = self.lock.file();
        let shown = file.display().to_string();
        let accept = format!("accept it with `{}`", self.lock.command());
        let both = self.lock.open(&shown).and_then(|old| Ok((old, self.lock.current()?)));
        let (old, new) = match both {
            Ok(both) => both,
            Err(unreadable) if file.exists() => return unreadable.report_to(&self.target),
            Err(unreadable) => return Unreadable { help: accept, ..unreadable }.report_to(&self.target),
        };
        // Every change has to be accepted.
        let changes = changes_between(&old, &new);
        // An entry without a change here may be for a comparison with another revision.
        let judged = match self.acceptances.apply(changes, &new.source, false) {
            Ok(judged) => judged,
            Err(error) => return fail_with_findings(&error),
        };
        let places = new.source.places();
        let diagnostics = diagnostics(&judged, &places, |_| true);
        if diagnostics.all().next().is_none() && self.target.is_plain() {
            return Outcome::Clean;
        }
        let written = self.target.write(&diagnostics);
        if !judged.changes.is_empty() && written == Outcome::Clean {
            stale::report(&shown, &accept);
        }
        self.target.found(written, diagnostics.has_errors())
    }
}

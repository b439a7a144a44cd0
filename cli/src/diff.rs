//! `mcp-scopes diff`, `lock` and `check`: releases that do not silently widen access.
//!
//! | module | holds |
//! |---|---|
//! | `side` | what can be compared |
//! | `access` | which tokens open a tool |
//! | `change` | the kinds of changes and their verdicts |
//! | `compare` | what changed between two documents |
//! | `lock` | the lock file |
//! | `report` | changes, for people and for programs |

mod access;
mod change;
mod compare;
mod lock;
mod report;
pub(crate) mod side;
#[cfg(test)]
mod tests;

use std::path::Path;

use change::{Change, Compatibility};
use mcp_scopes_build::{Scan, file};
use mcp_scopes_prm::Metadata;
use side::Unreadable;

use crate::{
    Outcome,
    arguments::{self, DiffFormat, FailOn},
    complain,
    export::print,
    fail,
};

impl arguments::Diff {
    pub(crate) fn run(&self) -> Outcome {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let both = side::read(&self.old, &scan).and_then(|old| Ok((old, side::read(&self.new, &scan)?)));
        let (old, new) = match both {
            Ok(both) => both,
            Err(unreadable) => return unreadable.tell(),
        };
        let changes = compare::changes(&old, &new);
        let printed = print(&match self.format {
            DiffFormat::Human => report::human(&changes),
            DiffFormat::Json => report::json(&changes),
            DiffFormat::Markdown => report::markdown(&changes),
            DiffFormat::Github => report::github(&changes),
        });
        let stops = changes.iter().any(|change| self.fail_on.iter().any(|kind| kind.means(change)));
        if printed == Outcome::Clean && stops { Outcome::Found } else { printed }
    }
}

impl FailOn {
    /// Whether the change is such a one, or a graver one.
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

impl arguments::Lock {
    pub(crate) fn run(&self) -> Outcome {
        let metadata = match self.metadata() {
            Ok(metadata) => metadata,
            Err(unreadable) => return unreadable.tell(),
        };
        match file::replace(&self.file(), &lock::text(&metadata)) {
            Ok(()) => Outcome::Clean,
            Err(error) => fail(&error),
        }
    }

    /// What the source says now.
    fn metadata(&self) -> Result<Metadata, Unreadable> {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let document = side::read(&self.path.to_string_lossy(), &scan)?;
        Metadata::new(document).map_err(|error| Unreadable::new(error.to_string(), "see why with `mcp-scopes lint`"))
    }

    fn file(&self) -> std::path::PathBuf {
        self.file.clone().unwrap_or_else(|| {
            if self.path.is_dir() { self.path.join(lock::FILE) } else { Path::new(lock::FILE).to_owned() }
        })
    }
}

impl arguments::Check {
    pub(crate) fn run(&self) -> Outcome {
        let file = self.lock.file();
        let shown = file.display().to_string();
        let accept = format!("accept it with `{}`", self.lock.command());
        let scan = |path: &Path| Scan::new(path);
        let both = side::read(&shown, &scan).and_then(|old| Ok((old, self.lock.metadata()?)));
        let (old, new) = match both {
            Ok(both) => both,
            Err(unreadable) if file.exists() => return unreadable.tell(),
            Err(Unreadable { message, .. }) => return Unreadable::new(message, accept).tell(),
        };
        let changes = compare::changes(&old, new.document());
        if changes.is_empty() {
            return Outcome::Clean;
        }
        let printed = print(&report::human(&changes));
        complain(&format!("`{shown}` says something else than the source"), Some(&accept));
        if printed == Outcome::Clean { Outcome::Found } else { printed }
    }
}

impl arguments::Lock {
    /// The command line that writes the same lock file.
    fn command(&self) -> String {
        let mut words = vec!["mcp-scopes lock".to_owned()];
        if self.path != Path::new(".") {
            words.push(self.path.display().to_string());
        }
        if let Some(file) = &self.file {
            words.push(format!("--file {}", file.display()));
        }
        words.extend(self.table.words());
        words.extend(self.build.words());
        words.join(" ")
    }
}

impl Unreadable {
    pub(crate) fn tell(&self) -> Outcome {
        complain(&self.message, Some(&self.help));
        Outcome::Failed
    }
}

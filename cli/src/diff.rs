//! `mcp-scopes diff`, `lock` and `check`: releases that do not silently widen access.
//!
//! | module | holds |
//! |---|---|
//! | `side` | what can be compared |
//! | `access` | which tokens open a tool |
//! | `change` | the kinds of changes and their verdicts |
//! | `compare` | what changed between two documents |
//! | `lock` | the lock file |
//! | `origin` | where a side says what stands in its document |
//! | `report` | changes, for people and for programs, a file per format |

mod access;
mod change;
mod compare;
pub(crate) mod lock;
mod origin;
mod report;
pub(crate) mod side;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use change::{Change, Compatibility};
use mcp_scopes_scan::file;
use report::Report;
use side::{Reading, Side, Unreadable};

use crate::{
    arguments::{self, FailOn},
    options::quoted,
    outcome::Outcome,
    terminal::{complain, fail, tell},
};

impl arguments::Diff {
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

fn compared(old: &Side, new: &Side, stops: impl Fn(&Change) -> bool) -> Report {
    let changes = compare::changes(old.metadata.document(), new.metadata.document());
    let places = new.origin.places();
    Report::new(changes, stops, |pointer| places.find(pointer))
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
        let now = match self.now() {
            Ok(now) => now,
            Err(unreadable) => return unreadable.tell(),
        };
        let path = self.file();
        // What cannot be read is written anew.
        let before = file::text(&path).ok();
        let text = match lock::text(&now.metadata, before.as_deref()) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{}` cannot be locked: {}", self.path.display(), error.message());
                return Unreadable::new(message, "write its members in fewer levels").tell();
            }
        };
        match file::replace(&path, &text) {
            Ok(()) => Outcome::Clean,
            Err(error) => fail(&error),
        }
    }

    /// What the source says now.
    fn now(&self) -> Result<Side, Unreadable> {
        self.open(&self.path.to_string_lossy())
    }

    fn open(&self, side: &str) -> Result<Side, Unreadable> {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        Reading { scan: &scan, loopback: self.table.allow_loopback_http }.open(side)
    }

    fn file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| {
            let beside = self.path.is_dir() && self.path != Path::new(".");
            if beside { self.path.join(lock::FILE) } else { PathBuf::from(lock::FILE) }
        })
    }
}

impl arguments::Check {
    pub(crate) fn run(&self) -> Outcome {
        let file = self.lock.file();
        let shown = file.display().to_string();
        let accept = format!("accept it with `{}`", self.lock.command());
        let both = self.lock.open(&shown).and_then(|old| Ok((old, self.lock.now()?)));
        let (old, new) = match both {
            Ok(both) => both,
            Err(unreadable) if file.exists() => return unreadable.tell(),
            Err(unreadable) => return Unreadable { help: accept, ..unreadable }.tell(),
        };
        // Whatever changed is to be accepted.
        let report = compared(&old, &new, |_| true);
        if !report.stops() && self.target.is_plain() {
            return Outcome::Clean;
        }
        let printed = self.target.write(|format, links| report.render(format, links));
        if printed != Outcome::Clean || !report.stops() {
            return printed;
        }
        complain(&format!("`{shown}` says something else than the source"), Some(&accept));
        Outcome::Found
    }
}

impl arguments::Lock {
    /// The command line that writes the same lock file.
    fn command(&self) -> String {
        let mut words = vec!["mcp-scopes lock".to_owned()];
        if self.path != Path::new(".") {
            words.push(quoted(&self.path.display().to_string()));
        }
        if let Some(file) = &self.file {
            words.push(format!("--file {}", quoted(&file.display().to_string())));
        }
        words.extend(self.table.words());
        words.extend(self.build.words());
        words.join(" ")
    }
}

impl Unreadable {
    pub(crate) fn tell(&self) -> Outcome {
        tell(&self.findings);
        complain(&self.message, Some(&self.help));
        Outcome::Failed
    }
}

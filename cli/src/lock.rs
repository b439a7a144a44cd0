//! `mcp-scopes lock` and `mcp-scopes check`: records the access of a release in a file to review and commit.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_lint::paths::is_match;
use mcp_scopes_scan::{
    Report,
    file::{replace, text},
    shown,
};

use crate::{
    diff::{
        accept::{Acceptances, Judged},
        changes_between, diagnostics, merged,
        side::{Reading, Side, Unreadable},
    },
    lock_file,
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    target::Target,
    terminal::fail,
    workspace::{RootTable, folders_with, root_tables},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes lock                 Write mcp-scopes.lock.json
  mcp-scopes check                In CI: print the changes and exit with 1 if the source differs
  mcp-scopes check --workspace    Compare each lock file of the workspace; each scope table needs one
  mcp-scopes lock -p server       Write the lock file of that package
  mcp-scopes check --format github --output markdown=summary.md
  mcp-scopes lock server --file server/release.lock.json";

#[derive(Clone, Debug, Args)]
pub(crate) struct Lock {
    /// The folder of the package
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The lock file [default: mcp-scopes.lock.json in that folder]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Each mcp-scopes.lock.json at or below that folder
    #[arg(long, conflicts_with_all = ["file", "package"])]
    workspace: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    lock: Lock,
    /// With `--workspace`: folders of that pattern need no lock file, such as `examples`; may be given several times
    #[arg(long, value_name = "GLOB", requires = "workspace")]
    exclude: Vec<String>,
    #[command(flatten)]
    acceptances: Acceptances,
    #[command(flatten)]
    target: Target,
}

impl Lock {
    pub(crate) fn run(&self) -> Outcome {
        match self.each() {
            Ok(locks) => locks.iter().fold(Outcome::Clean, |outcome, lock| outcome.and(|| lock.write())),
            Err(unreadable) => unreadable.report(),
        }
    }

    /// Returns the command for each lock file of the workspace, or for the one that is meant.
    fn each(&self) -> Result<Vec<Self>, Unreadable> {
        if !self.workspace {
            return Ok(vec![self.clone()]);
        }
        let of = |path: PathBuf| Self { path, workspace: false, ..self.clone() };
        let mut locks: Vec<Self> = folders_with(&self.path, lock_file::FILE).into_iter().map(of).collect();
        // Of several tables in one package each has its own file.
        for table in root_tables(&self.tree()?) {
            let file = file_of(&table);
            if let Some(name) = table.selected()
                && file.is_file()
            {
                locks.push(Self { table: self.table.named(name), file: Some(file), ..of(table.folder.clone()) });
            }
        }
        if locks.is_empty() {
            let message = format!("no `{}` at or below `{}`", lock_file::FILE, self.path.display());
            return Err(Unreadable::new(message, "write one with `mcp-scopes lock FOLDER`"));
        }
        Ok(locks)
    }

    /// Scans every package at or below the folder.
    fn tree(&self) -> Result<Report, Unreadable> {
        self.build.scan(&self.path).run_tree().map_err(|error| Unreadable::of(&error))
    }

    fn write(&self) -> Outcome {
        let current = match self.current() {
            Ok(current) => current,
            Err(unreadable) => return unreadable.report(),
        };
        let path = self.file();
        // A file that cannot be read is overwritten.
        let before = text(&path).ok();
        let hints = current.hints.unwrap_or_default();
        let written = match lock_file::text(&current.metadata, &hints, before.as_deref()) {
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
            let folder = self.build.folder(&self.path);
            let beside = folder.is_dir() && folder != Path::new(".");
            if beside { folder.join(lock_file::FILE) } else { PathBuf::from(lock_file::FILE) }
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

/// Returns the lock file of a table. The table of a library is locked with the tables that splice it.
fn file_of(table: &RootTable) -> PathBuf {
    table.folder.join(lock_file::name(&table.name, table.is_one_of_several))
}

/// The comparison of one lock file.
struct Compared {
    /// The file, as displayed.
    shown: String,
    /// How its changes are accepted.
    accept: String,
    judged: Judged,
    new: Side,
}

impl Check {
    pub(crate) fn run(&self) -> Outcome {
        let locks = match self.lock.each() {
            Ok(locks) => locks,
            Err(unreadable) => return unreadable.report_to(&self.target),
        };
        if self.lock.workspace
            && let Err(unreadable) = self.check_all_locked()
        {
            return unreadable.report_to(&self.target);
        }
        let mut compared = Vec::new();
        for lock in locks {
            match self.compare(&lock) {
                Ok(found) => compared.push(found),
                Err(unreadable) => return unreadable.report_to(&self.target),
            }
        }
        let places: Vec<_> = compared.iter().map(|one| one.new.source.places()).collect();
        // Every change has to be accepted.
        let runs = compared.iter().zip(&places).map(|(one, places)| diagnostics(&one.judged, places, |_| true));
        let diagnostics = merged(runs);
        if diagnostics.all().next().is_none() && self.target.is_plain() {
            return Outcome::Clean;
        }
        let written = self.target.write(&diagnostics);
        for one in compared.iter().filter(|one| !one.judged.changes.is_empty() && written == Outcome::Clean) {
            stale::report(&one.shown, &one.accept);
        }
        self.target.found(written, diagnostics.has_errors())
    }

    /// Checks that each package with a scope table has a lock file. Otherwise a change would pass whose lock file is removed with it.
    fn check_all_locked(&self) -> Result<(), Unreadable> {
        let is_unlocked = |table: &RootTable| {
            !file_of(table).is_file() && !self.exclude.iter().any(|pattern| is_match(pattern, &shown(&table.folder)))
        };
        let unlocked: Vec<RootTable> = root_tables(&self.lock.tree()?).into_iter().filter(is_unlocked).collect();
        let Some(first) = unlocked.first() else { return Ok(()) };
        let mut folders: Vec<String> = unlocked.iter().map(|table| shown(&table.folder).to_string()).collect();
        folders.dedup();
        let file = file_of(first);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let message = format!("no `{name}` beside the scope table in `{}`", folders.join("`, `"));
        let folder = shown(&first.folder);
        let folder = if folder.is_empty() { "." } else { &*folder };
        let mut command = format!("mcp-scopes lock {}", quoted(folder));
        if let Some(table) = first.selected() {
            let _ = write!(command, " --table {} --file {}", quoted(table), quoted(&shown(&file)));
        }
        let help = format!("write it with `{command}`, or leave the folder out with `--exclude`");
        Err(Unreadable::new(message, help))
    }

    fn compare(&self, lock: &Lock) -> Result<Compared, Unreadable> {
        let file = lock.file();
        let shown = file.display().to_string();
        let accept = format!("accept it with `{}`", lock.command());
        let new = lock.current()?;
        let old = lock.open(&shown).map_err(|unreadable| {
            let help = if file.exists() { unreadable.help.clone() } else { accept.clone() };
            Unreadable { help, ..unreadable }
        })?;
        // An entry without a change here may be for a comparison with another revision.
        let judged = self
            .acceptances
            .apply(changes_between(&old, &new), &new.source, false)
            .map_err(|error| Unreadable::of(&error))?;
        Ok(Compared { shown, accept, judged, new })
    }
}

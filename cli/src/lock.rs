//! `mcp-scopes lock` and `mcp-scopes check`: records the access of a release in a file to review and commit.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_lint::paths::is_match;
use mcp_scopes_scan::{
    file::{replace, text},
    shown,
};

use crate::{
    diff::{
        accept::{Acceptances, Judged},
        changes_between, diagnostics, merged,
        side::{Reading, Side, Unreadable},
    },
    findings,
    hints::Hints,
    lock_file,
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    target::Target,
    terminal::fail,
    workspace::{RootTable, Tables, folders_with, has_errors, root_tables},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes lock                 Write mcp-scopes.lock.json
  mcp-scopes lock --workspace     Write the lock file of each scope table of the workspace
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
    /// The lock file of each scope table at or below that folder: mcp-scopes.lock.json beside its Cargo.toml, or
    /// TABLE.lock.json if a package has several tables
    #[arg(long, conflicts_with_all = ["file", "package", "name"])]
    workspace: bool,
    /// With `--workspace`: folders of that pattern need no lock file, such as `examples`; may be given several times
    #[arg(long, value_name = "GLOB", requires = "workspace")]
    exclude: Vec<String>,
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
        if self.workspace { self.write_all() } else { self.write() }
    }

    /// Writes the lock file of each scope table, and returns the worst outcome.
    fn write_all(&self) -> Outcome {
        let tables = match Tables::find(&self.build.scan(&self.path), &self.exclude) {
            Ok(tables) => tables.all,
            Err(outcome) => return outcome,
        };
        let existing = self.existing(&tables);
        let mut outcome = existing.iter().map(Self::write).max().unwrap_or(Outcome::Clean);
        for table in self.unlocked(&tables) {
            let lock = self.of_table(table);
            outcome = outcome.max(match lock.current() {
                Ok(current) => lock.put(&current),
                Err(unreadable) => {
                    let help = format!("{}; or leave the folder out with `--exclude`", unreadable.help);
                    Unreadable { help, ..unreadable }.report()
                }
            });
        }
        for table in replaced(&tables) {
            outcome = outcome.max(unused(table).report());
        }
        outcome
    }

    /// Returns the command for each lock file of the workspace that exists. Of several tables in one package each has its own file.
    fn existing(&self, tables: &[RootTable]) -> Vec<Self> {
        let several: Vec<&RootTable> = tables.iter().filter(|table| table.selected().is_some()).collect();
        let is_replaced = |folder: &PathBuf| several.iter().any(|table| is_same(&table.path(), folder));
        let folders = folders_with(&self.path, lock_file::FILE).into_iter().filter(|folder| !is_replaced(folder));
        let of_folders = folders.map(|path| Self { path, workspace: false, ..self.clone() });
        let of_tables = several.iter().filter(|table| file_of(table).is_file()).map(|table| self.of_table(table));
        of_folders.chain(of_tables).collect()
    }

    /// Returns the tables that need a lock file and have none.
    fn unlocked<'t>(&self, tables: &'t [RootTable]) -> impl Iterator<Item = &'t RootTable> {
        let is_excluded =
            |table: &RootTable| self.exclude.iter().any(|pattern| is_match(pattern, &shown(&table.folder)));
        tables.iter().filter(move |table| !file_of(table).is_file() && !is_excluded(table))
    }

    /// Returns the command for the lock file of a table.
    fn of_table(&self, table: &RootTable) -> Self {
        let file = table.selected().map(|_| file_of(table));
        Self { path: table.path(), file, workspace: false, table: self.table.of(table), ..self.clone() }
    }

    fn write(&self) -> Outcome {
        match self.current() {
            Ok(current) => self.put(&current),
            Err(unreadable) => unreadable.report(),
        }
    }

    fn put(&self, current: &Side) -> Outcome {
        let path = self.file();
        // A file that cannot be read is overwritten.
        let before = text(&path).ok();
        let none = Hints::default();
        let hints = current.hints.as_ref().unwrap_or(&none);
        let written = match lock_file::text(&current.metadata, hints, before.as_deref()) {
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

/// Returns whether two paths are of one folder that exists.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Returns the first of several tables of each package that also has the lock file of a package with one table.
fn replaced(tables: &[RootTable]) -> Vec<&RootTable> {
    let several = tables.iter().filter(|table| table.selected().is_some());
    let mut found: Vec<&RootTable> = several.filter(|table| table.folder.join(lock_file::FILE).is_file()).collect();
    found.dedup_by(|table, before| table.folder == before.folder);
    found
}

/// Returns the error about a lock file that no table has.
fn unused(table: &RootTable) -> Unreadable {
    let file = shown(&table.folder.join(lock_file::FILE));
    let message = format!("`{file}` is of no scope table: `{}` has several, and each has its own", table.package);
    Unreadable::new(message, "remove the file; `mcp-scopes lock --workspace` writes those of the tables")
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
        let locks = match self.locks() {
            Ok(locks) => locks,
            Err(unreadable) => return unreadable.report_to(&self.target),
        };
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

    /// Returns the command for each lock file of the workspace, or for the one that is meant.
    fn locks(&self) -> Result<Vec<Lock>, Unreadable> {
        let lock = &self.lock;
        if !lock.workspace {
            return Ok(vec![lock.clone()]);
        }
        let mut report = lock.build.scan(&lock.path).run_tree().map_err(|error| Unreadable::of(&error))?;
        // A table in a file that cannot be read would need no lock file.
        if has_errors(&mut report, &lock.exclude) {
            let help = "fix the errors above, or leave the folder out with `--exclude`";
            let unreadable = Unreadable::new("errors keep the scope tables from being compared", help);
            return Err(Unreadable { findings: findings::text(&report), ..unreadable });
        }
        let tables = root_tables(&report);
        if let Some(table) = replaced(&tables).first() {
            return Err(unused(table));
        }
        let locks = lock.existing(&tables);
        if locks.is_empty() {
            let message = format!("no `{}` at or below `{}`", lock_file::FILE, lock.path.display());
            return Err(Unreadable::new(message, "write the lock files with `mcp-scopes lock --workspace`"));
        }
        self.check_all_locked(&tables)?;
        Ok(locks)
    }

    /// Checks that each scope table has a lock file. Otherwise a change would pass whose lock file is removed with it.
    fn check_all_locked(&self, tables: &[RootTable]) -> Result<(), Unreadable> {
        let unlocked: Vec<&RootTable> = self.lock.unlocked(tables).collect();
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

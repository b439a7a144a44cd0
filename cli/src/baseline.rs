//! `--baseline`, `--update-baseline`: known findings.

use std::path::{Path, PathBuf};

use clap::Args;
use mcp_scopes_lint::{
    Overrides, Setting,
    baseline::{self, FILE},
    config_file,
    day::Day,
};
use mcp_scopes_scan::{Error, Report, file};

use crate::terminal::print_note;

/// Default lifetime of a new entry, in days.
const DAYS: u32 = 90;

/// The options of the baseline.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(crate) struct Baseline {
    /// The file of known findings, which are suppressed, each with a reason and a last day [default:
    /// mcp-scopes.baseline.json in this folder or above, if it exists]
    #[arg(long = "baseline", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write the current findings to that file (default: mcp-scopes.baseline.json); old entries keep their reasons and days
    #[arg(long = "update-baseline")]
    pub(crate) update: bool,
    /// Do not use the file of known findings
    #[arg(long = "no-baseline", conflicts_with_all = ["file", "update"])]
    ignored: bool,
    /// The reason of new entries; without it, write a reason into each of them
    #[arg(long, value_name = "TEXT", requires = "update")]
    pub(crate) reason: Option<String>,
    /// The last day of new entries, as `YYYY-MM-DD` [default: 90 days from now]
    #[arg(long, value_name = "DAY", requires = "update")]
    pub(crate) expires: Option<String>,
    /// Today, for tests
    #[arg(long, value_name = "DAY", hide = true)]
    pub(crate) today: Option<String>,
}

/// What states the levels of the rules about the file, beside the configuration file of its folder.
#[derive(Clone, Copy)]
pub(crate) struct LevelSources<'l> {
    pub(crate) overrides: &'l Overrides,
    /// The configuration file for documents.
    pub(crate) config: Option<&'l Path>,
}

impl Baseline {
    /// Returns the file that is used: the stated one, or the default if it exists or is to be written. The default is looked for in the
    /// current folder, then in those above up to the top of the repository.
    pub(crate) fn used(&self) -> Option<PathBuf> {
        if self.file.is_some() || (self.ignored && !self.update) {
            return self.file.clone();
        }
        found().or_else(|| self.update.then(|| PathBuf::from(FILE)))
    }

    /// Suppresses the known findings of a run that could not read everything. Nothing is written, and no entry is stale.
    pub(crate) fn apply_to_part(&self, report: &mut Report, levels: LevelSources<'_>) -> Result<(), Error> {
        Self { update: false, ..self.clone() }.apply_as(report, levels, false, false)
    }

    /// Suppresses the known findings. Writes the file first if requested. `is_whole` states whether everything in the
    /// current folder is linted, so that an entry without a finding of a file that was found there is stale.
    pub(crate) fn apply(&self, report: &mut Report, levels: LevelSources<'_>, is_whole: bool) -> Result<(), Error> {
        let Some(path) = self.used() else { return Ok(()) };
        // The file of a folder above covers more than was linted.
        let is_whole = is_whole && (self.file.is_some() || path == Path::new(FILE));
        let reports_stale = (self.file.is_some() && !self.update) || is_whole;
        self.apply_as(report, levels, is_whole, reports_stale)
    }

    fn apply_as(
        &self,
        report: &mut Report,
        levels: LevelSources<'_>,
        is_whole: bool,
        reports_stale: bool,
    ) -> Result<(), Error> {
        let Some(path) = self.used() else { return Ok(()) };
        let path = path.as_path();
        let overrides = levels.overrides.clone();
        let overrides =
            if reports_stale { overrides } else { overrides.set("stale-baseline-entry", Setting::Allow)? };
        let today = self.today.as_deref().map_or_else(|| Ok(Day::today()), Day::parse)?;
        if self.update {
            let expires = self.expires.as_deref().map_or_else(|| Ok(today.after(DAYS)), Day::parse)?;
            // A file that cannot be read is an error and is not overwritten.
            let old = if path.exists() { Some(baseline::Baseline::read(path)?) } else { None };
            file::replace(
                path,
                &baseline::Baseline::update(old.as_ref(), report, self.reason.as_deref(), (today, expires), is_whole),
            )?;
        }
        let baseline = baseline::Baseline::read(path)?;
        if self.update {
            let entries = if baseline.len() == 1 { "entry" } else { "entries" };
            print_note(format_args!("wrote {} {entries} to {}", baseline.len(), path.display()));
        }
        let baseline = match levels.config {
            Some(file) => baseline.config(config_file(file)?),
            None => baseline,
        };
        baseline.apply(report, today, &overrides);
        Ok(())
    }
}

/// Returns the default file in the current folder or above it, up to the top of the repository.
fn found() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut path = PathBuf::from(FILE);
    for folder in here.ancestors() {
        if folder.join(FILE).is_file() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            return None;
        }
        path = Path::new("..").join(path);
    }
    None
}

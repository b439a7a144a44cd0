//! `--baseline`, `--update-baseline`: findings that are known.

use std::path::Path;

use mcp_scopes_lint::{Baseline, Overrides, baseline::FILE, day::Day};
use mcp_scopes_scan::{Error, Report, file};

use crate::{arguments, terminal::tell_line};

/// For how many days a new entry may stay where no day is given.
const DAYS: u32 = 90;

impl arguments::Baseline {
    /// Sets aside what is known, and writes the file first where that is asked for.
    pub(crate) fn apply(&self, report: &mut Report, overrides: &Overrides) -> Result<(), Error> {
        if self.file.is_none() && !self.update {
            return Ok(());
        }
        let path = self.file.as_deref().unwrap_or_else(|| Path::new(FILE));
        let today = self.today.as_deref().map_or_else(Day::today, Day::parse)?;
        if self.update {
            let expires = self.expires.as_deref().map_or_else(|| Ok(today.after(DAYS)), Day::parse)?;
            // A file that cannot be read is not thrown away.
            let old = if path.exists() { Some(Baseline::read(path)?) } else { None };
            file::replace(path, &Baseline::update(old.as_ref(), report, self.reason.as_deref(), today, expires))?;
        }
        let baseline = Baseline::read(path)?;
        if self.update {
            let entries = if baseline.len() == 1 { "entry" } else { "entries" };
            tell_line(format_args!("wrote {} {entries} to {}", baseline.len(), path.display()));
        }
        baseline.apply(report, today, overrides);
        Ok(())
    }
}

//! `--fix`, `--unsafe-fixes`, `--diff`: automatic fixes.
//!
//! | module | holds |
//! |---|---|
//! | `edits` | selects compatible fixes and applies them to a text |
//! | `failure` | [`Failure`]: why no fix was applied |
//! | `files` | reads and writes the files |

mod edits;
mod failure;
mod files;

use std::{collections::BTreeMap, io::IsTerminal as _, sync::Arc};

use clap::{ArgGroup, Args};
use mcp_scopes_scan::{Report, Safety};
use similar::TextDiff;

use crate::escape::escaped;
pub(crate) use edits::apply;
pub(crate) use failure::Failure;
use failure::changed;
pub(crate) use files::STDIN;

/// Maximum number of rounds. A fix may cause another finding, but not without end.
const ROUNDS: usize = 20;
/// Errors that a fix must not make: of syntax, and of a key that is stated twice.
const BREAKS: [&str; 3] = ["syntax", "toml-syntax", "duplicate-key"];

/// Texts that replace files, by the file names that findings use.
pub(crate) type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Fixes", group(ArgGroup::new("apply").args(["fix", "diff"]).multiple(true)))]
pub(crate) struct Fixing {
    /// Apply fixes that do not change the meaning; print a fixed document if it comes from standard input
    #[arg(long, conflicts_with = "update")]
    pub(crate) fix: bool,
    /// Also apply fixes that may change the meaning; review the difference; requires `--fix` or `--diff`
    #[arg(long, requires = "apply", conflicts_with = "update")]
    pub(crate) unsafe_fixes: bool,
    /// Print the fixes as a unified diff, write nothing, and exit with 1 if there are any
    #[arg(long, conflicts_with = "update")]
    pub(crate) diff: bool,
}

impl Fixing {
    /// Returns whether any of these options is set.
    pub(crate) fn any(self) -> bool {
        self.fix || self.diff
    }

    fn safety(self) -> Safety {
        if self.unsafe_fixes { Safety::Unsafe } else { Safety::Safe }
    }
}

/// The result of all fixes.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// The findings that are left.
    pub(crate) report: Report,
    /// Number of applied fixes.
    pub(crate) count: usize,
    /// The files that change, each with its old and new text.
    changes: BTreeMap<Arc<str>, (String, Arc<str>)>,
}

impl Fixed {
    /// Applies fixes in rounds until there are none left. `input` is the contents of standard input. `lint` checks
    /// everything, with some texts in place of files.
    ///
    /// # Errors
    /// Returns an error if the input cannot be linted, or if the fixes would leave more errors than before.
    pub(crate) fn make(
        fixing: Fixing,
        input: &str,
        lint: impl Fn(&Texts) -> Result<Report, mcp_scopes_scan::Error>,
    ) -> Result<Self, Failure> {
        let mut texts = Texts::new();
        let mut report = lint(&texts)?;
        let before = report.count(mcp_scopes_scan::Level::Error);
        // An error that stops a scan hides others, so their number can grow.
        let hides = report.findings.iter().any(|finding| !finding.settable && finding.fix.is_some());
        let broken_before = report.findings.iter().filter(|finding| BREAKS.contains(&finding.rule)).count();
        let mut fixed = Self { report: Report::default(), count: 0, changes: BTreeMap::new() };
        for _ in 0..ROUNDS {
            let chosen = edits::choose(&report, fixing.safety());
            if chosen.count == 0 {
                break;
            }
            fixed.count += chosen.count;
            for (file, edits) in chosen.by_file {
                let old = match texts.get(&file) {
                    Some(text) => text.to_string(),
                    None => files::read(&file, input)?,
                };
                let seen = report.sources.text(&file).unwrap_or_default();
                let new: Arc<str> = apply(&old, seen, edits).ok_or_else(|| changed(&file))?.into();
                fixed.changes.entry(file.clone()).or_insert_with(|| (old, new.clone())).1 = new.clone();
                texts.insert(file, new);
            }
            report = lint(&texts)?;
        }
        let broken = |report: &Report| report.findings.iter().filter(|finding| BREAKS.contains(&finding.rule)).count();
        if broken(&report) > broken_before || !hides && report.count(mcp_scopes_scan::Level::Error) > before {
            let message = "the fixes would leave more errors than before; nothing was changed".to_owned();
            return Err(Failure::Other(
                message,
                "read the output of `--diff`, and fix the findings by hand".to_owned(),
            ));
        }
        fixed.changes.retain(|_, (old, new)| **old != **new);
        fixed.report = report;
        Ok(fixed)
    }

    /// Returns the number of files that change.
    pub(crate) fn files(&self) -> usize {
        self.changes.len()
    }

    /// Returns the changes as a unified diff. Control characters are escaped for a terminal and kept for a program.
    pub(crate) fn diff(&self) -> String {
        let mut text = String::new();
        for (file, (old, new)) in &self.changes {
            let diff = TextDiff::from_lines(&**old, &**new);
            text.push_str(&diff.unified_diff().context_radius(3).header(file, file).to_string());
        }
        if std::io::stdout().is_terminal() { escaped(&text) } else { text }
    }

    /// Returns the new text of the document on standard input.
    pub(crate) fn stdin(&self) -> Option<&str> {
        self.changes.get(STDIN).map(|(_, new)| &**new)
    }

    /// Writes every file that changes, each atomically. Writes none of them if one is not writable.
    ///
    /// # Errors
    /// Returns an error if a file is a link or read-only, has changed in the meantime, or cannot be written.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let changes = || self.changes.iter().filter(|(file, _)| &***file != STDIN);
        for (file, (old, _)) in changes() {
            files::check(file, old)?;
        }
        for (file, (_, new)) in changes() {
            mcp_scopes_scan::file::replace(std::path::Path::new(&**file), new)?;
        }
        Ok(())
    }
}

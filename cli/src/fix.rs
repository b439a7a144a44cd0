//! `--fix`, `--unsafe-fixes`, `--diff`: what a program can put right.
//!
//! | module | holds |
//! |---|---|
//! | `edits` | which fixes go together, and what they make of a text |
//! | `failure` | [`Failure`]: why nothing was put right |
//! | `files` | files as they are, and writing them |

mod edits;
mod failure;
mod files;

use std::{collections::BTreeMap, io::IsTerminal as _, sync::Arc};

use clap::Args;
use mcp_scopes_scan::{Report, Safety};
use similar::TextDiff;

use crate::escape::escaped;
pub(crate) use failure::Failure;
use failure::changed;
pub(crate) use files::STDIN;

/// After so many rounds what is left stays: a fix may bring about another, but not without end.
const ROUNDS: usize = 20;

/// Texts in place of files, by the names that findings have for these.
pub(crate) type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// What is put right.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Fixes")]
pub(crate) struct Fixing {
    /// Put right what can be without changing what anything means; a document on standard input is printed
    #[arg(long, conflicts_with = "update")]
    pub(crate) fix: bool,
    /// Put right also what may change what something means: read the difference before you keep it
    #[arg(long, conflicts_with = "update")]
    pub(crate) unsafe_fixes: bool,
    /// Print what would be put right as a unified diff, write nothing, and exit with 1 if there is anything
    #[arg(long, conflicts_with = "update")]
    pub(crate) diff: bool,
}

impl Fixing {
    /// Whether anything is asked for.
    pub(crate) fn any(self) -> bool {
        self.fix || self.unsafe_fixes || self.diff
    }

    fn safety(self) -> Safety {
        if self.unsafe_fixes { Safety::Unsafe } else { Safety::Safe }
    }
}

/// What fixes come to.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// What is found afterwards.
    pub(crate) report: Report,
    /// How many fixes there were.
    pub(crate) count: usize,
    /// The files that change: as they are, and as they will be.
    changes: BTreeMap<Arc<str>, (String, Arc<str>)>,
}

impl Fixed {
    /// Fixes in rounds until nothing is left to fix. `input` is what standard input held; `lint` looks at everything,
    /// with some texts in place of files.
    ///
    /// # Errors
    /// The input cannot be linted, or the fixes would leave more errors than there are.
    pub(crate) fn make(
        fixing: Fixing,
        input: &str,
        lint: impl Fn(&Texts) -> Result<Report, mcp_scopes_scan::Error>,
    ) -> Result<Self, Failure> {
        let mut texts = Texts::new();
        let mut report = lint(&texts)?;
        let before = report.count(mcp_scopes_scan::Level::Error);
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
                let new: Arc<str> = edits::apply(&old, seen, edits).ok_or_else(|| changed(&file))?.into();
                fixed.changes.entry(file.clone()).or_insert_with(|| (old, new.clone())).1 = new.clone();
                texts.insert(file, new);
            }
            report = lint(&texts)?;
        }
        if report.count(mcp_scopes_scan::Level::Error) > before {
            let message = "the fixes would leave more errors than there are, so that nothing was changed".to_owned();
            return Err(Failure::Other(message, "look at `--diff`, and put right by hand what it shows".to_owned()));
        }
        fixed.changes.retain(|_, (old, new)| **old != **new);
        fixed.report = report;
        Ok(fixed)
    }

    /// How many files change.
    pub(crate) fn files(&self) -> usize {
        self.changes.len()
    }

    /// The changes as a unified diff. Control characters are spelt out for a terminal and kept for a program.
    pub(crate) fn diff(&self) -> String {
        let mut text = String::new();
        for (file, (old, new)) in &self.changes {
            let diff = TextDiff::from_lines(&**old, &**new);
            text.push_str(&diff.unified_diff().context_radius(3).header(file, file).to_string());
        }
        if std::io::stdout().is_terminal() { escaped(&text) } else { text }
    }

    /// The document that standard input held, as it is now.
    pub(crate) fn stdin(&self) -> Option<&str> {
        self.changes.get(STDIN).map(|(_, new)| &**new)
    }

    /// Writes every file that changes, each whole or not at all; none if one of them cannot be written.
    ///
    /// # Errors
    /// A file is a link or read-only, has changed meanwhile, or cannot be written.
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

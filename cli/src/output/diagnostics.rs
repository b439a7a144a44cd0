//! [`Diagnostics`]: the diagnostics of one run, and what a format prints around them.

use std::borrow::Cow;

use mcp_scopes_doctor::Skipped;
use mcp_scopes_scan::source::Sources;

use super::diagnostic::{Diagnostic, Level};
use crate::verdict::Verdict;

/// The diagnostics of one run.
#[derive(Debug)]
pub(crate) struct Diagnostics<'a> {
    pub(crate) contents: Contents,
    /// The diagnostics that count, in their order in the output.
    pub(crate) active: Vec<Diagnostic<'a>>,
    /// The diagnostics that a comment or a baseline file suppresses.
    pub(crate) suppressed: Vec<Diagnostic<'a>>,
    /// The result of the run, in one line.
    pub(crate) summary: String,
    /// The texts that places and fixes refer to, if they are known.
    pub(crate) sources: Option<&'a Sources>,
    /// Whether the diagnostics were compared with a baseline file.
    pub(crate) has_baseline: bool,
    /// What `doctor` did, beside its findings.
    pub(crate) examined: Option<Examined<'a>>,
    /// Returns the descriptions of the ids that can occur.
    pub(crate) rules: fn() -> Vec<RuleDescription>,
}

/// The examination of a live server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Examined<'a> {
    pub(crate) url: &'a str,
    pub(crate) requests: usize,
    /// What was not checked.
    pub(crate) skipped: &'a [Skipped],
    /// Facts that are no findings.
    pub(crate) notes: &'a [String],
}

/// What the diagnostics are. Both have published shapes in some formats, which stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Findings of `lint`.
    Findings,
    /// Changes that `diff` or `check` found.
    Changes,
}

/// The description of a rule or of a kind of change.
#[derive(Clone, Debug)]
pub(crate) struct RuleDescription {
    pub(crate) id: &'static str,
    /// What is reported, in one line.
    pub(crate) summary: &'static str,
    /// The name and the value of its property: the section of a standard, or the compatibility.
    pub(crate) property: (&'static str, &'static str),
    /// The topics beside `security`.
    pub(crate) tag: &'static str,
    pub(crate) help: Cow<'static, str>,
    pub(crate) help_markdown: Cow<'static, str>,
    /// The address of its page.
    pub(crate) url: String,
    /// Whether it is reported without configuration.
    pub(crate) enabled: bool,
    /// Its level without configuration.
    pub(crate) level: Level,
}

impl<'a> Diagnostics<'a> {
    /// Returns the command that titles and run ids name. `check` compares as `diff` does.
    pub(crate) fn command(&self) -> &'static str {
        match (self.contents, self.examined) {
            (Contents::Findings, Some(_)) => "doctor",
            (Contents::Findings, None) => "lint",
            (Contents::Changes, _) => "diff",
        }
    }

    /// Returns what was not checked.
    pub(crate) fn skipped(&self) -> &'a [Skipped] {
        self.examined.map(|examined| examined.skipped).unwrap_or_default()
    }

    /// Returns whether the run exits with 1.
    pub(crate) fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// Returns the number of active diagnostics at that level.
    pub(crate) fn count(&self, level: Level) -> usize {
        self.active.iter().filter(|diagnostic| diagnostic.level == level).count()
    }

    /// Returns all diagnostics, including suppressed ones.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Diagnostic<'a>> {
        self.active.iter().chain(&self.suppressed)
    }

    /// Returns the diagnostics that every format lists: the active ones and accepted changes.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &Diagnostic<'a>> {
        let accepted = self.suppressed.iter().filter(|_| self.contents == Contents::Changes);
        self.active.iter().chain(accepted)
    }

    /// Returns whether some input could not be read, so that the run exits with 2.
    pub(crate) fn has_failed(&self) -> bool {
        self.active.iter().any(Diagnostic::is_failure)
    }

    /// Returns the verdict over all changes. Without changes there is none.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        Verdict::over(self.active.iter().filter_map(|diagnostic| diagnostic.verdict))
    }
}

impl Contents {
    /// Returns the text for a run without diagnostics.
    pub(crate) fn none(self) -> &'static str {
        match self {
            Self::Findings => "no findings",
            Self::Changes => "nothing changed",
        }
    }
}

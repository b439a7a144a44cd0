//! Findings: a message and its position.

use mcp_scopes_model::text::{ceil_boundary, floor_boundary};

use crate::{Fix, source::Place};

/// The level of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It should be fixed.
    Warning,
    /// It must be fixed: the table would not compile or would be wrong, or the level of the rule is `deny`.
    Error,
}

impl Level {
    /// Returns the name used in every output format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One problem that a rule, the grammar or the table checks report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The id of the rule, of the diagnostic of the grammar, or of the problem of a table.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// The problem and its reason, in one line.
    pub message: String,
    /// The correction; may be empty.
    pub help: String,
    /// Its place. `None` for a finding about a package as a whole.
    pub place: Option<Place>,
    /// The tool, scope, role or file that it concerns; may be empty.
    pub subject: String,
    /// The automatic fix, if there is one.
    pub fix: Option<Fix>,
    /// A value that stays the same while lines move, so that a baseline can match the finding. `mcp-scopes-lint`
    /// computes it. Empty until a lint is complete.
    pub fingerprint: String,
    /// The suppression, for findings in [`Report::suppressed`](crate::Report::suppressed).
    pub suppression: Option<Suppression>,
    /// Whether a rule with a configurable level reports it and the compiler does not.
    #[doc(hidden)]
    pub settable: bool,
}

/// The suppression of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where the suppression is written.
    pub kind: SuppressionKind,
    /// The reason stated there.
    pub reason: String,
    /// The last day on which it applies, as `YYYY-MM-DD`, if it has one.
    pub until: Option<String>,
}

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionKind {
    /// In a comment at the code.
    Comment,
    /// In the baseline file.
    Baseline,
    /// Under `[[diff.accept]]` in the configuration file.
    Acceptance,
}

impl Finding {
    /// Creates a finding at error level without help, place or subject.
    #[must_use]
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: Level::Error,
            message: shortened(message.into()),
            help: String::new(),
            place: None,
            subject: String::new(),
            fix: None,
            fingerprint: String::new(),
            suppression: None,
            settable: false,
        }
    }

    /// Creates a finding at warning level without help, place or subject.
    #[must_use]
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, message) }
    }

    /// Sets the help text.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = shortened(help.into());
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// Sets the subject.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Sets the suppression.
    #[doc(hidden)]
    #[must_use]
    pub fn suppressed(mut self, why: Suppression) -> Self {
        self.suppression = Some(why);
        self
    }

    /// Sets the level that is configured for the finding's rule.
    #[doc(hidden)]
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self.settable = true;
        self
    }

    /// Returns the file of the finding, or an empty text for a finding about a package as a whole.
    #[must_use]
    pub fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.file)
    }

    /// Returns the sort key of findings: file, position, rule, then text.
    fn key(&self) -> (Option<&Place>, &'static str, &str) {
        (self.place.as_ref(), self.rule, &self.message)
    }
}

/// The diagnostics that are reported under the id of a lint rule. A test of the rules checks that both lists are equal.
const REPORTED_AS: [(&str, &str); 3] =
    [("outside-namespace", "missing-namespace"), ("bad-scope", "scope-syntax"), ("bad-tool-name", "tool-name")];

/// Returns the id under which a diagnostic of the grammar is reported: that of its lint rule, or its own.
#[doc(hidden)]
#[must_use]
pub fn reported_id(diagnostic: &'static str) -> &'static str {
    REPORTED_AS.iter().find(|(id, _)| *id == diagnostic).map_or(diagnostic, |(_, rule)| rule)
}

/// Maximum length of a message in bytes. Longer messages are shortened.
const LONGEST: usize = 1_000;

/// Returns the message, with its middle left out if a long scope or name makes it too long.
#[must_use]
pub fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let half = LONGEST / 2;
    let (head, tail) = (floor_boundary(&text, half), ceil_boundary(&text, text.len().saturating_sub(half)));
    let left_out = text.get(head..tail).unwrap_or_default().len();
    let (head, tail) = (text.get(..head).unwrap_or_default(), text.get(tail..).unwrap_or_default());
    format!("{head}[{left_out} bytes]{tail}")
}

/// Sorts findings and removes duplicates. A file that two targets share is scanned once for each.
#[doc(hidden)]
pub fn settle(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| a.key().cmp(&b.key()));
    findings.dedup();
}

#[cfg(test)]
mod tests {
    use super::{Finding, shortened};

    #[test]
    fn long_messages_lose_their_middle() {
        assert_eq!(shortened("é".repeat(500)), "é".repeat(500));
        let long = shortened(format!("scope `{}` is unused", "é".repeat(1 << 19)));
        assert!(long.len() < 1_100 && long.starts_with("scope `é") && long.ends_with("é` is unused"), "{long}");
        assert!(long.contains("é[1047596 bytes]é"), "{long}");
        let finding = Finding::warning("x", "a".repeat(1 << 20)).help("b".repeat(1 << 20)).about("c".repeat(1 << 20));
        assert!(finding.message.len() + finding.help.len() < 2_200);
        assert_eq!(
            finding.subject.len(),
            1 << 20,
            "what a finding is about stays the same: its fingerprint is made of it"
        );
    }
}

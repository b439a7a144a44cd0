//! What is wrong, and where.

use crate::{Fix, source::Place};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It ought to be changed.
    Warning,
    /// It must be changed: the table would not compile, would not mean what it says, or the rule is set to `deny`.
    Error,
}

impl Level {
    /// The word used in every output format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id; also that of a diagnostic of the grammar or of a problem of a table.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is wrong and why, in one line.
    pub message: String,
    /// What to write instead; may be empty.
    pub help: String,
    /// Where. `None` for a finding about a package as a whole.
    pub place: Option<Place>,
    /// The tool, scope, role or file that it is about; may be empty.
    pub subject: String,
    /// What makes it go away, where a program can tell.
    pub fix: Option<Fix>,
    /// What stays the same while lines move, so that a finding is known again; `mcp-scopes-lint` computes it.
    /// Empty until a lint is complete.
    pub fingerprint: String,
    /// Why it does not count, for those in [`Report::suppressed`](crate::Report::suppressed).
    pub suppression: Option<Suppression>,
    /// Whether a rule says so whose level can be set, and not the compiler too.
    #[doc(hidden)]
    pub settable: bool,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where that is said.
    pub kind: SuppressionKind,
    /// The reason given there.
    pub reason: String,
}

/// Where it is said that a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionKind {
    /// In a comment beside it.
    Comment,
    /// In the baseline file.
    Baseline,
}

impl Finding {
    /// A finding at error level without help, place or subject.
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

    /// A finding at warning level without help, place or subject.
    #[must_use]
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, message) }
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = shortened(help.into());
        self
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Says why it does not count.
    #[doc(hidden)]
    #[must_use]
    pub fn suppressed(mut self, why: Suppression) -> Self {
        self.suppression = Some(why);
        self
    }

    /// Gives a finding of a rule the level that is set for the rule.
    #[doc(hidden)]
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self.settable = true;
        self
    }

    /// The file it is in; empty for a finding about a package as a whole.
    #[must_use]
    pub fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.file)
    }

    /// What findings are ordered by: file, position, rule, then text.
    fn key(&self) -> (Option<&Place>, &'static str, &str) {
        (self.place.as_ref(), self.rule, &self.message)
    }
}

/// The diagnostics that are reported under the id of the lint rule that they belong to. A test of the rules holds the two
/// equal.
const REPORTED_AS: [(&str, &str); 3] =
    [("outside-namespace", "missing-namespace"), ("bad-scope", "scope-syntax"), ("bad-tool-name", "tool-name")];

/// Returns the id under which a diagnostic of the grammar is reported: that of the rule that it belongs to, or its own.
#[doc(hidden)]
#[must_use]
pub fn reported_id(diagnostic: &'static str) -> &'static str {
    REPORTED_AS.iter().find(|(id, _)| *id == diagnostic).map_or(diagnostic, |(_, rule)| rule)
}

/// The longest message that is told as it stands, in bytes.
const LONGEST: usize = 1_000;

/// A message of which the middle is left out where a scope or a name in it goes on for pages.
#[must_use]
pub fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let half = LONGEST / 2;
    let (head, tail) = (text.floor_char_boundary(half), text.ceil_char_boundary(text.len().saturating_sub(half)));
    let left_out = text.get(head..tail).unwrap_or_default().len();
    let (head, tail) = (text.get(..head).unwrap_or_default(), text.get(tail..).unwrap_or_default());
    format!("{head}[{left_out} bytes]{tail}")
}

/// Puts findings in their one order and drops what was said twice: a file that two targets share is scanned for each.
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

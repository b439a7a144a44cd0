//! Collects findings, at the levels that are configured.

use std::sync::Arc;

use mcp_scopes_lint::{Documents, find};
use mcp_scopes_scan::{Finding, source::Place};

use crate::redact::Redaction;

/// Collects the findings of the checks.
pub(crate) struct Sink<'d> {
    documents: &'d Documents,
    endpoint: Arc<str>,
    redaction: &'d Redaction,
    found: Vec<Finding>,
}

impl<'d> Sink<'d> {
    pub(crate) fn new(documents: &'d Documents, endpoint: &Arc<str>, redaction: &'d Redaction) -> Self {
        Self { documents, endpoint: endpoint.clone(), redaction, found: Vec::new() }
    }

    /// Reports a finding about the endpoint. `subject` says what it is about, such as a tool.
    pub(crate) fn report(&mut self, rule: &str, subject: &str, message: impl Into<String>, help: impl Into<String>) {
        let endpoint = self.endpoint.clone();
        self.report_at(rule, &endpoint, subject, message, help);
    }

    /// Reports a finding about an address.
    pub(crate) fn report_at(
        &mut self,
        rule: &str,
        url: &Arc<str>,
        subject: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        // INVARIANT: a test makes a server fire each rule, so each id is one.
        let Some(rule) = find(rule) else { return };
        let Some(level) = self.documents.level_of(rule) else { return };
        // Before a long message loses its middle, which may be that of a secret.
        let (message, help) = (self.redaction.apply(&message.into()), self.redaction.apply(&help.into()));
        let finding = Finding::error(rule.id, message).help(help).at(Place::whole(url)).about(subject);
        self.found.push(finding.at_level(level));
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.found
    }
}

/// Joins words for a message: `a`, `a and b`, `a, b and c`.
pub(crate) fn joined<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", head.join(", "), last.as_ref())
        }
    }
}

/// Joins names in backticks, at most eight of them.
pub(crate) fn named<T: AsRef<str>>(names: &[T]) -> String {
    const MOST: usize = 8;
    let mut words: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", name.as_ref())).collect();
    if names.len() > MOST {
        words.push(format!("{} more", names.len() - MOST));
    }
    joined(&words)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_at_most_eight() {
        assert_eq!(named(&["a"]), "`a`");
        assert_eq!(named(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert!(named(&["x"; 20]).ends_with("`x` and 12 more"));
    }
}

//! Collects the findings of a rule and provides its options.

use mcp_scopes_scan::{
    Finding, Level,
    source::{Place, Sources},
};

use crate::rule::{Choice, Rule};

/// The findings of a rule on one subject, and its options.
#[derive(Debug)]
pub struct Reporter<'a> {
    rule: &'static Rule,
    options: &'a [(String, Choice)],
    sources: &'a Sources,
    pub(crate) found: Vec<Finding>,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(rule: &'static Rule, options: &'a [(String, Choice)], sources: &'a Sources) -> Self {
        Self { rule, options, sources, found: Vec::new() }
    }

    /// Returns the texts of all files that were read, for fixes.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// Adds a finding: its place, its subject (a tool, scope, role or member), its message and its help. The engine
    /// sets the level later. The returned finding accepts a fix.
    pub fn report(
        &mut self,
        place: &Place,
        subject: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> &mut Finding {
        let finding = Finding::warning(self.rule.id, message).help(help).at(place.clone()).about(subject);
        debug_assert_eq!(finding.level, Level::Warning, "the level is that of the settings");
        self.found.push(finding);
        let last = self.found.len().saturating_sub(1);
        #[expect(clippy::indexing_slicing, reason = "INVARIANT: it was pushed just now")]
        &mut self.found[last]
    }

    /// Returns a number of [`Rule::options`].
    #[must_use]
    pub fn int(&self, name: &str) -> usize {
        match self.choice(name) {
            Some(Choice::Int(number)) => *number,
            _ => usize::MAX,
        }
    }

    /// Returns a text of [`Rule::options`].
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.choice(name) {
            Some(Choice::Text(text)) => text,
            _ => "",
        }
    }

    /// Returns a list of texts of [`Rule::options`].
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.choice(name) {
            Some(Choice::Texts(texts)) => texts.iter().map(|text| &**text).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns a boolean of [`Rule::options`].
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.choice(name), Some(Choice::Flag(true)))
    }

    /// INVARIANT: a test checks that each rule declares the options that it reads. Configured options have the
    /// default's type.
    fn choice(&self, name: &str) -> Option<&Choice> {
        let stated = self.options.iter().find(|(stated, _)| stated == name).map(|(_, choice)| choice);
        let default = || self.rule.options.iter().find(|option| option.name == name).map(|option| &option.default);
        let found = stated.or_else(default);
        debug_assert!(found.is_some(), "`{}` has no option `{name}`", self.rule.id);
        found
    }
}

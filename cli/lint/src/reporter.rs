//! What the code of a rule reports to, and asks for its options.

use mcp_scopes_scan::{
    Finding, Level,
    source::{Place, Sources},
};

use crate::rule::{Choice, Rule};

/// What a rule found on one subject, and the options it runs with.
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

    /// The texts of all files that were read, for fixes.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// Reports: where, about which tool, scope, role or member, what is wrong, and what to write. The level is filled in
    /// later; a fix may be set on what is returned.
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

    /// A number of [`Rule::options`].
    #[must_use]
    pub fn int(&self, name: &str) -> usize {
        match self.choice(name) {
            Some(Choice::Int(number)) => *number,
            _ => usize::MAX,
        }
    }

    /// A text of [`Rule::options`].
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.choice(name) {
            Some(Choice::Text(text)) => text,
            _ => "",
        }
    }

    /// A list of texts of [`Rule::options`].
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.choice(name) {
            Some(Choice::Texts(texts)) => texts.iter().map(|text| &**text).collect(),
            _ => Vec::new(),
        }
    }

    /// A yes or no of [`Rule::options`].
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.choice(name), Some(Choice::Flag(true)))
    }

    /// INVARIANT: a test holds each rule to the options that it asks for; stated ones have the default's type.
    fn choice(&self, name: &str) -> Option<&Choice> {
        let stated = self.options.iter().find(|(stated, _)| stated == name).map(|(_, choice)| choice);
        let default = || self.rule.options.iter().find(|option| option.name == name).map(|option| &option.default);
        let found = stated.or_else(default);
        debug_assert!(found.is_some(), "`{}` has no option `{name}`", self.rule.id);
        found
    }
}

//! Collects the findings of a rule and provides its options.

use mcp_scopes_scan::{
    Finding, Fix, Level,
    source::{Place, Sources},
};

use crate::rule::{OptionValue, Rule};

/// The findings of a rule on one subject, and its options.
#[derive(Debug)]
pub struct Reporter<'a> {
    rule: &'static Rule,
    options: &'a [(String, OptionValue)],
    sources: &'a Sources,
    pub(crate) found: Vec<Finding>,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(rule: &'static Rule, options: &'a [(String, OptionValue)], sources: &'a Sources) -> Self {
        Self { rule, options, sources, found: Vec::new() }
    }

    /// Returns the texts of all files that were read, for fixes.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// Starts a finding with its message. It is added once it has a place, a subject and a help:
    /// `reporter.report(message).at(&place).about(subject).help(help)`. The engine sets the level later.
    pub fn report(&mut self, message: impl Into<String>) -> WithoutPlace<'_> {
        WithoutPlace { found: &mut self.found, finding: Finding::error(self.rule.id, message) }
    }

    /// Returns a number of [`Rule::options`].
    #[must_use]
    pub fn int(&self, name: &str) -> usize {
        match self.value(name) {
            Some(OptionValue::Int(number)) => *number,
            _ => usize::MAX,
        }
    }

    /// Returns a text of [`Rule::options`].
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Some(OptionValue::Text(text)) => text,
            _ => "",
        }
    }

    /// Returns a list of texts of [`Rule::options`].
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.value(name) {
            Some(OptionValue::Texts(texts)) => texts.iter().map(|text| &**text).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns a boolean of [`Rule::options`].
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(OptionValue::Flag(true)))
    }

    /// INVARIANT: a test checks that each rule declares the options that it reads. Configured options have the
    /// default's type.
    fn value(&self, name: &str) -> Option<&OptionValue> {
        let stated = self.options.iter().find(|(stated, _)| stated == name).map(|(_, value)| value);
        let default = || self.rule.options.iter().find(|option| option.name == name).map(|option| &option.default);
        let found = stated.or_else(default);
        debug_assert!(found.is_some(), "`{}` has no option `{name}`", self.rule.id);
        found
    }
}

// A type for each step, and not one builder: a forgotten step does not compile.

/// A finding with a message.
#[derive(Debug)]
#[must_use = "the finding is added by `at`, `about` and `help`"]
pub struct WithoutPlace<'r> {
    found: &'r mut Vec<Finding>,
    finding: Finding,
}

impl<'r> WithoutPlace<'r> {
    /// Sets the place.
    pub fn at(self, place: &Place) -> WithoutSubject<'r> {
        WithoutSubject { found: self.found, finding: self.finding.at(place.clone()) }
    }
}

/// A finding with a message and a place.
#[derive(Debug)]
#[must_use = "the finding is added by `about` and `help`"]
pub struct WithoutSubject<'r> {
    found: &'r mut Vec<Finding>,
    finding: Finding,
}

impl<'r> WithoutSubject<'r> {
    /// Sets the subject: the tool, scope, role or member that the finding is about.
    pub fn about(self, subject: impl Into<String>) -> WithoutHelp<'r> {
        WithoutHelp { found: self.found, finding: self.finding.about(subject) }
    }
}

/// A finding with all parts but the help.
#[derive(Debug)]
#[must_use = "the finding is added by `help`"]
pub struct WithoutHelp<'r> {
    found: &'r mut Vec<Finding>,
    finding: Finding,
}

impl<'r> WithoutHelp<'r> {
    /// Sets the help and adds the finding.
    pub fn help(self, help: impl Into<String>) -> Reported<'r> {
        self.found.push(self.finding.help(help));
        Reported { found: self.found }
    }
}

/// A finding that was added.
#[derive(Debug)]
pub struct Reported<'r> {
    /// The finding is the last one.
    found: &'r mut [Finding],
}

impl Reported<'_> {
    /// Makes the finding a warning, even if the default level of the rule is `deny`. A configured level still applies.
    pub fn at_most_warning(self) {
        if let Some(finding) = self.found.last_mut() {
            finding.level = Level::Warning;
        }
    }

    /// Sets the fix, if there is one.
    pub fn fix(self, fix: Option<Fix>) {
        if let Some(finding) = self.found.last_mut() {
            finding.fix = fix;
        }
    }
}

//! Levels that are set from outside, as on a command line.

use std::collections::BTreeMap;

use mcp_scopes_scan::{Error, ErrorKind};

use crate::{
    find,
    levels::unknown,
    rule::{Category, Rule, Setting},
};

/// The word that stands for all that would be a warning.
const WARNINGS: &str = "warnings";

/// Levels that are set from outside. They go before all that `mcp-scopes.toml` says.
///
/// What is set for a rule goes before what is set for its category, and of several settings of one name the last counts.
///
/// ```
/// use mcp_scopes_lint::{Overrides, Setting};
/// let overrides = Overrides::new().set("naming", Setting::Allow)?.set("scope-convention", Setting::Deny)?;
/// assert!(Overrides::new().set("scope-convenion", Setting::Deny).is_err());
/// # Ok::<(), mcp_scopes_scan::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    rules: BTreeMap<&'static str, Setting>,
    categories: BTreeMap<&'static str, Setting>,
    deny_warnings: bool,
}

impl Overrides {
    /// Nothing is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the level of a rule or of a category; `warnings` with [`Setting::Deny`] makes errors of all that would
    /// otherwise be warnings, whatever said so.
    ///
    /// # Errors
    /// There is no such rule or category, or it is an error of the compiler too, which no setting changes.
    pub fn set(mut self, name: &str, setting: Setting) -> Result<Self, Error> {
        if name == WARNINGS {
            if setting != Setting::Deny {
                let message = format!("`{WARNINGS}` can only be denied");
                let help = "name a rule or a category of rules";
                return Err(Error::new(ErrorKind::Usage, message).help(help));
            }
            self.deny_warnings = true;
        } else if let Some(rule) = find(name) {
            if rule.check.is_fixed() && !rule.check.reads_documents() && setting != Setting::Deny {
                let message = format!("`{name}` is an error of the compiler too, which no setting changes");
                return Err(Error::new(ErrorKind::Usage, message).help("leave it out"));
            }
            self.rules.insert(rule.id, setting);
        } else if let Some(category) = Category::ALL.iter().find(|category| category.as_str() == name) {
            self.categories.insert(category.as_str(), setting);
        } else {
            let (message, help) = unknown(name);
            return Err(Error::new(ErrorKind::Usage, message).help(help));
        }
        Ok(self)
    }

    pub(crate) fn of_rule(&self, rule: &Rule) -> Option<Setting> {
        self.rules.get(rule.id).or_else(|| self.categories.get(rule.category.as_str())).copied()
    }

    pub(crate) fn denies_warnings(&self) -> bool {
        self.deny_warnings
    }
}

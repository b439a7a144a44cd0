//! Overrides of rule levels, for example from a command line.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_scan::{Error, ErrorKind};

use crate::{
    find,
    levels::unknown,
    rule::{Category, Rule, Setting},
};

/// The name that refers to all warnings.
const WARNINGS: &str = "warnings";

/// Levels that take precedence over `mcp-scopes.toml`.
///
/// The level of a rule takes precedence over that of its category. If a name is set more than once, the last level
/// counts.
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
    /// The only rules and categories that are on. Empty for all.
    selected: BTreeSet<&'static str>,
}

impl Overrides {
    /// Creates an empty set of overrides.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the level of a rule or of a category. `warnings` with [`Setting::Deny`] turns every warning into an error,
    /// wherever its level comes from.
    ///
    /// # Errors
    /// Returns an error if there is no such rule or category. Returns an error for a rule that the compiler enforces
    /// too, since its level is fixed.
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
                let message = format!("`{name}` is also a compile error, so its level cannot be changed");
                return Err(Error::new(ErrorKind::Usage, message).help("remove it"));
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

    /// Turns off every rule that is neither named here, by itself or by its category, nor also a compile error.
    ///
    /// # Errors
    /// Returns an error if there is no such rule or category.
    pub fn select(mut self, name: &str) -> Result<Self, Error> {
        let category = Category::ALL.iter().map(|category| category.as_str()).find(|category| *category == name);
        let Some(known) = find(name).map(|rule| rule.id).or(category) else {
            let (message, help) = unknown(name);
            return Err(Error::new(ErrorKind::Usage, message).help(help));
        };
        self.selected.insert(known);
        Ok(self)
    }

    pub(crate) fn of_rule(&self, rule: &Rule) -> Option<Setting> {
        let is_selected = [rule.id, rule.category.as_str()].iter().any(|name| self.selected.contains(name));
        if !self.selected.is_empty() && !is_selected {
            return Some(Setting::Allow);
        }
        self.rules.get(rule.id).or_else(|| self.categories.get(rule.category.as_str())).copied()
    }

    pub(crate) fn denies_warnings(&self) -> bool {
        self.deny_warnings
    }
}

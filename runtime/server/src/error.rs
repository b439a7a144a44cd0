//! The error of an invalid configuration, which lists all invalid settings.

use core::fmt;

use mcp_scopes::metadata;

/// Why a [`ResourceServer`](super::ResourceServer) could not be built.
#[derive(Clone, Debug)]
pub struct BuildError {
    problems: Vec<Problem>,
}

/// One invalid setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The method of the builder, such as `resource`; `table` for settings of the table itself.
    pub setting: &'static str,
    /// What is wrong, and why.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl BuildError {
    /// Returns all invalid settings.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}; {}", self.setting, self.message, self.help)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the resource server is not set up: ")?;
        for (place, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if place > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl core::error::Error for BuildError {}

/// Collects problems.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    pub(super) fn add(&mut self, setting: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Problem { setting, message: message.into(), help: help.into() });
    }

    /// Adds the problems of the metadata document, by the setting that determines each member.
    pub(super) fn document(&mut self, error: &metadata::Error) {
        for violation in error.violations() {
            let setting = match violation.pointer.split('/').nth(1) {
                Some("resource") => "resource",
                Some("authorization_servers") => "authorization_server",
                _ => "table",
            };
            self.add(setting, violation.message.clone(), violation.help.clone());
        }
    }

    /// Returns the value if there are no problems.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, BuildError> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(BuildError { problems: self.found }),
        }
    }
}

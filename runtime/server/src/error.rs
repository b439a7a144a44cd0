//! The error of an invalid configuration, which lists all invalid settings.

use core::fmt;

use mcp_scopes::metadata::{self, ViolationKind};

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
    /// The kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, and why.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

/// The kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A required setting is missing.
    Missing,
    /// A value is malformed or out of range.
    Malformed,
    /// Two settings exclude each other.
    Contradiction,
    /// Two stated facts differ only in a detail, such as a trailing slash.
    NearMiss,
    /// A setting has no effect.
    NoEffect,
    /// A setting names a tool, scope or method that it cannot apply to.
    Unknown,
    /// The table states policies that nothing enforces.
    Unenforced,
    /// The metadata or the keys of an issuer cannot be fetched.
    Unreachable,
    /// The table or its file is inconsistent.
    Table,
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
pub(super) struct ProblemList {
    found: Vec<Problem>,
}

impl ProblemList {
    pub(super) fn add(
        &mut self,
        setting: &'static str,
        kind: ProblemKind,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Problem { setting, kind, message: message.into(), help: help.into() });
    }

    #[cfg(any(feature = "jwt", feature = "introspection", feature = "redis"))]
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds the problems of the metadata document, by the setting that determines each member.
    pub(super) fn document(&mut self, error: &metadata::Error, has_issuers: bool) {
        for violation in error.violations() {
            let kind = match violation.kind {
                ViolationKind::MissingResource | ViolationKind::MissingAuthorizationServer => ProblemKind::Missing,
                _ => ProblemKind::Malformed,
            };
            let mut pointer = violation.pointer.split('/').skip(1);
            let (setting, kind) = match (pointer.next(), pointer.next(), pointer.next()) {
                (Some("resource"), ..) => ("resource", kind),
                (Some("authorization_servers"), ..) if has_issuers => ("issuer", kind),
                (Some("authorization_servers"), ..) => ("authorization_server", kind),
                (_, Some("sandbox"), Some("resource")) => ("sandbox_resource", kind),
                (_, Some("sandbox"), Some("authorization_servers")) => ("sandbox_issuer", kind),
                _ => ("table", ProblemKind::Table),
            };
            self.add(setting, kind, violation.message.clone(), violation.help.clone());
        }
    }

    /// Adds the problems of a further public name.
    pub(super) fn public_name(&mut self, error: &metadata::Error) {
        for violation in error.violations() {
            self.add("also_served_at", ProblemKind::Malformed, violation.message.clone(), violation.help.clone());
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

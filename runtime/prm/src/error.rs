//! Errors of a document. All violations are reported together.

use core::{fmt, ops::Bound};
use std::collections::BTreeSet;

use crate::{
    ViolationKind as Kind,
    json::{Json, SyntaxError},
};

/// The section that violations of `mcp_extensions` name, since no RFC defines it.
pub(crate) const EXTENSIONS: &str = "mcp_extensions";

/// One violated rule of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which rule it is.
    pub kind: Kind,
    /// The location, as a JSON Pointer (RFC 6901). Empty for the whole document.
    pub pointer: String,
    /// The section that defines the rule, such as `RFC 9728 §1.2`, or `mcp_extensions` for members of this project.
    pub section: &'static str,
    /// The error and its reason.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "`{pointer}`: {} ({})", self.message, self.section)
    }
}

/// The error of an invalid [`Metadata`](crate::Metadata).
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    violations: Vec<Violation>,
    syntax: Option<SyntaxError>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not JSON. See [`Error::syntax`].
    Syntax,
    /// The document violates rules. See [`Error::violations`].
    Violations,
}

impl Error {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns all violations: first wrong types of members, then the others. Empty for [`ErrorKind::Syntax`].
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the syntax error and its position, if the text is not JSON.
    #[must_use]
    pub fn syntax(&self) -> Option<&SyntaxError> {
        self.syntax.as_ref()
    }
}

impl From<SyntaxError> for Error {
    fn from(syntax: SyntaxError) -> Self {
        Self { kind: ErrorKind::Syntax, violations: Vec::new(), syntax: Some(syntax) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(syntax) = &self.syntax {
            return write!(f, "the document is not JSON: {syntax}");
        }
        for (place, violation) in self.violations.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.syntax.as_ref().map(|syntax| syntax as _)
    }
}

/// Collects violations.
#[derive(Debug, Default)]
pub(crate) struct ViolationList {
    violations: Vec<Violation>,
    /// Their locations, in order, since a document can violate a rule at each of a million locations.
    pointers: BTreeSet<String>,
}

impl ViolationList {
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        pointer: impl Into<String>,
        section: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (pointer, message, help) = (pointer.into(), message.into(), help.into());
        self.pointers.insert(pointer.clone());
        self.violations.push(Violation { kind, pointer, section, message, help });
    }

    /// Reports a value of the wrong type.
    pub(crate) fn wrong_type(&mut self, pointer: &str, expected: &str, found: &Json) {
        let section = section_of(pointer);
        self.add(
            Kind::WrongType,
            pointer,
            section,
            format!("is {}, expected {expected}", found.kind()),
            format!("write {expected}, or remove the member"),
        );
    }

    /// Returns whether this location already has a violation.
    pub(crate) fn has_violation_at(&self, pointer: &str) -> bool {
        self.pointers.contains(pointer)
    }

    /// Returns whether a location below this one already has a violation.
    pub(crate) fn has_violation_below(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        self.pointers
            .range::<str, _>((Bound::Included(&*below), Bound::Unbounded))
            .next()
            .is_some_and(|first| first.starts_with(&below))
    }

    /// Returns all violations.
    pub(crate) fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(Error { kind: ErrorKind::Violations, violations: self.violations, syntax: None })
    }
}

/// Returns the section that defines the type of the member at this location.
pub(crate) fn section_of(pointer: &str) -> &'static str {
    let top = pointer.split('/').nth(1).unwrap_or("");
    match top {
        "mcp_extensions" => EXTENSIONS,
        "signed_metadata" => "RFC 9728 §2.2",
        _ if top.contains('#') => "RFC 9728 §2.1",
        _ => "RFC 9728 §2",
    }
}

/// Returns the pointer of a member below another location (RFC 6901 §3: `~` and `/` are escaped).
pub(crate) fn below(pointer: &str, name: &str) -> String {
    let mut child = String::with_capacity(pointer.len() + name.len() + 1);
    child.push_str(pointer);
    child.push('/');
    for character in name.chars() {
        match character {
            '~' => child.push_str("~0"),
            '/' => child.push_str("~1"),
            _ => child.push(character),
        }
    }
    child
}

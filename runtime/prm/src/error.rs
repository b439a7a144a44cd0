//! What is wrong with a document: everything, at once.

use core::{fmt, ops::Bound};
use std::collections::BTreeSet;

use crate::{
    ViolationKind as Kind,
    json::{Json, SyntaxError},
};

/// The section named for what `mcp_extensions` asks, which no RFC describes.
pub(crate) const EXTENSIONS: &str = "mcp_extensions";

/// One rule that a document breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which rule it is.
    pub kind: Kind,
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The section that states the rule, such as `RFC 9728 §1.2`; `mcp_extensions` for the members this project adds.
    pub section: &'static str,
    /// What is wrong and why.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "`{pointer}`: {} ({})", self.message, self.section)
    }
}

/// Why there is no [`Metadata`](crate::Metadata).
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    violations: Vec<Violation>,
    syntax: Option<SyntaxError>,
}

/// What kind of mistake an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not JSON; [`Error::syntax`] says where.
    Syntax,
    /// The document breaks rules; [`Error::violations`] are all of them.
    Violations,
}

impl Error {
    /// What kind of mistake it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Every rule that is broken: first the types of members, then all else. Empty for [`ErrorKind::Syntax`].
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Why the text is not JSON, and where.
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
pub(crate) struct Report {
    violations: Vec<Violation>,
    /// Where they are, in order: a document can break a rule at each of a million places.
    pointers: BTreeSet<String>,
}

impl Report {
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

    /// A value of another type than the member has.
    pub(crate) fn wrong_type(&mut self, pointer: &str, expected: &str, found: &Json) {
        let section = section_of(pointer);
        self.add(
            Kind::WrongType,
            pointer,
            section,
            format!("is {}, but has to be {expected}", found.kind()),
            format!("write {expected}, or leave the member out"),
        );
    }

    /// Whether something at that place is already known to be wrong.
    pub(crate) fn blames(&self, pointer: &str) -> bool {
        self.pointers.contains(pointer)
    }

    /// Whether something below that place is already known to be wrong.
    pub(crate) fn blames_below(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        self.pointers
            .range::<str, _>((Bound::Included(&*below), Bound::Unbounded))
            .next()
            .is_some_and(|first| first.starts_with(&below))
    }

    /// All that was reported.
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

/// The section that states the type of the member at that place.
pub(crate) fn section_of(pointer: &str) -> &'static str {
    let top = pointer.split('/').nth(1).unwrap_or("");
    match top {
        "mcp_extensions" => EXTENSIONS,
        "signed_metadata" => "RFC 9728 §2.2",
        _ if top.contains('#') => "RFC 9728 §2.1",
        _ => "RFC 9728 §2",
    }
}

/// The pointer of a member below another place (RFC 6901 §3: `~` and `/` are escaped).
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

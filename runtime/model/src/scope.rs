//! Scopes: their syntax and their declarations.

use crate::{config::Stated, markers};

/// A scope as declared in `[scopes]` of `mcp-scopes.toml`.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The scope-token and its location.
    pub name: Stated<'a>,
    /// A human-readable description of what the scope permits.
    pub description: &'a str,
    /// The scopes that it implies.
    pub implies: &'a [Stated<'a>],
}

/// The reason why a text is not a scope-token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeTokenError {
    /// The text is empty.
    Empty,
    /// The text contains a byte outside `%x21 / %x23-5B / %x5D-7E`.
    Byte {
        /// The byte offset.
        at: usize,
        /// The byte.
        byte: u8,
    },
    /// The text begins with a prefix that a parsing library reserves ([`markers`]). Documents use scopes as member
    /// names, and readers reject documents with such members.
    Reserved,
}

impl ScopeTokenError {
    /// Returns a predicate that completes a sentence whose subject is the scope.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Byte { byte: b' ', .. } => "contains a space",
            Self::Byte { byte: b'"', .. } => "contains a double quote",
            Self::Byte { byte: b'\\', .. } => "contains a backslash",
            Self::Byte { byte: 0..0x20 | 0x7f, .. } => "contains a control character",
            Self::Byte { .. } => "contains a character outside ASCII",
            Self::Reserved => "begins with a prefix that a parsing library reserves",
        }
    }
}

/// Checks a `scope-token` (RFC 6749 §3.3): one or more of `%x21 / %x23-5B / %x5D-7E`, without a reserved prefix
/// ([`markers`]).
///
/// ```
/// use mcp_scopes_model::scope::scope_token;
/// assert!(scope_token("files:read").is_ok());
/// assert!(scope_token("files read").is_err());
/// ```
pub const fn scope_token(text: &str) -> Result<(), ScopeTokenError> {
    let mut rest = text.as_bytes();
    if rest.is_empty() {
        return Err(ScopeTokenError::Empty);
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e) {
            return Err(ScopeTokenError::Byte { at: text.len() - rest.len(), byte: *byte });
        }
        rest = tail;
    }
    if markers::is_private(text) { Err(ScopeTokenError::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{ScopeTokenError, scope_token};
    use crate::markers::PREFIXES;

    #[test]
    fn rejects_reserved_names() {
        for prefix in PREFIXES {
            assert_eq!(scope_token(prefix), Err(ScopeTokenError::Reserved));
        }
        assert_eq!(scope_token("$read"), Ok(()));
    }
}

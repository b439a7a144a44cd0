//! Scopes: their syntax, and what a configuration declares about one.

use crate::{config::Stated, markers};

/// A scope as `[scopes]` of `mcp-scopes.toml` declares it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The scope-token and where it is declared.
    pub name: Stated<'a>,
    /// What it lets its holder do, for people.
    pub description: &'a str,
    /// The scopes that its holder holds too.
    pub implies: &'a [Stated<'a>],
}

/// What keeps a text from being a scope-token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeTokenError {
    /// The text is empty.
    Empty,
    /// The text holds a byte outside `%x21 / %x23-5B / %x5D-7E`.
    Byte {
        /// Where in the text, in bytes.
        at: usize,
        /// Which byte.
        byte: u8,
    },
    /// The text begins as a member name that a parsing library reserves ([`markers`]). Documents name scopes in members,
    /// and readers reject such documents.
    Reserved,
}

impl ScopeTokenError {
    /// What is wrong, as the end of a sentence that begins with the scope.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Byte { byte: b' ', .. } => "holds a space, which separates scopes",
            Self::Byte { byte: b'"', .. } => "holds a double quote",
            Self::Byte { byte: b'\\', .. } => "holds a backslash",
            Self::Byte { byte: 0..0x20 | 0x7f, .. } => "holds a control character",
            Self::Byte { .. } => "holds a character outside ASCII",
            Self::Reserved => "begins with a prefix that a parsing library reserves",
        }
    }
}

/// Whether a text is a `scope-token` (RFC 6749 §3.3): one or more of `%x21 / %x23-5B / %x5D-7E`; and not a name that
/// [`markers`] reserve.
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

//! An access token as received, which nothing shows.

use core::fmt;

/// An access token as received. Neither `Debug` nor `Display` shows it.
#[derive(Clone, Copy)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// Wraps the text that follows `Bearer`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns the token itself, to verify it. A party that holds it can act as its user: keep it out of logs and errors.
    #[must_use]
    pub const fn expose_secret(self) -> &'a str {
        self.0
    }
}

impl Token<'_> {
    /// Returns a copy that owns its text.
    #[must_use]
    pub fn to_owned_token(self) -> OwnedToken {
        OwnedToken(self.0.to_owned())
    }
}

/// An access token that owns its text. Neither `Debug` nor `Display` shows it.
#[derive(Clone)]
pub struct OwnedToken(String);

impl OwnedToken {
    /// Returns the token as a reference.
    #[must_use]
    pub fn as_token(&self) -> Token<'_> {
        Token(&self.0)
    }

    /// Returns the token itself, to verify it. A party that holds it can act as its user: keep it out of logs and errors.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OwnedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnedToken(..)")
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

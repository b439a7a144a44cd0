//! The tokens that a user gives. No token appears in `Debug`, in a message or in a record.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_prm::json::Json;

/// An access token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Reads the contents of a file: the token alone, or after `Bearer`.
    ///
    /// # Errors
    /// Returns a predicate that completes a sentence about the file. It does not contain the token.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        let text = if scheme.eq_ignore_ascii_case("bearer") { rest.trim() } else { text };
        if text.is_empty() {
            return Err("holds no token");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("holds more than one word, or a character that no token has (RFC 6750 §2.1)");
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text, to send it.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// Returns the claims of a JWT. Its signature is not verified.
    pub(crate) fn unverified_claims(&self) -> Option<Json> {
        let mut parts = self.0.split('.');
        let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
        let text = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
        Json::parse(str::from_utf8(&text).ok()?).ok()
    }

    /// Returns the scopes that a JWT states, in the claims `scope` and `scp`.
    pub(crate) fn unverified_scopes(&self) -> Option<Vec<String>> {
        let claims = self.unverified_claims()?;
        match claims.get("scope").or_else(|| claims.get("scp"))? {
            Json::String(text) => Some(text.split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect()),
            Json::Array(items) => Some(items.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            _ => None,
        }
    }

    /// Returns the issuer and the subject that a JWT states.
    pub(crate) fn unverified_subject(&self) -> Option<(String, String)> {
        let claims = self.unverified_claims()?;
        let text = |name| claims.get(name).and_then(Json::as_str).map(str::to_owned);
        Some((text("iss").unwrap_or_default(), text("sub")?))
    }

    /// Returns the same JWT with another signature; `None` for other tokens.
    pub(crate) fn with_wrong_signature(&self) -> Option<String> {
        self.unverified_claims()?;
        let (signed, signature) = self.0.rsplit_once('.')?;
        // The last character may hold unused bits, so the first is replaced.
        let first = signature.chars().next()?;
        let other = if first == 'A' { 'B' } else { 'A' };
        Some(format!("{signed}.{other}{}", signature.get(first.len_utf8()..)?))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The tokens of a run.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// A valid token with few scopes.
    pub low: Option<Token>,
    /// A valid token that opens every tool.
    pub full: Option<Token>,
    /// A token of the right issuer, for this server, that has expired.
    pub expired: Option<Token>,
    /// A valid token of the right issuer, for another server.
    pub foreign: Option<Token>,
}

impl Tokens {
    /// The names on the command line.
    pub const NAMES: [&'static str; 4] = ["low", "full", "expired", "foreign"];

    /// Returns the place of a token by its name; `None` for an unknown name.
    pub fn slot(&mut self, name: &str) -> Option<&mut Option<Token>> {
        match name {
            "low" => Some(&mut self.low),
            "full" => Some(&mut self.full),
            "expired" => Some(&mut self.expired),
            "foreign" => Some(&mut self.foreign),
            _ => None,
        }
    }

    /// Returns every token with its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &Token)> {
        let slots = [&self.low, &self.full, &self.expired, &self.foreign];
        Self::NAMES.into_iter().zip(slots).filter_map(|(name, slot)| Some((name, slot.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn reads_the_token_alone_or_after_its_scheme() {
        for text in ["abc.def", " abc.def\n", "Bearer abc.def\r\n", "bearer  abc.def"] {
            assert_eq!(Token::parse(text).unwrap().secret(), "abc.def", "{text:?}");
        }
        for text in ["", "Bearer ", "a b", "a\u{e9}", "a\nb"] {
            assert!(Token::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(format!("{:?}", Token::parse("abc").unwrap()), "Token(..)");
    }

    #[test]
    fn reads_claims_without_verifying_them() {
        // {"alg":"none"}, {"iss":"https://a","sub":"ada","scope":"a b"}
        let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2EiLCJzdWIiOiJhZGEiLCJzY29wZSI6ImEgYiJ9.AQ";
        let token = Token::parse(token).unwrap();
        assert_eq!(token.unverified_scopes().unwrap(), ["a", "b"]);
        assert_eq!(token.unverified_subject().unwrap(), ("https://a".to_owned(), "ada".to_owned()));
        assert!(token.with_wrong_signature().unwrap().strip_suffix(".BQ").is_some());
        assert_eq!(Token::parse("opaque").unwrap().with_wrong_signature(), None);
    }
}

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

    /// Returns the same JWT with a signature that says nothing about its own; `None` for other tokens. A server that does
    /// not know the token could guess it from one with a small change.
    pub(crate) fn with_wrong_signature(&self) -> Option<String> {
        self.unverified_claims()?;
        let (signed, signature) = self.0.rsplit_once('.')?;
        let length = BASE64_URL_SAFE_NO_PAD.decode(signature).map_or(64, |bytes| bytes.len());
        let other = [7_u8, 9].map(|byte| BASE64_URL_SAFE_NO_PAD.encode(vec![byte; length]));
        let other = other.iter().find(|other| *other != signature)?;
        Some(format!("{signed}.{other}"))
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
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

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
        assert!(token.with_wrong_signature().unwrap().strip_suffix(".Bw").is_some());
        assert_eq!(Token::parse("opaque").unwrap().with_wrong_signature(), None);
    }

    #[test]
    fn a_wrong_signature_keeps_nothing_of_the_right_one() {
        let signed = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ";
        let right = BASE64_URL_SAFE_NO_PAD.encode((0..64).collect::<Vec<u8>>());
        let wrong = Token(format!("{signed}.{right}")).with_wrong_signature().unwrap();
        let wrong = wrong.strip_prefix(signed).and_then(|rest| rest.strip_prefix('.')).unwrap();
        assert_eq!(wrong.len(), right.len());
        // Each window of four characters is another one, so no part is repeated.
        let parts = |text: &str| text.as_bytes().chunks(4).map(<[u8]>::to_vec).collect::<Vec<_>>();
        assert!(parts(&right).iter().zip(parts(wrong)).all(|(right, wrong)| *right != wrong), "{wrong}");
        let same = Token(format!("{signed}.Bw"));
        assert_ne!(same.with_wrong_signature().unwrap(), same.secret());
    }
}

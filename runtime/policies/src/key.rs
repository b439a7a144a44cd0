//! Keys of sessions, and hashes of arguments.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use mcp_scopes_model::Environment;
use sha2::{Digest as _, Sha256};

/// The last byte of the key of a live session, and of one in the sandbox.
const LIVE: u8 = b'l';
const SANDBOX: u8 = b's';

/// Whose session it is, at an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionHolder<'a> {
    /// The subject of tokens. A provider may make it from several claims.
    Subject(&'a str),
    /// The holder of API keys of the server.
    ApiKey(&'a str),
}

impl<'a> SessionHolder<'a> {
    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'a str {
        match self {
            Self::Subject(name) | Self::ApiKey(name) => name,
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Subject(_) => "subject",
            Self::ApiKey(_) => "api key",
        }
    }
}

/// The key of a session: a hash over realm, environment, issuer and subject. It holds nothing that a client can choose freely: no client id, no
/// transport session, no token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// Creates the key of a caller. `realm` is the domain, or else the first resource of the server. `subject` has the parts that identify
    /// the caller at the issuer: its `sub`, or several claims.
    ///
    /// ```
    /// use mcp_scopes_model::Environment;
    /// use mcp_scopes_policies::SessionKey;
    /// let key = |subject| SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://auth.example.com", &[subject]);
    /// assert_eq!(key("ada"), key("ada"));
    /// assert_ne!(key("ada"), key("bob"));
    /// ```
    #[must_use]
    pub fn new(realm: &str, environment: Environment, issuer: &str, subject: &[&str]) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(realm);
        add(issuer);
        for part in subject {
            add(part);
        }
        let mut key: [u8; 32] = hash.finalize().into();
        // The store has a quota for each issuer.
        let issuer = Sha256::digest(issuer);
        key.iter_mut().zip(&issuer).take(8).for_each(|(place, byte)| *place = *byte);
        // The last byte alone tells the sessions of one caller apart.
        let [.., last] = &mut key;
        *last = match environment {
            Environment::Live => LIVE,
            Environment::Sandbox => SANDBOX,
        };
        Self(key)
    }

    /// Creates the key of a holder, as `mcp-scopes-server` does.
    #[must_use]
    pub fn of_holder(realm: &str, environment: Environment, issuer: &str, holder: SessionHolder<'_>) -> Self {
        Self::new(realm, environment, issuer, &[holder.kind(), holder.name()])
    }

    /// Returns the part that all sessions of an issuer share.
    pub(crate) fn issuer(&self) -> u64 {
        self.0.first_chunk().map_or(0, |issuer| u64::from_le_bytes(*issuer))
    }

    /// Returns the key for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The hash of a subject can be guessed, so it is not shown in full.
        let [.., a, b, environment] = self.0;
        write!(f, "SessionKey(..{a:02x}{b:02x}, {})", char::from(environment))
    }
}

/// Hashes arguments with a key that the replicas share, so that a store does not reveal them.
#[derive(Clone)]
pub struct ArgumentHasher(Hmac<Sha256>);

impl ArgumentHasher {
    /// Creates a hasher.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        // RFC 2104 §2: a key shorter than a block is padded with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        Self(Hmac::new(&block.into()))
    }

    /// Returns the hash of the arguments of a call of a tool, as sent. Other spellings of equal arguments have other hashes: such a call is not
    /// a repeat.
    #[must_use]
    pub fn hash(&self, tool: &str, arguments: &str) -> u64 {
        self.hash_parts(tool, &[arguments])
    }

    /// Returns the hash of arguments that are given in parts. It is that of all of them together.
    #[must_use]
    pub fn hash_parts(&self, tool: &str, parts: &[&str]) -> u64 {
        let mut mac = self.0.clone();
        mac.update(b"arguments of a call");
        mac.update(&(tool.len() as u64).to_le_bytes());
        mac.update(tool.as_bytes());
        for part in parts {
            mac.update(part.as_bytes());
        }
        let mut first = [0; 8];
        first.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(place, byte)| *place = byte);
        // Zero means that there are none.
        u64::from_le_bytes(first).max(1)
    }
}

impl fmt::Debug for ArgumentHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ArgumentHasher(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::ArgumentHasher;

    #[test]
    fn hashes_of_arguments_depend_on_key_tool_and_arguments_and_do_not_change() {
        let hash = |key: u8, tool, arguments| ArgumentHasher::new(&[key; 32]).hash(tool, arguments);
        let arguments = r#"{"path":"/x"}"#;
        // Computed with another implementation of HMAC.
        assert_eq!(hash(7, "read_file", arguments), 9_556_974_052_490_567_762);
        let parts = [r#"{"path""#, "", r#":"/x"}"#];
        assert_eq!(ArgumentHasher::new(&[7; 32]).hash_parts("read_file", &parts), 9_556_974_052_490_567_762);
        for other in [hash(8, "read_file", arguments), hash(7, "read", arguments), hash(7, "read_file", "{}")] {
            assert_ne!(other, hash(7, "read_file", arguments));
        }
        // The same concatenation, split at another position.
        assert_ne!(hash(7, "ab", "c"), hash(7, "a", "bc"));
    }
}

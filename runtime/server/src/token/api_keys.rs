//! API keys: opaque tokens that the server itself has issued, stored as salted hashes.

use core::fmt;
use std::{collections::HashMap, sync::Arc, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::reason::reason;
use mcp_scopes::Environment;

use super::{Claims, Token, TokenError, TokenVerifier, clock};

/// The maximum length of a key.
const MAX_BYTES: usize = 512;
/// The minimum length of a salt: keys guessed with one salt must not work for another set.
const MIN_SALT: usize = 16;

/// HMAC-SHA-256 of a key, with the set's salt.
type Hash = [u8; 32];

/// Verifies API keys. The prefix of a key states its environment: `sk_live_` and `sk_test_`, or those set with
/// [`prefixes`](Self::prefixes). Any other token is rejected without a look-up. Sandbox keys act in the sandbox if the server
/// uses [`Environments::by_credential`](crate::Environments::by_credential), and are rejected if it does not.
///
/// Keys are meant for the server that they are given to, whatever its resource is: their claims have no audience.
///
/// Only salted hashes are stored: [`hash`](Self::hash) computes one when a key is issued. A key needs as much entropy as any
/// secret (32 random bytes after the prefix): the hashes of guessable keys can be guessed.
///
/// ```
/// use mcp_scopes_server::{Environments, Token, token::ApiKeys};
/// let keys = ApiKeys::new("https://files.example.com", b"16 random bytes, or more")?;
/// // Once, when the key is given out; the hash is what is stored.
/// let hash = keys.hash(Token::new("sk_test_Zm9vYmFyYmF6cXV1eA"));
/// let keys = keys.key(&hash, "ci", "files:read files:write")?;
/// // The environment counts where it is asked for.
/// let environments = Environments::new().by_credential();
/// # Ok::<(), mcp_scopes_server::token::ApiKeyError>(())
/// ```
#[must_use]
pub struct ApiKeys {
    issuer: String,
    salted: Hmac<Sha256>,
    prefixes: [(String, Environment); 2],
    /// Indexed by the first bytes of their hashes. Without the salt a client cannot choose them, so that the time of the
    /// look-up reveals nothing. The candidates are compared in constant time.
    known: HashMap<[u8; 8], Vec<Known>>,
}

/// An issued key.
struct Known {
    hash: Hash,
    holder: String,
    scope: String,
    end: Option<SystemTime>,
}

impl ApiKeys {
    /// Creates an empty set. The issuer names the party that issued the keys, not an authorization server: callers of different
    /// issuers are never the same. The salt must be random and used for this set only.
    ///
    /// # Errors
    /// The salt has fewer than 16 bytes.
    pub fn new(issuer: impl Into<String>, salt: &[u8]) -> Result<Self, ApiKeyError> {
        if salt.len() < MIN_SALT {
            return Err(ApiKeyError("the salt of the API keys has fewer than 16 bytes"));
        }
        let salted = Hmac::new_from_slice(salt).map_err(|_| ApiKeyError("the salt of the API keys cannot be used"))?;
        Ok(Self {
            issuer: issuer.into(),
            salted,
            prefixes: [("sk_live_".into(), Environment::Live), ("sk_test_".into(), Environment::Sandbox)],
            known: HashMap::new(),
        })
    }

    /// Sets the prefixes of live and sandbox keys. Default: `sk_live_` and `sk_test_`.
    ///
    /// # Errors
    /// A prefix is empty, or one starts with the other.
    pub fn prefixes(mut self, live: impl Into<String>, sandbox: impl Into<String>) -> Result<Self, ApiKeyError> {
        let (live, sandbox) = (live.into(), sandbox.into());
        // Every text starts with the empty one.
        if live.starts_with(&sandbox) || sandbox.starts_with(&live) {
            return Err(ApiKeyError("the prefixes of the API keys do not tell live from sandbox"));
        }
        self.prefixes = [(live, Environment::Live), (sandbox, Environment::Sandbox)];
        Ok(self)
    }

    /// Returns what is stored of a key: its salted hash, in base64.
    #[must_use]
    pub fn hash(&self, key: Token<'_>) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(key))
    }

    /// Adds a key by its [hash](Self::hash), with its holder and the space-separated scopes that it grants.
    ///
    /// # Errors
    /// The text is not a hash, or the set already contains it.
    pub fn key(self, hash: &str, holder: impl Into<String>, scope: impl Into<String>) -> Result<Self, ApiKeyError> {
        self.add(hash, holder.into(), scope.into(), None)
    }

    /// Adds a key that expires.
    ///
    /// # Errors
    /// As for [`key`](Self::key).
    pub fn key_until(
        self,
        hash: &str,
        holder: impl Into<String>,
        scope: impl Into<String>,
        end: SystemTime,
    ) -> Result<Self, ApiKeyError> {
        self.add(hash, holder.into(), scope.into(), Some(end))
    }

    fn add(mut self, hash: &str, holder: String, scope: String, end: Option<SystemTime>) -> Result<Self, ApiKeyError> {
        let hash = URL_SAFE_NO_PAD.decode(hash).ok().and_then(|bytes| Hash::try_from(bytes).ok());
        let hash = hash.ok_or(ApiKeyError("the hash of an API key is not one that `hash` has made"))?;
        let near = self.known.entry(front(&hash)).or_default();
        if near.iter().any(|known| known.hash == hash) {
            return Err(ApiKeyError("the API key is already in the set"));
        }
        near.push(Known { hash, holder, scope, end });
        Ok(self)
    }

    /// Returns the prefix with which a token begins, and its environment.
    fn prefix_of(&self, token: Token<'_>) -> Option<&(String, Environment)> {
        self.prefixes.iter().find(|(prefix, _)| token.expose_secret().starts_with(prefix.as_str()))
    }

    /// Returns whether a token begins like one of these keys.
    pub(super) fn has_prefix(&self, token: Token<'_>) -> bool {
        self.prefix_of(token).is_some()
    }

    fn digest(&self, key: Token<'_>) -> Hash {
        self.salted.clone().chain_update(key.expose_secret()).finalize().into_bytes().into()
    }

    fn check(&self, token: Token<'_>) -> Result<Claims, TokenError> {
        let text = token.expose_secret();
        let (_, environment) = self.prefix_of(token).filter(|_| text.len() <= MAX_BYTES).ok_or(
            TokenError::invalid(reason!("it is not an API key"))
                .with_help("send a key that begins with the prefix of this server"),
        )?;
        let hash = self.digest(token);
        let near = self.known.get(&front(&hash)).map_or(&[][..], Vec::as_slice);
        let known = near.iter().find(|known| bool::from(known.hash.ct_eq(&hash)));
        let known = known.ok_or(TokenError::UNKNOWN)?;
        if known.end.is_some_and(|end| end <= clock::now()) {
            return Err(TokenError::EXPIRED);
        }
        let claims = Claims::builder(&self.issuer).client(&known.holder).scope(&known.scope);
        let claims = claims.environment(*environment).for_this_server().holder_is_known();
        let claims = match known.end {
            Some(end) => claims.expires_at(end),
            None => claims,
        };
        Ok(claims.build())
    }
}

/// Returns the first bytes of a hash.
fn front(hash: &Hash) -> [u8; 8] {
    hash.first_chunk().copied().unwrap_or_default()
}

impl TokenVerifier for ApiKeys {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        self.check(token).map(Arc::new)
    }
}

/// Salt, hashes, holders and scopes are not shown.
impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}

/// Why a set of [`ApiKeys`] is invalid. Its text is static, so it contains no part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKeyError(&'static str);

impl fmt::Display for ApiKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for ApiKeyError {}

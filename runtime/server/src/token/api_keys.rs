//! API keys: opaque tokens that the server itself has given out, known by their salted hashes.

use core::fmt;
use std::{collections::HashMap, sync::Arc, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::reason::reason;
use mcp_scopes::Environment;

use super::{Claims, Token, TokenError, TokenVerifier, Verification, clock};

/// The longest key that is looked at.
const MAX_BYTES: usize = 512;
/// The shortest salt: what is guessed with one salt must not serve for another set.
const MIN_SALT: usize = 16;

/// HMAC-SHA-256 of a key, with the set's salt.
type Hash = [u8; 32];

/// Verifies API keys. How a key begins says its environment: `sk_live_` and `sk_test_`, or what
/// [`prefixes`](Self::prefixes) states; any other token is refused unseen. Keys of the sandbox act there where the server asks for
/// it, by [`Environments::by_credential`](crate::Environments::by_credential), and are refused where it does not.
///
/// Stored are salted hashes: [`hash`](Self::hash) makes one when a key is given out. A key needs as much chance as any
/// secret (32 random bytes behind the prefix): hashes of guessable keys can be guessed.
///
/// ```
/// use mcp_scopes_server::{Environments, Token, token::ApiKeys};
/// let keys = ApiKeys::new("https://files.example.com", "https://files.example.com/mcp", b"a salt of its own")?;
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
    live_resource: String,
    sandbox_resource: String,
    salted: Hmac<Sha256>,
    prefixes: [(String, Environment); 2],
    /// By the first bytes of their hashes. Nobody without the salt can aim at one, so that how long the look-up takes tells
    /// nothing; what is found is compared in constant time.
    known: HashMap<[u8; 8], Vec<Known>>,
}

/// A key that was given out.
struct Known {
    hash: Hash,
    holder: String,
    scope: String,
    end: Option<SystemTime>,
}

impl ApiKeys {
    /// No key yet. The issuer is who has given them out, not an authorization server: callers of different issuers are
    /// never the same. The salt is random, and the set's own.
    ///
    /// # Errors
    /// The salt has fewer than 16 bytes.
    pub fn new(issuer: impl Into<String>, resource: impl Into<String>, salt: &[u8]) -> Result<Self, ApiKeyError> {
        if salt.len() < MIN_SALT {
            return Err(ApiKeyError("the salt of the API keys has fewer than 16 bytes"));
        }
        let salted = Hmac::new_from_slice(salt).map_err(|_| ApiKeyError("the salt of the API keys cannot be used"))?;
        let resource = resource.into();
        Ok(Self {
            issuer: issuer.into(),
            sandbox_resource: resource.clone(),
            live_resource: resource,
            salted,
            prefixes: [("sk_live_".into(), Environment::Live), ("sk_test_".into(), Environment::Sandbox)],
            known: HashMap::new(),
        })
    }

    /// How live keys and those of the sandbox begin, in place of `sk_live_` and `sk_test_`.
    ///
    /// # Errors
    /// One is empty, or begins like the other one.
    pub fn prefixes(mut self, live: impl Into<String>, sandbox: impl Into<String>) -> Result<Self, ApiKeyError> {
        let (live, sandbox) = (live.into(), sandbox.into());
        // An empty one is how every other begins.
        if live.starts_with(&sandbox) || sandbox.starts_with(&live) {
            return Err(ApiKeyError("the prefixes of the API keys do not tell live from sandbox"));
        }
        self.prefixes = [(live, Environment::Live), (sandbox, Environment::Sandbox)];
        Ok(self)
    }

    /// What keys of the sandbox are meant for, where the sandbox has a resource of its own.
    pub fn sandbox_resource(mut self, resource: impl Into<String>) -> Self {
        self.sandbox_resource = resource.into();
        self
    }

    /// What is stored of a key: its salted hash, in base64.
    #[must_use]
    pub fn hash(&self, key: Token<'_>) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(key))
    }

    /// Adds a key by its [hash](Self::hash): who holds it, and the scopes that it grants, separated by spaces.
    ///
    /// # Errors
    /// The text is no hash, or a key with that hash is there.
    pub fn key(self, hash: &str, holder: impl Into<String>, scope: impl Into<String>) -> Result<Self, ApiKeyError> {
        self.add(hash, holder.into(), scope.into(), None)
    }

    /// Adds a key that ends.
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
            return Err(ApiKeyError("an API key stands in the set twice"));
        }
        near.push(Known { hash, holder, scope, end });
        Ok(self)
    }

    fn digest(&self, key: Token<'_>) -> Hash {
        self.salted.clone().chain_update(key.expose_secret()).finalize().into_bytes().into()
    }

    fn check(&self, token: Token<'_>) -> Result<Claims, TokenError> {
        let text = token.expose_secret();
        let begins = self.prefixes.iter().find(|(prefix, _)| text.starts_with(prefix.as_str()));
        let (_, environment) =
            begins.filter(|_| text.len() <= MAX_BYTES).ok_or(TokenError::invalid(reason!("it is not an API key")))?;
        let hash = self.digest(token);
        let near = self.known.get(&front(&hash)).map_or(&[][..], Vec::as_slice);
        let known = near.iter().find(|known| bool::from(known.hash.ct_eq(&hash)));
        let known = known.ok_or(TokenError::UNKNOWN)?;
        if known.end.is_some_and(|end| end <= clock::now()) {
            return Err(TokenError::EXPIRED);
        }
        let resource = match environment {
            Environment::Sandbox => &self.sandbox_resource,
            Environment::Live => &self.live_resource,
        };
        let claims = Claims::new(&self.issuer).client(&known.holder).audience([resource]).scope(&known.scope);
        let claims = claims.environment(*environment);
        Ok(match known.end {
            Some(end) => claims.expires_at(end),
            None => claims,
        })
    }
}

/// The first bytes of a hash.
fn front(hash: &Hash) -> [u8; 8] {
    hash.first_chunk().copied().unwrap_or_default()
}

impl TokenVerifier for ApiKeys {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        Box::pin(core::future::ready(self.check(token).map(Arc::new)))
    }
}

/// Neither salt nor hash, holder or scope is shown.
impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}

/// What is wrong with a set of [`ApiKeys`]. Its text is static: it can hold nothing of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKeyError(&'static str);

impl fmt::Display for ApiKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for ApiKeyError {}

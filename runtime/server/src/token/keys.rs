//! Keys that verify tokens (RFC 7517).

use core::{fmt, future::Future, pin::Pin};
use std::{io::Read as _, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    TokenError,
    algorithm::{Algorithm, Family},
};
use crate::reason::reason;

/// The maximum number of keys in a set, and the maximum size of its text in bytes.
const MAX_KEYS: usize = 100;
pub(super) const MAX_BYTES: usize = 512 << 10;

/// The token may be of an older or another key set.
const COMPARE_KEYS: &str =
    "compare the `kid` in its header with the key set of the issuer; the token may be of another environment";
const UNKNOWN_KEY: TokenError =
    TokenError::invalid(reason!("its issuer has no key with its `kid`")).with_help(COMPARE_KEYS);
const NO_KEY_FITS: TokenError = TokenError::invalid(reason!("no key of its issuer fits its algorithm"))
    .with_help("publish a key for the algorithm in its header, or let the issuer sign with one of its keys");
const SEVERAL_KEYS_FIT: TokenError =
    TokenError::invalid(reason!("it names no key by `kid`, and several keys of its issuer fit its algorithm"))
        .with_help("let the issuer write `kid` into the header of its tokens");
const OTHER_SIGNER: TokenError =
    TokenError::invalid(reason!("no key of its issuer verifies its signature")).with_help(COMPARE_KEYS);

/// Returns whether the error of a token that names no key could be due to a key that was replaced.
pub(super) fn may_be_of_replaced_key(error: &TokenError) -> bool {
    [OTHER_SIGNER, NO_KEY_FITS].contains(error)
}

/// The keys of an issuer: a JWK Set.
#[derive(Clone)]
pub struct KeySet {
    keys: Arc<[Key]>,
}

/// One key.
#[derive(Clone)]
struct Key {
    id: Option<String>,
    family: Family,
    /// The only algorithm that the key may be used with, if it states one.
    algorithm: Option<Algorithm>,
    decoding: DecodingKey,
    /// The issuer whose tokens the key is for, in a set that several issuers share.
    issuer: Option<String>,
    mark: KeyMark,
}

/// The key that signed a token.
pub(super) struct SigningKey<'k> {
    pub(super) mark: KeyMark,
    pub(super) issuer: Option<&'k str>,
}

/// Identifies a key regardless of its name: a hash of the key material.
pub(super) type KeyMark = [u8; 32];

fn mark(parts: &[&[u8]]) -> KeyMark {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl KeySet {
    /// Parses a JWK Set. Keys that cannot verify tokens are skipped: those of unknown types and curves, for encryption, with a
    /// member that is not base64url without padding, RSA keys of fewer than 2048 bits, and symmetric keys, which must not be
    /// published. Leading zero bytes of an RSA modulus are ignored. Members that are null count as absent.
    ///
    /// # Errors
    /// The text is not a JWK Set, is too large, or contains no key that can verify a token.
    pub fn from_json(text: &str) -> Result<Self, KeySetError> {
        if text.len() > MAX_BYTES {
            return Err(KeySetError("is larger than 512 KiB"));
        }
        let set =
            crate::json::object(text).map_err(|_| KeySetError("is not a JSON object, or has a member name twice"))?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(KeySetError("has no list `keys`"))?;
        if keys.len() > MAX_KEYS {
            return Err(KeySetError("has more than 100 keys"));
        }
        let keys: Vec<Key> = keys.iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            Err(KeySetError("has no key that can verify a token"))
        } else {
            Ok(Self { keys: keys.into() })
        }
    }

    /// Returns a set with one public key; `None` for a key that cannot verify tokens.
    #[cfg(feature = "dpop")]
    pub(super) fn single(jwk: &Value) -> Option<Self> {
        Some(Self { keys: Arc::new([Key::read(jwk)?]) })
    }

    /// Reads and parses a JWK Set from a file.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json), or the file cannot be read.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeySetError> {
        let unreadable = |_| KeySetError("cannot be read");
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut text = String::new();
        file.take(MAX_BYTES as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
        Self::from_json(&text)
    }

    /// Creates a set with one secret that issuer and server share. A party that can verify with it can also sign with it,
    /// including this server.
    ///
    /// # Errors
    /// The secret is shorter than 32 bytes (RFC 7518 §3.2).
    pub fn danger_shared_secret(secret: &[u8]) -> Result<Self, KeySetError> {
        if secret.len() < 32 {
            return Err(KeySetError("is a secret of fewer than 32 bytes"));
        }
        let decoding = DecodingKey::from_secret(secret).map_err(|_| KeySetError("is not a usable secret"))?;
        let mark = Sha256::digest(secret).into();
        Ok(Self {
            keys: Arc::new([Key { id: None, family: Family::Secret, algorithm: None, decoding, issuer: None, mark }]),
        })
    }

    /// Returns whether the set contains a key with this id; without an id, whether it contains exactly one key.
    #[must_use]
    pub fn has(&self, id: Option<&str>) -> bool {
        self.named(id).next().is_some()
    }

    /// Returns whether the set contains this key.
    pub(super) fn holds(&self, mark: &KeyMark) -> bool {
        self.keys.iter().any(|key| key.mark == *mark)
    }

    /// Returns the key that signed the message. A token that names a key is verified with the keys of that name only: two keys
    /// may have one name. A token that names none is verified if exactly one key fits its algorithm.
    ///
    /// # Errors
    /// No such key signed the message.
    pub(super) fn signer(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<SigningKey<'_>, TokenError> {
        let fits = |key: &&Key| key.family == algorithm.family() && key.algorithm.is_none_or(|only| only == algorithm);
        let verifies = |key: &&Key| algorithm.verifies(&key.decoding, message, signature);
        let signer = if id.is_some() {
            if !self.has(id) {
                return Err(UNKNOWN_KEY);
            }
            self.named(id).filter(fits).find(verifies)
        } else {
            let mut fitting = self.keys.iter().filter(fits);
            let first = fitting.next().ok_or(NO_KEY_FITS)?;
            // An issuer may list one key several times.
            if fitting.any(|key| key.mark != first.mark) {
                return Err(SEVERAL_KEYS_FIT);
            }
            Some(first).filter(verifies)
        };
        signer.map(|key| SigningKey { mark: key.mark, issuer: key.issuer.as_deref() }).ok_or(OTHER_SIGNER)
    }

    /// Returns whether a token with this `kid` names its key. One without does not, nor does any if the keys have no names.
    pub(super) fn is_named(&self, id: Option<&str>) -> bool {
        id.is_some() && self.keys.iter().all(|key| key.id.is_some())
    }

    /// Returns the keys that a token may refer to.
    fn named<'s>(&'s self, id: Option<&str>) -> impl Iterator<Item = &'s Key> {
        let single = self.keys.len() == 1;
        self.keys.iter().filter(move |key| match (id, &key.id) {
            (Some(id), Some(of_key)) => id == of_key,
            // If the token or the key has no id, the key matches only if it is the only one.
            _ => single,
        })
    }
}

impl Key {
    /// Parses one member of `keys`; `None` for a key that cannot verify a token.
    fn read(jwk: &Value) -> Option<Self> {
        let member = |name: &str| jwk.get(name).filter(|value| !value.is_null());
        let text = |name: &str| member(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if member("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(operations) = member("key_ops")
            && !operations.as_array()?.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let algorithm = match member("alg") {
            None => None,
            Some(name) => Some(Algorithm::named(name.as_str()?)?),
        };
        let (family, first, second) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (Family::Rsa, without_zeros(bytes("n")?), without_zeros(bytes("e")?)),
            ("EC", Some("P-256")) => (Family::P256, bytes("x")?, bytes("y")?),
            ("EC", Some("P-384")) => (Family::P384, bytes("x")?, bytes("y")?),
            ("OKP", Some("Ed25519")) => (Family::Ed25519, bytes("x")?, Vec::new()),
            _ => return None,
        };
        if !family.is_usable(&first, &second) {
            return None;
        }
        let decoding = match family {
            Family::Rsa => DecodingKey::from_rsa_raw_components(&first, &second),
            Family::P256 | Family::P384 => DecodingKey::from_ec_components(text("x")?, text("y")?).ok()?,
            Family::Ed25519 => DecodingKey::from_ed_components(text("x")?).ok()?,
            Family::Secret => return None,
        };
        if algorithm.is_some_and(|algorithm| algorithm.family() != family) {
            return None;
        }
        let owned = |name: &str| match member(name) {
            None => Some(None),
            Some(value) => Some(Some(value.as_str()?.to_owned())),
        };
        let (id, issuer) = (owned("kid")?, owned("issuer")?);
        // A cached token is verified again when its key is for another issuer.
        let mark = mark(&[&first, &second, issuer.as_deref().unwrap_or_default().as_bytes()]);
        Some(Self { id, family, algorithm, decoding, issuer, mark })
    }
}

/// Removes leading zeros of a number. RFC 7518 §2 forbids them, some issuers write one, and not all libraries for verification
/// accept them.
fn without_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

impl Family {
    /// Returns whether the key material has the size that its type requires: coordinates in full (RFC 7518 §6.2.1.2, RFC 8037
    /// §2), and RSA of at least 2048 bits (RFC 7518 §3.3) with an odd exponent above 1 (RFC 8017 §3.1). Not all libraries for
    /// verification check this, and one panics.
    fn is_usable(self, first: &[u8], second: &[u8]) -> bool {
        match self {
            Self::Rsa => {
                let unused = first.first().map_or(8, |byte| byte.leading_zeros() as usize);
                let is_exponent = second != [1] && second.last().is_some_and(|byte| byte % 2 == 1);
                8 * first.len() >= 2048 + unused && is_exponent
            }
            Self::P256 => first.len() == 32 && second.len() == 32,
            Self::P384 => first.len() == 48 && second.len() == 48,
            Self::Ed25519 => first.len() == 32,
            Self::Secret => false,
        }
    }
}

/// Keys, their names and their number are not shown.
impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").finish_non_exhaustive()
    }
}

/// Why a [`KeySet`] could not be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySetError(&'static str);

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key set {}", self.0)
    }
}

impl core::error::Error for KeySetError {}

/// A source of keys.
pub trait KeySource: Send + Sync + 'static {
    /// Returns the keys to verify a token that names the key `id`. A source that can renew its keys does so, within limits, if
    /// the set does not [contain](KeySet::has) the key.
    ///
    /// # Errors
    /// [`TokenError::unavailable`] if no keys are available now.
    fn keys(&self, id: Option<&str>) -> impl Future<Output = Result<Arc<KeySet>, TokenError>> + Send;

    /// Returns keys that were fetched for this call, for a token that names no key and that none of the current ones verifies: its key
    /// may have been replaced. A source limits how often it fetches. Default: `None`, for a source that has no newer keys.
    fn renewed(&self) -> impl Future<Output = Option<Arc<KeySet>>> + Send {
        core::future::ready(None)
    }

    /// Returns the current keys without waiting. A cached token whose key is no longer among them is verified again. `None` if
    /// no keys are available.
    fn current(&self) -> Option<Arc<KeySet>>;
}

/// Keys that never change.
impl KeySource for Arc<KeySet> {
    async fn keys(&self, _: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        Ok(Self::clone(self))
    }

    fn current(&self) -> Option<Arc<KeySet>> {
        Some(Self::clone(self))
    }
}

/// A key set, which never changes.
impl KeySource for KeySet {
    async fn keys(&self, _: Option<&str>) -> Result<Arc<Self>, TokenError> {
        Ok(Arc::new(self.clone()))
    }

    fn current(&self) -> Option<Arc<Self>> {
        Some(Arc::new(self.clone()))
    }
}

type KeysFuture<'a> = Pin<Box<dyn Future<Output = Result<Arc<KeySet>, TokenError>> + Send + 'a>>;

/// [`KeySource`] for trait objects.
pub(super) trait DynKeySource: Send + Sync + 'static {
    fn keys_boxed<'a>(&'a self, id: Option<&'a str>) -> KeysFuture<'a>;

    fn renewed_boxed(&self) -> Pin<Box<dyn Future<Output = Option<Arc<KeySet>>> + Send + '_>>;

    fn current_keys(&self) -> Option<Arc<KeySet>>;
}

impl<K: KeySource> DynKeySource for K {
    fn keys_boxed<'a>(&'a self, id: Option<&'a str>) -> KeysFuture<'a> {
        Box::pin(self.keys(id))
    }

    fn renewed_boxed(&self) -> Pin<Box<dyn Future<Output = Option<Arc<KeySet>>> + Send + '_>> {
        Box::pin(self.renewed())
    }

    fn current_keys(&self) -> Option<Arc<KeySet>> {
        self.current()
    }
}

/// The keys of an issuer.
pub(super) enum Keys {
    /// Keys that the issuer publishes.
    #[cfg(feature = "jwks")]
    Remote(super::RemoteKeys),
    /// Keys of the deployment.
    Source(Arc<dyn DynKeySource>),
}

impl KeySource for Keys {
    async fn keys(&self, id: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        match self {
            #[cfg(feature = "jwks")]
            Self::Remote(keys) => keys.keys(id).await,
            Self::Source(keys) => keys.keys_boxed(id).await,
        }
    }

    async fn renewed(&self) -> Option<Arc<KeySet>> {
        match self {
            #[cfg(feature = "jwks")]
            Self::Remote(keys) => keys.renewed().await,
            Self::Source(keys) => keys.renewed_boxed().await,
        }
    }

    fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            #[cfg(feature = "jwks")]
            Self::Remote(keys) => keys.current(),
            Self::Source(keys) => keys.current_keys(),
        }
    }
}

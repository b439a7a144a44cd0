//! Proofs of possession (RFC 9449): the key of an authorizer, and the nonces that servers have stated.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_model::address::Address;
use mcp_scopes_prm::json::Json;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use sha2::{Digest as _, Sha256};

use crate::{
    address::{origin, path},
    step_up::Refusal,
    tokens::AccessToken,
};

use super::interaction::random_bytes;

/// The algorithm of proofs. Every implementation of RFC 9449 knows it.
pub(super) const ALGORITHM: &str = "ES256";

/// The maximum length of a nonce, and the number of addresses whose nonce is kept: the MCP server and the token endpoints.
const MAX_NONCE: usize = 512;
const MAX_NONCES: usize = 16;

const NO_KEY: Refusal = Refusal::Unusable("no key for proofs of possession can be created");
const NO_PROOF: Refusal = Refusal::Unusable("no proof of possession can be created for this address");

/// Makes the proofs of one authorizer.
#[derive(Default)]
pub(super) struct Prover {
    /// Created when it is needed first.
    key: OnceLock<ProofKey>,
    /// The newest nonce of each address.
    nonces: Mutex<BTreeMap<String, String>>,
}

/// A P-256 key. Nothing shows it.
struct ProofKey {
    key: SigningKey,
    /// The encoded header of all proofs, which has the public key.
    header: String,
    /// The thumbprint of the public key (RFC 7638).
    thumbprint: String,
}

impl ProofKey {
    fn generate() -> Result<Self, Refusal> {
        // A number is no key with a probability of 2^-32 (FIPS 186-5, appendix A.2.2).
        let key = SigningKey::from_slice(&random_bytes()?).map_err(|_| NO_KEY)?;
        let point = key.verifying_key().to_sec1_point(false);
        // A prefix byte, then both coordinates.
        let (x, y) = point.as_bytes().get(1..).and_then(|point| point.split_at_checked(32)).ok_or(NO_KEY)?;
        // In this order, it is also what the thumbprint is the hash of (RFC 7638 §3.2).
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, BASE64.encode(x), BASE64.encode(y));
        let header = BASE64.encode(format!(r#"{{"typ":"dpop+jwt","alg":"{ALGORITHM}","jwk":{jwk}}}"#));
        let thumbprint = BASE64.encode(Sha256::digest(&jwk));
        Ok(Self { key, header, thumbprint })
    }
}

impl Prover {
    fn key(&self) -> Result<&ProofKey, Refusal> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let created = ProofKey::generate()?;
        Ok(self.key.get_or_init(|| created))
    }

    /// Returns the thumbprint of the public key (RFC 7638).
    pub(super) fn thumbprint(&self) -> Result<&str, Refusal> {
        self.key().map(|key| &*key.thumbprint)
    }

    /// Returns a new proof for one request (RFC 9449 §4.2), to the token endpoint or with a token.
    pub(super) fn proof(&self, method: &str, url: &str, token: Option<&AccessToken>) -> Result<String, Refusal> {
        let ProofKey { key, header, .. } = self.key()?;
        let target = target(url).ok_or(NO_PROOF)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| NO_PROOF)?.as_secs();
        let nonce = self.nonces.lock().unwrap_or_else(PoisonError::into_inner).get(&target).cloned();
        let members = [
            Some(("jti", quoted(&BASE64.encode(random_bytes()?)))),
            Some(("htm", quoted(method))),
            Some(("htu", quoted(&target))),
            Some(("iat", now.to_string())),
            token.map(|token| ("ath", quoted(&BASE64.encode(Sha256::digest(token.secret()))))),
            nonce.map(|nonce| ("nonce", quoted(&nonce))),
        ];
        let members = members.into_iter().flatten().map(|(name, value)| format!("\"{name}\":{value}"));
        let claims = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
        let message = format!("{header}.{}", BASE64.encode(claims));
        let signature: Signature = key.try_sign(message.as_bytes()).map_err(|_| NO_PROOF)?;
        Ok(format!("{message}.{}", BASE64.encode(signature.to_bytes())))
    }

    /// Keeps the nonce of a response (RFC 9449 §8). Returns whether it can be used.
    pub(super) fn keep_nonce(&self, url: &str, nonce: &str) -> bool {
        // RFC 9449 §8.1: the characters of scope tokens.
        let is_nonce = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if nonce.is_empty() || nonce.len() > MAX_NONCE || !nonce.bytes().all(is_nonce) {
            return false;
        }
        let Some(target) = target(url) else { return false };
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = nonces.len() < MAX_NONCES || nonces.contains_key(&target);
        if has_room {
            nonces.insert(target, nonce.to_owned());
        }
        has_room
    }
}

/// Returns the address of a request without query and fragment: `htu`. It is normalized, since a server that compares texts sees what the HTTP client sends
/// (RFC 9449 §4.3).
fn target(url: &str) -> Option<String> {
    let address = Address::parse(url).ok()?;
    Some([&*origin(&address)?, path(&address)].concat())
}

/// Returns a JSON string.
fn quoted(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
}

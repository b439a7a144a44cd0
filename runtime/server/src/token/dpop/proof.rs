//! Reads a proof and verifies its signature (RFC 9449 §4.2, §4.3).

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    super::{Algorithm, Hash, KeySet},
    ProofError,
    thumbprint::{is_private, thumbprint},
};
use crate::reason::reason;

/// The maximum length of a proof, and of its `jti`, in bytes.
const MAX_BYTES: usize = 8 << 10;
const MAX_JTI: usize = 256;

const MALFORMED: ProofError = ProofError::Invalid(reason!("it is not a signed JWT"));
const NO_OBJECT: ProofError = ProofError::Invalid(reason!("it holds no JSON object, or a member occurs twice"));

/// A proof. Its signature is not verified yet.
pub(super) struct Proof<'p> {
    pub(super) algorithm: Algorithm,
    /// The thumbprint of its key.
    pub(super) thumbprint: Hash,
    key: KeySet,
    /// The signed bytes: header, dot and claims, as received.
    message: &'p str,
    claims: &'p str,
    signature: Vec<u8>,
}

/// The claims of a proof whose signature was verified.
#[derive(Debug)]
pub(super) struct ProofClaims {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) address: String,
    pub(super) issued_at: SystemTime,
    /// The hash of the access token.
    pub(super) token: String,
}

impl<'p> Proof<'p> {
    /// Reads the header.
    pub(super) fn read(text: &'p str) -> Result<Self, ProofError> {
        if text.len() > MAX_BYTES {
            return Err(ProofError::Invalid(reason!("it is longer than 8 KiB")));
        }
        let (message, signature) = text.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, claims) = message.split_once('.').ok_or(MALFORMED)?;
        if claims.contains('.') {
            return Err(MALFORMED);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
        let header = object(header)?;
        // An access or ID token of the same client must not count as a proof (RFC 8725 §3.11).
        if header.get("typ").and_then(Value::as_str) != Some("dpop+jwt") {
            return Err(ProofError::Invalid(reason!("`typ` in its header is not `dpop+jwt`")));
        }
        if header.contains_key("crit") {
            return Err(ProofError::Invalid(reason!("its header requires an extension that is not supported")));
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
        let jwk = header.get("jwk").ok_or(ProofError::Invalid(reason!("`jwk` is missing in its header")))?;
        if is_private(jwk) {
            return Err(ProofError::Invalid(reason!(
                "`jwk` in its header contains a private key; send the public key"
            )));
        }
        let key = KeySet::single(jwk).zip(thumbprint(jwk));
        let (key, thumbprint) =
            key.ok_or(ProofError::Invalid(reason!("`jwk` in its header is not a key that can verify signatures")))?;
        let algorithm = algorithm.ok_or(ProofError::Invalid(reason!("its algorithm is not supported")))?;
        Ok(Self { algorithm, thumbprint, key, message, claims, signature })
    }

    /// Verifies the signature, and returns the claims.
    pub(super) fn verified(&self) -> Result<ProofClaims, ProofError> {
        if self.key.signer(None, self.algorithm, self.message.as_bytes(), &self.signature).is_err() {
            return Err(ProofError::Invalid(reason!("the key in its header does not verify its signature")));
        }
        let mut claims = object(self.claims)?;
        let mut text = |name: &str| match claims.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let id = text("jti").filter(|id| (1..=MAX_JTI).contains(&id.len()));
        let (method, address, token) = (text("htm"), text("htu"), text("ath"));
        let issued = claims.get("iat").and_then(Value::as_f64);
        let issued_at = issued
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .and_then(|since| UNIX_EPOCH.checked_add(since));
        Ok(ProofClaims {
            id: id.ok_or(ProofError::Invalid(reason!("`jti` is missing, or is not a string of 1 to 256 bytes")))?,
            method: method.ok_or(ProofError::Invalid(reason!("`htm` is missing, or is not a string")))?,
            address: address.ok_or(ProofError::Invalid(reason!("`htu` is missing, or is not a string")))?,
            issued_at: issued_at.ok_or(ProofError::Invalid(reason!("`iat` is missing, or is not a valid time")))?,
            token: token.ok_or(ProofError::Invalid(reason!("`ath` is missing, or is not a string")))?,
        })
    }
}

/// Decodes a part: a JSON object in base64, without duplicate members.
fn object(part: &str) -> Result<Map<String, Value>, ProofError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| NO_OBJECT)?;
    let text = core::str::from_utf8(&bytes).map_err(|_| NO_OBJECT)?;
    crate::json::object(text).map_err(|_| NO_OBJECT)
}

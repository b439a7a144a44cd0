//! Proofs that a client holds a key (RFC 9449 §4).

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A key for ES256.
pub(super) struct ProofKey(EcdsaKeyPair);

impl ProofKey {
    pub(super) fn generate() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// Returns the public key. `serde_json` sorts its members.
    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
        json!({"crv": "P-256", "kty": "EC", "x": x, "y": y})
    }

    /// Returns the thumbprint of the public key (RFC 7638).
    pub(super) fn thumbprint(&self) -> String {
        BASE64.encode(Sha256::digest(self.jwk().to_string()))
    }

    /// Returns a new proof for a request, and for the token that it contains.
    pub(super) fn proof(&self, method: &str, address: &str, token: Option<&str>) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let id = format!("{now}-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        let mut claims = json!({"jti": id, "htm": method, "htu": address, "iat": now});
        if let Some(token) = token {
            claims["ath"] = json!(BASE64.encode(Sha256::digest(token)));
        }
        let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64.encode(signature))
    }
}

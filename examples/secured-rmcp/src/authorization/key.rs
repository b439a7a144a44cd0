//! The signing key and its signatures.

use std::{io, time::SystemTime};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

use super::{Shared, grants::Grant, secret};

/// A P-256 key, generated at startup.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    id: String,
    random: SystemRandom,
}

impl Key {
    pub(super) fn generate() -> io::Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = pair.map_err(|_| io::Error::other("cannot generate the signing key"))?;
        Ok(Self { pair, id: secret().map_err(io::Error::other)?, random: SystemRandom::new() })
    }

    /// Returns the public key as a key set (RFC 7517 §5, RFC 7518 §6.2).
    pub(super) fn set(&self) -> Value {
        // An uncompressed point: a prefix byte, then both coordinates.
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at_checked(32).unwrap_or_default();
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": BASE64.encode(x), "y": BASE64.encode(y),
        }]})
    }

    /// Returns an access token (RFC 9068 §2) and its lifetime in seconds.
    pub(super) fn token(&self, shared: &Shared, grant: &Grant) -> io::Result<(String, u64)> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(io::Error::other)?.as_secs();
        let lifetime = shared.settings.lifetime.as_secs();
        let claims = json!({
            "iss": shared.issuer,
            "sub": grant.user.as_ref().unwrap_or(&grant.client),
            "aud": grant.resource,
            "client_id": grant.client,
            "scope": grant.scopes.join(" "),
            "env": if grant.sandbox { "sandbox" } else { "live" },
            "iat": now,
            "exp": now + lifetime,
            "jti": secret().map_err(io::Error::other)?,
        });
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": self.id});
        let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.pair.sign(&self.random, message.as_bytes());
        let signature = signature.map_err(|_| io::Error::other("the token could not be signed"))?;
        Ok((format!("{message}.{}", BASE64.encode(signature)), lifetime))
    }
}

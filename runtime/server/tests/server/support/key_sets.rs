//! Key sets that an issuer publishes.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::__private::v1::RemoteKeys;
use serde_json::{Value, json};

use super::{issuer::Issuer, server::RESOURCE, tokens::ISSUER};

/// A key with an id.
pub(crate) struct Key(pub(crate) Ed25519KeyPair, &'static str);

impl Key {
    pub(crate) fn new(id: &'static str) -> Self {
        Self(Ed25519KeyPair::generate().unwrap(), id)
    }

    pub(crate) fn token(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.token_of(&json!({"exp": now + 600}))
    }

    /// Returns a token with these claims in addition to the usual ones.
    pub(crate) fn token_of(&self, more: &Value) -> String {
        self.signed(&json!({"alg": "EdDSA", "kid": self.1}), more)
    }

    /// The same, and the token does not name its key.
    pub(crate) fn token_of_without_kid(&self, more: &Value) -> String {
        self.signed(&json!({"alg": "EdDSA"}), more)
    }

    fn signed(&self, header: &Value, more: &Value) -> String {
        let header = header.to_string();
        let mut claims = json!({"iss": ISSUER, "aud": RESOURCE, "sub": "ada", "scope": "files:read"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let claims = claims.to_string();
        let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let signature = BASE64.encode(self.0.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// Returns a key set with these keys.
pub(crate) fn set(keys: &[&Key]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| json!({"kty": "OKP", "crv": "Ed25519", "kid": key.1, "x": BASE64.encode(key.0.public_key())}))
        .collect();
    json!({"keys": keys}).to_string()
}

pub(crate) fn keys(issuer: &Issuer) -> RemoteKeys {
    RemoteKeys::new(&issuer.url()).unwrap()
}

//! Keys of an issuer, and tokens that it has signed.

use std::{
    sync::{Arc, LazyLock},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{__private::v1::JwtVerifier, token::KeySet};
use serde_json::{Value, json};

use super::server::RESOURCE;

pub(crate) const ISSUER: &str = "https://auth.example.com";
pub(crate) const SECRET: [u8; 32] = [9; 32];

pub(crate) struct Keys {
    pub(crate) ed: Ed25519KeyPair,
    pub(crate) other: Ed25519KeyPair,
    pub(crate) p256: EcdsaKeyPair,
    pub(crate) p384: EcdsaKeyPair,
    pub(crate) rsa: RsaKeyPair,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    ed: Ed25519KeyPair::generate().unwrap(),
    other: Ed25519KeyPair::generate().unwrap(),
    p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
    p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
    rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
});

pub(crate) fn ed_jwk(key: &Ed25519KeyPair, id: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": BASE64.encode(key.public_key())})
}

pub(crate) fn ec_jwk(key: &EcdsaKeyPair, curve: &str, id: &str) -> Value {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    json!({"kty": "EC", "crv": curve, "kid": id, "x": BASE64.encode(x), "y": BASE64.encode(y)})
}

pub(crate) fn rsa_jwk(id: &str) -> Value {
    let key = KEYS.rsa.public_key();
    let part = |part: &[u8]| BASE64.encode(part);
    json!({"kty": "RSA", "kid": id, "n": part(key.modulus().big_endian_without_leading_zero()),
           "e": part(key.exponent().big_endian_without_leading_zero())})
}

pub(crate) fn set(keys: &[Value]) -> Arc<KeySet> {
    Arc::new(KeySet::from_json(&json!({"keys": keys}).to_string()).unwrap())
}

pub(crate) fn all() -> Arc<KeySet> {
    set(&[
        ed_jwk(&KEYS.ed, "ed"),
        ec_jwk(&KEYS.p256, "P-256", "p256"),
        ec_jwk(&KEYS.p384, "P-384", "p384"),
        rsa_jwk("rsa"),
    ])
}

pub(crate) fn verifier() -> JwtVerifier<Arc<KeySet>> {
    JwtVerifier::new(ISSUER, RESOURCE, all())
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": RESOURCE, "sub": "ada", "exp": now() + 60, "scope": "files:read files:write"})
}

/// Returns the claims with another value of one claim; `null` removes it.
pub(crate) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(name),
        value => claims.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    claims
}

pub(crate) fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", BASE64.encode(header), BASE64.encode(claims))
}

pub(crate) fn sign(message: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{message}.{}", BASE64.encode(signature))
}

/// Returns a correctly signed token with any header and claims.
pub(crate) fn raw(header: &str, claims: &str) -> String {
    let message = message(header, claims);
    let signature = KEYS.ed.sign(message.as_bytes());
    sign(&message, signature)
}

pub(crate) fn good(claims: &Value) -> String {
    raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &claims.to_string())
}

pub(crate) fn ecdsa(key: &EcdsaKeyPair, message: &str) -> Vec<u8> {
    key.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
}

pub(crate) fn rsa(encoding: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
    let mut signature = vec![0; KEYS.rsa.public_modulus_len()];
    KEYS.rsa.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    signature
}

/// Returns a token with these claims, and the same token with the other valid signature: `(r, n - s)` is as valid as `(r, s)`.
pub(crate) fn signed_twice(claims: &Value) -> [String; 2] {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let message = message(r#"{"alg":"ES256","kid":"p256"}"#, &claims.to_string());
    let signature = ecdsa(&KEYS.p256, &message);
    let (mut other, mut borrow) = (signature.clone(), 0);
    for (byte, of_order) in other[32..].iter_mut().zip(ORDER).rev() {
        let left = 256 + i16::from(of_order) - i16::from(*byte) - borrow;
        *byte = left.to_le_bytes()[0];
        borrow = 1 - (left >> 8);
    }
    [sign(&message, signature), sign(&message, other)]
}

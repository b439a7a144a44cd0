//! Algorithms, keys and signatures.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64},
};
use mcp_scopes_server::{__private::v1::JwtVerifier, Token, token::TokenCache};
use serde_json::{Value, json};

use super::{
    super::{Out, Row, call, row},
    ED, GOOD, headed, invalid, part, passes,
};
use crate::{
    server::{RESOURCE, Server},
    tokens::{ISSUER, KEYS, claims, ecdsa, ed_jwk, message, rsa, rsa_jwk, set, sign, signed_twice, verifier, with},
};

/// Returns a server whose issuer has several keys for one algorithm.
fn several_keys() -> Server {
    let keys = set(&[ed_jwk(&KEYS.ed, "ed"), ed_jwk(&KEYS.other, "other")]);
    Server::with(|builder| builder.verifier(JwtVerifier::new(ISSUER, RESOURCE, keys)))
}

/// Returns valid claims under that header, signed with an unknown key.
fn forged(header: &Value) -> String {
    let message = message(&header.to_string(), &claims().to_string());
    sign(&message, KEYS.other.sign(message.as_bytes()))
}

/// Returns valid claims, signed with a secret.
fn mac(secret: &[u8], kid: &str) -> String {
    let message = message(&json!({"alg": "HS256", "kid": kid}).to_string(), &claims().to_string());
    sign(&message, hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()))
}

pub(super) fn algorithms() -> Vec<Row> {
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(KEYS.rsa.public_key().as_der().unwrap().as_ref())
    );
    let unsigned = |alg: &str| format!("{}.", message(&json!({"alg": alg}).to_string(), &claims().to_string()));
    let rs256 = message(r#"{"alg":"RS256","kid":"rsa"}"#, &claims().to_string());
    let ps256 = message(r#"{"alg":"PS256","kid":"rsa"}"#, &claims().to_string());
    let es256 = message(r#"{"alg":"ES256","kid":"p256"}"#, &claims().to_string());
    vec![
        invalid("alg none, no signature", &unsigned("none"), "algorithm is not supported"),
        invalid(
            "alg none, a good signature",
            &headed(&json!({"alg": "none", "kid": "ed"})),
            "algorithm is not supported",
        ),
        invalid("alg nOnE", &unsigned("nOnE"), "algorithm is not supported"),
        invalid("alg empty", &unsigned(""), "algorithm is not supported"),
        invalid("no alg", &headed(&json!({"kid": "ed"})), "algorithm is not supported"),
        invalid("alg in a list", &headed(&json!({"alg": ["EdDSA"], "kid": "ed"})), "algorithm is not supported"),
        invalid("alg in lower case", &headed(&json!({"alg": "eddsa", "kid": "ed"})), "algorithm is not supported"),
        invalid("alg null", &headed(&json!({"alg": null, "kid": "ed"})), "algorithm is not supported"),
        invalid(
            "HS256 with the public RSA key",
            &mac(KEYS.rsa.public_key().as_ref(), "rsa"),
            "algorithm is not allowed",
        ),
        invalid("HS256 with the public key as PEM", &mac(pem.as_bytes(), "rsa"), "algorithm is not allowed"),
        invalid("HS256 with the key as published", &mac(rsa_jwk("rsa").to_string().as_bytes(), "rsa"), "not allowed"),
        invalid("HS256 with the public Ed25519 key", &mac(KEYS.ed.public_key().as_ref(), "ed"), "not allowed"),
        invalid("HS256 with an empty secret", &mac(b"", "ed"), "algorithm is not allowed"),
        invalid("RS256 with a signature of EdDSA", &headed(&json!({"alg": "RS256", "kid": "ed"})), "no key"),
        invalid("ES256 for a key of Ed25519", &headed(&json!({"alg": "ES256", "kid": "ed"})), "no key"),
        invalid("PS256 with a signature of RS256", &sign(&ps256, rsa(&RSA_PKCS1_SHA256, &ps256)), "no key"),
        invalid("ES256 with a signature of zeros", &sign(&es256, [0; 64]), "no key"),
        invalid("ES256 with a signature of ones", &sign(&es256, [0xff; 64]), "no key"),
        invalid("ES256 with a signature in DER", &sign(&es256, der(&ecdsa(&KEYS.p256, &es256))), "no key"),
        invalid("RS256 with a signature of zeros", &sign(&rs256, [0; 256]), "no key"),
        invalid("RS256 with a signature that is 1", &sign(&rs256, [&[0; 255][..], &[1]].concat()), "no key"),
        invalid("EdDSA with a signature of zeros", &sign(&message(ED, &claims().to_string()), [0; 64]), "no key"),
    ]
}

/// Encodes a fixed-length signature in ASN.1.
fn der(fixed: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| [&[2, 33, 0], number].concat();
    let (r, s) = fixed.split_at(32);
    [&[0x30, 70][..], &integer(r), &integer(s)].concat()
}

pub(super) fn keys() -> Vec<Row> {
    let kid = |kid: Value| headed(&json!({"alg": "EdDSA", "kid": kid}));
    let mallory = ed_jwk(&KEYS.other, "ed");
    vec![
        invalid("kid is a path of a file", &kid(json!("../../../../dev/null")), "no key"),
        invalid("kid is a query", &kid(json!("ed' OR '1'='1")), "no key"),
        invalid("kid is a command", &kid(json!("ed; id")), "no key"),
        invalid("kid is an address", &kid(json!("https://evil.example.com/jwks.json")), "no key"),
        invalid("kid of another key", &kid(json!("rsa")), "no key"),
        invalid("an unknown kid", &kid(json!("unknown")), "no key"),
        invalid("kid in upper case", &kid(json!("ED")), "no key"),
        invalid("kid with a zero byte", &kid(json!("ed\0")), "no key"),
        invalid("kid empty", &kid(json!("")), "no key"),
        invalid("kid a number", &kid(json!(0)), "`kid` is not a string"),
        invalid("kid null", &kid(Value::Null), "`kid` is not a string"),
        invalid("kid a list", &kid(json!(["ed"])), "`kid` is not a string"),
        passes("no kid with one key that fits its algorithm", &headed(&json!({"alg": "EdDSA"}))),
        row(
            "jwt: no kid with several keys that fit its algorithm".to_owned(),
            several_keys,
            call().token(&headed(&json!({"alg": "EdDSA"}))),
            Out::Refused(401, 401, "no key"),
        ),
        invalid("jwk contains the key", &forged(&json!({"alg": "EdDSA", "kid": "ed", "jwk": mallory})), "no key"),
        invalid("jwk without kid", &forged(&json!({"alg": "EdDSA", "jwk": mallory})), "no key"),
        invalid(
            "jku",
            &forged(&json!({"alg": "EdDSA", "kid": "ed", "jku": "https://evil.example.com/jwks"})),
            "no key",
        ),
        invalid("x5u", &forged(&json!({"alg": "EdDSA", "kid": "ed", "x5u": "https://evil.example.com/x"})), "no key"),
        invalid("x5c", &forged(&json!({"alg": "EdDSA", "kid": "ed", "x5c": ["MIIB"]})), "no key"),
        invalid("x5t of a known key", &forged(&json!({"alg": "EdDSA", "x5t": "ed", "x5t#S256": "ed"})), "no key"),
    ]
}

pub(super) fn signatures() -> Vec<Row> {
    let (header, body, signature) = (part(0), part(1), part(2));
    let other = BASE64.encode(with("sub", json!("bob")).to_string());
    let bytes = BASE64.decode(signature).unwrap();
    vec![
        invalid("the signature of another token", &format!("{header}.{other}.{signature}"), "no key"),
        invalid("no signature", &format!("{header}.{body}."), "no key"),
        invalid("half a signature", &format!("{header}.{body}.{}", BASE64.encode(&bytes[..32])), "no key"),
        invalid(
            "a signature with a trailing byte",
            &format!("{header}.{body}.{}", BASE64.encode([&bytes[..], &[0]].concat())),
            "no key",
        ),
        invalid("a malleable signature", &format!("{header}.{body}.{}", BASE64.encode(malleable(&bytes))), "no key"),
        invalid(
            "a changed header with the old signature",
            &format!("{}.{body}.{signature}", BASE64.encode(r#"{"alg":"EdDSA","kid":"ed" }"#)),
            "no key",
        ),
        passes("signed by ES256", &ES256[0]),
        passes("signed by ES256, with the other valid signature", &ES256[1]),
        row("jwt: revoked", revoked, call().token(&ES256[0]), Out::Refused(401, 401, "it was revoked")),
        row(
            "jwt: revoked, with the other valid signature",
            revoked,
            call().token(&ES256[1]),
            Out::Refused(401, 401, "it was revoked"),
        ),
        invalid("an unknown key", &forged(&json!({"alg": "EdDSA", "kid": "ed"})), "no key"),
        passes("a valid token", &GOOD),
    ]
}

static ES256: LazyLock<[String; 2]> = LazyLock::new(|| signed_twice(&claims()));

fn revoked() -> Server {
    let tokens = TokenCache::new(verifier());
    tokens.revoke(Token::new(&ES256[0]), None);
    Server::with(|builder| builder.verifier(tokens))
}

/// Adds the order of the group to the second half of a signature (forbidden by RFC 8032 §5.1.7).
fn malleable(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (mut changed, mut carry) = (signature.to_vec(), 0);
    for (byte, more) in changed[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    changed
}

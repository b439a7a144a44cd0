//! Key sets as issuers publish them: keys that cannot verify a token are skipped, and names of keys may be missing or repeated.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::{
    Engine as _,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD as BASE64},
};
use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    Token, TokenVerifier as _,
    token::{KeySet, KeySource as _},
};
use serde_json::{Value, json};

use crate::{
    issuer::{Answer, Issuer},
    key_sets,
    server::RESOURCE,
    tokens::{ISSUER, KEYS, claims, ec_jwk, ecdsa, ed_jwk, message, rsa, rsa_jwk, set, sign},
};

async fn verify(keys: Arc<KeySet>, token: &str) -> Result<(), String> {
    let verified = JwtVerifier::new(ISSUER, RESOURCE, keys).verify(Token::new(token)).await;
    verified.map(drop).map_err(|error| error.reason().to_owned())
}

/// Returns a token with this header, signed with a key of its algorithm.
fn token(header: &Value) -> String {
    let message = message(&header.to_string(), &claims().to_string());
    let signature = match header["alg"].as_str().unwrap() {
        "RS256" => rsa(&RSA_PKCS1_SHA256, &message),
        "PS256" => rsa(&RSA_PSS_SHA256, &message),
        "ES256" => ecdsa(&KEYS.p256, &message),
        "EdDSA" => KEYS.ed.sign(message.as_bytes()).as_ref().to_vec(),
        other => panic!("{other}"),
    };
    sign(&message, signature)
}

/// Returns the RSA key with zeros before its modulus and its exponent.
fn padded_rsa(zeros_of_modulus: usize, zeros_of_exponent: usize) -> Value {
    let mut key = rsa_jwk("rsa");
    for (name, zeros) in [("n", zeros_of_modulus), ("e", zeros_of_exponent)] {
        let number = BASE64.decode(key[name].as_str().unwrap()).unwrap();
        key[name] = json!(BASE64.encode([vec![0; zeros], number].concat()));
    }
    key
}

/// Returns a key with another value of one member.
fn changed(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

#[tokio::test]
async fn accepts_rsa_keys_with_leading_zeros() {
    for (modulus, exponent) in [(1, 0), (2, 0), (0, 1), (1, 1)] {
        for algorithm in ["RS256", "PS256"] {
            let token = token(&json!({"alg": algorithm, "kid": "rsa"}));
            assert_eq!(verify(set(&[padded_rsa(modulus, exponent)]), &token).await, Ok(()), "{modulus} {exponent}");
        }
    }
    // Zeros are no part of the key: a token stays valid when the issuer starts or stops writing them.
    let token = token(&json!({"alg": "RS256", "kid": "rsa"}));
    let verifier = |keys| JwtVerifier::new(ISSUER, RESOURCE, keys);
    let claims = verifier(set(&[rsa_jwk("rsa")])).verify(Token::new(&token)).await.unwrap();
    assert!(verifier(set(&[padded_rsa(1, 0)])).is_still_valid(&claims));
    // A number that consists of zeros is no key.
    let zeros = changed(rsa_jwk("rsa"), "n", json!(BASE64.encode([0; 257])));
    assert!(KeySet::from_json(&json!({"keys": [zeros]}).to_string()).is_err());
}

#[test]
fn rejects_rsa_exponents_that_verify_nothing() {
    for exponent in [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0, 0]] {
        let key = changed(rsa_jwk("rsa"), "e", json!(BASE64.encode(exponent)));
        assert!(KeySet::from_json(&json!({"keys": [key]}).to_string()).is_err(), "{exponent:?}");
    }
}

#[tokio::test]
async fn accepts_tokens_without_kid_if_one_key_fits_their_algorithm() {
    let rs256_only = changed(rsa_jwk("rs256"), "alg", json!("RS256"));
    let mixed = set(&[ed_jwk(&KEYS.ed, "ed"), ec_jwk(&KEYS.p256, "P-256", "p256"), rs256_only]);
    for algorithm in ["EdDSA", "ES256", "RS256"] {
        assert_eq!(verify(Arc::clone(&mixed), &token(&json!({"alg": algorithm}))).await, Ok(()), "{algorithm}");
    }
    // The only RSA key states another algorithm.
    let reason = verify(Arc::clone(&mixed), &token(&json!({"alg": "PS256"}))).await.unwrap_err();
    assert_eq!(reason, "no key of its issuer fits its algorithm");
    // A key without a name counts as well.
    let mut nameless = ed_jwk(&KEYS.ed, "");
    nameless.as_object_mut().unwrap().remove("kid");
    assert_eq!(verify(set(&[nameless, rsa_jwk("rsa")]), &token(&json!({"alg": "EdDSA"}))).await, Ok(()));
    // The same key under two names is one key.
    let twice = set(&[ed_jwk(&KEYS.ed, "a"), ed_jwk(&KEYS.ed, "b")]);
    assert_eq!(verify(twice, &token(&json!({"alg": "EdDSA"}))).await, Ok(()));
    for keys in [[&KEYS.ed, &KEYS.other], [&KEYS.other, &KEYS.ed]] {
        let keys = set(&keys.map(|key| ed_jwk(key, "a")));
        let reason = verify(keys, &token(&json!({"alg": "EdDSA"}))).await.unwrap_err();
        assert_eq!(reason, "it names no key by `kid`, and several keys of its issuer fit its algorithm");
    }
    let other = set(&[ed_jwk(&KEYS.other, "ed"), rsa_jwk("rsa")]);
    let reason = verify(other, &token(&json!({"alg": "EdDSA"}))).await.unwrap_err();
    assert_eq!(reason, "no key of its issuer verifies its signature");
}

#[tokio::test]
async fn skips_keys_that_cannot_verify_tokens() {
    let coordinate = |length| BASE64.encode(vec![0x55; length]);
    let others = [
        // For encryption.
        changed(rsa_jwk("rsa"), "use", json!("enc")),
        changed(rsa_jwk("rsa"), "alg", json!("RSA-OAEP-256")),
        changed(rsa_jwk("rsa"), "key_ops", json!(["encrypt", "wrapKey"])),
        json!({"kty": "OKP", "crv": "X25519", "kid": "ed", "use": "enc", "x": coordinate(32)}),
        json!({"kty": "EC", "crv": "P-256", "kid": "p256", "alg": "ECDH-ES", "x": coordinate(32), "y": coordinate(32)}),
        // Of other curves.
        json!({"kty": "EC", "crv": "P-521", "kid": "p256", "alg": "ES512", "x": coordinate(66), "y": coordinate(66)}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "p256", "alg": "ES256K", "x": coordinate(32), "y": coordinate(32)}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "p256", "x": coordinate(32), "y": coordinate(32)}),
        json!({"kty": "OKP", "crv": "Ed448", "kid": "ed", "x": coordinate(57)}),
        // Post-quantum (draft-ietf-cose-dilithium).
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "ed", "pub": coordinate(1312)}),
        json!({"kty": "AKP", "alg": "ML-DSA-87", "kid": "rsa", "use": "sig", "pub": coordinate(2592)}),
        // Not published as keys.
        json!({"kty": "oct", "kid": "ed", "k": coordinate(32)}),
        json!({"kty": "RSA", "kid": "rsa", "x5c": ["MIIC"]}),
        json!({"kid": "ed"}),
        json!({}),
        json!([]),
        json!("ed"),
        Value::Null,
    ];
    for other in &others {
        assert!(KeySet::from_json(&json!({"keys": [other]}).to_string()).is_err(), "{other}");
    }
    let usable = [ed_jwk(&KEYS.ed, "ed"), ec_jwk(&KEYS.p256, "P-256", "p256"), rsa_jwk("rsa")];
    for keys in [[&others[..], &usable].concat(), [&usable, &others[..]].concat()] {
        let keys = set(&keys);
        for (algorithm, kid) in [("EdDSA", "ed"), ("ES256", "p256"), ("RS256", "rsa"), ("PS256", "rsa")] {
            assert_eq!(verify(Arc::clone(&keys), &token(&json!({"alg": algorithm, "kid": kid}))).await, Ok(()));
            // Skipped keys do not count when one is selected without a name.
            assert_eq!(verify(Arc::clone(&keys), &token(&json!({"alg": algorithm}))).await, Ok(()), "{algorithm}");
        }
    }
}

#[tokio::test]
async fn skips_keys_that_are_not_base64url_without_padding() {
    let (rsa, ec, ed) = (rsa_jwk("rsa"), ec_jwk(&KEYS.p256, "P-256", "p256"), ed_jwk(&KEYS.ed, "ed"));
    for (key, name) in [(&rsa, "n"), (&ec, "x"), (&ec, "y"), (&ed, "x")] {
        let text = key[name].as_str().unwrap();
        let padded = URL_SAFE.encode(BASE64.decode(text).unwrap());
        assert!(padded.ends_with('='));
        for wrong in [padded, format!("+{}", &text[1..]), format!("{text}\n"), format!(" {text}"), String::new()] {
            let key = changed(key.clone(), name, json!(wrong));
            assert!(KeySet::from_json(&json!({"keys": [key]}).to_string()).is_err(), "{key}");
            // Another key is used.
            let beside = if name == "n" || key["kty"] == "EC" { (&ed, "EdDSA") } else { (&rsa, "RS256") };
            let token = token(&json!({"alg": beside.1}));
            assert_eq!(verify(set(&[key, beside.0.clone()]), &token).await, Ok(()));
        }
    }
}

#[tokio::test]
async fn reads_null_as_absent() {
    let mut key = ed_jwk(&KEYS.ed, "ed");
    for name in ["use", "key_ops", "alg"] {
        key[name] = Value::Null;
    }
    assert_eq!(verify(set(&[key.clone()]), &token(&json!({"alg": "EdDSA", "kid": "ed"}))).await, Ok(()));
    key["kid"] = Value::Null;
    assert_eq!(verify(set(&[key]), &token(&json!({"alg": "EdDSA", "kid": "any"}))).await, Ok(()));
}

#[tokio::test]
async fn tries_all_keys_of_one_name() {
    let token = token(&json!({"alg": "EdDSA", "kid": "a"}));
    let (good, other) = (ed_jwk(&KEYS.ed, "a"), ed_jwk(&KEYS.other, "a"));
    let of_other_type = rsa_jwk("a");
    for keys in [
        vec![good.clone(), other.clone()],
        vec![other.clone(), good.clone()],
        vec![of_other_type.clone(), other.clone(), good],
    ] {
        assert_eq!(verify(set(&keys), &token).await, Ok(()));
    }
    let reason = verify(set(&[other, of_other_type, ed_jwk(&KEYS.ed, "b")]), &token).await.unwrap_err();
    assert_eq!(reason, "no key of its issuer verifies its signature");
}

#[tokio::test]
async fn accepts_a_set_that_grows_to_100_keys() {
    let key = |number: usize| ed_jwk(&Ed25519KeyPair::generate().unwrap(), &format!("k{number}"));
    let mut keys: Vec<Value> = (0..99).map(key).collect();
    let issuer = Issuer::new(Answer::good(json!({"keys": keys[..1]}).to_string()));
    let remote = key_sets::keys(&issuer).pause(Duration::ZERO);
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, remote.clone());
    let token = token(&json!({"alg": "EdDSA", "kid": "ed"}));
    assert!(verifier.verify(Token::new(&token)).await.is_err());
    keys.push(ed_jwk(&KEYS.ed, "ed"));
    issuer.answers(Answer::good(json!({"keys": keys}).to_string()));
    assert!(verifier.verify(Token::new(&token)).await.is_ok());
    let current = remote.current().unwrap();
    assert!((0..99).all(|number| current.has(Some(&format!("k{number}")))) && current.has(Some("ed")));
    assert_eq!(issuer.asked(), 2);
}

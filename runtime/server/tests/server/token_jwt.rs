//! JWTs: valid ones, and every reason to reject one. The file is long, because every reason to reject a JWT is in it.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA512};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    Claims, Token, TokenErrorKind, TokenVerifier as _,
    token::{Algorithm, KeySet},
};
use serde_json::{Value, json};

use crate::{
    server::RESOURCE,
    tokens::{
        ISSUER, KEYS, SECRET, all, claims, ecdsa, ed_jwk, good, message, now, raw, rsa, rsa_jwk, set, sign, verifier,
        with,
    },
};

async fn verify(verifier: &JwtVerifier<Arc<KeySet>>, token: &str) -> Result<Arc<Claims>, String> {
    verifier.verify(Token::new(token)).await.map_err(|error| {
        assert_eq!(error.kind(), TokenErrorKind::Invalid);
        error.reason().to_owned()
    })
}

#[track_caller]
fn refused(answer: Result<Arc<Claims>, String>, why: &str, what: &str) {
    let reason = answer.err().unwrap_or_else(|| panic!("accepted: {what}"));
    assert!(reason.contains(why), "{what}: {reason}");
}

#[tokio::test]
async fn returns_claims_of_valid_tokens() {
    let claims = verify(&verifier(), &good(&claims())).await.unwrap();
    assert_eq!((claims.issuer(), claims.subject_or_client()), (ISSUER, Some("ada")));
    assert!(claims.grant(&crate::server::TOOLS).holds("files:write"));
    assert_eq!(claims.claim("sub"), Some(&json!("ada")));
}

#[tokio::test]
async fn accepts_asymmetric_algorithms_by_default() {
    let message = |alg: &str, kid: &str| message(&json!({"alg": alg, "kid": kid}).to_string(), &claims().to_string());
    let m = message("ES256", "p256");
    assert!(verify(&verifier(), &sign(&m, ecdsa(&KEYS.p256, &m))).await.is_ok());
    let m = message("ES384", "p384");
    assert!(verify(&verifier(), &sign(&m, ecdsa(&KEYS.p384, &m))).await.is_ok());
    let m = message("RS256", "rsa");
    assert!(verify(&verifier(), &sign(&m, rsa(&RSA_PKCS1_SHA256, &m))).await.is_ok());
    let m = message("PS512", "rsa");
    assert!(verify(&verifier(), &sign(&m, rsa(&RSA_PSS_SHA512, &m))).await.is_ok());
}

#[tokio::test]
async fn rejects_algorithms_that_are_not_allowed() {
    let only = verifier().algorithms([Algorithm::Rs256]);
    refused(verify(&only, &good(&claims())).await, "algorithm is not allowed", "EdDSA");
}

#[tokio::test]
async fn rejects_tokens_without_a_signature() {
    for alg in ["none", "None", "NONE", "nOnE", "", " none"] {
        let header = json!({"alg": alg, "kid": "ed"}).to_string();
        let message = message(&header, &claims().to_string());
        for token in [format!("{message}."), raw(&header, &claims().to_string())] {
            refused(verify(&verifier(), &token).await, "algorithm is not supported", alg);
        }
    }
    let message = message(r#"{"alg":"EdDSA","kid":"ed"}"#, &claims().to_string());
    refused(verify(&verifier(), &format!("{message}.")).await, "no key", "empty");
}

#[tokio::test]
async fn rejects_hmac_signatures_made_with_public_keys() {
    // The confusion of RS256 with HS256: the public key is known to attackers.
    use aws_lc_rs::hmac;
    let known = [
        KEYS.ed.public_key().as_ref().to_vec(),
        KEYS.rsa.public_key().as_ref().to_vec(),
        rsa_jwk("rsa").to_string().into_bytes(),
    ];
    for kid in ["ed", "rsa", "p256"] {
        for secret in &known {
            let message = message(&json!({"alg": "HS256", "kid": kid}).to_string(), &claims().to_string());
            let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            let token = sign(&message, signature);
            refused(verify(&verifier(), &token).await, "algorithm is not allowed", kid);
            // Even if a server allows HS256 by mistake, no key of the set is a secret.
            let all = verifier().algorithms(Algorithm::ASYMMETRIC.into_iter().chain([Algorithm::Hs256]));
            refused(verify(&all, &token).await, "no key", kid);
        }
    }
}

#[tokio::test]
async fn accepts_shared_secrets_only_if_configured() {
    use aws_lc_rs::hmac;
    let keys = Arc::new(KeySet::danger_shared_secret(&SECRET).unwrap());
    let message = message(r#"{"alg":"HS256"}"#, &claims().to_string());
    let token = sign(&message, hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &SECRET), message.as_bytes()));
    let plain = JwtVerifier::new(ISSUER, RESOURCE, keys);
    refused(verify(&plain, &token).await, "algorithm is not allowed", "by default");
    assert!(verify(&plain.algorithms([Algorithm::Hs256]), &token).await.is_ok());
    assert!(KeySet::danger_shared_secret(&SECRET[1..]).is_err());
}

#[tokio::test]
async fn ignores_keys_embedded_in_tokens() {
    let mallory = ed_jwk(&KEYS.other, "ed");
    for header in [
        json!({"alg": "EdDSA", "kid": "ed", "jwk": mallory}),
        json!({"alg": "EdDSA", "jwk": mallory}),
        json!({"alg": "EdDSA", "kid": "ed", "jku": "https://evil.example.com/jwks"}),
        json!({"alg": "EdDSA", "kid": "ed", "x5u": "https://evil.example.com/x5u", "x5c": ["AAAA"]}),
        json!({"alg": "EdDSA", "kid": "../../../dev/null"}),
        json!({"alg": "EdDSA", "kid": "other' OR '1'='1"}),
    ] {
        let message = message(&header.to_string(), &claims().to_string());
        let token = sign(&message, KEYS.other.sign(message.as_bytes()));
        refused(verify(&verifier(), &token).await, "no key", &header.to_string());
    }
}

#[tokio::test]
async fn verifies_only_with_the_key_named_by_kid() {
    for (alg, kid) in [("EdDSA", "rsa"), ("EdDSA", "unknown"), ("ES256", "ed"), ("RS256", "ed"), ("ES384", "p256")] {
        let token = raw(&json!({"alg": alg, "kid": kid}).to_string(), &claims().to_string());
        refused(verify(&verifier(), &token).await, "no key", kid);
    }
    // Without `kid` a token is verified only if one key of its issuer fits its algorithm.
    let nameless = raw(r#"{"alg":"EdDSA"}"#, &claims().to_string());
    let two = JwtVerifier::new(ISSUER, RESOURCE, set(&[ed_jwk(&KEYS.ed, "ed"), ed_jwk(&KEYS.other, "other")]));
    refused(
        verify(&two, &nameless).await,
        "names no key by `kid`, and several keys of its issuer fit its algorithm",
        "two keys",
    );
    let unknown = raw(r#"{"alg":"EdDSA","kid":"unknown"}"#, &claims().to_string());
    refused(verify(&verifier(), &unknown).await, "no key with its `kid`", "unknown");
    let single = JwtVerifier::new(ISSUER, RESOURCE, set(&[ed_jwk(&KEYS.ed, "ed")]));
    assert!(verify(&single, &nameless).await.is_ok());
}

#[tokio::test]
async fn rejects_keys_of_another_use_or_algorithm() {
    let of = |name: &str, value: Value| {
        let mut key = ed_jwk(&KEYS.ed, "ed");
        key[name] = value;
        KeySet::from_json(&json!({"keys": [key, rsa_jwk("rsa")]}).to_string()).map(Arc::new).unwrap()
    };
    let token = good(&claims());
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!(7)),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("alg", json!("ES256")),
        ("alg", json!("none")),
        ("kid", json!(7)),
        ("kty", json!("oct")),
        ("crv", json!("Ed448")),
        ("x", json!("")),
    ] {
        let verifier = JwtVerifier::new(ISSUER, RESOURCE, of(name, value.clone()));
        refused(verify(&verifier, &token).await, "no key", &format!("{name}: {value}"));
    }
    for (name, value) in [("use", json!("sig")), ("key_ops", json!(["verify"])), ("alg", json!("EdDSA"))] {
        assert!(verify(&JwtVerifier::new(ISSUER, RESOURCE, of(name, value)), &token).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn rejects_modified_tokens() {
    let token = good(&claims());
    let (message_part, signature) = token.rsplit_once('.').unwrap();
    let (header, body) = message_part.split_once('.').unwrap();
    let other = BASE64.encode(with("sub", json!("bob")).to_string());
    for changed in [
        format!("{header}.{other}.{signature}"),
        format!("{}.{body}.{signature}", BASE64.encode(r#"{"alg":"EdDSA","kid":"ed","x":1}"#)),
        format!("{header}.{body}.{}", BASE64.encode([0; 64])),
        format!("{header}.{body}.{}", &signature[4..]),
        format!("{header}.{body}.{signature}AA"),
    ] {
        assert!(verify(&verifier(), &changed).await.is_err(), "{changed}");
    }
}

#[tokio::test]
async fn rejects_malformed_jwts() {
    let token = good(&claims());
    let parts: Vec<_> = token.split('.').collect();
    for text in [
        "a".to_owned(),
        "a.b".to_owned(),
        "..".to_owned(),
        format!("{token}.{token}"),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[1], parts[2]),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}=", parts[0], parts[1], parts[2]),
        format!("{}.{}", raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &with("x", json!("y".repeat(20_000))).to_string()), ""),
        good(&with("x", json!("y".repeat(20_000)))),
    ] {
        assert!(verify(&verifier(), &text).await.is_err(), "{text:.80}");
    }
}

#[tokio::test]
async fn rejects_duplicate_members_in_header_and_claims() {
    let text = claims().to_string();
    let twice = format!(r#"{},"sub":"bob"}}"#, text.strip_suffix('}').unwrap());
    for (header, body) in [
        (r#"{"alg":"EdDSA","alg":"EdDSA","kid":"ed"}"#, text.as_str()),
        (r#"{"alg":"EdDSA","kid":"ed","\u0061lg":"none"}"#, &text),
        (r#"{"alg":"EdDSA","kid":"ed"}"#, &twice),
        (r#"{"alg":"EdDSA","kid":"ed"}"#, "[]"),
        (r#"{"alg":"EdDSA","kid":"ed"}"#, "{} {}"),
        (r#"["EdDSA"]"#, &text),
    ] {
        refused(verify(&verifier(), &raw(header, body)).await, "no JSON object", header);
    }
}

#[tokio::test]
async fn rejects_critical_extensions_and_malformed_headers() {
    for (header, why) in [
        (json!({"alg": "EdDSA", "kid": "ed", "crit": ["b64"], "b64": false}), "extension"),
        (json!({"alg": "EdDSA", "kid": "ed", "crit": []}), "extension"),
        (json!({"alg": "EdDSA", "kid": 7}), "`kid` is not a string"),
        // RFC 7515 §4.1 has no members that are null: a claim may be, and counts as missing.
        (json!({"alg": "EdDSA", "kid": null}), "`kid` is not a string"),
        (json!({"alg": "EdDSA", "kid": "ed", "typ": null}), "`typ` in its header is not a string"),
        (json!({"alg": ["EdDSA"], "kid": "ed"}), "algorithm"),
        (json!({"kid": "ed"}), "algorithm"),
    ] {
        let token = raw(&header.to_string(), &claims().to_string());
        refused(verify(&verifier(), &token).await, why, &header.to_string());
    }
}

#[tokio::test]
async fn rejects_tokens_of_other_types() {
    let typed = |typ: Value| raw(&json!({"alg": "EdDSA", "kid": "ed", "typ": typ}).to_string(), &claims().to_string());
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(verify(&verifier().require_access_token_type(), &typed(json!(typ))).await.is_ok(), "{typ}");
    }
    assert!(verify(&verifier(), &typed(json!("JWT"))).await.is_ok());
    for typ in [json!("JWT"), Value::Null] {
        let strict = verifier().require_access_token_type();
        assert!(verify(&strict, &typed(typ.clone())).await.is_err(), "{typ}");
    }
    refused(
        verify(&verifier().require_access_token_type(), &good(&claims())).await,
        "does not say that it is an access token",
        "none",
    );
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt", "oauth-authz-req+jwt", ""] {
        refused(verify(&verifier(), &typed(json!(typ))).await, "not that of an access token", typ);
    }
}

#[tokio::test]
async fn rejects_claims_of_another_kind_of_token() {
    for (name, value, accepted) in [
        ("token_use", json!("access"), true),
        ("token_use", json!("id"), false),
        ("token_use", json!("refresh"), false),
        ("typ", json!("Bearer"), true),
        ("typ", json!("ID"), false),
        ("typ", json!("Refresh"), false),
        ("typ", json!(7), false),
        ("token_type", json!("Bearer"), true),
        ("token_type", json!("refresh"), false),
    ] {
        let answer = verify(&verifier(), &good(&with(name, value.clone()))).await;
        if accepted {
            assert!(answer.is_ok(), "{name}: {value}");
        } else {
            refused(answer, &format!("`{name}`"), &value.to_string());
        }
    }
}

#[tokio::test]
async fn rejects_tokens_that_are_bound_to_a_key() {
    for cnf in [json!({"jkt": "0ZcOCORZ"}), json!({"x5t#S256": "bwcK0esc"}), json!({"jwk": {}}), json!({}), json!(7)] {
        refused(verify(&verifier(), &good(&with("cnf", cnf))).await, "`cnf`", "bound");
    }
    let text = claims().to_string();
    let null = format!(r#"{},"cnf":null}}"#, text.strip_suffix('}').unwrap());
    assert!(verify(&verifier(), &raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &null)).await.is_ok());
}

#[tokio::test]
async fn rejects_other_issuers() {
    for issuer in [
        json!("https://auth.example.com/"),
        json!("https://AUTH.example.com"),
        json!("https://evil.example.com"),
        json!([ISSUER]),
        json!(""),
        Value::Null,
    ] {
        refused(verify(&verifier(), &good(&with("iss", issuer.clone()))).await, "`iss` ", &issuer.to_string());
    }
}

#[tokio::test]
async fn rejects_other_audiences() {
    for audience in [
        json!("https://files.example.com"),
        json!("https://files.example.com/mcp/"),
        json!(["https://files.example.com/mcp?x"]),
        json!([]),
        json!([RESOURCE, 7]),
        json!({"a": RESOURCE}),
        Value::Null,
    ] {
        assert!(verify(&verifier(), &good(&with("aud", audience.clone()))).await.is_err(), "{audience}");
    }
    assert!(verify(&verifier(), &good(&with("aud", json!(["https://other.example.com", RESOURCE])))).await.is_ok());
}

#[tokio::test]
async fn checks_time_claims_with_leeway() {
    let leeway = verifier().leeway(Duration::from_secs(10));
    for (name, value, good_token) in [
        ("exp", json!(now() - 5), true),
        ("exp", json!(now() - 15), false),
        ("exp", json!(0), false),
        ("exp", json!(-1), false),
        ("exp", json!("9999999999"), false),
        ("exp", json!(1e300), false),
        ("exp", json!(1.5e9 + 0.5), false),
        ("exp", serde_json::from_str(&format!("{}.5", now() + 60)).unwrap(), true),
        ("exp", Value::Null, false),
        ("nbf", json!(now() + 5), true),
        ("nbf", json!(now() + 20), false),
        ("nbf", json!("0"), false),
        ("iat", json!(now() + 20), false),
        ("iat", json!(now() - 100_000), true),
    ] {
        let answer = verify(&leeway, &good(&with(name, value.clone()))).await;
        assert_eq!(answer.is_ok(), good_token, "{name}: {value}");
    }
}

#[tokio::test]
async fn accepts_scopes_as_string_or_list_if_they_agree() {
    let token = |scope: Value, scp: Value| {
        let mut claims = with("scope", scope);
        if !scp.is_null() {
            claims["scp"] = scp;
        }
        good(&claims)
    };
    for (scope, scp, read, write) in [
        (json!("files:read"), Value::Null, true, false),
        (Value::Null, json!("files:read"), true, false),
        (Value::Null, json!(["files:read", "files:write"]), true, true),
        // An element is one scope, even with a space.
        (Value::Null, json!(["files:read files:write"]), false, false),
        (json!("files:write files:read"), json!(["files:read", "files:write"]), true, true),
        (json!(""), Value::Null, false, false),
        (Value::Null, Value::Null, false, false),
    ] {
        let claims = verify(&verifier(), &token(scope.clone(), scp.clone())).await.unwrap();
        let grant = claims.grant(&crate::server::TOOLS);
        assert_eq!((grant.holds("files:read"), grant.holds("files:write")), (read, write), "{scope} {scp}");
    }
    for (scope, scp) in
        [(json!("files:read"), json!(["files:write"])), (json!("files:read"), json!([])), (json!("a"), json!("a b"))]
    {
        refused(verify(&verifier(), &token(scope.clone(), scp.clone())).await, "different", &format!("{scope} {scp}"));
    }
    for (scope, scp) in [
        (json!(["files:read"]), Value::Null),
        (json!(7), Value::Null),
        (Value::Null, json!({"files:read": true})),
        (Value::Null, json!([["files:read"]])),
    ] {
        assert!(verify(&verifier(), &token(scope.clone(), scp.clone())).await.is_err(), "{scope} {scp}");
    }
}

#[tokio::test]
async fn rejects_missing_required_claims() {
    let strict = verifier().require_claim("tenant");
    for (value, good_token) in [(json!("a"), true), (json!(0), true), (Value::Null, false)] {
        assert_eq!(verify(&strict, &good(&with("tenant", value))).await.is_ok(), good_token);
    }
    let text = claims().to_string();
    let null = format!(r#"{},"tenant":null}}"#, text.strip_suffix('}').unwrap());
    refused(verify(&strict, &raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &null)).await, "missing", "null");
}

#[tokio::test]
async fn uses_the_client_id_for_a_missing_subject() {
    let mut claims = with("sub", Value::Null);
    claims["client_id"] = json!("robot");
    assert_eq!(verify(&verifier(), &good(&claims)).await.unwrap().subject_or_client(), Some("robot"));
    for (name, value) in [("sub", json!(7)), ("client_id", json!(["robot"]))] {
        refused(verify(&verifier(), &good(&with(name, value))).await, &format!("`{name}` is not a string"), name);
    }
}

#[test]
fn rejects_malformed_and_oversized_key_sets() {
    let key = ed_jwk(&KEYS.ed, "ed").to_string();
    for text in [
        String::new(),
        "{}".to_owned(),
        r#"{"keys":{}}"#.to_owned(),
        r#"{"keys":[]}"#.to_owned(),
        r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.to_owned(),
        format!(r#"{{"keys":[{key}],"keys":[{key}]}}"#),
        format!(r#"{{"keys":[{}]}}"#, vec![key.as_str(); 101].join(",")),
        format!(r#"{{"keys":[{key}],"x":"{}"}}"#, "y".repeat(512 << 10)),
    ] {
        assert!(KeySet::from_json(&text).is_err(), "{text:.80}");
    }
    assert!(KeySet::from_file("no/such/file.json").is_err());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys.json");
    std::fs::write(&file, format!(r#"{{"keys":[{key}]}}"#)).unwrap();
    assert!(KeySet::from_file(&file).unwrap().has(Some("ed")));
    assert!(KeySet::from_json(&format!(r#"{{"keys":[{key},{{"kty":"new"}}, 7]}}"#)).unwrap().has(Some("ed")));
}

#[test]
fn rejects_keys_of_invalid_length() {
    // Only the lengths of a modulus and of a point are checked here.
    let coordinate = |length| BASE64.encode(vec![0x55; length]);
    let modulus = |zeros, first: u8, rest| BASE64.encode([vec![0; zeros], vec![first], vec![0x55; rest]].concat());
    let ed = |x: usize| json!({"kty": "OKP", "crv": "Ed25519", "x": coordinate(x)});
    let ec = |crv, x, y| json!({"kty": "EC", "crv": crv, "x": coordinate(x), "y": coordinate(y)});
    let rsa = |n: String| json!({"kty": "RSA", "n": n, "e": "AQAB"});
    for (key, is_read) in [
        (ed(32), true),
        (ed(31), false),
        (ed(33), false),
        (ed(0), false),
        (ec("P-256", 32, 32), true),
        (ec("P-256", 31, 33), false),
        (ec("P-256", 48, 48), false),
        (ec("P-384", 48, 48), true),
        (ec("P-384", 48, 47), false),
        (rsa(modulus(0, 0x80, 255)), true),
        (rsa(modulus(1, 0x80, 255)), true),
        (rsa(modulus(0, 0x80, 511)), true),
        (rsa(modulus(0, 0x7f, 255)), false),
        (rsa(modulus(128, 0x80, 127)), false),
        (rsa(modulus(0, 0x80, 127)), false),
        (rsa(String::new()), false),
        (rsa("=".to_owned()), false),
    ] {
        assert_eq!(KeySet::from_json(&json!({"keys": [key]}).to_string()).is_ok(), is_read, "{key}");
    }
}

#[tokio::test]
async fn claims_count_until_their_key_is_removed() {
    let claims = verify(&verifier(), &good(&claims())).await.unwrap();
    assert!(verifier().is_still_valid(&claims));
    // Another key with the same id.
    let rotated = JwtVerifier::new(ISSUER, RESOURCE, set(&[ed_jwk(&KEYS.other, "ed")]));
    assert!(!rotated.is_still_valid(&claims));
}

#[tokio::test]
async fn errors_and_debug_output_show_no_tokens_and_keys() {
    let token = good(&with("exp", json!(1)));
    let error = verifier().verify(Token::new(&token)).await.unwrap_err();
    let text = format!("{error} {error:?} {:?} {:?}", verifier(), all());
    // All claims are personal data.
    let good = verify(&verifier(), &good(&claims())).await.unwrap();
    assert_eq!(format!("{good:?}"), "Claims { .. }");
    for secret in token.split('.').chain(["ada", "files:read", &BASE64.encode(KEYS.ed.public_key())]) {
        assert!(!text.contains(secret), "{text}");
    }
}

//! Access tokens that are JWTs: arbitrary headers and claims with a valid signature, and arbitrary text as a token, as a key set or as a
//! DPoP proof. An accepted token satisfies a plain restatement of the rules, and no proof without a valid signature is accepted.
//!
//! The first byte of an input selects the kind: `s` a signed token, whose header is the first line and whose claims are the rest; `t` the
//! same for a verifier that requires `typ: at+jwt`; `r` a whole token; `k` a key set; `d` a proof, whose header is the first line and
//! whose claims are the rest; `p` a whole proof.
#![no_main]

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use mcp_scopes_fuzz::{
    json::Node,
    server::{ISSUER, RESOURCE, TOOLS},
    transport::{Chunks, finish, send},
};
use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    Claims, ResourceServer, Token, TokenErrorKind, TokenVerifier as _,
    token::{Algorithm, Clock, Dpop, KeySet},
    verifier_fn,
};
use serde_json::Value;
use sha2::Sha256;

const SECRET: [u8; 32] = [9; 32];
const LEEWAY: f64 = 30.0;

/// Starts at a fixed time in 2027, so that inputs can contain times.
static CLOCK: LazyLock<Clock> = LazyLock::new(|| Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_800_000_000)));

static VERIFIER: LazyLock<JwtVerifier<Arc<KeySet>>> = LazyLock::new(|| {
    let keys = KeySet::danger_shared_secret(&SECRET).expect("a secret");
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, Arc::new(keys)).clock(CLOCK.clone());
    let verifier = verifier.algorithms([Algorithm::Hs256, Algorithm::Rs256]);
    let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{RESOURCE}","exp":1900000000}}"#);
    let token = signed(br#"{"alg":"HS256"}"#, claims.as_bytes());
    assert!(finish(verifier.verify(Token::new(&token))).is_ok(), "a valid token is accepted");
    verifier
});
static TYPED: LazyLock<JwtVerifier<Arc<KeySet>>> = LazyLock::new(|| VERIFIER.clone().require_access_token_type());

/// Accepts one token, which is bound to the key of RFC 7638 §3.1.
static BOUND: LazyLock<ResourceServer> = LazyLock::new(|| {
    let verifier = verifier_fn(|_| async {
        let bound = serde_json::json!({"cnf": {"jkt": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}});
        let claims = Claims::builder(ISSUER).subject("ada").audience([RESOURCE]).scope("files:read");
        Ok(claims.raw(bound.as_object().cloned().unwrap_or_default()).build())
    });
    finish(ResourceServer::builder(&TOOLS).verifier(verifier).dpop(Dpop::new()).build())
        .expect("the settings are valid")
});

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    match kind {
        b's' | b't' => {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (header, claims) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
            verify(&signed(header, claims), *kind == b't');
        }
        b'r' => {
            if let Ok(text) = str::from_utf8(rest) {
                verify(text, false);
            }
        }
        b'd' => {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (header, claims) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
            prove(&format!("{}.{}.{}", BASE64.encode(header), BASE64.encode(claims), BASE64.encode([0; 64])));
        }
        b'p' => {
            if let Ok(text) = str::from_utf8(rest) {
                prove(text);
            }
        }
        b'k' => {
            if let Ok(text) = str::from_utf8(rest) {
                key_set(text);
            }
        }
        _ => {}
    }
});

/// Sends a bound token with a proof, whose signature is of no key.
fn prove(proof: &str) {
    let Ok(proof) = HeaderValue::from_str(proof) else { return };
    let request = Request::post("/mcp").header("authorization", "DPoP bound").header("dpop", proof);
    let request = request.body(Chunks::default()).expect("a request");
    let exchange = send(&BOUND, request, HeaderMap::new(), Chunks::default());
    assert!(exchange.reached.is_none(), "the proof is accepted");
    assert_eq!(exchange.status, 401);
    let challenges: Vec<_> = exchange.headers.get_all("www-authenticate").iter().collect();
    let shown = |at: usize| challenges.get(at).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A proof of another key is a valid one, and the token is not bound to its key.
    let is_refused = ["invalid_dpop_proof", "invalid_token"].iter().any(|error| shown(1).contains(error));
    assert!(challenges.len() == 2 && shown(0).starts_with("Bearer ") && is_refused);
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signature = signature(&message);
    format!("{message}.{}", BASE64.encode(signature))
}

fn signature(message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).expect("any length is a key");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn verify(text: &str, typed: bool) {
    let before = CLOCK.now();
    let verifier = if typed { &*TYPED } else { &*VERIFIER };
    match finish(verifier.verify(Token::new(text))) {
        Ok(claims) => check(text, &claims, typed, before),
        Err(error) => {
            assert_eq!(error.kind(), TokenErrorKind::Invalid);
            let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(!error.reason().is_empty() && error.reason().bytes().all(is_allowed), "{error}");
        }
    }
}

/// Asserts the rules of RFC 7519, RFC 8725 and RFC 9068 for an accepted token.
fn check(text: &str, claims: &Claims, typed: bool, before: SystemTime) {
    let parts: Vec<&str> = text.split('.').collect();
    let &[header, body, stated] = parts.as_slice() else { panic!("a signed JWT has three parts") };
    let read = |part: &str| BASE64.decode(part).expect("it is base64");
    assert_eq!(read(stated), signature(&format!("{header}.{body}")), "the signature is that of the secret");

    let [header, body] = [header, body].map(|part| {
        let text = read(part);
        let tree = Node::parse(&text).expect("it is JSON");
        tree.assert_unambiguous();
        assert!(matches!(tree, Node::Object(_)));
        assert_eq!(serde_json::from_slice::<Value>(&text).ok(), Some(tree.plain()));
        tree
    });
    assert_eq!(header.get("alg").and_then(Node::text), Some("HS256"));
    assert!(header.get("crit").is_none());
    let kind = header.get("typ").map(|kind| kind.text().expect("a type is a text").to_ascii_lowercase());
    let is_access_token = matches!(kind.as_deref(), Some("at+jwt" | "application/at+jwt"));
    assert!(is_access_token || (!typed && matches!(kind.as_deref(), None | Some("jwt"))), "{kind:?}");

    assert_eq!((body.get("iss").and_then(Node::text), claims.issuer()), (Some(ISSUER), ISSUER));
    let audience = body.get("aud").expect("it has an audience");
    let audience: Vec<_> =
        audience.text().into_iter().chain(audience.elements().iter().filter_map(Node::text)).collect();
    assert!(audience.contains(&RESOURCE), "{audience:?}");
    // A token that is bound to a key (RFC 7800) needs a proof that is not verified.
    assert!(body.get("cnf").is_none_or(|key| matches!(key, Node::Other(Value::Null))), "the token is bound to a key");
    let time = |name: &str| {
        body.get(name).map(|time| match time {
            Node::Other(Value::Number(time)) => time.as_f64().expect("a time is a number"),
            other => panic!("{name} is {other:?}"),
        })
    };
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    // The clock advances during verification.
    assert!(time("exp").expect("it ends") + LEEWAY > seconds(before), "it has ended");
    for begin in ["nbf", "iat"].into_iter().filter_map(time) {
        assert!(begin <= seconds(CLOCK.now()) + LEEWAY, "it has not begun");
    }

    let scopes = |name: &str| match body.get(name) {
        None => None,
        Some(Node::String(text)) => Some(text.split(' ').filter(|scope| !scope.is_empty()).collect()),
        Some(list) => Some(list.elements().iter().map(|scope| scope.text().expect("a scope is a text")).collect()),
    };
    let stated: [Option<std::collections::BTreeSet<&str>>; 2] = ["scope", "scp"].map(scopes);
    if let [Some(scope), Some(scp)] = &stated {
        assert_eq!(scope, scp, "both grant the same");
    }
    let held = stated.into_iter().flatten().next().unwrap_or_default();
    let grant = claims.grant(&TOOLS);
    for tool in ["list_files", "write_file", "run", "status"] {
        let is_open = match tool {
            "list_files" => held.contains("files:read") || held.contains("files:write"),
            "write_file" => held.contains("files:write"),
            "run" => held.contains("admin") || (held.contains("files:write") && held.contains("shell")),
            _ => true,
        };
        assert_eq!(grant.authorize(tool).is_ok(), is_open, "{tool} with {held:?}");
    }
}

/// Asserts that an accepted key set has a public key, and that it accepts no token that none of its keys has signed.
fn key_set(text: &str) {
    let Ok(keys) = KeySet::from_json(text) else { return };
    let tree = Node::parse(text.as_bytes()).expect("it is JSON");
    tree.assert_unambiguous();
    let kinds: Vec<_> = tree.get("keys").expect("it has keys").elements().iter().collect();
    let is_public = |key: &&Node| matches!(key.get("kty").and_then(Node::text), Some("RSA" | "EC" | "OKP"));
    assert!(kinds.iter().any(is_public) && kinds.len() <= 100);
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, Arc::new(keys)).clock(CLOCK.clone());
    let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{RESOURCE}","exp":1900000000}}"#);
    for algorithm in ["HS256", "RS256", "ES256", "EdDSA"] {
        let token = signed(format!(r#"{{"alg":"{algorithm}"}}"#).as_bytes(), claims.as_bytes());
        assert!(finish(verifier.verify(Token::new(&token))).is_err(), "{algorithm}");
    }
}

//! Malformed tokens, and tokens for other purposes. The file is long because all attacks on tokens are in one table.

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
    Elsewhere::{MissingClaimPasses, PrefixOfAScope},
    Out, Row, call, row,
};
use crate::{
    server::{RESOURCE, Server},
    tokens::{
        ISSUER, KEYS, claims, ecdsa, ed_jwk, good, message, now, raw, rsa, rsa_jwk, set, sign, signed_twice, verifier,
        with,
    },
};

fn jwt() -> Server {
    Server::with(|builder| builder.verifier(TokenCache::new(verifier())))
}

/// Returns a server that requires the type of an access token.
fn strict() -> Server {
    Server::with(|builder| builder.verifier(verifier().require_access_token_type()))
}

/// Returns a server whose issuer has several keys for one algorithm.
fn several_keys() -> Server {
    let keys = set(&[ed_jwk(&KEYS.ed, "ed"), ed_jwk(&KEYS.other, "other")]);
    Server::with(|builder| builder.verifier(JwtVerifier::new(ISSUER, RESOURCE, keys)))
}

/// Expects 401 with a reason in the challenge.
fn invalid(name: &str, token: &str, why: &'static str) -> Row {
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Refused(401, 401, why))
}

/// Expects 400: the text does not have the syntax of a token in a header (RFC 6750 §2.1).
fn no_token(name: &str, token: &str) -> Row {
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Refused(400, 400, "error=\"invalid_request\""))
}

/// Expects 403: the token is valid and does not open the tool.
fn insufficient(name: &str, claims: &Value) -> Row {
    let step = "scope=\"files:read\", error=\"insufficient_scope\"";
    row(format!("jwt: {name}"), jwt, call().token(&good(claims)), Out::Refused(403, 403, step))
}

fn passes(name: &str, token: &str) -> Row {
    let by_ada = |answer: &crate::server::Answer| answer.passed().subject.as_deref() == Some("ada");
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Passed(by_ada))
}

/// Returns valid claims under that header, signed with the right key.
fn headed(header: &Value) -> String {
    raw(&header.to_string(), &claims().to_string())
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

const ED: &str = r#"{"alg":"EdDSA","kid":"ed"}"#;

/// Returns a valid token whose claims are this text.
fn text(claims: &str) -> String {
    raw(ED, claims)
}

/// Returns a valid token whose claims contain this text as one more member.
fn more(member: &str) -> String {
    text(&format!("{},{member}}}", claims().to_string().strip_suffix('}').unwrap()))
}

/// Returns a valid token with this text as `exp`.
fn ending(exp: &str) -> String {
    let claims = with("exp", Value::Null).to_string();
    text(&format!(r#"{},"exp":{exp}}}"#, claims.strip_suffix('}').unwrap()))
}

static GOOD: LazyLock<String> = LazyLock::new(|| good(&claims()));

fn part(number: usize) -> &'static str {
    GOOD.split('.').nth(number).unwrap()
}

pub(super) fn rows() -> Vec<Row> {
    [algorithms(), keys(), headers(), shapes(), signatures(), issuers(), audiences(), times(), scopes()]
        .into_iter()
        .flatten()
        .collect()
}

fn algorithms() -> Vec<Row> {
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

fn keys() -> Vec<Row> {
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

fn headers() -> Vec<Row> {
    let with = |name: &str, value: Value| {
        let mut header = json!({"alg": "EdDSA", "kid": "ed"});
        header[name] = value;
        header
    };
    let claims = claims().to_string();
    let unencoded = {
        let message = format!("{}.{}", BASE64.encode(with("b64", json!(false)).to_string()), "unencoded");
        sign(&message, KEYS.ed.sign(message.as_bytes()))
    };
    let is_strict = |name: &str, header: &Value, why| {
        row(format!("jwt: {name}"), strict, call().token(&headed(header)), Out::Refused(401, 401, why))
    };
    vec![
        invalid("crit requires b64", &headed(&with("crit", json!(["b64"]))), "extension"),
        invalid("crit requires exp", &headed(&with("crit", json!(["exp"]))), "extension"),
        invalid("crit empty", &headed(&with("crit", json!([]))), "extension"),
        invalid("b64 false, claims not encoded", &unencoded, "no JSON object"),
        invalid("zip, claims packed", &raw(&with("zip", json!("DEF")).to_string(), "\u{1}packed"), "no JSON object"),
        invalid("cty JWT, a token in a token", &raw(&with("cty", json!("JWT")).to_string(), &GOOD), "no JSON object"),
        invalid("typ of a logout token", &headed(&with("typ", json!("logout+jwt"))), "not that of an access token"),
        invalid("typ of a DPoP proof", &headed(&with("typ", json!("dpop+jwt"))), "not that of an access token"),
        invalid("typ of a security event", &headed(&with("typ", json!("secevent+jwt"))), "not that of an access token"),
        invalid(
            "typ of a client's assertion",
            &headed(&with("typ", json!("client-authentication+jwt"))),
            "not that of an access token",
        ),
        invalid("typ a number", &headed(&with("typ", json!(7))), "not a string"),
        invalid("typ with a parameter", &headed(&with("typ", json!("at+jwt; v=2"))), "not that of an access token"),
        is_strict(
            "an ID token where access tokens are required",
            &with("typ", json!("JWT")),
            "does not say that it is an access token",
        ),
        is_strict(
            "no typ where access tokens are required",
            &with("x", json!(1)),
            "does not say that it is an access token",
        ),
        invalid("alg twice", &raw(r#"{"alg":"none","alg":"EdDSA","kid":"ed"}"#, &claims), "occurs twice"),
        invalid(
            "alg twice, once escaped",
            &raw(r#"{"\u0061lg":"none","alg":"EdDSA","kid":"ed"}"#, &claims),
            "occurs twice",
        ),
        invalid("kid twice", &raw(r#"{"alg":"EdDSA","kid":"ed","kid":"rsa"}"#, &claims), "occurs twice"),
        invalid("the header is a list", &raw(r#"["EdDSA","ed"]"#, &claims), "no JSON object"),
        invalid("the header is two objects", &raw(r#"{"alg":"EdDSA","kid":"ed"}{}"#, &claims), "no JSON object"),
        invalid("the header begins with a byte order mark", &raw(&format!("\u{feff}{ED}"), &claims), "no JSON object"),
        invalid("the header is empty", &raw("", &claims), "no JSON object"),
    ]
}

fn shapes() -> Vec<Row> {
    let (header, body, signature) = (part(0), part(1), part(2));
    let token = &*GOOD;
    let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
    vec![
        invalid(
            "encrypted: five parts",
            &format!("{header}.{signature}.{signature}.{body}.{signature}"),
            "not a signed JWT",
        ),
        invalid("four parts", &format!("{token}.{signature}"), "not a signed JWT"),
        invalid("two parts", &format!("{header}.{body}"), "not a signed JWT"),
        invalid("one part", header, "it is opaque, and not a JWT"),
        invalid("a trailing dot", &format!("{token}."), "not a signed JWT"),
        invalid("a leading dot", &format!(".{token}"), "not a signed JWT"),
        invalid("two dots between", &format!("{header}..{body}.{signature}"), "not a signed JWT"),
        invalid("dots alone", "..", "no JSON object"),
        invalid("padding at the end", &format!("{token}=="), "not a signed JWT"),
        no_token("padding in the middle", &format!("{header}=.{body}.{signature}")),
        invalid(
            "other unused bits in the signature",
            &format!("{header}.{body}.{}", tail(signature)),
            "not a signed JWT",
        ),
        invalid("the standard alphabet of base64", &other_alphabet(), "not a signed JWT"),
        no_token("a space in the middle", &format!("{header}.{body} .{signature}")),
        no_token("a second token", &format!("{token} {token}")),
        no_token("a full stop of another alphabet", &format!("{header}\u{3002}{body}\u{3002}{signature}")),
        no_token("a zero-width space", &format!("{header}.\u{200b}{body}.{signature}")),
        no_token("percent-encoded", &token.replace('.', "%2E")),
        no_token("a JWS in JSON", &format!(r#"{{"payload":"{body}","signatures":[]}}"#)),
        no_token("in quotes", &format!("\"{token}\"")),
        no_token("in angle brackets", &format!("<{token}>")),
        invalid("larger than 16 KiB", &good(&with("x", json!("y".repeat(20_000)))), "longer than 16 KiB"),
        invalid("claims are a list", &text("[]"), "no JSON object"),
        invalid("claims are a string", &text("\"ada\""), "no JSON object"),
        invalid("claims are empty", &text(""), "no JSON object"),
        invalid("claims are two objects", &text(&format!("{}{}", claims(), claims())), "no JSON object"),
        invalid("claims begin with a byte order mark", &text(&format!("\u{feff}{}", claims())), "no JSON object"),
        invalid("claims are nested too deeply", &more(&format!(r#""x":{nested}"#)), "no JSON object"),
        invalid("claims contain half a surrogate pair", &more(r#""x":"\ud800""#), "no JSON object"),
        invalid("exp twice", &more(r#""exp":9999999999"#), "occurs twice"),
        invalid("aud twice, once escaped", &more(r#""\u0061ud":"https://evil.example.com""#), "occurs twice"),
        invalid("a member twice, nested", &more(r#""x":[{"y":{"z":1,"z":2}}]"#), "occurs twice"),
    ]
}

/// Changes the unused bits in the last character of a signature.
fn tail(signature: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let at = ALPHABET.find(last).unwrap();
    format!("{rest}{}", &ALPHABET[at + 1..at + 2])
}

/// Returns a valid token, except for `+` and `/` in place of `-` and `_`.
fn other_alphabet() -> String {
    let tokens = (0..).map(|number| good(&with("x", json!(number))));
    let (message, signature) = tokens
        .filter_map(|token| {
            token.rsplit_once('.').map(|(message, signature)| (message.to_owned(), signature.to_owned()))
        })
        .find(|(_, signature)| signature.contains(['-', '_']))
        .unwrap();
    format!("{message}.{}", signature.replace('-', "+").replace('_', "/"))
}

fn signatures() -> Vec<Row> {
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

fn issuers() -> Vec<Row> {
    let of = |issuer: Value| good(&with("iss", issuer));
    vec![
        invalid("iss with a slash", &of(json!("https://auth.example.com/")), "only by a trailing slash"),
        invalid("iss in upper case", &of(json!("https://AUTH.example.com")), "`iss` has another value"),
        invalid("iss in a list", &of(json!(["https://auth.example.com"])), "`iss` is not a string"),
        invalid("iss with plain http", &of(json!("http://auth.example.com")), "`iss` has another value"),
        invalid("iss with a port", &of(json!("https://auth.example.com:443")), "`iss` has another value"),
        invalid(
            "iss with the same prefix",
            &of(json!("https://auth.example.com.evil.example")),
            "`iss` has another value",
        ),
        invalid("iss with a user", &of(json!("https://auth.example.com@evil.example")), "`iss` has another value"),
        invalid(
            "iss with a letter of another alphabet",
            &of(json!("https://\u{430}uth.example.com")),
            "`iss` has another value",
        ),
        invalid("iss with a trailing space", &of(json!("https://auth.example.com ")), "`iss` has another value"),
        invalid("iss empty", &of(json!("")), "`iss` has another value"),
        invalid("iss missing", &of(Value::Null), "`iss` is missing").about(MissingClaimPasses),
        invalid(
            "iss null",
            &text(&claims().to_string().replace(r#""https://auth.example.com""#, "null")),
            "`iss` is missing",
        ),
        invalid("an ID token by its claims", &good(&with("token_use", json!("id"))), "`token_use`"),
        invalid("a refresh token by its claims", &good(&with("typ", json!("Refresh"))), "`typ`"),
        invalid("bound to a DPoP key", &good(&with("cnf", json!({"jkt": "0ZcOCORZ"}))), "proof of possession"),
        invalid("bound to a certificate", &good(&with("cnf", json!({"x5t#S256": "bwcK0esc"}))), "proof of possession"),
        invalid("sub a number", &good(&with("sub", json!(0))), "`sub` is not a string"),
        invalid("client_id a list", &good(&with("client_id", json!(["ada"]))), "`client_id` is not a string"),
    ]
}

fn audiences() -> Vec<Row> {
    let to = |audience: Value| good(&with("aud", audience));
    let elsewhere = "`aud` has another value";
    let wrong = "`aud` is neither a string nor a list of strings";
    vec![
        invalid("aud missing", &to(Value::Null), "`aud` is missing").about(MissingClaimPasses),
        invalid(
            "aud null",
            &text(&claims().to_string().replace(&format!("\"{RESOURCE}\""), "null")),
            "`aud` is missing",
        ),
        invalid("aud of an ID token", &to(json!("client-7")), elsewhere),
        invalid("aud the origin alone", &to(json!("https://files.example.com")), elsewhere),
        invalid("aud a deeper path", &to(json!("https://files.example.com/mcp/admin")), elsewhere),
        invalid("aud with a slash", &to(json!("https://files.example.com/mcp/")), "only by a trailing slash"),
        invalid("aud with a query", &to(json!("https://files.example.com/mcp?a=b")), elsewhere),
        invalid("aud in upper case", &to(json!("https://FILES.example.com/mcp")), elsewhere),
        invalid("aud with plain http", &to(json!("http://files.example.com/mcp")), elsewhere),
        invalid("aud with dots in the path", &to(json!("https://files.example.com/x/../mcp")), elsewhere),
        invalid("aud with two in one string", &to(json!(format!("{RESOURCE} https://other.example.com"))), elsewhere),
        invalid("aud a pattern", &to(json!("https://files.example.com/*")), elsewhere),
        invalid("aud empty", &to(json!("")), elsewhere),
        invalid("aud an empty list", &to(json!([])), elsewhere),
        invalid("aud a list with a number", &to(json!([RESOURCE, 7])), wrong),
        invalid("aud a list in a list", &to(json!([[RESOURCE]])), wrong),
        invalid("aud an object", &to(json!({RESOURCE: true})), wrong),
        invalid("aud true", &to(json!(true)), wrong),
        passes("aud a list that contains this server", &to(json!(["https://other.example.com", RESOURCE]))),
    ]
}

fn times() -> Vec<Row> {
    let at = |name: &str, value: Value| good(&with(name, value));
    vec![
        invalid("exp missing", &at("exp", Value::Null), "`exp` is missing").about(MissingClaimPasses),
        invalid("exp a minute ago", &at("exp", json!(now() - 60)), "it has expired"),
        invalid("exp a minute and a half ago, as a fraction", &ending(&format!("{}.5", now() - 90)), "it has expired"),
        invalid("exp 0", &at("exp", json!(0)), "it has expired"),
        invalid("exp -0", &ending("-0.0"), "it has expired"),
        invalid("exp negative", &at("exp", json!(-1)), "not a valid time"),
        invalid("exp a string", &at("exp", json!("9999999999")), "not a valid time"),
        invalid("exp true", &at("exp", json!(true)), "not a valid time"),
        invalid("exp null", &ending("null"), "`exp` is missing"),
        invalid("exp a list", &at("exp", json!([now() + 60])), "not a valid time"),
        invalid("exp an object", &at("exp", json!({"$numberLong": "9999999999"})), "not a valid time"),
        invalid("exp outside of the calendar", &ending("1e300"), "not a valid time"),
        invalid("exp that is too large", &ending("1e999"), "no JSON object"),
        invalid("exp of 400 digits", &ending(&"9".repeat(400)), "no JSON object"),
        invalid("exp NaN", &ending("NaN"), "no JSON object"),
        invalid("exp Infinity", &ending("Infinity"), "no JSON object"),
        invalid("exp in hexadecimal", &ending("0xffffffff"), "no JSON object"),
        invalid("exp with a leading zero", &ending("09999999999"), "no JSON object"),
        invalid("nbf in an hour", &at("nbf", json!(now() + 3600)), "not valid yet"),
        invalid("nbf a string", &at("nbf", json!("0")), "not a valid time"),
        passes("nbf null, which counts as absent", &more(r#""nbf":null"#)),
        invalid("iat in an hour", &at("iat", json!(now() + 3600)), "not valid yet"),
        invalid("iat false", &at("iat", json!(false)), "not a valid time"),
    ]
}

fn scopes() -> Vec<Row> {
    let scope = |scope: Value| with("scope", scope);
    let scp = |list: Value| {
        let mut claims = with("scope", Value::Null);
        claims["scp"] = list;
        claims
    };
    let both = |scope: &str, scp: Value| {
        let mut claims = with("scope", json!(scope));
        claims["scp"] = scp;
        good(&claims)
    };
    vec![
        insufficient("no scope at all", &scope(Value::Null)).about(MissingClaimPasses),
        insufficient("an empty scope", &scope(json!(""))).about(MissingClaimPasses),
        insufficient("an empty list of scopes", &scp(json!([]))).about(MissingClaimPasses),
        insufficient("a prefix of the scope", &scope(json!("files"))).about(PrefixOfAScope),
        insufficient("scopes with the same prefix", &scope(json!("files:read:all files:readonly")))
            .about(PrefixOfAScope),
        insufficient("a pattern", &scope(json!("files:* *"))).about(PrefixOfAScope),
        insufficient("a scope in upper case", &scope(json!("FILES:READ Files:Write"))),
        insufficient("scopes with a comma between", &scope(json!("files:read,files:write"))),
        insufficient("scopes with a tab between", &scope(json!("openid\tfiles:read"))),
        insufficient("scopes with a line end between", &scope(json!("openid\nfiles:read"))),
        insufficient("scopes with a no-break space between", &scope(json!("openid\u{a0}files:read"))),
        insufficient("a scope with a zero byte", &scope(json!("files:read\0"))),
        insufficient("two scopes as one element", &scp(json!(["files:read files:write"]))),
        insufficient("a scope in quotes", &scope(json!("\"files:read\""))),
        insufficient("the name of the tool as its scope", &scope(json!("list_files"))),
        invalid("scope a list", &good(&scope(json!(["files:read"]))), "`scope` is a list"),
        invalid("scope a number", &good(&scope(json!(7))), "`scope` is not a string"),
        invalid("scope an object", &good(&scope(json!({"files:read": true}))), "`scope` is not a string"),
        invalid("scp an object", &good(&scp(json!({"files:read": true}))), "neither a string nor a list"),
        invalid("scp a list in a list", &good(&scp(json!([["files:read"]]))), "neither a string nor a list"),
        invalid("scope and scp differ", &both("openid", json!(["files:read"])), "different scopes"),
        invalid("scp is empty, scope is not", &both("files:read", json!([])), "different scopes"),
    ]
}

//! Headers and the form of the token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

use super::{
    super::{Out, Row, call, row},
    ED, GOOD, headed, invalid, more, no_token, part, strict, text,
};
use crate::tokens::{KEYS, claims, good, raw, sign, with};

pub(super) fn headers() -> Vec<Row> {
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

pub(super) fn shapes() -> Vec<Row> {
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

//! Issuer, audience, times and scopes.

use serde_json::{Value, json};

use super::{
    super::{
        Elsewhere::{MissingClaimPasses, PrefixOfAScope},
        Row,
    },
    ending, insufficient, invalid, more, passes, text,
};
use crate::{
    server::RESOURCE,
    tokens::{claims, good, now, with},
};

pub(super) fn issuers() -> Vec<Row> {
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

pub(super) fn audiences() -> Vec<Row> {
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

pub(super) fn times() -> Vec<Row> {
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

pub(super) fn scopes() -> Vec<Row> {
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

//! Issuers whose tokens state another issuer than is advertised, and issuers with tenants.

use std::sync::{Arc, Mutex};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    Access, BuildError, Environments, ProblemKind, ResourceServer, ResourceServerBuilder, Token, TokenVerifier as _,
    policy_fn,
    token::{ClientCredentials, Issuer, KeySet, KeySource as _},
};
use serde_json::{Value, json};

use crate::{
    issuer::{self, Answer},
    key_sets::{Key, set},
    server::{Answer as Response, Ask, BuildNow as _, RESOURCE, Server},
};

const ADVERTISED: &str = "https://login.example.com/6babcaad-604b-40ac-a9d7-9fd97c0b779f/v2.0";
const STATED: &str = "https://sts.example.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/";
const TEMPLATE: &str = "https://login.example.com/{tenant}/v2.0";
const SHARED: &str = "https://login.example.com/organizations/v2.0";
const ONE: &str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
const TWO: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const OTHER: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list_files() {}

scope_table! { static BARE = [list_files]; }

fn keys(key: &Key) -> KeySet {
    KeySet::from_json(&set(&[key])).unwrap()
}

/// Returns keys that state the issuer whose tokens they are for.
fn keys_for(key: &Key, issuer: Value) -> KeySet {
    let mut keys: Value = serde_json::from_str(&set(&[key])).unwrap();
    keys["keys"][0]["issuer"] = issuer;
    KeySet::from_json(&keys.to_string()).unwrap()
}

fn of(issuer: Issuer) -> ResourceServerBuilder {
    ResourceServer::builder(&BARE).resource(RESOURCE).issuer(issuer)
}

fn problems(error: &BuildError) -> Vec<(&'static str, ProblemKind)> {
    error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect()
}

async fn list(server: &Server, token: &str) -> Response {
    server.send(Ask::call("list_files").token(token)).await
}

async fn advertised(server: &Server) -> Value {
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    document["authorization_servers"].clone()
}

/// Returns a token with this issuer, and with these claims besides the usual ones.
fn token(key: &Key, issuer: &str, more: &Value) -> String {
    let mut claims = json!({"iss": issuer, "exp": 4_000_000_000_u64});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    key.token_of(&claims)
}

/// Returns the issuer of a tenant.
fn issuer_of(tenant: &str) -> String {
    TEMPLATE.replace("{tenant}", tenant)
}

/// Returns a token of a tenant.
fn of_tenant(key: &Key, tenant: &str) -> String {
    token(key, &issuer_of(tenant), &json!({"tid": tenant}))
}

#[tokio::test]
async fn accepts_the_issuer_that_tokens_state_and_advertises_the_other() {
    let key = Key::new("a");
    let server = Server::around(of(Issuer::keys(ADVERTISED, keys(&key)).token_issuer(STATED)));
    assert_eq!(advertised(&server).await, json!([ADVERTISED]));
    list(&server, &token(&key, STATED, &json!({}))).await.passed();
    for (issuer, reason) in [
        (ADVERTISED, "`iss` has another value"),
        ("https://sts.example.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f", "only by a trailing slash"),
        ("https://sts.example.net/", "`iss` has another value"),
    ] {
        let answer = list(&server, &token(&key, issuer, &json!({}))).await;
        assert!(answer.refused() == (401, 401) && answer.body.contains(reason), "{issuer}: {answer:?}");
    }
}

#[tokio::test]
async fn says_whether_iss_is_missing_or_of_another_type() {
    let key = Key::new("a");
    for issuer in [Issuer::keys(ADVERTISED, keys(&key)), Issuer::keys(TEMPLATE, keys(&key)).tenants([ONE])] {
        let server = Server::around(of(issuer));
        for (value, reason) in [(Value::Null, "`iss` is missing"), (json!([ADVERTISED]), "`iss` is not a string")] {
            let answer = list(&server, &key.token_of(&json!({"iss": value, "exp": 4_000_000_000_u64}))).await;
            assert!(answer.refused() == (401, 401) && answer.body.contains(reason), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn routes_tokens_by_the_issuer_that_they_state() {
    let (old, new, sandbox) = (Key::new("a"), Key::new("b"), Key::new("c"));
    // One issuer whose tokens of two versions state different issuers.
    let builder = of(Issuer::keys(ADVERTISED, keys(&new)))
        .issuer(Issuer::keys(ADVERTISED, keys(&old)).token_issuer(STATED))
        .sandbox_issuer(Issuer::keys("https://sandbox.example.com", keys(&sandbox)).token_issuer("urn:sandbox"))
        .method("*", Access::Token);
    let server = Server::around(builder.environments(Environments::new().by_issuer()));
    assert_eq!(advertised(&server).await, json!([ADVERTISED]));
    for (key, issuer, environment) in
        [(&new, ADVERTISED, "live"), (&old, STATED, "live"), (&sandbox, "urn:sandbox", "sandbox")]
    {
        let answer = server.send(Ask::method("tools/list").token(&token(key, issuer, &json!({})))).await;
        assert_eq!((answer.passed().method.as_str(), answer.header("mcp-environment")), ("POST", environment));
    }
    for (key, issuer) in
        [(&old, ADVERTISED), (&new, STATED), (&sandbox, ADVERTISED), (&sandbox, "https://sandbox.example.com")]
    {
        assert_eq!(list(&server, &token(key, issuer, &json!({}))).await.refused().0, 401, "{issuer}");
    }
    let near = token(&old, STATED.trim_end_matches('/'), &json!({}));
    assert!(list(&server, &near).await.body.contains("only by a trailing slash"));
}

#[tokio::test]
async fn claims_name_the_issuer_that_the_token_states() {
    let key = Key::new("a");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let policy = {
        let seen = Arc::clone(&seen);
        policy_fn(move |request| {
            seen.lock().unwrap().extend(request.claims.map(|claims| claims.issuer().to_owned()));
            async { Ok(()) }
        })
    };
    let server = Server::around(of(Issuer::keys(ADVERTISED, keys(&key)).token_issuer(STATED)).policy(policy));
    list(&server, &token(&key, STATED, &json!({}))).await.passed();
    assert_eq!(*seen.lock().unwrap(), [STATED]);
}

#[test]
fn rejects_token_issuers_that_are_near_misses_or_stated_twice() {
    let key = Key::new("a");
    let issuer = |stated: &str| Issuer::keys(ADVERTISED, keys(&key)).token_issuer(stated);
    let near = of(issuer(&format!("{ADVERTISED}/"))).build_now().unwrap_err();
    assert_eq!(problems(&near), [("issuer", ProblemKind::NearMiss)]);
    assert!(near.to_string().contains("`.token_issuer(..)` differ only in a trailing slash"), "{near}");
    let across = of(issuer(STATED)).issuer(Issuer::keys(STATED.trim_end_matches('/'), keys(&key))).build_now();
    assert_eq!(problems(&across.unwrap_err()), [("issuer", ProblemKind::NearMiss)]);
    for stated in [ADVERTISED, ""] {
        let same = of(issuer(stated)).build_now().unwrap_err();
        assert_eq!(problems(&same), [("issuer", ProblemKind::NoEffect)], "{stated}");
    }
    let twice = of(issuer(STATED)).issuer(Issuer::keys(STATED, keys(&key))).build_now().unwrap_err();
    assert_eq!(problems(&twice), [("issuer", ProblemKind::Contradiction)]);
    assert!(twice.to_string().contains("both accept the same `iss`"), "{twice}");
}

#[tokio::test]
async fn accepts_listed_tenants() {
    let key = Key::new("a");
    let tenants = Issuer::keys(TEMPLATE, keys(&key)).tenants([ONE]).tenants([TWO.to_uppercase()]).advertise(SHARED);
    for with_others in [false, true] {
        let mut builder = of(tenants.clone());
        if with_others {
            builder = builder.issuer(Issuer::keys("https://auth.example.com", keys(&Key::new("b"))));
        }
        let server = Server::around(builder);
        assert_eq!(advertised(&server).await[0], json!(SHARED));
        for tenant in [ONE, TWO] {
            list(&server, &of_tenant(&key, tenant)).await.passed();
        }
        let with_slash = format!("{}/", issuer_of(ONE));
        for (issuer, tid, reason) in [
            (issuer_of(OTHER), json!(OTHER), "a tenant that is not accepted"),
            (issuer_of(ONE), json!(TWO), "`tid` is not the tenant"),
            (issuer_of(ONE), json!(OTHER), "`tid` is not the tenant"),
            (issuer_of(ONE), json!(ONE.to_uppercase()), "`tid` is not the tenant"),
            (issuer_of(ONE), json!([ONE]), "`tid` is not the tenant"),
            (issuer_of(ONE), Value::Null, "`tid` is missing"),
            (with_slash, json!(ONE), "only by a trailing slash"),
            // Not a tenant in lower case.
            (issuer_of(&ONE.to_uppercase()), json!(ONE), "`iss` has another value"),
            (issuer_of("{tenantid}"), json!(ONE), "`iss` has another value"),
            (issuer_of("{tenant}"), json!(ONE), "`iss` has another value"),
            (issuer_of("organizations"), json!(ONE), "`iss` has another value"),
            (issuer_of(""), json!(ONE), "`iss` has another value"),
            (issuer_of(&format!("{ONE}/{TWO}")), json!(ONE), "`iss` has another value"),
            (issuer_of(&format!("{ONE}%2f")), json!(ONE), "`iss` has another value"),
            (format!("https://login.example.com/{ONE}"), json!(ONE), "`iss` has another value"),
            (format!("https://login.example.net/{ONE}/v2.0"), json!(ONE), "`iss` has another value"),
            (format!("https://login.example.com/a/{ONE}/v2.0"), json!(ONE), "`iss` has another value"),
        ] {
            let answer = list(&server, &token(&key, &issuer, &json!({"tid": tid}))).await;
            assert!(answer.refused() == (401, 401) && answer.body.contains(reason), "{issuer} {tid}: {answer:?}");
        }
        let without = token(&key, &issuer_of(ONE), &json!({}));
        assert!(list(&server, &without).await.body.contains("`tid` is missing"));
    }
}

#[tokio::test]
async fn advertises_the_issuer_of_the_only_tenant() {
    let key = Key::new("a");
    let one = || Issuer::keys(TEMPLATE, keys(&key)).tenants([ONE]);
    let server = Server::around(of(one()));
    assert_eq!(advertised(&server).await, json!([issuer_of(ONE)]));
    list(&server, &of_tenant(&key, ONE)).await.passed();
    assert_eq!(list(&server, &of_tenant(&key, TWO)).await.refused().0, 401);
    assert_eq!(advertised(&Server::around(of(one().advertise(SHARED)))).await, json!([SHARED]));
    let each = one().tenants([TWO]).advertise(issuer_of(ONE)).advertise(issuer_of(TWO));
    assert_eq!(advertised(&Server::around(of(each))).await, json!([issuer_of(ONE), issuer_of(TWO)]));
}

#[tokio::test]
async fn accepts_any_tenant_only_if_told_to() {
    let key = Key::new("a");
    let any = Issuer::keys(TEMPLATE, keys(&key)).danger_any_tenant().advertise(SHARED);
    let server = Server::around(of(any));
    for tenant in [ONE, TWO, OTHER] {
        list(&server, &of_tenant(&key, tenant)).await.passed();
    }
    for (issuer, tid) in
        [(issuer_of(ONE), json!(TWO)), (issuer_of("common"), json!("common")), (issuer_of(""), json!(""))]
    {
        let answer = list(&server, &token(&key, &issuer, &json!({"tid": tid}))).await;
        assert_eq!(answer.refused(), (401, 401), "{issuer}");
    }
}

#[tokio::test]
async fn tokens_of_tenants_may_state_another_issuer() {
    let key = Key::new("a");
    let issuer = Issuer::keys(TEMPLATE, keys_for(&key, json!("https://login.example.com/{tenantid}/v2.0")));
    let issuer = issuer.token_issuer("https://sts.example.net/{tenant}/").tenants([ONE, TWO]).advertise(SHARED);
    let server = Server::around(of(issuer));
    for tenant in [ONE, TWO] {
        let stated = format!("https://sts.example.net/{tenant}/");
        list(&server, &token(&key, &stated, &json!({"tid": tenant}))).await.passed();
        assert_eq!(list(&server, &of_tenant(&key, tenant)).await.refused().0, 401);
    }
}

#[tokio::test]
async fn a_key_signs_only_for_the_issuer_that_it_states() {
    let key = Key::new("a");
    let (one, two) = (of_tenant(&key, ONE), of_tenant(&key, TWO));
    for (issuer, [of_one, of_two]) in [
        (Value::Null, [true, true]),
        (json!("https://login.example.com/{tenantid}/v2.0"), [true, true]),
        (json!(issuer_of(ONE)), [true, false]),
        (json!(issuer_of(OTHER)), [false, false]),
        (json!("https://login.example.com/{tenantid}/v2.0/"), [false, false]),
        (json!("https://login.example.net/{tenantid}/v2.0"), [false, false]),
        (json!(""), [false, false]),
    ] {
        let issuer = Issuer::keys(TEMPLATE, keys_for(&key, issuer.clone())).tenants([ONE, TWO]).advertise(SHARED);
        let server = Server::around(of(issuer));
        for (token, accepted) in [(&one, of_one), (&two, of_two)] {
            let answer = list(&server, token).await;
            if accepted {
                answer.passed();
            } else {
                let reason = "the key that signed it is not for its issuer";
                assert!(answer.refused() == (401, 401) && answer.body.contains(reason), "{answer:?}");
            }
        }
    }
    // A key of a shared set signs no tokens of another issuer, also where the issuer has no placeholder.
    for (of_key, accepted) in [
        (Value::Null, true),
        (json!(issuer_of(ONE)), true),
        (json!("https://login.example.com/{tenantid}/v2.0"), true),
        (json!(issuer_of(OTHER)), false),
        (json!("https://login.example.net/{tenantid}/v2.0"), false),
    ] {
        let server = Server::around(of(Issuer::keys(issuer_of(ONE), keys_for(&key, of_key.clone()))));
        assert_eq!(list(&server, &one).await.seen.is_some(), accepted, "{of_key}");
    }
    // The same for tokens that state another issuer than is advertised, as those of version 1 of one tenant of Microsoft Entra do.
    let stated = format!("https://sts.example.net/{ONE}/");
    let old = token(&key, &stated, &json!({"tid": ONE}));
    for (of_key, accepted) in [
        (Value::Null, true),
        (json!("https://login.example.com/{tenantid}/v2.0"), true),
        (json!(issuer_of(ONE)), true),
        (json!(stated), true),
        (json!("https://sts.example.net/{tenantid}/"), true),
        (json!(issuer_of(TWO)), false),
        (json!(format!("https://sts.example.net/{TWO}/")), false),
        (json!("https://login.example.net/{tenantid}/v2.0"), false),
    ] {
        let issuer = Issuer::keys(issuer_of(ONE), keys_for(&key, of_key.clone())).token_issuer(&stated);
        let answer = list(&Server::around(of(issuer)), &old).await;
        assert_eq!(answer.seen.is_some(), accepted, "{of_key}: {answer:?}");
        if !accepted {
            assert!(answer.body.contains("the key that signed it is not for its issuer"), "{of_key}: {answer:?}");
        }
    }
    // A key whose `issuer` is not a string is skipped.
    let mut keys: Value = serde_json::from_str(&set(&[&key])).unwrap();
    keys["keys"][0]["issuer"] = json!(7);
    assert!(KeySet::from_json(&keys.to_string()).is_err());
}

#[tokio::test]
async fn a_key_that_changes_its_issuer_is_another_key() {
    let key = Key::new("a");
    let keys = |issuer: &str| Arc::new(keys_for(&key, json!(issuer)));
    let verifier = |issuer: &str| JwtVerifier::new(ADVERTISED, RESOURCE, keys(issuer));
    let claims = verifier(ADVERTISED).verify(Token::new(&token(&key, ADVERTISED, &json!({})))).await.unwrap();
    assert!(verifier(ADVERTISED).is_still_valid(&claims) && !verifier(STATED).is_still_valid(&claims));
    assert!(keys(ADVERTISED).current().is_some());
}

#[test]
fn rejects_settings_of_tenants_that_do_not_fit() {
    let key = Key::new("a");
    let of_keys = |name: &str| Issuer::keys(name, keys(&key));
    let template = || of_keys(TEMPLATE);
    let no_tenants: [&str; 0] = [];
    for (issuer, kind, said) in [
        (template(), ProblemKind::Missing, "`.tenants([\"..\"])`"),
        (template().tenants(no_tenants), ProblemKind::Missing, "`.tenants([\"..\"])`"),
        (
            template().tenants([ONE, TWO]),
            ProblemKind::Missing,
            "`.advertise(\"https://login.example.com/organizations/v2.0\")`",
        ),
        (template().danger_any_tenant(), ProblemKind::Missing, "`.advertise("),
        (template().tenants([ONE]).danger_any_tenant(), ProblemKind::Contradiction, "`.danger_any_tenant()`"),
        (template().tenants(["contoso.example.com"]), ProblemKind::Malformed, "`contoso.example.com` is not a GUID"),
        (template().tenants(["common"]), ProblemKind::Malformed, "`common` is not a GUID"),
        (template().tenants([ONE]).token_issuer(STATED), ProblemKind::Contradiction, "only one has a `{tenant}`"),
        (
            of_keys(ADVERTISED).token_issuer("https://sts.example.net/{tenant}/"),
            ProblemKind::Contradiction,
            "only one has",
        ),
        (of_keys(ADVERTISED).tenants([ONE]), ProblemKind::NoEffect, "`.tenants(..)` has no effect"),
        (of_keys(ADVERTISED).danger_any_tenant(), ProblemKind::NoEffect, "`.danger_any_tenant(..)` has no effect"),
        (of_keys(ADVERTISED).advertise(SHARED), ProblemKind::NoEffect, "`.advertise(..)` has no effect"),
        (
            of_keys("https://{tenant}.example.com/").tenants([ONE]),
            ProblemKind::Malformed,
            "not one segment of its path",
        ),
        (of_keys("https://h/{tenant}/{tenant}").tenants([ONE]), ProblemKind::Malformed, "more braces"),
        (of_keys("https://h/{tenantid}/v2.0").tenants([ONE]), ProblemKind::Malformed, "a brace without `{tenant}`"),
    ] {
        let error = of(issuer).build_now().unwrap_err();
        assert!(problems(&error).contains(&("issuer", kind)), "{said}: {error}");
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    // The same tenant twice is one tenant.
    assert!(of(template().tenants([ONE, ONE])).build_now().is_ok());
}

#[tokio::test]
async fn tenants_may_have_several_issuers_and_environments() {
    let key = Key::new("a");
    let template = |tenant: &str| Issuer::keys(TEMPLATE, keys(&key)).tenants([tenant]);
    let builder = of(template(ONE)).sandbox_issuer(template(TWO)).method("*", Access::Token);
    let server = Server::around(builder.environments(Environments::new().by_issuer()));
    for (tenant, environment) in [(ONE, "live"), (TWO, "sandbox")] {
        let answer = server.send(Ask::method("tools/list").token(&of_tenant(&key, tenant))).await;
        assert_eq!((answer.passed().method.as_str(), answer.header("mcp-environment")), ("POST", environment));
    }
    assert!(list(&server, &of_tenant(&key, OTHER)).await.body.contains("a tenant that is not accepted"));
    // Tokens of one tenant are of one issuer.
    for other in [
        template(ONE),
        template(TWO).tenants([ONE]).advertise(SHARED),
        Issuer::keys(TEMPLATE, keys(&key)).danger_any_tenant().advertise(SHARED),
        Issuer::keys(issuer_of(ONE), keys(&key)),
    ] {
        let error = of(template(ONE)).issuer(other).build_now().unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::Contradiction)], "{error}");
    }
    // Several tenants in the sandbox, of which the metadata names another address.
    let builder = of(Issuer::keys("https://auth.example.com", keys(&key)))
        .sandbox_issuer(template(ONE).tenants([TWO]).advertise(SHARED))
        .method("*", Access::Token);
    let server = Server::around(builder.environments(Environments::new().by_issuer()));
    for tenant in [ONE, TWO] {
        let answer = server.send(Ask::method("tools/list").token(&of_tenant(&key, tenant))).await;
        assert_eq!((answer.passed().method.as_str(), answer.header("mcp-environment")), ("POST", "sandbox"));
    }
}

#[tokio::test]
async fn introspected_tenants_require_iss() {
    let active = |more: Value| {
        let mut answer = json!({"active": true, "aud": RESOURCE, "scope": "files:read"});
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer.to_string()
    };
    let socket = issuer::Issuer::new(Answer::Nothing);
    let issuer = || {
        let issuer = Issuer::introspection(TEMPLATE, socket.url(), ClientCredentials::basic("files", "secret"));
        issuer.tenants([ONE]).cache(0, core::time::Duration::ZERO).cache_rejections(core::time::Duration::ZERO)
    };
    let server = Server::around(of(issuer()));
    for (more, status) in [
        (json!({"iss": issuer_of(ONE), "tid": ONE}), 200),
        (json!({"iss": issuer_of(TWO), "tid": TWO}), 401),
        (json!({"iss": issuer_of(ONE)}), 401),
        (json!({"tid": ONE}), 401),
    ] {
        socket.answers(Answer::good(active(more.clone())));
        assert_eq!(list(&server, "opaque").await.status.as_u16(), status, "{more}");
    }
}

/// A JWT is introspected at the issuer that its unverified `iss` names. The answer for another tenant is not cached as valid.
#[tokio::test]
async fn the_introspected_issuer_is_that_of_the_token() {
    let (key, socket) = (Key::new("a"), issuer::Issuer::new(Answer::Nothing));
    let credentials = ClientCredentials::basic("files", "secret");
    let issuer = Issuer::introspection(TEMPLATE, socket.url(), credentials).tenants([ONE, TWO]).advertise(SHARED);
    let server = Server::around(of(issuer));
    let answer = json!({"active": true, "aud": RESOURCE, "scope": "files:read", "iss": issuer_of(TWO), "tid": TWO});
    socket.answers(Answer::good(answer.to_string()));
    for attempt in 0..3 {
        let answer = list(&server, &of_tenant(&key, ONE)).await;
        let reason = "`iss` of the token is not the issuer that its introspection response names";
        assert!(answer.refused() == (401, 401) && answer.body.contains(reason), "{attempt}: {answer:?}");
        list(&server, &of_tenant(&key, TWO)).await.passed();
        list(&server, "opaque").await.passed();
    }
    assert_eq!(socket.asked(), 3, "each result is cached");
}

#[tokio::test]
async fn discovers_the_metadata_of_tenants() {
    let key = Key::new("a");
    let socket = issuer::Issuer::new(Answer::by_path());
    let base = socket.base();
    let template = format!("{base}/{{tenant}}/v2.0");
    let place = |segment: &str| format!("/{segment}/v2.0/.well-known/openid-configuration");
    let metadata = |issuer: &str| {
        let issuer = format!("{base}/{issuer}/v2.0");
        Answer::good(json!({"issuer": issuer, "jwks_uri": format!("{base}/keys")}).to_string())
    };
    let mut keys: Value = serde_json::from_str(&set(&[&key])).unwrap();
    keys["keys"][0]["issuer"] = json!(format!("{base}/{{tenantid}}/v2.0"));
    socket.answers_at("/keys", Answer::good(keys.to_string()));
    // One tenant has metadata of its issuer; several share metadata with a placeholder.
    socket.answers_at(&place(ONE), metadata(ONE));
    socket.answers_at(&place("organizations"), metadata("{tenantid}"));
    socket.answers_at(&place("common"), metadata("{tenantid}"));
    let shared = |segment: &str| format!("{base}/{segment}/v2.0");
    let discover = || Issuer::discover(&template);
    for (issuer, segment, advertised_issuer) in [
        (discover().tenants([ONE]), ONE, shared(ONE)),
        (discover().tenants([ONE, TWO]).advertise(shared("organizations")), "organizations", shared("organizations")),
        (discover().tenants([ONE, TWO]).advertise(shared(ONE)), "organizations", shared(ONE)),
        (discover().danger_any_tenant().advertise(shared("common")), "common", shared("common")),
    ] {
        let before = socket.asked();
        let server = Server::with_layer(of(issuer).build().await.unwrap());
        assert!(socket.paths()[before..].contains(&place(segment)), "{segment}: {:?}", socket.paths());
        assert_eq!(advertised(&server).await, json!([advertised_issuer]));
        list(&server, &token(&key, &shared(ONE), &json!({"tid": ONE}))).await.passed();
        let other = token(&key, &format!("{base}/{OTHER}"), &json!({"tid": OTHER}));
        assert_eq!(list(&server, &other).await.refused().0, 401);
    }
    // The shared metadata has to hold the placeholder, and that of one tenant has to name it.
    for (segment, stated) in [("organizations", "organizations"), ("organizations", ONE), ("organizations", "{tenant}")]
    {
        socket.answers_at(&place(segment), metadata(stated));
        let issuer = discover().tenants([ONE, TWO]).advertise(shared("organizations"));
        let error = of(issuer).build().await.unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)], "{stated}: {error}");
    }
    let with_slash = json!({"issuer": format!("{}/", shared("{tenantid}")), "jwks_uri": format!("{base}/keys")});
    socket.answers_at(&place("organizations"), Answer::good(with_slash.to_string()));
    let error = of(discover().tenants([ONE, TWO]).advertise(shared(ONE))).build().await.unwrap_err();
    assert_eq!(problems(&error), [("issuer", ProblemKind::NearMiss)]);
    assert!(error.to_string().contains(&format!("`Issuer::discover(\"{template}/\")`")), "{error}");
    socket.answers_at(&place(ONE), metadata("{tenantid}"));
    let error = of(discover().tenants([ONE])).build().await.unwrap_err();
    assert!(error.to_string().contains(&format!("not `{}`", shared(ONE))), "{error}");
}

//! Providers: tokens of the documented shapes are accepted, and rejected for each thing that may be wrong.
//!
//! The results are also the table in `docs/providers.md`. `MCP_SCOPES_BLESS=1` rewrites it.

mod shapes;

use std::{env, fs, path::Path};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Environments, ProblemKind, ResourceServer, TokenError,
    token::{Issuer, KeySet, Provider},
};
use serde_json::{Value, json};

use self::shapes::{CLIENT, Shape, TENANT, shapes};
use crate::{
    server::{Answer, Ask, BuildNow as _, RESOURCE, Reply, Server},
    tokens::{KEYS, ed_jwk, now, raw},
};

/// Read with a scope of most providers
#[mcp_tool(scope = "files:read", risk = "low")]
fn plain() {}
/// Read with a scope of Microsoft Entra
#[mcp_tool(scope = "Files.Read", risk = "low")]
fn entra() {}
/// Read with a scope of Amazon Cognito
#[mcp_tool(scope = "files/read", risk = "low")]
fn cognito() {}

scope_table! { static SHAPES = [plain, entra, cognito]; }

fn keys() -> KeySet {
    KeySet::from_json(&json!({"keys": [ed_jwk(&KEYS.ed, "ed")]}).to_string()).unwrap()
}

fn server(issuer: &str, provider: Provider) -> Server {
    let has_tenants = issuer.contains("{tenant}");
    let issuer = Issuer::keys(issuer, keys()).provider(provider);
    let issuer = if has_tenants { issuer.tenants([TENANT]) } else { issuer };
    Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer))
}

/// Returns a signed token with these claims, which is valid now.
fn token(header: &Value, claims: &Value) -> String {
    let mut claims = claims.clone();
    claims["iat"] = json!(now());
    claims["exp"] = json!(now() + 600);
    raw(&header.to_string(), &claims.to_string())
}

impl Shape {
    fn server(&self) -> Server {
        server(self.issuer, (self.provider)())
    }

    async fn call(&self, claims: &Value) -> Answer {
        self.server().send(Ask::call(self.tool).token(&token(&self.header, claims))).await
    }

    /// Returns the claims with other values; a null removes a claim.
    fn with(&self, changes: &Value) -> Value {
        let mut claims = self.claims.clone();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }

    /// Returns the result of a call with these claims: empty if it passes, else the description in the challenge.
    async fn result(&self, claims: &Value) -> String {
        let answer = self.call(claims).await;
        if answer.seen.is_some() {
            return String::new();
        }
        let challenge = answer.challenge();
        let description = challenge.split("error_description=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert!(challenge.contains("error=\"invalid_token\"") && answer.status == 401, "{}: {answer:?}", self.name);
        description.unwrap_or_else(|| panic!("{challenge}")).to_owned()
    }

    /// Returns one row of the table: what each token results in.
    async fn row(&self) -> [String; 7] {
        let [refused, other] = ["https://other.example.com", "another-client"];
        let client = self.client_claim;
        let limited = self.limits_clients;
        let opaque = self.server().send(Ask::call(self.tool).token("opaque-refresh-token")).await;
        assert_eq!(opaque.refused(), (401, 401), "{}", self.name);
        let refresh = match &self.refresh {
            None => "it is opaque, and not a JWT".to_owned(),
            Some(changes) => self.result(&self.with(changes)).await,
        };
        let client = if limited { self.result(&self.with(&json!({client: other}))).await } else { "–".to_owned() };
        [
            self.name.to_owned(),
            if self.result(&self.claims).await.is_empty() { "yes" } else { "no" }.to_owned(),
            self.result(&self.with(&json!({"aud": refused}))).await,
            client,
            self.result(&self.id_token).await,
            refresh,
            self.result(&self.with(&json!({"iss": self.other_issuer}))).await,
        ]
    }
}

#[tokio::test]
async fn accepts_and_rejects_documented_tokens_as_the_docs_say() {
    let mut text = String::from(
        "| provider | accepted | another audience | another client | ID token | refresh token | another issuer or tenant |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for shape in shapes() {
        let row = shape.row().await;
        assert_eq!(row[1], "yes", "{}: {}", shape.name, shape.result(&shape.claims).await);
        assert!(row[2..].iter().all(|cell| !cell.is_empty()), "a token was accepted: {row:?}");
        text.extend(["| ", &row.join(" | "), " |\n"]);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- table -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- end of table -->").unwrap();
    if env::var_os("MCP_SCOPES_BLESS").is_some() {
        fs::write(&path, format!("{before}<!-- table -->\n{text}<!-- end of table -->{after}")).unwrap();
    } else {
        assert_eq!(table, text, "run the test with MCP_SCOPES_BLESS=1, and review the difference");
    }
}

#[tokio::test]
async fn rejects_tokens_that_are_expired_or_of_another_key() {
    for shape in shapes() {
        let (mut claims, server) = (shape.claims.clone(), shape.server());
        claims["exp"] = json!(now() - 60);
        let expired = raw(&shape.header.to_string(), &claims.to_string());
        let answer = server.send(Ask::call(shape.tool).token(&expired)).await;
        assert!(answer.challenge().contains("it has expired"), "{}: {answer:?}", shape.name);
        let mut forged = token(&shape.header, &shape.claims);
        forged.truncate(forged.len() - 8);
        forged.push_str("AAAAAAAA");
        let answer = server.send(Ask::call(shape.tool).token(&forged)).await;
        assert!(
            answer.challenge().contains("no key of its issuer verifies its signature"),
            "{}: {answer:?}",
            shape.name
        );
    }
}

#[tokio::test]
async fn a_token_grants_only_what_the_read_claim_holds() {
    for shape in shapes() {
        let claims = shape.with(&shape.without_scopes);
        let answer = shape.call(&claims).await;
        assert!(answer.seen.is_none(), "{}: {answer:?}", shape.name);
        // Where another claim has scopes, stepping up does not help, and the challenge says so.
        if let Some(claim) = shape.unread {
            let said = format!("`{claim}` is present and not read");
            assert!(answer.challenge().contains(&said), "{}: {answer:?}", shape.name);
        }
    }
}

#[tokio::test]
async fn named_claims_grant_scopes() {
    let base = json!({"iss": "https://auth.example.com", "aud": RESOURCE, "sub": "ada"});
    let mut accepted = 0;
    for (provider, more, passes) in [
        (Provider::new().scopes_from("permissions"), json!({"permissions": ["files:read"]}), true),
        (Provider::new().scopes_from("permissions"), json!({"permissions": "files:read other"}), true),
        (Provider::new().scopes_from("permissions"), json!({"scope": "files:read"}), false),
        (Provider::new().scopes_from("permissions"), json!({"permissions": ["other"], "scope": "files:read"}), false),
        (Provider::new().scopes_from("permissions"), json!({"permissions": null}), false),
        (Provider::new().scopes_from("permissions"), json!({"permissions": [7]}), false),
        (
            Provider::new().scopes_from("https://a.example/scopes"),
            json!({"https://a.example/scopes": ["files:read"]}),
            true,
        ),
        (Provider::new().scopes_from(["a", "b"]), json!({"a": {"b": ["files:read"]}}), true),
        (Provider::new().scopes_from(["a", "b"]), json!({"a.b": ["files:read"]}), false),
        (Provider::new().scopes_from("a.b"), json!({"a": {"b": ["files:read"]}}), false),
        (Provider::new().scope_list(), json!({"scope": ["files:read"]}), true),
        (Provider::new(), json!({"scope": ["files:read"]}), false),
        (Provider::new(), json!({"scp": ["files:read"]}), true),
        (Provider::new(), json!({"scope": null, "scp": "files:read"}), true),
        (Provider::new(), json!({"scope": "files:read", "scp": "other"}), false),
        (roles("roles"), json!({"roles": ["reader"]}), true),
        (roles("roles"), json!({"roles": {"reader": {"1": "a"}}}), true),
        (roles("roles"), json!({"roles": "reader"}), true),
        (roles("roles"), json!({"roles": "not reader"}), false),
        (roles("roles"), json!({"roles": {"reader": null}}), false),
        (roles("roles"), json!({"roles": {"reader": false}}), false),
        (roles("roles"), json!({"roles": ["files:read", "read"]}), false),
        (roles("roles"), json!({"roles": ["other"], "scope": "files:read"}), false),
        (Provider::new().require("tier", ["gold"]), json!({"tier": "gold", "scope": "files:read"}), true),
        (Provider::new().require("tier", ["gold"]), json!({"tier": "silver", "scope": "files:read"}), false),
        (Provider::new().require("tier", [""; 0]), json!({"scope": "files:read"}), false),
    ] {
        let mut claims = base.clone();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let server = server("https://auth.example.com", provider);
        let header = json!({"alg": "EdDSA", "kid": "ed"});
        let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
        assert_eq!(answer.seen.is_some(), passes, "{more}: {answer:?}");
        accepted += usize::from(passes);
    }
    assert_eq!(accepted, 11);
}

#[tokio::test]
async fn server_permissions_only_take_scopes_away() {
    let server = server("https://auth.example.com", Provider::new());
    let other = "https://other.example.com";
    for (permissions, scope, expected) in [
        (json!({RESOURCE: ["files:read", "files/read"]}), "files:read", 200),
        (json!({RESOURCE: ["files:read"], other: []}), "files:read openid", 200),
        (Value::Null, "files:read", 200),
        // A scope that the claim alone names is not granted.
        (json!({RESOURCE: ["files:read"]}), "openid", 403),
        (json!({RESOURCE: []}), "files:read", 403),
        // Without an entry for this server the token is not for it, so it does not open tools that need no scope either.
        (json!({other: ["files:read"]}), "files:read", 401),
        (json!({}), "files:read", 401),
        // The resource is compared code point by code point.
        (json!({"https://files.example.com/mcp/": ["files:read"]}), "files:read", 401),
        (json!({"files.example.com": ["files:read"]}), "files:read", 401),
        (json!(["files:read"]), "files:read", 401),
        (json!({RESOURCE: "files:read"}), "files:read", 401),
        (json!({RESOURCE: ["files:read", 7]}), "files:read", 401),
    ] {
        let claims = json!({"iss": "https://auth.example.com", "aud": [RESOURCE, other], "sub": "ada", "scope": scope,
            "server_permissions": permissions});
        let answer =
            server.send(Ask::call("plain").token(&token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims))).await;
        assert_eq!(answer.status, expected, "{permissions}: {answer:?}");
        assert_eq!(answer.seen.is_some(), expected == 200);
    }
}

fn roles(claim: &str) -> Provider {
    Provider::new().scopes_by_role(claim, [("reader", "files:read"), ("auditor", "files:audit")])
}

#[test]
fn shared_audiences_require_a_list_of_clients() {
    let build = |provider: Provider| {
        let issuer = Issuer::keys("https://auth.example.com", keys()).provider(provider);
        ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now()
    };
    for provider in [
        Provider::new().accept_missing_audience(),
        Provider::new().audience("authenticated"),
        Provider::new().audience("account"),
        Provider::okta("api://default"),
        Provider::new().audience("https://tenant.auth0.com/userinfo"),
        Provider::new().audience("https://graph.microsoft.com/"),
        Provider::new().audience("https://ids.example.com/resources"),
        Provider::okta("https://auth.example.com"),
    ] {
        let error = build(provider.clone()).unwrap_err();
        let problems: Vec<_> = error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect();
        assert_eq!(problems, [("issuer", ProblemKind::Contradiction)], "{error}");
        assert!(error.to_string().contains("no list of clients is stated"), "{error}");
        assert!(build(provider.clone().clients([CLIENT])).is_ok());
        assert!(build(provider.danger_any_client()).is_ok());
    }
    assert!(build(Provider::okta("https://files.example.com")).is_ok());
}

#[tokio::test]
async fn an_empty_list_of_clients_accepts_none() {
    let server = server("https://auth.example.com", Provider::cognito([""; 0]));
    let claims =
        json!({"iss": "https://auth.example.com", "client_id": "", "token_use": "access", "scope": "files:read"});
    let answer = server.send(Ask::call("plain").token(&token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims))).await;
    assert_eq!(answer.refused(), (401, 401));
}

#[tokio::test]
async fn a_closure_reads_the_claims_of_checked_tokens() {
    let issuer = Issuer::keys("https://auth.example.com", keys()).claims(|verified| {
        let rights = verified.claim("rights").and_then(Value::as_array);
        let rights = rights.ok_or(TokenError::invalid("it has no rights"))?;
        Ok(verified.danger_accept_any_audience().subject("mapped").scopes(rights.iter().filter_map(Value::as_str)))
    });
    let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer));
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "rights": ["files:read"]});
    let seen = server.send(Ask::call("plain").token(&token(&header, &claims))).await.seen.unwrap();
    assert_eq!(seen.subject.as_deref(), Some("mapped"));
    for (changes, said) in [
        (json!({"iss": "https://other.example.com"}), "`iss` has another value"),
        (json!({"rights": null}), "it has no rights"),
        (json!({"cnf": {"jkt": "a"}}), "bound to a key"),
        (json!({"token_use": "id"}), "`token_use`"),
        (json!({"at_hash": "a"}), "looks like an ID token"),
        (json!({"nbf": now() + 600}), "`nbf` is in the future"),
    ] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
        assert!(answer.challenge().contains(said), "{changes}: {answer:?}");
    }
    // The scope claim is not read.
    let claims = json!({"iss": "https://auth.example.com", "rights": [], "scope": "files:read"});
    assert_eq!(server.send(Ask::call("plain").token(&token(&header, &claims))).await.refused().0, 403);
}

#[test]
fn a_closure_and_a_provider_exclude_one_another() {
    let issuer = Issuer::keys("https://auth.example.com", keys()).provider(Provider::new());
    let issuer = issuer.claims(|verified| Ok(verified.accept()?.subject("ada")));
    let error = ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now().unwrap_err();
    assert!(error.to_string().contains("`.claims(..)` replaces what `.provider(..)` says"), "{error}");
}

#[tokio::test]
async fn a_mapped_token_needs_the_audience_or_a_judged_one() {
    let issuer = || Issuer::keys("https://auth.example.com", keys());
    let strict = issuer().claims(|verified| Ok(verified.accept()?.scopes(["files:read"])));
    let judged = issuer().claims(|verified| Ok(verified.danger_accept_any_audience().scopes(["files:read"])));
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    for (audience, by_strict) in
        [(json!(RESOURCE), true), (json!(["account", RESOURCE]), true), (json!("account"), false), (Value::Null, false)]
    {
        let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "aud": audience});
        for (issuer, passes) in [(&strict, by_strict), (&judged, true)] {
            let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer.clone()));
            let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
            assert_eq!(answer.seen.is_some(), passes, "{audience}: {answer:?}");
        }
    }
    // `server_permissions` limits what a closure grants.
    let claims =
        json!({"iss": "https://auth.example.com", "sub": "ada", "aud": RESOURCE, "server_permissions": {RESOURCE: []}});
    let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(strict));
    assert_eq!(server.send(Ask::call("plain").token(&token(&header, &claims))).await.refused(), (403, 403));
}

#[tokio::test]
async fn scope_settings_keep_the_checks_of_entra_tokens() {
    let shapes = shapes();
    let entra = shapes.iter().find(|shape| shape.name == "Microsoft Entra, version 2").unwrap();
    let application = entra.claims["aud"].as_str().unwrap();
    for provider in [
        Provider::entra(application)
            .scopes_by_role("roles", [("Files.Read", "Files.Read"), ("Files.Write", "Files.Read")]),
        Provider::entra(application).scopes_from("roles"),
        Provider::entra(application).app_roles().scopes_from("roles"),
    ] {
        let server = server(entra.issuer, provider.clone());
        let answer = server.send(Ask::call("entra").token(&token(&entra.header, &entra.id_token))).await;
        assert!(answer.challenge().contains("it looks like an ID token"), "{answer:?}");
    }
    // A token without a user needs a role, since any application of the tenant can get one without.
    let app_only = shapes.iter().find(|shape| shape.name == "Microsoft Entra, app-only").unwrap();
    assert_eq!(
        app_only.result(&app_only.with(&json!({"roles": null}))).await,
        "it is app-only, and `roles` is missing"
    );
    // Elsewhere the setting would do nothing.
    let issuer = Issuer::keys("https://auth.example.com", keys()).provider(Provider::auth0().app_roles());
    let error = ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now().unwrap_err();
    assert!(error.to_string().contains("`.app_roles()` applies to tokens of Microsoft Entra only"), "{error}");
}

#[tokio::test]
async fn the_audience_decides_on_the_environment_only_where_it_names_a_resource() {
    let issuer = |provider| Issuer::keys("https://auth.example.com", keys()).provider(provider);
    let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "aud": "files-app", "scope": "files:read"});
    for (environments, status) in
        [(Environments::new().by_audience(), 403), (Environments::new().by_audience().default_live(), 200)]
    {
        let builder =
            ResourceServer::builder(&SHAPES).resource(RESOURCE).sandbox_resource("https://sandbox.example.com/mcp");
        let server =
            Server::around(builder.environments(environments).issuer(issuer(Provider::new().audience("files-app"))));
        let answer =
            server.send(Ask::call("plain").token(&token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims))).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test]
async fn the_subject_is_what_the_provider_names() {
    let issuer = "https://auth.example.com";
    let subject = async |provider: &Provider, claims: Value| {
        let mut all = json!({"iss": issuer, "aud": RESOURCE, "scope": "files:read", "sub": "ada"});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        let header = json!({"alg": "EdDSA", "kid": "ed"});
        let answer = server(issuer, provider.clone()).send(Ask::call("plain").token(&token(&header, &all))).await;
        answer.seen.as_ref().map(|seen| seen.subject.clone())
    };
    let pair = Provider::new().subject_claims(["tenant", "user"]);
    let named = |text: &str| Some(Some(text.to_owned()));
    assert_eq!(subject(&pair, json!({"tenant": "t", "user": "u"})).await, named("t/u"));
    for claims in [
        json!({"tenant": "t"}),
        json!({"user": "u"}),
        json!({"tenant": "t", "user": null}),
        json!({"tenant": "t/u", "user": "v"}),
        json!({"tenant": "t", "user": "u/v"}),
    ] {
        assert_eq!(subject(&pair, claims.clone()).await, named(""), "{claims}");
    }
    // Not a string: rejected.
    assert_eq!(subject(&pair, json!({"tenant": "t", "user": 7})).await, None);
    assert_eq!(subject(&Provider::new(), json!({})).await, named("ada"));
    assert_eq!(subject(&Provider::new().subject_claims(["uid"]), json!({"uid": "a/b"})).await, named("a/b"));
    for shape in shapes().into_iter().filter(|shape| shape.name.starts_with("Microsoft")) {
        let [tenant, object] = ["tid", "oid"].map(|name| shape.claims[name].as_str().unwrap());
        let seen = shape.call(&shape.claims).await.passed().subject.clone();
        assert_eq!(seen, Some(format!("{tenant}/{object}")), "{}", shape.name);
    }
}

/// Tokens that lack what identifies their subject for all clients still belong to two users.
#[tokio::test]
async fn sessions_of_two_users_differ_without_a_subject() {
    let issuer = "https://auth.example.com";
    let server = server(issuer, Provider::new().subject_claims(["tid", "oid"]))
        .replying(Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "inner"));
    let of = |subject: &str| {
        let claims =
            json!({"iss": issuer, "aud": RESOURCE, "scope": "files:read", "sub": subject, "client_id": CLIENT});
        token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims)
    };
    let opened = server.send(Ask::method("initialize").token(&of("ada"))).await;
    let session = opened.header("mcp-session-id").to_owned();
    assert!(!session.is_empty(), "{opened:?}");
    let call = |subject: &str| Ask::call("plain").token(&of(subject)).header("mcp-session-id", &session);
    server.send(call("ada")).await.passed();
    let other = server.send(call("bob")).await;
    assert_eq!(other.status, 404, "{other:?}");
}

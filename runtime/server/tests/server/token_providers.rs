//! Providers: tokens of the documented shapes are accepted, and rejected for each thing that may be wrong.
//!
//! The results are also the table in `docs/providers.md`. `MCP_SCOPES_BLESS=1` rewrites it.
//!
//! | module | holds |
//! |---|---|
//! | `shapes` | the documented tokens |
//! | `refusals` | tokens of another kind, claims that are not read, and what the operator is told |
//! | `documented` | the tokens that the docs show |
//! | `closures` | the closure of a deployment |

mod closures;
mod documented;
mod refusals;
mod shapes;

use std::{env, fs, path::Path};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Environments, ProblemKind, ResourceServer,
    token::{Issuer, KeySet, Provider},
};
use serde_json::{Value, json};

use self::shapes::{CLIENT, ENTRA, Shape, TENANT, shapes};
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

/// Returns the issuer of tokens that state this name.
fn issuer(name: &str, provider: Provider) -> Issuer {
    // Tokens of version 1 of Microsoft Entra state another issuer than its metadata and its keys.
    let issuer = if name.starts_with("https://sts.windows.net/") {
        let mut key = ed_jwk(&KEYS.ed, "ed");
        key["issuer"] = json!("https://login.microsoftonline.com/{tenantid}/v2.0");
        let keys = KeySet::from_json(&json!({"keys": [key]}).to_string()).unwrap();
        Issuer::keys(ENTRA, keys).token_issuer(name)
    } else {
        Issuer::keys(name, keys())
    };
    let issuer = issuer.provider(provider);
    if name.contains("{tenant}") { issuer.tenants([TENANT]) } else { issuer }
}

fn server(name: &str, provider: Provider) -> Server {
    Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer(name, provider)))
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
        self.send(&self.server(), &token(&self.header, claims)).await
    }

    async fn send(&self, server: &Server, token: &str) -> Answer {
        server.send(Ask::call(self.tool).token(token)).await
    }

    /// Returns the claims with this client, if the tokens name one.
    fn with_client(&self, client: &str) -> Value {
        self.client_claim.map_or_else(|| self.claims.clone(), |claim| self.with(&json!({claim: client})))
    }

    /// Returns the client of the token.
    fn client(&self) -> &str {
        self.client_claim.map_or(CLIENT, |claim| self.claims[claim].as_str().unwrap())
    }

    /// Returns its issuer with or without the slash at its end.
    fn near_issuer(&self) -> String {
        let issuer = self.claims["iss"].as_str().unwrap();
        issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned)
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
        self.description(&self.call(claims).await)
    }

    /// Returns the description in the challenge, empty if the call passed.
    fn description(&self, answer: &Answer) -> String {
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
        let refused = "https://other.example.com";
        let opaque = self.send(&self.server(), "opaque-refresh-token").await;
        let refresh = match &self.refresh {
            None => self.description(&opaque),
            Some(Value::String(whole)) => self.description(&self.send(&self.server(), whole).await),
            Some(changes) => self.result(&self.with(changes)).await,
        };
        assert!(!self.description(&opaque).is_empty());
        // Its own rule, and not that of all providers.
        let mut id_token = self.id_token.clone();
        if id_token.as_object_mut().unwrap().remove("at_hash").is_some() {
            assert_eq!(self.result(&self.id_token).await, "it looks like an ID token", "{}", self.name);
        }
        let near = self.result(&self.with(&json!({"iss": self.near_issuer()}))).await;
        assert_eq!(near, "`iss` differs from the configured issuer only by a trailing slash", "{}", self.name);
        [
            self.name.to_owned(),
            if self.result(&self.claims).await.is_empty() { "yes" } else { "no" }.to_owned(),
            self.result(&self.with(&json!({"aud": refused}))).await,
            self.of_another_client().await,
            self.result(&id_token).await,
            refresh,
            self.result(&self.with(&json!({"iss": self.other_issuer}))).await,
        ]
    }
}

impl Shape {
    /// Returns what a token of another client results in. Where the preset limits no clients, they are limited.
    async fn of_another_client(&self) -> String {
        let token = |client: &str| token(&self.header, &self.with_client(client));
        let (own, other) = (token(self.client()), token("another-client"));
        if self.limits_clients {
            let any = server(self.issuer, (self.provider)().danger_any_client());
            self.send(&any, &other).await.passed();
            return self.result(&self.with_client("another-client")).await;
        }
        let limited = server(self.issuer, (self.provider)().clients([self.client()]));
        if self.client_claim.is_none() {
            let answer = self.send(&limited, &own).await;
            return format!("with `.clients(..)`, every token: {}", self.description(&answer));
        }
        self.send(&limited, &own).await.passed();
        self.send(&self.server(), &other).await.passed();
        format!("with `.clients(..)`: {}", self.description(&self.send(&limited, &other).await))
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
        assert!(answer.challenge().contains("it has expired: `exp` is in the past"), "{}: {answer:?}", shape.name);
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
        (json!({other: ["files:read"], "*": ["files:read"]}), "files:read", 401),
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

/// The entry of `server_permissions` is that of the resource, also for a token with a second audience.
#[tokio::test]
async fn a_second_audience_is_accepted_for_the_resource() {
    const SECOND: &str = "https://old.example.com/mcp";
    let issuer = Issuer::keys("https://auth.example.com", keys());
    let server = |second: bool| {
        let builder = ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer.clone());
        Server::around(if second { builder.also_audience(SECOND) } else { builder })
    };
    for (audience, permissions, second, status) in [
        (json!(SECOND), Value::Null, true, 200),
        (json!(["account", SECOND]), Value::Null, true, 200),
        (json!(RESOURCE), Value::Null, true, 200),
        (json!(SECOND), Value::Null, false, 401),
        (json!("https://old.example.com/mcp/"), Value::Null, true, 401),
        (json!(SECOND), json!({RESOURCE: ["files:read"]}), true, 200),
        (json!([RESOURCE, SECOND]), json!({RESOURCE: ["files:read"]}), true, 200),
        (json!(SECOND), json!({SECOND: ["files:read"]}), true, 401),
        (json!([RESOURCE, SECOND]), json!({RESOURCE: [], SECOND: ["files:read"]}), true, 403),
    ] {
        let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "aud": audience, "scope": "files:read",
            "server_permissions": permissions});
        let token = token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims);
        let answer = server(second).send(Ask::call("plain").token(&token)).await;
        assert_eq!(answer.status, status, "{audience} {permissions} {second}: {answer:?}");
    }
}

/// An audience of a provider is compared with the resources and issuers of the server, as those are with one another.
#[test]
fn audiences_of_providers_are_no_near_misses_and_not_those_of_issuers() {
    let build = |issuer: Issuer| ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now();
    let issuer = || Issuer::keys("https://auth.example.com", keys());
    for near in ["https://files.example.com/mcp/", "https://FILES.example.com/mcp", "http://files.example.com/mcp"] {
        let error = build(issuer().provider(Provider::new().audience(near))).unwrap_err();
        assert!(error.to_string().contains("differ only in"), "{near}: {error}");
    }
    let stated = || issuer().token_issuer("https://tokens.example.com/t/");
    for shared in ["https://tokens.example.com/t/", "https://tokens.example.com/t", "https://auth.example.com"] {
        let error = build(stated().provider(Provider::new().audience(shared))).unwrap_err();
        assert!(error.to_string().contains("no list of clients is stated"), "{shared}: {error}");
        assert!(build(stated().provider(Provider::new().audience(shared).clients([CLIENT]))).is_ok(), "{shared}");
    }
    assert!(build(stated().provider(Provider::new().audience("https://other.example.com"))).is_ok());
}

/// A challenge names claims, and RFC 6750 limits its characters.
#[test]
fn claims_that_a_challenge_cannot_name_are_rejected() {
    let build = |issuer: Issuer| ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now();
    let issuer = || Issuer::keys("https://auth.example.com", keys());
    for name in ["https://example.com/claims?of=files", "r\u{f4}les", "a\"b", "a\\b", "a\nb"] {
        for provider in [
            Provider::new().scopes_from(name),
            Provider::new().scopes_from(["a", name]),
            Provider::new().scopes_by_role(name, [("a", "files:read")]),
            Provider::new().client_claims([name]),
            Provider::new().subject_claims(["sub", name]),
            Provider::new().require(name, [""; 0]),
        ] {
            let error = build(issuer().provider(provider)).unwrap_err();
            assert!(error.to_string().contains("cannot name the claim"), "{name:?}: {error}");
        }
        let error = build(issuer().require_claim(name)).unwrap_err();
        assert!(error.to_string().contains("cannot name the claim"), "{name:?}: {error}");
    }
    assert!(build(issuer().provider(Provider::new().scopes_from("https://example.com/claims#files"))).is_ok());
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

/// An issuer that writes its own name as audience does so in the tokens of all of its applications.
#[test]
fn a_resource_that_is_the_issuer_requires_a_list_of_clients() {
    const ISSUER: &str = "https://files.example.com";
    let of = |issuer: Issuer, resource: &str| ResourceServer::builder(&SHAPES).resource(resource).issuer(issuer);
    let own = || Issuer::keys(ISSUER, keys());
    for (builder, setting) in [
        (of(own(), ISSUER), "resource"),
        (of(own(), "https://files.example.com/"), "resource"),
        (of(own().provider(Provider::keycloak()), ISSUER), "resource"),
        (of(Issuer::keys("https://auth.example.com", keys()).token_issuer(ISSUER), ISSUER), "resource"),
        (
            of(own(), RESOURCE).sandbox_resource(ISSUER).environments(Environments::new().by_audience()),
            "sandbox_resource",
        ),
    ] {
        let error = builder.build_now().unwrap_err();
        let problems: Vec<_> = error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect();
        assert_eq!(problems, [(setting, ProblemKind::Contradiction)], "{error}");
        assert!(error.to_string().contains("no list of clients is stated"), "{error}");
    }
    for provider in [Provider::new().clients([CLIENT]), Provider::new().danger_any_client()] {
        assert!(of(own().provider(provider), ISSUER).build_now().is_ok());
    }
    assert!(of(own(), RESOURCE).build_now().is_ok());
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
async fn scope_settings_keep_the_checks_of_entra_tokens() {
    let shapes = shapes();
    let entra = shapes.iter().find(|shape| shape.name == "Microsoft Entra, version 2").unwrap();
    let application = entra.claims["aud"].as_str().unwrap();
    for provider in [
        Provider::entra(application)
            .scopes_by_role("roles", [("Files.Read", "Files.Read"), ("Files.Write", "Files.Read")]),
        Provider::entra_app_only(application).scopes_from("roles"),
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
    // The roles of users are mapped, or not read.
    for provider in [
        Provider::entra(application).scopes_from("roles"),
        Provider::entra(application).app_roles().scopes_from("roles"),
        Provider::entra_v1("api://files").scopes_from("roles"),
    ] {
        let issuer = Issuer::keys("https://auth.example.com", keys()).provider(provider);
        let error = ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now().unwrap_err();
        assert!(error.to_string().contains("the roles of users would become scopes as they are"), "{error}");
        assert!(error.to_string().contains(".scopes_by_role("), "{error}");
    }
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

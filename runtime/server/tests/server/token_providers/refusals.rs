//! Tokens of another kind, claims that are not read, and what the operator is told.

use mcp_scopes_server::{
    __private::v1::explain,
    ResourceServer,
    token::{Issuer, Provider},
};
use serde_json::{Value, json};
use tracing::subscriber::set_default;

use super::{SHAPES, issuer, keys, server, shapes::shapes, token};
use crate::{
    server::{Ask, RESOURCE, Server},
    tokens::{now, raw},
    traces::{RecordedEvent, Recorder},
};

const ENTRA: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const APPLICATION: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const OBJECT: &str = "690222be-ff1a-4d56-abd1-7e4f7d38e474";

/// Roles of users become scopes in no setting, and tokens of applications only where they are accepted.
#[tokio::test]
async fn tokens_of_entra_are_accepted_by_kind() {
    const ID: &str = "`scp` is missing, and it is not app-only: it looks like an ID token";
    const APP: &str = "it is app-only: `roles` is not read";
    const USER: &str = "it acts for a user (`scp` is present), and only app-only tokens are accepted";
    let roles = json!(["Files.Read"]);
    for (kind, more, [by_entra, by_app_roles, by_app_only]) in [
        ("scp", json!({"sub": "pairwise", "scp": "Files.Read"}), ["", "", USER]),
        (
            "scp beside roles",
            json!({"sub": OBJECT, "idtyp": "user", "scp": "Files.Read", "roles": roles}),
            ["", "", USER],
        ),
        ("idtyp:app", json!({"sub": "pairwise", "idtyp": "app", "roles": roles}), [APP, "", ""]),
        ("idtyp:user", json!({"sub": OBJECT, "idtyp": "user", "roles": roles}), [ID, ID, ID]),
        ("sub equals oid", json!({"sub": OBJECT, "roles": roles}), [APP, "", ""]),
        ("ID token", json!({"sub": "pairwise", "nonce": "n", "roles": roles}), [ID, ID, ID]),
    ] {
        let mut claims = json!({"iss": ENTRA, "aud": APPLICATION, "azp": "files-client", "oid": OBJECT,
            "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47", "ver": "2.0"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let token = token(&json!({"alg": "EdDSA", "kid": "ed", "typ": "JWT"}), &claims);
        for (provider, said) in [
            (Provider::entra(APPLICATION), by_entra),
            (Provider::entra(APPLICATION).app_roles(), by_app_roles),
            (Provider::entra_app_only(APPLICATION), by_app_only),
        ] {
            let answer = server(ENTRA, provider).send(Ask::call("entra").token(&token)).await;
            if said.is_empty() {
                answer.passed();
            } else {
                assert_eq!(answer.refused(), (401, 401), "{kind}: {answer:?}");
                assert!(answer.challenge().contains(&format!("=\"{said}\"")), "{kind}: {answer:?}");
            }
        }
    }
}

/// Session tokens of Clerk are for the pages of the application.
#[tokio::test]
async fn session_tokens_of_clerk_are_rejected() {
    let claims = json!({"iss": "https://clerk.example.com", "azp": "https://app.example.com", "sub": "user_1", "sid": "sess_1",
        "sts": "active", "v": 2, "fva": [1, -1], "role": "admin", "nbf": 1});
    let token = token(&json!({"alg": "EdDSA", "kid": "ed", "typ": "JWT"}), &claims);
    for clients in [["files-client"], ["https://app.example.com"]] {
        let server = server("https://clerk.example.com", Provider::clerk(clients));
        let answer = server.send(Ask::call("plain").token(&token)).await;
        assert!(answer.challenge().contains("`scope` is missing"), "{answer:?}");
    }
}

async fn events(server: &Server, claims: &Value) -> Vec<RecordedEvent> {
    let token = token(&json!({"alg": "EdDSA", "kid": "ed"}), claims);
    // `tracing` may miss events that another test reaches for the first time at this moment. So all of them are reached before.
    server.send(Ask::call("plain").token(&token)).await;
    let recorder = Recorder::default();
    let _guard = set_default(recorder.clone());
    server.send(Ask::call("plain").token(&token)).await;
    recorder.events()
}

/// Stepping up would not help, so the challenge and the log name the claim.
#[tokio::test]
async fn claims_that_may_grant_scopes_and_are_not_read_are_named() {
    const PROJECT: &str = "urn:zitadel:iam:org:project:<id>:roles";
    let issuer = "https://auth.example.com";
    let server = server(issuer, Provider::new());
    for (claim, value, named) in [
        ("permissions", json!(["files:read"]), "permissions"),
        ("roles", json!(["reader"]), "roles"),
        ("groups", json!(["readers"]), "groups"),
        ("cognito:groups", json!(["readers"]), "cognito:groups"),
        ("role", json!("authenticated"), "role"),
        ("entitlements", json!(["read"]), "entitlements"),
        ("realm_access", json!({"roles": ["reader"]}), "realm_access"),
        ("urn:zitadel:iam:org:project:roles", json!({"reader": {}}), "urn:zitadel:iam:org:project:roles"),
        ("urn:zitadel:iam:org:project:234567:roles", json!({"reader": {}}), PROJECT),
    ] {
        let mut claims = json!({"iss": issuer, "aud": RESOURCE, "sub": "ada", "scope": "openid"});
        claims[claim] = value.clone();
        let reason = format!("the token grants no scope of this server; `{named}` is present and not read");
        let found = events(&server, &claims).await;
        let decision = found.iter().find(|event| event.name == "decision").unwrap();
        assert_eq!((decision.field("status"), decision.field("reason")), ("403", reason.as_str()), "{claim}");
        let cause = found.iter().find(|event| event.name == "cause").unwrap();
        assert_eq!((cause.level, cause.field("reason")), ("WARN", reason.as_str()), "{claim}");
        assert!(cause.field("help").contains("Provider::scopes_from"), "{cause:?}");
        // Without any scope the token is rejected.
        claims["scope"] = Value::Null;
        let reason = format!("`{named}` is present and not read, and no claim that is read grants scopes");
        let found = events(&server, &claims).await;
        let cause = found.iter().find(|event| event.name == "cause").unwrap();
        assert_eq!((cause.level, cause.field("reason")), ("WARN", reason.as_str()), "{claim}");
        assert!(cause.field("help").contains("Provider::scopes_from"), "{cause:?}");
        let decision = found.iter().find(|event| event.name == "decision").unwrap();
        assert_eq!((decision.field("status"), decision.field("reason")), ("401", reason.as_str()), "{claim}");
    }
    // The claim that is read is not named.
    let read = Provider::zitadel("234567", ["files-client"], [("writer", "files:write")]);
    let claims = json!({"iss": issuer, "aud": "234567", "sub": "1", "client_id": "files-client",
        "urn:zitadel:iam:org:project:234567:roles": {"reader": {}}});
    let answer =
        super::server(issuer, read).send(Ask::call("plain").token(&token(&json!({"alg": "EdDSA"}), &claims))).await;
    assert!(answer.status == 403 && !answer.challenge().contains("not read"), "{answer:?}");
    let said =
        "its scopes come from `urn:zitadel:iam:org:project:234567:roles`, which a request for scopes does not change";
    assert!(answer.challenge().contains(said), "{answer:?}");
}

/// A token that grants some scopes of the table, and needs another: the challenge and the log say whether requesting it helps.
#[tokio::test]
async fn says_where_requesting_scopes_does_not_help() {
    const ROLE: &str = "let an administrator grant the role";
    let named = |claim: &str| format!("its scopes come from `{claim}`, which a request for scopes does not change");
    let map = [("reader", "files:read"), ("other", "unknown")];
    let roles = |claim: &str| Provider::new().scopes_by_role(claim, map);
    let entra = json!({"aud": APPLICATION, "oid": OBJECT, "sub": OBJECT, "tid": "t"});
    let with = |base: &Value, more: Value| {
        let mut claims = base.clone();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let plain = json!({"aud": RESOURCE, "sub": "ada"});
    let unread = |claim: &str| format!("`{claim}` is present and not read");
    for (provider, claims, why, help) in [
        // What a client requests is in a claim that is not read.
        (
            Provider::new().scopes_from("permissions"),
            with(&plain, json!({"permissions": ["files:read"], "scope": "files/read"})),
            unread("scope"),
            "Provider::scopes_from",
        ),
        (
            Provider::new().scopes_from("permissions"),
            with(&plain, json!({"permissions": ["files:read"], "scp": ["files/read"]})),
            unread("scp"),
            "Provider::scopes_from",
        ),
        (
            roles("roles"),
            with(&plain, json!({"roles": ["reader"], "scope": "files/read"})),
            unread("scope"),
            "Provider::scopes_from",
        ),
        // Roles.
        (roles("roles"), with(&plain, json!({"roles": ["reader"]})), named("roles"), ROLE),
        (roles("roles"), with(&plain, json!({"roles": ["reader"], "groups": ["a"]})), named("roles"), ROLE),
        (roles("roles"), with(&plain, json!({"roles": ["another"]})), named("roles"), ROLE),
        (roles("roles"), plain.clone(), named("roles"), ROLE),
        (roles("role"), with(&plain, json!({"role": "anon"})), named("role"), ROLE),
        (
            Provider::supabase(["app"], [("authenticated", "files:read")]),
            json!({"aud": "authenticated", "sub": "ada", "client_id": "app", "role": "anon"}),
            named("role"),
            ROLE,
        ),
        (Provider::entra_app_only(APPLICATION), with(&entra, json!({"roles": ["Files.Read"]})), named("roles"), ROLE),
        (Provider::entra(APPLICATION).app_roles(), with(&entra, json!({"roles": []})), named("roles"), ROLE),
        // The prefix of scopes is another one.
        (
            Provider::new().scope_prefix("api://files/", "files:"),
            with(&plain, json!({"scope": "files/read"})),
            "none of its scopes has the prefix of this server".to_owned(),
            "Provider::scope_prefix",
        ),
        // Requesting scopes helps.
        (Provider::new(), with(&plain, json!({"scope": "files:read"})), String::new(), ""),
        (
            Provider::new(),
            with(&plain, json!({"scope": "files:read", "permissions": ["files/read"]})),
            String::new(),
            "",
        ),
        (Provider::new(), with(&plain, json!({"scope": "openid"})), String::new(), ""),
        (Provider::entra(APPLICATION), with(&entra, json!({"scp": "Files.Read", "roles": ["a"]})), String::new(), ""),
        (
            Provider::new().scopes_from("permissions"),
            with(&plain, json!({"permissions": ["files:read"]})),
            String::new(),
            "",
        ),
    ] {
        let issuer = "https://auth.example.com";
        let mut all = claims.clone();
        all["iss"] = json!(issuer);
        let server = server(issuer, provider);
        let signed = token(&json!({"alg": "EdDSA", "kid": "ed"}), &all);
        let answer = server.send(Ask::call("cognito").token(&signed)).await;
        let challenge = answer.challenge();
        assert!(answer.status == 403 && challenge.contains("error=\"insufficient_scope\""), "{claims}: {answer:?}");
        assert_eq!(
            challenge.contains("does not help") || challenge.contains("no scope of this server"),
            !why.is_empty()
        );
        assert!(challenge.contains(&why), "{claims}: {answer:?}");
        server.send(Ask::call("cognito").token(&signed)).await;
        let recorder = Recorder::default();
        let _guard = set_default(recorder.clone());
        server.send(Ask::call("cognito").token(&signed)).await;
        let cause = recorder.events().into_iter().find(|event| event.name == "cause");
        assert_eq!(cause.is_some(), !why.is_empty(), "{claims}: {cause:?}");
        if let Some(cause) = cause {
            assert!(cause.field("reason").contains(&why) && cause.field("help").contains(help), "{claims}: {cause:?}");
        }
    }
}

#[tokio::test]
async fn the_log_says_what_to_change_and_the_answer_does_not() {
    let issuer = "https://auth.example.com";
    for (provider, more, reason, help) in [
        (Provider::new(), json!({}), "`aud` is missing", "`Provider::cognito`"),
        (
            Provider::new(),
            json!({"aud": "account", "scope": "a"}),
            "`aud` has another value than this server accepts",
            "audience mapper",
        ),
        (
            Provider::descope(),
            json!({"aud": RESOURCE, "drn": "DSR"}),
            "`drn` is that of a refresh token",
            "send the access token",
        ),
        (Provider::okta("api://files"), json!({"aud": "api://files"}), "`cid` is missing", "Provider::require"),
        (
            Provider::keycloak().clients(["files-client"]),
            json!({"aud": RESOURCE, "typ": "Bearer"}),
            "`azp` and `client_id` are missing, and this server accepts only known clients",
            "Provider::client_claims",
        ),
    ] {
        let mut claims = json!({"iss": issuer, "sub": "ada"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let server = server(issuer, provider);
        let found = events(&server, &claims).await;
        let cause = found.iter().find(|event| event.name == "cause").unwrap();
        assert_eq!(cause.field("reason"), reason, "{more}");
        assert!(cause.field("help").contains(help), "{more}: {cause:?}");
        let answer = server.send(Ask::call("plain").token(&token(&json!({"alg": "EdDSA"}), &claims))).await;
        assert!(!answer.body.contains(help) && !answer.challenge().contains(help), "{answer:?}");
    }
}

/// The whole text of each reason about claims and headers.
#[test]
fn reasons_name_the_claim_and_what_is_wrong_with_it() {
    let issuer = "https://auth.example.com";
    let said = |header: Value, more: Value| {
        let mut claims =
            json!({"iss": issuer, "aud": RESOURCE, "sub": "ada", "scope": "files:read", "exp": now() + 60});
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let token = raw(&header.to_string(), &claims.to_string());
        let explained = explain(&token, &Issuer::keys(issuer, keys()), RESOURCE, None).unwrap();
        explained.result.err().map_or_else(String::new, |(_, error)| error.reason().to_owned())
    };
    let header = || json!({"alg": "EdDSA", "kid": "ed"});
    assert_eq!(said(header(), json!({})), "");
    let thumbprint = "A".repeat(43);
    for (more, expected) in [
        (json!({"exp": null}), "`exp` is missing"),
        (json!({"exp": "soon"}), "`exp` is not a valid time"),
        (json!({"exp": -1}), "`exp` is not a valid time"),
        (json!({"exp": 1}), "it has expired: `exp` is in the past"),
        (json!({"nbf": "soon"}), "`nbf` is not a valid time"),
        (json!({"iat": [1]}), "`iat` is not a valid time"),
        (json!({"iat": now() + 600}), "it is not valid yet: `iat` is in the future"),
        (json!({"nbf": now() + 600}), "it is not valid yet: `nbf` is in the future"),
        (json!({"scp": "other"}), "`scope` and `scp` grant different scopes"),
        (json!({"scope": 7}), "`scope` is not a string"),
        (json!({"scope": ["files:read"]}), "`scope` is a list and not a string"),
        (json!({"scp": 7}), "`scp` is neither a string nor a list of strings"),
        (json!({"sub": 7}), "`sub` is not a string"),
        (json!({"client_id": 7}), "`client_id` is not a string"),
        (json!({"server_permissions": 7}), "`server_permissions` is not an object whose members are lists of scopes"),
        (json!({"server_permissions": {}}), "`server_permissions` has no entry for this server"),
        (
            json!({"cnf": {"kid": "a"}}),
            "`cnf` has a member other than `jkt` and `x5t#S256`, or is not an object with one",
        ),
        (json!({"cnf": {"jkt": "a"}}), "`jkt` in `cnf` is not a SHA-256 thumbprint"),
        (json!({"cnf": {"x5t#S256": "a"}}), "`x5t#S256` in `cnf` is not a SHA-256 thumbprint"),
        (json!({"cnf": {"jkt": thumbprint}}), ""),
        (json!({"token_type": "DPoP"}), "its type is `DPoP`, and `cnf` does not name its key"),
    ] {
        assert_eq!(said(header(), more.clone()), expected, "{more}");
    }
    for (header, expected) in [
        (json!({"alg": "EdDSA", "crit": ["b64"]}), "its header requires an extension that is not supported"),
        (json!({"alg": "EdDSA", "kid": 7}), "`kid` is not a string"),
        (json!({"alg": "EdDSA", "typ": 7}), "`typ` in its header is not a string"),
        (json!({"alg": "EdDSA", "typ": "dpop+jwt"}), "`typ` in its header is not that of an access token"),
        (json!({"alg": "none"}), "its algorithm is not supported"),
        (json!({"alg": "HS256"}), "its algorithm is not allowed"),
        (json!([]), "it holds no JSON object, or a member occurs twice"),
    ] {
        assert_eq!(said(header.clone(), json!({})), expected, "{header}");
    }
}

/// Every rejection of a documented token says what to change.
#[test]
fn every_refusal_of_a_documented_token_has_a_help() {
    let mut count = 0;
    for shape in shapes() {
        let mut provider = (shape.provider)();
        if !shape.limits_clients && shape.client_claim.is_some() {
            provider = provider.clients([shape.client()]);
        }
        let issuer = issuer(shape.issuer, provider);
        let help = |token: &str| {
            let explained = explain(token, &issuer, RESOURCE, None).unwrap();
            explained.result.err().map(|(_, error)| (error.reason().to_owned(), error.help()))
        };
        let accepted = shape.with_client(shape.client());
        assert_eq!(help(&token(&shape.header, &accepted)), None, "{}", shape.name);
        let mut refused: Vec<Value> = [
            json!({"aud": "https://other.example.com"}),
            json!({"aud": 7}),
            json!({"aud": format!("{RESOURCE}/")}),
            json!({"iss": shape.other_issuer}),
            json!({"iss": shape.near_issuer()}),
            json!({"iss": null}),
            json!({"iss": 7}),
            json!({"sub": 7}),
            json!({"nbf": now() + 600}),
            json!({"nbf": "soon"}),
            json!({"cnf": {"jkt": "a"}}),
            json!({"cnf": 7}),
            json!({"at_hash": "h"}),
            json!({"token_use": "id"}),
            json!({"typ": "ID"}),
            json!({"typ": "DPoP"}),
            json!({"server_permissions": {}}),
            json!({"server_permissions": 7}),
        ]
        .iter()
        .map(|changes| shape.with(changes))
        .collect();
        if let Some(claim) = shape.client_claim {
            refused.extend([json!(7), json!("another-client")].map(|client| shape.with(&json!({claim: client}))));
        }
        refused.push(shape.id_token.clone());
        refused.extend(shape.refresh.iter().filter(|refresh| refresh.is_object()).map(|changes| shape.with(changes)));
        let mut tokens: Vec<String> = refused.iter().map(|claims| token(&shape.header, claims)).collect();
        tokens.extend(["opaque", "a.b.c", "a.b.c.d.e", "e30.e30.AA"].map(str::to_owned));
        tokens.push(token(&json!({"alg": "HS256"}), &accepted));
        tokens.push(token(&json!({"alg": "none"}), &accepted));
        tokens.push(token(&json!({"alg": "EdDSA", "kid": 7}), &accepted));
        tokens.push(token(&json!({"alg": "EdDSA", "typ": "logout+jwt"}), &accepted));
        tokens.push(token(&json!({"alg": "EdDSA", "crit": ["b64"]}), &accepted));
        for (at, token) in tokens.iter().enumerate() {
            let Some((reason, help)) = help(token) else { panic!("{} accepts token {at}", shape.name) };
            assert!(help.is_some_and(|help| !help.is_empty()), "{}, token {at}: {reason}", shape.name);
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

/// With several issuers a JWT without `iss` is not said to be opaque.
#[tokio::test]
async fn tokens_that_name_no_issuer_are_told_apart() {
    let issuer = |name: &str| Issuer::keys(name, keys());
    let builder = ResourceServer::builder(&SHAPES).resource(RESOURCE);
    let server =
        Server::around(builder.issuer(issuer("https://one.example.com")).issuer(issuer("https://two.example.com")));
    let of = |iss: Value| {
        token(&json!({"alg": "EdDSA", "kid": "ed"}), &json!({"iss": iss, "aud": RESOURCE, "scope": "files:read"}))
    };
    for (token, said) in [
        (of(Value::Null), "`iss` is missing"),
        (of(json!(7)), "`iss` is not a string"),
        (of(json!(["https://one.example.com"])), "`iss` is not a string"),
        (of(json!("https://one.example.com/")), "only by a trailing slash"),
        (of(json!("https://three.example.com")), "`iss` has another value than the configured issuers"),
        ("opaque".to_owned(), "it is opaque or malformed, and no issuer introspects tokens"),
        ("a.b.c".to_owned(), "it is opaque or malformed, and no issuer introspects tokens"),
    ] {
        let answer = server.send(Ask::call("plain").token(&token)).await;
        assert!(answer.status == 401 && answer.challenge().contains(said), "{said}: {answer:?}");
    }
    for name in ["https://one.example.com", "https://two.example.com"] {
        server.send(Ask::call("plain").token(&of(json!(name)))).await.passed();
    }
}

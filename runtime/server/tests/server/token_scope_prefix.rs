//! What an issuer puts in front of scopes: outside, in what clients request, and inside, in tokens.

use http::StatusCode;
use mcp_scopes::{ScopeTable, mcp_tool, scope_table};
use mcp_scopes_server::{
    ChallengeScopes, Discovery, Environments, ProblemKind, ResourceServer, ResourceServerBuilder,
    token::{Issuer, KeySet, Provider},
};
use serde_json::{Value, json};

use crate::{
    key_sets::{Key, set},
    server::{Ask, BuildNow as _, RESOURCE, Server},
};

const ISSUER: &str = "https://auth.example.com";
const APPLICATION: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

/// Read a file
#[mcp_tool(scope = "Files.Read", risk = "low")]
fn read() {}
/// Write a file
#[mcp_tool(scope = "Files.Write", risk = "high", prerequisites("Files.Read"))]
fn write() {}

/// Open a file
#[mcp_tool(scope = all("Files.Read", when("/etc/*", "Files.Write")), risk = "high")]
fn open(path: &str) {
    let _ = path;
}

scope_table! { static PLAIN = [read, write]; }
scope_table! { static CONDITIONAL = [open] with "tests/server/scope_prefix.toml"; }
scope_table! { static STATED = [read, write] with "tests/server/scope_prefix.toml"; }

fn issuer(key: &Key) -> Issuer {
    Issuer::keys(ISSUER, KeySet::from_json(&set(&[key])).unwrap())
}

fn around(table: &'static ScopeTable, issuer: Issuer) -> ResourceServerBuilder {
    ResourceServer::builder(table).resource(RESOURCE).issuer(issuer)
}

/// Returns a token with these scopes and other claims.
fn token(key: &Key, claims: &Value) -> String {
    let mut all = json!({"exp": 4_000_000_000_u64});
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    key.token_of(&all)
}

async fn document(server: &Server) -> Value {
    server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json()
}

#[tokio::test]
async fn documents_and_challenges_name_scopes_as_clients_request_them() {
    let key = Key::new("a");
    let server = Server::around(around(&STATED, issuer(&key)));
    let document = document(&server).await;
    let [read, write] = ["api://files/Files.Read", "api://files/Files.Write"];
    assert_eq!(document["scopes_supported"], json!([read]));
    let extensions = &document["mcp_extensions"];
    assert_eq!(extensions["tool_scope_mapping"]["write"]["required_scopes"], json!([[write]]));
    assert_eq!(extensions["tool_scope_mapping"]["write"]["prerequisite_scopes"], json!([read]));
    assert_eq!(extensions["scope_hierarchy"], json!({write: [read]}));
    assert_eq!(extensions["scope_upgrade_flows"], json!({"writer": [read, write]}));
    let answer = server.send(Ask::call("write").token(&token(&key, &json!({"scope": "files/Files.Read"})))).await;
    assert!(
        answer.challenge().starts_with(&format!("Bearer scope=\"{write}\", error=\"insufficient_scope\"")),
        "{answer:?}"
    );
    for request in [Ask::call("write"), Ask::method("tools/list").token("opaque")] {
        let answer = server.send(request).await;
        assert!(answer.challenge().starts_with(&format!("Bearer scope=\"{read}\", ")), "{answer:?}");
    }
}

#[tokio::test]
async fn challenges_name_held_scopes_with_the_prefix() {
    let key = Key::new("a");
    let builder = around(&STATED, issuer(&key)).challenge_scopes(ChallengeScopes::NeededAndHeld);
    let answer = Server::around(builder);
    let answer = answer.send(Ask::call("write").token(&token(&key, &json!({"scope": "files/Files.Read"})))).await;
    assert!(answer.challenge().contains("scope=\"api://files/Files.Write api://files/Files.Read\""), "{answer:?}");
}

#[tokio::test]
async fn challenges_name_conditional_scopes_with_the_prefix() {
    let key = Key::new("a");
    let server = Server::around(around(&CONDITIONAL, issuer(&key)));
    let call = async |scope: &str, path: &str| {
        let params = json!({"name": "open", "arguments": {"path": path}});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        server.send(Ask::post(body.to_string()).token(&token(&key, &json!({"scope": scope})))).await
    };
    call("files/Files.Read", "/home").await.passed();
    let answer = call("files/Files.Read", "/etc/passwd").await;
    assert_eq!(answer.status, 403);
    assert!(answer.challenge().contains("scope=\"api://files/Files.Read api://files/Files.Write\""), "{answer:?}");
    // Scopes imply others here too.
    call("files/Files.Write", "/etc/passwd").await.passed();
}

#[tokio::test]
async fn removes_the_inner_prefix_from_the_scopes_of_tokens() {
    let key = Key::new("a");
    let server = Server::around(around(&STATED, issuer(&key)));
    for scopes in ["files/Files.Write", "openid files/Files.Write other/Files.Read"] {
        server.send(Ask::call("write").token(&token(&key, &json!({"scope": scopes})))).await.passed();
    }
    for scopes in
        ["Files.Write", "other/Files.Write", "api://files/Files.Write", "files/files/Files.Write", "Files/Files.Write"]
    {
        let answer = server.send(Ask::call("write").token(&token(&key, &json!({"scope": scopes})))).await;
        assert_eq!(answer.status, 403, "{scopes}: {answer:?}");
    }
    // A claim of a list, and roles, which the map of the deployment names without the prefix.
    let list = issuer(&key).provider(Provider::new().scopes_from("rights"));
    let roles = issuer(&key).provider(Provider::new().scopes_by_role("rights", [("editor", "Files.Write")]));
    for (issuer, rights) in [(list, "files/Files.Write"), (roles, "editor")] {
        let server = Server::around(around(&STATED, issuer));
        server.send(Ask::call("write").token(&token(&key, &json!({"rights": [rights]})))).await.passed();
    }
    // Names in `server_permissions` have the prefix, since they come from the token too, also where the scopes do not.
    let limited =
        json!({"scope": "files/Files.Write files/Files.Read", "server_permissions": {RESOURCE: ["files/Files.Read"]}});
    server.send(Ask::call("read").token(&token(&key, &limited))).await.passed();
    assert_eq!(server.send(Ask::call("write").token(&token(&key, &limited))).await.status, 403);
    let roles = issuer(&key).provider(Provider::new().scopes_by_role("rights", [("editor", "Files.Write Files.Read")]));
    let closure = issuer(&key).claims(|verified| Ok(verified.accept()?.scopes(["Files.Write", "Files.Read"])));
    for issuer in [roles, closure] {
        let limited =
            json!({"rights": ["editor"], "server_permissions": {RESOURCE: ["files/Files.Read", "Files.Write"]}});
        let server = Server::around(around(&STATED, issuer));
        server.send(Ask::call("read").token(&token(&key, &limited))).await.passed();
        assert_eq!(server.send(Ask::call("write").token(&token(&key, &limited))).await.status, 403);
    }
}

/// Stepping up may not help, so the challenge says what is wrong.
#[tokio::test]
async fn challenges_say_that_no_scope_has_the_prefix() {
    let key = Key::new("a");
    let server = Server::around(around(&STATED, issuer(&key)));
    let said = "none of its scopes has the prefix of this server";
    for (scopes, is_said) in
        [("Files.Read", true), ("api://files/Files.Read", true), ("files/Other", false), ("", false)]
    {
        let answer = server.send(Ask::call("read").token(&token(&key, &json!({"scope": scopes})))).await;
        assert_eq!(
            (answer.status, answer.challenge().contains(said)),
            (StatusCode::FORBIDDEN, is_said),
            "{scopes}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn providers_override_the_prefix_of_the_file() {
    let key = Key::new("a");
    let provider = Provider::new().scope_prefix("https://other.example.com/", "");
    let server = Server::around(around(&STATED, issuer(&key).provider(provider)));
    assert_eq!(document(&server).await["scopes_supported"], json!(["https://other.example.com/Files.Read"]));
    server.send(Ask::call("read").token(&token(&key, &json!({"scope": "Files.Read"})))).await.passed();
    let answer = server.send(Ask::call("write").token(&token(&key, &json!({"scope": "Files.Read"})))).await;
    assert!(answer.challenge().starts_with("Bearer scope=\"https://other.example.com/Files.Write\""), "{answer:?}");
    // An empty prefix is one as well.
    let server = Server::around(around(&STATED, issuer(&key).provider(Provider::new().scope_prefix("", ""))));
    assert_eq!(document(&server).await["scopes_supported"], json!(["Files.Read"]));
}

#[tokio::test]
async fn clients_of_entra_request_scopes_of_the_application() {
    let key = Key::new("a");
    let usual = format!("api://{APPLICATION}/");
    for (table, provider, outside, inside) in [
        (&PLAIN, Provider::entra(APPLICATION), usual.as_str(), ""),
        (&PLAIN, Provider::entra_v1("api://files"), "api://files/", ""),
        (
            &PLAIN,
            Provider::entra(APPLICATION).scope_prefix("https://contoso.com/api/", ""),
            "https://contoso.com/api/",
            "",
        ),
        (&STATED, Provider::entra(APPLICATION), "api://files/", "files/"),
        (&PLAIN, Provider::auth0(), "", ""),
    ] {
        let server = Server::around(around(table, issuer(&key).provider(provider)));
        let document = document(&server).await;
        assert_eq!(document["scopes_supported"][0], format!("{outside}Files.Read"));
        let audience = if outside.is_empty() { RESOURCE } else { APPLICATION };
        let audience = if outside == "api://files/" && inside.is_empty() { "api://files" } else { audience };
        let claims = json!({"aud": audience, "scope": null, "scp": format!("{inside}Files.Read"), "sub": "pairwise", "azp": "client"});
        server.send(Ask::call("read").token(&token(&key, &claims))).await.passed();
        let answer = server.send(Ask::call("write").token(&token(&key, &claims))).await;
        assert!(answer.challenge().starts_with(&format!("Bearer scope=\"{outside}Files.Write\"")), "{answer:?}");
    }
}

#[tokio::test]
async fn filtered_discovery_discloses_the_baseline_with_its_prefix() {
    let key = Key::new("a");
    let server = Server::around(around(&STATED, issuer(&key)).discovery(Discovery::Filtered));
    let document = document(&server).await;
    assert_eq!(document["scopes_supported"], json!(["api://files/Files.Read"]));
    let tools = document["mcp_extensions"]["tool_scope_mapping"].as_object().unwrap();
    assert!(tools.keys().eq(["read"]), "{document}");
    assert_eq!(tools["read"]["required_scopes"], json!([["api://files/Files.Read"]]));
}

#[test]
fn servers_state_the_prefix_of_the_deployment() {
    let key = Key::new("a");
    let server = around(&PLAIN, issuer(&key).provider(Provider::entra(APPLICATION))).build_now().unwrap();
    assert_eq!(server.scope_prefix(), format!("api://{APPLICATION}/"));
    let authorization = PLAIN.tool("read").unwrap().authorization(&server.tools_list()).unwrap();
    assert_eq!(authorization.scopes, [format!("api://{APPLICATION}/Files.Read")]);
}

#[test]
fn tools_lists_name_scopes_as_clients_request_them() {
    let list = STATED.tools_list();
    let write = STATED.tool("write").unwrap();
    assert_eq!(write.authorization(&list).unwrap().scopes, ["api://files/Files.Write"]);
    let list = STATED.tools_list().scope_prefix("api://other/");
    assert_eq!(
        serde_json::to_value(write.security_schemes(&list)).unwrap(),
        json!([{"type": "oauth2", "scopes": ["api://other/Files.Write"]}])
    );
}

#[test]
fn rejects_prefixes_that_contradict_or_cannot_be_any() {
    let key = Key::new("a");
    let other = |provider: Provider| {
        let keys = KeySet::from_json(&set(&[&key])).unwrap();
        Issuer::keys("https://login.example.com", keys).provider(provider)
    };
    let refused = |builder: ResourceServerBuilder| {
        let error = builder.build_now().unwrap_err();
        let [problem] = error.problems() else { panic!("{error}") };
        (problem.setting, problem.kind, problem.message.clone())
    };
    let two = around(&PLAIN, issuer(&key)).issuer(other(Provider::entra(APPLICATION)));
    let (setting, kind, message) = refused(two);
    assert_eq!((setting, kind), ("issuer", ProblemKind::Contradiction));
    assert_eq!(
        message,
        format!(
            "clients request scopes with the prefix `` at the issuer `https://auth.example.com`, and `api://{APPLICATION}/` at \
             `https://login.example.com`"
        )
    );
    let sandbox = around(&STATED, issuer(&key))
        .environments(Environments::new().by_issuer())
        .sandbox_issuer(other(Provider::new().scope_prefix("api://sandbox/", "files/")));
    assert_eq!(refused(sandbox).0, "sandbox_issuer");
    // The same outside, and another inside.
    let agreed = around(&STATED, issuer(&key)).issuer(other(Provider::new().scope_prefix("api://files/", "")));
    agreed.build_now().unwrap();
    for application in ["", "a b"] {
        let (setting, ..) = refused(around(&PLAIN, issuer(&key).provider(Provider::entra(application))));
        assert_eq!(setting, "issuer");
    }
    for (prefix, reason) in [("api://app", "ends in a letter or digit"), ("a b/", "contains"), ("a\"/", "contains")] {
        for (outside, inside) in [(prefix, ""), ("", prefix)] {
            let provider = Provider::new().scope_prefix(outside, inside);
            let (setting, _, message) = refused(around(&PLAIN, issuer(&key).provider(provider)));
            assert!(setting == "issuer" && message.contains(reason), "{message}");
        }
    }
}

//! Invalid settings: `build` reports all of them at once.

use std::sync::Arc;

use http::StatusCode;
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Access, ChallengeScopes, Claims, Discovery, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier,
};

use crate::server::{Answer, Ask, BuildNow as _, RESOURCE, Server, TOOLS, Tokens};

/// Do nothing
#[mcp_tool(risk = "low")]
fn nothing() {}
/// Read what is secret
#[mcp_tool(risk = "low", policy(max_calls_per_session = 3))]
fn limited() {}

/// Do what a person reviews
#[mcp_tool(risk = "low", policy(requires_human_review))]
fn reviewed() {}

scope_table! { static BARE = [nothing]; }
scope_table! { static REVIEWED = [reviewed]; }
scope_table! { static LIMITED = [limited]; }
scope_table! { static SESSION = [nothing] with "tests/server/session.toml"; }

fn wrong(builder: ResourceServerBuilder) -> Vec<&'static str> {
    builder.build_now().unwrap_err().problems().iter().map(|problem| problem.setting).collect()
}

fn sound(table: &'static mcp_scopes::ScopeTable) -> ResourceServerBuilder {
    ResourceServer::builder(table).resource("https://h/mcp").authorization_server("https://as").verifier(Tokens)
}

#[test]
fn reports_all_invalid_settings_at_once() {
    let error = ResourceServer::builder(&REVIEWED)
        .resource("http://h/mcp")
        .authorization_server("ftp://as")
        .discovery(Discovery::Filtered)
        .publish_all_tools()
        .origin("example.com")
        .method("tools/call", Access::Token)
        .param_header("nix", "Region", ["region"])
        .body_limit(0)
        .build_now()
        .unwrap_err();
    let mut settings: Vec<_> = error.problems().iter().map(|problem| problem.setting).collect();
    settings.sort_unstable();
    let expected = [
        "approver",
        "authorization_server",
        "body_limit",
        "discovery",
        "issuer",
        "method",
        "origin",
        "param_header",
        "publish_all_tools",
        "resource",
    ];
    assert_eq!(settings, expected);
    let text = error.to_string();
    assert!(expected.iter().all(|setting| text.contains(&format!("`{setting}`: "))), "{text}");
    assert!(!text.contains('\n'));
}

#[test]
fn requires_resource_issuer_and_verifier() {
    assert_eq!(wrong(ResourceServer::builder(&BARE)), ["issuer", "resource", "authorization_server"]);
    assert!(sound(&BARE).build_now().is_ok());
    // The configuration file of the table states them.
    assert!(ResourceServer::builder(&TOOLS).verifier(Tokens).build_now().is_ok());
}

#[test]
fn rejects_addresses_with_user_information_and_never_shows_it() {
    let builder = ResourceServer::builder(&BARE).verifier(Tokens);
    for (resource, issuer, settings) in [
        ("https://ada:pass@h/mcp", "https://as", &["resource"][..]),
        ("https://h/mcp", "https://ada@as", &["authorization_server"]),
        (
            "http://ada:pass@h/mcp",
            "http://as:pass@as",
            &["resource", "authorization_server", "resource", "authorization_server"],
        ),
        ("https://h/mcp/@ada", "https://as/@ada", &[]),
        // Addresses that cannot be parsed are not shown either.
        ("https://ada:pass^@h/mcp", "https://as:pass%@as", &["resource", "authorization_server"]),
        ("https://ada:pass#@h/mcp", "https://as:pass?@as", &["resource", "authorization_server"]),
    ] {
        let built =
            ResourceServer::builder(&BARE).verifier(Tokens).resource(resource).authorization_server(issuer).build_now();
        let problems = built.err().map(|error| (error.to_string(), error.problems().to_vec()));
        let (text, problems) = problems.unwrap_or_default();
        assert!(!text.contains("pass"), "{text}");
        assert_eq!(problems.iter().map(|problem| problem.setting).collect::<Vec<_>>(), settings, "{text}");
    }
    let origin = sound(&BARE).origin("https://ada:pass@app.example.com").build_now().unwrap_err();
    assert!(origin.problems().len() == 1 && !origin.to_string().contains("pass"), "{origin}");
    assert!(!format!("{:?}", builder.resource("https://ada:pass@h/mcp")).contains("pass"));
}

#[test]
fn requires_https_except_on_loopback() {
    let of = |resource: &str, issuer: &str| {
        ResourceServer::builder(&BARE).resource(resource).authorization_server(issuer).verifier(Tokens)
    };
    assert!(of("http://localhost:3000/mcp", "http://127.0.0.1:9000").build_now().is_ok());
    assert_eq!(wrong(of("http://h/mcp", "https://as")), ["resource"]);
    assert_eq!(wrong(of("https://h/mcp#x", "https://as")), ["resource"]);
    assert_eq!(wrong(of("https://h/mcp", "http://as")), ["authorization_server"]);
    assert_eq!(wrong(of("https://h/mcp", "https://as?x")), ["authorization_server"]);
}

#[test]
fn checks_each_authorization_server() {
    assert_eq!(wrong(sound(&BARE).authorization_server("http://other")), ["authorization_server"]);
}

#[test]
fn enforces_policies_unless_another_component_does() {
    for table in [&LIMITED, &SESSION] {
        assert!(sound(table).build_now().unwrap().policy_sessions().is_some());
        assert!(sound(table).policies_enforced_elsewhere().build_now().unwrap().policy_sessions().is_none());
    }
    // A review cannot be enforced without a reviewer.
    assert_eq!(wrong(sound(&REVIEWED)), ["approver"]);
    assert!(sound(&REVIEWED).policies_enforced_elsewhere().build_now().is_ok());
    assert!(sound(&BARE).build_now().unwrap().policy_sessions().is_none());
}

#[test]
fn requires_a_baseline_in_filtered_mode_and_rejects_publish_all_tools() {
    assert_eq!(wrong(sound(&BARE).discovery(Discovery::Filtered)), ["discovery"]);
    assert!(sound(&TOOLS).discovery(Discovery::Filtered).build_now().is_ok());
    assert_eq!(wrong(sound(&TOOLS).discovery(Discovery::Filtered).publish_all_tools()), ["publish_all_tools"]);
    assert!(sound(&TOOLS).publish_all_tools().build_now().is_ok());
}

#[test]
fn rejects_malformed_origins() {
    for origin in [
        "",
        "example.com",
        "https://h/",
        "https://h/a",
        "http://h/",
        "https://a@h",
        "https://h?x",
        "https://h#x",
        "NULL",
        "vscode-webview:",
        "chrome-extension://",
        "vscode-webview://h/a",
        "*",
        "https://*.h",
    ] {
        assert_eq!(wrong(sound(&BARE).origin(origin)), ["origin"], "{origin}");
    }
    for origin in [
        "https://h",
        "https://h:8443",
        "http://localhost:6274",
        "http://app.internal",
        "http://10.0.0.1:8080",
        "null",
        "vscode-webview://1s5cq3l0b9",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://0b5d5d9e-6a2f-4c3f-8f5e-2f0a1b2c3d4e",
    ] {
        assert!(sound(&BARE).origin(origin).build_now().is_ok(), "{origin}");
    }
}

#[test]
fn rejects_limits_of_zero() {
    for (setting, builder) in [
        ("body_limit", sound(&BARE).body_limit(0)),
        ("anonymous_body_limit", sound(&BARE).anonymous_body_limit(0)),
        ("answer_limit", sound(&BARE).answer_limit(0)),
        ("body_timeout", sound(&BARE).body_timeout(core::time::Duration::ZERO)),
    ] {
        assert_eq!(wrong(builder), [setting]);
    }
}

#[test]
fn rejects_method_rules_for_tools_and_unknown_scopes() {
    for method in ["tools/call", "tools/*"] {
        assert_eq!(wrong(sound(&BARE).method(method, Access::Token)), ["method"], "{method}");
    }
    assert_eq!(wrong(sound(&BARE).method("resources/*", Access::scopes(["nix"]))), ["method"]);
    assert_eq!(wrong(sound(&BARE).method("resources/*", Access::Scopes(Vec::new()))), ["method"]);
    assert!(sound(&BARE).method("resources/*", Access::scopes(["nothing"])).build_now().is_ok());
}

#[test]
fn rejects_param_headers_of_unknown_tools_and_malformed_names() {
    assert_eq!(wrong(sound(&BARE).param_header("nix", "A", ["a"])), ["param_header"]);
    assert_eq!(wrong(sound(&BARE).param_header("nothing", "", ["a"])), ["param_header"]);
    assert_eq!(wrong(sound(&BARE).param_header("nothing", "a b", ["a"])), ["param_header"]);
    assert_eq!(wrong(sound(&BARE).param_header("nothing", "A", [""; 0])), ["param_header"]);
}

#[test]
fn rejects_accepted_keys_without_another_one_that_seals() {
    assert_eq!(wrong(sound(&BARE).also_session_key([7; 32])), ["also_session_key"]);
    let same = sound(&BARE).session_key([7; 32]).also_session_key([8; 32]).also_session_key([7; 32]);
    assert_eq!(wrong(same), ["also_session_key"]);
    assert!(sound(&BARE).session_key([7; 32]).also_session_key([8; 32]).build_now().is_ok());
}

#[test]
fn debug_output_shows_no_token_and_no_key() {
    let server = sound(&BARE).session_key([7; 32]).also_session_key([8; 32]);
    let text = format!("{server:?}");
    assert!(!format!("{text} {:?}", server.build_now().unwrap()).contains("7, 7"));
    assert!(!text.contains("8, 8"));
    let token = Token::new("secret");
    let claims = Claims::builder("https://as").subject("ada").scope("a").build();
    assert!(!format!("{token:?} {claims:?}").contains("secret"));
    assert!(!format!("{claims:?}").contains("ada"));
}

#[tokio::test]
async fn also_accepts_a_stated_audience_but_no_shared_one() {
    let builder = || ResourceServer::builder(&TOOLS).verifier(Audiences);
    let plain = Server::around(builder());
    assert_eq!(plain.send(Ask::call("list_files").token("former")).await.refused(), (401, 401));
    let server = Server::around(builder().also_audience(FORMER));
    server.send(Ask::call("list_files").token("former")).await.passed();
    server.send(Ask::call("list_files").token("resource")).await.passed();
    assert_eq!(server.send(Ask::call("list_files").token("near")).await.refused(), (401, 401));
    // The metadata does not name it.
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await;
    assert!(!document.body.contains("old.example.com"));
    for shared in ["account", "authenticated", "https://tenant.auth0.com/userinfo", "api://default"] {
        let error = builder().also_audience(shared).build_now().unwrap_err();
        assert_eq!(error.problems()[0].setting, "also_audience", "{error}");
    }
    assert_eq!(wrong(builder().also_audience("")), ["also_audience"]);
    // It is stated to accept another text, so it is not compared with the resource.
    assert!(builder().also_audience(format!("{RESOURCE}/")).build_now().is_ok());
}

/// The layer answers every GET there itself, so streams could not be opened.
#[test]
fn rejects_addresses_below_well_known() {
    for path in ["/.well-known/mcp", "/.well-known/"] {
        let address = format!("https://files.example.com{path}");
        assert_eq!(wrong(sound(&BARE).resource(&address)), ["resource"], "{path}");
        assert_eq!(wrong(sound(&BARE).also_served_at(&address)), ["also_served_at"], "{path}");
    }
    for path in ["/a/.well-known/mcp", "/.well-known", "/well-known/mcp"] {
        assert!(sound(&BARE).resource(format!("https://files.example.com{path}")).build_now().is_ok(), "{path}");
    }
}

const FORMER: &str = "https://old.example.com/mcp";

/// Accepts tokens for several audiences.
struct Audiences;

impl TokenVerifier for Audiences {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = Claims::builder("https://auth.example.com").subject("ada").scope("files:read");
        let audience = match token.expose_secret() {
            "former" => FORMER,
            "near" => "https://old.example.com/mcp/",
            _ => RESOURCE,
        };
        Ok(Arc::new(claims.audience([audience]).build()))
    }
}

#[tokio::test]
async fn challenges_also_name_held_scopes_if_configured() {
    let scopes = |answer: &Answer| answer.challenge().split('"').nth(1).unwrap_or_default().to_owned();
    for (setting, tool, expected) in [
        (ChallengeScopes::Needed, "write_file", "files:write"),
        (ChallengeScopes::NeededAndHeld, "write_file", "files:write files:read"),
    ] {
        let server = Server::around(ResourceServer::builder(&TOOLS).verifier(Tokens).challenge_scopes(setting));
        let answer = server.send(Ask::call(tool).token("reader")).await;
        assert_eq!((answer.status, scopes(&answer)), (StatusCode::FORBIDDEN, expected.to_owned()));
        // A caller without a token holds nothing.
        let answer = server.send(Ask::call(tool)).await;
        assert!(!scopes(&answer).contains("files:read files:write"), "{answer:?}");
        // More than one scope is needed.
        let all = scopes(&server.send(Ask::call("run").token("reader")).await);
        assert_eq!(all.contains("files:read"), setting == ChallengeScopes::NeededAndHeld, "{all}");
        assert!(all.starts_with("system:execute oncall"), "{all}");
    }
}

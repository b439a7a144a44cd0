//! Servers with several public names: documents, challenges and tokens of each.

use std::sync::Arc;

use mcp_scopes_server::{
    Claims, Discovery, Environments, ProblemKind, ResourceServer, ResourceServerBuilder, Token, TokenError,
    TokenVerifier,
    token::{Dpop, Issuer, KeySet},
};
use serde_json::json;
use tower::ServiceExt;

use crate::{
    proofs::Client,
    server::{Answer, Ask, BuildNow as _, DOCUMENT, RESOURCE, Server, TOOLS, Tokens},
    tokens::{ISSUER, all, good, with},
};

/// Another host, with the same path.
const ORG: &str = "https://files.example.org/mcp";
const ORG_DOCUMENT: &str = "https://files.example.org/.well-known/oauth-protected-resource/mcp";
/// The same host, with another path.
const V2: &str = "https://files.example.com/v2/mcp";
const V2_DOCUMENT: &str = "https://files.example.com/.well-known/oauth-protected-resource/v2/mcp";
/// A host alone.
const BARE: &str = "https://mcp.example.net";
const BARE_DOCUMENT: &str = "https://mcp.example.net/.well-known/oauth-protected-resource";

fn named(builder: ResourceServerBuilder) -> ResourceServerBuilder {
    builder.also_served_at(ORG).also_served_at(V2).also_served_at(BARE)
}

fn server() -> Server {
    Server::with(named)
}

fn builder() -> ResourceServerBuilder {
    ResourceServer::builder(&TOOLS).verifier(Audiences)
}

/// Accepts every token, for the audience that it names.
struct Audiences;

impl TokenVerifier for Audiences {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let audience = token.expose_secret().replace("..", "://");
        Ok(Arc::new(Claims::builder(ISSUER).subject("ada").audience([audience]).scope("files:read").build()))
    }
}

fn call_for(audience: &str) -> Ask {
    // A colon is no character of a token.
    Ask::call("list_files").token(&audience.replace("://", ".."))
}

#[tokio::test]
async fn serves_a_document_for_each_name() {
    let server = server();
    for (host, path, resource) in [
        ("files.example.com", "/.well-known/oauth-protected-resource/mcp", RESOURCE),
        ("files.example.org", "/.well-known/oauth-protected-resource/mcp", ORG),
        ("FILES.example.org:443", "/.well-known/oauth-protected-resource/mcp", ORG),
        ("files.example.com", "/.well-known/oauth-protected-resource/v2/mcp", V2),
        ("mcp.example.net", "/.well-known/oauth-protected-resource", BARE),
        // Clients try the root next.
        ("files.example.com", "/.well-known/oauth-protected-resource", RESOURCE),
        ("files.example.org", "/.well-known/oauth-protected-resource", ORG),
        // A proxy has changed the host: the path decides, and then the order.
        ("10.0.0.1:8080", "/.well-known/oauth-protected-resource/mcp", RESOURCE),
        ("10.0.0.1:8080", "/.well-known/oauth-protected-resource/v2/mcp", V2),
        ("10.0.0.1:8080", "/.well-known/oauth-protected-resource", BARE),
    ] {
        for ask in [Ask::new("GET", path).header("host", host), Ask::new("GET", &format!("http://{host}{path}"))] {
            let document = server.send(ask).await.json();
            assert_eq!(document["resource"], resource, "{host} {path}");
            assert_eq!(document["authorization_servers"], json!([ISSUER]));
            assert_eq!(document["scopes_supported"], json!(["files:read"]));
        }
    }
    let other = Ask::new("GET", "/.well-known/oauth-protected-resource/v3/mcp").header("host", "files.example.com");
    assert_eq!(server.send(other).await.refused(), (404, 404));
}

#[tokio::test]
async fn reduces_each_document_to_the_baseline_in_filtered_mode() {
    let server = Server::with(|builder| named(builder).discovery(Discovery::Filtered));
    for path in ["/mcp", "/v2/mcp", ""] {
        let answer = server.send(Ask::new("GET", &format!("/.well-known/oauth-protected-resource{path}"))).await;
        assert!(answer.body.contains("list_files") && !answer.body.contains("system:execute"), "{path}");
    }
}

#[tokio::test]
async fn points_each_challenge_to_the_document_of_the_address() {
    let server = server();
    for (host, path, document) in [
        ("files.example.com", "/mcp", DOCUMENT),
        ("files.example.com", "/mcp/below", DOCUMENT),
        ("files.example.org", "/mcp", ORG_DOCUMENT),
        ("files.example.com", "/v2/mcp", V2_DOCUMENT),
        ("mcp.example.net", "/", BARE_DOCUMENT),
        ("mcp.example.net:443", "/mcp", BARE_DOCUMENT),
        // A proxy has changed the host: the path decides, and then the order.
        ("10.0.0.1:8080", "/mcp", DOCUMENT),
        ("10.0.0.1:8080", "/v2/mcp", V2_DOCUMENT),
        ("10.0.0.1:8080", "/mcpx", BARE_DOCUMENT),
        // A proxy has changed the path: the host decides.
        ("files.example.org", "/", ORG_DOCUMENT),
    ] {
        let ask = |ask: Ask| ask.uri(path).header("host", host);
        let anonymous = server.send(ask(Ask::call("list_files"))).await;
        assert_eq!(anonymous.refused(), (401, 401));
        let expected = format!("Bearer scope=\"files:read\", resource_metadata=\"{document}\"");
        assert_eq!(anonymous.challenge(), expected, "{host} {path}");
        for (denied, status) in [
            (Ask::call("run").token("reader"), 403),
            (Ask::call("run").token("unknown"), 401),
            (Ask::call("run").header("authorization", "Bearer a b"), 400),
        ] {
            let answer = server.send(ask(denied)).await;
            assert_eq!(answer.refused().0, status);
            assert!(answer.challenge().contains(&format!("resource_metadata=\"{document}\"")), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn builds_no_address_from_the_host() {
    let server = server();
    for host in ["evil.example", "files.example.com.evil.example", "files.example.com@evil.example", "a b", "", "\"x\""]
    {
        let answer = server.send(Ask::call("list_files").header("host", host)).await;
        assert!(answer.challenge().ends_with(&format!("resource_metadata=\"{DOCUMENT}\"")), "{host}: {answer:?}");
        let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp").header("host", host));
        let document = document.await;
        assert!(document.body.contains(RESOURCE) && !document.body.contains("evil"), "{host}");
    }
    // Two hosts choose nothing.
    let twice = Ask::call("list_files").header("host", "files.example.org").header("host", "files.example.org");
    assert!(server.send(twice).await.challenge().contains(DOCUMENT));
}

#[tokio::test]
async fn accepts_tokens_for_each_name_at_all_of_them() {
    let server = Server::around(named(builder()));
    for audience in [RESOURCE, ORG, V2, BARE] {
        for (host, path) in [("files.example.com", "/mcp"), ("files.example.org", "/mcp"), ("x", "/")] {
            server.send(call_for(audience).uri(path).header("host", host)).await.passed();
        }
    }
    for audience in ["https://files.example.org", "https://files.example.org/mcp/", "https://mcp.example.net/"] {
        // The address of the request makes no audience right.
        let ask = call_for(audience).header("host", "files.example.org");
        assert_eq!(server.send(ask).await.refused(), (401, 401), "{audience}");
    }
    let plain = Server::around(builder());
    assert_eq!(plain.send(call_for(ORG)).await.refused(), (401, 401));
}

fn issued() -> ResourceServerBuilder {
    let keys: KeySet = (*all()).clone();
    ResourceServer::builder(&TOOLS).issuer(Issuer::keys(ISSUER, keys))
}

#[tokio::test]
async fn verifies_the_audience_of_signed_tokens() {
    let server = Server::around(named(issued()));
    for (audience, is_accepted) in [
        (json!(RESOURCE), true),
        (json!(ORG), true),
        (json!([BARE, "https://other.example.com"]), true),
        (json!("https://files.example.org/"), false),
        (json!([]), false),
    ] {
        let answer = server.send(Ask::call("list_files").token(&good(&with("aud", audience.clone())))).await;
        assert_eq!(answer.seen.is_some(), is_accepted, "{audience}: {answer:?}");
    }
}

#[tokio::test]
async fn separates_public_names_from_the_sandbox() {
    const SANDBOX: &str = "https://sandbox.example.com/mcp";
    let sandboxed = |builder: ResourceServerBuilder| {
        builder.environments(Environments::new().by_audience()).sandbox_resource(SANDBOX)
    };
    let server = Server::around(sandboxed(named(builder())));
    for (audience, environment) in [(RESOURCE, "live"), (ORG, "live"), (BARE, "live"), (SANDBOX, "sandbox")] {
        let answer = server.send(call_for(audience)).await;
        assert_eq!(answer.header("mcp-environment"), environment, "{audience}");
    }
    let error = sandboxed(builder().also_served_at(SANDBOX)).build_now().unwrap_err();
    assert_eq!(error.problems()[0].setting, "environments", "{error}");
}

fn proof(client: Client, token: &str, htu: &str) -> String {
    let mut claims = Client::claims(token);
    claims["htu"] = json!(htu);
    client.signed(&client.header().to_string(), &claims.to_string())
}

#[tokio::test]
async fn accepts_proofs_for_the_address_of_each_name() {
    let server = Server::around(named(issued().dpop(Dpop::new())));
    let client = Client::Es256;
    let bound = |audience: &str| {
        let mut claims = with("aud", json!(audience));
        claims["cnf"] = json!({"jkt": client.thumbprint()});
        good(&claims)
    };
    let send = async |audience: &str, path: &str, htu: &str| -> Answer {
        let token = bound(audience);
        let ask = Ask::call("list_files").uri(path).dpop_token(&token).header("dpop", &proof(client, &token, htu));
        server.send(ask).await
    };
    for (audience, path, htu) in [
        (RESOURCE, "/mcp", RESOURCE),
        (ORG, "/mcp", ORG),
        (V2, "/v2/mcp", V2),
        (BARE, "/", "https://mcp.example.net/"),
        // The token opens the whole server.
        (RESOURCE, "/mcp", ORG),
    ] {
        send(audience, path, htu).await.passed();
    }
    for (audience, path, htu) in [
        (V2, "/v2/mcp", RESOURCE),
        (V2, "/v3/mcp", V2),
        (ORG, "/mcp", "https://files.example.org/other"),
        (ORG, "/mcp", "https://evil.example/mcp"),
    ] {
        let answer = send(audience, path, htu).await;
        assert_eq!(answer.refused(), (401, 401), "{audience} {path} {htu}");
        assert!(answer.challenges().concat().contains("invalid_dpop_proof"), "{answer:?}");
    }
    // Both challenges of an answer point to the document of the address.
    let answer = server.send(Ask::call("list_files").header("host", "files.example.org")).await;
    let challenges = answer.challenges();
    assert_eq!(challenges.len(), 2);
    assert!(challenges.iter().all(|challenge| challenge.ends_with(&format!("\"{ORG_DOCUMENT}\""))), "{challenges:?}");
}

#[tokio::test]
async fn accepts_pages_of_each_name() {
    let server = server();
    for origin in ["https://files.example.com", "https://files.example.org", "https://mcp.example.net"] {
        server.send(Ask::call("status").header("origin", origin)).await.passed();
    }
    let foreign = Ask::call("status").header("origin", "https://example.net").header("host", "example.net");
    assert_eq!(server.send(foreign).await.refused(), (403, 403));
}

#[tokio::test]
async fn states_the_paths_and_addresses_of_all_documents() {
    let server = server();
    let layer = server.layer();
    assert_eq!(layer.metadata_url(), DOCUMENT);
    assert!(layer.metadata_urls().eq([DOCUMENT, ORG_DOCUMENT, V2_DOCUMENT, BARE_DOCUMENT]));
    assert!(layer.metadata_paths().eq([
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/v2/mcp",
        "/.well-known/oauth-protected-resource",
    ]));
    for path in layer.metadata_paths() {
        let request = http::Request::builder().uri(path).body(()).unwrap();
        assert_eq!(layer.well_known().oneshot(request).await.unwrap().status(), 200, "{path}");
    }
    let hosts: Vec<String> = mcp_scopes_server::__private::v1::hosts(layer).collect();
    assert_eq!(hosts, ["files.example.com", "files.example.org", "files.example.com", "mcp.example.net"]);
}

#[test]
fn rejects_names_that_differ_in_a_detail_or_cannot_be_served() {
    for (name, kind) in [
        ("https://files.example.com/mcp/", ProblemKind::NearMiss),
        ("https://FILES.example.com/mcp", ProblemKind::NearMiss),
        ("https://files.example.com:443/mcp", ProblemKind::NearMiss),
        (RESOURCE, ProblemKind::NoEffect),
        ("http://files.example.org/mcp", ProblemKind::Malformed),
        ("files.example.org/mcp", ProblemKind::Malformed),
        ("https://files.example.org/mcp#a", ProblemKind::Malformed),
        ("https://ada@files.example.org/mcp", ProblemKind::Malformed),
        ("https://tenant.auth0.com/userinfo", ProblemKind::Contradiction),
    ] {
        let error = ResourceServer::builder(&TOOLS).verifier(Tokens).also_served_at(name).build_now().unwrap_err();
        let found: Vec<_> = error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect();
        assert!(found.iter().any(|(_, found)| *found == kind), "{name}: {error}");
        assert!(found.iter().any(|(setting, _)| *setting == "also_served_at"), "{name}: {error}");
    }
    let twice = ResourceServer::builder(&TOOLS).verifier(Tokens).also_served_at(ORG).also_served_at(ORG);
    assert_eq!(twice.build_now().unwrap_err().problems()[0].kind, ProblemKind::NoEffect);
    // Hosts may differ on purpose.
    assert!(server().layer().metadata_urls().count() == 4);
}

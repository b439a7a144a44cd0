//! Step 1: the metadata, preflights, origins, methods.

use http::StatusCode;
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Discovery, ResourceServer};
use tower::ServiceExt;

use crate::server::{Ask, RESOURCE, Reply, Server, Tokens};

const PATHS: [&str; 2] = ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"];

#[tokio::test]
async fn serves_the_metadata_at_both_paths_without_a_token() {
    for path in PATHS {
        let answer = Server::new().send(Ask::new("GET", path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        let document = answer.json();
        assert_eq!(document["resource"], RESOURCE);
        assert_eq!(document["scopes_supported"], serde_json::json!(["files:read"]));
        assert_eq!(document["mcp_extensions"]["tool_scope_mapping"].as_object().unwrap().len(), 4);
        assert!(answer.seen.is_none());
    }
}

#[tokio::test]
async fn returns_the_headers_of_get_without_a_body_for_head() {
    let (get, head) =
        (Server::new().send(Ask::new("GET", PATHS[0])).await, Server::new().send(Ask::new("HEAD", PATHS[0])).await);
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.headers, get.headers);
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}

#[tokio::test]
async fn answers_preflights_of_the_metadata_and_rejects_other_methods() {
    let preflight = Server::new().send(Ask::new("OPTIONS", PATHS[0])).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, HEAD");
    let post = Server::new().send(Ask::post("{}").uri(PATHS[0])).await;
    assert_eq!((post.status, post.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, OPTIONS"));
    assert!(post.seen.is_none());
}

#[tokio::test]
async fn returns_404_for_other_documents_below_well_known() {
    for path in [
        "/.well-known/oauth-protected-resource/",
        "/.well-known/oauth-protected-resource/mcp/x",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/mcp",
        "/.well-known/x",
    ] {
        for (verb, token) in [("GET", None), ("HEAD", None), ("GET", Some("reader"))] {
            let ask = Ask::new(verb, path).header("origin", "https://app.example.com");
            let answer = Server::new().send(token.map_or(Ask(ask.0.clone()), |token| ask.token(token))).await;
            assert_eq!(answer.refused(), (404, 404), "{verb} {path}");
            assert_eq!(answer.challenge(), "", "{verb} {path}");
        }
        // Only GET and HEAD look up a document.
        assert_eq!(Server::new().send(Ask::new("DELETE", path)).await.refused(), (401, 401), "{path}");
    }
    for path in ["/.well-known", "/mcp/.well-known/x"] {
        assert_eq!(Server::new().send(Ask::new("GET", path)).await.refused(), (401, 401), "{path}");
    }
}

#[tokio::test]
async fn serves_the_metadata_from_a_separate_service() {
    let service = Server::new().layer().well_known();
    let get = |path: &str| http::Request::builder().uri(path).body(()).unwrap();
    assert_eq!(service.clone().oneshot(get(PATHS[1])).await.unwrap().status(), StatusCode::OK);
    assert_eq!(service.oneshot(get("/other")).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert!(Server::new().layer().metadata_paths().eq(PATHS));
    // A router rejects duplicate paths.
    let at_root = Server::with(|builder| builder.resource("https://files.example.com"));
    assert!(at_root.layer().metadata_paths().eq(["/.well-known/oauth-protected-resource"]));
}

#[tokio::test]
async fn shows_only_the_baseline_in_filtered_metadata() {
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered));
    let document = server.send(Ask::new("GET", PATHS[0])).await.json();
    let extensions = &document["mcp_extensions"];
    let tools: Vec<_> = extensions["tool_scope_mapping"].as_object().unwrap().keys().collect();
    assert_eq!(tools, ["list_files", "status"].map(str::to_owned).iter().collect::<Vec<_>>());
    assert_eq!(extensions["tool_scope_mapping"]["status"]["commonly_grouped_with"], serde_json::json!(["list_files"]));
    for hidden in ["write", "run", "admin", "oncall", "execute", "developer"] {
        assert!(!document.to_string().contains(hidden), "{hidden}: {document}");
    }
}

/// Policies that name hidden tools would reveal them.
#[tokio::test]
async fn removes_hidden_tools_from_policies_in_filtered_metadata() {
    /// Read
    #[mcp_tool(scope = "files:read", risk = "low", policy(blocked_after("drop_all"), max_calls_per_session = 9))]
    fn read_all() {}
    /// Drop
    #[mcp_tool(scope = "files:write", risk = "high", policy(blocked_after("read_all"), requires_human_review))]
    fn drop_all() {}
    scope_table! { static STRICT = [read_all, drop_all] with "tests/server/mcp-scopes.toml"; }
    let builder =
        || ResourceServer::builder(&STRICT).resource(RESOURCE).authorization_server("https://auth.example.com");
    let builder = || builder().verifier(Tokens).policies_enforced_elsewhere();
    let ask = || Ask::new("GET", PATHS[0]);
    let whole = Server::around(builder()).send(ask()).await.json();
    assert!(whole.to_string().contains("drop_all"), "{whole}");
    let cut = Server::around(builder().discovery(Discovery::Filtered)).send(ask()).await.json();
    let policies = &cut["mcp_extensions"]["tool_interaction_policies"];
    assert_eq!(policies["read_all"]["max_calls_per_session"], 9, "{cut}");
    assert!(!cut.to_string().contains("drop_all"), "{cut}");
}

#[tokio::test]
async fn forwards_preflights_without_token_and_body() {
    let ask = Ask::call("run").verb("OPTIONS").token("runner").header("content-length", "80");
    let ask = ask.header("mcp-param-any", "x").header("mcp-param-path", "y");
    let answer = Server::new().send(ask).await;
    let seen = answer.passed();
    assert!(!seen.headers.keys().any(|name| name.as_str().starts_with("mcp-param-")), "{seen:?}");
    assert_eq!((seen.method.as_str(), seen.body.len(), seen.caller.is_none()), ("OPTIONS", 0, true));
    assert!(!seen.headers.contains_key("content-length") && !seen.headers.contains_key("authorization"));
}

/// A preflight has no caller, so the id of a transport session in its response would be bound to none.
#[tokio::test]
async fn preflights_receive_no_session() {
    for origin in [None, Some("https://files.example.com")] {
        let server =
            Server::new().replying(Reply::json("").header("mcp-session-id", "inner").header("x-other", "kept"));
        let mut ask = Ask::new("OPTIONS", "/mcp");
        if let Some(origin) = origin {
            ask = ask.header("origin", origin);
        }
        let answer = server.send(ask).await;
        answer.passed();
        assert_eq!((answer.header("mcp-session-id"), answer.header("x-other")), ("", "kept"));
    }
}

#[tokio::test]
async fn rejects_foreign_origins_by_default() {
    let from = |origin: &str| Ask::call("status").header("origin", origin);
    for origin in
        ["https://evil.example.com", "http://files.example.com", "https://files.example.com:8443", "null", "x", ""]
    {
        for verb in ["POST", "OPTIONS", "GET", "DELETE"] {
            assert_eq!(Server::new().send(from(origin).verb(verb)).await.refused(), (403, 403), "{verb} {origin}");
        }
    }
    for origin in ["https://files.example.com", "HTTPS://FILES.example.com"] {
        let answer = Server::new().send(from(origin)).await;
        answer.passed();
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    // The metadata is public for all origins.
    let document = Server::new().send(Ask::new("GET", PATHS[0]).header("origin", "https://evil.example.com")).await;
    assert_eq!((document.status, document.header("access-control-allow-origin")), (StatusCode::OK, "*"));
}

#[tokio::test]
async fn accepts_loopback_origins_for_a_loopback_resource() {
    let server = Server::with(|builder| builder.resource("http://127.0.0.1:8080/mcp"));
    let from = |origin: &str| Ask::call("status").header("origin", origin);
    for origin in
        ["http://127.0.0.1:8080", "http://localhost:6274", "https://localhost", "http://[::1]:9", "http://127.9.9.9"]
    {
        server.send(from(origin)).await.passed();
    }
    for origin in [
        "http://localhost.example.com",
        "http://localhost@evil.example.com",
        "http://evil.example.com",
        "http://10.0.0.1",
        "http://localhost/path",
        "ftp://localhost",
        "null",
    ] {
        assert_eq!(server.send(from(origin)).await.refused(), (403, 403), "{origin}");
    }
}

#[tokio::test]
async fn accepts_configured_origins_of_every_scheme() {
    let server = Server::with(|builder| builder.origin("null").origin("vscode-webview://1s5cq3l0b9"));
    for origin in ["null", "vscode-webview://1s5cq3l0b9", "https://files.example.com"] {
        server.send(Ask::call("status").header("origin", origin)).await.passed();
    }
    for origin in ["vscode-webview://other", "chrome-extension://1s5cq3l0b9"] {
        let answer = server.send(Ask::call("status").header("origin", origin)).await;
        assert_eq!(answer.refused(), (403, 403), "{origin}");
    }
}

#[tokio::test]
async fn accepts_every_origin_if_configured() {
    let server = Server::with(mcp_scopes_server::ResourceServerBuilder::allow_any_origin);
    for origin in ["https://evil.example.com", "null", ""] {
        let answer = server.send(Ask::call("status").header("origin", origin)).await;
        answer.passed();
        // The layer does not decide which pages may read the answers.
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn normalizes_configured_origins() {
    let server = Server::with(|builder| {
        builder
            .origin("https://App.example.com")
            .origin("http://localhost:6274")
            .origin("https://other.example.com:443")
            .origin("http://app.internal:80")
    });
    // Browsers omit the default port of a scheme.
    for origin in
        ["https://app.example.com", "http://localhost:6274", "https://other.example.com", "http://app.internal"]
    {
        let answer = server.send(Ask::call("status").header("origin", origin)).await;
        answer.passed();
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    server.send(Ask::call("status")).await.passed();
}

#[tokio::test]
async fn returns_403_for_other_origins() {
    let server = Server::with(|builder| builder.origin("https://app.example.com"));
    for origin in [
        "https://evil.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "null",
        "",
        "https://app.example.com https://evil.example.com",
    ] {
        for verb in ["POST", "OPTIONS", "GET", "DELETE"] {
            let answer = server.send(Ask::call("status").verb(verb).header("origin", origin)).await;
            assert_eq!(answer.refused(), (403, 403), "{verb} {origin}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
    let two =
        Ask::call("status").header("origin", "https://app.example.com").header("origin", "https://evil.example.com");
    assert_eq!(server.send(two).await.refused(), (403, 403));
}

#[tokio::test]
async fn returns_405_for_other_methods() {
    for verb in ["PUT", "PATCH", "HEAD", "TRACE", "CONNECT", "BREW"] {
        let answer = Server::new().send(Ask::call("status").verb(verb)).await;
        assert_eq!((answer.refused(), answer.header("allow")), ((405, 405), "POST, GET, DELETE"), "{verb}");
    }
}

#[tokio::test]
async fn rejects_connection_upgrades() {
    let ask = Ask::new("GET", "/mcp").token("reader").header("upgrade", "websocket").header("connection", "upgrade");
    assert_eq!(Server::new().send(ask).await.refused(), (400, 400));
}

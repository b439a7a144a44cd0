//! Section 5: the answers to each kind of caller, and the order of the checks.

use mcp_scopes_server::{Discovery, HiddenTools};
use serde_json::json;

use super::fixture::{Fixture, in_session, listen, modern_call};
use crate::server::{Ask, DOCUMENT};

fn read() -> Ask {
    modern_call("read_note", &json!({"title": "a"}))
}

const METADATA: &str = "/.well-known/oauth-protected-resource/mcp";

#[tokio::test]
async fn rejects_other_origins_and_serves_the_metadata_to_all() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for origin in [
        "https://evil.example",
        "https://files.example.com.evil.example",
        "https://files.example.com:8443",
        "http://files.example.com",
        "http://localhost:3000",
        "http://127.0.0.1",
        "vscode-webview://abc",
        "null",
        "",
    ] {
        for ask in [read(), in_session(listen(), &session), in_session(Ask::new("DELETE", "/mcp"), &session)] {
            let reply = fixture.send(ask.header("origin", origin).token(&token)).await;
            assert_eq!(reply.status_and_code(), (403, 403), "{origin}");
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        }
        let preflight = fixture.send(Ask::new("OPTIONS", "/mcp").header("origin", origin)).await;
        assert_eq!(preflight.status, 403, "{origin}");
        for path in [METADATA, "/.well-known/oauth-protected-resource"] {
            let document = fixture.send(Ask::new("GET", path).header("origin", origin)).await;
            assert_eq!((document.status, document.header("access-control-allow-origin")), (200, "*"), "{origin}");
        }
    }
    let twice = read().header("origin", "https://files.example.com").header("origin", "https://evil.example");
    assert_eq!(fixture.send(twice.token(&token)).await.status_and_code(), (403, 403));
    assert_eq!(fixture.runs.take(), [""; 0]);
    let own = fixture.send(read().header("origin", "https://files.example.com").token(&token)).await;
    assert_eq!(own.text(), "a");
    assert_eq!(fixture.send(read().token(&token)).await.text(), "a");
}

#[tokio::test]
async fn accepts_configured_origins() {
    for origin in ["vscode-webview://abc", "chrome-extension://abcdef", "null", "https://app.example.com"] {
        let fixture = Fixture::with(|builder| builder.origin(origin)).await;
        let token = fixture.reader();
        let reply = fixture.send(read().header("origin", origin).token(&token)).await;
        assert_eq!((reply.text().as_str(), reply.header("access-control-allow-origin")), ("a", origin));
        let other = fixture.send(read().header("origin", "https://evil.example").token(&token)).await;
        assert_eq!(other.status_and_code(), (403, 403));
    }
    let any = Fixture::with(mcp_scopes_server::ResourceServerBuilder::allow_any_origin).await;
    assert_eq!(any.send(read().header("origin", "https://evil.example").token(&any.reader())).await.text(), "a");
    let loopback = Fixture::with(|builder| builder.resource("http://localhost:3000/mcp")).await;
    for (origin, status) in [("http://127.0.0.1:8080", 401), ("http://localhost", 401), ("https://evil.example", 403)] {
        assert_eq!(loopback.send(read().header("origin", origin)).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn rejects_notifications_with_an_id_as_unknown_methods() {
    let fixture = Fixture::new().await;
    let open = Fixture::with(|builder| builder.discovery(Discovery::Open)).await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for name in ["x", "initialized", "cancelled", "message", "x/y"] {
        let method = format!("notifications/{name}");
        let legacy = || Ask::post(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{}}}}"#));
        let reply = fixture.send(in_session(legacy(), &session).token(&token)).await;
        assert_eq!(reply.status_and_code(), (200, -32601), "{method}");
        let reply = fixture.send(legacy().header("mcp-sandbox", "sandbox").token(&token)).await;
        assert_eq!(reply.status_and_code(), (200, -32601), "{method}");
        assert_eq!(open.send(legacy()).await.status_and_code(), (200, -32601), "{method}");
        let modern = || Ask::modern(&method, "");
        assert_eq!(fixture.send(modern().token(&token)).await.status_and_code(), (404, -32601), "{method}");
        assert_eq!(open.send(modern()).await.status_and_code(), (404, -32601), "{method}");
        assert_eq!(fixture.send(legacy()).await.challenge().0, 401, "{method}");
    }
}

/// Returns requests that clients send as probes, and malformed JSON.
fn probes() -> Vec<String> {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status","name":"status"}}"#;
    let texts = ["", "{}", "[]", "null", "garbage", "{\"a\":", "\u{feff}{}", call];
    texts.map(str::to_owned).into_iter().chain([" ".repeat(200_000)]).collect()
}

#[tokio::test]
async fn returns_401_for_every_post_without_a_token_if_none_can_succeed() {
    let fixture = Fixture::new().await;
    let filtered = Fixture::with(|builder| builder.discovery(Discovery::Filtered)).await;
    let expected = format!("Bearer scope=\"notes:read\", resource_metadata=\"{DOCUMENT}\"");
    for fixture in [fixture, filtered] {
        for body in probes() {
            for content_type in [Some("application/json"), Some("text/plain"), None] {
                let reply = fixture.send(Ask::post(body.clone()).only("content-type", content_type)).await;
                assert_eq!(reply.challenge(), (401, expected.as_str()), "{content_type:?} {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn rejects_malformed_bodies_without_a_token_if_some_can_succeed() {
    let open = Fixture::with(|builder| builder.discovery(Discovery::Open)).await;
    for fixture in [Fixture::with_public_tool().await, open] {
        for body in probes() {
            let status = if body.len() > 64 << 10 { 413 } else { 400 };
            let reply = fixture.send(Ask::post(body.clone())).await;
            assert_eq!(reply.challenge(), (status, ""), "{reply:?}");
            for content_type in [Some("text/plain"), None] {
                let reply = fixture.send(Ask::post(body.clone()).only("content-type", content_type)).await;
                assert_eq!(reply.challenge(), (415, ""), "{content_type:?} {reply:?}");
            }
        }
    }
    let public = Fixture::with_public_tool().await;
    assert_eq!(public.send(modern_call("status", &json!({}))).await.text(), "up");
    let scoped = public.send(modern_call("read_notice", &json!({}))).await;
    assert!(scoped.status == 401 && scoped.challenge().1.contains("notes:read"), "{scoped:?}");
    assert_eq!(public.runs.take(), ["status"]);
}

#[tokio::test]
async fn returns_404_for_well_known_paths_of_other_documents() {
    for fixture in [Fixture::new().await, Fixture::with_public_tool().await] {
        for path in [
            "/.well-known/x",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-protected-resource/other",
            "/.well-known/",
        ] {
            for verb in ["GET", "HEAD"] {
                let reply = fixture.send(Ask::new(verb, path)).await;
                assert_eq!(reply.challenge(), (404, ""), "{verb} {path}");
            }
        }
        for verb in ["GET", "HEAD"] {
            assert_eq!(fixture.send(Ask::new(verb, METADATA)).await.status, 200, "{verb}");
        }
    }
}

#[tokio::test]
async fn answers_calls_of_hidden_and_unknown_tools_alike() {
    let fixture =
        Fixture::with(|builder| builder.discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown)).await;
    for token in [Some(fixture.reader()), None] {
        let send = async |tool: &str| {
            let ask = modern_call(tool, &json!({}));
            let ask = token.iter().fold(ask, |ask, token| ask.token(token));
            let mut reply = fixture.send(ask).await;
            reply.headers.remove("date");
            (reply.status, reply.headers, reply.body)
        };
        assert_eq!(send("delete_note").await, send("no_such_tool").await);
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
}

#[tokio::test]
async fn opens_resources_and_prompts_by_the_entries_and_hides_the_others_like_unknown_ones() {
    let hides = Fixture::with(|builder| builder.discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown));
    let (plain, hides) = (Fixture::new().await, hides.await);
    let ask = |method: &str, member: &str, name: &str| {
        Ask::modern(method, &format!(r#""{member}":"{name}","#)).header("mcp-name", name)
    };
    for (method, member, open, denied, unknown, run) in [
        ("resources/read", "uri", "note://open/1", "note://secret/1", "note://other/1", "resource note://open/1"),
        ("prompts/get", "name", "summary", "purge", "other", "prompt summary"),
    ] {
        for fixture in [&plain, &hides] {
            let token = fixture.reader();
            let reply = fixture.send(ask(method, member, open).token(&token)).await;
            assert!(reply.status == 200 && reply.message()["result"].is_object(), "{reply:?}");
            assert_eq!(fixture.runs.take(), [run]);
        }
        let token = plain.reader();
        let challenged = plain.send(ask(method, member, denied).token(&token)).await;
        // The least step: `notes:delete` would also open a tool.
        let needed = if member == "uri" { "\"notes:read notes:admin\"" } else { "\"notes:delete\"" };
        assert!(challenged.status == 403 && challenged.challenge().1.contains(needed), "{challenged:?}");
        let of = async |name: &str, token: Option<String>| {
            let ask = ask(method, member, name);
            let ask = token.iter().fold(ask, |ask, token| ask.token(token));
            let mut reply = hides.send(ask).await;
            reply.headers.remove("date");
            (reply.status, reply.headers, reply.body)
        };
        for token in [Some(hides.reader()), None] {
            assert_eq!(of(denied, token.clone()).await, of(unknown, token).await, "{method}");
        }
        assert_eq!((plain.runs.take(), hides.runs.take()), (Vec::new(), Vec::new()));
    }
}

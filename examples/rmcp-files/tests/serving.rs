//! The server on loopback, over plain HTTP.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::{fs, net::SocketAddr, path::PathBuf};

use rmcp_files::{TOOLS, client::DevelopmentTokens, serve::routes, server::FileServer, store::Store};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const TOKENS: &str = "ann = dev-tools:files:write; ben = dev-tools:files:read files:write dev-tools:files; \
                      dan = dev-tools:files:write dev-tools:oncall:act; root = dev-tools:files:admin; \
                      eve@sandbox = dev-tools:files:admin";

/// A server of a folder with one file in it and a file next to it.
struct Served {
    address: SocketAddr,
    folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Served {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("shared")).unwrap();
        fs::write(folder.path().join("shared/notes.txt"), "one\ntwo\n").unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let metadata = TOOLS.metadata().resource(format!("http://{address}/mcp")).build().unwrap();
        let server = FileServer::new(Store::open(folder.path().join("shared")).unwrap()).unwrap();
        let routes = routes(server, DevelopmentTokens::parse(TOKENS).unwrap(), &metadata).unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("shared").join(name)
    }

    async fn send(&self, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{head}\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// A request of MCP 2026-07-28, which needs no session.
    async fn ask(&self, token: Option<&str>, method: &str, mut params: Value) -> Value {
        let name = params["name"].as_str().map(|name| format!("\r\nMcp-Name: {name}")).unwrap_or_default();
        let token = token.map(|token| format!("\r\nAuthorization: Bearer {token}")).unwrap_or_default();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let head =
            format!("POST /mcp HTTP/1.1{token}{name}\r\nMcp-Method: {method}\r\nMCP-Protocol-Version: 2026-07-28");
        let answer = self.send(&head, &body).await;
        serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}\n\n{}", answer.head, answer.body))
    }

    async fn call(&self, token: Option<&str>, name: &str, arguments: Value) -> Value {
        self.ask(token, "tools/call", json!({"name": name, "arguments": arguments})).await
    }
}

/// The text of a successful call.
fn text(answer: &Value) -> &str {
    assert_ne!(answer["result"]["isError"], true, "{answer}");
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

fn challenge(answer: &Value) -> (u64, &str) {
    assert!(answer["result"].is_null(), "{answer}");
    let data = &answer["error"]["data"];
    (data["status"].as_u64().unwrap(), data["www_authenticate"].as_str().unwrap())
}

#[tokio::test]
async fn serves_the_document_at_the_well_known_path() {
    let served = Served::start().await;
    let answer = served.send("GET /.well-known/oauth-protected-resource/mcp HTTP/1.1", "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/json"));
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["resource"], format!("http://{}/mcp", served.address));
    assert_eq!(document["authorization_servers"], json!(["https://auth.example.com"]));
    assert_eq!(document["scopes_supported"], json!(["dev-tools:files:read"]));
    let tools = &document["mcp_extensions"]["tool_scope_mapping"];
    assert_eq!(
        tools["delete_file"]["required_scopes"],
        json!([["dev-tools:files:write", "dev-tools:oncall:act"], ["dev-tools:files:write", "dev-tools:files:admin"],])
    );
    assert_eq!(tools["write_file"]["parameters"], json!(["append", "name", "text"]));
    assert_eq!(tools["write_file"]["required_parameters"], json!(["name", "text"]));
    assert_eq!(tools["read_file"]["required_parameters"], json!(["name"]));
}

#[tokio::test]
async fn lists_callable_tools() {
    let served = Served::start().await;
    for (token, expected) in [
        (None, &["health_check"][..]),
        (Some("ben"), &["health_check", "list_files", "read_file"]),
        (Some("ann"), &["health_check", "list_files", "read_file", "write_file"]),
        (Some("root"), &["delete_file", "health_check", "list_files", "read_file", "write_file"]),
        // Tools that the sandbox denies are not listed there.
        (Some("eve"), &["health_check", "list_files", "read_file", "write_file"]),
    ] {
        let answer = served.ask(token, "tools/list", json!({})).await;
        let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{token:?}");
        assert_eq!(answer["result"]["cacheScope"], "private");
        assert_eq!(
            tools.iter().find(|tool| tool["name"] == "health_check").unwrap()["_meta"]["securitySchemes"],
            json!([{"type": "noauth"}])
        );
    }
}

#[tokio::test]
async fn runs_allowed_calls() {
    let served = Served::start().await;
    let notes = json!({"name": "notes.txt"});
    assert_eq!(text(&served.call(None, "health_check", json!({})).await), "ok");
    assert_eq!(text(&served.call(Some("ben"), "list_files", json!({})).await), "notes.txt");
    assert_eq!(text(&served.call(Some("ben"), "read_file", json!({"name": "notes.txt", "lines": 1})).await), "one\n");
    // A caller that may write may read.
    assert_eq!(text(&served.call(Some("ann"), "read_file", notes).await), "one\ntwo\n");
    let more = json!({"name": "notes.txt", "text": "three\n", "append": true});
    assert_eq!(text(&served.call(Some("ann"), "write_file", more).await), "wrote 6 bytes to notes.txt");
    assert_eq!(fs::read_to_string(served.file("notes.txt")).unwrap(), "one\ntwo\nthree\n");
}

#[tokio::test]
async fn denies_other_calls() {
    let served = Served::start().await;
    let write = json!({"name": "new.txt", "text": "x"});
    // A scope without the namespace, and one that is only a prefix, open nothing.
    let denied = served.call(Some("ben"), "write_file", write.clone()).await;
    assert_eq!(challenge(&denied), (403, "Bearer scope=\"dev-tools:files:write\", error=\"insufficient_scope\""));
    let anonymous = served.call(None, "write_file", write).await;
    assert_eq!(challenge(&anonymous), (401, "Bearer scope=\"dev-tools:files:write\""));
    assert!(!served.file("new.txt").exists());
    let delete = served.call(Some("ann"), "delete_file", json!({"name": "notes.txt"})).await;
    // The alternative that opens the fewest tools, which is not `files:admin`.
    assert!(challenge(&delete).1.starts_with("Bearer scope=\"dev-tools:files:write dev-tools:oncall:act\""));
    assert!(served.file("notes.txt").exists());
    assert_eq!(challenge(&served.call(Some("root"), "unknown", json!({})).await), (403, "Bearer"));
}

#[tokio::test]
async fn changes_nothing_in_the_sandbox() {
    let served = Served::start().await;
    let write = json!({"name": "notes.txt", "text": "gone"});
    assert_eq!(text(&served.call(Some("eve"), "write_file", write).await), "would write 4 bytes to notes.txt");
    let nowhere = json!({"name": "../secret", "text": "gone"});
    assert_eq!(served.call(Some("eve"), "write_file", nowhere).await["result"]["isError"], true);
    let denied = served.call(Some("eve"), "delete_file", json!({"name": "notes.txt"})).await;
    assert_eq!(denied["error"]["message"], "tool `delete_file` is not available in the sandbox");
    assert_eq!(fs::read_to_string(served.file("notes.txt")).unwrap(), "one\ntwo\n");
}

#[tokio::test]
async fn enforces_the_policy() {
    let served = Served::start().await;
    for name in ["a", "b", "c", "d"] {
        fs::write(served.file(name), "").unwrap();
    }
    let delete = async |token: &str, name: &str| served.call(Some(token), "delete_file", json!({"name": name})).await;
    assert_eq!(text(&delete("dan", "a").await), "deleted a");
    assert_eq!(text(&delete("dan", "b").await), "deleted b");
    assert_eq!(delete("dan", "c").await["error"]["message"], "tool `delete_file` may be called 2 times in one session");
    assert!(served.file("c").exists());
    // Each caller has a separate session.
    assert_eq!(text(&delete("root", "c").await), "deleted c");
}

#[tokio::test]
async fn rejects_unknown_and_malformed_tokens() {
    let served = Served::start().await;
    let url = format!("resource_metadata=\"http://{}/.well-known/oauth-protected-resource/mcp\"", served.address);
    for (header, status, parameters) in [
        ("Authorization: Bearer unknown", 401, "scope=\"dev-tools:files:read\", error=\"invalid_token\""),
        ("Authorization: Bearer ", 400, "error=\"invalid_request\""),
        ("Authorization: Basic YW5u", 400, "error=\"invalid_request\""),
        ("Authorization: ann", 400, "error=\"invalid_request\""),
        ("Authorization: Bearer ann\r\nAuthorization: Bearer root", 400, "error=\"invalid_request\""),
    ] {
        let answer = served.send(&format!("POST /mcp HTTP/1.1\r\n{header}"), "{}").await;
        assert_eq!(answer.status, status, "{header}");
        assert!(answer.head.contains(&format!("www-authenticate: bearer {parameters}, {url}")), "{}", answer.head);
    }
}

#[tokio::test]
async fn rejects_names_out_of_the_folder() {
    let served = Served::start().await;
    #[cfg(unix)]
    std::os::unix::fs::symlink(served.folder.path().join("secret"), served.file("link")).unwrap();
    for name in ["../secret", "/etc/passwd", "..", "", ".hidden", "a/b", "link", "none.txt"] {
        for (tool, arguments) in [("read_file", json!({"name": name})), ("delete_file", json!({"name": name}))] {
            // More deletions would need another caller, since the limit is two.
            if tool == "delete_file" && !["../secret", "link"].contains(&name) {
                continue;
            }
            let answer = served.call(Some("root"), tool, arguments).await;
            assert_eq!(answer["result"]["isError"], true, "{tool} {name}: {answer}");
        }
    }
    assert!(served.folder.path().join("secret").exists());
    let write = json!({"name": "link", "text": "x"});
    assert_eq!(served.call(Some("root"), "write_file", write).await["result"]["isError"], true);
    assert_eq!(fs::read_to_string(served.folder.path().join("secret")).unwrap(), "secret");
}

#[test]
fn rejects_malformed_token_lists() {
    for (text, why) in [
        ("ann", "is not a token and its scopes"),
        ("ann@live = a", "`@live` is not known"),
        ("= a", "is not a bearer token"),
        ("a b = c", "is not a bearer token"),
        ("ann = a; ann@sandbox = b", "is listed twice"),
    ] {
        assert!(DevelopmentTokens::parse(text).unwrap_err().contains(why), "{text}");
    }
    assert!(DevelopmentTokens::parse("").is_ok());
}

//! Runs the program with keys that it has created, using rmcp's client and manual requests.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
};

use rmcp::{
    ClientLifecycleMode, ClientServiceExt as _, RoleClient, ServiceError,
    model::{CallToolRequestParams, ClientConfig, ProtocolVersion},
    service::RunningService,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_secured-axum"))
}

/// The desk, with a folder for its keys.
struct Served {
    process: Child,
    folder: tempfile::TempDir,
    resource: String,
}

/// Creates a key in that folder.
fn new_key(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    program().args(["new-key", "--keys"]).arg(folder.path().join("keys")).args(arguments).output().unwrap()
}

/// Returns the command that creates a key.
fn key(folder: &tempfile::TempDir, arguments: &[&str]) -> String {
    let output = new_key(folder, arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Served {
    /// Starts the desk with the keys of that folder.
    fn start(folder: tempfile::TempDir) -> Self {
        let mut process = program()
            .args(["serve", "--address", "127.0.0.1:0", "--keys"])
            .arg(folder.path().join("keys"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut resource = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut resource).unwrap();
        Self { process, folder, resource: resource.trim().to_owned() }
    }

    async fn connect(&self, key: &str, mode: ClientLifecycleMode) -> RunningService<RoleClient, ClientConfig> {
        let config = StreamableHttpClientTransportConfig::with_uri(&*self.resource).auth_header(key);
        let transport = StreamableHttpClientTransport::from_config(config);
        ClientConfig::default().serve_with_lifecycle(transport, mode).await.unwrap()
    }

    /// Returns status, environment and body of a response.
    async fn send(&self, key: Option<&str>, headers: &[(&str, &str)], body: Value) -> (u16, String, Value) {
        let mut request = reqwest::Client::new().post(&self.resource).json(&body);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let environment = answer.headers().get("mcp-environment").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), environment.unwrap_or_default(), answer.json().await.unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The process may have exited, which the test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn call(name: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

#[tokio::test]
async fn lists_and_books_on_both_revisions() {
    let folder = tempfile::tempdir().unwrap();
    let shop = key(&folder, &["--holder", "shop", "--scope", "parcels:write"]);
    let served = Served::start(folder);
    let modern = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for (mode, version, number) in [
        (ClientLifecycleMode::Initialize, ProtocolVersion::V_2025_11_25, "booked 1"),
        (modern, ProtocolVersion::V_2026_07_28, "booked 2"),
    ] {
        let client = served.connect(&shop, mode).await;
        assert_eq!(client.peer_info().unwrap().protocol_version, version);
        let tools = client.list_all_tools().await.unwrap();
        let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
        assert_eq!(names, ["list_carriers", "track_parcel", "book_parcel"]);
        assert_eq!(Value::Object((*tools[2].input_schema).clone())["required"], json!(["to", "grams"]));
        let asked = |name: &'static str, arguments: Value| {
            client.call_tool(CallToolRequestParams::new(name).with_arguments(arguments.as_object().unwrap().clone()))
        };
        let booked = asked("book_parcel", json!({"to": "Oslo", "grams": 900})).await.unwrap();
        assert_eq!(booked.content[0].as_text().unwrap().text, number);
        let tracked = asked("track_parcel", json!({"number": 1})).await.unwrap();
        assert_eq!(tracked.content[0].as_text().unwrap().text, "1 goes to Oslo");
        let heavy = asked("book_parcel", json!({"to": "Oslo", "grams": 99_000})).await.unwrap();
        assert_eq!(heavy.is_error, Some(true));
        let refused = asked("cancel_parcel", json!({"number": 1})).await.unwrap_err();
        assert!(matches!(refused, ServiceError::TransportSend(_)), "{refused:?}");
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn selects_the_environment_by_key_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let scopes = ["--scope", "parcels:write", "--scope", "parcels:cancel"];
    let live = key(&folder, &[&["--holder", "shop"][..], &scopes].concat());
    let sandbox = key(&folder, &[&["--holder", "trainee", "--sandbox"][..], &scopes].concat());
    assert!(live.starts_with("sk_live_") && sandbox.starts_with("sk_test_"));
    let served = Served::start(folder);
    let book = || call("book_parcel", &json!({"to": "Oslo", "grams": 900}));
    let (status, environment, answer) = served.send(Some(&sandbox), &[], book()).await;
    assert_eq!((status, &*environment), (200, "sandbox"));
    assert_eq!(answer["result"]["content"][0]["text"], "would book a parcel");
    let track = served.send(Some(&live), &[], call("track_parcel", &json!({"number": 1}))).await;
    assert_eq!(track.2["result"]["content"][0]["text"], "unknown parcel 1");
    let (status, environment, answer) = served.send(Some(&live), &[], book()).await;
    assert_eq!((status, &*environment), (200, "live"));
    assert_eq!(answer["result"]["content"][0]["text"], "booked 1");
    let (status, ..) = served.send(Some(&sandbox), &[], call("cancel_parcel", &json!({"number": 1}))).await;
    assert_eq!(status, 403);
    let (_, _, answer) = served.send(Some(&live), &[], call("cancel_parcel", &json!({"number": 1}))).await;
    assert_eq!(answer["result"]["content"][0]["text"], "cancelled 1");
}

#[tokio::test]
async fn lists_public_tools_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    key(&folder, &["--holder", "shop", "--scope", "parcels:write"]);
    let served = Served::start(folder);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let (status, _, answer) = served.send(None, &[], list).await;
    assert_eq!((status, answer["result"]["tools"].as_array().unwrap().len()), (200, 1));
    let (_, _, answer) = served.send(None, &[], call("list_carriers", &json!({}))).await;
    assert_eq!(answer["result"]["content"][0]["text"], "Gull Post\nHarbour Freight");
    let track = call("track_parcel", &json!({"number": 1}));
    assert_eq!(served.send(None, &[], track.clone()).await.0, 401);
    for wrong in ["sk_live_bm9ib2R5", "sk_other_bm9ib2R5", "unknown"] {
        assert_eq!(served.send(Some(wrong), &[], track.clone()).await.0, 401, "{wrong}");
    }
    // The file does not contain any key.
    let text = fs::read_to_string(served.folder.path().join("keys")).unwrap();
    assert!(text.starts_with("salt ") && text.contains(" shop parcels:write\n") && !text.contains("sk_"), "{text}");
}

#[tokio::test]
async fn rejects_revisions_that_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(&folder, &["--holder", "shop", "--scope", "parcels:read"]);
    let served = Served::start(folder);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for (revision, status, code) in [("1999-01-01", 400, json!(-32022)), ("2025-11-25", 200, Value::Null)] {
        let answer = served.send(Some(&key), &[("mcp-protocol-version", revision)], ping.clone()).await;
        assert_eq!((answer.0, &answer.2["error"]["code"]), (status, &code), "{revision}");
    }
}

#[test]
fn rejects_malformed_input() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, why) in [
        (
            &["--holder", "shop", "--scope", "parcels:raed"][..],
            "`parcels:raed` is not a known scope; write one of `parcels:read`",
        ),
        (&["--holder", "the shop", "--scope", "parcels:read"], "write one word"),
    ] {
        let output = new_key(&folder, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{said}");
    }
    let serve = |arguments: &[&str]| {
        let output = program().arg("serve").args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let file = folder.path().join("keys");
    let path = file.to_str().unwrap();
    let said = serve(&["--address", "127.0.0.1:0", "--keys", path]);
    assert!(said.contains("create one with `new-key`"), "{said}");
    assert!(serve(&["--address", "0.0.0.0:0", "--keys", path]).contains("a loopback address"));
    for (text, why) in [
        ("", "keys:1: the first line must be `salt`"),
        ("salt c2hvcnQ\n", "keys:1: "),
        ("salt MDEyMzQ1Njc4OWFiY2RlZg\n\nhash shop parcels:read\n", "keys:3: the hash of an API key"),
        ("salt MDEyMzQ1Njc4OWFiY2RlZg\nhash\n", "keys:2: write the hash of a key"),
        ("salt MDEyMzQ1Njc4OWFiY2RlZg\nhash shop\n", "keys:2: a key without scopes"),
    ] {
        fs::write(&file, text).unwrap();
        let said = serve(&["--address", "127.0.0.1:0", "--keys", path]);
        assert!(said.contains(why), "{said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = serve(&["--address", &address, "--keys", path]);
    assert!(said.contains(&format!("cannot listen on `{address}`")) && said.contains("`--address`"), "{said}");
}

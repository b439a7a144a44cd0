//! Processes that a test starts: servers of the example, and of tables of the tests.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{Router, http::header};
use mcp_scopes_server::{
    ResourceServer,
    policies::RedisStore,
    token::{Algorithm, Issuer},
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{domain, replicas};

const DENIAL: &str = "io.github.mcp-scopes/denial";

/// What a server of a table of the tests is started with: the name of the table, resource, issuer and store.
const SETTINGS: &str = "SECURED_RMCP_TEST_SERVER";

/// A process, killed when this value is dropped.
pub(crate) struct Process {
    child: Child,
    /// The URL that it has printed.
    pub(crate) url: String,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The test program prints other lines before.
        let url = lines.map_while(Result::ok).find_map(|line| Some(line.get(line.find("http://")?..)?.to_owned()));
        Self { child, url: url.unwrap() }
    }

    pub(crate) fn of_the_example(arguments: &[&str]) -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_secured-rmcp")).args(arguments))
    }

    /// Starts the authorization server, for these resources and scopes.
    pub(crate) fn authorization_server(resources: &[&str], scopes: &[&str]) -> Self {
        let mut arguments = vec!["authorization-server", "--address", "127.0.0.1:0"];
        arguments.extend(resources.iter().flat_map(|resource| ["--resource", *resource]));
        arguments.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
        Self::of_the_example(&arguments)
    }

    /// Starts a server of a table of the tests: this program, with the test below.
    pub(crate) fn of_a_table(name: &str, resource: &str, issuer: &str, store: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "process::serves_a_table", "--nocapture"]);
        Self::start(command.env(SETTINGS, format!("{name} {resource} {issuer} {store}")))
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves a table of the tests if another test has started this process for it. Calls that the layer allows have an empty result.
#[tokio::test]
async fn serves_a_table() {
    let Ok(settings) = env::var(SETTINGS) else { return };
    let [name, resource, issuer, store] = settings.split(' ').collect::<Vec<_>>()[..] else { panic!("{settings}") };
    let table = match name {
        "next" => &replicas::NEXT,
        "notes" => &domain::NOTES,
        "mail" => &domain::MAIL,
        _ => panic!("{settings}"),
    };
    let keys = Issuer::jwks(issuer, format!("{issuer}/jwks.json")).algorithms([Algorithm::Es256]);
    let server = ResourceServer::builder(table)
        .resource(resource)
        .issuer(keys.require_access_token_type())
        .policy_store(RedisStore::builder().timeout(Duration::from_secs(10)).connect(store).await.unwrap())
        .build()
        .await
        .unwrap();
    let answer = async || ([(header::CONTENT_TYPE, "application/json")], r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/mcp", listener.local_addr().unwrap());
    axum::serve(listener, Router::new().fallback(answer).layer(server.layer())).await.unwrap();
}

/// Calls a tool. Returns the reason of its denial; `None` if it has run.
pub(crate) async fn call(http: &Client, url: &str, token: &str, tool: &str, title: &str) -> Option<String> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": {"title": title}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let request = http.post(url).json(&body).bearer_auth(token).header("mcp-protocol-version", "2026-07-28");
    let request = request.header("mcp-method", "tools/call").header("mcp-name", tool);
    let answer = request.header("accept", "application/json, text/event-stream").send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    let json = text.lines().find_map(|line| serde_json::from_str::<Value>(line.trim_start_matches("data: ")).ok());
    let json = json.unwrap_or_else(|| panic!("{text}"));
    assert!(json["result"].is_object(), "{text}");
    json["result"]["_meta"][DENIAL]["reason"].as_str().map(str::to_owned)
}

/// A client of the authorization server. It is the subject of its tokens.
pub(crate) struct TokenClient<'a> {
    http: &'a Client,
    issuer: &'a str,
    id: String,
    secret: String,
}

impl<'a> TokenClient<'a> {
    /// Registers a client.
    pub(crate) async fn register(http: &'a Client, issuer: &'a str) -> Self {
        let metadata = json!({"grant_types": ["client_credentials"]});
        let registered = http.post(format!("{issuer}/register")).json(&metadata).send().await.unwrap();
        let client: Value = registered.json().await.unwrap();
        let text = |name: &str| client[name].as_str().unwrap().to_owned();
        Self { http, issuer, id: text("client_id"), secret: text("client_secret") }
    }

    /// Returns a new token.
    pub(crate) async fn token(&self, resource: &str, scopes: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", scopes), ("resource", resource)];
        let request = self.http.post(format!("{}/token", self.issuer)).basic_auth(&self.id, Some(&self.secret));
        let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

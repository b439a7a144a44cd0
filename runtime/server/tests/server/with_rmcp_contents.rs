//! Resources and prompts of a guarded handler on stdio: the entries of the table's file decide, as behind the layer.

use mcp_scopes::{Caller, Environment, scope_table};
use mcp_scopes_rmcp::guard;
use mcp_scopes_server::StdioCredentials;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    model::{
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, ListPromptsResult, ListResourcesResult,
        PaginatedRequestParams, Prompt, ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource, ResourceContents,
        ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::audit::Kept;

scope_table! {
    static TABLE = [dynamic "run" (scope = "files:read", risk = "low")] with "tests/server/contents.toml";
}

scope_table! {
    static PLAIN = [dynamic "run" (scope = "files:read", risk = "low")] with "tests/server/mcp-scopes.toml";
}

const URIS: [&str; 3] = ["app://h/public/a", "app://h/logs/a", "app://h/logs/secret"];

#[derive(Clone)]
struct Logs;

impl ServerHandler for Logs {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_resources().enable_prompts();
        ServerConfig::new(capabilities.enable_skills_with_directory_read().build())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(URIS.map(|uri| Resource::new(uri, uri)).into()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(ReadResourceResult::new(vec![ResourceContents::text("it was read", request.uri)]).into())
    }

    async fn read_resource_directory(
        &self,
        _: ReadResourceDirectoryRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(URIS.map(|uri| Resource::new(uri, uri)).into()))
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompt = |name: &str| Prompt::new(name, Some("A prompt"), None);
        Ok(ListPromptsResult::with_all_items(["review", "hello"].map(prompt).into()))
    }

    async fn get_prompt(
        &self,
        _: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        Ok(GetPromptResult::new(Vec::new()).with_description("it was read").into())
    }
}

/// Sends requests on stdio, and returns the answers.
async fn answers(credentials: StdioCredentials, requests: &[(&str, Value)]) -> Vec<Value> {
    let (here, there) = tokio::io::duplex(1 << 16);
    let guarded = guard(credentials, Logs);
    let server = tokio::spawn(async move { guarded.serve(tokio::io::split(there)).await.unwrap().waiting().await });
    let mut stream = BufReader::new(here);
    let mut answers = Vec::new();
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    for (method, params) in [("initialize", hello)].iter().chain(requests) {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        stream.write_all(format!("{request}\n").as_bytes()).await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        answers.push(serde_json::from_str(&line).unwrap());
    }
    server.abort();
    answers.split_off(1)
}

fn requests() -> [(&'static str, Value); 12] {
    let read = |uri: &str| ("resources/read", json!({"uri": uri}));
    let complete =
        |reference: Value| ("completion/complete", json!({"ref": reference, "argument": {"name": "a", "value": ""}}));
    [
        read(URIS[0]),
        read(URIS[1]),
        read(URIS[2]),
        read("app://h/public/../logs/a"),
        ("prompts/get", json!({"name": "hello"})),
        ("prompts/get", json!({"name": "review"})),
        ("resources/subscribe", json!({"uri": URIS[2]})),
        complete(json!({"type": "ref/prompt", "name": "review"})),
        ("resources/list", json!({})),
        ("prompts/list", json!({})),
        ("resources/directory/read", json!({"uri": "app://h/public/a"})),
        ("resources/directory/read", json!({"uri": URIS[2]})),
    ]
}

/// The requests that the handler answered.
fn opened(answers: &[Value]) -> Vec<usize> {
    (0..8).filter(|place| answers[*place].to_string().contains("it was read")).collect()
}

fn names(answer: &Value, list: &str, member: &str) -> Vec<String> {
    let entries = answer["result"][list].as_array().unwrap();
    entries.iter().map(|entry| entry[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn credentials_decide_by_the_entries() {
    let missing = answers(StdioCredentials::from_env(&TABLE, "LOGS_SCOPES"), &requests()).await;
    assert_eq!(opened(&missing), [0, 4]);
    assert_eq!(names(&missing[8], "resources", "uri"), URIS[..1]);
    assert_eq!(names(&missing[9], "prompts", "name"), ["hello"]);
    let message = missing[1]["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("with `system:execute oncall` in the environment variable `LOGS_SCOPES`"), "{message}");
    let message = missing[3]["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("unknown resource"), "{message}");

    let reader = Caller::new(TABLE.grant("files:read"), Environment::Live);
    let reader = answers(StdioCredentials::of(reader), &requests()).await;
    assert_eq!(opened(&reader), [0, 1, 4]);
    assert_eq!(names(&reader[8], "resources", "uri"), URIS[..2]);
    assert_eq!(names(&reader[10], "resources", "uri"), URIS[..2], "a directory is a list");
    assert_eq!(reader[11]["error"]["code"], -32602, "{}", reader[11]);
    // The read of a directory is an event, whether it is allowed or not.
    let kept = Kept::default();
    let audited = StdioCredentials::of(Caller::new(TABLE.grant("files:read"), Environment::Live)).audit(kept.clone());
    answers(audited, &requests()[10..]).await;
    let [allowed, denied] = &kept.take()[..] else { panic!() };
    for (event, decision, outcome) in [(allowed, "allow", "success"), (denied, "deny", "denied")] {
        assert_eq!(event["mcp.method.name"], "resources/directory/read", "{event}");
        assert_eq!((&event["mcp_scopes.decision"], &event["mcp_scopes.outcome"]), (&json!(decision), &json!(outcome)));
        assert!(event["mcp_scopes.entries"].is_array(), "{event}");
    }
    // A subscription and a completion are refused before the handler could answer "method not found".
    for answer in &reader[6..8] {
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let all = answers(StdioCredentials::all(&TABLE), &requests()).await;
    assert_eq!(opened(&all), [0, 1, 2, 4, 5]);

    let sandboxed = answers(StdioCredentials::all(&TABLE).in_sandbox(), &requests()).await;
    assert_eq!(opened(&sandboxed), [0; 0]);
}

/// There are no rules for methods on stdio.
#[tokio::test]
async fn files_without_entries_open_everything() {
    let answers = answers(StdioCredentials::from_env(&PLAIN, "LOGS_SCOPES"), &requests()).await;
    assert_eq!(opened(&answers), [0, 1, 2, 3, 4, 5]);
    assert_eq!(names(&answers[8], "resources", "uri"), URIS);
    assert_eq!(names(&answers[10], "resources", "uri"), URIS);
}

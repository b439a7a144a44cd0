//! Approval by elicitation, end to end: clients of 2026-07-28 ask their user for the layer, and for the tool behind it, which asks a question
//! too.

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{Arc, Mutex},
};

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use mcp_scopes_server::{Claims, ResourceServer, verifier_fn};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt as _, ErrorData, RoleClient, ServerHandler, ServiceError,
    handler::server::{
        tool::{InputResponses, RequestState},
        wrapper::Parameters,
    },
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig, ContentBlock,
        ElicitRequestParams, ElicitResult, ElicitationAction, InputRequiredResult, ProtocolVersion, ServerCapabilities,
        ServerConfig,
    },
    service::{RequestContext, RunningService},
    tool, tool_handler, tool_router,
    transport::{
        StreamableHttpClientTransport,
        streamable_http_client::StreamableHttpClientTransportConfig,
        streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager},
    },
};
use secured_rmcp::server::Title;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::clients::skip;

/// A server whose tool asks a question before it deletes.
#[derive(Clone)]
struct Desk;

#[mcp_tools]
#[tool_router]
impl Desk {
    /// Return a note
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool]
    async fn read_note(&self, Parameters(Title { title }): Parameters<Title>) -> String {
        title
    }

    /// Delete a note for good
    #[mcp_tool(scope = "notes:admin", risk = "high", policy(requires_approval_after("read_note")))]
    #[tool]
    async fn delete_note(
        &self,
        Parameters(Title { title }): Parameters<Title>,
        InputResponses(responses): InputResponses,
        RequestState(state): RequestState,
    ) -> CallToolResponse {
        let typed = responses.as_ref().and_then(|all| all.get("title")?.get("content")?.get("title")?.as_str());
        // What the layer has asked for does not reach the tool.
        assert!(responses.as_ref().is_none_or(|all| all.keys().eq(["title"])), "{responses:?}");
        match state.as_deref() {
            None => {
                let schema =
                    json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]});
                let question = json!({
                    "method": "elicitation/create", "params": {"message": "Type the title", "requestedSchema": schema},
                });
                let questions = BTreeMap::from([("title".to_owned(), serde_json::from_value(question).unwrap())]);
                InputRequiredResult::new(Some(questions), Some(format!("delete {title}"))).into()
            }
            Some(state) => {
                assert_eq!((state, typed), (&*format!("delete {title}"), Some(&*title)));
                CallToolResult::success(vec![ContentBlock::text(format!("deleted `{title}`"))]).into()
            }
        }
    }
}

#[tool_handler]
impl ServerHandler for Desk {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

scope_table! { static DESK = [Desk::*]; }

/// Serves the desk. Each token is the name of its subject. Returns the URL.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let resource = url.clone();
    let verifier = verifier_fn(move |token| {
        let claims = Claims::builder("https://auth.example.com").audience([resource.clone()]);
        let claims = claims.subject(token.expose_secret()).scope("notes:read notes:admin").build();
        async move { Ok(claims) }
    });
    let builder = ResourceServer::builder(&DESK).resource(&url).authorization_server("https://auth.example.com");
    let server = builder.verifier(verifier).approval_by_elicitation().build().await.unwrap();
    let config = StreamableHttpServerConfig::default();
    let service =
        mcp_scopes_rmcp::service(&server, || Ok(Desk), Arc::<LocalSessionManager>::default(), config).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback_service(service)).await });
    url
}

/// A user, whom a client asks.
#[derive(Clone)]
struct User {
    /// What the user does about approvals.
    action: Arc<Mutex<ElicitationAction>>,
    can_be_asked: bool,
    asked: Arc<Mutex<Vec<String>>>,
}

impl User {
    fn new(can_be_asked: bool) -> Self {
        Self { action: Arc::new(Mutex::new(ElicitationAction::Accept)), can_be_asked, asked: Arc::default() }
    }

    fn asked(&self) -> Vec<String> {
        core::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let mut config = ClientConfig::default();
        if self.can_be_asked {
            config.capabilities = ClientCapabilities::builder().enable_elicitation().build();
        }
        config
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else { panic!("{request:?}") };
        let is_approval = message.starts_with("Approve this call once?");
        self.asked.lock().unwrap().push(message);
        Ok(if is_approval {
            ElicitResult::new(self.action.lock().unwrap().clone())
        } else {
            ElicitResult::new(ElicitationAction::Accept).with_content(json!({"title": "lunch"}))
        })
    }
}

type Connection = RunningService<RoleClient, User>;

async fn connect(url: &str, token: &str, user: &User, mode: ClientLifecycleMode) -> Connection {
    let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(token);
    let transport = StreamableHttpClientTransport::with_client(reqwest::Client::new(), config);
    user.clone().serve_with_lifecycle(transport, mode).await.unwrap()
}

async fn call(connection: &Connection, tool: &'static str) -> Result<(bool, String), ServiceError> {
    let arguments = json!({"title": "lunch"}).as_object().unwrap().clone();
    let result = connection.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await?;
    let text = serde_json::to_value(&result.content[0]).unwrap()["text"].as_str().unwrap().to_owned();
    Ok((result.is_error == Some(true), text))
}

/// Checks what a user was asked before a note was deleted.
#[track_caller]
fn assert_asked(url: &str, asked: &[String]) {
    let [first, question, second] = asked else { panic!("{asked:#?}") };
    assert_eq!(
        *first,
        format!(
            "Approve this call once? `delete_note` requires approval in this session because `read_note` was called.\n\nServer: \
             `{url}`, live\nTool: `delete_note`\nArguments:\n\n    \"title\": \"lunch\"\n"
        )
    );
    assert_eq!(question, "Type the title");
    // The call with the answer is another one, and the user sees the answer.
    let rest = second.strip_prefix(&**first).unwrap();
    assert!(rest.starts_with("Answers to questions of the tool:\n\n    \"title\": {"), "{rest}");
    assert!(rest.contains("\"content\":{\"title\":\"lunch\"}"), "{rest}");
}

fn modern() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}

fn deleted() -> (bool, String) {
    (false, "deleted `lunch`".to_owned())
}

#[tokio::test]
async fn the_client_of_rmcp_asks_its_user() {
    let (url, user) = (serve().await, User::new(true));
    let connection = connect(&url, "ada", &user, modern()).await;
    // Before the trigger, the tool alone asks.
    assert_eq!(call(&connection, "delete_note").await.unwrap(), deleted());
    assert_eq!(user.asked(), ["Type the title"]);
    call(&connection, "read_note").await.unwrap();
    assert_eq!(call(&connection, "delete_note").await.unwrap(), deleted());
    assert_asked(&url, &user.asked());
    for (action, hint) in [(ElicitationAction::Decline, "declined"), (ElicitationAction::Cancel, "did not decide")] {
        *user.action.lock().unwrap() = action;
        let (is_error, text) = call(&connection, "delete_note").await.unwrap();
        assert!(is_error && text.contains(hint), "{text}");
        assert_eq!(user.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_client_of_rmcp_that_cannot_ask_is_told_so() {
    let (url, user) = (serve().await, User::new(false));
    let connection = connect(&url, "ada", &user, modern()).await;
    call(&connection, "read_note").await.unwrap();
    let error = call(&connection, "delete_note").await.unwrap_err();
    let ServiceError::McpError(error) = error else { panic!("{error:?}") };
    assert_eq!(error.code.0, -32021);
    assert_eq!(error.data, Some(json!({"requiredCapabilities": {"elicitation": {"form": {}}}})));

    // An earlier revision: the model reads what to do.
    let connection = connect(&url, "ada", &User::new(true), ClientLifecycleMode::Initialize).await;
    let (is_error, text) = call(&connection, "delete_note").await.unwrap();
    assert!(is_error && text.contains("use one that supports MCP 2026-07-28 and elicitation"), "{text}");
    assert_eq!(user.asked(), [""; 0]);
}

/// Returns what a script of another SDK prints: what the user was asked, and the results.
async fn report(mut command: Command, url: &str) -> Value {
    command.args([url, "ada"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    serde_json::from_str(out.lines().next_back().unwrap_or_default()).unwrap()
}

async fn of_an_official_client(command: Result<Command, &'static str>) {
    let command = match command {
        Ok(command) => command,
        Err(missing) => return skip(missing),
    };
    let url = serve().await;
    let report = report(command, &url).await;
    assert_eq!(report["version"], "2026-07-28");
    assert_eq!(report["before"], json!({"error": false, "text": "deleted `lunch`", "asked": ["Type the title"]}));
    let approved = &report["approved"];
    assert_eq!((&approved["error"], &approved["text"]), (&json!(false), &json!("deleted `lunch`")), "{report}");
    assert_asked(&url, &serde_json::from_value::<Vec<String>>(approved["asked"].clone()).unwrap());
    let declined = &report["declined"];
    assert_eq!((&declined["error"], declined["asked"].as_array().unwrap().len()), (&json!(true), 1), "{report}");
    assert!(declined["text"].as_str().unwrap().contains("declined"), "{report}");
}

#[tokio::test]
async fn the_python_sdk_asks_its_user() {
    of_an_official_client(crate::clients::python("approval.py")).await;
}

#[tokio::test]
async fn the_typescript_sdk_asks_its_user() {
    of_an_official_client(crate::clients::typescript("approval.mjs")).await;
}

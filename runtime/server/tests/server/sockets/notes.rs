//! The tools behind the layer, which record each run.

use std::sync::{Arc, Mutex};

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::wrapper::Parameters,
    model::{
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, ProgressNotificationParam,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents, SubscriptionFilter,
    },
    service::RequestContext,
    tool, tool_handler, tool_router,
};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(super) struct Note {
    title: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(super) struct Query {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
    tier: String,
}

/// The runs of the tools, shared by clones.
#[derive(Clone)]
pub(super) struct Runs {
    log: Arc<Mutex<Vec<String>>>,
    gate: Arc<Semaphore>,
}

impl Default for Runs {
    fn default() -> Self {
        Self { log: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }
}

impl Runs {
    fn note(&self, run: impl Into<String>) {
        self.log.lock().unwrap().push(run.into());
    }

    /// Returns all runs since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        core::mem::take(&mut *self.log.lock().unwrap())
    }

    /// Lets this many runs of `follow_note` continue.
    pub(super) fn release(&self, runs: usize) {
        self.gate.add_permits(runs);
    }
}

/// A server without a public tool.
#[derive(Clone, Default)]
pub(super) struct Notes(pub(super) Runs);

#[mcp_tools]
#[tool_router]
impl Notes {
    #[mcp_tool(scope = "notes:read", risk = "low", sandbox = "allow")]
    #[tool(description = "Return the title")]
    async fn read_note(&self, Parameters(note): Parameters<Note>) -> String {
        self.0.note(format!("read {}", note.title));
        note.title
    }

    #[mcp_tool(scope = "notes:delete", risk = "high")]
    #[tool(description = "Delete a note")]
    async fn delete_note(&self) -> String {
        self.0.note("delete");
        "deleted".to_owned()
    }

    /// Returns the region and the names of the headers that mirror arguments.
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "Search notes")]
    async fn query_notes(&self, context: RequestContext<RoleServer>, Parameters(query): Parameters<Query>) -> String {
        let parts = context.extensions.get::<http::request::Parts>().unwrap();
        let names = parts.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("mcp-param-"));
        format!("{} {} [{}]", query.region, query.tier, names.collect::<Vec<_>>().join(" "))
    }

    /// Reports progress, waits for [`Runs::release`], reports progress once more, and returns the title.
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "Follow a note")]
    async fn follow_note(
        &self,
        context: RequestContext<RoleServer>,
        Parameters(note): Parameters<Note>,
    ) -> Result<String, ErrorData> {
        let progress = async |part: f64| {
            if let Some(token) = context.meta.get_progress_token() {
                context.peer.notify_progress(ProgressNotificationParam::new(token, part)).await.unwrap();
            }
        };
        progress(1.0).await;
        self.0.gate.acquire().await.unwrap().forget();
        progress(2.0).await;
        self.0.note(format!("follow {}", note.title));
        Ok(note.title)
    }

    /// Returns the depth of the arguments.
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "Measure arguments")]
    async fn measure(&self, Parameters(arguments): Parameters<Map<String, Value>>) -> String {
        let (mut depth, mut level) = (1, arguments.values().collect::<Vec<_>>());
        while level.iter().any(|value| value.is_array() || value.is_object()) {
            depth += 1;
            let inner = level.into_iter().flat_map(|value| match value {
                Value::Array(elements) => elements.iter().collect::<Vec<_>>(),
                Value::Object(members) => members.values().collect(),
                _ => Vec::new(),
            });
            level = inner.collect();
        }
        self.0.note("measure");
        depth.to_string()
    }
}

#[tool_handler]
impl ServerHandler for Notes {
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.0.note(format!("resource {}", request.uri));
        Ok(ReadResourceResult::new(vec![ResourceContents::text("a note", request.uri)]).into())
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.0.note(format!("prompt {}", request.name));
        Ok(GetPromptResult::new(Vec::new()).with_description("a prompt").into())
    }
}

/// A server with a public tool.
#[derive(Clone, Default)]
pub(super) struct Board(pub(super) Runs);

#[mcp_tools]
#[tool_router]
impl Board {
    #[mcp_tool(public, risk = "minimal")]
    #[tool(description = "Return the state of the server")]
    async fn status(&self) -> String {
        self.0.note("status");
        "up".to_owned()
    }

    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "Return a notice")]
    async fn read_notice(&self) -> String {
        self.0.note("notice");
        "notice".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Board {}

scope_table! { pub(super) static NOTES = [Notes::*] with "tests/server/sockets.toml"; }
scope_table! { pub(super) static BOARD = [Board::*] with "tests/server/sockets.toml"; }

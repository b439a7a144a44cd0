//! The tools, and the implementation of rmcp's handler.

use std::{io, sync::Arc};

use mcp_scopes::{Challenge, Denied, mcp_tool, mcp_tools, metadata::ToolsList};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{
        router::tool::ToolRouter,
        tool::{IntoCallToolResult, ToolCallContext},
        wrapper::Parameters,
    },
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, ListToolsResult, PaginatedRequestParams, ProtocolVersion,
        ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    tool, tool_router,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{TOOLS, client::Client, limit::Calls, store::Store};

/// The arguments of `read_file`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadFile {
    /// The name of the file
    pub name: String,
    /// The maximum number of lines
    pub lines: Option<usize>,
}

/// The arguments of `write_file`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteFile {
    /// The name of the file
    pub name: String,
    /// The text to write
    pub text: String,
    /// Whether to append the text to the file
    #[serde(default)]
    pub append: bool,
}

/// The arguments of `delete_file`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteFile {
    /// The name of the file
    pub name: String,
}

/// Serves one folder.
#[derive(Clone, Debug)]
pub struct FileServer {
    store: Store,
    calls: Arc<Calls>,
    list: Arc<ToolsList<'static>>,
    router: ToolRouter<Self>,
}

impl FileServer {
    /// Creates a server of that folder.
    ///
    /// # Errors
    /// Returns an error if a tool has a policy that is not enforced here, or if rmcp serves a tool that the table does
    /// not list.
    pub fn new(store: Store) -> Result<Self, String> {
        let router = Self::tool_router();
        if let Some(tool) = router.list_all().iter().find(|tool| TOOLS.tool(&tool.name).is_none()) {
            return Err(format!("tool `{}` is served, but the table does not list it", tool.name));
        }
        Ok(Self { store, calls: Arc::new(Calls::of(&TOOLS)?), list: Arc::new(TOOLS.tools_list()), router })
    }
}

#[mcp_tools]
#[tool_router]
impl FileServer {
    /// Check that the server is up
    #[mcp_tool(public, risk = "minimal", sandbox = "allow")]
    #[tool]
    pub async fn health_check(&self) -> Result<String, Failure> {
        self.store.list().await?;
        Ok("ok".to_owned())
    }

    /// List the names of all shared files
    #[mcp_tool(scope = "dev-tools:files:read", risk = "low", sandbox = "allow", grouped_with("read_file"))]
    #[tool]
    pub async fn list_files(&self) -> Result<String, Failure> {
        Ok(self.store.list().await?.join("\n"))
    }

    /// Read a text file
    #[mcp_tool(scope = "dev-tools:files:read", risk = "low", sandbox = "allow", grouped_with("list_files"))]
    #[tool]
    pub async fn read_file(&self, Parameters(file): Parameters<ReadFile>) -> Result<String, Failure> {
        let text = self.store.read(&file.name).await?;
        Ok(text.split_inclusive('\n').take(file.lines.unwrap_or(usize::MAX)).collect())
    }

    /// Write a text file
    #[mcp_tool(
        scope = "dev-tools:files:write",
        risk = "medium",
        sandbox = simulate(Self::pretend_to_write),
        guard = client,
        examples("write_file notes.txt hello"),
    )]
    #[tool]
    pub async fn write_file(&self, client: Client, Parameters(file): Parameters<WriteFile>) -> Result<String, Failure> {
        self.store.write(&file.name, &file.text, file.append).await?;
        Ok(format!("wrote {} bytes to {}", file.text.len(), file.name))
    }

    /// Delete a file for good
    #[mcp_tool(
        scope = all("dev-tools:files:write", any("dev-tools:oncall:act", "dev-tools:files:admin")),
        risk = "high",
        sandbox = "deny",
        prerequisites("dev-tools:files:read"),
        policy(max_calls_per_session = 2),
    )]
    #[tool]
    pub async fn delete_file(&self, Parameters(file): Parameters<DeleteFile>) -> Result<String, Failure> {
        self.store.delete(&file.name).await?;
        Ok(format!("deleted {}", file.name))
    }
}

impl FileServer {
    /// The substitute of `write_file` for sandbox callers.
    async fn pretend_to_write(
        &self,
        _client: Client,
        Parameters(file): Parameters<WriteFile>,
    ) -> Result<String, Failure> {
        self.store.check(&file.name).await?;
        Ok(format!("would write {} bytes to {}", file.text.len(), file.name))
    }
}

impl ServerHandler for FileServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let client = Client::of(&context)?;
        // Checks the name that the router runs, not one in a header.
        let tool = client.caller.grant().authorize(&request.name).map_err(|denied| refusal(&denied))?;
        client.caller.authorize(tool.tool().name).map_err(|denied| refusal(&denied))?;
        self.calls.admit(&client, tool).map_err(|limit| {
            let message = format!("tool `{}` may be called {limit} times in one session", tool.tool().name);
            ErrorData::invalid_request(message, None)
        })?;
        self.router.call(ToolCallContext::new(self, request, context)).await
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let client = Client::of(&context)?;
        let mut tools = self.router.list_all();
        tools.retain(|tool| client.caller.authorize(&tool.name).is_ok());
        for tool in &mut tools {
            let schemes = TOOLS.tool(&tool.name).map(|known| json!(known.security_schemes(&self.list)));
            tool.meta.get_or_insert_default().0.extend(schemes.map(|schemes| ("securitySchemes".to_owned(), schemes)));
        }
        let result = ListToolsResult::with_all_items(tools);
        // A list that depends on its caller must not be cached by shared caches (MCP 2026-07-28, Caching).
        Ok(match context.protocol_version() {
            Some(version) if version >= ProtocolVersion::V_2026_07_28 => {
                result.with_ttl_ms(0).with_cache_scope(CacheScope::Private)
            }
            _ => result,
        })
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.router.get(name).cloned()
    }
}

/// The reason why a tool has no result.
#[derive(Debug)]
pub enum Failure {
    /// The function itself denied the caller.
    Denied(Denied),
    /// The folder could not be read or changed.
    Store(io::Error),
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Store(error)
    }
}

impl IntoCallToolResult for Failure {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        match self {
            Self::Denied(denied) => Err(refusal(&denied)),
            // An error that a model can correct is a result, not a protocol error.
            Self::Store(error) => error.to_string().into_call_tool_result(),
        }
    }
}

/// Converts a denial to a JSON-RPC error. An rmcp handler cannot set status or headers, so the challenge is part of the
/// data.
fn refusal(denied: &Denied) -> ErrorData {
    let challenge = Challenge::of(denied);
    let data = json!({"status": challenge.status(), "www_authenticate": challenge.to_string()});
    ErrorData::invalid_request(denied.to_string(), Some(data))
}

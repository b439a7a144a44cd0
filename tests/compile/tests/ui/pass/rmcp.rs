//! rmcp: the annotation above `#[tool]`, and `#[mcp_tools]` above and below `#[tool_router]`.
#![deny(warnings)]

use mcp_scopes::{Caller, mcp_tool, mcp_tools, scope_table};
use rmcp::{ErrorData, handler::server::wrapper::Parameters, tool, tool_router};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct ReadFile {
    path: String,
    #[serde(default)]
    depth: Option<u32>,
}

#[derive(Clone)]
struct Above;

#[mcp_tools]
#[tool_router]
impl Above {
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Read a file")]
    async fn read_file(&self, Parameters(args): Parameters<ReadFile>) -> Result<String, ErrorData> {
        Ok(format!("{}{:?}", args.path, args.depth))
    }

    /// List files
    #[mcp_tool(scope = "files:list", risk = "low")]
    #[tool(name = "list")]
    fn list_files(&self) -> String {
        String::new()
    }
}

#[derive(Clone)]
struct Below;

#[tool_router]
#[mcp_tools]
impl Below {
    #[mcp_tool(scope = "files:write", risk = "medium")]
    #[tool(description = "Write a file")]
    async fn write_file(
        &self,
        Parameters(ReadFile { path, depth }): Parameters<ReadFile>,
    ) -> Result<String, ErrorData> {
        Ok(format!("{path}{depth:?}"))
    }
}

struct Failure;

impl From<mcp_scopes::Denied> for Failure {
    fn from(_: mcp_scopes::Denied) -> Self {
        Self
    }
}

struct Plain;

#[mcp_tools]
impl Plain {
    #[mcp_tool(scope = "files:delete", risk = "high", guard = caller, sandbox = simulate(Self::pretend))]
    async fn delete_file(
        &self,
        caller: Caller,
        Parameters(ReadFile { path, .. }): Parameters<ReadFile>,
    ) -> Result<String, Failure> {
        let _ = caller;
        Ok(path)
    }

    async fn pretend(&self, _: Caller, Parameters(args): Parameters<ReadFile>) -> Result<String, Failure> {
        Ok(args.path)
    }
}

scope_table! {
    static TOOLS = [Above::*, Below::*, Plain::*];
}

fn main() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names, ["read_file", "list", "write_file", "delete_file"]);
    let descriptions: Vec<&str> = TOOLS.tools().map(|tool| tool.description).collect();
    assert_eq!(descriptions, ["Read a file", "List files", "Write a file", ""]);
    assert_eq!(Above::tool_router().list_all().len(), 2);
    assert_eq!(Below::tool_router().list_all().len(), 1);
}

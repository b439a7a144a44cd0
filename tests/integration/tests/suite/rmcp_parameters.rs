//! rmcp: the annotation above `#[tool]`, and `#[mcp_tools]` above and below `#[tool_router]`.
#![expect(clippy::unused_async, clippy::unused_self, reason = "tools have the form that rmcp requires, and do little")]

use mcp_scopes::{Caller, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_model::tool::Parameter;
use rmcp::{
    ErrorData, RoleServer,
    handler::server::{
        common::Extension as Ext,
        wrapper::{Parameters, Parameters as P},
    },
    service::RequestContext as Ctx,
    tool, tool_router,
};

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

    /// The types have other names here.
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool]
    async fn renamed(&self, P(args): P<ReadFile>, context: Ctx<RoleServer>) -> String {
        let _ = context;
        args.path
    }

    /// What is beside the parameters comes from the request.
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool]
    async fn beside(&self, Ext(id): Ext<u8>, Parameters(args): Parameters<ReadFile>) -> String {
        format!("{}{id}", args.path)
    }

    /// Only the server passes the argument.
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool]
    async fn without(&self, Ext(id): Ext<u8>) -> String {
        id.to_string()
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

#[test]
fn reads_the_parameters_and_names_of_tools() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names, ["read_file", "renamed", "beside", "without", "list", "write_file", "delete_file"]);
    let descriptions: Vec<&str> =
        TOOLS.tools().map(|tool| tool.description).filter(|text| text.contains("file")).collect();
    assert_eq!(descriptions, ["Read a file", "List files", "Write a file"]);
    let parameters = |tool: &str| {
        let mut names = String::new();
        let mut visit = |parameter: Parameter<'_>| names = format!("{names}{} {} ", parameter.name, parameter.required);
        let tool = TOOLS.tools().find(|listed| listed.name == tool).unwrap();
        assert!(tool.parameters.for_each(&mut visit));
        names
    };
    for tool in ["read_file", "renamed", "beside", "write_file", "delete_file"] {
        assert_eq!(parameters(tool), "depth false path true ", "{tool}");
    }
    assert_eq!(parameters("without"), "");
    assert_eq!(Above::tool_router().list_all().len(), 5);
    assert_eq!(Below::tool_router().list_all().len(), 1);
}

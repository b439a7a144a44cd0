//! The tools.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{router::tool::ToolRouter, wrapper::Parameters},
    model::{CallToolResult, ContentBlock, ServerCapabilities, ServerConfig},
    service::RequestContext,
    tool, tool_handler, tool_router,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::notes::Notes;

/// The arguments of `read_note` and `delete_note`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// The title of the note
    pub title: String,
}

/// The arguments of `write_note`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The title of the note
    pub title: String,
    /// The text to write
    pub text: String,
}

/// Serves the notes of a team.
#[derive(Clone, Debug)]
pub struct NoteServer {
    notes: Notes,
    router: ToolRouter<Self>,
}

impl NoteServer {
    /// Creates a server of these notes.
    #[must_use]
    pub fn new(notes: Notes) -> Self {
        Self { notes, router: Self::tool_router() }
    }
}

#[mcp_tools]
#[tool_router]
impl NoteServer {
    /// Return the number of notes
    #[mcp_tool(public, risk = "minimal", sandbox = "allow")]
    #[tool]
    pub async fn count_notes(&self) -> String {
        self.notes.titles().len().to_string()
    }

    /// List the titles of all notes
    #[mcp_tool(scope = "notes:read", risk = "low", sandbox = "allow", grouped_with("read_note"))]
    #[tool]
    pub async fn list_notes(&self) -> String {
        self.notes.titles().join("\n")
    }

    /// Return the text of a note
    #[mcp_tool(scope = "notes:read", risk = "low", sandbox = "allow", grouped_with("list_notes"))]
    #[tool]
    pub async fn read_note(&self, Parameters(Title { title }): Parameters<Title>) -> CallToolResult {
        self.notes.read(&title).map_or_else(|| none(&title), said)
    }

    /// Write or replace a note
    #[mcp_tool(
        scope = "notes:write",
        risk = "medium",
        sandbox = simulate(Self::pretend_to_write),
        guard = context,
        examples("write_note lunch noon"),
    )]
    #[tool]
    pub async fn write_note(
        &self,
        context: RequestContext<RoleServer>,
        Parameters(Note { title, text }): Parameters<Note>,
    ) -> Result<CallToolResult, ErrorData> {
        let written = self.notes.write(&title, &text);
        Ok(written.map_or_else(failed, |()| said(format!("wrote `{title}`"))))
    }

    /// Delete a note for good
    #[mcp_tool(
        scope = "notes:admin",
        risk = "high",
        sandbox = "deny",
        prerequisites("notes:read"),
        policy(max_calls_per_session = 5)
    )]
    #[tool]
    pub async fn delete_note(&self, Parameters(Title { title }): Parameters<Title>) -> CallToolResult {
        if self.notes.delete(&title) { said(format!("deleted `{title}`")) } else { none(&title) }
    }
}

impl NoteServer {
    /// The substitute of `write_note` for sandbox callers.
    #[expect(clippy::unused_async, reason = "the substitute of an async function must be async")]
    async fn pretend_to_write(
        &self,
        _context: RequestContext<RoleServer>,
        Parameters(Note { title, text }): Parameters<Note>,
    ) -> Result<CallToolResult, ErrorData> {
        let checked = self.notes.check(&title, &text);
        Ok(checked.map_or_else(failed, |()| said(format!("would write `{title}`"))))
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for NoteServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

fn said(text: String) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

/// An error that a model can correct is a result, not a protocol error.
fn failed(why: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(why)])
}

fn none(title: &str) -> CallToolResult {
    failed(format!("unknown note `{title}`"))
}

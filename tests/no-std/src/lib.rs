//! Uses all functions of the core without `std` and without an allocator.
#![no_std]
#![forbid(unsafe_code)]

use core::fmt::{self, Write};

use mcp_scopes::{
    Caller, Challenge, Denied, Environment, Reason, Route, ScopeTable, ToolHandle, mcp_tool, scope_table,
};

/// List directory contents
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow")]
pub fn list_files() {}

/// Change a file
#[mcp_tool(scope = any(all("files:read", "files:write"), "admin"), risk = "high", sandbox = simulate(pretend), guard = caller)]
pub fn write_file(caller: &Caller, size: u32) -> Result<u32, Denied> {
    _ = caller;
    Ok(size)
}

fn pretend(_caller: &Caller, _size: u32) -> Result<u32, Denied> {
    Ok(0)
}

/// Say hello
#[mcp_tool(public, risk = "minimal")]
pub fn hello() {}

scope_table! {
    /// The tools of this crate.
    pub static TOOLS = [list_files, write_file, hello];
}

const LIST_FILES: ToolHandle = TOOLS.handle("list_files");

/// Uses the table, grants, both checks, the list, denials, challenges and the guard. Returns whether all results are
/// correct.
#[must_use]
pub fn works() -> bool {
    let table: &'static ScopeTable = &TOOLS;
    let grant = table.grant("openid files:read");
    let Err(denied) = grant.authorize("write_file") else { return false };
    let mut text = Line::default();
    let challenge = Challenge::of(&denied).resource_metadata("https://h/m").description("needs \"more\"");
    let written = write!(text, "{challenge}").is_ok();
    let live = Caller::new(table.grant_scp(["admin"]), Environment::Live);
    let trainee = Caller::new(table.grant_scp(["admin"]), Environment::Sandbox);
    grant.authorize_tool(LIST_FILES).is_ok()
        && grant.visible().map(|tool| tool.name).eq(["list_files", "hello"])
        && grant.scopes().eq(["files:read"])
        && denied.missing().eq(["files:write"])
        && denied.step().eq(["files:read", "files:write"])
        && written
        && text.as_bytes()
            == b"Bearer scope=\"files:read files:write\", error=\"insufficient_scope\", \
                 error_description=\"needs 'more'\", resource_metadata=\"https://h/m\""
        && table.anonymous().authorize("list_files").is_err_and(|denied| denied.reason() == Reason::NoCredentials)
        && live.authorize("write_file").is_ok_and(|route| route == Route::Run)
        && write_file(&live, 7).is_ok_and(|size| size == 7)
        && write_file(&trainee, 7).is_ok_and(|size| size == 0)
}

/// A fixed-size text buffer.
struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }
}

impl Line {
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

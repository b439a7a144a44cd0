//! A server with a few tools, resources and prompts. What each token opens is stated by hand and does not come from the scope table.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, Discovery, HiddenTools, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier,
    token::Clock,
};

use crate::transport::finish;

pub const RESOURCE: &str = "https://files.example.com/mcp";
pub const ISSUER: &str = "https://auth.example.com";

#[mcp_tool(scope = "files:read", risk = "low")]
pub fn list_files(_folder: String) {}
#[mcp_tool(scope = "files:write", risk = "high")]
pub fn write_file() {}
#[mcp_tool(scope = any(all("files:write", "shell"), "admin"), risk = "critical")]
pub fn run() {}
#[mcp_tool(public, risk = "minimal")]
pub fn status() {}

scope_table! { pub static TOOLS = [list_files, write_file, run, status] with "server.toml"; }

/// The tokens that the server accepts, the scopes of each, and all tools that it opens.
pub const TOKENS: [(&str, &str, &[&str]); 5] = [
    ("none", "", &["status"]),
    ("read", "files:read", &["status", "list_files"]),
    ("write", "files:write", &["status", "list_files", "write_file"]),
    ("shell", "files:write shell", &["status", "list_files", "write_file", "run"]),
    ("admin", "admin", &["status", "run"]),
];

/// Returns all tools that a caller may call and see; `None` is a caller without a token.
pub fn open_to(token: Option<&str>) -> &'static [&'static str] {
    match token {
        None => &["status"],
        Some(token) => TOKENS.iter().find(|(known, ..)| *known == token).map_or(&[], |(_, _, tools)| tools),
    }
}

/// Returns whether a caller may read a resource, as far as that shows without normal forms: this may be true for one that it may not.
pub fn may_read(token: Option<&str>, uri: &str) -> bool {
    let rest = |of: &str| {
        let (front, rest) = uri.split_at_checked(of.len())?;
        front.eq_ignore_ascii_case(of).then_some(rest)
    };
    // A key needs a scope of another token beside that of all files.
    let is_file = rest("app://files/").is_some_and(|rest| !rest.ends_with("/key"));
    rest("app://help/").is_some() || (is_file && matches!(token, Some("read" | "write" | "shell")))
}

/// Returns whether a caller may get a prompt.
pub fn may_get(token: Option<&str>, prompt: &str) -> bool {
    prompt == "hello" || (prompt == "review" && matches!(token, Some("write" | "shell")))
}

/// Returns whether a caller may complete an argument of a URI template.
pub fn may_complete(token: Option<&str>, template: &str) -> bool {
    template == "app://files/{name}" && matches!(token, Some("write" | "shell"))
}

/// How long a token is valid.
const LIFETIME: Duration = Duration::from_secs(3600);

/// How many lifetimes were skipped.
static SKIPPED: AtomicU64 = AtomicU64::new(0);

fn now() -> SystemTime {
    SystemTime::now() + Duration::from_secs(LIFETIME.as_secs() * SKIPPED.load(Ordering::SeqCst))
}

/// Ends all tokens that were accepted until now, whatever the leeway. A later request with the same token is accepted.
pub fn end_tokens() {
    SKIPPED.fetch_add(2, Ordering::SeqCst);
}

/// Accepts the tokens above.
struct Known;

impl TokenVerifier for Known {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let known = TOKENS.iter().find(|(known, ..)| *known == token.expose_secret());
        let claims = known
            .map(|(name, scope, _)| Claims::builder(ISSUER).subject(*name).audience([RESOURCE]).scope(*scope))
            .map(|claims| claims.expires_at(now() + LIFETIME).build())
            .ok_or(TokenError::invalid("it is not known"));
        claims.map(Arc::new)
    }
}

/// Builds a server with these tools, resources and prompts.
pub fn server(
    discovery: Discovery,
    hidden: HiddenTools,
    set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
) -> ResourceServer {
    let builder = ResourceServer::builder(&TOOLS)
        .verifier(Known)
        .clock(Clock::new(now))
        .discovery(discovery)
        .hidden_tools(hidden)
        .param_header("list_files", "Folder", ["folder"]);
    finish(set(builder).build()).expect("the settings are valid")
}

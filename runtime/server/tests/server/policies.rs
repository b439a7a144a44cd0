//! The policies of a table, end to end through the layer.
//!
//! | module | holds |
//! |---|---|
//! | `keys` | each key of `policy(..)`, and of `[session]` if it limits calls |
//! | `limits` | when sessions end, rules by risk, `idempotent` |
//! | `approval` | the forms of approval |
//! | `approved_body` | what is decided on the body of an approved call, and what of it an approval is for |
//! | `elicitation` | the one by elicitation |
//! | `hostile_state` | what a client could send to it |
//! | `batches` | bodies with several calls, and parallel ones |
//! | `callers` | what is the same caller, and what is not |
//! | `answers` | the form of answers |
//! | `contents` | resources and prompts |
//! | `files` | the size of files in answers |
//! | `mark` | what inline checks and guarded handlers accept |
//! | `operator` | sessions, as an operator sees them |
//! | `shared` | sessions in Redis |
//! | `setup` | what `build` rejects |
//! | `stdio` | servers without HTTP, and handlers of rmcp |
//! | `tasks` | tasks, and input for them |

mod answers;
pub(crate) mod approval;
mod approved_body;
mod batches;
mod callers;
mod contents;
pub(crate) mod elicitation;
mod files;
mod hostile_state;
mod keys;
mod limits;
mod mark;
mod operator;
mod setup;
mod shared;
mod stdio;
mod tasks;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mcp_scopes::{ScopeTable, mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier, policies::DENIAL_META,
    token::Clock,
};
use serde_json::{Map, Value, json};

pub(crate) use stdio::Stdio;

use crate::server::{Answer, Ask, RESOURCE, Server};

const ISSUER: &str = "https://auth.example.com";
/// Every scope of every table here.
const SCOPES: [&str; 9] =
    ["files:read", "list_files", "read_file", "send_email", "write_file", "restart", "wipe", "deploy", "publish"];

/// Say how the server is
#[mcp_tool(public, risk = "minimal")]
fn status() {}
/// List a folder
#[mcp_tool(risk = "low")]
fn list_files(path: &str) {
    let _ = path;
}
/// Read a file
#[mcp_tool(risk = "low", policy(blocked_patterns("/etc/shadow", "*.pem"), max_file_size_mb = 1))]
fn read_file(path: &str) {
    let _ = path;
}
/// Send a message
#[mcp_tool(risk = "low", policy(blocked_after("read_file:*.key")))]
fn send_email(to: &str) {
    let _ = to;
}
/// Change a file
#[mcp_tool(risk = "low", policy(max_calls_per_session = 2))]
fn write_file(path: &str) {
    let _ = path;
}
/// Restart the server
#[mcp_tool(risk = "medium", policy(cooling_period_minutes = 5))]
fn restart() {}
/// Remove everything
#[mcp_tool(risk = "high")]
fn wipe() {}

scope_table! { pub(crate) static TABLE = [status, list_files, read_file, send_email, write_file, restart, wipe]; }
scope_table! {
    static WITH_BASELINE = [status, list_files, read_file, send_email, write_file, restart, wipe]
        with "tests/server/policies/baseline.toml";
}
scope_table! { static SESSION = [status, list_files, restart, wipe] with "tests/server/policies/session.toml"; }
scope_table! { static REAUTH = [status, list_files] with "tests/server/policies/reauth.toml"; }

/// Accepts every token of the form `subject.client.auth_time.acr`, of which each part may be `-` for none.
struct People;

impl TokenVerifier for People {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let mut parts = token.expose_secret().split('.').map(|part| Some(part).filter(|part| *part != "-"));
        let mut next = || parts.next().flatten();
        let mut claims = Claims::builder(ISSUER).audience([RESOURCE, OTHER_NAME]).scp(SCOPES);
        if let Some(subject) = next() {
            claims = claims.subject(subject);
        }
        if let Some(client) = next() {
            claims = claims.client(client);
        }
        let mut raw = Map::new();
        if let Some(time) = next() {
            raw.insert("auth_time".to_owned(), time.parse::<u64>().unwrap().into());
        }
        if let Some(acr) = next() {
            raw.insert("acr".to_owned(), acr.into());
        }
        Ok(Arc::new(claims.raw(raw).build()))
    }
}

/// A further public name of the server.
const OTHER_NAME: &str = "https://files.example.org/mcp";

pub(crate) fn builder(table: &'static ScopeTable) -> ResourceServerBuilder {
    ResourceServer::builder(table).resource(RESOURCE).authorization_server(ISSUER).verifier(People)
}

/// A server whose clock the test moves.
pub(crate) struct Limited {
    server: Server,
    ahead: Arc<AtomicU64>,
}

impl Limited {
    fn of(table: &'static ScopeTable) -> Self {
        Self::with(builder(table))
    }

    pub(crate) fn with(builder: ResourceServerBuilder) -> Self {
        let ahead = Arc::new(AtomicU64::new(0));
        let clock = Clock::new({
            let ahead = Arc::clone(&ahead);
            move || SystemTime::now() + Duration::from_secs(ahead.load(Ordering::Relaxed))
        });
        Self { server: Server::around(builder.clock(clock)), ahead }
    }

    fn wait(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Returns the time in seconds.
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + self.ahead.load(Ordering::Relaxed)
    }

    pub(crate) async fn call(&self, token: &str, tool: &str, arguments: Value) -> Answer {
        self.server.send(ask(tool, &arguments).token(token)).await
    }

    /// Calls a tool as Ada.
    async fn ada(&self, tool: &str, path: &str) -> Answer {
        self.call("ada", tool, json!({"path": path})).await
    }
}

fn message(id: u64, tool: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

fn ask(tool: &str, arguments: &Value) -> Ask {
    Ask::post(message(1, tool, arguments).to_string())
}

/// Returns the structured denial of a call. Panics if the call reached the server behind the layer.
#[track_caller]
fn denial(answer: &Answer) -> Value {
    assert!(answer.seen.is_none(), "the call was forwarded: {answer:?}");
    assert_eq!(answer.status, 200, "{answer:?}");
    let json = answer.json();
    let result = &json["result"];
    assert_eq!((&json["id"], &result["isError"]), (&json!(1), &json!(true)), "{json}");
    let sentence = result["content"][0]["text"].as_str().unwrap();
    assert!(!sentence.is_empty() && result["content"].as_array().unwrap().len() == 1, "{json}");
    result["_meta"][DENIAL_META].clone()
}

/// Returns the reason of a denial.
#[track_caller]
fn reason(answer: &Answer) -> String {
    denial(answer)["reason"].as_str().unwrap().to_owned()
}

//! The layer in front of the tools, in process.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use mcp_scopes_server::{BuildError, Claims, ResourceServer, Token, TokenError, TokenVerifier, policies::DENIAL_META};
use serde_json::{Value, json};
use tower::{ServiceExt as _, service_fn};

use crate::{desk::Desk, tools::TOOLS};

const ISSUER: &str = "https://auth-server.example.com";
const RESOURCE: &str = "https://mcp-server.example.com";

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reached the tool.
    Runs,
    /// A policy denies it.
    Blocked(String),
    /// It may run after some time.
    Delayed(String),
    /// A person has to approve it.
    SentToApproval(String),
}

/// The server of this example.
#[derive(Clone, Debug)]
pub struct Server {
    layer: ResourceServer,
}

impl Server {
    /// Builds the layer. In this example a token is the name of its subject, who has just signed in and holds all scopes.
    ///
    /// # Errors
    /// A policy cannot be enforced. The error says what to add.
    pub async fn build(desk: Desk) -> Result<Self, BuildError> {
        let layer = ResourceServer::builder(&TOOLS)
            .verifier(Names)
            .approver(desk)
            // `max_file_size_mb = 10`, in base64, and the rest of the body.
            .body_limit(14_000_000)
            .build()
            .await?;
        Ok(Self { layer })
    }

    /// Calls a tool for a subject.
    ///
    /// # Errors
    /// The answer of the layer has another form than expected.
    pub async fn call(&self, subject: &str, tool: &str, arguments: &Value) -> Result<Outcome, String> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
        let request = Request::post("/")
            .header(header::AUTHORIZATION, format!("Bearer {subject}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())));
        let request = request.map_err(|error| error.to_string())?;
        let Ok(response) = self.layer.layer().layer(service_fn(run)).oneshot(request).await;
        let Ok(body) = response.into_body().collect().await;
        let answer: Value = serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())?;
        outcome(&answer).ok_or_else(|| answer.to_string())
    }
}

/// Returns what a JSON-RPC response says.
fn outcome(answer: &Value) -> Option<Outcome> {
    let result = answer.get("result")?;
    let text = result.pointer("/content/0/text")?.as_str()?.to_owned();
    let Some(denial) = result.get("_meta").and_then(|meta| meta.get(DENIAL_META)) else { return Some(Outcome::Runs) };
    Some(match denial.get("reason")?.as_str()? {
        "requires_approval_after" | "requires_human_review" => Outcome::SentToApproval(text),
        _ if denial.get("retry_after_seconds").is_some() => Outcome::Delayed(text),
        _ => Outcome::Blocked(text),
    })
}

/// Takes the token for the name of its subject. A real server verifies tokens.
struct Names;

impl TokenVerifier for Names {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let raw = json!({"auth_time": now}).as_object().cloned().unwrap_or_default();
        let claims = Claims::builder(ISSUER).subject(token.expose_secret()).audience([RESOURCE]);
        Ok(Arc::new(claims.scp(TOOLS.scopes()).raw(raw).build()))
    }
}

/// The tools behind the layer.
async fn run(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "done"}]}});
    Ok(Response::new(Full::new(Bytes::from(answer.to_string()))))
}

//! Calls that a sign-in at the authorization server approves: `.approval_by_sign_in(..)`.

use std::time::Duration;

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{
    ServerHandler,
    handler::server::router::tool::ToolRouter,
    model::{ServerCapabilities, ServerConfig},
    tool, tool_handler, tool_router,
};
use serde_json::Value;

use super::{
    access,
    client::{Answer, Registration},
    decoded,
    resource::{Servers, text},
    step_up::{call, connect, requests, user},
};

/// Reads a team's configuration and deploys.
#[derive(Clone)]
pub(super) struct Releases {
    router: ToolRouter<Self>,
}

impl Default for Releases {
    fn default() -> Self {
        Self { router: Self::tool_router() }
    }
}

#[mcp_tools]
#[tool_router]
impl Releases {
    /// Read the configuration
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool]
    async fn read(&self) -> String {
        "read".to_owned()
    }

    /// Deploy the last version
    #[mcp_tool(scope = "notes:write", risk = "high", policy(requires_approval_after("read")))]
    #[tool]
    async fn deploy(&self) -> String {
        "deployed".to_owned()
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Releases {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

scope_table! { pub(super) static RELEASES = [Releases::*]; }

const SCOPES: &str = "openid notes:read notes:write";
/// Longer than the unit of `auth_time`.
const PAUSE: Duration = Duration::from_millis(1_100);

/// Signs the user in again, in a later second than everything before.
async fn sign_in(servers: &Servers, client: &Registration, class: &str) -> Value {
    tokio::time::sleep(PAUSE).await;
    let tokens = servers.client.log_in_with(client, SCOPES, &[("max_age", "0"), ("acr_values", class)]).await;
    assert_eq!(decoded(access(&tokens)).1["acr"], class);
    tokens
}

async fn deploy(servers: &Servers, tokens: &Value) -> Answer {
    servers.client.call("deploy", Some(access(tokens))).await
}

/// Checks that a client is told how the user must sign in.
#[track_caller]
fn asks_to_sign_in(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.attribute("error")),
        (401, Some("insufficient_user_authentication")),
        "{answer:?}"
    );
    assert_eq!((answer.attribute("max_age"), answer.attribute("acr_values")), (Some("0"), Some("hardware-key")));
}

/// Checks that a model is told that the call was refused.
#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!((answer.status, &*answer.challenge), (200, ""), "{answer:?}");
    assert!(answer.text.contains("\"isError\":true") && answer.text.contains("requires_approval_after"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_approves_one_call() {
    let Some(servers) = Servers::with_approvals(0).await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, SCOPES).await;
    // Nothing has happened that asks for an approval.
    servers.passes("deploy", &tokens).await;
    servers.passes("read", &tokens).await;
    asks_to_sign_in(&deploy(&servers, &tokens).await);

    let strong = sign_in(&servers, &client, "hardware-key").await;
    servers.passes("deploy", &strong).await;
    asks_to_sign_in(&deploy(&servers, &strong).await);
    // The old token does not profit either.
    asks_to_sign_in(&deploy(&servers, &tokens).await);
    // Another read asks again, even of a sign-in that approved nothing.
    let unused = sign_in(&servers, &client, "hardware-key").await;
    tokio::time::sleep(PAUSE).await;
    servers.passes("read", &unused).await;
    asks_to_sign_in(&deploy(&servers, &unused).await);
    let strong = sign_in(&servers, &client, "hardware-key").await;
    servers.passes("deploy", &strong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_new_sign_in_approves_nothing() {
    let Some(servers) = Servers::with_approvals(0).await else { return };
    let client = servers.client.register_for_user().await;
    let strong = sign_in(&servers, &client, "hardware-key").await;
    servers.passes("read", &strong).await;
    asks_to_sign_in(&deploy(&servers, &strong).await);
    // A client that ignores the challenge, one that refreshes its token, and one whose user is still signed in: the model reads the reason,
    // so that none of them repeats the call without end.
    tokio::time::sleep(PAUSE).await;
    let refreshed = servers.client.refresh(&client, text(&strong, "refresh_token")).await;
    let more = [("acr_values", "hardware-key"), ("max_age", "600")];
    let still_signed_in = servers.client.log_in_with(&client, SCOPES, &more).await;
    for tokens in [&strong, &refreshed, &still_signed_in] {
        assert_eq!(decoded(access(tokens)).1["auth_time"], decoded(access(&strong)).1["auth_time"]);
        is_refused(&deploy(&servers, tokens).await);
    }
    // A new one of a weaker class.
    let weak = sign_in(&servers, &client, "password").await;
    asks_to_sign_in(&deploy(&servers, &weak).await);
    // An approval of the same sign-in through a refreshed token is the same approval.
    let strong = sign_in(&servers, &client, "hardware-key").await;
    let refreshed = servers.client.refresh(&client, text(&strong, "refresh_token")).await;
    servers.passes("deploy", &refreshed).await;
    asks_to_sign_in(&deploy(&servers, &strong).await);
}

/// With `mcp-scopes-client` in front of rmcp's client, a call that needs an approval is a call like others.
#[tokio::test(flavor = "multi_thread")]
async fn our_client_lets_the_user_sign_in_for_each_call() {
    let Some(servers) = Servers::with_approvals(0).await else { return };
    let client = user(&servers).await;
    let connection = connect(&servers, &client).await.unwrap();
    call(&connection, "read").await.unwrap();
    let before = requests(&servers, "POST /token").await;
    for number in 1..=2 {
        tokio::time::sleep(PAUSE).await;
        servers.responses();
        call(&connection, "deploy").await.unwrap();
        assert_eq!((servers.responses(), requests(&servers, "POST /token").await), (vec![401, 200], before + number));
    }
    connection.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ahead_of_our_clock_approves_when_its_time_has_come() {
    let Some(servers) = Servers::with_approvals(4).await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, SCOPES).await;
    servers.passes("read", &tokens).await;
    asks_to_sign_in(&deploy(&servers, &tokens).await);
    let strong = sign_in(&servers, &client, "hardware-key").await;
    // Its `auth_time` is in the future, and says nothing about what was before it.
    asks_to_sign_in(&deploy(&servers, &strong).await);
    is_refused(&deploy(&servers, &strong).await);
    tokio::time::sleep(Duration::from_secs(4)).await;
    servers.passes("deploy", &strong).await;
}

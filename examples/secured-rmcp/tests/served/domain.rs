//! Two servers of one domain, each a process with a table: they share the sessions of policies.

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_test_support::redis::{Server as Redis, programs};
use reqwest::Client;

use crate::process::{Process, TokenClient, call};

/// Return the text of a note
#[mcp_tool(scope = "notes:read", risk = "low")]
fn read_note(title: &str) {
    let _ = title;
}
/// Delete a note for good
#[mcp_tool(scope = "notes:admin", risk = "high")]
fn delete_note(title: &str) {
    let _ = title;
}
/// Send a message
#[mcp_tool(scope = "mail:send", risk = "high", policy(blocked_after("notes/read_note")))]
fn send_mail(title: &str) {
    let _ = title;
}

scope_table! { pub(crate) static NOTES = [read_note, delete_note] with "tests/served/notes.toml"; }
scope_table! { pub(crate) static MAIL = [send_mail] with "tests/served/mail.toml"; }

/// The public names. The tests call the servers at their addresses.
const NOTES_URL: &str = "https://notes.example.com/mcp";
const MAIL_URL: &str = "https://mail.example.com/mcp";

#[tokio::test]
async fn two_servers_of_a_domain_share_sessions() {
    let Some(program) = programs().into_iter().next() else { return };
    let redis = Redis::start(&program, &[]);
    let (store, http) = (redis.url(), Client::new());
    let scopes = ["notes:read", "notes:admin", "mail:send"];
    let authorization = Process::authorization_server(&[NOTES_URL, MAIL_URL], &scopes);
    let issuer = &*authorization.url;
    let mut notes = Process::of_a_table("notes", NOTES_URL, issuer, &store);
    let mail = Process::of_a_table("mail", MAIL_URL, issuer, &store);
    // Each call has a new token, for the server that it goes to.
    let on_notes = async |client: &TokenClient<'_>, url: &str, tool: &str| {
        call(&http, url, &client.token(NOTES_URL, "notes:read notes:admin").await, tool, "lunch").await
    };
    let send = async |client: &TokenClient<'_>| {
        call(&http, &mail.url, &client.token(MAIL_URL, "mail:send").await, "send_mail", "lunch").await
    };
    let (ada, bob) = (TokenClient::register(&http, issuer).await, TokenClient::register(&http, issuer).await);
    let blocked = Some("blocked_after".to_owned());
    let limit = Some("max_high_risk_calls".to_owned());

    // What ada reads on one server blocks her call on the other.
    assert_eq!(send(&ada).await, None);
    assert_eq!(on_notes(&ada, &notes.url, "read_note").await, None);
    assert_eq!(send(&ada).await, blocked);
    // Each server states two calls of high risk. The calls of both count.
    assert_eq!(send(&bob).await, None);
    assert_eq!(on_notes(&bob, &notes.url, "delete_note").await, None);
    assert_eq!(send(&bob).await, limit);
    assert_eq!(on_notes(&bob, &notes.url, "delete_note").await, limit);
    // Sessions outlive a server that made them.
    notes.kill();
    assert_eq!(send(&ada).await, blocked);
    let again = Process::of_a_table("notes", NOTES_URL, issuer, &store);
    assert_eq!(on_notes(&bob, &again.url, "delete_note").await, limit);
    assert_eq!(on_notes(&ada, &again.url, "delete_note").await, None);
    assert_eq!(on_notes(&ada, &again.url, "delete_note").await, limit);
}

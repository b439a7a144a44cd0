//! Step 7: the policy hook.

use mcp_scopes_server::{PolicyDenial, PolicyHook, PolicyRequest};

use crate::server::{Ask, Server};

/// Rejects calls whose argument is `secret`.
pub(crate) struct Refuses;

impl PolicyHook for Refuses {
    async fn decide(&self, call: PolicyRequest<'_>) -> Result<(), PolicyDenial> {
        let refused = call.arguments().is_some_and(|arguments| arguments.get().contains("secret"));
        let who = call.claims().and_then(|claims| claims.subject_or_client()).unwrap_or("an anonymous caller");
        if refused {
            Err(PolicyDenial::new(format!("{} may not be called by {who} \"now\"", call.tool().tool().name)))
        } else {
            Ok(())
        }
    }
}

fn call(tool: &str, arguments: &str) -> Ask {
    Ask::post(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    ))
}

#[tokio::test]
async fn returns_403_without_a_scope_when_a_policy_rejects() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let answer = server.send(call("list_files", r#"{"folder":"secret"}"#).token("reader")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(!answer.challenge().contains("scope") && !answer.challenge().contains("error="), "{}", answer.challenge());
    assert_eq!(answer.json()["error"]["message"], "list_files may not be called by ada \"now\"");
    server.send(call("list_files", r#"{"folder":"home"}"#).token("reader")).await.passed();
}

#[tokio::test]
async fn checks_scopes_before_policies() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let answer = server.send(call("run", r#"{"command":"secret"}"#).token("reader")).await;
    assert!(answer.challenge().contains("insufficient_scope"));
}

#[tokio::test]
async fn checks_sessions_before_policies() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let call = call("list_files", r#"{"folder":"secret"}"#).token("reader").header("mcp-session-id", "5f3a.b");
    assert_eq!(server.send(call).await.refused(), (404, 404));
}

#[tokio::test]
async fn applies_policies_to_each_call_of_a_batch() {
    let server = Server::with(|builder| builder.policy(Refuses).allow_batches());
    let one = |id: u8, folder: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"list_files","arguments":{{"folder":"{folder}"}}}}}}"#
        )
    };
    let answer = server.send(Ask::post(format!("[{},{}]", one(1, "home"), one(2, "secret"))).token("reader")).await;
    assert_eq!((answer.refused(), &answer.json()["id"]), ((403, 403), &serde_json::json!(2)));
}

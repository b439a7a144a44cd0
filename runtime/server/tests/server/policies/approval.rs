//! The forms of approval.

use std::sync::{Arc, Mutex};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::policies::{ApprovalQuery, Approver, ApproverAnswer};
use serde_json::{Value, json};

use super::{Limited, builder, denial, reason};

/// Deploy a version
#[mcp_tool(risk = "low", policy(requires_approval_after("list_files:/home/*")))]
fn deploy(version: &str) {
    let _ = version;
}
/// Publish a version
#[mcp_tool(risk = "low", policy(requires_human_review, requires_approval_after("list_files")))]
fn publish(version: &str) {
    let _ = version;
}

scope_table! { pub(super) static BY_CALLER = [super::list_files, deploy]; }
scope_table! { static DECLINED = [super::list_files, publish] with "tests/server/policies/ends.toml"; }
scope_table! { pub(crate) static BY_REVIEWER = [super::list_files, deploy, publish]; }

fn token(auth_time: u64, acr: &str) -> String {
    format!("ada.-.{auth_time}.{acr}")
}

#[tokio::test]
async fn asks_for_a_sign_in_which_approves_one_call() {
    let server = Limited::with(builder(&BY_CALLER).approval_by_sign_in(["gold", "platinum"]));
    let first = token(server.now(), "gold");
    let deploy = async |token: &str| server.call(token, "deploy", json!({"version": "1"})).await;
    deploy(&first).await.passed();
    server.wait(2);
    server.call(&first, "list_files", json!({"path": "/home/ada"})).await.passed();
    let answer = deploy(&first).await;
    assert_eq!(answer.refused(), (401, 401));
    let challenge = answer.challenge();
    for part in ["error=\"insufficient_user_authentication\"", "acr_values=\"gold platinum\"", "max_age=\"0\""] {
        assert!(challenge.contains(part), "{challenge}");
    }
    assert!(challenge.starts_with("Bearer scope=\"list_files deploy\""), "{challenge}");
    // The same sign-in again: the model reads it, and the client does not loop.
    let answer = deploy(&first).await;
    assert_eq!(
        denial(&answer),
        json!({"reason": "requires_approval_after", "tool": "deploy", "pattern": "list_files:/home/*"})
    );
    server.wait(2);
    let weak = token(server.now(), "silver");
    assert_eq!(deploy(&weak).await.refused(), (401, 401));
    server.wait(2);
    let second = token(server.now(), "gold");
    deploy(&second).await.passed();
    // One authentication approves one call.
    assert_eq!(deploy(&second).await.refused(), (401, 401));
    assert_eq!(reason(&deploy(&second).await), "requires_approval_after");
    server.wait(2);
    deploy(&token(server.now(), "platinum")).await.passed();
}

/// The user would sign in again and again.
#[tokio::test]
async fn asks_for_no_sign_in_for_a_batch_that_none_approves() {
    let server = Limited::with(builder(&BY_CALLER).approval_by_sign_in(["gold"]).allow_batches());
    let call = |id, tool| super::message(id, tool, &json!({"path": "/home/ada"}));
    let send = async |calls: Value| {
        let token = token(server.now(), "gold");
        server.server.send(crate::server::Ask::post(calls.to_string()).token(&token)).await
    };
    send(json!([call(1, "list_files")])).await.passed();
    for second in ["deploy", "list_files"] {
        for _ in 0..2 {
            server.wait(2);
            let answer = send(json!([call(1, "deploy"), call(2, second)])).await;
            assert!(answer.seen.is_none() && answer.status == 200, "{answer:?}");
            assert!(answer.body.contains("send each call alone"), "{}", answer.body);
        }
    }
    // Such an answer does not count as the request for a sign-in.
    let used = token(server.now(), "gold");
    let deploy = async || server.call(&used, "deploy", json!({})).await;
    deploy().await.passed();
    let twice = json!([call(1, "deploy"), call(2, "deploy")]).to_string();
    assert!(server.server.send(crate::server::Ask::post(twice).token(&used)).await.seen.is_none());
    assert_eq!(deploy().await.refused(), (401, 401));
}

/// Answers with what the test has prepared, and notes what it was asked.
#[derive(Default)]
struct Desk {
    answer: Mutex<Option<ApproverAnswer>>,
    asked: Mutex<Vec<Value>>,
}

impl Desk {
    fn answer(&self, answer: ApproverAnswer) {
        *self.answer.lock().unwrap() = Some(answer);
    }
}

impl Approver for Desk {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        let arguments: Value = serde_json::from_str(query.arguments().unwrap().get()).unwrap();
        self.asked.lock().unwrap().push(json!({
            "tool": query.tool().tool().name,
            "subject": query.claims().unwrap().subject(),
            "arguments": arguments,
            "review": query.needs_reviewer(),
            "reason": query.reason(),
        }));
        // An approval is for one call.
        self.answer.lock().unwrap().take().unwrap_or(ApproverAnswer::Pending)
    }
}

#[tokio::test]
async fn asks_the_approver_for_a_review() {
    let desk = Arc::new(Desk::default());
    let server = Limited::with(builder(&BY_REVIEWER).approver(Arc::clone(&desk)));
    let publish = async || server.call("ada", "publish", json!({"version": "1"})).await;
    let answer = publish().await;
    assert_eq!(denial(&answer), json!({"reason": "requires_human_review", "tool": "publish"}));
    let text = answer.json()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.ends_with("an approval has been requested; make the same call again later"), "{text}");
    assert_eq!(
        desk.asked.lock().unwrap()[..],
        [json!({"tool": "publish", "subject": "ada", "arguments": {"version": "1"}, "review": true,
            "reason": "a person other than the caller must review each call of `publish`"})]
    );
    // The caller cannot review its own call.
    desk.answer(ApproverAnswer::ApprovedByCaller);
    assert_eq!(reason(&publish().await), "requires_human_review");
    desk.answer(ApproverAnswer::Declined("not on a Friday".to_owned()));
    let answer = publish().await;
    assert!(answer.body.contains("it was declined: not on a Friday") && answer.seen.is_none(), "{answer:?}");
    desk.answer(ApproverAnswer::ApprovedByReviewer);
    publish().await.passed();
    assert_eq!(reason(&publish().await), "requires_human_review");
    // A review is an approval too.
    server.ada("list_files", "/home/ada").await.passed();
    desk.answer(ApproverAnswer::ApprovedByReviewer);
    publish().await.passed();
}

#[tokio::test]
async fn a_call_that_was_declined_counts_as_refused() {
    let desk = Arc::new(Desk::default());
    // Three refused calls are allowed.
    let server = Limited::with(builder(&DECLINED).approver(Arc::clone(&desk)));
    for expected in ["approval_declined", "approval_declined", "approval_declined", "max_refused_calls"] {
        desk.answer(ApproverAnswer::Declined("not on a Friday".to_owned()));
        assert_eq!(reason(&server.ada("publish", "").await), expected);
    }
}

#[tokio::test]
async fn asks_the_approver_after_a_trigger_alone() {
    let desk = Arc::new(Desk::default());
    let server = Limited::with(builder(&BY_REVIEWER).approver(Arc::clone(&desk)));
    server.ada("deploy", "").await.passed();
    assert!(desk.asked.lock().unwrap().is_empty());
    server.ada("list_files", "/home/ada").await.passed();
    assert_eq!(reason(&server.ada("deploy", "").await), "requires_approval_after");
    desk.answer(ApproverAnswer::ApprovedByCaller);
    server.ada("deploy", "").await.passed();
    assert_eq!(desk.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn asks_for_one_approval_of_a_batch_and_refuses_two_unasked() {
    let desk = Arc::new(Desk::default());
    let server = Limited::with(builder(&BY_REVIEWER).approver(Arc::clone(&desk)).allow_batches());
    let call = |id, tool| super::message(id, tool, &json!({"version": id}));
    let batch =
        |second| crate::server::Ask::post(json!([call(1, "publish"), call(2, second)]).to_string()).token("ada");
    desk.answer(ApproverAnswer::ApprovedByReviewer);
    // An approval would be used up by a body that does not run.
    for second in ["publish", "deploy"] {
        let answer = server.server.send(batch(second)).await;
        assert!(answer.seen.is_none() && answer.body.contains("send each call alone"), "{answer:?}");
    }
    assert!(desk.asked.lock().unwrap().is_empty());
    server.server.send(batch("list_files")).await.passed();
    assert_eq!(desk.asked.lock().unwrap().iter().map(|asked| &asked["arguments"]["version"]).collect::<Vec<_>>(), [1]);
}

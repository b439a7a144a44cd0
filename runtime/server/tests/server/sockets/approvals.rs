//! Approvals by elicitation: what a client replays and changes, and what reaches the server behind the layer.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    client::{self, Reply},
    fixture::serve,
};
use crate::{
    policies::{
        builder,
        elicitation::{ASKING, Call, QUESTION},
    },
    server::BuildNow as _,
};

/// The bodies that have reached the server.
type Runs = Arc<Mutex<Vec<Value>>>;

async fn run(State(runs): State<Runs>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    assert_eq!(headers["content-length"], body.len().to_string());
    runs.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    Json(json!({"jsonrpc": "2.0", "id": 1, "result": {"resultType": "complete", "content": []}}))
}

fn reason(reply: &Reply) -> Value {
    reply.message()["result"]["_meta"]["io.github.mcp-scopes/denial"]["reason"].clone()
}

#[tokio::test]
async fn a_replayed_or_changed_approval_runs_nothing() {
    let runs = Runs::default();
    let server = builder(&ASKING).approval_by_elicitation().build_now().unwrap();
    let app = Router::new().fallback(run).with_state(Arc::clone(&runs)).layer(server.layer());
    let address = serve(app).await;
    let send = async |call: &Call| client::send(address, call.ask()).await;
    let call = Call::of("ada", "deploy", json!({"version": "1"}));
    send(&Call::of("ada", "read", json!({"path": "/home/ada"}))).await;
    let asked = send(&call).await.message();
    assert_eq!((asked["result"]["resultType"].as_str(), runs.lock().unwrap().len()), (Some("input_required"), 1));
    let state = asked["result"]["requestState"].as_str().unwrap().to_owned();
    let answered = |call: Call, state: &str| Call {
        responses: Some(json!({QUESTION: {"action": "accept", "content": {}}})),
        state: Some(state.into()),
        ..call
    };
    for changed in [
        answered(Call { token: "bob".to_owned(), ..call.clone() }, &state),
        answered(Call { tool: "release", ..call.clone() }, &state),
        answered(Call { arguments: Some(json!({"version": "2"})), ..call.clone() }, &state),
        answered(call.clone(), &state[..state.len() - 1]),
        answered(call.clone(), &format!("{state}0")),
    ] {
        assert_eq!(reason(&send(&changed).await), "invalid_approval", "{changed:?}");
    }
    assert_eq!(runs.lock().unwrap().len(), 1);
    // Sixteen connections at the same time: one runs.
    let approved = answered(call.clone(), &state);
    let replies = join_all((0..16).map(|_| send(&approved))).await;
    assert_eq!(replies.iter().filter(|reply| reason(reply) == "used_approval").count(), 15);
    let runs = runs.lock().unwrap();
    let [_, body] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!(body["params"], call.params());
}

//! What a client sends that wants a call to run which its user has not approved. Each row changes one thing of a call that would run.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mcp_scopes::Environment;
use mcp_scopes_server::{
    Claims, Environments, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier,
    policies::SessionHolder,
};
use serde_json::{Value, json};

use super::{
    ISSUER, Limited,
    elicitation::{ASKING, Call, QUESTION, question, send},
    reason,
};
use crate::server::{Answer, RESOURCE};

/// Accepts every token of the form `issuer~subject~client~environment`.
struct Anyone;

impl TokenVerifier for Anyone {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let [issuer, subject, client, environment] = token.expose_secret().split('~').collect::<Vec<_>>()[..] else {
            return Err(TokenError::invalid("it has other parts"));
        };
        let raw = json!({"env": environment}).as_object().unwrap().clone();
        let issuer = format!("https://{issuer}.example.com");
        let mut claims = Claims::builder(issuer).audience([RESOURCE]).scope("files:read").client(client).raw(raw);
        if subject != "-" {
            claims = claims.subject(subject);
        }
        Ok(Arc::new(claims.build()))
    }
}

fn builder() -> ResourceServerBuilder {
    let builder = ResourceServer::builder(&ASKING).resource(RESOURCE).authorization_server(ISSUER).verifier(Anyone);
    builder.environments(Environments::new().by_claim("env")).approval_by_elicitation()
}

const ADA: &str = "auth~ada~app~live";

/// A call with an answer, and two questions that a client could use for it.
struct Sent {
    call: Call,
    /// The state of a question about another call.
    other_state: String,
    headers: Vec<(&'static str, &'static str)>,
    /// The body in place of that of the call.
    body: Option<Value>,
}

impl Sent {
    fn state(&self) -> String {
        self.call.state.as_ref().unwrap().as_str().unwrap().to_owned()
    }

    fn set_state(&mut self, state: impl Into<Value>) {
        self.call.state = Some(state.into());
    }

    /// Changes the text of the state.
    fn edit(&mut self, change: impl FnOnce(&str) -> String) {
        let state = change(&self.state());
        self.set_state(state);
    }

    /// Changes the content of the state and keeps its seal.
    fn edit_content(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        let (prefix, mut content, seal) = parts(&self.state());
        change(&mut content);
        self.set_state(joined(&prefix, &content, &seal));
    }

    fn argument(&mut self, change: impl FnOnce(&mut Value)) {
        change(self.call.arguments.as_mut().unwrap());
    }
}

fn parts(state: &str) -> (String, Vec<u8>, String) {
    let [prefix, content, seal] = state.split('.').collect::<Vec<_>>()[..] else { panic!("{state}") };
    (prefix.to_owned(), URL_SAFE_NO_PAD.decode(content).unwrap(), seal.to_owned())
}

fn joined(prefix: &str, content: &[u8], seal: &str) -> String {
    format!("{prefix}.{}.{seal}", URL_SAFE_NO_PAD.encode(content))
}

/// Replaces a part of the content by one of the same length.
fn splice(content: &mut [u8], from: &str, to: &str) {
    let place = content.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
    content[place..place + from.len()].copy_from_slice(to.as_bytes());
}

type Change = fn(&mut Sent);

/// What is changed, the expected reason, and the change. Without a reason the request is malformed.
const VARIATIONS: &[(&str, Option<&str>, Change)] = &[
    // Another principal.
    ("another subject", INVALID, |sent| sent.call.token = ADA.replace("ada", "bob")),
    ("a subject with another case", INVALID, |sent| sent.call.token = ADA.replace("ada", "Ada")),
    ("the subject of another issuer", INVALID, |sent| sent.call.token = ADA.replace("auth", "other")),
    ("another client of the subject", INVALID, |sent| sent.call.token = ADA.replace("app", "other")),
    ("the subject as client", INVALID, |sent| "auth~-~ada~live".clone_into(&mut sent.call.token)),
    ("no subject", INVALID, |sent| sent.call.token = ADA.replace("ada", "-")),
    ("a token of the sandbox", INVALID, |sent| sent.call.token = ADA.replace("live", "sandbox")),
    ("a header that moves into the sandbox", INVALID, |sent| sent.headers.push(("mcp-sandbox", "sandbox"))),
    // Another call.
    ("another tool", INVALID, |sent| sent.call.tool = "release"),
    ("another argument", INVALID, |sent| sent.argument(|all| all["version"] = json!("2"))),
    ("another type of argument", INVALID, |sent| sent.argument(|all| all["version"] = json!(1))),
    ("a further argument", INVALID, |sent| sent.argument(|all| all["force"] = json!(true))),
    ("an argument less", INVALID, |sent| {
        drop(sent.call.arguments.as_mut().unwrap().as_object_mut().unwrap().remove("count"));
    }),
    ("no arguments", INVALID, |sent| sent.call.arguments = None),
    ("empty arguments", INVALID, |sent| sent.call.arguments = Some(json!({}))),
    ("a number that some parsers round to the same", INVALID, |sent| {
        sent.argument(|all| all["count"] = json!(9_007_199_254_740_992_u64));
    }),
    ("a name in another case", INVALID, |sent| {
        sent.argument(|all| *all = json!({"Version": "1", "count": 9_007_199_254_740_993_u64}));
    }),
    ("a character that looks the same", INVALID, |sent| sent.argument(|all| all["version"] = json!("\u{ff11}"))),
    ("arguments that are too long to be shown", INVALID, |sent| {
        sent.argument(|all| all["version"] = json!("1".repeat(100_000)));
    }),
    ("the state of another call", INVALID, |sent| sent.set_state(sent.other_state.clone())),
    ("a further parameter", INVALID, |sent| {
        let mut params = sent.call.params();
        params["task"] = json!({"ttl": 1});
        sent.body = Some(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
    }),
    // A changed state.
    ("a truncated state", INVALID, |sent| sent.edit(|state| state[..state.len() - 1].to_owned())),
    ("half of a state", INVALID, |sent| sent.edit(|state| state[..state.len() / 2].to_owned())),
    ("a state without its seal", INVALID, |sent| sent.edit(|state| state.rsplit_once('.').unwrap().0.to_owned())),
    ("a state with an empty seal", INVALID, |sent| {
        sent.edit(|state| format!("{}.", state.rsplit_once('.').unwrap().0));
    }),
    ("the prefix of a state", INVALID, |sent| sent.edit(|state| format!("{}.", state.split_once('.').unwrap().0))),
    ("a longer state", INVALID, |sent| sent.edit(|state| format!("{state}0"))),
    ("a state with a further part", INVALID, |sent| sent.edit(|state| format!("{state}.{state}"))),
    ("a state behind a space", INVALID, |sent| sent.edit(|state| format!(" {state}"))),
    ("a state in upper case", INVALID, |sent| sent.edit(str::to_uppercase)),
    ("a seal in upper case", INVALID, |sent| {
        sent.edit(|state| {
            let (content, seal) = state.rsplit_once('.').unwrap();
            format!("{content}.{}", format!("{seal}a").to_uppercase())
        });
    }),
    ("a changed seal", INVALID, |sent| {
        sent.edit(|state| {
            let last = if state.ends_with('0') { '1' } else { '0' };
            format!("{}{last}", &state[..state.len() - 1])
        });
    }),
    ("the seal of another state", INVALID, |sent| {
        let (_, _, seal) = parts(&sent.other_state);
        sent.edit(|state| format!("{}.{seal}", state.rsplit_once('.').unwrap().0));
    }),
    ("padded content", INVALID, |sent| {
        sent.edit(|state| {
            let (content, seal) = state.rsplit_once('.').unwrap();
            format!("{content}=.{seal}")
        });
    }),
    ("no content", INVALID, |sent| sent.edit_content(Vec::clear)),
    ("content with a later time", INVALID, |sent| sent.edit_content(|content| content[0] ^= 1)),
    ("content with another id", INVALID, |sent| sent.edit_content(|content| content[8] ^= 1)),
    ("content with another length", INVALID, |sent| sent.edit_content(|content| content[24] ^= 1)),
    ("longer content", INVALID, |sent| sent.edit_content(|content| content.push(b' '))),
    // What the tool has told the client.
    ("another state of the tool", INVALID, |sent| sent.edit_content(|content| splice(content, "step-1", "step-2"))),
    ("another answer to the tool", INVALID, |sent| sent.edit_content(|content| splice(content, "Ada", "Eve"))),
    ("the state of the tool beside the answer", INVALID, |sent| sent.set_state("step-1")),
    ("an answer to the tool beside the other", INVALID, |sent| {
        sent.call.responses.as_mut().unwrap()["name"] = json!({"action": "accept"});
    }),
    // An answer that is none.
    ("no state", INVALID, |sent| sent.call.state = None),
    ("a state that is no text", INVALID, |sent| sent.set_state(json!([sent.state()]))),
    ("no answer", INVALID, |sent| sent.call.responses = None),
    ("the answer to another question", INVALID, |sent| {
        sent.call.responses = Some(json!({"approval": {"action": "accept"}}));
    }),
    ("an answer that is true", INVALID, |sent| sent.call.responses = Some(json!({QUESTION: true}))),
    ("an unknown action", INVALID, |sent| sent.call.responses = Some(json!({QUESTION: {"action": "accept "}}))),
    ("a decline", Some("approval_declined"), |sent| {
        sent.call.responses = Some(json!({QUESTION: {"action": "decline", "content": {"action": "accept"}}}));
    }),
    ("an answer under a name in another case", None, |sent| {
        let mut params = sent.call.params();
        params["InputResponses"] = params.as_object_mut().unwrap().remove("inputResponses").unwrap();
        sent.body = Some(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
    }),
    ("a batch", None, |sent| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": sent.call.params()});
        sent.body = Some(json!([message]));
    }),
    ("an earlier revision", INVALID, |sent| {
        let mut params = sent.call.params();
        params.as_object_mut().unwrap().remove("_meta");
        sent.body = Some(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
        sent.headers.push(("mcp-protocol-version", "2025-11-25"));
    }),
];
const INVALID: Option<&str> = Some("invalid_approval");

/// A call that the tool has asked for input before.
fn call() -> Call {
    let mut call = Call::of(ADA, "deploy", json!({"version": "1", "count": 9_007_199_254_740_993_u64}));
    call.responses = Some(json!({"name": {"action": "accept", "content": {"name": "Ada"}}}));
    call.state = Some(json!("step-1"));
    call
}

async fn trigger(server: &Limited, token: &str) {
    send(server, &Call::of(token, "read", json!({"path": "/home/ada"}))).await.passed();
}

async fn send_changed(server: &Limited, sent: &Sent) -> Answer {
    let mut ask = match &sent.body {
        Some(body) => sent.call.ask_with(body),
        None => sent.call.ask(),
    };
    for (name, value) in &sent.headers {
        ask = ask.only(name, Some(*value));
    }
    server.server.send(ask).await
}

#[tokio::test]
async fn rejects_every_variation_and_then_runs_the_approved_call() {
    const { assert!(VARIATIONS.len() >= 25) };
    let server = Limited::with(builder().allow_batches());
    // What others could approve themselves does not matter here.
    for token in [ADA, "auth~bob~app~live", "other~ada~app~live"] {
        trigger(&server, token).await;
    }
    for (name, expected, change) in VARIATIONS {
        let (asked, other) = (send(&server, &call()).await, Call::of(ADA, "deploy", json!({"version": "1"})));
        question(&asked);
        let other_state = send(&server, &other).await.json()["result"]["requestState"].as_str().unwrap().to_owned();
        let genuine = call().answered(&asked, "accept");
        let mut sent = Sent { call: genuine.clone(), other_state, headers: Vec::new(), body: None };
        change(&mut sent);
        let answer = send_changed(&server, &sent).await;
        assert!(answer.seen.is_none(), "{name}: {answer:?}");
        match expected {
            Some(expected) => assert_eq!(reason(&answer), *expected, "{name}"),
            None => assert!(answer.status == 400 || answer.body.contains("invalid_approval"), "{name}: {answer:?}"),
        }
        // It has used nothing up, and only the change was wrong.
        send(&server, &genuine).await.passed();
        // A replay, and a replay of the variation.
        assert_eq!(reason(&send(&server, &genuine).await), "used_approval", "{name}");
        assert!(send_changed(&server, &sent).await.seen.is_none(), "{name}");
    }
}

#[tokio::test]
async fn an_approval_ends_after_ten_minutes_and_outlives_no_session() {
    let server = Limited::with(builder());
    trigger(&server, ADA).await;
    let (early, late) = (send(&server, &call()).await, send(&server, &call()).await);
    server.wait(590);
    send(&server, &call().answered(&early, "accept")).await.passed();
    server.wait(20);
    assert_eq!(reason(&send(&server, &call().answered(&late, "accept")).await), "invalid_approval");
    // Used: neither a reset nor the end of the session makes it valid again.
    let asked = send(&server, &call()).await;
    let approved = call().answered(&asked, "accept");
    send(&server, &approved).await.passed();
    let sessions = server.server.layer().policy_sessions().unwrap();
    sessions.reset(ISSUER, SessionHolder::Subject("ada"), Environment::Live).await.unwrap();
    assert_eq!(reason(&send(&server, &approved).await), "used_approval");
}

#[tokio::test]
async fn another_process_does_not_know_what_was_used_and_accepts_nothing() {
    // The same key does not suffice: the sessions are in memory.
    let [one, two] = [(); 2].map(|()| Limited::with(builder().session_key([7; 32])));
    for server in [&one, &two] {
        trigger(server, ADA).await;
    }
    let asked = send(&one, &call()).await;
    let approved = call().answered(&asked, "accept");
    assert_eq!(reason(&send(&two, &approved).await), "invalid_approval");
    send(&one, &approved).await.passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_64_parallel_uses_of_an_approval_passes() {
    let server = Arc::new(Limited::with(builder()));
    trigger(&server, ADA).await;
    let approved = call().answered(&send(&server, &call()).await, "accept");
    let uses = (0..64).map(|_| {
        let (server, approved) = (Arc::clone(&server), approved.clone());
        tokio::spawn(async move { send(&server, &approved).await.seen.is_some() })
    });
    let passed = futures_util::future::join_all(uses).await;
    assert_eq!(passed.into_iter().filter(|passed| *passed.as_ref().unwrap()).count(), 1);
}

//! Section 2: work before a caller is admitted.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{
    client,
    fixture::{Fixture, call, in_session, modern_call},
    process,
};
use crate::server::Ask;

/// The default of `Introspection::max_concurrent`.
const MAX_CONCURRENT: usize = 64;
const UNKNOWN_TOKENS: usize = 2000;

/// Sends a call of nearly 4 MiB with a token that does not open the tool. Returns the size of the body and the growth of the peak
/// memory of the process. Nothing large is allocated before, because reused memory would not raise the peak.
#[cfg(target_os = "linux")]
async fn memory_of_a_rejected_call(write_tier: impl FnOnce(&mut String)) -> (usize, usize) {
    let fixture = Fixture::new().await;
    let token = fixture.token(&json!({"sub": "ada", "client_id": "app"}));
    fixture.assert_answers().await;
    let mut body = String::with_capacity(4 << 20);
    body.push_str(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query_notes","arguments":{"region":"eu","tier":"#);
    write_tier(&mut body);
    body.push_str("}}}");
    let size = body.len();
    assert!((3_900_000..=4 << 20).contains(&size), "{size}");
    let ask = Ask::post(body).header("mcp-param-region", "eu").token(&token);
    let before = process::peak_memory();
    let reply = fixture.send(ask).await;
    let grown = process::peak_memory() - before;
    let (status, challenge) = reply.challenge();
    assert!(status == 403 && challenge.contains("insufficient_scope"), "{reply:?}");
    assert_eq!(fixture.runs.take(), [""; 0]);
    println!("{grown} bytes more for a body of {size}");
    (size, grown)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounds_the_memory_of_a_rejected_call_with_many_objects() {
    if !process::is_for_one_test(module_path!(), "bounds_the_memory_of_a_rejected_call_with_many_objects") {
        return;
    }
    let (size, grown) = memory_of_a_rejected_call(|body| {
        body.push('[');
        body.extend(core::iter::repeat_n(r#"{"":0},"#, 599_000));
        body.push_str("0]");
    })
    .await;
    assert!(grown < 4 * size, "{grown} bytes more for a body of {size}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounds_the_memory_of_a_rejected_call_with_many_names() {
    if !process::is_for_one_test(module_path!(), "bounds_the_memory_of_a_rejected_call_with_many_names") {
        return;
    }
    let (size, grown) = memory_of_a_rejected_call(|body| {
        body.push_str(r#"{"":0"#);
        (0..400_000).for_each(|name| write!(body, r#","{name:x}":0"#).unwrap());
        body.push('}');
    })
    .await;
    assert!(grown < 4 * size, "{grown} bytes more for a body of {size}");
}

/// Subscriptions and ids once took several times their body.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounds_the_memory_of_rejected_subscriptions_and_long_ids() {
    if !process::is_for_one_test(module_path!(), "bounds_the_memory_of_rejected_subscriptions_and_long_ids") {
        return;
    }
    let fixture = Fixture::new().await;
    let tokens = [fixture.reader(), fixture.token(&json!({"sub": "ada", "client_id": "app"}))];
    fixture.assert_answers().await;
    let listen = |element: &str| {
        let uris = element.repeat(4_190_000 / element.len());
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{"resourceSubscriptions":[{}]}}}}}}"#,
            uris.trim_end_matches(',')
        )
    };
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"tools/call","params":{{"name":"delete_note"}}}}"#,
        "a".repeat(4_190_000)
    );
    for body in [listen(r#""","#), listen(r#""a","#), listen(r#""\n","#), call] {
        let size = body.len();
        for token in &tokens {
            let ask = Ask::post(body.clone()).token(token);
            let before = process::peak_memory();
            let reply = fixture.send(ask).await;
            let grown = process::peak_memory() - before;
            assert_eq!(reply.status, 400, "{body:.80} {reply:?}");
            assert!(grown < 4 * size, "{grown} bytes more for a body of {size}: {body:.80}");
        }
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
}

#[tokio::test]
async fn removes_param_headers_that_the_tool_does_not_declare() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let arguments = json!({"region": "eu", "tier": "gold"});
    let session = fixture.session(&token).await;
    for ask in [modern_call("query_notes", &arguments), in_session(call("query_notes", &arguments), &session)] {
        let ask = ask.header("mcp-param-region", "eu").header("mcp-param-tier", "gold");
        let ask = ask.header("mcp-param-other", "eu").header("mcp-param-a", "1").header("mcp-param-a", "2");
        let reply = fixture.send(ask.token(&token)).await;
        assert_eq!(reply.text(), "eu gold [mcp-param-region]");
    }
    let plain = modern_call("read_note", &json!({"title": "eu"})).header("mcp-param-region", "eu");
    assert_eq!(fixture.send(plain.token(&token)).await.text(), "eu");
}

#[tokio::test]
async fn compares_a_declared_param_header_only_with_its_argument() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for (header, arguments) in [
        ("gold", json!({"region": "eu", "tier": "gold"})),
        ("us", json!({"region": "eu", "tier": "gold"})),
        ("us", json!({"region": "eu", "tier": "gold", "x": {"region": "us"}})),
        ("eu", json!({"region": null, "tier": "eu"})),
        ("eu", json!({"tier": "eu"})),
    ] {
        for ask in [modern_call("query_notes", &arguments), in_session(call("query_notes", &arguments), &session)] {
            let reply = fixture.send(ask.header("mcp-param-region", header).token(&token)).await;
            assert_eq!(reply.status_and_code(), (400, -32020), "{header} {arguments}");
        }
    }
    let twice = modern_call("query_notes", &json!({"region": "eu", "tier": "gold"}));
    let twice = twice.header("mcp-param-region", "eu").header("mcp-param-region", "eu");
    assert_eq!(fixture.send(twice.token(&token)).await.status_and_code(), (400, -32020));
}

/// Sends unknown tokens on as many connections as the process may open, and one after the other on each.
#[tokio::test]
async fn bounds_introspection_requests_and_answers_known_tokens_meanwhile() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let known = || modern_call("read_note", &json!({"title": "known"})).token(&token);
    assert_eq!(fixture.send(known()).await.text(), "known");
    // Each connection has two ends, and without a limit each has an introspection request with two more.
    let connections = UNKNOWN_TOKENS.min((process::open_files() - 200) / 4);
    let answers = fixture.introspection.hold();
    let address = fixture.address;
    let mut clients = Vec::with_capacity(connections);
    for first in 0..connections {
        clients.push(tokio::spawn(async move {
            for number in (first..UNKNOWN_TOKENS).step_by(connections) {
                let ask = modern_call("read_note", &json!({"title": "a"})).token(&format!("unknown-{number}"));
                let reply = client::send(address, ask).await;
                let (status, challenge) = reply.challenge();
                assert!(status == 401 && challenge.contains("invalid_token"), "{reply:?}");
            }
        }));
        if first % 50 == 0 {
            // More connections at once would exceed the accept queue.
            sleep(Duration::from_millis(10)).await;
        }
    }
    let full = async {
        while fixture.introspection.under_way() < MAX_CONCURRENT {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(30), full).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(fixture.send(known()).await.text(), "known", "a cached token waited");
    assert!(fixture.introspection.most_at_once() <= MAX_CONCURRENT, "{}", fixture.introspection.most_at_once());
    fixture.introspection.answers(answers);
    for client in clients {
        client.await.unwrap();
    }
    assert!(fixture.introspection.most_at_once() <= MAX_CONCURRENT, "{}", fixture.introspection.most_at_once());
    assert_eq!(fixture.introspection.asked(), UNKNOWN_TOKENS + 1, "a token was introspected twice");
    assert_eq!(fixture.send(known()).await.text(), "known");
}

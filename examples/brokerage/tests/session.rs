//! Sessions with the server, as a client sees it over a pipe.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::BTreeSet;

use brokerage::{TOOLS, client::Client, records::Records, server::Brokerage};
use rmcp::ServiceExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};

const ALL: &str = "general watchlist trade.write";

/// A session with a separate server.
struct Session {
    pipe: BufReader<DuplexStream>,
    last: u64,
}

impl Session {
    async fn of(scope: &str, environment: &str) -> Self {
        let client = Client::of(Some(scope), Some(environment)).unwrap();
        let server = Brokerage::new(Records::demonstration().unwrap(), client).unwrap();
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move { server.serve(theirs).await.unwrap().waiting().await.unwrap() });
        let mut session = Self { pipe: BufReader::new(ours), last: 0 };
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        session.ask("initialize", &params).await;
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        session
    }

    async fn send(&mut self, message: &Value) {
        self.pipe.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})).await;
        let mut line = String::new();
        self.pipe.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments})).await
    }

    /// Returns the names in `tools/list`.
    async fn list(&mut self) -> BTreeSet<String> {
        let answer = self.ask("tools/list", &json!({})).await;
        let tools = answer["result"]["tools"].as_array().unwrap().iter();
        tools.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }
}

fn error(answer: &Value) -> &str {
    answer["error"]["message"].as_str().unwrap()
}

/// Arguments that the server accepts under these names.
fn argument(name: &str, tool: &str) -> Value {
    match name {
        "symbol" if tool.starts_with("option") || tool.starts_with("short") => json!("EXMP.US"),
        "symbol" if tool == "ipo_detail" => json!("FRST.HK"),
        "symbol" if tool == "etf_docs" || tool == "constituent" => json!("SMPL.US"),
        "symbol" => json!("EXMP.US"),
        "symbols" if tool == "sharelist_sort" => json!(["DEMO.HK", "EXMP.US"]),
        "symbols" => json!(["EXMP.US"]),
        "indexes" => json!(["pe"]),
        "ids" => json!(["1"]),
        "market" => json!("US"),
        "indicator" if tool == "macrodata" => json!("us.cpi"),
        "indicator" => json!("pe"),
        "category" => json!("volume"),
        "period" => json!("day"),
        "kind" => json!("income"),
        "holder" => json!("Founders"),
        "broker" => json!("1001"),
        "script" => json!("mean(3)"),
        "count" | "quantity" | "steps" => json!(2),
        "price" if tool == "estimate_max_purchase_quantity" => json!(100.0),
        "understood" => json!(true),
        "start" | "date" => json!("2026-01-05"),
        "end" | "before" => json!("2026-01-31"),
        // Identifiers, amounts and texts.
        _ => json!("1"),
    }
}

#[tokio::test]
async fn runs_every_tool() {
    for tool in TOOLS.tools() {
        let mut arguments = json!({});
        tool.parameters.for_each(&mut |parameter| {
            if parameter.required {
                arguments[parameter.name] = argument(parameter.name, tool.name);
            }
        });
        let mut session = Session::of(ALL, "live").await;
        let answer = session.call(tool.name, &arguments).await;
        let result = &answer["result"];
        assert!(result.is_object() && result["isError"] != true, "{}: {answer}", tool.name);
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{}: {text}", tool.name);
    }
}

#[tokio::test]
async fn lists_callable_tools() {
    for scope in ["", "general", "watchlist", "trade.read account.read", "trade.write", "general.read", ALL] {
        let opened: BTreeSet<String> = TOOLS.grant(scope).visible().map(|tool| tool.name.to_owned()).collect();
        assert_eq!(Session::of(scope, "live").await.list().await, opened, "{scope}");
    }
    assert_eq!(Session::of(ALL, "live").await.list().await.len(), 163);
}

#[tokio::test]
async fn denies_unlisted_tools() {
    let mut session = Session::of("general", "live").await;
    let order = json!({"symbol": "EXMP.US", "side": "buy", "quantity": 1});
    let denied = session.call("submit_order", &order).await;
    assert_eq!(denied["error"]["data"]["status"], 403, "{denied}");
    assert!(
        denied["error"]["data"]["www_authenticate"].as_str().unwrap().contains("scope=\"trade.write\""),
        "{denied}"
    );
}

#[tokio::test]
async fn places_no_orders_in_the_sandbox() {
    let mut session = Session::of(ALL, "sandbox").await;
    let order = json!({"symbol": "EXMP.US", "side": "buy", "quantity": 1});
    let answer = session.call("submit_order", &order).await;
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("simulated"), "{answer}");
    // The account is not part of it.
    assert_eq!(session.call("account_balance", &json!({})).await["error"]["data"]["status"], 403);
    assert!(Client::of(None, Some("paper")).is_err());
}

#[tokio::test]
async fn enforces_limits_after_reads() {
    let order = json!({"symbol": "EXMP.US", "side": "buy", "quantity": 1});
    let mut session = Session::of(ALL, "live").await;
    assert!(session.call("submit_order", &order).await["result"].is_object());
    session.call("news_detail", &json!({"id": "1"})).await;
    let refused = session.call("submit_order", &order).await;
    assert!(error(&refused).contains("needs the user's approval after `news_detail`"), "{refused}");

    session.call("bank_cards", &json!({})).await;
    let refused = session.call("topic_create", &json!({"title": "t", "text": "x"})).await;
    assert_eq!(error(&refused), "tool `topic_create` is denied after `bank_cards`");
}

#[tokio::test]
async fn enforces_call_limits() {
    let order = json!({"symbol": "EXMP.US", "side": "buy", "quantity": 1});
    let mut session = Session::of(ALL, "live").await;
    for _ in 0..20 {
        assert!(session.call("submit_order", &order).await["result"].is_object());
    }
    assert!(error(&session.call("submit_order", &order).await).ends_with("at most 20 calls of it"));
    for _ in 0..10 {
        assert!(session.call("cancel_order", &json!({"id": "1"})).await["result"].is_object());
    }
    assert!(error(&session.call("cancel_order", &json!({"id": "1"})).await).ends_with("at most 30 calls of high risk"));
}

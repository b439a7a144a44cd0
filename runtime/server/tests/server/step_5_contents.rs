//! Step 5: resources and prompts that the table's file declares.

use mcp_scopes::scope_table;
use mcp_scopes_server::{Access, Discovery, HiddenTools, ResourceServer, ResourceServerBuilder};
use serde_json::json;

use crate::{
    audit::Kept,
    server::{Answer, Ask, BuildNow as _, Reply, Server, TOOLS, Tokens},
};

scope_table! {
    static TABLE = [dynamic "run" (scope = "files:read", risk = "low")] with "tests/server/contents.toml";
}

fn builder() -> ResourceServerBuilder {
    ResourceServer::builder(&TABLE).verifier(Tokens)
}

fn server() -> Server {
    Server::around(builder())
}

fn with_token(ask: Ask, token: Option<&str>) -> Ask {
    match token {
        Some(token) => ask.token(token),
        None => ask,
    }
}

fn request(method: &str, params: &serde_json::Value) -> Ask {
    Ask::post(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string())
}

async fn read(uri: &str, token: Option<&str>) -> Answer {
    server().send(with_token(request("resources/read", &json!({"uri": uri})), token)).await
}

const DENIED: (u16, i64) = (200, -32602);

#[tokio::test]
async fn reads_need_what_every_matching_entry_requires() {
    for (uri, allowed, denied) in [
        ("app://h/public/a", &[None, Some("scopeless"), Some("reader")][..], &[][..]),
        ("app://h/logs/a", &[Some("reader"), Some("writer"), Some("runner")], &["scopeless"]),
        // The entries for logs and for secrets.
        ("app://h/logs/secret", &[Some("runner")], &["reader", "writer", "scopeless"]),
        ("file:///var/log/syslog", &[Some("scopeless"), Some("reader")], &[]),
    ] {
        for token in allowed {
            read(uri, *token).await.passed();
        }
        for token in denied {
            assert_eq!(read(uri, Some(token)).await.refused(), (403, 403), "{uri} {token}");
        }
    }
}

#[tokio::test]
async fn the_event_of_a_denied_read_has_its_scopes() {
    let kept = Kept::default();
    let server = Server::around(builder().audit(kept.clone()));
    let secret = || request("resources/read", &json!({"uri": "app://h/logs/secret"}));
    server.send(secret().token("reader")).await;
    let mut event = kept.take().remove(0);
    assert_eq!(
        (&event["mcp_scopes.reason"], &event["mcp_scopes.risk"]),
        (&json!("insufficient_scope"), &json!("critical"))
    );
    let mut sorted = |name: &str| {
        let list = event[name].as_array_mut().unwrap();
        list.sort_by_key(ToString::to_string);
        list.clone()
    };
    assert_eq!(sorted("mcp_scopes.entries"), [json!("app://h/*/secret"), json!("app://h/logs/*")]);
    assert_eq!(sorted("mcp_scopes.scopes.needed"), [json!("files:read"), json!("oncall"), json!("system:execute")]);
    assert_eq!(sorted("mcp_scopes.scopes.missing"), [json!("system:execute")]);
    // The URI of a caller who is not known is not compared.
    server.send(secret()).await;
    assert!(kept.take()[0]["mcp_scopes.entries"].is_null());
}

#[tokio::test]
async fn rejects_uris_that_a_form_does_not_cover() {
    for uri in [
        // No entry.
        "app://h/other",
        "app://h/logs",
        "https://example.com/",
        "",
        "*",
        // Several readings.
        "app://h/public/%00",
        "app://h/public/%c0%af",
        "app://h/public/../other",
        "app://h/public/../logs/a",
        "app://h/public/../logs/secret?/../../../public/x",
        "app://h/public//a",
        "app://h/public/%2e%2e/other",
        "app://h/other/../public/a",
        "file:///var/log/../../etc/passwd",
        "file:/var/log/syslog",
        "file://localhost/var/log/syslog",
        "/var/log/syslog",
    ] {
        assert_eq!(read(uri, Some("runner")).await.refused(), DENIED, "{uri}");
    }
    // Both forms are covered, so both entries decide.
    for uri in ["app://h/logs/secret?a", "app://h/logs/secret#a", "app://h/logs/secret/"] {
        assert_eq!(read(uri, Some("reader")).await.refused(), (403, 403), "{uri}");
        read(uri, Some("runner")).await.passed();
    }
    let long = format!("app://h/public/{}", "a".repeat(9000));
    assert_eq!(read(&long, Some("runner")).await.refused(), DENIED);
}

#[tokio::test]
async fn challenges_name_the_least_step_of_each_entry() {
    let answer = read("app://h/logs/secret", Some("scopeless")).await;
    assert!(answer.challenge().contains(r#"error="insufficient_scope""#), "{}", answer.challenge());
    assert!(answer.challenge().contains(r#"scope="oncall system:execute""#), "{}", answer.challenge());
    // `files:read` would open the tool `run`, the other alternative opens no tool.
    let answer = read("app://h/logs/a", Some("scopeless")).await;
    assert!(answer.challenge().contains(r#"scope="system:execute oncall""#), "{}", answer.challenge());
    let answer = read("app://h/logs/a", None).await;
    assert_eq!(answer.refused(), (401, 401));
    assert!(!answer.challenge().contains("error="), "{}", answer.challenge());
    assert_eq!(read("file:///var/log/syslog", None).await.refused(), (401, 401));
    assert_eq!(read("app://h/other", None).await.refused(), (401, 401));
}

#[tokio::test]
async fn every_method_for_a_resource_is_authorized() {
    for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
        let send = |uri: &'static str, token| request(method, &json!({"uri": uri})).token(token);
        server().send(send("app://h/logs/a", "reader")).await.passed();
        assert_eq!(server().send(send("app://h/logs/a", "scopeless")).await.refused(), (403, 403), "{method}");
        assert_eq!(server().send(send("app://h/other", "reader")).await.refused(), DENIED, "{method}");
        assert_eq!(
            server().send(request(method, &json!({})).token("reader")).await.refused(),
            (400, -32602),
            "{method}"
        );
    }
    let unknown = request("resources/other", &json!({"uri": "app://h/public/a"})).token("runner");
    assert_eq!(server().send(unknown).await.refused(), (200, -32601));
}

#[tokio::test]
async fn subscriptions_of_a_batch_share_their_limit() {
    let server = Server::around(builder().allow_batches());
    let batch = |counts: &[usize]| {
        let all = counts.iter().enumerate().map(|(id, count)| {
            let uris = vec![r#""app://h/public/a""#; *count].join(",");
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"subscriptions/listen","params":{{"notifications":{{"resourceSubscriptions":[{uris}]}}}}}}"#
            )
        });
        Ask::post(format!("[{}]", all.collect::<Vec<_>>().join(","))).token("runner")
    };
    server.send(batch(&[40, 60])).await.passed();
    assert_eq!(server.send(batch(&[40, 61])).await.refused(), (400, -32602));
}

#[tokio::test]
async fn subscriptions_need_every_resource() {
    let listen = |params: &str| Ask::modern("subscriptions/listen", params);
    let uris = |uris: &str| format!(r#""notifications":{{"toolsListChanged":true,"resourceSubscriptions":[{uris}]}},"#);
    for (params, token, passes) in [
        (r#""notifications":{"toolsListChanged":true},"#.to_owned(), "scopeless", true),
        (uris(r#""app://h/logs/a""#), "reader", true),
        (uris(r#""app://h/public/a","app://h/logs/secret""#), "runner", true),
        (uris(r#""app://h/public/a","app://h/logs/secret""#), "reader", false),
        (uris(r#""app://h/public/a","app://h/other""#), "runner", false),
        (r#""notifications":{"resourceSubscriptions":"app://h/public/a"},"#.to_owned(), "runner", false),
        // Another spelling of the member.
        (r#""notifications":{"resourcesubscriptions":["app://h/other"]},"#.to_owned(), "runner", false),
        (r#""notifications":{"resourceSubscriptions":null,"toolsListChanged":null},"#.to_owned(), "scopeless", true),
        (uris(&vec![r#""app://h/public/a""#; 100].join(",")), "runner", true),
        (uris(&vec![r#""app://h/public/a""#; 101].join(",")), "runner", false),
        (uris(r#""app://h/public/a",7"#), "runner", false),
        (uris(r#""app://h/public/a",null"#), "runner", false),
        (uris(&format!(r#""app://h/public/\u0061{}""#, "a".repeat(17 << 10))), "runner", false),
        (r#""notifications":{"tasks":["a"]},"#.to_owned(), "runner", false),
        (r#""notifications":[],"#.to_owned(), "runner", false),
        (r#""notifications":null,"#.to_owned(), "runner", false),
        (String::new(), "scopeless", true),
    ] {
        let answer = server().send(listen(&params).token(token)).await;
        assert_eq!(answer.seen.is_some(), passes, "{params} {token}: {answer:?}");
    }
}

#[tokio::test]
async fn prompts_and_completions_are_authorized() {
    let prompt = |name: &str| json!({"name": name});
    let completion = |reference: serde_json::Value| json!({"ref": reference, "argument": {"name": "a", "value": "b"}});
    for (method, params, token, passes) in [
        ("prompts/get", prompt("hello"), None, true),
        ("prompts/get", prompt("review"), Some("writer"), true),
        ("prompts/get", prompt("review"), Some("reader"), false),
        ("prompts/get", prompt("review"), None, false),
        ("prompts/get", prompt("rev*"), Some("writer"), false),
        ("prompts/get", json!({}), Some("writer"), false),
        ("completion/complete", completion(json!({"type": "ref/prompt", "name": "review"})), Some("writer"), true),
        ("completion/complete", completion(json!({"type": "ref/prompt", "name": "review"})), Some("reader"), false),
        (
            "completion/complete",
            completion(json!({"type": "ref/resource", "uri": "app://h/logs/{date}"})),
            Some("writer"),
            true,
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/resource", "uri": "app://h/logs/{date}"})),
            Some("reader"),
            false,
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/resource", "uri": "app://h/logs/{day}"})),
            Some("writer"),
            false,
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/resource", "uri": "app://h/logs/a"})),
            Some("reader"),
            true,
        ),
        ("completion/complete", completion(json!({"type": "ref/other", "name": "review"})), Some("writer"), false),
        (
            "completion/complete",
            completion(json!({"TYPE": "ref/prompt", "type": "ref/prompt", "name": "review"})),
            Some("writer"),
            false,
        ),
        ("completion/complete", json!({}), Some("writer"), false),
        (
            "completion/complete",
            completion(json!({"title": [7], "uri": null, "name": "review", "type": "ref/prompt"})),
            Some("writer"),
            true,
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/prompt", "name": "review", "uri": "app://h/logs/{date}"})),
            Some("writer"),
            false,
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/prompt", "name": "review", "more": 1})),
            Some("writer"),
            false,
        ),
        ("completion/complete", completion(json!({"type": null, "name": "review"})), Some("writer"), false),
        ("completion/complete", completion(json!({"type": "ref/prompt", "name": ["review"]})), Some("writer"), false),
        ("completion/complete", completion(json!(["ref/prompt", "review"])), Some("writer"), false),
    ] {
        let answer = server().send(with_token(request(method, &params), token)).await;
        assert_eq!(answer.seen.is_some(), passes, "{method} {params} {token:?}: {answer:?}");
    }
}

const LISTS: &str = r#"[
    {"jsonrpc":"2.0","id":1,"result":{"resources":[{"uri":"app://h/public/a","name":"a"},{"uri":"app://h/logs/a","name":"b"},
        {"uri":"app://h/logs/secret","name":"c"},{"uri":"app://h/other","name":"d"}],"nextCursor":"7","ttlMs":5}},
    {"jsonrpc":"2.0","id":2,"result":{"resourceTemplates":[{"uriTemplate":"app://h/logs/{date}","name":"a"},
        {"uriTemplate":"app://h/public/{date}","name":"b"}]}},
    {"jsonrpc":"2.0","id":3,"result":{"prompts":[{"name":"review"},{"name":"hello"},{"name":"other"}]}},
    {"jsonrpc":"2.0","id":4,"result":{"tools":[{"name":"run"}]}}]"#;

#[tokio::test]
async fn lists_show_what_the_caller_may_read() {
    let server = Server::around(builder().discovery(Discovery::Filtered)).replying(Reply::json(LISTS));
    for (token, resources, templates, prompts, tools) in [
        (None, &["app://h/public/a"][..], &[][..], &["hello"][..], 0),
        (Some("reader"), &["app://h/public/a", "app://h/logs/a"], &[], &["hello"], 1),
        (Some("writer"), &["app://h/public/a", "app://h/logs/a"], &["app://h/logs/{date}"], &["review", "hello"], 1),
        (Some("runner"), &["app://h/public/a", "app://h/logs/a", "app://h/logs/secret"], &[], &["hello"], 0),
    ] {
        for method in ["resources/list", "resources/templates/list", "prompts/list"] {
            let answer = server.send(with_token(Ask::method(method), token)).await;
            answer.passed();
            let answers = answer.json();
            let named = |place: usize, list: &str, member: &str| {
                let list = answers[place]["result"][list].as_array().unwrap().clone();
                list.iter().map(|entry| entry[member].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(named(0, "resources", "uri"), resources, "{token:?}");
            assert_eq!(named(1, "resourceTemplates", "uriTemplate"), templates, "{token:?}");
            assert_eq!(named(2, "prompts", "name"), prompts, "{token:?}");
            assert_eq!(named(3, "tools", "name").len(), tools, "{token:?}");
            assert_eq!(answers[0]["result"]["cacheScope"], "private");
            assert_eq!(answers[0]["result"]["nextCursor"], "7");
        }
    }
}

#[tokio::test]
async fn lists_are_open_in_the_other_modes() {
    let server = Server::around(builder().discovery(Discovery::Baseline)).replying(Reply::json(LISTS));
    let answer = server.send(Ask::method("resources/list").token("scopeless")).await;
    assert_eq!(answer.body, LISTS);
    assert_eq!(server.send(Ask::method("prompts/list")).await.refused(), (401, 401));
}

/// Sends a request of 2026-07-28 whose response may be cached for all callers.
async fn cache_scope(builder: ResourceServerBuilder, reply: Reply, ask: Ask) -> Option<String> {
    let answer = Server::around(builder).replying(reply).send(ask).await;
    answer.passed();
    let data = answer.body.trim_start_matches("data: ");
    let body: serde_json::Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
    body["result"]["cacheScope"].as_str().map(str::to_owned)
}

fn read_modern(uri: &str) -> Ask {
    Ask::modern("resources/read", &format!(r#""uri":"{uri}","#)).header("mcp-name", uri)
}

const CONTENTS: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"contents":[],"ttlMs":5,"cacheScope":"public"}}"#;

#[tokio::test]
async fn responses_that_depend_on_the_caller_are_cached_privately() {
    let prompt = |name: &str| Ask::modern("prompts/get", &format!(r#""name":"{name}","#)).header("mcp-name", name);
    let below = |uri: &str| Ask::modern("resources/directory/read", &format!(r#""uri":"{uri}","#));
    for (ask, token, expected) in [
        (read_modern("app://h/public/a"), None, "public"),
        (read_modern("app://h/public/a"), Some("reader"), "public"),
        (read_modern("app://h/logs/a"), Some("reader"), "private"),
        (read_modern("file:///var/log/syslog"), Some("scopeless"), "private"),
        // One of the entries is not public.
        (read_modern("app://h/public/secret"), Some("runner"), "private"),
        (prompt("hello"), None, "public"),
        (prompt("review"), Some("writer"), "private"),
        (below("app://h/public/a"), None, "public"),
        (below("app://h/logs/a"), Some("reader"), "private"),
    ] {
        let ask_name = ask.0.headers().get("mcp-name").cloned();
        for discovery in [Discovery::Baseline, Discovery::Open, Discovery::Filtered] {
            for reply in [Reply::json(CONTENTS), Reply::of("text/event-stream", [format!("data: {CONTENTS}\n\n")])] {
                let ask = with_token(Ask(ask.0.clone()), token);
                let scope = cache_scope(builder().discovery(discovery), reply, ask).await;
                assert_eq!(scope.as_deref(), Some(expected), "{discovery:?} {token:?} {ask_name:?}");
            }
        }
    }
}

#[tokio::test]
async fn responses_without_a_cache_scope_are_made_private() {
    let of = |members: &str| Reply::json(&format!(r#"{{"id":1,"result":{{{members}"contents":[]}}}}"#));
    for (members, expected) in [
        ("", None),
        (r#""resultType":"complete","#, Some("private")),
        (r#""cacheScope":7,"#, Some("private")),
        (r#""cache\u0053cope":"public","#, Some("private")),
    ] {
        let ask = read_modern("app://h/logs/a").token("reader");
        assert_eq!(cache_scope(builder(), of(members), ask).await.as_deref(), expected, "{members}");
    }
    // What two parsers could read differently.
    let twice = Reply::json(r#"{"id":1,"result":{"cacheScope":"private","cacheScope":"public","contents":[]}}"#);
    let answer = Server::around(builder()).replying(twice).send(read_modern("app://h/logs/a").token("reader")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"]["code"].as_i64()), (502, Some(-32603)));
    // What is no result passes unchanged, such as an error of the transport.
    let other = Server::around(builder()).replying(Reply::json("Not acceptable"));
    assert_eq!(other.send(read_modern("app://h/logs/a").token("reader")).await.body, "Not acceptable");
    // Earlier revisions define no caching.
    let legacy = request("resources/read", &json!({"uri": "app://h/logs/a"})).token("reader");
    assert_eq!(cache_scope(builder(), Reply::json(CONTENTS), legacy).await.as_deref(), Some("public"));
}

#[tokio::test]
async fn method_rules_make_responses_private_too() {
    for (method, access, token, expected) in [
        ("resources/templates/list", Access::scopes(["files:read"]), "reader", "private"),
        ("resources/list", Access::Token, "scopeless", "private"),
        ("resources/list", Access::Discovery, "scopeless", "public"),
    ] {
        let ask = Ask::modern(method, "").token(token);
        let scope = cache_scope(
            ResourceServer::builder(&TOOLS).verifier(Tokens).method(method, access.clone()),
            Reply::json(CONTENTS),
            ask,
        )
        .await;
        assert_eq!(scope.as_deref(), Some(expected), "{method} {access:?}");
    }
}

#[tokio::test]
async fn notifications_are_rejected_by_their_status() {
    let send = |uri: &str, token| {
        let body = json!({"jsonrpc": "2.0", "method": "resources/read", "params": {"uri": uri}});
        with_token(Ask::post(body.to_string()), token)
    };
    for (uri, token, expected) in [
        ("app://h/other", Some("runner"), (400, -32602)),
        ("app://h/public//a", Some("runner"), (400, -32602)),
        ("app://h/logs/a", Some("scopeless"), (403, 403)),
        ("app://h/logs/a", None, (401, 401)),
    ] {
        assert_eq!(server().send(send(uri, token)).await.refused(), expected, "{uri} {token:?}");
    }
    let hidden = Server::around(builder().discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown));
    assert_eq!(hidden.send(send("app://h/logs/a", Some("scopeless"))).await.refused(), (400, -32602));
}

#[tokio::test]
async fn hides_denied_contents_like_unknown_ones_if_configured() {
    let server = Server::around(builder().discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown));
    let send = |uri: &'static str| request("resources/read", &json!({"uri": uri})).token("scopeless");
    let (denied, unknown) = (server.send(send("app://h/logs/a")).await, server.send(send("app://h/other")).await);
    assert_eq!((denied.refused(), denied.body), (DENIED, unknown.body));
}

#[tokio::test]
async fn rejects_method_rules_for_what_entries_decide() {
    for method in ["resources/read", "resources/*", "prompts/get", "completion/complete", "subscriptions/listen"] {
        let error = builder().method(method, Access::Token).build_now().unwrap_err().to_string();
        assert!(error.contains(method) && error.contains("is decided by `["), "{error}");
    }
    for method in ["tasks/get", "*", "resources/other"] {
        builder().method(method, Access::Token).build_now().unwrap();
    }
    // A rule for all other methods opens none of those that entries decide about.
    let server = Server::around(builder().method("*", Access::Token));
    let ask = request("resources/read", &json!({"uri": "app://h/other"})).token("runner");
    assert_eq!(server.send(ask).await.refused(), DENIED);
}

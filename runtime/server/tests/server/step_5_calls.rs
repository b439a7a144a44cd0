//! Step 5: calls of tools.

use mcp_scopes_server::{Discovery, HiddenTools, ResourceServer, ResourceServerBuilder};

use crate::server::{Ask, BuildNow as _, DOCUMENT, RESOURCE, Server, TOOLS, Tokens};

fn filtered(hidden: HiddenTools) -> Server {
    Server::with(|builder| builder.discovery(Discovery::Filtered).hidden_tools(hidden))
}

#[tokio::test]
async fn requires_the_scopes_of_the_tool() {
    for (token, tool, passes) in [
        ("reader", "list_files", true),
        ("reader", "write_file", false),
        ("reader", "run", false),
        // Granted through the hierarchy.
        ("writer", "list_files", true),
        ("writer", "write_file", true),
        ("runner", "run", true),
        ("runner", "list_files", false),
    ] {
        for ask in [Ask::call(tool), Ask::modern_call(tool)] {
            let answer = Server::new().send(ask.token(token)).await;
            assert_eq!(answer.seen.is_some(), passes, "{token} {tool}");
            if !passes {
                assert_eq!(answer.refused(), (403, 403));
            }
        }
    }
}

#[tokio::test]
async fn returns_one_challenge_with_the_least_step() {
    let answer = Server::new().send(Ask::call("run").token("reader")).await;
    let scopes = "scope=\"system:execute oncall\"";
    let expected = format!("Bearer {scopes}, error=\"insufficient_scope\", resource_metadata=\"{DOCUMENT}\"");
    assert_eq!(answer.challenge(), expected);
    assert_eq!(answer.json()["id"], 1);
}

#[tokio::test]
async fn rejects_calls_without_a_token_except_to_public_tools() {
    for discovery in [Discovery::Open, Discovery::Baseline, Discovery::Filtered] {
        let server = Server::with(|builder| builder.discovery(discovery));
        server.send(Ask::call("status")).await.passed();
        for tool in ["list_files", "write_file", "run"] {
            let answer = server.send(Ask::call(tool)).await;
            assert_eq!(answer.refused(), (401, 401), "{discovery:?} {tool}");
            assert!(!answer.challenge().contains("error="), "{}", answer.challenge());
        }
    }
}

#[tokio::test]
async fn names_the_scopes_of_the_tool_without_a_token_unless_filtered() {
    for (discovery, scope) in [
        (Discovery::Open, "system:execute oncall"),
        (Discovery::Baseline, "system:execute oncall"),
        (Discovery::Filtered, "files:read"),
    ] {
        let answer = Server::with(|builder| builder.discovery(discovery)).send(Ask::call("run")).await;
        assert!(answer.challenge().contains(&format!("scope=\"{scope}\"")), "{discovery:?} {}", answer.challenge());
    }
}

#[tokio::test]
async fn rejects_unknown_tools() {
    for name in ["wipe", "List_files", "list_files ", "", "list_file", "list_files\\u0000"] {
        let answer = Server::new().send(Ask::call(name).token("reader")).await;
        assert_eq!((answer.refused(), answer.challenge()), ((200, -32602), ""), "{name}");
    }
}

#[tokio::test]
async fn returns_401_for_unknown_tools_without_a_token_unless_open() {
    for discovery in [Discovery::Baseline, Discovery::Filtered] {
        let server = Server::with(|builder| builder.discovery(discovery));
        assert_eq!(server.send(Ask::call("wipe")).await.refused(), (401, 401), "{discovery:?}");
    }
    // With an open list the answer reveals nothing.
    let open = Server::with(|builder| builder.discovery(Discovery::Open));
    assert_eq!(open.send(Ask::call("wipe")).await.refused(), (200, -32602));
}

#[tokio::test]
async fn returns_the_challenge_for_hidden_tools_by_default() {
    let answer = filtered(HiddenTools::Challenge).send(Ask::call("run").token("reader")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().contains("scope=\"system:execute oncall\""));
}

#[tokio::test]
async fn answers_hidden_tools_like_unknown_ones_if_configured() {
    let server = filtered(HiddenTools::Unknown);
    for token in ["reader", "scopeless"] {
        let (hidden, unknown) =
            (server.send(Ask::call("run").token(token)).await, server.send(Ask::call("nix").token(token)).await);
        assert_eq!(hidden.refused(), (200, -32602));
        assert_eq!((hidden.status, &hidden.headers, &hidden.body), (unknown.status, &unknown.headers, &unknown.body));
    }
    let (hidden, unknown) = (server.send(Ask::call("run")).await, server.send(Ask::call("nix")).await);
    assert_eq!((hidden.status, &hidden.headers, &hidden.body), (unknown.status, &unknown.headers, &unknown.body));
}

/// The headers that a hidden tool requires would reveal that it exists.
#[tokio::test]
async fn answers_hidden_tools_like_unknown_ones_whatever_the_headers() {
    let hiding =
        |builder: ResourceServerBuilder| builder.discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown);
    let server = Server::with(|builder| hiding(builder).param_header("run", "Region", ["region"]));
    let params = |tool: &str| {
        format!(
            r#""name":"{tool}","arguments":{{"x":"a"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#
        )
    };
    for header in [None, Some("a"), Some("b")] {
        for token in [None, Some("reader")] {
            let mut answers = Vec::new();
            for tool in ["run", "nix"] {
                let ask = Ask::modern("tools/call", &params(tool)).only("mcp-name", Some(tool));
                let ask = header.map_or_else(
                    || Ask::modern("tools/call", &params(tool)).only("mcp-name", Some(tool)),
                    |value| ask.header("mcp-param-region", value),
                );
                let ask = match token {
                    Some(token) => ask.token(token),
                    None => ask,
                };
                let answer = server.send(ask).await;
                assert!(answer.seen.is_none());
                answers.push((answer.status, answer.headers.clone(), answer.body.clone()));
            }
            assert_eq!(answers[0], answers[1], "{header:?} {token:?}");
        }
    }
}

#[test]
fn rejects_hidden_tools_at_build_without_filtered_mode() {
    for discovery in [Discovery::Open, Discovery::Baseline] {
        let builder =
            ResourceServer::builder(&TOOLS).resource(RESOURCE).authorization_server("https://auth.example.com");
        let built = builder.verifier(Tokens).discovery(discovery).hidden_tools(HiddenTools::Unknown).build_now();
        assert_eq!(built.unwrap_err().problems()[0].setting, "hidden_tools", "{discovery:?}");
    }
}

#[tokio::test]
async fn rejects_calls_without_name_or_id() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["status"]}}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"status"}}"#,
    ] {
        let answer = Server::new().send(Ask::post(body).token("runner")).await;
        assert_eq!(answer.refused(), (400, -32600), "{body}");
    }
}

#[tokio::test]
async fn repeats_the_id_as_written() {
    let call = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"run"}}}}"#);
    for id in ["7", "-7", r#""seven""#, r#""\u0041\"""#, "18446744073709551615", "-9223372036854775808"] {
        let answer = Server::new().send(Ask::post(call(id)).token("reader")).await;
        assert_eq!(answer.refused(), (403, 403));
        assert!(answer.body.contains(&format!("\"id\":{id},")), "{}", answer.body);
    }
}

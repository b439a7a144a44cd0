//! Step 3: live or sandbox.

use std::{num::NonZeroU32, sync::Arc};

use mcp_scopes::{Caller, Denied, Environment, ScopeTable, mcp_tool, scope_table};
use mcp_scopes_server::{Claims, Discovery, Environments, ResourceServer, Token, TokenError, TokenVerifier};
use serde_json::json;

use crate::{
    server::{Answer, Ask, BuildNow as _, RESOURCE, Reply, Server, Tokens},
    step_7_policies::Refuses,
};

/// Look at the market
#[mcp_tool(scope = "trade", risk = "low", sandbox = "allow")]
pub(crate) fn look() {}
/// Close the account
#[mcp_tool(scope = "trade", risk = "critical", sandbox = "deny")]
pub(crate) fn close() {}
/// Send money
#[mcp_tool(scope = "trade", risk = "high")]
pub(crate) fn send() {}
/// Buy shares
#[mcp_tool(scope = "trade", risk = "high", guard = caller, sandbox = simulate(pretend))]
fn buy(caller: &Caller) -> Result<&'static str, Denied> {
    Ok("bought")
}
#[expect(clippy::unnecessary_wraps, reason = "a substitute returns what the function does")]
fn pretend(_: &Caller) -> Result<&'static str, Denied> {
    Ok("pretended")
}

scope_table! { static MARKET = [look, close, send, buy] with "tests/server/sandbox.toml"; }
scope_table! { static PLAIN = [look]; }

const SANDBOX: &str = "https://sandbox.example.com/mcp";

/// Reads claims from the token: `claim.key.issuer.audience`.
struct Spelt;

impl TokenVerifier for Spelt {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let parts: Vec<_> = token.expose_secret().split('.').collect();
        let mut claims = Claims::builder(match parts[2] {
            "live" => "https://auth.example.com",
            "sandbox" => "https://auth.sandbox.example.com",
            _ => "https://other.example.com",
        });
        claims = claims.subject("ada").scope("trade").audience(match parts[3] {
            "live" => vec![RESOURCE],
            "sandbox" => vec![SANDBOX],
            _ => vec![SANDBOX, RESOURCE],
        });
        claims = match parts[0] {
            "none" => claims,
            "number" => claims.raw(json!({"env": 7}).as_object().unwrap().clone()),
            text => claims.raw(json!({"env": text}).as_object().unwrap().clone()),
        };
        claims = match parts[1] {
            "live" => claims.environment(Environment::Live),
            "sandbox" => claims.environment(Environment::Sandbox),
            _ => claims,
        };
        Ok(Arc::new(claims.build()))
    }
}

fn market(environments: Environments) -> Server {
    of(&MARKET, environments)
}

fn of(table: &'static ScopeTable, environments: Environments) -> Server {
    let builder = ResourceServer::builder(table).resource(RESOURCE).authorization_server("https://auth.example.com");
    Server::around(builder.verifier(Spelt).environments(environments).sandbox_calls_per_minute(NonZeroU32::MAX))
}

fn environment(answer: &Answer) -> Option<Environment> {
    let seen = answer.seen.as_ref()?;
    let environment = seen.caller.unwrap().environment();
    let stated = if environment == Environment::Live { "live" } else { "sandbox" };
    assert_eq!(answer.header("mcp-environment"), stated);
    Some(environment)
}

/// The oracle: all sources that state an environment must agree.
fn expected(sources: [bool; 4], default_live: bool, parts: [&str; 4], header: &str) -> Option<Environment> {
    let [by_claim, _, _, by_audience] = sources;
    let [claim, _, _, audience] = parts;
    if !by_audience && audience == "sandbox" {
        return None;
    }
    if (by_claim && matches!(claim, "Live" | "number")) || (by_audience && audience == "both") {
        return None;
    }
    let mut words = Vec::new();
    for (asked, said) in sources.into_iter().zip(parts) {
        match said {
            _ if !asked => {}
            "live" | "sandbox" => words.push(said),
            _ if default_live => {}
            _ => return None,
        }
    }
    words.dedup();
    let word = match words.as_slice() {
        [] => "live",
        [word] => word,
        _ => return None,
    };
    // A credential for the sandbox is never live, even if the credential is not a configured source.
    if parts[1] == "sandbox" && word == "live" {
        return None;
    }
    match header {
        "none" if word == "live" => Some(Environment::Live),
        "none" | "sandbox" => Some(Environment::Sandbox),
        _ => None,
    }
}

/// One tool of each mode, and whether a sandbox caller may call it: `allow`, `simulate(..)`, `deny`, none.
const MODES: [(&str, bool); 4] = [("look", true), ("buy", true), ("close", false), ("send", false)];

#[tokio::test]
async fn matches_oracle_for_all_sources_headers_and_modes() {
    let mut seen = [0; 3];
    for which in 0..32_u8 {
        let bit = |at: u8| which >> at & 1 == 1;
        let sources = [bit(0), bit(1), bit(2), bit(3)];
        let mut environments = Environments::new();
        for (asked, add) in sources.into_iter().zip([
            (|all: Environments| all.by_claim("env")) as fn(Environments) -> Environments,
            Environments::by_credential,
            Environments::by_issuer,
            Environments::by_audience,
        ]) {
            environments = if asked { add(environments) } else { environments };
        }
        let server = market(if bit(4) { environments.default_live() } else { environments });
        for claim in ["none", "live", "sandbox", "Live", "number"] {
            for key in ["none", "live", "sandbox"] {
                for issuer in ["live", "sandbox", "other"] {
                    for audience in ["live", "sandbox", "both"] {
                        for header in ["none", "sandbox", "live", "Sandbox", "twice"] {
                            let parts = [claim, key, issuer, audience];
                            let wanted = expected(sources, bit(4), parts, header);
                            for (tool, safe) in MODES {
                                let ask = Ask::call(tool).token(&parts.join("."));
                                let ask = match header {
                                    "none" => ask,
                                    "twice" => ask.header("mcp-sandbox", "sandbox").header("mcp-sandbox", "sandbox"),
                                    value => ask.header("mcp-sandbox", value),
                                };
                                let answer = server.send(ask).await;
                                let wanted = wanted.filter(|wanted| safe || *wanted == Environment::Live);
                                let found = environment(&answer);
                                assert_eq!(found, wanted, "{sources:?} {} {parts:?} {header} {tool}", bit(4));
                                if tool == "buy" && found.is_some() {
                                    let runs = if found == Some(Environment::Live) { "bought" } else { "pretended" };
                                    assert_eq!(buy(&answer.passed().caller.unwrap()).unwrap(), runs);
                                }
                                seen[found.map_or(0, |found| 1 + usize::from(found == Environment::Sandbox))] += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
}

#[tokio::test]
async fn says_why_a_token_has_no_environment() {
    let by_all = || Environments::new().by_claim("env").by_issuer();
    for (environments, token, said) in [
        (by_all(), "none.none.other.live", "the token does not state its environment"),
        (by_all(), "live.none.sandbox.live", "the token states both live and sandbox"),
        (by_all(), "Live.none.live.live", "the token's environment is neither `live` nor `sandbox`"),
        (by_all(), "number.none.live.live", "the token's environment is neither `live` nor `sandbox`"),
        (Environments::new().by_audience(), "none.none.live.both", "the token is meant for both live and sandbox"),
        (
            by_all(),
            "live.sandbox.live.live",
            "the credential is for the sandbox, but the server does not read the environment from credentials",
        ),
    ] {
        let answer = market(environments).send(Ask::call("look").token(token)).await;
        assert_eq!(answer.refused(), (403, 403), "{token}");
        assert!(answer.challenge().contains(&format!("error_description=\"{said}\"")), "{token}: {answer:?}");
    }
}

#[tokio::test]
async fn forwards_sandbox_calls_only_to_tools_that_allow_or_simulate() {
    for (tool, safe) in MODES {
        for (token, environment) in [("live", Environment::Live), ("sandbox", Environment::Sandbox)] {
            let server = market(Environments::new().by_claim("env"));
            let answer = server.send(Ask::call(tool).token(&format!("{token}.none.live.live"))).await;
            assert_eq!(answer.seen.is_some(), safe || environment == Environment::Live, "{tool} {token}");
            assert_eq!(answer.header("mcp-environment"), token);
            if answer.seen.is_none() {
                assert_eq!(answer.refused(), (403, 403));
                assert!(!answer.challenge().contains("scope="), "{}", answer.challenge());
            }
        }
    }
}

#[tokio::test]
async fn runs_the_function_live_and_its_substitute_in_the_sandbox() {
    for (token, result) in [("live", "bought"), ("sandbox", "pretended")] {
        let server = market(Environments::new().by_claim("env"));
        let answer = server.send(Ask::call("buy").token(&format!("{token}.none.live.live"))).await;
        assert_eq!(buy(&answer.passed().caller.unwrap()).unwrap(), result);
    }
}

#[tokio::test]
async fn accepts_the_header_from_live_to_sandbox_and_rejects_the_reverse() {
    let server = market(Environments::new().by_claim("env"));
    let moved = server.send(Ask::call("look").token("live.none.live.live").header("Mcp-Sandbox", "sandbox")).await;
    assert_eq!(environment(&moved), Some(Environment::Sandbox));
    let back = server.send(Ask::call("look").token("sandbox.none.live.live").header("mcp-sandbox", "live")).await;
    assert_eq!(back.refused(), (400, 400));
    assert!(back.body.contains("cannot ask for the live environment"), "{}", back.body);
}

#[tokio::test]
async fn rejects_the_default_header_without_a_sandbox() {
    for value in ["sandbox", "live", ""] {
        let ask = Ask::call("look").token("none.none.live.live").header("mcp-sandbox", value);
        let answer = of(&PLAIN, Environments::new()).send(ask).await;
        assert_eq!(answer.refused(), (400, 400), "{value}");
        assert!(answer.body.contains("no sandbox"), "{}", answer.body);
    }
}

#[tokio::test]
async fn returns_403_without_a_scope_for_tokens_without_an_environment() {
    let server = market(Environments::new().by_claim("env"));
    for claim in ["none", "Live", "number"] {
        let answer = server.send(Ask::call("look").token(&format!("{claim}.none.live.live"))).await;
        assert_eq!(answer.refused(), (403, 403), "{claim}");
        assert!(!answer.challenge().contains("scope="), "{}", answer.challenge());
    }
}

#[tokio::test]
async fn rejects_resources_and_unknown_methods_in_the_sandbox() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let server = Server::around(builder.method("*", mcp_scopes_server::Access::Token));
    for (method, passes) in [("resources/read", false), ("anything", false), ("tools/list", true), ("ping", true)] {
        let answer = server.send(Ask::method(method).token("sandbox.none.live.live")).await;
        assert_eq!(answer.seen.is_some(), passes, "{method}");
        server.send(Ask::method(method).token("live.none.live.live")).await.passed();
    }
}

#[tokio::test]
async fn filters_lists_by_environment() {
    scope_table! { static SHOWN = [look, close, send] with "tests/server/sandbox_filtered.toml"; }
    let builder = ResourceServer::builder(&SHOWN).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let list = r#"{"id":1,"result":{"tools":[{"name":"send"},{"name":"look"}]}}"#;
    let server = Server::around(builder.discovery(Discovery::Filtered)).replying(Reply::json(list));
    let answer = server.send(Ask::method("tools/list").token("sandbox.none.live.live")).await;
    assert_eq!(answer.body, r#"{"id":1,"result":{"tools":[{"name":"look"}]}}"#);
    let answer = server.send(Ask::method("tools/list").token("live.none.live.live")).await;
    assert_eq!(answer.body, list);
}

#[tokio::test]
async fn limits_sandbox_calls_per_caller() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let server = Server::around(builder.sandbox_calls_per_minute(NonZeroU32::new(3).unwrap()));
    let call = |token: &str| Ask::call("look").token(&format!("{token}.none.live.live"));
    for _ in 0..3 {
        server.send(call("sandbox")).await.passed();
    }
    let answer = server.send(call("sandbox")).await;
    assert_eq!(answer.refused(), (429, 429));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    // Neither live calls nor calls of another caller count.
    server.send(call("live")).await.passed();
    server.send(Ask::call("look").token("sandbox.none.other.live")).await.passed();
    // Only calls of tools count.
    server.send(Ask::method("tools/list").token("sandbox.none.live.live")).await.passed();
}

#[tokio::test]
async fn does_not_count_calls_in_a_session_of_another_caller() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let server = Server::around(builder.sandbox_calls_per_minute(NonZeroU32::MIN));
    let call = || Ask::call("look").token("sandbox.none.live.live");
    for id in ["5f3a.0123456789abcdef0123456789abcdef", "x"] {
        assert_eq!(server.send(call().header("mcp-session-id", id)).await.refused(), (404, 404));
        assert_eq!(server.send(call().header("last-event-id", id)).await.refused(), (400, 400));
    }
    server.send(call()).await.passed();
    assert_eq!(server.send(call()).await.refused(), (429, 429));
}

#[tokio::test]
async fn counts_each_call_of_a_batch_in_the_sandbox() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let server = Server::around(builder.allow_batches().sandbox_calls_per_minute(NonZeroU32::new(3).unwrap()));
    let call = |id: usize| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"look"}}}}"#);
    let send = |calls: usize| {
        let calls: Vec<String> = (0..calls).map(call).collect();
        server.send(Ask::post(format!("[{}]", calls.join(","))).token("sandbox.none.live.live"))
    };
    send(3).await.passed();
    assert_eq!(send(1).await.refused(), (429, 429));
}

#[tokio::test]
async fn limits_sandbox_calls_by_default() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let server = Server::around(builder);
    let mut passed = 0;
    for _ in 0..600 {
        let answer = server.send(Ask::call("look").token("sandbox.none.live.live")).await;
        if answer.seen.is_none() {
            assert_eq!(answer.refused(), (429, 429));
            break;
        }
        passed += 1;
    }
    // The limit regains one call per second.
    assert!((60..120).contains(&passed), "{passed}");
}

#[tokio::test]
async fn resolves_the_environment_before_reading_the_body() {
    let server = market(Environments::new().by_claim("env"));
    assert_eq!(server.send(Ask::post("no json").token("none.none.live.live")).await.refused(), (403, 403));
    assert_eq!(server.send(Ask::post("no json").token("live.none.live.live")).await.refused(), (400, -32700));
}

#[tokio::test]
async fn names_the_environment_in_rejections() {
    let server = market(Environments::new().by_claim("env"));
    for environment in ["live", "sandbox"] {
        let token = format!("{environment}.none.live.live");
        for (ask, status) in [
            (Ask::post("no json"), 400),
            (Ask::post(" ".repeat(5 << 20)), 413),
            (Ask::method("tools/list").only("content-type", Some("text/plain")), 415),
            (Ask::method("prompts/list"), 200),
            (Ask::call("nix"), 200),
            (Ask::call("look").header("mcp-name", "nix"), 400),
            (Ask::new("GET", "/mcp").header("mcp-session-id", "another"), 404),
        ] {
            let answer = server.send(ask.token(&token)).await;
            assert!(answer.seen.is_none(), "{answer:?}");
            assert_eq!((answer.status.as_u16(), answer.header("mcp-environment")), (status, environment), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn does_not_count_calls_after_one_that_a_policy_rejects() {
    let builder = ResourceServer::builder(&MARKET).verifier(Spelt).environments(Environments::new().by_claim("env"));
    let builder = builder.policy(Refuses).allow_batches();
    let server = Server::around(builder.sandbox_calls_per_minute(NonZeroU32::new(3).unwrap()));
    let one = |(id, folder): (usize, &str)| {
        let params = format!(r#"{{"name":"look","arguments":{{"folder":"{folder}"}}}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
    };
    let send = |calls: [&str; 3]| {
        let batch = calls.into_iter().enumerate().map(one).collect::<Vec<_>>().join(",");
        server.send(Ask::post(format!("[{batch}]")).token("sandbox.none.live.live"))
    };
    assert_eq!(send(["secret", "home", "home"]).await.refused(), (403, 403));
    assert_eq!(send(["home", "secret", "home"]).await.refused(), (403, 403));
    assert_eq!(send(["home", "home", "home"]).await.refused(), (429, 429));
}

#[tokio::test]
async fn rejects_sessions_of_the_other_environment() {
    let reply = Reply::json(r#"{"id":1,"result":{}}"#).header("mcp-session-id", "s");
    let server = market(Environments::new().by_claim("env")).replying(reply);
    let began = server.send(Ask::method("initialize").token("live.none.live.live")).await;
    let session = began.header("mcp-session-id");
    let ask = |token: &str| Ask::new("GET", "/mcp").token(token).header("mcp-session-id", session);
    server.send(ask("live.none.live.live")).await.passed();
    assert_eq!(server.send(ask("sandbox.none.live.live")).await.refused(), (404, 404));
    assert_eq!(server.send(ask("live.none.live.live").header("mcp-sandbox", "sandbox")).await.refused(), (404, 404));
}

#[tokio::test]
async fn publishes_header_and_resource_of_the_sandbox() {
    let answer = market(Environments::new()).send(Ask::new("GET", "/.well-known/oauth-protected-resource")).await;
    let sandbox = answer.json()["mcp_extensions"]["sandbox"].clone();
    assert_eq!(sandbox["header"], "mcp-sandbox");
    assert_eq!(sandbox["resource"], SANDBOX);
}

#[test]
fn rejects_sources_that_cannot_determine_the_environment_at_build() {
    let wrong = |table, environments| {
        let builder =
            ResourceServer::builder(table).resource(RESOURCE).authorization_server("https://auth.example.com");
        let error = builder.verifier(Tokens).environments(environments).build_now().unwrap_err();
        error.problems().iter().map(|problem| problem.setting).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&PLAIN, Environments::new().by_issuer()), ["environments"]);
    assert_eq!(wrong(&PLAIN, Environments::new().by_audience()), ["environments"]);
    let same =
        ResourceServer::builder(&MARKET).authorization_server("https://auth.sandbox.example.com").verifier(Tokens);
    assert!(same.environments(Environments::new().by_issuer()).build_now().is_err());
    let same = ResourceServer::builder(&MARKET).resource(SANDBOX).verifier(Tokens);
    assert!(same.environments(Environments::new().by_audience()).build_now().is_err());
}

//! Problems of policies and settings.

use mcp_scopes_model::{
    Config, Policy, Requirement, Risk, Tool,
    policy::{RiskRule, Session},
};
use mcp_scopes_policies::{Domain, Rules, SessionLimits, Settings, settings};

use crate::support::{call, public, seed, tool};

fn problems(tools: &[Tool<'_>], settings: &Settings) -> Vec<String> {
    match Rules::compile(tools, settings) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn reports_all_problems_at_once() {
    let blocked = |patterns| Policy { blocked_after: patterns, ..Policy::NONE };
    let settings = Settings::default();
    let limited_public = Tool {
        requirement: Requirement::Public,
        policy: Policy { max_calls_per_session: Some(1), ..Policy::NONE },
        ..Tool::new("ping", Risk::Minimal)
    };
    let tools = [
        public("health"),
        limited_public,
        tool(
            "run",
            Risk::High,
            Policy {
                idempotent: true,
                ..blocked(&["raed", "run:/a//b", "health", "mail/send", "@file:x", "@prompt:", "@resource:[a]"])
            },
        ),
        tool(
            "send",
            Risk::High,
            Policy { requires_approval_after: &["run"], requires_human_review: true, ..Policy::NONE },
        ),
        tool("send", Risk::High, Policy { blocked_patterns: &["[a]"], ..Policy::NONE }),
    ];
    let expected = [
        "two tools have the name `send`; rename one",
        "the public tool `ping` has a policy about earlier calls, and its callers are not known; remove `public`, or the policy",
        "the pattern `raed` of tool `run` names a tool that the table does not list; list the tool, or remove the pattern",
        "the pattern `run:/a//b` of tool `run` can never match: the normal form of an argument has no `//` except after a \
         lowercase scheme, no `.` or `..` segments, no percent escapes and no `file:`",
        "the pattern `health` of tool `run` names a public tool, whose callers are not known; remove `public`, or the pattern",
        "the pattern `mail/send` of tool `run` names a tool of another server; state `[session] domain` and `server`",
        "the pattern `@file:x` of tool `run` begins with `@`, and is neither `@resource`, `@resource:glob`, `@prompt` nor `@prompt:name`",
        "the pattern `@prompt:` of tool `run` has no name after its colon",
        "the pattern `@resource:[a]` of tool `run` contains one of `[ ] { } \\` or begins with `!`, which are reserved",
        "`idempotent` has no effect on tool `run`; state `cooling_period_minutes`, or remove the key",
        "tool `send` states `requires_approval_after`, and no form of approval is configured; configure one, or remove the key",
        "tool `send` states `requires_human_review`, and no reviewer is configured; configure one, or remove the key",
        "the pattern `[a]` of tool `send` contains one of `[ ] { } \\` or begins with `!`, which are reserved",
    ];
    assert_eq!(problems(&tools, &settings), expected);
}

#[test]
fn rejects_limits_of_zero_and_domains_without_names() {
    let mut settings = Settings::default();
    settings.session.idle_minutes = 0;
    settings.session.max_refused_calls = Some(0);
    settings.domain = Some(Domain { name: "files".to_owned(), server: "a/b".to_owned() });
    settings.risk[3].max_auth_age_minutes = Some(0);
    let expected = [
        "`[session] domain` and `server` must not be empty, and `server` is a tool name",
        "`[session] idle_minutes` must be greater than zero",
        "`[session] max_refused_calls` must be greater than zero",
        "`[risk.high] max_auth_age_minutes` must be greater than zero",
    ];
    assert_eq!(problems(&[], &settings), expected);
}

#[test]
fn rejects_patterns_of_this_server_by_its_name() {
    let policy = Policy { blocked_after: &["files/run", "mail/run"], ..Policy::NONE };
    let domain = Some(Domain { name: "office".to_owned(), server: "files".to_owned() });
    let expected = ["the pattern `files/run` of tool `run` names this server as another one; name the tool alone"];
    assert_eq!(problems(&[tool("run", Risk::High, policy)], &Settings { domain, ..Settings::default() }), expected);
}

#[test]
fn reads_the_file_of_a_table() {
    assert_eq!(Settings::of(&Config::NONE).session, Settings::default().session);
    let session = Session {
        idle_minutes: Some(1),
        max_minutes: Some(2),
        max_refused_calls: Some(3),
        max_high_risk_calls: Some(4),
        require_reauth_after_minutes: Some(5),
        escalation_seconds: Some(6),
        domain: Some("office"),
        server: Some("files"),
        ..Session::NONE
    };
    let rule = RiskRule { risk: Risk::High, max_auth_age_minutes: Some(7), acr_values: &["gold"] };
    let of = |session| Settings::of(&Config { session, risks: &[rule], ..Config::NONE });
    let read = of(session);
    let expected = SessionLimits {
        idle_minutes: 1,
        max_minutes: 2,
        max_refused_calls: Some(3),
        max_high_risk_calls: Some(4),
        require_reauth_after_minutes: Some(5),
        escalation_seconds: None,
    };
    assert_eq!(read.session, expected);
    assert_eq!(read.domain, Some(Domain { name: "office".to_owned(), server: "files".to_owned() }));
    let none = settings::RiskRule::default();
    let high = settings::RiskRule { max_auth_age_minutes: Some(7), acr_values: vec!["gold".to_owned()] };
    assert_eq!(read.risk, [none.clone(), none.clone(), none.clone(), high, none]);
    let read = of(Session { block_rapid_escalation: true, ..session });
    assert_eq!(read.session.escalation_seconds, Some(6));
    let read = of(Session { block_rapid_escalation: true, escalation_seconds: None, ..session });
    assert_eq!(read.session.escalation_seconds, Some(60));
}

#[test]
fn human_review_is_a_form_of_approval() {
    let policy = Policy { requires_approval_after: &["run"], ..Policy::NONE };
    let tools = [tool("run", Risk::High, policy)];
    assert_eq!(problems(&tools, &Settings { human_review: true, ..Settings::default() }), [""; 0]);
}

#[test]
fn knows_which_calls_need_a_session() {
    let rules = seed();
    let needs = |name| rules.needs_session(&call(&rules, name, &serde_json::Value::Null));
    let expected = [
        ("health_check", false),
        ("list_files", true),
        ("read_file", true),
        ("read_config", true),
        ("send_email", true),
    ];
    for (name, expected) in expected {
        assert_eq!(needs(name), expected, "{name}");
    }
    let tools = [Tool::new("list", Risk::Low), Tool::new("run", Risk::High)];
    let of = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        let rules = Rules::compile(&tools, &settings).unwrap();
        ["list", "run"].map(|name| rules.needs_session(&call(&rules, name, &serde_json::Value::Null)))
    };
    assert_eq!(of(|_| {}), [false, false]);
    assert_eq!(of(|settings| settings.session.require_reauth_after_minutes = Some(1)), [false, false]);
    assert_eq!(of(|settings| settings.session.max_high_risk_calls = Some(1)), [false, true]);
    assert_eq!(of(|settings| settings.session.escalation_seconds = Some(1)), [true, true]);
    assert_eq!(
        of(|settings| settings.domain = Some(Domain { name: "d".to_owned(), server: "s".to_owned() })),
        [true, true]
    );
}

#[test]
fn reads_arguments_only_where_they_matter() {
    let rules = seed();
    let reads = |name| rules.reads_arguments(rules.tool(name).unwrap());
    assert!(reads("read_file") && reads("list_files"));
    assert!(!reads("health_check") && !reads("read_config") && !reads("send_email"));
    assert_eq!(rules.max_file_bytes(), Some(10_000_000));
    assert!(!rules.is_empty() && Rules::compile(&[public("ping")], &Settings::default()).unwrap().is_empty());
}

#[test]
fn knows_whether_decisions_depend_on_what_calls_contain() {
    let settings = Settings { caller_approval: true, human_review: true, ..Settings::default() };
    for (policy, expected) in [
        (Policy::NONE, false),
        (
            Policy { max_calls_per_session: Some(1), blocked_after: &["read", "@resource:/etc/*"], ..Policy::NONE },
            false,
        ),
        (Policy { blocked_after: &["read:*.key"], ..Policy::NONE }, true),
        (Policy { blocked_patterns: &["*.key"], ..Policy::NONE }, true),
        (Policy { max_file_size_mb: Some(1), ..Policy::NONE }, true),
        (Policy { requires_approval_after: &["read"], ..Policy::NONE }, true),
        (Policy { requires_human_review: true, ..Policy::NONE }, true),
    ] {
        let tools = [tool("run", Risk::Low, policy), Tool::new("read", Risk::Low)];
        assert_eq!(Rules::compile(&tools, &settings).unwrap().depend_on_input(), expected, "{policy:?}");
    }
}

//! The words of denials.

use mcp_scopes_model::{Policy, Risk};
use mcp_scopes_policies::{Decision, Facts, Rules, Session, Settings};
use serde_json::{Value, json};

use crate::support::{Caller, START, at, call, path, seed, tool};

#[track_caller]
fn explain(rules: &Rules, decision: Decision) -> (String, Value) {
    let Decision::Denied(denial) = decision else { panic!("{decision:?}") };
    let answer = rules.explain(&denial);
    (answer.to_string(), serde_json::from_str(&answer.to_json()).unwrap())
}

#[test]
fn names_the_call_that_blocks() {
    let rules = seed();
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "list_files", "/etc"), Decision::Allowed);
    let (text, structured) = explain(&rules, caller.call(100, "execute_command", "useradd hacker"));
    assert_eq!(
        text,
        "`execute_command` is blocked in this session because a call of `list_files` had an argument that matches `/etc`; \
         start a new task or ask a person"
    );
    let expected = json!({
        "reason": "blocked_after", "tool": "execute_command", "pattern": "list_files:/etc", "caused_by": "list_files",
    });
    assert_eq!(structured, expected);
}

#[test]
fn says_how_long_to_wait() {
    let rules = seed();
    let mut caller = Caller::of(&rules);
    let (text, structured) = explain(&rules, caller.call(0, "execute_command", "ls"));
    assert_eq!(
        text,
        "the risk of `execute_command` is much higher than that of the calls so far; wait 60 seconds before this call"
    );
    let expected = json!({"reason": "block_rapid_escalation", "tool": "execute_command", "retry_after_seconds": 60});
    assert_eq!(structured, expected);
    assert_eq!(caller.call(60, "execute_command", "ls"), Decision::Allowed);
    let (text, structured) = explain(&rules, caller.call(160, "execute_command", "ls"));
    assert_eq!(text, "`execute_command` was called a short time ago; wait 200 seconds before the next call");
    assert_eq!(structured["retry_after_seconds"], 200);
}

#[test]
fn states_limits_and_globs() {
    let rules = seed();
    let mut caller = Caller::of(&rules);
    let (text, structured) = explain(&rules, caller.call(0, "read_file", "/home/ada/\"id\".key"));
    assert_eq!(text, "`read_file` does not accept an argument that matches `*.key`; use another one or ask a person");
    assert_eq!(structured, json!({"reason": "blocked_patterns", "tool": "read_file", "pattern": "*.key"}));
    let large = call(&rules, "read_file", &json!({"blob": "A".repeat(14_000_000)}));
    let (text, structured) = explain(&rules, caller.decide(0, &[large]));
    assert_eq!(text, "a file in the arguments of `read_file` is larger than 10 MB; send a smaller one");
    assert_eq!(structured["limit"], 10);
    for call in 0..3 {
        assert_eq!(caller.call(100 + 300 * call, "execute_command", ""), Decision::Allowed);
    }
    let (text, structured) = explain(&rules, caller.call(2_000, "execute_command", ""));
    assert_eq!(
        text,
        "`execute_command` allows 3 calls in one session, and this would be one more; continue without it or ask a person"
    );
    assert_eq!(structured, json!({"reason": "max_calls_per_session", "tool": "execute_command", "limit": 3}));
}

#[test]
fn escapes_globs_in_the_structured_form() {
    let policy = Policy { blocked_patterns: &["a\"b*"], ..Policy::NONE };
    let rules = Rules::compile(&[tool("run", Risk::Low, policy)], &Settings::default()).unwrap();
    let (_, structured) = explain(&rules, Caller::of(&rules).call(0, "run", "a\"bc"));
    assert_eq!(structured["pattern"], "a\"b*");
}

#[test]
fn says_why_an_approval_or_a_sign_in_is_needed() {
    let rules = seed();
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "list_files", "/home/ada"), Decision::Allowed);
    let Decision::ApprovalNeeded(request) = caller.call(1, "read_file", "/home/ada/x") else { panic!() };
    assert_eq!(
        rules.explain_approval(&request),
        "`read_file` requires approval in this session because a call of `list_files` had an argument that matches `/home/*`"
    );
    let Decision::ApprovalNeeded(request) = caller.call(100, "send_email", "") else { panic!() };
    assert_eq!(
        rules.explain_approval(&request),
        "a person other than the caller must review each call of `send_email`"
    );

    let mut settings = Settings::default();
    settings.risk[Risk::High as usize].max_auth_age_minutes = Some(5);
    settings.risk[Risk::High as usize].acr_values = vec!["gold".to_owned(), "platinum".to_owned()];
    settings.risk[Risk::Critical as usize].acr_values = vec!["gold".to_owned()];
    settings.risk[Risk::Medium as usize].max_auth_age_minutes = Some(10);
    let tools = [Risk::Medium, Risk::High, Risk::Critical].map(|risk| tool(risk.as_str(), risk, Policy::NONE));
    let rules = Rules::compile(&tools, &settings).unwrap();
    // A recent sign-in of another strength: the sentence states all that is required, and not the age alone.
    let facts = Facts { auth_time: Some(START), acr: Some("silver") };
    for (name, seconds, sentence) in [
        ("medium", 601, "`medium` requires a sign-in within the last 10 minutes"),
        ("high", 0, "`high` requires a sign-in with acr `gold` or `platinum` within the last 5 minutes"),
        ("critical", 0, "`critical` requires a sign-in with acr `gold`"),
    ] {
        let decision = rules.decide(&mut Session::new(&rules), &[path(&rules, name, "")], &facts, at(seconds));
        let Decision::Reauthenticate(needed) = decision else { panic!("{decision:?}") };
        assert_eq!(rules.explain_reauthentication(&needed), sentence);
    }
    let calls = [path(&rules, "high", "")];
    let decision = rules.decide(&mut Session::new(&rules), &calls, &Facts::default(), at(0));
    let Decision::Reauthenticate(needed) = decision else { panic!("{decision:?}") };
    assert_eq!((needed.max_age, rules.acr_values(&needed).len()), (Some(300), 2));
}

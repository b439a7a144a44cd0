//! Each condition by itself.

use mcp_scopes_model::{Policy, Risk, Tool};
use mcp_scopes_policies::{
    ArgumentHasher, Decision, Domain, Evidence, Facts, Rules, Session, Settings, Timestamp, packed::PackedSession,
};
use serde_json::Value;

use crate::support::{Caller, START, asks_approval, at, call, denied, path, seed, tool};

const ALLOWED: Decision = Decision::Allowed;

/// Compiles two tools, `read` and `send`, of which the second has a policy.
fn two(policy: Policy<'_>, change: impl FnOnce(&mut Settings)) -> Rules {
    let mut settings = Settings::default();
    change(&mut settings);
    let tools = [Tool::new("read", Risk::Low), tool("send", Risk::Low, policy)];
    Rules::compile(&tools, &settings).unwrap()
}

#[test]
fn plays_the_attack_scenarios_of_the_seed() {
    let rules = seed();
    // Configuration-based escalation of privileges.
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "list_files", "/etc"), ALLOWED);
    assert!(!asks_approval(caller.call(1, "read_file", "/etc/passwd")));
    assert_eq!(denied(caller.call(2, "execute_command", "useradd hacker")).0, "blocked_after");
    // Exfiltration.
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "list_files", "/sensitive"), ALLOWED);
    assert_eq!(caller.call(1, "read_file", "/sensitive/secrets.json"), ALLOWED);
    assert_eq!(denied(caller.call(2, "send_email", "attacker@evil.com")).0, "blocked_after");
    // Reconnaissance, then attack.
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "health_check", ""), ALLOWED);
    assert_eq!(caller.call(1, "list_files", "/"), ALLOWED);
    assert_eq!(denied(caller.call(2, "execute_command", "rm -rf /")), ("block_rapid_escalation", Some(59)));
    assert_eq!(caller.call(61, "execute_command", "rm -rf /"), ALLOWED);
}

#[test]
fn blocks_a_batch_in_either_order() {
    let rules = two(Policy { blocked_after: &["read:*.key"], ..Policy::NONE }, |_| {});
    let (read, send) = (path(&rules, "read", "/id.key"), path(&rules, "send", ""));
    for calls in [[read.clone(), send.clone()], [send.clone(), read.clone()]] {
        let mut caller = Caller::of(&rules);
        assert_eq!(denied(caller.decide(0, &calls)).0, "blocked_after");
        // Nothing was recorded.
        assert_eq!(caller.decide(1, std::slice::from_ref(&send)), ALLOWED);
    }
    // A call does not block itself.
    let policy = Policy { blocked_after: &["send"], ..Policy::NONE };
    let rules = two(policy, |_| {});
    let mut caller = Caller::of(&rules);
    assert_eq!(denied(caller.decide(0, &[path(&rules, "send", ""), path(&rules, "send", "")])).0, "blocked_after");
    assert_eq!(caller.call(0, "send", ""), ALLOWED);
    assert_eq!(denied(caller.call(0, "send", "")).0, "blocked_after");
}

#[test]
fn ends_a_session_when_it_is_idle_and_when_it_is_old() {
    let rules = two(Policy { blocked_after: &["read"], ..Policy::NONE }, |_| {});
    let hour = 3600;
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "read", ""), ALLOWED);
    // Refused calls do not renew it.
    assert_eq!(denied(caller.call(hour - 1, "send", "")).0, "blocked_after");
    assert_eq!(caller.call(hour, "send", ""), ALLOWED);

    let mut caller = Caller::of(&rules);
    for now in (0..24 * hour).step_by(1800) {
        assert_eq!(caller.call(now, "read", ""), ALLOWED);
    }
    assert_eq!(denied(caller.call(24 * hour - 1, "send", "")).0, "blocked_after");
    assert_eq!(caller.call(24 * hour, "send", ""), ALLOWED);
}

#[test]
fn cooling_outlives_the_session() {
    let rules =
        two(Policy { cooling_period_minutes: Some(120), max_calls_per_session: Some(1), ..Policy::NONE }, |_| {});
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "send", ""), ALLOWED);
    assert_eq!(denied(caller.call(1, "send", "")), ("max_calls_per_session", None));
    assert_eq!(denied(caller.call(3600, "send", "")), ("cooling_period_minutes", Some(3600)));
    assert_eq!(denied(caller.call(7199, "send", "")), ("cooling_period_minutes", Some(1)));
    assert_eq!(caller.call(7200, "send", ""), ALLOWED);
}

#[test]
fn idempotent_repeats_neither_wait_nor_restart_the_period() {
    let policy =
        Policy { cooling_period_minutes: Some(5), idempotent: true, max_calls_per_session: Some(4), ..Policy::NONE };
    let rules = two(policy, |_| {});
    let hasher = ArgumentHasher::new(&[1; 32]);
    let send = |text| path(&rules, "send", text).with_arguments(hasher.hash("send", text));
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.decide(0, &[send("a")]), ALLOWED);
    assert_eq!(denied(caller.decide(10, &[send("b")])), ("cooling_period_minutes", Some(290)));
    assert_eq!(caller.decide(200, &[send("a")]), ALLOWED);
    assert_eq!(denied(caller.decide(299, &[send("b")])), ("cooling_period_minutes", Some(1)));
    // Without a hash, no call is a repeat.
    assert_eq!(denied(caller.call(299, "send", "a")).0, "cooling_period_minutes");
    assert_eq!(caller.decide(300, &[send("a")]), ALLOWED);
    // The period is over, so this was no repeat.
    assert_eq!(denied(caller.decide(301, &[send("b")])).0, "cooling_period_minutes");
    assert_eq!(denied(caller.decide(700, &[send("a"), send("b")])).0, "max_calls_per_session");
    // Repeats count.
    assert_eq!(caller.decide(700, &[send("a")]), ALLOWED);
    assert_eq!(denied(caller.decide(1500, &[send("a")])).0, "max_calls_per_session");
}

#[test]
fn limits_calls_of_high_risk_and_refused_calls() {
    let mut settings = Settings::default();
    settings.session.max_high_risk_calls = Some(3);
    settings.session.max_refused_calls = Some(2);
    let tools = [Tool::new("read", Risk::Low), Tool::new("write", Risk::High), Tool::new("wipe", Risk::Critical)];
    let rules = Rules::compile(&tools, &settings).unwrap();
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "write", ""), ALLOWED);
    assert_eq!(
        denied(caller.decide(1, &["write", "wipe", "write"].map(|name| path(&rules, name, "")))).0,
        "max_high_risk_calls"
    );
    assert_eq!(caller.decide(2, &["write", "wipe", "read"].map(|name| path(&rules, name, ""))), ALLOWED);
    assert_eq!(denied(caller.call(3, "write", "")).0, "max_high_risk_calls");
    assert_eq!(denied(caller.call(602, "write", "")), ("max_refused_calls", Some(3000)));
    assert_eq!(caller.call(3602, "write", ""), ALLOWED);
}

#[test]
fn climbing_level_by_level_does_not_help() {
    let mut settings = Settings::default();
    settings.session.escalation_seconds = Some(60);
    let tools: Vec<_> = Risk::ALL.iter().map(|risk| Tool::new(risk.as_str(), *risk)).collect();
    let rules = Rules::compile(&tools, &settings).unwrap();
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "low", ""), ALLOWED);
    assert_eq!(denied(caller.call(1, "medium", "")), ("block_rapid_escalation", Some(59)));
    assert_eq!(caller.call(60, "medium", ""), ALLOWED);
    // Low is settled, medium is not.
    assert_eq!(denied(caller.call(61, "high", "")), ("block_rapid_escalation", Some(59)));
    assert_eq!(caller.call(61, "medium", ""), ALLOWED);
    assert_eq!(caller.call(120, "high", ""), ALLOWED);
    assert_eq!(denied(caller.call(121, "critical", "")).0, "block_rapid_escalation");
    assert_eq!(caller.call(180, "critical", ""), ALLOWED);
    // A first contact that is refused counts, and so does waiting after it.
    let mut caller = Caller::of(&rules);
    assert_eq!(denied(caller.call(0, "critical", "")), ("block_rapid_escalation", Some(60)));
    assert_eq!(denied(caller.call(59, "critical", "")), ("block_rapid_escalation", Some(1)));
    assert_eq!(caller.call(60, "critical", ""), ALLOWED);
    // A batch cannot climb either.
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.call(0, "minimal", ""), ALLOWED);
    for order in [["low", "medium"], ["medium", "low"]] {
        let calls = order.map(|name| path(&rules, name, ""));
        assert_eq!(denied(caller.decide(100, &calls)).0, "block_rapid_escalation");
    }
}

#[test]
fn no_period_is_shorter_than_stated() {
    let rules = two(Policy { cooling_period_minutes: Some(1), ..Policy::NONE }, |_| {});
    let mut session = Session::new(&rules);
    let mut decide = |millis| {
        let now = Timestamp::from_millis(START * 1000 + millis);
        rules.decide(&mut session, &[path(&rules, "send", "")], &Facts::default(), now)
    };
    assert_eq!(decide(1), ALLOWED);
    assert_eq!(denied(decide(60_001)), ("cooling_period_minutes", Some(1)));
    assert_eq!(denied(decide(60_999)), ("cooling_period_minutes", Some(1)));
    assert_eq!(decide(61_000), ALLOWED);
    // A clock that is set back ends no period.
    assert_eq!(denied(decide(0)), ("cooling_period_minutes", Some(121)));
}

#[test]
fn an_approval_lifts_the_approval_condition_alone() {
    let policy = Policy {
        requires_approval_after: &["read"],
        blocked_after: &["read:*.key"],
        max_calls_per_session: Some(2),
        ..Policy::NONE
    };
    let rules = two(policy, |settings| settings.caller_approval = true);
    let send = |evidence| path(&rules, "send", "").with_evidence(evidence);
    let mut caller = Caller::of(&rules);
    assert_eq!(caller.decide(0, &[send(Evidence::None)]), ALLOWED);
    assert_eq!(caller.call(1, "read", "x"), ALLOWED);
    assert!(!asks_approval(caller.decide(2, &[send(Evidence::None)])));
    assert_eq!(caller.decide(3, &[send(Evidence::Caller)]), ALLOWED);
    // One approval, one call.
    assert_eq!(denied(caller.decide(4, &[send(Evidence::Reviewer)])).0, "max_calls_per_session");
    assert_eq!(caller.call(5, "read", "id.key"), ALLOWED);
    assert_eq!(denied(caller.decide(6, &[send(Evidence::Reviewer)])).0, "blocked_after");
}

#[test]
fn the_caller_cannot_review_its_own_call() {
    let policy = Policy { requires_human_review: true, ..Policy::NONE };
    let rules = two(policy, |settings| {
        settings.human_review = true;
        settings.caller_approval = true;
        settings.sign_in_approval = Some(vec!["gold".to_owned()]);
    });
    let mut session = Session::new(&rules);
    let facts = Facts { auth_time: Some(START), acr: Some("gold") };
    for (evidence, allowed) in [(Evidence::None, false), (Evidence::Caller, false), (Evidence::Reviewer, true)] {
        let calls = [path(&rules, "send", "").with_evidence(evidence)];
        let decision = rules.decide(&mut session, &calls, &facts, at(0));
        assert_eq!(decision == ALLOWED, allowed, "{evidence:?}");
        assert!(allowed || asks_approval(decision));
    }
}

#[test]
fn one_sign_in_approves_one_call() {
    let policy = Policy { requires_approval_after: &["read"], ..Policy::NONE };
    let rules = two(policy, |settings| settings.sign_in_approval = Some(vec!["gold".to_owned()]));
    let mut session = Session::new(&rules);
    let mut decide = |seconds, names: &[&str], auth_time: u64, acr| {
        let calls: Vec<_> = names.iter().map(|name| path(&rules, name, "")).collect();
        let facts = Facts { auth_time: Some(START + auth_time), acr: Some(acr) };
        rules.decide(&mut session, &calls, &facts, at(seconds))
    };
    assert_eq!(decide(0, &["send"], 0, "gold"), ALLOWED);
    assert_eq!(decide(10, &["read"], 0, "gold"), ALLOWED);
    assert!(!asks_approval(decide(11, &["send"], 0, "gold")));
    assert!(!asks_approval(decide(11, &["send"], 10, "gold")), "not later than the trigger");
    assert!(!asks_approval(decide(12, &["send"], 11, "silver")));
    assert!(!asks_approval(decide(12, &["send", "send"], 11, "gold")), "two calls");
    assert!(!asks_approval(decide(12, &["send", "read"], 11, "gold")), "triggered again");
    assert_eq!(decide(12, &["send"], 11, "gold"), ALLOWED);
    assert!(!asks_approval(decide(13, &["send"], 11, "gold")), "used");
    assert_eq!(decide(13, &["send"], 12, "gold"), ALLOWED);
    assert_eq!(decide(20, &["read"], 12, "gold"), ALLOWED);
    assert!(!asks_approval(decide(21, &["send"], 13, "gold")), "before the last trigger");
    assert!(!asks_approval(decide(21, &["send"], 22, "gold")), "in the future");
}

/// Another version of the table, or another replica with it, has set the latch.
#[test]
fn a_sign_in_before_a_call_of_another_version_of_the_table_approves_nothing() {
    let of = |policy: Policy<'_>| two(policy, |settings| settings.sign_in_approval = Some(vec!["gold".to_owned()]));
    let earlier = of(Policy { blocked_after: &["read:*.key"], ..Policy::NONE });
    let later = of(Policy { requires_approval_after: &["read:*.key"], ..Policy::NONE });
    let facts = |auth_time| Facts { auth_time: Some(START + auth_time), acr: Some("gold") };
    let mut packed = PackedSession::new(&earlier);
    assert_eq!(earlier.decide(&mut packed.session, &[path(&earlier, "read", "id.key")], &facts(1), at(10)), ALLOWED);
    let decide = |bytes: &[u8], auth_time| {
        let mut packed = PackedSession::unpack(&later, bytes, at(20)).unwrap();
        later.decide(&mut packed.session, &[path(&later, "send", "")], &facts(auth_time), at(20))
    };
    let bytes = packed.pack(&earlier);
    // An earlier version of this library has stored latches without a time.
    let mut old = bytes.clone();
    let trigger = 1 + 4 * 8;
    assert_eq!(old[trigger..trigger + 4], u32::try_from(START + 10).unwrap().to_le_bytes());
    old[trigger..trigger + 4].fill(0);
    for bytes in [bytes, old] {
        assert!(!asks_approval(decide(&bytes, 1)));
        assert!(!asks_approval(decide(&bytes, 10)), "not later than the call");
        assert_eq!(decide(&bytes, 11), ALLOWED);
    }
}

#[test]
fn asks_for_no_sign_in_that_approves_nothing() {
    let policy = Policy { requires_approval_after: &["read"], ..Policy::NONE };
    let rules = two(policy, |settings| settings.sign_in_approval = Some(vec!["gold".to_owned()]));
    let mut session = Session::new(&rules);
    let facts = Facts { auth_time: Some(START), acr: Some("gold") };
    let mut asked = |seconds, names: &[&str]| {
        let calls: Vec<_> = names.iter().map(|name| path(&rules, name, "")).collect();
        match rules.decide(&mut session, &calls, &facts, at(seconds)) {
            Decision::ApprovalNeeded(request) => {
                Some((rules.asks_for_approving_sign_in(&calls, &request), request.is_repeated))
            }
            decision => {
                assert_eq!(decision, ALLOWED);
                None
            }
        }
    };
    assert_eq!(asked(0, &["read"]), None);
    // A sign-in cannot approve two calls, nor one that the body itself triggers.
    assert_eq!(asked(1, &["send", "send"]), Some((false, false)));
    assert_eq!(asked(2, &["send", "read"]), Some((false, false)));
    // The caller was not asked to sign in by these.
    assert_eq!(asked(3, &["send"]), Some((true, false)));
    assert_eq!(asked(4, &["send"]), Some((true, true)));
    assert_eq!(asked(5, &["send", "send"]), Some((false, false)));
}

#[test]
fn challenges_an_old_or_weak_authentication_once() {
    let mut settings = Settings::default();
    settings.session.require_reauth_after_minutes = Some(30);
    settings.risk[Risk::High as usize].max_auth_age_minutes = Some(5);
    settings.risk[Risk::Critical as usize].acr_values = vec!["gold".to_owned()];
    let tools = [Tool::new("read", Risk::Low), Tool::new("write", Risk::High), Tool::new("wipe", Risk::Critical)];
    let rules = Rules::compile(&tools, &settings).unwrap();
    let mut session = Session::new(&rules);
    let mut decide = |seconds, name, auth_time: Option<u64>, acr| {
        let facts = Facts { auth_time: auth_time.map(|time| START + time), acr };
        rules.decide(&mut session, &[path(&rules, name, "")], &facts, at(seconds))
    };
    let max_age = |decision| {
        let Decision::Reauthenticate(needed) = decision else { panic!("{decision:?}") };
        needed.max_age
    };
    assert_eq!(decide(300, "write", Some(0), None), ALLOWED);
    assert_eq!(max_age(decide(301, "write", Some(0), None)), Some(300));
    assert_eq!(denied(decide(302, "write", Some(0), None)).0, "stale_authentication");
    assert_eq!(decide(302, "read", Some(0), None), ALLOWED);
    assert_eq!(decide(303, "write", Some(302), None), ALLOWED);
    assert_eq!(max_age(decide(304, "wipe", Some(302), Some("silver"))), Some(1800));
    assert_eq!(decide(304, "wipe", Some(302), Some("gold")), ALLOWED);
    // A token without `auth_time` is never fresh.
    assert_eq!(max_age(decide(305, "read", None, None)), Some(1800));
    assert_eq!(denied(decide(305, "read", None, None)).0, "stale_authentication");
    // One from the future neither.
    assert_eq!(denied(decide(305, "read", Some(400), None)).0, "stale_authentication");
    assert_eq!(decide(305, "read", Some(365), None), ALLOWED);
}

#[test]
fn an_authentication_is_checked_without_a_session() {
    let mut settings = Settings::default();
    settings.session.require_reauth_after_minutes = Some(30);
    let rules = Rules::compile(&[Tool::new("read", Risk::Low)], &settings).unwrap();
    let calls = [path(&rules, "read", "")];
    assert!(!rules.needs_session(&calls[0]));
    let facts = Facts { auth_time: Some(START), acr: None };
    assert_eq!(rules.decide_without_session(&calls, &facts, at(0)), Some(ALLOWED));
    assert_eq!(rules.decide_without_session(&calls, &facts, at(1801)), None);
}

#[test]
fn limits_each_file_in_the_arguments() {
    let rules = two(Policy { max_file_size_mb: Some(1), ..Policy::NONE }, |_| {});
    let text = |length| "A".repeat(length);
    for (arguments, allowed) in [
        (serde_json::json!({"blob": text(1_333_332)}), true),
        (serde_json::json!({"blob": text(1_333_340)}), false),
        (serde_json::json!({"files": [{"data": text(1_333_340)}]}), false),
        (serde_json::json!({"url": format!("data:;base64,{}", text(1_333_340))}), false),
        (serde_json::json!({"url": format!("data:,{}", text(1_000_001))}), false),
        (serde_json::json!({"text": text(2_000_000)}), true),
    ] {
        let decision = Caller::of(&rules).decide(0, &[call(&rules, "send", &arguments)]);
        assert_eq!(decision == ALLOWED, allowed);
        assert!(allowed || denied(decision).0 == "max_file_size_mb");
    }
}

#[test]
fn members_of_a_domain_share_latches_by_name() {
    let domain = |server: &str| Some(Domain { name: "office".to_owned(), server: server.to_owned() });
    let settings = |server| Settings { domain: domain(server), ..Settings::default() };
    let files = Rules::compile(&[Tool::new("read", Risk::Low)], &settings("files")).unwrap();
    let policy = Policy { blocked_after: &["files/read"], ..Policy::NONE };
    let mail =
        Rules::compile(&[Tool::new("read", Risk::Low), tool("send", Risk::Low, policy)], &settings("mail")).unwrap();

    let decide = |rules: &Rules, state: &mut Vec<u8>, name| {
        let mut packed = PackedSession::unpack(rules, state, at(0)).unwrap();
        let calls = [call(rules, name, &Value::Null)];
        let decision = rules.decide(&mut packed.session, &calls, &Facts::default(), at(0));
        *state = packed.pack(rules);
        decision
    };
    let mut state = PackedSession::new(&mail).pack(&mail);
    assert_eq!(decide(&mail, &mut state, "read"), ALLOWED);
    assert_eq!(decide(&mail, &mut state, "send"), ALLOWED, "a tool of that name on another server");
    assert_eq!(decide(&files, &mut state, "read"), ALLOWED);
    let decision = decide(&mail, &mut state, "send");
    assert_eq!(denied(decision).0, "blocked_after");
    let Decision::Denied(denial) = decision else { panic!() };
    assert_eq!(mail.explain(&denial).caused_by(), Some("files/read"));
}

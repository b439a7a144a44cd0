//! Calls whose arguments are not known.

use mcp_scopes_model::{Policy, Risk, Tool};
use mcp_scopes_policies::{Decision, Domain, Facts, Rules, Session, Settings, Subject};

use crate::support::{at, denied, path, tool};

fn office() -> Domain {
    Domain { name: "office".to_owned(), server: "files".to_owned() }
}

#[test]
fn records_calls_that_have_run_whatever_the_rules_say() {
    let policy = Policy {
        blocked_after: &["read"],
        cooling_period_minutes: Some(5),
        max_calls_per_session: Some(2),
        ..Policy::NONE
    };
    let tools = [Tool::new("read", Risk::Low), tool("send", Risk::Low, policy)];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let mut session = Session::new(&rules);
    let [read, send] = ["read", "send"].map(|tool| path(&rules, tool, ""));
    rules.record(&mut session, &[read], at(0));
    for second in [1, 2] {
        rules.record(&mut session, std::slice::from_ref(&send), at(second));
    }
    let view = session.view(&rules, at(3));
    assert_eq!(view.calls, [("send".to_owned(), 2)]);
    // The period of the first one.
    assert_eq!(view.cooling, [("send".to_owned(), 1_800_000_301)]);
    let decision = rules.decide(&mut session, &[send], &Facts::default(), at(3));
    assert_eq!(denied(decision).0, "blocked_after");
    // A session that has ended begins again.
    rules.record(&mut session, &[path(&rules, "send", "")], at(7200));
    assert_eq!(session.view(&rules, at(7200)).calls, [("send".to_owned(), 1)]);
}

#[test]
fn knows_what_the_arguments_of_a_recorded_call_matched_by_the_names_of_patterns() {
    let policy = Policy { blocked_after: &["read:*.key", "read", "@resource:/secrets/*", "@prompt:a"], ..Policy::NONE };
    let tools = [Tool::new("read", Risk::Low), tool("send", Risk::Low, policy)];
    let mut settings = Settings::default();
    settings.session.max_high_risk_calls = Some(1);
    let rules = Rules::compile(&tools, &settings).unwrap();
    let read = Subject::Tool(rules.tool("read").unwrap());
    let stated = [
        path(&rules, "read", "/a.key"),
        rules.resource("file:///secrets/a", Risk::High),
        rules.prompt("a", Risk::High),
    ];
    for (call, subject) in stated.iter().zip([read, Subject::Resource, Subject::Prompt]) {
        let names: Vec<_> = rules.matched_patterns(call).map(|(_, name)| name).collect();
        let recorded = rules.recorded_call(subject, Risk::High, &names);
        assert!(rules.matched_patterns(call).eq(rules.matched_patterns(&recorded)), "{subject:?}");
        assert_eq!((recorded.risk(), rules.needs_session(&recorded)), (call.risk(), true));
        // What only the arguments decide is not matched without its name.
        let undecided: Vec<_> = rules.argument_patterns(&recorded).collect();
        let unnamed = rules.recorded_call(subject, Risk::Low, &[]);
        assert!(undecided.len() == 1 && rules.matched_patterns(&unnamed).all(|(_, name)| name != undecided[0]));
    }
}

#[test]
fn says_whether_calls_of_other_servers_decide() {
    let policy = |pattern| tool("send", Risk::Low, Policy { blocked_after: pattern, ..Policy::NONE });
    let of = |pattern, domain, change: fn(&mut Settings), risk| {
        let mut settings = Settings { domain, ..Settings::default() };
        change(&mut settings);
        let tools = [Tool::new("read", risk), policy(pattern)];
        let rules = Rules::compile(&tools, &settings).unwrap();
        ["read", "send"].map(|tool| rules.depends_on_other_servers(&path(&rules, tool, "")))
    };
    let none: fn(&mut Settings) = |_| {};
    assert_eq!(of(&["read"], None, none, Risk::Critical), [false, false]);
    assert_eq!(of(&["read"], Some(office()), none, Risk::Critical), [false, false]);
    assert_eq!(of(&["notes/read"], Some(office()), none, Risk::Low), [false, true]);
    assert_eq!(of(&["read"], Some(office()), |s| s.session.max_refused_calls = Some(1), Risk::Low), [true, true]);
    assert_eq!(of(&["read"], Some(office()), |s| s.session.max_high_risk_calls = Some(1), Risk::High), [true, false]);
    assert_eq!(of(&["read"], Some(office()), |s| s.session.escalation_seconds = Some(1), Risk::Medium), [true, false]);
    assert_eq!(of(&["read"], None, |s| s.session.escalation_seconds = Some(1), Risk::Medium), [false, false]);
}

#[test]
fn remembers_for_the_idle_time_or_the_longest_period() {
    let of = |minutes| {
        let cooling = Policy { cooling_period_minutes: Some(minutes), ..Policy::NONE };
        let rules = Rules::compile(&[tool("send", Risk::Low, cooling)], &Settings::default()).unwrap();
        let mut session = Session::new(&rules);
        let send = path(&rules, "send", "");
        assert_eq!(rules.decide(&mut session, &[send], &Facts::default(), at(0)), Decision::Allowed);
        rules.longest_memory()
    };
    assert_eq!([of(5), of(90)], [3600, 5400]);
}

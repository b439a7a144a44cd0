//! Sessions in a store, read by several versions of a table.

use mcp_scopes_model::{Policy, Risk};
use mcp_scopes_policies::{
    Decision, Facts, Rules, Session, Settings,
    packed::{MalformedSession, PackedSession},
};

use crate::{
    random::Random,
    support::{at, denied, path, tool},
};

fn table(policies: &[(&str, Policy<'_>)]) -> Rules {
    let tools: Vec<_> = policies.iter().map(|(name, policy)| tool(name, Risk::Low, *policy)).collect();
    Rules::compile(&tools, &Settings::default()).unwrap()
}

fn decide(rules: &Rules, state: &mut Vec<u8>, seconds: u64, name: &str) -> Decision {
    let mut packed = PackedSession::unpack(rules, state, at(seconds)).unwrap();
    let decision = rules.decide(&mut packed.session, &[path(rules, name, "/etc/x")], &Facts::default(), at(seconds));
    *state = packed.pack(rules);
    decision
}

#[test]
fn keeps_state_of_unchanged_rules_through_a_rolling_change() {
    let blocked = Policy { blocked_after: &["read:/etc/*"], ..Policy::NONE };
    let limited = Policy { max_calls_per_session: Some(1), cooling_period_minutes: Some(600), ..Policy::NONE };
    let old = table(&[("read", Policy::NONE), ("send", blocked), ("run", Policy::NONE)]);
    // A new tool, a new pattern before the old one, a new limit, another order.
    let also_listed = Policy { blocked_after: &["list", "read:/etc/*"], ..Policy::NONE };
    let new = table(&[("list", Policy::NONE), ("run", limited), ("send", also_listed), ("read", Policy::NONE)]);
    let mut state = PackedSession::new(&old).pack(&old);
    assert_eq!(decide(&old, &mut state, 0, "read"), Decision::Allowed);
    assert_eq!(denied(decide(&new, &mut state, 1, "send")).0, "blocked_after");
    let mut state = PackedSession::new(&old).pack(&old);
    assert_eq!(decide(&new, &mut state, 2, "list"), Decision::Allowed);
    assert_eq!(decide(&new, &mut state, 2, "run"), Decision::Allowed);
    // The old replica does not know these, and keeps them.
    assert_eq!(decide(&old, &mut state, 3, "run"), Decision::Allowed);
    assert_eq!(decide(&old, &mut state, 3, "send"), Decision::Allowed);
    assert_eq!(denied(decide(&new, &mut state, 4, "send")).0, "blocked_after");
    assert_eq!(denied(decide(&new, &mut state, 4, "run")).0, "max_calls_per_session");
    // When the session ends, the old replica drops them, except for the cooling period.
    assert_eq!(decide(&old, &mut state, 3603, "read"), Decision::Allowed);
    assert_eq!(decide(&new, &mut state, 3604, "list"), Decision::Allowed);
    assert_eq!(denied(decide(&new, &mut state, 3605, "run")), ("cooling_period_minutes", Some(36_002 - 3605)));
    // And that one when it is over.
    let packed = PackedSession::unpack(&old, &state, at(36_001)).unwrap();
    assert_eq!(packed.seconds_to_live(&old, at(36_001)), 1);
    let packed = PackedSession::unpack(&old, &state, at(36_002)).unwrap();
    assert_eq!(packed.seconds_to_live(&old, at(36_002)), 0);
}

#[test]
fn lives_as_long_as_it_counts() {
    let limited = Policy { cooling_period_minutes: Some(90), ..Policy::NONE };
    let rules = table(&[("read", Policy::NONE), ("run", limited)]);
    let mut packed = PackedSession::new(&rules);
    let mut decide = |seconds, name| {
        let calls = [path(&rules, name, "")];
        assert_eq!(rules.decide(&mut packed.session, &calls, &Facts::default(), at(seconds)), Decision::Allowed);
        packed.seconds_to_live(&rules, at(seconds))
    };
    // Without an effect, nothing has to be stored.
    assert_eq!(decide(0, "read"), 0);
    assert_eq!(decide(10, "run"), 5400);
    assert_eq!(decide(3000, "read"), 2410);
}

#[test]
fn rejects_bytes_that_are_no_session() {
    let policy = Policy { blocked_after: &["read"], max_calls_per_session: Some(9), ..Policy::NONE };
    let rules = table(&[("read", Policy::NONE), ("send", policy)]);
    let mut state = PackedSession::new(&rules).pack(&rules);
    assert_eq!(state.len(), 57);
    assert_eq!(decide(&rules, &mut state, 0, "send"), Decision::Allowed);
    assert_eq!(decide(&rules, &mut state, 0, "read"), Decision::Allowed);
    assert_eq!(state.len(), 57 + 8 + 12);
    let unpack = |bytes: &[u8]| PackedSession::unpack(&rules, bytes, at(0));
    assert!(unpack(&state).is_ok());
    for length in 0..state.len() {
        // Without the last section, it is a session with less in it.
        assert_eq!(unpack(&state[..length]).is_ok(), length == 57 + 12, "{length}");
    }
    for version in [0, 1, 3] {
        let mut other = state.clone();
        other[0] = version;
        assert_eq!(unpack(&other), Err(MalformedSession));
    }
    // Too many records for the length, and for any.
    for count in [2, u32::MAX] {
        let mut other = state.clone();
        other[53..57].copy_from_slice(&count.to_le_bytes());
        assert_eq!(unpack(&other), Err(MalformedSession));
    }
    let mut random = Random::new(5);
    for _ in 0..20_000 {
        let mut bytes = state.clone();
        for _ in 0..=random.below(4) {
            let place = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            bytes[place] = random.next().to_le_bytes()[0];
        }
        // No panic, and what is read can be written.
        if let Ok(packed) = unpack(&bytes) {
            assert!(unpack(&packed.pack(&rules)).is_ok());
        }
    }
}

#[test]
fn shows_what_is_set() {
    let policy = Policy {
        blocked_after: &["read:/etc/*", "read:*.key"],
        max_calls_per_session: Some(9),
        cooling_period_minutes: Some(1),
        ..Policy::NONE
    };
    let rules = table(&[("read", Policy::NONE), ("send", policy)]);
    let mut session = Session::new(&rules);
    for (seconds, name) in [(0, "send"), (7, "read")] {
        let calls = [path(&rules, name, "/etc/x")];
        assert_eq!(rules.decide(&mut session, &calls, &Facts::default(), at(seconds)), Decision::Allowed);
    }
    let view = session.view(&rules, at(8));
    assert_eq!(view.latches, ["read:/etc/*"]);
    assert_eq!(view.calls, [("send".to_owned(), 1)]);
    assert_eq!(view.cooling, [("send".to_owned(), 1_800_000_060)]);
    assert_eq!((view.started, view.ends), (Some(1_800_000_000), Some(1_800_003_607)));
    let view = session.view(&rules, at(3607));
    assert_eq!((view.started, view.latches, view.calls, view.cooling), (None, vec![], vec![], vec![]));
}

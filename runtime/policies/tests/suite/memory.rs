//! The store in memory: places, quotas, expiry, parallel calls.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{Decision, Facts, Full, MemoryStore, Rules, SessionKey, Settings};

use crate::support::{at, denied, path, tool};

fn store(policy: Policy<'_>) -> (Arc<Rules>, MemoryStore) {
    let tools = [Tool::new("read", Risk::Low), Tool::new("list", Risk::Low), tool("send", Risk::Low, policy)];
    let rules = Arc::new(Rules::compile(&tools, &Settings::default()).unwrap());
    (Arc::clone(&rules), MemoryStore::new(rules))
}

fn key(environment: Environment, issuer: &str, subject: &str) -> SessionKey {
    SessionKey::new("https://files.example.com/mcp", environment, issuer, &[subject])
}

fn live(subject: &str) -> SessionKey {
    key(Environment::Live, "https://a", subject)
}

const BLOCKED: Policy<'static> = Policy { blocked_after: &["read"], ..Policy::NONE };

fn decide(store: &MemoryStore, key: &SessionKey, seconds: u64, name: &str) -> Result<Decision, Full> {
    store.decide(key, &[path(store.rules(), name, "")], &Facts::default(), at(seconds))
}

#[test]
fn one_of_64_parallel_calls_passes() {
    for round in 0..20 {
        let (_, store) = store(Policy { max_calls_per_session: Some(1), ..Policy::NONE });
        let (store, barrier) = (Arc::new(store), Arc::new(Barrier::new(64)));
        let threads: Vec<_> = (0..64)
            .map(|_| {
                let (store, barrier) = (Arc::clone(&store), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    decide(&store, &live("ada"), round, "send").unwrap() == Decision::Allowed
                })
            })
            .collect();
        let passed = threads.into_iter().filter_map(|thread| thread.join().unwrap().then_some(())).count();
        assert_eq!(passed, 1);
        assert_eq!(store.len(), 1);
    }
}

#[test]
fn separates_subjects_issuers_environments_and_realms() {
    let (_, store) = store(BLOCKED);
    assert_eq!(decide(&store, &live("ada"), 0, "read"), Ok(Decision::Allowed));
    assert_eq!(denied(decide(&store, &live("ada"), 1, "send").unwrap()).0, "blocked_after");
    for other in [
        live("bob"),
        key(Environment::Sandbox, "https://a", "ada"),
        key(Environment::Live, "https://b", "ada"),
        key(Environment::Live, "https://aa", "da"),
        SessionKey::new("https://other.example.com/mcp", Environment::Live, "https://a", &["ada"]),
        SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://a", &["ada", ""]),
    ] {
        assert_eq!(decide(&store, &other, 1, "send"), Ok(Decision::Allowed));
    }
}

#[test]
fn sessions_without_effect_take_no_place() {
    let (_, store) = store(BLOCKED);
    for subject in 0..100 {
        for name in ["list", "send"] {
            assert_eq!(decide(&store, &live(&subject.to_string()), 0, name), Ok(Decision::Allowed));
        }
    }
    assert!(store.is_empty());
    assert_eq!(decide(&store, &live("ada"), 0, "read"), Ok(Decision::Allowed));
    assert_eq!(store.len(), 1);
}

#[test]
fn refuses_new_sessions_when_it_is_full_and_forgets_none() {
    let (_, store) = store(BLOCKED);
    let store = store.with_capacity(300, 200);
    let subject = |number: u64| live(&number.to_string());
    for number in 0..200 {
        assert_eq!(decide(&store, &subject(number), number, "read"), Ok(Decision::Allowed));
    }
    let Err(Full { retry_after }) = decide(&store, &subject(200), 200, "read") else { panic!("not full") };
    assert!((3400..=3600).contains(&retry_after), "{retry_after}");
    // Calls without effect need no place, and sessions that are there go on.
    assert_eq!(decide(&store, &subject(200), 200, "send"), Ok(Decision::Allowed));
    assert_eq!(denied(decide(&store, &subject(0), 200, "send").unwrap()).0, "blocked_after");
    // Another issuer has its own quota, up to the capacity of all.
    let other = |number: u64| key(Environment::Live, "https://b", &number.to_string());
    let placed = (0..200).filter(|number| decide(&store, &other(*number), 200, "read").is_ok()).count();
    assert_eq!((placed, store.len()), (100, 300));
    // Sessions that have ended make place. A few attempts may be refused until their shard is found.
    let later = (300..2_300).filter(|number| decide(&store, &subject(*number), 7_000, "read").is_ok()).count();
    assert_eq!(later, 200);
    assert!(store.len() <= 300);
}

#[test]
fn removes_sessions_that_have_ended() {
    let (_, store) = store(BLOCKED);
    for number in 0..10_000 {
        assert_eq!(decide(&store, &live(&number.to_string()), 0, "read"), Ok(Decision::Allowed));
    }
    for number in 10_000..14_000 {
        assert!(decide(&store, &live(&number.to_string()), 4_000, "read").is_ok());
    }
    assert!(store.len() < 4_500, "{}", store.len());
}

#[test]
fn an_operator_shows_and_resets_a_session() {
    let (_, store) = store(BLOCKED);
    assert_eq!(store.show(&live("ada"), at(0)), None);
    assert!(!store.reset(&live("ada")));
    assert_eq!(decide(&store, &live("ada"), 0, "read"), Ok(Decision::Allowed));
    assert_eq!(store.show(&live("ada"), at(1)).unwrap().latches, ["read"]);
    assert_eq!(store.show(&live("ada"), at(3600)), None);
    assert!(store.reset(&live("ada")));
    assert_eq!(decide(&store, &live("ada"), 1, "send"), Ok(Decision::Allowed));
    assert!(store.is_empty());
}

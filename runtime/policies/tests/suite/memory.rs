//! The store in memory: places, quotas, expiry, parallel calls.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{ApprovalId, Decision, Facts, Full, MemoryStore, Rules, SessionKey, Settings};

use crate::support::{approved_once, at, denied, path, tool};

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

#[test]
fn an_approval_counts_once_until_it_cannot_be_valid_any_more() {
    let (rules, store) = store(BLOCKED);
    let send = |subject: &str, seconds, id| {
        let calls = [approved_once(path(&rules, "send", ""), id)];
        store.decide(&live(subject), &calls, &Facts::default(), at(seconds)).unwrap()
    };
    assert_eq!(send("ada", 0, 1), Decision::Allowed);
    assert_eq!(denied(send("ada", 1, 1)), ("used_approval", None));
    assert_eq!(send("ada", 1, 2), Decision::Allowed);
    // Neither a reset nor the end of the session makes it valid again.
    store.reset(&live("ada"));
    assert_eq!(denied(send("ada", 599, 1)).0, "used_approval");
    assert_eq!(send("ada", 600, 1), Decision::Allowed);
    // A call that is denied uses nothing up.
    assert_eq!(decide(&store, &live("bob"), 0, "read"), Ok(Decision::Allowed));
    assert_eq!(denied(send("bob", 1, 3)).0, "blocked_after");
    store.reset(&live("bob"));
    assert_eq!(send("bob", 2, 3), Decision::Allowed);
    // One of another call is none, whatever id the call states.
    let calls = [approved_once(path(&rules, "send", ""), 5).with_used_approval()];
    assert_eq!(denied(store.decide(&live("ada"), &calls, &Facts::default(), at(3)).unwrap()).0, "used_approval");
    let calls = [path(&rules, "list", "").with_used_approval()];
    assert_eq!(denied(store.decide(&live("ada"), &calls, &Facts::default(), at(3)).unwrap()).0, "used_approval");
    // Two calls of a body cannot share one.
    let both = [4, 4].map(|id| approved_once(path(&rules, "send", ""), id));
    let decision = store.decide(&live("ada"), &both, &Facts::default(), at(3)).unwrap();
    assert_eq!(denied(decision).0, "used_approval");
}

#[test]
fn one_of_64_parallel_uses_of_an_approval_passes() {
    let (rules, store) = store(BLOCKED);
    let (rules, store, barrier) = (rules, Arc::new(store), Arc::new(Barrier::new(64)));
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let (rules, store, barrier) = (Arc::clone(&rules), Arc::clone(&store), Arc::clone(&barrier));
            thread::spawn(move || {
                let calls = [approved_once(path(&rules, "send", ""), 1)];
                barrier.wait();
                store.decide(&live("ada"), &calls, &Facts::default(), at(0)).unwrap() == Decision::Allowed
            })
        })
        .collect();
    assert_eq!(threads.into_iter().filter_map(|thread| thread.join().unwrap().then_some(())).count(), 1);
}

#[test]
fn keeps_a_bounded_number_of_approvals_of_a_session() {
    let (rules, store) = store(BLOCKED);
    let send = |subject: &str, seconds, number: u32| {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_le_bytes());
        let call = path(&rules, "send", "").with_approval(ApprovalId::new(id, 600));
        store.decide(&live(subject), &[call], &Facts::default(), at(seconds))
    };
    for number in 0..256 {
        assert_eq!(send("ada", 0, number), Ok(Decision::Allowed));
    }
    assert_eq!(send("ada", 0, 256), Err(Full { retry_after: 600 }));
    assert_eq!(send("bob", 0, 257), Ok(Decision::Allowed));
    // Calls without one are decided.
    assert_eq!(decide(&store, &live("ada"), 0, "send"), Ok(Decision::Allowed));
    assert_eq!(send("ada", 600, 256), Ok(Decision::Allowed));
    assert_eq!(denied(send("ada", 601, 256).unwrap()).0, "used_approval");
}

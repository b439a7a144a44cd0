//! What replicas and servers share: limits, latches, cooling periods.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{Decision, Domain, Facts, MemoryStore, Rules, SessionKey, Settings};

use super::{
    BLOCKED, allow, decide, live, on_each_server, rules, sandbox,
    server::{Administer as _, Server},
};
use crate::support::{START, approved_once, at, denied, path, tool};

async fn keys(server: &Server) -> BTreeSet<String> {
    server.run(&[b"KEYS", b"*"]).await
}

#[test]
fn one_of_64_parallel_calls_on_two_replicas_passes() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let rules = rules(Policy { max_calls_per_session: Some(1), ..Policy::NONE });
        let replicas = [Arc::new(server.store(&rules).await), Arc::new(server.store(&rules).await)];
        for round in 0..10 {
            let key = live(&round.to_string());
            let tasks: Vec<_> = (0..64)
                .map(|task| {
                    let store = Arc::clone(&replicas[task % 2]);
                    tokio::spawn(async move { decide(&store, &key, "send").await.unwrap() == Decision::Allowed })
                })
                .collect();
            let mut passed = 0;
            for task in tasks {
                passed += u32::from(task.await.unwrap());
            }
            assert_eq!(passed, 1);
        }
    });
}

/// An earlier version of this library has stored latches without a time.
#[test]
fn a_sign_in_before_a_latch_without_a_time_approves_nothing() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let tools = [
            tool("read", Risk::Low, Policy::NONE),
            tool("send", Risk::Low, Policy { requires_approval_after: &["read"], ..Policy::NONE }),
        ];
        let settings = Settings { sign_in_approval: Some(vec!["gold".to_owned()]), ..Settings::default() };
        let rules = Arc::new(Rules::compile(&tools, &settings).unwrap());
        let clock = Arc::new(AtomicU64::new((START + 10) * 1000));
        let store = server.connect().await.with_test_clock(Arc::clone(&clock)).with_rules(Arc::clone(&rules));
        let decide = async |name, auth_time| {
            let facts = Facts { auth_time: Some(START + auth_time), acr: Some("gold") };
            store.decide(&live("ada"), &[path(&rules, name, "")], &facts).await.unwrap()
        };
        assert_eq!(decide("read", 1).await, Decision::Allowed);
        let key = keys(&server).await.pop_first().unwrap();
        let mut session: Vec<u8> = server.run(&[b"GET", key.as_bytes()]).await;
        let trigger = 1 + 4 * 8;
        assert_eq!(session[trigger..trigger + 4], u32::try_from(START + 10).unwrap().to_le_bytes());
        session[trigger..trigger + 4].fill(0);
        let () = server.run(&[b"SETEX", key.as_bytes(), b"600", &session]).await;
        clock.store((START + 20) * 1000, Ordering::Relaxed);
        assert!(matches!(decide("send", 1).await, Decision::ApprovalNeeded(_)));
        assert!(matches!(decide("send", 10).await, Decision::ApprovalNeeded(_)));
        assert_eq!(decide("send", 11).await, Decision::Allowed);
    });
}

#[test]
fn separates_subjects_issuers_environments_and_realms() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let store = server.store(&rules(BLOCKED)).await;
        allow(&store, &live("ada"), "read").await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
        let realm = "https://files.example.com/mcp";
        for other in [
            live("bob"),
            sandbox("ada"),
            SessionKey::new(realm, Environment::Live, "https://b", &["ada"]),
            SessionKey::new("https://other.example.com/mcp", Environment::Live, "https://a", &["ada"]),
            SessionKey::new(realm, Environment::Live, "https://a", &["ada", ""]),
        ] {
            allow(&store, &other, "send").await;
        }
        // Keys have a bounded length, whatever the subject.
        allow(&store, &live(&"ada".repeat(1000)), "read").await;
        let keys = keys(&server).await;
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|key| key.starts_with("mcp-scopes:{") && key.ends_with("}:l") && key.len() == 77));
    });
}

/// A call that needs no session keeps the session of its caller, as long as the rules allow.
#[test]
fn renews_a_session_without_a_decision() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let clock = Arc::new(AtomicU64::new(START * 1000));
        let store = server.connect().await.with_test_clock(Arc::clone(&clock)).with_rules(rules(BLOCKED));
        let wait = |minutes: u64| clock.fetch_add(minutes * 60_000, Ordering::Relaxed);
        // Without a session, nothing is stored.
        store.renew(&live("bob")).await;
        assert!(keys(&server).await.is_empty());
        allow(&store, &live("ada"), "read").await;
        for _ in 0..4 {
            wait(45);
            store.renew(&live("ada")).await;
        }
        wait(45);
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
        wait(16);
        store.renew(&live("ada")).await;
        allow(&store, &live("ada"), "send").await;
        // Neither where first contact counts: it is the first call with a decision, as in memory.
        let mut settings = Settings::default();
        settings.session.escalation_seconds = Some(60);
        let rules = Arc::new(Rules::compile(&[Tool::new("status", Risk::Minimal)], &settings).unwrap());
        let store = server.connect().await.with_rules(Arc::clone(&rules));
        store.renew(&live("eve")).await;
        assert!(store.show(&live("eve")).await.unwrap().is_none());
        let memory = MemoryStore::new(rules);
        memory.renew(&live("eve"), at(0));
        assert!(memory.is_empty());
    });
}

#[test]
fn keeps_what_counts_and_no_longer() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let policy = Policy { cooling_period_minutes: Some(90), max_calls_per_session: Some(9), ..BLOCKED };
        let clock = Arc::new(AtomicU64::new(START * 1000));
        let store = server.connect().await.with_test_clock(Arc::clone(&clock)).with_rules(rules(policy));
        // Without an effect, nothing is stored.
        allow(&store, &live("ada"), "list").await;
        assert_eq!(keys(&server).await.len(), 0);
        allow(&store, &live("ada"), "read").await;
        let key = keys(&server).await.first().unwrap().clone();
        let seconds_left = async || {
            let left: u64 = server.run(&[b"PTTL", key.as_bytes()]).await;
            left.div_ceil(1000)
        };
        assert_eq!(seconds_left().await, 3600);
        clock.fetch_add(10_000, Ordering::Relaxed);
        allow(&store, &live("ada"), "list").await;
        assert_eq!(seconds_left().await, 3600);
        // The cooling period outlives the session.
        assert!(store.reset(&live("ada")).await.unwrap());
        allow(&store, &live("ada"), "send").await;
        assert_eq!(seconds_left().await, 5400);
        clock.fetch_add(3_600_000, Ordering::Relaxed);
        allow(&store, &live("ada"), "list").await;
        let view = store.show(&live("ada")).await.unwrap().unwrap();
        assert_eq!((view.started, view.calls.len(), view.cooling.len()), (None, 0, 1));
        assert_eq!(seconds_left().await, 1800);
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()), ("cooling_period_minutes", Some(1800)));
    });
}

#[test]
fn an_approval_counts_once_at_all_replicas() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let rules = rules(BLOCKED);
        let replicas = [Arc::new(server.store(&rules).await), Arc::new(server.store(&rules).await)];
        let ada = live("ada");
        for id in 0..10 {
            let tasks: Vec<_> = (0..64)
                .map(|task| {
                    let store = Arc::clone(&replicas[task % 2]);
                    let calls = [approved_once(path(&rules, "send", ""), id)];
                    let send = async move { store.decide(&ada, &calls, &Facts::default()).await.unwrap() };
                    tokio::spawn(async move { send.await == Decision::Allowed })
                })
                .collect();
            let mut passed = 0;
            for task in tasks {
                passed += u32::from(task.await.unwrap());
            }
            assert_eq!(passed, 1);
        }
        // What was used is kept beside the session, which has had no effect, and expires.
        let kept = keys(&server).await;
        assert!(kept.len() == 10 && kept.iter().all(|key| key.contains("}:used:")), "{kept:?}");
        let left: u64 = server.run(&[b"TTL", kept.first().unwrap().as_bytes()]).await;
        assert!((500..=601).contains(&left), "{left}");
        let send = async |ids: &[u8]| {
            let calls: Vec<_> = ids.iter().map(|id| approved_once(path(&rules, "send", ""), *id)).collect();
            replicas[0].decide(&ada, &calls, &Facts::default()).await.unwrap()
        };
        assert!(!replicas[1].reset(&ada).await.unwrap());
        assert_eq!(denied(send(&[0]).await), ("used_approval", None));
        // Two calls of a body cannot share one, and a call that is denied uses nothing up.
        assert_eq!(denied(send(&[20, 20]).await).0, "used_approval");
        assert_eq!(denied(send(&[21, 0]).await).0, "used_approval");
        assert_eq!(send(&[20, 21]).await, Decision::Allowed);
        assert_eq!(denied(send(&[21]).await).0, "used_approval");
        // One of another call is none, whatever id the call states.
        for call in [approved_once(path(&rules, "send", ""), 22), path(&rules, "list", "")] {
            let calls = [call.with_used_approval()];
            let decision = replicas[0].decide(&ada, &calls, &Facts::default()).await.unwrap();
            assert_eq!(denied(decision).0, "used_approval");
        }
        assert_eq!(send(&[22]).await, Decision::Allowed);
    });
}

#[test]
fn an_operator_shows_and_resets_a_session() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let store = server.store(&rules(BLOCKED)).await;
        let ada = live("ada");
        assert_eq!(store.show(&ada).await.unwrap(), None);
        assert!(!store.reset(&ada).await.unwrap());
        allow(&store, &ada, "read").await;
        let view = store.show(&ada).await.unwrap().unwrap();
        assert_eq!(view.latches, ["read"]);
        // The clock is that of the server.
        let [seconds, _]: [u32; 2] = server.run(&[b"TIME"]).await;
        let started = view.started.unwrap();
        assert!((started - 1..=started + 60).contains(&seconds), "{started} {seconds}");
        assert!(store.reset(&ada).await.unwrap());
        allow(&store, &ada, "send").await;
    });
}

#[test]
fn keeps_state_of_unchanged_rules_through_a_rolling_change() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let table = |policies: &[(&str, Policy<'_>)]| {
            let tools: Vec<_> = policies.iter().map(|(name, policy)| tool(name, Risk::Low, *policy)).collect();
            Arc::new(Rules::compile(&tools, &Settings::default()).unwrap())
        };
        let limited = Policy { max_calls_per_session: Some(1), cooling_period_minutes: Some(600), ..Policy::NONE };
        // A new tool, a new pattern before the old one, a new limit, another order.
        let also_listed = Policy { blocked_after: &["list", "read"], ..Policy::NONE };
        let old = table(&[("read", Policy::NONE), ("send", BLOCKED), ("run", Policy::NONE)]);
        let new = table(&[("list", Policy::NONE), ("run", limited), ("send", also_listed), ("read", Policy::NONE)]);
        let clock = Arc::new(AtomicU64::new(0));
        let old = server.connect().await.with_test_clock(Arc::clone(&clock)).with_rules(old);
        let new = server.connect().await.with_test_clock(Arc::clone(&clock)).with_rules(new);
        let at = |seconds: u64| clock.store((START + seconds) * 1000, Ordering::Relaxed);
        let reason = async |store, subject, name| denied(decide(store, &live(subject), name).await.unwrap());
        at(0);
        allow(&old, &live("ada"), "read").await;
        at(1);
        assert_eq!(reason(&new, "ada", "send").await.0, "blocked_after");
        at(2);
        allow(&new, &live("bob"), "list").await;
        allow(&new, &live("bob"), "run").await;
        at(3);
        // The old replica does not know these, and keeps them.
        allow(&old, &live("bob"), "run").await;
        allow(&old, &live("bob"), "send").await;
        at(4);
        assert_eq!(reason(&new, "bob", "send").await.0, "blocked_after");
        assert_eq!(reason(&new, "bob", "run").await.0, "max_calls_per_session");
        // When the session ends, the old replica drops them, except for the cooling period.
        at(3603);
        allow(&old, &live("bob"), "read").await;
        at(3604);
        allow(&new, &live("bob"), "list").await;
        at(3605);
        assert_eq!(reason(&new, "bob", "run").await, ("cooling_period_minutes", Some(36_002 - 3605)));
    });
}

#[test]
fn two_servers_of_a_domain_know_each_others_calls() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let member = |name: &str, tools: &[(&str, Policy<'_>)]| {
            let domain = Some(Domain { name: "acme".to_owned(), server: name.to_owned() });
            let tools: Vec<_> = tools.iter().map(|(name, policy)| tool(name, Risk::Low, *policy)).collect();
            Arc::new(Rules::compile(&tools, &Settings { domain, ..Settings::default() }).unwrap())
        };
        let files = member("files", &[("read", Policy::NONE)]);
        let mail =
            member("mail", &[("send", Policy { blocked_after: &["files/read"], ..Policy::NONE }), ("read", BLOCKED)]);
        let (files_store, mail_store) = (server.store(&files).await, server.store(&mail).await);
        let ada = SessionKey::new("acme", Environment::Live, "https://a", &["ada"]);
        allow(&mail_store, &ada, "read").await;
        allow(&mail_store, &ada, "send").await;
        let calls = [path(&files, "read", "")];
        assert_eq!(files_store.decide(&ada, &calls, &Facts::default()).await.unwrap(), Decision::Allowed);
        assert_eq!(denied(decide(&mail_store, &ada, "send").await.unwrap()).0, "blocked_after");
    });
}

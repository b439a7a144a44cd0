//! Members of a domain state the same about the end of sessions.

use std::sync::Arc;

use mcp_scopes_model::{Environment, Risk, Tool};
use mcp_scopes_policies::{Domain, RedisSessions, Rules, SessionKey, SessionLimits, Settings, StoreErrorKind};

use super::{
    BLOCKED, allow, fails, on_each_server,
    server::{Administer as _, Server},
};
use crate::support::tool;

const KEY: &str = "mcp-scopes:domain:acme";

/// Returns the sessions of a member that compares before each decision.
async fn member(server: &Server, domain: Option<&str>, idle_minutes: u32, max_minutes: u32) -> RedisSessions {
    let tools = [Tool::new("read", Risk::Low), tool("send", Risk::Low, BLOCKED)];
    let domain = domain.map(|name| Domain { name: name.to_owned(), server: format!("of{idle_minutes}") });
    let session = SessionLimits { idle_minutes, max_minutes, ..SessionLimits::default() };
    let rules = Rules::compile(&tools, &Settings { session, domain, ..Settings::default() }).unwrap();
    server.connect().await.with_test_rechecks().with_rules(Arc::new(rules))
}

fn ada() -> SessionKey {
    SessionKey::new("acme", Environment::Live, "https://a", &["ada"])
}

fn stated(idle: u32, max: u32) -> StoreErrorKind {
    StoreErrorKind::Disagreement { key: KEY.to_owned(), minutes: Some((idle, max)) }
}

#[test]
fn rejects_a_member_with_another_end_of_sessions() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let first = member(&server, Some("acme"), 60, 1440).await;
        first.agree().await.unwrap();
        for (idle, max) in [(30, 1440), (60, 720), (61, 1440)] {
            let other = member(&server, Some("acme"), idle, max).await;
            let error = other.agree().await.unwrap_err();
            assert_eq!(error.kind(), &stated(60, 1440));
            assert_eq!(
                error.to_string(),
                "the other members of the domain state `idle_minutes = 60` and `max_minutes = 1440`; state the same in `[session]`, or stop \
                 all members, delete the key `mcp-scopes:domain:acme` of the session store, and start them with the new values"
            );
            for name in ["read", "send"] {
                assert_eq!(fails(&other, &ada(), name).await, stated(60, 1440));
            }
        }
        // Nothing was recorded.
        assert_eq!(server.run::<Vec<String>>(&[b"KEYS", b"*"]).await, [KEY]);
        allow(&member(&server, Some("acme"), 60, 1440).await, &ada(), "read").await;
        // Other domains, and servers without one.
        member(&server, Some("office"), 30, 1440).await.agree().await.unwrap();
        let alone = member(&server, None, 30, 1440).await;
        alone.agree().await.unwrap();
        allow(&alone, &ada(), "read").await;
        // What they state outlives each of their sessions.
        let left: u64 = server.run(&[b"TTL", KEY.as_bytes()]).await;
        assert!((86_400..=86_460).contains(&left), "{left}");
    });
}

#[test]
fn a_running_member_notices_that_the_domain_has_changed() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let (old, new) = (member(&server, Some("acme"), 60, 1440).await, member(&server, Some("acme"), 30, 720).await);
        allow(&old, &ada(), "read").await;
        assert_eq!(fails(&new, &ada(), "read").await, stated(60, 1440));
        server.tell(&format!("DEL {KEY}")).await;
        allow(&new, &ada(), "read").await;
        for name in ["read", "send"] {
            assert_eq!(fails(&old, &ada(), name).await, stated(30, 720));
        }
        allow(&new, &ada(), "read").await;
        // A value of another program is neither accepted nor replaced.
        server.tell(&format!("SET {KEY} idle_minutes")).await;
        assert_eq!(
            fails(&new, &ada(), "read").await,
            StoreErrorKind::Disagreement { key: KEY.to_owned(), minutes: None }
        );
        assert_eq!(server.run::<String>(&[b"GET", KEY.as_bytes()]).await, "idle_minutes");
        server.tell(&format!("DEL {KEY}")).await;
        server.tell(&format!("RPUSH {KEY} x")).await;
        let error = new.agree().await.unwrap_err();
        assert!(
            error.to_string().ends_with("find out what wrote it, then delete the key `mcp-scopes:domain:acme`"),
            "{error}"
        );
        server.tell(&format!("DEL {KEY}")).await;
        allow(&old, &ada(), "read").await;
    });
}

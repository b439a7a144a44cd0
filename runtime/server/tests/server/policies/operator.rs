//! Sessions, as an operator sees them.

use mcp_scopes::{Environment, Risk};
use mcp_scopes_server::policies::SessionHolder;

use super::{ISSUER, Limited, TABLE, reason};

#[tokio::test]
async fn shows_and_resets_a_session() {
    let server = Limited::of(&TABLE);
    let ada = SessionHolder::Subject("ada");
    let sessions = server.server.layer().policy_sessions().unwrap();
    let show = async || sessions.show(ISSUER, ada, Environment::Live).await.unwrap();
    assert!(show().await.is_none() && sessions.count() == Some(0));
    server.ada("read_file", "id.key").await.passed();
    server.ada("write_file", "").await.passed();
    server.ada("restart", "").await.passed();
    let session = show().await.unwrap();
    assert_eq!(session.latches, ["read_file:*.key"]);
    assert_eq!(session.calls, [("write_file".to_owned(), 1)]);
    assert_eq!(session.cooling.len(), 1);
    assert_eq!((session.cooling[0].0.as_str(), session.highest_risk), ("restart", Risk::Minimal));
    let (started, ends) = (u64::from(session.started.unwrap()), u64::from(session.ends.unwrap()));
    assert!(started.abs_diff(server.now()) <= 2 && ends.abs_diff(server.now() + 3600) <= 3);
    assert_eq!(sessions.count(), Some(1));
    for other in
        [(ISSUER, SessionHolder::Subject("bob")), ("https://other", ada), (ISSUER, SessionHolder::ApiKey("ada"))]
    {
        assert!(!sessions.reset(other.0, other.1, Environment::Live).await.unwrap());
    }
    assert!(!sessions.reset(ISSUER, ada, Environment::Sandbox).await.unwrap());
    assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    assert!(sessions.reset(ISSUER, ada, Environment::Live).await.unwrap() && show().await.is_none());
    for tool in ["send_email", "restart"] {
        server.ada(tool, "").await.passed();
    }
}

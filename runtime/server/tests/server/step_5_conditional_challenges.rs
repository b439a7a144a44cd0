//! Step 5: challenges and events of calls that lack scopes of a condition.

use mcp_scopes_server::ChallengeScopes;
use serde_json::{Value, json};

use crate::{
    audit::Kept,
    server::Server,
    step_5_conditions::{ask, builder, challenged},
};

#[tokio::test]
async fn challenges_for_conditions_like_for_other_scopes() {
    let etc = json!({"path": "/etc/passwd"});
    let held = Server::around(builder().challenge_scopes(ChallengeScopes::NeededAndHeld));
    let answer = held.send(ask("read.write", "read_file", &etc)).await;
    assert_eq!(challenged(&answer), Some(vec!["files:read", "files:system", "files:write"]));

    // At each public name, the challenge refers to the document of that name.
    let named = Server::around(builder().also_served_at("https://files.example.org/mcp"));
    for host in ["files.example.com", "files.example.org"] {
        let answer = named.send(ask("read", "read_file", &etc).only("host", Some(host))).await;
        assert_eq!(challenged(&answer), Some(vec!["files:read", "files:system"]));
        let document = format!("https://{host}/.well-known/oauth-protected-resource/mcp");
        assert!(answer.challenge().contains(&document), "{}", answer.challenge());
    }
}

#[tokio::test]
async fn records_which_scopes_of_conditions_are_missing() {
    let kept = Kept::default();
    let server = Server::around(builder().audit(kept.clone()));
    for (path, decision, needed, missing) in [
        ("/home/ada", "allow", json!(["files:read"]), Value::Null),
        ("/etc/passwd", "challenge", json!(["files:read", "files:system"]), json!(["files:system"])),
    ] {
        drop(server.send(ask("read", "search", &json!({"folder": path}))).await);
        let [event] = &kept.take()[..] else { panic!("{path}") };
        assert_eq!(event["mcp_scopes.decision"], decision, "{event}");
        assert_eq!(event["mcp_scopes.scopes.missing"], missing, "{event}");
        assert!(decision == "allow" || event["mcp_scopes.scopes.needed"] == needed, "{event}");
    }
}

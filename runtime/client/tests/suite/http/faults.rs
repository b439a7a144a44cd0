use mcp_scopes_client::{
    AccessToken, Challenges, Refusal, Reply, ScopeMap, Settings, StepUpClient, Stop,
    http::{ClientIdentity, HttpAuthorizer},
};
use serde_json::json;

use super::fake::{Challenge, Fake};

const DOCUMENT: &str = "/.well-known/oauth-protected-resource/mcp";
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// Logs in, which must fail, and returns the reason.
async fn fails(fake: &Fake) -> String {
    let client = fake.user(Settings::user());
    let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(matches!(stopped, Stop::Refused(_, Refusal::Unusable(_) | Refusal::Unavailable)), "{stopped:?}");
    assert!(fake.log().len() <= 6, "more than six requests");
    stopped.to_string()
}

/// Asserts that a login fails for a reason.
#[track_caller]
fn states(text: &str, part: &str) {
    assert!(
        text.starts_with("the operation needs the scopes `notes:read`, and no token with them was issued: "),
        "{text}"
    );
    assert!(text.contains(part), "{text}");
}

#[tokio::test]
async fn rejects_metadata_of_others() {
    let fake = Fake::start().await;
    let of = |resource: &str| json!({"resource": resource, "authorization_servers": ["{base}"]});
    for other in ["https://other.example.com/mcp", "{base}/mcp/", "{base}", "{base}/other"] {
        fake.document(DOCUMENT, 200, &of(other));
        states(&fails(&fake).await, "is for another resource (RFC 9728 §3.3)");
    }
    fake.document(DOCUMENT, 200, &json!({"resource": "{base}/mcp"}));
    states(&fails(&fake).await, "names no authorization server");
    fake.document(DOCUMENT, 200, &json!([]));
    states(&fails(&fake).await, "has no `resource`");
    fake.document(DOCUMENT, 200, &of("{base}/mcp"));
    for issuer in ["{base}/", "https://auth.example.com"] {
        fake.metadata(json!({"issuer": issuer}));
        states(&fails(&fake).await, "states another issuer (RFC 8414 §3.3)");
    }
}

#[tokio::test]
async fn rejects_metadata_that_cannot_be_used() {
    let fake = Fake::start().await;
    fake.metadata(json!({"code_challenge_methods_supported": ["plain"]}));
    states(&fails(&fake).await, "does not list the code challenge method `S256`");
    for (member, part) in
        [("authorization_endpoint", "has no `authorization_endpoint`"), ("token_endpoint", "has no `token_endpoint`")]
    {
        fake.metadata(json!({member: null}));
        states(&fails(&fake).await, part);
    }
    // What would be opened on the user's machine, or receive the code.
    for endpoint in
        ["file:///etc/passwd", "javascript:alert(1)", "http://auth.example.com/authorize", "calc.exe", "https://a b/"]
    {
        fake.metadata(json!({"authorization_endpoint": endpoint}));
        states(&fails(&fake).await, "the metadata names an address that is not");
    }
    fake.metadata(json!({"registration_endpoint": null}));
    states(&fails(&fake).await, "register the client by hand");
    fake.metadata(json!({}));
    fake.document("/register", 400, &json!({"error": "invalid_client_metadata"}));
    states(&fails(&fake).await, "does not register this client");
    for (status, part) in
        [(404, "publishes no metadata (RFC 8414 §3)"), (302, "redirects"), (503, "could not be reached")]
    {
        fake.document(METADATA, status, &json!({}));
        fake.document("/.well-known/openid-configuration", status, &json!({}));
        states(&fails(&fake).await, part);
    }
    fake.document(DOCUMENT, 200, &json!("a".repeat(300 << 10)));
    states(&fails(&fake).await, "larger than 256 KiB");
    fake.document(DOCUMENT, 404, &json!({}));
    states(&fails(&fake).await, "publishes no metadata (RFC 9728 §3)");
}

#[tokio::test]
async fn rejects_responses_of_others() {
    let fake = Fake::start().await;
    for (parameters, part) in [
        (&[("state", "guessed")][..], "its `state` differs"),
        (&[("state", "")], "its `state` differs"),
        (&[("iss", "https://auth.example.com")], "its `iss` differs or is missing (RFC 9207 §2.4)"),
        (&[("iss", "")], "its `iss` differs or is missing (RFC 9207 §2.4)"),
        // An error of another server does not count either.
        (&[("iss", "https://auth.example.com"), ("error", "access_denied"), ("code", "")], "its `iss` differs"),
        (&[("code", "")], "no code"),
    ] {
        fake.come_back_with(parameters);
        states(&fails(&fake).await, part);
        assert_eq!(fake.forms(), 0, "a code is sent to the token endpoint");
    }
    fake.come_back_with(&[("code", "closed")]);
    let stopped = fake.call(&fake.user(Settings::user()), "list_notes", "notes:read", Challenge::FULL).await;
    assert!(matches!(stopped, Err(Stop::Refused(_, Refusal::AccessDenied))), "{stopped:?}");
}

#[tokio::test]
async fn an_expired_code_is_not_a_refusal() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    fake.answer_tokens(|_| (400, json!({"error": "invalid_grant"})));
    let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(matches!(stopped, Stop::Refused(_, Refusal::InvalidGrant)), "{stopped:?}");
    // The second try of the user succeeds.
    fake.answer_tokens(super::fake::issue);
    assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_ok());
}

#[tokio::test]
async fn rejects_tokens_that_it_cannot_use() {
    let fake = Fake::start().await;
    fake.answer_tokens(|_| (200, json!({"access_token": "secret-token", "token_type": "DPoP"})));
    states(&fails(&fake).await, "not a bearer token");
    for answer in [
        (|_: &_| (200, json!({"token_type": "Bearer"}))) as fn(&_) -> _,
        |_| (200, json!({"access_token": "secret token", "token_type": "Bearer"})),
        |_| (200, json!("secret-token")),
        |_| (400, json!("secret-token")),
    ] {
        fake.answer_tokens(answer);
        let text = fails(&fake).await;
        assert!(text.contains("cannot be read") || text.contains("not a bearer token"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    fake.answer_tokens(|_| (401, json!({"error": "invalid_client"})));
    states(&fails(&fake).await, "`invalid_client`");
    fake.answer_tokens(|_| (503, json!({})));
    states(&fails(&fake).await, "could not be reached");
}

#[tokio::test]
async fn registers_again_where_the_registration_is_lost() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    fake.answer_tokens(|_| (401, json!({"error": "invalid_client"})));
    assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_err());
    fake.answer_tokens(super::fake::issue);
    fake.log();
    assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_ok());
    // The metadata has not changed.
    assert_eq!(fake.log(), ["POST /register", "POST /token"]);
}

#[tokio::test]
async fn registers_for_a_token_and_not_for_a_refusal() {
    let fake = Fake::start().await;
    let login = fake.login(ClientIdentity::register("Example client"));
    let client = StepUpClient::new(Settings::user().step_up(false), ScopeMap::default(), login);
    let refused = async |token: Option<AccessToken>| {
        assert!(token.is_none());
        let challenges = Challenges::parse(["Bearer error=\"insufficient_scope\", scope=\"notes:write\""]);
        Reply { status: 403, challenges, response: () }
    };
    let stopped = client.run("tools/call write_note", Some("write_note"), refused).await.unwrap_err();
    assert!(matches!(stopped.stop, Stop::NoStepUp(_)), "{stopped:?}");
    assert_eq!(
        fake.log(),
        ["GET /.well-known/oauth-protected-resource/mcp", "GET /.well-known/oauth-authorization-server"]
    );
    assert_eq!(client.authorizer().registered().await, None);
}

#[test]
fn rejects_the_address_of_a_server_with_a_user() {
    let identity = ClientIdentity::confidential("https://auth.example.com", "a client", "a secret");
    let error = HttpAuthorizer::for_client("https://ada:secret@notes.example.com/mcp", identity).unwrap_err();
    assert_eq!(error.to_string(), "the address of the server has a user; tokens take its place");
}

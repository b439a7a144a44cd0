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
    assert!(
        matches!(stopped, Stop::Refused(_, Refusal::Unusable(_) | Refusal::AfterLogin(_) | Refusal::Unavailable)),
        "{stopped:?}"
    );
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
        assert_eq!(fake.logins(), 0, "the user is asked");
    }
    // What would be opened on the user's machine, or receive the code.
    for endpoint in
        ["file:///etc/passwd", "javascript:alert(1)", "http://auth.example.com/authorize", "calc.exe", "https://a b/"]
    {
        fake.metadata(json!({"authorization_endpoint": endpoint}));
        states(&fails(&fake).await, "the metadata names an address that is not");
    }
    fake.metadata(json!({"registration_endpoint": null}));
    states(&fails(&fake).await, "does not support dynamic registration (RFC 7591); register the client by hand");
    let document = ClientIdentity::document("https://client.example.com/id.json");
    for (identity, part) in [
        (document.clone(), "does not support client ID metadata documents"),
        (document.or_register("Example client"), "supports neither client ID metadata documents nor"),
    ] {
        let client = StepUpClient::new(Settings::user(), ScopeMap::default(), fake.login(identity));
        let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
        states(&stopped.to_string(), part);
    }
    fake.log();
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
    fake.answer_tokens(|_| (401, json!({"error": "invalid_dpop_proof"})));
    states(&fails(&fake).await, "check the clock of this machine");
    // Some servers answer errors with 200.
    fake.answer_tokens(|_| (200, json!({"error": "invalid_client"})));
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

#[tokio::test]
async fn a_client_that_is_not_known_is_registered_again_once() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    fake.answer_tokens(|_| (401, json!({"error": "invalid_client"})));
    for _ in 0..8 {
        assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_err());
    }
    let registrations = fake.log().iter().filter(|request| *request == "POST /register").count();
    assert_eq!((registrations, fake.logins()), (2, 3));
}

#[tokio::test]
async fn a_failure_after_the_login_does_not_ask_the_user_for_each_call() {
    for answer in [
        (|_: &_| (200, json!({"access_token": "a", "token_type": "DPoP"}))) as fn(&_) -> _,
        |_| (200, json!("a token")),
        |_| (400, json!({"error": "invalid_grant"})),
        |_| (503, json!({})),
    ] {
        let fake = Fake::start().await;
        let client = fake.user(Settings::user());
        fake.answer_tokens(answer);
        for _ in 0..8 {
            assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_err());
        }
        assert_eq!(fake.logins(), 3);
        let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
        assert!(matches!(stopped, Stop::Refused(_, Refusal::LoginsInVain)), "{stopped:?}");
        // The user asks again.
        fake.answer_tokens(super::fake::issue);
        client.forget_refusals();
        assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_ok());
    }
}

/// Shows an error page to a client that is not known (RFC 6749 §4.1.2.1), so the browser does not come back.
#[tokio::test]
async fn registers_again_where_the_user_sees_that_the_registration_is_lost() {
    let fake = Fake::start().await;
    for kept in [false, true] {
        let identity = if kept {
            ClientIdentity::public(&fake.base, "registered").or_register("Example client")
        } else {
            ClientIdentity::register("Example client")
        };
        let client = StepUpClient::new(Settings::user(), ScopeMap::default(), fake.login(identity));
        fake.come_back_with(&[("code", "lost")]);
        let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
        assert!(matches!(stopped, Stop::Refused(_, Refusal::TimedOut)), "{stopped:?}");
        fake.come_back_with(&[]);
        fake.log();
        assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_ok());
        assert_eq!(fake.log(), ["POST /register", "POST /token"]);
    }
}

/// The refresh token is of the registration. And an authorization server that registers no more leaves what there is.
#[tokio::test]
async fn a_user_who_is_not_there_does_not_cost_the_registration() {
    for refreshes in [true, false] {
        let fake = Fake::start().await;
        let client = fake.user(Settings::user());
        if refreshes {
            fake.answer_tokens(|form| {
                let (status, mut tokens) = super::fake::issue(form);
                tokens["refresh_token"] = json!("r1");
                (status, tokens)
            });
        }
        assert!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.is_ok());
        fake.come_back_with(&[("code", "lost")]);
        let stopped = fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.unwrap_err();
        assert!(matches!(stopped, Stop::Refused(_, Refusal::TimedOut)), "{stopped:?}");
        fake.come_back_with(&[]);
        fake.document("/register", 403, &json!({}));
        fake.log();
        assert!(fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.is_ok());
        let registrations = fake.log().iter().filter(|request| *request == "POST /register").count();
        assert_eq!(registrations, usize::from(!refreshes));
    }
}

#[tokio::test]
async fn authenticates_as_the_registration_says() {
    for (method, header, secret) in [
        ("client_secret_post", "", Some("s")),
        ("client_secret_basic", "Basic cmVnaXN0ZXJlZDpz", None),
        ("none", "", None),
    ] {
        let fake = Fake::start().await;
        let registered = json!({"client_id": "registered", "client_secret": "s", "token_endpoint_auth_method": method});
        fake.document("/register", 201, &registered);
        fake.call(&fake.user(Settings::user()), "list_notes", "notes:read", Challenge::FULL).await.unwrap();
        let (form, sent) = fake.form();
        assert_eq!((&*sent, form.get("client_secret").map(|secret| &**secret)), (header, secret), "{method}");
    }
    let fake = Fake::start().await;
    let registered = json!({"client_id": "registered", "token_endpoint_auth_method": "private_key_jwt"});
    fake.document("/register", 201, &registered);
    states(&fails(&fake).await, "a method of authentication that it does not support");
}

#[test]
fn a_client_without_a_user_does_not_register_itself() {
    let identity = ClientIdentity::document("https://client.example.com/id.json").or_register("Example client");
    for identity in [identity, ClientIdentity::register("Example client")] {
        let error = HttpAuthorizer::for_client("https://notes.example.com/mcp", identity).unwrap_err();
        assert!(error.to_string().contains("use `ClientIdentity::confidential`"), "{error}");
    }
}

#[tokio::test]
async fn a_user_who_asks_again_and_another_address_try_the_metadata_again() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    fake.document(DOCUMENT, 503, &json!({}));
    let call = async |names_metadata| {
        let challenge = Challenge { names_metadata, ..Challenge::FULL };
        fake.call(&client, "list_notes", "notes:read", challenge).await
    };
    assert!(call(false).await.is_err());
    fake.log();
    assert!(call(false).await.is_err());
    assert!(fake.log().is_empty());
    // A challenge that names the address.
    assert!(call(true).await.is_err());
    assert_eq!(fake.log().len(), 1);
    assert!(call(true).await.is_err());
    assert!(fake.log().is_empty());
    fake.document(
        DOCUMENT,
        200,
        &json!({"resource": "{base}/mcp", "authorization_servers": ["{base}"], "scopes_supported": ["notes:read"]}),
    );
    client.forget_refusals();
    assert!(call(true).await.is_ok());
}

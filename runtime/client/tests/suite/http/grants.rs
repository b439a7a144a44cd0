use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_client::{
    AccessToken, Challenges, Issued, MemoryStore, Refusal, Reply, ScopeMap, Scopes, Settings, StepUpClient, Stop,
    TokenStore as _,
    http::{ClientIdentity, HttpAuthorizer},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::fake::{Challenge, Fake, Form, REDIRECT, issue};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

#[tokio::test]
async fn logs_in_and_steps_up_with_one_request_each() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    assert_eq!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await, Ok("t.notes:read".to_owned()));
    assert_eq!(
        fake.log(),
        [
            "GET /.well-known/oauth-protected-resource/mcp",
            "GET /.well-known/oauth-authorization-server",
            "POST /register",
            "POST /token",
        ]
    );
    let asked = fake.asked();
    let resource = format!("{}/mcp", fake.base);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "registered"),
        ("redirect_uri", REDIRECT),
        ("scope", "notes:read"),
        ("resource", &*resource),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(!asked.contains_key("max_age") && !asked.contains_key("acr_values") && asked["state"].len() == 43);
    let (form, header) = fake.form();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(
        (&*form["resource"], &form["client_id"], &asked["code_challenge"]),
        (&*resource, &"registered".to_owned(), &challenge)
    );
    assert_eq!((&*form["grant_type"], &*form["redirect_uri"], &*header), ("authorization_code", REDIRECT, ""));

    let answer = fake.call(&client, "write_note", "notes:write", Challenge::FULL).await;
    assert_eq!(answer, Ok("t.notes:read+notes:write".to_owned()));
    assert_eq!(fake.log(), ["POST /token"]);
    // Another state and verifier.
    assert_ne!((&fake.asked()["state"], &fake.form().0["code_verifier"]), (&asked["state"], &form["code_verifier"]));
}

#[tokio::test]
async fn asks_for_what_the_metadata_says_where_the_challenge_does_not() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    let challenge = Challenge { names_scope: false, ..Challenge::FULL };
    assert_eq!(fake.call(&client, "list_notes", "notes:read", challenge).await, Ok("t.notes:read".to_owned()));
    assert_eq!(
        fake.call(&client, "delete_note", "notes:admin", challenge).await,
        Ok("t.notes:admin+notes:read".to_owned())
    );
    assert_eq!(fake.call(&client, "write_note", "notes:write", challenge).await, Err(Stop::UnknownScopes));
}

#[tokio::test]
async fn finds_the_metadata_without_a_hint() {
    let fake = Fake::start().await;
    let challenge = Challenge { names_metadata: false, ..Challenge::FULL };
    assert!(fake.call(&fake.user(Settings::user()), "list_notes", "notes:read", challenge).await.is_ok());
    assert_eq!(fake.log().first().unwrap(), "GET /.well-known/oauth-protected-resource/mcp");
    // Only the document of the host, and metadata of the authorization server at the last address. Registration included, at most six requests.
    fake.remove("/.well-known/oauth-protected-resource/mcp");
    fake.document(
        "/.well-known/oauth-protected-resource",
        200,
        &json!({
            "resource": "{base}/", "authorization_servers": ["{base}/tenant"],
        }),
    );
    fake.document(
        "/tenant/.well-known/openid-configuration",
        200,
        &json!({
            "issuer": "{base}/tenant", "authorization_endpoint": "{base}/authorize", "token_endpoint": "{base}/token",
            "registration_endpoint": "{base}/register", "code_challenge_methods_supported": ["S256"],
        }),
    );
    fake.come_back_with(&[("iss", "")]);
    assert!(fake.call(&fake.user(Settings::user()), "list_notes", "notes:read", challenge).await.is_ok());
    assert_eq!(
        fake.log(),
        [
            "GET /.well-known/oauth-protected-resource/mcp",
            "GET /.well-known/oauth-protected-resource",
            "GET /.well-known/oauth-authorization-server/tenant",
            "GET /.well-known/openid-configuration/tenant",
            "GET /tenant/.well-known/openid-configuration",
            "POST /register",
            "POST /token",
        ]
    );
    assert_eq!(fake.form().0["resource"], format!("{}/", fake.base));
}

#[tokio::test]
async fn finds_the_metadata_without_a_challenge() {
    let fake = Fake::start().await;
    let client = fake.user(Settings::user());
    let answer = client.run("tools/list", None, async |token: Option<AccessToken>| {
        let status = if token.is_some() { 200 } else { 401 };
        Reply { status, challenges: Challenges::default(), response: token.map(|token| token.secret().to_owned()) }
    });
    // The scopes are those of the metadata.
    assert_eq!(answer.await.unwrap().as_deref(), Some("t.notes:read"));
}

#[tokio::test]
async fn asks_for_refresh_tokens_where_the_authorization_server_knows_their_scope() {
    for (metadata, scope) in
        [(json!({}), "notes:read"), (json!({"scopes_supported": ["offline_access"]}), "notes:read offline_access")]
    {
        let fake = Fake::start().await;
        fake.metadata(metadata);
        let client = fake.user(Settings::user().offline_access());
        fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
        let asked = fake.asked();
        assert_eq!((&*asked["scope"], asked.contains_key("prompt")), (scope, scope.contains("offline_access")));
    }
}

#[tokio::test]
async fn authenticates_again_with_age_and_class() {
    // Of an OpenID provider the parameters require its scope.
    for (metadata, scope) in [(json!({}), "notes:read"), (json!({"scopes_supported": ["openid"]}), "notes:read openid")]
    {
        let fake = Fake::start().await;
        fake.metadata(metadata);
        let client = fake.user(Settings::user());
        fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
        assert_eq!(fake.asked()["scope"], "notes:read");
        for (error, max_age, acr_values) in [
            (
                "error=\"insufficient_user_authentication\", max_age=\"300\", acr_values=\"phr mfa\"",
                "300",
                Some("phr mfa"),
            ),
            // Not said how: by a new login.
            ("error=\"insufficient_user_authentication\"", "0", None),
        ] {
            let challenge = Challenge { error, names_scope: false, ..Challenge::FULL };
            let stopped = fake.call(&client, "list_notes", "notes:read", challenge).await;
            assert_eq!(stopped, Err(Stop::StillRefused(Scopes::NONE)));
            let asked = fake.asked();
            assert_eq!((&*asked["max_age"], asked.get("acr_values").map(|values| &**values)), (max_age, acr_values));
            assert_eq!(asked["scope"], scope);
        }
    }
}

#[tokio::test]
async fn refreshes_without_scopes_and_keeps_a_token_that_is_not_replaced() {
    let fake = Fake::start().await;
    fake.answer_tokens(|form: &Form| {
        if form["grant_type"] == "refresh_token" {
            assert_eq!((&*form["refresh_token"], form.get("scope")), ("r1", None));
            return (200, json!({"access_token": "t.notes:read+fresh", "token_type": "bearer"}));
        }
        let (status, mut tokens) = issue(form);
        tokens["refresh_token"] = json!("r1");
        (status, tokens)
    });
    let client = fake.user(Settings::user());
    let call = async |tool, scope| fake.call(&client, tool, scope, Challenge::FULL).await;
    assert_eq!(call("list_notes", "notes:read").await, Ok("t.notes:read".to_owned()));
    let expired = Challenge { error: "error=\"invalid_token\"", ..Challenge::FULL };
    let before = fake.forms();
    // A token that was refreshed and refused is not refreshed again: the user is asked.
    assert!(fake.call(&client, "list_notes", "notes:read", expired).await.is_err());
    assert_eq!(fake.forms() - before, 2);
    let (form, _) = fake.form();
    assert_eq!((&*form["grant_type"], &form["resource"]), ("authorization_code", &format!("{}/mcp", fake.base)));
    // The scopes are those of the token before, so a step-up is seen as a change.
    assert_eq!(call("write_note", "notes:write").await, Ok("t.notes:read+notes:write".to_owned()));
}

#[tokio::test]
async fn exchanges_the_token_where_the_metadata_lists_it() {
    let fake = Fake::start().await;
    fake.metadata(json!({"grant_types_supported": ["authorization_code", EXCHANGE]}));
    let client = fake.user(Settings::user());
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.unwrap();
    let (form, _) = fake.form();
    for (name, value) in [
        ("grant_type", EXCHANGE),
        ("subject_token", "t.notes:read"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("scope", "notes:read notes:write"),
        ("resource", &*format!("{}/mcp", fake.base)),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    // Not for this client: the user is asked.
    fake.answer_tokens(|form| {
        if form["grant_type"] == EXCHANGE { (400, json!({"error": "unauthorized_client"})) } else { issue(form) }
    });
    fake.log();
    fake.call(&client, "purge", "notes:admin", Challenge::FULL).await.unwrap();
    assert_eq!(fake.log(), ["POST /token", "POST /token"]);
    assert_eq!(fake.form().0["grant_type"], "authorization_code");
}

#[tokio::test]
async fn uses_the_credentials_of_a_client() {
    let fake = Fake::start().await;
    let identity = ClientIdentity::confidential(&fake.base, "a client", "a secret: %");
    let login = || HttpAuthorizer::for_client(&format!("{}/mcp", fake.base), identity.clone()).unwrap();
    let client = StepUpClient::new(Settings::client_credentials(), ScopeMap::default(), login());
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    let (form, header) = fake.form();
    let expected =
        [("grant_type", "client_credentials"), ("resource", &*format!("{}/mcp", fake.base)), ("scope", "notes:read")];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    // RFC 6749 §2.3.1: both are form-encoded.
    assert_eq!(header, "Basic YStjbGllbnQ6YStzZWNyZXQlM0ErJTI1");
    // It does not step up.
    let stopped = fake.call(&client, "write_note", "notes:write", Challenge::FULL).await;
    assert_eq!(stopped, Err(Stop::NoStepUp(scopes("notes:write"))));
    // In the body, where the metadata lists that only.
    fake.metadata(json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}));
    let client = StepUpClient::new(Settings::client_credentials(), ScopeMap::default(), login());
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    let (form, header) = fake.form();
    assert_eq!((&*form["client_id"], &*form["client_secret"], &*header), ("a client", "a secret: %", ""));
    assert!(!format!("{identity:?} {:?}", login()).contains("secret"));
}

#[tokio::test]
async fn identifies_itself_by_a_document_where_that_is_supported() {
    let fake = Fake::start().await;
    let identity = ClientIdentity::document("https://client.example.com/id.json").or_register("Example client");
    for (supported, id) in [(true, "https://client.example.com/id.json"), (false, "registered")] {
        fake.metadata(json!({"client_id_metadata_document_supported": supported}));
        let client = StepUpClient::new(Settings::user(), ScopeMap::default(), fake.login(identity.clone()));
        fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
        assert_eq!((&*fake.asked()["client_id"], &*fake.form().0["client_id"]), (id, id));
    }
}

#[tokio::test]
async fn final_errors_end_the_operation() {
    for (error, refusal) in [("invalid_scope", Refusal::InvalidScope), ("invalid_target", Refusal::InvalidTarget)] {
        let fake = Fake::start().await;
        let client = fake.user(Settings::user());
        fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
        fake.come_back_with(&[("error", error), ("code", "")]);
        fake.log();
        for _ in 0..2 {
            let stopped = fake.call(&client, "write_note", "notes:write", Challenge::FULL).await;
            assert_eq!(stopped, Err(Stop::Refused(scopes("notes:write"), refusal)));
        }
        assert!(fake.log().is_empty());
        // A user who wants to be asked again.
        fake.come_back_with(&[]);
        client.forget_refusals();
        assert!(fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.is_ok());
    }
}

#[tokio::test]
async fn an_authorization_server_that_never_grants_ends_it() {
    let fake = Fake::start().await;
    fake.answer_tokens(|_| {
        (200, json!({"access_token": "t.notes:read", "token_type": "Bearer", "scope": "notes:read"}))
    });
    let client = fake.user(Settings::user());
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    fake.log();
    let stopped = fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.unwrap_err();
    assert_eq!(stopped, Stop::NotGranted(scopes("notes:write")));
    assert!(stopped.to_string().contains("`notes:write`"));
    assert_eq!(fake.log(), ["POST /token"]);
}

#[tokio::test]
async fn secrets_go_to_the_authorization_server_that_they_are_for() {
    let fake = Fake::start().await;
    let identity = ClientIdentity::confidential("https://auth.example.com", "a client", "a secret");
    let login = HttpAuthorizer::for_client(&format!("{}/mcp", fake.base), identity).unwrap();
    let client = StepUpClient::new(Settings::client_credentials(), ScopeMap::default(), login);
    let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(stopped.to_string().contains("does not name the authorization server of this client"), "{stopped}");
    assert_eq!(fake.log(), ["GET /.well-known/oauth-protected-resource/mcp"]);
    // A refresh token that was kept, from another one: the user is asked.
    for (issuer, grant) in [("https://auth.example.com", "authorization_code"), (&*fake.base, "refresh_token")] {
        let mut issued = Issued::new("t.old");
        issued.refresh_token = Some(AccessToken::new("secret-refresh"));
        issued.issuer = Some(issuer.to_owned());
        let store = MemoryStore::default();
        store.save(&issued, &scopes("notes:read")).await;
        let login = fake.login(ClientIdentity::public(&fake.base, "known"));
        let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login, store).await;
        let _ = fake
            .call(
                &client,
                "list_notes",
                "notes:read",
                Challenge { error: "error=\"invalid_token\"", ..Challenge::FULL },
            )
            .await;
        let form = fake.first_form();
        assert_eq!((&*form["grant_type"], &*form["client_id"]), (grant, "known"));
    }
}

#[tokio::test]
async fn returns_a_registration_to_be_kept() {
    let fake = Fake::start().await;
    let login = fake.login(ClientIdentity::register("Example client"));
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
    assert_eq!(client.authorizer().registered().await, None);
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    let kept = ClientIdentity::public(&fake.base, "registered").or_register("Example client");
    assert_eq!(client.authorizer().registered().await, Some(kept));
}

#[tokio::test]
async fn a_login_with_openid_grants_no_other_scopes() {
    let fake = Fake::start().await;
    fake.metadata(json!({"scopes_supported": ["openid"]}));
    let client = fake.user(Settings::user());
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    fake.come_back_with(&[("code", "closed")]);
    let declined = Err(Stop::Refused(scopes("notes:write"), Refusal::AccessDenied));
    assert_eq!(fake.call(&client, "write_note", "notes:write", Challenge::FULL).await, declined);
    // The user signs in again, and the token has a scope that nothing needs.
    fake.come_back_with(&[]);
    let error = "error=\"insufficient_user_authentication\", max_age=\"60\"";
    let challenge = Challenge { error, names_scope: false, ..Challenge::FULL };
    assert!(fake.call(&client, "list_notes", "notes:read", challenge).await.is_err());
    assert_eq!(fake.asked()["scope"], "notes:read openid");
    fake.log();
    assert_eq!(fake.call(&client, "write_note", "notes:write", Challenge::FULL).await, declined);
    assert!(fake.log().is_empty());
}

//! Tokens of the certified authorization server `oidc-provider`, over HTTP on loopback.
//!
//! | module | holds |
//! |---|---|
//! | `approval` | tests of sign-ins that approve calls |
//! | `bound` | tests of tokens that are bound to a key by DPoP |
//! | `client` | a client that obtains tokens and calls tools |
//! | `login` | tests of the claims about a login |
//! | `process` | starting and stopping `oidc-provider` |
//! | `proof` | DPoP proofs |
//! | `resource` | the resource server |
//! | `step_up` | tests of `mcp-scopes-client`, alone and in front of rmcp's client |
//!
//! `.ci/clients` installs `oidc-provider`. If it is missing, the tests print a message and pass, unless
//! `MCP_SCOPES_CLIENT_TEST` is `required`, as in CI.

mod approval;
mod bound;
mod client;
mod login;
mod process;
mod proof;
mod resource;
mod step_up;

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::token::Issuer;
use serde_json::{Value, json};

use self::{
    process::Format,
    resource::{Servers, access, text},
};

const OPAQUE: &str = "it is opaque, and not a JWT";
const OTHER_AUDIENCE: &str = "`aud` has another value than this server accepts";

/// Returns the header and the claims of a JWT.
fn decoded(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| BASE64.decode(part).unwrap());
    let mut part = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (part(), part())
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_token_that_a_client_obtains_after_the_challenge() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let document = servers.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let challenge = format!("Bearer scope=\"notes:read\", resource_metadata=\"{document}\"");
    assert_eq!((servers.refused.status, &*servers.refused.challenge), (401, &*challenge));

    let client = servers.client.register_for_user().await;
    let scope = servers.refused.attribute("scope").unwrap();
    let tokens = servers.client.log_in(&client, scope).await;
    // A token as RFC 9068 describes it, for this resource.
    let (header, claims) = decoded(access(&tokens));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert_eq!((&claims["aud"], &claims["iss"]), (&json!(servers.resource), &json!(servers.authorization.issuer)));
    assert_eq!((&claims["scope"], &claims["client_id"]), (&json!("notes:read"), &json!(client.id)));
    servers.passes("list_notes", &tokens).await;

    let refresh_token = text(&tokens, "refresh_token");
    let refreshed = servers.client.refresh(&client, refresh_token).await;
    assert_ne!(access(&refreshed), access(&tokens));
    servers.passes("list_notes", &refreshed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_token_for_the_scopes_that_a_denial_names() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, "notes:read").await;
    for (tool, needed) in [("write_note", "notes:write"), ("delete_note", "notes:admin")] {
        let denied = servers.client.call(tool, Some(access(&tokens))).await;
        assert_eq!((denied.status, denied.attribute("error")), (403, Some("insufficient_scope")), "{denied:?}");
        assert_eq!(denied.attribute("scope"), Some(needed), "{denied:?}");
        // The session of the user continues at the authorization server, which asks for the added scope.
        let stepped_up = servers.client.log_in(&client, needed).await;
        assert_eq!(stepped_up["scope"], needed);
        servers.passes(tool, &stepped_up).await;
    }
    // A client that adds the needed scope to the one that it has.
    let both = servers.client.log_in(&client, "notes:read notes:write").await;
    servers.passes("list_notes", &both).await;
    servers.passes("write_note", &both).await;
    // The first token has not gained anything.
    assert_eq!(servers.client.call("write_note", Some(access(&tokens))).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_other_tokens_of_the_same_login() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, "openid notes:read").await;
    servers.passes("list_notes", &tokens).await;
    assert_eq!(servers.refuses(text(&tokens, "refresh_token")).await, OPAQUE);
    // The audience of an ID token is its client.
    assert_eq!(servers.refuses(text(&tokens, "id_token")).await, OTHER_AUDIENCE);
    // A token for no resource is for the userinfo endpoint of the authorization server.
    let tokens = servers.client.log_in_for(&client, "openid", None).await;
    assert_eq!(servers.refuses(access(&tokens)).await, OPAQUE);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_an_id_token_of_the_resource_server() {
    for typed in [true, false] {
        let configure = |issuer: Issuer, _: &str| if typed { issuer.require_access_token_type() } else { issuer };
        let Some(servers) = Servers::start(Format::Jwt, 600, configure).await else { return };
        // Here the client, and so the audience of the ID token, is the resource server. Nothing but the missing type and scopes
        // distinguishes that token from an access token.
        let tokens = servers.client.log_in(&servers.resource_server(), "openid notes:read").await;
        servers.passes("list_notes", &tokens).await;
        let id_token = text(&tokens, "id_token");
        let (header, claims) = decoded(id_token);
        assert_eq!((&header["typ"], &claims["aud"]), (&Value::Null, &json!(servers.resource)));
        if typed {
            let reason = "`typ` in its header does not say that it is an access token";
            assert_eq!(servers.refuses(id_token).await, reason);
        } else {
            let denied = servers.client.call("list_notes", Some(id_token)).await;
            assert_eq!((denied.status, denied.attribute("error")), (403, Some("insufficient_scope")), "{denied:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_tokens_for_other_resources() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let slash = "`aud` differs from the expected value only by a trailing slash";
    for (resource, reason) in [
        ("https://files.example.com/mcp", OTHER_AUDIENCE),
        (&*format!("{}/other", servers.resource), OTHER_AUDIENCE),
        (&*servers.resource.replace("/mcp", "/"), OTHER_AUDIENCE),
        (&*format!("{}/", servers.resource), slash),
    ] {
        let tokens = servers.client.log_in_for(&client, "notes:read", Some(resource)).await;
        assert_eq!(decoded(access(&tokens)).1["aud"], json!(resource));
        assert_eq!(servers.refuses(access(&tokens)).await, reason, "{resource}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn introspects_opaque_tokens_until_they_are_revoked() {
    let Some(servers) = Servers::with_opaque_tokens(600).await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, "notes:read").await;
    assert!(!access(&tokens).contains('.'), "{tokens}");
    servers.passes("list_notes", &tokens).await;
    assert_eq!(servers.client.call("write_note", Some(access(&tokens))).await.status, 403);
    let logged_in = servers.client.log_in(&client, "openid notes:read").await;
    let reason = "its issuer does not introspect tokens of its type";
    assert_eq!(servers.refuses(text(&logged_in, "id_token")).await, reason);
    // The authorization server reports a refresh token as active, without an audience.
    assert_eq!(servers.refuses(text(&tokens, "refresh_token")).await, "`aud` is missing");
    let foreign = servers.client.log_in_for(&client, "notes:read", Some("https://files.example.com/mcp")).await;
    assert_eq!(servers.refuses(access(&foreign)).await, OTHER_AUDIENCE);

    let other = servers.client.log_in(&servers.client.register_for_user().await, "notes:read").await;
    servers.client.revoke(&client, access(&tokens)).await;
    assert_eq!(servers.refuses(access(&tokens)).await, "it is not active");
    assert_eq!(servers.refuses("a-token-of-no-issuer").await, "it is not active");
    servers.passes("list_notes", &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_opaque_tokens_after_their_expiry() {
    let Some(servers) = Servers::with_opaque_tokens(1).await else { return };
    let client = servers.client.register_for_user().await;
    let tokens = servers.client.log_in(&client, "notes:read").await;
    assert_eq!(tokens["expires_in"], 1);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(servers.refuses(access(&tokens)).await, "it is not active");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_token_of_a_client_without_a_user() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let service = json!({"grant_types": ["client_credentials"], "redirect_uris": [], "response_types": []});
    let service = servers.client.register(service).await;
    assert!(service.secret.is_some());
    let tokens = servers.client.log_in_itself(&service, "notes:read").await;
    assert_eq!(decoded(access(&tokens)).1["sub"], json!(service.id));
    servers.passes("list_notes", &tokens).await;
    let denied = servers.client.call("write_note", Some(access(&tokens))).await;
    assert_eq!((denied.status, denied.attribute("scope")), (403, Some("notes:write")), "{denied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_new_key_and_rejects_the_old_one() {
    let pause = Duration::from_millis(50);
    let Some(mut servers) = Servers::start(Format::Jwt, 600, |issuer, _| issuer.fetch_pause(pause)).await else {
        return;
    };
    let client = servers.client.register_for_user().await;
    let old = servers.client.log_in(&client, "notes:read").await;
    servers.passes("list_notes", &old).await;
    // The keys outlast an outage.
    servers.authorization.stop();
    servers.passes("list_notes", &old).await;

    servers.authorization.start_again();
    let client = servers.client.register_for_user().await;
    let new = servers.client.log_in(&client, "notes:read").await;
    let key = |tokens| decoded(access(tokens)).0["kid"].clone();
    assert_ne!(key(&new), key(&old));
    // The first token with an unknown key triggers the request for the keys.
    servers.passes("list_notes", &new).await;
    tokio::time::sleep(pause).await;
    assert_eq!(servers.refuses(access(&old)).await, "its issuer has no key with its `kid`");
    servers.passes("list_notes", &new).await;
}

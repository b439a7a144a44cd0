//! Section 4: tokens of another kind, and the key of a limit.

use core::num::NonZeroU32;

use mcp_scopes_server::token::Dpop;
use serde_json::{Value, json};

use super::fixture::{Fixture, modern_call, object};
use crate::{
    proofs::Client,
    server::{Ask, DOCUMENT},
    tokens::{good, message, now, signed_twice, with},
};

fn read() -> Ask {
    modern_call("read_note", &json!({"title": "a"}))
}

/// Returns the claims of a user, with more members.
fn and(more: &Value) -> Value {
    let mut claims = json!({"sub": "ada", "client_id": "app", "scope": "notes:read"});
    claims.as_object_mut().unwrap().extend(object(more));
    claims
}

/// Returns claims that open the tool.
fn with_scope(claims: &Value) -> Value {
    let mut claims = claims.clone();
    claims["scope"] = json!("notes:read");
    claims
}

#[tokio::test]
async fn rejects_active_tokens_that_are_not_access_tokens() {
    let fixture = Fixture::new().await;
    for (more, is_accepted) in [
        (json!({}), true),
        (json!({"token_type": "Bearer", "typ": "Bearer"}), true),
        (json!({"token_type": "bEARER"}), true),
        (json!({"token_type": "access_token", "token_use": "access_token"}), true),
        (json!({"token_use": "ACCESS", "typ": "at+jwt"}), true),
        (json!({"token_use": "refresh"}), false),
        (json!({"token_use": "refresh_token", "token_type": "Bearer"}), false),
        (json!({"token_use": "id"}), false),
        (json!({"typ": "Refresh"}), false),
        (json!({"typ": "refresh", "token_type": "Bearer"}), false),
        (json!({"typ": "Offline"}), false),
        (json!({"typ": "ID"}), false),
        (json!({"token_type": "refresh"}), false),
        (json!({"token_type": "Refresh_Token"}), false),
        (json!({"token_type": "urn:ietf:params:oauth:token-type:refresh_token"}), false),
        (json!({"token_type": "urn:ietf:params:oauth:token-type:id_token"}), false),
        (json!({"token_type": ["Bearer"]}), false),
    ] {
        let reply = fixture.send(read().token(&fixture.token(&and(&more)))).await;
        if is_accepted {
            assert_eq!(reply.text(), "a", "{more}");
        } else {
            let (status, challenge) = reply.challenge();
            assert!(status == 401 && challenge.contains("not that of an access token"), "{more}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn rejects_tokens_that_are_bound_to_a_key() {
    let fixture = Fixture::new().await;
    let bound = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"});
    let opaque = fixture.token(&and(&json!({"token_type": "DPoP", "cnf": bound})));
    // Without a proof it would be accepted as a plain token.
    let without_key = |more: Value| fixture.token(&and(&more));
    let of_type = [json!({"token_type": "DPoP"}), json!({"token_type": "dPOP", "cnf": null}), json!({"typ": "DPoP"})];
    for token in [opaque, good(&with("cnf", bound))].into_iter().chain(of_type.map(without_key)) {
        let reply = fixture.send(read().token(&token)).await;
        let (status, challenge) = reply.challenge();
        assert!(status == 401 && challenge.contains("`cnf`"), "{reply:?}");
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
}

#[tokio::test]
async fn accepts_bound_tokens_with_a_proof_of_any_issuer() {
    let fixture = Fixture::with(|builder| builder.dpop(Dpop::new())).await;
    let client = Client::Es256;
    let bound = json!({"jkt": client.thumbprint()});
    let opaque = || fixture.token(&and(&json!({"token_type": "DPoP", "cnf": bound})));
    for token in [opaque(), good(&with_scope(&with("cnf", bound.clone())))] {
        // The introspection response or the verified token is cached, and the proof is not.
        for _ in 0..2 {
            let reply = fixture.send(read().proved(client, &token)).await;
            assert_eq!(reply.text(), "a", "{reply:?}");
        }
        let proof = client.proof(&token);
        let ask = || read().dpop_token(&token).header("dpop", &proof);
        assert_eq!(fixture.send(ask()).await.text(), "a");
        for ask in [ask(), read().dpop_token(&token), read().proved(Client::EdDsa, &token), read().token(&token)] {
            let reply = fixture.send(ask).await;
            assert_eq!(reply.status_and_code(), (401, 401), "{reply:?}");
        }
    }
    for more in [json!({"token_type": "DPoP"}), json!({"token_type": "DPoP", "cnf": null})] {
        let token = fixture.token(&and(&more));
        for ask in [read().token(&token), read().proved(client, &token)] {
            let reply = fixture.send(ask).await;
            assert_eq!(reply.status_and_code(), (401, 401), "{more}: {reply:?}");
            let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
            let text = format!("{challenges:?}");
            assert!(text.contains("its type is `DPoP`, and `cnf` does not name its key"), "{more}: {text}");
        }
    }
    assert_eq!(fixture.runs.take().len(), 6);
}

#[tokio::test]
async fn sends_both_challenges_in_order() {
    let fixture = Fixture::with(|builder| builder.dpop(Dpop::new())).await;
    let reply = fixture.send(read()).await;
    // As received, one header for each scheme.
    let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
    let [bearer, dpop] = challenges[..] else { panic!("{reply:?}") };
    let [bearer, dpop] = [bearer, dpop].map(|challenge| challenge.to_str().unwrap());
    assert!(bearer.starts_with("Bearer ") && !bearer.contains("DPoP") && bearer.contains(DOCUMENT), "{bearer}");
    assert!(dpop.starts_with("DPoP ") && dpop.contains("algs=\"") && dpop.contains(DOCUMENT), "{dpop}");
}

#[tokio::test]
async fn counts_sandbox_calls_by_token_whatever_its_spelling() {
    let fixture = Fixture::with(|builder| builder.sandbox_calls_per_minute(NonZeroU32::MIN)).await;
    // The claims name neither a subject nor a client.
    let opaque = || fixture.token(&json!({"scope": "notes:read"}));
    let jwts = |expiry: u64| {
        let mut claims = with("sub", Value::Null);
        claims.as_object_mut().unwrap().extend(object(&json!({"scope": "notes:read", "exp": expiry})));
        signed_twice(&claims)
    };
    let same = opaque();
    for (tokens, other) in [
        (vec![same.clone(), same], opaque()),
        // ECDSA has two valid signatures for each message.
        (jwts(now() + 600).to_vec(), jwts(now() + 601)[0].clone()),
    ] {
        let send = async |scheme: &str, token: &str| {
            let ask = read().header("mcp-sandbox", "sandbox").header("authorization", &format!("{scheme}{token}"));
            fixture.send(ask).await
        };
        assert_eq!(send("Bearer ", &tokens[0]).await.text(), "a");
        for scheme in ["Bearer ", "bEarer ", "BEARER ", "Bearer   ", "bearer  "] {
            for token in &tokens {
                assert_eq!(send(scheme, token).await.status_and_code(), (429, 429), "{scheme}{token}");
            }
        }
        assert_eq!(send("Bearer ", &other).await.text(), "a");
    }
}

#[tokio::test]
async fn returns_scope_and_reason_in_the_challenge_for_an_invalid_token() {
    let fixture = Fixture::new().await;
    let first = fixture.send(read()).await;
    let scope = r#"scope="notes:read""#;
    assert!(first.status == 401 && first.challenge().1.contains(scope), "{first:?}");
    for token in [
        "unknown".to_owned(),
        "a.b.c".to_owned(),
        format!(
            "{}.AAAA",
            message(r#"{"alg":"EdDSA","kid":"ed","crit":["b64"]}"#, &with("aud", json!("a")).to_string())
        ),
        fixture.token(&and(&json!({"exp": now() - 60}))),
        fixture.token(&and(&json!({"aud": "https://other.example.com"}))),
        fixture.token(&and(&json!({"aud": 1}))),
        fixture.token(&and(&json!({"iss": "https://auth.example.com/"}))),
        fixture.token(&and(&json!({"nbf": now() + 600}))),
        fixture.token(&and(&json!({"scp": ["notes:delete"]}))),
        fixture.token(&and(&json!({"typ": "ID"}))),
        good(&with("exp", json!(now() - 600))),
        good(&with("exp", Value::Null)),
        good(&with("iss", json!("https://auth.example.com/"))),
    ] {
        for ask in [read(), Ask::new("GET", "/mcp"), Ask::new("DELETE", "/mcp")] {
            let reply = fixture.send(ask.token(&token)).await;
            let (status, challenge) = reply.challenge();
            assert!(status == 401 && challenge.contains(scope), "{token}: {reply:?}");
            assert!(challenge.contains("invalid_token") && challenge.contains(DOCUMENT), "{token}: {challenge}");
            // A replaced character would appear as `?`.
            assert!(challenge.contains("error_description=\"") && !challenge.contains('?'), "{token}: {challenge}");
        }
    }
}

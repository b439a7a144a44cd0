use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_client::{
    AccessToken, Authorizer, Challenges, Issued, MemoryStore, Refusal, Reply, ScopeMap, Scopes, Settings, StepUpClient,
    Stop,
    http::{ClientIdentity, HttpAuthorizer, Interaction},
};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::fake::{Challenge, Fake, Form, claims, issue};

/// Issues bound tokens.
fn issue_bound(form: &Form) -> (u16, Value) {
    let (status, mut value) = issue(form);
    value["token_type"] = json!("DPoP");
    (status, value)
}

/// Starts servers of which the resource requires bound tokens.
async fn start() -> Fake {
    let fake = Fake::start().await;
    fake.document(
        "/.well-known/oauth-protected-resource/mcp",
        200,
        &json!({
            "resource": "{base}/mcp", "authorization_servers": ["{base}"],
            "dpop_bound_access_tokens_required": true, "dpop_signing_alg_values_supported": ["EdDSA", "ES256"],
        }),
    );
    fake.metadata(json!({"dpop_signing_alg_values_supported": ["ES256"]}));
    fake.answer_tokens(issue_bound);
    fake
}

fn user(fake: &Fake) -> StepUpClient<HttpAuthorizer<impl Interaction + use<>>> {
    StepUpClient::new(Settings::user(), ScopeMap::default(), fake.login(ClientIdentity::register("Example client")))
}

/// Verifies a proof (RFC 9449 §4.3), and returns its claims and the thumbprint of its key.
#[track_caller]
fn verified(proof: &str) -> (Value, String) {
    let (message, signature) = proof.rsplit_once('.').unwrap();
    let header: Value = serde_json::from_slice(&BASE64.decode(message.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
    let jwk = &header["jwk"];
    let text = |name: &str| jwk[name].as_str().unwrap();
    let point = [vec![4], BASE64.decode(text("x")).unwrap(), BASE64.decode(text("y")).unwrap()].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let signature = Signature::from_slice(&BASE64.decode(signature).unwrap()).unwrap();
    key.verify(message.as_bytes(), &signature).unwrap();
    assert_eq!(jwk.as_object().unwrap().len(), 4, "{jwk}");
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y"));
    let claims = claims(proof);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!((now - 5..=now).contains(&claims["iat"].as_u64().unwrap()), "{claims}");
    (claims, BASE64.encode(Sha256::digest(canonical)))
}

#[tokio::test]
async fn binds_tokens_where_the_resource_requires_it() {
    let fake = start().await;
    let client = user(&fake);
    assert_eq!(fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await, Ok("t.notes:read".to_owned()));
    let [proof] = &*fake.proofs() else { panic!("one request for a token") };
    let (claims, thumbprint) = verified(proof);
    assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!(format!("{}/token", fake.base))));
    assert!(claims.get("ath").is_none() && claims.get("nonce").is_none(), "{claims}");
    // The code is bound to the key, too.
    assert_eq!(fake.asked()["dpop_jkt"], thumbprint);

    let token = AccessToken::bound("t.notes:read");
    let url = format!("{}/mcp?a=b", fake.base);
    let authorizer = client.authorizer();
    let (first, second) = (authorizer.proof(&token, "POST", &url), authorizer.proof(&token, "GET", &url));
    let ((first, key), (second, other)) = (verified(&first.unwrap()), verified(&second.unwrap()));
    assert_eq!((&key, &other), (&thumbprint, &thumbprint));
    assert_eq!((&first["htm"], &second["htm"]), (&json!("POST"), &json!("GET")));
    assert_eq!(first["htu"], format!("{}/mcp", fake.base));
    let other = verified(&authorizer.proof(&token, "POST", "HTTPS://Notes.Example.com:443/mcp?a=b").unwrap()).0;
    assert_eq!(other["htu"], "https://notes.example.com/mcp");
    assert_eq!(first["ath"], BASE64.encode(Sha256::digest("t.notes:read")));
    assert_ne!(first["jti"], second["jti"]);
    assert!(first["jti"].as_str().unwrap().len() >= 22);

    // A refresh and a step-up are for the same key. Another authorizer has another one.
    fake.call(&client, "write_note", "notes:write", Challenge::FULL).await.unwrap();
    assert_eq!(verified(fake.proofs().last().unwrap()).1, thumbprint);
    let others = user(&fake);
    fake.call(&others, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    assert_ne!(verified(fake.proofs().last().unwrap()).1, thumbprint);
}

#[tokio::test]
async fn binds_tokens_if_the_client_wants_to() {
    let fake = Fake::start().await;
    fake.answer_tokens(issue_bound);
    let login = fake.login(ClientIdentity::register("Example client")).bind_tokens();
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
    fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap();
    assert_eq!(fake.proofs().len(), 1);
    // Without it, a request has no proof, and a token that claims to be bound is not taken.
    let client = fake.user(Settings::user());
    let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(stopped.to_string().ends_with("issued a token that is not a bearer token"), "{stopped}");
    assert_eq!((fake.proofs().len(), fake.asked().contains_key("dpop_jkt")), (1, false));
}

#[tokio::test]
async fn takes_no_weaker_token_and_no_other_algorithm() {
    let fake = start().await;
    fake.answer_tokens(issue);
    let stopped = fake.call(&user(&fake), "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(stopped.to_string().contains("is not bound to the key of the client (RFC 9449 §5)"), "{stopped}");
    fake.metadata(json!({"dpop_signing_alg_values_supported": ["EdDSA"]}));
    let stopped = fake.call(&user(&fake), "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert!(stopped.to_string().contains("signed with ES256, are not accepted"), "{stopped}");
}

/// Sends a request to a resource that requires a nonce. Each request is recorded with the claims of its proof.
async fn call_with_nonces(
    client: &StepUpClient<HttpAuthorizer<impl Interaction>>,
    fake: &Fake,
    requests: &mut Vec<Option<Value>>,
) -> Result<u16, Stop> {
    let url = format!("{}/mcp", fake.base);
    let answer = client.run("tools/list", None, |token: Option<AccessToken>| {
        let proof = token.as_ref().map(|token| client.authorizer().proof(token, "POST", &url).unwrap());
        let claims = proof.map(|proof| verified(&proof).0);
        assert!(token.is_none_or(|token| token.is_bound() && token.authorization() == "DPoP t.notes:read"));
        let (status, challenge) = match &claims {
            None => (401, "DPoP scope=\"notes:read\""),
            Some(claims) if claims["nonce"] == "of-the-resource" => (200, ""),
            Some(_) => (401, "DPoP error=\"use_dpop_nonce\""),
        };
        if claims.is_some() {
            client.authorizer().keep_nonce(&url, "of-the-resource");
        }
        requests.push(claims);
        async move { Reply { status, challenges: Challenges::parse([challenge]), response: status } }
    });
    answer.await.map_err(|stopped| stopped.stop)
}

#[tokio::test]
async fn sends_a_request_again_with_the_nonce_of_its_server() {
    let fake = start().await;
    fake.require_nonce("of-the-issuer");
    let client = user(&fake);
    let mut requests = Vec::new();
    assert_eq!(call_with_nonces(&client, &fake, &mut requests).await, Ok(200));
    let nonces: Vec<Value> = fake.proofs().iter().map(|proof| verified(proof).0["nonce"].clone()).collect();
    assert_eq!(nonces, [Value::Null, json!("of-the-issuer")]);
    // The nonce of one server is not sent to the other one. The user was asked once, and the same code was sent again.
    assert_eq!(fake.log().iter().filter(|request| *request == "POST /token").count(), 2);
    let sent: Vec<Option<Value>> =
        requests.iter().map(|claims| claims.as_ref().map(|claims| claims["nonce"].clone())).collect();
    assert_eq!(sent, [None, Some(Value::Null), Some(json!("of-the-resource"))]);
    assert_ne!(requests[1].as_ref().unwrap()["jti"], requests[2].as_ref().unwrap()["jti"]);
}

#[tokio::test]
async fn ends_where_each_answer_has_another_nonce() {
    let fake = start().await;
    fake.require_nonce("n*");
    let client = user(&fake);
    let stopped = fake.call(&client, "list_notes", "notes:read", Challenge::FULL).await.unwrap_err();
    assert_eq!(stopped, Stop::Refused(Scopes::parse("notes:read").unwrap(), Refusal::UseNonce));
    assert_eq!(fake.forms(), 2);
}

#[tokio::test]
async fn asks_again_for_a_token_of_an_earlier_key() {
    let fake = start().await;
    let mut issued = Issued::new("old");
    issued.access_token = AccessToken::bound("old");
    let store = MemoryStore::default();
    let login = fake.login(ClientIdentity::register("Example client"));
    mcp_scopes_client::TokenStore::save(&store, &issued, &Scopes::parse("notes:list").unwrap()).await;
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login, store).await;
    let answer = client.run("tools/list", None, |token: Option<AccessToken>| {
        let is_new = token.is_some_and(|token| token.secret() != "old");
        let challenge = format!("DPoP error=\"invalid_token\", resource_metadata=\"{}/none\"", fake.base);
        let status = if is_new { 200 } else { 401 };
        async move { Reply { status, challenges: Challenges::parse([challenge]), response: status } }
    });
    assert_eq!(answer.await.unwrap(), 200);
}

#[test]
fn shows_no_key_and_no_token() {
    let login =
        HttpAuthorizer::for_client("https://h/mcp", ClientIdentity::public("https://auth.example.com", "a client"))
            .unwrap();
    assert_eq!(format!("{:?}", login.bind_tokens()), "HttpAuthorizer { .. }");
    assert_eq!(format!("{:?}", AccessToken::bound("secret")), "AccessToken(..)");
}

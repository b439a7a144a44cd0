//! Tokens that the authorization server binds to a key of the client (RFC 9449 §5, §7).

use std::collections::BTreeSet;

use mcp_scopes_server::token::Dpop;
use serde_json::{Value, json};

use super::{
    access,
    client::{Answer, Registration},
    decoded,
    process::{Format, run_typescript_client},
    proof::ProofKey,
    resource::{Servers, text},
};

/// The challenge of the scheme `DPoP`, before the address of the metadata.
const ALGORITHMS: &str = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA";

/// Starts both servers and registers a client with a key.
async fn start(format: Format, dpop: Dpop) -> Option<(Servers, Registration)> {
    let configure = |issuer, resource: &str| match format {
        Format::Jwt | Format::JwtWithNonces => issuer,
        Format::Opaque => Servers::introspected(issuer, resource),
    };
    let mut servers = Servers::start_with(format, 600, configure, |builder| builder.dpop(dpop)).await?;
    servers.client.key = Some(ProofKey::generate());
    let client = servers.client.register_for_user().await;
    Some((servers, client))
}

/// Returns a new proof of the client's key for a call with this token.
fn proof(servers: &Servers, token: &str) -> String {
    servers.client.key.as_ref().unwrap().proof("POST", &servers.resource, Some(token))
}

#[track_caller]
fn passes(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text.contains("\"result\"") && !answer.text.contains("\"isError\":true"), "{answer:?}");
}

/// Checks that the challenge of `DPoP` states this error, and that of `Bearer`, if there is one, none.
#[track_caller]
fn is_refused(answer: &Answer, error: &str, reason: &str) {
    assert_eq!(answer.status, 401, "{answer:?}");
    let challenge = answer.dpop_challenge.as_ref().unwrap_or(&answer.challenge);
    assert!(challenge.starts_with("DPoP scope=\"notes:read\", error="), "{challenge}");
    assert!(challenge.contains(&format!("error=\"{error}\"")) && challenge.contains(reason), "{reason}: {challenge}");
    assert!(answer.dpop_challenge.is_none() || !answer.challenge.contains("error"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_bound_token_with_a_proof() {
    for dpop in [Dpop::new(), Dpop::required()] {
        let Some((servers, client)) = start(Format::Jwt, dpop).await else { return };
        let tokens = servers.client.log_in(&client, "notes:read").await;
        assert_eq!(tokens["token_type"], "DPoP");
        let token = access(&tokens);
        let thumbprint = servers.client.key.as_ref().unwrap().thumbprint();
        assert_eq!(decoded(token).1["cnf"], json!({"jkt": thumbprint}));
        passes(&servers.client.call_proved("list_notes", token, &proof(&servers, token)).await);

        // The scopes of a bound token are checked, and the challenge is in its scheme.
        let denied = servers.client.call_proved("write_note", token, &proof(&servers, token)).await;
        assert_eq!((denied.status, denied.attribute("scope")), (403, Some("notes:write")), "{denied:?}");
        assert!(denied.challenge.starts_with("DPoP ") && denied.dpop_challenge.is_none(), "{denied:?}");

        let refreshed = servers.client.refresh(&client, text(&tokens, "refresh_token")).await;
        let token = access(&refreshed);
        assert_eq!(decoded(token).1["cnf"], json!({"jkt": thumbprint}));
        passes(&servers.client.call_proved("list_notes", token, &proof(&servers, token)).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_a_bound_token_without_its_proof() {
    let Some((servers, client)) = start(Format::Jwt, Dpop::new()).await else { return };
    let tokens = servers.client.log_in(&client, "notes:read").await;
    let (token, key) = (access(&tokens), servers.client.key.as_ref().unwrap());

    // As a stolen token.
    assert!(servers.refuses(token).await.starts_with("it is bound to a key by `cnf`"));
    let call = async |proof: &str| servers.client.call_proved("list_notes", token, proof).await;
    let used = proof(&servers, token);
    passes(&call(&used).await);
    is_refused(&call(&used).await, "invalid_dpop_proof", "`jti` was used before");
    let stolen = ProofKey::generate().proof("POST", &servers.resource, Some(token));
    is_refused(&call(&stolen).await, "invalid_token", "another key");
    for address in [
        servers.authorization.issuer.clone(),
        format!("{}/other", servers.resource),
        servers.resource.replace("/mcp", "/"),
        servers.resource.replace("127.0.0.1", "localhost"),
    ] {
        let elsewhere = key.proof("POST", &address, Some(token));
        is_refused(&call(&elsewhere).await, "invalid_dpop_proof", "`htu` is not the address");
    }
    is_refused(&call(&key.proof("GET", &servers.resource, Some(token))).await, "invalid_dpop_proof", "`htm`");
    // The proof with which the token was obtained names no token.
    is_refused(&call(&key.proof("POST", &servers.resource, None)).await, "invalid_dpop_proof", "`ath` is missing");
    let other = servers.client.log_in(&client, "notes:read").await;
    is_refused(&call(&proof(&servers, access(&other))).await, "invalid_dpop_proof", "`ath` is not the hash");
    passes(&call(&proof(&servers, token)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_plain_tokens_unless_dpop_is_required() {
    for (dpop, required) in [(Dpop::new(), false), (Dpop::required(), true)] {
        let Some((mut servers, client)) = start(Format::Jwt, dpop).await else { return };
        let key = servers.client.key.take().unwrap();
        let tokens = servers.client.log_in(&client, "notes:read").await;
        assert_eq!((&tokens["token_type"], &decoded(access(&tokens)).1["cnf"]), (&json!("Bearer"), &Value::Null));
        let plain = servers.client.call("list_notes", Some(access(&tokens))).await;
        if required {
            is_refused(&plain, "invalid_token", "this server requires DPoP");
        } else {
            passes(&plain);
        }
        let proof = key.proof("POST", &servers.resource, Some(access(&tokens)));
        let proved = servers.client.call_proved("list_notes", access(&tokens), &proof).await;
        is_refused(&proved, "invalid_token", "not bound to a key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_an_opaque_bound_token_with_a_proof() {
    let Some((servers, client)) = start(Format::Opaque, Dpop::new()).await else { return };
    let tokens = servers.client.log_in(&client, "notes:read").await;
    let token = access(&tokens);
    assert!(!token.contains('.') && tokens["token_type"] == "DPoP", "{tokens}");
    let used = proof(&servers, token);
    passes(&servers.client.call_proved("list_notes", token, &used).await);
    let replayed = servers.client.call_proved("list_notes", token, &used).await;
    is_refused(&replayed, "invalid_dpop_proof", "`jti` was used before");
    assert!(servers.refuses(token).await.starts_with("it is bound to a key by `cnf`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn states_the_algorithms_of_proofs_in_metadata_and_challenges() {
    for (dpop, required) in [(Dpop::new(), Value::Null), (Dpop::required(), json!(true))] {
        let Some((servers, _)) = start(Format::Jwt, dpop).await else { return };
        let url = servers.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
        let document = servers.client.get(&url).await;
        let algorithms: Vec<_> = ALGORITHMS.split(' ').collect();
        assert_eq!(document["dpop_signing_alg_values_supported"], json!(algorithms));
        assert_eq!(document["dpop_bound_access_tokens_required"], required);
        let bearer = format!("Bearer scope=\"notes:read\", resource_metadata=\"{url}\"");
        let dpop = format!("DPoP scope=\"notes:read\", algs=\"{ALGORITHMS}\", resource_metadata=\"{url}\"");
        let Answer { challenge, dpop_challenge, .. } = &servers.refused;
        if required.is_null() {
            assert_eq!((challenge, dpop_challenge.as_ref()), (&bearer, Some(&dpop)));
        } else {
            assert_eq!((challenge, dpop_challenge.as_ref()), (&dpop, None));
        }
        // The authorization server accepts some of them.
        let offered = servers.client.algorithms_of_proofs();
        assert!(offered.iter().any(|name| algorithms.contains(name)), "{offered:?}");
    }
}

/// The TypeScript SDK creates its proofs itself, and obtains more scopes by the challenges of the scheme `DPoP`.
#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_proofs_of_the_typescript_sdk() {
    for (dpop, mode) in [(Dpop::new(), "auto"), (Dpop::required(), "auto"), (Dpop::new(), "legacy")] {
        let Some((servers, client)) = start(Format::Jwt, dpop).await else { return };
        let resource = servers.resource.clone();
        let report =
            tokio::task::spawn_blocking(move || run_typescript_client(&resource, mode, &client.id)).await.unwrap();
        let Some(report) = report else { return };
        assert_eq!(
            (&report["told"]["list"], &report["told"]["write"]),
            (&json!("lunch\nwelcome"), &json!("wrote `client`"))
        );
        assert_eq!(report["told"]["delete"], "deleted `client`");
        assert_eq!(report["asked"].as_array().unwrap().len(), 3, "{report:#}");
        let calls: Vec<_> = report["exchanges"].as_array().unwrap().iter().collect();
        let calls = calls.into_iter().filter(|exchange| exchange["url"] == *servers.resource);
        let (proved, others): (Vec<_>, Vec<_>) = calls.partition(|exchange| exchange["scheme"] == "DPoP");
        // The first request has no token, and no other one was sent without a proof.
        assert!(others.iter().all(|exchange| exchange["scheme"].is_null()), "{report:#}");
        assert_eq!(others.iter().filter(|exchange| exchange["status"] != 401).count(), 0, "{report:#}");
        let proofs: BTreeSet<_> = proved.iter().map(|exchange| exchange["proof"].as_str().unwrap()).collect();
        assert!(proofs.len() > 8 && proofs.len() == proved.len(), "{report:#}");
        let denied: Vec<_> = proved.iter().filter(|exchange| exchange["status"] == 401).collect();
        assert_eq!(denied.len(), 0, "{report:#}");
    }
}

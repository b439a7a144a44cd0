//! Tokens that are bound to a key (RFC 9449) or to a certificate (RFC 8705).
//!
//! | module | holds |
//! |---|---|
//! | `proofs` | the rules for a proof |

mod proofs;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{
    ResourceServer, ResourceServerBuilder, Token,
    token::{Algorithm, ApiKeys, Dpop, Issuer, KeySet},
};
use serde_json::{Value, json};

use crate::{
    proofs::Client,
    server::{Answer, Ask, BuildNow as _, DOCUMENT, Server, TOOLS, Tokens},
    tokens::{ISSUER, all, claims, good, with},
};

const ALL_ALGORITHMS: &str = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA";

fn builder() -> ResourceServerBuilder {
    let keys: KeySet = (*all()).clone();
    ResourceServer::builder(&TOOLS).issuer(Issuer::keys(ISSUER, keys))
}

fn server(dpop: Dpop) -> Server {
    Server::around(builder().dpop(dpop))
}

fn read() -> Ask {
    Ask::call("list_files")
}

/// Returns the challenge of the scheme `DPoP` beside that of `Bearer`, which states no error.
#[track_caller]
fn of_dpop(answer: &Answer) -> &str {
    assert_eq!(answer.refused(), (401, 401), "{answer:?}");
    let challenges = answer.challenges();
    let [bearer, dpop] = challenges[..] else { panic!("{challenges:?}") };
    assert_eq!(bearer, format!("Bearer scope=\"files:read\", resource_metadata=\"{DOCUMENT}\""));
    assert!(dpop.starts_with("DPoP scope=\"files:read\", error="), "{dpop}");
    let end = format!(", algs=\"{ALL_ALGORITHMS}\", resource_metadata=\"{DOCUMENT}\"");
    assert!(dpop.ends_with(&end), "{dpop}");
    dpop
}

#[track_caller]
fn rejects_proof(answer: &Answer, reason: &str, what: &str) {
    let challenge = of_dpop(answer);
    assert!(challenge.contains("error=\"invalid_dpop_proof\"") && challenge.contains(reason), "{what}: {challenge}");
    assert!(answer.body.contains("the DPoP proof was refused: "), "{what}: {}", answer.body);
}

#[tokio::test]
async fn accepts_a_bound_token_with_a_proof_once() {
    for dpop in [Dpop::new(), Dpop::required()] {
        let server = server(dpop);
        for client in Client::ALL {
            let (token, token_again) = (client.token(), client.token());
            let proof = client.proof(&token);
            let ask = || read().dpop_token(&token).header("dpop", &proof);
            let answer = server.send(ask()).await;
            let seen = answer.passed();
            assert_eq!(seen.subject.as_deref(), Some("ada"));
            assert!(!seen.headers.contains_key("authorization") && !seen.headers.contains_key("dpop"), "{seen:?}");
            let again = server.send(ask()).await;
            assert_eq!(again.refused(), (401, 401));
            assert!(again.challenges().last().unwrap().contains("`jti` was used before"), "{client:?} {again:?}");
            server.send(read().proved(client, &token_again)).await.passed();
        }
    }
}

#[tokio::test]
async fn accepts_any_case_of_the_scheme() {
    let (server, client) = (server(Dpop::new()), Client::Es256);
    let token = client.token();
    for value in [format!("dpop {token}"), format!("DPOP {token}"), format!("DPoP   {token}")] {
        let ask = read().header("authorization", &value).header("dpop", &client.proof(&token));
        server.send(ask).await.passed();
    }
}

#[tokio::test]
async fn rejects_tokens_sent_with_the_wrong_scheme() {
    let (server, client) = (server(Dpop::new()), Client::Es256);
    let (bound, plain) = (client.token(), good(&claims()));
    // RFC 9449 §7.2: a stolen token must not be usable as a bearer token. The proof does not help.
    for ask in [read().token(&bound), read().token(&bound).header("dpop", &client.proof(&bound))] {
        let answer = server.send(ask).await;
        assert_eq!(answer.refused(), (401, 401));
        let challenges = answer.challenges();
        let [bearer, dpop] = challenges[..] else { panic!("{challenges:?}") };
        assert!(bearer.starts_with("Bearer scope=\"files:read\", error=\"invalid_token\""), "{bearer}");
        assert!(bearer.contains("send it as `Authorization: DPoP`"), "{bearer}");
        let alone = format!("DPoP scope=\"files:read\", algs=\"{ALL_ALGORITHMS}\", resource_metadata=\"{DOCUMENT}\"");
        assert_eq!(dpop, alone);
    }
    let answer = server.send(read().proved(client, &plain)).await;
    let challenge = of_dpop(&answer);
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains("not bound to a key"), "{challenge}");
    // A plain token is accepted as before, and a stray proof is ignored and not forwarded.
    let answer = server.send(read().token(&plain).header("dpop", "x")).await;
    assert!(!answer.passed().headers.contains_key("dpop"));
    // Another error of the token is reported in the scheme of the request.
    let answer = server.send(read().proved(client, &good(&with("aud", json!("https://other"))))).await;
    assert!(of_dpop(&answer).contains("error=\"invalid_token\""));
}

#[tokio::test]
async fn requires_bound_tokens_if_configured() {
    let (server, client) = (server(Dpop::required()), Client::Es256);
    server.send(read().proved(client, &client.token())).await.passed();
    let plain = good(&claims());
    for (ask, error) in [
        (read(), ""),
        (read().token(&plain), "requires DPoP"),
        (read().token(&client.token()), "send it as `Authorization: DPoP`"),
        (read().proved(client, &plain), "not bound to a key"),
        (read().dpop_token(&client.token()), "there is no header `DPoP`"),
        (read().header("authorization", "Basic YTpi"), ""),
    ] {
        let answer = server.send(ask).await;
        assert_eq!(answer.refused(), (401, 401));
        let challenge = answer.challenge();
        assert!(challenge.starts_with("DPoP scope=\"files:read\"") && challenge.contains(error), "{challenge}");
        assert_eq!(challenge.contains("error"), !error.is_empty(), "{challenge}");
    }
}

#[tokio::test]
async fn rejects_bound_tokens_by_default() {
    let (server, client) = (Server::around(builder()), Client::Es256);
    let token = client.token();
    let answer = server.send(read().token(&token)).await;
    assert_eq!(answer.refused(), (401, 401));
    assert!(answer.challenge().contains("does not verify the proof of possession"), "{answer:?}");
    // The scheme is unknown, and its header does not go inward.
    let answer = server.send(read().proved(client, &token)).await;
    assert_eq!(answer.challenge(), format!("Bearer scope=\"files:read\", resource_metadata=\"{DOCUMENT}\""));
    let answer = server.send(read().token(&good(&claims())).header("dpop", "x")).await;
    assert!(!answer.passed().headers.contains_key("dpop"));
}

#[tokio::test]
async fn challenges_with_both_schemes_and_bearer_first() {
    let (server, client) = (server(Dpop::new()), Client::Es256);
    let names = format!("algs=\"{ALL_ALGORITHMS}\"");
    for (ask, scope) in [(read(), "files:read"), (Ask::call("write_file"), "files:write")] {
        let answer = server.send(ask).await;
        assert_eq!(answer.status, 401);
        let expected = [
            format!("Bearer scope=\"{scope}\", resource_metadata=\"{DOCUMENT}\""),
            format!("DPoP scope=\"{scope}\", {names}, resource_metadata=\"{DOCUMENT}\""),
        ];
        assert_eq!(answer.challenges(), expected);
    }
    // 403 and 400 are about the request: one challenge, in its scheme.
    let run = || Ask::call("run");
    let scopes = "scope=\"system:execute oncall\", error=\"insufficient_scope\"";
    let bound = client.token();
    for (ask, status, begin) in [
        (run().token(&good(&claims())), 403, format!("Bearer {scopes}, resource_metadata")),
        (run().proved(client, &bound), 403, format!("DPoP {scopes}, {names}, resource_metadata")),
        (read().header("authorization", "DPoP a b"), 400, "DPoP error=\"invalid_request\"".to_owned()),
        (read().header("authorization", "Bearer a b"), 400, "Bearer error=\"invalid_request\"".to_owned()),
        (read().dpop_token(&bound).token(&bound), 400, "Bearer error=\"invalid_request\"".to_owned()),
    ] {
        let answer = server.send(ask).await;
        assert_eq!(answer.refused().0, status);
        assert!(answer.challenge().starts_with(&begin), "{begin}: {}", answer.challenge());
    }
}

#[tokio::test]
async fn states_bound_tokens_in_the_metadata() {
    let only = [Algorithm::Es256, Algorithm::EdDsa];
    let (some, all) = (|| Dpop::new().algorithms(only), || Dpop::required().algorithms(only));
    let (listed, none, yes) = (json!(["ES256", "EdDSA"]), Value::Null, json!(true));
    for (builder, algorithms, required, certificates) in [
        (builder(), &none, &none, &none),
        (builder().proof_checked_by_proxy(), &none, &none, &yes),
        (builder().dpop(some()), &listed, &none, &none),
        (builder().dpop(all()), &listed, &yes, &none),
        (builder().dpop(some()).proof_checked_by_proxy(), &listed, &none, &yes),
    ] {
        let document = Server::around(builder).send(Ask::new("GET", DOCUMENT)).await.json();
        assert_eq!(&document["dpop_signing_alg_values_supported"], algorithms);
        assert_eq!(&document["dpop_bound_access_tokens_required"], required);
        assert_eq!(&document["tls_client_certificate_bound_access_tokens"], certificates);
    }
}

#[tokio::test]
async fn trusts_a_proxy_with_certificates_only_if_configured() {
    let thumbprint = BASE64.encode([7; 32]);
    let certificate = good(&with("cnf", json!({"x5t#S256": thumbprint})));
    let key = Client::Es256;
    let both = good(&with("cnf", json!({"jkt": key.thumbprint(), "x5t#S256": thumbprint})));
    let by_proxy = || Server::around(builder().proof_checked_by_proxy());
    let with_both = || Server::around(builder().proof_checked_by_proxy().dpop(Dpop::new()));
    let not_verified = "does not verify the proof of possession";
    for (server, ask, reason) in [
        (by_proxy(), read().token(&certificate), None),
        (with_both(), read().token(&certificate), None),
        (with_both(), read().proved(key, &both), None),
        (Server::around(builder()), read().token(&certificate), Some(not_verified)),
        (server(Dpop::new()), read().token(&certificate), Some(not_verified)),
        (server(Dpop::new()), read().proved(key, &both), Some(not_verified)),
        (by_proxy(), read().token(&both), Some(not_verified)),
        (by_proxy(), read().token(&key.token()), Some(not_verified)),
        (with_both(), read().token(&both), Some("send it as `Authorization: DPoP`")),
        (with_both(), read().proved(key, &certificate), Some("not bound to a key")),
        (
            Server::around(builder().proof_checked_by_proxy().dpop(Dpop::required())),
            read().token(&certificate),
            Some("requires DPoP"),
        ),
    ] {
        let answer = server.send(ask).await;
        match reason {
            None => _ = answer.passed(),
            Some(reason) => {
                assert_eq!(answer.refused(), (401, 401));
                assert!(answer.challenges().iter().any(|challenge| challenge.contains(reason)), "{reason}: {answer:?}");
            }
        }
    }
    for cnf in [json!({}), json!("x"), json!({"kid": "a"}), json!({"jwk": key.jwk()}), json!({"x5t": "a"})] {
        let token = good(&with("cnf", cnf.clone()));
        for ask in [read().token(&token), read().proved(key, &token)] {
            let answer = with_both().send(ask).await;
            assert_eq!(answer.refused(), (401, 401), "{cnf}");
            assert!(answer.body.contains("`cnf` has a member other than"), "{cnf}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn rejects_settings_that_cannot_work() {
    let problems = |dpop: Dpop| {
        let error = builder().dpop(dpop).build_now().unwrap_err();
        error.problems().iter().map(|problem| (problem.setting, problem.to_string())).collect::<Vec<_>>()
    };
    for (dpop, text) in [
        (Dpop::new().algorithms([]), "symmetric or missing"),
        (Dpop::new().algorithms([Algorithm::Es256, Algorithm::Hs256]), "symmetric or missing"),
        (Dpop::new().max_age(Duration::ZERO), "greater than zero"),
        (Dpop::new().proof_limits(0, 1), "greater than zero"),
        (Dpop::new().proof_limits(1, 0), "greater than zero"),
    ] {
        let problems = problems(dpop);
        assert!(problems.iter().any(|(setting, problem)| *setting == "dpop" && problem.contains(text)), "{problems:?}");
    }
    let keys = || ApiKeys::new("https://files.example.com", b"16 random bytes!").unwrap();
    let keys = || {
        let keys = keys();
        let hash = keys.hash(Token::new("sk_live_Zm9vYmFyYmF6cXV1eA"));
        keys.key(&hash, "ci", "files:read").unwrap()
    };
    let error = builder().api_keys(keys()).dpop(Dpop::required()).build_now().unwrap_err();
    assert!(error.to_string().contains("API keys are not bound to a key"), "{error}");
    // Beside DPoP they are accepted.
    let server = Server::around(builder().api_keys(keys()).dpop(Dpop::new()));
    server.send(read().token("sk_live_Zm9vYmFyYmF6cXV1eA")).await.passed();
}

#[tokio::test]
async fn checks_the_binding_of_claims_of_any_verifier() {
    let server = Server::with(|builder| builder.verifier(Tokens).dpop(Dpop::new()));
    server.send(read().token("reader")).await.passed();
    let answer = server.send(read().proved(Client::Es256, "reader")).await;
    assert!(of_dpop(&answer).contains("not bound to a key"));
}

#[tokio::test]
async fn rejects_an_unknown_binding_before_a_closure_reads_the_claims() {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let keys: KeySet = (*all()).clone();
    let issuer = Issuer::keys(ISSUER, keys).claims(move |verified| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(verified.accept()?.scopes(["files:read"]))
    });
    let server = Server::around(ResourceServer::builder(&TOOLS).issuer(issuer).dpop(Dpop::new()));
    let (client, thumbprint) = (Client::Es256, Client::Es256.thumbprint());
    for (cnf, reason) in [
        (json!({"kid": "a"}), "`cnf` has a member other than"),
        (json!({"jkt": thumbprint, "kid": "a"}), "`cnf` has a member other than"),
        (json!("x"), "`cnf` has a member other than"),
        (json!({}), "`cnf` has a member other than"),
        (json!({"jkt": 7}), "`jkt` in `cnf` is not a SHA-256 thumbprint"),
        (json!({"jkt": thumbprint, "x5t#S256": thumbprint}), "bound to a certificate"),
    ] {
        let token = good(&with("cnf", cnf.clone()));
        for ask in [read().token(&token), read().proved(client, &token)] {
            let answer = server.send(ask).await;
            assert_eq!(answer.refused(), (401, 401), "{cnf}");
            assert!(answer.body.contains(reason), "{cnf}: {answer:?}");
        }
    }
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    server.send(read().proved(client, &client.token())).await.passed();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn rejects_a_token_of_the_type_dpop_without_a_key() {
    let thumbprint = Client::Es256.thumbprint();
    for (name, value) in [("token_type", "DPoP"), ("token_type", "dpop"), ("typ", "DPoP")] {
        let token = good(&with(name, json!(value)));
        for server in [server(Dpop::new()), server(Dpop::required()), Server::around(builder())] {
            let answer = server.send(read().token(&token)).await;
            assert_eq!(answer.refused(), (401, 401), "{name}");
            assert!(answer.body.contains("its type is `DPoP`, and `cnf` does not name its key"), "{answer:?}");
        }
        let mut claims = with(name, json!(value));
        claims["cnf"] = json!({"jkt": thumbprint});
        server(Dpop::new()).send(read().proved(Client::Es256, &good(&claims))).await.passed();
    }
}

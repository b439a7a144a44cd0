//! The authorization server: issued tokens and rejected requests.

use std::{
    net::{TcpListener, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::program::Served;

const REDIRECT: &str = "http://127.0.0.1:4567/callback";
const VERIFIER: &str = "a-verifier-that-is-as-long-as-one-has-to-be-43";

/// A client that sends invalid requests.
struct Asking {
    http: Client,
    served: Served,
    issuer: String,
}

impl Asking {
    async fn start() -> Self {
        let served = Served::start(&[]);
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let url = served.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
        let document: Value = http.get(url).send().await.unwrap().json().await.unwrap();
        let issuer = document["authorization_servers"][0].as_str().unwrap().to_owned();
        Self { http, served, issuer }
    }

    async fn register(&self, metadata: Value) -> (u16, Value) {
        let url = format!("{}/register", self.issuer);
        let answer = self.http.post(url).json(&metadata).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A client with a typical registration.
    async fn client(&self) -> String {
        let (status, client) = self
            .register(json!({
                "redirect_uris": [REDIRECT],
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
            }))
            .await;
        assert_eq!(status, 201, "{client}");
        client["client_id"].as_str().unwrap().to_owned()
    }

    /// The parameters of an approved authorization. The given ones replace some of them, or remove them if they are
    /// empty.
    async fn authorize(&self, client: &str, other: &[(&str, &str)]) -> reqwest::Response {
        let challenge = BASE64.encode(Sha256::digest(VERIFIER));
        let usual = [
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("scope", "notes:read notes:write"),
            ("resource", &self.served.resource),
            ("state", "stated"),
        ];
        let kept = usual.iter().filter(|(name, _)| !other.iter().any(|(changed, _)| changed == name));
        let given = kept.chain(other).filter(|(_, value)| !value.is_empty());
        let url = Url::parse_with_params(&format!("{}/authorize", self.issuer), given).unwrap();
        self.http.get(url).send().await.unwrap()
    }

    /// Returns a parameter of the redirect of an authorization.
    async fn redirected(&self, client: &str, other: &[(&str, &str)], name: &str) -> String {
        let answer = self.authorize(client, other).await;
        assert_eq!(answer.status(), 302, "{:?}", answer.text().await);
        let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        assert!(location.as_str().starts_with(REDIRECT), "{location}");
        let all: std::collections::BTreeMap<_, _> = location.query_pairs().collect();
        assert_eq!((&*all["state"], &*all["iss"]), ("stated", &*self.issuer), "{location}");
        all.get(name).unwrap_or_else(|| panic!("{location}")).clone().into_owned()
    }

    async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.http.post(format!("{}/token", self.issuer)).form(form).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The form that exchanges a code.
    async fn exchanged(&self, client: &str, other: &[(&str, &str)]) -> Value {
        let code = self.redirected(client, other, "code").await;
        let (status, answer) = self.token(&by_code(client, &code)).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Returns the response to a call of `write_note`.
    async fn write(&self, token: &str, header: Option<&str>) -> (u16, String, String) {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "write_note", "arguments": {"title": "a", "text": "b"}, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        }});
        let request = self.http.post(&self.served.resource).json(&body).bearer_auth(token);
        let request = request.header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28");
        let mut request = request.header("mcp-method", "tools/call").header("mcp-name", "write_note");
        if let Some(environment) = header {
            request = request.header("mcp-sandbox", environment);
        }
        let answer = request.send().await.unwrap();
        let environment = answer.headers()["mcp-environment"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), environment, answer.text().await.unwrap())
    }
}

fn by_code<'a>(client: &'a str, code: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("code", code),
    ]
}

/// Returns a part of a token: 0 is the header, 1 the claims.
fn part(token: &Value, number: usize) -> Value {
    let part = token["access_token"].as_str().unwrap().split('.').nth(number).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn issues_tokens_with_the_requested_claims() {
    let asking = Asking::start().await;
    let client = asking.client().await;
    let token = asking.exchanged(&client, &[]).await;
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("notes:read notes:write")));
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert_eq!(
        [&claims["iss"], &claims["aud"], &claims["sub"], &claims["client_id"], &claims["env"]],
        [&json!(asking.issuer), &json!(asking.served.resource), &json!("ada"), &json!(client), &json!("live")]
    );
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 900);
    // The port of a loopback redirect may differ each time.
    let port = asking.authorize(&client, &[("redirect_uri", "http://127.0.0.1:5678/callback")]).await;
    assert!(port.headers()["location"].to_str().unwrap().starts_with("http://127.0.0.1:5678/callback?code="));
    let metadata = format!("{}/.well-known/oauth-authorization-server", asking.issuer);
    let metadata: Value = asking.http.get(metadata).send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["issuer"], json!(asking.issuer));
    assert_eq!(metadata["scopes_supported"], json!(["notes:read", "notes:write", "notes:admin"]));
}

#[tokio::test]
async fn rejects_unauthorized_requests() {
    let asking = Asking::start().await;
    let client = asking.client().await;
    let other = format!("{}/other", asking.served.resource);
    for (changed, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("resource", ""), "invalid_target"),
        (("resource", &*other), "invalid_target"),
        (("scope", "notes:read openid"), "invalid_scope"),
        (("scope", ""), "invalid_scope"),
        (("login_hint", "root"), "access_denied"),
    ] {
        assert_eq!(asking.redirected(&client, &[changed], "error").await, error, "{changed:?}");
    }
    // The redirect URI is unknown or belongs to another client.
    for changed in [
        ("client_id", "unknown"),
        ("redirect_uri", ""),
        ("redirect_uri", "http://127.0.0.1:4567/other"),
        ("redirect_uri", "https://example.com/callback"),
    ] {
        let answer = asking.authorize(&client, &[changed]).await;
        assert!(answer.status() == 400 && !answer.headers().contains_key("location"), "{changed:?}");
    }
    let twice = format!("{}/authorize?client_id={client}&client_id={client}", asking.issuer);
    assert_eq!(asking.http.get(twice).send().await.unwrap().status(), 400);
    for (metadata, error) in [
        (json!({"redirect_uris": ["https://example.com/callback"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://127.0.0.1.example.com/"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://localhost/#fragment"]}), "invalid_redirect_uri"),
        (json!({}), "invalid_client_metadata"),
        (json!({"grant_types": ["implicit"]}), "invalid_client_metadata"),
        (
            json!({"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "tls_client_auth"}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}),
            "invalid_client_metadata",
        ),
    ] {
        let (status, answer) = asking.register(metadata.clone()).await;
        assert_eq!((status, &answer["error"]), (400, &json!(error)), "{metadata}");
    }
    let elsewhere = asking.http.get(format!("{}/jwks.json", asking.issuer)).header("host", "example.com:80");
    assert_eq!(elsewhere.send().await.unwrap().status(), 421);
}

#[tokio::test]
async fn accepts_a_code_once_from_its_client() {
    let asking = Asking::start().await;
    let (client, another) = (asking.client().await, asking.client().await);
    let code = asking.redirected(&client, &[], "code").await;
    assert_eq!(asking.token(&by_code(&client, &code)).await.0, 200);
    let replayed = asking.token(&by_code(&client, &code)).await;
    assert_eq!((replayed.0, &replayed.1["error"]), (400, &json!("invalid_grant")));
    for (name, value, error) in [
        ("client_id", &*another, "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:4568/callback", "invalid_grant"),
        ("code_verifier", "another-verifier-that-is-as-long-as-one-has-to-be", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("grant_type", "client_credentials", "unauthorized_client"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let code = asking.redirected(&client, &[], "code").await;
        let mut form = by_code(&client, &code);
        for entry in form.iter_mut().filter(|entry| entry.0 == name) {
            entry.1 = value;
        }
        let (status, answer) = asking.token(&form).await;
        assert_eq!((status, &answer["error"]), (400, &json!(error)), "{name} {value}");
    }
    let code = asking.redirected(&client, &[], "code").await;
    let more = [&by_code(&client, &code)[..], &[("scope", "notes:read notes:admin")]].concat();
    assert_eq!(asking.token(&more).await.1["error"], "invalid_scope");
    let secret = [&by_code(&client, &code)[..], &[("client_secret", "guessed")]].concat();
    assert_eq!(asking.token(&secret).await.0, 401);
}

#[tokio::test]
async fn accepts_a_refresh_token_once() {
    let asking = Asking::start().await;
    let client = asking.client().await;
    let first = asking.exchanged(&client, &[]).await;
    let refresh = async |token: &Value, scope: &str| {
        let token = token["refresh_token"].as_str().unwrap();
        let form =
            [("grant_type", "refresh_token"), ("client_id", &client), ("refresh_token", token), ("scope", scope)];
        asking.token(&form).await
    };
    let (status, second) = refresh(&first, "notes:read").await;
    assert_eq!((status, &second["scope"]), (200, &json!("notes:read")));
    // A narrower token does not narrow later ones.
    let (status, third) = refresh(&second, "").await;
    assert_eq!((status, &third["scope"]), (200, &json!("notes:read notes:write")));
    // The first token was copied, so the whole family is revoked.
    assert_eq!(refresh(&first, "").await.1["error"], "invalid_grant");
    assert_eq!(refresh(&third, "").await.1["error"], "invalid_grant");
    // Other authorizations are not affected.
    let other = asking.exchanged(&client, &[]).await;
    assert_eq!(refresh(&other, "notes:admin").await.1["error"], "invalid_scope");
}

#[tokio::test]
async fn issues_client_credentials_tokens() {
    let asking = Asking::start().await;
    for method in ["client_secret_basic", "client_secret_post"] {
        let registered = json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": method});
        let (_, client) = asking.register(registered).await;
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "notes:write"),
            ("resource", &*asking.served.resource),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let (given, basic) = if method == "client_secret_post" { (5, 3) } else { (3, 5) };
        let request = |fields: usize| asking.http.post(format!("{}/token", asking.issuer)).form(&form[..fields]);
        let right = if given == 5 { request(5) } else { request(3).basic_auth(id, Some(secret)) };
        let token: Value = right.send().await.unwrap().json().await.unwrap();
        assert_eq!((&part(&token, 1)["sub"], &token["refresh_token"]), (&json!(id), &Value::Null), "{token}");
        let (status, _, answer) = asking.write(token["access_token"].as_str().unwrap(), None).await;
        assert!(status == 200 && answer.contains("wrote `a`"), "{answer}");
        // An authentication method that the client has not registered.
        let wrong = if basic == 5 { request(5) } else { request(3).basic_auth(id, Some(secret)) };
        assert_eq!(wrong.send().await.unwrap().status(), 401);
        let wrong = request(3).basic_auth(id, Some("guessed")).send().await.unwrap();
        assert!(wrong.status() == 401 && wrong.headers().contains_key("www-authenticate"));
    }
}

#[tokio::test]
async fn changes_nothing_in_the_sandbox() {
    let asking = Asking::start().await;
    let client = asking.client().await;
    let trainee = asking.exchanged(&client, &[("login_hint", "trainee")]).await;
    assert_eq!((&part(&trainee, 1)["sub"], &part(&trainee, 1)["env"]), (&json!("trainee"), &json!("sandbox")));
    let (status, environment, answer) = asking.write(trainee["access_token"].as_str().unwrap(), None).await;
    assert_eq!((status, &*environment), (200, "sandbox"));
    assert!(answer.contains("would write `a`"), "{answer}");
    let live = asking.exchanged(&client, &[]).await;
    let live = live["access_token"].as_str().unwrap();
    let (status, environment, answer) = asking.write(live, Some("sandbox")).await;
    assert_eq!((status, &*environment), (200, "sandbox"));
    assert!(answer.contains("would write `a`"), "{answer}");
    let (status, environment, answer) = asking.write(live, None).await;
    assert_eq!((status, &*environment), (200, "live"));
    assert!(answer.contains("wrote `a`"), "{answer}");
}

#[test]
fn rejects_addresses_other_than_loopback() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, why) in [
        (&["--address", "0.0.0.0:0"][..], "is not a loopback address"),
        (&["--authorization-address", "0.0.0.0:0", "--address", "127.0.0.1:0"], "is not a loopback address"),
        (&["--address", &taken], "choose another with `--address`"),
        (&["--authorization-address", &taken, "--address", "127.0.0.1:0"], "has not started"),
        (
            &["authorization-server", "--resource", "http://h/mcp", "--scope", "a", "--address", &taken],
            "choose another with `--address` or `--authorization-address`",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_secured-rmcp")).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{arguments:?}: {said}");
    }
}

/// The authorization server exits even if the note server is killed.
#[tokio::test]
async fn exits_with_the_note_server() {
    let asking = Asking::start().await;
    let address = asking.issuer.strip_prefix("http://").unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(asking);
    let patience = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < patience, "it still listens on {address}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

//! An MCP client whose user has a browser. It knows the resource, and learns all else from challenges and metadata.

use std::{collections::BTreeMap, sync::Mutex};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use reqwest::{Response, Url, header, redirect::Policy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::proof::ProofKey;

pub(super) const REDIRECT: &str = "http://127.0.0.1:4567/callback";
const VERIFIER: &str = "a-verifier-that-is-as-long-as-one-has-to-be-43";

/// The answer to a call of a tool.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The header `WWW-Authenticate`, or an empty text. Of several headers it is the first one, as for common clients.
    pub(super) challenge: String,
    /// The challenge for `DPoP`, if there is a second one.
    pub(super) dpop_challenge: Option<String>,
    pub(super) text: String,
}

impl Answer {
    /// Returns an attribute of the challenge.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.challenge.split_once(&format!("{name}=\""))?;
        rest.split('"').next()
    }
}

/// A client without a registration.
pub(super) struct Client {
    http: reqwest::Client,
    resource: String,
    /// The metadata of the authorization server.
    metadata: Value,
    /// The key to which tokens are bound, if they are.
    pub(super) key: Option<ProofKey>,
    /// The cookies of the user's browser.
    cookies: Mutex<BTreeMap<String, String>>,
}

/// How a client identifies itself.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

impl Client {
    /// Calls a tool without a token, and follows the challenge to the metadata of the authorization server. Returns that
    /// challenge too.
    pub(super) async fn discover(resource: &str) -> (Self, Answer) {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let cookies = Mutex::default();
        let mut client = Self { http, resource: resource.to_owned(), metadata: Value::Null, key: None, cookies };
        let refused = client.call("list_notes", None).await;
        let document = client.get(refused.attribute("resource_metadata").unwrap()).await;
        let issuer = document["authorization_servers"][0].as_str().unwrap().to_owned();
        assert_eq!((&document["resource"], &document["authorization_servers"]), (&json!(resource), &json!([issuer])));
        client.metadata = client.get(&format!("{issuer}/.well-known/oauth-authorization-server")).await;
        assert_eq!(client.metadata["issuer"], json!(issuer));
        (client, refused)
    }

    pub(super) async fn get(&self, url: &str) -> Value {
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        answer.json().await.unwrap()
    }

    fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("{name}: {}", self.metadata))
    }

    pub(super) fn issuer(&self) -> &str {
        self.endpoint("issuer")
    }

    /// Returns the algorithms of DPoP proofs that the authorization server accepts.
    pub(super) fn algorithms_of_proofs(&self) -> Vec<&str> {
        let names = self.metadata["dpop_signing_alg_values_supported"].as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap()).collect()
    }

    /// Registers a client dynamically (RFC 7591).
    pub(super) async fn register(&self, metadata: Value) -> Registration {
        let answer = self.http.post(self.endpoint("registration_endpoint")).json(&metadata).send().await.unwrap();
        let (status, client) = (answer.status(), answer.json::<Value>().await.unwrap());
        assert_eq!(status, 201, "{client}");
        let text = |name: &str| client[name].as_str().map(ToOwned::to_owned);
        Registration { id: text("client_id").unwrap(), secret: text("client_secret") }
    }

    /// Registers a public client, as MCP clients of a user do.
    pub(super) async fn register_for_user(&self) -> Registration {
        self.register(json!({
            "client_name": "test",
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }))
        .await
    }

    /// Obtains tokens for this resource in the name of the user.
    pub(super) async fn log_in(&self, client: &Registration, scope: &str) -> Value {
        self.log_in_for(client, scope, Some(&self.resource)).await
    }

    /// Obtains tokens for a resource, or for none, by a code with PKCE.
    pub(super) async fn log_in_for(&self, client: &Registration, scope: &str, resource: Option<&str>) -> Value {
        let resource: Vec<_> = resource.map(|resource| ("resource", resource)).into_iter().collect();
        self.obtain(client, scope, &resource, &[]).await
    }

    /// Obtains tokens for this resource, with further parameters of the authorization.
    pub(super) async fn log_in_with(&self, client: &Registration, scope: &str, more: &[(&str, &str)]) -> Value {
        self.obtain(client, scope, &[("resource", &self.resource)], more).await
    }

    async fn obtain(
        &self,
        client: &Registration,
        scope: &str,
        resource: &[(&str, &str)],
        more: &[(&str, &str)],
    ) -> Value {
        let challenge = BASE64.encode(Sha256::digest(VERIFIER));
        let mut query = vec![
            ("client_id", &*client.id),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("scope", scope),
            ("state", "stated"),
        ];
        query.extend(resource.iter().chain(more));
        let location =
            self.browse(Url::parse_with_params(self.endpoint("authorization_endpoint"), query).unwrap()).await;
        let answered: BTreeMap<_, _> = location.query_pairs().collect();
        assert_eq!((&*answered["state"], &*answered["iss"]), ("stated", self.issuer()), "{location}");
        let code = answered.get("code").unwrap_or_else(|| panic!("{location}"));
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        form.extend(resource);
        self.token(client, form).await
    }

    /// Obtains tokens for this resource by the client's own credentials.
    pub(super) async fn log_in_itself(&self, client: &Registration, scope: &str) -> Value {
        let form = vec![("grant_type", "client_credentials"), ("scope", scope), ("resource", &*self.resource)];
        self.token(client, form).await
    }

    /// Obtains new tokens by a refresh token.
    pub(super) async fn refresh(&self, client: &Registration, token: &str) -> Value {
        self.token(client, vec![("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn token(&self, client: &Registration, form: Vec<(&str, &str)>) -> Value {
        let answer = self.post(client, "token_endpoint", form).await;
        let (status, answer) = (answer.status(), answer.json::<Value>().await.unwrap());
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Revokes a token (RFC 7009).
    pub(super) async fn revoke(&self, client: &Registration, token: &str) {
        let answer = self.post(client, "revocation_endpoint", vec![("token", token)]).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    }

    async fn post(&self, client: &Registration, endpoint: &str, mut form: Vec<(&str, &str)>) -> Response {
        let mut request = self.http.post(self.endpoint(endpoint));
        if let Some(key) = &self.key {
            request = request.header("dpop", key.proof("POST", self.endpoint(endpoint), None));
        }
        let request = if let Some(secret) = &client.secret {
            // RFC 6749 §2.3.1: both are form-encoded.
            request.basic_auth(encoded(&client.id), Some(encoded(secret)))
        } else {
            form.push(("client_id", &client.id));
            request
        };
        request.form(&form).send().await.unwrap()
    }

    /// Follows redirects until one leads to the client, with the cookies of the user's browser.
    pub(super) async fn browse(&self, mut url: Url) -> Url {
        for _ in 0..10 {
            let cookies: Vec<String> =
                self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = self.http.get(url.clone()).header(header::COOKIE, cookies.join("; ")).send().await.unwrap();
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
                match rest.split(';').next().unwrap() {
                    "" => self.cookies.lock().unwrap().remove(name),
                    value => self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned()),
                };
            }
            let Some(location) = answer.headers().get(header::LOCATION) else {
                panic!("{url}: {} {:?}", answer.status(), answer.text().await);
            };
            url = url.join(location.to_str().unwrap()).unwrap();
            if url.as_str().starts_with(REDIRECT) {
                return url;
            }
        }
        panic!("too many redirects: {url}");
    }

    /// Calls a tool of the resource server.
    pub(super) async fn call(&self, tool: &str, token: Option<&str>) -> Answer {
        let bearer = token.map(|token| ("authorization", format!("Bearer {token}")));
        self.call_with(tool, bearer.as_slice()).await
    }

    /// Calls a tool with a token that is bound to a key, and a proof.
    pub(super) async fn call_proved(&self, tool: &str, token: &str, proof: &str) -> Answer {
        self.call_with(tool, &[("authorization", format!("DPoP {token}")), ("dpop", proof.to_owned())]).await
    }

    async fn call_with(&self, tool: &str, headers: &[(&str, String)]) -> Answer {
        let arguments = match tool {
            "write_note" => json!({"title": "a", "text": "b"}),
            "delete_note" => json!({"title": "a"}),
            _ => json!({}),
        };
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": tool, "arguments": arguments, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        }});
        let request = self.http.post(&self.resource).json(&body);
        let request = request.header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28");
        let mut request = request.header("mcp-method", "tools/call").header("mcp-name", tool);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        let challenges = answer.headers().get_all(header::WWW_AUTHENTICATE).iter();
        let mut challenges = challenges.map(|challenge| challenge.to_str().unwrap().to_owned());
        let (challenge, dpop_challenge) = (challenges.next().unwrap_or_default(), challenges.next());
        assert_eq!(challenges.next(), None, "{challenge} {dpop_challenge:?}");
        Answer { status: answer.status().as_u16(), challenge, dpop_challenge, text: answer.text().await.unwrap() }
    }
}

fn encoded(text: &str) -> String {
    let pair = Url::parse_with_params("http://host/", [("", text)]).unwrap();
    pair.query().unwrap().trim_start_matches('=').to_owned()
}

//! An authorization server that answers as a test says, and an MCP server that requires one scope.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    response::Response,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_client::{
    AccessToken, Authorizer, Challenges, Refusal, Reply, ScopeMap, Settings, StepUpClient, Stop,
    http::{ClientIdentity, HttpAuthorizer, Interaction},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(super) type Form = BTreeMap<String, String>;
/// What the token endpoint answers to a form.
type TokenEndpoint = fn(&Form) -> (u16, Value);

/// The redirect address of the client.
pub(super) const REDIRECT: &str = "http://127.0.0.1:4567/callback";

/// What the servers answer. `{base}` in a document is their address.
#[derive(Clone)]
pub(super) struct Fake {
    /// `http://127.0.0.1:PORT`.
    pub(super) base: String,
    /// Documents and their status codes by path.
    documents: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    /// What the token endpoint answers.
    token: Arc<Mutex<TokenEndpoint>>,
    /// The requests: method and path.
    log: Arc<Mutex<Vec<String>>>,
    /// The forms that the token endpoint received, and the header `Authorization`.
    forms: Arc<Mutex<Vec<(Form, String)>>>,
    /// The authorization requests.
    asked: Arc<Mutex<Vec<Form>>>,
    /// The nonce that the token endpoint requires in proofs. With `*` at its end it is another one each time.
    nonce: Arc<Mutex<Option<&'static str>>>,
    /// The proofs that the token endpoint received.
    proofs: Arc<Mutex<Vec<String>>>,
    /// What the user's browser comes back with, in addition to `state` and `iss`.
    answer: Arc<Mutex<Form>>,
}

struct Browser(Fake);

impl Interaction for Browser {
    async fn authorize(&self, url: &str) -> Result<String, Refusal> {
        self.0.browse(url)
    }
}

/// Returns the claims of a JWT.
pub(super) fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Issues what is requested; the token is the list of its scopes.
pub(super) fn issue(form: &Form) -> (u16, Value) {
    let scope = form.get("scope").cloned().unwrap_or_else(|| form.get("code").cloned().unwrap_or_default());
    (200, json!({"access_token": format!("t.{}", scope.replace(' ', "+")), "token_type": "Bearer", "scope": scope}))
}

impl Fake {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self {
            base,
            documents: Arc::default(),
            token: Arc::new(Mutex::new(issue as TokenEndpoint)),
            log: Arc::default(),
            forms: Arc::default(),
            asked: Arc::default(),
            nonce: Arc::default(),
            proofs: Arc::default(),
            answer: Arc::default(),
        };
        fake.document(
            "/.well-known/oauth-protected-resource/mcp",
            200,
            &json!({
                "resource": "{base}/mcp", "authorization_servers": ["{base}"], "scopes_supported": ["notes:read"],
                "mcp_extensions": {"tool_scope_mapping": {"delete_note": {"required_scopes": [["notes:admin"]]}}},
            }),
        );
        fake.metadata(json!({}));
        fake.document("/register", 201, &json!({"client_id": "registered"}));
        let server = fake.clone();
        let answer = move |request: Request| {
            let server = server.clone();
            async move { server.respond(request).await }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        fake
    }

    /// Publishes a document.
    pub(super) fn document(&self, path: &str, status: u16, value: &Value) {
        let text = value.to_string().replace("{base}", &self.base);
        self.documents.lock().unwrap().insert(path.to_owned(), (status, text));
    }

    /// Publishes the metadata of the authorization server, with other members.
    pub(super) fn metadata(&self, others: Value) {
        let mut metadata = json!({
            "issuer": "{base}", "authorization_endpoint": "{base}/authorize", "token_endpoint": "{base}/token",
            "registration_endpoint": "{base}/register", "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let Value::Object(others) = others else { panic!("{others}") };
        metadata.as_object_mut().unwrap().extend(others);
        self.document("/.well-known/oauth-authorization-server", 200, &metadata);
    }

    pub(super) fn remove(&self, path: &str) {
        self.documents.lock().unwrap().remove(path);
    }

    pub(super) fn answer_tokens(&self, token: TokenEndpoint) {
        *self.token.lock().unwrap() = token;
    }

    /// Sets the nonce that the token endpoint requires.
    pub(super) fn require_nonce(&self, nonce: &'static str) {
        *self.nonce.lock().unwrap() = Some(nonce);
    }

    /// Returns the proofs that the token endpoint has received.
    pub(super) fn proofs(&self) -> Vec<String> {
        self.proofs.lock().unwrap().clone()
    }

    /// Sets what the browser comes back with.
    pub(super) fn come_back_with(&self, parameters: &[(&str, &str)]) {
        *self.answer.lock().unwrap() =
            parameters.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    }

    /// Returns the requests since the last call.
    pub(super) fn log(&self) -> Vec<String> {
        core::mem::take(&mut *self.log.lock().unwrap())
    }

    /// Returns the newest form of the token endpoint, and its header `Authorization`.
    pub(super) fn form(&self) -> (Form, String) {
        self.forms.lock().unwrap().last().unwrap().clone()
    }

    pub(super) fn forms(&self) -> usize {
        self.forms.lock().unwrap().len()
    }

    /// Returns the first form since the last call, and forgets the others.
    pub(super) fn first_form(&self) -> Form {
        self.forms.lock().unwrap().drain(..).next().unwrap().0
    }

    /// Returns the newest authorization request.
    pub(super) fn asked(&self) -> Form {
        self.asked.lock().unwrap().last().unwrap().clone()
    }

    /// Returns how often the user was asked.
    pub(super) fn logins(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    async fn respond(&self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        self.log.lock().unwrap().push(format!("{} {path}", request.method()));
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let proof = request.headers().get("dpop").map(|value| value.to_str().unwrap().to_owned());
        let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let (status, text) = if path == "/token" {
            let form: Form = form_urlencoded::parse(&body).into_owned().collect();
            self.forms.lock().unwrap().push((form.clone(), authorization));
            if let Some(refusal) = self.nonce_refusal(proof.as_deref()) {
                return refusal;
            }
            let (status, value) = self.token.lock().unwrap()(&form);
            (status, value.to_string())
        } else {
            self.documents.lock().unwrap().get(&path).cloned().unwrap_or((404, "{}".to_owned()))
        };
        let status = StatusCode::from_u16(status).unwrap();
        Response::builder().status(status).header(header::LOCATION, "/elsewhere").body(Body::from(text)).unwrap()
    }

    /// Keeps the proof of a request for a token, and refuses it if it lacks the nonce (RFC 9449 §8).
    fn nonce_refusal(&self, proof: Option<&str>) -> Option<Response> {
        let mut proofs = self.proofs.lock().unwrap();
        proofs.extend(proof.map(ToOwned::to_owned));
        let nonce = (*self.nonce.lock().unwrap())?;
        let required = nonce.replace('*', &proofs.len().to_string());
        if proof.is_some_and(|proof| claims(proof)["nonce"] == required) {
            return None;
        }
        let response = Response::builder().status(400).header("dpop-nonce", required);
        Some(response.body(Body::from(r#"{"error": "use_dpop_nonce"}"#)).unwrap())
    }

    /// The user's browser: the authorization server sends it back with a code, which is the list of the requested scopes.
    fn browse(&self, url: &str) -> Result<String, Refusal> {
        let (endpoint, query) = url.split_once('?').unwrap();
        assert_eq!(endpoint, format!("{}/authorize", self.base));
        let asked: Form = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        self.asked.lock().unwrap().push(asked.clone());
        let code = asked.get("scope").cloned().unwrap_or_default();
        let mut answer = Form::from(
            [("state", asked.get("state").cloned().unwrap_or_default()), ("iss", self.base.clone()), ("code", code)]
                .map(|(name, value)| (name.to_owned(), value)),
        );
        for (name, value) in &*self.answer.lock().unwrap() {
            match &**value {
                "closed" => return Err(Refusal::AccessDenied),
                "lost" => return Err(Refusal::TimedOut),
                "" => answer.remove(name),
                value => answer.insert(name.clone(), value.to_owned()),
            };
        }
        Ok(form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish())
    }

    /// Returns an authorizer for a user.
    pub(super) fn login(&self, identity: ClientIdentity) -> HttpAuthorizer<impl Interaction + use<>> {
        HttpAuthorizer::for_user(&format!("{}/mcp", self.base), identity, REDIRECT, Browser(self.clone())).unwrap()
    }

    /// Returns a client of a user, which registers itself.
    pub(super) fn user(&self, settings: Settings) -> StepUpClient<impl Authorizer + use<>> {
        StepUpClient::new(settings, ScopeMap::default(), self.login(ClientIdentity::register("Example client")))
    }

    /// Calls a tool for which one scope is needed. The challenge names the scope unless it is said otherwise.
    pub(super) async fn call<A: Authorizer>(
        &self,
        client: &StepUpClient<A>,
        tool: &str,
        scope: &str,
        challenge: Challenge,
    ) -> Result<String, Stop> {
        let metadata = format!("{}/.well-known/oauth-protected-resource/mcp", self.base);
        let label = format!("tools/call {tool}");
        let answer = client.run(&label, Some(tool), |token: Option<AccessToken>| {
            let token = token.map(|token| token.secret().to_owned()).unwrap_or_default();
            let held = token.trim_start_matches("t.").split('+').any(|held| held == scope);
            let mut parameters = Vec::new();
            if challenge.names_metadata {
                parameters.push(format!("resource_metadata=\"{metadata}\""));
            }
            if challenge.names_scope {
                parameters.push(format!("scope=\"{scope}\""));
            }
            let status = match (held, &*token, challenge.error) {
                (true, _, "") => 200,
                (_, "", _) => 401,
                (_, _, "" | "insufficient_scope") => {
                    parameters.push("error=\"insufficient_scope\"".to_owned());
                    403
                }
                (_, _, error) => {
                    parameters.push(error.to_owned());
                    401
                }
            };
            let challenges = Challenges::parse([format!("Bearer {}", parameters.join(", "))]);
            async move { Reply { status, challenges, response: token } }
        });
        answer.await.map_err(|stopped| stopped.stop)
    }
}

/// How the MCP server challenges.
#[derive(Clone, Copy)]
pub(super) struct Challenge {
    pub(super) names_metadata: bool,
    pub(super) names_scope: bool,
    /// Further parameters for a client with a token.
    pub(super) error: &'static str,
}

impl Challenge {
    pub(super) const FULL: Self = Self { names_metadata: true, names_scope: true, error: "" };
}

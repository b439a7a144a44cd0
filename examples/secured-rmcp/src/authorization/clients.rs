//! Clients, which register themselves (RFC 7591).

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq as _;
use url::{Host, Url};

use super::{Shared, refusal::Refusal, secret};

/// The grant types that a client can request.
pub(super) const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];
/// The authentication methods of clients.
pub(super) const METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];
/// The maximum number of clients.
const MOST: usize = 1_000;

/// The metadata that a client registers. Unknown members are ignored (RFC 7591 §2).
#[derive(Debug, Deserialize)]
pub(super) struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    client_name: Option<String>,
}

/// A registered client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: String,
    /// Its name, for the log.
    pub(super) name: String,
    pub(super) method: &'static str,
    grant_types: Vec<&'static str>,
    redirect_uris: Vec<String>,
    secret: Option<String>,
}

pub(super) type Clients = HashMap<String, Client>;

impl Client {
    /// Validates the metadata of a client.
    fn new(registration: Registration) -> Result<Self, Refusal> {
        let metadata = |description: String| Refusal::new("invalid_client_metadata", description);
        // The defaults are those of RFC 7591 §2.
        let method = registration.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic");
        let method = METHODS.into_iter().find(|known| *known == method);
        let method = method.ok_or_else(|| metadata(format!("choose one of {METHODS:?}")))?;
        let asked = registration.grant_types.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
        let grant_types: Vec<&str> =
            GRANT_TYPES.into_iter().filter(|known| asked.iter().any(|asked| asked == known)).collect();
        if grant_types.is_empty() {
            return Err(metadata(format!("choose some of {GRANT_TYPES:?}")));
        }
        if method == "none" && grant_types.contains(&"client_credentials") {
            return Err(metadata("`client_credentials` needs a client with a secret".to_owned()));
        }
        if registration.redirect_uris.is_empty() && grant_types.contains(&"authorization_code") {
            return Err(metadata("missing `redirect_uris`".to_owned()));
        }
        if let Some(uri) = registration.redirect_uris.iter().find(|uri| !leads_here(uri)) {
            let why = "consent is automatic here, so codes are sent to loopback only: register `http://127.0.0.1/..`";
            return Err(Refusal::new("invalid_redirect_uri", format!("`{}`: {why}", uri.escape_debug())));
        }
        let name = registration.client_name.unwrap_or_else(|| "a client without a name".to_owned());
        let secret = if method == "none" { None } else { Some(secret()?) };
        Ok(Self {
            id: super::secret()?,
            name: name.escape_debug().take(80).collect(),
            method,
            grant_types,
            redirect_uris: registration.redirect_uris,
            secret,
        })
    }

    /// Returns whether a URI is one of its redirect URIs. The port of a loopback URI may differ (RFC 8252 §7.3).
    pub(super) fn redirects_to(&self, uri: &str) -> bool {
        let without_port = |uri: &str| {
            let mut url = Url::parse(uri).ok()?;
            url.set_port(None).ok()?;
            Some(url)
        };
        leads_here(uri) && self.redirect_uris.iter().any(|known| without_port(known) == without_port(uri))
    }

    pub(super) fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Returns whether the client authenticates as registered, with its secret if it has one.
    pub(super) fn is_proven_by(&self, method: &str, secret: Option<&str>) -> bool {
        let proven = match (&self.secret, secret) {
            (None, None) => true,
            (Some(known), Some(given)) => bool::from(known.as_bytes().ct_eq(given.as_bytes())),
            _ => false,
        };
        proven && self.method == method
    }
}

/// Returns whether a redirect URI is a loopback URI.
fn leads_here(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && url.scheme() == "http" && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}

/// `/register` (RFC 7591 §3).
pub(super) async fn register(
    State(shared): State<Arc<Shared>>,
    body: Result<Json<Registration>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(registration) = body.map_err(|error| Refusal::new("invalid_client_metadata", error.body_text()))?;
    let client = Client::new(registration)?;
    let mut answer = json!({
        "client_id": client.id,
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "token_endpoint_auth_method": client.method,
        "response_types": if client.may_use("authorization_code") { &["code"][..] } else { &[] },
    });
    if let (Some(secret), Some(answer)) = (&client.secret, answer.as_object_mut()) {
        answer.insert("client_secret".to_owned(), secret.as_str().into());
        // The registration lasts as long as the server.
        answer.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    let mut clients = shared.clients();
    if clients.len() >= MOST {
        return Err(Refusal::busy("there are too many clients; start again"));
    }
    clients.insert(client.id.clone(), client);
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

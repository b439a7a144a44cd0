//! How the client identifies itself to the authorization server.

use core::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mcp_scopes_prm::json::Json;

use crate::{discovery::ServerMetadata, step_up::Refusal, tokens::AccessToken};

use super::fetch::{Http, Secrets};

const NO_REGISTRATION: Refusal = Refusal::Unusable(
    "the authorization server does not support dynamic registration (RFC 7591); register the client by hand",
);
const NO_DOCUMENTS: Refusal = Refusal::Unusable(
    "the authorization server does not support client ID metadata documents; register the client by hand, or allow it to register itself",
);
const NEITHER: Refusal = Refusal::Unusable(
    "the authorization server supports neither client ID metadata documents nor dynamic registration; register the client by hand",
);
const OTHER_METHOD: Refusal = Refusal::Unusable(
    "the authorization server has registered this client with a method of authentication that it does not support; register the client by hand",
);
const NOT_REGISTERED: Refusal =
    Refusal::Unusable("the authorization server does not register this client (RFC 7591 §3.2.2)");

/// How a client identifies itself to an authorization server.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    registered: Option<Registered>,
    /// The address of a client ID metadata document.
    document: Option<String>,
    /// The name to register under.
    name: Option<String>,
}

impl ClientIdentity {
    /// A client that is registered at this authorization server, without a secret.
    #[must_use]
    pub fn public(issuer: &str, id: &str) -> Self {
        Registered { issuer: issuer.to_owned(), id: id.to_owned(), secret: None }.into()
    }

    /// A client that is registered at this authorization server, with a secret. It is sent to no other one: an MCP server can name any.
    #[must_use]
    pub fn confidential(issuer: &str, id: &str, secret: &str) -> Self {
        Registered { issuer: issuer.to_owned(), id: id.to_owned(), secret: Some(AccessToken::new(secret)) }.into()
    }

    /// A client whose metadata document is at this address, which is its identifier (OAuth Client ID Metadata Document). Where the authorization
    /// server does not support that, [`or_register`](Self::or_register) is next.
    #[must_use]
    pub fn document(address: &str) -> Self {
        Self { registered: None, document: Some(address.to_owned()), name: None }
    }

    /// A client that registers itself under this name (RFC 7591): without a secret, for its redirect address.
    #[must_use]
    pub fn register(name: &str) -> Self {
        Self { registered: None, document: None, name: Some(name.to_owned()) }
    }

    /// Registers under this name where client ID metadata documents are not supported, or where the authorization server does not know the registered
    /// client any more.
    #[must_use]
    pub fn or_register(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Returns the authorization server at which the client is registered.
    pub(super) fn issuer(&self) -> Option<&String> {
        self.registered.as_ref().map(|registered| &registered.issuer)
    }

    /// Returns whether the client may register itself.
    pub(super) const fn registers(&self) -> bool {
        self.name.is_some()
    }

    /// Returns the identity at one authorization server. At most one request. `is_lost` says that the registration that was kept is not known there. `is_bound` says whether the tokens of the client are bound to a key.
    pub(super) async fn identify(
        &self,
        http: &Http,
        server: &ServerMetadata,
        redirect_uri: &str,
        is_bound: bool,
        is_lost: bool,
    ) -> Result<Identified, Refusal> {
        if let Some(Registered { id, secret, .. }) = self.registered.as_ref().filter(|_| !is_lost) {
            return Ok(Identified {
                can_be_replaced: self.registers(),
                ..Identified::new(server, id, secret.clone())?
            });
        }
        if let Some(document) = self.document.as_ref().filter(|_| server.client_id_documents) {
            return Identified::new(server, document, None);
        }
        let (name, endpoint) = match (&self.name, &server.registration_endpoint) {
            (Some(name), Some(endpoint)) => (name, endpoint),
            (None, _) => return Err(NO_DOCUMENTS),
            (Some(_), None) if self.document.is_some() => return Err(NEITHER),
            (Some(_), None) => return Err(NO_REGISTRATION),
        };
        let registration = registration(name, redirect_uri, is_bound);
        let response = http.post(endpoint, "application/json", Secrets::default(), registration).await?;
        if response.status >= 500 || response.status == 429 {
            return Err(Refusal::Unavailable);
        }
        let json = Json::parse(&response.text).map_err(|_| NOT_REGISTERED)?;
        let text = |name| json.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let id = text("client_id").filter(|_| matches!(response.status, 200 | 201)).ok_or(NOT_REGISTERED)?;
        let secret = text("client_secret").map(AccessToken::new);
        let identified = match text("token_endpoint_auth_method") {
            // A secret that is not to be sent.
            Some("none") => Identified::new(server, id, None)?,
            Some(method @ ("client_secret_basic" | "client_secret_post")) if secret.is_some() => {
                let by_header = method == "client_secret_basic";
                Identified { secret, by_header, ..Identified::new(server, id, None)? }
            }
            Some(_) => return Err(OTHER_METHOD),
            None => Identified::new(server, id, secret)?,
        };
        Ok(Identified { is_new: true, can_be_replaced: true, ..identified })
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.registered.as_ref().map(|registered| &registered.id);
        f.debug_struct("ClientIdentity")
            .field("id", &id)
            .field("document", &self.document)
            .field("name", &self.name)
            .finish()
    }
}

/// A registration at one authorization server.
#[derive(Clone, PartialEq, Eq)]
struct Registered {
    issuer: String,
    id: String,
    secret: Option<AccessToken>,
}

impl From<Registered> for ClientIdentity {
    fn from(registered: Registered) -> Self {
        Self { registered: Some(registered), document: None, name: None }
    }
}

/// Returns the metadata of a public client of a user (RFC 7591 §2, RFC 9449 §5.2).
fn registration(name: &str, redirect_uri: &str, is_bound: bool) -> String {
    let text = |text: &str| Json::String(text.to_owned());
    let list = |items: &[&str]| Json::Array(items.iter().map(|item| text(item)).collect());
    // An application on a computer of the user (OpenID Connect Dynamic Client Registration 1.0 §2).
    let kind = if redirect_uri.starts_with("https://") { "web" } else { "native" };
    let members = [
        ("client_name", text(name)),
        ("redirect_uris", list(&[redirect_uri])),
        ("grant_types", list(&["authorization_code", "refresh_token"])),
        ("response_types", list(&["code"])),
        ("token_endpoint_auth_method", text("none")),
        ("application_type", text(kind)),
    ];
    let bound = is_bound.then_some(("dpop_bound_access_tokens", Json::Bool(true)));
    Json::Object(members.into_iter().chain(bound).map(|(name, value)| (name.to_owned(), value)).collect()).to_string()
}

/// The identity at one authorization server.
pub(super) struct Identified {
    pub(super) id: String,
    secret: Option<AccessToken>,
    /// Whether the secret is sent in the header, and not in the body.
    by_header: bool,
    /// Whether it comes from dynamic registration.
    is_new: bool,
    /// Whether another registration can take its place.
    pub(super) can_be_replaced: bool,
}

impl Identified {
    fn new(server: &ServerMetadata, id: &str, secret: Option<AccessToken>) -> Result<Self, Refusal> {
        let supports = |method: &str| server.token_endpoint_auth_methods.iter().any(|supported| supported == method);
        let by_header = supports("client_secret_basic");
        if secret.is_some() && !by_header && !supports("client_secret_post") {
            return Err(Refusal::Unusable("the authorization server does not accept the secret of a client"));
        }
        Ok(Self { id: id.to_owned(), secret, by_header, is_new: false, can_be_replaced: false })
    }

    /// Adds what identifies the client to a form. Returns the header for it, if there is one (RFC 6749 §2.3.1).
    pub(super) fn authenticate<'i>(&'i self, form: &mut Vec<(&'static str, &'i str)>) -> Option<String> {
        match &self.secret {
            Some(secret) if self.by_header => {
                let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(&self.id), encoded(secret.secret()));
                Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
            }
            secret => {
                form.push(("client_id", &self.id));
                form.extend(secret.as_ref().map(|secret| ("client_secret", secret.secret())));
                None
            }
        }
    }

    /// Returns the result of dynamic registration, which can be repeated as `identity` says.
    pub(super) fn registered(&self, server: &ServerMetadata, identity: &ClientIdentity) -> Option<ClientIdentity> {
        let registered = Registered { issuer: server.issuer.clone(), id: self.id.clone(), secret: self.secret.clone() };
        self.is_new.then(|| ClientIdentity { name: identity.name.clone(), ..registered.into() })
    }
}

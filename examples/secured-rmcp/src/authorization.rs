//! An authorization server for development (OAuth 2.1): loopback only, in memory, with automatic consent.
//!
//! There is no login. Every authorization is approved for a test user and logged to standard error. The server
//! therefore listens on loopback only and sends codes to loopback only. Its keys, clients and tokens are lost when the
//! process exits.
//!
//! | module | holds |
//! |---|---|
//! | `metadata` | the document at `/.well-known/oauth-authorization-server` (RFC 8414) |
//! | `clients` | `/register`: dynamic registration (RFC 7591) and client authentication |
//! | `authorize` | `/authorize`: codes with PKCE (RFC 7636) for a resource (RFC 8707) |
//! | `token` | `/token`: codes, refresh tokens and client credentials are exchanged for access tokens |
//! | `grants` | issued codes and refresh tokens |
//! | `key` | the signing key, `/jwks.json`, and access tokens as JWTs (RFC 9068) |
//! | `parameters` | forms and queries, with the requested scopes and resource |
//! | `refusal` | the errors of OAuth |

mod authorize;
mod clients;
mod grants;
mod key;
mod metadata;
mod parameters;
mod refusal;
mod token;

use std::{
    future::Future,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use tokio::net::TcpListener;

use self::{clients::Clients, grants::Grants, key::Key};

/// The settings of the authorization server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The resources for which it issues tokens: the URLs of MCP servers.
    pub resources: Vec<String>,
    /// The scopes that clients can request.
    pub scopes: Vec<String>,
    /// The test user for whom every authorization is approved.
    pub user: String,
    /// The test user whose tokens act in the sandbox, if an authorization names it as `login_hint`.
    pub trainee: String,
    /// The lifetime of an access token.
    pub lifetime: Duration,
}

/// The state that the endpoints share.
struct Shared {
    settings: Settings,
    /// The issuer identifier, which is also the URL of the server.
    issuer: String,
    key: Key,
    clients: Mutex<Clients>,
    grants: Mutex<Grants>,
}

impl Shared {
    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the issuer identifier of an authorization server that listens there.
///
/// # Errors
/// Returns an error if the address is unknown or not a loopback address.
pub fn issuer(listener: &TcpListener) -> io::Result<String> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let why = "approves every request automatically, so it listens on loopback only";
        return Err(io::Error::other(format!(
            "`{address}` is not a loopback address: this authorization server {why}"
        )));
    }
    Ok(format!("http://{address}"))
}

/// Serves until `stop` completes.
///
/// # Errors
/// Returns the errors of [`issuer`], or an error if the system provides no key.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let issuer = issuer(&listener)?;
    let shared =
        Shared { settings, issuer, key: Key::generate()?, clients: Mutex::default(), grants: Mutex::default() };
    axum::serve(listener, routes(Arc::new(shared))).with_graceful_shutdown(stop).await
}

fn routes(shared: Arc<Shared>) -> Router {
    let document = Json(metadata::document(&shared));
    let keys = Json(shared.key.set());
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(move || async { document }))
        .route("/jwks.json", get(move || async { ([(header::CACHE_CONTROL, "public, max-age=300")], keys) }))
        .route("/register", post(clients::register))
        .route("/authorize", get(authorize::authorize))
        .route("/token", post(token::token))
        .layer(from_fn_with_state(Arc::clone(&shared), at_its_own_address))
        .with_state(shared)
}

/// Rejects requests for another host name. A web page whose name resolves to this machine would send one.
async fn at_its_own_address(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| shared.issuer.strip_prefix("http://") == Some(host)) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, format!("send the request to {}", shared.issuer)).into_response()
}

/// Returns an unpredictable text.
fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

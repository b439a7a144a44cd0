//! A server for the official conformance suite, and the layer in front of it.
//!
//! | module | holds |
//! |---|---|
//! | `everything` | the server on rmcp, with all features that the suite tests |
//! | `tools` | its tools and their results |
//! | `rounds` | tools that ask for input before they answer |
//! | `tasks` | calls whose result is requested later |
//! | `content` | resources and prompts |
//!
//! The comparison is fair: the server behind the layer is the same, the caller may do everything that the suite does,
//! and the only other setting maps headers to arguments. The layer is therefore the cause of every difference.

mod content;
mod everything;
mod rounds;
mod tasks;
mod tools;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header::AUTHORIZATION},
};
use futures_util::FutureExt as _;
use mcp_scopes::ScopeTable;
use mcp_scopes_server::{
    Access, BuildError, Claims, Discovery, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier,
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use tower::{Layer, util::MapRequestLayer};

/// The path from the suite to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Without the layer.
    Bare,
    /// Through the layer with filtered lists, and with a token that opens everything. The suite cannot send a token, so
    /// it is added to each request before the layer. Built with `mcp_scopes_rmcp::service`, so that the handler has its
    /// wrapper.
    Token,
    /// Through the layer, without a token: every tool is public, and lists are unfiltered.
    Anonymous,
}

/// Returns the server on that path. The suite sends requests from this origin.
///
/// # Errors
/// Returns an error if the settings of the layer are invalid.
pub fn server(route: Route, origin: &str) -> Result<Router, BuildError> {
    let everything = everything::Everything::default();
    let make = move || Ok(everything.clone());
    let (sessions, config) = (Arc::new(LocalSessionManager::default()), StreamableHttpServerConfig::default());
    Ok(match route {
        Route::Bare => Router::new().route_service("/mcp", StreamableHttpService::new(make, sessions, config)),
        Route::Token => {
            let layer = layer(&tools::scoped::TOOLS, Access::Token, |builder| {
                builder.discovery(Discovery::Filtered).origin(origin)
            })?;
            let token = MapRequestLayer::new(|mut request: Request| {
                request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer conformance"));
                request
            });
            Router::new().fallback_service(token.layer(mcp_scopes_rmcp::service(&layer, make, sessions, config)?))
        }
        Route::Anonymous => {
            let layer = layer(&tools::open::TOOLS, Access::Discovery, |builder| {
                builder.discovery(Discovery::Open).origin(origin)
            })?;
            Router::new().fallback_service(layer.layer().layer(StreamableHttpService::new(make, sessions, config)))
        }
    })
}

/// Builds the layer. Methods that it denies by default are allowed: resources, prompts, completion, subscriptions.
fn layer(
    table: &'static ScopeTable,
    access: Access,
    set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
) -> Result<ResourceServer, BuildError> {
    let builder = ResourceServer::builder(table).verifier(Suite).method("*", access).param_header(
        "test_headers",
        "Region",
        ["region"],
    );
    set(builder).build().now_or_never().expect("nothing is fetched")
}

/// A verifier for the suite's token.
struct Suite;

impl TokenVerifier for Suite {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = Claims::builder("http://localhost:9000").audience(["http://localhost/mcp"]);
        match token.expose_secret() {
            "conformance" => Ok(Arc::new(claims.subject("suite").scope("conformance").build())),
            _ => Err(TokenError::invalid("it is not known")),
        }
    }
}

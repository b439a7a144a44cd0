//! The resource server, which creates the layer.

use core::{convert::Infallible, fmt, future::Ready, task::Poll};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use mcp_scopes::ScopeTable;
use tower_layer::Layer;
use tower_service::Service;

use super::{ResourceServerBuilder, ResourceServerService, engine::Engine, message::DeclaredParams};

/// An OAuth 2.1 resource server made from a scope table. It is a tower [`Layer`]; cloning it is cheap.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier, Verification};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// # struct Verifier;
/// # impl TokenVerifier for Verifier {
/// #     fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> { Box::pin(async { Err(TokenError::invalid("")) }) }
/// # }
/// use mcp_scopes_server::ResourceServer;
/// let server = ResourceServer::builder(&TOOLS)
///     .resource("https://files.example.com/mcp")
///     .authorization_server("https://auth.example.com")
///     .verifier(Verifier)
///     .build()?;
/// assert_eq!(server.metadata_url(), "https://files.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok::<(), mcp_scopes_server::BuildError>(())
/// ```
#[derive(Clone)]
pub struct ResourceServer {
    engine: Arc<Engine>,
}

impl ResourceServer {
    /// Returns the builder of a server with the tools of a table.
    pub fn builder(table: &'static ScopeTable) -> ResourceServerBuilder {
        ResourceServerBuilder::new(table)
    }

    pub(super) fn of(engine: Engine) -> Self {
        Self { engine: Arc::new(engine) }
    }

    /// Returns the layer in front of a server that declares which arguments of its tools are mirrored in headers.
    pub(super) fn layer_with<S>(&self, inner: S, told: Arc<dyn DeclaredParams>) -> ResourceServerService<S> {
        let params = Arc::new(self.engine.params.told_by(told));
        ResourceServerService::new(Arc::clone(&self.engine), params, inner)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the service that serves the metadata, for a router that does not send those requests through the layer. The
    /// layer itself serves it as well.
    #[must_use]
    pub fn well_known(&self) -> WellKnown {
        WellKnown { engine: Arc::clone(&self.engine) }
    }

    /// Returns the paths of the metadata: the path-inserted one (RFC 9728 §3.1), and the root, which is the same for a resource
    /// without a path. Only one of several servers in a router can have the root.
    ///
    /// They are needed only with a router that sends nothing but the path of the server through the layer. Serve them with
    /// [`well_known`](Self::well_known).
    pub fn metadata_paths(&self) -> impl Iterator<Item = &str> {
        let [first, root] = self.engine.document.paths();
        core::iter::once(first).chain((root != first).then_some(root))
    }

    /// Returns the address of the metadata, which challenges contain.
    #[must_use]
    pub fn metadata_url(&self) -> &str {
        &self.engine.document.url
    }
}

impl<S> Layer<S> for ResourceServer {
    type Service = ResourceServerService<S>;

    fn layer(&self, inner: S) -> ResourceServerService<S> {
        ResourceServerService::new(Arc::clone(&self.engine), Arc::clone(&self.engine.params), inner)
    }
}

impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer").field("metadata_url", &self.metadata_url()).finish_non_exhaustive()
    }
}

/// Serves the metadata at its two paths, with GET and HEAD.
#[derive(Clone)]
pub struct WellKnown {
    engine: Arc<Engine>,
}

impl<B> Service<Request<B>> for WellKnown {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut core::task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let document = &self.engine.document;
        let mut response = document.answer(request.method());
        if !document.is_at(request.uri().path()) {
            response = Response::default();
            *response.status_mut() = http::StatusCode::NOT_FOUND;
        }
        core::future::ready(Ok(response))
    }
}

impl fmt::Debug for WellKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WellKnown").field(&self.engine.document.url).finish()
    }
}

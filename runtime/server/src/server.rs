//! The resource server, which creates the layer.

use core::{convert::Infallible, fmt, future::Ready, task::Poll};
use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use mcp_scopes::{
    ScopeTable,
    metadata::{ToolsList, WELL_KNOWN},
};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    ResourceServerBuilder, ResourceServerService, Token, engine::Engine, message::DeclaredParams,
    metadata::ServedMetadata,
};

/// An OAuth 2.1 resource server made from a scope table. [`layer`](Self::layer) puts it in front of a server; cloning it is cheap.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// # async fn run() -> Result<(), mcp_scopes_server::BuildError> {
/// # let verifier = mcp_scopes_server::verifier_fn(|_| async { Err(mcp_scopes_server::TokenError::invalid("")) });
/// use mcp_scopes_server::ResourceServer;
/// let server = ResourceServer::builder(&TOOLS)
///     .resource("https://files.example.com/mcp")
///     .authorization_server("https://auth.example.com")
///     .verifier(verifier)
///     .build()
///     .await?;
/// assert_eq!(server.metadata_url(), "https://files.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok(()) }
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

    /// Returns the tower layer that puts this resource server in front of a service: as an argument of axum's `Router::layer`, or
    /// with [`ResourceServerLayer::layer`].
    #[must_use]
    pub fn layer(&self) -> ResourceServerLayer {
        ResourceServerLayer { engine: Arc::clone(&self.engine) }
    }

    /// Returns the service that serves the metadata, for a router that does not send those requests through the layer. The
    /// layer itself serves it as well.
    #[must_use]
    pub fn well_known(&self) -> WellKnown {
        WellKnown { engine: Arc::clone(&self.engine) }
    }

    /// Returns the paths of the metadata: the path-inserted one of each public name (RFC 9728 §3.1), and the root, which is the same
    /// for a resource without a path. Only one of several servers in a router can have the root.
    ///
    /// They are needed only with a router that sends nothing but the path of the server through the layer. Serve them with
    /// [`well_known`](Self::well_known).
    pub fn metadata_paths(&self) -> impl Iterator<Item = &str> {
        let mut paths: Vec<&str> = Vec::new();
        for path in self.engine.names.documents().map(ServedMetadata::path).chain([WELL_KNOWN]) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths.into_iter()
    }

    /// Returns what is in front of every scope that clients request: `outside` of the issuers, or else of `[server.scope_prefix]`.
    #[must_use]
    pub fn scope_prefix(&self) -> &str {
        &self.engine.authorizer.challenges.scope_prefix
    }

    /// Returns what each tool's entry in `tools/list` states about authorization, with the [prefix](Self::scope_prefix) of this
    /// deployment.
    #[must_use]
    pub fn tools_list(&self) -> ToolsList<'static> {
        self.engine.table.tools_list().scope_prefix(self.scope_prefix())
    }

    /// Returns the sessions of the table's policies, to show and reset them. `None` if the layer enforces none.
    ///
    /// ```
    /// # async fn run(server: &mcp_scopes_server::ResourceServer) -> Result<(), Box<dyn std::error::Error>> {
    /// use mcp_scopes::Environment;
    /// use mcp_scopes_server::policies::SessionHolder;
    /// let sessions = server.policy_sessions().ok_or("the table states no policies")?;
    /// let session = sessions.show("https://auth.example.com", SessionHolder::Subject("ada"), Environment::Live).await?;
    /// for pattern in session.map(|session| session.latches).unwrap_or_default() {
    ///     println!("a call has matched {pattern}");
    /// }
    /// sessions.reset("https://auth.example.com", SessionHolder::Subject("ada"), Environment::Live).await?;
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "policies")]
    #[must_use]
    pub fn policy_sessions(&self) -> Option<crate::policies::PolicySessions<'_>> {
        self.engine.policies.engine.as_deref().map(crate::policies::PolicySessions::new)
    }

    /// Rejects a token from now on, whichever verifier accepts it: until a time, such as its expiry, or for as long as the
    /// process runs. A JWT is rejected with any signature. A stream that was opened to listen ends within 30 seconds.
    pub fn revoke(&self, token: Token<'_>, until: Option<SystemTime>) {
        self.engine.authenticator.verifiers.revoke(token, until);
    }

    /// Returns the issuers whose metadata or keys could not be fetched at the last attempt, with the reason, for monitoring.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub fn unreachable_issuers(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.engine.authenticator.verifiers.problems()
    }

    /// Returns the address of the metadata, which challenges contain: that of the [resource](ResourceServerBuilder::resource).
    #[must_use]
    pub fn metadata_url(&self) -> &str {
        &self.engine.names.document().url
    }

    /// Returns the address of the metadata of each public name, that of the [resource](ResourceServerBuilder::resource) first.
    pub fn metadata_urls(&self) -> impl Iterator<Item = &str> {
        self.engine.names.documents().map(|document| &*document.url)
    }
}

/// The tower layer of a [`ResourceServer`]. Created by [`ResourceServer::layer`].
#[derive(Clone)]
pub struct ResourceServerLayer {
    engine: Arc<Engine>,
}

impl ResourceServerLayer {
    /// Puts the resource server in front of a service. The trait `tower::Layer` does the same and is not needed for it.
    ///
    /// ```
    /// # fn put<S>(server: &mcp_scopes_server::ResourceServer, service: S) {
    /// let protected = server.layer().layer(service);
    /// # let _ = protected;
    /// # }
    /// ```
    #[must_use]
    pub fn layer<S>(&self, inner: S) -> ResourceServerService<S> {
        ResourceServerService::new(Arc::clone(&self.engine), Arc::clone(&self.engine.params), inner)
    }
}

impl<S> Layer<S> for ResourceServerLayer {
    type Service = ResourceServerService<S>;

    fn layer(&self, inner: S) -> ResourceServerService<S> {
        self.layer(inner)
    }
}

impl fmt::Debug for ResourceServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResourceServerLayer").field(&self.engine.names.document().url).finish()
    }
}

impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer").field("metadata_url", &self.metadata_url()).finish_non_exhaustive()
    }
}

/// Serves the metadata at its [paths](ResourceServer::metadata_paths), with GET and HEAD.
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
        let (parts, _) = request.into_parts();
        let document = self.engine.names.document_at(&parts);
        let response = document.map(|document| document.answer(&parts.method));
        core::future::ready(Ok(response.unwrap_or_else(|| {
            let mut response = Response::default();
            *response.status_mut() = http::StatusCode::NOT_FOUND;
            response
        })))
    }
}

impl fmt::Debug for WellKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WellKnown").field(&self.engine.names.document().url).finish()
    }
}

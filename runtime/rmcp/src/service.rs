//! rmcp's streamable HTTP with the resource server in front.

use core::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::{io, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::BoxBody;
use mcp_scopes_server::{
    __private::v1::{compare_capabilities, hosts, layer_with, no_handler},
    BuildError, ResourceServer, ResourceServerService,
};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::SessionManager},
};
use tower_service::Service;

use super::{AuthenticatedHandler, CurrentHandler, CurrentSessions, guard, schemas::InputSchemas};

/// Returns rmcp's streamable HTTP service with the resource server in front. It takes the arguments of `StreamableHttpService::new`.
///
/// rmcp answers 403 to a request for a host that is not in `allowed_hosts` of `config`. The hosts of the public names, which
/// clients use, are added to that list. Behind a proxy that sends another `Host`, add that host too.
///
/// # Errors
/// The handler advertises resources, prompts or completions in `get_info`, and neither the table's file nor a rule for methods opens
/// them: clients would list them and receive "method not found". The error has the line to add. It is also an error if the
/// handler cannot be created.
///
/// # Examples
///
/// ```
/// # use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
/// use mcp_scopes_server::ResourceServer;
/// use rmcp::{ServerHandler, tool, tool_handler, tool_router};
/// use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
///
/// struct Files;
///
/// #[mcp_tools]
/// #[tool_router]
/// impl Files {
///     #[mcp_tool(scope = "files:list", risk = "low")]
///     #[tool(description = "List the files")]
///     async fn list_files(&self) -> String {
///         "notes.txt".to_owned()
///     }
/// }
///
/// #[tool_handler]
/// impl ServerHandler for Files {}
///
/// scope_table! { static TOOLS = [Files::*]; }
///
/// # async fn run() -> Result<(), mcp_scopes_server::BuildError> {
/// # let verifier = mcp_scopes_server::verifier_fn(|_| async { Err(mcp_scopes_server::TokenError::invalid("")) });
/// let server = ResourceServer::builder(&TOOLS)
///     .resource("https://files.example.com/mcp")
///     .authorization_server("https://auth.example.com")
///     .verifier(verifier)
///     .build()
///     .await?;
/// let sessions = LocalSessionManager::default().into();
/// let service = mcp_scopes_rmcp::service(&server, || Ok(Files), sessions, Default::default())?;
/// let app: axum::Router = axum::Router::new().fallback_service(service);
/// # let _ = app;
/// # Ok(()) }
/// ```
pub fn service<H: CurrentHandler, M: CurrentSessions>(
    server: &ResourceServer,
    handler: impl Fn() -> Result<H, io::Error> + Send + Sync + 'static,
    sessions: Arc<M>,
    mut config: StreamableHttpServerConfig,
) -> Result<ResourceServerService<Streamable<AuthenticatedHandler<H>, M>>, BuildError> {
    let advertised = handler().map_err(|error| no_handler(&error))?.get_info().capabilities;
    let advertised = [
        ("resources", advertised.resources.is_some()),
        ("prompts", advertised.prompts.is_some()),
        ("completions", advertised.completions.is_some()),
    ];
    let advertised: Vec<&str> = advertised.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect();
    compare_capabilities(server, &advertised)?;
    // An empty list allows all hosts in rmcp.
    if !config.allowed_hosts.is_empty() {
        // At the front, since rmcp searches the list for each request.
        config.allowed_hosts.splice(..0, hosts(server));
    }
    let handler = Arc::new(handler);
    let schemas = InputSchemas::new(Arc::clone(&handler));
    let guarded = {
        let server = server.clone();
        move || handler().map(|handler| guard(&server, handler))
    };
    let service = Streamable::new(StreamableHttpService::new(guarded, sessions, config));
    Ok(layer_with(server, service, Arc::new(schemas)))
}

/// rmcp's `StreamableHttpService` behind an `Arc`. Without it, each request would copy the service twice, with its list of hosts.
pub struct Streamable<H, M> {
    service: Arc<StreamableHttpService<H, M>>,
}

impl<H, M> Streamable<H, M> {
    fn new(service: StreamableHttpService<H, M>) -> Self {
        Self { service: Arc::new(service) }
    }
}

impl<B, H, M> Service<Request<B>> for Streamable<H, M>
where
    B: Body<Data: Send, Error: fmt::Display> + Send + 'static,
    H: ServerHandler,
    M: SessionManager,
{
    type Response = Response<BoxBody<Bytes, Infallible>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = Arc::clone(&self.service);
        Box::pin(async move { Ok(service.handle(request).await) })
    }
}

impl<H, M> Clone for Streamable<H, M> {
    fn clone(&self) -> Self {
        Self { service: Arc::clone(&self.service) }
    }
}

impl<H, M> fmt::Debug for Streamable<H, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamable").finish_non_exhaustive()
    }
}

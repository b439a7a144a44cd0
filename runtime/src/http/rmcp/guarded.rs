//! A handler that answers nobody who is not known.
#![expect(deprecated, reason = "older revisions have methods that newer ones dropped, and their servers answer them")]

use std::{borrow::Cow, io, sync::Arc};

use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam, CompleteRequestParams,
        CompleteResult, CustomNotification, CustomRequest, CustomResult, DiscoverResult, Extensions,
        GetPromptRequestParams, GetPromptResponse, GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult,
        InitializeRequestParams, InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListSkillsResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion,
        ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult, ReadResourceRequestParams,
        ReadResourceResponse, ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
        UnsubscribeRequestParams, UpdateTaskParams,
    },
    service::{NotificationContext, RequestContext, SubscriptionContext},
    transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::SessionManager},
};

use crate::{
    AsCaller, Caller, Denied, Reason, ScopeTable,
    http::{ResourceServer, Secured, StdioCredentials},
};

use super::{InputSchemas, Streamable};

/// A handler of rmcp that answers nobody who is not known: not even the handshake.
///
/// Of the layer it takes callers of its own table alone, and checks each call of a tool once more. A server whose layer was
/// forgotten, or that is started on another transport, so fails at its first message, whatever its tools check themselves.
/// Made by [`ResourceServer::rmcp`], [`ResourceServer::guard`] and [`StdioCredentials::guard`]: none of them without
/// something that says who calls.
///
/// What `subscriptions/listen` opens is not held back, since rmcp does not tell who asks; it carries notices, and no results.
#[derive(Clone, Debug)]
pub struct Guarded<H> {
    handler: H,
    known: Known,
}

/// Who is known.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// Whoever comes through the layer of that table.
    ByLayer(&'static ScopeTable),
    /// Whoever started the process.
    Here(Caller),
}

impl ResourceServer {
    /// rmcp's streamable HTTP with this layer in front: what `StreamableHttpService::new` takes, and no way past the layer.
    ///
    /// rmcp answers 403 to a request for a host that is not among `allowed_hosts` of `config`, which are those of this machine
    /// unless others are stated. The host of the resource, by which clients know the server, is added to them; behind a proxy
    /// that sends another one on, state that, too.
    ///
    /// ```
    /// # use mcp_scopes::{http::{Claims, Token, TokenError, TokenVerifier, Verification}, mcp_tool, mcp_tools, scope_table};
    /// # struct Verifier;
    /// # impl TokenVerifier for Verifier {
    /// #     fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> { Box::pin(async { Err(TokenError::invalid("")) }) }
    /// # }
    /// use mcp_scopes::http::ResourceServer;
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
    /// let server = ResourceServer::new(&TOOLS)
    ///     .resource("https://files.example.com/mcp")
    ///     .authorization_server("https://auth.example.com")
    ///     .verifier(Verifier)
    ///     .build()?;
    /// let service = server.rmcp(|| Ok(Files), LocalSessionManager::default().into(), Default::default());
    /// let app: axum::Router = axum::Router::new().fallback_service(service);
    /// # let _ = app;
    /// # Ok::<(), mcp_scopes::http::BuildError>(())
    /// ```
    pub fn rmcp<H: ServerHandler, M: SessionManager>(
        &self,
        handler: impl Fn() -> Result<H, io::Error> + Send + Sync + 'static,
        sessions: Arc<M>,
        config: StreamableHttpServerConfig,
    ) -> Secured<Streamable<Guarded<H>, M>> {
        let mut config = config;
        // Where none is stated, rmcp lets all in.
        if !config.allowed_hosts.is_empty() {
            // In front: rmcp goes through them for each request, and nearly all are for this one.
            config.allowed_hosts.splice(..0, self.hosts());
        }
        let (server, handler) = (self.clone(), Arc::new(handler));
        let schemas = InputSchemas::new(Arc::clone(&handler));
        let guarded = move || handler().map(|handler| server.guard(handler));
        let service = Streamable::new(StreamableHttpService::new(guarded, sessions, config));
        self.layer_with(service, Arc::new(schemas))
    }

    /// A handler that answers only what came through this layer, for servers that are put together by hand.
    pub fn guard<H: ServerHandler>(&self, handler: H) -> Guarded<H> {
        Guarded { handler, known: Known::ByLayer(self.table()) }
    }
}

impl StdioCredentials {
    /// A handler that knows who started it, for stdio and other transports without HTTP. Its list of tools is cut down to what
    /// these credentials open, and so are calls. Inline checks see them, too: there is nothing to [`install`](Self::install).
    ///
    /// ```no_run
    /// # use mcp_scopes::{http::StdioCredentials, scope_table};
    /// # #[derive(Clone)] struct Files;
    /// # impl rmcp::ServerHandler for Files {}
    /// # scope_table! { static TOOLS = []; }
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use rmcp::ServiceExt as _;
    /// let server = StdioCredentials::from_env(&TOOLS, "FILES_SCOPES").guard(Files);
    /// # let stdio = || tokio::io::duplex(1).0;
    /// server.serve(tokio::io::split(stdio())).await?.waiting().await?;
    /// # Ok(()) }
    /// ```
    pub fn guard<H: ServerHandler>(self, handler: H) -> Guarded<H> {
        Guarded { handler, known: Known::Here(*self.caller()) }
    }
}

impl<H> Guarded<H> {
    /// Who calls; noted where inline checks find it.
    fn admit(&self, extensions: &mut Extensions) -> Result<Caller, Denied> {
        match (self.known, extensions.get::<Parts>()) {
            (Known::ByLayer(table), Some(parts)) => {
                let caller = *parts.as_caller().ok_or_else(Denied::without_caller)?;
                if core::ptr::eq(caller.grant().table(), table) {
                    Ok(caller)
                } else {
                    Err(Denied::without_step(Some(table), None, Reason::OtherTable))
                }
            }
            // Without HTTP there is no layer, and with it nobody has started the process.
            (Known::ByLayer(_), None) | (Known::Here(_), Some(_)) => Err(Denied::without_caller()),
            (Known::Here(caller), None) => {
                extensions.insert(caller);
                Ok(caller)
            }
        }
    }

    fn asked(&self, mut context: RequestContext<RoleServer>) -> Result<RequestContext<RoleServer>, ErrorData> {
        self.admit(&mut context.extensions)?;
        Ok(context)
    }

    fn told(&self, mut context: NotificationContext<RoleServer>) -> Option<NotificationContext<RoleServer>> {
        self.admit(&mut context.extensions).is_ok().then_some(context)
    }
}

/// Forwards the requests of a known caller.
macro_rules! requests {
    ($($name:ident($($params:ident: $type:ty)?) -> $result:ty;)*) => {$(
        async fn $name(
            &self,
            $($params: $type,)?
            context: RequestContext<RoleServer>,
        ) -> Result<$result, ErrorData> {
            let context = self.asked(context)?;
            self.handler.$name($($params,)? context).await
        }
    )*};
}

/// Forwards the notifications of a known caller, and drops all others.
macro_rules! notifications {
    ($($name:ident($($params:ident: $type:ty)?);)*) => {$(
        async fn $name(&self, $($params: $type,)? context: NotificationContext<RoleServer>) {
            if let Some(context) = self.told(context) {
                self.handler.$name($($params,)? context).await;
            }
        }
    )*};
}

impl<H: ServerHandler> ServerHandler for Guarded<H> {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.admit(&mut context.extensions)?.authorize(&request.name)?;
        self.handler.call_tool(request, context).await
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.admit(&mut context.extensions)?;
        let mut list = self.handler.list_tools(request, context).await?;
        // Who sees what through the layer is a setting of the layer's.
        if matches!(self.known, Known::Here(_)) {
            list.tools.retain(|tool| caller.authorize(&tool.name).is_ok());
        }
        Ok(list)
    }

    requests! {
        ping() -> ();
        initialize(request: InitializeRequestParams) -> InitializeResult;
        discover() -> DiscoverResult;
        complete(request: CompleteRequestParams) -> CompleteResult;
        set_level(request: SetLevelRequestParams) -> ();
        get_prompt(request: GetPromptRequestParams) -> GetPromptResponse;
        list_prompts(request: Option<PaginatedRequestParams>) -> ListPromptsResult;
        list_resources(request: Option<PaginatedRequestParams>) -> ListResourcesResult;
        list_resource_templates(request: Option<PaginatedRequestParams>) -> ListResourceTemplatesResult;
        read_resource(request: ReadResourceRequestParams) -> ReadResourceResponse;
        read_resource_directory(request: ReadResourceDirectoryRequestParams) -> ReadResourceDirectoryResult;
        subscribe(request: SubscribeRequestParams) -> ();
        unsubscribe(request: UnsubscribeRequestParams) -> ();
        on_custom_request(request: CustomRequest) -> CustomResult;
        get_task(request: GetTaskParams) -> GetTaskResult;
        update_task(request: UpdateTaskParams) -> ();
        cancel_task(request: CancelTaskParams) -> ();
        list_skills(request: Option<PaginatedRequestParams>) -> ListSkillsResult;
        get_skill(request: GetSkillRequestParams) -> GetSkillResult;
    }

    notifications! {
        on_cancelled(notification: CancelledNotificationParam);
        on_progress(notification: ProgressNotificationParam);
        on_initialized();
        on_roots_list_changed();
        on_custom_notification(notification: CustomNotification);
    }

    // What says nothing about anybody's data.

    fn get_info(&self) -> ServerConfig {
        self.handler.get_info()
    }

    fn negotiate_initialize(&self, request: &InitializeRequestParams) -> Result<InitializeResult, ErrorData> {
        self.handler.negotiate_initialize(request)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.handler.supported_protocol_versions()
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.handler.get_tool(name)
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.handler.accepted_subscription_filter(requested)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.handler.listen(context).await
    }
}

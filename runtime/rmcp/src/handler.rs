//! A handler that answers known callers only.
#![expect(deprecated, reason = "older revisions have methods that newer ones dropped, and their servers answer them")]

use std::borrow::Cow;

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
};

use mcp_scopes::{__private::v1, Caller, Denied, Reason};
use mcp_scopes_server::__private::v1::{
    Named, ProcessCall, ProcessRecord, ScopeDenial, authorize_call, check_answer, enforce_policies, record,
};

use super::{
    CurrentHandler, contents,
    denial::{refused_call, refused_read},
    error,
    record::{settle, settle_call},
    source::{Kind, Source},
    tasks,
};

/// A handler of rmcp that answers known callers only: others cannot even initialize. Made by [`guard`] and `service`.
///
/// It accepts callers that the layer of the same scope table has authenticated, and checks each call of a tool once more. A server
/// whose layer was forgotten, or that is started on another transport, therefore fails at its first message. If the table states policies, it
/// denies calls and reads that they have not allowed.
///
/// On stdio, `tasks/update` is rejected if the table has conditional scopes, or policies about arguments or approvals: a task does not say which
/// tool its input is for. Behind the layer, the layer decides.
///
/// `subscriptions/listen` is not checked, since rmcp does not state who asks; it carries notices and no results.
#[derive(Clone, Debug)]
pub struct AuthenticatedHandler<H> {
    handler: H,
    source: Source,
}

/// Returns a handler that answers known callers only: those that came through the layer of a
/// [`ResourceServer`](mcp_scopes_server::ResourceServer), or the process that started this one, by its
/// [`StdioCredentials`](mcp_scopes_server::StdioCredentials).
///
/// With `StdioCredentials`, for stdio and other transports without HTTP, the list of tools is reduced to those that the
/// credentials open. Inline checks find the caller too:
/// [`StdioCredentials::install`](mcp_scopes_server::StdioCredentials::install) is not needed.
///
/// ```no_run
/// # use mcp_scopes::scope_table;
/// # #[derive(Clone)] struct Files;
/// # impl rmcp::ServerHandler for Files {}
/// # scope_table! { static TOOLS = []; }
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mcp_scopes_server::StdioCredentials;
/// use rmcp::ServiceExt as _;
///
/// let server = mcp_scopes_rmcp::guard(StdioCredentials::from_env(&TOOLS, "FILES_SCOPES"), Files);
/// # let stdio = || tokio::io::duplex(1).0;
/// server.serve(tokio::io::split(stdio())).await?.waiting().await?;
/// # Ok(()) }
/// ```
pub fn guard<H: CurrentHandler>(source: impl Into<Source>, handler: H) -> AuthenticatedHandler<H> {
    AuthenticatedHandler { handler, source: source.into() }
}

impl<H> AuthenticatedHandler<H> {
    /// Returns the caller, and notes it where inline checks find it.
    fn admit(&self, extensions: &mut Extensions) -> Result<Caller, ErrorData> {
        self.source.caller(extensions).map_err(error)
    }

    /// Records a call that the caller's scopes do not open, and returns its error.
    fn recorded_denial(&self, denied: Denied, record: &mut ProcessRecord) -> ErrorData {
        let error = self.denial(denied);
        record.deny_call(&denied, error.code.0);
        error
    }

    /// Returns the error of a call that the caller's scopes do not open. On stdio it names the environment variable.
    fn denial(&self, denied: Denied) -> ErrorData {
        let mut error = error(denied);
        if let Kind::Process(credentials) = &self.source.0
            && let (Some(variable), Some(tool)) = (credentials.variable(), denied.tool())
            && matches!(denied.reason(), Reason::NoCredentials | Reason::MissingScopes)
        {
            let name = tool.tool().name;
            let scopes = denied.step().collect::<Vec<_>>().join(" ");
            error.message = if scopes.is_empty() {
                format!("tool `{name}` needs a known caller; set the environment variable `{variable}`, which may be empty")
            } else {
                format!(
                    "tool `{name}` needs scopes that the server was not started with; start the server with `{scopes}` in the \
                     environment variable `{variable}`"
                )
            }
            .into();
        }
        error
    }

    /// Checks that the layer has decided by the policies: it alone can, since it sees the whole body. `None` is a read. On stdio this handler decides.
    fn require_decision(&self, caller: &Caller, tool: Option<&str>) -> Result<(), ErrorData> {
        match &self.source.0 {
            Kind::Layer(table) => v1::require_decision(caller, tool.and_then(|tool| table.tool(tool))).map_err(error),
            Kind::Process(_) => Ok(()),
        }
    }

    /// Begins the event of a request on stdio. Behind the layer, the layer records it.
    fn record(&self, method: &'static str, tool: Option<&str>, context: &RequestContext<RoleServer>) -> ProcessRecord {
        match &self.source.0 {
            Kind::Process(credentials) => {
                let revision = context.protocol_version();
                let revision = revision.as_ref().map(ProtocolVersion::as_str);
                record(credentials, method, tool, revision, context.meta.0.get_traceparent())
            }
            Kind::Layer(_) => ProcessRecord::default(),
        }
    }

    fn admit_request(&self, mut context: RequestContext<RoleServer>) -> Result<RequestContext<RoleServer>, ErrorData> {
        self.admit(&mut context.extensions)?;
        Ok(context)
    }

    fn admit_task_input(&self, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        match &self.source.0 {
            Kind::Layer(_) => Ok(()),
            Kind::Process(credentials) => tasks::admit_input(credentials, || self.record(tasks::UPDATE, None, context)),
        }
    }

    fn admit_notification(
        &self,
        mut context: NotificationContext<RoleServer>,
    ) -> Option<NotificationContext<RoleServer>> {
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
            let context = self.admit_request(context)?;
            self.handler.$name($($params,)? context).await
        }
    )*};
}

/// Forwards the requests of a known caller for a resource or a prompt. Behind the layer, the layer decides.
macro_rules! contents {
    ($($name:ident($request:ident: $type:ty) -> $result:ty, $method:literal, $named:expr, reads: $is_read:literal;)*) => {$(
        async fn $name(&self, $request: $type, mut context: RequestContext<RoleServer>) -> Result<$result, ErrorData> {
            let caller = self.admit(&mut context.extensions)?;
            let mut record = self.record($method, None, &context);
            if $is_read {
                self.require_decision(&caller, None)?;
            }
            if let Kind::Process(credentials) = &self.source.0 {
                contents::admit(credentials, &$named, &mut record)?;
                if $is_read {
                    enforce_policies(credentials, &ProcessCall::Content($named), &mut record).map_err(refused_read)?;
                }
            }
            let result = self.handler.$name($request, context).await;
            settle(record, &result);
            result
        }
    )*};
}

/// Forwards the lists of resources and prompts of a known caller. What a list shows behind the layer is a setting of the layer.
macro_rules! content_lists {
    ($($name:ident -> $result:ty, $list:ident, $entry:ident => $named:expr;)*) => {$(
        async fn $name(
            &self,
            request: Option<PaginatedRequestParams>,
            context: RequestContext<RoleServer>,
        ) -> Result<$result, ErrorData> {
            let context = self.admit_request(context)?;
            let mut list = self.handler.$name(request, context).await?;
            if let Kind::Process(credentials) = &self.source.0 {
                list.$list.retain(|$entry| contents::is_shown(credentials.caller(), &$named));
            }
            Ok(list)
        }
    )*};
}

/// Forwards the notifications of a known caller, and drops all others.
macro_rules! notifications {
    ($($name:ident($($params:ident: $type:ty)?);)*) => {$(
        async fn $name(&self, $($params: $type,)? context: NotificationContext<RoleServer>) {
            if let Some(context) = self.admit_notification(context) {
                self.handler.$name($($params,)? context).await;
            }
        }
    )*};
}

impl<H: ServerHandler> ServerHandler for AuthenticatedHandler<H> {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = self.admit(&mut context.extensions)?;
        let mut record = self.record("tools/call", Some(&request.name), &context);
        let opened = match &self.source.0 {
            // The layer has compared the arguments with conditions.
            Kind::Layer(_) => v1::authorize_decided(&caller, &request.name).map(|_| ()),
            // They are compared below.
            Kind::Process(_) if v1::caller_reaches(&caller, &request.name) => Ok(()),
            Kind::Process(_) => caller.authorize(&request.name).map(|_| ()),
        };
        opened.map_err(|denied| self.recorded_denial(denied, &mut record))?;
        self.require_decision(&caller, Some(&request.name))?;
        if let Kind::Process(credentials) = &self.source.0 {
            let input_responses = serde_json::to_value(&request.input_responses)
                .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
            let call = ProcessCall::Tool {
                name: &request.name,
                arguments: request.arguments.as_ref(),
                input_responses: &input_responses,
                request_state: request.request_state.as_deref(),
            };
            authorize_call(credentials, &request.name, &call).map_err(|denial| match denial {
                ScopeDenial::Denied(denied) => self.recorded_denial(denied, &mut record),
                ScopeDenial::Unlisted(text) => {
                    let error = ErrorData::invalid_params(text, None);
                    record.deny_arguments(error.code.0);
                    error
                }
            })?;
            if let Err(denied) = enforce_policies(credentials, &call, &mut record) {
                return Ok(refused_call(denied).into());
            }
            // For inline checks.
            if let Some(tool) = caller.grant().table().tool(&request.name) {
                context.extensions.insert(v1::with_compared_call(caller, tool));
            }
        }
        let name = request.name.clone();
        let mut result = self.handler.call_tool(request, context).await;
        let refused = match (&self.source.0, &result) {
            // What cannot be serialized is not sent either.
            (Kind::Process(credentials), Ok(CallToolResponse::Complete(answer))) => {
                check_answer(credentials, &name, || serde_json::to_value(answer).unwrap_or_default()).err()
            }
            (Kind::Process(credentials), Ok(CallToolResponse::Task(task))) => {
                check_answer(credentials, &name, || serde_json::to_value(task).unwrap_or_default()).err()
            }
            // The others ask for input, and hold no file.
            _ => None,
        };
        if let Some(denied) = refused {
            record.note_replaced(denied.reason);
            result = Ok(refused_call(denied).into());
        }
        settle_call(record, &result);
        result
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.admit(&mut context.extensions)?;
        let mut list = self.handler.list_tools(request, context).await?;
        // Which tools a list shows behind the layer is a setting of the layer.
        if matches!(self.source.0, Kind::Process(_)) {
            list.tools.retain(|tool| v1::caller_reaches(&caller, &tool.name));
        }
        Ok(list)
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        let caller = self.admit(&mut context.extensions)?;
        self.require_decision(&caller, None)?;
        let Kind::Process(credentials) = &self.source.0 else {
            return self.handler.read_resource_directory(request, context).await;
        };
        let mut record = self.record("resources/directory/read", None, &context);
        contents::admit(credentials, &Named::Resource(Cow::Borrowed(&request.uri)), &mut record)?;
        let read = ProcessCall::Content(Named::Resource(Cow::Borrowed(&request.uri)));
        enforce_policies(credentials, &read, &mut record).map_err(refused_read)?;
        let list = self.handler.read_resource_directory(request, context).await;
        settle(record, &list);
        let mut list = list?;
        let is_shown = |uri: &str| contents::is_shown(credentials.caller(), &Named::Resource(Cow::Borrowed(uri)));
        list.resources.retain(|entry| is_shown(&entry.uri));
        Ok(list)
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let context = self.admit_request(context)?;
        self.admit_task_input(&context)?;
        self.handler.update_task(request, context).await
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let context = self.admit_request(context)?;
        // What rmcp cannot parse as a known request is a custom one.
        if request.method == tasks::UPDATE {
            self.admit_task_input(&context)?;
        }
        self.handler.on_custom_request(request, context).await
    }

    requests! {
        ping() -> ();
        initialize(request: InitializeRequestParams) -> InitializeResult;
        discover() -> DiscoverResult;
        set_level(request: SetLevelRequestParams) -> ();
        get_task(request: GetTaskParams) -> GetTaskResult;
        cancel_task(request: CancelTaskParams) -> ();
        list_skills(request: Option<PaginatedRequestParams>) -> ListSkillsResult;
        get_skill(request: GetSkillRequestParams) -> GetSkillResult;
    }

    contents! {
        complete(request: CompleteRequestParams) -> CompleteResult, "completion/complete", contents::referred(&request.r#ref), reads: false;
        get_prompt(request: GetPromptRequestParams) -> GetPromptResponse, "prompts/get",
            Named::Prompt(Cow::Borrowed(&request.name)), reads: true;
        read_resource(request: ReadResourceRequestParams) -> ReadResourceResponse, "resources/read",
            Named::Resource(Cow::Borrowed(&request.uri)), reads: true;
        subscribe(request: SubscribeRequestParams) -> (), "resources/subscribe", Named::Resource(Cow::Borrowed(&request.uri)), reads: false;
        unsubscribe(request: UnsubscribeRequestParams) -> (), "resources/unsubscribe", Named::Resource(Cow::Borrowed(&request.uri)), reads: false;
    }

    content_lists! {
        list_prompts -> ListPromptsResult, prompts, entry => Named::Prompt(Cow::Borrowed(&entry.name));
        list_resources -> ListResourcesResult, resources, entry => Named::Resource(Cow::Borrowed(&entry.uri));
        list_resource_templates -> ListResourceTemplatesResult, resource_templates,
            entry => Named::Template(Cow::Borrowed(&entry.uri_template));
    }

    notifications! {
        on_cancelled(notification: CancelledNotificationParam);
        on_progress(notification: ProgressNotificationParam);
        on_initialized();
        on_roots_list_changed();
        on_custom_notification(notification: CustomNotification);
    }

    // Methods that return no data of a user.

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
        let mut accepted = self.handler.accepted_subscription_filter(requested)?;
        if let Kind::Process(credentials) = &self.source.0 {
            contents::restrict(credentials.caller(), &mut accepted);
        }
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.handler.listen(context).await
    }
}

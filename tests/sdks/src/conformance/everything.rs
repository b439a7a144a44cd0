//! The server on rmcp, with all features that the suite tests.
#![expect(deprecated, reason = "the suite tests features that newer revisions removed")]

use std::time::Duration;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams, CompleteResult,
        GetPromptRequestParams, GetPromptResponse, GetTaskParams, GetTaskResult, ListPromptsResult,
        ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, ServerNotification,
        ServerRequest, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
        UnsubscribeRequestParams, UpdateTaskParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::{Sender, error::RecvError};

use super::{
    content, rounds,
    tasks::{self, Tasks},
    tools,
};

/// The server.
#[derive(Clone, Debug)]
pub(super) struct Everything {
    changes: Sender<Change>,
    tasks: Tasks,
}

/// The list whose change is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Tools,
    Prompts,
}

impl Default for Everything {
    fn default() -> Self {
        Self { changes: Sender::new(8), tasks: Tasks::default() }
    }
}

type Context = RequestContext<RoleServer>;

/// Converts JSON to a type of rmcp.
fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, ErrorData> {
    // rmcp removes it again for older revisions.
    if let Some(members) = value.as_object_mut().filter(|members| !members.contains_key("method")) {
        members.entry("resultType").or_insert("complete".into());
    }
    serde_json::from_value(value).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

fn plain(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn members(value: Option<impl Serialize>) -> Map<String, Value> {
    match value.map(plain) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn change(tool: &str) -> Option<Change> {
    match tool {
        "test_trigger_tool_change" => Some(Change::Tools),
        "test_trigger_prompt_change" => Some(Change::Prompts),
        _ => None,
    }
}

fn no_task() -> ErrorData {
    ErrorData::invalid_params("there is no such task", None)
}

fn is_question(result: &Value) -> bool {
    result.get("resultType").is_some_and(|kind| kind == "input_required")
}

async fn notify(context: &Context, method: &str, params: Value) -> Result<(), ErrorData> {
    let notification: ServerNotification = typed(json!({"jsonrpc": "2.0", "method": method, "params": params}))?;
    let sent = context.peer.send_notification(notification).await;
    sent.map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

/// Runs tools that call the client or report progress.
async fn converse(tool: &str, argument: &str, context: &Context) -> Result<Option<Value>, ErrorData> {
    let pause = || tokio::time::sleep(Duration::from_millis(50));
    match tool {
        "test_tool_with_logging" => {
            for (place, text) in
                ["Tool execution started", "Tool processing data", "Tool execution completed"].iter().enumerate()
            {
                if place > 0 {
                    pause().await;
                }
                notify(context, "notifications/message", json!({"level": "info", "data": text})).await?;
            }
        }
        "test_tool_with_progress" => {
            let token = context.meta.get_progress_token().map(plain);
            for progress in [0, 50, 100] {
                if let Some(token) = &token {
                    let params = json!({"progressToken": token, "progress": progress, "total": 100});
                    notify(context, "notifications/progress", params).await?;
                }
                pause().await;
            }
        }
        _ => {
            let Some((method, params)) = tools::question(tool, argument) else { return Ok(None) };
            let request: ServerRequest = typed(json!({"method": method, "params": params}))?;
            let answer = context.peer.send_request(request).await;
            let answer = answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
            return Ok(Some(tools::said(&format!("The client says: {}", plain(answer)))));
        }
    }
    Ok(Some(tools::said("done")))
}

impl ServerHandler for Everything {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_logging()
            .enable_completions()
            .enable_tasks();
        ServerConfig::new(capabilities.build())
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListToolsResult, ErrorData> {
        typed(json!({"tools": tools::list(), "ttlMs": 1000, "cacheScope": "private"}))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let listed: Vec<Tool> = typed(tools::list()).ok()?;
        listed.into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let capabilities = plain(context.client_capabilities());
        let responses = members(request.input_responses);
        let argument = request.arguments.iter().flatten().find_map(|(_, value)| value.as_str()).unwrap_or_default();
        let mut result = tools::answer(&request.name);
        if let Some(change) = change(&request.name) {
            // There may be no listener.
            let _ = self.changes.send(change);
            result = Some(tools::said("said so"));
        }
        if result.is_none() {
            result = rounds::answer(&request.name, &capabilities, &responses, request.request_state.as_deref())?;
        }
        if result.is_none() && request.name == "greet" {
            result = Some(tools::said(&format!("Hello, {argument}!")));
        }
        if result.is_none() && tasks::takes_time(&request.name) {
            let mut arguments = request.arguments.clone().unwrap_or_default();
            if let Some(name) = rounds::entry(&responses, "user_name", "name") {
                arguments.insert("user_name".to_owned(), name.into());
            }
            let can_wait = context.client_capabilities().is_some_and(|declared| declared.supports_tasks());
            // rmcp itself rejects tasks for clients without the capability.
            if can_wait || tasks::is_required(&request.name) {
                return typed(self.tasks.begin(&request.name, arguments)).map(CallToolResponse::Task);
            }
            tokio::time::sleep(tasks::duration(&request.name, &arguments)).await;
            result = Some(tasks::result(&request.name, &arguments));
        }
        if result.is_none() {
            result = converse(&request.name, argument, &context).await?;
        }
        match result {
            Some(question) if is_question(&question) => typed(question).map(CallToolResponse::InputRequired),
            Some(result) => typed(result).map(CallToolResponse::Complete),
            None => Err(ErrorData::invalid_params("unknown tool", None)),
        }
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        typed(json!({"prompts": content::prompts()}))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let capabilities = plain(context.client_capabilities());
        let responses = members(request.input_responses);
        if let Some(result) =
            rounds::answer(&request.name, &capabilities, &responses, request.request_state.as_deref())?
        {
            return if is_question(&result) {
                typed(result).map(GetPromptResponse::InputRequired)
            } else {
                typed(result).map(GetPromptResponse::Complete)
            };
        }
        match content::prompt(&request.name, &request.arguments.unwrap_or_default()) {
            Some(prompt) => typed(prompt).map(GetPromptResponse::Complete),
            None => Err(ErrorData::invalid_params("unknown prompt", None)),
        }
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        typed(json!({"resources": content::resources()}))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        typed(json!({"resourceTemplates": content::templates()}))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        match content::resource(&request.uri) {
            Some(resource) => typed(resource).map(ReadResourceResponse::Complete),
            None => Err(ErrorData::resource_not_found("there is no such resource", Some(json!({"uri": request.uri})))),
        }
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            let change = tokio::select! {
                () = context.cancelled() => return Ok(()),
                change = changes.recv() => change,
            };
            let sent = match change {
                Ok(Change::Tools) => context.sink().notify_tool_list_changed().await,
                Ok(Change::Prompts) => context.sink().notify_prompt_list_changed().await,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return Ok(()),
            };
            sent.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        }
    }

    async fn get_task(&self, request: GetTaskParams, _: Context) -> Result<GetTaskResult, ErrorData> {
        typed(self.tasks.get(&request.task_id).ok_or_else(no_task)?)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<(), ErrorData> {
        let answers = members(Some(request.input_responses));
        if self.tasks.answer(&request.task_id, answers) { Ok(()) } else { Err(no_task()) }
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<(), ErrorData> {
        if self.tasks.cancel(&request.task_id) { Ok(()) } else { Err(no_task()) }
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn complete(&self, _: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        typed(json!({"completion": {"values": ["paris", "park", "party"], "total": 3, "hasMore": false}}))
    }
}

//! The calls of a body, as the policy engine reads them.

use std::borrow::Cow;

use mcp_scopes_policies::{ArgumentHasher, Call, Rules, ToolNumber};
use serde_json::value::RawValue;

use mcp_scopes_model::Requirement;

use super::{
    super::{
        contents::{Contents, Named, UNSTATED_RISK, risk_of},
        message::{Message, MessageFault, Params},
        rejection::Rejection,
    },
    arguments,
};

/// Returns the hash of a call: of its arguments, and of what follows them if there is any. JSON has no U+0000.
pub(super) fn hash(hasher: &ArgumentHasher, tool: &str, [arguments, input_responses, request_state]: [&str; 3]) -> u64 {
    if input_responses.is_empty() && request_state.is_empty() {
        return hasher.hash(tool, arguments);
    }
    hasher.hash_parts(tool, &[arguments, "\0", input_responses, "\0", request_state])
}

/// Reads the calls of messages.
#[derive(Debug)]
pub(super) struct Calls<'e> {
    pub(super) rules: &'e Rules,
    pub(super) hasher: &'e ArgumentHasher,
    pub(super) contents: Contents,
}

impl Calls<'_> {
    /// Returns the call that a message makes: of a tool, to read a resource, or to get a prompt. `None` for other methods, and for
    /// public resources and prompts that no pattern names. The result of a task is that of a call which was decided on before.
    ///
    /// # Errors
    /// The message does not say what it calls. Authorization has rejected most of these.
    pub(super) fn of(&self, message: &Message<'_>) -> Result<Option<Call>, Rejection> {
        let params = &message.params;
        match &*message.method {
            "tools/call" => {
                let number = params.name.as_deref().and_then(|name| self.rules.tool(name).map(|number| (name, number)));
                let (name, number) = number.ok_or_else(Rejection::no_tool)?;
                self.of_tool(name, number, params).map(Some)
            }
            "resources/read" | "resources/directory/read" => {
                let uri = params.uri.as_deref().ok_or_else(Rejection::unnamed_content)?;
                Ok(self.of_content(&Named::Resource(Cow::Borrowed(uri))))
            }
            "prompts/get" => {
                let name = params.name.as_deref().ok_or_else(Rejection::unnamed_content)?;
                Ok(self.of_content(&Named::Prompt(Cow::Borrowed(name))))
            }
            _ => Ok(None),
        }
    }

    fn of_tool(&self, name: &str, number: ToolNumber, params: &Params<'_>) -> Result<Call, Rejection> {
        let mut call = self.rules.call(number);
        // The tool receives all of them.
        let values = [params.arguments, params.input_responses, params.request_state];
        for value in values.into_iter().flatten().filter(|_| self.rules.reads_arguments(number)) {
            let read = arguments::read_raw(value, &mut call);
            read.map_err(|_| Rejection::fault(MessageFault::Json(super::super::json::Fault::Syntax)))?;
        }
        let call = call.finish();
        Ok(if self.rules.is_idempotent(number) {
            call.with_arguments(hash(self.hasher, name, values.map(|value| value.map_or("", RawValue::get))))
        } else {
            call
        })
    }

    /// Returns the call that reads a resource or gets a prompt.
    pub(super) fn of_content(&self, named: &Named<'_>) -> Option<Call> {
        let deciding = self.contents.deciding(named);
        let risk = risk_of(&deciding).unwrap_or(UNSTATED_RISK);
        let call = match named {
            Named::Resource(uri) | Named::Template(uri) => self.rules.resource(uri, risk),
            Named::Prompt(name) => self.rules.prompt(name, risk),
        };
        let is_public =
            !deciding.is_empty() && deciding.iter().all(|content| matches!(content.requirement, Requirement::Public));
        let is_named = self.rules.matched_patterns(&call).next().is_some();
        (!is_public || is_named).then_some(call)
    }
}

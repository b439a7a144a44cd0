//! Resources and prompts on stdio, where no layer decides by the entries of the table's file.

use std::borrow::Cow;

use mcp_scopes::Caller;
use mcp_scopes_server::{
    __private::v1::{Named, ProcessRecord, content_denial, is_content_open},
    StdioCredentials,
};
use rmcp::{
    ErrorData,
    model::{Reference, SubscriptionFilter},
};

/// Returns an error if the process that started this one may not read a resource or prompt, and records the denial.
pub(crate) fn admit(
    credentials: &StdioCredentials,
    named: &Named<'_>,
    record: &mut ProcessRecord,
) -> Result<(), ErrorData> {
    let Some(needed) = content_denial(credentials.caller(), named, record) else { return Ok(()) };
    let what = match named {
        Named::Resource(_) | Named::Template(_) => "resource",
        Named::Prompt(_) => "prompt",
    };
    let message = match (needed.join(" "), credentials.variable()) {
        (scopes, Some(variable)) if !scopes.is_empty() => format!(
            "this {what} needs scopes that the server was not started with; start the server with `{scopes}` in the environment \
             variable `{variable}`"
        ),
        _ => format!("unknown {what}, or it is not open to this caller; `mcp-scopes.toml` declares what opens it"),
    };
    let error = ErrorData::invalid_params(message, None);
    record.deny_content(&needed, error.code.0);
    Err(error)
}

/// Returns whether an element of a list is shown.
pub(crate) fn is_shown(caller: &Caller, named: &Named<'_>) -> bool {
    is_content_open(caller, named)
}

/// Returns what a completion is for.
pub(crate) fn referred(reference: &Reference) -> Named<'_> {
    match reference {
        Reference::Prompt(prompt) => Named::Prompt(Cow::Borrowed(&prompt.name)),
        Reference::Resource(resource) => Named::Template(Cow::Borrowed(&resource.uri)),
        // No entry has this name.
        _ => Named::Prompt(Cow::Borrowed("")),
    }
}

/// Removes the resources that the caller may not read from a subscription.
pub(crate) fn restrict(caller: &Caller, filter: &mut SubscriptionFilter) {
    if let Some(uris) = &mut filter.resource_subscriptions {
        uris.retain(|uri| is_shown(caller, &Named::Resource(Cow::Borrowed(uri))));
    }
}

//! How requests on stdio end, for their events.

use mcp_scopes_server::{__private::v1::ProcessRecord, CallOutcome};
use rmcp::{ErrorData, model::CallToolResponse};

/// Records how a request ended.
pub(crate) fn settle<T>(mut record: ProcessRecord, result: &Result<T, ErrorData>) {
    match result {
        Ok(_) => record.settle(CallOutcome::Complete, None),
        Err(error) => record.settle(CallOutcome::Error, Some(error.code.0)),
    }
}

/// Records how the call of a tool ended.
pub(crate) fn settle_call(mut record: ProcessRecord, result: &Result<CallToolResponse, ErrorData>) {
    match result {
        Ok(CallToolResponse::Complete(answer)) if answer.is_error == Some(true) => {
            record.settle(CallOutcome::ToolError, None);
        }
        result => settle(record, result),
    }
}

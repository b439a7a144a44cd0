//! Input for tasks on stdio. Behind the layer, the layer decides.

use mcp_scopes_server::{
    __private::v1::{ProcessRecord, admit_task_input},
    StdioCredentials,
};
use rmcp::ErrorData;

/// The method that delivers answers to a running task.
pub(crate) const UPDATE: &str = "tasks/update";

/// Checks whether a task may receive input. `record` begins the event of one that may not.
pub(crate) fn admit_input(
    credentials: &StdioCredentials,
    record: impl FnOnce() -> ProcessRecord,
) -> Result<(), ErrorData> {
    admit_task_input(credentials).map_err(|text| {
        let error = ErrorData::invalid_params(text, None);
        record().deny_arguments(error.code.0);
        error
    })
}

//! The size of files in the answers of tools.

use mcp_scopes::Caller;
use mcp_scopes_policies::file_size;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};

use super::{
    super::{message::Era, stdio::ProcessDenial},
    answers::Refusal,
    arguments::{each_string, each_string_of},
};

/// Returns whether a result contains a file of more bytes.
///
/// # Errors
/// The result is not JSON, or is nested too deeply.
fn holds_larger(result: &RawValue, bytes: u64) -> Result<bool, serde_json::Error> {
    let mut is_large = false;
    each_string(result, &mut |name, text| is_large |= is_larger(name, text, bytes))?;
    Ok(is_large)
}

/// Returns the result that takes the place of the answer of a tool: of one with a file of more bytes, or of a task, whose result is not checked.
/// `None` if the answer can be sent.
///
/// # Errors
/// The answer is not JSON, or is nested too deeply.
pub(crate) fn replacement(
    result: &RawValue,
    tool: &str,
    bytes: u64,
    era: Era,
) -> Result<Option<String>, serde_json::Error> {
    let refusal = if holds_larger(result, bytes)? {
        Refusal::large_answer(tool, bytes)
    } else if result.get().starts_with('{') && serde_json::from_str::<Answer>(result.get())?.names_task() {
        Refusal::task_of_limited(tool, bytes)
    } else {
        return Ok(None);
    };
    Ok(Some(refusal.result(era)))
}

/// The members of an answer that name a task: `task` (MCP 2025-11-25), `taskId` with a `resultType` (the extension for tasks).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    task: Option<IgnoredAny>,
    task_id: Option<IgnoredAny>,
    result_type: Option<Value>,
}

impl Answer {
    fn names_task(self) -> bool {
        self.task.is_some() || self.task_id.is_some() || self.result_type.is_some_and(|kind| kind == "task")
    }
}

/// Checks the answer of a tool to a caller without HTTP.
///
/// # Errors
/// It contains a file that is larger than the tool's policy allows, or names a task.
pub(crate) fn check_answer(caller: &Caller, tool: &str, result: &Value) -> Result<(), ProcessDenial> {
    let Some(bytes) = caller.max_file_size(tool) else { return Ok(()) };
    let mut is_large = false;
    each_string_of("", result, &mut |name, text| is_large |= is_larger(name, text, bytes));
    if is_large {
        return Err(Refusal::large_answer(tool, bytes).into());
    }
    if Answer::deserialize(result).is_ok_and(Answer::names_task) {
        return Err(Refusal::task_of_limited(tool, bytes).into());
    }
    Ok(())
}

fn is_larger(name: &str, text: &str, bytes: u64) -> bool {
    file_size(name, text).is_some_and(|size| size > bytes)
}

//! The size of files in the answers of tools.

use mcp_scopes::Caller;
use mcp_scopes_policies::file_size;
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
pub(crate) fn holds_larger(result: &RawValue, bytes: u64) -> Result<bool, serde_json::Error> {
    let mut is_large = false;
    each_string(result, &mut |name, text| is_large |= is_larger(name, text, bytes))?;
    Ok(is_large)
}

/// Returns the result that takes the place of one with a file of more bytes.
pub(crate) fn denied_result(tool: &str, bytes: u64, era: Era) -> String {
    Refusal::large_answer(tool, bytes).result(era)
}

/// Checks the answer of a tool to a caller without HTTP.
///
/// # Errors
/// It contains a file that is larger than the tool's policy allows.
pub(crate) fn check_answer(caller: &Caller, tool: &str, result: &Value) -> Result<(), ProcessDenial> {
    let Some(bytes) = caller.max_file_size(tool) else { return Ok(()) };
    let mut is_large = false;
    each_string_of("", result, &mut |name, text| is_large |= is_larger(name, text, bytes));
    if !is_large {
        return Ok(());
    }
    Err(Refusal::large_answer(tool, bytes).into())
}

fn is_larger(name: &str, text: &str, bytes: u64) -> bool {
    file_size(name, text).is_some_and(|size| size > bytes)
}

//! Conditional scopes: what the arguments of a call need in addition.

use mcp_scopes_policies::ToolConditions;

use super::{
    super::{message::Params, rejection::Rejection, stdio::ProcessCall},
    arguments::{self, Unlisted},
};

/// Returns the conditions of its tool that a call matches.
///
/// # Errors
/// The arguments have members that the tool does not take, and one of its conditions is about an argument.
pub(crate) fn matched(conditions: &ToolConditions, params: &Params<'_>) -> Result<u64, Rejection> {
    let mut call = conditions.call();
    if let Some(arguments) = params.arguments {
        let compared = arguments::compare_raw(arguments, conditions, &mut call);
        compared.map_err(|Unlisted| {
            if arguments.get().trim_start().starts_with('{') {
                Rejection::unfit_arguments(UNLISTED, unlisted_argument(conditions))
            } else {
                Rejection::unfit_arguments(NO_OBJECT, no_object(conditions))
            }
        })?;
    }
    // The tool receives their strings too, and may take them for an argument.
    for value in [params.input_responses, params.request_state].into_iter().flatten() {
        let compared = arguments::compare_other(value, &mut call);
        compared.map_err(|Unlisted| Rejection::unfit_arguments(UNLISTED, unlisted_argument(conditions)))?;
    }
    Ok(call.matched())
}

/// Returns the same of a call without HTTP.
///
/// # Errors
/// As there: what is wrong, and what to send.
pub(crate) fn matched_by_process(conditions: &ToolConditions, call: &ProcessCall<'_>) -> Result<u64, String> {
    let mut reader = conditions.call();
    if let ProcessCall::Tool { arguments, input_responses, request_state, .. } = call {
        if let Some(arguments) = arguments {
            let compared = arguments::compare_values(arguments, conditions, &mut reader);
            compared.map_err(|Unlisted| unlisted_argument(conditions))?;
        }
        arguments::each_string_of("", input_responses, &mut |_: &str, text: &str| reader.other(text));
        if let Some(state) = request_state {
            reader.other(state);
        }
    }
    Ok(reader.matched())
}

const UNLISTED: &str = "the arguments have a member that is not a parameter of the tool";
const NO_OBJECT: &str = "the arguments are not an object";

/// Returns what is wrong with the members of the arguments, and what to send.
fn unlisted_argument(conditions: &ToolConditions) -> String {
    format!("{UNLISTED}; send only {}", parameters(conditions))
}

/// Returns what is wrong with arguments that are no object, and what to send.
fn no_object(conditions: &ToolConditions) -> String {
    let of = if conditions.restricts_members() { format!(" of {}", parameters(conditions)) } else { String::new() };
    format!("{NO_OBJECT}; send an object{of}")
}

fn parameters(conditions: &ToolConditions) -> String {
    conditions.parameters().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

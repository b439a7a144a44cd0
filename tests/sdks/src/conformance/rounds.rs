//! Tools that ask for input before they answer (MCP 2026-07-28, multi round-trip requests).

use rmcp::model::ErrorData;
use serde_json::{Map, Value, json};

use super::tools::said;

/// A checksum of the state. It detects changes but is not secure, and a real server must not use it.
const SEAL: &str = "sealed";

pub(super) fn form(message: &str, name: &str, kind: &str) -> Value {
    let schema = json!({"type": "object", "properties": {name: {"type": kind}}, "required": [name]});
    json!({"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}})
}

fn sampling(text: &str, tokens: u32) -> Value {
    let messages = json!([{"role": "user", "content": {"type": "text", "text": text}}]);
    json!({"method": "sampling/createMessage", "params": {"messages": messages, "maxTokens": tokens}})
}

fn roots() -> Value {
    json!({"method": "roots/list", "params": {}})
}

fn asking(requests: &Value, state: Option<&str>) -> Value {
    match state {
        None => json!({"resultType": "input_required", "inputRequests": requests}),
        Some(state) => {
            let state = format!("{state}.{SEAL}");
            json!({"resultType": "input_required", "inputRequests": requests, "requestState": state})
        }
    }
}

/// Returns the value in a form's response, if there is one.
pub(super) fn entry<'r>(responses: &'r Map<String, Value>, name: &str, member: &str) -> Option<&'r str> {
    responses.get(name)?.get("content")?.get(member)?.as_str()
}

/// Returns the result of a tool or prompt in this round, or `None` if it requests no input.
///
/// # Errors
/// Returns an error if the state was changed, or if the client lacks a required capability.
pub(super) fn answer(
    name: &str,
    capabilities: &Value,
    responses: &Map<String, Value>,
    state: Option<&str>,
) -> Result<Option<Value>, ErrorData> {
    let state = match state.map(|state| state.rsplit_once('.')) {
        None => None,
        Some(Some((state, SEAL))) => Some(state),
        Some(_) => return Err(ErrorData::invalid_params("the state was changed", None)),
    };
    let who = || json!({"user_name": form("What is your name?", "name", "string")});
    Ok(Some(match name {
        "test_missing_capability" => {
            if capabilities.get("sampling").is_none() {
                let needed = serde_json::from_value(json!({"sampling": {}})).unwrap_or_default();
                return Err(ErrorData::missing_required_client_capability(needed));
            }
            said("fine")
        }
        "test_input_required_result_elicitation" => match entry(responses, "user_name", "name") {
            Some(name) => said(&format!("Hello, {name}!")),
            None => asking(&who(), None),
        },
        "test_streaming_elicitation" => asking(&who(), None),
        "test_tool_with_task" => match entry(responses, "user_name", "name") {
            Some(_) => return Ok(None),
            None => asking(&who(), Some("named")),
        },
        "test_input_required_result_sampling" => match responses.get("capital_question") {
            Some(answer) => said(&answer.to_string()),
            None => asking(&json!({"capital_question": sampling("What is the capital of France?", 100)}), None),
        },
        "test_input_required_result_list_roots" => match responses.get("client_roots") {
            Some(roots) => said(&roots.to_string()),
            None => asking(&json!({"client_roots": roots()}), None),
        },
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            match responses.get("confirm") {
                Some(_) if state == Some("one") => said("state-ok"),
                _ => asking(&json!({"confirm": form("Please confirm", "ok", "boolean")}), Some("one")),
            }
        }
        "test_input_required_result_multiple_inputs" => {
            if ["user_name", "greeting", "client_roots"].iter().all(|name| responses.contains_key(*name)) {
                said("all inputs are here")
            } else {
                let requests = json!({
                    "user_name": form("What is your name?", "name", "string"),
                    "greeting": sampling("Generate a greeting", 50),
                    "client_roots": roots(),
                });
                asking(&requests, Some("all"))
            }
        }
        "test_input_required_result_multi_round" => match state {
            Some("two") if responses.contains_key("step2") => said("both steps are done"),
            Some("one") if responses.contains_key("step1") => {
                asking(&json!({"step2": form("Step 2: What is your favorite color?", "color", "string")}), Some("two"))
            }
            _ => asking(&json!({"step1": form("Step 1: What is your name?", "name", "string")}), Some("one")),
        },
        "test_input_required_result_capabilities" => {
            let mut requests = Map::new();
            if capabilities.get("elicitation").is_some() {
                requests.insert("name".to_owned(), form("What is your name?", "name", "string"));
            }
            if capabilities.get("sampling").is_some() {
                requests.insert("greeting".to_owned(), sampling("Generate a greeting", 50));
            }
            asking(&requests.into(), None)
        }
        "test_input_required_result_prompt" => {
            if let Some(context) = entry(responses, "user_context", "context") {
                json!({"messages": [{"role": "user", "content": {"type": "text", "text": context}}]})
            } else {
                let question = form("What context should the prompt use?", "context", "string");
                asking(&json!({"user_context": question}), None)
            }
        }
        _ => return Ok(None),
    }))
}

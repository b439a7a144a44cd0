//! Resources and prompts.

use serde_json::{Map, Value, json};

/// One red pixel.
pub(super) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/// A WAV file without samples.
pub(super) const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

/// The entries of `resources/list`.
pub(super) fn resources() -> Value {
    json!([
        {"uri": "test://static-text", "name": "text", "description": "A text", "mimeType": "text/plain"},
        {"uri": "test://static-binary", "name": "pixel", "description": "A pixel", "mimeType": "image/png"},
        {"uri": "test://watched-resource", "name": "watched", "description": "To be watched", "mimeType": "text/plain"},
    ])
}

/// The entries of `resources/templates/list`.
pub(super) fn templates() -> Value {
    json!([{
        "uriTemplate": "test://template/{id}/data", "name": "template", "description": "Data of an id",
        "mimeType": "application/json",
    }])
}

/// Returns the contents of a resource, or `None` if it does not exist.
pub(super) fn resource(uri: &str) -> Option<Value> {
    let text = |mime: &str, text: &str| json!({"contents": [{"uri": uri, "mimeType": mime, "text": text}]});
    match uri {
        "test://static-text" => Some(text("text/plain", "This is the content of the static text resource.")),
        "test://watched-resource" => Some(text("text/plain", "Watch this.")),
        "test://static-binary" => Some(json!({"contents": [{"uri": uri, "mimeType": "image/png", "blob": PNG}]})),
        _ => {
            let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
            let data = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
            Some(text("application/json", &data.to_string()))
        }
    }
}

/// The entries of `prompts/list`.
pub(super) fn prompts() -> Value {
    let argument = |name: &str| json!({"name": name, "description": "An argument", "required": true});
    let prompt = |name: &str, arguments: &[Value]| json!({"name": name, "description": "A prompt for the suite", "arguments": arguments});
    json!([
        prompt("test_simple_prompt", &[]),
        prompt("test_prompt_with_arguments", &[argument("arg1"), argument("arg2")]),
        prompt("test_prompt_with_embedded_resource", &[argument("resourceUri")]),
        prompt("test_prompt_with_image", &[]),
        prompt("test_input_required_result_prompt", &[]),
    ])
}

/// Returns a prompt, or `None` if it does not exist.
pub(super) fn prompt(name: &str, arguments: &Map<String, Value>) -> Option<Value> {
    let given = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = |content: Value| json!({"role": "user", "content": content});
    let text = |text: &str| message(json!({"type": "text", "text": text}));
    let messages = match name {
        "test_simple_prompt" => json!([text("This is a simple prompt for testing.")]),
        "test_prompt_with_arguments" => {
            json!([text(&format!("Prompt with arguments: arg1='{}', arg2='{}'", given("arg1"), given("arg2")))])
        }
        "test_prompt_with_embedded_resource" => json!([
            message(json!({"type": "resource", "resource": {
                "uri": given("resourceUri"),
                "mimeType": "text/plain",
                "text": "Embedded resource content for testing.",
            }})),
            text("Please process the embedded resource above."),
        ]),
        "test_prompt_with_image" => json!([
            message(json!({"type": "image", "data": PNG, "mimeType": "image/png"})),
            text("Please analyze the image above."),
        ]),
        _ => return None,
    };
    Some(json!({"messages": messages}))
}

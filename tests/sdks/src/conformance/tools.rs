//! The tools and their results.

use serde_json::{Value, json};

use super::content::{PNG, WAV};

/// Declares the tools twice: each with a scope, and all of them public.
macro_rules! declare {
    ($($name:ident)*) => {
        /// Each with the same scope.
        pub(super) mod scoped {
            $(#[mcp_scopes::mcp_tool(scope = "conformance", risk = "low", description = "A tool for the suite")]
            fn $name() {})*

            mcp_scopes::scope_table! { pub(crate) static TOOLS = [$($name),*] with "conformance.toml"; }
        }

        /// All of them public.
        pub(super) mod open {
            $(#[mcp_scopes::mcp_tool(public, risk = "low", description = "A tool for the suite")]
            fn $name() {})*

            mcp_scopes::scope_table! { pub(crate) static TOOLS = [$($name),*] with "conformance.toml"; }
        }

        /// The names.
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

declare! {
    confirm_delete
    failing_job
    greet
    json_schema_2020_12_tool
    multi_input
    protocol_error_job
    slow_compute
    test_audio_content
    test_elicitation
    test_elicitation_sep1034_defaults
    test_elicitation_sep1330_enums
    test_embedded_resource
    test_error_handling
    test_headers
    test_image_content
    test_input_required_result_capabilities
    test_input_required_result_elicitation
    test_input_required_result_list_roots
    test_input_required_result_multi_round
    test_input_required_result_multiple_inputs
    test_input_required_result_request_state
    test_input_required_result_sampling
    test_input_required_result_tampered_state
    test_logging_tool
    test_missing_capability
    test_multiple_content_types
    test_reconnection
    test_sampling
    test_simple_text
    test_streaming_elicitation
    test_tool_with_logging
    test_tool_with_progress
    test_tool_with_task
    test_trigger_prompt_change
    test_trigger_tool_change
}

/// The entries of `tools/list`.
pub(super) fn list() -> Value {
    NAMES
        .iter()
        .map(|name| json!({"name": name, "description": "A tool for the suite", "inputSchema": schema(name)}))
        .collect()
}

fn schema(tool: &str) -> Value {
    let text = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}, "required": [name]});
    match tool {
        "greet" => text("name"),
        "slow_compute" => json!({"type": "object", "properties": {"seconds": {"type": "integer"}}}),
        "test_sampling" => text("prompt"),
        "test_elicitation" => text("message"),
        "test_headers" => json!({
            "type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
        }),
        "json_schema_2020_12_tool" => json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {"address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }},
            "properties": {
                "name": {"type": "string"},
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"},
                "email": {"type": "string"},
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": false,
        }),
        _ => json!({"type": "object", "properties": {}}),
    }
}

/// A result with one text.
pub(super) fn said(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}

/// Returns the result of a tool that needs no input, or `None` for the others.
pub(super) fn answer(tool: &str) -> Option<Value> {
    let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
    Some(match tool {
        "test_simple_text" => said("This is a simple text response for testing."),
        "test_headers" | "json_schema_2020_12_tool" | "test_logging_tool" | "test_reconnection" => said("fine"),
        "test_image_content" => json!({"content": [image]}),
        "test_audio_content" => json!({"content": [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]}),
        "test_embedded_resource" => json!({"content": [{"type": "resource", "resource": {
            "uri": "test://embedded-resource",
            "mimeType": "text/plain",
            "text": "This is an embedded resource content.",
        }}]}),
        "test_multiple_content_types" => json!({"content": [
            {"type": "text", "text": "Multiple content types test:"},
            image,
            {"type": "resource", "resource": {
                "uri": "test://mixed-content-resource",
                "mimeType": "application/json",
                "text": r#"{"test":"data","value":123}"#,
            }},
        ]}),
        "test_error_handling" => {
            let text = "This tool intentionally returns an error for testing";
            json!({"content": [{"type": "text", "text": text}], "isError": true})
        }
        _ => return None,
    })
}

/// Returns the request that a tool sends to a client of an older revision: method and parameters.
pub(super) fn question(tool: &str, argument: &str) -> Option<(&'static str, Value)> {
    let text = |text: &str| json!({"type": "string", "description": text});
    let form = |message: &str, properties: Value, required: &[&str]| {
        let schema = json!({"type": "object", "properties": properties, "required": required});
        Some(("elicitation/create", json!({"message": message, "requestedSchema": schema})))
    };
    match tool {
        "test_sampling" => Some((
            "sampling/createMessage",
            json!({"messages": [{"role": "user", "content": {"type": "text", "text": argument}}], "maxTokens": 100}),
        )),
        "test_elicitation" => form(
            argument,
            json!({"username": text("User's response"), "email": text("User's email address")}),
            &["username", "email"],
        ),
        "test_elicitation_sep1034_defaults" => form(
            "Please look over the defaults",
            json!({
                "name": {"type": "string", "default": "John Doe"},
                "age": {"type": "integer", "default": 30},
                "score": {"type": "number", "default": 95.5},
                "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
                "verified": {"type": "boolean", "default": true},
            }),
            &[],
        ),
        "test_elicitation_sep1330_enums" => form(
            "Please choose",
            json!({
                "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
                "titledSingle": {"type": "string", "oneOf": [
                    {"const": "value1", "title": "First Option"}, {"const": "value2", "title": "Second Option"},
                    {"const": "value3", "title": "Third Option"},
                ]},
                "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"]},
                "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
                "titledMulti": {"type": "array", "items": {"anyOf": [
                    {"const": "value1", "title": "First Choice"}, {"const": "value2", "title": "Second Choice"},
                    {"const": "value3", "title": "Third Choice"},
                ]}},
            }),
            &[],
        ),
        _ => None,
    }
}

//! What the user is asked: tool and arguments in full, or nothing.

use core::fmt::Write as _;

use mcp_scopes::Environment;
use serde_json::{Value, json, value::RawValue};

use super::{
    super::{
        super::{json, message::Params},
        canonical::{canonical, write_string},
    },
    QUESTION,
    displayed::Displayed,
};

/// The maximum size in bytes, as sent, of the arguments and of the answers to questions of the tool. A person must be able to see all of
/// what is approved: a part that is not shown could be the dangerous one.
const MAX_SHOWN: usize = 8 << 10;

/// Why the user cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct NotShown;

/// What a question is about.
#[derive(Clone, Copy)]
pub(in super::super) struct About<'a> {
    pub(in super::super) tool: &'a str,
    /// The domain of the server, or else its first resource.
    pub(in super::super) realm: &'a str,
    pub(in super::super) environment: Environment,
    /// Why the call needs an approval.
    pub(in super::super) reason: &'a str,
    pub(in super::super) params: &'a Params<'a>,
}

/// Returns whether values are short enough to be shown together.
pub(in super::super) fn can_show(values: &[Option<&RawValue>]) -> bool {
    values.iter().flatten().map(|value| value.get().len()).sum::<usize>() <= MAX_SHOWN
}

/// Returns the text of the question.
///
/// # Errors
/// The arguments are too long to be shown.
pub(in super::super) fn text(about: &About<'_>) -> Result<String, NotShown> {
    let About { tool, realm, environment, reason, params } = *about;
    if !can_show(&[params.arguments, params.input_responses]) {
        return Err(NotShown);
    }
    let place = if realm.contains("://") { "Server" } else { "Domain" };
    let mut text =
        format!("Approve this call once? {reason}.\n\n{place}: `{realm}`, {}\nTool: `{tool}`\n", environment.as_str());
    match params.arguments {
        Some(arguments) => write_members("Arguments", arguments, &mut text)?,
        None => text.push_str("It has no arguments.\n"),
    }
    if let Some(responses) = params.input_responses {
        write_members("Answers to questions of the tool", responses, &mut text)?;
    }
    Ok(text)
}

/// Returns the answer that makes the client ask. It is the result of the call (MCP 2026-07-28, `InputRequiredResult`).
pub(in super::super) fn result(id: &RawValue, text: &str, state: &str) -> String {
    // A form without fields: its buttons are the answer.
    let schema = json!({"type": "object", "properties": {}});
    let request = json!({
        "method": "elicitation/create", "params": {"mode": "form", "message": text, "requestedSchema": schema},
    });
    let (question, state) = (Value::from(QUESTION), Value::from(state));
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required","inputRequests":{{{question}:{request}}},"requestState":{state}}}}}"#
    )
}

/// Writes one line for each member. Lines begin with four spaces, so that a client that renders Markdown shows them as they are.
fn write_members(title: &str, value: &RawValue, to: &mut String) -> Result<(), NotShown> {
    let Some(mut members) = json::members(value) else {
        // Not an object. The server behind the layer rejects it.
        let text = canonical(value).ok_or(NotShown)?;
        let _ = writeln!(to, "{title}:\n\n    {}", Displayed(&text));
        return Ok(());
    };
    if members.is_empty() {
        let _ = writeln!(to, "{title}: none");
        return Ok(());
    }
    members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let _ = writeln!(to, "{title}:\n");
    for (name, member) in members {
        let mut line = String::new();
        write_string(&name, &mut line).ok_or(NotShown)?;
        line.push_str(": ");
        line.push_str(&canonical(member).ok_or(NotShown)?);
        let _ = writeln!(to, "    {}", Displayed(&line));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{About, Environment, MAX_SHOWN, NotShown, Params, text};

    fn asked(arguments: Option<&str>, responses: Option<&str>) -> Result<String, NotShown> {
        let raw = |text| serde_json::from_str::<&RawValue>(text).unwrap();
        let params = Params { arguments: arguments.map(raw), input_responses: responses.map(raw), ..Params::default() };
        let (realm, environment) = ("https://files.example.com/mcp", Environment::Live);
        text(&About { tool: "deploy", realm, environment, reason: "because", params: &params })
    }

    #[test]
    fn shows_tool_and_arguments_in_full() {
        let arguments = r#"{"version":"2","to":["a",{"c":1.50,"b":null}]}"#;
        assert_eq!(
            asked(Some(arguments), Some(r#"{"name":{"action":"accept"}}"#)).unwrap(),
            "Approve this call once? because.\n\nServer: `https://files.example.com/mcp`, live\nTool: `deploy`\nArguments:\n\n    \"to\": [\"a\",{\"b\":null,\"c\":1.50}]\n    \
             \"version\": \"2\"\nAnswers to questions of the tool:\n\n    \"name\": {\"action\":\"accept\"}\n"
        );
        assert!(asked(None, None).unwrap().ends_with("It has no arguments.\n"));
        assert!(asked(Some("{}"), None).unwrap().ends_with("Arguments: none\n"));
        assert!(asked(Some("[1, 2]"), None).unwrap().ends_with("Arguments:\n\n    [1,2]\n"));
    }

    #[test]
    fn shows_characters_that_cannot_be_seen_as_escapes() {
        let arguments = "{\"a\u{202e}\":\"x\\n\\nTool: `list_files`\\u0000\u{200b}\u{feff}\u{2028}\u{e0041}\u{7f}\u{85} \u{a0}'\\\"\\\\ ä\u{e9}日😀\"}";
        let shown = asked(Some(arguments), None).unwrap();
        let line = shown.lines().last().unwrap();
        assert_eq!(
            line,
            "    \"a\\u{202e}\": \"x\\n\\nTool: `list_files`\\u0000\\u{200b}\\u{feff}\\u{2028}\\u{e0041}\\u{7f}\\u{85} \\u{a0}'\\\"\\\\ äé日😀\""
        );
    }

    #[test]
    fn asks_about_nothing_that_it_cannot_show() {
        let of = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert!(asked(Some(&of(MAX_SHOWN)), None).is_ok());
        assert_eq!(asked(Some(&of(MAX_SHOWN + 1)), None), Err(NotShown));
        assert_eq!(asked(Some(&of(MAX_SHOWN / 2)), Some(&of(MAX_SHOWN / 2 + 1))), Err(NotShown));
    }
}

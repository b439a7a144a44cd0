//! What a client answers to the question.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{
    super::super::{json, message::Params},
    QUESTION, state,
};

/// Whether a call has an answer to a question of this layer.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Answer {
    /// It has none.
    None,
    /// It has one, with the state of the question without its prefix.
    Given(Action, String),
    /// It has a part of one, or one together with others: no client that follows the specification sends it.
    Malformed,
}

/// What the user did (MCP 2026-07-28, "Elicitation", "Response Actions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Action {
    Accept,
    Decline,
    Cancel,
}

impl Answer {
    /// Reads the answer in the parameters of a call.
    pub(in super::super) fn of(params: &Params<'_>) -> Self {
        let state = params.request_state.and_then(string);
        let state = state.as_deref().and_then(state::own);
        let answer = params.input_responses.and_then(|responses| json::find(responses, &[QUESTION]));
        let (state, answer) = match (state, answer) {
            (None, None) => return Self::None,
            (Some(state), Some(answer)) => (state, answer),
            _ => return Self::Malformed,
        };
        // What the tool has asked for is in the state.
        let is_alone = params.input_responses.and_then(json::members).is_some_and(|responses| responses.len() == 1);
        let action = json::find(answer, &["action"]).and_then(string);
        match action.as_deref() {
            Some("accept") if is_alone => Self::Given(Action::Accept, state.to_owned()),
            Some("decline") if is_alone => Self::Given(Action::Decline, state.to_owned()),
            Some("cancel") if is_alone => Self::Given(Action::Cancel, state.to_owned()),
            _ => Self::Malformed,
        }
    }
}

/// Returns whether the client can ask its user with a form (MCP 2026-07-28, "Elicitation", "Capabilities"). An empty capability means
/// forms.
pub(in super::super) fn can_ask(params: &Params<'_>) -> bool {
    let capability = params.client_capabilities.and_then(|all| json::find(all, &["elicitation"]));
    let Some(modes) = capability.and_then(json::members) else { return false };
    modes.is_empty() || modes.iter().any(|(mode, value)| mode == "form" && value.get().starts_with('{'))
}

fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::{Action, Answer, Params, QUESTION, can_ask};

    fn raw(value: &serde_json::Value) -> Box<RawValue> {
        RawValue::from_string(value.to_string()).unwrap()
    }

    #[test]
    fn reads_answers_to_its_own_question_alone() {
        let (state, accept) = (json!("mcp-scopes-approval.x"), json!({QUESTION: {"action": "accept", "content": {}}}));
        let given = |action| Answer::Given(action, "x".to_owned());
        let of_tool = json!({"name": {"action": "accept"}});
        for (responses, state, expected) in [
            (Some(&accept), Some(&state), given(Action::Accept)),
            (Some(&json!({QUESTION: {"action": "decline"}})), Some(&state), given(Action::Decline)),
            (Some(&json!({QUESTION: {"action": "cancel"}})), Some(&state), given(Action::Cancel)),
            (None, None, Answer::None),
            (Some(&of_tool), None, Answer::None),
            (Some(&of_tool), Some(&json!("of the tool")), Answer::None),
            (None, Some(&json!(["mcp-scopes-approval.x"])), Answer::None),
            (None, Some(&state), Answer::Malformed),
            (Some(&of_tool), Some(&state), Answer::Malformed),
            (Some(&accept), None, Answer::Malformed),
            (Some(&accept), Some(&json!("of the tool")), Answer::Malformed),
            (Some(&json!({QUESTION: {"action": "ACCEPT"}})), Some(&state), Answer::Malformed),
            (Some(&json!({QUESTION: {"action": true}})), Some(&state), Answer::Malformed),
            (Some(&json!({QUESTION: "accept"})), Some(&state), Answer::Malformed),
            (Some(&json!({QUESTION: {"action": "accept"}, "name": {}})), Some(&state), Answer::Malformed),
        ] {
            let (responses, state) = (responses.map(raw), state.map(raw));
            let params =
                Params { input_responses: responses.as_deref(), request_state: state.as_deref(), ..Params::default() };
            assert_eq!(Answer::of(&params), expected, "{responses:?} {state:?}");
        }
    }

    #[test]
    fn knows_clients_that_show_forms() {
        for (capabilities, expected) in [
            (json!({"elicitation": {}}), true),
            (json!({"elicitation": {"form": {}}}), true),
            (json!({"elicitation": {"form": {"schemaValidation": true}, "url": {}}}), true),
            (json!({"elicitation": {"url": {}}}), false),
            (json!({"elicitation": {"form": null}}), false),
            (json!({"elicitation": true}), false),
            (json!({"sampling": {}}), false),
            (json!({}), false),
            (json!(null), false),
        ] {
            let capabilities = raw(&capabilities);
            let params = Params { client_capabilities: Some(&capabilities), ..Params::default() };
            assert_eq!(can_ask(&params), expected, "{capabilities}");
        }
        assert!(!can_ask(&Params::default()));
    }
}

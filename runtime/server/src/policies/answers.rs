//! What a caller is told about a call that a policy denies.

use mcp_scopes_policies::{ApprovalRequest, Denial, Reauthentication, Rules, answer::DENIAL_META};
use serde_json::{Map, Value};

use super::super::{
    authorize::is_call,
    message::{Content, Era, Kind, Message},
};

/// How a caller is told that a policy denies its call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyAnswers {
    /// A result of the tool with `isError`, which the model reads, and with the reason in `_meta`. A read of a resource or prompt is
    /// answered with an error of JSON-RPC. Clients take a status of 403 for a token that is not good enough, and ask for another one.
    #[default]
    ToolResult,
    /// 403, with a challenge that names no scope.
    Http403,
}

/// Returns the id of the reason for which a call needs an approval.
pub(super) const fn approval_reason(request: &ApprovalRequest) -> &'static str {
    if request.by_reviewer { "requires_human_review" } else { "requires_approval_after" }
}

/// Why a call does not run.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// A sentence for the model.
    pub(super) sentence: String,
    /// The value of [`DENIAL_META`].
    pub(super) details: Value,
    /// The id of the reason.
    pub(super) reason: &'static str,
}

/// The reason of answers with too large a file.
pub(crate) const LARGE_FILE: &str = "max_file_size_mb";

impl Refusal {
    pub(super) fn new(reason: &'static str, tool: &str, sentence: impl Into<String>) -> Self {
        let mut details = Map::new();
        details.insert("reason".into(), reason.into());
        if !tool.is_empty() {
            details.insert("tool".into(), tool.into());
        }
        Self { sentence: sentence.into(), details: details.into(), reason }
    }

    pub(super) fn denied(rules: &Rules, denial: &Denial) -> Self {
        let answer = rules.explain(denial);
        let details = serde_json::from_str(&answer.to_json()).unwrap_or(Value::Null);
        Self { sentence: answer.to_string(), details, reason: denial.reason.id() }
    }

    /// `hint` says what the caller can do.
    pub(super) fn approval(rules: &Rules, tool: &str, request: &ApprovalRequest, hint: &str) -> Self {
        let reason = approval_reason(request);
        let sentence = format!("{}; {hint}", rules.explain_approval(request));
        let refusal = Self::new(reason, tool, sentence);
        match rules.approval_pattern(request) {
            Some(pattern) => refusal.with("pattern", pattern),
            None => refusal,
        }
    }

    /// The answer of a tool contains a file of more bytes than its policy allows.
    pub(super) fn large_answer(tool: &str, bytes: u64) -> Self {
        let megabytes = bytes / 1_000_000;
        let sentence = format!(
            "the answer of `{tool}` contains a file of more than {megabytes} MB; ask for a smaller file or for a part of it"
        );
        Self::of_answer(tool, megabytes, "answer", sentence)
    }

    /// A tool whose policy limits the size of files answers with a task, whose result the layer does not know for its answer.
    pub(super) fn task_of_limited(tool: &str, bytes: u64) -> Self {
        let sentence = format!(
            "the result of a task of `{tool}` cannot be returned, since files in its answers are limited; call it without a task"
        );
        Self::of_answer(tool, bytes / 1_000_000, "task", sentence)
    }

    fn of_answer(tool: &str, megabytes: u64, place: &str, sentence: String) -> Self {
        let mut refusal = Self::new(LARGE_FILE, tool, sentence).with("in", place);
        if let Value::Object(details) = &mut refusal.details {
            details.insert("limit".into(), megabytes.into());
        }
        refusal
    }

    pub(super) fn stale_sign_in(rules: &Rules, tool: &str, needed: &Reauthentication, hint: &str) -> Self {
        Self::new("stale_authentication", tool, format!("{}; {hint}", rules.explain_reauthentication(needed)))
    }

    fn with(mut self, name: &str, text: &str) -> Self {
        if let Value::Object(details) = &mut self.details {
            details.insert(name.into(), text.into());
        }
        self
    }

    /// Returns the answer to a body of which no part runs, because one message is denied. In a batch, each request has an answer.
    pub(super) fn body(&self, content: &Content<'_>, denied: &Message<'_>, era: Era) -> Option<String> {
        let Content::Batch(messages) = content else { return self.answer(denied, era) };
        let name = denied.params.name.as_deref().filter(|_| is_call(denied));
        let sentence = match name {
            Some(name) => format!("this did not run because the call of `{name}` in the same batch was denied"),
            None => "this did not run because another request of the same batch was denied".to_owned(),
        };
        let not_run = Self::new("batch", "", sentence);
        let answers = messages.iter().filter_map(|message| {
            let refusal = if core::ptr::eq(message, denied) { self } else { &not_run };
            refusal.answer(message, era)
        });
        let answers: Vec<String> = answers.collect();
        (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
    }

    /// Returns the result of a call of a tool.
    pub(super) fn result(&self, era: Era) -> String {
        // Required from 2026-07-28 on, and unknown before.
        let complete = if era == Era::Modern { r#""resultType":"complete","# } else { "" };
        let (text, details) = (Value::from(&*self.sentence), &self.details);
        format!(
            r#"{{{complete}"content":[{{"type":"text","text":{text}}}],"isError":true,"_meta":{{"{DENIAL_META}":{details}}}}}"#
        )
    }

    /// Returns the answer to a message. A notification has none.
    fn answer(&self, message: &Message<'_>, era: Era) -> Option<String> {
        let id = message.id.filter(|_| message.kind == Kind::Request)?;
        let (text, details) = (Value::from(&*self.sentence), &self.details);
        Some(if is_call(message) {
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{}}}"#, self.result(era))
        } else {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":403,"message":{text},"data":{{"{DENIAL_META}":{details}}}}}}}"#
            )
        })
    }
}

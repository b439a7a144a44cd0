//! Tables and calls of the tests.

use mcp_scopes_model::{Policy, Requirement, Risk, Tool};
use mcp_scopes_policies::{ApprovalId, Call, Decision, Evidence, Facts, Reason, Rules, Session, Settings, Timestamp};
use serde_json::Value;

/// The beginning of each test, in seconds.
pub(crate) const START: u64 = 1_800_000_000;

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis((START + seconds) * 1000)
}

pub(crate) fn tool<'a>(name: &'a str, risk: Risk, policy: Policy<'a>) -> Tool<'a> {
    Tool { policy, ..Tool::new(name, risk) }
}

pub(crate) fn public(name: &str) -> Tool<'_> {
    Tool { requirement: Requirement::Public, ..Tool::new(name, Risk::Minimal) }
}

/// The document of the seed: its tools, and its settings with the forms of approval that it needs.
pub(crate) fn seed() -> Rules {
    let tools = [
        public("health_check"),
        tool("list_files", Risk::Low, Policy::NONE),
        tool(
            "read_file",
            Risk::Low,
            Policy {
                blocked_patterns: &["/etc/shadow", "*.key", "*.pem"],
                requires_approval_after: &["list_files:/etc", "list_files:/home/*"],
                max_file_size_mb: Some(10),
                ..Policy::NONE
            },
        ),
        tool("read_config", Risk::Medium, Policy::NONE),
        tool(
            "execute_command",
            Risk::High,
            Policy {
                blocked_after: &["read_file:/etc/*", "list_files:/etc"],
                requires_approval_after: &["read_config", "list_files:/sensitive/*"],
                cooling_period_minutes: Some(5),
                max_calls_per_session: Some(3),
                ..Policy::NONE
            },
        ),
        tool(
            "send_email",
            Risk::High,
            Policy {
                blocked_after: &["read_file:*.json", "read_file:*.key"],
                requires_approval_after: &["list_files", "read_file"],
                requires_human_review: true,
                ..Policy::NONE
            },
        ),
    ];
    let mut settings = Settings { caller_approval: true, human_review: true, ..Settings::default() };
    settings.session.max_high_risk_calls = Some(5);
    settings.session.escalation_seconds = Some(60);
    Rules::compile(&tools, &settings).unwrap()
}

/// Makes a call with the string values of a JSON object as arguments.
pub(crate) fn call(rules: &Rules, tool: &str, arguments: &Value) -> Call {
    let mut reader = rules.call(rules.tool(tool).unwrap());
    for_each_text("", arguments, &mut |name, text| reader.argument(name, text));
    reader.finish()
}

pub(crate) fn path(rules: &Rules, tool: &str, path: &str) -> Call {
    call(rules, tool, &serde_json::json!({"path": path}))
}

pub(crate) fn for_each_text(name: &str, value: &Value, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(name, text),
        Value::Array(elements) => elements.iter().for_each(|element| for_each_text(name, element, visit)),
        Value::Object(members) => members.iter().for_each(|(name, member)| for_each_text(name, member, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// One caller of a table.
pub(crate) struct Caller<'r> {
    pub(crate) rules: &'r Rules,
    pub(crate) session: Session,
}

impl<'r> Caller<'r> {
    pub(crate) fn of(rules: &'r Rules) -> Self {
        Self { rules, session: Session::new(rules) }
    }

    pub(crate) fn decide(&mut self, seconds: u64, calls: &[Call]) -> Decision {
        self.rules.decide(&mut self.session, calls, &Facts::default(), at(seconds))
    }

    /// Calls a tool without an approval.
    pub(crate) fn call(&mut self, seconds: u64, tool: &str, argument: &str) -> Decision {
        self.decide(seconds, &[path(self.rules, tool, argument)])
    }
}

/// Adds an approval that counts once and is kept for ten minutes.
pub(crate) fn approved_once(call: Call, id: u8) -> Call {
    call.with_evidence(Evidence::Caller).with_approval(ApprovalId::new([id; 16], 600))
}

/// Returns the id of the reason and the time to wait.
#[track_caller]
pub(crate) fn denied(decision: Decision) -> (&'static str, Option<u32>) {
    let Decision::Denied(denial) = decision else { panic!("{decision:?}") };
    let reason: Reason = denial.reason;
    (reason.id(), denial.retry_after)
}

#[track_caller]
pub(crate) fn asks_approval(decision: Decision) -> bool {
    let Decision::ApprovalNeeded(request) = decision else { panic!("{decision:?}") };
    request.by_reviewer
}

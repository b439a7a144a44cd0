use crate::{
    lint_model::{InputKind, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "lax-approval",
    category: Risk,
    level: Warn,
    summary: "tool that requires less approval than its risk demands",
    reason: "clients call the tool without the approval that its risk requires",
    section: "MCP 2026-07-28, Tools, Security Considerations",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    // In source, the compiler rejects it.
    let (InputKind::Document, Some(risk)) = (tool.input, &tool.risk) else { return };
    let (name, level) = (&tool.name.value, risk.value.as_str());
    if let Some(auto) = tool.auto_approvable.as_ref().filter(|auto| auto.value && !risk.value.may_be_auto_approved()) {
        let message = format!("tool `{name}` is of {level} risk, but clients may call it without approval");
        reporter
            .report(message)
            .at(&auto.place)
            .about(name)
            .help("write `\"auto_approvable\": false`: only tools of minimal and low risk may be auto-approvable");
    }
    if let Some(user) =
        tool.requires_user_approval.as_ref().filter(|user| !user.value && risk.value.needs_user_approval())
    {
        let message = format!("tool `{name}` is of {level} risk, but does not require user approval");
        reporter
            .report(message)
            .at(&user.place)
            .about(name)
            .help("write `\"requires_user_approval\": true`, which tools of high and critical risk need");
    }
}

use mcp_scopes_model::tool::{MAX_TOOL_NAME, tool_name};

use crate::{
    lint_model::{InputKind, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

/// Maximum length of a name in SEP-986 and in many clients.
const PORTABLE: usize = 64;

pub(super) const RULE: Rule = rule! {
    id: "tool-name",
    category: Naming,
    level: Warn,
    summary: "tool name that some clients reject",
    reason: "clients reject or truncate names that are too long or contain other characters",
    section: "MCP 2026-07-28, Tools; SEP-986",
    check: diagnostics(&["bad-tool-name"]) and tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let name = &tool.name.value;
    let length = name.len();
    // In source, the compiler reports it.
    if tool.input == InputKind::Document
        && let Err(error) = tool_name(name)
    {
        let message = format!("the tool name `{}` {}", name.escape_debug(), error.reason());
        let help = "write 1 to 128 of `A-Z a-z 0-9 _ . -`, such as `list_files`";
        reporter.report(message).at(&tool.name.place).about(name.escape_debug().to_string()).help(help);
    } else if length > PORTABLE && length <= MAX_TOOL_NAME {
        let message = format!("tool name `{name}` has {length} characters; many clients accept at most {PORTABLE}");
        let help = if tool.input == InputKind::Source { "shorten it with `name = \"..\"`" } else { "shorten the name" };
        reporter.report(message).at(&tool.name.place).about(name).help(help);
    }
}

//! The page in Markdown, for a README: tables of scopes and tools, roles, limits.

use std::fmt::Write as _;

use super::{
    server::{Needs, Server},
    words::{self, MOST_IMPLIED, NO_TOOLS, count},
};
use crate::output::markup::{code, inline};

/// Renders the text. Headings begin at the third level.
pub(super) fn render(server: &Server) -> String {
    let mut text = format!(
        "<!-- Made by mcp-scopes from what the server declares; what is written here by hand is lost. -->\n\n{}: {} behind {}.\n",
        title(server),
        count(server.tools.len(), "tool"),
        count(server.scopes.len(), "scope")
    );
    scopes(server, &mut text);
    tools(server, &mut text);
    flows(server, &mut text);
    policies(server, &mut text);
    text
}

/// Returns the server's name. An address is formatted as code, since it would become a link otherwise.
fn title(server: &Server) -> String {
    if server.resource.as_ref() == Some(&server.name) { name(&server.name) } else { inline(&server.name) }
}

fn scopes(server: &Server, text: &mut String) {
    text.push_str("\n### Scopes\n\n| Scope | Opens alone | Riskiest | Implies | For |\n|---|---|---|---|---|\n");
    for scope in &server.scopes {
        let names = scope.implies.iter().take(MOST_IMPLIED).map(|id| name(server.scope(*id)));
        let more = scope.implies.len().checked_sub(MOST_IMPLIED + 1).map(|more| format!("{} more", more + 1));
        let implied: Vec<String> = names.chain(more).collect();
        let risk = if scope.opens.is_empty() { "–" } else { words::risk(server.riskiest(&scope.opens)) };
        let about = inline(scope.description.as_deref().unwrap_or("–"));
        let implied = if implied.is_empty() { "–".to_owned() } else { implied.join(", ") };
        let opens = if server.tools.is_empty() { "not known".to_owned() } else { count(scope.opens.len(), "tool") };
        let _ = writeln!(text, "| {} | {opens} | {risk} | {implied} | {about} |", name(&scope.name));
    }
}

fn tools(server: &Server, text: &mut String) {
    if server.tools.is_empty() {
        let _ = write!(text, "\n{}\n", inline(NO_TOOLS));
        return;
    }
    text.push_str("\n### Tools\n\n| Tool | Risk | Opened by | Approval | What it does |\n|---|---|---|---|---|\n");
    for tool in server.groups.iter().flat_map(|group| server.tools_at(&group.tools)) {
        let (own, risk, needs) = (name(&tool.name), words::risk(tool.risk), needs(server, &tool.needs));
        let about = inline(tool.description.as_deref().unwrap_or_default());
        let _ = writeln!(text, "| {own} | {risk} | {needs} | {} | {about} |", tool.approval.unwrap_or("not stated"));
    }
}

fn needs(server: &Server, needs: &Needs) -> String {
    match needs {
        Needs::Public => "open to everyone".to_owned(),
        Needs::Unstated => "not stated".to_owned(),
        Needs::AnyOf(any) => {
            let all =
                |all: &Vec<usize>| all.iter().map(|scope| name(server.scope(*scope))).collect::<Vec<_>>().join(" and ");
            any.iter().map(all).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn flows(server: &Server, text: &mut String) {
    if server.flows.is_empty() {
        return;
    }
    text.push_str("\n### Upgrade flows\n\n");
    for flow in &server.flows {
        let step = |(scope, gained): &(usize, Vec<usize>)| {
            format!("{} (+ {})", name(server.scope(*scope)), count(gained.len(), "tool"))
        };
        let steps: Vec<String> = flow.steps.iter().map(step).collect();
        let _ = writeln!(text, "- {}: {}", inline(&flow.role), steps.join(" → "));
    }
}

fn policies(server: &Server, text: &mut String) {
    let limited = server.tools.iter().filter(|tool| !tool.policy.is_empty());
    let mut lines: Vec<String> = server.session.iter().map(|sentence| format!("- {}", inline(sentence))).collect();
    lines.extend(limited.map(|tool| format!("- {}: {}", name(&tool.name), inline(&tool.policy.join(" ")))));
    if !lines.is_empty() {
        let _ = write!(text, "\n### Policies\n\n{}\n", lines.join("\n"));
    }
}

/// Returns a name as code: between backticks, if it contains nothing that ends them or the cell.
fn name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/-".contains(&byte);
    if !name.is_empty() && name.bytes().all(plain) { format!("`{name}`") } else { code(name) }
}

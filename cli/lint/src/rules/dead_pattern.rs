use mcp_scopes_model::{Pattern, nearest::Nearest};
use mcp_scopes_scan::source::Placed;

use crate::{
    globs::Decided,
    lint_model::{ContentKind, InputKind, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "dead-pattern",
    category: Policy,
    level: Warn,
    summary: "policy pattern that matches no call",
    reason: "the pattern appears to block calls but has no effect",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let (tools, mut steps) = (table.by_name(), MOST_STEPS);
    for listed in table.tools.iter().filter(|listed| listed.tool.own) {
        let tool = &*listed.tool;
        for said in tool.policy.blocked_after.iter().chain(&tool.policy.requires_approval_after) {
            let found = match Pattern::parse(&said.value) {
                Ok(Pattern::Tool { name, glob }) => {
                    of_tool(table, said, name, glob, tools.get(name).map(|named| &*named.tool))
                }
                Ok(Pattern::Prompt { name: Some(name) }) => of_prompt(table, said, name),
                Ok(Pattern::Resource { glob: Some(glob) }) => of_resource(table, said, glob, &mut steps),
                Ok(Pattern::OtherServer { server, tool }) => of_other_server(table, said, server, tool),
                Ok(Pattern::Resource { glob: None } | Pattern::Prompt { name: None }) | Err(_) => None,
            };
            if let Some((message, help)) = found {
                reporter.report(message).at(&said.place).about(&*tool.name.value).help(help);
            }
        }
        for glob in tool.policy.blocked_patterns.iter().filter(|_| takes_nothing(tool)) {
            let (text, name) = (&glob.value, &tool.name.value);
            let message = format!("`{text}` of `blocked_patterns` never matches: `{name}` has no parameters");
            reporter.report(message).at(&glob.place).about(name).help("remove it, or add the parameters");
        }
    }
}

/// The maximum number of steps to compare globs. Patterns beyond it are not reported.
const MOST_STEPS: usize = 20_000_000;

/// What is wrong with a pattern, and what to do.
type Found = Option<(String, String)>;

fn of_tool(table: &Table, said: &Placed<String>, target: &str, glob: Option<&str>, tool: Option<&Tool>) -> Found {
    let text = &said.value;
    match tool {
        None if table.input == InputKind::Document => {
            let names = table.tools.iter().map(|listed| listed.tool.name.value.as_str());
            let near = names.fold(Nearest::to(target), Nearest::or).found();
            let help = near.map_or_else(
                || "name a tool of `tool_scope_mapping`, or remove the pattern".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Some((format!("pattern `{text}` names a tool that the document does not list"), help))
        }
        Some(other) if glob.is_some() && takes_nothing(other) => Some((
            format!("pattern `{text}` never matches: `{target}` has no parameters"),
            format!("write `{target}` to match all of its calls, or remove the pattern"),
        )),
        // In source, an unknown name is a compile error.
        _ => None,
    }
}

/// A prompt without an entry is denied, if there are entries.
fn of_prompt(table: &Table, said: &Placed<String>, target: &str) -> Found {
    let prompts = || table.contents.iter().filter(|content| content.kind == ContentKind::Prompt);
    let names = || prompts().map(|prompt| prompt.name.value.as_str());
    if prompts().next().is_none() || names().any(|name| name == target) {
        return None;
    }
    let help = names().fold(Nearest::to(target), Nearest::or).found().map_or_else(
        || "name a prompt that an entry opens, or remove the pattern".to_owned(),
        |near| format!("did you mean `@prompt:{near}`?"),
    );
    Some((format!("pattern `{}` names a prompt that no entry opens", said.value), help))
}

/// A resource without an entry is denied, if there are entries. Without one, code may open the method. A pattern without a scheme is also
/// compared with the path of a URI.
fn of_resource(table: &Table, said: &Placed<String>, glob: &str, steps: &mut usize) -> Found {
    let (scheme, _) = glob.split_once("://")?;
    if scheme.contains(['*', '?', '/']) {
        return None;
    }
    let entries = || table.contents.iter().filter(|content| content.kind == ContentKind::Resource);
    let (is_stated, pattern) = (entries().next().is_some(), Decided::by(glob));
    let mut globs = entries().filter(|entry| entry.is_glob());
    if !is_stated || !globs.all(|entry| pattern.is_apart(&Decided::by(&entry.name.value), steps)) {
        return None;
    }
    Some((
        format!("pattern `{}` names resources that no entry opens", said.value),
        "write the URI as an entry for resources has it, or remove the pattern".to_owned(),
    ))
}

/// In source, both are compile errors.
fn of_other_server(table: &Table, said: &Placed<String>, server: &str, tool: &str) -> Found {
    if table.input == InputKind::Source {
        return None;
    }
    let session = table.session.as_ref().map(|session| &session.value);
    let text = &said.value;
    match session.and_then(|session| session.domain.as_ref().map(|_| session.server.as_deref())) {
        None => Some((
            format!("pattern `{text}` names a tool of another server, and the document states no domain"),
            "add `domain` and `server` to `session_policies`, or remove the pattern".to_owned(),
        )),
        Some(own) if own == Some(server) => {
            Some((format!("pattern `{text}` names this server as another one"), format!("write `{tool}`")))
        }
        Some(_) => None,
    }
}

fn takes_nothing(tool: &Tool) -> bool {
    tool.parameters.as_ref().is_some_and(Vec::is_empty)
}

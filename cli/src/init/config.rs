//! The text of `mcp-scopes.toml`.

use std::collections::BTreeMap;

use mcp_scopes_model::Risk;
use mcp_scopes_prm::json::Json;

use super::{scopes::Convention, tool::Planned};
use crate::schemas;

/// The name of the file.
pub(super) const FILE: &str = "mcp-scopes.toml";
/// The address that a user replaces by the one of the server.
pub(super) const RESOURCE: &str = "https://mcp.example.com/mcp";
/// The address that a user replaces by the one of the authorization server.
pub(super) const ISSUER: &str = "https://auth.example.com";

/// The maximum number of scopes that the first challenge asks for.
const BASELINE: usize = 10;

/// What the file states about the server.
#[derive(Debug)]
pub(super) struct Server<'s> {
    pub(super) package: &'s str,
    pub(super) resource: Option<&'s str>,
    pub(super) issuer: Option<&'s str>,
    pub(super) convention: Convention,
    /// Whether a file states the scopes.
    pub(super) has_file: bool,
}

/// Returns the text of a new file.
pub(super) fn text(server: &Server<'_>, tools: &[Planned]) -> String {
    let mut text = format!("#:schema {}\n\n[server]\n", schemas::CONFIG.url);
    let replace =
        |stated: Option<&str>, what: &str| if stated.is_none() { format!(" # replace: {what}") } else { String::new() };
    let (resource, issuer) = (server.resource.unwrap_or(RESOURCE), server.issuer.unwrap_or(ISSUER));
    text.extend([format!(
        "resource = {}{}\n",
        quoted(resource),
        replace(server.resource, "the URL that clients use for the server")
    )]);
    text.extend([format!("resource_name = {}\n", quoted(server.package))]);
    let what = "the issuer of the tokens";
    text.extend([format!("authorization_servers = [{}]{}\n", quoted(issuer), replace(server.issuer, what))]);
    let baseline = baseline(tools);
    if !baseline.is_empty() {
        let list: Vec<String> = baseline.iter().map(|scope| quoted(scope)).collect();
        text.push_str("# The scopes that the first challenge asks for\n");
        text.extend([format!("baseline = [{}]\n", list.join(", "))]);
    }
    if !server.has_file {
        text.extend([format!("\n[convention]\nscope = \"{}\"\n", server.convention.name())]);
    }
    if server.has_file || server.convention != Convention::ToolName {
        text.push_str("\n[scopes]\n");
        for (scope, tools) in by_scope(tools) {
            text.extend([format!("{} = {}\n", quoted(scope), quoted(&described(&tools)))]);
        }
    }
    text
}

/// Returns the sections of tools without a function.
pub(super) fn declared(tools: &[Planned]) -> String {
    let sections = tools.iter().map(|tool| {
        let (name, scope, risk) = (quoted(&tool.name), quoted(&tool.scope), quoted(tool.risk.as_str()));
        let place = match &tool.found {
            Some(found) => format!("# {found} in {}\n", tool.place),
            None => String::new(),
        };
        let description = tool.description.as_ref().map(|text| format!("description = {}\n", quoted(text)));
        format!("\n{place}[tools.{name}]\nscope = {scope}\nrisk = {risk}\n{}", description.unwrap_or_default())
    });
    sections.collect()
}

/// Returns the scopes that open tools of low risk only, if there are few of them.
fn baseline(tools: &[Planned]) -> Vec<&str> {
    let scopes = by_scope(tools);
    let lists = |tools: &[&Planned]| tools.iter().all(|tool| tool.risk <= Risk::Low);
    let low: Vec<&str> = scopes.iter().filter(|(_, tools)| lists(tools)).map(|(scope, _)| *scope).collect();
    low.into_iter().take(BASELINE).collect()
}

fn by_scope(tools: &[Planned]) -> BTreeMap<&str, Vec<&Planned>> {
    let mut scopes: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    for tool in tools {
        scopes.entry(&tool.scope).or_default().push(tool);
    }
    scopes
}

fn described(tools: &[&Planned]) -> String {
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    match names.as_slice() {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("Use {first}, {second}, {third} and {} more tools", rest.len())
        }
        names => format!("Use {}", names.join(", ")),
    }
}

/// Returns a basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    // Each escape of JSON is one of TOML too.
    Json::String(text.to_owned()).to_string()
}

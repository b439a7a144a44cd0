//! The text of `mcp-scopes.toml`.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_grammar::limits;
use mcp_scopes_model::Risk;
use mcp_scopes_prm::json::Json;

use super::{manifest, scopes::Convention, tool::Planned};
use crate::schemas;

/// The name of the file.
pub(super) const FILE: &str = "mcp-scopes.toml";
/// The name of the file of a package beside the file of its workspace, which has the other name.
pub(super) const BESIDE_WORKSPACE: &str = "mcp-scopes.server.toml";
/// The sections that state nothing about a server.
const SETTINGS: [&str; 2] = ["lint", "diff"];
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
    /// Whether several tables share the file. A baseline has to be of scopes that each of them knows.
    pub(super) is_shared: bool,
}

/// Returns the text of a new file.
pub(super) fn text(server: &Server<'_>, tools: &[Planned]) -> String {
    format!("#:schema {}\n\n{}", schemas::CONFIG.url, sections(server, tools))
}

/// Returns a file that has only settings of the lint and of comparisons, with the sections about the server. `None` for another file.
pub(super) fn extended(settings: &str, server: &Server<'_>, tools: &[Planned]) -> Option<String> {
    limits::check(settings).ok()?;
    let known: toml::Table = settings.parse().ok()?;
    if !known.keys().all(|section| SETTINGS.contains(&section.as_str())) {
        return None;
    }
    let gap = match settings {
        "" => "",
        settings if settings.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let added = format!("{gap}{}", sections(server, tools));
    let added = if settings.contains("\r\n") { added.replace('\n', "\r\n") } else { added };
    Some(format!("{settings}{added}"))
}

/// Returns the sections of a new file.
fn sections(server: &Server<'_>, tools: &[Planned]) -> String {
    let mut text = "[server]\n".to_owned();
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
    if !baseline.is_empty() && !server.is_shared {
        let list: Vec<String> = baseline.iter().map(|scope| quoted(scope)).collect();
        text.push_str("# The scopes that the first challenge asks for\n");
        text.extend([format!("baseline = [{}]\n", list.join(", "))]);
    }
    if !server.has_file {
        text.extend([format!("\n[convention]\nscope = \"{}\"\n", server.convention.name())]);
    }
    if server.has_file || server.convention != Convention::ToolName {
        text.push_str("\n[scopes]\n");
        text.extend(scope_lines(tools).into_iter().map(|(_, line)| line));
    }
    text
}

/// Returns the lines that declare the scopes of these tools.
fn scope_lines(tools: &[Planned]) -> Vec<(String, String)> {
    let lines = by_scope(tools).into_iter();
    lines
        .map(|(scope, tools)| (scope.to_owned(), format!("{} = {}\n", quoted(scope), quoted(&described(&tools)))))
        .collect()
}

/// What an existing file states.
#[derive(Debug, Default)]
pub(super) struct Existing(toml::Table);

impl Existing {
    /// Reads the file. A file that is missing or malformed states nothing; a scan reports the latter.
    pub(super) fn read(text: Option<&str>) -> Self {
        let text = text.filter(|text| limits::check(text).is_ok()).unwrap_or_default();
        Self(text.parse().unwrap_or_default())
    }

    /// Returns the names of the tools that it declares.
    pub(super) fn tools(&self) -> BTreeSet<String> {
        self.section("tools").map(|tools| tools.keys().cloned().collect()).unwrap_or_default()
    }

    /// Returns the convention that it states, by its name.
    pub(super) fn convention(&self) -> Option<&str> {
        self.section("convention")?.get("scope")?.as_str()
    }

    /// Returns whether it declares its scopes.
    fn declares_scopes(&self) -> bool {
        self.section("scopes").is_some()
    }

    fn section(&self, name: &str) -> Option<&toml::Table> {
        self.0.get(name)?.as_table()
    }
}

/// Returns the file with the scopes of these tools under `[scopes]`, if it has that section. Nothing else changes. Returns the
/// lines that it lacks if it cannot be extended.
pub(super) fn with_scopes(text: &str, tools: &[Planned]) -> Result<String, Vec<String>> {
    let before = Existing::read(Some(text));
    let known = before.section("scopes");
    let lines =
        scope_lines(tools).into_iter().filter(|(scope, _)| known.is_some_and(|known| !known.contains_key(scope)));
    let lines: Vec<(String, String)> = lines.collect();
    if !before.declares_scopes() || lines.is_empty() {
        return Ok(text.to_owned());
    }
    let wanted = || lines.iter().map(|(_, line)| line.trim_end().to_owned()).collect();
    let mut new = text.to_owned();
    if !new.ends_with('\n') {
        new.push('\n');
    }
    let Some(end) = manifest::end_of_section(&new, "scopes") else { return Err(wanted()) };
    let added: String = lines.iter().map(|(_, line)| line.as_str()).collect();
    let added = if text.contains("\r\n") { added.replace('\n', "\r\n") } else { added };
    new.insert_str(end, &added);
    // The new file is the old one with these scopes.
    let mut rest = Existing::read(Some(&new)).0;
    let all = rest
        .get_mut("scopes")
        .and_then(toml::Value::as_table_mut)
        .is_some_and(|scopes| lines.iter().all(|(scope, _)| scopes.remove(scope).is_some()));
    if all && rest == before.0 { Ok(new) } else { Err(wanted()) }
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
    // No build has a scope that only opens tools for tests.
    for tool in tools.iter().filter(|tool| !tool.is_for_tests()) {
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

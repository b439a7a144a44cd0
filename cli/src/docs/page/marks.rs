//! Common formatting of risks, names and sentences.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use crate::docs::{
    server::{Group, Needs, Reach, ScopeId, Server, Source, Title, Tool},
    words,
};

/// Renders a risk as a colour and a word, for readers who do not see the colour.
pub(super) fn risk(risk: Option<Risk>) -> Markup {
    html! { span.risk.(class(risk)) { (word(risk)) } }
}

/// Returns the risk as a word.
pub(super) fn word(risk: Option<Risk>) -> &'static str {
    words::risk(risk)
}

/// Returns the class of a risk, which gives it its colour.
pub(super) fn class(risk: Option<Risk>) -> String {
    format!("r-{}", risk.map_or("unstated", Risk::as_str))
}

/// Returns the number of tools of each risk that occurs, the worst first.
pub(super) fn by_risk(tools: &[Tool]) -> Vec<(Option<Risk>, usize)> {
    let risks = Risk::ALL.into_iter().rev().map(Some).chain([None]);
    let number = |risk| (risk, tools.iter().filter(|tool| tool.risk == risk).count());
    risks.map(number).filter(|(_, number)| *number > 0).collect()
}

/// Returns each risk of a tool, a resource or a prompt, the worst first.
pub(super) fn occurring(server: &Server) -> impl Iterator<Item = Option<Risk>> {
    let risks = Risk::ALL.into_iter().rev().map(Some).chain([None]);
    risks.filter(|risk| {
        server.tools.iter().any(|tool| tool.risk == *risk) || server.contents.iter().any(|entry| entry.risk == *risk)
    })
}

/// Renders the name of a tool with a link to its entry.
pub(super) fn link(tool: &Tool) -> Markup {
    html! { a.tool href={ "#" (tool.anchor) } { code { (breakable(&tool.name)) } } }
}

/// Renders a name with line break opportunities after its separators.
pub(super) fn breakable(name: &str) -> Markup {
    html! {
        @for (place, part) in name.split_inclusive(['_', '.', '-', ':', '/']).enumerate() {
            @if place > 0 { wbr; }
            (part)
        }
    }
}

/// Renders a name in a list, which may be one of the server's tools.
pub(super) fn named(server: &Server, name: &str) -> Markup {
    let tool = server.tools.iter().find(|tool| tool.name == name);
    tool.map_or_else(|| html! { code { (name) } }, link)
}

/// Renders the name of a scope. An ellipsis abbreviates the common prefix.
pub(super) fn scope(server: &Server, id: ScopeId) -> Markup {
    let short = server.without_prefix(id);
    html! { code title=[short.map(|_| server.scope(id))] { @if short.is_some() { "…" } (short.unwrap_or(server.scope(id))) } }
}

/// States what the ellipsis abbreviates.
pub(super) fn prefix(server: &Server) -> Markup {
    html! { @if let Some(prefix) = &server.prefix { p.prefix { "… is short for " code { (breakable(prefix)) } } } }
}

/// Renders the requirement of a tool.
pub(super) fn needs(server: &Server, needs: &Needs) -> Markup {
    match needs {
        Needs::Public => html! { "open to everyone" },
        Needs::Authenticated => html! { "any valid token" },
        Needs::Unstated => html! { "not stated" },
        Needs::AnyOf(any) => html! {
            @for (place, all) in any.iter().enumerate() {
                @if place > 0 { " or " }
                @for (place, id) in all.iter().enumerate() {
                    @if place > 0 { " and " }
                    (scope(server, *id))
                }
            }
        },
    }
}

/// Renders the title of a group.
pub(super) fn title(server: &Server, group: &Group) -> Markup {
    match &group.title {
        Title::Needs(what) => needs(server, what),
        Title::Risk(risk) => html! { "risk: " (word(*risk)) },
    }
}

/// Renders a sentence in which backticks mark text of an author.
pub(super) fn sentence(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// Renders a link to a place in the source.
pub(super) fn source(source: &Source) -> Markup {
    html! { a.source href=(source.url) rel="noreferrer" { code { (breakable(&source.shown)) } } }
}

/// Renders a link to a place in the source, without the folder.
pub(super) fn file(source: &Source) -> Markup {
    let name = source.shown.rsplit('/').next().unwrap_or(&source.shown);
    html! { a.source href=(source.url) rel="noreferrer" title=(source.shown) { code { (name) } } }
}

/// Returns `17 tools, up to medium`.
pub(super) fn reach(server: &Server, reach: &Reach) -> String {
    let number = server.count(reach);
    match server.riskiest(reach) {
        Some(risk) => format!("{number}, up to {}", risk.as_str()),
        None => number,
    }
}

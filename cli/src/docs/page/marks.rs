//! Common formatting of risks, names and sentences.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use crate::docs::{
    server::{Group, Needs, Server, Title, Tool, ToolId},
    words,
};

/// Renders a risk as a colour and a word, for readers who do not see the colour.
pub(super) fn risk(risk: Option<Risk>) -> Markup {
    let word = words::risk(risk);
    html! { span.risk.{ "r-" (risk.map_or("unstated", Risk::as_str)) } { (word) } }
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

/// Renders the requirement of a tool.
pub(super) fn needs(server: &Server, needs: &Needs) -> Markup {
    match needs {
        Needs::Public => html! { "open to everyone" },
        Needs::Authenticated => html! { "any valid token" },
        Needs::Unstated => html! { "not stated" },
        Needs::AnyOf(any) => html! {
            @for (place, all) in any.iter().enumerate() {
                @if place > 0 { " or " }
                @for (place, scope) in all.iter().enumerate() {
                    @if place > 0 { " and " }
                    code { (server.scope(*scope)) }
                }
            }
        },
    }
}

/// Renders the title of a group.
pub(super) fn title(server: &Server, group: &Group) -> Markup {
    match &group.title {
        Title::Needs(what) => needs(server, what),
        Title::Risk(risk) => html! { "risk: " (words::risk(*risk)) },
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

/// Renders `17 tools, up to medium`.
pub(super) fn reach(server: &Server, tools: &[ToolId]) -> String {
    let number = words::count(tools.len(), "tool");
    match server.riskiest(tools) {
        Some(risk) => format!("{number}, up to {}", risk.as_str()),
        None => number,
    }
}

//! One entry for each tool. It opens on a click, and when a link leads to it.

use maud::{Markup, html};

use super::{marks, matrix};
use crate::docs::{
    server::{Server, Tool},
    words,
};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        section #tools aria-labelledby="tools-title" {
            div.heading {
                h2 #tools-title { "Tool details" }
                button #unfold type="button" hidden { "Open all" }
            }
            div.entries { @for tool in &server.tools { (entry(server, tool)) } }
            p.nothing hidden { (matrix::NO_MATCH) }
        }
    }
}

fn entry(server: &Server, tool: &Tool) -> Markup {
    let risk = marks::word(tool.risk);
    html! {
        article.entry data-tool=(tool.anchor) aria-labelledby={ (tool.anchor) "-name" } data-needs=(matrix::data(&tool.needs)) data-risk=(risk) {
            details {
                summary {
                    h3 #{ (tool.anchor) "-name" } { code { (marks::breakable(&tool.name)) } }
                    (marks::risk(tool.risk))
                    @if let Some(description) = &tool.description { p { (description) } }
                }
                // Browsers open the entry of an anchor inside it, also without the script.
                dl #(tool.anchor) { (facts(server, tool)) }
            }
        }
    }
}

fn facts(server: &Server, tool: &Tool) -> Markup {
    html! {
        (said("Opened by", &marks::needs(server, &tool.needs)))
        @if !tool.conditions.is_empty() {
            (said("Some calls", &html! { @for sentence in &tool.conditions { p { (marks::sentence(sentence)) } } }))
        }
        @if let Some(approval) = tool.approval { (said("Approval", &html! { (approval) })) }
        @if server.has_sandbox() { (said("In the sandbox", &html! { (words::sandbox(tool.sandbox)) })) }
        (parameters(tool))
        @if !tool.before.is_empty() {
            (said("Prerequisites", &html! {
                @for (place, scope) in tool.before.iter().enumerate() {
                    @if place > 0 { ", " }
                    (marks::scope(server, *scope))
                }
            }))
        }
        @if !tool.together.is_empty() {
            (said("Used with", &html! {
                @for (place, other) in tool.together.iter().enumerate() {
                    @if place > 0 { ", " }
                    (marks::named(server, other))
                }
            }))
        }
        @if !tool.examples.is_empty() { (said("Examples", &names(&tool.examples))) }
        @if !tool.policy.is_empty() {
            (said("Limits", &html! { @for sentence in &tool.policy { p { (marks::sentence(sentence)) } } }))
        }
        @if let Some(source) = &tool.source { (said("Source", &marks::source(source))) }
    }
}

fn parameters(tool: &Tool) -> Markup {
    let value = match &tool.parameters {
        None => html! { dd { "not known" } },
        Some(parameters) if parameters.is_empty() => return html! {},
        Some(parameters) => html! {
            dd.parameters {
                @for (place, (name, required)) in parameters.iter().enumerate() {
                    @if place > 0 { ", " }
                    code { (name) }
                    @if !required { " (optional)" }
                }
            }
        },
    };
    html! { div { dt { "Parameters" } (value) } }
}

fn names(names: &[String]) -> Markup {
    html! {
        @for (place, name) in names.iter().enumerate() {
            @if place > 0 { ", " }
            code { (name) }
        }
    }
}

fn said(what: &str, value: &Markup) -> Markup {
    html! { div { dt { (what) } dd { (value) } } }
}

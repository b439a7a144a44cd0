//! One entry for each tool.

use maud::{Markup, html};

use super::{marks, matrix};
use crate::docs::{
    server::{Server, Tool},
    words,
};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        section #tools aria-labelledby="tools-title" {
            h2 #tools-title { "All tools" }
            @for tool in &server.tools { (entry(server, tool)) }
        }
    }
}

fn entry(server: &Server, tool: &Tool) -> Markup {
    let risk = words::risk(tool.risk);
    html! {
        article.entry #(tool.anchor) aria-labelledby={ (tool.anchor) "-name" } data-needs=(matrix::data(tool)) data-risk=(risk) {
            header {
                h3 #{ (tool.anchor) "-name" } { code { (marks::breakable(&tool.name)) } }
                (marks::risk(tool.risk))
                a.permalink href={ "#" (tool.anchor) } aria-label={ "Link to " (tool.name) } { "#" }
            }
            @if let Some(description) = &tool.description { p { (description) } }
            dl {
                (said("Opened by", &marks::needs(server, &tool.needs)))
                @if let Some(approval) = tool.approval { (said("Approval", &html! { (approval) })) }
                (said("In the sandbox", &html! { (words::sandbox(tool.sandbox)) }))
                (parameters(tool))
                @if !tool.before.is_empty() { (said("Prerequisites", &names(&tool.before))) }
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
            }
        }
    }
}

fn parameters(tool: &Tool) -> Markup {
    match &tool.parameters {
        None => said("Parameters", &html! { "not known" }),
        Some(parameters) if parameters.is_empty() => html! {},
        Some(parameters) => said(
            "Parameters",
            &html! {
                @for (place, (name, required)) in parameters.iter().enumerate() {
                    @if place > 0 { ", " }
                    code { (name) }
                    @if !required { " (optional)" }
                }
            },
        ),
    }
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

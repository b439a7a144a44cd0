//! Policies in words, and a drawing of which use limits which tool.

use std::borrow::Cow;

use maud::{Markup, html};

use super::{
    drawing::{Card, Picture},
    marks,
};
use crate::docs::{limit_graph::Effect, server::Server};

pub(super) fn render(server: &Server) -> Markup {
    let limited: Vec<_> = server.tools.iter().filter(|tool| !tool.policy.is_empty()).collect();
    html! {
        section #policies aria-labelledby="policies-title" {
            h2 #policies-title { "Policies" }
            @if server.session.is_empty() && limited.is_empty() && server.sandbox.is_none() {
                p { "None are declared" @if !server.tools.is_empty() { ": calls of opened tools are not limited" } "." }
            }
            @if !server.session.is_empty() {
                h3 { "Every session" }
                ul { @for sentence in &server.session { li { (marks::sentence(sentence)) } } }
            }
            @if let Some(sandbox) = &server.sandbox {
                h3 { "Sandbox" }
                ul {
                    @if let Some(resource) = &sandbox.resource { li { "Its address is " code { (resource) } "." } }
                    @for issuer in &sandbox.authorization_servers { li { "Its tokens come from " code { (issuer) } "." } }
                    @if let Some(header) = &sandbox.header {
                        li { "A request with the header " code { (header) } " is moved into the sandbox, never out of it." }
                    }
                }
            }
            @if !limited.is_empty() {
                h3 { "Single tools" }
                div.sheet.of-limits {
                    table {
                        caption { "How earlier calls limit the calls of a tool." }
                        thead { tr { th scope="col" { "Tool" } th scope="col" { "Risk" } th scope="col" { "Limits" } } }
                        tbody {
                            @for tool in limited {
                                tr {
                                    th scope="row" { (marks::link(tool)) }
                                    td.risks { (marks::risk(tool.risk)) }
                                    td { @for sentence in &tool.policy { p { (marks::sentence(sentence)) } } }
                                }
                            }
                        }
                    }
                }
                (drawing(server))
            }
            @if !server.issuers.is_empty() {
                h3 { "Where tokens come from" }
                ul { @for issuer in &server.issuers { li { code { (issuer) } } } }
            }
        }
    }
}

/// Draws which use limits which tool. The table above says the same in words, and more.
fn drawing(server: &Server) -> Markup {
    let limits = &server.limits;
    let edges: Vec<(usize, usize)> = limits.edges.keys().copied().collect();
    let card = |number: usize| {
        let node = limits.nodes.get(number)?;
        let class = marks::class(node.risk);
        Some(Card { name: Cow::Borrowed(&node.name), note: node.note.clone(), class })
    };
    let dashed = |edge: (usize, usize)| limits.edges.get(&edge) == Some(&Effect::RequiresApproval);
    html! {
        @if !edges.is_empty() {
            h3 #sequences { "What limits what" }
            p { "An arrow leads to a tool that is denied after the other was used in the same session. \
                A dashed one leads to a tool that requires approval then." }
            div.drawings role="region" tabindex="0" aria-labelledby="sequences" {
                (Picture {
                    id: "sequences",
                    title: "Which use limits which tool",
                    edges: &edges,
                    card: &card,
                    sentence: &|number| limits.sentence(number),
                    dashed: &dashed,
                }.draw())
            }
        }
    }
}

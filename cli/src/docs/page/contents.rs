//! Resources and prompts, and what opens them.

use maud::{Markup, html};

use super::{marks, matrix};
use crate::docs::server::{Content, ContentKind, Server};

/// Returns the title of the section.
pub(super) fn title(server: &Server) -> &'static str {
    let has = |kind| server.contents_of(kind).next().is_some();
    match (has(ContentKind::Resource), has(ContentKind::Prompt)) {
        (true, true) => "Resources and prompts",
        (false, true) => "Prompts",
        _ => "Resources",
    }
}

pub(super) fn render(server: &Server) -> Markup {
    html! {
        @if !server.contents.is_empty() {
            section #contents aria-labelledby="contents-title" {
                h2 #contents-title { (title(server)) }
                @if server.contents_of(ContentKind::Resource).next().is_some() {
                    p {
                        "A read needs what every entry requires that matches the URI. A URI without an entry is denied. "
                        "A name with braces is a template of URIs, which opens no read."
                    }
                }
                div.sheet.of-contents {
                    table {
                        caption { "What opens each resource and prompt; of each kind, the worst risk first." }
                        thead {
                            tr {
                                th scope="col" { "Name" }
                                th.risks scope="col" { "Risk" }
                                th scope="col" { "Opened by" }
                                @if is_described(server) { th scope="col" { "For" } }
                                @if is_linked(server) { th scope="col" { "Source" } }
                            }
                        }
                        @for kind in ContentKind::ALL {
                            @if server.contents_of(kind).next().is_some() {
                                tbody data-contents {
                                    @for content in server.contents_of(kind) { (row(server, content)) }
                                }
                            }
                        }
                    }
                }
                p.nothing data-contents hidden { "No resource or prompt matches. Choose other risks, shorten the search, or show closed entries." }
            }
        }
    }
}

fn is_described(server: &Server) -> bool {
    server.contents.iter().any(|content| content.description.is_some())
}

fn is_linked(server: &Server) -> bool {
    server.contents.iter().any(|content| content.source.is_some())
}

fn row(server: &Server, content: &Content) -> Markup {
    html! {
        tr.content #(content.anchor) data-needs=(matrix::data(&content.needs)) data-risk=(marks::word(content.risk)) {
            th scope="row" {
                span.badge { (content.kind.as_str()) }
                " "
                span.name { code { (marks::breakable(&content.name)) } }
            }
            td.risks { (marks::risk(content.risk)) }
            td.needs data-head="Opened by" { (marks::needs(server, &content.needs)) }
            @if is_described(server) {
                td class=[(content.description.is_none()).then_some("rest")] data-head="For" { (content.description.as_deref().unwrap_or("–")) }
            }
            @if is_linked(server) {
                td class=[(content.source.is_none()).then_some("rest")] data-head="Source" {
                    @if let Some(source) = &content.source { (marks::file(source)) } @else { "–" }
                }
            }
        }
    }
}

//! The head of the page: the server, its tools by risk, and links to the sections.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use super::{contents, marks};
use crate::docs::{server::Server, words::count};

pub(super) fn render(server: &Server) -> Markup {
    let shares = marks::by_risk(&server.tools);
    html! {
        header.top {
            div.page {
                div {
                    p.kicker { "Tools and scopes" }
                    h1 { (marks::breakable(&server.name)) }
                    (facts(server))
                }
                div.tally {
                    p { (tally(server)) }
                    // The script makes buttons of them, which filter.
                    ul.risks aria-label="Tools by risk" {
                        @for (risk, number) in &shares {
                            li { span.risk.(marks::class(*risk)) data-risk=(marks::word(*risk)) {
                                (marks::word(*risk)) " " b { (number) }
                            } }
                        }
                    }
                }
                button #theme type="button" hidden { "Theme: automatic" }
                (bar(server, &shares))
            }
        }
    }
}

/// States how many tools, resources and prompts there are behind how many scopes.
fn tally(server: &Server) -> Markup {
    html! {
        @if !server.tools.is_empty() { strong { (count(server.tools.len(), "tool")) } }
        @if !server.tools.is_empty() && !server.contents.is_empty() { ", " }
        @if !server.contents.is_empty() { strong { (server.count_contents()) } }
        @if !server.tools.is_empty() || !server.contents.is_empty() { " behind " }
        strong { (count(server.scopes.len(), "scope")) }
    }
}

/// Draws the share of each risk. The numbers above it say the same.
fn bar(server: &Server, shares: &[(Option<Risk>, usize)]) -> Markup {
    let before = |place: usize| shares.iter().take(place).map(|(_, number)| number).sum::<usize>();
    html! {
        @if !shares.is_empty() {
            svg.shares aria-hidden="true" viewBox={ "0 0 " (server.tools.len()) " 1" } preserveAspectRatio="none" {
                @for (place, (risk, number)) in shares.iter().enumerate() {
                    rect.(marks::class(*risk)) x=(before(place)) width=(number) height="1" {}
                }
            }
        }
    }
}

/// Renders the address, the version and the date, as far as they are known.
fn facts(server: &Server) -> Markup {
    let resource = server.resource.as_ref().filter(|resource| **resource != server.name);
    html! {
        @if resource.is_some() || server.version.is_some() || server.date.is_some() {
            ul.facts {
                @if let Some(resource) = resource { li { code { (marks::breakable(resource)) } } }
                @if let Some(version) = &server.version { li { "Version " (version) } }
                @if let Some(date) = &server.date { li { time datetime=(date) { (date) } } }
            }
        }
    }
}

pub(super) fn sections(server: &Server) -> Markup {
    html! {
        nav aria-label="Sections" {
            ul.page {
                li { a href="#tools-by-scope" { "Tools" } }
                @if !server.contents.is_empty() { li { a href="#contents" { (contents::title(server)) } } }
                li { a href="#scopes" { "Scopes" } }
                @if !server.flows.is_empty() { li { a href="#flows" { "Flows" } } }
                li { a href="#policies" { "Policies" } }
                @if !server.tools.is_empty() { li { a href="#tools" { "Details" } } }
            }
        }
    }
}

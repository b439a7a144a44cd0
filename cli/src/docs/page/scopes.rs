//! The scopes and their hierarchy.

use maud::{Markup, html};

use super::{drawing, marks};
use crate::docs::{
    server::{Scope, Server},
    words::{MOST_IMPLIED, count},
};

pub(super) fn render(server: &Server) -> Markup {
    let described = server.scopes.iter().any(|scope| scope.description.is_some());
    html! {
        section #scopes aria-labelledby="scopes-title" {
            h2 #scopes-title { "Scopes" }
            div.scroll role="region" tabindex="0" aria-label="Table of scopes" {
                table {
                    caption { "What each scope is for, and what a token with only this scope opens." }
                    thead {
                        tr {
                            th scope="col" { "Scope" }
                            th scope="col" { "Opens" }
                            th scope="col" { "Riskiest" }
                            th scope="col" { "Implies" }
                            @if described { th scope="col" { "For" } }
                        }
                    }
                    tbody {
                        @for (id, scope) in server.scopes.iter().enumerate() {
                            tr {
                                th scope="row" {
                                    code { (scope.name) }
                                    @if server.baseline.contains(&id) { " " span.badge { "requested first" } }
                                }
                                td.number { @if server.tools.is_empty() { "not known" } @else { (count(scope.opens.len(), "tool")) } }
                                td { @if scope.opens.is_empty() { "–" } @else { (marks::risk(server.riskiest(&scope.opens))) } }
                                td { (implied(server, scope)) }
                                @if described { td { (scope.description.as_deref().unwrap_or("–")) } }
                            }
                        }
                    }
                }
            }
            @if !server.edges.is_empty() {
                h3 #hierarchy { "Hierarchy" }
                p { "An arrow leads from a scope to a scope that it implies." }
                div.scroll.drawings role="region" tabindex="0" aria-labelledby="hierarchy" { (drawing::hierarchy(server)) }
                details {
                    summary { "The same as text" }
                    ul {
                        @for (id, scope) in server.scopes.iter().enumerate().filter(|(_, scope)| !scope.implies.is_empty()) {
                            li {
                                code { (scope.name) } " implies "
                                @for (place, next) in server.next(id).enumerate() {
                                    @if place > 0 { ", " }
                                    code { (server.scope(next)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Renders all implied scopes, or the first ones of a long list.
fn implied(server: &Server, scope: &Scope) -> Markup {
    html! {
        @if scope.implies.is_empty() { "–" }
        @for (place, implied) in scope.implies.iter().take(MOST_IMPLIED).enumerate() {
            @if place > 0 { ", " }
            code { (server.scope(*implied)) }
        }
        @if scope.implies.len() > MOST_IMPLIED { " and " (scope.implies.len() - MOST_IMPLIED) " more" }
    }
}

//! The scopes and their hierarchy.

use maud::{Markup, html};

use super::{
    drawing::{Card, Picture},
    marks,
};
use crate::docs::{
    server::{Scope, ScopeId, Server},
    words::MOST_IMPLIED,
};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        section #scopes aria-labelledby="scopes-title" {
            h2 #scopes-title { "Scopes" }
            @if server.scopes.is_empty() { p { "The document names no scope." } } @else { (table(server)) }
            @if !server.edges.is_empty() { (hierarchy(server)) }
        }
    }
}

fn table(server: &Server) -> Markup {
    let described = server.scopes.iter().any(|scope| scope.description.is_some());
    let linked = server.scopes.iter().any(|scope| scope.source.is_some());
    html! {
        (marks::prefix(server))
        div.sheet.of-scopes {
            table {
                caption { "What each scope is for, and what a token with only this scope opens." }
                thead {
                    tr {
                        th scope="col" { "Scope" }
                        th scope="col" { "Opens" }
                        th scope="col" { "Riskiest" }
                        th scope="col" { "Implies" }
                        @if described { th scope="col" { "For" } }
                        @if linked { th scope="col" { "Source" } }
                    }
                }
                tbody {
                    @for (id, scope) in server.scopes.iter().enumerate() {
                        tr #(scope.anchor) {
                            th scope="row" {
                                (marks::scope(server, id))
                                @if server.baseline.contains(&id) { " " span.badge { "requested first" } }
                            }
                            td.number data-head="Opens" {
                                @if server.tools.is_empty() && server.contents.is_empty() { "not known" } @else { (server.count_of(id)) }
                            }
                            @let opens_none = scope.opens.is_empty() && server.furthered_by(id).next().is_none();
                            td class=[opens_none.then_some("rest")] data-head="up to" {
                                @if opens_none { "–" } @else { (marks::risk(server.riskiest_of(id))) }
                            }
                            td class=[(scope.implies.is_empty()).then_some("rest")] data-head="Implies" { (implied(server, scope)) }
                            @if described {
                                td class=[(scope.description.is_none()).then_some("rest")] data-head="For" { (scope.description.as_deref().unwrap_or("–")) }
                            }
                            @if linked {
                                td class=[(scope.source.is_none()).then_some("rest")] data-head="Source" {
                                    @if let Some(source) = &scope.source { (marks::file(source)) } @else { "–" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn hierarchy(server: &Server) -> Markup {
    html! {
        h3 #hierarchy { "Hierarchy" }
        p { "An arrow leads from a scope to a scope that it implies." }
        div.drawings role="region" tabindex="0" aria-labelledby="hierarchy" { (drawing(server)) }
        details {
            summary { "The same as text" }
            ul {
                @for (id, _) in server.scopes.iter().enumerate().filter(|(_, scope)| !scope.implies.is_empty()) {
                    li {
                        (marks::scope(server, id)) " implies "
                        @for (place, next) in server.next(id).enumerate() {
                            @if place > 0 { ", " }
                            (marks::scope(server, next))
                        }
                    }
                }
            }
        }
    }
}

fn drawing(server: &Server) -> Markup {
    let card = |id: ScopeId| {
        let opens = &server.scopes.get(id)?.opens;
        let class = marks::class(server.riskiest(opens));
        Some(Card { name: server.short(id), note: marks::reach(server, opens), class })
    };
    let sentence = |id: ScopeId| {
        let implied: Vec<&str> = server.next(id).map(|next| server.scope(next)).collect();
        (!implied.is_empty()).then(|| format!("{} implies {}.", server.scope(id), implied.join(", ")))
    };
    Picture {
        id: "hierarchy",
        title: "Which scope implies which",
        edges: &server.edges,
        card: &card,
        sentence: &sentence,
        dashed: &|_| false,
    }
    .draw()
}

/// Renders all implied scopes, or the first ones of a long list.
fn implied(server: &Server, scope: &Scope) -> Markup {
    html! {
        @if scope.implies.is_empty() { "–" }
        @for (place, implied) in scope.implies.iter().take(MOST_IMPLIED).enumerate() {
            @if place > 0 { ", " }
            (marks::scope(server, *implied))
        }
        @if scope.implies.len() > MOST_IMPLIED { " and " (scope.implies.len() - MOST_IMPLIED) " more" }
    }
}

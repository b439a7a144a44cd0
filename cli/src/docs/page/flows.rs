//! The upgrade flows: the order in which a role requests scopes, and the tools that each step opens.

use maud::{Markup, html};

use super::marks;
use crate::docs::server::{Flow, Server};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        @if !server.flows.is_empty() {
            section #flows aria-labelledby="flows-title" {
                h2 #flows-title { "Upgrade flows" }
                p { "The order in which each role requests scopes, and what each step opens in addition." }
                @for (number, flow) in server.flows.iter().enumerate() {
                    (steps(server, flow, &format!("flow-{number}")))
                }
            }
        }
    }
}

fn steps(server: &Server, flow: &Flow, id: &str) -> Markup {
    html! {
        h3 id=(id) { (flow.role) }
        ol.flow aria-labelledby=(id) {
            @for (scope, gained) in &flow.steps {
                li.(marks::class(server.riskiest(gained))) {
                    (marks::scope(server, *scope))
                    span.note { @if gained.is_empty() { "nothing further" } @else { "+ " (marks::reach(server, gained)) } }
                }
            }
        }
    }
}

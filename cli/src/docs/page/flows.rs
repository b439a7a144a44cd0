//! The upgrade flows: the order in which a role requests scopes, and the tools that each step opens.

use maud::{Markup, html};

use super::{drawing, marks};
use crate::docs::server::Server;

pub(super) fn render(server: &Server) -> Markup {
    html! {
        @if !server.flows.is_empty() {
            section #flows aria-labelledby="flows-title" {
                h2 #flows-title { "Upgrade flows" }
                p { "The order in which each role requests scopes, and the tools that each step opens." }
                @for (number, flow) in server.flows.iter().enumerate() {
                    @let id = format!("flow-{number}");
                    h3 id=(id) { (flow.role) }
                    div.scroll.drawings role="region" tabindex="0" aria-labelledby=(id) { (drawing::flow(server, flow, &id)) }
                    details {
                        summary { "The same as text" }
                        ol {
                            @for (scope, gained) in &flow.steps {
                                li { code { (server.scope(*scope)) } " opens " (marks::reach(server, gained)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

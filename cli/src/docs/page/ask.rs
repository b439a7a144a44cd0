//! "What does this token open?" The script makes this part visible.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use super::marks;
use crate::docs::{server::Server, words::count};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        search #ask hidden aria-label="Find tools" {
            form autocomplete="off" {
                h2 { "What does this token open?" }
                fieldset.scopes {
                    legend { "Scopes it holds" span aria-hidden="true" { "tools" } }
                    @for (id, scope) in server.scopes.iter().enumerate() {
                        label.tick {
                            input type="checkbox" name="scope" value=(id) data-name=(scope.name)
                                data-implies=(numbers(server.next(id)));
                            span { code { (scope.name) } }
                            span.count aria-label=(count(scope.opens.len(), "tool")) { (scope.opens.len()) }
                        }
                    }
                }
                label.field {
                    span { "Or paste its " code { "scope" } }
                    input #token type="text" spellcheck="false" autocapitalize="none" placeholder="read:a write:b";
                }
                p #result role="status" aria-live="polite" {}
                a.down href="#tools-by-scope" { "Go to these tools" }
                fieldset.risks {
                    legend { "Risk" }
                    @for risk in Risk::ALL.into_iter().rev() {
                        @if server.tools.iter().any(|tool| tool.risk == Some(risk)) {
                            label.tick {
                                input type="checkbox" name="risk" value=(risk.as_str()) checked;
                                (marks::risk(Some(risk)))
                            }
                        }
                    }
                }
                label.field {
                    span { "Search" }
                    input #search type="search" placeholder="name or description";
                }
                label.tick { input #closed type="checkbox"; span { "Also show closed tools" } }
                button #again type="button" { "Start again" }
            }
        }
    }
}

/// Returns numbers as a JSON array.
pub(super) fn numbers(ids: impl Iterator<Item = usize>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

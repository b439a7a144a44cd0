//! "What does this token open?" The script makes this part visible.

use maud::{Markup, html};

use super::marks;
use crate::docs::{server::Server, words::count};

pub(super) fn render(server: &Server) -> Markup {
    html! {
        search #ask hidden aria-label="Find tools" {
            form autocomplete="off" {
                details #controls open {
                    summary { h2 { "What does this token open?" } }
                    (token(server))
                    (filters(server))
                }
                p #result role="status" aria-live="polite" {}
                p #found hidden {}
                p.actions {
                    button #again type="button" { "Start again" }
                    a #share href="" hidden { "Link to this answer" }
                    a.down href="#tools-by-scope" { "Go to these tools" }
                }
            }
        }
    }
}

fn token(server: &Server) -> Markup {
    html! {
        fieldset.scopes {
            legend { "Scopes it holds" span aria-hidden="true" { "tools" } }
            (marks::prefix(server))
            div.list {
                @for (id, scope) in server.scopes.iter().enumerate() {
                    label.tick {
                        input type="checkbox" name="scope" value=(id) data-name=(scope.name) data-anchor=(scope.anchor)
                            data-implies=(numbers(server.next(id)));
                        span { (marks::scope(server, id)) }
                        span.count aria-label=(count(scope.opens.tools.len(), "tool")) { (scope.opens.tools.len()) }
                    }
                }
            }
        }
        label.field {
            span { "Or paste its " code { "scope" } }
            input #token type="text" spellcheck="false" autocapitalize="none" placeholder="read:a write:b";
        }
    }
}

fn filters(server: &Server) -> Markup {
    html! {
        fieldset.risks {
            legend { "Only these risks" }
            @for risk in marks::occurring(server) {
                label.tick {
                    input type="checkbox" name="risk" value=(marks::word(risk));
                    (marks::risk(risk))
                }
            }
        }
        label.field {
            span { "Search" }
            input #search type="search" placeholder=(searched(server));
        }
        label.tick { input #closed type="checkbox"; span { "Also show closed tools" } }
    }
}

/// Returns what the search finds.
fn searched(server: &Server) -> &'static str {
    if server.contents.is_empty() { "tool, parameter or scope" } else { "tool, resource or scope" }
}

/// Returns numbers as a JSON array.
pub(super) fn numbers(ids: impl Iterator<Item = usize>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

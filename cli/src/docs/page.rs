//! The page in HTML: one self-contained file.
//!
//! | module | holds |
//! |---|---|
//! | `ask` | "what does this token open?": the part that needs a script |
//! | `matrix` | the scope × tool matrix |
//! | `scopes` | the scopes and their hierarchy |
//! | `flows` | the upgrade flows |
//! | `policies` | policies in words |
//! | `tools` | one entry for each tool |
//! | `drawing` | boxes and arrows in SVG |
//! | `marks` | common formatting of risks, names and sentences |

mod ask;
mod drawing;
mod flows;
mod marks;
mod matrix;
mod policies;
mod scopes;
mod tools;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use mcp_scopes_model::Risk;
use sha2::{Digest as _, Sha256};

use super::{server::Server, words::count};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Renders the page.
pub(super) fn render(server: &Server) -> String {
    // The policy allows only this style and this script, whatever a description contains. It forbids every request.
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("mcp-scopes ", env!("CARGO_PKG_VERSION")));
                title { (server.name) ": tools and scopes" }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#tools-by-scope" { "Skip to the tools" }
                (header(server))
                div.columns {
                    (side(server))
                    main {
                        (matrix::render(server))
                        (scopes::render(server))
                        (flows::render(server))
                        (policies::render(server))
                        @if !server.tools.is_empty() { (tools::render(server)) }
                    }
                }
                footer {
                    p { "Made by mcp-scopes " (env!("CARGO_PKG_VERSION")) " from what the server declares. \
                        Scopes, sandbox and policies are enforced by the server; risk, approval, groups and \
                        prerequisites advise clients." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    format!("{}\n", page.into_string())
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn header(server: &Server) -> Markup {
    html! {
        header.top {
            div {
                p.kicker { "Tools and scopes" }
                h1 { (server.name) }
                @if let Some(resource) = server.resource.as_ref().filter(|resource| **resource != server.name) {
                    p.resource { code { (resource) } }
                }
            }
            div.tally {
                p { strong { (count(server.tools.len(), "tool")) } " behind " strong { (count(server.scopes.len(), "scope")) } }
                ul.risks aria-label="Tools by risk" {
                    @for risk in Risk::ALL.into_iter().rev() {
                        @let number = server.tools.iter().filter(|tool| tool.risk == Some(risk)).count();
                        @if number > 0 {
                            li { (marks::risk(Some(risk))) " " (number) }
                        }
                    }
                }
            }
            button #theme type="button" hidden { "Theme: automatic" }
        }
    }
}

fn side(server: &Server) -> Markup {
    html! {
        div.side {
            nav aria-label="Sections" {
                ul {
                    li { a href="#tools-by-scope" { "Tools by scope" } }
                    li { a href="#scopes" { "Scopes" } }
                    @if !server.flows.is_empty() { li { a href="#flows" { "Upgrade flows" } } }
                    li { a href="#policies" { "Policies" } }
                    @if !server.tools.is_empty() { li { a href="#tools" { "All tools" } } }
                }
            }
            @if !server.tools.is_empty() { (ask::render(server)) }
        }
    }
}

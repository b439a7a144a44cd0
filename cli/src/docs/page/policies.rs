//! Policies in words.

use maud::{Markup, html};

use super::marks;
use crate::docs::server::Server;

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
            }
            @if !server.issuers.is_empty() {
                h3 { "Where tokens come from" }
                ul { @for issuer in &server.issuers { li { code { (issuer) } } } }
            }
        }
    }
}

//! The list of the pages of a workspace.

use std::fmt::Write as _;

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use super::{
    page,
    server::{Reach, Server},
    words::{self, count},
};
use crate::{
    escape::escaped,
    output::markup::{code, inline},
    workspace::RootTable,
};

/// One page.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) file: String,
    /// The package, and the table if the package has several.
    place: String,
    name: String,
    tools: usize,
    scopes: usize,
    risk: Option<Risk>,
}

impl Listed {
    pub(super) fn of(table: &RootTable, extension: &str, server: &Server) -> Self {
        let file = table.file(extension);
        let all = Reach { tools: (0..server.tools.len()).collect(), contents: (0..server.contents.len()).collect() };
        Self {
            place: file.strip_suffix(&format!(".{extension}")).unwrap_or(&file).to_owned(),
            file,
            name: server.name.clone(),
            tools: server.tools.len(),
            scopes: server.scopes.len(),
            risk: server.riskiest(&all),
        }
    }
}

/// Renders the list in HTML.
pub(super) fn html(pages: &[Listed]) -> String {
    let body = html! {
        header.top { div.page { div {
            p.kicker { "Tools and scopes" }
            h1 { (count(pages.len(), "server")) }
        } } }
        main.page { section { (table(pages)) } }
    };
    page::shell("Servers: tools and scopes", &body, None)
}

fn table(pages: &[Listed]) -> Markup {
    html! {
        div.sheet {
            table {
                caption { "Each page shows which scope opens which tool of one server." }
                thead { tr {
                    th scope="col" { "Server" }
                    th scope="col" { "Package" }
                    th scope="col" { "Tools" }
                    th scope="col" { "Scopes" }
                    th scope="col" { "Riskiest" }
                } }
                tbody {
                    @for listed in pages { tr {
                        th scope="row" { a href=(listed.file) { (listed.name) } }
                        td { code { (escaped(&listed.place)) } }
                        td.number { (listed.tools) }
                        td.number { (listed.scopes) }
                        td { (page::risk(listed.risk)) }
                    } }
                }
            }
        }
    }
}

/// Renders the list in Markdown.
pub(super) fn markdown(pages: &[Listed]) -> String {
    let mut text = format!(
        "{}\n\n| Server | Package | Tools | Scopes | Riskiest |\n|---|---|---|---|---|\n",
        super::markdown::GENERATED
    );
    for Listed { file, place, name, tools, scopes, risk } in pages {
        let risk = words::risk(*risk);
        // Writing to a string does not fail.
        let _ = writeln!(text, "| [{}]({file}) | {} | {tools} | {scopes} | {risk} |", inline(name), code(place));
    }
    text
}

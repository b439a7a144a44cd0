//! The scope × tool matrix.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use super::{ask::numbers, marks};
use crate::docs::{
    server::{Needs, Part, Server, Tool},
    words::count,
};

/// A matrix of more columns is not read; then each tool says in words what opens it.
const MOST_COLUMNS: usize = 40;
/// With more columns their names stand upright.
const MOST_LEVEL: usize = 8;

pub(super) fn render(server: &Server) -> Markup {
    let columns = if server.scopes.len() > MOST_COLUMNS { 0 } else { server.scopes.len() };
    html! {
        section #tools-by-scope aria-labelledby="tools-by-scope-title" {
            h2 #tools-by-scope-title { "Tools by scope" }
            @if columns > 0 { (legend()) }
            div.matrix.upright[columns > MOST_LEVEL] role="region" tabindex="0" aria-label="Matrix of tools and scopes" {
                table {
                    caption { "Which scope opens which tool. The riskiest of each group stand first." }
                    thead {
                        tr {
                            th scope="col" { "Tool" }
                            th scope="col" { "Risk" }
                            @if columns == 0 {
                                th scope="col" { "Opened by" }
                            } @else {
                                @for (id, scope) in server.scopes.iter().enumerate() {
                                    th.scope scope="col" data-scope=(id) { span { (scope.name) } }
                                }
                            }
                        }
                    }
                    @for group in &server.groups {
                        tbody data-group {
                            tr.group {
                                th scope="rowgroup" colspan=(2 + columns.max(1)) {
                                    (marks::title(server, group))
                                    span.sum { (sum(server, group.tools.len(), &group.tools)) }
                                }
                            }
                            @for tool in server.tools_at(&group.tools) {
                                (row(server, tool, columns))
                            }
                        }
                    }
                }
            }
            p #nothing hidden { "No tool is left. Tick other risks, search for less, or show what stays closed." }
        }
    }
}

fn legend() -> Markup {
    html! {
        ul.legend aria-label="Marks in the table" {
            li { (mark(Part::Opens)) "opens the tool" }
            li { (mark(Part::Implies)) "opens it through a scope that it implies" }
            li { (mark(Part::WithOthers)) "opens it together with others" }
        }
    }
}

fn sum(server: &Server, number: usize, tools: &[usize]) -> String {
    let risks = Risk::ALL.into_iter().rev().filter_map(|risk| {
        let number = server.tools_at(tools).filter(|tool| tool.risk == Some(risk)).count();
        (number > 0).then(|| format!("{number} {}", risk.as_str()))
    });
    format!("{}: {}", count(number, "tool"), risks.collect::<Vec<_>>().join(", "))
}

fn row(server: &Server, tool: &Tool, columns: usize) -> Markup {
    html! {
        tr.tool data-tool=(tool.anchor) {
            th scope="row" {
                (marks::link(tool))
                @if let Some(description) = &tool.description {
                    span.about { (description) }
                }
            }
            td { (marks::risk(tool.risk)) }
            @if columns == 0 {
                td { (marks::needs(server, &tool.needs)) }
            } @else if tool.needs == Needs::Public || tool.needs == Needs::Unstated {
                td.all colspan=(columns) { (marks::needs(server, &tool.needs)) }
            } @else {
                @for scope in 0..columns {
                    @let part = server.part(scope, tool);
                    td.part { @if part != Part::None { (mark(part)) span.hidden { (words(part)) } } }
                }
            }
        }
    }
}

fn mark(part: Part) -> Markup {
    let (class, mark) = match part {
        Part::Opens => ("opens", "●"),
        Part::Implies => ("implies", "○"),
        Part::WithOthers => ("others", "◐"),
        Part::None => ("", ""),
    };
    html! { span.mark.(class) aria-hidden="true" { (mark) } }
}

fn words(part: Part) -> &'static str {
    match part {
        Part::Opens => "opens it",
        Part::Implies => "opens it, implied",
        Part::WithOthers => "opens it with others",
        Part::None => "",
    }
}

/// What opens a tool, for the script: any-of over all-of.
pub(super) fn data(tool: &Tool) -> String {
    match &tool.needs {
        Needs::Public => "public".to_owned(),
        Needs::Unstated => "[]".to_owned(),
        Needs::AnyOf(any) => {
            let any: Vec<String> = any.iter().map(|all| numbers(all.iter().copied())).collect();
            format!("[{}]", any.join(","))
        }
    }
}

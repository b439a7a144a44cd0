//! The scope × tool matrix.

use maud::{Markup, html};
use mcp_scopes_model::Risk;

use super::{ask::numbers, marks};
use crate::docs::{
    server::{Group, Needs, Part, Server, Title, Tool},
    words::{count, no_tools},
};

/// Maximum number of columns of a readable matrix. Beyond it, the matrix states requirements in words.
const MOST_COLUMNS: usize = 24;
/// Maximum number of letters in all column names to write them horizontally.
const MOST_LEVEL: usize = 32;
/// Maximum number of columns that leave room for a description beside a tool's name.
const MOST_ROOMY: usize = 9;
/// Maximum number of columns that fit into most windows. A wider matrix states requirements in words in a small one.
const MOST_FITTING: usize = 14;

/// Maximum number of columns, with those of the tool and its risk, of which two fit on paper side by side.
const MOST_SLIM: usize = 8;

/// The text for filters that no tool matches.
pub(super) const NO_MATCH: &str = "No tool matches. Choose other risks, shorten the search, or show closed tools.";

/// The columns of the matrix.
#[derive(Clone, Copy)]
struct Columns {
    /// Number of scopes with a column.
    scopes: usize,
    /// Whether a column states the requirement in words. It is not required if the titles of the groups state it. A
    /// matrix with a column for each scope shows it where these columns have no room.
    words: bool,
}

impl Columns {
    fn of(server: &Server) -> Self {
        let scopes = if server.scopes.len() > MOST_COLUMNS { 0 } else { server.scopes.len() };
        Self { scopes, words: server.groups.iter().any(|group| matches!(group.title, Title::Risk(_))) }
    }

    fn all(self) -> usize {
        2 + self.scopes + usize::from(self.words)
    }
}

pub(super) fn render(server: &Server) -> Markup {
    html! {
        section #tools-by-scope aria-labelledby="tools-by-scope-title" {
            h2 #tools-by-scope-title { "Tools by scope" }
            @if server.tools.is_empty() { p { (marks::sentence(no_tools(server))) } } @else { (matrix(server, Columns::of(server))) }
        }
    }
}

fn matrix(server: &Server, columns: Columns) -> Markup {
    let letters: usize = (0..server.scopes.len()).map(|id| server.short(id).chars().count()).sum();
    html! {
        (marks::prefix(server))
        @if columns.scopes > 0 { (legend(server)) }
        div.matrix.slim[columns.all() <= MOST_SLIM].upright[letters > MOST_LEVEL].roomy[columns.scopes <= MOST_ROOMY].wide[columns.scopes > MOST_FITTING] {
            table {
                caption { "Which scope opens which tool, the worst risk first." }
                thead {
                    tr {
                        th scope="col" { "Tool" }
                        th.risks scope="col" { "Risk" }
                        @for (id, scope) in server.scopes.iter().enumerate().take(columns.scopes) {
                            th.scope scope="col" data-scope=(id) title=(scope.name) { span { (server.short(id)) } }
                        }
                        @if columns.words { th.by scope="col" { "Opened by" } }
                    }
                }
                @for group in &server.groups {
                    tbody data-group {
                        tr.group {
                            th scope="rowgroup" colspan=(columns.all()) {
                                span.title { (marks::title(server, group)) }
                                " "
                                span.sum { (sum(server, group)) }
                            }
                        }
                        @for tool in server.tools_at(&group.tools) {
                            (row(server, tool, columns))
                        }
                    }
                }
            }
        }
        p.nothing hidden { (NO_MATCH) }
    }
}

fn legend(server: &Server) -> Markup {
    let with_others = if server.has_conditions() {
        "opens it, or further calls of it, together with others"
    } else {
        "opens it together with others"
    };
    html! {
        ul.legend aria-label="Marks in the table" {
            li { (mark(Part::Opens)) "opens the tool" }
            li { (mark(Part::Implies)) "opens it through a scope that it implies" }
            li { (mark(Part::WithOthers)) (with_others) }
        }
    }
}

/// Returns the number of tools in a group and their risks.
fn sum(server: &Server, group: &Group) -> String {
    let number = count(group.tools.len(), "tool");
    if matches!(group.title, Title::Risk(_)) {
        return number;
    }
    let risks = Risk::ALL.into_iter().rev().filter_map(|risk| {
        let number = server.tools_at(&group.tools).filter(|tool| tool.risk == Some(risk)).count();
        (number > 0).then(|| format!("{number} {}", risk.as_str()))
    });
    let risks: Vec<_> = risks.collect();
    if risks.is_empty() { number } else { format!("{number}: {}", risks.join(", ")) }
}

fn row(server: &Server, tool: &Tool, columns: Columns) -> Markup {
    html! {
        tr.tool data-tool=(tool.anchor) {
            th scope="row" {
                div.what {
                    span.name { (marks::link(tool)) }
                    @if let Some(description) = &tool.description { span.about { (description) } }
                }
            }
            td.risks { (marks::risk(tool.risk)) }
            @if columns.scopes > 0 && !matches!(tool.needs, Needs::AnyOf(_)) {
                td.all colspan=(columns.scopes) { (marks::needs(server, &tool.needs)) }
            } @else {
                @for (part, width) in parts(server, tool, columns.scopes) {
                    @if part == Part::None {
                        td.part colspan=[(width > 1).then_some(width)] {}
                    } @else {
                        td.part { (mark(part)) span.hidden { (describe_part(part)) } }
                    }
                }
            }
            @if columns.words { td.by { (marks::needs(server, &tool.needs)) } }
        }
    }
}

/// Returns the relation of the scopes to a tool, each with its number of columns. Adjacent scopes without a relation
/// share one cell, since a page with a cell for each pair is slow for many scopes and tools.
fn parts(server: &Server, tool: &Tool, columns: usize) -> Vec<(Part, usize)> {
    let mut parts: Vec<(Part, usize)> = Vec::new();
    for scope in 0..columns {
        match (server.part(scope, tool), parts.last_mut()) {
            (Part::None, Some((Part::None, width))) => *width += 1,
            (part, _) => parts.push((part, 1)),
        }
    }
    parts
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

fn describe_part(part: Part) -> &'static str {
    match part {
        Part::Opens => "opens it",
        Part::Implies => "opens it, implied",
        Part::WithOthers => "opens it with others",
        Part::None => "",
    }
}

/// Returns a requirement for the script: any-of over all-of.
pub(super) fn data(needs: &Needs) -> String {
    match needs {
        Needs::Public => "public".to_owned(),
        Needs::Authenticated => "[[]]".to_owned(),
        Needs::Unstated => "[]".to_owned(),
        Needs::AnyOf(any) => {
            let any: Vec<String> = any.iter().map(|all| numbers(all.iter().copied())).collect();
            format!("[{}]", any.join(","))
        }
    }
}

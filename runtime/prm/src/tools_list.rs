//! What other hosts read in an entry of `tools/list`, from the same table.
//!
//! | member | read by | says |
//! |---|---|---|
//! | `securitySchemes` | `ChatGPT` apps, MCP SEP-1488 | any one of the schemes opens the tool; each names all scopes it needs |
//! | `authorization` | MCP SEP-1880 | one list of scopes that a token needs |
//!
//! Both inform; the server checks each call itself. Hosts whose SDK drops members it does not know read
//! `securitySchemes` in the entry's `_meta` too, so a server writes it in both places.

use mcp_scopes_model::{Numbers, Outline, Requirement, graph::Graph, outline::Listed};
use serde::Serialize;

/// The `tools/list` members of one table's tools.
///
/// ```
/// use mcp_scopes_model::{Config, Outline, Risk, Tool, outline::Listed};
/// use mcp_scopes_prm::ToolsList;
///
/// let tool = Tool::new("list_files", Risk::Low);
/// let tools = [Listed { tool: &tool, namespace: "", own_scope: "list_files", entry: 0 }];
/// let outline = Outline { path: "files::TOOLS", config: &Config::NONE, tools: &tools, declared: &[] };
/// let list = ToolsList::of(&outline);
/// assert_eq!(list.authorization(&tools[0]).unwrap().scopes, ["list_files"]);
/// ```
#[derive(Clone, Debug)]
pub struct ToolsList<'a> {
    outline: &'a Outline<'a>,
    numbers: Box<Numbers<'a>>,
    /// What implies what, closed; `None` where nothing implies anything.
    implies: Option<Box<Graph>>,
}

/// One element of `securitySchemes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum SecurityScheme {
    /// No token is needed.
    #[serde(rename = "noauth")]
    NoAuth,
    /// A token with all of these scopes.
    #[serde(rename = "oauth2")]
    OAuth2 {
        /// The scopes.
        scopes: Vec<String>,
    },
}

/// The member `authorization`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ToolAuthorization {
    /// The scopes that a token needs, all of them; empty if it needs none.
    pub scopes: Vec<String>,
}

impl<'a> ToolsList<'a> {
    /// Prepares what all entries share. A hierarchy with a circle, which no table that compiles has, implies nothing.
    #[must_use]
    pub fn of(outline: &'a Outline<'a>) -> Self {
        // Too large for a stack frame of its own.
        let numbers = Box::new(Numbers::of(outline));
        let implies = numbers.hierarchy(outline).close().ok().filter(|graph| !graph.is_empty()).map(Box::new);
        Self { outline, numbers, implies }
    }

    /// The tool of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'a Listed<'a>> {
        self.outline.tools.iter().find(|listed| listed.tool.name == name)
    }

    /// `securitySchemes`: one `oauth2` scheme for each alternative, in declaration order; `noauth` for a public tool.
    ///
    /// An alternative whose holders always hold another one too is left out: it would only ask for more.
    #[must_use]
    pub fn security_schemes(&self, listed: &Listed<'_>) -> Vec<SecurityScheme> {
        if matches!(listed.tool.requirement, Requirement::Public) {
            return vec![SecurityScheme::NoAuth];
        }
        let schemes = self.alternatives(listed).into_iter();
        schemes
            .map(|scopes| SecurityScheme::OAuth2 { scopes: scopes.into_iter().map(str::to_owned).collect() })
            .collect()
    }

    /// `authorization`, where one list says what opens the tool; empty for a public one.
    ///
    /// `None` leaves the member out: of several alternatives none is what a token has to have, and a client that takes
    /// one for it would hide the tool from those who hold another. The challenge then says what to ask for.
    #[must_use]
    pub fn authorization(&self, listed: &Listed<'_>) -> Option<ToolAuthorization> {
        if matches!(listed.tool.requirement, Requirement::Public) {
            return Some(ToolAuthorization { scopes: Vec::new() });
        }
        match self.alternatives(listed).as_slice() {
            [scopes] => Some(ToolAuthorization { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect() }),
            _ => None,
        }
    }

    /// The alternatives that are not already met by whoever meets another one.
    fn alternatives<'l>(&self, listed: &Listed<'l>) -> Vec<Vec<&'l str>> {
        let requirement = listed.tool.requirement;
        let all: Vec<Vec<&str>> = (0..requirement.alternatives())
            .map(|alternative| {
                (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope)).collect()
            })
            .collect();
        let needed = |place: usize, scopes: &[&str]| {
            !all.iter().enumerate().any(|(other_place, other)| {
                // Of two that mean the same the first stays.
                other_place != place
                    && self.covers(scopes, other)
                    && (other_place < place || !self.covers(other, scopes))
            })
        };
        all.iter()
            .enumerate()
            .filter(|(place, scopes)| needed(*place, scopes))
            .map(|(_, scopes)| scopes.clone())
            .collect()
    }

    /// Whether the holder of these scopes holds all of the others.
    fn covers(&self, held: &[&str], wanted: &[&str]) -> bool {
        wanted.iter().all(|wanted| held.iter().any(|held| held == wanted || self.implies(held, wanted)))
    }

    fn implies(&self, from: &str, to: &str) -> bool {
        let scopes = &self.numbers.scopes;
        match (&self.implies, scopes.find(from), scopes.find(to)) {
            (Some(graph), Some(from), Some(to)) => graph.has(from, to),
            _ => false,
        }
    }
}

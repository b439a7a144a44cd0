//! Members of `tools/list` entries that other hosts read, derived from the same table.
//!
//! | member | read by | meaning |
//! |---|---|---|
//! | `securitySchemes` | `ChatGPT` apps, MCP SEP-1488 | any one of the schemes opens the tool; each lists all scopes it needs |
//! | `authorization` | MCP SEP-1880 | one list of scopes that a token needs |
//!
//! Both are informative; the server checks each call itself. Hosts whose SDK drops unknown members read
//! `securitySchemes` from the entry's `_meta`, so a server writes it in both places.

use mcp_scopes_model::{Outline, Requirement, outline::Listed};
use serde::Serialize;

use crate::scopes::{OutsideNames, Scopes};

/// The `tools/list` members of the tools of one table.
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
    scopes: Scopes<'a>,
    scope_prefix: Option<String>,
}

/// One element of `securitySchemes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum SecurityScheme {
    /// No token is required.
    #[serde(rename = "noauth")]
    NoAuth,
    /// A token with all of these scopes is required.
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
    /// The scopes that a token needs, all of them. Empty if it needs none.
    pub scopes: Vec<String>,
}

impl<'a> ToolsList<'a> {
    /// Prepares the data that all entries share. A cyclic hierarchy, which no compiled table has, implies nothing.
    #[must_use]
    pub fn of(outline: &'a Outline<'a>) -> Self {
        Self::with(outline, Scopes::of(outline))
    }

    /// Does the same for a table whose scopes are known.
    #[doc(hidden)]
    #[must_use]
    pub fn with(outline: &'a Outline<'a>, scopes: Scopes<'a>) -> Self {
        Self { outline, scopes, scope_prefix: None }
    }

    /// Sets the prefix of every scope, as [`Builder::scope_prefix`](crate::Builder::scope_prefix) does.
    #[must_use]
    pub fn scope_prefix(mut self, outside: impl Into<String>) -> Self {
        self.scope_prefix = Some(outside.into());
        self
    }

    fn names(&self) -> OutsideNames<'_> {
        let prefix = self.scope_prefix.as_deref().unwrap_or(self.outline.config.scope_prefix.outside);
        OutsideNames { prefix }
    }

    /// Returns the tool of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'a Listed<'a>> {
        self.outline.tools.iter().find(|listed| listed.tool.name == name)
    }

    /// Returns `securitySchemes`: one `oauth2` scheme for each alternative, in declaration order; `noauth` for a
    /// public tool, and `oauth2` without scopes for a tool that every valid token opens.
    ///
    /// An alternative that requires strictly more than another one is omitted.
    #[must_use]
    pub fn security_schemes(&self, listed: &Listed<'_>) -> Vec<SecurityScheme> {
        if matches!(listed.tool.requirement, Requirement::Public) {
            return vec![SecurityScheme::NoAuth];
        }
        if matches!(listed.tool.requirement, Requirement::Authenticated) {
            return vec![SecurityScheme::OAuth2 { scopes: Vec::new() }];
        }
        let schemes = self.alternatives(listed).into_iter();
        schemes.map(|scopes| SecurityScheme::OAuth2 { scopes: self.names().all(scopes) }).collect()
    }

    /// Returns `authorization` if a single list of scopes opens the tool. The list is empty for a tool
    /// that needs no scope.
    ///
    /// Returns `None` if there are several alternatives. A client would treat any one of them as required, and would
    /// hide the tool from callers that satisfy another. The challenge then states which scopes to request.
    #[must_use]
    pub fn authorization(&self, listed: &Listed<'_>) -> Option<ToolAuthorization> {
        if listed.tool.requirement.needs_no_scope() {
            return Some(ToolAuthorization { scopes: Vec::new() });
        }
        match self.alternatives(listed).as_slice() {
            [scopes] => Some(ToolAuthorization { scopes: self.names().all(scopes.iter().copied()) }),
            _ => None,
        }
    }

    /// Returns the alternatives that no other alternative makes redundant.
    fn alternatives<'l>(&self, listed: &Listed<'l>) -> Vec<Vec<&'l str>> {
        let requirement = listed.tool.requirement;
        let all: Vec<Vec<&str>> = (0..requirement.alternatives())
            .map(|alternative| {
                (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope)).collect()
            })
            .collect();
        let needed = |place: usize, scopes: &[&str]| {
            !all.iter().enumerate().any(|(other_place, other)| {
                // Of two equivalent alternatives, the first remains.
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

    /// Returns whether a holder of these scopes holds all of the others.
    fn covers(&self, held: &[&str], wanted: &[&str]) -> bool {
        wanted.iter().all(|wanted| held.iter().any(|held| *held == *wanted || self.scopes.implies(held, wanted)))
    }
}

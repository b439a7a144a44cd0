//! The scopes to ask for (MCP 2026-07-28, "Authorization", "Scope Selection Strategy").

use mcp_scopes_prm::{Document, McpExtensions};

use crate::{
    challenge::Challenge,
    scopes::{ScopeError, Scopes},
};

/// The scope by which a client asks for a refresh token (OpenID Connect Core §11). It opens no tool.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// What the metadata of a resource says about scopes.
#[derive(Clone, Debug, Default)]
pub struct ScopeMap {
    pub(crate) supported: Scopes,
    pub(crate) extensions: McpExtensions,
}

impl ScopeMap {
    /// Reads the members of a metadata document; those that are not scopes are left out. Without a document use [`ScopeMap::default`]. The document
    /// may be that of a [`Draft`](mcp_scopes_prm::Draft): many servers publish documents with faults, and what cannot be read only
    /// leads to fewer scopes.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let supported = Scopes::readable(document.scopes_supported.iter().map(String::as_str));
        Self { supported, extensions: document.mcp_extensions.clone().unwrap_or_default() }
    }

    /// Returns the scopes for the first token: those of the challenge, else `scopes_supported`, else none.
    ///
    /// # Errors
    /// The challenge contains something that is not a scope.
    pub fn first(&self, challenge: Option<&Challenge>) -> Result<Scopes, ScopeError> {
        let challenged = challenge.map(Challenge::scope).transpose()?.flatten();
        Ok(challenged.unwrap_or_else(|| self.supported.clone()))
    }

    /// Returns the scopes that a refused operation needs: those of the challenge, else those of the called tool's entry in
    /// `tool_scope_mapping`. `None` if neither says it: never all of `scopes_supported`.
    ///
    /// # Errors
    /// The challenge contains something that is not a scope.
    pub fn needed(
        &self,
        challenge: &Challenge,
        tool: Option<&str>,
        held: &Scopes,
    ) -> Result<Option<Scopes>, ScopeError> {
        if let Some(scopes) = challenge.scope()? {
            return Ok(Some(scopes));
        }
        Ok(tool.and_then(|tool| self.of_tool(tool, held)))
    }

    /// Returns the scopes of a tool: the alternative with the fewest that are not held, else the first.
    pub(crate) fn of_tool(&self, tool: &str, held: &Scopes) -> Option<Scopes> {
        let entry = self.extensions.tool_scope_mapping.get(tool)?;
        let alternatives = entry.required_scopes.iter().filter(|scopes| !scopes.is_empty());
        let alternatives = alternatives.filter_map(|scopes| Scopes::of(scopes.iter().map(String::as_str)).ok());
        alternatives.min_by_key(|scopes| scopes.without(held).len())
    }
}

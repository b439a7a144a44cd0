//! The protected resource metadata of a table (RFC 9728), and what the entries of its tools in `tools/list` state.

use alloc::{string::String, vec::Vec};

use mcp_scopes_model::tool::Parameter;
pub use mcp_scopes_prm::*;

use crate::{ScopeTable, ToolHandle};

impl ScopeTable {
    /// Returns a builder for the metadata document of this table. Values of the deployment override those of the table's file.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// let metadata = TOOLS
    ///     .metadata()
    ///     .resource("https://files.example.com/mcp")
    ///     .authorization_servers(["https://auth.example.com"])
    ///     .build()?;
    /// assert_eq!(
    ///     metadata.well_known_url(),
    ///     "https://files.example.com/.well-known/oauth-protected-resource/mcp"
    /// );
    /// # Ok::<(), mcp_scopes::metadata::Error>(())
    /// ```
    pub fn metadata(&'static self) -> Builder<'static> {
        Metadata::of(self.outline()).scopes(self.numbered_scopes())
    }

    /// Returns what each tool's entry in `tools/list` states about authorization.
    #[must_use]
    pub fn tools_list(&'static self) -> ToolsList<'static> {
        ToolsList::with(self.outline(), self.numbered_scopes())
    }
}

impl ToolHandle {
    /// Returns `securitySchemes` of this tool's entry in a list prepared by [`ScopeTable::tools_list`].
    #[must_use]
    pub fn security_schemes(&self, list: &ToolsList<'static>) -> Vec<SecurityScheme> {
        list.security_schemes(self.listed())
    }

    /// Returns `authorization` of this tool's entry in a list prepared by [`ScopeTable::tools_list`].
    #[must_use]
    pub fn authorization(&self, list: &ToolsList<'static>) -> Option<ToolAuthorization> {
        list.authorization(self.listed())
    }
}

/// Passes the fields of a parameter type to `visit`, sorted by name. A type whose schema is not an object has none.
pub(crate) fn schema_fields<T: schemars::JsonSchema>(visit: &mut dyn FnMut(Parameter<'_>)) {
    let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
    let Some(properties) = schema.get("properties").and_then(serde_json::Value::as_object) else { return };
    let required = schema.get("required").and_then(serde_json::Value::as_array);
    let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
    names.sort_unstable();
    for name in names {
        let required = required.is_some_and(|required| required.iter().any(|entry| entry == name));
        visit(Parameter { name, required });
    }
}

//! The protected resource metadata of a table (RFC 9728), and what the entries of its tools in `tools/list` state.

use alloc::{string::ToString as _, vec::Vec};

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

/// Passes the fields of a parameter type to `visit`, sorted by name. A type whose schema matches no object has none.
/// Returns `false`, and passes none, if the schema does not state them.
pub(crate) fn schema_fields<T: schemars::JsonSchema>(visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
    let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
    let Ok(schema) = json::Json::parse(&schema.as_value().to_string()) else { return false };
    let Some(parameters) = input_schema::parameters(&schema) else { return false };
    for (name, required) in &parameters {
        visit(Parameter { name, required: *required });
    }
    true
}

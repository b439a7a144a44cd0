//! The macros of the runtime crate that a scan recognizes.

/// The macros that mark tools and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuntimeMacro {
    /// `#[mcp_tool]`.
    Tool,
    /// `#[mcp_tools]`.
    Tools,
    /// `scope_table!`.
    Table,
}

impl RuntimeMacro {
    /// All macros.
    pub(crate) const ALL: [Self; 3] = [Self::Tool, Self::Tools, Self::Table];

    /// Returns its original name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "mcp_tool",
            Self::Tools => "mcp_tools",
            Self::Table => "scope_table",
        }
    }
}

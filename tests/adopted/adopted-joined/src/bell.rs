//! Routes by hand: `#[tool_router]` knows neither of the conditions.

use crate::desk::Desk;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::router::tool::ToolRouter, tool};

#[mcp_tools(group = bell)]
impl Desk {
    pub(crate) fn bell_router() -> ToolRouter<Self> {
        let router = ToolRouter::new().with_route((Self::ring_tool_attr(), Self::ring));
        #[cfg(feature = "admin")]
        let router = router.with_route((Self::mute_tool_attr(), Self::mute));
        router
    }

    /// One stroke that everybody at the desk hears
    #[mcp_tool(scope = "ring", risk = "medium")]
    #[tool(annotations(destructive_hint = false))]
    async fn ring(&self) -> String {
        "dong".to_owned()
    }

    /// No strokes until tomorrow
    #[cfg_attr(feature = "admin", mcp_scopes::mcp_tool(scope = "mute_bell", risk = "medium", name = "mute_bell"))]
    #[cfg_attr(feature = "admin", tool(name = "mute_bell", annotations(destructive_hint = false)))]
    #[cfg_attr(not(feature = "admin"), expect(dead_code, reason = "only administrators mute it"))]
    async fn mute(&self) -> String {
        "muted".to_owned()
    }

    /// Whether the bell hangs
    #[cfg(test)]
    #[mcp_tool(scope = "probe", risk = "high")]
    #[tool]
    async fn probe(&self) -> String {
        "it does".to_owned()
    }
}

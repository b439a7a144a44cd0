use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

pub struct Store<T>(pub T);

#[mcp_tools(group = admin)]
impl<T> Store<T>
where
    T: Clone,
{
    #[mcp_tool(risk = "low")]
    pub fn first(&self) -> T {
        self.0.clone()
    }

    #[cfg(all())]
    #[mcp_tool(risk = "low")]
    pub fn second(&self) -> T {
        self.0.clone()
    }
}

#[mcp_tools]
pub mod shell {
    #[mcp_scopes::mcp_tool(risk = "critical")]
    pub fn execute() {}
}

mod spliced {
    #[mcp_scopes::mcp_tool(public, risk = "minimal")]
    fn health_check() {}

    mcp_scopes::scope_table! {
        pub(super) static TOOLS = [health_check];
    }
}

scope_table! {
    pub static TOOLS = [Store::<u8>::admin::*, #[cfg(all())] shell::*, ..spliced::TOOLS, dynamic "run_query" (risk = "high", scope = any("db:read", "db:admin"))];
}

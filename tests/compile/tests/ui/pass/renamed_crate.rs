//! The runtime crate under a different name, declared with `crate = path`.
#![deny(warnings)]
#![allow(unreachable_pub)]

pub extern crate mcp_scopes as renamed;

mod reexported {
    pub mod deep {
        pub use renamed as authorization;
    }
}

mod shadow {
    //! The default path would resolve to this module if it were not absolute.
    mod mcp_scopes {}

    #[renamed::mcp_tool(risk = "low", crate = ::mcp_scopes)]
    pub(super) fn absolute() {}

    #[renamed::mcp_tool(risk = "low", crate = crate::renamed)]
    pub(super) fn through_root() {}

    #[renamed::mcp_tool(risk = "low", crate = super::reexported::deep::authorization)]
    pub(super) fn relative() {}
}

struct Server;

#[renamed::mcp_tools(crate = renamed)]
impl Server {
    #[renamed::mcp_tool(scope = "server:start", risk = "low", guard = caller, crate = renamed)]
    fn start(&self, caller: &renamed::Caller) -> Result<(), renamed::Denied> {
        let _ = caller;
        Ok(())
    }
}

renamed::scope_table! {
    crate = crate::reexported::deep::authorization;
    static TOOLS = [shadow::absolute, shadow::through_root, shadow::relative, Server::*] with "tests/ui/toml/everything.toml";
}

fn main() {
    assert_eq!(TOOLS.tools().count(), 4);
}

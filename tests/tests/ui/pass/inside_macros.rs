//! Annotations, groups and tables that a `macro_rules!` writes.
#![deny(warnings)]

macro_rules! tool {
    ($name:ident, $scope:literal, $risk:literal, $visibility:vis, $argument:ident: $ty:ty) => {
        #[mcp_scopes::mcp_tool(scope = $scope, risk = $risk, prerequisites("files:list"), parameters("pair"), guard = $argument)]
        $visibility fn $name($argument: $ty, (a, b): (u32, u32)) -> Result<u32, mcp_scopes::Denied> {
            let _ = $argument;
            let problem = a;
            Ok(problem + b)
        }
    };
    (@group $ty:ident { $($name:ident: $scope:literal),* }) => {
        struct $ty;

        #[mcp_scopes::mcp_tools]
        impl $ty {
            $(
                #[mcp_scopes::mcp_tool(scope = $scope, risk = "low")]
                fn $name(&self) {}
            )*
        }
    };
    (@table $name:ident = $($path:path),* $(; $group:ident)*) => {
        mcp_scopes::scope_table! { static $name = [$($path,)* $($group::*),*]; }
    };
}

#[mcp_scopes::mcp_tool(scope = "files:list", risk = "low")]
fn list_files() {}

tool!(@group Server { open: "files:open", close: "files:close" });

mod inner {
    tool!(read_file, "files:read", "low", pub(super), caller: &mcp_scopes::Caller);
}

tool!(@table TOOLS = list_files, inner::read_file; Server);

fn main() {
    assert_eq!(TOOLS.tools().count(), 4);
    let caller = mcp_scopes::Caller::new(TOOLS.grant("files:read"), mcp_scopes::Environment::Live);
    assert_eq!(inner::read_file(&caller, (1, 2)).unwrap(), 3);
}

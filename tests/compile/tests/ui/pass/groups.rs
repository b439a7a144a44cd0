//! Impls and modules with `#[mcp_tools]`: generic, named, several of one type, in other modules.
#![deny(warnings)]

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

struct FileServer;

#[mcp_tools]
impl FileServer {
    /// Not a tool.
    const LIMIT: u32 = 3;

    #[mcp_tool(scope = "files:read", risk = "low")]
    async fn read_file(&self, path: String) -> String {
        path
    }

    #[mcp_tool(scope = "files:write", risk = "medium")]
    pub fn write_file(&mut self, path: &str) -> u32 {
        let _ = path;
        Self::LIMIT
    }

    #[mcp_tool(risk = "low")]
    fn associated(path: &str) -> usize {
        path.len()
    }

    fn helper(&self) {}
}

#[mcp_tools(group = admin)]
impl FileServer {
    #[mcp_tool(risk = "critical")]
    fn wipe(&self) {}
}

struct Store<'a, T, const N: usize>(&'a [T; N])
where
    T: Clone;

#[mcp_tools]
impl<'a, T, const N: usize> Store<'a, T, N>
where
    T: Clone + 'a,
{
    #[mcp_tool(risk = "low")]
    fn first(&self) -> Option<T> {
        self.0.first().cloned()
    }
}

trait Animal {}

#[mcp_tools]
impl dyn Animal {
    #[mcp_tool(risk = "low")]
    fn speak(&self) {}
}

#[mcp_tools]
mod shell {
    //! Its tools are private, but the group is not.
    use mcp_scopes::mcp_tool;

    #[mcp_tool(risk = "critical")]
    pub(super) fn execute() {}

    #[::mcp_scopes::mcp_tool(risk = "low")]
    fn history() -> u32 {
        super::FileServer::LIMIT
    }

    pub(crate) mod other {
        pub(crate) fn not_a_tool() {}
    }
}

#[mcp_tools(group = night)]
pub mod jobs {
    #[mcp_scopes::mcp_tool(risk = "low")]
    pub fn sweep() {}
}

mod nested {
    pub struct Server;

    pub mod inner {
        use mcp_scopes::{mcp_tool, mcp_tools};

        #[mcp_tools]
        impl super::Server {
            #[mcp_tool(risk = "low")]
            fn hidden(&self) {}
        }
    }
}

scope_table! {
    static TOOLS = [
        FileServer::*,
        FileServer::admin::*,
        Store::<u8, 4>::*,
        shell::*,
        nested::Server::*,
        <dyn Animal>::*,
    ];
}

scope_table! {
    /// Members one by one.
    static SOME = [FileServer::read_file, <FileServer>::associated, <Store<u8, 1>>::first, self::shell::execute];
}

fn main() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    let all = ["read_file", "write_file", "associated", "wipe", "first", "execute", "history", "hidden", "speak"];
    assert_eq!(names, all);
    assert_eq!(SOME.tools().count(), 4);
    shell::other::not_a_tool();
    FileServer.helper();
    jobs::sweep();
    Store(&[1]).first();
}

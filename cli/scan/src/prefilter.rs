//! Selects the files to parse by their bytes.

use memchr::memmem::Finder;

/// The possible contents of a file, judged by its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// It may hold an annotation or a table. A renamed import also contains the original name.
    pub ours: bool,
    /// It may contain `#[path = ".."]`, so a module of it may be in another file than its path suggests.
    pub path: bool,
    /// It may hold `#[tool]`, the attribute of an SDK, the handler of one of its servers, or the builder of a tool.
    pub sdk: bool,
}

/// Looks for [`Marks`].
#[derive(Debug)]
pub struct Prefilter {
    prefix: Finder<'static>,
    table: Finder<'static>,
    path: Finder<'static>,
    attribute: Finder<'static>,
    qualified: Finder<'static>,
    renamed: Finder<'static>,
    handler: Finder<'static>,
    core_handler: Finder<'static>,
    builder: Finder<'static>,
}

impl Default for Prefilter {
    fn default() -> Self {
        // `mcp_tool`, `mcp_tools` and `mcp_scopes` share four bytes, so one search finds all three.
        Self {
            prefix: Finder::new("mcp_"),
            table: Finder::new("scope_table"),
            path: Finder::new("path"),
            attribute: Finder::new("#[tool"),
            qualified: Finder::new("::tool"),
            renamed: Finder::new("tool as "),
            handler: Finder::new("ServerHandler for "),
            core_handler: Finder::new("ServerHandlerCore for "),
            builder: Finder::new("ToolBuilder::new"),
        }
    }
}

impl Prefilter {
    /// Returns the possible contents of these bytes.
    #[must_use]
    pub fn marks(&self, bytes: &[u8]) -> Marks {
        Marks { ours: self.ours(bytes), path: self.says_path(bytes), sdk: self.has_sdk_tools(bytes) }
    }

    /// Returns whether these bytes can hold an annotation or a table.
    #[must_use]
    pub fn ours(&self, bytes: &[u8]) -> bool {
        let named = |at: usize| {
            let rest = bytes.get(at + 4..).unwrap_or_default();
            rest.starts_with(b"tool") || rest.starts_with(b"scopes")
        };
        // The macro is called, renamed or imported. A variable may have the same name.
        let table = |at: usize| {
            let rest = bytes.get(at + 11..).unwrap_or_default().trim_ascii_start();
            matches!(rest.first(), None | Some(b'!' | b',' | b';' | b'}' | b'/')) || rest.starts_with(b"as")
        };
        self.prefix.find_iter(bytes).any(named) || self.table.find_iter(bytes).any(table)
    }

    fn has_sdk_tools(&self, bytes: &[u8]) -> bool {
        let ends = |at: usize| {
            let next = bytes.get(at + 6).copied().unwrap_or_default();
            !next.is_ascii_alphanumeric() && next != b'_'
        };
        self.attribute.find_iter(bytes).chain(self.qualified.find_iter(bytes)).any(ends)
            || self.renamed.find(bytes).is_some()
            || [&self.handler, &self.core_handler, &self.builder].iter().any(|finder| finder.find(bytes).is_some())
    }

    fn says_path(&self, bytes: &[u8]) -> bool {
        self.path.find_iter(bytes).any(|at| {
            let (head, rest) = bytes.split_at(at);
            let before = head.iter().rev().find(|byte| !byte.is_ascii_whitespace());
            let after = rest.iter().skip(4).find(|byte| !byte.is_ascii_whitespace());
            // `#[path = ..` or `cfg_attr(.., path = ..`.
            matches!(before, Some(b'[' | b',')) && after == Some(&b'=')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, Prefilter};

    #[test]
    fn renamed_imports_are_caught() {
        let prefilter = Prefilter::default();
        for text in [
            "use mcp_scopes::mcp_tool as t;",
            "#[mcp_tools]",
            "scope_table! {}",
            "scope_table /* all */ ! {}",
            "extern crate mcp_scopes as m;",
            "use crate::prelude::mcp_tool as t;",
            "use crate::prelude::scope_table\n    as table;",
            "use crate::prelude::{scope_table, x};",
            "use crate::prelude::{x, scope_table};",
            "use crate::prelude::scope_table;",
        ] {
            assert!(prefilter.ours(text.as_bytes()), "{text}");
        }
        for text in
            ["", "mcp_", "use mcp_server::tool;", "scope table", "let scope_table = a;", "scope_table.insert(1)"]
        {
            assert!(!prefilter.ours(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn finds_the_attribute_of_an_sdk() {
        for (text, found) in [
            ("#[tool]", true),
            ("#[tool(name = \"a\")]", true),
            ("#[rmcp::tool]", true),
            ("use rmcp::{tool as t, tool_router};", true),
            ("impl ServerHandler for A {}", true),
            ("impl ServerHandlerCore for A {}", true),
            ("let look = ToolBuilder::new(\"look\");", true),
            ("#[tool_router]", false),
            ("use rmcp::tool_router;", false),
            ("tool", false),
        ] {
            assert_eq!(Prefilter::default().marks(text.as_bytes()).sdk, found, "{text}");
        }
    }

    #[test]
    fn path_attributes_are_caught() {
        let prefilter = Prefilter::default();
        let says = |text: &str| prefilter.marks(text.as_bytes()) == Marks { path: true, ..Marks::default() };
        assert!(says("#[path = \"x.rs\"] mod x;"));
        assert!(says("#[cfg_attr(unix,\n path= \"x.rs\")] mod x;"));
        assert!(!says("let path = a;"));
    }
}

//! Every kind of function that can be a tool, listed in one table.
#![deny(warnings)]
#![allow(clippy::all, reason = "written as users may write it")]

use mcp_scopes::{mcp_tool, scope_table};

/// Does nothing.
#[mcp_tool(risk = "minimal")]
fn plain() {}

#[mcp_tool(risk = "low")]
pub(crate) async fn waiting(path: String, depth: Option<u32>) -> usize {
    path.len() + depth.unwrap_or(0) as usize
}

#[mcp_tool(risk = "low")]
const fn constant(number: u32) -> u32 {
    number
}

/// # Safety
/// Nothing to heed.
#[mcp_tool(risk = "high")]
unsafe fn unsound() {}

#[mcp_tool(risk = "high")]
extern "C" fn foreign(number: u32) -> u32 {
    number
}

#[mcp_tool(risk = "high")]
async unsafe fn both() {}

#[mcp_tool(risk = "low")]
fn r#type(r#in: String) -> String {
    r#in
}

#[mcp_tool(risk = "low")]
fn borrowed<'a>(text: &'a str, _other: &str) -> &'a str {
    text
}

#[mcp_tool(risk = "low", parameters("value"))]
fn generic<T: Clone, const N: usize>(value: &T) -> [T; N]
where
    T: Default,
{
    std::array::from_fn(|_| value.clone())
}

#[mcp_tool(risk = "low", parameters("path"))]
fn any_path(path: impl AsRef<std::path::Path>) -> bool {
    path.as_ref().exists()
}

#[mcp_tool(risk = "low")]
fn mutable(mut list: Vec<String>) -> Vec<String> {
    list.push(String::new());
    list
}

#[mcp_tool(risk = "low", parameters("pair"))]
fn destructured((left, right): (String, String), _: u32) -> usize {
    left.len() + right.len()
}

#[must_use]
#[inline]
#[mcp_tool(risk = "low", name = "renamed.tool-1")]
#[cold]
fn with_attributes() -> u32 {
    1
}

mod inner {
    use mcp_scopes::mcp_tool;

    #[mcp_tool(risk = "low")]
    pub fn in_module() {}

    pub mod deeper {
        #[mcp_scopes::mcp_tool(risk = "low")]
        pub(in crate::inner) fn hidden() {}

        #[::mcp_scopes::mcp_tool(risk = "low")]
        pub(super) fn up_one() {}
    }

    mcp_scopes::scope_table! {
        pub static INNER = [deeper::hidden, self::deeper::up_one];
    }
}

scope_table! {
    /// All of them.
    pub static TOOLS = [
        plain,
        waiting,
        constant,
        unsound,
        foreign,
        both,
        r#type,
        borrowed,
        generic,
        any_path,
        mutable,
        destructured,
        with_attributes,
        inner::in_module,
        ..inner::INNER,
    ];
}

fn main() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names.len(), 16);
    assert!(names.contains(&"type") && names.contains(&"renamed.tool-1"));
    assert!(TOOLS.grant("plain").authorize("plain").is_ok());
}

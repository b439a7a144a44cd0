//! `#[mcp_tool(..)]`.

use crate::{diagnostic::Diagnostic, ir::ToolDecl, item::FnHead};
use proc_macro2::TokenStream;

/// Reads the arguments of `#[mcp_tool(..)]` on a function.
///
/// All errors come out at once. With errors, the declaration holds what could be read and the strictest value where
/// something could not (`critical`, the tool's own scope): enough to keep names known, nothing to publish. `None` if
/// the function is not the one the author wrote.
#[must_use]
pub fn read(args: TokenStream, head: &FnHead) -> (Option<ToolDecl>, Vec<Diagnostic>) {
    let _ = (args, head);
    (None, Vec::new())
}

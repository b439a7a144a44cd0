//! `#[mcp_tools]` on an inherent impl or an inline module.

use crate::{diagnostic::Diagnostic, ir::GroupDecl};
use proc_macro2::{Group, TokenStream};

/// The item under `#[mcp_tools]`, split but not parsed: attributes, header and body in this order are the item.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its attributes, as tokens.
    pub attributes: TokenStream,
    /// The conditions of `#[cfg(..)]` attributes on it.
    pub cfgs: Vec<TokenStream>,
    /// `impl<T> Server<T> where ..`, or `pub mod shell`.
    pub header: TokenStream,
    /// What stands between its braces, braces included.
    pub body: Group,
}

/// What `#[mcp_tools]` stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// An inherent impl.
    Impl,
    /// An inline module.
    Module,
}

/// Reads `#[mcp_tools(args)]` on an item.
///
/// `None` if the item is neither an inherent impl nor an inline module. With errors, the declaration holds the members
/// that could be read.
#[must_use]
pub fn read(args: TokenStream, item: TokenStream) -> (Option<(GroupDecl, Block)>, Vec<Diagnostic>) {
    let _ = (args, item);
    (None, Vec::new())
}

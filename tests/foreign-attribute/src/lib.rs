//! What another crate's attribute of the same name does: it takes any arguments and leaves the item as it is.

use proc_macro::TokenStream;

/// Drops its arguments without a word.
#[proc_macro_attribute]
pub fn mcp_tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// An SDK's `#[tool]` that takes a name which is no literal.
#[proc_macro_attribute]
pub fn tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

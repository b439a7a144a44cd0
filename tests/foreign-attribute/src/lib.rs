//! An attribute of another crate with the same name. It accepts any arguments and leaves the item unchanged.

use proc_macro::TokenStream;

/// Ignores its arguments.
#[proc_macro_attribute]
pub fn mcp_tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// An SDK's `#[tool]` with a name that is not a literal.
#[proc_macro_attribute]
pub fn tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

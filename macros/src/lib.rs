//! The macros of `mcp-scopes`: [`mcp_tool`], [`mcp_tools`] and [`scope_table!`].
//!
//! Users reach them through `mcp-scopes`, which documents them with examples. Each macro goes through the same stages:
//! the grammar reads the tokens into its IR and checks them, `expand` writes the code, and where something is wrong
//! `fallback` keeps the user's item and its names.
//!
//! | module | holds |
//! |---|---|
//! | `expand::tool` | `#[mcp_tool(..)]`: the companion beside a function |
//! | `expand::value` | what the companion returns |
//! | `expand::guard` | the check inside a guarded function |
//! | `expand::group` | `#[mcp_tools]`: the companion of an impl or module |
//! | `expand::table` | `scope_table!` |
//! | `expand::config` | the configuration file: found, read and written as a constant |
//! | `fallback` | what is emitted beside errors |

mod expand;
mod fallback;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// What each key means stands in `spec.md` of `mcp-scopes-grammar`.
#[proc_macro_attribute]
pub fn mcp_tool(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::tool::expand(&args.into(), item.into()).into()
}

/// Its keys and errors stand in `spec.md` of `mcp-scopes-grammar`.
#[proc_macro_attribute]
pub fn mcp_tools(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::group::expand(args.into(), item.into()).into()
}

/// Its entries and its file stand in `spec.md` of `mcp-scopes-grammar`.
#[proc_macro]
pub fn scope_table(input: TokenStream) -> TokenStream {
    expand::table::expand(input.into()).into()
}

//! The macros of `mcp-scopes`: [`mcp_tool`], [`mcp_tools`] and [`scope_table!`].
//!
//! Users import them from `mcp-scopes`, whose documentation has examples. All macros have the same stages. The grammar
//! parses the tokens into its IR and checks them. `expand` generates the code. If there are errors, `fallback` keeps
//! the user's item and its names.
//!
//! | module | holds |
//! |---|---|
//! | `expand::tool` | `#[mcp_tool(..)]`: the companion next to a function |
//! | `expand::value` | what the companion returns |
//! | `expand::guard` | the check inside a guarded function |
//! | `expand::group` | `#[mcp_tools]`: the companion of an impl or module |
//! | `expand::table` | `scope_table!` |
//! | `expand::config` | the configuration file: locating, reading and writing it as a constant |
//! | `fallback` | the code that is emitted next to errors |

mod expand;
mod fallback;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// `spec.md` of `mcp-scopes-grammar` specifies the keys.
#[proc_macro_attribute]
pub fn mcp_tool(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::tool::expand(&args.into(), item.into()).into()
}

/// `spec.md` of `mcp-scopes-grammar` specifies the keys and errors.
#[proc_macro_attribute]
pub fn mcp_tools(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::group::expand(args.into(), item.into()).into()
}

/// `spec.md` of `mcp-scopes-grammar` specifies the entries and the file.
#[proc_macro]
pub fn scope_table(input: TokenStream) -> TokenStream {
    expand::table::expand(input.into()).into()
}

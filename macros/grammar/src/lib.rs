//! The grammar of mcp-scopes: a parser, with diagnostics, for attributes, scope tables and `mcp-scopes.toml`.
//!
//! The macros and the source scan share this parser, so that both read the same facts. It works on `proc_macro2` tokens
//! and does not require a compiler. `spec.md` in this crate is normative.
//!
//! | module | holds |
//! |---|---|
//! | [`ir`] | the parsed annotations: the form that is expanded and listed |
//! | [`tool`] | `#[mcp_tool(..)]` on a function |
//! | [`item`] | a function without its body |
//! | [`table`] | `scope_table! { .. }` |
//! | [`group`] | `#[mcp_tools]` on an impl or an inline module |
//! | [`config`] | `mcp-scopes.toml` |
//! | [`limits`] | limits on the depth, length and keys of a TOML text |
//! | [`diagnostic`] | one error, and the collector for the errors of an item |
//! | [`catalogue`] | every kind of error, with its id, label and help |
//! | `args`, `literal` | the keys and values of an attribute; literals |
//! | `attribute` | attributes as they apply, with `cfg_attr` expanded |

mod args;
mod attribute;
pub mod catalogue;
pub mod config;
pub mod diagnostic;
pub mod group;
pub mod ir;
pub mod item;
pub mod limits;
mod literal;
pub mod table;
pub mod tool;

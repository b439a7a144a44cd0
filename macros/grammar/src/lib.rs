//! The grammar of mcp-scopes: attributes, scope tables and `mcp-scopes.toml`, parsed and diagnosed.
//!
//! The macros and the source scan read annotations with this one parser, so that both see the same facts. It works on
//! `proc_macro2` tokens and never assumes that a compiler stands behind them. `spec.md` beside this crate is normative.
//!
//! | module | holds |
//! |---|---|
//! | [`ir`] | what the annotations say: the form that is expanded and inventoried |
//! | [`tool`] | `#[mcp_tool(..)]` on a function |
//! | [`item`] | a function without its body |
//! | [`table`] | `scope_table! { .. }` |
//! | [`group`] | `#[mcp_tools]` on an impl or an inline module |
//! | [`config`] | `mcp-scopes.toml` |
//! | [`limits`] | how deep and how long a TOML text may be, and which keys it may not hold |
//! | [`diagnostic`] | one error, and the collector of all of an item |
//! | [`catalogue`] | every kind of error, with its id, label and help |
//! | `args`, `literal` | an attribute's keys with their values; the literals they are |
//! | `attribute` | attributes as they will apply, with `cfg_attr` taken apart |

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

//! The protected resource metadata document (RFC 9728) with `mcp_extensions`.
//!
//! A document comes in through [`Metadata::from_json`], which reads strictly where RFC 9728 says MUST and keeps what it
//! does not know, or is derived from a scope table with [`Metadata::of`]. Both end in a [`Metadata`], which is always
//! valid, and which is written the same way every time.
//!
//! | module | holds |
//! |---|---|
//! | [`metadata`] | [`Metadata`]: a valid document; reading, writing, comparing the resource |
//! | [`document`] | [`Document`]: its members as plain data; [`extensions`] those of `mcp_extensions` |
//! | [`builder`] | [`Builder`]: from a table's outline to a document |
//! | [`address`] | [`well_known_url`]: where a resource's document is served; the URI rules |
//! | `disclosure` | [`Metadata::disclose`]: a part of a document, for who may not know of the rest |
//! | [`tools_list`] | [`ToolsList`]: what other hosts read in an entry of `tools/list` |
//! | [`error`] | [`Error`], [`Violation`]: all that is wrong with a document, at once |
//! | [`kind`] | [`ViolationKind`]: which rule is broken, under a name that stays |
//! | [`draft`] | [`Draft`]: a document read as far as it can be, for those who say what is wrong with it |
//! | [`json`] | [`Json`]: any JSON value, in order and without loss; [`json::Places`]: where each stands |
//! | `member` | how members are read and written, from one description of each type |
//! | `rules` | what a document has to be beyond the types of its members |
#![cfg_attr(feature = "schema", doc = "| [`schema`] | the JSON Schema of the document |")]

pub mod address;
pub mod builder;
mod disclosure;
pub mod document;
pub mod draft;
pub mod error;
pub mod extensions;
pub mod json;
pub mod kind;
mod member;
pub mod metadata;
mod rules;
#[cfg(feature = "schema")]
pub mod schema;
pub mod tools_list;

pub use address::well_known_url;
pub use builder::Builder;
pub use document::Document;
pub use draft::Draft;
pub use error::{Error, ErrorKind, Violation};
pub use extensions::McpExtensions;
pub use json::Json;
pub use kind::ViolationKind;
pub use metadata::Metadata;
pub use tools_list::ToolsList;

/// The JSON Schema (2020-12) of the document, as it is committed; the feature `schema` makes it from the types.
pub const JSON_SCHEMA: &str = include_str!("../schema/protected-resource-metadata.schema.json");

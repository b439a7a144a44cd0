//! The protected resource metadata document (RFC 9728) with `mcp_extensions`.
//!
//! [`Metadata::from_json`] reads a document. It enforces every MUST of RFC 9728 and keeps unknown members.
//! [`Metadata::of`] derives a document from a scope table. Both return a [`Metadata`], which is always valid and always
//! serialized in the same way.
//!
//! | module | holds |
//! |---|---|
//! | `metadata` | [`Metadata`]: a valid document; reading, writing, comparing the resource |
//! | `document` | [`Document`]: its members as plain data |
//! | `extensions` | [`McpExtensions`]: the members of `mcp_extensions` |
//! | `input_schema` | the parameters that a JSON Schema of arguments describes |
//! | `builder` | [`Builder`]: builds a document from the outline of a table |
//! | `address` | [`well_known_url`]: the URL of a resource's document; [`issuer_metadata_urls`]: those of an issuer's metadata; the URL rules |
//! | `disclosure` | [`Metadata::disclose`]: the part of a document that a reader may see |
//! | `tools_list` | [`ToolsList`]: members of `tools/list` entries that other hosts read |
//! | `error` | [`Error`], [`Violation`]: all errors of a document |
//! | `kind` | [`ViolationKind`]: the violated rule, with a stable name |
//! | `draft` | [`Draft`]: lenient reading, for tools that report errors |
//! | [`json`] | [`json::Json`]: a JSON value, ordered and lossless; [`json::Places`]: the location of each value |
//! | `member` | reading and writing of members, from one description of each type |
//! | `validation` | the rules of a document beyond the types of its members |
#![cfg_attr(feature = "schema", doc = "| [`schema`] | the JSON Schema of the document |")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod builder;
mod conditional_scopes;
mod disclosure;
mod document;
mod draft;
mod error;
mod extensions;
#[doc(hidden)]
pub mod input_schema;
pub mod json;
mod kind;
mod member;
mod metadata;
#[cfg(feature = "schema")]
pub mod schema;
#[doc(hidden)]
pub mod scopes;
mod tools_list;
mod validation;

pub use address::{WELL_KNOWN, issuer_metadata_urls, well_known_url};
pub use builder::Builder;
pub use conditional_scopes::ConditionEntry;
pub use document::Document;
pub use draft::Draft;
pub use error::{Error, ErrorKind, Violation};
pub use extensions::{ContentEntry, McpExtensions, RiskPolicy, SandboxEntry, SessionPolicies, ToolEntry, ToolPolicy};
pub use kind::ViolationKind;
pub use metadata::{Metadata, UnknownMember};
pub use tools_list::{SecurityScheme, ToolAuthorization, ToolsList};

/// The JSON Schema (2020-12) of the document, as committed. The feature `schema` generates it from the types.
pub const JSON_SCHEMA: &str = include_str!("../schema/protected-resource-metadata.schema.json");

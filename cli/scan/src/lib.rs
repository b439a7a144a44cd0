//! Scan the source of an MCP server for its tools, and export their metadata.
//!
//! A scan reads the same source as the compiler, with the same grammar and the same rules, but does not run a compiler.
//! So it is fast, needs no build, and gives the position of each literal. It never guesses. Anything that it cannot
//! resolve becomes a [`Finding`] that asks to state it.
//!
//! | module | holds |
//! |---|---|
//! | `scan` | [`Scan`]: the path and the build to scan; [`Report`]: the result |
//! | `artefact` | tables in compiled programs (feature `artefact`) |
//! | `export` | [`Export`]: the metadata document of a package |
//! | [`inventory`] | [`inventory::Inventory`]: tools and tables with their positions |
//! | [`mod@file`] | atomic writes and limited reads |
//! | `finding` | [`Finding`]: a problem, its place, and its correction |
//! | `fix` | [`Fix`]: the edits that resolve a finding |
//! | [`source`], `place`, `lines` | texts of files, and places in them |
//! | `manifest`, [`package`], [`features`], [`mod@cfg`] | `Cargo.toml`, and the items of a build |
//! | [`walk`], [`prefilter`] | finds the files, and selects those to parse |
//! | `world`, `module`, `nesting` | the packages, crates and modules of one scan; the maximum nesting of source |
//! | `left_out` | the tools that features or the target leave out |
//! | `target_names` | the names of targets |
//! | `target_triple` | the conditions of a build for a target |
//! | `attribute`, `naming`, `runtime_macro` | the attributes in effect, and which of them are annotations |
//! | `collect` | from parsed items to declarations |
//! | `resolve`, `import`, `original`, `entry` | resolves paths, `use` items and the entries of a table |
//! | `assemble`, `hints` | from declarations to an inventory; the SDK's hints |
//! | `sdk` | what SDKs call a tool, in code without annotations |
//! | `fields`, `schema`, `optional`, `rename` | the parameters of a type, from the JSON Schema that its source describes |
//! | `server_code` | the SDK's tools and transports beside the annotations, and what protects them |
//! | `undeclared` | files with annotations that no target declares |
//! | `unused_config` | configuration files that no table names |
//! | `workspace_config` | the configuration files of a workspace and of a folder |
//! | `document` | the outline of a table, in an arena, and its problems under the shared rules |
//! | `tool` | the facts of one tool: from a record, and to the model |
//! | `report`, `error` | the result of a scan, and the error that stops it |
//!
//! # Examples
//! ```no_run
//! let export = mcp_scopes_scan::Scan::new(".").export()?;
//! print!("{}", export.json());
//! # Ok::<(), mcp_scopes_scan::Error>(())
//! ```

#[cfg(feature = "artefact")]
pub mod artefact;
mod assemble;
mod attribute;
pub mod cfg;
mod collect;
mod document;
mod entry;
mod error;
mod export;
pub mod features;
mod fields;
pub mod file;
mod finding;
mod fix;
mod folders;
mod hints;
mod import;
pub mod inventory;
mod left_out;
mod lines;
mod manifest;
mod module;
mod naming;
mod nesting;
mod optional;
mod original;
pub mod package;
mod place;
pub mod prefilter;
mod rename;
mod report;
mod resolve;
mod runtime_macro;
mod scan;
mod schema;
#[doc(hidden)]
pub mod sdk;
mod server_code;
pub mod source;
mod target_names;
mod target_triple;
mod tool;
mod undeclared;
mod unused_config;
pub mod walk;
mod workspace_config;
mod world;

pub use error::{Error, ErrorKind};
pub use export::Export;
pub use finding::{Finding, Level, Suppression, SuppressionKind, reported_id, shortened};
pub use fix::{Edit, Fix, Safety};
pub use report::Report;
pub use scan::Scan;

// Items that `mcp-scopes-lint` shares with the scan.
#[doc(hidden)]
pub use bumpalo::Bump as Arena;
#[doc(hidden)]
pub use {
    document::outline, finding::settle, lines::Lines, scan::large_stack, workspace_config::FolderConfigs, world::shown,
};

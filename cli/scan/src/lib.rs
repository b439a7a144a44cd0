//! Scan the source of an MCP server for its tools, and export their metadata.
//!
//! A scan reads what the compiler reads, with the same grammar and the same rules, and never runs a compiler: so it is
//! fast, needs no build, and says where each literal stands. What it cannot know it does not guess; it becomes a
//! [`Finding`] that says what to state.
//!
//! | module | holds |
//! |---|---|
//! | [`scan`] | [`Scan`]: what to look at and for which build; [`Report`]: what was found |
//! | `artefact` | programs: the tables that they carry (feature `artefact`) |
//! | [`export`] | [`Export`]: the metadata document of a package |
//! | [`inventory`] | [`Inventory`]: tools and tables with their positions |
//! | [`mod@file`] | files that are written whole or not at all |
//! | [`finding`] | [`Finding`]: what is wrong, where, and what to write |
//! | [`fix`] | [`Fix`]: what makes a finding go away |
//! | [`source`], `lines` | places in files |
//! | `manifest`, [`package`], [`features`], [`mod@cfg`] | `Cargo.toml`, and which items a build has |
//! | [`walk`], [`prefilter`] | which files there are, and which are worth parsing |
//! | `world`, `module`, `nesting` | what one scan has read: packages, crates, modules; how deep source may nest |
//! | `attribute`, `naming` | attributes as a build has them, and which of them are ours |
//! | `collect` | from parsed items to declarations |
//! | `resolve`, `import`, `entry` | what a path means; what `use` brings in; which functions a table lists |
//! | `assemble`, `fields`, `optional`, `hints` | from declarations to an inventory; the parameters of a type; the SDK's hints |
//! | `document` | from an inventory to a table's outline, and what the shared rules say about it |
//! | `report`, `error` | what a scan comes to, and why it stopped |
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
pub mod export;
pub mod features;
mod fields;
pub mod file;
pub mod finding;
pub mod fix;
mod folders;
mod hints;
mod import;
pub mod inventory;
mod lines;
mod manifest;
mod module;
mod naming;
mod nesting;
mod optional;
pub mod package;
pub mod prefilter;
mod report;
mod resolve;
pub mod scan;
pub mod source;
pub mod walk;
mod world;

pub use error::{Error, ErrorKind};
pub use export::Export;
pub use finding::{Finding, Level, Suppression, SuppressionKind};
pub use fix::{Edit, Fix, Safety};
pub use inventory::Inventory;
pub use report::Report;
pub use scan::Scan;

// What `mcp-scopes-lint` shares with the scan.
#[doc(hidden)]
pub use {document::with_outline, finding::settle, lines::Lines, scan::large_stack, source::read_as_is, world::shown};

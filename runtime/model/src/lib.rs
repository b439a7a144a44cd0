//! The words of MCP authorization as `no_std` types, and every shared rule as one `const fn`.
//!
//! The attribute macros, the compile-time scope table, the source scan and the metadata document all use these
//! types and these rules, so that a fact is checked by the same code wherever it is read. Nothing here allocates
//! and nothing here depends on another crate.
//!
//! | module | holds |
//! |---|---|
//! | [`tool`] | [`Tool`]: what one annotation states; [`tool::tool_name`], the syntax of its name |
//! | [`scope`] | [`Scope`]: a declared scope; [`scope::scope_token`], the syntax of RFC 6749 §3.3 |
//! | [`companion`] | how an annotation states its tool, in few tokens |
//! | [`requirement`] | [`Requirement`]: any-of over all-of |
//! | [`risk`] | [`Risk`], [`Approval`] and how the one bounds the other |
//! | [`sandbox`] | [`SandboxMode`], [`Environment`] and what runs where |
//! | [`policy`] | [`Policy`]; [`pattern`] the syntax of `read_file:/etc/*` |
//! | [`config`] | [`Config`]: the server-level facts of `mcp-scopes.toml` |
//! | [`outline`] | [`Outline`]: all tools of one table, flattened, before anything is computed |
//! | [`numbers`] | [`Numbers`]: tools and scopes numbered and found by name |
//! | [`graph`] | relations between scopes: closure and cycles |
//! | [`check`] | what can be wrong with a table as a whole; [`problem`] says it |
//! | [`record`] | a table's outline as bytes, for the link section that ships with a program |
//! | [`address`] | URIs, taken apart and not mended |
//! | [`markers`] | member names that parsing libraries reserve, which every reader rejects |
//! | [`nearest`] | the name that was probably meant |
//! | [`key`] | a name as machine words, for hashing and comparing in const evaluation and at run time |
//! | [`text`] | a fixed-size string that const evaluation can build |
#![no_std]

pub mod address;
pub mod check;
pub mod companion;
pub mod config;
pub mod graph;
pub mod key;
pub mod markers;
pub mod nearest;
pub mod numbers;
pub mod outline;
pub mod pattern;
pub mod policy;
pub mod problem;
pub mod record;
pub mod requirement;
pub mod risk;
pub mod sandbox;
pub mod scope;
pub mod text;
pub mod tool;

pub use config::Config;
pub use numbers::Numbers;
pub use outline::Outline;
pub use pattern::Pattern;
pub use policy::Policy;
pub use problem::Problem;
pub use requirement::Requirement;
pub use risk::{Approval, Risk};
pub use sandbox::{Environment, SandboxMode};
pub use scope::Scope;
pub use tool::Tool;

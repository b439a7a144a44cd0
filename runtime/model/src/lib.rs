//! The vocabulary of MCP authorization as `no_std` types, and every shared rule as one `const fn`.
//!
//! The attribute macros, the compile-time scope table, the source scan and the metadata document share these types and
//! rules. The same code therefore checks a fact in all of them. The crate does not allocate and has no dependencies.
//!
//! | module | holds |
//! |---|---|
//! | [`tool`] | [`Tool`]: the facts of one annotation; [`tool::tool_name`], the syntax of its name |
//! | [`argument`] | the arguments of functions that hold no parameter, or all of them |
//! | [`scope`] | [`Scope`]: a declared scope; [`scope::scope_token`], the syntax of RFC 6749 §3.3 |
//! | [`companion`] | the interface by which an annotation states its tool in few tokens |
//! | [`requirement`] | [`Requirement`]: any-of over all-of; [`condition`]: what some arguments need in addition |
//! | [`risk`] | [`Risk`], [`Approval`] and the limits of the one on the other |
//! | [`sandbox`] | [`SandboxMode`], [`Environment`] and the function that runs in each environment |
//! | [`policy`] | [`Policy`]; [`pattern`]: the syntax of `read_file:/etc/*` |
//! | [`glob`] | the comparison of texts with globs |
//! | [`content`] | [`Content`]: a resource or prompt, and what opens it |
//! | [`config`] | [`Config`]: the server-level facts of `mcp-scopes.toml` |
//! | [`outline`] | [`Outline`]: the flattened tools of one table |
//! | [`numbers`] | [`Numbers`]: numbers of tools and scopes, and lookup by name |
//! | [`graph`] | relations between scopes: closure and cycles |
//! | [`check`] | checks of a whole table; [`problem`]: their errors |
//! | [`record`] | the binary form of a table, for the link section of a program |
//! | [`address`] | strict parsing of URLs |
//! | [`markers`] | member names that parsing libraries reserve and every reader rejects |
//! | [`nearest`] | suggestions for misspelled names |
//! | [`key`] | names as machine words, for hashing and comparison |
//! | [`text`] | fixed-size strings for const evaluation |
#![no_std]

pub mod address;
pub mod argument;
pub mod check;
pub mod companion;
pub mod condition;
pub mod config;
pub mod content;
pub mod glob;
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
mod record_parts;
pub mod requirement;
pub mod risk;
pub mod sandbox;
pub mod scope;
pub mod text;
pub mod tool;

pub use condition::Condition;
pub use config::Config;
pub use content::Content;
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

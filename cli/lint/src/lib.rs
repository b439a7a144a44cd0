//! The lint rules for the authorization metadata of MCP servers, and the engine that applies them to source and to
//! documents.
//!
//! A rule looks at what `mcp-scopes-scan` found in source, or at a metadata document. What it reports is a
//! [`Finding`](mcp_scopes_scan::Finding); `[lint]` in `mcp-scopes.toml`, comments and a baseline file decide whether the
//! finding counts, and at which level.
//!
//! | module | holds |
//! |---|---|
//! | [`rule`] | [`Rule`]: what a rule is |
//! | [`rules`] | every rule, one folder each |
//! | [`lint_model`] | what a rule looks at: tools, tables, documents |
//! | [`reporter`] | [`Reporter`]: what it reports to |
//! | [`documents`] | [`Documents`]: metadata documents as what is linted |
//! | `fixes` | what makes findings about documents go away |
//! | `apply` | from a scan or a document to findings |
//! | [`overrides`] | [`Overrides`]: levels that are set from outside |
//! | `levels` | at which level and with which options each rule is applied |
//! | `suppress`, `comments` | `// mcp-scopes: allow(rule-id) reason` |
//! | [`baseline`], [`day`] | [`Baseline`]: findings that are known, and until when they may stay |
//! | [`fingerprint`] | what stays the same of a finding while lines move |
//! | `name_tokens` | what the parts of a name tell |
//! | `capabilities` | what a tool does, as far as its name, hints and risk tell: it reads, sends or executes |
//! | `patterns` | which call patterns hold others |
//! | `chains` | tools that are harmless apart, and what stands between them |
//! | `addresses` | the addresses that are stated |
//!
#![doc = include_str!("settings.md")]

mod addresses;
mod apply;
pub mod baseline;
mod capabilities;
mod chains;
mod comments;
pub mod day;
pub mod documents;
pub mod fingerprint;
mod fixes;
mod levels;
pub mod lint_model;
mod name_tokens;
pub mod overrides;
mod patterns;
pub mod reporter;
pub mod rule;
pub mod rules;
mod suppress;

pub use apply::{lint, lint_package};
pub use baseline::Baseline;
pub use documents::Documents;
pub use lint_model::Profile;
pub use overrides::Overrides;
pub use reporter::Reporter;
pub use rule::{Category, Check, Rule, RuleOption, Setting};
pub use rules::{RULES, find, named};

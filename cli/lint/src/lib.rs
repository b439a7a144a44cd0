//! The lint rules for the authorization metadata of MCP servers, and the engine that applies them to source and
//! documents.
//!
//! A rule checks the result of a `mcp-scopes-scan`, or a metadata document. It reports a
//! [`Finding`](mcp_scopes_scan::Finding). `[lint]` in `mcp-scopes.toml`, comments and a baseline file decide whether
//! the finding counts, and at which level.
//!
//! | module | holds |
//! |---|---|
//! | `rule` | [`Rule`]: the definition of a rule |
//! | `rules` | every rule, one file each or a row of a table |
//! | [`lint_model`] | the input of rules: tools, tables, documents |
//! | `reporter` | [`Reporter`]: collects the findings of a rule |
//! | `documents` | [`Documents`]: lints metadata documents |
//! | `fixes` | fixes of findings about documents and scopes |
//! | `answers` | fixes of errors whose help states what to write |
//! | `apply` | applies the rules to a scan or a document |
//! | [`paths`] | patterns of files |
//! | `overrides` | [`Overrides`]: levels from the command line |
//! | `levels` | the level and the options of each rule |
//! | `suppress`, `comments` | `// mcp-scopes: allow(rule-id) reason` |
//! | [`acceptance`] | comments that accept a change of a tool |
//! | [`baseline`], [`day`] | [`baseline::Baseline`]: known findings with expiry dates |
//! | [`fingerprint`] | identifies a finding while lines move |
//! | `name_tokens` | splits names into words and classifies them |
//! | `capabilities` | infers whether a tool reads, sends or executes from its name, hints and risk |
//! | `patterns` | compares call patterns and globs |
//! | `chains` | tools that are harmless apart but not together |
//! | `addresses` | the addresses in a table or document |
//!
#![doc = include_str!("settings.md")]

pub mod acceptance;
mod addresses;
mod answers;
mod apply;
pub mod baseline;
mod capabilities;
mod chains;
mod comments;
pub mod day;
mod documents;
pub mod fingerprint;
mod fixes;
mod globs;
mod levels;
pub mod lint_model;
mod name_tokens;
mod overrides;
pub mod paths;
mod patterns;
mod reporter;
mod rule;
mod rules;
mod suppress;

pub use apply::{lint, lint_package};
pub use documents::{Documents, config_file};
pub use overrides::Overrides;
pub use reporter::{Reported, Reporter, WithoutHelp, WithoutPlace, WithoutSubject};
pub use rule::{
    Category, Check, EXPERIENCE, OnDocument, OnPackage, OnTable, OnTool, OptionValue, Rule, RuleOption, Setting,
};
pub use rules::{RULES, find, named};

// Items that `mcp-scopes-cli` shares with the rules.
#[doc(hidden)]
pub use capabilities::names_private_data;
#[doc(hidden)]
pub use globs::covers as glob_covers;
#[doc(hidden)]
pub use name_tokens::{is_action, name_tokens, suggested as suggested_risk};

//! Every rule, one file each: id, category, default level, reason, section, docs and code together.
//!
//! Each has fixtures at `tests/rules/<id>/{firing,silent}`; a test fails when any part is missing.

mod broad_scope;
mod missing_description;
mod mixed_convention;
mod near_duplicate_scope;
mod oversized_scopes_supported;
mod risky_name;
mod scope_convention;
mod scope_syntax;
mod tool_name;
mod undeclared_scope;
mod unlisted_tool;
mod unused_scope;
mod wildcard_scope;

use crate::lint::rule::Rule;

/// Every rule, in the order in which documentation lists them.
pub static RULES: &[Rule] = &[
    scope_syntax::RULE,
    scope_convention::RULE,
    mixed_convention::RULE,
    near_duplicate_scope::RULE,
    undeclared_scope::RULE,
    unused_scope::RULE,
    tool_name::RULE,
    missing_description::RULE,
    wildcard_scope::RULE,
    risky_name::RULE,
    unlisted_tool::RULE,
    broad_scope::RULE,
    oversized_scopes_supported::RULE,
];

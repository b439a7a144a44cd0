//! A tool without a function: `dynamic "run_query" (..)` in a table. The file's `[tools."run_query"]` has the same keys.

use super::{
    ToolFacts, check_facts, check_openings, condition,
    facts::{self, Reading},
    missing_risk,
};
use crate::{args, diagnostic::Diagnostics, ir::Spanned};
use mcp_scopes_model::key::same;
use proc_macro2::{Span, TokenStream};

/// The keys of an annotation that concern its function.
const OF_FUNCTION: [&str; 4] = ["name", "guard", "not_a_parameter", "crate"];

/// The keys of a dynamic tool: those of an annotation that do not concern its function.
pub const KEYS: [&str; facts::KEYS.len() - OF_FUNCTION.len()] = without_function();

#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; a wrong index is a compile error")]
const fn without_function() -> [&'static str; facts::KEYS.len() - OF_FUNCTION.len()] {
    let mut keys = [""; facts::KEYS.len() - OF_FUNCTION.len()];
    let (mut from, mut to) = (0, 0);
    while from < facts::KEYS.len() {
        let (mut other, mut is_of_function) = (0, false);
        while other < OF_FUNCTION.len() {
            is_of_function |= same(facts::KEYS[from], OF_FUNCTION[other]);
            other += 1;
        }
        if !is_of_function {
            keys[to] = facts::KEYS[from];
            to += 1;
        }
        from += 1;
    }
    keys
}

/// Reads the keys of a dynamic tool with this name.
pub(crate) fn read(name: Spanned<String>, keys: TokenStream, errors: &mut Diagnostics) -> ToolFacts<Span> {
    let mut reading = Reading::of_dynamic(name);
    let (args, meant) = args::read_with_meant(keys, "dynamic", &KEYS, errors);
    for arg in args {
        reading.read(&arg, errors);
    }
    if reading.key("risk").is_none() && !meant.contains(&"risk") {
        let name = &reading.facts.name;
        missing_risk(&name.value, &name.place, errors);
    }
    check_openings(|key| reading.key(key), errors);
    check_facts(&reading.facts, &reading.policy_places, errors);
    condition::check(&reading.facts, true, errors);
    reading.facts
}

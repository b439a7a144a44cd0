//! A tool without a function: `dynamic "run_query" (..)` in a table. The file's `[tools."run_query"]` has the same keys.

use super::{ToolFacts, check_facts, check_openings, facts::Reading, missing_risk};
use crate::{args, diagnostic::Diagnostics, ir::Spanned};
use proc_macro2::{Span, TokenStream};

/// The keys of a dynamic tool: those of an annotation that do not concern its function.
pub const KEYS: [&str; 13] = [
    "title",
    "scope",
    "public",
    "authenticated",
    "risk",
    "sandbox",
    "approval",
    "description",
    "prerequisites",
    "grouped_with",
    "examples",
    "parameters",
    "policy",
];

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
    check_facts(&reading.facts, reading.review.as_ref(), errors);
    reading.facts
}

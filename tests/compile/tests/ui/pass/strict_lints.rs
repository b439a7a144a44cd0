//! Generated code passes strict lints.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![deny(missing_docs, unreachable_pub, unused_qualifications, unused_crate_dependencies, single_use_lifetimes)]
#![deny(missing_debug_implementations, unnameable_types, let_underscore_drop, unused_results, unit_bindings)]
#![deny(clippy::absolute_paths, clippy::multiple_inherent_impl, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::missing_inline_in_public_items, clippy::pub_with_shorthand, clippy::wildcard_enum_match_arm)]
#![deny(clippy::arithmetic_side_effects, clippy::question_mark_used, clippy::single_call_fn, clippy::shadow_unrelated)]
#![deny(clippy::min_ident_chars, clippy::items_after_statements, clippy::exhaustive_structs)]
#![deny(clippy::semicolon_if_nothing_returned, clippy::semicolon_outside_block, clippy::semicolon_inside_block)]
#![forbid(unsafe_code, long_running_const_eval)]
#![allow(unused_crate_dependencies, clippy::cargo, clippy::redundant_pub_crate, clippy::pub_with_shorthand)]
#![allow(clippy::single_call_fn, clippy::unused_self, clippy::unused_async, clippy::needless_pass_by_value)]

use std::process::abort;

use mcp_scopes::{Caller, Denied, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_foreign_attribute::tool;

/// Read.
#[mcp_tool(scope = any("files:read", all("files", "admin")), risk = "low", prerequisites("files"), guard = caller, parameters("place"))]
async fn read_file(caller: &Caller, (path, depth): (String, u8)) -> Result<usize, Denied> {
    const fn inner(_caller: &Caller) {}
    inner(caller);
    Ok(path.len().max(depth.into()))
}

#[mcp_tool(risk = "low", grouped_with("read_file"), guard = caller, sandbox = simulate(pretend))]
fn write_file(caller: Caller, text: String) -> Result<usize, Denied> {
    if caller.environment() == mcp_scopes::Environment::Live { Ok(text.len()) } else { Err(denied(caller)) }
}

fn pretend(caller: Caller, text: String) -> Result<usize, Denied> {
    if text.is_empty() { Err(denied(caller)) } else { Ok(text.len()) }
}

fn denied(caller: Caller) -> Denied {
    let Err(denied) = caller.grant().authorize("execute") else { abort() };
    denied
}

/// A server.
#[derive(Debug)]
#[non_exhaustive]
pub struct Server;

#[mcp_tools]
impl Server {
    #[mcp_tool(scope = "server:stop", risk = "high", policy(blocked_after("read_file")))]
    const fn stop(&self) {}
}

#[mcp_tools]
mod shell {
    use super::mcp_tool;

    #[mcp_tool(risk = "critical")]
    const fn execute() {}
}

/// Holds something.
#[derive(Debug)]
#[non_exhaustive]
pub struct Wrapper<T>(pub T);

/// Passed by the server.
#[mcp_tool(scope = "files", risk = "low")]
#[tool]
const fn wrapped(Wrapper(inner): &Wrapper<u8>) -> u8 {
    *inner
}

scope_table! {
    static TOOLS = [read_file, self::write_file, Server::*, shell::*, wrapped];
}

scope_table! {
    static ALL = [..TOOLS] with "tests/ui/toml/declared_all.toml";
}

fn main() {
    let grant = TOOLS.grant("files:read");
    assert!(grant.authorize("read_file").is_ok());
    assert_eq!(ALL.tools().count(), 5);
}

//! policy-of-public-tool

use mcp_scopes::mcp_tool;


#[mcp_tool(public, risk = "low", policy(max_calls_per_session = 3))]
fn counted() {}

#[mcp_tool(public, risk = "low", policy(blocked_patterns("/etc/*"), max_file_size_mb = 1))]
fn bounded() {}

fn main() {}

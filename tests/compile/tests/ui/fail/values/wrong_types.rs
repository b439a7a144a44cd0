//! wrong-type

use mcp_scopes::mcp_tool;


#[mcp_tool(
    risk = "low",
    description = true,
    policy(max_calls_per_session = "three", requires_human_review = 1, cooling_period_minutes = 1.5)
)]
fn list_files() {}

fn main() {}

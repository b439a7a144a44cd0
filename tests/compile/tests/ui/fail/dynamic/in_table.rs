//! bad-entry, bad-scope, malformed-argument, missing-risk, not-a-literal, simulate-without-guard, unknown-key, unknown-value, wrong-type

use mcp_scopes::scope_table;

fn substitute() {}

scope_table! {
    static TOOLS = [
        dynamic "no_risk" (),
        dynamic "unknown_keys" (risk = "low", scpoe = "a", guard = caller),
        dynamic "bad_scope" (risk = "low", scope = "db read"),
        dynamic "bad_types" (risk = 3, title = 1, public = true),
        dynamic "simulated" (risk = "low", sandbox = simulate(substitute)),
        dynamic "bad_value" (risk = "hihg", scope = READ),
        dynamic no_quotes (risk = "low"),
        dynamic "no_facts",
    ];
}

fn main() {
    // The table exists, so this is no further error.
    let _ = TOOLS.grant("db:read");
}

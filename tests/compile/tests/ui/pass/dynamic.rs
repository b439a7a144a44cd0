//! Tools without a function, in a table and in its file.
#![deny(warnings)]

use mcp_scopes::{mcp_tool, scope_table};

/// A function may be named like the keyword.
#[mcp_tool(risk = "minimal", public)]
fn dynamic() {}

macro_rules! declares {
    ($name:literal, $risk:literal) => {
        scope_table! {
            static CAPTURED = [dynamic $name (risk = $risk, scope = "captured")];
        }
    };
}

declares!("captured_name", "low");

scope_table! {
    pub static TOOLS = [
        dynamic,
        dynamic "run_query" (risk = "high", scope = all("db:read", any("db:run", "db:admin"))),
        #[cfg(any())]
        dynamic "never" (risk = "low"),
        dynamic "own_scope" (risk = "low", parameters("a", optional("b"))),
    ] with "tests/ui/toml/dynamic.toml";
}

scope_table! {
    pub static SPLICES = [..TOOLS];
}

fn main() {
    for table in [&TOOLS, &SPLICES] {
        let may = |scopes: &str, tool: &str| table.grant(scopes).authorize(tool).is_ok();
        assert!(may("", "dynamic"));
        assert!(may("db:read db:run", "run_query") && !may("db:read", "run_query") && !may("db:run", "run_query"));
        assert!(may("own_scope", "own_scope") && !may("", "own_scope"));
        assert!(
            may("db:admin", "db.export-1") && may("db:read db:run", "db.export-1") && !may("db:read", "db.export-1")
        );
        assert!(may("", "any_token"));
        assert!(!may("never", "never"));
    }
    assert!(CAPTURED.grant("captured").authorize("captured_name").is_ok());
}

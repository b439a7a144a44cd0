//! `cargo mcp-scopes ..`: the same commands, as cargo runs them.

use std::process::ExitCode;

fn main() -> ExitCode {
    mcp_scopes_cli::run_for_cargo(std::env::args_os())
}

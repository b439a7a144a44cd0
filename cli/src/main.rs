//! The `mcp-scopes` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    mcp_scopes_cli::run(std::env::args_os())
}

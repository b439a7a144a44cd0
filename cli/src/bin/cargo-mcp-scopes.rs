//! `cargo mcp-scopes ..`: the same commands, as cargo runs them.

use std::process::ExitCode;

/// As in `mcp-scopes`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mcp_scopes_cli::run_for_cargo(std::env::args_os())
}

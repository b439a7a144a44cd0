//! `cargo mcp-scopes ..`: the same commands as a subcommand of cargo.

use std::process::ExitCode;

/// See `mcp-scopes`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mcp_scopes_cli::run_for_cargo(std::env::args_os())
}

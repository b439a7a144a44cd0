//! The `mcp-scopes` binary.

use std::process::ExitCode;

/// A lint is many small texts that live as long as it: two fifths of its time went to the allocator of the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mcp_scopes_cli::run(std::env::args_os())
}

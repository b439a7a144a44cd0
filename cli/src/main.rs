//! The `mcp-scopes` binary.

use std::process::ExitCode;

/// A lint allocates many small texts that live until its end. The system allocator took two fifths of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mcp_scopes_cli::run(std::env::args_os())
}

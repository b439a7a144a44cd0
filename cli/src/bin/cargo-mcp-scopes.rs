//! `cargo mcp-scopes ..`: the same commands, as cargo runs them.

use std::process::ExitCode;

fn main() -> ExitCode {
    // cargo passes the subcommand's own name as the first argument.
    let named = std::env::args_os().nth(1).is_some_and(|first| first == "mcp-scopes");
    let skipped = usize::from(named);
    let arguments = std::env::args_os().enumerate().filter(|(place, _)| !(*place == 1 && skipped == 1));
    mcp_scopes_cli::run(arguments.map(|(_, argument)| argument))
}

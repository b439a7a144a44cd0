//! Starts the brokerage on standard input and output, or prints its metadata document.

use std::{env, error::Error, io::Write as _, process::ExitCode};

use brokerage::{TOOLS, client::Client, records::Records, server::Brokerage};
use rmcp::ServiceExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve().await,
        ["--metadata"] => metadata(),
        _ => {
            eprintln!("usage: brokerage [--metadata]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn metadata() -> Result<(), Box<dyn Error>> {
    Ok(std::io::stdout().write_all(TOOLS.metadata().build()?.to_json_pretty().as_bytes())?)
}

/// A server on standard input and output takes its credentials from the environment (MCP 2026-07-28, Authorization).
async fn serve() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).ok();
    let client = Client::of(variable("BROKERAGE_SCOPE").as_deref(), variable("BROKERAGE_ENVIRONMENT").as_deref())?;
    let server = Brokerage::new(Records::demonstration()?, client)?;
    // mcp-scopes: allow(unguarded-transport) `Brokerage::call_tool` authorizes each call
    server.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}

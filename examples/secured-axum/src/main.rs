//! Starts the parcel desk, and creates keys for it.

use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use mcp_scopes::Environment;
use secured_axum::{desk::Desk, keys, serve::routes};
use tokio::net::TcpListener;

/// A parcel desk over MCP, behind API keys.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Serve parcels.
    Serve {
        /// The address to listen on; port 0 selects a free one.
        #[arg(long, default_value = "127.0.0.1:8100")]
        address: SocketAddr,
        /// The file of keys.
        #[arg(long)]
        keys: PathBuf,
    },
    /// Create a key, print it, and add its hash to the file.
    NewKey {
        /// The file of keys; created if missing.
        #[arg(long)]
        keys: PathBuf,
        /// The holder of the key.
        #[arg(long)]
        holder: String,
        /// A scope that it grants; can be repeated.
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// A key for the sandbox.
        #[arg(long)]
        sandbox: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().deed {
        Deed::Serve { address, keys } => serve(address, keys).await,
        Deed::NewKey { keys, holder, scope, sandbox } => {
            let environment = if sandbox { Environment::Sandbox } else { Environment::Live };
            let key = keys::new_key(&keys, &holder, &scope, environment);
            key.map(|key| println!("{key}")).map_err(Into::into)
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

async fn serve(address: SocketAddr, keys: PathBuf) -> Result<(), Box<dyn Error>> {
    if !address.ip().is_loopback() {
        return Err("keys are sent in plain text here; use a loopback address behind a TLS proxy".into());
    }
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let help = "stop the program that listens there, or choose another with `--address`; port 0 selects a free one";
        format!("cannot listen on `{address}`: {error}; {help}")
    })?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let routes = routes(Desk::default(), &resource, keys::read(&keys)?).await?;
    // The URL is for programs, the other output for people.
    println!("{resource}");
    eprintln!("parcels at {resource}, for the keys in {}", keys.display());
    let stop = async {
        // Without the signal, there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}

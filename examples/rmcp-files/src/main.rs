//! Starts the file server.

use std::{env, error::Error, net::SocketAddr, process::ExitCode};

use rmcp_files::{TOOLS, client::DevelopmentTokens, serve::routes, server::FileServer, store::Store};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, folder] = words.as_slice() else {
        eprintln!("usage: rmcp-files ADDRESS FOLDER, as in `rmcp-files 127.0.0.1:8000 ./shared`");
        return ExitCode::from(2);
    };
    match serve(address, folder).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(address: &str, folder: &str) -> Result<(), Box<dyn Error>> {
    let address: SocketAddr = address.parse()?;
    if !address.ip().is_loopback() {
        return Err("the tokens of this example are for development; give a loopback address alone".into());
    }
    let tokens = DevelopmentTokens::parse(&env::var("DEV_TOKENS").unwrap_or_default())?;
    let server = FileServer::new(Store::open(folder)?)?;
    let listener = TcpListener::bind(address).await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let metadata = TOOLS.metadata().resource(&*resource).build()?;
    eprintln!("serving {folder} at {resource}, described at {}", metadata.well_known_url());
    let routes = routes(server, tokens, &metadata)?;
    let stop = async {
        // Without the signal, there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}

//! Starts the note server and the authorization server for development.

use std::{error::Error, net::SocketAddr, process::ExitCode, time::Duration};

use axum::Router;
use clap::{Args, Parser, Subcommand, ValueEnum};
use mcp_scopes_server::{Discovery, policies::RedisStore, token::Dpop};
use secured_rmcp::{
    TOOLS,
    authorization::{self, Settings},
    child::AuthorizationServer,
    conformance::{self, FIXTURE},
    notes::Notes,
    serve::{Issuer, routes},
    server::NoteServer,
};
use tokio::{
    io::{AsyncReadExt as _, stdin},
    net::TcpListener,
    signal::ctrl_c,
};

type Failure = Box<dyn Error + Send + Sync>;

/// Team notes over MCP, behind scopes.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// The address of the note server; port 0 selects a free one.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The address of the authorization server.
    #[arg(long, default_value = "127.0.0.1:9000")]
    authorization_address: SocketAddr,
    /// The tools that each caller sees.
    #[arg(long, value_enum, default_value_t = Mode::Baseline)]
    discovery: Mode,
    /// Also accept tokens that are bound to a key. The authorization server issues plain tokens.
    #[arg(long)]
    dpop: bool,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Start the authorization server alone. For development: approves every request for a test user.
    AuthorizationServer(AuthorizationArguments),
    /// Start one of several note servers behind a proxy, which share sessions of policies.
    Replica(ReplicaArguments),
    /// Start the fixture for scopes of the official conformance suite. Everyone knows its tokens.
    Conformance(ConformanceArguments),
}

#[derive(Debug, Args)]
struct ConformanceArguments {
    /// The address of the fixture; port 0 selects a free one.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The address of the authorization server.
    #[arg(long, default_value = "127.0.0.1:9000")]
    authorization_address: SocketAddr,
}

#[derive(Debug, Args)]
struct ReplicaArguments {
    /// The address to listen on; port 0 selects a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    address: SocketAddr,
    /// The URL of the proxy, under which clients know all replicas.
    #[arg(long)]
    resource: String,
    /// The authorization server, such as `http://127.0.0.1:9000`.
    #[arg(long)]
    issuer: String,
    /// The store that the replicas share, such as `redis://127.0.0.1`.
    #[arg(long)]
    session_store: String,
    /// How long the store has for a decision, in milliseconds.
    #[arg(long, default_value_t = 100)]
    store_timeout: u64,
}

#[derive(Debug, Args)]
struct AuthorizationArguments {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:9000")]
    address: SocketAddr,
    /// A resource for which it issues tokens; can be repeated.
    #[arg(long, required = true)]
    resource: Vec<String>,
    /// A scope that clients can request; can be repeated.
    #[arg(long, required = true)]
    scope: Vec<String>,
    /// The test user for whom every request is approved.
    #[arg(long, default_value = "ada")]
    user: String,
    /// The test user in the sandbox, for authorizations with this `login_hint`.
    #[arg(long, default_value = "trainee")]
    trainee: String,
    /// The lifetime of an access token in seconds.
    #[arg(long, default_value_t = 900)]
    lifetime: u64,
    /// Exit when standard input ends, together with the parent process.
    #[arg(long)]
    until_input_ends: bool,
}

/// `Discovery` as a command-line option.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// All tools for every caller, also without a token.
    Open,
    /// A challenge without a token, all tools with a token.
    Baseline,
    /// The tools that the caller may call.
    Filtered,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.part {
        None => both(&arguments).await,
        Some(Part::AuthorizationServer(arguments)) => authorization_server(arguments).await,
        Some(Part::Replica(arguments)) => replica(arguments).await,
        Some(Part::Conformance(arguments)) => fixture(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn both(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address, "--address").await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let mut beside = AuthorizationServer::start(arguments.authorization_address, &resource, &TOOLS).await?;
    let discovery = match arguments.discovery {
        Mode::Open => Discovery::Open,
        Mode::Baseline => Discovery::Baseline,
        Mode::Filtered => Discovery::Filtered,
    };
    let (notes, dpop) = (NoteServer::new(Notes::default()), arguments.dpop.then(Dpop::new));
    let routes = routes(notes, &resource, &beside.issuer, discovery, dpop, None).await?;
    // The URL is for programs, the other output for people.
    println!("{resource}");
    eprintln!("{}", hints(&resource, &beside.issuer.name));
    serve_beside(listener, routes, &mut beside).await
}

async fn fixture(arguments: &ConformanceArguments) -> Result<(), Failure> {
    let listener = listen(arguments.address, "--address").await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let mut beside = AuthorizationServer::start(arguments.authorization_address, &resource, &FIXTURE).await?;
    let routes = conformance::routes(&resource, &beside.issuer).await?;
    println!("{resource}");
    eprintln!(
        "fixture at {resource}, with the tokens `{}` and `{}`, which everyone knows\n\n  \
         mcp-scopes doctor {resource} --conformance\n",
        conformance::LOW,
        conformance::FULL
    );
    serve_beside(listener, routes, &mut beside).await
}

async fn serve_beside(listener: TcpListener, routes: Router, beside: &mut AuthorizationServer) -> Result<(), Failure> {
    // Client streams may stay open for hours, so shutdown does not wait for them.
    tokio::select! {
        served = axum::serve(listener, routes) => Ok(served?),
        error = beside.ended() => Err(error.into()),
        stopped = ctrl_c() => Ok(stopped?),
    }
}

async fn replica(arguments: ReplicaArguments) -> Result<(), Failure> {
    let listener = listen(arguments.address, "--address").await?;
    let timeout = Duration::from_millis(arguments.store_timeout);
    let store = RedisStore::builder().timeout(timeout).connect(&arguments.session_store).await?;
    let keys = format!("{}/jwks.json", arguments.issuer);
    let issuer = Issuer { name: arguments.issuer, keys };
    let notes = NoteServer::new(Notes::default());
    let routes = routes(notes, &arguments.resource, &issuer, Discovery::Baseline, None, Some(store)).await?;
    println!("http://{}/mcp", listener.local_addr()?);
    tokio::select! {
        served = axum::serve(listener, routes) => Ok(served?),
        stopped = ctrl_c() => Ok(stopped?),
    }
}

async fn authorization_server(arguments: AuthorizationArguments) -> Result<(), Failure> {
    let listener = listen(arguments.address, "--address` or `--authorization-address").await?;
    println!("{}", authorization::issuer(&listener)?);
    let settings = Settings {
        resources: arguments.resource,
        scopes: arguments.scope,
        user: arguments.user,
        trainee: arguments.trainee,
        lifetime: Duration::from_secs(arguments.lifetime),
    };
    let until_input_ends = arguments.until_input_ends;
    let stop = async move {
        if until_input_ends {
            // A read error counts as the end, too.
            let _ = stdin().read(&mut [0]).await;
        } else {
            // Without the signal, there is nothing to wait for.
            let _ = ctrl_c().await;
        }
    };
    Ok(authorization::serve(listener, settings, stop).await?)
}

/// Listens on loopback only, since the authorization server approves every request and the fixture has published tokens.
async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    if !address.ip().is_loopback() {
        return Err(format!(
            "`{address}` is not a loopback address, and this server approves every request; write 127.0.0.1"
        )
        .into());
    }
    TcpListener::bind(address).await.map_err(|error| {
        let help = format!(
            "stop the program that listens there, or choose another with `{option}`; port 0 selects a free one"
        );
        format!("cannot listen on `{address}`: {error}; {help}").into()
    })
}

/// Prints the next steps.
fn hints(resource: &str, issuer: &str) -> String {
    format!(
        "notes at {resource}, tokens from {issuer} (for development: every request is approved)\n\n\
         the first response to a client, and the metadata that it names:\n  \
         curl -i {resource} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\\n    \
         -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}}'\n  \
         curl {}\n\n\
         any MCP client that speaks streamable HTTP and OAuth can connect to {resource}\n",
        resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp"),
    )
}

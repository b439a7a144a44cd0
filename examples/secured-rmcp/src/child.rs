//! The authorization server as a child process.

use std::{env, io, net::SocketAddr, process::Stdio, time::Duration};

use mcp_scopes::ScopeTable;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use crate::serve::Issuer;

/// The maximum startup time.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running authorization server. It exits when this value is dropped. It also exits if this process dies without
/// dropping it, because its standard input is closed.
#[derive(Debug)]
pub struct AuthorizationServer {
    process: Child,
    /// Stored separately, since waiting for a process closes its input.
    _input: Option<ChildStdin>,
    /// Its issuer identifier.
    pub issuer: Issuer,
}

impl AuthorizationServer {
    /// Starts this program as the authorization server of a resource with the scopes of a table.
    ///
    /// # Errors
    /// Returns an error if it does not start. It prints the reason to standard error.
    pub async fn start(address: SocketAddr, resource: &str, table: &'static ScopeTable) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["authorization-server", "--until-input-ends", "--address", &address.to_string()]);
        command.args(["--resource", resource]);
        for scope in table.scopes() {
            command.args(["--scope", scope]);
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = process.stdout.take().ok_or_else(|| io::Error::other("its output cannot be read"))?;
        let mut lines = BufReader::new(output).lines();
        let Ok(Ok(Some(name))) = timeout(PATIENCE, lines.next_line()).await else {
            return Err(io::Error::other("the authorization server has not started"));
        };
        let keys = format!("{name}/jwks.json");
        Ok(Self { _input: process.stdin.take(), process, issuer: Issuer { name, keys } })
    }

    /// Waits until it exits, which is an error.
    pub async fn ended(&mut self) -> io::Error {
        match self.process.wait().await {
            Ok(status) => io::Error::other(format!("the authorization server has ended: {status}")),
            Err(error) => error,
        }
    }
}

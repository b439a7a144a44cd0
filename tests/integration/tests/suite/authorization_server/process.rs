//! The process of `oidc-provider`, and of a third-party client: scripts of `tests/clients` and packages, as `.ci/clients` installs them.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// The folder of the scripts.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients");

/// The authorization server, and the package that its script needs.
const SERVER: Script = Script { folder: "oidc-provider", name: "server.mjs", package: "oidc-provider" };
/// The client of the official TypeScript SDK.
const CLIENT: Script = Script { folder: "typescript", name: "flow.mjs", package: "@modelcontextprotocol/client" };

/// A script, and the package that it needs.
#[derive(Clone, Copy)]
struct Script {
    folder: &'static str,
    name: &'static str,
    package: &'static str,
}

/// The secret of the resource server at its authorization server.
pub(super) const SECRET: &str = "the secret + of: the/resource server";

/// How access tokens are written.
#[derive(Clone, Copy)]
pub(super) enum Format {
    Jwt,
    /// Proofs of possession need a nonce (RFC 9449 §8).
    JwtWithNonces,
    Opaque,
}

/// An authorization server on a loopback port.
pub(super) struct AuthorizationServer {
    process: Child,
    options: Value,
    /// The issuer identifier.
    pub(super) issuer: String,
}

impl AuthorizationServer {
    /// Starts it with access tokens of this format, which are valid for some seconds, for these scopes. Its clock is ahead by some seconds. The
    /// resource is the identifier of the resource server as a client. Returns `None` after a message if the test is skipped.
    pub(super) fn start(resource: &str, format: Format, lifetime: u32, scopes: &str, ahead: u32) -> Option<Self> {
        let command = SERVER.command()?;
        let (format, nonces) = match format {
            Format::Jwt => ("jwt", false),
            Format::JwtWithNonces => ("jwt", true),
            Format::Opaque => ("opaque", false),
        };
        let options = json!({
            "port": 0, "resource": resource, "secret": SECRET, "format": format, "nonces": nonces, "lifetime": lifetime,
            "scopes": scopes, "ahead": ahead,
        });
        let (process, issuer) = run(command, &options);
        Some(Self { process, options, issuer })
    }

    /// Stops it. Its address refuses connections.
    pub(super) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again at the same address, with other keys and without its sessions and grants.
    pub(super) fn start_again(&mut self) {
        self.options["port"] = json!(self.issuer.rsplit(':').next().unwrap().parse::<u16>().unwrap());
        let (process, issuer) = run(SERVER.command().unwrap(), &self.options);
        assert_eq!(issuer, self.issuer);
        self.process = process;
    }
}

impl Drop for AuthorizationServer {
    fn drop(&mut self) {
        // The process may have exited, which the test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the folder into which `.ci/clients` installs.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("clients")
}

/// If Node.js is missing or old, `.ci/clients` installs one next to Python.
fn node() -> Command {
    let brought = installed().join("python/bin/node");
    Command::new(if brought.is_file() { brought.as_path() } else { Path::new("node") })
}

impl Script {
    /// Returns the command that runs the script. Returns `None` after a message if the test is skipped.
    fn command(self) -> Option<Command> {
        let folder = installed().join(self.folder);
        if !folder.join("node_modules").join(self.package).is_dir() {
            skip(&format!("{} is missing", self.package));
            return None;
        }
        if !node().arg("--version").output().is_ok_and(|output| output.status.success()) {
            skip("Node.js is missing");
            return None;
        }
        // Node.js resolves modules from the script's folder. Concurrent tests copy the script too, so the copy is atomic.
        let own = format!("{}-{:?}", std::process::id(), std::thread::current().id());
        let (script, copy) = (folder.join(self.name), folder.join(own));
        fs::copy(Path::new(SCRIPTS).join(self.folder).join(self.name), &copy).unwrap();
        fs::rename(copy, &script).unwrap();
        let mut command = node();
        command.arg(script);
        Some(command)
    }
}

/// Runs the TypeScript SDK through a session at this resource, as this client with a key for DPoP proofs, and returns its report. Returns `None` after
/// a message if the test is skipped.
pub(super) fn run_typescript_client(resource: &str, mode: &str, client: &str) -> Option<Value> {
    let output = CLIENT.command()?.args([resource, mode, client]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    Some(serde_json::from_str(out.lines().next_back().unwrap()).unwrap())
}

/// Reports a skipped test, or panics where tests must not be skipped.
fn skip(missing: &str) {
    let help = "run .ci/clients";
    assert!(env::var_os("MCP_SCOPES_CLIENT_TEST").is_none_or(|value| value != "required"), "{missing}; {help}");
    eprintln!("SKIPPED: no token of an authorization server was tried: {missing}; {help}");
}

/// Runs the script of the server until its standard input is closed, which also happens when this process exits.
fn run(mut command: Command, options: &Value) -> (Child, String) {
    let command = command.arg(options.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut issuer = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut issuer).unwrap();
    assert!(issuer.starts_with("http://127.0.0.1:"), "the authorization server does not start: {options}");
    (process, issuer.trim().to_owned())
}

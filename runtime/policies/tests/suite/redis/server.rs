//! A server that a test starts and stops.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mcp_scopes_policies::{RedisStore, Rules};
use tempfile::TempDir;

/// Returns the programs on the search path that the tests run against.
pub(crate) fn programs() -> Vec<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let find = |name: &&str| std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file());
    let found = ["redis-server", "valkey-server"].iter().filter_map(find);
    let found: Vec<_> = found.filter(|program| runs_scripts_with_a_first_line(program)).collect();
    if found.is_empty() {
        let reason = "neither redis-server 7 or later nor valkey-server is on the search path";
        assert!(!is_required(), "{reason}");
        eprintln!("!!! SKIPPED: {reason}");
    }
    found
}

/// Returns whether a test must not be skipped.
pub(crate) fn is_required() -> bool {
    std::env::var_os("MCP_SCOPES_REDIS_TEST").is_some_and(|value| value == "required")
}

/// Returns whether the version is 7 or later, such as that of `Redis server v=7.0.15 sha=..`.
fn runs_scripts_with_a_first_line(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split("v=").nth(1).and_then(|rest| rest.split('.').next());
    version.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 7)
}

/// A running server with an empty database.
pub(crate) struct Server {
    program: PathBuf,
    arguments: Vec<String>,
    process: Child,
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
}

impl Server {
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        // Another process may take the port before the server does.
        for _ in 0..5 {
            let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
            let process = spawn(program, &arguments, port, folder.path());
            let mut server = Self { program: program.to_owned(), arguments: arguments.clone(), process, port, folder };
            if server.is_ready() {
                return server;
            }
        }
        panic!("{} does not start", program.display());
    }

    /// Waits until the server answers. Returns whether it does.
    fn is_ready(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Connects with a timeout for a machine under load.
    pub(crate) async fn store(&self, rules: &Arc<Rules>) -> RedisStore {
        let builder = RedisStore::builder(Arc::clone(rules)).timeout(Duration::from_secs(10));
        builder.connect(&self.url()).await.unwrap()
    }

    /// Ends the server without warning.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on the same port.
    pub(crate) fn restart(&mut self) {
        self.process = spawn(&self.program, &self.arguments, self.port, self.folder.path());
        assert!(self.is_ready());
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Runs a command as an administrator does.
    pub(crate) async fn run<T: redis::FromRedisValue>(&self, command: &[&[u8]]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut sent = redis::Cmd::new();
        for part in command {
            sent.arg(*part);
        }
        sent.query_async(&mut connection).await.unwrap()
    }

    /// Runs a command of words without an answer of interest.
    pub(crate) async fn tell(&self, command: &str) {
        let parts: Vec<_> = command.split(' ').map(str::as_bytes).collect();
        self.run::<redis::Value>(&parts).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(program: &Path, arguments: &[String], port: u16, folder: &Path) -> Child {
    Command::new(program)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"])
        .arg(folder)
        .args(["--save", "", "--daemonize", "no", "--enable-debug-command", "yes"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

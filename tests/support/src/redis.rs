//! Servers of Redis and Valkey that a test starts and stops.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Returns the programs on the search path that the tests run against.
pub fn programs() -> Vec<PathBuf> {
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
pub fn is_required() -> bool {
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
pub struct Server {
    program: PathBuf,
    arguments: Vec<String>,
    process: Child,
    /// The port on the loopback address.
    pub port: u16,
    /// The folder with its files.
    pub folder: TempDir,
}

impl Server {
    /// Starts it on a free port with these arguments.
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
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

    /// Returns the URL for clients.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends the server without warning.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.process = spawn(&self.program, &self.arguments, self.port, self.folder.path());
        assert!(self.is_ready());
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(status.success());
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

/// Returns a port on which no program listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Writes certificates of an authority, `ca`, that signs for `localhost`, `server` and `client`, each with its key. Returns whether it could.
pub fn write_certificates(folder: &Path) -> bool {
    let run = |arguments: &str| {
        let mut command = Command::new("openssl");
        let command = command.args(arguments.split(' ')).current_dir(folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let leaf = |name: &str| {
        run(&format!(
            "req {key} -keyout {name}.key -out {name}.csr -subj /CN={name} -addext subjectAltName=DNS:localhost"
        )) && run(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -out {name}.pem -days 2 -copy_extensions copy"
        ))
    };
    let authority = format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority");
    let are_written = run(&authority) && leaf("server") && leaf("client");
    if !are_written {
        let reason = "openssl 3 is not on the search path";
        assert!(!is_required(), "{reason}");
        eprintln!("!!! SKIPPED: {reason}");
    }
    are_written
}

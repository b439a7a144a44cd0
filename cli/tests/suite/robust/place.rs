//! A folder with a valid server, and functions to run commands there.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(crate) const MANIFEST: &str =
    "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nmcp-scopes = \"0.1\"\n";
pub(crate) const CONFIG: &str = "[server]\nresource_name = \"Files\"\nresource = \"https://files.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\nbaseline = [\"files:read\"]\n";
pub(crate) const SOURCE: &str = "mod a;\n/// Read a file\n#[mcp_scopes::mcp_tool(scope = \"files:read\", risk = \"low\")]\npub fn read_file(path: String) {}\nmcp_scopes::scope_table! { pub static TOOLS = [read_file] with \"mcp-scopes.toml\"; }\n";
/// An additional tool, for a separate file.
pub(crate) const TOOL: &str = "/// List a folder\n#[mcp_scopes::mcp_tool(scope = \"files:list\", risk = \"low\")]\npub fn list_files(path: String) {}\n";

/// A file size far above the limit.
pub(crate) const LARGE: u64 = 1 << 30;
/// Kilobytes of address space. The stacks of two threads use 512 MiB of it.
const MEMORY: &str = "2500000";
/// A longer run counts as hanging. Builds without optimization on a busy machine need seconds.
const PATIENCE: Duration = Duration::from_secs(100);

/// A folder with a valid server in `server`, and its document, lock file and page beside it.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.server("server");
        place.write("README.md", "<!-- mcp-scopes docs begin -->\n<!-- mcp-scopes docs end -->\n");
        for arguments in [
            &["export", "server", "--output", "good.json"][..],
            &["lock", "server", "--file", "good.lock.json"],
            &["lint", "server", "good.json"],
        ] {
            let run = place.run(arguments);
            assert_eq!(run.code, 0, "{run:?}");
        }
        place
    }

    /// Writes a valid package.
    pub(crate) fn server(&self, folder: &str) {
        self.write(&format!("{folder}/Cargo.toml"), MANIFEST);
        self.write(&format!("{folder}/mcp-scopes.toml"), CONFIG);
        self.write(&format!("{folder}/src/lib.rs"), SOURCE);
        self.write(&format!("{folder}/src/a.rs"), "");
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Creates a sparse file of 1 GiB that begins with these bytes.
    pub(crate) fn large(&self, file: &str, head: &[u8]) {
        self.write(file, head);
        File::options().write(true).open(self.path(file)).unwrap().set_len(LARGE).unwrap();
    }

    /// Runs the program with the default limits.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in_shell("exec \"$@\"", arguments)
    }

    /// Runs a shell command, in which `"$@"` is the program with its arguments.
    pub(crate) fn run_in_shell(&self, line: &str, arguments: &[&str]) -> Run {
        Run::of(self.shell(line, arguments), &arguments.join(" "))
    }

    pub(crate) fn shell(&self, line: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        // The memory limit is best effort.
        command.args([
            "-c",
            &format!("ulimit -v {MEMORY} 2>/dev/null\n{line}"),
            "sh",
            env!("CARGO_BIN_EXE_mcp-scopes"),
        ]);
        command.args(arguments).current_dir(self.0.path()).env_remove("COLUMNS");
        command
    }

    /// Runs each command that reads a document or another text file.
    pub(crate) fn read_as_document(&self, file: &str) -> Vec<Run> {
        [
            &["lint", file][..],
            &["lint", "--format", "sarif", file],
            &["lint", "--fix", "--unsafe-fixes", file],
            &["lint", "--config", file, "good.json"],
            &["lint", "--baseline", file, "server"],
            &["diff", file, "server"],
            &["diff", "server", file],
            &["docs", file],
            &["docs", "server", "--in", file],
            &["docs", "server", "--output", file, "--check"],
            &["lock", file, "--file", "new.lock.json"],
            &["check", "server", "--file", file],
            &["check", file, "--file", "good.lock.json"],
            &["export", "server", "--check", file],
        ]
        .iter()
        .map(|arguments| self.run(arguments))
        .collect()
    }

    /// Runs each command that reads source or a program.
    pub(crate) fn read_as_package(&self, path: &str) -> Vec<Run> {
        [
            &["lint", path][..],
            &["lint", "--format", "json", path],
            &["lint", "--unsafe-fixes", "--diff", path],
            &["export", path],
            &["export", path, "--check", "good.json"],
            &["diff", "server", path],
            &["diff", path, "good.json"],
            &["lock", path, "--file", "new.lock.json"],
            &["check", path, "--file", "good.lock.json"],
            &["docs", path],
            &["docs", path, "--in", "README.md"],
        ]
        .iter()
        .map(|arguments| self.run(arguments))
        .collect()
    }
}

/// The exit code and the output of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) what: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Runs a command. Checks that it exits in time, without a signal, and with UTF-8 output.
    pub(crate) fn of(mut command: Command, what: &str) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (collect(child.stdout.take().unwrap()), collect(child.stderr.take().unwrap()));
        let code = end(&mut child, what);
        let text = |bytes: thread::JoinHandle<Vec<u8>>| String::from_utf8(bytes.join().unwrap()).unwrap();
        let run = Self { what: what.to_owned(), code, out: text(out), err: text(err) };
        assert!(!run.err.contains("panicked"), "{run:?}");
        run
    }

    /// Returns the whole output.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Checks that the input is rejected with a message of reasonable length.
    pub(crate) fn assert_rejected(&self) {
        assert!(matches!(self.code, 1 | 2), "`{}` ended with {}: {}", self.what, self.code, self.said());
        assert!(!self.said().is_empty(), "`{}` printed nothing", self.what);
        assert!(self.err.len() < 8_000, "`{}` printed {} bytes: {:.300}", self.what, self.err.len(), self.err);
    }

    /// Checks for success.
    pub(crate) fn assert_succeeds(&self) {
        assert_eq!(self.code, 0, "`{}`: {}", self.what, self.said());
    }
}

/// Waits for a child to exit within the time limit, and returns its exit code.
pub(crate) fn end(child: &mut Child, what: &str) -> i32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or_else(|| panic!("`{what}` ended with {status}"));
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("`{what}` hangs");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// Writes to a pipe until its reader closes it.
pub(crate) fn endless(mut pipe: impl io::Write, text: &[u8]) {
    let block = text.repeat((1 << 16) / text.len());
    while pipe.write_all(&block).is_ok() {}
}

/// Creates a named pipe.
pub(crate) fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

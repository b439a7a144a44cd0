//! A temporary folder in which the binary runs as it would for a user.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use mcp_scopes_test_support::Folder;

/// A package with an error, a warning, and a warning that a comment suppresses.
pub(crate) const MAIN: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Remove a table for good\n#[mcp_tool(risk = \"low\", scope = \"tables:drop\")]\nfn drop_table(name: String) {}\n\n\
    // mcp-scopes: allow(risky-name) a test double, which never runs outside of tests\n/// Remove a row for good\n#[mcp_tool(risk = \"low\", scope = \"rows:delete\")]\nfn delete_row(name: String) {}\n\n\
    /// Say hello\n#[mcp_tool(risk = \"low\", scope = \"no scope\")]\nfn hello(name: String) {}\n\n\
    scope_table! { static TOOLS = [drop_table, delete_row] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";

/// A document with an empty member, which is its only error.
pub(crate) const DOCUMENT: &str = "{\n  \"resource\": \"https://files.example.com/mcp\", \"resource_name\": \"Files\",\n  \"authorization_servers\": [\"https://auth.example.com\"],\n  \"scopes_supported\": []\n}\n";

/// Returns the names of all output formats, as `--help` lists them.
pub(crate) fn formats() -> Vec<String> {
    let command = mcp_scopes_cli::command();
    let lint = command.find_subcommand("lint").unwrap();
    let format = lint.get_arguments().find(|argument| argument.get_id() == "format").unwrap();
    let names: Vec<String> = format.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    assert!(names.len() >= 6, "{names:?}");
    names
}

/// A temporary folder in which the binary runs.
pub(crate) struct Demo(Folder);

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Demo {
    /// Creates an empty folder.
    pub(crate) fn new() -> Self {
        Self(Folder::new())
    }

    /// Creates a package with that text as its only source file.
    pub(crate) fn package(main: &str) -> Self {
        Self(Folder::package(&[("src/main.rs", main)]))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        self.0.write(file, text);
        self
    }

    pub(crate) fn read(&self, file: &str) -> String {
        self.0.read(file)
    }

    /// Returns the names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        self.0.names(folder)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "")
    }

    /// Runs the binary in a folder below.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let command = &mut Self::command(&self.path().join(folder), arguments);
        Self::finish(command.env_remove("SOURCE_DATE_EPOCH"), "")
    }

    /// Runs the binary with a text on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        Self::finish(Self::command(self.path(), arguments).env_remove("SOURCE_DATE_EPOCH"), input)
    }

    /// Runs the binary with this value of `SOURCE_DATE_EPOCH`.
    pub(crate) fn run_at(&self, arguments: &[&str], epoch: &str) -> Run {
        Self::finish(Self::command(self.path(), arguments).env("SOURCE_DATE_EPOCH", epoch), "")
    }

    fn command(folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"));
        command.args(arguments).current_dir(folder).env_remove("COLUMNS").env_remove("FORCE_HYPERLINK");
        command
    }

    fn finish(command: &mut Command, input: &str) -> Run {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that does not read its input may have exited already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }
}

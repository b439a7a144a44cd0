//! Runs the binary as a user would.
//!
//! | module | tests |
//! |---|---|
//! | `export` | `mcp-scopes export` |
//! | `lint` | `mcp-scopes lint` on packages: output, paths and levels |
//! | `baseline` | `mcp-scopes lint` with a baseline file |
//! | `documents` | `mcp-scopes lint` on documents |

mod baseline;
mod documents;
mod export;
mod lint;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const MAIN: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Names and sizes in a folder\n#[mcp_tool(risk = \"low\")]\nfn list_files(directory: String) {}\n\n\
    #[cfg(feature = \"shell\")]\n/// Run a command\n#[mcp_tool(risk = \"high\", scope = \"shell:run\")]\nfn run(command: String) {}\n\n\
    scope_table! { static TOOLS = [list_files, #[cfg(feature = \"shell\")] run] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";
const CONFIG: &str =
    "[server]\nresource = \"https://tools.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n";
const MANIFEST: &str = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nmcp-scopes = \"0.1\"\n[features]\nshell = []\n";

struct Demo(tempfile::TempDir);

impl Demo {
    fn new(main: &str) -> Self {
        let demo = Self(tempfile::tempdir().unwrap());
        fs::create_dir(demo.path().join("src")).unwrap();
        demo.write("Cargo.toml", MANIFEST);
        demo.write("mcp-scopes.toml", CONFIG);
        demo.write("src/main.rs", main);
        demo
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(
            Command::new(env!("CARGO_BIN_EXE_mcp-scopes"))
                .args(arguments)
                .current_dir(self.path())
                .env_remove("COLUMNS"),
        )
    }
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }
}

#[test]
fn runs_as_a_subcommand_of_cargo() {
    let demo = Demo::new(MAIN);
    let cargo = |arguments: &[&str]| {
        Run::of(Command::new(env!("CARGO_BIN_EXE_cargo-mcp-scopes")).args(arguments).current_dir(demo.path()))
    };
    assert_eq!(cargo(&["mcp-scopes", "export"]).out, demo.run(&["export"]).out);
    assert_eq!(cargo(&["export"]).out, demo.run(&["export"]).out);
    assert_eq!(cargo(&["mcp-scopes", "mcp-scopes"]).code, 2);
    // The usage shows the name that it was called by. `cargo help mcp-scopes` runs the first of these.
    for (arguments, usage) in [
        (&["mcp-scopes", "--help"][..], "Usage: cargo mcp-scopes [OPTIONS] <COMMAND>\n"),
        (&["mcp-scopes", "lint", "--help"], "Usage: cargo mcp-scopes lint [OPTIONS] [PATH]...\n"),
        (&["mcp-scopes", "help", "diff"], "Usage: cargo mcp-scopes diff [OPTIONS] <OLD> [NEW]\n"),
    ] {
        let run = cargo(arguments);
        assert!(run.code == 0 && run.out.contains(usage), "{run:?}");
    }
    let run = cargo(&["mcp-scopes", "lint", "--formt", "json"]);
    assert!(run.code == 2 && run.err.contains("Usage: cargo mcp-scopes lint"), "{run:?}");
    assert!(demo.run(&["lint", "--help"]).out.contains("Usage: mcp-scopes lint"));
    // Cargo finds the subcommand, if cargo is installed.
    let folder = Path::new(env!("CARGO_BIN_EXE_cargo-mcp-scopes")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([folder.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let run = Run::of(Command::new(cargo).args(["mcp-scopes", "export"]).env("PATH", path).current_dir(demo.path()));
    assert_eq!(run.out, demo.run(&["export"]).out, "{}", run.err);
}

/// Set `MCP_SCOPES_BLESS` to write the texts, then review the difference.
#[test]
fn committed_help_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let demo = Demo::new(MAIN);
    for (file, arguments) in
        [("mcp-scopes.txt", &["--help"][..]), ("export.txt", &["export", "--help"]), ("lint.txt", &["lint", "--help"])]
    {
        let run = demo.run(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        let path = folder.join(file);
        if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &run.out).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(run.out, expected, "{file} is stale");
    }
}

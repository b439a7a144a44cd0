//! A change of `mcp-scopes.toml` rebuilds the table. Cargo runs twice, and only that file changes in between.
#![expect(clippy::expect_used, reason = "tests may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A package outside the workspace, built like a user's package.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
        fs::create_dir_all(folder.join("src")).expect("the folder is writable");
        // The same versions as in the workspace.
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the workspace has a lock file");
        let manifest = format!(
            "[package]\nname = \"rebuild\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nmcp-scopes = {{ path = \"{}\", default-features = false }}\n",
            workspace.join("runtime").display()
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("the folder is writable");
        let source = "use mcp_scopes::{mcp_tool, scope_table};\n\
                      #[mcp_tool(scope = \"files:read\", risk = \"low\")]\npub fn read_file() {}\n\
                      scope_table! { pub static TOOLS = [read_file] with \"mcp-scopes.toml\"; }\n";
        fs::write(folder.join("src/lib.rs"), source).expect("the folder is writable");
        Self { folder }
    }

    /// Builds the package with these declarations.
    fn build(&self, scopes: &str) -> Output {
        fs::write(self.folder.join("mcp-scopes.toml"), format!("[scopes]\n{scopes}\n"))
            .expect("the folder is writable");
        Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--target-dir"])
            // With the program without std, which needs the same macros.
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-std"))
            .current_dir(&self.folder)
            .output()
            .expect("cargo runs")
    }
}

#[test]
fn rebuilds_the_table_after_a_change_of_the_file() {
    let package = Package::new();
    let declared = package.build("\"files:read\" = \"Read files\"");
    assert!(declared.status.success(), "{}", String::from_utf8_lossy(&declared.stderr));
    let renamed = package.build("\"files:reed\" = \"Read files\"");
    let message = String::from_utf8_lossy(&renamed.stderr).into_owned();
    assert!(!renamed.status.success(), "the old table was kept");
    assert!(message.contains("scope `files:read` of tool `read_file` is not declared in [scopes]"), "{message}");
    assert!(package.build("\"files:read\" = \"Read files\"").status.success(), "the new table was kept");
}

//! Whether and what `init` writes.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::support::Demo;

const MAIN: &str = "struct A;\n\n#[rmcp::tool_router]\nimpl A {\n    /// Words\n    #[rmcp::tool]\n    async fn one(&self) {}\n}\n\nfn main() {}\n";

fn demo() -> Demo {
    let demo = Demo::new();
    let manifest =
        "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nrmcp = \"3.11\"\n";
    demo.write("Cargo.toml", manifest).write("src/main.rs", MAIN);
    demo
}

/// Runs `init` with a terminal as standard input, and types an answer. Returns the exit code and standard error.
fn ask(demo: &Demo, answer: &str) -> (i32, String) {
    let near = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&near).unwrap();
    rustix::pty::unlockpt(&near).unwrap();
    let path = rustix::pty::ptsname(&near, Vec::new()).unwrap().into_string().unwrap();
    let far = fs::File::options().read(true).write(true).open(path).unwrap();
    rustix::io::write(&near, answer.as_bytes()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"));
    let run = command.arg("init").current_dir(demo.path()).stdin(Stdio::from(far)).output().unwrap();
    (run.status.code().unwrap(), String::from_utf8(run.stderr).unwrap())
}

#[test]
fn asks_on_a_terminal() {
    for (answer, code) in [("n\n", 1), ("\n", 1), ("no way\n", 1), ("y\n", 0), ("YES\n", 0)] {
        let demo = demo();
        let (found, err) = ask(&demo, answer);
        assert_eq!(found, code, "{answer:?}: {err}");
        assert!(err.starts_with("change 4 files? [y/N] "), "{err}");
        let end = if code == 0 { "changed 4 files\n" } else { "nothing was written\n" };
        assert!(err.ends_with(end), "{answer:?}: {err}");
        assert_eq!(demo.read("src/main.rs") == MAIN, code == 1, "{answer:?}");
        assert_eq!(demo.names(".").len(), if code == 1 { 2 } else { 4 });
    }
}

#[test]
fn requires_a_flag_without_a_terminal() {
    let demo = demo();
    let run = demo.run(&["init"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let expected = "error: standard input is not a terminal, so the changes cannot be confirmed\n help: give `--yes` to write them, or `--dry-run` to show them\n";
    assert_eq!(run.err, expected);
    assert_eq!(demo.run(&["init", "--yes", "--dry-run"]).code, 2);
    assert_eq!(demo.read("src/main.rs"), MAIN);
}

#[test]
fn a_dry_run_writes_nothing_and_shows_what_is_written() {
    let demo = demo();
    let dry = demo.run(&["init", "--dry-run"]);
    assert_eq!((dry.code, dry.err.as_str()), (0, "would change 4 files; nothing was written\n"));
    assert_eq!(demo.names("."), ["Cargo.toml", "src"]);
    let run = demo.run(&["init", "--yes"]);
    assert_eq!((run.code, run.err.as_str()), (0, "changed 4 files\n"));
    assert_eq!(run.out, dry.out);
    let expected = "\
--- src/main.rs
+++ src/main.rs
@@ -1,7 +1,11 @@
+use mcp_scopes::{mcp_tool, mcp_tools};
+
 struct A;
 
+#[mcp_tools]
 #[rmcp::tool_router]
 impl A {
     /// Words
+    #[mcp_tool(scope = \"one\", risk = \"high\")]
     #[rmcp::tool]
     async fn one(&self) {}
@@ -9,2 +13,7 @@
 
 fn main() {}
+
+mcp_scopes::scope_table! {
+    /// The tools of this server, and the scopes that open them.
+    static TOOLS = [A::*] with \"mcp-scopes.toml\";
+}
package `demo`: 1 tool to annotate, 0 to declare
  guessed risk `high`, since no hint states it: one
";
    assert!(run.out.contains(expected), "{}", run.out);
}

#[test]
fn writes_no_file_if_one_cannot_be_written() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let demo = demo();
    fs::set_permissions(demo.path().join("src/main.rs"), fs::Permissions::from_mode(0o444)).unwrap();
    let run = demo.run(&["init", "--yes"]);
    assert!(run.code == 2 && run.err.contains("`src/main.rs` is read-only; nothing was written"), "{run:?}");
    assert_eq!(demo.names("."), ["Cargo.toml", "src"]);
    fs::rename(demo.path().join("src/main.rs"), demo.path().join("real.rs")).unwrap();
    symlink("../real.rs", demo.path().join("src/main.rs")).unwrap();
    let run = demo.run(&["init", "--yes"]);
    assert!(run.code == 2 && run.err.contains("`src/main.rs` is a symbolic link; nothing was written"), "{run:?}");
    assert_eq!(demo.names("."), ["Cargo.toml", "real.rs", "src"]);
}

#[test]
fn writes_nothing_outside_and_nothing_in_part() {
    use std::os::unix::fs::symlink;
    // A folder that is a link.
    let demo = demo();
    fs::rename(demo.path().join("src"), demo.path().join("code")).unwrap();
    symlink("code", demo.path().join("src")).unwrap();
    let run = demo.run(&["init", "--yes"]);
    assert!(
        run.code == 2 && run.err.contains("`src/main.rs` is below a symbolic link; nothing was written"),
        "{run:?}"
    );
    assert_eq!(demo.read("code/main.rs"), MAIN);
    assert_eq!(demo.names("."), ["Cargo.toml", "code", "src"]);
    // A file of another project.
    let demo = self::demo();
    fs::create_dir(demo.path().join("server")).unwrap();
    for file in ["Cargo.toml", "src"] {
        fs::rename(demo.path().join(file), demo.path().join("server").join(file)).unwrap();
    }
    demo.write("server/src/main.rs", "#[path = \"../../other.rs\"]\nmod other;\n\nfn main() {}\n")
        .write("other.rs", MAIN);
    let run = demo.run(&["init", "--yes", "server"]);
    let message = "other.rs` is outside of the package and its workspace; nothing was written";
    assert!(run.code == 2 && run.err.contains(message), "{run:?}");
    assert_eq!((demo.read("other.rs").as_str(), demo.names("server").len()), (MAIN, 2));
    // The same file belongs to a repository that holds both.
    fs::create_dir_all(demo.path().join(".git")).unwrap();
    assert_eq!(demo.run(&["init", "--dry-run", "server"]).code, 0);
    // A folder that cannot be created: no other file is written.
    demo.write(".github", "");
    let run = demo.run(&["init", "--yes", "server"]);
    assert!(run.code == 2 && run.err.contains("nothing was written"), "{run:?}");
    assert_eq!((demo.read("other.rs").as_str(), demo.names("server").len()), (MAIN, 2));
    assert_eq!(demo.names("."), [".git", ".github", "other.rs", "server"]);
}

#[test]
fn adds_the_ci_file_once_and_at_the_root_of_the_repository() {
    let demo = demo();
    fs::create_dir(demo.path().join(".git")).unwrap();
    fs::create_dir(demo.path().join("server")).unwrap();
    for file in ["Cargo.toml", "src"] {
        fs::rename(demo.path().join(file), demo.path().join("server").join(file)).unwrap();
    }
    let run = demo.run(&["init", "--yes", "server"]);
    assert_eq!(run.code, 0, "{run:?}");
    let workflow = demo.read(".github/workflows/mcp-scopes.yml");
    assert!(
        workflow.contains("run: mcp-scopes diff \"git:origin/$BASE:server\" server --fail-on weakens"),
        "{workflow}"
    );
    // Another workflow that runs the program is enough.
    fs::remove_file(demo.path().join(".github/workflows/mcp-scopes.yml")).unwrap();
    demo.write(".github/workflows/ci.yml", "      - run: mcp-scopes lint\n").write("server/src/main.rs", MAIN);
    assert_eq!(demo.run(&["init", "--yes", "server"]).code, 0);
    assert_eq!(demo.names(".github/workflows"), ["ci.yml"]);
}

//! Several packages: `--workspace`, `--package`, `--exclude`, and the baseline that is found.

use crate::support::{Demo, MAIN};

const SERVER: &str =
    "[server]\nresource = \"https://a.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n";

fn source(risk: &str) -> String {
    format!(
        "use mcp_scopes::{{mcp_tool, scope_table}};\n\n/// Names and sizes\n#[mcp_tool(risk = \"{risk}\")]\nfn list_files(path: String) {{}}\n\n\
         scope_table! {{ static TOOLS = [list_files] with \"mcp-scopes.toml\"; }}\n\nfn main() {{}}\n"
    )
}

/// Creates a workspace with two servers.
fn workspace() -> Demo {
    let demo = Demo::new();
    demo.write("Cargo.toml", "[workspace]\nmembers = [\"files\", \"more/mail\"]\nresolver = \"3\"\n");
    for (folder, name) in [("files", "file-server"), ("more/mail", "mail-server")] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        demo.write(&format!("{folder}/Cargo.toml"), manifest).write(&format!("{folder}/mcp-scopes.toml"), SERVER);
        demo.write(&format!("{folder}/src/main.rs"), source("low"));
    }
    demo
}

#[test]
fn checks_every_lock_file_of_a_workspace() {
    let demo = workspace();
    let run = demo.run(&["check", "--workspace"]);
    assert!(run.code == 2 && run.err.contains("no `mcp-scopes.lock.json` at or below `.`"), "{run:?}");
    for package in ["file-server", "mail-server"] {
        assert_eq!(demo.run(&["lock", "-p", package]).code, 0);
    }
    assert!(demo.read("files/mcp-scopes.lock.json").contains("list_files"));
    let run = demo.run(&["check", "--workspace"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    // A change whose lock file is removed with it does not pass.
    let lock = demo.read("more/mail/mcp-scopes.lock.json");
    std::fs::remove_file(demo.path().join("more/mail/mcp-scopes.lock.json")).unwrap();
    let run = demo.run(&["check", "--workspace"]);
    assert!(
        run.code == 2 && run.err.contains("no `mcp-scopes.lock.json` beside the scope table in `more/mail`"),
        "{run:?}"
    );
    assert_eq!(demo.run(&["check", "--workspace", "--exclude", "more"]).code, 0);
    demo.write("more/mail/mcp-scopes.lock.json", lock);
    for folder in ["files", "more/mail"] {
        demo.write(&format!("{folder}/src/main.rs"), source("high"));
    }
    let run = demo.run(&["check", "--workspace", "--output", "github=notes.txt"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("  at files/src/main.rs:") && run.out.contains("  at more/mail/src/main.rs:"), "{run:?}");
    assert!(run.out.contains("4 changes: minor, tightens"), "{run:?}");
    assert_eq!(demo.read("notes.txt").lines().count(), 4);
    assert!(run.err.contains("`mcp-scopes lock files`") && run.err.contains("`mcp-scopes lock more/mail`"), "{run:?}");
    let run = demo.run(&["check", "-p", "file-server"]);
    assert!(run.code == 1 && run.err.contains("`mcp-scopes lock --package file-server`"), "{run:?}");
    assert_eq!(demo.run(&["lock", "--workspace"]).code, 0);
    assert_eq!(demo.run(&["check", "--workspace"]).code, 0);
}

/// Of several tables in one package each has its own lock file, as `init` writes them.
#[test]
fn checks_the_lock_files_of_several_tables() {
    let demo = workspace();
    assert_eq!(demo.run(&["lock", "more/mail"]).code, 0);
    let two = source("low")
        + "/// Purge\n#[mcp_tool(risk = \"high\")]\nfn purge() {}\n\nscope_table! { static ADMIN = [purge] with \"mcp-scopes.toml\"; }\n";
    demo.write("files/src/main.rs", two);
    let names = |run: &crate::support::Run| {
        let file = run.err.split("no `").nth(1).and_then(|rest| rest.split('`').next()).unwrap_or_default().to_owned();
        let command = run.err.split("write it with `mcp-scopes ").nth(1).and_then(|rest| rest.split('`').next());
        (file, command.unwrap_or_default().to_owned())
    };
    // The advice of each report writes the file that is missing.
    for _ in 0..2 {
        let run = demo.run(&["check", "--workspace"]);
        let (file, command) = names(&run);
        assert!(run.code == 2 && file.ends_with(".lock.json") && file != "mcp-scopes.lock.json", "{run:?}");
        let run = demo.run(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{command}: {run:?}");
    }
    let run = demo.run(&["check", "--workspace"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    let widened =
        demo.read("files/src/main.rs").replace("#[mcp_tool(risk = \"high\")]", "#[mcp_tool(risk = \"high\", public)]");
    demo.write("files/src/main.rs", widened);
    let run = demo.run(&["check", "--workspace"]);
    assert!(run.code == 1 && run.err.contains("--table ADMIN") && run.err.contains("admin.lock.json"), "{run:?}");
}

#[test]
fn commands_take_the_name_of_a_package() {
    let demo = workspace();
    demo.write("more/mail/mcp-scopes.toml", SERVER.replace("a.example.com", "mail.example.com"));
    for command in [&["export"][..], &["docs", "--markdown"], &["diff", ".", "."]] {
        let run = demo.run(&[command, &["--package", "mail-server"]].concat());
        assert_eq!(run.code, 0, "{command:?}: {run:?}");
        assert_eq!(demo.run(&[command, &["-p", "none"]].concat()).code, 2, "{command:?}");
    }
    assert!(demo.run(&["export", "-p", "mail-server"]).out.contains("https://mail.example.com/mcp"));
    assert!(demo.run(&["lint", "-p", "mail-server"]).err.contains("checked 1 tool in 1 package"));
}

#[test]
fn leaves_out_excluded_files() {
    let demo = Demo::package(MAIN);
    demo.write("docs/a.json", "{}");
    let lint = |more: &[&str]| demo.run(&[&["lint", ".", "docs/a.json", "--format", "concise"], more].concat());
    assert!(lint(&[]).out.contains("docs/a.json:") && lint(&[]).out.contains("src/main.rs:"));
    let run = lint(&["--exclude", "docs"]);
    assert!(!run.out.contains("docs/a.json:") && run.out.contains("src/main.rs:"), "{run:?}");
    // An error that the compiler reports hides findings in other files, so it stays.
    let run = lint(&["--exclude", "*.json", "--exclude", "src/**"]);
    assert!(run.code == 1 && !run.out.contains("a.json:") && run.out.lines().count() == 1, "{run:?}");
    assert!(run.out.contains("error[scope-syntax]"), "{run:?}");

    let risky = Demo::package(&MAIN.replace("no scope", "hello"));
    assert!(risky.run(&["lint"]).out.contains("risky-name"));
    let run = risky.run(&["lint", "--exclude", "src/**"]);
    assert!(run.code == 0 && !run.out.contains("main.rs"), "{run:?}");
    assert!(run.err.contains(" excluded"), "{run:?}");
    // What cannot be read is in the report that was requested.
    for arguments in [&["lint", "-", "missing"][..], &["lint", "--fix", "missing"]] {
        let run = risky.run_with(&[arguments, &["--output", "github=report.txt"]].concat(), "{}");
        assert!(run.code == 2 && risky.read("report.txt").contains("title=unreadable-input"), "{arguments:?}: {run:?}");
        std::fs::remove_file(risky.path().join("report.txt")).unwrap();
    }
}

#[test]
fn finds_the_baseline() {
    let demo = Demo::package(&MAIN.replace("no scope", "hello"));
    assert!(demo.run(&["lint"]).out.contains("risky-name"));
    assert_eq!(demo.run(&["lint", "--update-baseline", "--reason", "split in the next release"]).code, 0);
    let run = demo.run(&["lint"]);
    assert!(run.code == 0 && !run.out.contains("risky-name") && run.err.contains("suppressed"), "{run:?}");
    assert!(demo.run(&["lint", "--no-baseline"]).out.contains("risky-name"));
    // A run on a part of the folder says nothing about the other entries.
    demo.write("a.json", "{\"resource\": \"https://a.example.com/mcp\"}");
    assert!(!demo.run(&["lint", "a.json"]).out.contains("stale-baseline-entry"));
    demo.write("src/main.rs", source("low"));
    assert!(demo.run(&["lint"]).out.contains("stale-baseline-entry"));
}

/// An update of a part keeps the entries of the rest.
#[test]
fn updates_a_part_of_the_baseline() {
    let demo = workspace();
    for folder in ["files", "more/mail"] {
        demo.write(&format!("{folder}/src/main.rs"), source("low").replace("list_files", "delete_files"));
    }
    let entries = || demo.read("mcp-scopes.baseline.json").matches("\"fingerprint\"").count();
    assert_eq!(demo.run(&["lint", "--update-baseline", "--reason", "previews only"]).code, 0);
    let all = entries();
    assert!(all >= 2);
    for part in
        [&["files"][..], &["--select", "naming"], &["-p", "mail-server"], &["--exclude", "files"], &["--allow", "risk"]]
    {
        let run = demo.run(&[&["lint", "--update-baseline"], part].concat());
        assert_eq!(entries(), all, "{part:?}: {run:?}");
        assert!(!run.out.contains("stale-baseline-entry"), "{part:?}: {run:?}");
    }
    // The file is also found from a folder below.
    let run = demo.run_in("more/mail", &["lint"]);
    assert!(run.code == 0 && !run.out.contains("risky-name") && run.err.contains("suppressed"), "{run:?}");
    demo.write("files/src/main.rs", source("low"));
    assert_eq!(demo.run(&["lint", "--update-baseline"]).code, 0);
    assert!(entries() < all);
}

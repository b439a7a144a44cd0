//! Several packages: `--workspace`, `--package`, `--exclude`, the file of the workspace, and the baseline that is found.

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

#[test]
fn locks_every_table_of_a_workspace() {
    let demo = workspace();
    let two = source("low")
        + "/// Purge\n#[mcp_tool(risk = \"high\")]\nfn purge() {}\n\nscope_table! { static ADMIN = [purge] with \"mcp-scopes.toml\"; }\n";
    demo.write("files/src/main.rs", &two);
    // One command writes each file that `check --workspace` requires.
    let run = demo.run(&["lock", "--workspace"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""), "{run:?}");
    assert_eq!(demo.names("files"), ["Cargo.toml", "admin.lock.json", "mcp-scopes.toml", "src", "tools.lock.json"]);
    assert!(demo.read("files/admin.lock.json").contains("purge"));
    assert_eq!(demo.names("more/mail"), ["Cargo.toml", "mcp-scopes.lock.json", "mcp-scopes.toml", "src"]);
    assert_eq!(demo.run(&["check", "--workspace"]).code, 0);
    // The file from before there were two tables.
    demo.write("files/mcp-scopes.lock.json", demo.read("files/tools.lock.json"));
    for command in ["lock", "check"] {
        let run = demo.run(&[command, "--workspace"]);
        assert!(run.code == 2 && run.err.contains("`files/mcp-scopes.lock.json` is of no scope table"), "{run:?}");
    }
    std::fs::remove_file(demo.path().join("files/mcp-scopes.lock.json")).unwrap();
    // A table without a server gets none, with the reason, and the others are written.
    std::fs::remove_file(demo.path().join("more/mail/mcp-scopes.lock.json")).unwrap();
    std::fs::remove_file(demo.path().join("files/admin.lock.json")).unwrap();
    demo.write("more/mail/mcp-scopes.toml", "[scopes]\n\"list_files\" = \"Names\"\n");
    let run = demo.run(&["lock", "--workspace"]);
    assert!(run.code == 2 && run.err.contains("`more/mail`: ") && run.err.contains("with `--exclude`"), "{run:?}");
    assert!(demo.path().join("files/admin.lock.json").is_file());
    assert_eq!(demo.run(&["lock", "--workspace", "--exclude", "more"]).code, 0);
    assert_eq!(demo.run(&["check", "--workspace", "--exclude", "more"]).code, 0);
    // Nothing is left out because a file cannot be read.
    demo.write("more/mail/src/main.rs", source("low") + "fn broken( {");
    let run = demo.run(&["lock", "--workspace"]);
    assert!(run.code == 1 && run.err.contains("errors keep the files from being made"), "{run:?}");
    let run = demo.run(&["check", "--workspace"]);
    assert!(run.code == 2 && run.err.contains("errors keep the scope tables from being compared"), "{run:?}");
    for command in ["lock", "check"] {
        assert_eq!(demo.run(&[command, "--workspace", "--exclude", "more"]).code, 0);
        assert_eq!(demo.run(&[command, "--exclude", "more"]).code, 2);
    }
    demo.write("files/src/main.rs", "fn main() {}\n");
    let run = demo.run(&["lock", "--workspace", "files"]);
    assert!(run.code == 2 && run.err.contains("no scope table at or below `files`"), "{run:?}");
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

/// Creates a workspace with two servers, of which each has a finding of `risky-name`.
fn risky() -> Demo {
    let demo = workspace();
    for folder in ["files", "more/mail"] {
        demo.write(&format!("{folder}/src/main.rs"), source("low").replace("list_files", "delete_files"));
    }
    demo
}

/// Returns the files in which a rule reports, with the level.
fn places(run: &crate::support::Run, rule: &str) -> Vec<String> {
    let found = run.out.lines().filter(|line| line.contains(&format!("[{rule}]")));
    let shown = found.map(|line| {
        let level = if line.contains(&format!("error[{rule}]")) { "error" } else { "warning" };
        format!("{level} {}", line.split(':').next().unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn the_file_of_the_workspace_sets_levels() {
    let demo = risky();
    let lint = || demo.run(&["lint", "--format", "concise"]);
    let (files, mail) = ("files/src/main.rs", "more/mail/src/main.rs");
    assert_eq!(places(&lint(), "risky-name").len(), 2, "{:?}", lint());
    demo.write("mcp-scopes.toml", "[lint]\nrisky-name = \"allow\"\n");
    assert_eq!(places(&lint(), "risky-name"), [""; 0], "{:?}", lint());
    // It is also found from a folder below, and for one package.
    assert_eq!(places(&demo.run_in("more/mail", &["lint", "--format", "concise"]), "risky-name"), [""; 0]);
    assert_eq!(places(&demo.run(&["lint", "-p", "file-server", "--format", "concise"]), "risky-name"), [""; 0]);
    // The file of a package and the command line have precedence.
    demo.write("more/mail/mcp-scopes.toml", format!("{SERVER}[lint]\nrisky-name = \"deny\"\n"));
    assert_eq!(places(&lint(), "risky-name"), [format!("error {mail}")], "{:?}", lint());
    let run = demo.run(&["lint", "--warn", "risky-name", "--format", "concise"]);
    assert_eq!(places(&run, "risky-name"), [format!("warning {files}"), format!("warning {mail}")], "{run:?}");
    // Levels for some files.
    demo.write("more/mail/mcp-scopes.toml", SERVER);
    demo.write(
        "mcp-scopes.toml",
        "[lint]\nrisky-name = \"allow\"\n[[lint.path]]\npaths = [\"more/**/main.rs\"]\nrisky-name = \"deny\"\n",
    );
    assert_eq!(places(&lint(), "risky-name"), [format!("error {mail}")], "{:?}", lint());
    let run = demo.run_in("more/mail", &["lint", "--format", "concise"]);
    assert_eq!(places(&run, "risky-name"), ["error src/main.rs"], "{run:?}");
    assert_eq!(places(&demo.run(&["lint", "--allow", "risky-name", "--format", "concise"]), "risky-name"), [""; 0]);
}

#[test]
fn a_package_sets_levels_for_some_files() {
    let demo = risky();
    let lint = || demo.run(&["lint", "files", "--format", "concise"]);
    let own = |lines: &str| demo.write("files/mcp-scopes.toml", format!("{SERVER}{lines}"));
    for (paths, is_reported) in
        [("src", false), ("src/*.rs", false), ("main.rs", false), ("src/admin/**", true), ("files/src", true)]
    {
        own(&format!("[[lint.path]]\npaths = [\"{paths}\"]\nrisky-name = \"allow\"\n"));
        assert_eq!(places(&lint(), "risky-name").len(), usize::from(is_reported), "{paths}: {:?}", lint());
    }
    // The last entry has precedence, and a rule has precedence over its category.
    own(
        "[[lint.path]]\npaths = [\"src\"]\nrisky-name = \"allow\"\n[[lint.path]]\npaths = [\"main.rs\"]\nrisky-name = \"deny\"\nrisk = \"allow\"\n",
    );
    assert_eq!(places(&lint(), "risky-name"), ["error files/src/main.rs"], "{:?}", lint());
    // What the compiler rejects too keeps its level, and a rule that does not exist is an error.
    own("[[lint.path]]\npaths = [\"src\"]\nundeclared-scope = \"allow\"\nrisky-nam = \"deny\"\n");
    let run = lint();
    assert!(run.code == 1 && run.out.matches("[lint-config]").count() == 2, "{run:?}");
    assert!(
        run.out.contains("is also a compile error") && run.out.contains("unknown rule or category `risky-nam`"),
        "{run:?}"
    );
}

#[test]
fn the_file_of_the_workspace_has_two_sections() {
    let demo = risky();
    let lint = |arguments: &[&str]| demo.run(&[&["lint", "--format", "concise"], arguments].concat());
    // A fault is reported once, and prevents no document.
    demo.write("mcp-scopes.toml", format!("{SERVER}[lint]\nrisky-nam = \"deny\"\nnaming = \"off\"\n"));
    let run = lint(&[]);
    assert!(run.code == 1 && places(&run, "unused-config") == ["error mcp-scopes.toml"], "{run:?}");
    assert!(run.out.contains("`[server]` in the file of a workspace has no effect"), "{run:?}");
    assert_eq!(places(&run, "lint-config"), ["error mcp-scopes.toml"], "{run:?}");
    assert_eq!(places(&run, "unknown-value"), ["error mcp-scopes.toml"], "{run:?}");
    assert_eq!(demo.run(&["export", "-p", "file-server"]).code, 0);
    // Its own levels and comments apply to it.
    demo.write("mcp-scopes.toml", format!("{SERVER}[lint]\nunused-config = \"warn\"\n"));
    assert_eq!(places(&lint(&[]), "unused-config"), ["warning mcp-scopes.toml"], "{:?}", lint(&[]));
    // The file of a package at the root is its own.
    demo.write("Cargo.toml", "[package]\nname = \"root\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\nmembers = [\"files\", \"more/mail\"]\n");
    demo.write("src/main.rs", source("low"));
    demo.write("mcp-scopes.toml", format!("{SERVER}[lint]\nrisky-name = \"allow\"\n"));
    let run = lint(&[]);
    assert_eq!((places(&run, "unused-config").len(), places(&run, "risky-name").len()), (0, 2), "{run:?}");
    // A package that the workspace excludes has none.
    demo.write("Cargo.toml", "[workspace]\nmembers = [\"files\"]\nexclude = [\"more\"]\n");
    demo.write("mcp-scopes.toml", "[lint]\nrisky-name = \"allow\"\n");
    assert_eq!(places(&lint(&["files", "more/mail"]), "risky-name"), ["warning more/mail/src/main.rs"]);
}

#[test]
fn the_file_of_the_workspace_accepts_changes() {
    let demo = workspace();
    for package in ["file-server", "mail-server"] {
        assert_eq!(demo.run(&["lock", "-p", package]).code, 0);
    }
    demo.write("files/src/main.rs", source("low").replace("risk = \"low\"", "risk = \"low\", public"));
    let check = || demo.run(&["check", "--workspace", "--today", "2027-02-01", "--format", "json"]);
    let run = check();
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let entries = report["changes"].as_array().unwrap().iter().map(|change| {
        let text = |member: &str| change[member].as_str().unwrap().to_owned();
        format!(
            "[[diff.accept]]\nkind = \"{}\"\nchange = \"{}\"\npointer = \"{}\"\nreason = \"decided\"\nuntil = 2027-03-01\n",
            text("id"), text("change"), text("pointer")
        )
    });
    let entries: String = entries.collect();
    assert!(run.code == 1 && entries.contains("access-widened"), "{run:?}");
    demo.write("mcp-scopes.toml", &entries);
    assert_eq!(check().code, 0, "{:?}", check());
    // An entry may be for another package.
    let diff = |arguments: &[&str]| demo.run(&[&["diff", "--today", "2027-02-01"], arguments].concat());
    let run = diff(&["more/mail/mcp-scopes.lock.json", "more/mail", "--fail-on", "weakens"]);
    assert!(run.code == 0 && !run.out.contains("unused-acceptance"), "{run:?}");
    let run = diff(&["files/mcp-scopes.lock.json", "files", "--fail-on", "weakens"]);
    assert!(run.code == 0 && run.out.contains("decided"), "{run:?}");
    // A file that cannot be read accepts nothing.
    demo.write("mcp-scopes.toml", entries.replace("2027-03-01", "soon"));
    assert_eq!(diff(&["files/mcp-scopes.lock.json", "files"]).code, 2);
}

#[test]
fn exports_every_table_of_a_workspace() {
    let demo = workspace();
    let two = source("low")
        + "/// Purge\n#[mcp_tool(risk = \"high\")]\nfn purge() {}\n\nscope_table! { static ADMIN = [purge] with \"mcp-scopes.toml\"; }\n";
    demo.write("files/src/main.rs", two);
    let run = demo.run(&["export", "--workspace"]);
    assert!(run.code == 2 && run.err.contains("--output FOLDER"), "{run:?}");
    let run = demo.run(&["export", "--workspace", "--output", "out/metadata"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    assert_eq!(demo.names("out/metadata"), ["file-server.admin.json", "file-server.tools.json", "mail-server.json"]);
    assert_eq!(demo.read("out/metadata/mail-server.json"), demo.run(&["export", "-p", "mail-server"]).out);
    assert!(demo.read("out/metadata/file-server.admin.json").contains("purge"));
    assert_eq!(demo.run(&["export", "--workspace", "--check", "out/metadata"]).code, 0);
    demo.write("more/mail/src/main.rs", source("high"));
    let run = demo.run(&["export", "--workspace", "--check", "out/metadata"]);
    assert!(run.code == 1 && run.err.contains("`out/metadata/mail-server.json` differs from its source"), "{run:?}");
    let command = run.err.split("write it with `mcp-scopes ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    assert_eq!(demo.run(&command.split(' ').collect::<Vec<_>>()).code, 0, "{command}");
    assert_eq!(demo.run(&["export", "--workspace", "--check", "out/metadata"]).code, 0);
    // A table that cannot be read is not left out.
    demo.write("more/mail/src/main.rs", source("high") + "fn broken( {");
    let run = demo.run(&["export", "--workspace", "--output", "out/metadata"]);
    assert!(run.code == 1 && run.err.contains("errors keep the files from being made"), "{run:?}");
    assert_eq!(demo.run(&["export", "--workspace", "-p", "mail-server", "--output", "out"]).code, 2);
}

/// A document or a page that nothing writes any more would be published for ever.
#[test]
fn reports_the_files_of_tables_that_are_gone() {
    let demo = workspace();
    let two = source("low")
        + "/// Purge\n#[mcp_tool(risk = \"high\")]\nfn purge() {}\n\nscope_table! { static ADMIN = [purge] with \"mcp-scopes.toml\"; }\n";
    demo.write("files/src/main.rs", two);
    let commands = [
        (&["export", "--workspace"][..], "out", "json", "--check", None),
        (&["docs", "--workspace"], "pages", "html", "--output", Some("--check")),
        (&["docs", "--workspace", "--markdown"], "text", "md", "--output", Some("--check")),
    ];
    for (command, folder, ..) in &commands {
        assert_eq!(demo.run(&[*command, &["--output", *folder]].concat()).code, 0);
    }
    demo.write("files/src/main.rs", source("low"));
    for (command, folder, extension, option, check) in commands {
        // Files that the command did not write are not reported.
        for other in [format!("notes.{extension}"), "admin.txt".to_owned()] {
            demo.write(&format!("{folder}/{other}"), "{\"resource\": \"https://a.example.com/mcp\"}\n");
        }
        demo.write(&format!("{folder}/below/file-server.admin.{extension}"), "");
        assert_eq!(demo.run(&[command, &["--output", folder]].concat()).code, 0);
        let before = demo.names(folder);
        let checked: Vec<&str> = command.iter().copied().chain([option, folder]).chain(check).collect();
        let run = demo.run(&checked);
        assert_eq!(run.code, 1, "{run:?}");
        for table in ["admin", "tools"] {
            let message = format!(
                "error: `{folder}/file-server.{table}.{extension}` is the file of no scope table at or below `.`"
            );
            assert!(run.err.contains(&message), "{run:?}");
        }
        assert!(run.err.contains("remove it: its table is gone") && run.err.matches("error").count() == 2, "{run:?}");
        assert_eq!(demo.names(folder), before);
        for table in ["admin", "tools"] {
            let file = format!("{folder}/file-server.{table}.{extension}");
            std::fs::remove_file(demo.path().join(file)).unwrap();
        }
        let run = demo.run(&checked);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    }
}

#[test]
fn writes_a_page_for_every_table_of_a_workspace() {
    let demo = workspace();
    let pages = ["docs", "--workspace", "--output", "pages"];
    let run = demo.run(&pages);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    assert_eq!(demo.names("pages"), ["file-server.html", "index.html", "mail-server.html"]);
    assert_eq!(demo.read("pages/mail-server.html"), demo.run(&["docs", "-p", "mail-server"]).out);
    let index = demo.read("pages/index.html");
    assert!(
        index.contains("<a href=\"file-server.html\">") && index.contains("<a href=\"mail-server.html\">"),
        "{index}"
    );
    assert!(index.contains("2 servers") && !index.contains("<script>"), "{index}");
    let check = || demo.run(&[&pages[..], &["--check"]].concat());
    assert_eq!(check().code, 0);
    demo.write("files/src/main.rs", source("high"));
    let run = check();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("`pages/file-server.html`") && run.err.contains("`pages/index.html`"), "{run:?}");
    assert!(run.err.contains("`mcp-scopes docs --workspace --output pages`"), "{run:?}");
    assert_eq!(demo.run(&["docs", "--workspace", "--markdown", "--output", "text"]).code, 0);
    assert_eq!(demo.names("text"), ["file-server.md", "index.md", "mail-server.md"]);
    assert!(demo.read("text/index.md").contains("](mail-server.md) |"), "{}", demo.read("text/index.md"));
}

#[test]
fn offers_a_near_name_of_a_package() {
    let demo = workspace();
    for command in [&["export"][..], &["docs", "--markdown"], &["diff", ".", "."], &["lint"], &["lock"], &["check"]] {
        let run = demo.run(&[command, &["-p", "mail-sever"]].concat());
        assert!(run.code == 2 && run.err.contains("did you mean `mail-server`?"), "{command:?}: {run:?}");
    }
    let run = demo.run(&["export", "-p", "other"]);
    assert!(run.err.contains("no package at or below `.` has the name `other`"), "{run:?}");
    assert!(run.err.contains("name one of `file-server`, `mail-server`"), "{run:?}");
}

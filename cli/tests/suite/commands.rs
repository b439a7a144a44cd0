//! Runs the binary as a user would.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
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

fn tools(json: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let mapping = &value["mcp_extensions"]["tool_scope_mapping"];
    mapping.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn export_prints_the_document() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["export"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.starts_with("{\n  \"resource\": \"https://tools.example.com/mcp\",\n") && run.out.ends_with("}\n"));
    assert_eq!(tools(&run.out), ["list_files"]);
    let run = demo.run(&["export", "src", "--features", "shell"]);
    assert_eq!(tools(&run.out), ["list_files", "run"], "{run:?}");
    let arguments = [
        "export",
        "--resource",
        "https://a.example",
        "--authorization-server",
        "https://b.example",
        "--authorization-server",
        "https://c.example",
    ];
    let run = demo.run(&arguments);
    let value: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(value["resource"], "https://a.example");
    assert_eq!(value["authorization_servers"], serde_json::json!(["https://b.example", "https://c.example"]));
}

#[test]
fn export_writes_and_checks() {
    let demo = Demo::new(MAIN);
    let printed = demo.run(&["export"]).out;
    let run = demo.run(&["export", "--output", "prm.json"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    assert_eq!(fs::read_to_string(demo.path().join("prm.json")).unwrap(), printed);
    assert_eq!(demo.run(&["export", "--check", "prm.json"]).code, 0);
    demo.write("prm.json", &printed.replace("Names and sizes in a folder", "Names\u{1b} of folders"));
    let run = demo.run(&["export", "--check", "prm.json"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.out
            .contains("-        \"description\": \"Names\\u{1b} of folders\",\n+        \"description\": \"Names and sizes in a folder\","),
        "{}",
        run.out
    );
    assert!(run.out.starts_with("--- prm.json\n+++ the source\n"), "{}", run.out);
    assert!(run.err.contains("`prm.json` differs") && run.err.contains("--output prm.json"), "{}", run.err);
    let run = demo.run(&["export", "--check", "none.json", "--resource", "https://a.example.com/?b&c"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let write = "`mcp-scopes export --output none.json --resource 'https://a.example.com/?b&c'`";
    assert!(run.err.contains(write), "{run:?}");
    assert_eq!(demo.run(&["export", "--check", "a", "--output", "b"]).code, 2);
    let run = demo.run(&["export", "--output", "no/such/folder.json"]);
    assert!(run.code == 2 && run.err.contains("cannot write `no/such/folder.json`"), "{run:?}");
}

#[test]
fn rejects_packages_that_cannot_be_exported() {
    let demo = Demo::new("fn main() {}\n");
    let run = demo.run(&["export"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("no function carries `#[mcp_tool]`, and there is no `scope_table!`"), "{}", run.err);
    let run = demo.run(&["export", "nowhere"]);
    assert!(run.code == 2 && run.err.contains("cannot scan `nowhere`"), "{run:?}");
    let run = demo.run(&["export", "--features", "shel"]);
    assert!(
        run.code == 2 && run.err.contains("has no feature `shel`") && run.err.contains("did you mean `shell`?"),
        "{run:?}"
    );
    let demo = Demo::new(&MAIN.replacen("\"low\"", "\"lwo\"", 1));
    let run = demo.run(&["export"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains("src/main.rs:4:19") && run.err.contains("1 error keeps the document"), "{}", run.err);
    let demo = Demo::new(MAIN);
    demo.write("mcp-scopes.toml", "");
    let run = demo.run(&["export"]);
    assert!(run.code == 2 && run.err.contains("/resource: ") && run.err.contains("RFC 9728"), "{run:?}");
}

#[test]
fn lint_prints_text() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["lint", "--all-features"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "checked 2 tools in 1 package: no findings\n"));
    let demo = Demo::new(
        &MAIN
            .replace("/// Names and sizes in a folder\n", "")
            .replace("scope = \"shell:run\"", "scope = \"shell\u{1b}run\""),
    );
    let run = demo.run(&["lint", "--all-features"]);
    assert_eq!(run.code, 1);
    let expected = "\
warning[missing-description]: tool `list_files` has no description
 --> src/main.rs:4:4
  |
4 | fn list_files(directory: String) {}
  |    ^^^^^^^^^^
  |
  = help: write a doc comment above the function, or `description = \"..\"`
";
    assert!(run.out.starts_with(expected), "{}", run.out);
    assert!(
        run.out.contains("error[scope-syntax]: the scope `shell\\u{1b}run` contains a control character"),
        "{}",
        run.out
    );
    assert!(!run.out.contains('\u{1b}'), "a control character is printed: {}", run.out);
    assert_eq!(run.err, "checked 2 tools in 1 package: 1 error, 1 warning\n");
}

#[test]
fn lint_prints_json() {
    let demo = Demo::new(&MAIN.replace("/// Names and sizes in a folder\n", ""));
    let run = demo.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, 0);
    let expected = r#"{
  "version": 1,
  "findings": [
    {
      "rule": "missing-description",
      "category": "document",
      "level": "warning",
      "message": "tool `list_files` has no description",
      "help": "write a doc comment above the function, or `description = \"..\"`",
      "file": "src/main.rs",
      "line": 4,
      "column": 4,
      "end_line": 4,
      "end_column": 14,
      "subject": "list_files",
      "fingerprint": "e5bf272fe93e11555f1b196dd17ae420",
      "fix": null
    }
  ],
  "suppressed": [],
  "summary": {
    "errors": 0,
    "warnings": 1,
    "suppressed": 0
  }
}
"#;
    assert_eq!(run.out, expected);
    demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\nmissing-description = \"deny\"\n"));
    let run = demo.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("\"level\": \"error\"") && run.out.contains("\"errors\": 1"), "{}", run.out);
    demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\ndocument = \"allow\"\n"));
    assert_eq!(demo.run(&["lint"]).err, "checked 1 tool in 1 package: no findings\n");
}

#[test]
fn accepts_several_paths_and_rejects_wrong_ones() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["lint", ".", "nowhere"]);
    assert!(run.code == 2 && run.err.contains("cannot scan `nowhere`"), "{run:?}");
    let run = demo.run(&["lint", "src", "src"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.run(&["lint", "--format", "xml"]).code, 2);
    assert_eq!(demo.run(&[]).code, 2);
    let empty = tempfile::tempdir().unwrap();
    let run = demo.run(&["lint", empty.path().to_str().unwrap()]);
    assert!(run.code == 2 && run.err.contains("is in no package"), "{run:?}");
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
        (&["mcp-scopes", "--help"][..], "Usage: cargo mcp-scopes <COMMAND>\n"),
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

/// The command line takes precedence over the file, a rule over its category, and the last of equal options counts.
/// Then the remaining warnings may become errors.
#[test]
fn levels_follow_their_precedence() {
    let demo = Demo::new(&MAIN.replace("list_files", "delete_files"));
    let level = |file: &str, flags: &str| {
        demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\n{file}"));
        let arguments: Vec<&str> = ["lint", "--format", "json"].into_iter().chain(flags.split_whitespace()).collect();
        let run = demo.run(&arguments);
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{flags}: {}", run.err));
        let found = json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "risky-name");
        found.map_or_else(|| "none".to_owned(), |finding| finding["level"].as_str().unwrap().to_owned())
    };
    for (file, flags, expected) in [
        ("", "", "warning"),
        ("risk = \"deny\"", "", "error"),
        ("risk = \"deny\"\nrisky-name = \"warn\"", "", "warning"),
        ("risky-name = { level = \"deny\" }", "", "error"),
        ("risky-name = \"deny\"", "--allow risk", "none"),
        ("risky-name = \"deny\"", "--allow risk --warn risky-name", "warning"),
        ("", "--warn risky-name --allow risk", "warning"),
        ("", "--deny risk --allow risk", "none"),
        ("", "--allow risk --deny risk", "error"),
        ("", "--deny risky-name --warn naming --allow risky-name", "none"),
        ("", "--deny warnings", "error"),
        ("", "--warn risky-name --deny warnings", "error"),
        ("", "--allow risky-name --deny warnings", "none"),
        ("risky-name = \"allow\"", "--deny warnings", "none"),
    ] {
        assert_eq!(level(file, flags), expected, "{file} {flags}");
    }
    for (flags, why) in [
        (["--deny", "risky-nmae"], "did you mean `risky-name`?"),
        (["--allow", "warnings"], "can only be denied"),
        (["--warn", "undeclared-scope"], "also a compile error"),
    ] {
        let run = demo.run(&[&["lint"][..], &flags].concat());
        assert!(run.code == 2 && run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn writes_applies_and_updates_a_baseline() {
    const FILE: &str = "mcp-scopes.baseline.json";
    let demo = Demo::new(&MAIN.replace("list_files", "delete_files"));
    let lint = |more: &[&str]| demo.run(&[&["lint", "--deny", "warnings", "--today", "2026-11-21"][..], more].concat());
    let entries = || -> serde_json::Value {
        let text = fs::read_to_string(demo.path().join(FILE)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["entries"].clone()
    };
    assert_eq!(lint(&[]).code, 1);
    assert_eq!(lint(&["--baseline", FILE]).code, 2);

    // Each entry without a reason is a finding.
    let run = lint(&["--update-baseline"]);
    assert!(run.code == 1 && run.out.contains("baseline-reason"), "{}", run.out);
    assert!(run.err.contains("wrote 1 entry to mcp-scopes.baseline.json"), "{}", run.err);
    let run = lint(&["--update-baseline", "--reason", "previews only"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("no findings; 1 suppressed"), "{}", run.err);
    assert_eq!(entries()[0]["reason"], "previews only");
    assert_eq!(entries()[0]["expires"], "2027-02-19");
    assert_eq!(lint(&["--baseline", FILE]).code, 0);

    // An update keeps existing entries, and accepts its own output.
    let written = fs::read_to_string(demo.path().join(FILE)).unwrap();
    assert_eq!(lint(&["--update-baseline", "--reason", "other", "--expires", "2030-01-01"]).code, 0);
    assert_eq!(fs::read_to_string(demo.path().join(FILE)).unwrap(), written);

    // A moved line does not change the finding.
    let main = MAIN.replace("list_files", "delete_files");
    demo.write("src/main.rs", &format!("//! Moved.\n\n\n{main}"));
    assert_eq!(lint(&["--baseline", FILE]).code, 0);

    // After its expiry date, the finding counts again.
    let late = demo.run(&["lint", "--baseline", FILE, "--today", "2027-02-20"]);
    assert!(late.code == 1 && late.out.contains("expired-baseline-entry") && late.out.contains("risky-name"));
    assert_eq!(demo.run(&["lint", "--baseline", FILE, "--today", "2027-02-19"]).code, 0);

    // A fixed finding leaves a stale entry, which an update removes.
    demo.write("src/main.rs", MAIN);
    let run = lint(&["--baseline", FILE]);
    assert!(run.code == 1 && run.out.contains("stale-baseline-entry"), "{}", run.out);
    assert_eq!(lint(&["--baseline", FILE, "--allow", "stale-baseline-entry"]).code, 0);
    assert_eq!(lint(&["--update-baseline"]).code, 0);
    assert_eq!(entries().as_array().unwrap().len(), 0);

    for (text, why) in [
        ("{", ":1:2: "),
        ("{}", "`\"version\": 1`"),
        (r#"{"version": 1, "fingerprints": "x"}"#, "not of version `mcp-scopes/v1`"),
        (r#"{"version": 1, "fingerprints": "mcp-scopes/v1", "entries": [{"rul": "x"}]}"#, "unknown member `rul`"),
        (r#"{"version": 1, "version": 1}"#, "duplicate member `version`"),
    ] {
        demo.write(FILE, text);
        for flags in [&["--baseline", FILE][..], &["--update-baseline"]] {
            let run = lint(flags);
            assert!(run.code == 2 && run.err.contains(why), "{text}: {}", run.err);
        }
        assert_eq!(fs::read_to_string(demo.path().join(FILE)).unwrap(), text);
    }
    assert_eq!(lint(&["--reason", "x"]).code, 2);
    assert_eq!(demo.run(&["lint", "--update-baseline", "--expires", "soon"]).code, 2);
}

#[test]
fn documents_use_a_configuration_file() {
    let demo = Demo::new(MAIN);
    let scopes: Vec<String> = (0..21).map(|number| format!("\"x:{number}\"")).collect();
    let document = format!(
        r#"{{"resource": "https://h", "resource_name": "H", "authorization_servers": ["https://a"], "scopes_supported": [{}]}}"#,
        scopes.join(", ")
    );
    demo.write("metadata.json", &document);
    assert!(demo.run(&["lint", "metadata.json"]).out.contains("lists 21 scopes"));
    demo.write("lint.toml", "[lint]\noversized-scopes-supported = { max_scopes = 21 }\n");
    assert_eq!(demo.run(&["lint", "metadata.json", "--config", "lint.toml"]).out, "");
    demo.write("lint.toml", "[convention]\nscope = \"dotted\"\n[lint]\nnaming = \"deny\"\n");
    let run = demo.run(&["lint", "metadata.json", "--config", "lint.toml"]);
    assert!(run.code == 1 && run.out.contains("scope-convention"), "{}", run.out);
    for (text, why) in [
        ("[lint]\nbroad-scope = { max_tool = 1 }", "did you mean `max_tools`?"),
        ("[lint]\nbroad-scope = { max_tools = \"1\" }", "requires a whole number"),
        ("[lint]\nnaming = { max_tools = 1 }", "is a category"),
        ("[lints]", "write `[lint]`"),
    ] {
        demo.write("lint.toml", text);
        let run = demo.run(&["lint", "metadata.json", "--config", "lint.toml"]);
        assert!(run.code == 2 && run.err.contains(why), "{}", run.err);
    }
    assert_eq!(demo.run(&["lint", "metadata.json", "--config", "gone.toml"]).code, 2);
    assert_eq!(demo.run(&["lint", "--config", "lint.toml"]).code, 2);
}

#[test]
fn lints_documents() {
    let demo = Demo::new(MAIN);
    let good = r#"{"resource": "https://h/mcp", "resource_name": "H", "authorization_servers": ["https://a"], "scopes_supported": ["x:y"]}"#;
    fs::write(demo.path().join("good.json"), good).unwrap();
    fs::write(demo.path().join("bad.json"), r#"{"resource": "http://h/mcp"}"#).unwrap();
    fs::write(demo.path().join("plain.json"), r#"{"resource": "https://h/mcp"}"#).unwrap();
    let run = demo.run(&["lint", "good.json"]);
    assert_eq!((run.code, run.err.as_str()), (0, "checked 1 document: no findings\n"));
    let run = demo.run(&["lint", "bad.json", "good.json"]);
    assert_eq!((run.code, run.err.as_str()), (1, "checked 2 documents: 2 errors, 2 warnings\n"));
    assert!(run.out.contains("resource-not-https") && run.out.contains("missing-authorization-server"), "{}", run.out);
    assert_eq!(demo.run(&["lint", "plain.json"]).code, 1);
    assert_eq!(demo.run(&["lint", "plain.json", "--profile", "rfc9728"]).code, 0);
    assert_eq!(demo.run(&["lint", "good.json", "--resource", "https://h/mcp"]).code, 0);
    let run = demo.run(&["lint", "good.json", "--resource", "https://h/mcp/"]);
    assert!(run.code == 1 && run.out.contains("resource-mismatch"), "{}", run.out);
    assert_eq!(demo.run(&["lint", "--resource", "https://h/mcp"]).code, 2);
    assert_eq!(demo.run(&["lint", "gone.json"]).code, 2);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"));
    let child = command.args(["lint", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"<html>").unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && out.contains("not-json") && out.contains("<stdin>:1:1"), "{out}");
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

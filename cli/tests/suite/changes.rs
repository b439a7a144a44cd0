//! The output of `diff` and `check` in each format.

use std::fs;

use crate::support::{Demo, Run, formats};
use serde_json::{Value, json};

const OLD: &str = r#"{
  "resource": "https://a.example.com/mcp",
  "authorization_servers": ["https://auth.example.com"],
  "mcp_extensions": {
    "tool_scope_mapping": {
      "read": { "risk_level": "low", "required_scopes": [["files:read"]], "parameters": [] },
      "gone": { "risk_level": "low", "required_scopes": [["files:gone"]], "parameters": [] }
    }
  }
}
"#;

/// `read` opens to more tokens, `gone` is removed, and the new `resource_name` has text that each format has to escape.
const NEW: &str = r#"{
  "resource": "https://a.example.com/mcp",
  "resource_name": "Files",
  "hostile\u001b]0;\n::error::|</script>%,]]>\u0000<b>`x`": 1,
  "authorization_servers": ["https://auth.example.com"],
  "mcp_extensions": {
    "tool_scope_mapping": {
      "read": { "risk_level": "low", "required_scopes": [["files:read"], ["files:list"]], "parameters": [] }
    }
  }
}
"#;

fn demo() -> Demo {
    let demo = Demo::new();
    demo.write("old.json", OLD).write("new.json", NEW);
    demo
}

fn diff(demo: &Demo, format: &str, rest: &[&str]) -> Run {
    demo.run(&[&["diff", "old.json", "new.json", "--format", format], rest].concat())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[track_caller]
fn assert_valid(schema: &str, value: &Value) {
    let path = format!("{}/{schema}", env!("CARGO_MANIFEST_DIR"));
    let schema = parsed(&fs::read_to_string(path).unwrap());
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    let demo = demo();
    assert_eq!(demo.run(&["diff", "old.json", "none.json"]).out, "");
    for format in formats() {
        let format = format.as_str();
        assert_eq!(diff(&demo, format, &[]).code, 0, "{format}");
        assert_eq!(diff(&demo, format, &["--fail-on", "weakens"]).code, 1, "{format}");
        assert_eq!(diff(&demo, format, &["--fail-on", "minor"]).code, 1, "{format}");
        let run = demo.run(&["diff", "old.json", "old.json", "--format", format, "--fail-on", "patch"]);
        assert_eq!(run.code, 0, "{format}: {run:?}");
        let run = demo.run(&["diff", "old.json", "none.json", "--format", format]);
        assert_eq!((run.code, run.out.contains("unreadable-input")), (2, format != "human"), "{format}");
        let run = demo.run(&["check", "--format", format, "--output", "json=check.json"]);
        assert_eq!(run.code, 2, "{run:?}");
        let report = parsed(&demo.read("check.json"));
        assert_valid("schemas/diff-v1.schema.json", &report);
        assert_eq!(report["notices"][0]["id"], "unreadable-input");
    }
}

#[test]
fn human_output_names_each_place() {
    let run = diff(&demo(), "human", &[]);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\0'), "{}", run.out);
    let widened = "patch, weakens: `read` is opened by `files:read` or `files:list`, and was by `files:read` \
                   [access-widened]\n  at new.json:8:38\n  \
                   /mcp_extensions/tool_scope_mapping/read/required_scopes: some tokens open it that did not\n";
    assert!(run.out.contains(widened), "{}", run.out);
    // The place of a removed member is that of its parent.
    assert!(run.out.contains("tool `gone` is removed [tool-removed]\n  at new.json:7:5\n"), "{}", run.out);
    assert!(run.out.contains("patch, neutral: `resource_name` is added: `Files` [text-changed]\n"), "{}", run.out);
    assert!(run.out.ends_with("4 changes: major, weakens and tightens\n"), "{}", run.out);
    // Text from a document never starts a line, since a CI log could read it as a command.
    assert!(!run.out.lines().any(|line| line.trim_start().starts_with("::")), "{}", run.out);
}

#[test]
fn json_matches_its_schema() {
    let found = parsed(&diff(&demo(), "json", &["--fail-on", "weakens"]).out);
    assert_valid("schemas/diff-v1.schema.json", &found);
    let change = |id: &str| found["changes"].as_array().unwrap().iter().find(|change| change["id"] == id).unwrap();
    let widened = change("access-widened");
    assert_eq!((&widened["level"], &widened["line"]), (&json!("error"), &json!(8)), "{widened}");
    assert_eq!(change("tool-removed")["level"], "note");
    assert_eq!(found["summary"], json!({"compatibility": "major", "security": ["weakens", "tightens"]}));
    let demo = demo();
    let none = parsed(&demo.run(&["diff", "old.json", "old.json", "--format", "json"]).out);
    assert_valid("schemas/diff-v1.schema.json", &none);
    assert_eq!(none["summary"], json!({"compatibility": null, "security": ["neutral"]}));
}

#[test]
fn sarif_matches_the_standard() {
    let demo = demo();
    let none = parsed(&demo.run(&["diff", "old.json", "old.json", "--format", "sarif"]).out);
    assert_valid("tests/data/sarif-schema-2.1.0.json", &none);
    let sarif = parsed(&diff(&demo, "sarif", &["--fail-on", "weakens"]).out);
    assert_valid("tests/data/sarif-schema-2.1.0.json", &sarif);
    let run = &sarif["runs"][0];
    // The run id differs from that of `lint`, so that code scanning does not confuse the two.
    assert_eq!(run["automationDetails"]["id"], "mcp-scopes-diff/");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].is_string(), "code scanning requires help for each rule: {rule}");
        assert_eq!(result["partialFingerprints"]["mcp-scopes-diff/v1"].as_str().unwrap().len(), 32);
    }
    let widened = results.iter().find(|result| result["ruleId"] == "access-widened").unwrap();
    assert_eq!((&widened["level"], &widened["properties"]["security"]), (&json!("error"), &json!(["weakens"])));
    let location = &widened["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "new.json");
    assert_eq!(location["physicalLocation"]["region"]["startLine"], 8);
    let pointer = "/mcp_extensions/tool_scope_mapping/read/required_scopes";
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], pointer);
    // A document on standard input has no place that can be opened.
    let sarif = demo.run_with(&["diff", "old.json", "-", "--format", "sarif"], NEW).out;
    assert_valid("tests/data/sarif-schema-2.1.0.json", &parsed(&sarif));
    assert!(!sarif.contains("physicalLocation"), "{sarif}");
}

#[test]
fn github_prints_one_line_per_change() {
    let run = diff(&demo(), "github", &["--fail-on", "weakens"]);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    let command =
        |line: &str| ["::error file=new.json,", "::notice file=new.json,"].iter().any(|it| line.starts_with(it));
    assert!(run.out.lines().all(command), "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && run.out.contains("%25"), "{}", run.out);
    let widened =
        "::error file=new.json,line=8,endLine=8,col=38,endColumn=89,title=access-widened%3A patch%2C weakens::";
    assert!(run.out.contains(widened), "{}", run.out);
}

#[test]
fn junit_agrees_with_the_exit_code() {
    let demo = demo();
    let run = diff(&demo, "junit", &["--fail-on", "weakens"]);
    assert!(run.out.contains("tests=\"4\"") && run.out.contains("failures=\"1\""), "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\0') && !run.out.contains("<b>"), "{}", run.out);
    assert!(diff(&demo, "junit", &[]).out.contains("failures=\"0\""));
    let run = demo.run(&["diff", "old.json", "old.json", "--format", "junit"]);
    assert!(run.out.contains("name=\"nothing changed\"") && run.out.contains("failures=\"0\""), "{}", run.out);
}

#[test]
fn markdown_prints_a_table() {
    let run = diff(&demo(), "markdown", &["--fail-on", "weakens"]);
    assert!(run.out.starts_with("## mcp-scopes diff\n\n4 changes"), "{}", run.out);
    let rows: Vec<&str> = run.out.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        assert!(!row.contains("<b>") && !row.contains("</script>"), "{row}");
    }
    assert!(run.out.contains("| patch | ❌ weakens |"), "{}", run.out);
}

/// Places in source: the function of the tool, the line of the configuration file, the table for a removed member.
#[test]
fn changes_of_a_crate_point_at_its_source() {
    let source = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Read a file\n\
                  #[mcp_tool(scope = \"files:read\", risk = \"low\")]\nfn read_file(path: String) {}\n\n\
                  /// Remove a file\n#[mcp_tool(scope = \"files:delete\", risk = \"high\")]\nfn delete_file(path: String) {}\n\n\
                  scope_table! { static TOOLS = [read_file, delete_file] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";
    let demo = Demo::package(source);
    assert_eq!(demo.run(&["lock"]).code, 0);
    assert_eq!(demo.run(&["check"]).out, "");
    let config = "[server]\nresource = \"https://tools.example.com/mcp/v2\"\nauthorization_servers = [\"https://auth.example.com\"]\nbaseline = [\"files:read\"]\n\n[session]\nmax_high_risk_calls = 5\n";
    let narrower = source.replace("\"low\"", "\"medium\"").replace("[read_file, delete_file]", "[read_file]");
    demo.write("mcp-scopes.toml", config).write("src/main.rs", narrower);
    let run = demo.run(&["check", "--format", "json", "--output", "github=notes.txt"]);
    assert_eq!(run.code, 1);
    let found = parsed(&run.out);
    assert_valid("schemas/diff-v1.schema.json", &found);
    let at = |id: &str| {
        let change = found["changes"].as_array().unwrap().iter().find(|change| change["id"] == id);
        let change = change.unwrap_or_else(|| panic!("no {id}: {found:#}"));
        assert_eq!(change["level"], "error", "every change is an error in `check`");
        (change["file"].as_str().unwrap().to_owned(), change["line"].as_u64().unwrap())
    };
    assert_eq!(at("resource-changed"), ("mcp-scopes.toml".to_owned(), 2));
    assert_eq!(at("baseline-shrunk"), ("mcp-scopes.toml".to_owned(), 4));
    assert_eq!(at("policy-tightened"), ("mcp-scopes.toml".to_owned(), 6));
    assert_eq!(at("risk-raised"), ("src/main.rs".to_owned(), 5));
    assert_eq!(at("tool-removed"), ("src/main.rs".to_owned(), 11));
    assert!(demo.read("notes.txt").contains("::error file=src/main.rs,line=5,"), "{}", demo.read("notes.txt"));
    assert!(
        run.err.contains("`mcp-scopes.lock.json` differs from its source") && run.err.contains("`mcp-scopes lock`")
    );
    // Machine-readable formats also report that nothing changed.
    demo.run(&["lock"]);
    assert_eq!(parsed(&demo.run(&["check", "--format", "json"]).out)["changes"], json!([]));
}

#[test]
fn accepts_loopback_http_only_with_the_option() {
    let source = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Read a file\n\
                  #[mcp_tool(scope = \"files:read\", risk = \"low\")]\nfn read_file(path: String) {}\n\n\
                  scope_table! { static TOOLS = [read_file] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";
    let demo = Demo::package(source);
    let config =
        "[server]\nresource = \"http://localhost:3000/mcp\"\nauthorization_servers = [\"http://127.0.0.1:9000\"]\n";
    demo.write("mcp-scopes.toml", config);
    for command in ["export", "lock", "docs"] {
        let run = demo.run(&[command]);
        assert!(run.code != 0 && run.err.contains("--allow-loopback-http"), "{command}: {run:?}");
        assert_eq!(demo.run(&[command, "--allow-loopback-http"]).code, 0, "{command}");
    }
    // A document that is locked for a loopback host is compared as such, and the help keeps the option.
    let run = demo.run(&["check"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(demo.run(&["check", "--allow-loopback-http"]).code, 0);
    demo.write("src/main.rs", source.replace("low", "high"));
    let run = demo.run(&["check", "--allow-loopback-http"]);
    assert!(run.code == 1 && run.err.contains("`mcp-scopes lock --allow-loopback-http`"), "{run:?}");
    let run = demo.run(&["diff", "mcp-scopes.lock.json", ".", "--allow-loopback-http"]);
    assert!(run.code == 0 && run.out.contains("risk-raised"), "{run:?}");
    // Another host is still rejected, without that help.
    let other = ["export", "--resource", "http://files.example.com/mcp", "--allow-loopback-http"];
    let run = demo.run(&other);
    assert!(run.code != 0 && !run.err.contains("allow-loopback-http"), "{run:?}");
    assert!(!demo.run(&other[..3]).err.contains("allow-loopback-http"));
}

/// No access depends on the names of parameters, so nothing but their list is missing.
#[test]
fn commands_accept_unknown_parameters() {
    let source = |derive: &str| {
        format!(
            "use mcp_scopes::{{mcp_tool, scope_table}};\n{derive}\nstruct Read {{ path: String }}\n\n\
             /// Read a file\n#[mcp_tool(risk = \"low\")]\nfn read(Parameters(read): Parameters<Read>) {{}}\n\n\
             scope_table! {{ static TOOLS = [read] with \"mcp-scopes.toml\"; }}\n\nfn main() {{}}\n"
        )
    };
    let demo = Demo::package(&source("#[derive(schemars::JsonSchema)]"));
    let known = demo.run(&["export"]);
    assert_eq!(known.code, 0, "{known:?}");
    demo.write("known.json", &known.out).write("src/main.rs", source(""));
    let unknown = demo.run(&["export"]);
    assert_eq!(unknown.code, 0, "{unknown:?}");
    assert!(
        unknown.err.contains("warning") && unknown.err.contains("`Read` does not derive `JsonSchema`"),
        "{unknown:?}"
    );
    let tool = &parsed(&unknown.out)["mcp_extensions"]["tool_scope_mapping"]["read"];
    assert_eq!((&tool["parameters_unknown"], tool.get("parameters")), (&json!(true), None));
    for command in [["lock"].as_slice(), &["check"], &["docs", "--output", "page.html"], &["diff", ".", "."]] {
        let run = demo.run(command);
        assert_eq!(run.code, 0, "{command:?}: {run:?}");
    }
    assert!(demo.read("page.html").contains("not known"));
    for (sides, kind) in [(["known.json", "."], "parameters-unknown"), ([".", "known.json"], "parameters-known")] {
        let run = demo.run(&["diff", sides[0], sides[1], "--format", "json"]);
        let changes = parsed(&run.out)["changes"].as_array().unwrap().clone();
        let kinds: Vec<&str> = changes.iter().map(|change| change["id"].as_str().unwrap_or_default()).collect();
        assert_eq!(kinds, [kind], "{run:?}");
    }
}

//! `mcp-scopes export`.

use std::fs;

use super::{Demo, MAIN};

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

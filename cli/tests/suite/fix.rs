//! `--fix`, `--unsafe-fixes`, `--diff`: fixes change exactly what they have to.

use std::fs;

use crate::support::{DOCUMENT, Demo};

/// Two adjacent empty members, a repeated member, an empty `bearer_methods_supported` (which has a meaning), an unknown
/// member, and an unusual layout.
const BROKEN: &str = "{ \"resource\" :\"https://files.example.com/mcp\",\r\n\t\"x-note\": {\"b\":1,  \"a\":[ 1,2 ]},\n \
    \"scopes_supported\":[], \"dpop_signing_alg_values_supported\" : [ ],\n  \"authorization_servers\": [\"https://auth.example.com\"],\n\
    \"bearer_methods_supported\": [],\n  \"x-note\": {\"b\":1,  \"a\":[ 1,2 ]}}";
const RIGHT: &str = "{ \"resource\" :\"https://files.example.com/mcp\",\r\n\t\"x-note\": {\"b\":1,  \"a\":[ 1,2 ]},\n \
    \"authorization_servers\": [\"https://auth.example.com\"],\n\
    \"bearer_methods_supported\": []}";

const SCOPES: &str = "use mcp_scopes::{mcp_tool, scope_table};\r\n\r\n/// List files\r\n#[mcp_tool(risk = \"low\", scope = \"files:read\")]\r\nfn list_files() {}\r\n\r\n\
    /// Find a file   \r\n#[mcp_tool( risk=\"low\" ,scope = any(\"file:read\", \"files:all\"))]\r\nfn find_file() {}\r\n\r\n\
    /// Show a file\r\n#[mcp_tool(risk = \"low\", scope = \"file:read\")]\r\nfn show_file() {}\r\n\r\n\
    scope_table! { static TOOLS = [list_files, find_file, show_file] with \"mcp-scopes.toml\"; }\r\n\r\nfn main() {}\r\n";

#[test]
fn safe_fixes_change_nothing_else() {
    let demo = Demo::new();
    demo.write("a.json", BROKEN).write("b.json", DOCUMENT).write("c.json", RIGHT);
    let before = fs::metadata(demo.path().join("c.json")).unwrap().modified().unwrap();
    assert_eq!(demo.run(&["lint", "a.json", "b.json", "c.json"]).code, 1);
    let run = demo.run(&["lint", "--fix", "a.json", "b.json", "c.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("fixed 4 findings in 2 files\nchecked 3 documents: "), "{run:?}");
    assert_eq!(demo.read("a.json"), RIGHT);
    assert_eq!(demo.read("b.json"), DOCUMENT.replace(",\n  \"scopes_supported\": []", ""));
    assert_eq!(fs::metadata(demo.path().join("c.json")).unwrap().modified().unwrap(), before);
    // A second run has nothing to fix.
    let run = demo.run(&["lint", "--fix", "a.json", "b.json"]);
    assert!(run.code == 0 && run.err.starts_with("fixed 0 findings in 0 files\n"), "{run:?}");
}

#[test]
fn a_preview_writes_nothing() {
    let demo = Demo::new();
    demo.write("a.json", BROKEN);
    let run = demo.run(&["lint", "--diff", "a.json"]);
    assert_eq!((run.code, run.err.as_str()), (1, "would fix 3 findings in 1 file\n"), "{run:?}");
    assert!(run.out.starts_with("--- a.json\n+++ a.json\n@@ -"), "{}", run.out);
    // The diff equals the changes of `--fix`, and `patch` accepts it.
    assert!(
        run.out.contains("- \"scopes_supported\":[], \"dpop_signing_alg_values_supported\" : [ ],\n"),
        "{}",
        run.out
    );
    assert!(run.out.contains("\\ No newline at end of file"), "{}", run.out);
    assert_eq!(demo.read("a.json"), BROKEN);
    assert_eq!(demo.run(&["lint", "--diff", "--fix", "a.json"]).code, 1);
    assert_eq!(demo.read("a.json"), BROKEN);
    demo.write("a.json", RIGHT);
    let run = demo.run(&["lint", "--diff", "a.json"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
}

#[test]
fn prints_fixed_standard_input() {
    let demo = Demo::new();
    let run = demo.run_with(&["lint", "--fix", "-"], BROKEN);
    assert_eq!((run.code, run.out.as_str()), (0, RIGHT), "{run:?}");
    // A document without fixes is printed unchanged. The remaining findings go to standard error.
    let http = RIGHT.replace("https://files", "http://files");
    let run = demo.run_with(&["lint", "--fix", "-"], &http);
    assert_eq!((run.code, run.out.as_str()), (1, http.as_str()), "{run:?}");
    assert!(run.err.contains("error[resource-not-https]") && !run.err.contains('\u{1b}'), "{run:?}");
    let run = demo.run_with(&["lint", "--fix", "--format", "json", "-"], BROKEN);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    let run = demo.run_with(&["lint", "--fix", "--output", "json=left.json", "-"], BROKEN);
    assert_eq!((run.code, demo.read("left.json").contains("\"errors\": 0")), (0, true), "{run:?}");
}

#[test]
fn applies_unsafe_fixes_only_on_request() {
    let demo = Demo::new();
    let slips =
        "{\"resource\": \"https://files.example.com/mcp/\", \"authorization_server\" : [\"https://auth.example.com\"]}";
    demo.write("a.json", slips);
    let resource = ["--resource", "https://files.example.com/mcp", "a.json"];
    let lint = |flags: &[&str]| demo.run(&[&["lint"], flags, &resource].concat());
    let run = lint(&["--unsafe-fixes"]);
    assert!(run.code == 2 && run.err.contains("--fix"), "`--unsafe-fixes` alone writes nothing: {run:?}");
    let run = lint(&["--fix"]);
    assert!(run.code == 1 && run.err.contains("fixed 0 findings"), "{run:?}");
    assert_eq!(demo.read("a.json"), slips);
    let run = lint(&["--fix", "--unsafe-fixes"]);
    assert!(run.code == 0 && run.err.contains("fixed 2 findings in 1 file"), "{run:?}");
    assert_eq!(
        demo.read("a.json"),
        "{\"resource\": \"https://files.example.com/mcp\", \"authorization_servers\" : [\"https://auth.example.com\"]}"
    );
    // A different resource is not a misspelling.
    let other = slips.replace("/mcp/", "/other");
    demo.write("a.json", &other);
    lint(&["--fix", "--unsafe-fixes"]);
    assert!(demo.read("a.json").contains("/other\""));
}

#[test]
fn corrects_a_scope_to_its_declared_spelling() {
    let demo = Demo::package(SCOPES);
    let declared =
        demo.read("mcp-scopes.toml") + "[scopes]\n\"files:read\" = \"Read files\"\n\"files:all\" = \"All\"\n";
    demo.write("mcp-scopes.toml", &declared);
    let run = demo.run(&["lint", "--fix"]);
    assert_eq!((run.code, demo.read("src/main.rs").as_str()), (1, SCOPES), "{run:?}");
    let run = demo.run(&["lint", "--diff", "--unsafe-fixes"]);
    assert!(
        run.code == 1 && run.out.contains("+#[mcp_tool( risk=\"low\" ,scope = any(\"files:read\", \"files:all\"))]"),
        "{run:?}"
    );
    assert_eq!(demo.read("src/main.rs"), SCOPES);
    let run = demo.run(&["lint", "--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.read("src/main.rs"), SCOPES.replace("\"file:read\"", "\"files:read\""));
    assert_eq!(demo.read("mcp-scopes.toml"), declared);
    // Without a declaration, the correct scope is unknown.
    let demo = Demo::package(SCOPES);
    let run = demo.run(&["lint", "--fix", "--unsafe-fixes"]);
    assert!(run.err.contains("fixed 0 findings") && demo.read("src/main.rs") == SCOPES, "{run:?}");
}

#[test]
fn sorts_a_list_only_if_its_rule_is_enabled() {
    let demo = Demo::new();
    let list = |scopes: &str| DOCUMENT.replace("[]", scopes);
    demo.write("a.json", list("[\n  \"c\",\"a\" , \"\\u0062\"\n]"));
    let run = demo.run(&["lint", "--fix", "a.json"]);
    assert!(run.code == 0 && run.err.contains("fixed 0 findings"), "{run:?}");
    let run = demo.run(&["lint", "--fix", "--warn", "unsorted-scopes", "a.json"]);
    assert!(run.code == 0 && run.err.contains("fixed 1 finding in 1 file\n"), "{run:?}");
    assert_eq!(demo.read("a.json"), list("[\n  \"a\",\"\\u0062\" , \"c\"\n]"));
}

#[test]
fn keeps_suppressed_findings() {
    let demo = Demo::new();
    demo.write("a.json", DOCUMENT);
    demo.run(&["lint", "a.json", "--update-baseline", "--reason", "our clients require the member"]);
    let run = demo.run(&["lint", "--fix", "a.json", "--baseline", "mcp-scopes.baseline.json"]);
    assert_eq!((run.code, demo.read("a.json").as_str()), (0, DOCUMENT), "{run:?}");
    let run = demo.run(&["lint", "--fix", "a.json", "--allow", "empty-member"]);
    assert_eq!((run.code, demo.read("a.json").as_str()), (0, DOCUMENT), "{run:?}");
    assert_eq!(demo.run(&["lint", "--fix", "--update-baseline", "a.json"]).code, 2);
}

#[cfg(unix)]
#[test]
fn rejects_links_and_read_only_files() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let demo = Demo::new();
    demo.write("a.json", DOCUMENT).write("b.json", DOCUMENT);
    symlink("a.json", demo.path().join("link.json")).unwrap();
    // One file that cannot be written prevents all writes.
    let run = demo.run(&["lint", "--fix", "b.json", "link.json"]);
    assert!(run.code == 2 && run.err.contains("`link.json` is a symbolic link"), "{run:?}");
    assert_eq!((demo.read("a.json").as_str(), demo.read("b.json").as_str()), (DOCUMENT, DOCUMENT));
    let mode = |file: &str, mode| {
        fs::set_permissions(demo.path().join(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("b.json", 0o444);
    let run = demo.run(&["lint", "--fix", "a.json", "b.json"]);
    assert!(run.code == 2 && run.err.contains("`b.json` is read-only"), "{run:?}");
    assert_eq!((demo.read("a.json").as_str(), demo.read("b.json").as_str()), (DOCUMENT, DOCUMENT));
    // File permissions are kept.
    mode("a.json", 0o640);
    assert_eq!(demo.run(&["lint", "--fix", "a.json"]).code, 0);
    let status = fs::metadata(demo.path().join("a.json")).unwrap();
    assert_eq!(status.permissions().mode() & 0o777, 0o640);
    assert_eq!(demo.names("."), ["a.json", "b.json", "link.json"]);
}

/// Errors of the compiler whose help states what to write.
const SLIPS: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Names and sizes\n#[mcp_tool(scope = \"files:raed\", risk = \"low\")]\nfn list_files(path: String) {}\n\n\
    /// One number\n#[mcp_tool(scope = \"files:read\", rsik = \"low\", grouped_with(\"list_flies\"))]\nfn count_files(path: String) {}\n\n\
    /// Whole content\n#[mcp_tool(scope = \"files:read\", risk = \"lwo\", sandbox = \"alow\")]\nfn read_file(path: String) {}\n\n\
    mod more {\n    /// A list\n    #[super::mcp_tool]\n    pub fn find(path: String) {}\n    /// A page\n    #[super::mcp_tool(scope = \"files:read\")]\n    pub fn show(path: String) {}\n}\n\n\
    scope_table! { static TOOLS = [list_files, count_files, read_file, more::find, more::show] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";

#[test]
fn writes_what_the_help_states() {
    let demo = Demo::package(SLIPS);
    let config = demo.read("mcp-scopes.toml") + "[scopes]\n\"files:read\" = \"Read files\"\nfind = \"Find\"\n[lint]\n";
    let slips = config.replace("resource =", "resuorce =").replace("[lint]\n", "[lnit]\nrisky-nmae = \"alow\"\n");
    demo.write("mcp-scopes.toml", slips);
    let run = demo.run(&["lint"]);
    assert!(run.code == 1 && run.err.contains(" fixable with `--fix`"), "{run:?}");
    let run = demo.run(&["lint", "--fix"]);
    assert_eq!(demo.read("mcp-scopes.toml"), config + "risky-name = \"allow\"\n", "{run:?}");
    let placeholder = "// mcp-scopes: review(risk) a placeholder of `lint --fix`\n";
    let fixed = SLIPS
        .replace("rsik", "risk")
        .replace("list_flies", "list_files")
        .replace("lwo", "low")
        .replace("alow", "allow")
        .replace("    #[super::mcp_tool]", &format!("    {placeholder}    #[super::mcp_tool(risk = \"high\")]"))
        .replace("    #[super::mcp_tool(s", &format!("    {placeholder}    #[super::mcp_tool(risk = \"high\", s"));
    assert_eq!(demo.read("src/main.rs"), fixed, "{run:?}");
    // The scope decides who may call the tool, and a person decides on the risk.
    assert!(run.code == 1 && run.err.contains("1 fixable with `--fix --unsafe-fixes`"), "{run:?}");
    assert_eq!(run.out.matches("[unreviewed-risk]").count(), 2, "{run:?}");
    let run = demo.run(&["lint", "--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.read("src/main.rs"), fixed.replace("files:raed", "files:read"));
}

/// A fix never adds an error, even if the one that it removes is off.
#[test]
fn a_clean_profile_stays_clean() {
    let demo = Demo::new();
    demo.write("a.json", DOCUMENT.replace("[\"https://auth.example.com\"]", "[]"));
    for arguments in [&["--allow", "empty-member"][..], &[]] {
        let lint = |fix: &[&str]| demo.run(&[&["lint", "a.json"], arguments, fix].concat());
        let before = lint(&[]);
        lint(&["--fix"]);
        let after = lint(&[]);
        let empty = |text: &str| text.matches("error[missing-authorization-server]").count();
        assert!(after.code <= before.code && empty(&after.out) == empty(&before.out), "{before:?} {after:?}");
    }
    assert!(demo.read("a.json").contains("\"authorization_servers\": []"), "{}", demo.read("a.json"));
    // Without the member, clients could take the tool for a public one.
    let tools = "\"scopes_supported\": [\"a\"],\n  \"mcp_extensions\": {\"version\": \"1.0\", \"tool_scope_mapping\": {\"read\": {\"required_scopes\": [[\"a\"]]}, \"send\": {\"required_scopes\": []}}}";
    let document = DOCUMENT.replace("\"scopes_supported\": []", tools);
    demo.write("a.json", &document);
    let run = demo.run(&["lint", "a.json", "--fix", "--unsafe-fixes"]);
    assert!(run.code == 1 && run.out.contains("is an empty array, which states no scope"), "{run:?}");
    assert_eq!(demo.read("a.json"), document);
}

//! Malformed input. Each case is a finding with a place, and never hides other results.

use crate::support::{Package, found};

const TOOL: &str = "/// Do it\n#[mcp_scopes::mcp_tool(risk = \"low\")]\npub fn f() {}\n";
const TABLE: &str = "mod a;\nmod good;\nscope_table! { static TOOLS = [good::f] with \"mcp-scopes.toml\"; }\n";

fn broken(a: impl AsRef<[u8]>) -> Package {
    let package = Package::new(&[("src/main.rs", TABLE), ("src/good.rs", TOOL)]);
    package.write("src/a.rs", a);
    package
}

#[test]
fn reports_one_finding_for_a_broken_file() {
    let deep = format!("{TOOL}fn g() {{ {}1{} }}", "(".repeat(10_000), ")".repeat(10_000));
    let bangs = format!("{TOOL}const B: bool = {}true;", "!".repeat(20_000));
    let generic = format!("{TOOL}type B = {}u8{};", "Vec<".repeat(20_000), ">".repeat(20_000));
    for (text, expected) in [
        (format!("{TOOL}fn ( {{}}\n").into_bytes(), "syntax src/a.rs:4:4"),
        (format!("{TOOL}fn g() {{\n").into_bytes(), "syntax src/a.rs:"),
        (format!("{TOOL}\"open\n").into_bytes(), "syntax src/a.rs:4:1"),
        ([TOOL.as_bytes(), b"\n\xff"].concat(), "unreadable-file src/a.rs:5:1"),
        (deep.into_bytes(), "nesting src/a.rs:4:"),
        (bangs.into_bytes(), "nesting src/a.rs:4:"),
        (generic.into_bytes(), "nesting src/a.rs:4:"),
    ] {
        let package = broken(&text);
        let report = package.run();
        let findings = found(&package, &report);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with(expected), "{findings:?}");
        assert_eq!(report.annotated(), 1, "the other file is read");
    }
}

#[test]
fn accepts_crlf_byte_order_marks_and_empty_files() {
    for text in ["", "\u{feff}", "// only a comment: mcp_tool\r\n", "#!/usr/bin/env run\n"] {
        assert_eq!(broken(text).findings(), [""; 0], "{text:?}");
    }
    let text = format!("\u{feff}{}", TOOL.replace('\n', "\r\n").replace("Do it", "Do\r\n/// it"));
    let package = broken(text.as_str());
    let report = package.run();
    assert_eq!((report.annotated(), report.findings.len()), (2, 0), "{:#?}", report.findings);
    let tool = report.inventories[0].tools.iter().find(|tool| tool.place.file.ends_with("a.rs")).unwrap();
    assert_eq!((tool.description.value.as_str(), tool.place.start.line), ("Do it", 4));
}

#[test]
fn reports_modules_without_one_file() {
    let package = broken("#[path = \"a.rs\"]\nmod again;\n");
    assert_eq!(package.findings(), ["module-file src/a.rs:2:5"]);
    let package = broken("mod lost;\n#[path = \"a.rs\"]\nconst A: u8 = 0;\n");
    assert_eq!(package.findings(), ["module-file src/a.rs:1:5"]);
    package.write("src/a/lost.rs", TOOL);
    package.write("src/a/lost/mod.rs", TOOL);
    let twice = package.findings();
    assert!(twice.contains(&"module-file src/a.rs:1:5".to_owned()), "{twice:?}");
}

#[test]
fn reports_undeclared_files() {
    let package = broken("");
    package.write("src/lonely.rs", TOOL);
    package.write("src/quiet.rs", "// mentions mcp_tool in a comment\n");
    assert_eq!(package.findings(), ["undeclared-file src/lonely.rs:2:15"]);
    assert!(!package.run().has_errors(), "an undeclared file is not compiled");
}

#[test]
fn follows_paths_and_nested_files() {
    let package =
        broken("mod inner {\n  #[path = \"odd.rs\"]\n  pub mod odd;\n}\n#[path = \"else/where.rs\"]\nmod other;\n");
    package.write("src/a/inner/odd.rs", TOOL);
    package.write("src/else/where.rs", "mod child;\n");
    package.write("src/else/child.rs", TOOL);
    assert_eq!((package.findings(), package.run().annotated()), (vec![], 3));
}

#[test]
fn reports_annotations_in_macros_and_bodies() {
    let package =
        broken("make! { #[mcp_tool(risk = \"low\")] fn f() {} }\nfn g() { #[mcp_tool(risk = \"low\")] fn h() {} }\n");
    assert_eq!(package.findings(), ["annotation-in-macro src/a.rs:1:11", "annotation-in-body src/a.rs:2:12"]);
    let package = broken(
        "trait T { #[mcp_tool(risk = \"low\")] fn f(); }\nimpl T for u8 {\n#[mcp_tool(risk = \"low\")]\nfn f() {} }\n",
    );
    assert_eq!(package.findings(), ["trait-impl src/a.rs:1:11", "trait-impl src/a.rs:3:1"]);
    let package = broken("pub use mcp_scopes::mcp_tool as t;\n");
    assert_eq!(package.findings(), ["renamed-export src/a.rs:1:1"]);
}

#[test]
fn reports_circular_tables() {
    let table = |name: &str, other: &str| format!("scope_table! {{ pub static {name} = [..{other}]; }}\n");
    let package = broken([table("A", "B"), table("B", "A")].concat());
    let findings = package.findings();
    let expected = ["table-circle src/a.rs:1:27", "table-circle src/a.rs:2:27"];
    assert_eq!(findings, expected);
}

#[cfg(unix)]
#[test]
fn handles_links_and_folders_in_place_of_files() {
    use std::os::unix::fs::symlink;
    let package = broken("mod linked;\n");
    package.write("shared.rs", TOOL);
    std::fs::create_dir(package.path().join("src/a")).unwrap();
    symlink(package.path().join("shared.rs"), package.path().join("src/a/linked.rs")).unwrap();
    symlink(package.path(), package.path().join("src/loop")).unwrap();
    assert_eq!((package.findings(), package.run().annotated()), (vec![], 2));
    let package = broken("");
    package.write("src/main.rs", [TABLE, "mod folder;\n"].concat());
    std::fs::create_dir_all(package.path().join("src/folder.rs")).unwrap();
    assert_eq!(package.findings(), ["module-file src/main.rs:4:5"]);
}

/// Findings of the grammar and the shared rules are at the literal.
#[test]
fn reports_problems_at_their_literals() {
    let main = "scope_table! { static TOOLS = [f, g] with \"mcp-scopes.toml\"; }\n\
                #[mcp_scopes::mcp_tool(risk = \"low\", grouped_with(\"h\"),\n  prerequisites(\"x:y\"))]\nfn f() {}\n\
                #[mcp_scopes::mcp_tool(risk = \"lwo\", name = \"f\",\n  policy(blocked_after(\"k:*\")))]\nfn g() {}\n";
    let package = Package::new(&[("src/main.rs", main)]);
    let config = "[server]\nnamespace = \"x:\"\nbaseline = [\"x:z\"]\n[flows]\ndev = [\"y\"]\n";
    package.write("mcp-scopes.toml", config);
    let expected = [
        "unknown-scope mcp-scopes.toml:3:13",
        "missing-namespace mcp-scopes.toml:5:8",
        "unknown-group-tool src/main.rs:2:51",
        "unknown-scope src/main.rs:3:17",
        "unknown-value src/main.rs:5:31",
        "duplicate-tool src/main.rs:5:45",
        "unknown-policy-tool src/main.rs:6:24",
    ];
    assert_eq!(package.findings(), expected);
    assert!(package.run().findings[0].message.starts_with("scope `x:z`"), "{}", package.run().findings[0].message);
}

//! Which tools are found, and with which facts.

use super::edits::init;
use crate::support::{Demo, Run};

const RMCP: &str =
    "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nrmcp = \"3.11\"\n";
const HANDLER: &str = "struct A;\n\nimpl rmcp::ServerHandler for A {}\n";

/// Asserts that no function is left without an annotation, and that a declared tool has that risk.
fn declares(demo: &Demo, run: &Run, tools: &[(&str, &str)]) {
    assert_eq!(run.code, 0, "{run:?}");
    let config = demo.read("mcp-scopes.toml");
    for (tool, risk) in tools {
        let section = format!("[tools.\"{tool}\"]\nscope = \"{tool}\"\nrisk = \"{risk}\"\n");
        assert!(config.contains(&section), "{tool} {risk}: {config}\n{}", run.out);
    }
}

#[test]
fn annotates_every_tool_that_the_macros_see() {
    let main = "use rmcp::tool;\n\nstruct A;\n\nimpl A {\n    /// Words\n    #[tool]\n    async fn one(&self) {}\n\n    #[cfg(test)]\n    #[tool]\n    async fn probe(&self) {}\n\n\
        \x20   /// More words\n    #[cfg_attr(feature = \"x\", tool(name = \"two_of_x\", annotations(read_only_hint = true)))]\n    async fn two(&self) {}\n\n\
        \x20   /// Further words\n    #[cfg_attr(unix, cfg_attr(feature = \"x\", tool))]\n    async fn three(&self) {}\n\n\
        \x20   /// Both\n    #[cfg_attr(unix, tool(annotations(destructive_hint = false)))]\n    #[cfg_attr(not(unix), tool)]\n    async fn four(&self) {}\n}\n\n#[cfg(test)]\nimpl A {\n    #[tool]\n    async fn fake(&self) {}\n}\n\nfn main() {}\n";
    let manifest = format!("{RMCP}\n[features]\nx = []\n");
    let (demo, run) = init(&[("Cargo.toml", &manifest), ("src/main.rs", main)], &["--convention", "resource:action"]);
    assert_eq!(run.code, 0, "{run:?}");
    let expected = main
        .replace("use rmcp::tool;", "use mcp_scopes::{mcp_tool, mcp_tools};\nuse rmcp::tool;")
        .replacen("impl A {", "#[mcp_tools]\nimpl A {", 1)
        .replacen("    #[tool]\n", "    #[mcp_tool(scope = \"one:use\", risk = \"high\")]\n    #[tool]\n", 1)
        .replace(
            "    #[tool]\n    async fn probe",
            "    #[mcp_tool(scope = \"probe:use\", risk = \"high\")]\n    #[tool]\n    async fn probe",
        )
        .replace(
            "    #[cfg_attr(feature",
            "    #[cfg_attr(feature = \"x\", mcp_scopes::mcp_tool(scope = \"two:x\", risk = \"low\", name = \"two_of_x\"))]\n    #[cfg_attr(feature",
        )
        .replace(
            "    #[cfg_attr(unix, cfg_attr",
            "    #[cfg_attr(all(unix, feature = \"x\"), mcp_scopes::mcp_tool(scope = \"three:use\", risk = \"high\"))]\n    #[cfg_attr(unix, cfg_attr",
        )
        .replace(
            "    #[cfg_attr(unix, tool(annotations",
            "    #[mcp_tool(scope = \"four:use\", risk = \"high\")]\n    #[cfg_attr(unix, tool(annotations",
        )
        .replace("#[mcp_tool(scope = \"two_of_x\"", "#[mcp_tool(scope = \"two:x\"")
        + "\nmcp_scopes::scope_table! {\n    /// The tools of this server, and the scopes that open them.\n    static TOOLS = [A::*] with \"mcp-scopes.toml\";\n}\n";
    assert_eq!(demo.read("src/main.rs").trim_end(), expected.trim_end());
    // No build has the scope of a tool that only tests have.
    assert!(!demo.read("mcp-scopes.toml").contains("probe"));
    for features in [&[][..], &["--all-features"]] {
        let lint = demo.run(&[&["lint", "--deny", "warnings", "--allow", "unused-scope"], features].concat());
        assert_eq!(lint.code, 0, "{lint:?}");
    }
}

#[test]
fn knows_an_attribute_by_another_name() {
    let main = "use rmcp::{tool as t, tool_router};\n\nstruct A;\n\n#[tool_router]\nimpl A {\n    #[t(name = \"one.first\", description = \"Words\", annotations(read_only_hint = true))]\n    async fn one(&self) {}\n}\n\nfn main() {}\n";
    let (demo, run) = init(&[("src/main.rs", main)], &[]);
    let annotated = "    #[mcp_tool(scope = \"one.first\", risk = \"low\", name = \"one.first\", description = \"Words\")]\n    #[t(";
    assert!(demo.read("src/main.rs").contains(annotated), "{run:?}");
    demo.write("src/main.rs", main);
    let lint = demo.run(&["lint"]);
    assert!(lint.code == 1 && lint.out.contains("[unannotated-tools]") && lint.out.contains("main.rs:8"), "{lint:?}");
}

#[test]
fn declares_the_tools_that_macros_make() {
    let main = format!(
        "{HANDLER}\nmacro_rules! tools {{\n    ($($name:ident $hints:tt)*) => {{\n        impl A {{\n            $(\n                #[rmcp::tool(description = \"Words\", annotations $hints)]\n                async fn $name(&self) {{}}\n            )*\n        }}\n    }};\n}}\n\n\
        macro_rules! fixed {{\n    () => {{\n        impl A {{\n            /// Text of the macro\n            #[rmcp::tool(annotations(read_only_hint = true, destructive_hint = true))]\n            async fn erase_it(&self) {{}}\n\n            #[rmcp::tool(annotations(read_only_hint = true, destructive_hint = false))]\n            async fn look_at_it(&self) {{}}\n        }}\n    }};\n}}\n\n\
        fixed!();\ntools! {{ first (read_only_hint = true) }}\ntools! {{ second (read_only_hint = true) }}\ntools! {{ 7 }}\n\nmod more;\n\n\
        cfg_if::cfg_if! {{\n    if #[cfg(unix)] {{\n        impl A {{\n            /// Words of it\n            #[rmcp::tool(name = \"on.unix\")]\n            async fn on_unix(&self) {{}}\n        }}\n    }} else {{\n        impl A {{\n            #[rmcp::tool]\n            async fn elsewhere(&self) {{}}\n        }}\n    }}\n}}\n\nfn main() {{}}\n"
    );
    let more = "tools! { third (read_only_hint = true) }\n";
    let (demo, run) = init(&[("src/main.rs", &main), ("src/more.rs", more)], &[]);
    declares(&demo, &run, &[("erase_it", "high"), ("look_at_it", "low"), ("on.unix", "high"), ("elsewhere", "high")]);
    let config = demo.read("mcp-scopes.toml");
    for section in [
        "# `macro_rules! tools` in src/main.rs:",
        "# `macro_rules! tools` in src/more.rs:1\n[tools.\"third\"]\n",
        "# `cfg_if!` in src/main.rs:",
        "description = \"Words of it\"\n",
        "description = \"Text of the macro\"\n",
        "[tools.\"first\"]\n",
        "[tools.\"second\"]\n",
    ] {
        assert!(config.contains(section), "{section}: {config}");
    }
    let unread =
        "the names of the tools that this call of `macro_rules! tools` makes are not known; declare them under";
    assert!(run.out.contains(unread), "{}", run.out);
}

#[test]
fn declares_the_tools_of_literals_and_of_other_crates() {
    let tools = "use rmcp::model::Tool;\n\npub fn tools() -> Vec<Tool> {\n    vec![\n        Tool { name: \"one\".into(), description: Some(\"Words\".into()), input_schema: schema(), annotations: None },\n        Tool { name: Cow::Borrowed(\"two\"), ..Tool::default() },\n        Tool { name: NAMES[3], input_schema: schema() },\n    ]\n}\n\npub fn other(tool: &Tool) {\n    let Tool { name: a, input_schema: b, .. } = tool;\n}\n";
    // The library builds the tools, the program has the handler.
    let files = [("src/lib.rs", tools), ("src/main.rs", &format!("{HANDLER}\nfn main() {{}}\n"))];
    let (demo, run) = init(&files, &[]);
    declares(&demo, &run, &[("one", "high"), ("two", "high")]);
    assert!(
        run.out.contains("to do: src/lib.rs:7: the name of the tool in `Tool { .. }` is not a literal"),
        "{}",
        run.out
    );
    assert_eq!(run.out.matches("is not a literal").count(), 1, "{}", run.out);
    // The same in two packages.
    let demo = Demo::new();
    demo.write("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n");
    demo.write("a/Cargo.toml", RMCP.replace("demo", "a")).write("a/src/lib.rs", tools);
    demo.write("b/Cargo.toml", RMCP.replace("demo", "b") + "a = { path = \"../a\" }\n");
    demo.write("b/src/main.rs", format!("{HANDLER}\nfn main() {{}}\n"));
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(demo.read("a/mcp-scopes.toml").contains("[tools.\"two\"]"));
    // Without the package of the handler, the place of what is not declared is known at least.
    let demo = Demo::new();
    demo.write("Cargo.toml", RMCP).write("src/lib.rs", tools);
    let run = demo.run(&["init", "--yes"]);
    let expected = "; src/lib.rs:5 names the tool `one`, in a package without the handler of a server\n";
    assert!(run.code == 2 && run.err.contains(expected), "{run:?}");
}

#[test]
fn lint_reports_what_is_neither_annotated_nor_declared() {
    let main = "use mcp_scopes::{mcp_tool, mcp_tools, scope_table};\nuse rmcp::{tool, tool_router};\n\nstruct A;\n\n#[mcp_tools]\n#[tool_router]\nimpl A {\n    /// Old words\n    #[mcp_tool(risk = \"high\")]\n    #[tool]\n    async fn old(&self) {}\n}\n\n\
        #[tool_router(router = more)]\nimpl A {\n    /// More words\n    #[tool]\n    async fn further(&self) {}\n}\n\nimpl rmcp::ServerHandler for A {\n    fn tools() { Tool::new(\"built\", \"Words\", schema); }\n}\n\nscope_table! { static TOOLS = [A::*]; }\n\nfn main() {}\n";
    let demo = Demo::new();
    let manifest = RMCP.replace("[dependencies]\n", "[dependencies]\nmcp-scopes = \"0.1\"\n");
    demo.write("Cargo.toml", manifest).write("src/main.rs", main);
    let lint = demo.run(&["lint", "--select", "unannotated-tools", "--format", "concise"]);
    let lines: Vec<&str> = lint.out.lines().filter(|line| line.contains("[unannotated-tools]")).collect();
    assert_eq!(lines.len(), 2, "{lint:?}");
    assert!(
        lines[0].contains("src/main.rs:19:14") && lines[0].contains("warning") && lines[0].contains("`further`"),
        "{lines:?}"
    );
    assert!(lines[1].contains("src/main.rs:23:") && lines[1].contains("the tool `built` (`Tool::new`)"), "{lines:?}");
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.run(&["lint", "--select", "unannotated-tools"]).code, 0);
}

#[test]
fn takes_each_text_from_its_place() {
    let main = "mod a;\nmod b;\n\nfn main() {}\n";
    let module = |text: &str, ty: &str| {
        format!(
            "use rmcp::{{ServerHandler, tool, tool_router}};\n\nconst TEXT: &str = \"{text}\";\n\npub struct {ty};\n\n#[tool_router]\nimpl {ty} {{\n    #[tool(description = TEXT, name = \"{ty}.run\")]\n    async fn run(&self) {{}}\n}}\n\nimpl ServerHandler for {ty} {{}}\n"
        )
    };
    let b = module("Words of b", "B").replace("description = TEXT", "description = super::a::OTHER")
        + "\nimpl B {\n    /// Plain\n    async fn run_all(&self) {}\n}\n";
    let a = module("Words of a", "A") + "\npub const OTHER: &str = \"Other words\";\n";
    let (demo, run) = init(&[("src/main.rs", main), ("src/a.rs", &a), ("src/b.rs", &b)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    for (file, text) in [("src/a.rs", "Words of a"), ("src/b.rs", "Other words")] {
        let after = demo.read(file);
        assert!(after.contains(&format!(".run\", risk = \"high\", description = \"{text}\")]")), "{file}: {after}");
        assert_eq!(after.matches("description = \"").count(), 1, "{after}");
    }
    // The builder of another statement has another description.
    let manifest = RMCP.replace("rmcp = \"3.11\"", "tower-mcp = \"0.25\"");
    let tower = "fn main() {\n    let one = ToolBuilder::new(\"one\").read_only().build();\n    let two = ToolBuilder::new(\"two\").description(\"Words of two\").destructive().build();\n}\n";
    let (demo, run) = init(&[("Cargo.toml", &manifest), ("src/main.rs", tower)], &[]);
    declares(&demo, &run, &[("one", "low"), ("two", "high")]);
    assert_eq!(demo.read("mcp-scopes.toml").matches("Words of two").count(), 1);
    assert!(run.out.contains("write a description of `one`"), "{}", run.out);
}

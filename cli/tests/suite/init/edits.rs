//! Exactly what `init` inserts.

use crate::support::{Demo, Run};

const MANIFEST: &str =
    "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nrmcp = \"3.11\"\n";

/// Runs `init --yes` in a package with these files.
pub(super) fn init(files: &[(&str, &str)], options: &[&str]) -> (Demo, Run) {
    let demo = Demo::new();
    demo.write("Cargo.toml", MANIFEST);
    for (file, text) in files {
        demo.write(file, text);
    }
    let run = demo.run(&[&["init", "--yes"], options].concat());
    (demo, run)
}

/// Returns the lines of a file that begin with `+` in the diff of a run.
fn added(run: &Run) -> Vec<String> {
    let lines = run.out.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
    lines.map(|line| line[1..].trim().to_owned()).collect()
}

#[test]
fn keeps_line_ends_indentation_and_all_other_bytes() {
    let before = "\u{feff}//! A server.\r\nuse   rmcp::{tool,tool_router} ;\r\n\r\nstruct  A;\r\n\r\n#[tool_router]\r\nimpl A {\r\n\t/// One  thing \r\n\t#[tool( name=\"one\" )]\r\n\
        \tasync fn first(&self)->String{String::new()}\r\n\r\n\t#[cfg(all())] #[tool] async fn two(&self)->String{String::new()}\r\n}\r\n\r\nfn main(){} // the end\r\n";
    let (demo, run) = init(&[("src/main.rs", before)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let after = demo.read("src/main.rs");
    let table = "\r\n\r\nmcp_scopes::scope_table! {\r\n    /// The tools of this server, and the scopes that open them.\r\n    static TOOLS = [A::*] with \"mcp-scopes.toml\";\r\n}";
    let expected = before
        .replace("use   rmcp", "use mcp_scopes::{mcp_tool, mcp_tools};\r\nuse   rmcp")
        .replace("#[tool_router]\r\n", "#[mcp_tools]\r\n#[tool_router]\r\n")
        .replace("\t#[tool( ", "\t#[mcp_tool(scope = \"one\", risk = \"high\")]\r\n\t#[tool( ")
        .replace(" #[tool] async", " #[mcp_tool(scope = \"two\", risk = \"high\")] #[tool] async")
        .replace(" // the end", &format!(" // the end{table}"));
    assert_eq!(after, expected);
    assert_eq!(
        demo.run(&["init", "--yes"]).out.lines().next(),
        Some("nothing to do: 2 tools are annotated or declared")
    );
    assert_eq!(demo.read("src/main.rs"), expected);
}

#[test]
fn places_tables_beside_types_and_in_front_of_tests() {
    let main = "mod a {\n    use rmcp::{tool, tool_router};\n\n    struct Hidden;\n\n    #[tool_router]\n    impl Hidden {\n        /// X\n        #[tool]\n        async fn x(&self) {}\n    }\n\n\
        \x20   #[cfg(test)]\n    mod tests {\n        struct Fake;\n\n        #[rmcp::tool_router]\n        impl Fake {\n            #[rmcp::tool]\n            async fn fake(&self) {}\n        }\n    }\n}\n\nfn main() {}\n";
    let (demo, run) = init(&[("src/main.rs", main)], &[]);
    let after = demo.read("src/main.rs");
    let table = "    }\n\n    mcp_scopes::scope_table! {\n        /// The tools of this server, and the scopes that open them.\n        pub(crate) static TOOLS = [Hidden::*] with \"mcp-scopes.toml\";\n    }\n\n    #[cfg(test)]\n";
    assert!(after.contains(table), "{after}");
    assert!(after.contains("mod a {\n    use mcp_scopes::{mcp_tool, mcp_tools};\n    use rmcp"), "{after}");
    assert!(!run.out.contains("fake"), "{}", run.out);
    assert!(run.out.contains("builder(&crate::a::TOOLS)"), "{}", run.out);
}

#[test]
fn names_groups_and_lists_each_with_its_condition() {
    let lib = "pub mod server;\n#[cfg(feature = \"shell\")]\nmod shell;\nmod more;\n";
    let server = "use rmcp::{tool, tool_router};\npub struct S;\n#[tool_router(router = files_router)]\nimpl S {\n    /// A\n    #[tool]\n    async fn a(&self) {}\n}\n#[tool_router(router = tool_router_async)]\nimpl S {\n    /// B\n    #[tool]\n    async fn b(&self) {}\n}\n";
    let shell = "use crate::server::S;\nuse rmcp::{tool, tool_router};\n#[cfg(unix)]\n#[tool_router(router = shell)]\nimpl S {\n    /// C\n    #[tool]\n    async fn c(&self) {}\n}\n";
    let more = "use crate::server::S;\n#[rmcp::tool_router(router = tools)]\nimpl S {\n    /// D\n    #[rmcp::tool]\n    async fn d(&self) {}\n}\n";
    let files = [("src/lib.rs", lib), ("src/server.rs", server), ("src/shell.rs", shell), ("src/more.rs", more)];
    let (demo, run) = init(&files, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let added = added(&run);
    for line in [
        "#[mcp_tools(group = files)]",
        // `async` is a keyword.
        "#[mcp_tools(group = async_tools)]",
        "#[mcp_tools(group = shell)]",
        // The router has no name, so the module gives it.
        "#[mcp_tools(group = more)]",
        "S::files::*,",
        "S::async_tools::*,",
        "#[cfg(all(feature = \"shell\", unix))] S::shell::*,",
        "S::more::*,",
        "pub static TOOLS = [",
    ] {
        assert_eq!(added.iter().filter(|found| *found == line).count(), 1, "{line}: {}", run.out);
    }
    assert!(demo.read("src/server.rs").contains("scope_table!"));
    let lint = demo.run(&["lint", "--all-features", "--deny", "warnings", "--allow", "description-equals-name"]);
    assert_eq!(lint.code, 0, "{lint:?}");
}

#[test]
fn each_of_two_servers_has_a_table() {
    let server = |name: &str, tool: &str| {
        format!(
            "pub struct {name};\n\n#[rmcp::tool_router]\nimpl {name} {{\n    /// Words for people\n    #[rmcp::tool]\n    async fn ping(&self) {{}}\n\n    /// Other words\n    #[rmcp::tool]\n    async fn {tool}(&self) {{}}\n}}\n\n#[rmcp::tool_handler]\nimpl rmcp::ServerHandler for {name} {{}}\n"
        )
    };
    let lib = server("Public", "greet") + &server("StaffOnly", "dismiss");
    let (demo, run) = init(&[("src/lib.rs", &lib)], &[]);
    let after = demo.read("src/lib.rs");
    for line in [
        "static PUBLIC_TOOLS = [Public::*] with",
        "static STAFFONLY_TOOLS",
        "static STAFF_ONLY_TOOLS = [StaffOnly::*] with",
    ] {
        assert_eq!(after.contains(line), line != "static STAFFONLY_TOOLS", "{after}");
    }
    assert_eq!(
        demo.names("."),
        ["Cargo.toml", "mcp-scopes.toml", "public_tools.lock.json", "src", "staff_only_tools.lock.json"]
    );
    assert!(
        run.out.contains("builder(&PUBLIC_TOOLS)") && run.out.contains("builder(&STAFF_ONLY_TOOLS)"),
        "{}",
        run.out
    );
}

#[test]
fn completes_what_is_annotated_in_part() {
    let main = "use mcp_scopes::{mcp_tool, mcp_tools, scope_table};\nuse rmcp::{tool, tool_router};\n\nstruct A;\n\n#[mcp_tools]\n#[tool_router]\nimpl A {\n    /// Old words\n    #[mcp_tool(risk = \"low\")]\n    #[tool]\n    async fn old(&self) {}\n\n\
        \x20   /// New words\n    #[tool]\n    async fn new(&self) {}\n}\n\n#[tool_router(router = more)]\nimpl A {\n    /// More words\n    #[tool]\n    async fn further(&self) {}\n}\n\nscope_table! {\n    /// [All] of them.\n    static OURS = [A::*] with \"mcp-scopes.toml\";\n}\n\nfn main() {}\n";
    let config =
        "[server]\nresource = \"https://a.example.com/mcp\"\nauthorization_servers = [\"https://b.example.com\"]\n";
    let (demo, run) = init(&[("src/main.rs", main), ("mcp-scopes.toml", config)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let after = demo.read("src/main.rs");
    let expected = main
        .replace(
            "    #[tool]\n    async fn new",
            "    #[mcp_tool(scope = \"new\", risk = \"high\")]\n    #[tool]\n    async fn new",
        )
        .replace("#[tool_router(router = more)]", "#[mcp_tools(group = more)]\n#[tool_router(router = more)]")
        .replace(
            "    #[tool]\n    async fn further",
            "    #[mcp_tool(scope = \"further\", risk = \"high\")]\n    #[tool]\n    async fn further",
        )
        .replace("[A::*]", "[A::*, A::more::*]");
    assert_eq!(after, expected);
    assert_eq!(demo.read("mcp-scopes.toml"), config);
}

#[test]
fn names_that_are_taken_are_left_alone() {
    let main = "use rmcp::{tool, tool_router};\nuse other::mcp_tool;\n\nstatic TOOLS: u8 = 1;\n\nstruct A;\n\n#[tool_router]\nimpl A {\n    /// Words\n    #[tool]\n    async fn one(&self) {}\n}\n\n/// Free words\n#[tool]\nfn free() {}\n\nfn main() {}\n";
    let (demo, run) = init(&[("src/main.rs", main)], &[]);
    let after = demo.read("src/main.rs");
    assert!(after.starts_with("use mcp_scopes::mcp_tools;\nuse rmcp"), "{after}");
    assert_eq!(after.matches("#[mcp_scopes::mcp_tool(scope = ").count(), 2, "{after}");
    assert!(after.contains("static TOOL_SCOPES = [A::*, free] with"), "{after}");
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn comments_stay_where_they_are() {
    let rest = "\n\nstruct A;\n\n#[rmcp::tool_router]\nimpl A {\n    /// Words\n    #[rmcp::tool]\n    async fn one(&self) {}\n}\n\nfn main() {} /* end */\n";
    let ours = "use mcp_scopes::{mcp_tool, mcp_tools};";
    for (before, after) in [
        ("use a::b; // of b\nuse crate::c; // of c", "use a::b; // of b\nuse crate::c; // of c\nOURS"),
        ("use a::b; /* of b */", "use a::b; /* of b */\nOURS"),
        ("use a::b; fn c() {}", "use a::b;\nOURS fn c() {}"),
        // A comment belongs to what is below it, and one at the start to the file.
        (
            "use a::b;\n\n// Of rmcp,\n// for tools\nuse rmcp::c;",
            "use a::b;\n\nOURS\n// Of rmcp,\n// for tools\nuse rmcp::c;",
        ),
        ("// Of the file\nuse rmcp::c;", "// Of the file\nOURS\nuse rmcp::c;"),
        ("//! Of the file\nuse rmcp::c;", "//! Of the file\nOURS\nuse rmcp::c;"),
    ] {
        let (demo, run) = init(&[("src/main.rs", &format!("{before}{rest}"))], &[]);
        let text = demo.read("src/main.rs");
        assert!(text.starts_with(&format!("{}\n\nstruct A;", after.replace("OURS", ours))), "{text}\n{run:?}");
        assert!(text.contains("fn main() {} /* end */\n\nmcp_scopes::scope_table!"), "{text}");
    }
}

#[test]
fn takes_scopes_from_a_file() {
    let main = "struct A;\n\n#[rmcp::tool_router]\nimpl A {\n    /// Words\n    #[rmcp::tool]\n    async fn one(&self) {}\n\n    /// Words\n    #[rmcp::tool]\n    async fn two(&self) {}\n}\n\nfn main() {}\n";
    for (file, text) in [("scopes.toml", "one = \"a:read\"\n"), ("scopes.json", "{\"one\": \"a:read\"}")] {
        let (demo, run) = init(&[("src/main.rs", main), (file, text)], &["--scopes", file]);
        assert!(demo.read("src/main.rs").contains("scope = \"a:read\""), "{run:?}");
        assert!(demo.read("mcp-scopes.toml").contains("[scopes]\n\"a:read\" = \"Use one\"\n\"two\" = \"Use two\"\n"));
        assert!(
            run.out.contains("to do: the file with scopes does not name `two`: the scope has the tool's name"),
            "{run:?}"
        );
    }
    for (text, message) in [
        ("three = \"a\"\n", "`scopes.toml` names the tool `three`, which is not found"),
        ("one = \"a b\"\n", "`a b` of `one` is not a scope-token"),
        ("one = 1\n", "the scope of `one` is not a string"),
        ("one\n", "cannot use `scopes.toml`"),
    ] {
        let (demo, run) = init(&[("src/main.rs", main), ("scopes.toml", text)], &["--scopes", "scopes.toml"]);
        assert!(run.code == 2 && run.err.contains(message), "{run:?}");
        assert_eq!(demo.read("src/main.rs"), main);
    }
}

#[test]
fn works_from_a_path_in_a_package_and_from_a_workspace() {
    let lib = "pub struct A;\n\n#[rmcp::tool_router]\nimpl A {\n    /// Words\n    #[rmcp::tool]\n    async fn one(&self) {}\n}\n";
    let workspace =
        "[workspace]\nmembers = [\"a\", \"b\"]\n\n[workspace.dependencies]\nmcp-scopes = \"0.1\"\nrmcp = \"3.11\"\n";
    let member = |name: &str| MANIFEST.replace("demo", name).replace("rmcp = \"3.11\"", "rmcp.workspace = true");
    let files = |demo: &Demo| {
        demo.write("Cargo.toml", workspace);
        for name in ["a", "b"] {
            demo.write(&format!("{name}/Cargo.toml"), member(name)).write(&format!("{name}/src/lib.rs"), lib);
        }
    };
    for (path, changed) in [(".", &["a", "b"][..]), ("b", &["b"]), ("b/src", &["b"]), ("b/src/lib.rs", &["b"])] {
        let demo = Demo::new();
        files(&demo);
        let run = demo.run(&["init", "--yes", path]);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        for name in ["a", "b"] {
            let is_changed = demo.read(&format!("{name}/src/lib.rs")) != lib;
            assert_eq!(is_changed, changed.contains(&name), "{path} {name}");
            assert_eq!(demo.read(&format!("{name}/Cargo.toml")).contains("mcp-scopes.workspace = true\n"), is_changed);
            assert_eq!(
                demo.path().join(name).join("mcp-scopes.lock.json").is_file(),
                is_changed,
                "{path} {name}: {run:?}"
            );
        }
        assert_eq!(demo.read("Cargo.toml"), workspace);
    }
}

#[test]
fn edits_a_module_of_two_crates_once() {
    let server = "pub struct A;\n\n#[rmcp::tool_router]\nimpl A {\n    /// Words\n    #[rmcp::tool]\n    async fn one(&self) {}\n}\n";
    let files = [
        ("src/lib.rs", "pub mod server;\n"),
        ("src/main.rs", "mod server;\n\nfn main() {}\n"),
        ("src/server.rs", server),
    ];
    let (demo, run) = init(&files, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let after = demo.read("src/server.rs");
    assert_eq!((after.matches("#[mcp_tools]").count(), after.matches("scope_table!").count()), (1, 1), "{after}");
    assert_eq!(demo.names("."), ["Cargo.toml", "mcp-scopes.lock.json", "mcp-scopes.toml", "src"]);
}

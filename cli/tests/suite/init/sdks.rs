//! Other SDKs, other versions of rmcp, and tools that have no function to annotate.

use super::edits::init;
use crate::support::Demo;

const SERVER: &str = "use rmcp::{tool, tool_router};\n\nstruct A;\n\n#[tool_router]\nimpl A {\n    /// Words\n    #[tool]\n    async fn one(&self) {}\n}\n\nfn main() {\n    let service = rmcp::transport::StreamableHttpService::new(|| Ok(A), x, y);\n}\n";

fn manifest(name: &str, dependency: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n")
}

fn lock(package: &str, version: &str) -> String {
    format!(
        "version = 4\n\n[[package]]\nname = \"demo\"\nversion = \"0.1.0\"\ndependencies = [\n \"{package}\",\n]\n\n[[package]]\nname = \"{package}\"\nversion = \"{version}\"\n"
    )
}

#[test]
fn prints_the_layer_for_the_version_in_the_lock_file() {
    let stdio = SERVER
        .replace("rmcp::transport::StreamableHttpService::new(|| Ok(A), x, y)", "A.serve(rmcp::transport::stdio())")
        .replace("{tool,", "{ServiceExt, tool,");
    let socket = stdio.replace("rmcp::transport::stdio()", "listener.accept().await.0");
    for (version, text, expected, dependencies) in [
        ("3.11.4", SERVER, "mcp_scopes_rmcp::service(&server,", &["mcp-scopes-rmcp = \"", "features = [\"jwks\"]"][..]),
        ("3.1.0", SERVER, ".layer(server.layer())", &["features = [\"jwks\"]"]),
        ("0.8.0", SERVER, ".layer(server.layer())", &["features = [\"jwks\"]"]),
        (
            "3.11.0",
            &stdio,
            "mcp_scopes_rmcp::guard(mcp_scopes_server::StdioCredentials::from_env(&TOOLS, \"DEMO_SCOPES\"), handler)",
            &["mcp-scopes-rmcp = { version = \"", "default-features = false }"],
        ),
        ("1.8.0", &stdio, "if caller.authorize(&request.name).is_err() {", &["mcp-scopes-server = \""]),
        (
            "3.11.0",
            &socket,
            "mcp_scopes_rmcp::guard(mcp_scopes_server::StdioCredentials::of(caller), handler)",
            &["mcp-scopes-rmcp = { version = \"", "default-features = false }"],
        ),
        (
            "1.8.0",
            &socket,
            "let caller = *mcp_scopes_server::StdioCredentials::of(caller).caller();",
            &["mcp-scopes-server = \""],
        ),
    ] {
        let (demo, run) = init(&[("Cargo.lock", &lock("rmcp", version)), ("src/main.rs", text)], &[]);
        assert!(run.out.contains(expected), "{version}: {}", run.out);
        // Only the process that was started with it has the scopes of the environment.
        assert_eq!(run.out.contains("from_env"), *text == stdio, "{version}: {}", run.out);
        assert!(!run.out.contains("denied.to_string()"), "{version}: {}", run.out);
        let manifest = demo.read("Cargo.toml");
        assert!(dependencies.iter().all(|line| manifest.contains(line)), "{version}: {manifest}");
        assert_eq!(manifest.contains("mcp-scopes-rmcp"), version.starts_with("3.11"), "{manifest}");
    }
    let (_, run) = init(&[("Cargo.lock", &lock("rmcp", "0.1.5")), ("src/main.rs", SERVER)], &[]);
    assert!(
        run.out.contains("to do: rmcp 0.1.5 is older than 0.3.0, the first version that the macros support"),
        "{}",
        run.out
    );
}

#[test]
fn declares_the_tools_of_other_sdks() {
    let demo = Demo::new();
    demo.write("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n");
    demo.write("a/Cargo.toml", manifest("a", "rust-mcp-sdk = \"2\"")).write(
        "a/src/main.rs",
        "use rust_mcp_sdk::macros::{JsonSchema, mcp_tool};\n\n#[mcp_tool(name = \"read_page\", description = \"Text of a page\", read_only_hint = true)]\n#[derive(JsonSchema)]\nstruct ReadPage {\n    url: String,\n}\n\n#[mcp_tool(name = \"send_page\", description = \"Mail a page\")]\nstruct SendPage;\n\nfn main() {\n    server_runtime::create_server(options);\n}\n",
    );
    demo.write("b/Cargo.toml", manifest("b", "tower-mcp = \"0.25\"")).write(
        "b/src/main.rs",
        "use tower_mcp::{HttpTransport, McpRouter, ToolBuilder};\n\nfn main() {\n    let look = ToolBuilder::new(\"look\").description(\"What is there\").read_only().handler(look).build();\n    let name = String::new();\n    let other = ToolBuilder::new(name).build();\n    HttpTransport::new(McpRouter::new().tool(look).tool(other));\n}\n",
    );
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    let config = demo.read("a/mcp-scopes.toml");
    for section in [
        "# `#[mcp_tool]` of rust-mcp-sdk on `ReadPage` in a/src/main.rs:5\n[tools.\"read_page\"]\nscope = \"read_page\"\nrisk = \"low\"\ndescription = \"Text of a page\"\n",
        "[tools.\"send_page\"]\nscope = \"send_page\"\nrisk = \"high\"\ndescription = \"Mail a page\"\n",
    ] {
        assert!(config.contains(section), "{config}");
    }
    // Their `mcp_tool` has the name of ours, and stays as it is.
    let main = demo.read("a/src/main.rs");
    assert!(!main.contains("use mcp_scopes") && main.contains("static TOOLS = [] with \"mcp-scopes.toml\";"), "{main}");
    let config = demo.read("b/mcp-scopes.toml");
    assert!(
        config.contains("[tools.\"look\"]\nscope = \"look\"\nrisk = \"low\"\ndescription = \"What is there\"\n"),
        "{config}"
    );
    assert!(
        run.out.contains(
            "to do: b/src/main.rs:6: the name of the tool in `ToolBuilder::new` is not a literal; declare them under"
        ),
        "{}",
        run.out
    );
    for package in ["a", "b"] {
        let lint = demo.run(&["lint", package, "--allow", "unguarded-transport"]);
        assert_eq!(lint.code, 0, "{lint:?}");
        assert_eq!(demo.run(&["check", package, "--file", &format!("{package}/mcp-scopes.lock.json")]).code, 0);
    }
    assert!(demo.run(&["init", "--yes"]).out.starts_with("nothing to do: 3 tools are annotated or declared\n"));
}

#[test]
fn declares_tools_that_cannot_be_annotated() {
    let main = "use rmcp::{ServerHandler, tool, tool_router};\n\nstruct A<T>(T);\n\n#[tool_router]\nimpl<T> A<T> {\n    /// Words\n    #[tool]\n    async fn of_generic(&self) {}\n}\n\nstruct B;\n\n#[tool_router]\nimpl B {\n    /// Words\n    #[cfg_attr(unix, tool)]\n    async fn on_unix(&self) {}\n\n    /// Words\n    #[tool]\n    async fn plain(&self) {}\n}\n\nimpl ServerHandler for B {}\n\n\
        macro_rules! named {\n    ($name:literal, $doc:literal) => {\n        #[tool_router(router = other)]\n        impl B {\n            #[tool(name = $name, description = $doc)]\n            async fn f(&self) {}\n        }\n    };\n}\n\nnamed!(\"of.macro\", \"Words\");\n\nfn main() {}\n";
    let (demo, run) = init(&[("src/main.rs", main)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let config = demo.read("mcp-scopes.toml");
    for tool in ["of_generic", "of.macro"] {
        assert!(config.contains(&format!("[tools.\"{tool}\"]\nscope = \"{tool}\"\nrisk = \"high\"\n")), "{config}");
    }
    let after = demo.read("src/main.rs");
    assert_eq!(after.matches("#[mcp_tool(").count(), 1, "{after}");
    // `#[mcp_tools]` sees it, so it is annotated under the same condition.
    let conditional =
        "#[cfg_attr(unix, mcp_scopes::mcp_tool(scope = \"on_unix\", risk = \"high\"))]\n    #[cfg_attr(unix, tool)]\n";
    assert!(after.contains(conditional) && !config.contains("on_unix"), "{after}\n{config}");
    assert!(after.contains("static TOOLS = [B::*] with"), "{after}");
    assert!(run.out.contains("`of_generic` is in the impl of a trait or of a generic type"), "{}", run.out);
}

#[test]
fn says_what_it_looks_for_if_it_finds_no_tools() {
    let demo = Demo::new();
    demo.write("Cargo.toml", manifest("demo", "rmcp = \"3\"")).write("src/main.rs", "fn main() {}\n");
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with("error: no tools found in `.`\n help: the command looks for `#[tool]` of rmcp"),
        "{run:?}"
    );
    let run = demo.run(&["init", "--yes", "nowhere"]);
    assert!(run.code == 2 && run.err.contains("`nowhere`"), "{run:?}");
    demo.write("src/main.rs", "#[tool]\nfn main( {}\n");
    let run = demo.run(&["init", "--yes"]);
    assert!(run.code == 2 && run.err.contains("src/main.rs:2: this is not Rust"), "{run:?}");
}

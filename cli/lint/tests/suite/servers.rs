//! Servers without annotations, without protection, and with tools that no table lists.

use std::{fs, path::Path};

use mcp_scopes_lint::{Overrides, Setting};
use mcp_scopes_scan::{Level, Report, Scan};

const MANIFEST: &str = "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [dependencies]\nmcp-scopes = \"0.1\"\nmcp-scopes-rmcp = \"3\"\nmcp-scopes-server = \"0.1\"\nrmcp = \"3\"\n";
const TABLE: &str = "use mcp_scopes::{mcp_tool, mcp_tools, scope_table};\nuse rmcp::{ServiceExt, tool};\n\
                     scope_table! { pub static TOOLS = [list_files]; }\n";

/// Lints a package, and returns the findings of one rule with their levels.
pub(crate) fn found(rule: &str, files: &[(&str, &str)], overrides: &Overrides) -> Vec<(String, Level)> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    for (file, text) in files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let report = lint(folder.path(), overrides);
    let of_rule = report.findings.into_iter().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| (finding.message, finding.level)).collect()
}

fn lint(folder: &Path, overrides: &Overrides) -> Report {
    mcp_scopes_lint::lint(&Scan::new(folder), overrides).unwrap()
}

/// The level of each transport in a body, with a tool that has these keys.
pub(crate) fn transports(keys: &str, body: &str, more: &str) -> Vec<Level> {
    let tool =
        format!("#[mcp_tool(risk = \"low\"{keys})]\npub fn list_files(caller: Caller) -> Result<(), Denied> {{}}\n");
    let source = format!("{TABLE}{tool}pub async fn start() {{ {body} }}\n{more}");
    let found = found("unguarded-transport", &[("src/lib.rs", &source)], &Overrides::new());
    found.into_iter().map(|(_, level)| level).collect()
}

#[test]
fn rejects_transports_that_nothing_in_the_package_protects() {
    use Level::{Error, Warning};
    let http = "let service = StreamableHttpService::new(make, sessions, config);";
    let elsewhere = "use mcp_scopes_server::ResourceServer;\n\
                     pub fn protect(app: Router, server: &ResourceServer) -> Router { app.layer(server.layer()) }";
    for (keys, body, more, expected) in [
        ("", http, "", &[Error][..]),
        ("", "Files.serve(rmcp::transport::stdio()).await;", "", &[Error]),
        ("", "serve_server(Files, stdio()).await;", "", &[Error]),
        ("", "hyper_server::create_server(options).start().await;", "", &[Error]),
        ("", "server_runtime_core::create_server(options);", "", &[Error]),
        ("", "McpHttpHandler::new(Vec::new(), None).handle_streamable_http(request, state).await;", "", &[Error]),
        ("", "serve_directly(Files, stdio(), None);", "", &[Error]),
        ("", "ServiceExt::serve(Files, stdio()).await;", "", &[Error]),
        // The name of a type says nothing about a function that serves servers only.
        ("", "serve_server(ClientFiles, stdio()).await;", "", &[Error]),
        ("", "tokio::select! { done = Files.serve(stdio()) => done, }", "", &[Error]),
        (
            "",
            "Router::new().nest_service(\"/mcp\", StreamableHttpService::new(a, b, c)).layer(TraceLayer::new());",
            "",
            &[Error],
        ),
        ("", http, elsewhere, &[Warning]),
        ("", "axum_server::bind(address).serve(app.into_make_service()).await;", "", &[]),
        (
            "",
            "let running = client.serve(transport).await; serve_directly(ClientInfo::default(), transport, None);",
            "",
            &[],
        ),
        ("", "axum::serve(listener, app).await; other.serves(1); let serve = 1;", "", &[]),
        ("", "().serve(transport).await; info.serve(TokioChildProcess::new(command)).await;", "", &[]),
        ("", "mcp_scopes_rmcp::guard(StdioCredentials::from_env(&TOOLS, \"S\"), Files).serve(stdio()).await;", "", &[]),
        (", guard = caller", http, "", &[]),
        // A tool without an annotation has no guard.
        (", guard = caller", http, "#[tool]\npub fn open() {}", &[Error]),
        // Credentials of stdio do not protect HTTP.
        (
            "",
            "let credentials = StdioCredentials::from_env(&TOOLS, \"S\"); if http { StreamableHttpService::new(a, b, c); } \
             else { mcp_scopes_rmcp::guard(credentials, Files).serve(stdio()).await; }",
            "",
            &[Warning],
        ),
        // Other layers, a type of ours in a signature, and a variable with the name of an import protect nothing.
        (
            "",
            "let app = Router::new().nest_service(\"/mcp\", StreamableHttpService::new(a, b, c)).layer(cors);",
            "",
            &[Error],
        ),
        ("", "StreamableHttpService::new(a, b, c); app.layer(DefaultBodyLimit::max(1))", "", &[Error]),
        // Middleware of the package may check anything. The layer of this project has no argument.
        ("", "StreamableHttpService::new(a, b, c); app.layer(middleware::from_fn(check))", "", &[Error]),
        ("", "StreamableHttpService::new(a, b, c); app.layer(cache)", "", &[Error]),
        ("", "StreamableHttpService::new(a, b, c); lock.guard(())", "", &[Error]),
        ("", http, "pub fn other(limits: Limits) { limits.authorize(1); }", &[Error]),
        ("", http, "pub fn other(caller: &mcp_scopes::Caller) { caller.authorize(\"list_files\"); }", &[Warning]),
        ("", http, "pub fn other(scope: &str) { TOOLS.grant(scope).authorize(\"list_files\"); }", &[Warning]),
        // A type of another package with the name of ours.
        ("", http, "pub fn other(server: &ResourceServer) {}\npub struct ResourceServer;", &[Error]),
        ("", http, "pub fn other(server: &axum::ResourceServer) {}", &[Error]),
        ("", "client_facing.serve(transport).await;", "", &[Error]),
        ("", "server.serve(ClientFacing::stdio()).await;", "", &[Error]),
        ("", http, "pub fn whoami(caller: mcp_scopes_rmcp::Caller) {}", &[Error]),
        ("", http, "use mcp_scopes_rmcp::service;", &[Error]),
        (
            "",
            "let app = Router::new().nest_service(\"/mcp\", StreamableHttpService::new(a, b, c)).layer(server.layer());",
            "",
            &[],
        ),
        // The other server is protected.
        (
            "",
            "service(&server, make, sessions, config); StreamableHttpService::new(a, b, c);",
            "use mcp_scopes_rmcp::service;",
            &[Warning],
        ),
    ] {
        assert_eq!(transports(keys, body, more), expected, "{keys} {body}");
    }
}

/// Aliases, imports under other names, macros and values.
#[test]
fn finds_transports_wherever_code_is() {
    use Level::{Error, Warning};
    const NEW: &str = "Http::new(make, sessions, config);";
    for (body, more, expected) in [
        (NEW, "type Http = rmcp::transport::StreamableHttpService<Files, Sessions>;", &[Error][..]),
        (NEW, "use rmcp::transport::StreamableHttpService as Http;", &[Error]),
        (NEW, "mod http { pub use rmcp::transport::StreamableHttpService as Http; }\nuse http::Http;", &[Error]),
        (NEW, "mod http { pub type Http = rmcp::transport::StreamableHttpService<A>; }\nuse crate::http::*;", &[Error]),
        ("http::Http::new(make);", "mod http { pub type Http = rmcp::transport::StreamableHttpService<A>; }", &[Error]),
        ("type Http = StreamableHttpService<Files>; Http::new(make);", "", &[Error]),
        ("use rmcp::transport::StreamableHttpService as Http; Http::new(make);", "", &[Error]),
        ("let make = StreamableHttpService::<Files, Sessions>::new;", "", &[Error]),
        // A type of the package, and an alias of it.
        (NEW, "pub struct Http;", &[]),
        (NEW, "pub struct Own;\ntype Http = Own;", &[]),
        ("start(Files, stdio()).await;", "use rmcp::serve_server as start;", &[Error]),
        ("Start::serve(Files, stdio()).await;", "use rmcp::ServiceExt as Start;", &[Error]),
        ("<Files as ServiceExt<_>>::serve(Files, stdio()).await;", "", &[Error]),
        ("<Files as Other>::serve(Files, stdio()).await;", "", &[]),
        ("", "macro_rules! start { () => { StreamableHttpService::new(make, sessions, config) } }", &[Error]),
        ("", "start! { StreamableHttpService::new(make, sessions, config) }", &[Error]),
        (
            "",
            "static SERVICE: LazyLock<Service> = LazyLock::new(|| StreamableHttpService::new(make, sessions, config));",
            &[Error],
        ),
        ("", "pub const MAKE: Make = || StreamableHttpService::new(make, sessions, config);", &[Error]),
        ("", "pub struct A;\nimpl A { const MAKE: Make = || StreamableHttpService::new(make, sessions); }", &[Error]),
        // Protections under other names.
        (
            "Rs::layer(&server).layer(StreamableHttpService::new(a));",
            "use mcp_scopes_server::ResourceServer as Rs;",
            &[],
        ),
        (
            "Rs::layer(&server).layer(StreamableHttpService::new(a));",
            "type Rs = mcp_scopes_server::ResourceServer;",
            &[],
        ),
        ("ResourceServer::layer(&server).layer(StreamableHttpService::new(a));", "use mcp_scopes_server::*;", &[]),
        ("ResourceServer::layer(&server).layer(StreamableHttpService::new(a));", "use other::*;", &[Error]),
        ("protect(source, Files).serve(stdio()).await;", "use mcp_scopes_rmcp::guard as protect;", &[]),
        ("protect(source, Files).serve(stdio()).await;", "use other::guard as protect;", &[Error]),
        (
            "",
            "macro_rules! start { () => { StreamableHttpService::new(|| mcp_scopes_rmcp::guard(source, Files)) } }\n\
             macro_rules! start_open { () => { StreamableHttpService::new(make) } }",
            &[Warning],
        ),
    ] {
        assert_eq!(transports("", body, more), expected, "{body} {more}");
    }
}

/// Names of dependencies, and imports inside of functions.
#[test]
fn finds_transports_under_other_names() {
    let level = |start: &str| {
        let manifest = "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmcp-scopes = \"0.1\"\n\
                        mcp = { package = \"rmcp\", version = \"3\" }\nours = { package = \"mcp-scopes-rmcp\", version = \"0.1\" }\n";
        let source = format!(
            "use mcp_scopes::{{mcp_tool, scope_table}};\nscope_table! {{ pub static TOOLS = [list_files]; }}\n\
             #[mcp_tool(risk = \"low\")]\npub fn list_files() {{}}\npub async fn start() {{ {start} }}\n"
        );
        let files = [("Cargo.toml", manifest), ("src/lib.rs", &*source)];
        found("unguarded-transport", &files, &Overrides::new()).pop().map(|(_, level)| level)
    };
    assert_eq!(level("use mcp::ServiceExt as _; Files.serve(mcp::transport::stdio()).await;"), Some(Level::Error));
    assert_eq!(
        level("use mcp::ServiceExt as _; ours::guard(source, Files).serve(mcp::transport::stdio()).await;"),
        None
    );
    assert_eq!(level("use other::Ext as _; Files.serve(stdio()).await;"), None);
}

#[test]
fn finds_transports_in_files_without_annotations() {
    let tool = format!("mod serve;\n{TABLE}#[mcp_tool(risk = \"low\")]\npub fn list_files() {{}}\n");
    let serve = "pub fn start() { StreamableHttpService::new(make, sessions, config); }\n";
    let files = [("src/lib.rs", &*tool), ("src/serve.rs", serve)];
    assert_eq!(found("unguarded-transport", &files, &Overrides::new()).len(), 1);
    // A file that the scan does not need may have syntax that is unknown to it.
    let files = [("src/lib.rs", &*tool), ("src/serve.rs", "pub fn start() { ~ }\n")];
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    for (file, text) in files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    assert!(!lint(folder.path(), &Overrides::new()).has_errors());
}

#[test]
fn a_configured_level_applies_to_every_transport() {
    let source = format!(
        "{TABLE}#[mcp_tool(risk = \"low\")]\npub fn list_files() {{}}\n\
         pub fn start() {{ StreamableHttpService::new(make, sessions, config); }}\n\
         pub fn guarded() {{ mcp_scopes_rmcp::guard(source, Files).serve(stdio()); }}\n"
    );
    let files = [("src/lib.rs", &*source)];
    let level = |overrides: &Overrides| found("unguarded-transport", &files, overrides).pop().map(|(_, level)| level);
    let set = |setting| Overrides::new().set("unguarded-transport", setting).unwrap();
    assert_eq!(level(&Overrides::new()), Some(Level::Warning));
    assert_eq!(level(&set(Setting::Deny)), Some(Level::Error));
    assert_eq!(level(&set(Setting::Allow)), None);
}

#[test]
fn rejects_tools_of_an_sdk_without_annotations() {
    let one = "use rmcp::tool;\npub struct A;\nimpl A {\n#[tool]\npub fn list_files(&self) {}\n}\n";
    let (message, level) = found("unannotated-tools", &[("src/lib.rs", one)], &Overrides::new()).pop().unwrap();
    assert_eq!(
        (message.as_str(), level),
        ("package `server` has a tool, `list_files`, and no `#[mcp_tool]`", Level::Error)
    );
    for silent in [
        "use other::tool;\n#[tool]\npub fn list_files() {}\n",
        "#[other::tool]\npub fn list_files() {}\n",
        "#[cfg(test)]\nmod tests { #[rmcp::tool]\npub fn list_files() {} }\n",
    ] {
        let report = found("unannotated-tools", &[("src/lib.rs", silent)], &Overrides::new());
        assert_eq!(report, [], "{silent}");
    }
}

/// Tools that are no functions: the structs, builders and handlers of SDKs.
#[test]
fn rejects_tools_of_an_sdk_without_declarations() {
    let manifest = |sdk: &str| {
        format!(
            "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmcp-scopes = \"0.1\"\n{sdk} = \"1\"\n"
        )
    };
    let structs = "use rust_mcp_sdk::macros::mcp_tool;\n#[mcp_tool(name = \"look\", description = \"What is there\")]\n\
                   pub struct Look {}\n#[mcp_tool(name = \"stop\")]\npub struct Stop {}\n";
    let builder = "pub fn router() -> McpRouter { McpRouter::new().tool(ToolBuilder::new(\"look\").build()) }\n";
    let by_hand = "pub struct A;\nimpl ServerHandler for A { async fn call_tool(&self, request: Request) -> Answer {\n\
                   match request.name.as_ref() { \"look\" => look(), _ => unknown() } } }\n";
    let core = "pub struct A;\nimpl ServerHandlerCore for A { fn list(&self) -> Vec<Tool> { vec![Tool { name: \"look\".into(), input_schema: schema() }] } }\n";
    let table = "mcp_scopes::scope_table! { pub static TOOLS = [] with \"mcp-scopes.toml\"; }\n";
    let declared = "[server]\nresource = \"https://a.example.com/mcp\"\nauthorization_servers = [\"https://b.example.com\"]\n\n\
                    [tools.other]\nscope = \"other\"\nrisk = \"low\"\ndescription = \"Do\"\n";
    for (sdk, source, tool) in [
        ("rust-mcp-sdk", structs, "2 tools, the first is `look` (`#[mcp_tool]` of rust-mcp-sdk on `Look`)"),
        ("rust-mcp-sdk", core, "a tool, `look` (`Tool { .. }`)"),
        ("tower-mcp", builder, "a tool, `look` (`ToolBuilder::new`)"),
        ("rmcp", by_hand, "a tool, `look` (`call_tool`)"),
    ] {
        let (manifest, open) = (manifest(sdk), Overrides::new());
        let alone = found("unannotated-tools", &[("Cargo.toml", &manifest), ("src/lib.rs", source)], &open);
        assert_eq!(alone, [(format!("package `server` has {tool}, and no declaration"), Level::Error)], "{sdk}");
        // The table denies what it does not list.
        let with_table = format!("{table}{source}");
        let files = [("Cargo.toml", &*manifest), ("src/lib.rs", &with_table), ("mcp-scopes.toml", declared)];
        let levels: Vec<Level> =
            found("unannotated-tools", &files, &open).into_iter().map(|(_, level)| level).collect();
        assert!(!levels.is_empty() && levels.iter().all(|level| *level == Level::Warning), "{sdk}: {levels:?}");
    }
    // A client names tools too, and the attribute of another crate makes none.
    for (sdk, source) in [
        ("rmcp", "pub fn call(client: Client) { client.call(Tool::new(\"look\", \"\", schema())); }\n"),
        ("other", structs),
    ] {
        let manifest = manifest(sdk);
        let found = found("unannotated-tools", &[("Cargo.toml", &manifest), ("src/lib.rs", source)], &Overrides::new());
        assert_eq!(found, [], "{sdk}");
    }
}

#[test]
fn allows_unannotated_tools_with_a_comment() {
    let one = "// mcp-scopes: allow(unannotated-tools) for development only\n/// Lists.\n#[rmcp::tool]\npub fn list_files() {}\n";
    assert_eq!(found("unannotated-tools", &[("src/lib.rs", one)], &Overrides::new()), []);
}

#[test]
fn warns_about_a_tree_without_tools() {
    let level = |overrides: &Overrides| {
        found("no-tools", &[("src/lib.rs", "pub fn a() {}\n")], overrides).pop().map(|(_, level)| level)
    };
    assert_eq!(level(&Overrides::new()), Some(Level::Warning));
    assert_eq!(level(&Overrides::new().set("warnings", Setting::Deny).unwrap()), Some(Level::Error));
    assert_eq!(level(&Overrides::new().set("no-tools", Setting::Allow).unwrap()), None);
    // The file of the folder sets the level, although no table names it, and an error in it is not lost.
    let with = |rule: &str, lint: &str, overrides: &Overrides| {
        let files = [("src/lib.rs", "pub fn a() {}\n"), ("mcp-scopes.toml", lint)];
        found(rule, &files, overrides).into_iter().map(|(_, level)| level).collect::<Vec<_>>()
    };
    let none = Overrides::new();
    assert_eq!(with("no-tools", "[lint]\nno-tools = \"deny\"\n", &none), [Level::Error]);
    assert_eq!(with("no-tools", "[lint]\ndrift = \"allow\"\n", &none), []);
    assert_eq!(with("no-tools", "[[lint.path]]\npaths = [\"Cargo.toml\"]\nno-tools = \"allow\"\n", &none), []);
    let warn = Overrides::new().set("no-tools", Setting::Warn).unwrap();
    assert_eq!(with("no-tools", "[lint]\nno-tools = \"deny\"\n", &warn), [Level::Warning]);
    assert_eq!(with("lint-config", "[lint]\nno-tool = \"allow\"\n", &none), [Level::Error]);
}

#[test]
fn rejects_a_group_that_no_table_lists() {
    let source = format!(
        "{TABLE}#[mcp_tool(risk = \"low\")]\npub fn list_files() {{}}\npub struct Shell;\n#[mcp_tools]\n\
         impl Shell {{\n#[mcp_tool(risk = \"low\")]\npub fn who(&self) {{}}\n}}\n"
    );
    let found = found("unlisted-tool", &[("src/lib.rs", &source)], &Overrides::new());
    assert_eq!(found, [("tool `who` is in no scope table".to_owned(), Level::Error)]);
}

//! Which transports are protected: what is around them, followed through names, blocks and functions.

use mcp_scopes_lint::Overrides;
use mcp_scopes_scan::Level;

use crate::servers::{found, transports};

/// A `ResourceServer` protects what its layer is put around, and a guard what it is served with.
#[test]
fn a_server_that_is_only_built_protects_nothing() {
    use Level::{Error, Warning};
    const BUILT: &str = "let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).build().await?; ";
    for (body, expected) in [
        ("let app = Router::new().nest_service(\"/mcp\", StreamableHttpService::new(a, b, c));", &[Error][..]),
        (
            "axum::serve(listener, Router::new().nest_service(\"/mcp\", StreamableHttpService::new(a))).await?;",
            &[Error],
        ),
        ("drop(server); Files.serve(stdio()).await?;", &[Error]),
        // The layer is made, and put around nothing.
        ("let layer = server.layer(); StreamableHttpService::new(a, b, c);", &[Warning]),
        ("let app = StreamableHttpService::new(a, b, c); let other = Router::new().layer(server.layer());", &[Warning]),
        ("let layer = server.layer(); layer.layer(StreamableHttpService::new(a, b, c));", &[]),
    ] {
        assert_eq!(transports("", &format!("{BUILT}{body}"), ""), expected, "{body}");
    }
}

/// Two transports in one function share no protection.
#[test]
fn one_protection_does_not_count_for_two_transports() {
    use Level::Warning;
    const GUARD: &str = "mcp_scopes_rmcp::guard(source, files.clone())";
    for (body, expected) in [
        (format!("let guarded = {GUARD}; guarded.serve(stdio()).await?; {HTTP};"), &[Warning][..]),
        (format!("let guarded = {GUARD}; {HTTP}; guarded.serve(stdio()).await?;"), &[Warning]),
        (format!("{GUARD}.serve(stdio()).await?; files.serve(socket()).await?;"), &[Warning]),
        (format!("tokio::join!({GUARD}.serve(stdio()), files.serve(socket()));"), &[Warning]),
        (format!("tokio::select! {{ a = {GUARD}.serve(stdio()) => a, b = files.serve(socket()) => b, }}"), &[Warning]),
        (
            format!("let files = {GUARD}; files.serve(stdio()).await?; let files = Files; files.serve(pipe()).await?;"),
            &[Warning],
        ),
        (
            format!(
                "let app = Router::new().nest_service(\"/a\", {HTTP}).layer(server.layer()); let open = Router::new().nest_service(\"/b\", {HTTP}); app.merge(open)"
            ),
            &[Warning],
        ),
        // axum puts a layer around the routes before it.
        (
            format!("Router::new().nest_service(\"/a\", {HTTP}).layer(server.layer()).nest_service(\"/b\", {HTTP})"),
            &[Warning],
        ),
        (format!("let app = Router::new().layer(server.layer()); app.nest_service(\"/b\", {HTTP})"), &[Warning]),
        (format!("let guarded = {GUARD}; guarded.clone().serve(stdio()).await?; guarded.serve(socket()).await?;"), &[]),
        (
            format!(
                "let guarded = {GUARD}; guarded.clone().serve(stdio()).await?; StreamableHttpService::new(move || Ok(guarded.clone()), b);"
            ),
            &[],
        ),
        (
            format!(
                "let app = Router::new().nest_service(\"/a\", {HTTP}).nest_service(\"/b\", {HTTP}).layer(server.layer());"
            ),
            &[],
        ),
    ] {
        assert_eq!(transports("", &body, ""), expected, "{body}");
    }
}

/// A call that starts a transport.
const HTTP: &str = "StreamableHttpService::new(a, b, c)";

/// Returns the levels of the transports in the body of a function, beside other code. `@` starts one.
fn levels(body: &str, more: &str) -> Vec<Level> {
    transports("", &body.replace('@', HTTP), &more.replace('@', HTTP))
}

#[test]
fn follows_a_transport_through_names_and_blocks() {
    use Level::Warning;
    for (body, more, expected) in [
        (
            "let app = Router::new().nest_service(\"/mcp\", @); let app = app.layer(server.layer()); run(app).await",
            "",
            &[][..],
        ),
        (
            "let mut app = Router::new(); if http { app = app.nest_service(\"/mcp\", @); } app = app.layer(server.layer());",
            "",
            &[],
        ),
        (
            "let mut routes = vec![]; routes.push(@); for route in routes { app.nest(route).layer(server.layer()); }",
            "",
            &[],
        ),
        (
            "let app = match kind { Kind::A => { let a = @; Router::new().route_service(\"/\", a) } Kind::B => other(), }; axum::serve(listener, app.layer(server.layer())).await",
            "",
            &[],
        ),
        (
            "let service = @; let app = async move { axum::serve(listener, Router::new().fallback_service(service).layer(server.layer())).await };",
            "",
            &[],
        ),
        (
            "let service = @; ServiceBuilder::new().layer(TraceLayer::new()).layer(server.layer()).service(service)",
            "",
            &[],
        ),
        (
            "let around = ServiceBuilder::new().layer(server.layer()).layer(cors); Router::new().nest_service(\"/mcp\", @).layer(around)",
            "",
            &[],
        ),
        (
            "let layer = server.layer(); if http { let app = Router::new().nest_service(\"/mcp\", @); serve(app.layer(layer.clone())).await; }",
            "",
            &[],
        ),
        ("let app = if http { @ } else { @ }; app.layer(server.layer())", "", &[]),
        ("let make = || Router::new().nest_service(\"/mcp\", @); make().layer(server.layer())", "", &[]),
        (
            "let handler = { let source = source(); mcp_scopes_rmcp::guard(source, Files) }; handler.serve(stdio()).await",
            "",
            &[],
        ),
        (
            "if let Some(layer) = layers.get(0).map(|_| server.layer()) { Router::new().nest_service(\"/mcp\", @).layer(layer); }",
            "",
            &[],
        ),
        ("tower::Layer::layer(&server.layer(), @)", "", &[Warning]),
    ] {
        assert_eq!(levels(body, more), expected, "{body}\n{more}");
    }
}

#[test]
fn follows_a_transport_through_functions() {
    use Level::Warning;
    for (body, more, expected) in [
        // Functions that return a transport.
        ("@", "pub fn run(server: Server) { start().await.layer(server.layer()); }", &[][..]),
        ("@", "pub fn run(server: Server) { let app = start(); app.layer(server.layer()); }", &[]),
        (
            "@",
            "pub fn run(server: Server) { all().layer(server.layer()); }\npub fn all() -> Router { return Router::new().nest_service(\"/\", crate::start()); }",
            &[],
        ),
        (
            "@",
            "pub fn run(server: Server) { start().layer(server.layer()); }\npub fn open() { serve(start()); }",
            &[Warning],
        ),
        (
            "let app = @; serve(app)",
            "pub fn run(server: Server) { start().layer(server.layer()); start(); }",
            &[Warning],
        ),
        (
            "",
            "struct App;\nimpl App { fn routes(&self) -> Router { Router::new().nest_service(\"/\", @) }\nfn run(&self, server: Server) { self.routes().layer(server.layer()); } }",
            &[],
        ),
        (
            "",
            "struct App;\nimpl App { fn routes() -> Router { Router::new().nest_service(\"/\", @) } }\nfn run(server: Server) { App::routes().layer(server.layer()); }",
            &[],
        ),
        (
            "",
            "static HTTP_SERVICE: Lazy<S> = Lazy::new(|| @);\nfn run(server: Server) { Router::new().nest_service(\"/\", HTTP_SERVICE.clone()).layer(server.layer()); }",
            &[],
        ),
        // Functions that put a protection around what they are given, or return one.
        (
            "protect(Router::new().nest_service(\"/mcp\", @), server)",
            "fn protect(app: Router, server: Server) -> Router { app.layer(server.layer()) }",
            &[],
        ),
        (
            "let app = Router::new().nest_service(\"/mcp\", @); let app = protect(app, server);",
            "fn protect(app: Router, server: Server) -> Router { app.layer(server.layer()) }",
            &[],
        ),
        (
            "Router::new().nest_service(\"/mcp\", @).layer(around())",
            "fn around() -> mcp_scopes_server::ResourceServerLayer { made_elsewhere() }",
            &[],
        ),
        (
            "guarded().serve(stdio()).await",
            "fn guarded() -> mcp_scopes_rmcp::AuthenticatedHandler<Files> { make(Files) }",
            &[],
        ),
        (
            "Router::new().nest_service(\"/mcp\", @).layer(LAYER.clone())",
            "static LAYER: Lazy<mcp_scopes_server::ResourceServerLayer> = Lazy::new(make);",
            &[],
        ),
        (
            "Router::new().nest_service(\"/mcp\", @).merge(secured())",
            "fn secured(server: Server) -> Router { let app = StreamableHttpService::new(a); Router::new().nest_service(\"/s\", app).layer(server.layer()) }",
            &[Warning],
        ),
        // Parameters: every caller passes a guarded handler, or a layer.
        (
            "run(mcp_scopes_rmcp::guard(source, Files)).await",
            "async fn run<H>(handler: H) { handler.serve(stdio()).await; }",
            &[],
        ),
        (
            "run(mcp_scopes_rmcp::guard(source, Files)).await; run(Files).await",
            "async fn run<H>(handler: H) { handler.serve(stdio()).await; }",
            &[Warning],
        ),
        (
            "",
            "fn run(layer: mcp_scopes_server::ResourceServerLayer) { Router::new().nest_service(\"/mcp\", @).layer(layer); }",
            &[],
        ),
    ] {
        assert_eq!(levels(body, more), expected, "{body}\n{more}");
    }
}

/// The routes of rust-mcp-sdk are in packages beside it.
#[test]
fn finds_the_transports_of_rust_mcp_sdk() {
    let manifest = "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmcp-scopes = \"0.1\"\n\
                    mcp-scopes-server = \"0.1\"\nrust-mcp-sdk = \"2\"\nmcp-axum = { package = \"rust-mcp-axum\", version = \"2\" }\n";
    for (body, expected) in [
        ("mcp_axum::create_axum_server(details, handler, options).start().await;", Some(Level::Error)),
        ("let app = Router::new().merge(mcp_routes(state, &mount, handler));", Some(Level::Error)),
        ("let app = Router::new().merge(mcp_routes(state, &mount, handler)).layer(server.layer());", None),
        ("let app = other::mcp_routes(state, &mount, handler);", None),
    ] {
        let source = format!(
            "use mcp_axum::mcp_routes;\nuse mcp_scopes::{{mcp_tool, scope_table}};\n#[mcp_tool(risk = \"low\")]\npub fn look() {{}}\n\
             scope_table! {{ pub static TOOLS = [look]; }}\npub async fn start() {{ {body} }}\n"
        );
        let files = [("Cargo.toml", manifest), ("src/lib.rs", &*source)];
        let level = found("unguarded-transport", &files, &Overrides::new()).pop().map(|(_, level)| level);
        assert_eq!(level, expected, "{body}");
    }
}

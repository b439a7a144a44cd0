//! What rmcp's handler advertises, compared with the rules when the service is made.

use std::{io, sync::Arc};

use mcp_scopes::{ScopeTable, scope_table};
use mcp_scopes_server::{Access, BuildError, ProblemKind, ResourceServer, ResourceServerBuilder};
use rmcp::{
    ServerHandler,
    model::{ServerCapabilities, ServerConfig},
    transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager},
};

use crate::server::{BuildNow as _, Tokens};

scope_table! {
    static PLAIN = [dynamic "run" (scope = "files:read", risk = "low")] with "tests/server/mcp-scopes.toml";
}

scope_table! {
    static STATED = [dynamic "run" (scope = "files:read", risk = "low")] with "tests/server/contents.toml";
}

#[derive(Clone)]
struct Everything;

impl ServerHandler for Everything {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts();
        ServerConfig::new(capabilities.enable_completions().build())
    }
}

fn service(
    table: &'static ScopeTable,
    set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    handler: impl Fn() -> Result<Everything, io::Error> + Send + Sync + 'static,
) -> Result<(), BuildError> {
    let server = set(ResourceServer::builder(table).verifier(Tokens)).build_now().unwrap();
    let (sessions, config) = (Arc::<LocalSessionManager>::default(), StreamableHttpServerConfig::default());
    mcp_scopes_rmcp::service(&server, handler, sessions, config).map(|_| ())
}

#[test]
fn rejects_handlers_that_advertise_what_nothing_opens() {
    let error = service(&PLAIN, |builder| builder, || Ok(Everything)).unwrap_err();
    let shown: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    for (shown, parts) in shown.iter().zip([
        ["advertises `resources`", "add `[resources.\"app://*\"]`", ".method(\"resources/*\", Access::Token)"],
        ["advertises `prompts`", "add `[prompts.\"name\"]`", ".method(\"prompts/*\", Access::Token)"],
        ["advertises `completions`", "add `[prompts.\"name\"]`", ".method(\"completion/complete\", Access::Token)"],
    ]) {
        assert!(parts.iter().all(|part| shown.contains(part)), "{shown}");
    }
}

#[test]
fn accepts_what_entries_or_rules_decide() {
    service(&STATED, |builder| builder, || Ok(Everything)).unwrap();
    let with_rules = |builder: ResourceServerBuilder| {
        let builder = builder.method("resources/*", Access::Token).method("prompts/*", Access::Denied);
        builder.method("completion/complete", Access::Denied)
    };
    service(&PLAIN, with_rules, || Ok(Everything)).unwrap();
    service(&PLAIN, |builder| builder.method("*", Access::Token), || Ok(Everything)).unwrap();
}

#[test]
fn returns_the_error_of_a_handler() {
    let error = service(&STATED, |builder| builder, || Err(io::Error::other("no database"))).unwrap_err();
    assert_eq!(error.problems()[0].kind, ProblemKind::Unreachable);
    assert!(error.to_string().contains("no database"), "{error}");
}

//! One annotated server on each of several earlier versions of rmcp.
//!
//! The macros know no SDK, and the layer is in front of any tower service, so a server needs no newer rmcp.

/// A server on one version, in a module of that name.
macro_rules! server {
    ($(#[doc = $doc:literal] $version:ident, $config:expr;)*) => {$(
        #[doc = $doc]
        pub mod $version {
            // What rmcp's macros generate names the crate `rmcp`.
            use $version as rmcp;

            use std::sync::Arc;

            use axum::Router;
            use mcp_scopes::{Caller, mcp_tool, mcp_tools, scope_table};
            use rmcp::{
                RoleServer, ServerHandler,
                handler::server::{router::tool::ToolRouter, wrapper::Parameters},
                service::RequestContext,
                tool, tool_handler, tool_router,
                transport::streamable_http_server::{
                    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
                },
            };

            use crate::File;

            scope_table! {
                /// The tools.
                pub static TOOLS = [Files::*] with "mcp-scopes.toml";
            }

            /// The server, without the layer.
            pub fn router() -> Router {
                let sessions = Arc::new(LocalSessionManager::default());
                let service = StreamableHttpService::new(|| Ok(Files::new()), sessions, $config);
                Router::new().route_service("/mcp", service)
            }

            struct Files {
                tool_router: ToolRouter<Self>,
            }

            #[mcp_tools]
            #[tool_router]
            impl Files {
                fn new() -> Self {
                    Self { tool_router: Self::tool_router() }
                }

                /// Say how the server is
                #[mcp_tool(public, risk = "minimal")]
                #[tool]
                async fn status(&self) -> String {
                    "fine".to_owned()
                }

                /// Read a file
                #[mcp_tool(scope = "files:read", risk = "low")]
                #[tool(annotations(read_only_hint = true))]
                async fn read_file(&self, Parameters(File { path }): Parameters<File>) -> String {
                    format!("read {path}")
                }

                /// Change a file
                #[mcp_tool(scope = "files:write", risk = "medium")]
                #[tool(name = "write_file")]
                async fn write(
                    &self,
                    Parameters(File { path }): Parameters<File>,
                    context: RequestContext<RoleServer>,
                ) -> String {
                    let parts = context.extensions.get::<http::request::Parts>();
                    let caller = parts.and_then(|parts| parts.extensions.get::<Caller>());
                    let scopes = caller.map(|caller| caller.grant().scopes().collect::<Vec<_>>().join("+"));
                    format!("written {path} with {scopes:?}")
                }
            }

            #[tool_handler(router = self.tool_router)]
            impl ServerHandler for Files {}

            /// The default, which allows the host of the tests.
            fn any_host() -> StreamableHttpServerConfig {
                StreamableHttpServerConfig::default()
            }
        }
    )*};
}

/// Which file.
#[derive(schemars::JsonSchema, serde::Deserialize)]
struct File {
    path: String,
}

server! {
    #[doc = "rmcp 0.8, of October 2025."] rmcp_0_8, any_host();
    #[doc = "rmcp 1.8."] rmcp_1_8, any_host().disable_allowed_hosts();
    #[doc = "rmcp 2.2."] rmcp_2_2, any_host().disable_allowed_hosts();
    #[doc = "rmcp 3.1."] rmcp_3_1, any_host().disable_allowed_hosts();
}

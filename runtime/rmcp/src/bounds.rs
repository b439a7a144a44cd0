//! The bounds of handlers and sessions, with a message for servers on another version of rmcp.
//!
//! Each trait is implemented for all types with rmcp's trait of the same purpose. Without them, the compiler would show rmcp's own, and
//! that there are two versions of it.

use rmcp::ServerHandler;
#[cfg(feature = "http")]
use rmcp::transport::streamable_http_server::session::SessionManager;

/// A server of the version of rmcp that this crate depends on: any type that implements its [`ServerHandler`].
///
/// A type of another version is a compile error that names the layer, which needs no newer rmcp:
///
/// ```compile_fail,E0277
/// /// Implements `ServerHandler` of an earlier rmcp.
/// struct Files;
///
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # #[mcp_tool(public, risk = "low")]
/// # fn ping() {}
/// # scope_table! { static TOOLS = [ping]; }
/// let server = mcp_scopes_rmcp::guard(mcp_scopes_server::StdioCredentials::all(&TOOLS), Files);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `ServerHandler` of rmcp 3, the version of `mcp-scopes-rmcp`",
    label = "not a server of rmcp 3",
    note = "on an earlier rmcp use `mcp-scopes-server` alone: `ResourceServer::layer` protects any `StreamableHttpService`; no upgrade \
            is necessary"
)]
pub trait CurrentHandler: ServerHandler {}

#[diagnostic::do_not_recommend]
impl<H: ServerHandler> CurrentHandler for H {}

/// Sessions of the version of rmcp that this crate depends on: any type that implements its [`SessionManager`].
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `SessionManager` of rmcp 3, the version of `mcp-scopes-rmcp`",
    label = "not sessions of rmcp 3",
    note = "on an earlier rmcp use `mcp-scopes-server` alone: `ResourceServer::layer` protects any `StreamableHttpService`; no upgrade \
            is necessary"
)]
pub trait CurrentSessions: SessionManager {}

#[cfg(feature = "http")]
#[diagnostic::do_not_recommend]
impl<M: SessionManager> CurrentSessions for M {}

#[cfg(test)]
mod tests {
    /// The examples above show that the compiler rejects other types with E0277, whose text these attributes state.
    #[test]
    fn every_message_names_the_layer() {
        let (source, _) = include_str!("bounds.rs").split_once("#[cfg(test)]").unwrap();
        let messages: Vec<&str> = source.split("#[diagnostic::on_unimplemented(").skip(1).collect();
        assert_eq!(messages.len(), source.matches("pub trait Current").count());
        for message in messages {
            let (message, rest) = message.split_once(")]").unwrap();
            let note = message.split_once("note = ").unwrap().1;
            for part in ["`mcp-scopes-server` alone", "`ResourceServer::layer`", "no upgrade"] {
                assert!(note.contains(part), "{part}: {note}");
            }
            assert!(message.contains("of rmcp 3, the version of `mcp-scopes-rmcp`"), "{message}");
            // Another implementation would let the compiler show the trait of rmcp in its place.
            assert!(rest.contains("#[diagnostic::do_not_recommend]"), "{rest}");
        }
    }
}

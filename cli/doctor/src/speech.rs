//! The revisions of MCP: how a request is written.

use mcp_scopes_prm::json::Json;
use reqwest::Method;

use crate::link::{Ask, Purpose};

/// The revision without sessions.
pub(crate) const STATELESS: &str = "2026-07-28";
/// The newest revision with sessions.
pub(crate) const WITH_SESSION: &str = "2025-11-25";

/// The revision of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// 2026-07-28: each request states what it needs.
    Stateless,
    /// An earlier revision, after `initialize`.
    Session {
        revision: String,
        /// `Mcp-Session-Id`, if the server issued one.
        id: Option<String>,
    },
}

impl Speech {
    pub(crate) fn revision(&self) -> &str {
        match self {
            Self::Stateless => STATELESS,
            Self::Session { revision, .. } => revision,
        }
    }

    /// Returns a request. `params` are the members of `params` as JSON, without braces.
    pub(crate) fn ask(&self, what: impl Into<String>, url: &str, method: &str, params: &str) -> Ask {
        let ask = Ask::new(what, Method::POST, url)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", self.revision());
        match self {
            Self::Stateless => {
                let comma = if params.is_empty() { "" } else { "," };
                let mut ask = ask.header("mcp-method", method);
                ask.body = Some(format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}{comma}"_meta":{META}}}}}"#
                ));
                ask
            }
            Self::Session { id, .. } => {
                let mut ask = id.iter().fold(ask, |ask, id| ask.header("mcp-session-id", id));
                ask.body = Some(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#));
                ask
            }
        }
    }

    /// Returns a request that names something: a tool, a prompt, a task, or the URI of a resource.
    pub(crate) fn ask_named(&self, what: impl Into<String>, url: &str, method: &str, name: &str, more: &str) -> Ask {
        let member = match method {
            "resources/read" => "uri",
            "tasks/get" => "taskId",
            _ => "name",
        };
        let ask = self.ask(what, url, method, &format!("\"{member}\":{}{more}", quoted(name)));
        match self {
            Self::Stateless => ask.header("mcp-name", header_value(name)),
            Self::Session { .. } => ask,
        }
    }

    /// Returns a call of a tool without arguments.
    pub(crate) fn call(&self, what: impl Into<String>, url: &str, tool: &str) -> Ask {
        self.ask_named(what, url, "tools/call", tool, ",\"arguments\":{}")
    }
}

/// The members of `_meta` that each request carries (MCP 2026-07-28, "Per-request protocol fields").
const META: &str = concat!(
    r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"mcp-scopes-doctor","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""},"io.modelcontextprotocol/clientCapabilities":{}}"#
);

/// Returns the request that opens a session.
pub(crate) fn initialize(what: impl Into<String>, url: &str) -> Ask {
    let ask = Ask::new(what, Method::POST, url).header("accept", "application/json, text/event-stream");
    let mut ask = ask.purpose(Purpose::Session);
    ask.body = Some(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"{WITH_SESSION}","capabilities":{{}},"clientInfo":{{"name":"mcp-scopes-doctor","version":"{}"}}}}}}"#,
        env!("CARGO_PKG_VERSION")
    ));
    ask
}

/// Returns a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
}

/// Returns the value of `Mcp-Name` (MCP 2026-07-28, "Value Encoding").
fn header_value(name: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_plain && !name.starts_with("=?") && name.trim() == name {
        name.to_owned()
    } else {
        format!("=?base64?{}?=", BASE64_STANDARD.encode(name))
    }
}

#[cfg(test)]
mod tests {
    use mcp_scopes_prm::json::Json;

    use super::{Speech, header_value, initialize};

    #[test]
    fn bodies_are_json_and_agree_with_their_headers() {
        for (speech, has_meta) in [
            (Speech::Stateless, true),
            (Speech::Session { revision: "2025-06-18".to_owned(), id: Some("s".to_owned()) }, false),
        ] {
            let ask = speech.call("a call", "http://h/", "a\"b");
            let body = Json::parse(ask.body.as_deref().unwrap()).unwrap();
            let params = body.get("params").unwrap();
            assert_eq!(params.get("name").and_then(Json::as_str), Some("a\"b"));
            assert_eq!(params.get("_meta").is_some(), has_meta);
            assert_eq!(ask.headers.iter().any(|(name, value)| *name == "mcp-name" && value == "a\"b"), has_meta);
            assert_eq!(ask.headers.iter().any(|(name, _)| *name == "mcp-session-id"), !has_meta);
        }
        assert!(Json::parse(initialize("a", "http://h/").body.as_deref().unwrap()).is_ok());
        assert_eq!(header_value("caf\u{e9}"), "=?base64?Y2Fmw6k=?=");
    }
}

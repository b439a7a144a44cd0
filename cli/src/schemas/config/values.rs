//! The values of keys.

use mcp_scopes_grammar::config::LEVELS;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::diff::change::Kind;

macro_rules! values {
    ($($name:ident $schema:tt)*) => {
        $(
            pub(super) struct $name;

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

/// RFC 6749 §3.3.
pub(super) const SCOPE: &str = "^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$";
/// MCP, Tools.
pub(super) const TOOL_NAME: &str = "^[A-Za-z0-9_.-]{1,128}$";
/// https, or http, since the reader decides whether the host is a loopback host.
const ISSUER: &str = "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s?#]+$";

values! {
    Text {"type": "string", "pattern": "\\S"}
    Resource {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s#]+$"}
    Page {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://\\S+$"}
    Issuers {"type": "array", "items": {"type": "string", "pattern": ISSUER}, "minItems": 1, "uniqueItems": true}
    Namespace {"type": "string", "pattern": "^[\\x21\\x23-\\x5B\\x5D-\\x7E]*[\\x21\\x23-\\x2F\\x3A-\\x40\\x5B\\x5D-\\x60\\x7B-\\x7E]$"}
    ScopeName {"type": "string", "pattern": SCOPE}
    Scopes {"type": "array", "items": {"type": "string", "pattern": SCOPE}, "minItems": 1, "uniqueItems": true}
    ServerName {"type": "string", "pattern": TOOL_NAME}
    Texts {"type": "array", "items": {"type": "string", "pattern": "\\S"}, "minItems": 1, "uniqueItems": true}
    Header {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}
    Limit {"type": "integer", "minimum": 1, "maximum": u32::MAX}
    Level {"enum": LEVELS}
    ChangeKind {"enum": Kind::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>()}
    Pointer {"type": "string", "pattern": "^/"}
    DayText {"type": "string", "format": "date"}
}

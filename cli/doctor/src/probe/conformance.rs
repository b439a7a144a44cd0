//! The fixture for scopes that the official conformance suite proposes (modelcontextprotocol/conformance#480), pinned.
//!
//! A server under test accepts two fixed tokens: one opens nothing, the other opens four operations. These tokens are test inputs.

use crate::{answer::Exchange, examine::Examiner, speech::Speech};

/// Valid, and has only `mcp:conformance:baseline`.
pub(crate) const LOW: &str = "mcp-conformance-scope-low";
/// Valid, and has every scope of [`OPERATIONS`].
pub(crate) const FULL: &str = "mcp-conformance-scope-full";

/// An operation of the fixture.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) name: &'static str,
    /// Both are in one challenge.
    pub(crate) scopes: [&'static str; 2],
}

/// The operations, as of the draft of August 2026.
pub(crate) const OPERATIONS: [Operation; 4] = [
    Operation {
        method: "tools/call",
        name: "test_simple_text",
        scopes: ["mcp:conformance:tools:call", "mcp:conformance:tools:test_simple_text"],
    },
    Operation {
        method: "resources/read",
        name: "test://static-text",
        scopes: ["mcp:conformance:resources:read", "mcp:conformance:resources:static"],
    },
    Operation {
        method: "resources/read",
        name: "test://template/123/data",
        scopes: ["mcp:conformance:resources:read", "mcp:conformance:resources:template:123"],
    },
    Operation {
        method: "prompts/get",
        name: "test_simple_prompt",
        scopes: ["mcp:conformance:prompts:get", "mcp:conformance:prompts:test_simple_prompt"],
    },
];

/// Performs each operation with both tokens.
pub(crate) async fn probe(examiner: &mut Examiner<'_>) -> Vec<(usize, Exchange, Exchange)> {
    let mut found = Vec::new();
    for (number, operation) in OPERATIONS.iter().enumerate() {
        let more = if operation.method == "tools/call" { ",\"arguments\":{}" } else { "" };
        let mut exchanges = Vec::new();
        for (name, token) in [("low", LOW), ("full", FULL)] {
            let what = format!("`{}` of `{}` with the token `{name}` of the fixture", operation.method, operation.name);
            let ask = Speech::Stateless.ask_named(what, &examiner.target.url, operation.method, operation.name, more);
            exchanges.push(examiner.link.send(ask.authorization(Some(format!("Bearer {token}")))).await);
        }
        if let (Some(full), Some(low)) = (exchanges.pop(), exchanges.pop()) {
            found.push((number, low, full));
        }
    }
    found
}

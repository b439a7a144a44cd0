//! The schema of `[diff]`.

use schemars::JsonSchema;

use super::values::{ChangeKind, DayText, Pointer, Text};

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Diff {
    /// The accepted changes, one table each: `[[diff.accept]]`.
    accept: Option<Vec<Accept>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["tool"]}, {"required": ["pointer"]}]))]
#[expect(dead_code, reason = "only its schema is used")]
struct Accept {
    /// The kind of change, as `mcp-scopes diff` prints it in brackets.
    #[schemars(example = "tool-added")]
    kind: ChangeKind,
    /// The digits that `mcp-scopes diff` prints for the change.
    #[schemars(example = &"1f0c9a77f1b2")]
    change: Text,
    /// The tool that changes.
    #[schemars(example = &"cancel_parcel")]
    tool: Option<Text>,
    /// In place of `tool`: the value of the document that changes, as a JSON Pointer (RFC 6901).
    #[schemars(example = "/scopes_supported")]
    pointer: Option<Pointer>,
    /// Why the change is accepted.
    #[schemars(example = "support may cancel too")]
    reason: Text,
    /// The last day on which it is accepted.
    #[schemars(example = "2027-03-01")]
    until: DayText,
}

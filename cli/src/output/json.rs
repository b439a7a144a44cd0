//! One JSON object, version 1, for programs.
//!
//! Findings and changes have different members, since both are published: each has its types and its schema.
//!
//! | module | holds |
//! |---|---|
//! | `findings` | the object of `lint` and `doctor` |
//! | `changes` | the object of `diff` and `check` |

mod changes;
mod findings;

use serde::Serialize;

use super::diagnostics::{Contents, Diagnostics};

/// The program that writes a report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Tool"))]
pub(crate) struct ToolJson {
    /// Its name.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// This program.
pub(crate) const THIS: ToolJson = ToolJson { name: "mcp-scopes", version: env!("CARGO_PKG_VERSION") };

/// Renders the diagnostics as indented JSON with a trailing line break.
///
/// # Errors
/// No input causes an error, but serialization returns a `Result`.
pub(super) fn render(diagnostics: &Diagnostics<'_>) -> Result<String, String> {
    match diagnostics.contents {
        Contents::Findings => indented(&findings::document(diagnostics)),
        Contents::Changes => indented(&changes::document(diagnostics)),
    }
}

/// Returns a value as indented JSON with a trailing line break.
pub(super) fn indented(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| error.to_string())
}

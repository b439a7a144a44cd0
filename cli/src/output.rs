//! Reports of findings, and where they are written.
//!
//! | module | holds |
//! |---|---|
//! | `finding` | common parts of all formats |
//! | `human` | snippets of the source, for a terminal |
//! | `json` | one JSON object, version 1, with its schema |
//! | `sarif` | SARIF 2.1.0, for code scanning |
//! | `github` | workflow commands, which GitHub displays as annotations |
//! | `junit` | JUnit XML, for viewers of test results |
//! | `markdown` | a job summary |
//! | `markup` | escapes text for Markdown |
//! | `summary` | a one-line summary |
//! | `target` | `--format`, `--output`: where a report is written |

pub(crate) mod finding;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod sarif;
pub(crate) mod summary;
pub(crate) mod target;

use human::Links;
use mcp_scopes_scan::Report;
use target::Format;

/// Renders a report in a format. `baseline` states whether findings were compared with a baseline file.
pub(crate) fn render(report: &Report, format: Format, links: Links, baseline: bool) -> Result<String, String> {
    match format {
        Format::Human => Ok(human::render(report, links)),
        Format::Json => json::render(report).map_err(|error| error.to_string()),
        Format::Sarif => sarif::render(report, baseline).map_err(|error| error.to_string()),
        Format::Github => Ok(github::render(report)),
        Format::Junit => junit::render(report).map_err(|error| error.to_string()),
        Format::Markdown => Ok(markdown::render(report)),
    }
}

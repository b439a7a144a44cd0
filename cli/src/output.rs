//! Findings, for people and for programs; and where reports go.
//!
//! | module | holds |
//! |---|---|
//! | `finding` | what every format shows of a finding |
//! | `human` | snippets of the source, for a terminal |
//! | `json` | one JSON object, version 1, with its schema |
//! | `sarif` | SARIF 2.1.0, for code scanning |
//! | `github` | workflow commands, which GitHub shows as annotations |
//! | `junit` | JUnit XML, for what shows test results |
//! | `markdown` | a summary for a job's page |
//! | `markup` | text that Markdown takes as it stands |
//! | `summary` | one line on what was checked and found |
//! | `target` | `--format`, `--output`: where a report goes |

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

/// A report in a format; `baseline` says whether findings were compared with a baseline file.
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

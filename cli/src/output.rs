//! Findings, for people and for programs; and where reports go.
//!
//! | module | holds |
//! |---|---|
//! | `human` | snippets of the source, for a terminal |
//! | `json` | one JSON object, version 1, with its schema |
//! | `sarif` | SARIF 2.1.0, for code scanning |
//! | `github` | workflow commands, which GitHub shows as annotations |
//! | `junit` | JUnit XML, for what shows test results |
//! | `markdown` | a summary for a job's page |
//! | `markup` | text that Markdown takes as it stands |
//! | `target` | `--format`, `--output`: where a report goes |

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod sarif;
pub(crate) mod target;

use human::Links;
use mcp_scopes_scan::{Finding, Report, source::Place};
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

/// The text with control characters spelt out, so that none reaches a terminal. Line breaks stay.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !(character.is_control() || is_hidden(character)) {
            safe.push(character);
        } else {
            safe.extend(character.escape_default());
        }
    }
    safe
}

/// Characters that are not seen but turn around how the text beside them reads.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// All findings, also those that do not count.
fn all(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed)
}

/// `src/lib.rs:12:5`, or nothing for a finding about a package as a whole.
fn place(finding: &Finding) -> String {
    finding.place.as_ref().map_or_else(String::new, at)
}

/// `src/lib.rs:12:5`.
pub(crate) fn at(place: &Place) -> String {
    format!("{}:{}:{}", escaped(&place.file), place.start.line, place.start.column)
}

/// The page of a rule for people who are not at a terminal.
fn page(rule: &str) -> Option<String> {
    mcp_scopes_lint::find(rule)
        .map(|rule| format!("{}/blob/main/cli/lint/src/rules/{}/docs.md", env!("CARGO_PKG_REPOSITORY"), rule.id))
}

#[cfg(test)]
mod tests {
    use super::{escaped, page};

    #[test]
    fn control_characters_are_spelt_out() {
        assert_eq!(escaped("a\u{1b}[31mé\n\u{202e}b\t"), "a\\u{1b}[31mé\n\\u{202e}b\\t");
    }

    #[test]
    fn rules_have_pages_and_diagnostics_have_none() {
        assert!(page("risky-name").unwrap().ends_with("/risky-name/docs.md"));
        assert_eq!(page("no-such-rule"), None);
    }
}
